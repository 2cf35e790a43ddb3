"""T1.05: yearly revenue and tax of the resident agencies (万元). Tax is what was paid in the year, by the tax certificates.

Declared by the park; beside it stands the sum of the agencies' own figures. The sum is the park's figure only when every
resident agency has declared: otherwise it says from how many.
"""

from __future__ import annotations

from collections.abc import Mapping

from hrpark.evaluation.kinds import Indicator, Scope
from hrpark.evaluation.rules.basis import Computed, Reading
from hrpark.evaluation.sums import sums_of
from hrpark.standard.kinds import cites


@cites("T1.05", label="全年营收与纳税")
class Revenue(Indicator):
    row = "T1.05"
    measures = ("revenue", "tax")

    def compute(self, scope: Scope, known: Mapping[str, Reading]) -> dict[str, Computed]:
        return sums_of(scope, self.keys())
