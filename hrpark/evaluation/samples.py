"""Rounds for tests and the demo year, made only through verbs. Answers follow a fixed pattern, nothing is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from hrpark.accounts.models import Park, Person
from hrpark.accounts.samples import AT, HOUSE
from hrpark.institutions.models import Institution
from hrpark.trail.kinds import System

from .actions import (
    Rated,
    answer_round,
    assess_row,
    close_collection,
    find_veto,
    finish_round,
    hand_in_assessment,
    open_round,
    prepare_round,
    rate_self,
)
from .models import Assessment, Participation, Round
from .queries import review
from .rules import scheme as scheme_rules

Actor = Person | System


def make_round(
    park: Park, *, at: datetime = AT, actor: Actor = HOUSE, scheme: str = "house:hrpark:1", name: str = "", opened: bool = True,
    as_of: date | None = None, days: int = 14, **over,
) -> Round:  # fmt: skip
    """A round for the year before ``at``, open for two weeks unless said otherwise."""
    on = at.date()
    as_of = as_of or date(on.year - 1, 12, 31)
    given = {
        "name": name or f"{as_of.year}年度评价", "as_of": as_of, "scheme": scheme, "answers_until": on + timedelta(days=days),
        "self_until": on + timedelta(days=days), "assess_until": on + timedelta(days=2 * days), **over,
    }  # fmt: skip
    round = prepare_round(actor=actor, at=at, key=f"round:{park.pk}:{given['name']}", park=park, **given)
    return open_round(actor=actor, at=at, key=f"open:{round.pk}", round=round) if opened else round


def answers(round: Round, n: int) -> dict[str, int]:
    """The n-th resident's sheet: 满意 and 非常满意 mostly, a lower degree now and then."""
    rows = scheme_rules.judged_by(round.scheme.body, "residents")
    return {row: (5, 4, 5, 4, 3)[(n + i) % 5] for i, row in enumerate(rows)}


def answer_all(
    round: Round, institutions: Iterable[Institution], *, at: datetime = AT, actor: Actor = HOUSE
) -> list[Participation]:
    return [
        answer_round(actor=actor, at=at, key=f"answer:{round.pk}:{i.pk}", round=round, institution=i, scores=answers(round, n))
        for n, i in enumerate(institutions)
    ]  # fmt: skip


def rate_all(
    round: Round, *, at: datetime = AT, actor: Actor = HOUSE, score: int | str = 90, hand_in: bool = True,
    checks: Mapping[str, bool] | None = None,
) -> Round:  # fmt: skip
    """The operator gives every row the same score and ticks every item of every checklist, unless said otherwise."""
    body = round.scheme.body
    rows = scheme_rules.rows_of(body)
    rated = [
        Rated(
            key, Decimal(str(score)),
            {item: (checks or {}).get(item, True) for item in scheme_rules.checklist_of(rows[key])}, "见佐证材料",
        )
        for key in scheme_rules.judged_by(body, "operator")
    ]  # fmt: skip
    return rate_self(actor=actor, at=at, key=f"rate:{round.pk}:{hand_in}", round=round, rows=rated, hand_in=hand_in)


def close(round: Round, *, at: datetime = AT, actor: Actor = HOUSE) -> Round:
    return close_collection(actor=actor, at=at, key=f"close:{round.pk}", round=round, reason="全部单位已作答")


def assess_all(
    round: Round, *, at: datetime = AT, actor: Actor = HOUSE, adjusted: Mapping[str, int | str] | None = None
) -> list[Assessment]:
    """The authority accepts every row but those given another score, and finds no veto."""
    made = []
    for row in review(round, at.date()).rows:
        other = (adjusted or {}).get(row.key)
        verdict = {"verdict": "accept"} if other is None else {
            "verdict": "adjust", "score": Decimal(str(other)), "reason": "现场核查与佐证材料不一致",
        }  # fmt: skip
        seen = row.assessed.version if row.assessed else 0
        key = f"assess:{round.pk}:{row.key}:{seen}"
        made.append(assess_row(actor=actor, at=at, key=key, round=round, row=row.key, seen=seen, **verdict))
    for veto in round.scheme.body.get("vetoes", []):
        find_veto(actor=actor, at=at, key=f"veto:{round.pk}:{veto['key']}", round=round, veto=veto["key"], found=False)
    return made


def finish(round: Round, *, at: datetime = AT, inspector: Actor = HOUSE, supervisor: Actor = HOUSE) -> Round:
    hand_in_assessment(actor=inspector, at=at, key=f"assessed:{round.pk}", round=round)
    return finish_round(actor=supervisor, at=at, key=f"finish:{round.pk}", round=round)
