"""One world for all tests of this folder."""

from __future__ import annotations

import pytest

from hrpark.web import clock
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
