"""Verbs on people, organisations, parks and roles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localtime

from hrpark.toolbox.dates import date_table
from hrpark.toolbox.errors import Conflict, NotAllowed, NotFound, Refused
from hrpark.toolbox.grounds import grounds
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from . import permissions, rules, vault
from .consents import PURPOSES
from .kinds import ROLES
from .models import (
    Authorisation,
    Consent,
    Draft,
    Invitation,
    Membership,
    OneTimeCode,
    Organisation,
    OrganisationKind,
    Park,
    Person,
    SavedView,
)
from .queries import any_person_by_key, body_named, invitation_by_token, is_empty, members, open_roles, require, standing_of

SLUG = re.compile(r"[a-z][a-z0-9-]{1,39}")
INVITATION_LIVES = timedelta(days=7)
KEY_TAKEN = "该手机号或邮箱已注册，请直接登录；忘记密码可用一次性验证码登录。"


@verb("accounts.register", "注册了账号")
def register_person(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, name: str, mobile: str = "", email: str = "",
    password: str | None = None, installs: bool = False,
) -> Person:  # fmt: skip
    """A person gets an account; without a password they come in by a one-time code first."""
    mobile, email = mobile and rules.tidy_mobile(mobile), email and rules.tidy_email(email)
    if not mobile and not email:
        raise Refused("请填写手机号或电子邮箱，二者至少一项，用于登录。", field="mobile")
    for given in (mobile, email):
        if given and any_person_by_key(given):
            raise Refused(KEY_TAKEN, field="mobile" if given == mobile else "email")
    if installs and isinstance(actor, Person) and not actor.installs:
        raise NotAllowed("只有系统管理员可以指定新的系统管理员。")
    person = Person(name=name, mobile=mobile or None, email=email or None, installs=installs, created_at=at)
    person.set_password(password)
    person.save()
    deed.record(person, park=None)
    return person


@verb("accounts.change", "修改了姓名或账号")
def change_person(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, person: Person, name: str, mobile: str = "", email: str = ""
) -> Person:  # fmt: skip
    """A person corrects their name or account keys (PIPL art. 46). A new key takes open codes of the old one along."""
    if isinstance(actor, Person) and actor.pk != person.pk:
        raise NotAllowed("只能修改您自己的姓名和账号。")
    name = " ".join(name.split())
    if not name:
        raise Refused("请填写姓名。", field="name")
    mobile, email = mobile and rules.tidy_mobile(mobile), email and rules.tidy_email(email)
    if not mobile and not email:
        raise Refused("手机号和电子邮箱至少保留一项，否则无法登录。", field="mobile")
    for given, field in ((mobile, "mobile"), (email, "email")):
        holder = any_person_by_key(given) if given else None
        if holder is not None and holder.pk != person.pk:
            raise Refused(
                "该手机号或邮箱不能使用：它可能属于另一个账号。请核对；如确为您本人所有，请到园区服务台办理。", field=field
            )
    changed = [
        f for f, new in (("name", name), ("mobile", mobile or None), ("email", email or None)) if getattr(person, f) != new
    ]
    person.name, person.mobile, person.email = name, mobile or None, email or None
    person.save(update_fields=["name", "mobile", "email"])
    if {"mobile", "email"} & set(changed):
        OneTimeCode.objects.filter(person=person, used_at__isnull=True, expires_at__gt=at).update(expires_at=at)
    deed.record(person, park=None, changed=changed)
    return person


@verb("accounts.close", "停用了账号")
def close_account(deed: Deed, *, actor: System | Person, at: datetime, key: str, person: Person, reason: str) -> Person:
    """The account opens no longer: by the person, or by who installs. Its deeds stay told; its sessions end at once."""
    if isinstance(actor, Person) and actor.pk != person.pk and not actor.installs:
        raise NotAllowed("只有本人或系统管理员可以停用账号。园区负责人可以收回此人在本园区的角色。")
    if person.installs and not Person.objects.filter(installs=True, is_active=True).exclude(pk=person.pk).exists():
        raise Refused("这是最后一位系统管理员，请先指定另一位再停用。")
    running = open_roles(person, at.date()).filter(verified_at__isnull=False)
    if running.exists():
        where = "、".join(sorted({f"{m.park.name}（{m.organisation.name}）" for m in running}))
        raise Refused(f"账号仍有角色：{where}。请先在这些单位收回或辞去角色，再停用账号。")
    person.is_active = False
    person.save(update_fields=["is_active"])
    OneTimeCode.objects.filter(person=person, used_at__isnull=True, expires_at__gt=at).update(expires_at=at)
    deed.record(person, park=None, reason=reason)
    return person


@verb("accounts.reopen", "恢复了账号")
def reopen_account(deed: Deed, *, actor: System | Person, at: datetime, key: str, person: Person, reason: str) -> Person:
    if isinstance(actor, Person) and not actor.installs:
        raise NotAllowed("只有系统管理员可以恢复账号。")
    if person.erased_at is not None:
        raise Refused("此人的个人信息已经删除，账号不能恢复。需要使用的，请重新注册。")
    person.is_active = True
    person.save(update_fields=["is_active"])
    deed.record(person, park=None, reason=reason)
    return person


@verb("accounts.park.add", "开通了园区")
def add_park(deed: Deed, *, actor: System | Person, at: datetime, key: str, name: str, slug: str) -> Park:
    """A further park in this installation; only who installs may."""
    if isinstance(actor, Person) and not actor.installs:
        raise NotAllowed("只有系统管理员可以开通园区。")
    name, slug = " ".join(name.split()), slug.strip()
    if not name:
        raise Refused("请填写园区名称。", field="name")
    if not SLUG.fullmatch(slug):
        raise Refused("网址短名只能用2到40个小写字母、数字和连字符，以字母开头，例如 huangpu。", field="slug")
    if Park.objects.filter(name=name).exists():
        raise Refused("已有同名园区，请核对名称。", field="name")
    if Park.objects.filter(slug=slug).exists():
        raise Refused("这个网址短名已被使用，请换一个。", field="slug")
    park = Park.objects.create(name=name, slug=slug, created_at=at)
    deed.record(park, park=park.pk, name=name)
    return park


@verb("accounts.installation.begin", "建立了平台的第一个园区和系统管理员")
def _begin(
    deed: Deed, *, actor: System, at: datetime, key: str, name: str, mobile: str, email: str, password: str, park: str, slug: str,
    operator: str, uscc: str,
) -> Person:  # fmt: skip
    if not is_empty():
        raise NotFound()
    first = register_person(
        actor=actor, at=at, key=key, name=name, mobile=mobile, email=email, password=password, installs=True
    )
    ground = add_park(actor=actor, at=at, key=key, name=park, slug=slug)
    body = add_organisation(actor=actor, at=at, key=key, kind=OrganisationKind.OPERATOR, name=operator, uscc=uscc)
    grant_role(actor=actor, at=at, key=key, person=first, organisation=body, park=ground, role="director", since=at.date())
    deed.record(first, park=ground.pk)
    return first


def begin_installation(
    *, at: datetime, name: str, mobile: str, email: str, password: str, park: str, slug: str, operator: str, uscc: str = ""
) -> Person:  # fmt: skip
    """The first administrator, park and operator, all or nothing, and only while nobody has an account.

    The deed has one key for ever: of two who begin at the same moment the database lets one through.
    """
    first = _begin(
        actor=System("setup", "首次安装"), at=at, key="first", name=name, mobile=mobile, email=email, password=password,
        park=park, slug=slug, operator=operator, uscc=uscc,
    )  # fmt: skip
    if first.created_at != at:
        raise NotFound()
    return first


@verb("accounts.organisation.add", "登记了单位")
def add_organisation(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, kind: str, name: str, uscc: str | None = None
) -> Organisation:
    """A body that people act for. An institution's one is made when it applies or is put into the register.

    An authority's is made by a director who invites its people, an operator's by who opens a park.
    """
    if isinstance(actor, Person) and kind == OrganisationKind.OPERATOR and not actor.installs:
        raise NotAllowed("只有系统管理员可以登记运营方。")
    if isinstance(actor, Person) and kind == OrganisationKind.AUTHORITY:
        standing = standing_of(actor, at.date())
        if not any(standing.may(permissions.PEOPLE_MANAGE, hat.park_id) for hat in standing.hats):
            raise NotAllowed("只有园区负责人可以登记主管部门。")
    name = " ".join(name.split())
    if not name:
        raise Refused("请填写单位名称。", field="organisation")
    organisation = Organisation.objects.create(kind=kind, name=name, uscc=uscc or None, created_at=at)
    deed.record(organisation, park=None, kind=kind, name=name)
    return organisation


def add_organisations(*, kind: str, bodies: Mapping[str, str], at: datetime) -> dict[str, Organisation]:
    """For many bodies at once (code → name): the known organisation of each code, or a new one; those of another kind are
    left out. Inside the caller's transaction, whose deed tells where they come from."""
    found: dict[str, Organisation] = {}
    codes = sorted(bodies)
    for part in (codes[i : i + 5000] for i in range(0, len(codes), 5000)):
        found |= {o.uscc: o for o in Organisation.objects.filter(uscc__in=part)}
    new = [Organisation(kind=kind, name=bodies[code], uscc=code, created_at=at) for code in codes if code not in found]
    Organisation.objects.bulk_create(new)
    return {code: o for code, o in found.items() if o.kind == kind} | {o.uscc: o for o in new}


