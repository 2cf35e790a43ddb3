"""Leaving the park: notice, clearance point by point, the last day (5.3 c). A broken pledge is recorded; leaving is never refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from hrpark.accounts.actions import end_role
from hrpark.accounts.models import Membership, Person
from hrpark.accounts.queries import require, roles_with
from hrpark.cases import actions as cases
from hrpark.cases.models import Case
from hrpark.cases.rules import day_of
from hrpark.institutions.actions import end_residency
from hrpark.institutions.models import Institution
from hrpark.notices.actions import notify
from hrpark.standard.kinds import cites
from hrpark.toolbox.dates import date_table, read_date
from hrpark.toolbox.errors import Conflict, Refused
from hrpark.toolbox.text import tidy
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions
from ..clearance import POINTS
from ..kinds import EXIT_BEGUN
from ..models import Agreement, Exit, ExitPoint, ExitReason, PointState
from ..queries import months_short, pledged_until

#: Ends roles for the house when their institution has left.
HOUSE = System("admission", "入驻受理")
KIND = "exit"

# --- called by the kind, inside the engine's transaction -----------------------------------------------------------------


def check_may_leave(case: Case, at: datetime) -> None:
    """Only a resident leaves, once at a time; the day may not have gone by."""
    institution = _institution(case)
    if institution is None or institution.residencies.running(day_of(at)).first() is None:
        raise Refused("只有在驻的机构可以提出退园；请以在驻机构的名义提出。", field="last_day")
    if Exit.objects.filter(institution=institution, open=True).exists():
        raise Conflict("本机构已有一件办理中的退园，请在原办件中继续。", field="last_day")
    wished = read_date(case.data.get("last_day")).value
    if wished is not None and wished < day_of(at):
        raise Refused("计划最后在园日不能早于今天。", field="last_day")


def begin_clearance(case: Case, at: datetime) -> Exit:
    """The exit and its open points, in the transaction that hands the notice in."""
    institution = _institution(case)
    residency = institution.residencies.running(day_of(at)).get()
    agreement = Agreement.objects.filter(residency=residency).first()
    try:
        with transaction.atomic():
            exit = Exit.objects.create(
                park=case.park, case=case, institution=institution, residency=residency, reason=case.data["reason"],
                by_park=case.data["reason"] == ExitReason.PARK, wished=read_date(case.data["last_day"]).value,
                pledged_until=pledged_until(agreement) if agreement else None,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("本机构已有一件办理中的退园，请在原办件中继续。", field="last_day") from None
    ExitPoint.objects.bulk_create(ExitPoint(exit=exit, key=key) for key in POINTS)
    Case.objects.filter(pk=case.pk).update(institution=institution)
    return exit


def drop_exit(case: Case) -> None:
    """The notice was withdrawn: the institution stays, and may leave later."""
    Exit.objects.filter(case=case).update(open=False)


def _institution(case: Case) -> Institution | None:
    if case.organisation_id is None:
        return case.institution
    return Institution.objects.filter(park=case.park, organisation=case.organisation_id).first()


# --- at the desk ---------------------------------------------------------------------------------------------------------


@verb("admission.exit.begin", "发起了退园")
def begin_exit(
    deed: Deed, *, actor: Person, at: datetime, key: str, institution: Institution, last_day: date, says: str
) -> Exit:  # fmt: skip
    """The park ends the agreement: the same clearance, begun by who may decide, with the reason."""
    require(actor, permissions.DECIDE, institution.park_id, day_of(at))
    if len(says.strip()) < 5:
        raise Refused("请写明终止协议的原因和依据（至少5个字）。", field="says")
    data = {
        "last_day": last_day.isoformat(),
        "reason": ExitReason.PARK,
        "says": says.strip(),
        "contact": actor.name,
        "phone": "",
    }
    case = cases.start(
        kind=KIND,
        park=institution.park,
        applicant=actor,
        title=f"{institution.name}退园",
        at=at,
        institution=institution,
        organisation=institution.organisation,
        data=data,
    )
    case = cases.advance(case, "submit", actor=actor, at=at)
    for person in _own_people(institution, at):
        notify(
            to=person, kind=EXIT_BEGUN, at=at, subject=case.exit, park=institution.park, institution=institution.name,
            day=date_table(last_day), says=says.strip(),
        )  # fmt: skip
    deed.record(case.exit, park=institution.park_id, last_day=last_day, reason=says.strip())
    deed.also(case, park=institution.park_id, number=case.number)
    deed.also(institution, park=institution.park_id, last_day=last_day)
    return case.exit


def _own_people(institution: Institution, at: datetime) -> QuerySet[Person]:
    roles = roles_with(permissions.OWN, institution.park, day_of(at)).filter(organisation=institution.organisation_id or 0)
    return Person.objects.filter(pk__in=roles.order_by().values("person")).order_by("pk")


def _locked(exit: Exit) -> Exit:
    found = (
        Exit.objects.select_for_update(of=("self",)).select_related("institution", "park", "case", "residency").get(pk=exit.pk)
    )
    if not found.open:
        raise Conflict("本件退园已经办结或撤回，请刷新页面查看。")
    return found


@verb("admission.exit.point", "登记了退园核对")
@cites("5.3", label="退园核对：费用、押金、单元、地址、许可、数据")
def settle_point(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, exit: Exit, point: str, state: str, note: str
) -> ExitPoint:  # fmt: skip
    """What an officer saw of one point. Only the director waives one, with the reason; an earlier answer may be corrected."""
    on = day_of(at)
    require(actor, permissions.HANDLE, exit.park_id, on)
    if point not in POINTS or state not in (PointState.DONE, PointState.NOT_APPLICABLE, PointState.WAIVED):
        raise Refused("请选择核对结果。", field="state")
    if state == PointState.WAIVED:
        require(actor, permissions.RULES, exit.park_id, on)
    if len(tidy(note)) < 2:
        raise Refused("请写明核对情况，例如“3月31日结清，收据号00123”。", field="note")
    exit = _locked(exit)
    row = exit.points.get(key=point)
    row.state, row.note, row.seen_at = state, tidy(note)[:300], at
    row.seen_by = actor if isinstance(actor, Person) else None
    row.save()
    deed.record(exit, park=exit.park_id, point=POINTS[point].label, outcome=row.get_state_display(), reason=row.note)
    deed.also(exit.case, park=exit.park_id, point=POINTS[point].label, outcome=row.get_state_display())
    return exit


@verb("admission.exit.leave", "办结了退园")
@cites("4.3.1.2-a", label="退园时承诺年限是否届满的记录")
def leave(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, exit: Exit, last_day: date, note: str, address_by: date | None = None,
    seen: int | None = None,
) -> Exit:  # fmt: skip
    """The last day is settled: the stay ends the day after, the unit is free, the institution's roles in this park end.

    Points still open are named; an address that has not moved needs a day by which it does.
    """
    on = day_of(at)
    require(actor, permissions.DECIDE, exit.park_id, on)
    exit = _locked(exit)
    _check_leaving(exit, last_day, note, address_by, on)
    cases.advance(exit.case, "leave", actor=actor, at=at, note=note, seen=seen, told={"last_day": last_day.isoformat()})
    gone = last_day + timedelta(days=1)
    end_residency(
        actor=actor,
        at=at,
        key=f"{key[:60]}:stay",
        residency=exit.residency,
        on=gone,
        reason=f"退园：{exit.get_reason_display()}",
    )
    exit.open, exit.last_day, exit.address_by = False, last_day, address_by
    exit.months_missing = months_short(last_day, exit.pledged_until) if exit.pledged_until else None
    exit.save()
    exit.institution.duty_checks.filter(done_on=None, due_on__gt=last_day).delete()  # planned, and nobody to look at any more
    _end_roles(exit, gone, at, key)
    deed.record(exit, park=exit.park_id, last_day=last_day, months=exit.months_missing)
    deed.also(exit.institution, park=exit.park_id, last_day=last_day, months=exit.months_missing)
    return exit


def _check_leaving(exit: Exit, last_day: date, note: str, address_by: date | None, on: date) -> None:
    if not exit.residency.starts <= last_day <= on + timedelta(days=92):
        raise Refused(f"最后在园日应在入驻日期（{date_table(exit.residency.starts)}）之后，最晚三个月以内。", field="last_day")
    if not note.strip():
        raise Refused("请写明办结情况，机构会看到。", field="note")
    left = [POINTS[row.key].label for row in exit.points.filter(state=PointState.OPEN) if row.key != "address"]
    if left:
        raise Refused(f"还有没有核对的事项：{'、'.join(left)}。请逐项登记；不涉及的选“不涉及”。", field="last_day")
    if exit.points.filter(key="address", state=PointState.OPEN).exists() and (address_by is None or address_by <= last_day):
        raise Refused("注册地址还没有迁出，请填写迁出期限（晚于最后在园日），到期前会一直列在待办中。", field="address_by")


def _end_roles(exit: Exit, gone: date, at: datetime, key: str) -> None:
    """Who acted for the institution in this park acts no longer, from the day after its last."""
    organisation = exit.institution.organisation_id
    if organisation is None:
        return
    running = Q(until__isnull=True) | Q(until__gt=gone)
    for one in Membership.objects.filter(running, organisation=organisation, park=exit.park_id).order_by("pk"):
        end_role(
            actor=HOUSE, at=at, key=f"{key[:60]}:role{one.pk}", membership=one, on=max(gone, one.since), reason="所在机构已退园"
        )


@verb("admission.exit.address", "登记了注册地址迁出")
def address_moved(deed: Deed, *, actor: Person | System, at: datetime, key: str, exit: Exit, moved_on: date) -> Exit:
    """What was still open on the last day: the registered address has left the park."""
    require(actor, permissions.HANDLE, exit.park_id, day_of(at))
    exit = Exit.objects.select_for_update(of=("self",)).get(pk=exit.pk)
    if exit.address_by is None or exit.address_moved_on is not None:
        raise Conflict("这件退园没有待迁出的注册地址，或已经登记。")
    if not exit.residency.starts <= moved_on <= day_of(at):
        raise Refused("迁出日期不能晚于今天，也不能早于入驻日期。", field="moved_on")
    exit.address_moved_on = moved_on
    exit.save(update_fields=["address_moved_on"])
    deed.record(exit, park=exit.park_id, on=moved_on)
    return exit
