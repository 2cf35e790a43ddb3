"""Verdicts as they stand, letter by letter, and the points of priority."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.cases.rules import day_of
from hrpark.files.queries import attachments_of
from hrpark.standard.queries import parameter_with_basis

from .. import permissions
from ..models import Application, FairReview, Judgement, Outcome
from ..rules import ENTRY, PRIORITY, RULES, Rule, points, rules_on

LETTERS = "abcdefg"


def rule_day(application: Application, today: date) -> date:
    """The day whose rules and numbers hold: that of receipt, since old cases are judged by the rules of their day."""
    received = application.case.received_at
    return day_of(received) if received else today


def rules_for(application: Application, today: date) -> tuple[Rule, ...]:
    return rules_on(rule_day(application, today))


@dataclass(frozen=True)
class Line:
    """One letter of 4.3.1 as it stands: the rule in words, what it said, and what an officer said instead."""

    rule: Rule | None
    judgement: Judgement

    @property
    def words(self) -> str:
        return self.rule.words if self.rule else self.judgement.clause

    @property
    def needs(self) -> str:
        """Which evidence makes it pass."""
        return self.rule.needs if self.rule else ""

    @property
    def letter(self) -> str:
        return self.judgement.clause.rpartition("-")[2]

    @property
    def clause(self) -> str:
        """As printed: 4.3.1.1 a)."""
        head, _, letter = self.judgement.clause.rpartition("-")
        return f"{head} {letter})"

    @property
    def stands(self) -> Outcome:
        return Outcome(self.judgement.stands)

    @property
    def says(self) -> str:
        """The outcome in a word. A priority that is not met is no failure."""
        return label_of(self.judgement.kind, self.stands)


def label_of(kind: str, outcome: Outcome) -> str:
    if kind == PRIORITY:
        return {Outcome.PASSED: "具备", Outcome.FAILED: "不具备"}.get(outcome, outcome.label)
    return outcome.label


def verdicts(application: Application, round: int | None = None) -> list[Line]:
    """The verdicts of a round, the last one unless said otherwise, letter by letter."""
    rows = application.judgements.filter(round=application.round if round is None else round).select_related("overridden_by")
    return [Line(RULES.find(row.rule), row) for row in rows.order_by("clause")]


def entry_of(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.judgement.kind == ENTRY]


def priority_of(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.judgement.kind == PRIORITY]


def standing_against(lines: Iterable[Line]) -> list[Line]:
    """The entry conditions that do not let the institution in as they stand. A priority never does."""
    return [line for line in entry_of(lines) if line.stands in (Outcome.FAILED, Outcome.UNKNOWN)]


@dataclass(frozen=True)
class Weights:
    """What the letters of 4.3.1.3 are worth on a day, on which basis, and why one is worth nothing."""

    worth: Mapping[str, int]
    basis: str
    withheld: Mapping[str, str]


def weights_on(park: Park, day: date) -> Weights:
    """The dated weights of a park. Letter g is worth nothing without a record of fair-competition review."""
    held = parameter_with_basis("admission.priority_points", day, park.pk)
    worth = dict(zip(LETTERS, held.value, strict=False))
    withheld = {}
    if fair_review_on(park, day) is None:
        worth["g"] = 0
        withheld["g"] = "园区没有公平竞争审查记录，本项不计分（公平竞争审查条例第八条至第十条）"
    return Weights(worth, held.basis, withheld)


@dataclass(frozen=True)
class PointLine:
    """One letter of priority: what it is worth, what it brought, and why."""

    line: Line
    worth: int
    earned: int
    withheld: str


@dataclass(frozen=True)
class Points:
    """Points of priority (4.3.1.3), letter by letter, with why a letter that was met counts nothing."""

    total: int
    most: int
    by_letter: Mapping[str, int]
    basis: str
    withheld: Mapping[str, str]
    rows: tuple[PointLine, ...]


def points_of(application: Application, lines: Iterable[Line], today: date) -> Points:
    """What the letters that stand as met are worth, by the weights of the day of receipt."""
    return points_by(weights_on(application.park, rule_day(application, today)), lines)


def points_by(weights: Weights, lines: Iterable[Line]) -> Points:
    priority = priority_of(lines)
    met = {line.letter: weights.worth.get(line.letter, 0) for line in priority if line.stands is Outcome.PASSED}
    rows = tuple(
        PointLine(line, weights.worth.get(line.letter, 0), met.get(line.letter, 0), weights.withheld.get(line.letter, ""))
        for line in priority
    )
    return Points(points(met, weights.worth), sum(weights.worth.values()), met, weights.basis, weights.withheld, rows)


def fair_review_on(park: Park, day: date) -> FairReview | None:
    """The record of fair-competition review that holds on a day and has its paper attached."""
    rows = FairReview.objects.filter(park=park, clause="4.3.1.3-g", reviewed_on__lte=day)
    for row in rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day)).order_by("-reviewed_on", "-pk"):
        if attachments_of("fair_review", row.pk).exists():
            return row
    return None


def fair_reviews(standing: Standing, park: Park) -> QuerySet[FairReview]:
    if not standing.may(permissions.READ, park.pk):
        return FairReview.objects.none()
    return FairReview.objects.filter(park=park).order_by("-reviewed_on", "-pk")
