"""T1.07: persons served (人次), employers served (家次), posts provided (个) in the year.

The return wins: what the agencies sign for counts, here and when the rooms of jobs and events keep records of their own;
those are a cross-check. Persons served counts services, not heads.
"""

from __future__ import annotations

from collections.abc import Mapping

from hrpark.evaluation.kinds import Indicator, Scope
from hrpark.evaluation.rules.basis import Computed, Reading
from hrpark.evaluation.sums import sums_of
from hrpark.standard.kinds import cites


@cites("T1.07", label="全年服务人次、服务单位与岗位")
class ServiceVolume(Indicator):
    row = "T1.07"
    measures = ("persons_served", "employers_served", "posts_provided")

    def compute(self, scope: Scope, known: Mapping[str, Reading]) -> dict[str, Computed]:
        return sums_of(scope, self.keys())
