"""Where a subject's page is, by type: what makes a line of a timeline, a notice or a figure's evidence a link.

A page for a type is declared once; the same record may have a page in several doors, and a visitor gets the one of the
door they stand in.
"""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.toolbox.registry import Registry

from .shell import DOOR_OF_KIND

#: type key → {door: URL name}; the URL takes ``park`` and ``pk``.
PAGES: Registry[dict[str, str]] = Registry("subject page")


def page_of(type: str, **doors: str) -> None:
    """Declare the pages of a subject type, e.g. ``page_of("institution", desk="desk-institution")``."""
    PAGES.add(type, doors)


def address(type: str, id: object, *, park: str, door: str) -> str | None:
    """The address of a subject in a door, or None when that door has no page for it."""
    doors = PAGES.find(type)
    name = doors and doors.get(door)
    if not name:
        return None
    try:
        return reverse(name, kwargs={"park": park, "pk": id})
    except NoReverseMatch:
        return None


def address_for(standing: Standing, type: str, id: object, *, park: Park) -> str | None:
    """The address of a subject in a door that the person's roles open, else where anybody signed in finds it."""
    doors = [DOOR_OF_KIND[hat.organisation_kind] for hat in standing.hats_in(park.pk)]
    return next(filter(None, (address(type, id, park=park.slug, door=door) for door in [*doors, "portal"])), None)
