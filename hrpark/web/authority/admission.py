"""Applications as the competent authority reads them: which ones, how they stand, on which verdicts (4.3.1). Nothing to do here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hrpark.accounts.models import Park
from hrpark.admission import permissions
from hrpark.admission.queries import handed_in, handed_in_for
from hrpark.institutions.models import Kind
from hrpark.web import applications, requests
from hrpark.web.casework import Overdue
from hrpark.web.filters import Choice, Days, YesNo
from hrpark.web.jinja import url
from hrpark.web.lists import Column, List, View, register, require_list
from hrpark.web.pages import page
from hrpark.web.shell import place

READ = permissions.READ


class FiledList(List):
    """Every application that the park has received."""

    key, title, noun = "authority-admissions", "入驻申请", "件"
    door, view, permission, record = "authority", "authority-admissions", READ, "authority-admission"
    columns = (
        Column("name", "申请机构", "institution__name", sort=True),
        Column("state", "状态", "case__state", kind="state", states=applications.STATES, sort=True),
        Column("outcome", "决定", "case__outcome", labels=applications.KIND.outcomes, sort=True),
        Column("number", "受理编号", "case__number", kind="code", sort=True),
        Column("received", "收件时间", "case__received_at", kind="moment", sort=True),
        Column("due", "办结期限", "case__due_at", kind="date", sort=True),
        Column("completed", "决定时间", "case__completed_at", kind="moment", sort=True),
        Column("kind", "类别", "institution__kind", labels=dict(Kind.choices), sort=True),
        Column("uscc", "统一社会信用代码", "institution__uscc", kind="code", shown=False),
    )
    filters = (
        Choice("state", "状态", "case__state", choices={k: v[1] for k, v in applications.STATES.items() if k != "draft"}),
        Choice("outcome", "决定", "case__outcome", choices=applications.KIND.outcomes),
        Choice("kind", "类别", "institution__kind", choices=Kind),
        Overdue("late", "时限", "case__", yes="已逾期", no="未逾期"),
        YesNo("signed", "入驻协议", yes="已签", no="未签", where=applications.SIGNED),
        Days("received", "收件日期", "case__received_at", moment=True),
    )
    views = (
        View("在办", "state=submitted&state=correcting&state=checked"), View("准予入驻", "outcome=admitted&outcome=conditional"),
        View("不予入驻", "outcome=refused"), View("已逾期", "late=1"),
    )  # fmt: skip
    search = ("institution__name__icontains", "case__number__icontains", "institution__uscc__startswith")
    search_hint = "搜索机构、受理编号、信用代码"
    order = ("-case__received_at",)
    empty_title, empty_icon = "园区还没有收到入驻申请", "door-enter"
    empty_text = "机构提交申请后，办理情况会显示在这里。"

    def rows(self, standing, park):
        return handed_in(standing, park)


FILED = register(FiledList())
place("authority", "filings", "入驻申请", "authority-admissions", READ, order=10)


@page(READ, door="authority")
@require_list
def admissions(request: HttpRequest, park: Park) -> HttpResponse:
    return FILED.respond(request, park)


@page(READ, door="authority")
@require_safe
def admission(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The record, read only: verdict a letter with its evidence, the decision and its basis, the agreement."""
    application = handed_in_for(request.standing, pk, park)
    context = {
        "title": application.institution.name, "park": park, "tab": request.GET.get("tab", ""), "here": request.path, "today": request.today,
        "w": requests.whole(application.case, request.standing, request.at, mine=False, internal=False, masked=True),
        "crumb": ("入驻申请", url("authority-admissions", park=park.slug)),
        **applications.officers_panels(application, request.today, "authority"),
    }  # fmt: skip
    return render(request, "authority/admission.html", context)
