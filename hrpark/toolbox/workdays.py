"""Working days in China: weekends, statutory holidays and the Saturdays and Sundays that are worked in their stead.

The State Council publishes each year's arrangement late in the year before. Those published when the package was made come with
it (``NATIONAL``); later ones are recorded in the house, and each process holds what is known (``hold``, told by
``standard.queries.hold_calendar``). A day in a year without data is judged by its weekday, and every answer says whether it is
certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

ONE = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """The day that a term ends. ``certain`` is false when a year on the way has no published arrangement yet."""

    day: date
    certain: bool


@dataclass(frozen=True)
class Count:
    """A number of working days, and whether every year it spans has a published arrangement."""

    days: int
    certain: bool


@dataclass(frozen=True)
class WorkCalendar:
    """A calendar of one country: days off besides weekends, weekend days that are worked, and the years they are known for."""

    holidays: frozenset[date]
    worked: frozenset[date]
    years: frozenset[int]

    @classmethod
    def of(cls, years: Mapping[int, tuple[Iterable[date], Iterable[date]]]) -> WorkCalendar:
        """From a year's (holidays, worked weekend days)."""
        off = frozenset(day for holidays, _ in years.values() for day in holidays)
        on = frozenset(day for _, worked in years.values() for day in worked)
        return cls(off, on, frozenset(years))

    def updated(self, years: Mapping[int, tuple[Iterable[date], Iterable[date]]]) -> WorkCalendar:
        """The same calendar with some years replaced or added: what a newly published arrangement does."""
        kept = {
            year: ([d for d in self.holidays if d.year == year], [d for d in self.worked if d.year == year])
            for year in self.years
            if year not in years
        }
        return WorkCalendar.of({**kept, **years})

    def knows(self, day: date) -> bool:
        return day.year in self.years

    def is_working(self, day: date) -> bool:
        if day in self.worked:
            return True
        return day.weekday() < 5 and day not in self.holidays


NATIONAL = WorkCalendar(
    frozenset(chinese_calendar.constants.holidays),
    frozenset(chinese_calendar.constants.workdays),
    frozenset(day.year for day in chinese_calendar.constants.holidays),
)


_held = NATIONAL


def in_force() -> WorkCalendar:
    """The calendar that terms are counted by in this process: the national one, with what the house has recorded since."""
    return _held


def hold(calendar: WorkCalendar) -> None:
    """From now on terms are counted by this calendar."""
    global _held
    _held = calendar


def _certain(calendar: WorkCalendar, start: date, end: date) -> bool:
    low, high = min(start, end), max(start, end)
    return all(year in calendar.years for year in range(low.year, high.year + 1))


def next_working_day(day: date, calendar: WorkCalendar | None = None) -> Day:
    """The first working day after ``day``."""
    return add_working_days(day, 1, calendar)


def working_day_from(day: date, calendar: WorkCalendar | None = None) -> Day:
    """``day`` itself if it is a working day, else the next one."""
    calendar = calendar or in_force()
    start = day
    while not calendar.is_working(day):
        day += ONE
    return Day(day, _certain(calendar, start, day))


def add_working_days(start: date, days: int, calendar: WorkCalendar | None = None) -> Day:
    """The last day of a term of so many working days; the day it starts on is not counted (Civil Code art. 201).

    A negative number counts back: the day by which something must be handed in that many working days before.
    """
    calendar = calendar or in_force()
    day, step, left = start, ONE if days >= 0 else -ONE, abs(days)
    while left:
        day += step
        left -= calendar.is_working(day)
    return Day(day, _certain(calendar, start, day))


def working_days_between(start: date, end: date, calendar: WorkCalendar | None = None) -> Count:
    """Working days after ``start`` up to and including ``end``; negative when ``end`` lies before: days overdue."""
    calendar = calendar or in_force()
    low, high = min(start, end), max(start, end)
    days = sum(calendar.is_working(low + ONE * n) for n in range(1, (high - low).days + 1))
    if end < start:
        days = -sum(calendar.is_working(end + ONE * n) for n in range((high - low).days))
    return Count(days, _certain(calendar, start, end))


def add_natural_days(start: date, days: int, calendar: WorkCalendar | None = None, *, roll: bool = True) -> Day:
    """The last day of a term of so many calendar days; the day it starts on is not counted (Civil Code art. 201).

    When that is a day off, the term ends on the next working day (art. 203), unless ``roll`` is false.
    """
    calendar = calendar or in_force()
    day = start + ONE * days
    if not roll:
        return Day(day, True)
    last = working_day_from(day, calendar)
    return Day(last.day, last.certain)
