"""One world for all tests of this folder: built once in a transaction that nobody commits."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import transaction

from hrpark.web import clock

from . import stage as world
from .knocking import Visitors


@pytest.fixture(autouse=True)
def _uploads(world_and_visitors):
    """The files of the world stay where they were written."""


@pytest.fixture(scope="package")
def world_and_visitors(django_db_setup, django_db_blocker, tmp_path_factory):
    before = settings.UPLOAD_ROOT
    settings.UPLOAD_ROOT = tmp_path_factory.mktemp("access") / "files"
    with django_db_blocker.unblock(), transaction.atomic():
        visitors = Visitors(world.build(clock.now()))
        for letter in visitors.stage.people:
            visitors.browser(letter)
        yield visitors
        transaction.set_rollback(True)
    settings.UPLOAD_ROOT = before


@pytest.fixture
def visitors(db, world_and_visitors) -> Visitors:
    """Everybody who knocks, before the built world."""
    return world_and_visitors


@pytest.fixture
def stage(visitors):
    return visitors.stage
