"""A fault at a statement of a deed leaves the database as it was before: every verb of the house."""

import os
import time

import pytest

from hrpark.trail.kinds import VERBS
from hrpark.web import clock
from tests.access import stage
from tests.scenarios import faults

pytestmark = pytest.mark.django_db


def test_a_fault_at_a_statement_leaves_the_database_as_it_was():
    found, began = faults.Found(), time.monotonic()
    every = bool(os.environ.get("HRPARK_EVERY_STATEMENT"))
    with faults.looking(found, faults.every if every else faults.few):
        stage.build(clock.now())
    print(found.faults, len(found.verbs), time.monotonic() - began)
    assert found.wrong == []
    missing = {v.name for v in VERBS} - set(found.verbs)
    assert missing == set(), sorted(missing)
