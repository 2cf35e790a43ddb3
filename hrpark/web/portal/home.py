"""What anybody may read of a park: what it is, its three doors, who is in it, what is new; and the help (clauses 3.1, 6.1.3).

The directory of residents shows what a visitor needs to tell a licensed agency from one without a licence, and nobody's
contacts (广东省人力资源市场条例 art. 41 has each agency show its permit at its premises and on its site).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from markupsafe import Markup

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing, every_park
from hrpark.evaluation.queries import Cell, Table, published_rounds, table_of
from hrpark.institutions.kinds import segments_on
from hrpark.institutions.models import PERMITS, Kind, LicenceKind, SupportingKind
from hrpark.institutions.queries import PART, PERMIT, arrivals, declaring, directory, holding
from hrpark.parks.models import ParkProfile
from hrpark.parks.queries import profile_of
from hrpark.web import clock
from hrpark.web.lists import Choice, Column, List, register, state
from hrpark.web.pages import page
from hrpark.web.shell import DOOR_OF_KIND, link

#: So far back an arrival is still news.
NEWS_DAYS = 180
#: The rows of Table 1 that a visitor wants to know, and where what they count stands.
SHOWN = ("T1.01.agencies", "T1.03.segments_covered", "T1.04.supporting_agencies")


@require_safe
@page(door="public")
def home(request: HttpRequest) -> HttpResponse:
    """Where everybody begins: people with a role at their work, visitors at the park."""
    for hat in request.standing.hats:
        address = link(f"{DOOR_OF_KIND[hat.organisation_kind]}-home", park=hat.park_slug)
        if address:
            return HttpResponseRedirect(address)
    parks = list(every_park())
    if len(parks) == 1:
        return HttpResponseRedirect(link("portal-park", park=parks[0].slug) or "/")
    told = [(park, sentence_of(park, profile_of(park))) for park in parks]
    title = "人力资源服务产业园" if parks else "还没有园区"
    return render(request, "portal/home.html", {"title": title, "parks": told, "setup": link("setup")})


def sentence_of(park: Park, profile: ParkProfile | None) -> str:
    """What the park is, in one sentence: its own introduction, else what its profile says, else nothing."""
    if profile is None:
        return ""
    if profile.introduction:
        return profile.introduction
    said = f"{profile.region or ''}{profile.get_level_display()}"
    if profile.operator:
        said += f"，由{profile.operator.name}运营"
    return f"{said}。"


@dataclass(frozen=True)
class News:
    """One thing that happened in the park, with its day and, where there is one, its page."""

    day: date
    says: str
    href: str | None = None


def _in_directory(park: Park, name: str) -> str:
    return f"{reverse('portal-institutions', kwargs={'park': park.slug})}?{urlencode({'q': name})}"


def news_of(park: Park, today: date) -> list[News]:
    """Who moved in and which results came out, newest first; only what is on record."""
    told = [
        News(stay.starts, f"{stay.institution.name}入驻园区", _in_directory(park, stay.institution.name))
        for stay in arrivals(park, today, since=today - timedelta(days=NEWS_DAYS))[:6]
    ]
    for result in published_rounds(park)[:2]:
        told.append(News(timezone.localtime(result.published_at).date(), f"{result.name}结果发布", None))
    return sorted(told, key=lambda n: n.day, reverse=True)[:6]


@require_safe
@page(door="public")
def park_home(request: HttpRequest, park: Park) -> HttpResponse:
    """The portal of a park."""
    profile = profile_of(park)
    table = table_of(park, request.today, request.today)
    context = {
        "title": park.name, "park": park, "profile": profile, "sentence": sentence_of(park, profile), "today": request.today,
        "figures": shown_figures(table), "news": news_of(park, request.today),
        "apply": link("portal-apply", park=park.slug),
    }  # fmt: skip
    return render(request, "portal/park.html", context)


def shown_figures(table: Table) -> list[Cell]:
    """The figures a visitor sees: only what is computed or verified, each with its basis; none is filled in."""
    cells = [table.cell(key) for key in SHOWN]
    return [cell for cell in cells if cell.reading.firm and cell.reading.value is not None]


# ---------------------------------------------------------------- the directory


def _segment_choices(standing: Standing, park: Park | None) -> dict[str, str]:
    return {s.code: s.label for s in segments_on(clock.today())}


def _segments(codes: str | None) -> str:
    """The declared segments in words, in the order of the list; a niche counts as its segment."""
    if not codes:
        return ""
    listed = segments_on(clock.today())
    mine = {segment.code for code in codes.split(",") if (segment := listed.by_code.get(code)) is not None}
    return "、".join(s.label for s in listed if s.code in mine)


def _in_segments(codes: list[str]) -> Q:
    found = Q(pk__in=[])
    for code in codes:
        found |= declaring(code, clock.today())
    return found


def _kind(kind: str, supporting: str) -> str:
    return f"{Kind(kind).label}（{SupportingKind(supporting).label}）" if supporting else Kind(kind).label


def _permits(kind: str, permits: str | None) -> Markup | None:
    """One line a permit: what it is, its number, until when."""
    if not permits:
        return state("soon", "没有已核验的有效许可或备案") if kind == Kind.AGENCY else None
    order = list(LicenceKind)
    lines = []
    for one in sorted(permits.split(PERMIT), key=lambda p: (order.index(p.split(PART)[0]), p)):
        of, number, until = one.split(PART)
        lines.append(
            Markup('<span class="muted">{}</span> {} <span class="muted nowrap">{}</span>').format(
                LicenceKind(of).label, number, f"有效期至 {until}" if until else "长期有效"
            )
        )
    return Markup("<br>").join(lines)


class Directory(List):
    """Who is in the park: for employers, job seekers, and whoever checks a licence."""

    key, title, noun = "directory", "驻园机构", "家"
    door, view = "public", "portal-institutions"
    search, search_hint = ("name__icontains", "permits__icontains"), "搜索名称、许可证号"
    columns = (
        Column("name", "机构名称", sort=True),
        Column("kind", "类别", path=("kind", "supporting_kind"), show=_kind),
        Column("segments", "服务领域", path="segment_codes", show=_segments),
        Column("permits", "许可与备案", path=("kind", "permits"), show=_permits),
        Column("since", "入驻日期", path="resident_since", kind="date", sort=True),
    )
    filters = (
        Choice("kind", "类别", choices=Kind.choices),
        Choice("segment", "服务领域", choices=_segment_choices, where=_in_segments),
        Choice(
            "permit",
            "许可与备案",
            choices=[(k.value, k.label) for k in PERMITS],
            where=lambda kinds: holding(kinds, clock.today()),
        ),
    )
    order = ("name",)
    exports = False
    empty_title = "还没有机构入驻"
    empty_text = "机构入驻后会在这里公开名称、类别、服务领域和许可证号。"
    empty_icon = "building-community"

    def rows(self, standing, park):
        return directory(park, clock.today())


DIRECTORY = register(Directory())


@require_safe
@page(door="public")
def institutions(request: HttpRequest, park: Park) -> HttpResponse:
    return DIRECTORY.respond(request, park, template="portal/institutions.html", basis="广东省人力资源市场条例 第四十一条")


@require_safe
@page(door="public")
def help_page(request: HttpRequest) -> HttpResponse:
    """Short help by task, with the pages that this installation has."""
    mine = request.standing.hats[0] if request.standing.hats else None
    kinds = {h.organisation_kind for h in request.standing.hats}
    parks = list(every_park()[:2])
    slug = mine.park_slug if mine else parks[0].slug if len(parks) == 1 else ""
    context = {"title": "使用帮助", "kinds": kinds, "slug": slug, "link": link}
    return render(request, "portal/help.html", context)
