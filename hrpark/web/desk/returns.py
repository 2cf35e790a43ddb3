"""The park's yearly figures: the years, the form of a year, one figure with its history and evidence (Table 1)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Park
from hrpark.returns import permissions
from hrpark.web import declaring
from hrpark.web.pages import page
from hrpark.web.shell import place

DOOR = "desk"

place(DOOR, "evaluation", "年度填报", "desk-returns", permissions.DECLARE, order=20)


@page(permissions.READ, door=DOOR)
@require_safe
def years(request: HttpRequest, park: Park) -> HttpResponse:
    context = {
        "title": "年度填报", "park": park, "years": declaring.years_of(request, park, None),
        "may_declare": request.standing.may(permissions.DECLARE, park.pk),
    }  # fmt: skip
    return render(request, "desk/evaluation_returns.html", context)


@page(permissions.READ, door=DOOR)
@require_safe
def year(request: HttpRequest, park: Park, year: int) -> HttpResponse:
    context = declaring.year_context(request, park, year, None)
    return render(
        request, "desk/evaluation_year.html", {**context, "may_declare": request.standing.may(permissions.DECLARE, park.pk)}
    )


@page(permissions.DECLARE, door=DOOR)
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, park: Park, year: int) -> HttpResponse:
    """The form of a year: every measure of Table 1, with what we count ourselves said beside it."""
    then = reverse("desk-return", kwargs={"park": park.slug, "year": year})
    return declaring.year_form_page(request, park, year, None, back=then, then=then)


@page(permissions.READ, door=DOOR)
@require_safe
def figure(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return declaring.figure_record_page(request, park, pk, DOOR)


@page(permissions.DECLARE, door=DOOR)
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return declaring.evidence_page(request, park, pk, DOOR)


@page(permissions.READ, door=DOOR)
@require_safe
def regional_figure(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return declaring.regional_record_page(request, park, pk, DOOR)
