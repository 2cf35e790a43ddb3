"""What follows from a signed agreement: the days to begin business (4.3.1.2 b), and the report to the authority (5.4.1.3)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from hrpark.accounts.models import Person
from hrpark.accounts.queries import holders, require
from hrpark.cases import actions as cases
from hrpark.cases.rules import ZONE, day_of, end_of
from hrpark.notices.actions import notify
from hrpark.notices.rules import is_civil
from hrpark.standard.kinds import cites
from hrpark.standard.queries import parameter
from hrpark.toolbox.dates import date_table
from hrpark.toolbox.errors import Conflict, Refused
from hrpark.toolbox.workdays import add_working_days
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions
from ..kinds import FILED, FILING_RECEIVED, START_OVER, START_REMINDS, START_REPORTED, START_RETURNED
from ..models import Agreement, Filing, Grace, GraceKind, Start, StartNudge, StartOutcome, StartReport
from ..queries import allowed_until, met_on, open_starts, own_people, start_by

# --- the days to begin business ------------------------------------------------------------------------------------------


def begin_start(agreement: Agreement) -> Start:
    """The clock of an agreement, in the transaction that signs it."""
    return Start.objects.create(
        agreement=agreement, park_id=agreement.park_id, seq=1, begins=agreement.signed_on, last_day=agreement.start_by
    )


def _locked(start: Start) -> Start:
    found = Start.objects.select_for_update(of=("self",)).select_related("agreement__application__institution", "park")
    return found.get(pk=start.pk)


def _open(start: Start) -> None:
    if start.outcome:
        raise Conflict(f"本期限已于{start.outcome_on:%Y-%m-%d}处理：{start.get_outcome_display()}。")


def _check_days(start: Start, on: date, **days: date | None) -> None:
    """Since when staff are in and business runs: at least one of them, after the agreement and not to come."""
    for field, value in days.items():
        if value is not None and not start.begins <= value <= on:
            raise Refused(f"日期应在签订协议（{date_table(start.begins)}）之后、今天之前。", field=field)
    if not any(days.values()):
        raise Refused("请填写人员进驻日期或开展业务日期。", field="staffed_on")


@verb("admission.start.report", "报告了开业情况")
@cites("4.3.1.2-b", label="机构报告人员进驻和开展业务，附证明")
def report_start(
    deed: Deed, *, actor: Person, at: datetime, key: str, start: Start, says: str, staffed_on: date | None = None,
    opened_on: date | None = None,
) -> StartReport:  # fmt: skip
    """The institution tells that its staff moved in or its business began; its proofs are files of the start. The desk is told."""
    on = day_of(at)
    start = _locked(start)
    require(actor, permissions.OWN, start.park_id, on, start.agreement.application.institution.organisation_id)
    _open(start)
    _check_days(start, on, staffed_on=staffed_on, opened_on=opened_on)
    if len(says.strip()) < 5:
        raise Refused("请说明人员和业务情况，例如“8人已到岗，已为两家企业招聘”（至少5个字）。", field="says")
    try:
        with transaction.atomic():
            report = StartReport.objects.create(
                start=start, park_id=start.park_id, staffed_on=staffed_on, opened_on=opened_on, says=says.strip(),
                reported_by=actor, reported_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("上一次报告园区还没有核实，请等园区答复后再报告。") from None
    name = start.agreement.application.institution.name
    for person in holders(permissions.HANDLE, start.park, on):
        notify(to=person, kind=START_REPORTED, at=at, subject=start, park=start.park, institution=name)
    deed.record(report, park=start.park_id, staffed_on=staffed_on, opened_on=opened_on)
    deed.also(start, park=start.park_id, staffed_on=staffed_on, opened_on=opened_on)
    return report


@verb("admission.start.return", "退回了开业情况报告")
def return_report(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, report: StartReport, says: str
) -> StartReport:  # fmt: skip
    """What was reported is not so, or not proved: the institution reads what is missing. The clock runs on."""
    require(actor, permissions.HANDLE, report.park_id, day_of(at))
    start = _locked(report.start)
    report = StartReport.objects.get(pk=report.pk)
    if report.accepted is not None:
        raise Conflict("这次报告已经答复，请刷新页面查看。")
    if len(says.strip()) < 5:
        raise Refused("请写明与实际不符之处或还缺什么，机构会看到（至少5个字）。", field="says")
    report.accepted, report.answer, report.answered_at = False, says.strip(), at
    report.save(update_fields=["accepted", "answer", "answered_at"])
    application = start.agreement.application
    for person in own_people(application, day_of(at)):
        notify(
            to=person, kind=START_RETURNED, at=at, subject=start, park=start.park, institution=application.institution.name,
            says=report.answer,
        )  # fmt: skip
    deed.record(report, park=report.park_id, reason=report.answer)
    deed.also(start, park=report.park_id, reason=report.answer)
    return report


@verb("admission.start.seen", "登记了开业情况")
@cites("4.3.1.2-b", label="90日内人员进驻并开展业务：核实登记")
def see_start(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, start: Start, seen: str, staffed_on: date | None = None,
    opened_on: date | None = None,
) -> Start:  # fmt: skip
    """What an officer saw: since when staff are in, since when business runs. With both the clock is fulfilled, late or in time."""
    on = day_of(at)
    require(actor, permissions.HANDLE, start.park_id, on)
    start = _locked(start)
    _open(start)
    _check_days(start, on, staffed_on=staffed_on, opened_on=opened_on)
    if not seen.strip():
        raise Refused("请写明怎样核实的，例如“现场查看，8人到岗，已接单”。", field="seen")
    start.staffed_on, start.opened_on, start.seen = staffed_on or start.staffed_on, opened_on or start.opened_on, seen.strip()
    if met_on(start) is not None:
        start.outcome, start.outcome_on, start.note = StartOutcome.FULFILLED, on, seen.strip()
    start.save()
    start.reports.filter(accepted=None).update(accepted=True, answer="已核实并登记。", answered_at=at)
    deed.record(start, park=start.park_id, staffed_on=start.staffed_on, opened_on=start.opened_on)
    deed.also(start.agreement.application, park=start.park_id, staffed_on=start.staffed_on, opened_on=start.opened_on)
    return start


@verb("admission.start.grace", "准予了开业宽限")
def grant_grace(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, start: Start, kind: str, until: date, reason: str
) -> Start:  # fmt: skip
    """A pause, or the one extension. It tells everybody until when nothing is done about it; that the last day was not kept stays."""
    require(actor, permissions.DECIDE, start.park_id, day_of(at))
    start = _locked(start)
    _open(start)
    if kind not in GraceKind.values:
        raise Refused("请选择中止计算或延期。", field="kind")
    if until <= allowed_until(start):
        raise Refused(f"宽限日期应晚于现在的最后一日（{date_table(allowed_until(start))}）。", field="until")
    if until > start.last_day + timedelta(days=366):
        raise Refused("宽限最长一年；需要更久的，请终止协议后重新申请。", field="until")
    if not reason.strip():
        raise Refused("请写明理由和依据。", field="reason")
    try:
        with transaction.atomic():
            Grace.objects.create(
                start=start, kind=kind, until=until, reason=reason.strip(), granted_at=at,
                granted_by=actor if isinstance(actor, Person) else None,
            )  # fmt: skip
    except IntegrityError:
        raise Refused("已经延期一次，不能再次延期。", field="kind") from None
    deed.record(start, park=start.park_id, kind=kind, until=until)
    deed.also(start.agreement.application, park=start.park_id, kind=kind, until=until)
    return start


@verb("admission.start.settle", "处理了未按期开业")
def settle_start(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, start: Start, outcome: str, note: str
) -> Start:  # fmt: skip
    """After the last day: a talk, which opens the clock anew for as many days, or the end of the agreement."""
    on = day_of(at)
    require(actor, permissions.DECIDE, start.park_id, on)
    start = _locked(start)
    _open(start)
    if outcome not in (StartOutcome.TALK, StartOutcome.ENDED):
        raise Refused("请选择约谈或终止协议；已经开业的，请登记开业情况。", field="outcome")
    if on <= allowed_until(start):
        raise Refused(f"期限到{date_table(allowed_until(start))}为止，还没有过，不能按未按期开业处理。", field="outcome")
    if not note.strip():
        raise Refused("请写明谈了什么、对方怎样说、下一步怎样办。", field="note")
    start.outcome, start.outcome_on, start.note = outcome, on, note.strip()
    start.save()
    if outcome == StartOutcome.TALK:
        Start.objects.create(
            agreement=start.agreement, park_id=start.park_id, seq=start.seq + 1, begins=on,
            last_day=start_by(on, start.agreement.start_days), staffed_on=start.staffed_on, opened_on=start.opened_on,
        )  # fmt: skip
    deed.record(start, park=start.park_id, outcome=outcome)
    deed.also(start.agreement.application, park=start.park_id, outcome=outcome)
    return start


def remind_starts(at: datetime) -> int:
    """On the 30th, 60th, 75th and last day tell the institution (and on the last the desk); each once, at civil hours."""
    if not is_civil(at, ZONE):
        return 0
    today, done = day_of(at), 0
    for start in open_starts(today).select_related("agreement__application__institution", "park"):
        days = parameter("admission.start_reminder_days", start.begins, start.park_id)
        gone = (today - start.begins).days
        come = [day for day in days if day <= gone]
        if come and _nudge(start, come[-1], gone, today, at):
            done += 1
    return done


def _nudge(start: Start, day: int, gone: int, today: date, at: datetime) -> bool:
    """In one transaction: the mark that it was sent, and the notices."""
    with transaction.atomic():
        _, new = StartNudge.objects.get_or_create(start=start, day=day, defaults={"at": at})
        if not new:
            return False
        until = allowed_until(start)
        application = start.agreement.application
        words = {"institution": application.institution.name, "last": date_table(until), "subject": application, "at": at}
        if today < until:
            for person in own_people(application, today):
                notify(
                    to=person,
                    kind=START_REMINDS,
                    day=gone,
                    left=(until - today).days,
                    park=start.park,
                    until=end_of(until),
                    **words,
                )
        else:
            for person in holders(permissions.HANDLE, start.park, today):
                notify(to=person, kind=START_OVER, park=start.park, **words)
    return True


# --- the report to the authority -----------------------------------------------------------------------------------------


def file_report(agreement: Agreement, actor: Person | System, at: datetime) -> Filing:
    """The report of an admission, in the transaction that signs: sent at once where the authority has a desk in this house."""
    days = int(parameter("admission.authority_report_working_days", agreement.signed_on, agreement.park_id))
    filing = Filing.objects.create(
        park_id=agreement.park_id, agreement=agreement, due_on=add_working_days(agreement.signed_on, days).day
    )
    desk = list(holders(permissions.RECEIVE, agreement.park, day_of(at)))
    if desk:
        filing.sent_at, filing.sent_by_name = at, actor.actor_name[:80]
        filing.save(update_fields=["sent_at", "sent_by_name"])
        for person in desk:
            notify(
                to=person, kind=FILED, at=at, subject=filing, park=agreement.park, of=agreement.park.name,
                institution=agreement.application.institution.name,
            )  # fmt: skip
    return filing


def _filing(filing: Filing) -> Filing:
    found = Filing.objects.select_for_update(of=("self",)).select_related("agreement__application__institution", "park")
    return found.get(pk=filing.pk)


@verb("admission.filing.send", "报送了入驻报备")
@cites("5.4.1.3-2", label="入驻同步报送主管部门")
def send_filing(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, filing: Filing, sent_on: date, outside: str
) -> Filing:  # fmt: skip
    """Sent outside this house (paper, the authority's own system): how and when. Once."""
    on = day_of(at)
    require(actor, permissions.HANDLE, filing.park_id, on)
    filing = _filing(filing)
    if filing.sent_at is not None:
        raise Conflict("本件已经报送。")
    if not filing.agreement.signed_on <= sent_on <= on:
        raise Refused(f"报送日期应在签订协议（{date_table(filing.agreement.signed_on)}）之后、今天之前。", field="sent_on")
    if not outside.strip():
        raise Refused("请写明怎样报送，例如“窗口递交纸质材料”。", field="outside")
    filing.sent_at = at if sent_on == on else end_of(sent_on)
    filing.sent_by_name, filing.outside = actor.actor_name[:80], outside.strip()
    filing.save()
    deed.record(filing, park=filing.park_id, sent_on=sent_on)
    deed.also(filing.agreement.application, park=filing.park_id, sent_on=sent_on)
    return filing


@verb("admission.filing.receive", "签收了入驻报备")
@cites("5.4.1.3-2", label="主管部门签收入驻报备")
def receive_filing(deed: Deed, *, actor: Person, at: datetime, key: str, filing: Filing) -> Filing:
    """The authority has it: receipt and number. Once."""
    require(actor, permissions.RECEIVE, filing.park_id, day_of(at))
    filing = _filing(filing)
    if filing.received_at is not None:
        raise Conflict(f"本件已由{filing.received_by.name}签收，回执编号{filing.receipt}。")
    if filing.sent_at is None:
        raise Refused("园区还没有报送本件，不能签收。")
    year = day_of(at).year
    filing.received_at, filing.received_by = at, actor
    filing.receipt = f"BA{year}-{cases.next_number(filing.park_id, 'BA', year):04d}"
    filing.save()
    institution = filing.agreement.application.institution.name
    for person in holders(permissions.DECIDE, filing.park, day_of(at)):
        notify(
            to=person,
            kind=FILING_RECEIVED,
            at=at,
            subject=filing,
            park=filing.park,
            institution=institution,
            receipt=filing.receipt,
        )
    deed.record(filing, park=filing.park_id, receipt=filing.receipt)
    deed.also(filing.agreement.application, park=filing.park_id, receipt=filing.receipt)
    return filing
