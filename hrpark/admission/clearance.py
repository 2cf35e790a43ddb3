"""What has to be settled before an institution has left the park: each point, and what the house itself knows of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from hrpark.cases.models import Case
from hrpark.institutions.models import Institution

from .models import Exit


@dataclass(frozen=True)
class Known:
    """What records say of a point: ``against`` names what is still open."""

    says: str
    against: bool


@dataclass(frozen=True)
class Point:
    """One point of a clearance. ``knows``: what can be read off the house's own records; the officer's word settles it."""

    key: str
    label: str
    says: str
    knows: Callable[[Exit, date], Known | None] = lambda exit, on: None


def _requests(exit: Exit, on: date) -> Known:
    organisation = exit.institution.organisation_id
    running = Case.objects.filter(park=exit.park_id, organisation=organisation, received_at__isnull=False, closed_at=None)
    left = running.exclude(pk=exit.case_id).order_by("pk")
    numbers = list(left.values_list("number", flat=True)[:5]) if organisation else []
    return Known(f"还有未办结的办件：{'、'.join(numbers)}" if numbers else "没有未办结的办件", bool(numbers))


def _address(exit: Exit, on: date) -> Known | None:
    """The registered address against where the park lies: the same words mean that it has not moved."""
    park = exit.park.profile.address if hasattr(exit.park, "profile") else ""
    here = exit.institution.registered_address
    if not here or not park:
        return None
    same = park in here or here in park
    return Known(f"登记的注册地址：{here}", same)


def _licences(exit: Exit, on: date) -> Known | None:
    running = Institution.objects.get(pk=exit.institution_id).licences.filter(valid_to__gte=on).order_by("pk")
    kinds = sorted({one.get_kind_display() for one in running})
    return Known(f"有效的许可与备案：{'、'.join(kinds)}，住所变更后应办理变更", True) if kinds else None


POINTS = {
    one.key: one
    for one in (
        Point("fees", "费用结清", "租金、物业费、水电费等应缴费用已结清"),
        Point("deposit", "押金结算", "押金已结算，退还金额和日期双方确认"),
        Point("unit", "单元腾退", "单元已腾空，设施完好，钥匙、门禁已交还"),
        Point("address", "注册地址迁出", "注册地址已迁出园区；未迁出的，另定期限跟踪", _address),
        Point("licence", "许可变更", "人力资源服务许可、备案、派遣许可已办理住所变更或注销", _licences),
        Point("data", "数据移交或删除", "在园区平台上的数据和求职者信息已移交或删除，有书面确认"),
        Point("requests", "未办结的办件", "本机构提出的申请、诉求已办结或撤回", _requests),
    )
}
