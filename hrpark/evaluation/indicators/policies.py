"""T1.15: applications for policies for enterprises and for talent: accepted and served in the year (件).

Declared by the park with its evidence, until the room that records it is there.
"""

from __future__ import annotations

from hrpark.evaluation.kinds import Indicator
from hrpark.standard.kinds import cites


@cites("T1.15", label="惠企惠才政策办理")
class Policies(Indicator):
    row = "T1.15"
    measures = ("enterprise_accepted", "enterprise_served", "talent_accepted", "talent_served")
