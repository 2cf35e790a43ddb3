"""The search box of the shell: one word, looked up in every list that the person may open in this door."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hrpark.accounts.models import Park

from .lists import clean, found


def search_page(request: HttpRequest, park: Park, door: str) -> HttpResponse:
    q = clean(request.GET.get("q", ""))
    hits = list(found(request.standing, park, door, q)) if q else []
    return render(request, "parts/search_page.html", {"title": "搜索", "park": park, "q": q, "hits": hits})
