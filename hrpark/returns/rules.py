"""What a form asks, what a value must be, and what gives a reason to look twice (domain practice; limits are parameters).

A wrong value (text, a negative count, 120 % of a share) is refused with its reason. An unlikely one only warns: the person
who declares knows more than we do, and real figures are unlikely sometimes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

HUNDRED = Decimal(100)
#: The widest number that a figure's column holds: 16 digits before the point.
WIDEST = Decimal(10) ** 16
PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class Asked:
    """One measure that can be declared: of Table 1, or one of our own that only helps to check the others."""

    key: str
    label: str
    unit: str
    kind: str
    row: str = ""
    group: str = ""


#: Asked beside Table 1, because the input warnings need them.
OWN = (
    Asked("returns.staff", "年末从业人员", "人", "count", group="核对用数据"),
    Asked("returns.persons_distinct", "服务人数（同一人只计一次）", "人", "count", group="核对用数据"),
)
#: What an institution itself can know and sign for; the rest of Table 1 is the park's.
OF_INSTITUTIONS = (
    "T1.05.revenue", "T1.05.tax", "T1.07.persons_served", "T1.07.employers_served", "T1.07.posts_provided",
    "returns.staff", "returns.persons_distinct",
)  # fmt: skip
#: Figures of a region: key → label, unit.
REGIONAL = {"region.hr_revenue": ("区域人力资源服务业营业收入", "万元")}


@dataclass(frozen=True)
class Given:
    """One value as it is declared. ``value`` None: unknown, or withdrawn."""

    measure: str
    value: Decimal | None
    bound: str = "exact"
    note: str = ""


def wrong_value(asked: Asked, value: Decimal | None) -> str | None:
    """Why a value can't be, in a sentence; None when it can."""
    if value is None:
        return None
    if not value.is_finite() or abs(value) >= WIDEST:
        return f"“{asked.label}”的数值过大，请核对单位（{asked.unit}）。"
    if value != value.quantize(PLACES):
        return f"“{asked.label}”最多保留四位小数。"
    if asked.kind == "count" and value != value.to_integral_value():
        return f"“{asked.label}”以{asked.unit}为单位，应为整数。"
    if asked.key.endswith(".growth"):
        return None if value >= -HUNDRED else f"“{asked.label}”不可能低于 -100%，请核对。"
    if value < 0:
        return f"“{asked.label}”不能为负数；确实未发生的请填 0，不掌握的请留空。"
    if asked.kind == "percent" and value > HUNDRED:
        return f"“{asked.label}”以%为单位，不能超过 100，请核对是否多写了位数。"
    return None


def read_number(text: str) -> Decimal | None:
    """A typed number as Decimal: thousands separators and full-width digits read, empty is None; ValueError otherwise."""
    plain = text.strip().translate(FULL_WIDTH).replace(",", "").replace(" ", "")
    if not plain:
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite() or "e" in plain.lower():
        raise ValueError(text)
    return value


FULL_WIDTH = str.maketrans("０１２３４５６７８９．－，＋", "0123456789.-,+")


@dataclass(frozen=True)
class Limits:
    """The lines beyond which a figure warns; parameters of returns, in percent and 万元."""

    tax_low: Decimal
    tax_high: Decimal
    revenue_per_staff: Decimal
    growth: Decimal


@dataclass(frozen=True)
class Warning:
    """Why somebody should look twice at a measure. Never a refusal."""

    measure: str
    says: str


Values = Mapping[str, Decimal | None]


def warnings(now: Values, before: Values, limits: Limits, asked: Mapping[str, Asked]) -> list[Warning]:
    """Everything unlikely in a form: ``now`` and ``before`` hold exact values by measure, this period and the one before."""
    found = [*_tax(now, limits), *_per_head(now, limits), *_distinct(now)]
    for key, value in sorted(now.items()):
        was = before.get(key)
        if value is None or was is None or was <= 0 or key.endswith(".growth") or key not in asked:
            continue
        grown = (value - was) / was * HUNDRED
        if grown > limits.growth:
            found.append(
                Warning(
                    key,
                    f"“{asked[key].label}”比上年增长 {_percent(grown)}，超过提示线 {_percent(limits.growth)}，请核对单位和口径。",
                )
            )
    return found


def _tax(now: Values, limits: Limits) -> Iterable[Warning]:
    revenue, tax = now.get("T1.05.revenue"), now.get("T1.05.tax")
    if not revenue or tax is None:
        return
    ratio = tax / revenue * HUNDRED
    if ratio > limits.tax_high:
        yield Warning(
            "T1.05.tax",
            f"纳税占营业收入 {_percent(ratio)}，高于提示线 {_percent(limits.tax_high)}，请核对是否为实缴税额、单位是否为万元。",
        )
    elif ratio < limits.tax_low:
        yield Warning(
            "T1.05.tax",
            f"纳税占营业收入 {_percent(ratio)}，低于提示线 {_percent(limits.tax_low)}，请核对是否漏报或营业收入含代收代付。",
        )


def _per_head(now: Values, limits: Limits) -> Iterable[Warning]:
    revenue, staff = now.get("T1.05.revenue"), now.get("returns.staff")
    if revenue is None or not staff:
        return
    each = revenue / staff
    if each > limits.revenue_per_staff:
        yield Warning(
            "T1.05.revenue",
            f"人均营业收入 {each:,.0f} 万元，高于提示线 {limits.revenue_per_staff:,.0f} 万元，请核对单位和从业人员数。",
        )


def _distinct(now: Values) -> Iterable[Warning]:
    times, persons = now.get("T1.07.persons_served"), now.get("returns.persons_distinct")
    if times is None or persons is None or not times:
        return
    if times == persons:
        yield Warning("T1.07.persons_served", "服务人次与服务人数相等。人次按服务次数计，同一人两次服务计2次，请核对口径。")
    elif times < persons:
        yield Warning("T1.07.persons_served", "服务人次少于服务人数，请核对：每人至少计1次。")


def _percent(value: Decimal) -> str:
    return f"{value:.1f}%"
