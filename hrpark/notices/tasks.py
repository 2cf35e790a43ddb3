"""What the tick does for the notices."""

from __future__ import annotations

from datetime import datetime

from hrpark.toolbox.tick import each_minute

from .actions import deliver_due


@each_minute("notices.deliver")
def deliver(at: datetime) -> int:
    return deliver_due(at).sent
