"""The list of institutions that desk and authority share: columns, filters and tabs; masked for who may not edit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from hrpark.accounts.models import Park
from hrpark.institutions import permissions
from hrpark.institutions.kinds import segments_on
from hrpark.institutions.models import PERMITS, Kind, LegalForm, SupportingKind
from hrpark.institutions.queries import (
    declaring,
    holding,
    institutions_in,
    now_without,
    resident,
    soon_without,
    unseen,
    warning_days,
    with_contact,
    with_expiry,
    with_unit,
)
from hrpark.toolbox.identifiers import mask_mobile

from . import clock, dossier
from .filters import Choice, Days, YesNo
from .lists import Column, List, View


@dataclass(frozen=True)
class OnToday(YesNo):
    """Whether something holds today: ``yes_where`` and ``no_where`` make the conditions of a day and a park."""

    yes_where: Callable[[date, Park], Q] | None = None
    no_where: Callable[[date, Park], Q] | None = None

    def narrow(self, rows, value, park):
        today = clock.today()
        if value == "0" and self.no_where is not None:
            return rows.filter(self.no_where(today, park))
        condition = self.yes_where(today, park)
        return rows.filter(condition if value == "1" else ~condition)


def _segments(standing: Any, park: Park | None) -> dict[str, str]:
    listed = segments_on(clock.today())
    return {s.code: s.label for s in listed} | {n.code: f"{s.label} · {n.label}" for s in listed for n in s.niches}


def _doing(codes: list[str]) -> Q:
    found = Q()
    for code in codes:
        found |= declaring(code, clock.today())
    return found


class Institutions(List):
    """Every dossier of the park that the visitor may see; a door says its own names."""

    title, noun, permission = "机构名录", "家", permissions.READ
    export_permission = permissions.EXPORT
    columns = (
        Column("name", "机构名称", sort=True),
        Column("status", "状态", kind="state", states=dossier.STATUS, sort=True),
        Column("kind", "类别", labels=dict(Kind.choices)),
        Column("unit", "单元", ("unit_name", "unit_note"), show=lambda name, note: name or note, sort="unit_name"),
        Column("since", "入驻日期", "resident_since", kind="date", sort=True),
        Column("expires", "许可有效期至", kind="date", sort=True),
        Column("uscc", "统一社会信用代码", kind="code", sort=True),
        Column("legal_form", "法律形式", labels=dict(LegalForm.choices), shown=False),
        Column("supporting", "配套类型", "supporting_kind", labels=dict(SupportingKind.choices), shown=False),
        Column("representative", "法定代表人", "legal_representative", shown=False),
        Column("founded_on", "成立日期", kind="date", sort=True, shown=False),
        Column("capital", "注册资本", "registered_capital", kind="wan", sort=True, shown=False),
        Column("contact", "联系人", "contact_name", shown=False),
        Column("phone", "联系电话", "contact_phone", kind="code", shown=False, mask=mask_mobile, clear=permissions.EDIT),
        Column("address", "注册地址", "registered_address", shown=False),
        Column("changed_at", "更新时间", kind="moment", sort=True, shown=False),
    )
    filters = (
        Choice("status", "状态", choices={str(k): v[1] for k, v in dossier.STATUS.items()}),
        Choice("kind", "类别", choices=Kind),
        Choice("segment", "细分领域", choices=_segments, where=_doing),
        Choice("supporting", "配套类型", "supporting_kind", choices=SupportingKind),
        OnToday("expiring", "许可将到期", yes="将到期", no="不会到期", yes_where=lambda day, park: soon_without(day, warning_days(park, day))),
        OnToday("expired", "许可已过期", yes="已过期", no="没有过期", yes_where=lambda day, park: now_without(day)),
        OnToday(
            "permitted", "有效许可", yes="有", no="在驻而没有", yes_where=lambda day, park: holding(PERMITS, day),
            no_where=lambda day, park: Q(kind=Kind.AGENCY) & resident(day) & ~holding(PERMITS, day),
        ),
        OnToday("unseen", "许可与资质", yes="有待核验的", no="都已核验", yes_where=lambda day, park: unseen(day)),
        Days("since", "入驻日期", "resident_since"),
    )  # fmt: skip
    views = (
        View("在驻", "status=resident"), View("申请中", "status=applicant"), View("许可将到期", "expiring=1"),
        View("许可已过期", "expired=1"), View("待核验", "unseen=1"), View("配套机构", "kind=supporting"), View("已退出", "status=left"),
    )  # fmt: skip
    search = ("name__icontains", "uscc__startswith", "legal_representative__icontains")
    search_hint = "搜索名称、信用代码、法定代表人"
    order = ("-status", "name")  # resident first, by the index institution_order
    empty_title, empty_icon = "名录里还没有机构", "building-community"

    def rows(self, standing, park):
        today = clock.today()
        return with_contact(with_unit(with_expiry(institutions_in(standing, park), today), today))
