"""Verbs on a stay in the park: begun, moved, ended. The residency owns the occupancy of its unit (clause 4.3.1)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from hrpark.accounts.models import Person
from hrpark.accounts.queries import require
from hrpark.parks.actions import Occupied, occupy, release
from hrpark.parks.models import OccupancyKind, Space
from hrpark.parks.queries import midnight
from hrpark.toolbox.errors import Refused
from hrpark.toolbox.text import tidy
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions
from ..facts import DOSSIER
from ..models import Institution, Residency, Status
from ..rules import status_on
from .dossier import apply, check_days, touched
from .facts import mark_dirty

FIELDS = ("agreed_on", "unit_note", "leaving_reason")


@verb("institutions.residency.begin", "登记入驻")
def begin_residency(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, institution: Institution, starts: date,
    unit: Space | None = None, unit_note: str = "", agreed_on: date | None = None, ends: date | None = None,
) -> Residency:  # fmt: skip
    """The institution comes in on ``starts``, into a unit that it then holds; ``ends`` is the first day it is gone, if known."""
    require(actor, permissions.RESIDE, institution.park_id, at.date())
    Institution.objects.select_for_update().get(pk=institution.pk)
    _check_dates(institution, starts, ends, agreed_on)
    if unit is not None and unit.park_id != institution.park_id:
        raise Refused("所选单元不在本园区，请重新选择。", field="unit")
    residency = Residency.objects.create(
        park_id=institution.park_id, institution=institution, unit=unit, unit_note=tidy(unit_note), agreed_on=agreed_on,
        starts=starts, ends=ends,
    )  # fmt: skip
    if unit is not None:
        _take(residency, unit, starts)
    deed.record(residency, park=institution.park_id, starts=starts, ends=ends, unit=unit and unit.name, agreed_on=agreed_on)
    touched(
        deed, institution, residency=residency.pk, starts=starts, ends=ends, unit=unit.name if unit else residency.unit_note
    )
    _settle(institution, at)
    return residency


@verb("institutions.residency.edit", "修改了入驻信息")
def edit_residency(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, residency: Residency, **changes: Any
) -> Residency:  # fmt: skip
    """The day of the agreement, the unit as the register calls it, why they left. Days and units: begin, move, end."""
    require(actor, permissions.RESIDE, residency.park_id, at.date())
    changed = apply(residency, changes, FIELDS)
    residency.save()
    deed.record(residency, park=residency.park_id, changed=changed)
    touched(deed, residency.institution, residency=residency.pk, changed=changed)
    return residency


@verb("institutions.residency.move", "登记了单元调换")
def move(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, residency: Residency, unit: Space, on: date
) -> Residency:  # fmt: skip
    """The same stay in another unit from ``on``: the old unit is free from that day. Where it was before: the occupancies."""
    require(actor, permissions.RESIDE, residency.park_id, at.date())
    current = Residency.objects.select_for_update(of=("self",)).select_related("institution", "unit").get(pk=residency.pk)
    if unit.park_id != current.park_id:
        raise Refused("所选单元不在本园区，请重新选择。", field="unit")
    if on < current.starts:
        raise Refused(f"调换日期不能早于入驻日期{current.starts:%Y-%m-%d}。", field="on")
    if current.ends is not None and on >= current.ends:
        raise Refused(f"这次入驻已于{current.ends:%Y-%m-%d}结束，不能再调换单元。", field="on")
    if unit.pk == current.unit_id:
        raise Refused("所选单元就是现在的单元，请选择另一单元。", field="unit")
    before = current.unit
    release(subject=current, at=midnight(on))
    _take(current, unit, on)
    current.unit = unit
    current.save(update_fields=["unit"])
    deed.record(current, park=current.park_id, on=on, unit=[before and before.name, unit.name])
    touched(deed, current.institution, residency=current.pk, on=on, unit=[before and before.name, unit.name])
    return current


@verb("institutions.residency.end", "登记退出")
def end_residency(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, residency: Residency, on: date, reason: str
) -> Residency:  # fmt: skip
    """``on`` is the first day on which the institution is no longer resident; its unit is free from then on."""
    require(actor, permissions.RESIDE, residency.park_id, at.date())
    current = Residency.objects.select_for_update(of=("self",)).select_related("institution").get(pk=residency.pk)
    if current.ends is not None and current.ends <= at.date():
        raise Refused(f"这次入驻已于{current.ends:%Y-%m-%d}结束，无需重复登记。", field="on")
    if on < current.starts:
        raise Refused(f"退出日期不能早于入驻日期{current.starts:%Y-%m-%d}。", field="on")
    if not reason.strip():
        raise Refused("请填写退出原因，例如“协议到期”“迁往外地”。", field="reason")
    if current.ends is not None and on > current.ends:
        raise Refused(f"已登记于{current.ends:%Y-%m-%d}退出；如需延长，请另行登记入驻。", field="on")
    current.ends, current.leaving_reason = on, tidy(reason)[:120]
    current.save(update_fields=["ends", "leaving_reason"])
    release(subject=current, at=midnight(on))
    deed.record(current, park=current.park_id, on=on, reason=current.leaving_reason)
    touched(deed, current.institution, residency=current.pk, on=on, reason=current.leaving_reason)
    _settle(current.institution, at)
    return current


def settle_statuses(at: datetime) -> int:
    """Status follows the days: who begins or leaves today is resident or has left from today on. Safe to call twice."""
    day = at.date()
    running = Exists(Residency.objects.running(day).filter(institution=OuterRef("pk")))
    with transaction.atomic():
        due = Institution.objects.filter(~Q(status=Status.RESIDENT), running) | Institution.objects.filter(
            ~running, status=Status.RESIDENT
        )
        found = list(due.select_for_update(of=("self",)).order_by("pk")[:1000])
        for institution in found:
            _settle(institution, at)
        mark_dirty([i.pk for i in found], DOSSIER, at)
    return len(found)


def _settle(institution: Institution, at: datetime) -> None:
    stays = institution.residencies.values_list("starts", "ends")
    status = status_on(institution.status, stays, at.date())
    if status != institution.status:
        institution.status = status
        Institution.objects.filter(pk=institution.pk).update(status=status)


def _check_dates(institution: Institution, starts: date, ends: date | None, agreed_on: date | None) -> None:
    check_days(starts, ends, "ends", "退出日期不能早于入驻日期。")
    check_days(agreed_on, starts, "agreed_on", "入驻协议签订日期不能晚于入驻日期，请核对协议。")
    overlapping = institution.residencies.filter(Q(ends__isnull=True) | Q(ends__gt=starts))
    if ends is not None:
        overlapping = overlapping.filter(starts__lt=ends)
    other = overlapping.first()
    if other is not None:
        until = f"至{other.ends:%Y-%m-%d}" if other.ends else "，尚未退出"
        raise Refused(
            f"这家机构自{other.starts:%Y-%m-%d}{until}已在驻。换单元请用“调换单元”；再次入驻请先登记退出。", field="starts"
        )


def _take(residency: Residency, unit: Space, starts: date) -> None:
    if residency.ends is not None and residency.ends <= starts:
        return  # a stay without a day holds nothing
    try:
        occupy(
            space=unit, starts=midnight(starts), ends=midnight(residency.ends), kind=OccupancyKind.RESIDENCY, subject=residency
        )
    except Occupied as error:
        holder = error.occupancy and error.occupancy.subject_type == Residency.subject_type and error.occupancy.subject_id
        name = holder and Institution.objects.filter(residencies=int(holder)).values_list("name", flat=True).first()
        if name:
            raise Occupied(f"{error.message}（{name}）", error.occupancy) from error
        raise
