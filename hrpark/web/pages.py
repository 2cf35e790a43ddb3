"""What every page of every door does first: who comes, into which park, with which permission.

    @page(permissions.READ, door="desk")
    def institution_list(request, park): ...

``request.at``, ``request.today`` and ``request.standing`` are set for the view; a park that the person has no role in does
not exist for them (404). The declaration is what the access matrix checks (tests/access).
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from hrpark.accounts.kinds import PERMISSIONS
from hrpark.accounts.queries import NOBODY, park_by_slug, standing_of
from hrpark.standard.queries import hold_calendar
from hrpark.toolbox.errors import Conflict, NotAllowed, NotFound, Refused
from hrpark.trail.queries import done_under

from . import clock
from .waiting import waiting_page

#: Which kind of organisation opens which door. Portal and account are open by themselves.
DOOR_KINDS = {"desk": "operator", "tenant": "institution", "authority": "authority"}


@dataclass(frozen=True)
class Declared:
    """What a URL asks of its visitor. ``permission`` empty: any person of that door; ``door`` "public": nobody at all."""

    door: str
    permission: str = ""


def page(permission: str = "", *, door: str) -> Callable:
    """Declare a page of a door. Its first argument after the request is the park, from ``<slug:park>`` in the URL."""

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        if permission:
            PERMISSIONS.get(permission)

        @functools.wraps(view)
        def run(request: HttpRequest, *args, park: str | None = None, **kwargs) -> HttpResponse:
            enter(request)
            if door != "public" and not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if door in ("public", "person"):
                if park is not None:
                    kwargs["park"] = request.park = park_by_slug(park)
                return view(request, *args, **kwargs)
            if door == "installation":
                if not request.standing.installs:
                    raise NotFound()
                return view(request, *args, **kwargs)
            if park is None:
                if not any(h.organisation_kind == DOOR_KINDS[door] for h in request.standing.hats):
                    raise NotFound()
                return view(request, *args, **kwargs)
            room = park_by_slug(park)
            if DOOR_KINDS[door] not in request.standing.kinds_in(room.pk):
                # What names a record does not exist for them; the door itself says what is still missing.
                if door == "tenant" and not kwargs and (waiting := waiting_page(request, room)):
                    return waiting
                raise NotFound()
            allowed = not permission or (
                bool(request.standing.own(permission, room.pk))
                if door == "tenant"
                else request.standing.may(permission, room.pk)
            )
            if not allowed:
                sentence = PERMISSIONS.get(permission).sentence
                raise NotAllowed(f"您的角色不能“{sentence}”。如工作需要，请联系负责人授予相应角色。")
            request.park = room
            return view(request, *args, park=room, **kwargs)

        run.declared = Declared(door, permission)
        return run

    return wrap


def enter(request: HttpRequest) -> None:
    hold_calendar(seconds=settings.CALENDAR_SECONDS)
    request.at, request.today = clock.now(), clock.today()
    request.standing = standing_of(request.user, request.today) if request.user.is_authenticated else NOBODY
    request.park = None


def address_of(request: HttpRequest) -> str:
    """The client's network address. Only behind a proxy of our own is its last word about it believed."""
    if settings.BEHIND_PROXY:
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if told:
            return told
    return request.META.get("REMOTE_ADDR", "")


def deed_key(request: HttpRequest) -> str:
    """The key of a form's deed: made when the form was drawn, so that a double click and a retry do it once."""
    key = request.POST.get("deed_key", "")[:60]
    if not key:
        raise Refused("提交的页面不完整，内容没有保存。请刷新页面后重新提交。")
    drawn_for_this_person(request)
    return key


def drawn_for_this_person(request: HttpRequest) -> None:
    """Stop what somebody else began at this browser before they signed out: it is not this person's deed."""
    whose = request.POST.get("deed_key", "").partition(".")[2]
    if whose and whose != str(request.user.pk):
        raise Conflict(
            "这一页是以另一个账号打开的，内容没有保存，也没有提交。请刷新页面，以现在的账号重新填写；或退出后登录原来的账号。"
        )


#: Two clicks on the same file within this are one.
ONE_TAKING = timedelta(minutes=1)


def taking_key(request: HttpRequest, verb: str) -> str:
    """The key of taking something away as a file. The page stays open after it, with the key it was drawn with: the same file
    more than a minute later, or the same key sent to another address, is another deed."""
    asked = f"{deed_key(request)}\0{request.get_full_path()}"
    stem = "file:" + hashlib.blake2b(asked.encode(), digest_size=16).hexdigest()
    turn = int(request.at.timestamp() // ONE_TAKING.total_seconds())
    now, before = f"{stem}:{turn}", f"{stem}:{turn - 1}"
    return done_under(request.user.actor_key, verb, (now, before), request.at - ONE_TAKING) or now


def shown_page(request: HttpRequest, rows: Any, size: int) -> Page:
    """The page of some rows that an address asks for, or the nearest that is there; ``instead`` then says which."""
    asked = request.GET.get("page") or "1"
    shown = Paginator(rows, size).get_page(asked)
    shown.instead = "" if str(shown.number) == asked else f"没有所要的那一页，现在显示的是第 {shown.number} 页。"
    return shown


def back_to(request: HttpRequest, query: str = "") -> str:
    """The page that a small form came from: a path of this site, or the front page."""
    path = request.POST.get("next", "")
    if not path.startswith("/") or path.startswith("//") or not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return "/"
    return path + query
