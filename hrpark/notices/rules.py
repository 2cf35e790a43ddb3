"""When a message may go out, and when to try again. Values in, values out."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, time, timedelta, tzinfo

#: Nobody's telephone rings outside these hours of the park's own time.
FIRST_HOUR, LAST_HOUR = 8, 21
#: Minutes until the next try, by how many have failed; after the last one it is given up. Together a day and a half.
PAUSES = (1, 5, 15, 60, 180, 360, 720, 720)


def is_civil(at: datetime, zone: tzinfo) -> bool:
    return FIRST_HOUR <= at.astimezone(zone).hour < LAST_HOUR


def next_civil(at: datetime, zone: tzinfo) -> datetime:
    """``at`` itself within civil hours, else the next morning at eight."""
    if is_civil(at, zone):
        return at
    local = at.astimezone(zone)
    day = local.date() if local.hour < FIRST_HOUR else local.date() + timedelta(days=1)
    return datetime.combine(day, time(FIRST_HOUR), tzinfo=zone)


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after that many failed attempts; None: no more."""
    return timedelta(minutes=PAUSES[attempts - 1]) if attempts <= len(PAUSES) else None


def one_line(text: object, *, longest: int) -> str:
    """Text that can stand in a header: no line breaks or other controls, nothing that turns the line around."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in str(text) if c not in _TURNING)
    kept = re.sub(r"\s+", " ", kept.encode("utf-8", "ignore").decode()).strip()
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
