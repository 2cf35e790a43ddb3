"""What is due each minute: rooms register functions of the time, the tick (the third supervised process) calls them.

Each must be safe to call twice and to be killed in the middle: what is due is a row (``due_at``), never a queue.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from .registry import Registry

Due = Callable[[datetime], int]
TICKS: Registry[Due] = Registry("tick")


def each_minute(key: str) -> Callable[[Due], Due]:
    """Register ``function(at) -> how many it did`` under ``<room>.<what>``."""

    def mark(function: Due) -> Due:
        return TICKS.add(key, function)

    return mark
