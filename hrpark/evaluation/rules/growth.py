"""Growth and shares. From nothing to something is no percentage, and a share of the unknown is unknown: None, never 0."""

from __future__ import annotations

from decimal import Decimal

HUNDRED = Decimal(100)


def growth(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """(now − before) / before, as a ratio; None when either is unknown or there was nothing before."""
    if now is None or before is None or before <= 0:
        return None
    return (now - before) / before


def growth_percent(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    ratio = growth(now, before)
    return None if ratio is None else ratio * HUNDRED


def share_percent(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """part / whole in percent; None when either is unknown or the whole is nothing."""
    if part is None or whole is None or whole <= 0:
        return None
    return part / whole * HUNDRED


def why_no_growth(now: Decimal | None, before: Decimal | None) -> str:
    """The reason in words for a growth that is “—”."""
    if before is None:
        return "上一期没有可比的准确数值"
    if now is None:
        return "本期没有准确数值"
    return "上一期为零，不计算增长率"
