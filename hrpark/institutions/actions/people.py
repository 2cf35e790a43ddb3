"""Verbs on the institution's people: professional staff (4.3.1.1 c) and contacts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from hrpark.accounts.models import Person
from hrpark.toolbox.errors import Refused
from hrpark.toolbox.identifiers import mask_mobile, read_email, read_phone
from hrpark.toolbox.text import tidy, tidy_name
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from ..models import Contact, Institution, StaffMember
from .dossier import apply, check_days, gate, touched

STAFF_FIELDS = ("name", "education", "professional", "qualification", "since")
CONTACT_FIELDS = ("name", "post", "mobile", "email", "main")


@verb("institutions.staff.add", "登记了从业人员")
def add_staff_member(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, institution: Institution, name: str, **fields: Any
) -> StaffMember:  # fmt: skip
    """A person on the roster: name, education, qualification. No identity number is asked for."""
    gate(actor, institution, at)
    member = StaffMember(institution=institution)
    apply(member, _clean_staff({"name": name, **fields}, at), STAFF_FIELDS)
    member.save()
    deed.record(member, park=institution.park_id, name=member.name)
    touched(deed, institution, staff=member.pk, name=member.name)
    return member


@verb("institutions.staff.edit", "修改了从业人员")
def edit_staff_member(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, member: StaffMember, **changes: Any
) -> StaffMember:  # fmt: skip
    gate(actor, member.institution, at)
    changed = apply(member, _clean_staff(changes, at), STAFF_FIELDS)
    check_days(member.since, member.until, "since", "入职日期不能晚于离职日期。")
    member.save()
    deed.record(member, park=member.institution.park_id, changed=changed)
    if changed:
        touched(deed, member.institution, staff=member.pk, name=member.name)
    return member


@verb("institutions.staff.end", "登记了从业人员离职")
def end_staff_member(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, member: StaffMember, until: date
) -> StaffMember:  # fmt: skip
    """``until`` is the first day on which the person no longer works there."""
    gate(actor, member.institution, at)
    check_days(member.since, until, "until", "离职日期不能早于入职日期。")
    member.until = until
    member.save(update_fields=["until"])
    deed.record(member, park=member.institution.park_id, until=until)
    touched(deed, member.institution, staff=member.pk, name=member.name, until=until)
    return member


@verb("institutions.contact.set", "登记了联系人")
def set_contact(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, institution: Institution, contact: Contact | None = None,
    **fields: Any,
) -> Contact:  # fmt: skip
    """A new contact, or new details of one. The first is the main one; there is one main contact at a time."""
    gate(actor, institution, at)
    Institution.objects.select_for_update().get(pk=institution.pk)
    if contact is None:
        contact = Contact(institution=institution, main=not institution.contacts.filter(main=True).exists())
        if not fields.get("main"):
            fields.pop("main", None)
    changed = apply(contact, _clean_contact(fields, contact), CONTACT_FIELDS)
    if contact.main:
        institution.contacts.filter(main=True).exclude(pk=contact.pk).update(main=False)
    try:
        with transaction.atomic():
            contact.save()
    except IntegrityError as error:
        raise Refused("这位联系人已登记过，请打开原有记录修改。", field="name") from error
    said = {"contact": contact.pk, "name": contact.name, "mobile": mask_mobile(contact.mobile), "fields": sorted(changed)}
    deed.record(contact, park=institution.park_id, **said)
    touched(deed, institution, **said)
    return contact


@verb("institutions.contact.remove", "删除了联系人")
def remove_contact(deed: Deed, *, actor: Person | System, at: datetime, key: str, contact: Contact) -> Institution:
    """The person's details go (PIPL art. 47); that they went stays in the institution's timeline."""
    institution = contact.institution
    gate(actor, institution, at)
    contact.delete()
    Institution.objects.filter(pk=institution.pk).update(changed_at=at)
    deed.record(institution, park=institution.park_id)
    return institution


def _clean_staff(changes: dict[str, Any], at: datetime) -> dict[str, Any]:
    if "name" in changes:
        changes["name"] = tidy_name(changes["name"] or "")
        if not changes["name"]:
            raise Refused("请填写姓名。", field="name")
    if "qualification" in changes:
        changes["qualification"] = tidy(changes["qualification"] or "")
    if changes.get("since") and changes["since"] > at.date():
        raise Refused("入职日期不能晚于今天；未入职的人员请到岗后再登记。", field="since")
    return changes


def _clean_contact(fields: dict[str, Any], contact: Contact) -> dict[str, Any]:
    if "name" in fields or not contact.name:
        fields["name"] = tidy_name(fields.get("name") or "")
        if not fields["name"]:
            raise Refused("请填写联系人姓名。", field="name")
    if "post" in fields:
        fields["post"] = tidy(fields["post"] or "")
    for name, read in (("mobile", read_phone), ("email", read_email)):
        if fields.get(name):
            reading = read(fields[name])
            if not reading.ok:
                raise Refused(reading.message, field=name)
            fields[name] = reading.value
    return fields
