"""Who stands at the door before they have a name: address, browser, where they wanted to go; and giving them a session."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from hrpark.accounts import access, throttle
from hrpark.accounts.models import Person
from hrpark.accounts.queries import has_second_factor
from hrpark.web.pages import address_of as address_of

from . import sessions

BACKEND = "hrpark.accounts.backends.KeyBackend"
DEVICE_COOKIE = "__Host-device" if settings.SECURE else "device"
DEVICE_SECONDS = 180 * 24 * 3600
#: What is kept between the first proof and the second, and for how many seconds.
HALF, HALF_SECONDS = "half", 600


#: What a User-Agent holds → what people call it; the first that is found counts.
BROWSERS = (
    ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("HarmonyOS", "鸿蒙"), ("OpenHarmony", "鸿蒙"), ("Android", "安卓"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def device_name(agent: str) -> str:
    """A browser as its owner would call it: Chrome · Windows."""
    found = [next((name for sign, name in signs if sign in agent), "") for signs in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found)) or "其他设备"


def device_of(request: HttpRequest) -> str:
    return request.COOKIES.get(DEVICE_COOKIE, "")


def going_to(request: HttpRequest) -> str:
    """Where the visitor wanted to go: a path of this site, or nothing."""
    path = request.POST.get("next") or request.GET.get("next") or ""
    own = path.startswith("/") and not path.startswith(
        "//"
    )  # a bare "//" has no host that could be another one, and is no path
    fine = own and url_has_allowed_host_and_scheme(path, {request.get_host()}, request.is_secure())
    return path if fine and len(path) <= 500 else ""


def proceed(request: HttpRequest, person: Person, means: str, to: str) -> HttpResponse:
    """The first proof was right: on to the second one where there is one, else in."""
    if has_second_factor(person):
        request.session.cycle_key()
        request.session[HALF] = {
            "person": person.pk, "stamp": person.get_session_auth_hash(), "means": means, "to": to, "at": int(request.at.timestamp()),
        }  # fmt: skip
        return HttpResponseRedirect(reverse("account-second"))
    return let_in(request, person, means, "", to)


def let_in(request: HttpRequest, person: Person, means: str, second: str, to: str) -> HttpResponse:
    """A new session under a new key, a line in the person's list, and a browser that is known from now on."""
    request.session.pop(HALF, None)
    login(request, person, backend=BACKEND)
    if request.session.session_key is None:
        request.session.cycle_key()
    sessions.begin(request, request.at, second)
    access.begin_session(
        person=person, session_key=request.session.session_key, means=means, second=second, at=request.at,
        address=address_of(request), agent=request.headers.get("User-Agent", ""),
    )  # fmt: skip
    response = HttpResponseRedirect(to or reverse("account-enter"))
    known = throttle.known_device(person, device_of(request))
    response.set_cookie(
        DEVICE_COOKIE, device_of(request) if known else throttle.new_device(person), max_age=DEVICE_SECONDS,
        secure=settings.SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip
    return response
