"""The demo park is made through verbs alone, so making it is a test of them all; two makings give the same park."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from hrpark.accounts.queries import person_by_key, standing_of
from hrpark.cases.models import Case
from hrpark.demo.people import LOGINS, PASSWORD
from hrpark.demo.work import fill
from hrpark.evaluation.models import Round
from hrpark.institutions.models import Institution
from hrpark.institutions.queries import resident_agencies, resident_supporting
from hrpark.trail.actions import seal
from hrpark.trail.queries import verify

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_demo_park_has_residents_work_and_a_history_that_verifies():
    made = fill(NOW)
    today = date(2026, 11, 23)
    assert resident_agencies(made.park, today).count() == 29
    assert resident_supporting(made.park, today).count() == 6
    assert {c.state for c in Case.objects.filter(park=made.park)} >= {"draft", "submitted", "correcting"}
    assert sorted(Round.objects.filter(park=made.park).values_list("state", flat=True)) == ["open", "published"]
    every_login_opens_what_it_says()
    the_park_is_the_same_on_every_machine()
    while seal():
        pass
    assert [check.broken for check in verify()] == [()] * len(verify())


def every_login_opens_what_it_says():
    for login in LOGINS:
        person = person_by_key(login.key)
        assert person.check_password(PASSWORD), login
        roles = {hat.role_label for hat in standing_of(person, NOW.date()).hats}
        assert any(role in login.says for role in roles) or not roles, login


def the_park_is_the_same_on_every_machine():
    rows = list(Institution.objects.order_by("pk").values_list("name", "uscc"))
    assert len(rows) == len({uscc for _, uscc in rows})
    assert hashlib.sha256(repr(rows).encode()).hexdigest()[:12] == "77e0c84de05a"
