"""Verbs on the institution itself, and what every verb of the dossier shares: the gate and the touch."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, models, transaction

from hrpark.accounts.actions import add_organisation
from hrpark.accounts.models import Organisation, OrganisationKind, Park, Person
from hrpark.accounts.queries import organisation_by_uscc, require, standing_of
from hrpark.accounts.registration import register_organisation
from hrpark.toolbox.errors import Conflict, Misconfigured, NotAllowed, Refused
from hrpark.toolbox.identifiers import read_uscc
from hrpark.toolbox.text import tidy, tidy_name, tidy_title
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions
from ..facts import DOSSIER
from ..models import Institution, Kind, Status
from ..rules import status_on
from .facts import mark_dirty

#: What may be changed on a dossier. Status follows from residency, the organisation from its code.
FIELDS = (
    "kind", "supporting_kind", "name", "uscc", "uscc_reason", "legal_form", "legal_representative", "founded_on",
    "registered_capital", "registered_address", "business_address", "headquarters_of",
)  # fmt: skip
_TIDY = {
    "name": tidy_title, "legal_representative": tidy_name, "uscc_reason": tidy, "registered_address": tidy_title,
    "business_address": tidy_title, "headquarters_of": tidy_title,
}  # fmt: skip


# --- shared by the verbs of the dossier ----------------------------------------------------------------------------------


def gate(actor: Person | System, institution: Institution, at: datetime) -> bool:
    """True for the operator's people (and the house itself), False for the institution's own; stops everybody else.

    What the institution's own people enter is unverified until an officer has seen the original.
    """
    if isinstance(actor, System):
        return True
    standing = standing_of(actor, at.date())
    if standing.may(permissions.EDIT, institution.park_id):
        return True
    if institution.organisation_id in standing.own(permissions.EDIT_OWN, institution.park_id):
        return False
    raise NotAllowed("您的角色不能修改这家机构的档案。如工作需要，请联系园区负责人授予相应角色。")


def operators_gate(actor: Person | System, institution: Institution, at: datetime) -> None:
    """Only the operator's people."""
    require(actor, permissions.EDIT, institution.park_id, at.date())


def touched(deed: Deed, institution: Institution, **data: Any) -> None:
    """A part of the dossier has changed: its timeline tells it, and whoever judges the institution looks again."""
    deed.also(institution, park=institution.park_id, **data)
    mark_changed(institution, deed.at)


def mark_changed(institution: Institution, at: datetime) -> None:
    Institution.objects.filter(pk=institution.pk).update(changed_at=at)
    institution.changed_at = at
    mark_dirty([institution.pk], DOSSIER, at)


def apply(row: models.Model, changes: dict[str, Any], allowed: tuple[str, ...]) -> dict[str, list]:
    """Set what is different, and say what that was: {field: [old, new]}. The caller saves."""
    unknown = set(changes) - set(allowed)
    if unknown:
        raise Misconfigured(f"{type(row).__name__} has no editable {', '.join(sorted(unknown))}")
    changed = {}
    for name, value in changes.items():
        before = getattr(row, name)
        if before != value:
            changed[name] = [before, value]
            setattr(row, name, value)
    return changed


def check_days(starts: Any, ends: Any, field: str, message: str) -> None:
    if starts and ends and ends < starts:
        raise Refused(message, field=field)


# --- verbs ---------------------------------------------------------------------------------------------------------------


@verb("institutions.add", "建立了机构档案")
def add_institution(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, park: Park, kind: str, name: str, uscc: str | None = None,
    organisation: Organisation | None = None, status: str = Status.LISTED, **fields: Any,
) -> Institution:  # fmt: skip
    """A body comes into the park's register. A code whose check digit fails needs ``uscc_reason``; none at all is a company
    still being founded. The organisation that people act for is found by its code, or made."""
    require(actor, permissions.EDIT, park.pk, at.date())
    if status not in (Status.LISTED, Status.APPLICANT):
        raise Misconfigured(f"A dossier does not begin as {status!r}")
    institution = Institution(park=park, status=status, created_at=at, changed_at=at)
    apply(institution, clean({"kind": kind, "name": name, "uscc": uscc, **fields}, institution, at), FIELDS)
    _check_unique(institution)
    institution.organisation = organisation or _organisation_for(institution, actor, at, key)
    try:
        with transaction.atomic():
            institution.save()
    except IntegrityError as error:
        field = "uscc" if institution.uscc else "name"
        raise Refused("这家机构刚刚已由他人登记，请刷新后查看。", field=field) from error
    deed.record(institution, park=park.pk, name=institution.name, uscc=institution.uscc, uscc_reason=institution.uscc_reason)
    return institution


