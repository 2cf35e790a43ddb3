"""What desk and authority show of a signed agreement: the days to begin business, and the report to the authority."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from hrpark.accounts.models import Park
from hrpark.admission import permissions
from hrpark.admission.models import Filing, Start, StartOutcome
from hrpark.admission.queries import allowed_until, filings_in, late_filings, open_report, reported, start_verdict, starts_in
from hrpark.files.queries import attachments_of
from hrpark.toolbox.verdict import Outcome
from hrpark.trail.queries import timeline

from . import clock
from .filters import Choice, YesNo
from .lists import Column, List, View
from .subjects import address

READ = permissions.READ
#: From so many days before its end the term to begin business stands on the desk's home.
START_SOON = timedelta(days=30)
TONES = {Outcome.PASSED: "done", Outcome.FAILED: "late", Outcome.UNKNOWN: "waiting"}
START_STATES = {
    "running": ("waiting", "期限内"), "soon": ("soon", "30天内到期"), "over": ("late", "已过期限"), "fulfilled": ("done", "已开业"),
    "talk": ("off", "已约谈"), "ended": ("off", "已终止协议"),
}  # fmt: skip
FILING_STATES = {
    "unsent": ("soon", "待报送"), "late": ("late", "逾期未报送"), "sent": ("waiting", "已报送待签收"), "received": ("done", "已签收"),
}  # fmt: skip


def start_state(outcome: str, last_day: date) -> str:
    """How a clock stands with its own last day; what was granted beyond it is told on its page."""
    if outcome:
        return outcome
    left = (last_day - clock.today()).days
    return "over" if left < 0 else "soon" if left <= START_SOON.days else "running"


def filing_state(sent_at: datetime | None, received_at: datetime | None, due_on: date) -> str:
    if received_at is not None:
        return "received"
    if sent_at is not None:
        return "sent"
    return "late" if due_on < clock.today() else "unsent"


class Over(YesNo):
    """Past the last day, and nothing done about it."""

    def narrow(self, rows, value, park):
        over = Q(outcome="", last_day__lt=clock.today())
        return rows.filter(over if value == "1" else ~over)


class Soon(YesNo):
    """Running, with its last day within thirty days."""

    def narrow(self, rows, value, park):
        soon = Q(outcome="", last_day__range=(clock.today(), clock.today() + START_SOON))
        return rows.filter(soon if value == "1" else ~soon)


class Reported(YesNo):
    """The institution has reported, and no officer has answered."""

    def narrow(self, rows, value, park):
        waiting = reported(rows)
        return waiting if value == "1" else rows.exclude(pk__in=waiting.values("pk"))


class Unsent(YesNo):
    """Not sent, and the last day is over."""

    def narrow(self, rows, value, park):
        late = late_filings(rows, clock.today())
        return late if value == "1" else rows.exclude(pk__in=late.values("pk"))


class Starts(List):
    """Every clock of the park; a door says its own names."""

    title, noun, permission = "开业期限", "件", READ
    columns = (
        Column("name", "机构名称", "agreement__application__institution__name", sort=True),
        Column("state", "状态", ("outcome", "last_day"), kind="state", states=START_STATES, show=start_state, sort="last_day"),
        Column("last", "最后一日", "last_day", kind="date", sort=True),
        Column("begins", "签订日期", "begins", kind="date", sort=True),
        Column("staffed", "人员进驻", "staffed_on", kind="date", sort=True),
        Column("opened", "开展业务", "opened_on", kind="date", sort=True),
        Column("number", "协议编号", "agreement__number", kind="code", sort=True),
        Column("seq", "第几次", kind="number", shown=False),
    )
    filters = (
        Choice("outcome", "处理结果", choices={"open": "未处理", **{k: str(v) for k, v in StartOutcome.choices}},
               where=lambda keys: Q(outcome__in=["" if k == "open" else k for k in keys])),
        Over("over", "期限", yes="已过", no="未过"),
        Soon("soon", "30天内到期", yes="是", no="否"),
        Reported("reported", "机构报告", yes="待核实", no="没有待核实的"),
    )  # fmt: skip
    views = (
        View("期限内", "outcome=open&over=0"),
        View("报告待核实", "reported=1"),
        View("30天内到期", "soon=1"),
        View("已过期限", "over=1"),
        View("已开业", "outcome=fulfilled"),
    )
    search = ("agreement__application__institution__name__icontains", "agreement__number__icontains")
    search_hint = "搜索机构、协议编号"
    order = ("outcome", "last_day")
    empty_title, empty_icon = "还没有开业期限", "calendar"
    empty_text = "签订入驻协议后，人员进驻并开展业务的期限会出现在这里。"

    def rows(self, standing, park):
        return starts_in(standing, park).prefetch_related(None)


class Filings(List):
    """Reports of admissions to the authority."""

    title, noun, permission = "入驻报备", "件", READ
    columns = (
        Column("name", "机构名称", "agreement__application__institution__name", sort=True),
        Column("state", "状态", ("sent_at", "received_at", "due_on"), kind="state", states=FILING_STATES, show=filing_state, sort="due_on"),
        Column("due", "报备期限", "due_on", kind="date", sort=True),
        Column("signed", "签订日期", "agreement__signed_on", kind="date", sort=True),
        Column("sent", "报送时间", "sent_at", kind="moment", sort=True),
        Column("received", "签收时间", "received_at", kind="moment", sort=True),
        Column("receipt", "回执编号", kind="code", sort=True),
        Column("number", "协议编号", "agreement__number", kind="code", sort=True, shown=False),
    )  # fmt: skip
    filters = (
        YesNo("received", "签收", yes="已签收", no="未签收", where=Q(received_at__isnull=False)),
        YesNo("sent", "报送", yes="已报送", no="未报送", where=Q(sent_at__isnull=False)),
        Unsent("late", "期限", yes="逾期未报送", no="未逾期"),
    )
    views = (View("待签收", "received=0&sent=1"), View("待报送", "sent=0"), View("已签收", "received=1"))
    search = ("agreement__application__institution__name__icontains", "agreement__number__icontains", "receipt__icontains")
    search_hint = "搜索机构、协议编号、回执编号"
    order = ("received_at", "due_on")
    empty_title, empty_icon = "还没有入驻报备", "send"
    empty_text = "签订入驻协议的当天会向主管部门报备，报备和签收情况显示在这里。"

    def rows(self, standing, park):
        return filings_in(standing, park)


def start_page(start: Start, request: HttpRequest, park: Park, door: str) -> Mapping[str, Any]:
    """What the record of a clock shows."""
    verdict = start_verdict(start, request.today)
    application = start.agreement.application
    return {
        "title": f"{application.institution.name}开业期限", "park": park, "start": start, "verdict": verdict, "today": request.today,
        "tone": TONES[verdict.outcome], "status": START_STATES[start_state(start.outcome, start.last_day)],
        "until": allowed_until(start), "graces": list(start.graces.select_related("granted_by")),
        "earlier": [s for s in start.agreement.starts.all() if s.seq != start.seq],
        "application": address("application", application.pk, park=park.slug, door=door), "lines": timeline("start", start.pk),
        "page_of": lambda one: address("start", one.pk, park=park.slug, door=door), "handles": False, "decides": False, "over": False,
        "door": door, "reports": list(start.reports.select_related("reported_by")), "open_report": open_report(start),
        "files": attachments_of("start", start.pk),
    }  # fmt: skip


def filing_page(filing: Filing, request: HttpRequest, park: Park, door: str) -> Mapping[str, Any]:
    """What the report of an admission says: who, where, since when, on which decision."""
    agreement = filing.agreement
    application = agreement.application
    return {
        "title": f"{application.institution.name}入驻报备", "park": park, "filing": filing, "agreement": agreement, "today": request.today,
        "institution": application.institution, "decision": application.decision,
        "status": FILING_STATES[filing_state(filing.sent_at, filing.received_at, filing.due_on)],
        "application": address("application", application.pk, park=park.slug, door=door), "lines": timeline("filing", filing.pk),
    }  # fmt: skip
