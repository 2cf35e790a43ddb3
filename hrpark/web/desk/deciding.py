"""From the first check to the agreement: its conclusion, the papers a decision rests on, the decision, the signing; and the
waiting list (4.3.1, 5.1.3)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Case, CharField, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from hrpark.accounts.models import Park
from hrpark.admission import actions, permissions
from hrpark.admission.models import BasisKind, BasisPaper, Conclusion, Ruling
from hrpark.admission.queries import (
    basis_paper_for,
    basis_papers,
    handed_in,
    handed_in_for,
    has_minutes,
    needs_minutes,
    queue,
    scoring_required,
    standing_against,
    start_by,
    suggested_terms,
)
from hrpark.cases.queries import scored_of
from hrpark.files.actions import attach
from hrpark.institutions.models import Kind
from hrpark.parks.queries import free_units, midnight
from hrpark.standard.kinds import cites
from hrpark.standard.queries import parameter
from hrpark.toolbox.errors import HrparkError
from hrpark.web import applications, clock
from hrpark.web.casework import Seen, made
from hrpark.web.conditions import with_conditions
from hrpark.web.filters import Choice
from hrpark.web.forms import Day, File, Form, Group, Whole
from hrpark.web.lists import Column, List, View, register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place

from .admission import about, deed_form

READ, HANDLE, DECIDE = permissions.READ, permissions.HANDLE, permissions.DECIDE
FORM_METHODS = ["GET", "HEAD", "POST"]
SCAN = ("pdf", "jpg", "jpeg", "png")


# ---------------------------------------------------------------- the waiting list


class Queue(List):
    """Who passed the basics and waits for a decision or a unit, in turn (4.3.1.3)."""

    key, title, noun = "admission-queue", "排队名单", "件"
    door, view, permission, record = "desk", "desk-admission-queue", READ, "desk-admission"
    columns = (
        Column("name", "申请机构", "institution__name"),
        Column("place", "位次", "place", kind="number", sort=True),
        Column("points", "得分", "points", kind="number", sort=True),
        Column("why", "为什么", "why"),
        Column("state", "等什么", "case__state", kind="state", states=applications.STATES),
        Column("received", "收件时间", "case__received_at", kind="moment", sort=True),
        Column("number", "受理编号", "case__number", kind="code"),
        Column("kind", "类别", "institution__kind", labels=dict(Kind.choices), shown=False),
    )
    filters = (
        Choice(
            "state",
            "等什么",
            "case__state",
            choices={k: applications.STATES[k][1] for k in ("submitted", "checked", "admitted")},
        ),
        Choice("kind", "类别", "institution__kind", choices=Kind),
    )
    views = (View("待决定", "state=submitted&state=checked"), View("待签协议、待单元", "state=admitted"))
    search = ("institution__name__icontains", "case__number__icontains")
    search_hint = "搜索机构、受理编号"
    order = ("place",)
    empty_title, empty_icon = "没有在排队的申请", "list-check"
    empty_text = "基本条件全部满足（或不适用）、等待决定或单元的申请，按优先条件的得分和收件时间排在这里。"

    def rows(self, standing, park):
        turn = queue(park, clock.today())
        found = handed_in(standing, park).filter(pk__in=[one.application.pk for one in turn]).order_by()
        return found.annotate(
            place=_each(turn, lambda one: one.place, IntegerField()), points=_each(turn, lambda one: one.points.total, IntegerField()),
            why=_each(turn, lambda one: one.why, CharField()),
        )  # fmt: skip


def _each(turn: list, of: Any, field: Any) -> Case:
    """A value that was reckoned for each row, as a column."""
    return Case(*(When(pk=one.application.pk, then=Value(of(one))) for one in turn), default=None, output_field=field)


QUEUE = register(Queue())
place("desk", "admission", "排队名单", "desk-admission-queue", READ, order=15)


@page(READ, door="desk")
@require_list
@cites("4.3.1.3", label="优先条件排队名单")
def waiting(request: HttpRequest, park: Park) -> HttpResponse:
    return QUEUE.respond(request, park)


# ---------------------------------------------------------------- the first check


class FirstForm(Seen):
    conclusion = forms.ChoiceField(label="初审结论", widget=forms.RadioSelect, choices=Conclusion.choices)
    note = forms.CharField(
        label="初审意见", widget=forms.Textarea, max_length=2000, help_text="核对了哪些材料、提请决定时注意什么；申请人看不到。"
    )


def _judged(request: HttpRequest, application: Any) -> dict[str, Any]:
    """What stands above the form of a check or a decision: the entry conditions, and what stands against letting in."""
    found = applications.panels(application)
    return {key: found[key] for key in ("entry", "clause_url", "tone_of")} | {"against": standing_against(found["entry"])}


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
@cites("4.3.1.1", label="入驻申请初审")
def first(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The first check is done: what it came to, and why."""
    application = handed_in_for(request.standing, pk, park)
    return deed_form(
        request, application, made(FirstForm, application.case), title="完成初审", submit="完成初审", done="初审已完成，等待评审和决定。",
        draft="first", act=lambda form: actions.check_first(**about(request, application), **form.cleaned_data), **_judged(request, application),
    )  # fmt: skip


