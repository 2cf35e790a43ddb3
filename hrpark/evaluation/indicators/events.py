"""T1.10: summits, forums, trainings held in the year (场). A cancelled one does not count.

Declared by the park with its evidence, until the room that records it is there.
"""

from __future__ import annotations

from hrpark.evaluation.kinds import Indicator
from hrpark.standard.kinds import cites


@cites("T1.10", label="全年行业活动")
class Events(Indicator):
    row = "T1.10"
    measures = ("events_held",)
