"""Exits: what was pledged, what is missing, which of them lie open."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.cases.models import Case
from hrpark.cases.queries import own
from hrpark.institutions.models import Institution
from hrpark.toolbox.dates import years_before
from hrpark.toolbox.errors import NotFound

from .. import permissions
from ..clearance import POINTS, Known, Point
from ..models import Agreement, Exit, ExitPoint, ExitReason, PointState


def pledged_until(agreement: Agreement) -> date:
    """The last day of the years pledged (4.3.1.2 a), counted from the day of moving in."""
    return years_before(agreement.residency.starts, -agreement.years) - timedelta(days=1)


def months_short(last_day: date, until: date) -> int:
    """How many months of a pledge were missing on the last day, begun ones counted whole; 0 where it was kept."""
    if last_day >= until:
        return 0
    months = (until.year - last_day.year) * 12 + until.month - last_day.month
    return months + (until.day > last_day.day) or 1


def may_be_ended(institution: Institution, on: date) -> bool:
    """In the park, and not on its way out."""
    return institution.residencies.running(on).exists() and not institution.exits.filter(open=True).exists()


def exits_in(standing: Standing, park: Park) -> QuerySet[Exit]:
    """Every exit that was handed in to the park: open ones first, then by the day wished."""
    if not standing.may(permissions.READ, park.pk):
        return Exit.objects.none()
    return Exit.objects.filter(park=park).select_related("institution", "case", "residency").order_by("-open", "wished", "pk")


def exit_for(standing: Standing, pk: int, park: Park) -> Exit:
    """The gate of the desk and the authority."""
    found = exits_in(standing, park).select_related("park", "case__item", "case__handler").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def own_exit_for(standing: Standing, pk: int, park: Park) -> Exit:
    """The gate of the institution that leaves."""
    mine = Case.objects.filter(own(standing), kind="exit", park=park).values("pk")
    found = Exit.objects.filter(park=park, case__in=mine, pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def past_wished(exits: QuerySet[Exit], today: date) -> QuerySet[Exit]:
    """Open, and the day on which the institution meant to leave is over."""
    return exits.filter(open=True, wished__lt=today)


def address_left(exits: QuerySet[Exit]) -> QuerySet[Exit]:
    """Gone, with the registered address still in the park."""
    return exits.filter(address_by__isnull=False, address_moved_on__isnull=True)


@dataclass(frozen=True)
class Line:
    """A point of a clearance: what an officer said, and what the house knows."""

    point: Point
    row: ExitPoint
    known: Known | None

    @property
    def open(self) -> bool:
        return self.row.state == PointState.OPEN


def clearance_of(exit: Exit, on: date) -> list[Line]:
    rows = exit.points.select_related("seen_by")
    return [Line(POINTS[row.key], row, POINTS[row.key].knows(exit, on)) for row in rows if row.key in POINTS]


@dataclass(frozen=True)
class YearOfExits:
    """How many left in a year, by reason, and of how many the pledge was not kept."""

    year: int
    count: int
    by_reason: tuple[tuple[str, int], ...]
    short: int


def exit_figures(exits: QuerySet[Exit]) -> list[YearOfExits]:
    """Exits that came to their last day, by its year, the newest first."""
    done = list(exits.filter(last_day__isnull=False).values_list("last_day", "reason", "months_missing"))
    found = []
    for year in sorted({day.year for day, _, _ in done}, reverse=True):
        mine = [(reason, months) for day, reason, months in done if day.year == year]
        counted = Counter(reason for reason, _ in mine)
        by_reason = tuple((str(ExitReason(r).label), n) for r, n in counted.most_common())
        found.append(YearOfExits(year, len(mine), by_reason, sum(bool(months) for _, months in mine)))
    return found
