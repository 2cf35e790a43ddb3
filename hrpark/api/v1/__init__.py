"""Version 1: the same queries as the pages, as JSON, for signed-in people and for programs of a person.

One module a room, each with a router that is found by its name. The description is at ``/api/v1/openapi.json``; there is no
page that draws it, because the one ninja brings needs inline script, which the content policy forbids.
"""

from __future__ import annotations

import importlib
import pkgutil

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import SessionAuth

from hrpark.accounts.queries import NOBODY, standing_of
from hrpark.toolbox.errors import HrparkError


class SignedIn(SessionAuth):
    """The session of the pages; unsafe methods carry the CSRF token as the pages do."""

    def authenticate(self, request: HttpRequest, key: str | None):
        request.at, request.today = timezone.localtime(), timezone.localdate()
        request.standing = standing_of(request.user, request.today) if request.user.is_authenticated else NOBODY
        return request.user if request.user.is_authenticated else None


api = NinjaAPI(title="hrpark", version="1", urls_namespace="api-v1", auth=SignedIn(csrf=True), docs_url=None)


@api.exception_handler(HrparkError)
def say(request: HttpRequest, error: HrparkError) -> HttpResponse:
    """The same words as on the pages."""
    return api.create_response(request, {"message": error.message, "field": error.field}, status=error.status)


@api.exception_handler(AuthenticationError)
def who(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return api.create_response(request, {"message": "请先登录，再使用接口。", "field": None}, status=401)


@api.exception_handler(ValidationError)
def odd(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What a program sent that cannot be read: which parameters, and what was expected of the first."""
    names = [str(one["loc"][-1]) for one in error.errors]
    message = f"参数 {'、'.join(dict.fromkeys(names))} 不符合要求：{error.errors[0]['msg']}"
    return api.create_response(request, {"message": message, "field": names[0]}, status=422)


for found in pkgutil.iter_modules(__path__):
    api.add_router("", importlib.import_module(f"{__name__}.{found.name}").router)