# ---------------------------------------------------------------- papers of the basis


class BasisForm(Form):
    kind = forms.ChoiceField(label="种类", choices=BasisKind.choices, widget=forms.RadioSelect(attrs={"data-inline": "1"}))
    title = forms.CharField(label="名称", max_length=120, help_text="例如“2026年第3次办公会纪要”。")
    dated = Day(label="日期")
    number = forms.CharField(label="文号", max_length=80, required=False)
    scan = File(label="扫描件", kinds=SCAN)


def _attach(request: HttpRequest, paper: BasisPaper, scan: Any) -> Any:
    return attach(
        actor=request.user, at=request.at, key=deed_key(request), to=paper, file=scan, park=paper.application.park, label=paper.title[:80],
        field="scan",
    )  # fmt: skip


@page(DECIDE, door="desk")
@require_http_methods(FORM_METHODS)
@cites("5.1.3", label="决定依据文件登记")
def basis(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """Minutes, an approval, with its scan."""
    application = handed_in_for(request.standing, pk, park)

    def act(form: BasisForm) -> BasisPaper:
        given = dict(form.cleaned_data)
        scan = given.pop("scan")
        paper = actions.add_basis_paper(**about(request, application), **given)
        try:
            _attach(request, paper, scan)
        except HrparkError as error:
            messages.warning(request, f"文件已登记，但扫描件没有保存，请在记录中补传：{error.message}")
        return paper

    return deed_form(
        request, application, BasisForm, title="登记决定依据文件", submit="登记文件", done="依据文件已登记。", act=act
    )


@page(DECIDE, door="desk")
@require_http_methods(FORM_METHODS)
def basis_scan(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The scan of a paper that has none yet."""
    paper = basis_paper_for(request.standing, pk, park)

    class ScanForm(Form):
        scan = File(label="扫描件", kinds=SCAN)

    return deed_form(
        request, handed_in_for(request.standing, paper.application_id, park), ScanForm, title=f"上传扫描件：{paper.title}", submit="上传扫描件",
        done="扫描件已上传。", act=lambda form: _attach(request, paper, form.cleaned_data["scan"]),
    )  # fmt: skip


@page(DECIDE, door="desk")
@require_http_methods(FORM_METHODS)
def basis_withdraw(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """A paper that was put there by mistake."""
    paper = basis_paper_for(request.standing, pk, park)

    class WithdrawForm(Form):
        reason = forms.CharField(label="撤下原因", max_length=200, help_text="例如“传错文件”。")

    return deed_form(
        request, handed_in_for(request.standing, paper.application_id, park), WithdrawForm, title=f"撤下依据文件：{paper.title}",
        submit="撤下文件", done="文件已撤下。",
        act=lambda form: actions.withdraw_basis_paper(
            actor=request.user, at=request.at, key=deed_key(request), paper=paper, **form.cleaned_data
        ),
    )  # fmt: skip


# ---------------------------------------------------------------- deciding, signing


class DecideForm(Seen):
    groups = (Group("决定", ("outcome", "basis"), "决定作出后不能更改。"),)
    outcome = forms.ChoiceField(label="决定", widget=forms.RadioSelect, choices=Ruling.choices)
    basis = forms.CharField(
        label="依据",
        widget=forms.Textarea,
        max_length=2000,
        help_text="规则结论、会议纪要、审批意见等；申请人会在决定书上看到。",
    )


class ReasonedForm(DecideForm):
    """Where the scoring that is asked for is missing, or came out below its pass mark."""

    groups = (Group("决定", ("outcome", "basis", "unscored"), "决定作出后不能更改。"),)
    unscored = forms.CharField(
        label="未经评审或低于合格线仍准予的理由", widget=forms.Textarea, max_length=1000, required=False,
        help_text="不予入驻的不用填；申请人看不到。",
    )  # fmt: skip


@page(DECIDE, door="desk")
@require_http_methods(FORM_METHODS)
def decide(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The decision, once. Which letters stand against letting the institution in is said above the form."""
    application = handed_in_for(request.standing, pk, park)
    scored, papers, minutes = scored_of(application.case), basis_papers(application), needs_minutes(park)
    lacks = scored is None and scoring_required(application, request.today)
    base = ReasonedForm if lacks or (scored is not None and scored.below) else DecideForm
    form = with_conditions(base, suggested_terms(application, request.today))

    def act(form: Any) -> Any:
        given = {key: value for key, value in form.cleaned_data.items() if key in base.base_fields}
        return actions.decide(**about(request, application), **given, conditions=form.wanted())

    return deed_form(
        request, application, made(form, application.case), title="作出决定", submit="作出决定", done="决定已作出，决定书会自动出具。", draft="decide", act=act,
        **_judged(request, application), scored=scored,
        basis=papers, lacks_minutes=minutes and not has_minutes(papers), lacks_scoring=lacks,
    )  # fmt: skip


@page(DECIDE, door="desk")
@require_http_methods(FORM_METHODS)
def sign(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The agreement: signed on, years pledged, and a unit that is free."""
    application = handed_in_for(request.standing, pk, park)
    units = {str(u.pk): u for u in free_units(park, midnight(request.today), None)}
    wish = application.case.data

    class SignForm(Seen):
        groups = (Group("协议", ("signed_on", "years")), Group("入驻", ("unit", "unit_note", "starts")))
        signed_on = Day(label="签订日期", help_text="不能晚于今天，不能早于作出决定的日期。")
        years = Whole(label="承诺在园年限", unit="年", help_text=f"申请时填报 {wish.get('years') or '—'} 年。")
        unit = forms.ChoiceField(
            label="单元", required=False, help_text=f"只列出空闲的单元；申请时需要 {wish.get('area') or '—'} ㎡。",
            choices=[("", "请选择"), *((key, f"{u.name}（{u.area} ㎡）" if u.area else u.name) for key, u in units.items())],
        )  # fmt: skip
        unit_note = forms.CharField(
            label="单元位置", required=False, max_length=60, help_text="园区还没有登记空间的，写明位置。"
        )
        starts = Day(label="入驻日期", required=False, help_text="不填即为签订日期。")

    def act(form: SignForm) -> Any:
        given = dict(form.cleaned_data)
        given["unit"] = units.get(given["unit"])
        return actions.sign_agreement(**about(request, application), **given)

    days = parameter("admission.start_days", request.today, park.pk)
    return deed_form(
        request, application, made(SignForm, application.case, signed_on=request.today, years=wish.get("years")), title="登记入驻协议",
        submit="登记协议并办理入驻", done="协议已登记，机构已办理入驻。", draft="sign", act=act,
        note=f"今日签订的，最迟应在 {start_by(request.today, days)} 前完成人员进驻并开展业务（{days} 个自然日，遇休息日顺延）。",
    )  # fmt: skip
