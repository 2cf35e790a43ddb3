"""Amounts of money: yuan as Decimal to the cent, read from what registers hold, written as LOOK.md says."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal

from .readings import Reading, wrong
from .text import squeeze, tidy

CENT = Decimal("0.01")
WAN = Decimal(10_000)
#: More than any park has; beyond it a figure is a slip of the hand or a wrong unit.
LIMIT = Decimal("1e13")

_UNITS = {
    "": Decimal(1),
    "千": Decimal(1000),
    "k": Decimal(1000),
    "万": WAN,
    "w": WAN,
    "十万": 10 * WAN,
    "百万": 100 * WAN,
    "千万": 1000 * WAN,
    "亿": WAN * WAN,
    "万亿": WAN * WAN * WAN,
}
_AMOUNT = re.compile(
    r"(?P<mark>[¥￥]|rmb:?|cny:?|人民币:?)?(?P<sign>[-+−(]?)(?:[¥￥])?"
    r"(?P<digits>\d{1,3}(?:[,，]\d{3})+|\d+)(?P<cents>\.\d*)?"
    r"(?P<unit>万亿|千万|百万|十万|亿|万|千|k|w)?(?:元|圆|块|rmb)?(?:人民币|整|正)?(?P<close>\)?)",
    re.ASCII,
)
_FOREIGN = re.compile(r"美元|美金|港元|港币|欧元|日元|英镑|usd|hkd|eur|jpy|gbp|\$|€|£")


def unit_of(heading: str) -> Decimal:
    """The unit that a column's heading names: 注册资本（万元） → 10000. Without one, yuan."""
    found = re.search(r"[（(\[【/:：,，]?\s*(万亿|千万|百万|亿|万|千)\s*元", heading)
    return _UNITS[found.group(1)] if found else Decimal(1)


def read_money(given: object, *, unit: Decimal = Decimal(1)) -> Reading[Decimal]:
    """An amount in yuan. ``unit`` is what a bare number counts (the column's 万元); a unit in the text itself wins."""
    if isinstance(given, bool) or given is None:
        return wrong("format", "请填写金额。")
    if isinstance(given, int | float | Decimal):
        if not math.isfinite(given):
            return wrong("format", "金额不是一个数，请核对。")
        return _checked(
            Decimal(repr(given)) if isinstance(given, float) else Decimal(given), unit, binary=isinstance(given, float)
        )
    text = squeeze(str(given)).lower().lstrip("'’")
    shown = tidy(str(given))[:40]
    if not text:
        return wrong("empty", "请填写金额。")
    if _FOREIGN.search(text):
        return wrong("currency", f"“{shown}”不是人民币，请折算成人民币后填写。")
    found = _AMOUNT.fullmatch(text)
    if not found or (found["sign"] == "(") != (found["close"] == ")"):
        if re.fullmatch(r"[^\d]*\d[\d.,]*[^\d]*[-~—至到][^\d]*\d[\d.,]*.*", text):
            return wrong("range", f"“{shown}”是一个范围，请填写一个确定的金额。")
        return wrong("format", f"“{shown}”不是可以识别的金额，请只填数字，例如 1234567.89。")
    number = Decimal(re.sub("[,，]", "", found["digits"]) + (found["cents"] or "").rstrip("."))
    if found["sign"] in ("-", "−", "("):
        number = -number
    has_yuan = re.search("元|圆|块", text) is not None
    own = _UNITS[found["unit"]] if found["unit"] else Decimal(1) if has_yuan else unit
    return _checked(number, own, binary=False)


def _checked(number: Decimal, unit: Decimal, *, binary: bool) -> Reading[Decimal]:
    yuan = number * unit
    if abs(yuan) >= LIMIT:
        return wrong("range", "金额超过十万亿元，请核对数字和单位。")
    cents = yuan.quantize(CENT, ROUND_HALF_UP)
    # A spreadsheet's own arithmetic leaves 1234.5600000000001: that is 1234.56, not a fraction of a cent.
    if cents != yuan and not (binary and abs(cents - yuan) < Decimal("1e-6") * max(unit, 1)):
        return wrong("cents", f"金额最多到分（两位小数），现为 {yuan.normalize():f} 元，请核对数字和单位。")
    return Reading(cents + 0)


def _round(amount: Decimal) -> Decimal:
    rounded = amount.quantize(CENT, ROUND_HALF_UP)
    return rounded if rounded else Decimal("0.00")


def yuan(amount: Decimal | None, *, unit: bool = True) -> str:
    """1,234,567.89 元; — for none."""
    if amount is None:
        return "—"
    return f"{_round(amount):,.2f}" + (" 元" if unit else "")


def wan(amount: Decimal | None, *, unit: bool = True) -> str:
    """123.46 万元 (from yuan), rounded half up; — for none."""
    if amount is None:
        return "—"
    return f"{_round(amount / WAN):,.2f}" + (" 万元" if unit else "")
