"""Which applications a person may read and act on, and the gates of the files that belong to them."""

from __future__ import annotations

from datetime import date

from django.db.models import F, OuterRef, QuerySet, Subquery

from hrpark.accounts.models import Membership, Park
from hrpark.accounts.queries import Standing
from hrpark.cases.models import Case, Item, Pause
from hrpark.cases.queries import item_in_force, own, reach
from hrpark.cases.rules import Form
from hrpark.files.kinds import attachable, gate
from hrpark.toolbox.errors import NotFound

from .. import permissions
from ..models import Application, FairReview

KIND = "admission"


def application_for(standing: Standing, pk: int, park: Park) -> Application:
    """The gate: the applicant's side, the desk and the authority; a draft only those who write it."""
    return _one(applications_in(standing, park), pk)


def own_application_for(standing: Standing, pk: int, park: Park) -> Application:
    """The gate of the applicant's side, which may answer and withdraw."""
    mine = Case.objects.filter(own(standing), kind=KIND).values("pk")
    return _one(applications_in(standing, park).filter(case__in=mine), pk)


def handed_in_for(standing: Standing, pk: int, park: Park) -> Application:
    """The gate of the desk and the authority: what was handed in to the park."""
    if not standing.may(permissions.READ, park.pk):
        raise NotFound()
    return _one(applications_in(standing, park).filter(case__received_at__isnull=False), pk)


def applications_in(standing: Standing, park: Park) -> QuerySet[Application]:
    """Every application of the park that the person may read, newest first."""
    reachable = Case.objects.filter(reach(standing), kind=KIND, park=park).values("pk")
    found = Application.objects.filter(park=park, case__in=reachable)
    return found.select_related("case__item", "case__applicant", "case__handler", "institution", "park").order_by("-pk")


def handed_in(standing: Standing, park: Park) -> QuerySet[Application]:
    """What lies on the desk, open first, then by deadline. Each with ``paused_since`` of its case."""
    if not standing.may(permissions.READ, park.pk):
        return Application.objects.none()
    pause = Pause.objects.filter(case=OuterRef("case"), until=None).values("since")[:1]
    return (
        Application.objects.filter(park=park, case__received_at__isnull=False)
        .select_related("case__handler", "institution")
        .annotate(paused_since=Subquery(pause))
        .order_by(F("case__closed_at").asc(nulls_first=True), "case__due_at", "pk")
    )


def own_applications(standing: Standing, park: Park | None = None) -> QuerySet[Application]:
    """What the person, or their institution, has applied for."""
    cases = Case.objects.filter(own(standing), kind=KIND).values("pk")
    found = Application.objects.filter(case__in=cases).select_related("case", "institution", "park").order_by("-pk")
    return found if park is None else found.filter(park=park)


def _one(found: QuerySet[Application], pk: int) -> Application:
    application = found.filter(pk=pk).first()
    if application is None:
        raise NotFound()
    return application


def item_for(park: Park, on: date) -> Item:
    """What an application takes today: words, form, materials, clock."""
    return item_in_force(KIND, park, on)


def form_for(application: Application, on: date) -> Form:
    """The form of a draft as it holds today; of what was handed in, as it was then."""
    case = application.case
    item = case.item if case.received_at else item_for(application.park, on)
    return Form.of(item.fields, item.materials)


def may_speak_for(application: Application) -> bool:
    """Whether the applicant's role at the institution has been verified."""
    return _memberships(application).filter(verified_at__isnull=False).exists()


def waiting_membership(application: Application) -> Membership | None:
    """The applicant's unverified role, for an officer to verify against the letter of authorisation."""
    return _memberships(application).filter(verified_at=None).order_by("pk").first()


def _memberships(application: Application) -> QuerySet[Membership]:
    return Membership.objects.filter(
        person_id=application.case.applicant_id,
        organisation_id=application.case.organisation_id,
        park_id=application.park_id,
        until=None,
    )


def _reads_review(standing: Standing, pk: str, on: date) -> bool:
    row = FairReview.objects.filter(pk=pk).first()
    return row is not None and standing.may(permissions.READ, row.park_id)


def _writes_review(standing: Standing, pk: str, on: date) -> bool:
    row = FairReview.objects.filter(pk=pk).first()
    return row is not None and standing.may(permissions.RULES, row.park_id)


gate(attachable("fair_review"), read=_reads_review, write=_writes_review)


def _reads_application(standing: Standing, pk: str, on: date) -> bool:
    """What was issued on an application: whoever may read its case."""
    return (
        pk.isdecimal()
        and Application.objects.filter(pk=pk, case__in=Case.objects.filter(reach(standing)).values("pk")).exists()
    )


def _writes_application(standing: Standing, pk: str, on: date) -> bool:
    """Nobody adds files to an application itself: papers are issued, materials belong to the case."""
    return False


gate(attachable("application"), read=_reads_application, write=_writes_application)
