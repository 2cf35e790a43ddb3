"""At the authority's desk: reports of admissions come in and are received (5.4.1.3)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hrpark.accounts.models import Park
from hrpark.admission import permissions
from hrpark.admission.actions import receive_filing
from hrpark.admission.queries import filing_for
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import Conflict
from hrpark.web import settling
from hrpark.web.lists import register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place

READ, RECEIVE = permissions.READ, permissions.RECEIVE


class AuthorityFilings(settling.Filings):
    key, door, view, record = "authority-filings", "authority", "authority-filings", "authority-filing"
    views = settling.Filings.views[:1] + settling.Filings.views[2:]


FILINGS = register(AuthorityFilings())
place("authority", "filings", "入驻报备", "authority-filings", READ, order=20)


@page(READ, door="authority")
@require_list
def filings(request: HttpRequest, park: Park) -> HttpResponse:
    return FILINGS.respond(request, park)


@page(READ, door="authority")
@require_safe
@cites("5.4.1.3-2", label="主管部门查看和签收入驻报备")
def filing(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = filing_for(request.standing, pk, park)
    receives = request.standing.may(RECEIVE, park.pk) and found.received_at is None
    receive = reverse("authority-filing-receive", kwargs={"park": park.slug, "pk": pk}) if receives else ""
    context = {
        **settling.filing_page(found, request, park, "authority"),
        "receive": receive,
        "send": "",
        "list": "authority-filings",
    }
    return render(request, "desk/filing.html", context)


@page(RECEIVE, door="authority")
@require_POST
def filing_receive(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = filing_for(request.standing, pk, park)
    try:
        done = receive_filing(actor=request.user, at=request.at, key=deed_key(request), filing=found)
        messages.success(request, f"已签收，回执编号 {done.receipt}。")
    except Conflict as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("authority-filing", kwargs={"park": park.slug, "pk": pk}))
