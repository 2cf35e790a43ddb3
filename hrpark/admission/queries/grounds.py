"""On what a decision rests: the first check, the scoring, minutes and approvals; and the park's own assessments (4.3.1.3 f)."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.files.kinds import attachable, gate
from hrpark.files.models import Attachment
from hrpark.files.queries import attachments_by_subject
from hrpark.institutions.models import Institution
from hrpark.parks.queries import profile_of
from hrpark.standard.queries import parameter
from hrpark.toolbox.errors import NotFound

from .. import permissions
from ..models import Application, BasisKind, BasisPaper, FirstCheck, PotentialReview
from ..rules import Assessed
from .gates import handed_in_for
from .verdicts import rule_day

# --- the first check, the scoring ----------------------------------------------------------------------------------------


def first_check_of(application: Application) -> FirstCheck | None:
    """The last one: what was sent back is checked anew."""
    return application.first_checks.select_related("checked_by").order_by("pk").last()


def scoring_required(application: Application, today: date) -> bool:
    """Whether the park asks for a scoring before it lets anybody in: as promised on the day of receipt."""
    return bool(parameter("admission.scoring_required", rule_day(application, today), application.park_id))


# --- papers of the basis -------------------------------------------------------------------------------------------------


def basis_papers(application: Application) -> list[tuple[BasisPaper, list[Attachment]]]:
    """The papers that were not withdrawn, each with its scans."""
    rows = list(application.basis_papers.filter(withdrawn_at=None).select_related("recorded_by"))
    files = attachments_by_subject("basis_paper", [row.pk for row in rows])
    return [(row, files.get(str(row.pk), [])) for row in rows]


def basis_paper_for(standing: Standing, pk: int, park: Park) -> BasisPaper:
    """The gate of the desk and the authority: of an application that they may read."""
    row = BasisPaper.objects.filter(pk=pk, application__park=park).select_related("application__case").first()
    if row is None:
        raise NotFound()
    handed_in_for(standing, row.application_id, park)
    return row


def needs_minutes(park: Park) -> bool:
    """A state-owned operator decides such things collectively: there are minutes (三重一大)."""
    profile = profile_of(park)
    return bool(profile and profile.state_owned)


def has_minutes(papers: list[tuple[BasisPaper, list[Attachment]]]) -> bool:
    return any(row.kind == BasisKind.MINUTES and files for row, files in papers)


# --- assessments by the park ---------------------------------------------------------------------------------------------


def potential_reviews_in(standing: Standing, park: Park) -> QuerySet[PotentialReview]:
    """Every assessment of the park, the newest first."""
    if not standing.may(permissions.READ, park.pk):
        return PotentialReview.objects.none()
    return PotentialReview.objects.filter(park=park).select_related("institution", "recorded_by")


def potential_review_for(standing: Standing, pk: int, park: Park) -> PotentialReview:
    found = potential_reviews_in(standing, park).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def assessments_of(institution: Institution) -> tuple[Assessed, ...]:
    """The assessments of an institution as the rule looks at them."""
    rows = list(institution.potential_reviews.order_by("assessed_on", "pk"))
    papers = attachments_by_subject("potential_review", [row.pk for row in rows])
    return tuple(
        Assessed(
            row.kind, row.get_kind_display(), row.assessed_on, row.recognised, row.valid_to, bool(papers.get(str(row.pk))), row.number,
            str(row.pk),
        )
        for row in rows
    )  # fmt: skip


# --- gates of files ------------------------------------------------------------------------------------------------------


def _of_basis(permission: str, standing: Standing, pk: str) -> bool:
    row = BasisPaper.objects.filter(pk=pk).select_related("application").first() if pk.isdecimal() else None
    return row is not None and standing.may(permission, row.application.park_id)


def _of_review(permission: str, standing: Standing, pk: str) -> bool:
    row = PotentialReview.objects.filter(pk=pk).first() if pk.isdecimal() else None
    return row is not None and standing.may(permission, row.park_id)


gate(
    attachable("basis_paper"),
    read=lambda standing, pk, on: _of_basis(permissions.READ, standing, pk),
    write=lambda standing, pk, on: _of_basis(permissions.DECIDE, standing, pk),
)
gate(
    attachable("potential_review"),
    read=lambda standing, pk, on: _of_review(permissions.READ, standing, pk),
    write=lambda standing, pk, on: _of_review(permissions.DECIDE, standing, pk),
)