@verb("accounts.role.grant", "授予了角色")
def grant_role(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, person: Person, organisation: Organisation, park: Park,
    role: str, since: date, verified: bool = True,
) -> Membership:  # fmt: skip
    """A person gets a role for an organisation in a park. Unverified (an applicant's own word) it gives no access yet."""
    wanted = ROLES.get(role).organisation
    if wanted != organisation.kind:
        raise Refused(f"“{ROLES.get(role).label}”只能授予{OrganisationKind(wanted).label}的人员。", field="role")
    if isinstance(actor, Person) and verified:
        if organisation.kind == OrganisationKind.INSTITUTION:
            require(actor, permissions.COLLEAGUES_MANAGE, park.pk, at.date(), organisation.pk)
        elif not _opens(actor, park, role, at):
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
    if membership.organisation.kind != OrganisationKind.INSTITUTION:
        require(actor, permissions.PEOPLE_MANAGE, membership.park_id, at.date())
    if membership.until is not None and membership.until <= at.date():
        raise Refused("该角色已收回，不能再核验。如仍需办理，请重新邀请。")
    basis = grounds(basis, "请写明核验依据，例如“授权委托书原件，2026年3月2日收到”")
    membership = (
        Membership.objects.select_for_update(of=("self",)).select_related("organisation", "person").get(pk=membership.pk)
    )
    if membership.verified_at is not None:
        by = membership.verified_by.name if membership.verified_by else "他人"
        raise Conflict(
            f"{membership.person.name}的身份已由{by}于{date_table(localtime(membership.verified_at).date())}核验，无需再次核验。"
        )
    membership.verified_at = at
    membership.verified_by = actor if isinstance(actor, Person) else None
    membership.save(update_fields=["verified_at", "verified_by"])
    deed.record(membership, park=membership.park_id, basis=basis)
    return membership


