"""Declared and regional figures for tests and the demo year, made only through verbs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from hrpark.accounts.models import Park, Person
from hrpark.accounts.samples import AT, HOUSE
from hrpark.institutions.models import Institution
from hrpark.trail.kinds import System

from .actions import declare_figures, enter_regional_figure, verify_figure
from .models import Declaration, DeclaredFigure, RegionalFigure
from .queries import latest_declaration
from .rules import Given

Number = int | str | Decimal


def given(values: Mapping[str, Number | tuple[Number, str] | None]) -> list[Given]:
    """Measure → value as a form gives it; a pair holds the value and its bound."""
    rows = []
    for measure, value in values.items():
        value, bound = value if isinstance(value, tuple) else (value, "exact")
        rows.append(Given(measure, None if value is None else Decimal(str(value)), bound))
    return rows


def make_declaration(
    park: Park, year: int, values: Mapping, *, actor: Person | System = HOUSE, at: datetime = AT,
    institution: Institution | None = None, quarter: int = 0, **over,
) -> Declaration:  # fmt: skip
    """A form handed in; the n-th of a period restates the one before."""
    last = latest_declaration(park, year, institution=institution, quarter=quarter)
    key = f"declare:{park.pk}:{institution.pk if institution else 0}:{year}:{quarter}:{last.version + 1 if last else 1}"
    return declare_figures(
        actor=actor,
        at=at,
        key=key,
        park=park,
        year=year,
        figures=given(values),
        institution=institution,
        quarter=quarter,
        **over,
    )


def verify_all(park: Park, year: int, *, actor: Person | System = HOUSE, at: datetime = AT) -> list[DeclaredFigure]:
    """The authority accepts every open figure of the park and year as it was declared."""
    rows = DeclaredFigure.objects.open().filter(park=park, institution__isnull=True, year=year, verified_at__isnull=True)
    return [
        verify_figure(actor=actor, at=at, key=f"verify:{f.pk}", figure=f, value=f.value, bound=f.bound)
        for f in rows.order_by("pk")
    ]


def make_regional_figure(
    park: Park, year: int, value: Number, *, actor: Person | System = HOUSE, at: datetime = AT, region_code: str = "440112",
    region: str = "广州市黄埔区", document: str = "", **over,
) -> RegionalFigure:  # fmt: skip
    return enter_regional_figure(
        actor=actor, at=at, key=f"region:{park.pk}:{region_code}:{year}:{value}", park=park, region_code=region_code,
        region=region, year=year, measure="region.hr_revenue", value=Decimal(str(value)),
        document=document or f"{year}年{region}人力资源服务业统计资料", **over,
    )  # fmt: skip


#: Published figures of real parks (domain.md gives the pages): all national-level parks of 山东 in 2021, amounts in 万元.
#: Revenue 153亿元 (+45.7 %), tax 2.05亿元 (+54.1 %): the year before follows from the growth that was published.
SHANDONG_2021 = {"T1.01.agencies": 183, "T1.05.revenue": 1_530_000, "T1.05.tax": 20_500, "T1.07.persons_served": 4_150_000}
SHANDONG_2020 = {"T1.05.revenue": "1050102.9513", "T1.05.tax": "13303.0500"}
#: 合肥 2023: “营业收入超过100亿元”. 苏州 2018: 961 agencies, “营业收入超过400亿元”, “从业人员超过2万人”.
HEFEI_2023 = {"T1.05.revenue": (1_000_000, "at_least")}
SUZHOU_2018 = {"T1.01.agencies": 961, "T1.05.revenue": (4_000_000, "at_least"), "returns.staff": (20_000, "at_least")}
