"""Applications for admission: a list, and one with its verdicts letter by letter, as on the pages: the applicant's side reads
its own, points of priority are the desk's and the authority's."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest
from ninja import Router, Schema

from hrpark.accounts.models import Park
from hrpark.accounts.queries import park_by_slug
from hrpark.admission import permissions
from hrpark.admission.models import Application
from hrpark.admission.queries import application_for, applications_in, points_of, verdicts
from hrpark.api.gates import ERRORS, Page, Size, paged
from hrpark.cases.queries import state_of
from hrpark.toolbox.errors import NotFound

router = Router(tags=["admission"])


class ApplicationLine(Schema):
    id: int
    number: str | None
    institution_id: int
    institution: str
    state: str
    state_label: str
    waits_for: str
    received_at: datetime | None
    due_at: datetime | None
    completed_at: datetime | None
    closed_at: datetime | None
    outcome: str


class ApplicationPage(Schema):
    count: int
    page: int
    size: int
    items: list[ApplicationLine]


class EvidenceOut(Schema):
    type: str
    id: str
    says: str


class JudgementOut(Schema):
    """One letter of 4.3.1: what the rule said, and what an officer said instead."""

    clause: str
    printed: str
    kind: str
    words: str
    outcome: str
    reason: str
    evidence: list[EvidenceOut]
    override: str
    override_reason: str
    stands: str
    says: str
    judged_on: date
    edition: str


class PointsOut(Schema):
    total: int
    most: int
    by_letter: dict[str, int]
    basis: str
    withheld: dict[str, str]


class ApplicationOut(ApplicationLine):
    round: int
    judgements: list[JudgementOut]
    points: PointsOut | None


@router.get(
    "/parks/{slug:park}/applications",
    response={200: ApplicationPage, **ERRORS},
    summary="入驻申请",
    url_name="api-applications",
)
def applications(request: HttpRequest, park: str, page: Page = 1, size: Size = 50):
    """Every application that the person may read, newest first."""
    room = park_by_slug(park)
    found = applications_in(request.standing, room)
    if not request.standing.hats_in(room.pk) and not found.exists():
        raise NotFound()
    return paged(found, page, size, _line)


@router.get(
    "/parks/{slug:park}/applications/{int:pk}",
    response={200: ApplicationOut, **ERRORS},
    summary="一件入驻申请",
    url_name="api-application",
)
def application(request: HttpRequest, park: str, pk: int):
    """One application with the verdicts of its last round."""
    room = park_by_slug(park)
    return _told(request, room, application_for(request.standing, pk, room))


def _line(row: Application) -> dict:
    case = row.case
    return {
        "id": row.pk, "number": case.number, "institution_id": row.institution_id, "institution": row.institution.name, "state": case.state,
        "state_label": state_of(case).label, "waits_for": case.ball, "received_at": case.received_at, "due_at": case.due_at,
        "completed_at": case.completed_at, "closed_at": case.closed_at, "outcome": case.outcome,
    }  # fmt: skip


def _told(request: HttpRequest, park: Park, found: Application) -> dict:
    line = _line(found) | {"round": found.round, "judgements": [], "points": None}
    lines = verdicts(found)
    if found.case.received_at and request.standing.may(permissions.READ, park.pk):
        points = points_of(found, lines, request.today)
        line["points"] = {
            "total": points.total, "most": points.most, "by_letter": dict(points.by_letter), "basis": points.basis,
            "withheld": dict(points.withheld),
        }  # fmt: skip
    return line | {
        "judgements": [
            {
                "clause": one.judgement.clause, "printed": one.clause, "kind": one.judgement.kind, "words": one.words,
                "outcome": one.judgement.outcome, "reason": one.judgement.reason, "evidence": one.judgement.evidence,
                "override": one.judgement.override, "override_reason": one.judgement.override_reason, "stands": one.stands.value,
                "says": one.says, "judged_on": one.judgement.judged_on, "edition": one.judgement.edition,
            }
            for one in lines
        ],
    }  # fmt: skip