@verb("accounts.role.end", "收回了角色")
def end_role(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, membership: Membership, on: date, reason: str
) -> Membership:
    """A role stops to hold from ``on``: by who manages it, or by its holder. The last director of a park stays,
    so that nobody locks the park out."""
    Park.objects.select_for_update().get(pk=membership.park_id)
    membership = Membership.objects.select_related("organisation").get(pk=membership.pk)
    if isinstance(actor, Person) and actor.pk != membership.person_id:
        own = membership.organisation.kind == OrganisationKind.INSTITUTION
        standing = standing_of(actor, at.date())
        if not (own and membership.organisation_id in standing.own(permissions.COLLEAGUES_MANAGE, membership.park_id)):
            require(actor, permissions.PEOPLE_MANAGE, membership.park_id, at.date())
    if membership.until is not None and membership.until <= on:
        raise Refused(f"该角色已于{membership.until.isoformat()}收回，无需再次操作。")
    if membership.role == "director" and membership.verified_at is not None:
        others = Membership.objects.filter(
            park=membership.park_id,
            role="director",
            until=None,
            verified_at__isnull=False,
            since__lte=at.date(),
            person__is_active=True,
        ).exclude(pk=membership.pk)
        if not others.exists():
            raise Refused("这是本园区最后一位园区负责人，请先授予另一人该角色再收回。")
    membership.until = max(on, membership.since)
    membership.save(update_fields=["until"])
    deed.record(membership, park=membership.park_id, reason=reason)
    return membership


def open_park(
    *, actor: System | Person, at: datetime, key: str, name: str, slug: str, operator: str, director: str, mobile: str = "", email: str = ""
) -> tuple[Park, str]:  # fmt: skip
    """A further park with its operator and an invitation for its first director, all or nothing. Returns park and token."""
    with transaction.atomic():
        park = add_park(actor=actor, at=at, key=key, name=name, slug=slug)
        organisation = add_organisation(actor=actor, at=at, key=key, kind=OrganisationKind.OPERATOR, name=operator)
        _, token = invite(
            actor=actor,
            at=at,
            key=key,
            park=park,
            organisation=organisation,
            role="director",
            name=director,
            mobile=mobile,
            email=email,
        )
    return park, token


