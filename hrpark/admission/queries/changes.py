"""What a change of facts does to the verdicts: what would change if it were judged now, and what changed between two rounds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hrpark.cases.rules import day_of
from hrpark.standard.kinds import CURRENT
from hrpark.trail.queries import Line as TrailLine
from hrpark.trail.queries import timeline

from ..models import Application, Judgement, Outcome
from ..rules import RULES
from .candidates import candidate_of
from .verdicts import label_of, rules_for


def next_round(application: Application, at: datetime) -> list[Judgement]:
    """The verdicts of the facts of now, by the rules of the day of receipt: rows that are not stored. An override of the last
    round stays where the rule says the same again for the same reason."""
    on = day_of(at)
    before = {row.clause: row for row in application.judgements.filter(round=application.round)}
    candidate, rows = candidate_of(application, on), []
    for rule in rules_for(application, on):
        verdict = rule(candidate)
        row = Judgement(
            application=application, round=application.round + 1, rule=rule.key, clause=rule.clause, kind=rule.kind,
            edition=CURRENT.key, since=rule.since, judged_on=on, judged_at=at, outcome=verdict.outcome.value, reason=verdict.reason,
            evidence=[{"type": e.type, "id": e.id, "says": e.says} for e in verdict.evidence],
        )  # fmt: skip
        last = before.get(rule.clause)
        if last is not None and last.override and (last.rule, last.outcome, last.reason) == (row.rule, row.outcome, row.reason):
            row.override, row.override_reason = last.override, last.override_reason
            row.overridden_by, row.overridden_at = last.overridden_by, last.overridden_at
        rows.append(row)
    return rows


@dataclass(frozen=True)
class Change:
    """One letter that stands otherwise, or for another reason, after than before."""

    before: Judgement | None
    after: Judgement | None

    @property
    def judgement(self) -> Judgement:
        return self.after or self.before  # type: ignore[return-value]

    @property
    def clause(self) -> str:
        head, _, letter = self.judgement.clause.rpartition("-")
        return f"{head} {letter})"

    @property
    def words(self) -> str:
        rule = RULES.find(self.judgement.rule)
        return rule.words if rule else self.clause

    @property
    def turns(self) -> bool:
        """The outcome that counts is another one; else only the reason is."""
        return self.before is None or self.after is None or self.before.stands != self.after.stands

    @property
    def drops_override(self) -> bool:
        """An officer's override goes with it, since the rule no longer says what was overridden."""
        return bool(self.before is not None and self.before.override and not (self.after is not None and self.after.override))

    def says(self, row: Judgement | None) -> str:
        return label_of(row.kind, Outcome(row.stands)) if row is not None else "—"

    @property
    def because(self) -> tuple[str, ...]:
        """The facts that came, and those that went."""
        then, now = _facts(self.before), _facts(self.after)
        return (
            *(f"新增：{says}" for says in now if says not in then),
            *(f"不再有：{says}" for says in then if says not in now),
        )


def _facts(row: Judgement | None) -> list[str]:
    return [one["says"] for one in row.evidence if one["type"] != "institution" and one["says"]] if row is not None else []


def compared(before: Iterable[Judgement], after: Iterable[Judgement]) -> list[Change]:
    """The letters in which two rounds differ, those whose outcome turns first."""
    old, new = {row.clause: row for row in before}, {row.clause: row for row in after}
    found = [Change(old.get(clause), new.get(clause)) for clause in sorted({*old, *new})]
    differ = [one for one in found if one.turns or _told(one.before) != _told(one.after)]
    return sorted(differ, key=lambda one: (not one.turns, one.judgement.clause))


def _told(row: Judgement | None) -> tuple | None:
    return row and (row.outcome, row.override, row.reason)


def would_change(application: Application, at: datetime) -> list[Change]:
    """What judging anew would change, with nothing written."""
    return compared(application.judgements.filter(round=application.round), next_round(application, at))


@dataclass(frozen=True)
class Round:
    """One round of verdicts and in what it differs from the one before; none for the first."""

    number: int
    judged_at: datetime
    changes: tuple[Change, ...] | None


def rounds_of(application: Application) -> list[Round]:
    """Every round, the newest first."""
    by_round: dict[int, list[Judgement]] = {}
    for row in application.judgements.select_related("overridden_by").order_by("round", "clause"):
        by_round.setdefault(row.round, []).append(row)
    numbers = sorted(by_round)
    found = [
        Round(n, by_round[n][0].judged_at, tuple(compared(by_round[last], by_round[n])) if last else None)
        for last, n in zip([0, *numbers], numbers, strict=False)
    ]
    return found[::-1]


def facts_since(application: Application) -> list[TrailLine]:
    """What was done to the dossier since the last round."""
    last = application.judgements.filter(round=application.round).first()
    lines = timeline("institution", application.institution_id)
    return [line for line in lines if last is None or line.at > last.judged_at]
