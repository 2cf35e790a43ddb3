"""What the tick does for the dossiers."""

from __future__ import annotations

from datetime import datetime

from hrpark.toolbox.tick import each_minute

from .actions import settle_statuses


@each_minute("institutions.statuses")
def statuses(at: datetime) -> int:
    return settle_statuses(at)
