"""The one mechanism of every list: filters, search, order, pages, saved views, columns, export.

A list is a class that says what it shows; this module reads what was asked, runs one ``values_list`` over just the
columns that are shown, and draws the rows. Rows are drawn here and not in a template: of a fifty-row page the template
is the dearest part by far.

    class InstitutionList(List):
        key, title, noun = "institutions", "机构名录", "家"
        door, view, permission = "desk", "desk-institutions", permissions.READ
        record = "desk-institution"
        columns = (Column("name", "机构名称", sort=True), Column("state", "状态", kind="state", states=STATES), …)

        def rows(self, standing, park):
            return queries.institutions(standing, park)

    INSTITUTIONS = register(InstitutionList())

    @page(permissions.READ, door="desk")
    @require_list
    def institutions(request, park):
        return INSTITUTIONS.respond(request, park)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods
from markupsafe import Markup

from hrpark.accounts.kinds import PERMISSIONS
from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing, saved_views
from hrpark.sheets import writing
from hrpark.sheets.actions import record_export
from hrpark.toolbox.errors import Misconfigured, NotAllowed, Refused
from hrpark.toolbox.registry import Registry

from . import clock, jinja
from .addresses import SIZES, Addresses, Asked, clean, encoded, join, names_in, page_number
from .columns import DOWN_FIRST, KINDS, Column, state
from .fetching import Fetch, fetch, may_be_null
from .filters import Choice, Days, Filter, Option, YesNo
from .pages import taking_key

__all__ = [
    "LISTS", "Bulk", "Choice", "Column", "Days", "Filter", "List", "Main", "View", "YesNo", "found", "picked", "register",
    "require_list", "state",
]  # fmt: skip

MOST_TERMS = 5
#: Names of query parameters that belong to the list itself; a filter may not take them.
OWN = frozenset({"q", "sort", "page", "size", "cols", "density", "export"})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_EXPORTED = 100_000
A_YEAR = 365 * 24 * 3600

#: Methods of a page that is a list: it is read, and its rows are taken away as a file by a POST, for that is told.
require_list = require_http_methods(["GET", "HEAD", "POST"])


# ---------------------------------------------------------------- what is drawn


@dataclass(frozen=True)
class Main:
    """The one main action of a list. Its URL takes the park and nothing else."""

    label: str
    view: str
    permission: str = ""
    icon: str = "plus"


@dataclass(frozen=True)
class Bulk:
    """What can be done with picked rows: the view gets a POST with ``pick`` values and the list's CSRF token."""

    label: str
    view: str
    permission: str = ""


@dataclass(frozen=True)
class View:
    """A tab that the list itself brings, as a query without its question mark."""

    name: str
    query: str


@dataclass(frozen=True)
class Tab:
    name: str
    url: str
    on: bool
    saved: int | None = None


@dataclass(frozen=True)
class Chip:
    key: str
    label: str
    kind: str
    says: str
    clear: str
    options: tuple[Option, ...]
    ends: tuple[str, str] = ("", "")
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Head:
    label: str
    unit: str
    css: str
    url: str = ""
    sorted: str = ""


@dataclass(frozen=True)
class Drawn:
    """A list as its template needs it."""

    list: List
    dom: str
    title: str
    noun: str
    path: str
    count: int
    asked: Asked
    tabs: list[Tab]
    tab: Tab | None
    chips: list[Chip]
    hidden: tuple[tuple[str, str], ...]
    heads: tuple[Head, ...]
    columns: tuple[Option, ...]
    body: Markup
    first: int
    last: int
    pages: list[tuple[str, str, bool]]
    sizes: list[tuple[int, str, bool]]
    compact: bool
    density: str
    export: str
    bulk: list[tuple[str, str]]
    main: tuple[str, str, str] | None
    clear: str
    query: str
    here: str
    may_save: bool
    narrowed: bool
    park_id: int | None

    @property
    def wide(self) -> bool:
        return len(self.heads) > 9


# ---------------------------------------------------------------- the list


