"""At the desk: what residents owe by 4.3.1.2, the checks of a year and by lot, corrections, penalties, fees."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Park
from hrpark.admission import actions, permissions
from hrpark.admission.checklist import POINTS
from hrpark.admission.models import CheckKind, DutyCheck
from hrpark.admission.queries import (
    check_for,
    checks_in,
    correction_for,
    corrections_in,
    overdue_checks,
    overdue_corrections,
)
from hrpark.institutions.queries import institution_for
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import Conflict
from hrpark.web import clock
from hrpark.web.duties import (
    CHECK_STATES,
    CORRECTION_STATES,
    check_context,
    check_state,
    correction_context,
    correction_state,
    duties_context,
)
from hrpark.web.filters import Choice, Days, YesNo
from hrpark.web.forms import Day, Form, Group, Whole, handle
from hrpark.web.jinja import url
from hrpark.web.lists import Column, List, Main, View, register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place
from hrpark.web.subjects import page_of

READ, HANDLE = permissions.READ, permissions.HANDLE
FORM_METHODS = ["GET", "HEAD", "POST"]
#: How long a correction is given unless an officer says otherwise.
CORRECTION_DAYS = 15


class LateCheck(YesNo):
    """Planned until a day that is over, and not done."""

    def narrow(self, rows, value, park):
        late = overdue_checks(rows, clock.today())
        return late if value == "1" else rows.exclude(pk__in=late.values("pk"))


class LateCorrection(YesNo):
    """Not closed, and its day is over."""

    def narrow(self, rows, value, park):
        late = overdue_corrections(rows, clock.today())
        return late if value == "1" else rows.exclude(pk__in=late.values("pk"))


class Checks(List):
    key, title, noun = "checks", "履责检查", "次"
    door, view, permission, record = "desk", "desk-checks", READ, "desk-check"
    columns = (
        Column("name", "机构名称", "institution__name", sort=True),
        Column("state", "状态", ("done_on", "due_on"), kind="state", states=CHECK_STATES, show=check_state, sort="due_on"),
        Column("kind", "种类", labels=dict(CheckKind.choices), sort=True),
        Column("year", "年度", kind="number", sort=True),
        Column("due", "检查期限", "due_on", kind="date", sort=True),
        Column("done", "检查日期", "done_on", kind="date", sort=True),
        Column("by", "检查人", "done_by__name", sort=True),
    )
    filters = (
        YesNo("open", "进度", yes="待检查", no="已检查", where=Q(done_on__isnull=True)),
        Choice("kind", "种类", choices=CheckKind),
        LateCheck("late", "期限", yes="逾期未检查", no="其他"),
        Days("done", "检查日期", "done_on"),
    )
    views = (View("待检查", "open=1"), View("逾期未检查", "late=1"), View("随机抽查", "kind=random"))
    main = Main("安排检查", "desk-checks-plan", HANDLE)
    search = ("institution__name__icontains",)
    search_hint = "搜索机构"
    order = ("done_on", "due_on")
    empty_title, empty_icon = "还没有履责检查", "clipboard-check"
    empty_text = "安排年度检查或随机抽查后，要检查的机构会出现在这里。"

    def rows(self, standing, park):
        return checks_in(standing, park)


class Corrections(List):
    key, title, noun = "corrections", "整改", "项"
    door, view, permission, record = "desk", "desk-corrections", READ, "desk-correction"
    columns = (
        Column("name", "机构名称", "institution__name", sort=True),
        Column("state", "状态", ("closed_on", "due_on", "answered_at"), kind="state", states=CORRECTION_STATES, show=correction_state, sort="due_on"),
        Column("what", "整改要求"),
        Column("due", "整改期限", "due_on", kind="date", sort=True),
        Column("told", "机构报告", "answered_at", kind="moment", sort=True),
        Column("closed", "验收日期", "closed_on", kind="date", sort=True),
        Column("letter", "条款", labels={"c": "4.3.1.2 c)", "d": "4.3.1.2 d)"}, sort=True),
    )  # fmt: skip
    filters = (
        LateCorrection("late", "期限", yes="逾期未验收", no="其他"),
        Choice("letter", "条款", choices={"c": "4.3.1.2 c)", "d": "4.3.1.2 d)"}),
        Days("due", "整改期限", "due_on"),
    )
    views = (View("逾期未验收", "late=1"),)
    search = ("institution__name__icontains", "what__icontains")
    search_hint = "搜索机构、要求"
    order = ("closed_on", "due_on")
    empty_title, empty_icon = "还没有整改", "list-check"
    empty_text = "履责检查中不符合的事项，会作为整改列在这里。"

    def rows(self, standing, park):
        return corrections_in(standing, park)


CHECKS, CORRECTIONS = register(Checks()), register(Corrections())
place("desk", "admission", "履责检查", "desk-checks", READ, order=50)
place("desk", "admission", "整改", "desk-corrections", READ, order=55)
page_of("duty_check", desk="desk-check", tenant="tenant-check")
page_of("correction", desk="desk-correction", tenant="tenant-correction")


@page(READ, door="desk")
@require_list
def checks(request: HttpRequest, park: Park) -> HttpResponse:
    return CHECKS.respond(request, park)


@page(READ, door="desk")
@require_list
def corrections(request: HttpRequest, park: Park) -> HttpResponse:
    return CORRECTIONS.respond(request, park)


# ---------------------------------------------------------------- planning


class PlanForm(Form):
    kind = forms.ChoiceField(
        label="怎样安排", widget=forms.RadioSelect, choices=[("yearly", "年度检查：在驻的人力资源服务机构各一次"), ("random", "随机抽查：从中抽取若干家")],
        help_text="年度计划可以再次制定，补入新入驻的机构；随机抽取的种子和范围留存，任何人都可以重算。",
    )  # fmt: skip
    year = Whole(label="年度", unit="年", min_value=2000, max_value=2999)
    size = Whole(label="抽取家数", unit="家", min_value=1, max_value=9999, required=False, help_text="随机抽查时填写。")
    due_on = Day(label="检查期限")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind") == "random" and not given.get("size"):
            self.add_error("size", "请填写抽取家数。")
        return given


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def plan(request: HttpRequest, park: Park) -> HttpResponse:
    """The plan of a year, or a draw by lot."""
    back, year = url("desk-checks", park=park.slug), request.today.year

    def act(form: Form) -> Any:
        given, by = form.cleaned_data, {"actor": request.user, "at": request.at, "key": deed_key(request), "park": park}
        if given["kind"] == "random":
            return actions.draw_checks(**by, size=given["size"], due_on=given["due_on"])
        return actions.plan_checks(**by, year=given["year"], due_on=given["due_on"])

    return handle(
        request, PlanForm, title="安排检查", submit="安排检查", done="已安排。", act=act, then=lambda _: f"{back}?open=1", back=back,
        initial={"kind": "yearly", "year": year, "due_on": date(year, 12, 31)},
    )  # fmt: skip


# ---------------------------------------------------------------- a check, a correction


@page(READ, door="desk")
@require_safe
@cites("4.3.1.2-c", "4.3.1.2-d", label="履责检查：事项、结果、整改")
def check(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = check_for(request.standing, pk, park)
    return render(
        request, "desk/check.html", check_context(request, found, "desk") | {"handles": request.standing.may(HANDLE, park.pk)}
    )


def _check_form() -> type[Form]:
    boxes: dict[str, Any] = {
        point.key: forms.ChoiceField(label=point.label, choices=list(actions.RESULTS.items()), widget=forms.RadioSelect, help_text=point.basis)
        for point in POINTS.values()
    }  # fmt: skip
    boxes |= {
        "done_on": Day(label="检查日期"),
        "note": forms.CharField(
            label="检查情况", widget=forms.Textarea, max_length=1000, help_text="检查方式、在场人员、看到的情况。"
        ),
        "correct_by": Day(label="整改期限", required=False, help_text="有不符合的事项时填写，机构会收到整改通知。"),
        "groups": (
            Group("c) 诚信合规经营，财务制度健全", tuple(k for k, p in POINTS.items() if p.letter == "c")),
            Group("d) 服务符合行业标准和规范", tuple(k for k, p in POINTS.items() if p.letter == "d")),
            Group("检查情况", ("done_on", "note", "correct_by")),
        ),
    }
    return type("CheckForm", (Form,), boxes)


CheckForm = _check_form()


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def record(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """What was seen of every point."""
    found = check_for(request.standing, pk, park)
    if found.done_on is not None:
        raise Conflict("这次检查已经登记，请刷新页面查看。")
    here = url("desk-check", park=park.slug, pk=pk)

    def act(form: Form) -> DutyCheck:
        given = dict(form.cleaned_data)
        points = {key: given.pop(key) for key in POINTS}
        return actions.record_check(
            actor=request.user, at=request.at, key=deed_key(request), check=found, points=points, **given
        )  # fmt: skip

    return handle(
        request, CheckForm, title=f"登记检查结果：{found.institution.name}", submit="登记检查结果", done="检查结果已登记。", act=act,
        initial={"done_on": request.today, "correct_by": request.today + timedelta(days=CORRECTION_DAYS)}, then=lambda _: here, back=here,
        draft=f"check:{pk}",
    )  # fmt: skip


@page(READ, door="desk")
@require_safe
def correction(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = correction_for(request.standing, pk, park)
    handles = request.standing.may(HANDLE, park.pk)
    return render(request, "desk/correction.html", correction_context(request, found, "desk") | {"handles": handles})


class CloseForm(Form):
    closed_on = Day(label="验收日期")
    closing = forms.CharField(
        label="验收意见", widget=forms.Textarea, max_length=500, help_text="例如“复查现场，收费标准已公示”。"
    )


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def close(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = correction_for(request.standing, pk, park)
    here = url("desk-correction", park=park.slug, pk=pk)
    return handle(
        request, CloseForm, title="验收整改", submit="验收", done="整改已验收。", lead=found.what, initial={"closed_on": request.today},
        act=lambda form: actions.close_correction(
            actor=request.user, at=request.at, key=deed_key(request), correction=found, **form.cleaned_data
        ),
        then=lambda _: here, back=here,
    )  # fmt: skip


# ---------------------------------------------------------------- the duties of one institution


@page(READ, door="desk")
@require_safe
@cites("4.3.1.2-a", "4.3.1.2-b", "4.3.1.2-c", "4.3.1.2-d", "4.3.1.2-e", label="在驻机构履责情况：逐条结论与依据")
def duties(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    institution = institution_for(request.standing, park, pk)
    handles = request.standing.may(HANDLE, park.pk)
    return render(request, "desk/duties_of.html", duties_context(request, institution, "desk") | {"handles": handles})


class FeesForm(Form):
    paid = forms.ChoiceField(label="缴费情况", choices=[("1", "按约缴清"), ("0", "有欠缴")], widget=forms.RadioSelect)
    on = Day(label="自哪天起")
    note = forms.CharField(label="依据", max_length=60, help_text="例如“2026年3月收费台账”。")


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def fees(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    institution = institution_for(request.standing, park, pk)
    back = url("desk-institution-duties", park=park.slug, pk=pk)
    return handle(
        request, FeesForm, title=f"登记缴费情况：{institution.name}", submit="登记", done="已登记。", initial={"on": request.today},
        act=lambda form: actions.record_fees(
            actor=request.user, at=request.at, key=deed_key(request), institution=institution, paid=form.cleaned_data["paid"] == "1",
            on=form.cleaned_data["on"], note=form.cleaned_data["note"],
        ),
        then=lambda _: back, back=back,
    )  # fmt: skip


class PenaltyForm(Form):
    letter = forms.ChoiceField(
        label="计入条款", choices=[("c", "4.3.1.2 c) 诚信合规经营"), ("d", "4.3.1.2 d) 服务符合标准")], widget=forms.RadioSelect
    )
    number = forms.CharField(label="决定书文号", max_length=80)
    authority = forms.CharField(label="作出机关", max_length=120)
    decided_on = Day(label="决定日期")
    until = Day(label="计入至", help_text="公示期满日，或信用修复的日期。")
    what = forms.CharField(label="处罚内容", widget=forms.Textarea, max_length=1000)
    source = forms.CharField(label="来源", max_length=200, help_text="例如“信用中国，2026-03-02查询”。")


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def penalty(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    institution = institution_for(request.standing, park, pk)
    back = url("desk-institution-duties", park=park.slug, pk=pk)
    return handle(
        request, PenaltyForm, title=f"登记行政处罚：{institution.name}", submit="登记", done="已登记。",
        act=lambda form: actions.record_penalty(
            actor=request.user, at=request.at, key=deed_key(request), institution=institution, **form.cleaned_data
        ),
        then=lambda _: back, back=back,
    )  # fmt: skip
