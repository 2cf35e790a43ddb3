"""The doors' clock. Below the doors time is an argument; here, and only here, it is read."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """The moment, written in the park's time zone, so that its ``.date()`` is the park's day."""
    return timezone.localtime()


def today() -> date:
    """The day in the park's time zone."""
    return timezone.localdate()
