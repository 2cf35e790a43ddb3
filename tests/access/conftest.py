"""One world for all tests of this folder."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hrpark.web import clock, errors
from hrpark.web.jinja import looks
from hrpark.web.shell import shell_of
from tests.worlds import world

from . import stage as scene
from .knocking import Visitors


@world(copied=False)
def visitors() -> Visitors:
    """Everybody who knocks, before the built world."""
    visitors = Visitors(scene.build(clock.now()))
    for letter in visitors.stage.people:
        visitors.browser(letter)
    return visitors


@pytest.fixture
def stage(visitors):
    return visitors.stage


@pytest.fixture(autouse=True)
def _problem_is_drawn_once(monkeypatch):
    """Thousands are refused with one page: it is drawn once from the same shell, person and words, which are all that it says."""
    monkeypatch.setattr(errors, "render", _drawn)


DRAWN: dict[tuple, bytes] = {}


def _drawn(request: HttpRequest, template: str, context: dict, status: int) -> HttpResponse:
    if len(get_messages(request)):
        return render(request, template, context, status=status)
    of = template, shell_of(request), request.user.pk, looks(request), tuple(sorted(context.items()))
    if of not in DRAWN:
        DRAWN[of] = render(request, template, context, status=status).content
    return HttpResponse(DRAWN[of], status=status)
