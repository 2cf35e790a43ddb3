"""Searching everything this door shows."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from hrpark.accounts.models import Park
from hrpark.web.pages import page
from hrpark.web.search import search_page


@require_safe
@page(door="authority")
def search(request: HttpRequest, park: Park) -> HttpResponse:
    return search_page(request, park, "authority")
