"""What stands around every page: navigation by the person's work, park switcher, notices, help, search.

A door has at most seven entries, fixed here; what can be opened under each is declared by the door's modules:

    place("desk", "residents", "机构名录", "desk-institutions", permissions.READ)

A person sees only the entries under which there is a page that their roles open.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from hrpark.accounts.kinds import PERMISSIONS
from hrpark.accounts.queries import NOBODY, Standing
from hrpark.notices.queries import unread_shown
from hrpark.toolbox.errors import Misconfigured
from hrpark.toolbox.registry import Registry

DOOR_LABELS = {"desk": "运营工作台", "tenant": "机构工作台", "authority": "主管部门"}
DOOR_OF_KIND = {"operator": "desk", "institution": "tenant", "authority": "authority"}


@dataclass(frozen=True)
class Section:
    """One entry of a door's navigation: a kind of work."""

    key: str
    label: str
    icon: str


SECTIONS: dict[str, tuple[Section, ...]] = {
    "desk": (
        Section("today", "今日", "home"),
        Section("admission", "入驻", "door-enter"),
        Section("residents", "机构", "building-community"),
        Section("services", "服务", "inbox"),
        Section("park", "园区", "building"),
        Section("evaluation", "评价与数据", "report-analytics"),
        Section("settings", "设置", "settings"),
    ),
    "tenant": (
        Section("today", "首页", "home"),
        Section("own", "本机构", "building-community"),
        Section("requests", "申请与办件", "inbox"),
        Section("returns", "数据填报", "clipboard-check"),
        Section("evaluation", "评价园区", "star"),
        Section("settings", "人员", "users"),
    ),
    "authority": (
        Section("today", "总览", "home"),
        Section("filings", "备案与报告", "file-text"),
        Section("evaluation", "评价", "report-analytics"),
        Section("figures", "数据", "chart-bar"),
        Section("standard", "标准", "book"),
    ),
}
#: The four of the bottom bar on a phone are the first three sections and the whole menu.
BOTTOM = 3


@dataclass(frozen=True)
class Place:
    """A page that stands in the navigation. Its URL takes the park, or nothing."""

    door: str
    section: str
    label: str
    view: str
    permission: str = ""
    order: int = 50


PLACES: Registry[Place] = Registry("place")


def place(door: str, section: str, label: str, view: str, permission: str = "", *, order: int = 50) -> None:
    """Declare a page of the navigation; sections and their order are fixed above."""
    if section not in {s.key for s in SECTIONS[door]}:
        raise Misconfigured(f"The door {door!r} has no section {section!r}")
    if permission:
        PERMISSIONS.get(permission)
    PLACES.add(f"{door}/{view}", Place(door, section, label, view, permission, order))