class List:
    """One list of one door; subclasses say what it shows."""

    key = ""
    title = ""
    noun = "条"
    door = "desk"
    view = ""
    permission = ""
    #: URL name of a record's page, taking ``park`` and ``pk``; empty: rows open nothing.
    record = ""
    columns: tuple[Column, ...] = ()
    filters: tuple[Filter, ...] = ()
    #: Lookups that a typed word may hit, e.g. ``name__icontains``, ``uscc__startswith``.
    search: tuple[str, ...] = ()
    search_hint = "搜索"
    order: tuple[str, ...] = ("-pk",)
    views: tuple[View, ...] = ()
    bulk: tuple[Bulk, ...] = ()
    main: Main | None = None
    exports = True
    #: Who may take the rows away as a file; empty: whoever sees the list.
    export_permission = ""
    empty_title = "还没有记录"
    empty_text = ""
    empty_icon = "folder-open"

    def rows(self, standing: Standing, park: Park | None) -> QuerySet:
        """The rows that this person may see here, from a query of the owning room."""
        raise NotImplementedError

    # -- reading the address

    def ask(self, given: QueryDict, standing: Standing, park: Park | None) -> Asked:
        """Understand an address. What cannot be understood is left out and named, never an error."""
        filters, ignored = {}, []
        for one in self.filters:
            value, wrong = one.read(given, standing, park)
            ignored += [f"{one.label} {w}" for w in wrong]
            if value is not None:
                filters[one.key] = value
        sort = given.get("sort", "")
        if sort.removeprefix("-") not in {c.key for c in self.allowed(standing, park) if c.order}:
            sort = ""
        size = given.get("size", "")
        known = {c.key for c in self.allowed(standing, park)[1:]}
        asked = [key for part in given.getlist("cols") for key in part.split(",")]
        page = page_number(given.get("page", ""))
        ignored += [] if page else [f"页码 {given['page'][:20]}"]
        return Asked(
            q=clean(given.get("q", "")),
            sort=sort,
            page=page or 1,
            size=int(size) if size.isascii() and size.isdigit() and len(size) < 4 and int(size) in SIZES else SIZES[0],
            columns=tuple(c.key for c in self.columns if c.key in asked and c.key in known),
            filters=filters,
            ignored=tuple(ignored[:5]),
        )

    def allowed(self, standing: Standing, park: Park | None) -> list[Column]:
        """The columns that this person may see at all."""
        return [c for c in self.columns if not c.permission or self._holds(standing, park, c.permission)]

    def _holds(self, standing: Standing, park: Park | None, permission: str) -> bool:
        if park is None:
            return False
        if self.door == "tenant":
            return bool(standing.own(permission, park.pk))
        return standing.may(permission, park.pk)

    def _masked(self, column: Column, standing: Standing, park: Park | None) -> bool:
        return column.mask is not None and not (column.clear and self._holds(standing, park, column.clear))

    def visible(self, asked: Asked, standing: Standing, park: Park | None) -> list[Column]:
        allowed = self.allowed(standing, park)
        if asked.columns:
            return [c for i, c in enumerate(allowed) if i == 0 or c.key in asked.columns]
        return [c for i, c in enumerate(allowed) if i == 0 or c.shown]

    # -- asking the database

    def narrowed(self, asked: Asked, standing: Standing, park: Park | None) -> QuerySet:
        """The rows that fit filters and search, in no order yet."""
        rows = self.rows(standing, park)
        for one in self.filters:
            if one.key in asked.filters:
                rows = one.narrow(rows, asked.filters[one.key], park)
        for term in asked.q.split()[:MOST_TERMS]:
            hit = Q()
            for spelling in {term, unicodedata.normalize("NFKC", term)}:
                for lookup in self.search:
                    hit |= Q(**{lookup: spelling})
            rows = rows.filter(hit)
        return rows

    def ordered(self, rows: QuerySet, asked: Asked) -> QuerySet:
        """In the order asked for, ties broken by key, so that no row is on two pages or on none."""
        if not asked.sort:
            down = bool(self.order) and self.order[0].startswith("-")
            tie = () if {"pk", "-pk"} & set(self.order) else ("-pk" if down else "pk",)
            return rows.order_by(*self.order, *tie)
        column = next(c for c in self.columns if c.key == asked.sort.removeprefix("-"))
        down = asked.sort.startswith("-")
        if may_be_null(rows, column.order):
            # SQLite puts nothing first, PostgreSQL last; for a reader nothing is always last.
            by = F(column.order).desc(nulls_last=True) if down else F(column.order).asc(nulls_last=True)
        else:
            by = f"{'-' if down else ''}{column.order}"
        return rows.order_by(by, "-pk" if down else "pk")

    def selected(self, rows: QuerySet, columns: Sequence[Column]) -> tuple[QuerySet, list[list[int]]]:
        """``values_list`` over just what the columns need, the key first; and where each column finds its values."""
        paths = ["pk"]
        places: list[list[int]] = []
        named: dict[str, Any] = {}
        for column in columns:
            mine = []
            for number, path in enumerate(column.paths):
                if not isinstance(path, str):
                    named[f"_{column.key}_{number}"] = path
                    path = f"_{column.key}_{number}"
                if path not in paths:
                    paths.append(path)
                mine.append(paths.index(path))
            places.append(mine)
        return (rows.annotate(**named) if named else rows).values_list(*paths), places

    def fetch(self, asked: Asked, columns: Sequence[Column], standing: Standing, park: Park | None) -> Fetch:
        """The rows that fit, to be read in pages and counted."""

        def build() -> tuple[QuerySet, QuerySet, list[list[int]]]:
            narrowed = self.narrowed(asked, standing, park)
            rows, places = self.selected(self.ordered(narrowed, asked), columns)
            return rows, narrowed, places

        said = tuple([pair for pair in asked.pairs(self.filters) if pair[0] not in ("page", "size", "cols")])
        where = (park.pk, park.slug, park.name) if park else None
        return fetch((self, standing, where, clock.today(), said, tuple([c.key for c in columns])), build)

    def draw(self, request: HttpRequest, park: Park | None) -> Drawn:
        standing: Standing = request.standing
        asked = self.ask(request.GET, standing, park)
        columns = self.visible(asked, standing, park)
        fetched = self.fetch(asked, columns, standing, park)
        begin = (asked.page - 1) * asked.size
        rows = fetched.page(begin, begin + asked.size + 1)
        if rows or asked.page == 1:
            count = begin + len(rows) if len(rows) <= asked.size else fetched.count()
        else:
            count = fetched.count()
            asked = replace(asked, page=max(1, -(-count // asked.size)), beyond=True)
            begin = (asked.page - 1) * asked.size
            rows = fetched.page(begin, begin + asked.size)
        return self._page(request, park, asked, columns, fetched.places, rows[: asked.size], count)

    def picture(self, request: HttpRequest, rows: list[tuple], count: int) -> Drawn:
        """The list with rows that are given, as they would be fetched: key first, then every shown column's values."""
        asked = self.ask(request.GET, request.standing, None)
        columns = [c for c in self.columns if c.shown]
        places, at = [], 1
        for column in columns:
            places.append(list(range(at, at + len(column.paths))))
            at += len(column.paths)
        return self._page(request, None, asked, columns, places, rows, count)

    def _page(self, request, park, asked, columns, places, rows, count) -> Drawn:
        standing: Standing = request.standing
        begin = (asked.page - 1) * asked.size
        count = max(count, begin + len(rows))
        bulk = [(b.label, reverse(b.view, kwargs=_kw(park))) for b in self.bulk if self._may(b.permission, standing, park)]
        body = self._body(rows, columns, places, standing, park, bool(bulk))
        return self._drawn(request, park, asked, columns, count, begin, len(rows), body, bulk)

    def _body(self, rows, columns, places, standing, park, pick: bool) -> Markup:
        before, after = self.address(park)
        masks = [self._masked(c, standing, park) for c in columns]
        names = columns[0].drawn(rows, places[0], masks[0])
        rest = [c.cells(rows, at, m) for c, at, m in zip(columns[1:], places[1:], masks[1:], strict=True)]
        out = []
        for row, name, *cells in zip(rows, names, *rest, strict=True):
            pk, inner = row[0], name or jinja.DASH
            if before:
                inner = f'<a class="name" href="{before}{pk}{after}">{inner}</a>'
            tick = ""
            if pick:
                said = name if name and "<" not in name else pk
                tick = f'<td class="pick"><input type="checkbox" name="pick" value="{pk}" form="bulk-{self.key}" aria-label="选择 {said}"></td>'
            out.append(f'<tr>{tick}<th scope="row">{inner}</th>{"".join(cells)}</tr>')
        return Markup("".join(out))

    def address(self, park: Park | None) -> tuple[str, str]:
        """What stands before and after the key in a record's address; reversed once, not once a row."""
        if not self.record:
            return "", ""
        before, _, after = reverse(self.record, kwargs={**_kw(park), "pk": MARK}).partition(str(MARK))
        return before, after

    def _may(self, permission: str, standing: Standing, park: Park | None) -> bool:
        return not permission or self._holds(standing, park, permission)

    def _exports(self, standing: Standing, park: Park | None) -> bool:
        return self.exports and park is not None and self._may(self.export_permission, standing, park)

    # -- putting it together

    def _drawn(self, request, park, asked, columns, count, begin, shown, body, bulk) -> Drawn:
        standing: Standing = request.standing
        to = Addresses(asked, self.filters)
        base = to.but()
        chips = []
        for one in self.filters:
            value = asked.filters.get(one.key)
            ends = tuple(e.isoformat() if e else "" for e in value) if one.kind == "days" and value else ("", "")
            options = one.options(value, standing, park)
            if one.kind == "yes":
                options = [replace(o, url=to.but(**{one.key: encoded(one.pairs(o.value))})) for o in options]
            chips.append(
                Chip(
                    one.key, one.label, one.kind, one.says(value, standing, park) if value is not None else "",
                    to.but(**{one.key: ""}), tuple(options), ends, one.names,
                )
            )  # fmt: skip
        heads = tuple([self._head(c, asked, to) for c in columns])
        here = [pair for pair in asked.pairs(self.filters) if pair[0] != "page"]
        tabs = self._tabs(request, park, here)
        on = next((t for t in tabs if t.on), None)
        allowed = self.allowed(standing, park)
        chosen = {c.key for c in columns}
        compact = "compact" in jinja.looks(request)
        main = None
        if self.main and self._may(self.main.permission, standing, park):
            main = (self.main.label, reverse(self.main.view, kwargs=_kw(park)), self.main.icon)
        return Drawn(
            list=self, dom=f"list-{self.key}", title=self.title, noun=self.noun, path=request.path, count=count,
            asked=asked, tabs=tabs, tab=on, chips=chips, hidden=tuple(here), heads=heads,
            columns=tuple([Option(c.key, c.label, c.key in chosen) for c in allowed[1:]]),
            body=body, first=begin + 1 if shown else 0, last=begin + shown, pages=self._pages(asked, count, to),
            sizes=[(s, to.but(size=f"size={s}" if s != SIZES[0] else ""), s == asked.size) for s in SIZES],
            compact=compact, density=join(base, "density", "comfortable" if compact else "compact"),
            export=request.path + base.removesuffix("?") if self._exports(standing, park) else "",
            bulk=bulk, main=main, clear=to.but(q="", **{f.key: "" for f in self.filters}), query=base[1:],
            here=(request.path + to.but(page=f"page={asked.page}" if asked.page > 1 else "")).removesuffix("?"), may_save=standing.person_id is not None and bool(here) and on is None,
            narrowed=bool(asked.q or asked.filters), park_id=park.pk if park else None,
        )  # fmt: skip

    def _head(self, column: Column, asked: Asked, to: Addresses) -> Head:
        if not column.order:
            return Head(column.label, column.head_unit, column.css)
        now = "" if asked.sort.removeprefix("-") != column.key else "down" if asked.sort.startswith("-") else "up"
        first_down = column.kind in DOWN_FIRST
        down = now == "up" or (now == "" and first_down)
        return Head(column.label, column.head_unit, column.css, to.but(sort=f"sort={'-' if down else ''}{column.key}"), now)

    def _tabs(self, request: HttpRequest, park: Park | None, here: list[tuple[str, str]]) -> list[Tab]:
        own = [(None, "全部", "")] + [(None, v.name, v.query) for v in self.views]
        if request.standing.person_id is not None:
            own += saved_views(request.standing.person_id, park.pk if park else None, self.key)
        now, tabs, found = sorted(here), [], False
        for pk, name, query in own:
            on = not found and self._same(now, query, request.standing, park)
            tabs.append(Tab(name, f"?{query}", on, pk))
            found = found or on
        return tabs

    def _same(self, now: list[tuple[str, str]], query: str, standing: Standing, park: Park | None) -> bool:
        """Whether a view asks what is asked now; one that lacks a parameter of now is not even read."""
        if not query:
            return not now
        if not {name for name, _ in now} <= names_in(query):
            return False
        return now == sorted(self.ask(QueryDict(query), standing, park).pairs(self.filters))

    def _pages(self, asked: Asked, count: int, to: Addresses) -> list[tuple[str, str, bool]]:
        """Page numbers with gaps: (label, address or "", is this one)."""
        last = max(1, -(-count // asked.size))
        if last == 1:
            return []
        near = sorted({1, last, *range(max(1, asked.page - 2), min(last, asked.page + 2) + 1)})
        found, before = [], 0
        for page in near:
            if page > before + 1:
                found.append(("…", "", False))
            found.append((str(page), to.but(page=f"page={page}" if page > 1 else ""), page == asked.page))
            before = page
        return found

    def export(self, request: HttpRequest, park: Park) -> HttpResponse:
        """The rows as they are filtered and ordered now, as Excel, with the columns that are shown. The trail tells of it."""
        standing: Standing = request.standing
        if not self._exports(standing, park):
            raise NotAllowed("您的角色不能导出这份名单。如工作需要，请联系负责人。")
        asked = self.ask(request.GET, standing, park)
        columns = [c for c in self.visible(asked, standing, park) if c.exported]
        narrowed = self.narrowed(asked, standing, park)
        count = narrowed.count()
        if count > MOST_EXPORTED:
            raise Refused(f"一次最多导出 {MOST_EXPORTED:,} 行，现在有 {count:,} 行。请先用筛选缩小范围。")
        told = [f"{f.label}：{f.says(asked.filters[f.key], standing, park)}" for f in self.filters if f.key in asked.filters]
        told += [f"搜索：{asked.q}"] if asked.q else []
        record_export(
            actor=request.user, at=request.at, key=taking_key(request, record_export.verb), park=park, permission=self.export_permission or self.permission,
            table=self.title, narrowed="；".join(told), columns=[c.label for c in columns], rows=count,
        )  # fmt: skip
        fetched, places = self.selected(self.ordered(narrowed, asked), columns)
        masked = [self._masked(c, standing, park) for c in columns]
        about = [
            " · ".join([self.title, park.name, f"共 {count:,} {self.noun}"]),
            f"筛选：{'；'.join(told) or '无'} · 导出：{request.user.name}，{jinja.moment(request.at)}",
        ]
        rows = (
            [c.exported_value([row[i] for i in at], m) for c, at, m in zip(columns, places, masked, strict=True)]
            for row in fetched.iterator(chunk_size=2000)
        )
        sheet = writing.Sheet(self.title, [c.exported_as() for c in columns], rows, about)
        response = HttpResponse(writing.workbook(sheet), content_type=XLSX)
        response["Content-Disposition"] = content_disposition_header(True, f"{self.title}-{request.today.isoformat()}.xlsx")
        return response

    def respond(
        self, request: HttpRequest, park: Park | None = None, *, template: str = "parts/list_page.html", **context: Any
    ) -> HttpResponse:
        """The whole page; or only its changing part, when script asks for that. A POST takes the rows away as a file."""
        if request.method == "POST":
            return self.export(request, park)
        density = request.GET.get("density")
        if density in ("compact", "comfortable"):
            request.COOKIES[jinja.LOOK_COOKIE] = with_look(request, "compact", density == "compact")
        drawn = self.draw(request, park)
        htmx = getattr(request, "htmx", None)
        part = bool(htmx) and htmx.target == drawn.dom and not htmx.history_restore_request
        response = render(
            request, "parts/list_swap.html" if part else template, {"list": drawn, "park": park, "title": self.title, **context}
        )
        if part:
            response["HX-Push-Url"] = drawn.here
        if density:
            remember_look(response, request.COOKIES.get(jinja.LOOK_COOKIE, ""))
        patch_vary_headers(response, ["HX-Request"])
        return response


#: A key that no record has, put where the key stands in an address.
MARK = 909090909090


LISTS: Registry[List] = Registry("list")


def register(one: List) -> List:
    """Declare a list; its mistakes stop start-up, not the first visitor."""
    if not one.columns:
        raise Misconfigured(f"The list {one.key!r} has no columns")
    for column in one.columns:
        if column.kind not in KINDS:
            raise Misconfigured(f"Column {column.key!r} of {one.key!r} has an unknown kind {column.kind!r}")
        if len(column.paths) > 1 and column.show is None:
            raise Misconfigured(f"Column {column.key!r} of {one.key!r} has several paths and no show()")
        for name in filter(None, (column.permission, column.clear, one.export_permission)):
            PERMISSIONS.get(name)
    taken = [name for f in one.filters for name in f.names]
    if OWN & set(taken) or len(taken) != len(set(taken)):
        raise Misconfigured(f"The list {one.key!r} has a filter under a name that is taken: {taken}")
    return LISTS.add(one.key, one)


@dataclass(frozen=True)
class Hits:
    """What a search over the whole door found in one list."""

    title: str
    more: str
    rows: list[tuple[str, str]]


def found(standing: Standing, park: Park, door: str, q: str, limit: int = 5) -> Iterator[Hits]:
    """Search every list of a door that the person may open, for the search box of the shell."""
    for one in LISTS:
        if one.door != door or not one.search or not one.record or not one._may(one.permission, standing, park):
            continue
        asked = Asked(q=clean(q))
        name = one.columns[0]
        fetched = one.fetch(asked, [name], standing, park)
        before, after = one.address(park)
        masked = one._masked(name, standing, park)
        hits = [
            (str(name.value([row[i] for i in fetched.places[0]], masked) or jinja.DASH), f"{before}{row[0]}{after}")
            for row in fetched.page(0, limit)
        ]
        if hits:
            yield Hits(one.title, reverse(one.view, kwargs=_kw(park)) + Addresses(asked, one.filters).but(), hits)


# ---------------------------------------------------------------- small things


def picked(request: HttpRequest) -> list[int]:
    """The keys of the rows that were picked for a bulk deed, each once; what is no key is left out."""
    keys = dict.fromkeys(k for k in request.POST.getlist("pick") if k.isascii() and k.isdigit() and len(k) < 19)
    return [int(k) for k in keys]


def with_look(request: HttpRequest, word: str, on: bool) -> str:
    """The cookie's text with one look switched."""
    now = set(jinja.looks(request))
    (now.add if on else now.discard)(word)
    return ".".join(sorted(now))


def remember_look(response: HttpResponse, text: str) -> None:
    response.set_cookie(jinja.LOOK_COOKIE, text, max_age=A_YEAR, samesite="Lax", httponly=True)


def _kw(park: Park | None) -> dict[str, Any]:
    return {"park": park.slug} if park is not None else {}
