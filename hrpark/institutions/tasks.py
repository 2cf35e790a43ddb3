"""What the tick does for the dossiers."""

from __future__ import annotations

from datetime import datetime

from hrpark.toolbox.tick import each_minute

from .actions import remind_licences, settle_statuses


@each_minute("institutions.statuses")
def statuses(at: datetime) -> int:
    return settle_statuses(at)


@each_minute("institutions.licences")
def licences(at: datetime) -> int:
    return remind_licences(at)
