"""The candidate that rules look at: the dossier on a day, and what the application declares beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hrpark.cases.rules import filled
from hrpark.institutions.kinds import segments_on
from hrpark.institutions.models import CreditCheck, CreditSource
from hrpark.institutions.queries import Dossier, at_work, dossier_of, permit_of
from hrpark.institutions.rules import Permit
from hrpark.standard.queries import parameter
from hrpark.toolbox.dates import OPEN_ENDED, read_date
from hrpark.toolbox.text import match_key, tidy
from hrpark.toolbox.verdict import Evidence

from ..models import Application
from ..rules import Candidate, Check, Professional, Proof, Segment
from .grounds import assessments_of
from .verdicts import fair_review_on, rule_day

COLLEGE = frozenset({"college", "bachelor", "master", "doctor"})


def candidate_of(application: Application, on: date) -> Candidate:
    """The institution as known on a day: the dossier, and what the application declares beside it, still unverified."""
    park_id, holds = application.park_id, rule_day(application, on)
    dossier, data = dossier_of(application.institution, on), application.case.data
    institution = dossier.institution
    declared = Declared.of(application)
    numbers = {
        name: parameter(f"admission.{name}", holds, park_id)
        for name in (
            "min_professionals", "licence_min_staff", "credit_check_max_age_days", "honour_years", "top_world_rank",
            "top_province_rank",
        )
    }  # fmt: skip
    review = fair_review_on(application.park, holds)
    return Candidate(
        on=on,
        kind=institution.kind,
        legal_form=institution.legal_form or str(data.get("legal_form", "")),
        uscc=institution.uscc or data.get("uscc"),
        pending=not institution.uscc or bool(data.get("needs_address")),
        will_found=bool(data.get("will_found")),
        headquarters_of=institution.headquarters_of or str(data.get("headquarters_of", "")),
        permits=(*(permit_of(x) for x in dossier.licences), *(one.permit for one in declared.licences)),
        segments=_segments(dossier, data, on),
        staff=(*_staff(dossier, on), *(one.professional for one in declared.staff)),
        checks=_checks(dossier, on),
        proofs=(*(_proof(x) for x in dossier.credentials), *(one.proof for one in declared.credentials)),
        assessments=assessments_of(institution),
        fair_review=review.number if review else "",
        subject=Evidence("institution", str(institution.pk), institution.name),
        **numbers,
    )


def _segments(dossier: Dossier, data: Mapping, on: date) -> tuple[Segment, ...]:
    """What the dossier and the application declare, a segment once; a niche stands for its segment."""
    listed = segments_on(on)
    codes = [row.row.code for row in dossier.segments] + [str(c) for c in data.get("segments") or []]
    found = dict.fromkeys(listed.by_code[code] for code in codes if code in listed.by_code)
    return tuple(Segment(s.code, s.label, s.permit) for s in found)


def _staff(dossier: Dossier, on: date) -> Iterable[Professional]:
    return (Professional(m.professional, m.education in COLLEGE) for m in dossier.staff if at_work(m, on))


def _checks(dossier: Dossier, on: date) -> tuple[Check, ...]:
    """Every source that has to be asked, with its newest answer up to the day."""
    newest: dict[str, CreditCheck] = {}
    for row in dossier.credit_checks:
        if row.checked_on <= on:
            newest.setdefault(row.source, row)
    return tuple(
        Check(key, label, newest[key].checked_on, newest[key].result, str(newest[key].pk))
        if key in newest
        else Check(key, label)
        for key, label in CreditSource.choices
    )


def _proof(row: Any) -> Proof:
    return Proof(
        row.kind, row.title, row.issuer, row.issuer_level, row.list_name, row.level, row.scale, row.aspect, row.year, row.issued_on,
        row.valid_to, row.verified_at is not None, "credential", str(row.pk),
    )  # fmt: skip


@dataclass(frozen=True)
class DeclaredLicence:
    """A permit that the application names and the dossier does not have. ``index``: its row in the form."""

    index: int
    permit: Permit
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class DeclaredPerson:
    index: int
    name: str
    professional: Professional
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class DeclaredProof:
    index: int
    proof: Proof
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Declared:
    """What the application says and the dossier does not know yet: for an officer to see the originals of."""

    licences: tuple[DeclaredLicence, ...]
    staff: tuple[DeclaredPerson, ...]
    credentials: tuple[DeclaredProof, ...]

    @classmethod
    def of(cls, application: Application) -> Declared:
        institution, data = application.institution, application.case.data
        licences = {(kind, match_key(number)) for kind, number in institution.licences.values_list("kind", "number")}
        names = {match_key(name) for name in institution.staff.filter(until=None).values_list("name", flat=True)}
        held = {
            (kind, match_key(title), aspect)
            for kind, title, aspect in institution.credentials.values_list("kind", "title", "aspect")
        }
        return cls(
            tuple(
                one for one in (_licence(i, r) for i, r in enumerate(filled(data.get("licences"))))
                if (one.permit.kind, match_key(one.permit.number)) not in licences
            ),
            tuple(one for one in (_person(i, r) for i, r in enumerate(filled(data.get("staff")))) if match_key(one.name) not in names),
            tuple(
                one for one in (_declared_proof(i, r, application) for i, r in enumerate(filled(data.get("credentials"))))
                if (one.proof.kind, match_key(one.proof.title), one.proof.aspect) not in held
            ),
        )  # fmt: skip

    @property
    def empty(self) -> bool:
        return not (self.licences or self.staff or self.credentials)


def _text(row: Mapping, key: str) -> str:
    return tidy(str(row.get(key) or ""))


def typed_day(row: Mapping, key: str) -> date | None:
    """A date that was typed; what cannot be read, and 长期, is none."""
    reading = read_date(row.get(key) or "", open_ended=True)
    return reading.value if reading.ok and reading.value != OPEN_ENDED else None


def _licence(index: int, row: Mapping) -> DeclaredLicence:
    fields = {
        "kind": _text(row, "kind"), "number": _text(row, "number"), "scope": _text(row, "scope"), "issuer": _text(row, "issuer"),
        "valid_from": typed_day(row, "valid_from"), "valid_to": typed_day(row, "valid_to"),
    }  # fmt: skip
    permit = Permit(fields["kind"], fields["number"], fields["valid_from"], fields["valid_to"], verified=False)
    return DeclaredLicence(index, permit, fields)


def _person(index: int, row: Mapping) -> DeclaredPerson:
    fields = {
        "name": _text(row, "name"), "education": _text(row, "education"), "professional": bool(row.get("professional")),
        "qualification": _text(row, "qualification"), "since": typed_day(row, "since"),
    }  # fmt: skip
    return DeclaredPerson(
        index, fields["name"], Professional(fields["professional"], fields["education"] in COLLEGE, verified=False), fields
    )


def _declared_proof(index: int, row: Mapping, application: Application) -> DeclaredProof:
    year = _text(row, "year")
    fields = {
        **{key: _text(row, key) for key in ("kind", "title", "issuer", "issuer_level", "list_name", "level", "scale", "aspect")},
        "year": int(year) if year.isascii() and year.isdigit() else None, "issued_on": typed_day(row, "issued_on"),
        "valid_to": typed_day(row, "valid_to"),
    }  # fmt: skip
    return DeclaredProof(index, Proof(**fields, verified=False, type="application", id=str(application.pk)), fields)
