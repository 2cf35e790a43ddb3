"""T1.09: items published on the park's own channels in the year (篇) and how often they were read (次).

Declared by the park with its evidence, until the room that records it is there.
"""

from __future__ import annotations

from hrpark.evaluation.kinds import Indicator
from hrpark.standard.kinds import cites


@cites("T1.09", label="自有渠道发布与阅读")
class OwnChannels(Indicator):
    row = "T1.09"
    measures = ("items_published", "reads")
