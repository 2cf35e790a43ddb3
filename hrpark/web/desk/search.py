"""Searching everything this door shows."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from hrpark.accounts.models import Park
from hrpark.web.pages import page
from hrpark.web.search import search_page


@page(door="desk")
def search(request: HttpRequest, park: Park) -> HttpResponse:
    return search_page(request, park, "desk")
