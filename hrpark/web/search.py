"""The search box of the shell: one word, looked up in every list that the person may open in this door."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.institutions.queries import licences_numbered

from .lists import Hits, clean, found
from .subjects import address

#: So much of a licence number has to be typed; less would find half of them.
SHORTEST_NUMBER = 4


def search_page(request: HttpRequest, park: Park, door: str) -> HttpResponse:
    q = clean(request.GET.get("q", ""))
    hits = [*found(request.standing, park, door, q), *_permits(request.standing, park, door, q)] if q else []
    return render(request, "parts/search_page.html", {"title": "搜索", "park": park, "q": q, "hits": hits})


def _permits(standing: Standing, park: Park, door: str, q: str, limit: int = 5) -> list[Hits]:
    """Institutions by the number of a permit: numbers are no column of the list, since an institution has several."""
    if len(q) < SHORTEST_NUMBER:
        return []
    rows = [
        (f"{one.number}（{one.institution.name}）", href)
        for one in licences_numbered(standing, park, q)[:limit]
        if (href := address("institution", one.institution_id, park=park.slug, door=door))
    ]
    return [Hits("许可与备案编号", "", rows)] if rows else []
