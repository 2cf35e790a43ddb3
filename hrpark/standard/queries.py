"""Reading the standard: editions, clauses, rows; parameters as they hold on a day; who serves which clause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import inf
from time import monotonic

from django.db.models import QuerySet

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.toolbox.dated import Dated
from hrpark.toolbox.errors import NotFound, Refused
from hrpark.toolbox.workdays import NATIONAL, WorkCalendar, hold

from . import permissions
from .kinds import CITATIONS, CURRENT, EDITIONS, PARAMETERS, Citation
from .models import Arrangement, Override
from .rules import Basis, Clause, Edition, Force, Freedom, Held, Parameter, Row, Source, Value, held_on, read_value


def editions() -> list[Edition]:
    return list(EDITIONS)


def current_edition() -> Edition:
    """The edition that no other supersedes."""
    return CURRENT


def edition(key: str) -> Edition:
    """NotFound for an unknown key, since keys stand in addresses of pages."""
    found = EDITIONS.find(key)
    if found is None:
        raise NotFound("没有这一版标准，请从“标准”页面进入。")
    return found


def clause(key: str, edition: str | None = None) -> Clause:
    """A clause of an edition (the current one unless said otherwise)."""
    found = _edition_or_current(edition).by_key.get(key)
    if not isinstance(found, Clause):
        raise NotFound(f"这一版标准没有条款“{key}”，请从“标准”页面进入。")
    return found


def row(key: str, edition: str | None = None) -> Row:
    """A row of Table 1 of an edition (the current one unless said otherwise)."""
    found = _edition_or_current(edition).by_key.get(key)
    if not isinstance(found, Row):
        raise NotFound(f"这一版标准的表1没有“{key}”行，请从“标准”页面进入。")
    return found


def _edition_or_current(key: str | None) -> Edition:
    return CURRENT if key is None else edition(key)


# Parameters ---------------------------------------------------------------------------------------------------------


def parameter(key: str, on: date, park_id: int | None = None) -> Value:
    """The value of a parameter on a day: the park's own promise where it made one, else the default.

    An unknown key is Misconfigured; a day before any value, Refused with the first day.
    """
    return parameter_with_basis(key, on, park_id).value


def parameter_with_basis(key: str, on: date, park_id: int | None = None) -> Held:
    """As ``parameter``, with since when it holds and on which basis: what a page shows one click away from a number."""
    known = PARAMETERS.get(key)
    made = promises(park_id).filter(key=key) if park_id is not None else ()
    return _held(known, made, on)


def parameters(on: date, park_id: int | None = None, *, room: str | None = None) -> list[Held]:
    """Every parameter that holds on a day, in order of keys; those that begin later are left out. One query a park."""
    made: dict[str, list[Override]] = {}
    for promise in promises(park_id) if park_id is not None else ():
        made.setdefault(promise.key, []).append(promise)
    known = [p for p in PARAMETERS if (room is None or p.room == room) and p.values.since[0] <= on]
    return [_held(p, made.get(p.key, ()), on) for p in known]


def promises(park_id: int) -> QuerySet[Override]:
    """A park's promises that were not withdrawn, newest first."""
    return Override.objects.filter(park_id=park_id, withdrawn_at__isnull=True).order_by("key", "-since")


def open_to_parks() -> list[Parameter]:
    """The parameters that a park may promise otherwise, in order of keys."""
    return [p for p in PARAMETERS if p.park_may is not Freedom.NONE]


def settable(key: str, on: date) -> Parameter:
    """One of them that holds on a day, by the key that stands in an address."""
    known = PARAMETERS.find(key)
    if known is None or known.park_may is Freedom.NONE or known.values.since[0] > on:
        raise NotFound("没有这个可由园区设定的数值，请从“本园区承诺”页面进入。")
    return known


def promises_ever(park_id: int, key: str) -> QuerySet[Override]:
    """Every promise of a park about one parameter, withdrawn ones too, the newest first."""
    return Override.objects.filter(park_id=park_id, key=key).order_by("-since", "-pk")


