"""A condition of a conditional admission for an applicant whom nobody has verified yet, or who has no other door."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from hrpark.accounts.models import Park
from hrpark.admission.queries import own_condition_for
from hrpark.web import conditions as shared
from hrpark.web.jinja import url
from hrpark.web.pages import page


@page(door="person")
@require_http_methods(["GET", "HEAD", "POST"])
def condition(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = own_condition_for(request.standing, pk, park)
    here = url("portal-condition", park=park.slug, pk=pk)
    back = url("portal-application", park=park.slug, pk=found.application_id)
    return shared.own_page(request, park, pk, door="portal", here=here, back=back)
