"""T1.16: employment and talent services delivered in the year (次). An intent is not a placement.

Declared by the park with its evidence, until the room that records it is there.
"""

from __future__ import annotations

from hrpark.evaluation.kinds import Indicator
from hrpark.standard.kinds import cites


@cites("T1.16", label="就业与人才服务落实")
class Employment(Indicator):
    row = "T1.16"
    measures = ("employment_services", "talent_services")
