"""What the tick does for the trail."""

from __future__ import annotations

from datetime import datetime

from hrpark.toolbox.tick import each_minute

from .actions import seal


@each_minute("trail.seal")
def seal_due(at: datetime) -> int:
    return seal()
