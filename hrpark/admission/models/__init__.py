"""admission: who is let into the park and why (clauses 4.3.1.1, 4.3.1.2 a and b, 4.3.1.3, 5.1.3).

An application is a case of the kind ``admission`` about one dossier. Rules (``rules/``) judge it letter by letter; their
verdicts are stored rows that never change, so that what was decided can be read years later as it was. A decision is made
once, an agreement (入驻协议) signed once; the agreement begins the residency and the days until business must have begun.

Not here: clocks and the inbox (cases), the dossier and the residency (institutions), rent (leasing).
"""

from __future__ import annotations

from .applying import Application, Judgement, Outcome
from .conditions import Condition, ConditionKind, ConditionNudge, ConditionOutcome
from .deciding import (
    BasisKind,
    BasisPaper,
    Conclusion,
    Decision,
    FairReview,
    FirstCheck,
    Grounds,
    PotentialKind,
    PotentialReview,
    Ruling,
)
from .duties import CheckKind, Correction, DutyCheck, DutyDraw, Penalty
from .leaving import Exit, ExitPoint, ExitReason, PointState
from .signing import Agreement, Filing, Grace, GraceKind, Start, StartNudge, StartOutcome, StartReport

__all__ = [
    "Agreement",
    "Application",
    "BasisKind",
    "BasisPaper",
    "CheckKind",
    "Conclusion",
    "Condition",
    "ConditionKind",
    "ConditionNudge",
    "ConditionOutcome",
    "Correction",
    "Decision",
    "DutyCheck",
    "DutyDraw",
    "Exit",
    "ExitPoint",
    "ExitReason",
    "FairReview",
    "Filing",
    "FirstCheck",
    "Grace",
    "GraceKind",
    "Grounds",
    "Judgement",
    "Outcome",
    "Penalty",
    "PointState",
    "PotentialKind",
    "PotentialReview",
    "Ruling",
    "Start",
    "StartNudge",
    "StartOutcome",
    "StartReport",
]
