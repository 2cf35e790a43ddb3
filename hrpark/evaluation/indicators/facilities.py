"""T1.14: how complete office equipment and living facilities are (%), of what 4.2 and 6.1.3 name.

Declared by the park with its evidence, until the room that records it is there.
"""

from __future__ import annotations

from hrpark.evaluation.kinds import Indicator
from hrpark.standard.kinds import cites


@cites("T1.14", label="办公设施与生活配套齐备程度")
class Facilities(Indicator):
    row = "T1.14"
    measures = ("office_equipment", "living_facilities")
