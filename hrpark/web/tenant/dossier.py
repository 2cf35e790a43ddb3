"""The institution's own dossier: what the park knows of it, and what its people keep themselves (contacts, staff, permits)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Park
from hrpark.institutions import permissions
from hrpark.institutions.models import Institution
from hrpark.institutions.queries import institution_for, own_institutions
from hrpark.toolbox.errors import NotFound
from hrpark.web import dossier
from hrpark.web.pages import page
from hrpark.web.shell import place

READ, EDIT_OWN = permissions.READ, permissions.EDIT_OWN
FORM_METHODS = ["GET", "HEAD", "POST"]
place("tenant", "own", "机构档案", "tenant-institution", READ, order=10)


@page(READ, door="tenant")
@require_safe
def own(request: HttpRequest, park: Park) -> HttpResponse:
    """The dossier of the visitor's institution; of the first when there are several. The navigation leads here before there is one."""
    found = own_institutions(request.standing, park).first()
    if found is None:
        return render(request, "tenant/no_dossier.html", {"title": "机构档案", "park": park})
    return _record(request, found)


@page(READ, door="tenant")
@require_safe
def institution(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return _record(request, _own(request, park, pk, READ))


def _own(request: HttpRequest, park: Park, pk: int, permission: str) -> Institution:
    """The gate: only one's own institution, also for who has another role in the park besides."""
    found = institution_for(request.standing, park, pk)
    if found.organisation_id not in request.standing.own(permission, park.pk):
        raise NotFound()
    return found


def _record(request: HttpRequest, found: Institution) -> HttpResponse:
    door = dossier.door_of(request, found, "tenant")
    others = [one for one in own_institutions(request.standing, request.park) if one.pk != found.pk]
    return render(request, "tenant/dossier.html", dossier.record(request, found, door) | {"others": others})


def _door(request: HttpRequest, park: Park, pk: int) -> tuple[Institution, dossier.Door]:
    found = _own(request, park, pk, EDIT_OWN)
    return found, dossier.door_of(request, found, "tenant")


@page(EDIT_OWN, door="tenant")
@require_http_methods(FORM_METHODS)
def part_new(request: HttpRequest, park: Park, pk: int, noun: str) -> HttpResponse:
    return dossier.part_new(request, *_door(request, park, pk), noun)


@page(EDIT_OWN, door="tenant")
@require_http_methods(FORM_METHODS)
def part(request: HttpRequest, park: Park, pk: int, noun: str, row: int) -> HttpResponse:
    return dossier.part(request, *_door(request, park, pk), noun, row)


@page(EDIT_OWN, door="tenant")
@require_http_methods(FORM_METHODS)
def deed(request: HttpRequest, park: Park, pk: int, noun: str, row: int, deed: str) -> HttpResponse:
    return dossier.deed(request, *_door(request, park, pk), noun, row, deed)


@page(EDIT_OWN, door="tenant")
@require_http_methods(FORM_METHODS)
def segments(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return dossier.segments(request, *_door(request, park, pk))


@page(EDIT_OWN, door="tenant")
@require_http_methods(FORM_METHODS)
def upload(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return dossier.upload(request, *_door(request, park, pk))


@page(EDIT_OWN, door="tenant")
@require_http_methods(FORM_METHODS)
def file_remove(request: HttpRequest, park: Park, pk: int, file: int) -> HttpResponse:
    return dossier.take_away(request, *_door(request, park, pk), file)
