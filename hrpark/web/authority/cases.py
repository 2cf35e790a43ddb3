"""Requests as the competent authority reads them: how they stand, what was answered, the figures of a year. Nothing to do here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hrpark.accounts.models import Park
from hrpark.cases import permissions
from hrpark.web import case_figures, requests
from hrpark.web.inbox import Inbox, handed_in, own_page
from hrpark.web.jinja import url
from hrpark.web.lists import Column, register, require_list
from hrpark.web.pages import page
from hrpark.web.shell import place

READ = permissions.READ


class Filed(Inbox):
    """Everything that the park received, of kinds that the authority reads. People's names are not listed."""

    key = "authority-cases"
    door, view, record = "authority", "authority-cases", "authority-case"
    columns = tuple(c for c in Inbox.columns if c.key not in ("who", "handler")) + (
        Column("institution", "机构", "institution__name", sort=True),
    )
    filters = tuple(f for f in Inbox.filters if f.key != "handler")
    views = tuple(v for v in Inbox.views if "handler" not in v.query)
    bulk = ()
    search = ("title__icontains", "number__icontains", "institution__name__icontains")
    empty_text = "机构和个人向园区提出的诉求、投诉和申请，办理情况会显示在这里。"


FILED = register(Filed())
place("authority", "filings", "办件", "authority-cases", READ, order=20)
place("authority", "filings", "办件统计", "authority-case-figures", READ, order=30)


@page(READ, door="authority")
@require_list
def cases(request: HttpRequest, park: Park) -> HttpResponse:
    return FILED.respond(request, park)


@page(READ, door="authority")
@require_safe
def case(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The record, read only, with what says who a person is written short."""
    found = handed_in(request, park, pk)
    elsewhere = own_page(found, "authority")
    if elsewhere:
        return HttpResponseRedirect(elsewhere)
    whole = requests.whole(found, request.standing, request.at, mine=False, internal=False, masked=True)
    return render(request, "authority/case.html", {"title": found.title, "park": park, "w": whole, "today": request.today})


@page(READ, door="authority")
@require_safe
def figures(request: HttpRequest, park: Park) -> HttpResponse:
    return case_figures.show(request, park, list_view="authority-cases", crumb=("办件", url("authority-cases", park=park.slug)))
