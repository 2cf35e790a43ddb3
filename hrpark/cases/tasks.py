"""What the tick does for requests."""

from __future__ import annotations

from datetime import datetime

from hrpark.toolbox.tick import each_minute

from .actions import freeze_due, recount_due, remind_due


@each_minute("cases.recount")
def recount(at: datetime) -> int:
    return recount_due(at)


@each_minute("cases.remind")
def remind(at: datetime) -> int:
    return remind_due(at)


@each_minute("cases.freeze")
def freeze(at: datetime) -> int:
    return freeze_due(at)
