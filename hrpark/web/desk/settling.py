"""At the desk: the days within which a new resident begins business (4.3.1.2 b), and the reports to the authority (5.4.1.3)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Park
from hrpark.admission import actions, permissions
from hrpark.admission.models import GraceKind, StartOutcome
from hrpark.admission.queries import allowed_until, filing_for, open_report, start_for
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import Conflict
from hrpark.web import settling
from hrpark.web.forms import Day, Form, handle
from hrpark.web.lists import register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place
from hrpark.web.subjects import page_of

READ, HANDLE, DECIDE = permissions.READ, permissions.HANDLE, permissions.DECIDE
FORM_METHODS = ["GET", "HEAD", "POST"]


class DeskStarts(settling.Starts):
    key, door, view, record = "starts", "desk", "desk-starts", "desk-start"


class DeskFilings(settling.Filings):
    key, door, view, record = "filings", "desk", "desk-filings", "desk-filing"


STARTS, FILINGS = register(DeskStarts()), register(DeskFilings())
place("desk", "admission", "开业期限", "desk-starts", READ, order=30)
place("desk", "admission", "入驻报备", "desk-filings", READ, order=40)
page_of("start", desk="desk-start", tenant="tenant-start")
page_of("filing", desk="desk-filing", authority="authority-filing")


@page(READ, door="desk")
@require_list
def starts(request: HttpRequest, park: Park) -> HttpResponse:
    return STARTS.respond(request, park)


@page(READ, door="desk")
@require_safe
@cites("4.3.1.2-b", label="开业期限：登记、宽限、处理")
def start(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = start_for(request.standing, pk, park)
    context = {
        **settling.start_page(found, request, park, "desk"), "handles": request.standing.may(HANDLE, park.pk),
        "decides": request.standing.may(DECIDE, park.pk), "over": request.today > allowed_until(found),
    }  # fmt: skip
    return render(request, "desk/start.html", context)


class SeenForm(Form):
    staffed_on = Day(label="人员进驻日期", required=False)
    opened_on = Day(label="开展业务日期", required=False)
    seen = forms.CharField(
        label="核实情况", widget=forms.Textarea, max_length=500, help_text="例如“4月12日现场查看，8人到岗，已为两家企业招聘”。"
    )


class GraceForm(Form):
    kind = forms.ChoiceField(
        label="种类",
        choices=GraceKind.choices,
        widget=forms.RadioSelect,
        help_text="延期只有一次；停水停电等不是机构原因的，中止计算。",
    )
    until = Day(label="宽限至")
    reason = forms.CharField(label="理由和依据", widget=forms.Textarea, max_length=300)


class SettleForm(Form):
    outcome = forms.ChoiceField(
        label="处理结果", widget=forms.RadioSelect,
        choices=[(k, v) for k, v in StartOutcome.choices if k != StartOutcome.FULFILLED],
        help_text="约谈后，从今天起重新计算期限；原来的期限未按期开业，记录不变。",
    )  # fmt: skip
    note = forms.CharField(label="处理说明", widget=forms.Textarea, max_length=500)


def _deed(request: HttpRequest, park: Park, pk: int, form: type[Form], act: Any, **words: str) -> HttpResponse:
    found = start_for(request.standing, pk, park)
    here = reverse("desk-start", kwargs={"park": park.slug, "pk": pk})
    said = open_report(found)
    days = {day: (said and getattr(said, day)) or getattr(found, day) for day in ("staffed_on", "opened_on")}
    return handle(
        request, form, then=lambda _: here, back=here, initial=days if form is SeenForm else None,
        lead=f"{found.agreement.application.institution.name}，最后一日 {found.last_day:%Y-%m-%d}",
        act=lambda made: act(actor=request.user, at=request.at, key=deed_key(request), start=found, **made.cleaned_data), **words,
    )  # fmt: skip


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def seen(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return _deed(request, park, pk, SeenForm, actions.see_start, title="登记开业情况", submit="登记开业情况", done="已登记。")


class ReturnForm(Form):
    says = forms.CharField(
        label="还缺什么",
        widget=forms.Textarea,
        max_length=500,
        help_text="机构会看到，例如“现场无人办公，请补充劳动合同和工位照片”。",
    )


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def report_return(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """What the institution reported of its start is not so, or not proved."""
    found = start_for(request.standing, pk, park)
    report = open_report(found)
    if report is None:
        raise Conflict("没有等待核实的报告，请刷新页面查看。")
    here = reverse("desk-start", kwargs={"park": park.slug, "pk": pk})
    return handle(
        request, ReturnForm, title="退回开业情况报告", submit="退回", done="已退回，机构会收到通知。", then=lambda _: here, back=here,
        lead=f"{found.agreement.application.institution.name}报告：{report.says}",
        act=lambda made: actions.return_report(
            actor=request.user, at=request.at, key=deed_key(request), report=report, **made.cleaned_data
        ),
    )  # fmt: skip


@page(DECIDE, door="desk")
@require_http_methods(FORM_METHODS)
def grace(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return _deed(request, park, pk, GraceForm, actions.grant_grace, title="准予宽限", submit="准予宽限", done="已准予宽限。")


@page(DECIDE, door="desk")
@require_http_methods(FORM_METHODS)
def settle(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return _deed(
        request, park, pk, SettleForm, actions.settle_start, title="处理未按期开业", submit="提交处理结果", done="已处理。"
    )


@page(READ, door="desk")
@require_list
def filings(request: HttpRequest, park: Park) -> HttpResponse:
    return FILINGS.respond(request, park)


@page(READ, door="desk")
@require_safe
def filing(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = filing_for(request.standing, pk, park)
    sends = request.standing.may(HANDLE, park.pk) and found.sent_at is None
    send = reverse("desk-filing-send", kwargs={"park": park.slug, "pk": pk}) if sends else ""
    return render(
        request,
        "desk/filing.html",
        {**settling.filing_page(found, request, park, "desk"), "send": send, "receive": "", "list": "desk-filings"},
    )


class SendForm(Form):
    sent_on = Day(label="报送日期")
    outside = forms.CharField(label="报送方式", max_length=200, help_text="例如“窗口递交纸质材料”“通过区人社局系统上报”。")


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def filing_send(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = filing_for(request.standing, pk, park)
    here = reverse("desk-filing", kwargs={"park": park.slug, "pk": pk})
    return handle(
        request, SendForm, title="登记线下报送", submit="登记报送", done="已登记报送。", back=here, then=lambda _: here,
        lead=str(found), initial={"sent_on": request.today},
        act=lambda made: actions.send_filing(
            actor=request.user, at=request.at, key=deed_key(request), filing=found, **made.cleaned_data
        ),
    )  # fmt: skip
