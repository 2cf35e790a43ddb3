"""What a conditionally admitted institution still has to hand in, and by when."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hrpark.accounts.models import Park
from hrpark.admission import permissions
from hrpark.admission.queries import own_conditions
from hrpark.standard.kinds import cites
from hrpark.web import conditions as shared
from hrpark.web.lists import register, require_list
from hrpark.web.pages import page
from hrpark.web.shell import place

OWN = permissions.OWN


class OwnConditions(shared.Conditions):
    key, door, view, record, permission = "tenant-conditions", "tenant", "tenant-conditions", "tenant-condition", OWN

    def rows(self, standing, park):
        return own_conditions(standing, park)


CONDITIONS = register(OwnConditions())
place("tenant", "requests", "入驻条件", "tenant-conditions", OWN, order=20)


@page(OWN, door="tenant")
@require_list
def conditions(request: HttpRequest, park: Park) -> HttpResponse:
    return CONDITIONS.respond(request, park)


@page(OWN, door="tenant")
@require_http_methods(["GET", "HEAD", "POST"])
@cites("4.3.1.1", label="机构工作台：提交入驻条件材料")
def condition(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    here = reverse("tenant-condition", kwargs={"park": park.slug, "pk": pk})
    return shared.own_page(
        request, park, pk, door="tenant", here=here, back=reverse("tenant-conditions", kwargs={"park": park.slug})
    )
