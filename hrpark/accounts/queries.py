"""Who may do what, where. Every gate of the house ends here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.db.models import F, Q, QuerySet

from hrpark.toolbox.errors import NotAllowed, NotFound, Refused
from hrpark.trail.kinds import System

from . import permissions, rules, vault
from .kinds import PERMISSIONS, ROLES
from .models import (
    Authorisation,
    Consent,
    Draft,
    Invitation,
    Membership,
    Organisation,
    OrganisationKind,
    Park,
    Person,
    SavedView,
    SignIn,
)
from .prepared import Prepared

LINK_IS_DEAD = "邀请链接无效、已使用、已撤回或已过期（有效期7天）。请联系邀请您的人重新发出邀请。"


@dataclass(frozen=True)
class Hat:
    """One role that a person holds today."""

    park_id: int
    park_slug: str
    park_name: str
    organisation_id: int
    organisation_name: str
    organisation_kind: str
    role: str

    @property
    def role_label(self) -> str:
        return ROLES.get(self.role).label


@dataclass(frozen=True)
class Standing:
    """Everything a person may be, as of one day; read once a request."""

    person_id: int | None
    hats: tuple[Hat, ...] = ()
    installs: bool = False

    def may(self, permission: str, park_id: int) -> bool:
        """Holds the permission over the whole park (a role of its operator or of its authority)."""
        roles = PERMISSIONS.get(permission).roles
        return any(h.park_id == park_id and h.role in roles and h.organisation_kind != "institution" for h in self.hats)

    def own(self, permission: str, park_id: int) -> frozenset[int]:
        """The institutions' organisations for which the person holds the permission in that park."""
        roles = PERMISSIONS.get(permission).roles
        return frozenset(
            h.organisation_id
            for h in self.hats
            if h.park_id == park_id and h.role in roles and h.organisation_kind == "institution"
        )

    def reach(self, permission: str, park_id: int, organisation_id: int | None) -> bool:
        """Holds it over this organisation's things in this park: through the park, or as one of its own people."""
        return self.may(permission, park_id) or organisation_id in self.own(permission, park_id)

    def scope(self, permission: str, *, park: str = "park_id", organisation: str | None = None) -> Q:
        """The rows a person may reach, as a filter: no role gives no rows. Names are the lookups of the filtered model."""
        roles = PERMISSIONS.get(permission).roles
        reach = Q(pk__in=[])
        whole = {h.park_id for h in self.hats if h.role in roles and h.organisation_kind != "institution"}
        if whole:
            reach |= Q(**{f"{park}__in": whole})
        if organisation:
            for h in self.hats:
                if h.role in roles and h.organisation_kind == "institution" and h.park_id not in whole:
                    reach |= Q(**{park: h.park_id, organisation: h.organisation_id})
        return reach

    def hats_in(self, park_id: int) -> tuple[Hat, ...]:
        return tuple(h for h in self.hats if h.park_id == park_id)

    def kinds_in(self, park_id: int) -> frozenset[str]:
        return frozenset(h.organisation_kind for h in self.hats if h.park_id == park_id)


NOBODY = Standing(None)


def standing_of(person: Person | None, on: date) -> Standing:
    """The person's verified, running roles on a day. One query, kept on the person object for the request."""
    if person is None or not person.is_authenticated or not person.is_active:
        return NOBODY
    kept = getattr(person, "_standing", None)
    if kept is not None and kept[0] == on:
        return kept[1]
    standing = Standing(person.pk, tuple(Hat(*row) for row in _HATS(person=person.pk, on=on)), person.installs)
    person._standing = (on, standing)  # type: ignore[attr-defined]
    return standing


_HATS = Prepared(
    lambda person, on: (
        Membership.objects.filter(person_id=person, verified_at__isnull=False, since__lte=on)
        .filter(Q(until__isnull=True) | Q(until__gt=on))
        .order_by("park_id", "id")
        .values_list(
            "park_id", "park__slug", "park__name", "organisation_id", "organisation__name", "organisation__kind", "role"
        )
    ),
    person=int,
    on=date,
)


