"""What a resident owes by clause 4.3.1.2, one file a letter: a pure function over a frozen ``Resident``, as known on a day.

    @duty("4.3.1.2-e", "租金、物业费和水电费按约缴清")
    def fees(resident: Resident) -> Verdict: ...

A duty knows no database and no clock. ``on`` is the day that is asked about: what was found out later is not in the resident
that it looks at, so that the verdict of a day stays what it was (``queries.resident_on``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from hrpark.standard.kinds import cites
from hrpark.toolbox.registry import Registry
from hrpark.toolbox.verdict import Evidence, Verdict, failed, unknown


@dataclass(frozen=True)
class Pledged:
    """The pledge of an agreement: until when, whether its sealed original is in the archive, and when the stay ended, if it did."""

    number: str
    until: date
    sealed: bool
    left: date | None = None
    id: str = ""

    @property
    def evidence(self) -> Evidence:
        return Evidence("agreement", self.id, f"入驻协议 {self.number}")


@dataclass(frozen=True)
class Finding:
    """Something that stands against a resident on the day: an overdue correction, a penalty that still counts."""

    says: str
    type: str
    id: str

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.type, self.id, self.says)


@dataclass(frozen=True)
class Looked:
    """The newest check of a letter up to the day: when, and how many of its points were not fulfilled and lie uncorrected."""

    on: date
    points: int
    unmet: tuple[str, ...] = ()
    id: str = ""

    @property
    def evidence(self) -> Evidence:
        return Evidence("duty_check", self.id, f"{self.on:%Y-%m-%d}履责检查")


@dataclass(frozen=True)
class Resident:
    """Who is looked at, on a day. ``checked`` and ``against`` by letter; ``fees``: None while nobody has said."""

    on: date
    pledged: Pledged | None = None
    start: Verdict | None = None
    checked: dict[str, Looked] | None = None
    against: dict[str, tuple[Finding, ...]] | None = None
    fees: bool | None = None
    fees_since: date | None = None
    check_months: int = 12


Duty = Callable[[Resident], Verdict]


@dataclass(frozen=True)
class Letter:
    """One duty: its clause, in a few words, and its function."""

    clause: str
    words: str
    judge: Duty

    @property
    def letter(self) -> str:
        return self.clause[-1]

    def __call__(self, resident: Resident) -> Verdict:
        return self.judge(resident)


DUTIES: Registry[Letter] = Registry("duty of a resident")


def duty(clause: str, words: str) -> Callable[[Duty], Duty]:
    """Declare the duty of a letter; its file is found by its folder."""

    def mark(judge: Duty) -> Duty:
        DUTIES.add(clause, Letter(clause, words, judge))
        return cites(clause, label=words)(judge)

    return mark


def by_letter() -> list[Letter]:
    return sorted(DUTIES, key=lambda one: one.clause)


def conduct_of(resident: Resident, letter: str) -> Verdict | None:
    """What c and d share: findings against them, then the newest check. None: nothing stands against it and it was looked at."""
    against = (resident.against or {}).get(letter, ())
    if against:
        return failed("；".join(one.says for one in against), *(one.evidence for one in against))
    looked = (resident.checked or {}).get(letter)
    if looked is None:
        return unknown(f"{resident.check_months}个月内没有检查过")
    if looked.unmet:
        return failed(f"{looked.on:%Y-%m-%d}检查不符合，尚未改正：{'、'.join(looked.unmet)}", looked.evidence)
    return None
