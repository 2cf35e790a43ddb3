"""What the tick does for admission each minute."""

from __future__ import annotations

from datetime import datetime

from hrpark.toolbox.tick import each_minute

from .actions import issue_due, remind_conditions, remind_starts


@each_minute("admission.papers")
def papers(at: datetime) -> int:
    """Decisions and agreements that have no paper yet get it."""
    return issue_due(at)


@each_minute("admission.starts")
def starts(at: datetime) -> int:
    """The days to begin business: reminders of the day."""
    return remind_starts(at)


@each_minute("admission.conditions")
def conditions(at: datetime) -> int:
    """The conditions of a conditional admission: reminders of the day."""
    return remind_conditions(at)
