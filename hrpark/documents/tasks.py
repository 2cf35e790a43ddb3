"""What the tick does for documents each minute."""

from __future__ import annotations

from datetime import datetime

from hrpark.toolbox.tick import each_minute

from .actions import carry_on


@each_minute("documents.esign")
def envelopes(at: datetime) -> int:
    """What is to be signed on a platform: handed over, asked about, brought back."""
    return carry_on(at)
