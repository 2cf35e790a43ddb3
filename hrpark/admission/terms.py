"""What a conditional admission waits for, from the entry conditions that are open (4.3.1.1), and the days that belong to it.

Natural days, the day of the decision not counted; a last day off moves on (民法典 arts. 201, 203). What a day has become is said
of the last day, or of the day to which it was extended.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hrpark.toolbox.workdays import add_natural_days

REGISTRATION, LEGAL_PERSON, PERMIT, STAFF, PAPER = "registration", "legal_person", "permit", "staff", "paper"


@dataclass(frozen=True)
class Days:
    """The numbers of the park on the day of the decision."""

    registration: int = 60
    permit: int = 90
    legal_person: int = 180
    other: int = 30


@dataclass(frozen=True)
class Lacking:
    """Who is let in though something is open: the open letters, and what of letter a is lacking."""

    letters: frozenset[str]
    forming: bool = False
    branch: bool = False
    #: Permits that the declared business needs and that nobody has seen: 人力资源服务许可证, …
    permits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Term:
    """One condition as it is suggested to the officer, who may word it otherwise."""

    kind: str
    what: str
    basis: str
    until: date


def terms_for(lacking: Lacking, decided: date, days: Days) -> tuple[Term, ...]:
    """One condition for everything that is open, each with its own day; a permit can only follow the code."""
    found = []

    def wait(kind: str, what: str, basis: str, count: int) -> None:
        found.append(Term(kind, what, basis, last_day(decided, count)))

    if lacking.forming:
        basis = "4.3.1.1 a)；民法典第七十七条、第七十八条"
        wait(REGISTRATION, "办理设立登记，提交营业执照（统一社会信用代码）", basis, days.registration)
    if lacking.branch:
        wait(LEGAL_PERSON, "在园区设立独立法人，提交其营业执照", "4.3.1.1 a)；民法典第七十四条", days.legal_person)
    if lacking.permits:
        after = days.registration if lacking.forming else 0
        wait(PERMIT, f"取得并提交{'、'.join(lacking.permits)}", "4.3.1.1 a)", after + days.permit)
    elif "a" in lacking.letters and not lacking.forming and not lacking.branch:
        wait(PAPER, "提交营业执照、许可或备案的原件供核对", "4.3.1.1 a)", days.other)
    if "b" in lacking.letters:
        wait(PAPER, "提交各公开信用渠道的信用报告", "4.3.1.1 b)", days.other)
    if "c" in lacking.letters:
        wait(STAFF, "提交到岗专业人员名册和学历或职业资格证明", "4.3.1.1 c)", days.other)
    return tuple(found)


def last_day(decided: date, days: int) -> date:
    return add_natural_days(decided, days).day


def state_on(day: date, last: date, *, handed_in: bool, outcome: str = "") -> str:
    """met, talk, revoked · checking: the park has the ball · open, soon (30 days), over: who was let in has it."""
    if outcome:
        return outcome
    if handed_in:
        return "checking"
    left = (last - day).days
    return "over" if left < 0 else "soon" if left <= 30 else "open"


def reminder(day: date, last: date, before: Iterable[int], after: Iterable[int]) -> int | None:
    """Which reminder a day calls for, as days from the last one (negative: before it): the latest that has come up. One that was
    missed is not made up for when a later one has come."""
    gone = (day - last).days
    come = [step for step in sorted([-n for n in before] + list(after)) if step <= gone]
    return come[-1] if come else None