# ---------------------------------------------------------------- invitations


@verb("accounts.invite", "发出了邀请")
def _invite(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, park: Park, organisation: Organisation, role: str, name: str,
    mobile: str, email: str, digest: str,
) -> Invitation:  # fmt: skip
    wanted = ROLES.get(role).organisation
    if wanted != organisation.kind:
        raise Refused(f"“{ROLES.get(role).label}”只能授予{OrganisationKind(wanted).label}的人员。", field="role")
    _may_invite(actor, at, park, organisation, role)
    name = " ".join(name.split())
    if not name:
        raise Refused("请填写受邀人的姓名。", field="name")
    mobile, email = mobile and rules.tidy_mobile(mobile), email and rules.tidy_email(email)
    if not mobile and not email:
        raise Refused("请填写受邀人的手机号或电子邮箱，二者至少一项。", field="mobile")
    for given in filter(None, (mobile, email)):
        person = any_person_by_key(given)
        if person and open_roles(person, at.date()).filter(
            organisation=organisation, park=park, role=role, verified_at__isnull=False
        ).exists():  # fmt: skip
            raise Refused(f"{person.name}已是{organisation.name}的{ROLES.get(role).label}，无需邀请。", field="mobile")
    Invitation.objects.filter(
        park=park, organisation=organisation, role=role, mobile=mobile, email=email, accepted_at=None, withdrawn_at=None
    ).update(withdrawn_at=at)
    invitation = Invitation.objects.create(
        park=park, organisation=organisation, role=role, name=name, mobile=mobile, email=email, digest=digest,
        invited_by=actor if isinstance(actor, Person) else None, invited_at=at, expires_at=at + INVITATION_LIVES,
    )  # fmt: skip
    deed.record(invitation, park=park.pk, organisation=organisation.pk, role=role)
    return invitation


def invite(
    *, actor: System | Person, at: datetime, key: str, park: Park, organisation: Organisation, role: str, name: str,
    mobile: str = "", email: str = "",
) -> tuple[Invitation, str]:  # fmt: skip
    """Offer a role. Returns the invitation and the token for its link, which is kept nowhere; seven days, used once."""
    token = vault.token("invitation", actor.actor_key, key)
    invitation = _invite(
        actor=actor, at=at, key=key, park=park, organisation=organisation, role=role, name=name, mobile=mobile, email=email,
        digest=vault.token_digest(token),
    )  # fmt: skip
    return invitation, token


def invite_for(
    *, actor: System | Person, at: datetime, key: str, park: Park, role: str, body: str, name: str, mobile: str = "", email: str = ""
) -> tuple[Invitation, str]:  # fmt: skip
    """``invite`` into the operator or an authority of a park by its name; an authority nobody has named yet is registered.

    All or nothing: a refused invitation leaves no organisation behind.
    """
    kind = ROLES.get(role).organisation
    if kind == OrganisationKind.INSTITUTION:
        raise Refused("机构的人员请从机构档案邀请。", field="role")
    with transaction.atomic():
        organisation = body_named(park, kind, body, at.date())
        if organisation is None:
            if kind == OrganisationKind.OPERATOR:
                raise Refused("本园区没有这个运营方。请填写运营方全称；只有一个运营方时可以不填。", field="organisation")
            organisation = add_organisation(actor=actor, at=at, key=f"for:{key}", kind=kind, name=body)
        return invite(
            actor=actor, at=at, key=key, park=park, organisation=organisation, role=role, name=name, mobile=mobile, email=email
        )


def _may_invite(actor: System | Person, at: datetime, park: Park, organisation: Organisation, role: str) -> bool:
    """Stop unless the actor may invite into this organisation. Returns whether the role then counts at once.

    An institution's representative speaks for it. Whom the park invites for an institution is verified against the letter
    of authorisation first; a dossier's organisation that has nobody yet gets its first person that way.
    """
    if isinstance(actor, System):
        return True
    standing = standing_of(actor, at.date())
    if organisation.kind == OrganisationKind.INSTITUTION:
        if organisation.pk in standing.own(permissions.COLLEAGUES_MANAGE, park.pk):
            return True
        require(actor, permissions.CODE_ISSUE, park.pk, at.date())
        return False
    if not _opens(actor, park, role, at):
        require(actor, permissions.PEOPLE_MANAGE, park.pk, at.date())
    return True


