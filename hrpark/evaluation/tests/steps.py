"""The steps of a round that the tests of this room take."""

from __future__ import annotations

from datetime import date, timedelta

from hrpark.evaluation import samples
from hrpark.evaluation.actions import (
    answer_round,
    assess_row,
    prepare_round,
)
from hrpark.evaluation.models import Assessment, Round


def prepare(people, at, **over) -> Round:
    on = at.date()
    given = {
        "park": people.huangpu, "name": "2025年度评价", "as_of": date(2025, 12, 31), "scheme": "house:hrpark:1",
        "answers_until": on + timedelta(10), "self_until": on + timedelta(12), "assess_until": on + timedelta(20), **over,
    }  # fmt: skip
    return prepare_round(
        actor=over.pop("actor", people.officer),
        at=at,
        key=over.pop("key", "p"),
        **{k: v for k, v in given.items() if k not in ("actor", "key")},
    )


def answer(people, round, institution, at, *, actor=None, key="a", **over):
    given = {"scores": samples.answers(round, 0), **over}
    return answer_round(actor=actor or people.qihang_clerk, at=at, key=key, round=round, institution=institution, **given)


def assess(people, round, at, row, *, key="s", actor=None, **over) -> Assessment:
    return assess_row(actor=actor or people.inspector, at=at, key=key, round=round, row=row, **{"verdict": "accept", **over})
