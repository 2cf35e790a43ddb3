"""The demo park is made through verbs alone, so making it is a test of them all; two makings give the same park."""

from __future__ import annotations

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


@pytest.fixture
def made():
    return fill(NOW)


def test_a_demo_park_has_residents_work_and_a_history_that_verifies(made):
    today = date(2026, 11, 23)
    assert resident_agencies(made.park, today).count() == 29
    assert resident_supporting(made.park, today).count() == 6
    assert {c.state for c in Case.objects.filter(park=made.park)} >= {"draft", "submitted", "correcting"}
    assert sorted(Round.objects.filter(park=made.park).values_list("state", flat=True)) == ["open", "published"]
    while seal():
        pass
    assert [check.broken for check in verify()] == [()] * len(verify())


def test_every_login_of_the_demo_opens_what_it_says(made):
    for login in LOGINS:
        person = person_by_key(login.key)
        assert person.check_password(PASSWORD), login
        roles = {hat.role_label for hat in standing_of(person, NOW.date()).hats}
        assert any(role in login.says for role in roles) or not roles, login


def test_the_demo_is_the_same_every_time(made):
    names = list(Institution.objects.order_by("pk").values_list("name", "uscc", "registered_capital"))
    assert len(names) == len({uscc for _, uscc, _ in names})
    assert names[0][:1] == ("广州启航人力资源服务有限公司",)
