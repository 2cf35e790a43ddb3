"""T1.12: delegations received in the year (次). One that comes twice on a day counts once.

Declared by the park with its evidence, until the room that records it is there.
"""

from __future__ import annotations

from hrpark.evaluation.kinds import Indicator
from hrpark.standard.kinds import cites


@cites("T1.12", label="接待参访团")
class Delegations(Indicator):
    row = "T1.12"
    measures = ("delegations_received",)
