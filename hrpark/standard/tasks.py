"""What the tick does for the standard."""

from __future__ import annotations

from datetime import datetime

from hrpark.toolbox.tick import each_minute

from .queries import hold_calendar


@each_minute("standard.calendar")
def calendar(at: datetime) -> int:
    """The tick counts by the calendar as it is recorded, before any other room asks for a deadline."""
    hold_calendar()
    return 0
