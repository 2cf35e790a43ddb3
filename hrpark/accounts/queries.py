"""Who may do what, where. Every gate of the house ends here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from hrpark.toolbox.errors import NotAllowed, NotFound
from hrpark.trail.kinds import System

from .kinds import PERMISSIONS, ROLES
from .models import Draft, Membership, Organisation, Park, Person


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
    rows = (
        Membership.objects.filter(person_id=person.pk, verified_at__isnull=False, since__lte=on)
        .filter(Q(until__isnull=True) | Q(until__gt=on))
        .order_by("park_id", "id")
        .values_list(
            "park_id", "park__slug", "park__name", "organisation_id", "organisation__name", "organisation__kind", "role"
        )
    )
    standing = Standing(person.pk, tuple(Hat(*row) for row in rows), person.installs)
    person._standing = (on, standing)  # type: ignore[attr-defined]
    return standing


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


def park_by_slug(slug: str) -> Park:
    try:
        return Park.objects.get(slug=slug)
    except Park.DoesNotExist:
        raise NotFound() from None


def person_by_key(key: str) -> Person | None:
    """The active person who signs in with this mobile number or e-mail address."""
    key = key.strip()
    wanted = Q(email__iexact=key) if "@" in key else Q(mobile=key)
    return Person.objects.filter(wanted, is_active=True).first()


def members(park: Park, on: date) -> QuerySet[Membership]:
    return Membership.objects.filter(park=park).filter(Q(until__isnull=True) | Q(until__gt=on))


def organisation_by_uscc(uscc: str) -> Organisation | None:
    return Organisation.objects.filter(uscc=uscc).first()


def draft_of(person: Person, form: str) -> dict | None:
    row = Draft.objects.filter(person=person, form=form).first()
    return row.body if row else None


def is_empty() -> bool:
    """A fresh installation: nobody has an account yet, so the first-run page is open."""
    return not Person.objects.exists()