def require(actor: Person | System, permission: str, park_id: int, on: date, organisation_id: int | None = None) -> None:
    """Stop with NotAllowed unless the actor may. A System actor acts for the house itself (tick, import, demo)."""
    if isinstance(actor, System):
        return
    standing = standing_of(actor, on)
    if organisation_id is None:
        allowed = standing.may(permission, park_id)
    else:
        allowed = standing.reach(permission, park_id, organisation_id)
    if not allowed:
        sentence = PERMISSIONS.get(permission).sentence
        raise NotAllowed(f"您的角色不能“{sentence}”。如工作需要，请联系园区负责人授予相应角色。")


def roles_with(permission: str, park: Park, on: date) -> QuerySet[Membership]:
    """The verified roles that give a permission in a park on a day, with their people."""
    running = Q(until__isnull=True) | Q(until__gt=on)
    roles = Membership.objects.filter(running, park=park, since__lte=on, verified_at__isnull=False, person__is_active=True)
    return roles.filter(role__in=PERMISSIONS.get(permission).roles).select_related("person").order_by("pk")


def holders(permission: str, park: Park, on: date) -> QuerySet[Person]:
    """The people who hold a permission in a park on a day, by name: whom to tell, whom to give work."""
    roles = roles_with(permission, park, on).order_by().values("person")
    return Person.objects.filter(pk__in=roles).order_by("name", "pk")


def park_by_slug(slug: str) -> Park:
    found = _PARK(slug=slug)
    if not found:
        raise NotFound()
    return found[0]


_PARK = Prepared(lambda slug: Park.objects.filter(slug=slug), slug=str)


def active_person(pk: int) -> Person | None:
    """Who comes with a session, asked for by every request."""
    found = _PERSON(pk=pk)
    return found[0] if found else None


_PERSON = Prepared(lambda pk: Person.objects.filter(pk=pk, is_active=True), pk=int)


def person_by_key(key: str) -> Person | None:
    """The active person who signs in with this mobile number or e-mail address."""
    person = any_person_by_key(key)
    return person if person is not None and person.is_active else None


def any_person_by_key(key: str) -> Person | None:
    """The person of this key, whether or not the account is open."""
    try:
        kind, value = rules.account_key(key)
    except Refused:
        return None
    return Person.objects.filter(Q(email__iexact=value) if kind == "email" else Q(mobile=value)).first()


def has_second_factor(person: Person) -> bool:
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()


def must_have_second_factor(standing: Standing) -> bool:
    """Directors and supervisors decide alone; with REQUIRE_TOTP their password alone is not enough."""
    return any(h.role in ("director", "supervisor") for h in standing.hats)


def open_roles(person: Person, on: date) -> QuerySet[Membership]:
    """Roles that run or are to begin, verified or not."""
    return (
        Membership.objects.filter(person=person)
        .filter(Q(until__isnull=True) | Q(until__gt=on))
        .select_related("organisation", "park")
        .order_by("park_id", "pk")
    )


def roles_of(person: Person) -> QuerySet[Membership]:
    """Every role the person has or had, running ones first."""
    return (
        Membership.objects.filter(person=person)
        .select_related("organisation", "park")
        .order_by(F("until").desc(nulls_first=True), "-since", "-pk")
    )


def may_vouch(actor: Person, person: Person, park: Park, on: date) -> str:
    """Why this officer may not vouch for that person at the counter; empty when they may."""
    if actor.pk == person.pk:
        return "不能为自己办理，请由另一位工作人员核对身份后办理。"
    if person.installs:
        return "系统管理员的账号只能在服务器上用命令办理（manage.py issue_code），不能在柜台办理。"
    standing = standing_of(actor, on)
    for role in open_roles(person, on):
        if not standing.may(permissions.CODE_ISSUE, role.park_id):
            return "此人在其他园区也有角色，本园区不能单独办理。请由系统管理员在服务器上办理，或先在其他园区收回角色。"
        if role.organisation.kind != OrganisationKind.INSTITUTION and not standing.may(permissions.PEOPLE_MANAGE, role.park_id):
            return "运营方和主管部门人员的账号，须由园区负责人办理。"
    return ""


def people_of(park: Park, on: date) -> QuerySet[Membership]:
    """Everybody with a role in the park that runs, waits for verification, or is to begin."""
    return members(park, on).select_related("person", "organisation").order_by("organisation__kind", "organisation__name", "pk")


def waiting_memberships(park: Park, on: date) -> QuerySet[Membership]:
    """Roles that count for nothing until an officer has seen the letter of authorisation, the oldest first."""
    return people_of(park, on).filter(verified_at__isnull=True).order_by("since", "pk")


