"""Reading the place: its profile, its spaces, and who is in them."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import get_default_timezone

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.files.kinds import attachable, gate
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import NotFound
from hrpark.toolbox.text import match_key

from . import permissions
from .models import Occupancy, ParkProfile, Space, SpaceKind, ZoneKind


def midnight(day: date | None) -> datetime | None:
    """The instant at which a day begins in the park; None stays None (without end)."""
    return None if day is None else datetime.combine(day, time.min, tzinfo=get_default_timezone())


def profile_of(park: Park) -> ParkProfile | None:
    """What the park is (3.1) and who runs it (3.2); None before anybody has said so."""
    return ParkProfile.objects.select_related("operator", "authority").filter(park=park).first()


def _profile(subject_id: str) -> ParkProfile | None:
    known = subject_id.isascii() and subject_id.isdecimal() and len(subject_id) < 19
    return ParkProfile.objects.filter(pk=subject_id).first() if known else None


def _may_read_profile(standing: Standing, subject_id: str, on: date) -> bool:
    """The approving document and the mandate (3.1, 3.2): the operator and the authority."""
    found = _profile(subject_id)
    return found is not None and standing.may(permissions.READ, found.park_id)


def _may_write_profile(standing: Standing, subject_id: str, on: date) -> bool:
    found = _profile(subject_id)
    return found is not None and standing.may(permissions.EDIT, found.park_id)


gate(attachable("park_profile"), read=_may_read_profile, write=_may_write_profile)


# --- spaces ------------------------------------------------------------------------------------------------------------


def space_for(standing: Standing, park: Park, pk: int) -> Space:
    """The gate to one space."""
    if not standing.may(permissions.READ, park.pk):
        raise NotFound()
    space = Space.objects.select_related("parent").filter(park=park, pk=pk).first()
    if space is None:
        raise NotFound()
    return space


def spaces_in(standing: Standing, park: Park) -> QuerySet[Space]:
    """All spaces of the park that this person may see."""
    return Space.objects.filter(standing.scope(permissions.READ), park=park).select_related("parent")


def space_by_code(park: Park, code: str) -> Space | None:
    """The space with that number, as printed on its door."""
    return Space.objects.filter(park=park, code=code.strip()).first()


def codes_in(park: Park) -> dict[str, int]:
    """Number → id of every space in use, for matching many rows at once."""
    return dict(Space.objects.filter(park=park, retired_on__isnull=True).values_list("code", "pk"))


def chain_of(space: Space) -> list[Space]:
    """The space and what it lies in, the largest first."""
    chain = [space]
    while chain[0].parent_id is not None:
        chain.insert(0, chain[0].parent)
    return chain


def free_units(park: Park, starts: datetime, ends: datetime | None) -> QuerySet[Space]:
    """Units and rooms in use that nobody holds at any instant of [starts, ends), neither whole nor through their floor."""
    taken = Occupancy.objects.overlapping(starts, ends)
    whole = taken.whole()
    units = Space.objects.filter(park=park, kind__in=[SpaceKind.UNIT, SpaceKind.ROOM])
    in_use = Q(retired_on__isnull=True)
    if ends is not None:
        in_use |= Q(retired_on__gte=ends.date())
    return (
        units.filter(in_use)
        .exclude(Exists(taken.filter(space=OuterRef("pk"))))
        .exclude(Exists(whole.filter(space=OuterRef("parent_id"))))
        .exclude(Exists(whole.filter(space=OuterRef("parent__parent_id"))))
        .exclude(Exists(whole.filter(space=OuterRef("parent__parent__parent_id"))))
        .order_by("code")
    )


@dataclass(frozen=True)
class Taken:
    """Who holds a space at one instant: by kind and subject, until when."""

    space_id: int
    kind: str
    label: str
    subject_type: str
    subject_id: str
    starts: datetime
    ends: datetime | None


def taken_at(spaces: Iterable[int], at: datetime) -> dict[int, Taken]:
    """space id → who holds it whole at that instant."""
    rows = Occupancy.objects.whole().running(at).filter(space_id__in=list(spaces))
    return {
        o.space_id: Taken(o.space_id, o.kind, o.get_kind_display(), o.subject_type, o.subject_id, o.starts, o.ends)
        for o in rows
    }


def _around(at: datetime) -> QuerySet[Occupancy]:
    """Who holds the outer space at that instant: whole, or through what it lies in."""
    here = Q(space=OuterRef("pk")) | Q(space=OuterRef("parent_id")) | Q(space=OuterRef("parent__parent_id"))
    return Occupancy.objects.whole().running(at).filter(here)


def taken(at: datetime) -> Q:
    """Spaces that somebody holds at that instant: whole, in a part, or through what they lie in."""
    return Q(Exists(_around(at))) | Q(Exists(Occupancy.objects.running(at).filter(space=OuterRef("pk"))))


def with_holder(spaces: QuerySet[Space], at: datetime) -> QuerySet[Space]:
    """Each with ``held_kind`` and ``held_since`` of who holds it, and ``held_partly``: somebody holds a part of it."""
    holder = _around(at).order_by("starts")
    return spaces.annotate(
        held_kind=Subquery(holder.values("kind")[:1]),
        held_since=Subquery(holder.values("starts")[:1]),
        held_partly=Exists(Occupancy.objects.running(at).filter(space=OuterRef("pk"), part_of__isnull=False)),
    )


def occupancies_in(space: Space) -> QuerySet[Occupancy]:
    """Who was, is and will be in a space or in a part of it, the latest first."""
    return space.occupancies.select_related("part_of__space").order_by("-starts", "pk")


def occupancies_of(subject_type: str, subject_id: object) -> QuerySet[Occupancy]:
    """Where a subject has been, is and will be, in order of time."""
    rows = Occupancy.objects.whole().filter(subject_type=subject_type, subject_id=str(subject_id))
    return rows.select_related("space").order_by("starts")


@dataclass(frozen=True)
class Held:
    """A space is held over [starts, ends) by a subject."""

    starts: datetime
    ends: datetime | None
    kind: str
    subject_type: str
    subject_id: str

    def meets(self, starts: datetime, ends: datetime | None) -> bool:
        return (self.ends is None or starts < self.ends) and (ends is None or self.starts < ends)


class Board:
    """Every space of a park and who holds it when, in memory: for judging many wishes at once."""

    def __init__(self, park_id: int):
        rows = list(Space.objects.filter(park_id=park_id).values_list("pk", "code", "name", "parent_id", "retired_on"))
        self.names = {pk: name for pk, _, name, _, _ in rows}
        self.parents = {pk: parent for pk, _, _, parent, _ in rows}
        self.retired = {pk: day for pk, _, _, _, day in rows if day is not None}
        self.parts: dict[int, list[int]] = defaultdict(list)
        for pk, parent in self.parents.items():
            if parent is not None:
                self.parts[parent].append(pk)
        self._by_words = {match_key(name): pk for pk, _, name, _, _ in rows} | {
            match_key(code): pk for pk, code, _, _, _ in rows
        }
        self.held: dict[int, list[Held]] = defaultdict(list)
        taken = Occupancy.objects.whole().filter(park_id=park_id)
        for space, *rest in taken.values_list("space_id", "starts", "ends", "kind", "subject_type", "subject_id"):
            self.held[space].append(Held(*rest))

    @functools.cached_property
    def _by_words(self) -> dict[str, int]:
        return {match_key(name): pk for pk, _, name in self._words} | {match_key(code): pk for pk, code, _ in self._words}

    def find(self, words: str) -> int | None:
        """The space that somebody calls so, by number or name."""
        return self._by_words.get(match_key(words))

    def above(self, space: int) -> list[int]:
        """What it lies in, the largest first."""
        found: list[int] = []
        while (parent := self.parents[space]) is not None:
            found.insert(0, parent)
            space = parent
        return found

    def within(self, space: int) -> list[int]:
        return [found for part in self.parts.get(space, ()) for found in (part, *self.within(part))]

    def holder(self, space: int, starts: datetime, ends: datetime | None, *, but: str = "") -> Held | None:
        """Who stands in the way: in the space, in what it lies in, or in a part of it. ``but``: a subject that may."""
        for one in (space, *self.above(space), *self.within(space)):
            for held in self.held.get(one, ()):
                if held.meets(starts, ends) and held.subject_id != but:
                    return held
        return None

    def hold(self, space: int, held: Held) -> None:
        self.held[space].append(held)


@dataclass(frozen=True)
class Zone:
    """One functional zone (4.2.2 to 4.2.6): its spaces in use, their area, and how many of them are taken."""

    kind: str
    label: str
    spaces: tuple[int, ...]
    area: Decimal
    unmeasured: int
    taken: int


@cites("4.2.1", label="分区面积与占用")
def zones_of(park: Park, on: date) -> tuple[Zone, ...]:
    """All five zones on a day. Only spaces without parts count, so that no square metre counts twice."""
    used = Q(retired_on__isnull=True) | Q(retired_on__gt=on)
    rows = list(
        Space.objects.filter(used, park=park)
        .exclude(zone="")
        .exclude(Exists(Space.objects.filter(used, parent=OuterRef("pk"))))
        .values_list("pk", "zone", "area")
    )
    instant = midnight(on)
    taken = set(Occupancy.objects.running(instant).filter(park=park).values_list("space_id", flat=True))
    zones = []
    for kind, label in ZoneKind.choices:
        mine = [(pk, area) for pk, zone, area in rows if zone == kind]
        zones.append(
            Zone(
                kind, label, tuple(pk for pk, _ in mine), sum((a for _, a in mine if a is not None), Decimal(0)),
                sum(a is None for _, a in mine), sum(pk in taken for pk, _ in mine),
            )
        )  # fmt: skip
    return tuple(zones)