def _opens(actor: Person, park: Park, role: str, at: datetime) -> bool:
    """Who installs names the first director of a park that has none, and nobody else."""
    return actor.installs and role == "director" and not members(park, at.date()).filter(role="director").exists()


@verb("accounts.invitation.withdraw", "撤回了邀请")
def withdraw_invitation(deed: Deed, *, actor: System | Person, at: datetime, key: str, invitation: Invitation) -> Invitation:
    _may_invite(actor, at, invitation.park, invitation.organisation, invitation.role)
    if Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).update(withdrawn_at=at) != 1:
        raise Conflict("邀请已被接受或已撤回，请刷新页面查看最新情况。")
    invitation.refresh_from_db()
    deed.record(invitation, park=invitation.park_id)
    return invitation


@verb("accounts.invitation.accept", "接受了邀请")
def accept_invitation(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, token: str, person: Person | None = None, name: str = "",
    mobile: str = "", email: str = "", password: str | None = None,
) -> Invitation:  # fmt: skip
    """Whoever holds the link gets the role: as the person they are signed in as, or with a new account.

    The new account bears the key that was invited. Who invited must still be allowed to.
    """
    invitation = invitation_by_token(token, at)
    inviter = invitation.invited_by
    if inviter is not None and not inviter.is_active:
        raise Refused("发出邀请的人员已停用，邀请随之失效。请联系单位重新邀请。")
    try:
        counts = _may_invite(inviter or System("house"), at, invitation.park, invitation.organisation, invitation.role)
    except NotAllowed:
        raise Refused("发出邀请的人员已没有邀请权限，邀请随之失效。请联系单位重新邀请。") from None
    if person is None:
        wanted = {"mobile": invitation.mobile, "email": invitation.email}
        if any(any_person_by_key(k) for k in wanted.values() if k):
            raise Refused("受邀的手机号或邮箱已有账号。请先登录该账号，再打开邀请链接。", field="password")
        person = register_person(
            actor=actor, at=at, key=f"invited:{invitation.pk}", name=name or invitation.name, password=password, **wanted
        )
    taken = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).update(
        accepted_at=at, accepted_by=person
    )
    if taken != 1:
        raise Conflict("邀请刚刚已被接受或撤回，请联系邀请您的人。")
    membership = Membership.objects.filter(
        person=person, organisation=invitation.organisation, park=invitation.park, role=invitation.role, until=None
    ).first()
    if membership is None:
        membership = Membership.objects.create(
            person=person, organisation=invitation.organisation, park=invitation.park, role=invitation.role, since=at.date(),
            verified_at=at if counts else None, verified_by=inviter if counts else None,
        )  # fmt: skip
    elif counts and membership.verified_at is None:
        membership.verified_at, membership.verified_by = at, inviter
        membership.save(update_fields=["verified_at", "verified_by"])
    invitation.refresh_from_db()
    deed.record(invitation, park=invitation.park_id, person=person.pk, membership=membership.pk)
    deed.also(membership, park=invitation.park_id, invitation=invitation.pk)
    return invitation


@verb("accounts.authorisation.record", "登记了授权委托书")
def record_authorisation(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, organisation: Organisation, person: Person, park: Park, scope: str,
    valid_from: date, valid_to: date | None = None,
) -> Authorisation:  # fmt: skip
    """The letter of an institution's agent, registered by the agent, by the institution, or by an officer.

    Its scan is an attachment of this subject; whether it convinces is ``verify_role``'s to say.
    """
    if organisation.kind != OrganisationKind.INSTITUTION:
        raise Refused("授权委托书只适用于机构的经办人。")
    if isinstance(actor, Person):
        standing = standing_of(actor, at.date())
        own = actor.pk == person.pk and open_roles(person, at.date()).filter(organisation=organisation, park=park).exists()
        if not (own or organisation.pk in standing.own(permissions.COLLEAGUES_MANAGE, park.pk)):
            require(actor, permissions.CODE_ISSUE, park.pk, at.date())
    scope = grounds(scope, "请写明委托事项，例如“办理入驻申请及日常事务”", field="scope", most=200)
    _letter_runs(valid_from, valid_to, at.date())
    letter = Authorisation.objects.create(
        organisation=organisation, person=person, park=park, scope=scope, valid_from=valid_from, valid_to=valid_to,
        received_at=at,
    )  # fmt: skip
    deed.record(letter, park=park.pk, organisation=organisation.pk, person=person.pk)
    return letter


#: No letter is older, or runs longer, or begins later than this: such a year is a slip of the pen.
LETTER_YEARS, LETTER_AHEAD_DAYS = 20, 366


