"""Facts: one value a day for each key, whatever the order in which things are found out."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hrpark.institutions.actions import record_fact, record_facts, take_dirty
from hrpark.institutions.facts import HEADCOUNT
from hrpark.institutions.kinds import READERS, reader
from hrpark.institutions.models import Fact
from hrpark.institutions.queries import fact_on
from hrpark.institutions.samples import make_institution
from hrpark.toolbox.errors import Misconfigured
from tests.worlds import world

pytestmark = pytest.mark.django_db
JAN = date(2026, 1, 1)


@world
def institution(at):
    return make_institution(at=at)


@pytest.fixture
def judge(monkeypatch):
    monkeypatch.setitem(READERS, HEADCOUNT, {"test.judge"})
    return "test.judge"


def say(institution, value, on, at, **over):
    with transaction.atomic():
        return record_fact(institution=institution, key=HEADCOUNT, value=value, on=on, source="test", at=at, **over)


def test_a_new_value_closes_the_one_before(at, institution):
    say(institution, 10, JAN, at)
    say(institution, 12, date(2026, 2, 1), at)
    assert [fact_on(institution, HEADCOUNT, d) for d in (date(2025, 12, 31), JAN, date(2026, 1, 31), date(2026, 2, 1))] == [
        None, 10, 10, 12,
    ]  # fmt: skip


def test_the_same_value_again_changes_nothing_and_wakes_nobody(at, institution, judge):
    say(institution, 10, JAN, at)
    with transaction.atomic():
        assert take_dirty(judge) == [institution.pk]
    say(institution, 10, date(2026, 2, 1), at)
    with transaction.atomic():
        assert take_dirty(judge) == []
    assert Fact.objects.count() == 1


def test_a_value_found_out_late_goes_where_it_belongs(at, institution):
    say(institution, 12, date(2026, 2, 1), at)
    say(institution, 10, JAN, at)
    assert fact_on(institution, HEADCOUNT, date(2026, 1, 15)) == 10
    assert fact_on(institution, HEADCOUNT, date(2026, 3, 1)) == 12


def test_a_value_corrected_on_its_own_day_stays_in_the_history(at, institution):
    say(institution, 10, JAN, at)
    say(institution, 11, JAN, at)
    assert fact_on(institution, HEADCOUNT, JAN) == 11
    assert Fact.objects.count() == 2


def test_a_value_may_hold_for_some_days_only(at, institution):
    say(institution, 10, JAN, at, until=date(2026, 2, 1))
    assert fact_on(institution, HEADCOUNT, date(2026, 2, 1)) is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3)), min_size=1, max_size=8))
def test_each_day_has_the_value_of_the_last_day_on_which_another_began(at, institution, told):
    with transaction.atomic():
        Fact.objects.all().delete()
    expected: dict[int, int] = {}

    def held(day):
        return next((value for d, value in sorted(expected.items(), reverse=True) if d <= day), None)

    for day, value in told:
        say(institution, value, JAN + timedelta(days=day), at)
        if held(day) != value:
            expected[day] = value
    for day in range(22):
        assert fact_on(institution, HEADCOUNT, JAN + timedelta(days=day)) == held(day)
        rows = Fact.objects.filter(valid_from__lte=JAN + timedelta(days=day)).exclude(valid_to__lte=JAN + timedelta(days=day))
        assert rows.count() == (held(day) is not None)


def test_many_at_once_say_the_same_as_one_by_one(at, institution, judge, django_assert_max_num_queries):
    others = [make_institution(at=at, park=institution.park) for _ in range(6)]
    say(others[0], 5, JAN, at)
    say(others[1], 9, JAN, at)
    say(others[2], 9, date(2026, 6, 1), at)
    with transaction.atomic():
        take_dirty(judge)
    values = {o.pk: 5 for o in others}
    with transaction.atomic():
        assert record_facts(key=HEADCOUNT, values=values, on=date(2026, 3, 1), source="test", at=at) == 5
        assert sorted(take_dirty(judge)) == sorted(o.pk for o in others[1:])
    assert {fact_on(o, HEADCOUNT, date(2026, 3, 1)) for o in others} == {5}
    assert fact_on(others[1], HEADCOUNT, JAN) == 9
    assert fact_on(others[2], HEADCOUNT, date(2026, 6, 1)) == 9


def test_an_unknown_key_or_reader_is_a_mistake_of_the_program(at, institution):
    with pytest.raises(Misconfigured), transaction.atomic():
        record_fact(institution=institution, key="nobody.knows", value=1, on=JAN, source="test", at=at)
    with pytest.raises(Misconfigured):
        reader("test.reader", "nobody.knows")
