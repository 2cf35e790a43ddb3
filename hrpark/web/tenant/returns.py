"""An institution's own yearly figures: revenue, tax, persons and employers served, posts (T1.05, T1.07)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Park
from hrpark.institutions.models import Institution
from hrpark.institutions.queries import own_institution, own_institutions
from hrpark.returns import permissions
from hrpark.web import declaring
from hrpark.web.pages import page
from hrpark.web.shell import place

DOOR = "tenant"

place(DOOR, "returns", "年度数据填报", "tenant-return", permissions.DECLARE_OWN, order=10)


def _mine(request: HttpRequest, park: Park) -> Institution:
    return own_institution(request.standing, park)


@page(permissions.DECLARE_OWN, door=DOOR)
@require_safe
def years(request: HttpRequest, park: Park) -> HttpResponse:
    mine = own_institutions(request.standing, park).first()
    if mine is None:
        return render(request, "tenant/no_dossier.html", {"title": "年度数据填报", "park": park})
    context = {"title": "年度数据填报", "park": park, "institution": mine, "years": declaring.years_of(request, park, mine)}
    return render(request, "tenant/evaluation_returns.html", context)


@page(permissions.DECLARE_OWN, door=DOOR)
@require_safe
def year(request: HttpRequest, park: Park, year: int) -> HttpResponse:
    return render(request, "tenant/evaluation_year.html", declaring.year_context(request, park, year, _mine(request, park)))


@page(permissions.DECLARE_OWN, door=DOOR)
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, park: Park, year: int) -> HttpResponse:
    then = reverse("tenant-return-year", kwargs={"park": park.slug, "year": year})
    return declaring.year_form_page(request, park, year, _mine(request, park), back=then, then=then)


@page(permissions.DECLARE_OWN, door=DOOR)
@require_safe
def figure(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return declaring.figure_record_page(request, park, pk, DOOR)


@page(permissions.DECLARE_OWN, door=DOOR)
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return declaring.evidence_page(request, park, pk, DOOR)
