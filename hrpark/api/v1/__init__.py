"""Version 1: the same queries and actions as the pages, as JSON, for signed-in people and for programs of a person.

One module a room, each with a router that is found by its name. The description is at ``/api/v1/openapi.json``.
"""

from __future__ import annotations

import importlib
import pkgutil

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI
from ninja.security import SessionAuth

from hrpark.accounts.queries import NOBODY, standing_of
from hrpark.toolbox.errors import HrparkError


class SignedIn(SessionAuth):
    """The session of the pages; unsafe methods carry the CSRF token as the pages do."""

    def authenticate(self, request: HttpRequest, key: str | None):
        request.at, request.today = timezone.now(), timezone.localdate()
        request.standing = standing_of(request.user, request.today) if request.user.is_authenticated else NOBODY
        return request.user if request.user.is_authenticated else None


api = NinjaAPI(title="hrpark", version="1", urls_namespace="api-v1", auth=SignedIn(csrf=True), docs_url="docs/")


@api.exception_handler(HrparkError)
def say(request: HttpRequest, error: HrparkError) -> HttpResponse:
    """The same words as on the pages."""
    return api.create_response(request, {"message": error.message, "field": error.field}, status=error.status)


for found in pkgutil.iter_modules(__path__):
    api.add_router("", importlib.import_module(f"{__name__}.{found.name}").router)
