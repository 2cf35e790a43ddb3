"""The working calendar: holidays, worked weekends, years without data."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hrpark.toolbox import workdays as wd

OWN = wd.WorkCalendar.of({2030: ([date(2030, 10, d) for d in (1, 2, 3, 4, 7)], [date(2030, 9, 29), date(2030, 10, 12)])})
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def test_national_day_is_off_and_its_make_up_saturday_is_worked():
    assert not wd.NATIONAL.is_working(date(2026, 10, 1))
    assert wd.NATIONAL.is_working(date(2026, 10, 10))
    assert not wd.NATIONAL.is_working(date(2026, 10, 11))


def test_a_term_of_working_days_passes_over_the_spring_festival():
    # 2026: days off 15 to 23 February; 14 and 28 February, both Saturdays, are worked.
    assert wd.add_working_days(date(2026, 2, 13), 2) == wd.Day(date(2026, 2, 24), True)
    assert wd.add_working_days(date(2026, 2, 24), 4) == wd.Day(date(2026, 2, 28), True)


def test_the_day_a_term_starts_is_not_counted():
    assert wd.add_working_days(date(2026, 3, 2), 1).day == date(2026, 3, 3)
    assert wd.add_working_days(date(2026, 3, 2), 0).day == date(2026, 3, 2)
    assert wd.add_natural_days(date(2026, 3, 2), 3).day == date(2026, 3, 5)


def test_a_term_of_natural_days_ends_after_the_holiday():
    assert wd.add_natural_days(date(2026, 9, 28), 4).day == date(2026, 10, 8)
    assert wd.add_natural_days(date(2026, 9, 28), 4, roll=False).day == date(2026, 10, 2)


def test_a_year_without_data_is_judged_by_weekday_and_says_so():
    assert wd.add_working_days(date(2035, 9, 28), 2) == wd.Day(date(2035, 10, 2), False)
    assert not wd.working_days_between(date(2026, 12, 30), date(2035, 1, 4)).certain
    assert wd.working_days_between(date(2026, 1, 4), date(2026, 12, 30)).certain


def test_own_data_can_be_plugged_in():
    assert wd.add_working_days(date(2030, 9, 27), 2, OWN) == wd.Day(date(2030, 9, 30), True)
    later = wd.NATIONAL.updated({2030: ([date(2030, 10, 1)], [])})
    assert not later.is_working(date(2030, 10, 1)) and later.knows(date(2030, 1, 1)) and later.knows(date(2026, 1, 1))
    assert not later.is_working(date(2026, 10, 1))


def test_a_republished_year_replaces_the_old_one():
    changed = wd.NATIONAL.updated({2026: ([], [])})
    assert changed.is_working(date(2026, 10, 1)) and not changed.is_working(date(2026, 10, 10))


@given(days, st.integers(-60, 60))
def test_adding_and_counting_agree(day, number):
    assert wd.working_days_between(day, wd.add_working_days(day, number).day).days == number


@given(days, st.integers(1, 60))
def test_a_term_ends_on_a_working_day(day, number):
    assert wd.NATIONAL.is_working(wd.add_working_days(day, number).day)
    assert wd.NATIONAL.is_working(wd.add_natural_days(day, number).day)


@given(days)
def test_the_next_working_day_is_the_first_one_after(day):
    after = wd.next_working_day(day).day
    assert after > day and wd.working_days_between(day, after).days == 1
    assert wd.working_day_from(day).day in (day, after)
    assert not any(wd.NATIONAL.is_working(day + timedelta(days=n)) for n in range(1, (after - day).days))
