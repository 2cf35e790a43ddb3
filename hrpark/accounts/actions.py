"""Verbs on people, organisations, parks and roles."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from hrpark.toolbox.errors import NotAllowed, Refused
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from . import permissions
from .kinds import ROLES
from .models import Draft, Membership, Organisation, OrganisationKind, Park, Person
from .queries import person_by_key, require


@verb("accounts.register", "注册了账号")
def register_person(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, name: str, mobile: str = "", email: str = "",
    password: str | None = None, installs: bool = False,
) -> Person:  # fmt: skip
    """A person gets an account; without a password they come in by a one-time code first."""
    for given in (mobile, email):
        if given and person_by_key(given):
            raise Refused(
                "该手机号或邮箱已注册，请直接登录；忘记密码可用一次性验证码登录。",
                field="mobile" if given == mobile else "email",
            )
    if installs and isinstance(actor, Person) and not actor.installs:
        raise NotAllowed("只有系统管理员可以指定新的系统管理员。")
    person = Person(name=name, mobile=mobile or None, email=email or None, installs=installs, created_at=at)
    person.set_password(password)
    person.save()
    deed.record(person, park=None)
    return person


@verb("accounts.park.add", "开通了园区")
def add_park(deed: Deed, *, actor: System | Person, at: datetime, key: str, name: str, slug: str) -> Park:
    """A further park in this installation; only who installs may."""
    if isinstance(actor, Person) and not actor.installs:
        raise NotAllowed("只有系统管理员可以开通园区。")
    if Park.objects.filter(name=name).exists():
        raise Refused("已有同名园区，请核对名称。", field="name")
    if Park.objects.filter(slug=slug).exists():
        raise Refused("这个网址短名已被使用，请换一个。", field="slug")
    park = Park.objects.create(name=name, slug=slug, created_at=at)
    deed.record(park, park=park.pk, name=name)
    return park


@verb("accounts.organisation.add", "登记了单位")
def add_organisation(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, kind: str, name: str, uscc: str | None = None
) -> Organisation:
    """A body that people act for. An institution's one is made when it applies or is put into the register."""
    organisation = Organisation.objects.create(kind=kind, name=name, uscc=uscc or None, created_at=at)
    deed.record(organisation, park=None, kind=kind, name=name)
    return organisation


@verb("accounts.role.grant", "授予了角色")
def grant_role(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, person: Person, organisation: Organisation, park: Park,
    role: str, since: date, verified: bool = True,
) -> Membership:  # fmt: skip
    """A person gets a role for an organisation in a park. Unverified (an applicant's own word) it gives no access yet."""
    wanted = ROLES.get(role).organisation
    if wanted != organisation.kind:
        raise Refused(f"“{ROLES.get(role).label}”只能授予{OrganisationKind(wanted).label}的人员。", field="role")
    if isinstance(actor, Person) and verified and not actor.installs:
        if organisation.kind == OrganisationKind.INSTITUTION:
            require(actor, permissions.COLLEAGUES_MANAGE, park.pk, at.date(), organisation.pk)
        else:
            require(actor, permissions.PEOPLE_MANAGE, park.pk, at.date())
    membership, new = Membership.objects.get_or_create(
        person=person, organisation=organisation, park=park, role=role, until=None,
        defaults={"since": since, "verified_at": at if verified else None},
    )  # fmt: skip
    if not new and verified and membership.verified_at is None:
        membership.verified_at = at
        membership.save(update_fields=["verified_at"])
    deed.record(membership, park=park.pk, person=person.pk, organisation=organisation.pk, role=role)
    return membership


@verb("accounts.role.verify", "核验了经办人身份")
def verify_role(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, membership: Membership, basis: str
) -> Membership:
    """An officer confirms that a person may act for an institution, on the letter of authorisation or in person."""
    require(actor, permissions.CODE_ISSUE, membership.park_id, at.date())
    membership.verified_at = at
    membership.verified_by = actor if isinstance(actor, Person) else None
    membership.save(update_fields=["verified_at", "verified_by"])
    deed.record(membership, park=membership.park_id, basis=basis)
    return membership


@verb("accounts.role.end", "收回了角色")
def end_role(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, membership: Membership, on: date, reason: str
) -> Membership:
    """A role stops to hold from ``on``. The last director of a park stays, so that nobody locks the park out."""
    if membership.organisation.kind == OrganisationKind.INSTITUTION:
        if not isinstance(actor, System):
            require(actor, permissions.COLLEAGUES_MANAGE, membership.park_id, at.date(), membership.organisation_id)
    else:
        require(actor, permissions.PEOPLE_MANAGE, membership.park_id, at.date())
    if membership.role == "director":
        others = Membership.objects.filter(park=membership.park, role="director", until=None).exclude(pk=membership.pk)
        if not others.exists():
            raise Refused("这是本园区最后一位园区负责人，请先授予另一人该角色再收回。")
    membership.until = max(on, membership.since)
    membership.save(update_fields=["until"])
    deed.record(membership, park=membership.park_id, reason=reason)
    return membership


def save_draft(*, person: Person, form: str, body: dict, at: datetime) -> Draft:
    """Keep a form as it is typed. Not a deed: nothing has been handed in, so the trail says nothing of it."""
    with transaction.atomic():
        draft, _ = Draft.objects.update_or_create(person=person, form=form, defaults={"body": body, "saved_at": at})
    return draft


def drop_draft(*, person: Person, form: str) -> None:
    Draft.objects.filter(person=person, form=form).delete()
