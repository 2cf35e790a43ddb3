"""What a person reads at an institution's door whose role nobody has verified yet: what is missing, and who has the ball."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hrpark.accounts.kinds import ROLES
from hrpark.accounts.models import Authorisation, Membership, Park
from hrpark.accounts.queries import letters_of, waiting_roles
from hrpark.parks.queries import profile_of


@dataclass(frozen=True)
class Waiting:
    """One role that waits: with the letter that has been registered, if one has."""

    role: Membership
    label: str
    letter: Authorisation | None


def waiting_page(request: HttpRequest, park: Park) -> HttpResponse | None:
    """The page (403: they have no access yet), or None for who waits for nothing here."""
    roles = list(waiting_roles(request.user, park, request.today))
    if not roles:
        return None
    profile = profile_of(park)
    context = {
        "title": "身份待核验", "park": park, "today": request.today, "address": profile.address if profile else "",
        "waiting": [Waiting(role, ROLES.get(role.role).label, letters_of(role).first()) for role in roles],
    }  # fmt: skip
    return render(request, "tenant/waiting.html", context, status=403)