def _letter_runs(valid_from: date, valid_to: date | None, today: date) -> None:
    if valid_from.year < today.year - LETTER_YEARS or (valid_from - today).days > LETTER_AHEAD_DAYS:
        first = today.year - LETTER_YEARS
        raise Refused(f"生效日期应在{first}年之后、一年之内，请核对委托书上的日期。", field="valid_from")
    if valid_to is not None and valid_to < valid_from:
        raise Refused("失效日期早于生效日期，请核对委托书上的期限。", field="valid_to")
    if valid_to is not None and valid_to.year > valid_from.year + LETTER_YEARS:
        raise Refused(f"失效日期距生效日期超过{LETTER_YEARS}年，请核对；委托书没有写明期限的，可以不填。", field="valid_to")


# ---------------------------------------------------------------- consents


@verb("accounts.consent.give", "同意了个人信息处理说明")
def give_consent(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, person: Person, purpose: str, channel: str
) -> Consent:  # fmt: skip
    """The person agrees to the wording now in use; an older wording that still ran ends with it."""
    if not isinstance(actor, Person) or actor.pk != person.pk:
        raise NotAllowed("同意只能由本人作出。")
    wording = PURPOSES.get(purpose)
    running = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None).first()
    if running is None or running.text_digest != wording.digest:
        Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None).update(withdrawn_at=at)
        running = Consent.objects.create(
            person=person, purpose=purpose, version=wording.version, text_digest=wording.digest, channel=channel, given_at=at
        )
    deed.record(running, park=None, purpose=purpose, version=wording.version)
    return running


@verb("accounts.consent.withdraw", "撤回了同意")
def withdraw_consent(deed: Deed, *, actor: System | Person, at: datetime, key: str, consent: Consent) -> Consent:
    """Withdrawing is as easy as giving (PIPL art. 15). What the account itself rests on closes the account."""
    if not isinstance(actor, Person) or actor.pk != consent.person_id:
        raise NotAllowed("同意只能由本人撤回。")
    if consent.withdrawn_at is None:
        consent.withdrawn_at = at
        consent.save(update_fields=["withdrawn_at"])
    purpose = PURPOSES.find(consent.purpose)
    if purpose is not None and purpose.needed and consent.person.is_active:
        close_account(actor=actor, at=at, key=f"consent:{consent.pk}", person=consent.person, reason="本人撤回同意并注销账号")
    deed.record(consent, park=None, purpose=consent.purpose)
    return consent


# ---------------------------------------------------------------- drafts


def save_draft(*, person: Person, form: str, body: dict, at: datetime) -> Draft:
    """Keep a form as it is typed. Not a deed: nothing has been handed in, so the trail says nothing of it."""
    with transaction.atomic():
        draft, _ = Draft.objects.update_or_create(person=person, form=form, defaults={"body": body, "saved_at": at})
    return draft


def drop_draft(*, person: Person, form: str) -> None:
    Draft.objects.filter(person=person, form=form).delete()


#: As many saved views of one list as a row of tabs can hold.
MOST_VIEWS = 12


def save_view(*, person: Person, park: Park | None, list: str, name: str, query: str, at: datetime) -> SavedView:
    """Keep a list's filters, order and columns under a name; the same name again replaces it. Not a deed, like a draft."""
    name = " ".join(name.split())
    if not name:
        raise Refused("请给视图起个名字，例如“本月到期”。", field="name")
    if len(name) > 40:
        raise Refused("视图名称最多 40 个字，请缩短后再保存。", field="name")
    if len(query) > 1000:
        raise Refused("筛选条件太多，无法保存为视图，请减少几项。", field="name")
    if park is not None and not standing_of(person, at.date()).hats_in(park.pk):
        raise NotFound()
    with transaction.atomic():
        mine = SavedView.objects.filter(person=person, park=park, list=list)
        view = mine.filter(name=name).first()
        if view is None:
            if mine.count() >= MOST_VIEWS:
                raise Refused(f"一个列表最多保存 {MOST_VIEWS} 个视图，请先删除不用的。", field="name")
            last = mine.aggregate(last=Max("order"))["last"]
            view = SavedView(person=person, park=park, list=list, name=name, order=0 if last is None else last + 1)
        view.query = query
        view.save()
    return view


def drop_view(*, person: Person, view: int) -> None:
    """Forget one's own saved view; another's does not exist for this person."""
    if not SavedView.objects.filter(person=person, pk=view).delete()[0]:
        raise NotFound()
