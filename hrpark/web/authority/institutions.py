"""The park's institutions as the competent authority sees them: to read, with telephone numbers masked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hrpark.accounts.models import Park
from hrpark.institutions import permissions
from hrpark.institutions.queries import institution_for
from hrpark.web import dossier
from hrpark.web.lists import register, require_list
from hrpark.web.pages import page
from hrpark.web.registers import Institutions
from hrpark.web.shell import place

READ = permissions.READ


class InstitutionList(Institutions):
    """Every dossier of the park, read only."""

    key = "authority-institutions"
    door, view, record = "authority", "authority-institutions", "authority-institution"
    empty_text = "园区登记机构后会出现在这里。"


INSTITUTIONS = register(InstitutionList())
place("authority", "filings", "机构名录", "authority-institutions", READ, order=20)


@page(READ, door="authority")
@require_list
def institutions(request: HttpRequest, park: Park) -> HttpResponse:
    return INSTITUTIONS.respond(request, park)


@page(READ, door="authority")
@require_safe
def institution(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = institution_for(request.standing, park, pk)
    door = dossier.door_of(request, found, "authority")
    return render(request, "authority/institutions_record.html", dossier.record(request, found, door))
