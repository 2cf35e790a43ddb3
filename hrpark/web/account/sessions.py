"""How long a session lasts, and that who must have a second factor gets one first.

A session ends 12 hours after it began and after two hours without a request (settings). The times lie in the session
itself; the list on "my account" follows every five minutes at most, so that reading pages stays free of writes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from hrpark.accounts import access, queries

from .. import clock

BEGAN, SEEN, SECOND, ENDED = "began", "seen", "second", "ended"
MUST = "您的角色须开启两步验证后才能继续使用。请在“我的账号”中开启。"
#: Seconds after which "last seen" is written anew.
STEP = 300


def begin(request: HttpRequest, at: datetime, second: str) -> None:
    """The times of a session that has just been given to a person."""
    request.session[BEGAN] = request.session[SEEN] = int(at.timestamp())
    request.session[SECOND] = second


class lasting:  # noqa: N801 - reads as an adjective in settings
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            self._look(request)
        return self.get_response(request)

    def _look(self, request: HttpRequest) -> None:
        at = clock.now()
        moment = int(at.timestamp())
        began = request.session.get(BEGAN)
        if began is None:
            begin(request, at, "")
            return
        idle = moment - request.session[SEEN]
        if moment - began >= settings.SESSION_COOKIE_AGE or idle >= settings.SESSION_IDLE_SECONDS:
            access.session_ended(session_key=request.session.session_key, at=at)
            request.session.flush()
            request.session[ENDED] = "idle" if idle >= settings.SESSION_IDLE_SECONDS else "age"
            request.user = AnonymousUser()
        elif idle >= STEP:
            request.session[SEEN] = moment
            access.session_seen(session_key=request.session.session_key, at=at)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> HttpResponse | None:
        """With REQUIRE_TOTP, directors and supervisors without a second factor see only their account."""
        if not settings.REQUIRE_TOTP or not request.user.is_authenticated or request.session.get(SECOND):
            return None
        declared, by_machine = getattr(view, "declared", None), request.path.startswith("/api/")
        if (
            view.__module__.startswith("hrpark.web.account.")
            or not by_machine
            and (declared is None or declared.door == "public")
        ):
            return None
        if not queries.must_have_second_factor(queries.standing_of(request.user, clock.today())):
            return None
        if by_machine:
            return JsonResponse({"message": MUST}, status=403)
        return HttpResponseRedirect(reverse("account-totp"))
