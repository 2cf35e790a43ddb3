"""What came out of a round: frozen or provisional, reckoned again, restated since; its report and its evidence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.documents.models import Document
from hrpark.documents.queries import documents_of
from hrpark.files.kinds import attachable, gate
from hrpark.returns.models import DeclaredFigure
from hrpark.toolbox.frozen import canonical, digest

from .. import permissions
from ..models import Frozen, Round, SelfScore, State
from ..rules.scoring import score_round
from .reckoning import inputs_of


@dataclass(frozen=True)
class Outcome:
    """A round's inputs and result: frozen ones of a finished round, provisional ones before."""

    round: Round
    inputs: dict
    result: dict
    frozen: bool
    inputs_digest: str = ""
    result_digest: str = ""


def outcome_of(round: Round, on: date) -> Outcome:
    """The frozen result; of an unfinished round what would come out on that day. The caller has passed a gate."""
    kept = Frozen.objects.filter(round=round).first()
    if kept is not None:
        return Outcome(round, json.loads(kept.inputs), json.loads(kept.result), True, kept.inputs_digest, kept.result_digest)
    inputs = inputs_of(round, on)
    return Outcome(round, inputs, score_round(inputs), False)


@dataclass(frozen=True)
class Recomputed:
    """Whether a finished round still comes out as it was frozen, and if not, what differs."""

    round_id: int
    name: str
    ok: bool
    why: str = ""


def recompute(round: Round) -> Recomputed:
    """Reckon a finished round again from nothing but its frozen inputs, and compare byte for byte."""
    kept = Frozen.objects.get(round=round)
    if digest(kept.inputs) != kept.inputs_digest:
        return Recomputed(round.pk, round.name, False, "the frozen inputs do not match their digest")
    again = canonical(score_round(json.loads(kept.inputs)))
    if digest(kept.result) != kept.result_digest:
        return Recomputed(round.pk, round.name, False, "the frozen result does not match its digest")
    if again != kept.result:
        return Recomputed(round.pk, round.name, False, "the inputs no longer give the frozen result")
    return Recomputed(round.pk, round.name, True)


def finished_rounds() -> QuerySet[Round]:
    return Round.objects.filter(state__in=[State.FINISHED, State.PUBLISHED]).select_related("frozen", "park").order_by("pk")


def published_rounds(park: Park) -> QuerySet[Round]:
    """What everybody may know: the rounds whose results the authority has published, the newest first."""
    return Round.objects.filter(park=park, state=State.PUBLISHED).select_related("scheme").order_by("-published_at", "-pk")


@dataclass(frozen=True)
class Restated:
    """An input of a finished round that was restated or verified otherwise since: the result stays as it was frozen."""

    measure: str
    then: str | None
    now: Decimal | None
    figure: DeclaredFigure


def restated_since(round: Round) -> list[Restated]:
    """Which declared figures behind a finished round have been superseded since it was frozen."""
    kept = Frozen.objects.filter(round=round).first()
    if kept is None:
        return []
    used = {}
    for measure, years in json.loads(kept.inputs)["readings"].items():
        for reading in years.values():
            if reading and reading["declared"]:
                used[int(reading["declared"]["id"])] = (measure, reading["declared"]["value"])
    moved = DeclaredFigure.objects.filter(pk__in=list(used), superseded_at__isnull=False).order_by("measure", "year")
    return [Restated(*used[f.pk], now.value, now) for f in moved for now in (_last_of(f),)]


def _last_of(figure: DeclaredFigure) -> DeclaredFigure:
    """What a superseded figure has become in the end."""
    while figure.superseded_at is not None:
        figure = figure.superseded_by
    return figure


def report_of(round: Round) -> Document | None:
    """The issued report of a finished round; a withdrawn one no longer counts."""
    return documents_of("round", round.pk).filter(withdrawn_at__isnull=True).last()


# --- evidence of the self-rating ---------------------------------------------------------------------------------------


def _score(subject_id: str) -> SelfScore | None:
    return SelfScore.objects.select_related("round").filter(pk=subject_id).first() if subject_id.isdecimal() else None


def _may_read_evidence(standing: Standing, subject_id: str, on: date) -> bool:
    score = _score(subject_id)
    return score is not None and standing.may(permissions.READ, score.round.park_id)


def _may_add_evidence(standing: Standing, subject_id: str, on: date) -> bool:
    """The operator, until it hands its self-rating in."""
    score = _score(subject_id)
    return score is not None and score.round.state == State.OPEN and standing.may(permissions.RATE, score.round.park_id)


gate(attachable("self_score"), read=_may_read_evidence, write=_may_add_evidence)


def _may_read_round(standing: Standing, subject_id: str, on: date) -> bool:
    """Who may read the report of a round: operator and authority; the park's residents once it is published."""
    round = Round.objects.filter(pk=subject_id).first() if subject_id.isdecimal() else None
    if round is None:
        return False
    published = round.state == State.PUBLISHED and bool(standing.own(permissions.ANSWER, round.park_id))
    return published or standing.may(permissions.READ, round.park_id)


def _nobody(standing: Standing, subject_id: str, on: date) -> bool:
    return False


gate("round", read=_may_read_round, write=_nobody)
