"""The answer of a rule: one of four words, its reason, and the evidence it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Outcome(str, Enum):
    """passed 通过 · failed 不通过 · unknown 待核 · not_applicable 不适用. Never a boolean: not knowing is an answer."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"

    @property
    def label(self) -> str:
        return {"passed": "通过", "failed": "不通过", "unknown": "待核", "not_applicable": "不适用"}[self.value]


@dataclass(frozen=True)
class Evidence:
    """One record a verdict or figure rests on: subject ``type`` and ``id``, and what it says in words."""

    type: str
    id: str
    says: str = ""


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    reason: str
    evidence: tuple[Evidence, ...] = field(default=())

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.PASSED


def passed(reason: str, *evidence: Evidence) -> Verdict:
    return Verdict(Outcome.PASSED, reason, evidence)


def failed(reason: str, *evidence: Evidence) -> Verdict:
    return Verdict(Outcome.FAILED, reason, evidence)


def unknown(reason: str, *evidence: Evidence) -> Verdict:
    return Verdict(Outcome.UNKNOWN, reason, evidence)


def not_applicable(reason: str, *evidence: Evidence) -> Verdict:
    return Verdict(Outcome.NOT_APPLICABLE, reason, evidence)
