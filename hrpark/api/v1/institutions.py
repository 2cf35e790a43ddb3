"""The register of institutions: a list and one dossier, without contacts, staff names or anybody's personal data."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.http import HttpRequest
from ninja import Router, Schema

from hrpark.api.gates import ERRORS, Page, Size, paged, park_of
from hrpark.institutions import permissions
from hrpark.institutions.models import Institution, Kind, Status
from hrpark.institutions.queries import (
    Dossier,
    dossier_of,
    institution_for,
    institutions_in,
    permit_of,
    with_expiry,
    with_unit,
)
from hrpark.institutions.rules import in_force
from hrpark.toolbox.text import tidy

router = Router(tags=["institutions"])


class InstitutionLine(Schema):
    id: int
    name: str
    uscc: str | None
    kind: str
    kind_label: str
    status: str
    status_label: str
    legal_form: str
    resident_since: date | None
    unit: str | None
    next_expiry: date | None


class InstitutionPage(Schema):
    count: int
    page: int
    size: int
    items: list[InstitutionLine]


class LicenceOut(Schema):
    id: int
    kind: str
    kind_label: str
    number: str
    scope: str
    issuer: str
    valid_from: date | None
    valid_to: date | None
    revoked_on: date | None
    verified: bool
    in_force: bool


class SegmentOut(Schema):
    code: str
    label: str
    since: date
    outcome: str
    reason: str


class ResidencyOut(Schema):
    id: int
    agreed_on: date | None
    starts: date
    ends: date | None
    unit: str | None


class InstitutionOut(InstitutionLine):
    founded_on: date | None
    registered_address: str
    business_address: str
    professionals: int
    permit_outcome: str
    permit_reason: str
    licences: list[LicenceOut]
    segments: list[SegmentOut]
    residencies: list[ResidencyOut]


@router.get(
    "/parks/{slug:park}/institutions",
    response={200: InstitutionPage, **ERRORS},
    summary="机构名录",
    url_name="api-institutions",
)
def institutions(
    request: HttpRequest, park: str, page: Page = 1, size: Size = 50, q: str = "", status: Status | None = None, kind: Kind | None = None
):  # fmt: skip
    """Every dossier that the person may see, by name; an institution's own people get their own."""
    room = park_of(request, park, permissions.READ, own=True)
    rows = institutions_in(request.standing, room)
    if word := tidy(q)[:100]:
        rows = rows.filter(
            Q(name__icontains=word) | Q(uscc__startswith=word.upper()) | Q(licences__number__icontains=word)
        ).distinct()
    if status:
        rows = rows.filter(status=status)
    if kind:
        rows = rows.filter(kind=kind)
    return paged(with_unit(with_expiry(rows, request.today), request.today).order_by("name", "pk"), page, size, _line)


@router.get(
    "/parks/{slug:park}/institutions/{int:pk}",
    response={200: InstitutionOut, **ERRORS},
    summary="机构档案",
    url_name="api-institution",
)
def institution(request: HttpRequest, park: str, pk: int):
    """One dossier as of today."""
    room = park_of(request, park, permissions.READ, own=True)
    found = institution_for(request.standing, room, pk)
    row = with_unit(
        with_expiry(institutions_in(request.standing, room).filter(pk=found.pk), request.today), request.today
    ).get()
    return _told(row, dossier_of(found, request.today))


def _line(row: Institution) -> dict:
    """A row with what ``with_expiry`` and ``with_unit`` added to it."""
    return {
        "id": row.pk, "name": row.name, "uscc": row.uscc, "kind": row.kind, "kind_label": row.get_kind_display(), "status": row.status,
        "status_label": row.get_status_display(), "legal_form": row.legal_form, "resident_since": row.resident_since,
        "unit": row.unit_name or row.unit_note or None, "next_expiry": row.expires,
    }  # fmt: skip


def _told(row: Institution, dossier: Dossier) -> dict:
    institution = dossier.institution
    return _line(row) | {
        "founded_on": institution.founded_on, "registered_address": institution.registered_address,
        "business_address": institution.business_address, "professionals": dossier.professionals,
        "permit_outcome": dossier.permit.outcome.value, "permit_reason": dossier.permit.reason,
        "licences": [
            {
                "id": x.pk, "kind": x.kind, "kind_label": x.get_kind_display(), "number": x.number, "scope": x.scope, "issuer": x.issuer,
                "valid_from": x.valid_from, "valid_to": x.valid_to, "revoked_on": x.revoked_on, "verified": x.verified_at is not None,
                "in_force": in_force(permit_of(x), dossier.day),
            }
            for x in dossier.licences
        ],
        "segments": [
            {
                "code": s.row.code, "label": s.label, "since": s.row.since, "outcome": s.verdict.outcome.value, "reason": s.verdict.reason,
            }
            for s in dossier.segments
        ],
        "residencies": [
            {
                "id": r.pk, "agreed_on": r.agreed_on, "starts": r.starts, "ends": r.ends, "unit": r.unit.name if r.unit else r.unit_note or None,
            }
            for r in dossier.residencies
        ],
    }  # fmt: skip
