"""What the tick does for the files."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from hrpark.toolbox.tick import each_minute

from .actions import sweep


@each_minute("files.sweep")
def sweep_at_night(at: datetime) -> int:
    local = timezone.localtime(at)
    return sweep(at) if (local.hour, local.minute) == (3, 30) else 0