@dataclass(frozen=True)
class Stop:
    """A page as it is drawn in the navigation."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Group:
    """A section as it is drawn: its pages, and whether the visitor stands in it."""

    key: str
    label: str
    icon: str
    stops: tuple[Stop, ...]
    current: bool = False

    @property
    def url(self) -> str:
        return self.stops[0].url


@dataclass(frozen=True)
class Shell:
    """Everything base.html needs besides the page itself."""

    door: str
    door_label: str
    park_name: str
    groups: tuple[Group, ...]
    hats: tuple[Stop, ...]
    home: str
    search: str | None
    notices: str | None
    help: str | None
    me: str | None
    login: str | None
    logout: str | None
    unread: int = 0


def shell_of(request: HttpRequest) -> Shell:
    """The shell of this request, worked out once."""
    kept = getattr(request, "_shell", None)
    if kept is None:
        kept = request._shell = _shell_of(request)  # type: ignore[attr-defined]
    return kept


def _shell_of(request: HttpRequest) -> Shell:
    standing: Standing = getattr(request, "standing", NOBODY)
    park = getattr(request, "park", None)
    door = door_of(request)
    if park is None and standing.hats:
        mine = [h for h in standing.hats if DOOR_OF_KIND[h.organisation_kind] == door] or standing.hats
        slug, park_id, park_name = mine[0].park_slug, mine[0].park_id, mine[0].park_name
        door = door if door in SECTIONS else DOOR_OF_KIND[mine[0].organisation_kind]
    elif park is not None:
        slug, park_id, park_name = park.slug, park.pk, park.name
        if door not in SECTIONS and (mine := standing.hats_in(park.pk)):
            door = DOOR_OF_KIND[mine[0].organisation_kind]  # a page for everybody, seen by who works here
    else:
        slug, park_id, park_name = "", 0, ""
    groups = _groups(door, slug, park_id, standing) if slug and door in SECTIONS else ()
    hats = _hats(standing)
    here = f"/{door}/{slug}/"
    return Shell(
        door=door,
        door_label=DOOR_LABELS.get(door, ""),
        park_name=park_name,
        groups=_with_current(groups, request.path),
        hats=tuple(Stop(s.label, s.url, s.url == here) for s in hats),
        home=groups[0].url if groups else link("portal-home") or "/",
        search=link(f"{door}-search", park=slug) if groups else None,
        notices=link("account-notices"),
        help=link("portal-help"),
        me=link("account-home"),
        login=link("account-login"),
        logout=link("account-logout"),
        unread=unread_shown(request.user) if standing.person_id is not None else 0,
    )


def door_of(request: HttpRequest) -> str:
    """The door in which the page stands, by its declaration; "public" for what has none."""
    match = request.resolver_match
    declared = getattr(match.func, "declared", None) if match else None
    return declared.door if declared else "public"


def _with_current(groups: tuple[Group, ...], path: str) -> tuple[Group, ...]:
    """The groups with the page marked whose address is the longest beginning of the path; a home only when it is the page."""
    home = groups[0].url if groups else ""
    stops = [s.url for g in groups for s in g.stops if s.url == path or (path.startswith(s.url) and s.url != home)]
    here = max(stops, key=len, default="")
    if not here:
        return groups
    return tuple(
        Group(
            g.key,
            g.label,
            g.icon,
            tuple(Stop(s.label, s.url, s.url == here) for s in g.stops),
            any(s.url == here for s in g.stops),
        )
        for g in groups
    )


@functools.lru_cache(maxsize=2048)
def _groups(door: str, slug: str, park_id: int, standing: Standing) -> tuple[Group, ...]:
    found: dict[str, list[Place]] = {}
    for spot in PLACES:
        if spot.door != door:
            continue
        if spot.permission:
            open_to = standing.own(spot.permission, park_id) if door == "tenant" else standing.may(spot.permission, park_id)
            if not open_to:
                continue
        found.setdefault(spot.section, []).append(spot)
    return tuple(
        Group(
            s.key, s.label, s.icon,
            tuple(Stop(p.label, link(p.view, park=slug) or reverse(p.view)) for p in sorted(found[s.key], key=lambda p: p.order)),
        )
        for s in SECTIONS[door]
        if s.key in found
    )  # fmt: skip


@functools.lru_cache(maxsize=2048)
def _hats(standing: Standing) -> tuple[Stop, ...]:
    """Every (park, door) that the person's roles open."""
    seen: dict[str, Stop] = {}
    for hat in standing.hats:
        door = DOOR_OF_KIND[hat.organisation_kind]
        address = link(f"{door}-home", park=hat.park_slug)
        if address:
            seen.setdefault(address, Stop(f"{hat.park_name} · {DOOR_LABELS[door]}", address))
    return tuple(seen.values())


@functools.lru_cache(maxsize=4096)
def link(view: str, **kwargs: str) -> str | None:
    """The address of a page that this installation may or may not have yet."""
    try:
        return reverse(view, kwargs=kwargs or None)
    except NoReverseMatch:
        return None