@verb("institutions.edit", "修改了机构档案")
def edit_institution(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, institution: Institution, seen: datetime | None = None,
    **changes: Any,
) -> Institution:  # fmt: skip
    """Change the facts of a dossier. ``seen``: the ``changed_at`` that the form was drawn with; a later change by another
    person is not overwritten."""
    operators_gate(actor, institution, at)
    current = Institution.objects.select_for_update().get(pk=institution.pk)
    if seen is not None and current.changed_at != seen:
        raise Conflict("这份档案在您打开表单之后已被他人修改。请刷新页面，核对后重新提交；您填写的内容已存为草稿。")
    changed = apply(current, clean(changes, current, at), FIELDS)
    if "uscc" in changed or "name" in changed:
        _check_unique(current)
    if "uscc" in changed and current.organisation_id is None:
        current.organisation = _organisation_for(current, actor, at, key)
    elif "uscc" in changed and current.uscc and current.organisation.uscc is None:
        register_organisation(
            actor=actor, at=at, key=f"{key[:80]}:org", organisation=current.organisation, name=current.name, uscc=current.uscc
        )
    if changed:
        current.changed_at = at
        try:
            with transaction.atomic():
                current.save()
        except IntegrityError as error:
            field = "uscc" if current.uscc else "name"
            raise Refused("同一代码或名称的机构刚刚已由他人登记，请刷新后查看。", field=field) from error
        mark_dirty([current.pk], DOSSIER, at)
    deed.record(current, park=current.park_id, changed=changed)
    return current


def become_applicant(*, institution: Institution, at: datetime) -> None:
    """It applies to come in: called by admission in its own transaction. Who is resident stays resident."""
    Institution.objects.filter(pk=institution.pk).exclude(status=Status.RESIDENT).update(status=Status.APPLICANT, changed_at=at)


def cease_to_apply(*, institution: Institution, at: datetime) -> None:
    """The application came to nothing: the dossier stands again as its stays say. Called by admission in its own transaction."""
    stays = institution.residencies.values_list("starts", "ends")
    status = status_on(Status.LISTED, stays, at.date())
    Institution.objects.filter(pk=institution.pk, status=Status.APPLICANT).update(status=status, changed_at=at)


def clean(changes: dict[str, Any], institution: Institution, at: datetime) -> dict[str, Any]:
    """The values as the register keeps them, each checked; Refused at the field that is wrong."""
    changes = {name: _TIDY[name](value or "") if name in _TIDY else value for name, value in changes.items()}

    def value_of(name: str) -> Any:
        return changes.get(name, getattr(institution, name))

    if "name" in changes and len(changes["name"]) < 2:
        raise Refused("请填写机构全称，与营业执照一致。", field="name")
    if "uscc" in changes or "uscc_reason" in changes:
        changes["uscc"], changes["uscc_reason"] = code_or_refuse(value_of("uscc"), value_of("uscc_reason"))
    if value_of("kind") != Kind.SUPPORTING:
        changes["supporting_kind"] = ""
    elif not value_of("supporting_kind"):
        raise Refused("请选择配套服务的类型，例如法律、金融、餐饮。", field="supporting_kind")
    if changes.get("founded_on") and changes["founded_on"] > at.date():
        raise Refused("成立日期不能晚于今天，请核对营业执照。", field="founded_on")
    capital: Decimal | None = changes.get("registered_capital")
    if capital is not None and capital < 0:
        raise Refused("注册资本不能为负数，请核对营业执照。", field="registered_capital")
    return changes


def code_or_refuse(uscc: str | None, reason: str) -> tuple[str | None, str]:
    """A code as it is kept, with the reason that lets a failing check digit stand; no reason where none is needed."""
    if not (uscc or "").strip():
        return None, ""
    reading = read_uscc(uscc)
    if reading.ok:
        return reading.value, ""
    if not (reading.overridable and reason):
        raise Refused(reading.message, field="uscc_reason" if reading.overridable else "uscc")
    return reading.value, reason


def _check_unique(institution: Institution) -> None:
    others = Institution.objects.filter(park_id=institution.park_id).exclude(pk=institution.pk)
    if institution.uscc:
        known = others.filter(uscc=institution.uscc).first()
        if known is not None:
            raise Refused(f"本园区已有“{known.name}”使用这个统一社会信用代码，请核对，或打开该机构的档案修改。", field="uscc")
    elif others.filter(uscc__isnull=True, name=institution.name).exists():
        raise Refused("本园区已有同名且未登记代码的机构，请打开该档案补填统一社会信用代码。", field="name")


def _organisation_for(institution: Institution, actor: Person | System, at: datetime, key: str) -> Organisation | None:
    """The body that people act for: the known one with that code, else a new one. Operators and authorities are not it."""
    if not institution.uscc:
        return None
    known = organisation_by_uscc(institution.uscc)
    if known is None:
        return add_organisation(
            actor=actor,
            at=at,
            key=f"{key[:80]}:org",
            kind=OrganisationKind.INSTITUTION,
            name=institution.name,
            uscc=institution.uscc,
        )
    taken = Institution.objects.filter(park_id=institution.park_id, organisation=known).exclude(pk=institution.pk)
    return known if known.kind == OrganisationKind.INSTITUTION and not taken.exists() else None
