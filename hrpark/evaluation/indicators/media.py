"""T1.08: media reports of the year by the medium's level (篇). One original counts once, reposts do not.

Declared by the park with its evidence, until the room that records it is there.
"""

from __future__ import annotations

from hrpark.evaluation.kinds import Indicator
from hrpark.standard.kinds import cites


@cites("T1.08", label="媒体报道")
class Media(Indicator):
    row = "T1.08"
    measures = ("national", "provincial", "city", "trade")