def waiting_roles(person: Person, park: Park, on: date) -> QuerySet[Membership]:
    """A person's own roles for institutions of a park that count for nothing until an officer has seen the letter."""
    kind = OrganisationKind.INSTITUTION
    return open_roles(person, on).filter(park=park, organisation__kind=kind, verified_at__isnull=True)


def letters_of(membership: Membership) -> QuerySet[Authorisation]:
    """The letters of the person and institution of a role."""
    return authorisations_of(membership.park, membership.organisation).filter(person=membership.person)


def colleagues_of(park: Park, organisations: Iterable[int], on: date) -> QuerySet[Membership]:
    return people_of(park, on).filter(organisation_id__in=list(organisations))


def membership_for(park: Park, pk: int, organisations: Iterable[int] | None = None) -> Membership:
    """A role of this park, or of these organisations in it; any other does not exist for the asker."""
    rows = Membership.objects.filter(park=park).select_related("person", "organisation", "park")
    if organisations is not None:
        rows = rows.filter(organisation_id__in=list(organisations))
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def invitations_of(park: Park, organisations: Iterable[int] | None = None) -> QuerySet[Invitation]:
    """Invitations of the park, or of these organisations in it, newest first."""
    rows = (
        Invitation.objects.filter(park=park)
        .select_related("organisation", "invited_by", "accepted_by")
        .order_by("-invited_at", "-pk")
    )
    return rows if organisations is None else rows.filter(organisation_id__in=list(organisations))


def invitation_for(park: Park, pk: int, organisations: Iterable[int] | None = None) -> Invitation:
    found = invitations_of(park, organisations).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def open_invitations(park: Park, organisations: Iterable[int], at: datetime) -> QuerySet[Invitation]:
    """Invitations of these organisations that can still be accepted."""
    return invitations_of(park, organisations).filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at)


def organisations_by_id(ids: Iterable[int]) -> QuerySet[Organisation]:
    """The organisations of a standing, by name."""
    return Organisation.objects.filter(pk__in=list(ids)).order_by("name", "pk")


def invitation_by_token(token: str, at: datetime) -> Invitation:
    """The open invitation of a link; whatever is wrong with it, the answer is the same."""
    found = (
        Invitation.objects.filter(
            digest=vault.token_digest(token), accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at
        )
        .select_related("organisation", "park", "invited_by")
        .first()
    )
    if found is None:
        raise NotFound(LINK_IS_DEAD)
    return found


def accepted_by(token: str) -> Person | None:
    """Who accepted the invitation of this link, if somebody did."""
    found = (
        Invitation.objects.filter(digest=vault.token_digest(token), accepted_at__isnull=False)
        .select_related("accepted_by")
        .first()
    )
    return found.accepted_by if found else None


def counts_already(invitation: Invitation) -> bool:
    """Whether the role that an accepted invitation gave counts, or waits for the letter of authorisation."""
    return Membership.objects.filter(
        person=invitation.accepted_by, organisation=invitation.organisation, park=invitation.park, role=invitation.role,
        until__isnull=True, verified_at__isnull=False,
    ).exists()  # fmt: skip


def organisations_in(park: Park, on: date, kind: str | None = None) -> QuerySet[Organisation]:
    """Organisations for which somebody holds a role in the park."""
    rows = Organisation.objects.filter(pk__in=members(park, on).values("organisation_id")).order_by("kind", "name")
    return rows if kind is None else rows.filter(kind=kind)


def body_named(park: Park, kind: str, name: str, on: date) -> Organisation | None:
    """The operator of a park by its name, or the only one when no name is given; an authority by its name, of any park."""
    name = " ".join(name.split())
    known = organisations_in(park, on, kind)
    if not name:
        only = list(known[:2])
        return only[0] if len(only) == 1 else None
    here = known.filter(name=name).first()
    if here is None and kind == OrganisationKind.AUTHORITY:
        return Organisation.objects.filter(kind=kind, name=name).order_by("pk").first()
    return here


def authorisations_of(park: Park, organisation: Organisation) -> QuerySet[Authorisation]:
    return (
        Authorisation.objects.filter(park=park, organisation=organisation)
        .select_related("person")
        .order_by("-received_at", "-pk")
    )


