"""T1.11: companies (家, each once) and persons (人次) attending the events of the year.

Declared by the park with its evidence, until the room that records it is there.
"""

from __future__ import annotations

from hrpark.evaluation.kinds import Indicator
from hrpark.standard.kinds import cites


@cites("T1.11", label="活动参与企业与人次")
class Attendance(Indicator):
    row = "T1.11"
    measures = ("companies_attending", "persons_attending")