def promise_for(standing: Standing, park: Park, pk: int) -> Override:
    """The gate: a promise of this park, for who may set and withdraw them."""
    found = Override.objects.filter(standing.scope(permissions.OVERRIDE), park=park, pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def _held(known: Parameter, made: Iterable[Override], on: date) -> Held:
    rows = {p.since: ((read_value(known.kind, p.value), Basis(Source.PARK, p.basis)), p.basis) for p in made}
    try:
        return held_on(known, Dated.of(rows), on)
    except LookupError:
        first = known.values.since[0]
        raise Refused(f"“{known.label}”自{first:%Y年%m月%d日}起才有规定，请选择这一天或之后的日期。") from None


# Working days -------------------------------------------------------------------------------------------------------


def arrangements() -> QuerySet[Arrangement]:
    """Every arrangement of holidays that was entered, the newest year first, the last entry of a year first."""
    return Arrangement.objects.all()


def working_calendar() -> WorkCalendar:
    """The national calendar with what was entered since: the last entry of each year."""
    years: dict[int, tuple[list[date], list[date]]] = {}
    early: set[date] = set()
    for one in arrangements().order_by("year", "seq"):
        off, worked = ([date.fromisoformat(day) for day in days] for days in (one.days_off, one.worked))
        years[one.year] = [d for d in off if d.year == one.year], [d for d in worked if d.year == one.year]
        early |= {d for d in off if d.year != one.year}
    found = NATIONAL.updated(years) if years else NATIONAL
    return replace(found, holidays=found.holidays | early) if early else found


@dataclass(frozen=True)
class KnownYear:
    """A year whose working days are known: its days off besides weekends, the weekend days worked, and from where."""

    year: int
    days_off: tuple[date, ...]
    worked: tuple[date, ...]
    source: str
    recorded_at: datetime | None = None


def known_years() -> list[KnownYear]:
    """The newest first: the last entry of a year, else what came with the calendar's package."""
    found: dict[int, KnownYear] = {}
    for one in arrangements():
        off, worked = (tuple(map(date.fromisoformat, days)) for days in (one.days_off, one.worked))
        found.setdefault(one.year, KnownYear(one.year, off, worked, one.source, one.recorded_at))
    for year in NATIONAL.years - found.keys():
        off, worked = (tuple(sorted(d for d in days if d.year == year)) for days in (NATIONAL.holidays, NATIONAL.worked))
        found[year] = KnownYear(year, off, worked, "随平台提供的国务院办公厅通知")
    return sorted(found.values(), key=lambda one: -one.year)


_looked_at = -inf


def hold_calendar(*, seconds: float = 0) -> None:
    """Let this process count by the calendar as it is recorded; with ``seconds``, only when it looked longer ago."""
    global _looked_at
    now = monotonic()
    if not seconds or now - _looked_at > seconds:
        hold(working_calendar())
        _looked_at = now


# Coverage -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Covered:
    """A clause (or a row of Table 1) and what in the house cites it."""

    item: Clause | Row
    citations: tuple[Citation, ...]

    @property
    def key(self) -> str:
        return self.item.key

    @property
    def short(self) -> str:
        return self.item.short if isinstance(self.item, Clause) else self.item.label

    @property
    def heading(self) -> bool:
        """Headings ask for nothing themselves: nobody need cite them."""
        return isinstance(self.item, Clause) and self.item.heading

    @property
    def none_yet(self) -> bool:
        return not self.citations and not self.heading


def coverage(edition: str | None = None) -> list[Covered]:
    """Clause → the classes and functions that cite it, in the order of the paper, Table 1 at the end.

    It sees what has been imported: in a running door, everything.
    """
    known = _edition_or_current(edition)
    return [Covered(item, citations_of(item.key)) for item in (*known.clauses, *known.rows)]


def citations_of(key: str) -> tuple[Citation, ...]:
    return tuple(sorted(CITATIONS.get(key, {}).values(), key=lambda c: c.name))


def coverage_by_force(edition: str | None = None) -> dict[Force, tuple[int, int]]:
    """Force → (clauses cited, clauses). One figure a force, never one for all; headings and Table 1 are not counted."""
    counted: dict[Force, tuple[int, int]] = {}
    for covered in coverage(edition):
        if isinstance(covered.item, Clause) and not covered.heading:
            cited, total = counted.get(covered.item.force, (0, 0))
            counted[covered.item.force] = (cited + bool(covered.citations), total + 1)
    return {force: counted[force] for force in Force if force in counted}