def letter_of(membership: Membership, pk: int) -> Authorisation:
    """A letter of the person and institution of a role whose gate has been passed."""
    found = authorisations_of(membership.park, membership.organisation).filter(person=membership.person, pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def person_with_papers(key: str, name: str) -> Person:
    """The person of an account key whose name is the one on the papers that were shown."""
    return _as_on_papers(person_by_key(key), name)


def any_person_with_papers(key: str, name: str) -> Person:
    """The same, whether or not the account is open."""
    return _as_on_papers(any_person_by_key(key), name)


def _as_on_papers(person: Person | None, name: str) -> Person:
    if person is None or "".join(person.name.split()) != "".join(name.split()):
        raise Refused(
            "没有账号与证件上的姓名都相符的人员。请与本人核对手机号或邮箱；姓名登记有误的，须本人登录后更正。", field="name"
        )
    return person


def authorisation_for(standing: Standing, pk: int) -> Authorisation:
    """A letter of authorisation: for its park's officers, its institution's representatives, and the person it names."""
    found = Authorisation.objects.filter(pk=pk).select_related("organisation", "park", "person").first()
    if found is None or not (
        found.person_id == standing.person_id
        or found.organisation_id in standing.own(permissions.COLLEAGUES_MANAGE, found.park_id)
        or standing.may(permissions.PEOPLE_READ, found.park_id)
    ):
        raise NotFound()
    return found


def running_sessions(person: Person, since: datetime) -> QuerySet[SignIn]:
    """Sessions that have not ended; ``since`` is the age at which every session ends by itself."""
    return SignIn.objects.filter(person=person, ended_at__isnull=True, began_at__gt=since).order_by("-seen_at", "-pk")


def person_for(person: Person) -> Person:
    """One's own record, read anew: to be changed without touching the one the request holds."""
    return Person.objects.get(pk=person.pk)


def own_membership(person: Person, pk: int) -> Membership:
    """A role one holds oneself; another's does not exist."""
    found = Membership.objects.filter(person=person, pk=pk).select_related("organisation", "park").first()
    if found is None:
        raise NotFound()
    return found


def own_consent(person: Person, pk: int) -> Consent:
    found = Consent.objects.filter(person=person, pk=pk, withdrawn_at__isnull=True).first()
    if found is None:
        raise NotFound()
    return found


def consents_of(person: Person) -> QuerySet[Consent]:
    return Consent.objects.filter(person=person).order_by("-given_at", "-pk")


def all_parks(standing: Standing) -> QuerySet[Park]:
    """Every park of the installation, for who installs."""
    return Park.objects.order_by("pk") if standing.installs else Park.objects.none()


def every_park() -> QuerySet[Park]:
    """The parks by name, as anybody may know them: a park's portal is public."""
    return Park.objects.order_by("name")


def everybody_of(park: Park) -> dict[int, str]:
    """Person id → name, of everybody who has or had a role in the park."""
    rows = Membership.objects.filter(park=park).order_by("person__name", "person_id")
    return dict(rows.values_list("person_id", "person__name"))


def members(park: Park, on: date) -> QuerySet[Membership]:
    return Membership.objects.filter(park=park).filter(Q(until__isnull=True) | Q(until__gt=on))


def organisation_by_uscc(uscc: str) -> Organisation | None:
    return Organisation.objects.filter(uscc=uscc).first()


def draft_of(person: Person, form: str) -> dict | None:
    row = Draft.objects.filter(person=person, form=form).first()
    return row.body if row else None


def kept_draft(person: Person, form: str) -> Draft | None:
    """The draft itself, for saying when it was kept."""
    return Draft.objects.filter(person=person, form=form).first()


def saved_views(person_id: int, park_id: int | None, list: str) -> list[tuple[int, str, str]]:
    """The views a person keeps of a list: (key, name, query), in their order."""
    if park_id is not None:
        return _VIEWS(person=person_id, park=park_id, list=list)
    kept = SavedView.objects.filter(person_id=person_id, park=None, list=list)
    return [*kept.order_by("order", "id").values_list("id", "name", "query")]


_VIEWS = Prepared(
    lambda person, park, list: (
        SavedView.objects.filter(person_id=person, park_id=park, list=list)
        .order_by("order", "id")
        .values_list("id", "name", "query")
    ),
    person=int,
    park=int,
    list=str,
)


def is_empty() -> bool:
    """A fresh installation: nobody has an account yet, so the first-run page is open."""
    return not Person.objects.exists()
