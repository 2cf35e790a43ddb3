"""The figures of a year of requests, drawn alike for the desk and the authority, every number a link to what it counts (T1.13)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.cases.kinds import KINDS, CaseKind
from hrpark.cases.models import Case
from hrpark.cases.queries import Figures, Line, Rate, frozen_year, inbox, lines, settled_figures
from hrpark.toolbox.errors import NotFound

from . import clock
from .filters import Filter, Option
from .jinja import url

#: What a link may ask for: (key, label) in the order of the table.
COUNTED = {
    "received": "收件", "response.whole": "应首次答复", "response.part": "按时首次答复", "on_time.whole": "应办结", "on_time.part": "按时办结",
    "late": "逾期办结", "open": "未办结", "satisfied.whole": "已评价", "satisfied.part": "基本满意以上",
}  # fmt: skip
FIRST_YEAR = 2000


def counted(found: Figures, key: str) -> QuerySet[Case]:
    """The cases behind one number."""
    name, _, side = key.partition(".")
    value = getattr(found, name)
    return getattr(value, side) if side else value


def readable(standing: Standing, park: Park) -> list[str]:
    """The kinds whose cases the person may read in this park."""
    return [kind.key for kind in KINDS if standing.may(kind.read, park.pk)]


def kind_here(request: HttpRequest, park: Park, key: str) -> CaseKind:
    """The kind named in an address, for who reads its cases in this park."""
    kind = KINDS.find(key)
    if kind is None or key not in readable(request.standing, park):
        raise NotFound()
    return kind


def narrowed(found: Figures, standing: Standing, park: Park) -> Figures:
    """Only cases that the person may open: nobody is shown a number whose records are kept from them."""
    mine = inbox(standing, park).order_by().values("pk")

    def of(rows: QuerySet[Case]) -> QuerySet[Case]:
        return rows.filter(pk__in=mine)

    rates = {name: Rate(of(getattr(found, name).part), of(getattr(found, name).whole)) for name in Figures.RATES}
    return replace(found, received=of(found.received), late=of(found.late), open=of(found.open), **rates)


@dataclass(frozen=True)
class Counted(Filter):
    """What one number of the figures counts: ``of=2026.on_time.part``."""

    def read(self, given: Any, standing: Standing, park: Park | None) -> tuple[Any, list[str]]:
        asked = given.get(self.key, "")
        year, _, of = asked.partition(".")
        if not asked:
            return None, []
        if park is None or of not in COUNTED or not (year.isascii() and year.isdigit() and len(year) == 4):
            return None, [asked[:20]]
        return (park, int(year), of), []

    def narrow(self, rows: QuerySet, value: Any, park: Park | None) -> QuerySet:
        park, year, of = value
        return rows.filter(pk__in=counted(settled_figures(park, year, clock.now()), of).order_by().values("pk"))

    def says(self, value: Any, standing: Standing, park: Park | None) -> str:
        return f"{value[1]}年{COUNTED[value[2]]}"

    def pairs(self, value: Any) -> list[tuple[str, str]]:
        return [(self.key, f"{value[1]}.{value[2]}")] if value else []

    def options(self, value: Any, standing: Standing, park: Park | None) -> list[Option]:
        year = value[1] if value else clock.today().year
        return [Option(f"{year}.{key}", f"{year}年{label}", bool(value) and value[2] == key) for key, label in COUNTED.items()]


@dataclass(frozen=True)
class Row:
    """One line of the table with where each number leads."""

    label: str
    line: Line
    links: dict[str, str]


def whole_of(found: Figures) -> Line:
    """All kinds together."""

    def pair(rate: Rate) -> tuple[int, int]:
        return rate.part.count(), rate.whole.count()

    return Line(
        "", "合计", found.received.count(), pair(found.response), pair(found.on_time), found.late.count(), found.open.count(), pair(found.satisfied)
    )  # fmt: skip


def years_of(park: Park, at: datetime) -> list[int]:
    """From the first year with a request to now, newest first."""
    first = (
        Case.objects.filter(park=park, received_at__isnull=False)
        .order_by("received_at")
        .values_list("received_at", flat=True)
        .first()
    )
    now = clock.today().year
    return list(range(now, (first.year if first else now) - 1, -1))


def show(request: HttpRequest, park: Park, *, list_view: str, crumb: tuple[str, str]) -> HttpResponse:
    """One year: all, by kind, by resident. A frozen one is read from what was frozen, with its digest."""
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else request.today.year
    if not FIRST_YEAR <= year <= request.today.year:
        raise NotFound(f"没有{year}年的统计，请选择其他年份。")
    kinds = readable(request.standing, park)
    found = narrowed(settled_figures(park, year, request.at), request.standing, park)
    frozen = frozen_year(park, year)
    base = url(list_view, park=park.slug)

    def links(**more: str) -> dict[str, str]:
        return {key: f"{base}?{urlencode({**more, 'of': f'{year}.{key}'})}" for key in COUNTED}

    context = {
        "title": "办件统计", "park": park, "year": year, "years": years_of(park, request.at), "frozen": frozen, "crumb": crumb,
        "total": Row("合计", whole_of(found), links()), "by_kind": [Row(x.label, x, links(kind=x.key)) for x in lines(found, "kind")],
        "by_resident": [Row(x.label, x, links(institution=x.key) if x.key else links(institution="none")) for x in lines(found, "institution")],
        "hidden": [kind.label for kind in KINDS if kind.key not in kinds],
    }  # fmt: skip
    return render(request, "requests/figures.html", context)
