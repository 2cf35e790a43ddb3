"""At the desk: who leaves the park, the clearance point by point, the last day, and why they left by year (5.3 c)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Park
from hrpark.admission import actions, permissions
from hrpark.admission.clearance import POINTS
from hrpark.admission.models import Exit, ExitReason, PointState
from hrpark.admission.queries import address_left, clearance_of, exit_figures, exit_for, exits_in, past_wished
from hrpark.institutions.queries import institution_for
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import NotFound
from hrpark.web import clock
from hrpark.web.filters import Choice, Days, YesNo
from hrpark.web.forms import Day, Form, handle
from hrpark.web.jinja import url
from hrpark.web.lists import Column, List, View, register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place
from hrpark.web.subjects import page_of

from .cases import Act, acts_of, case_panels

READ, HANDLE, DECIDE, RULES = permissions.READ, permissions.HANDLE, permissions.DECIDE, permissions.RULES
FORM_METHODS = ["GET", "HEAD", "POST"]
#: An address that has not moved is looked after from so many days on, unless said otherwise.
ADDRESS_DAYS = 30
STATES = {
    "clearing": ("waiting", "核对中"), "over": ("late", "已过计划日"), "address": ("soon", "待迁出地址"), "left": ("done", "已退园"),
    "withdrawn": ("off", "已撤回"),
}  # fmt: skip


def state_of(open_: bool, wished: date, last_day: date | None, address_by: date | None, moved_on: date | None) -> str:
    if open_:
        return "over" if wished < clock.today() else "clearing"
    if last_day is None:
        return "withdrawn"
    return "address" if address_by is not None and moved_on is None else "left"


class Over(YesNo):
    """Open, and the day on which the institution meant to leave is over."""

    def narrow(self, rows, value, park):
        over = past_wished(rows, clock.today())
        return over if value == "1" else rows.exclude(pk__in=over.values("pk"))


class AddressLeft(YesNo):
    """Gone, with the registered address still in the park."""

    def narrow(self, rows, value, park):
        left = address_left(rows)
        return left if value == "1" else rows.exclude(pk__in=left.values("pk"))


class Exits(List):
    key, title, noun = "exits", "退园", "件"
    door, view, permission, record = "desk", "desk-exits", READ, "desk-exit"
    columns = (
        Column("name", "机构名称", "institution__name", sort=True),
        Column("state", "状态", ("open", "wished", "last_day", "address_by", "address_moved_on"), kind="state", states=STATES, show=state_of,
               sort="wished"),
        Column("wished", "计划最后在园日", kind="date", sort=True),
        Column("last", "最后在园日", "last_day", kind="date", sort=True),
        Column("reason", "退园原因", labels=dict(ExitReason.choices), sort=True),
        Column("pledged", "承诺在园至", "pledged_until", kind="date", sort=True),
        Column("months", "未满承诺月数", "months_missing", kind="number", sort=True),
        Column("number", "受理编号", "case__number", kind="code", sort=True),
        Column("by_park", "由谁提出", labels={True: "园区", False: "机构"}, shown=False),
    )  # fmt: skip
    filters = (
        YesNo("open", "进度", yes="办理中", no="已结束"),
        Choice("reason", "退园原因", choices=ExitReason),
        Over("over", "计划日", yes="已过未办结", no="其他"),
        AddressLeft("address", "注册地址", yes="待迁出", no="其他"),
        Days("last", "退园日期", "last_day"),
    )
    views = (View("办理中", "open=1"), View("已过计划日", "over=1"), View("待迁出地址", "address=1"))
    search = ("institution__name__icontains", "case__number__icontains")
    search_hint = "搜索机构、受理编号"
    order = ("-open", "wished")
    empty_title, empty_icon = "还没有退园", "logout"
    empty_text = "机构在“申请与办件”中提出退园，或园区终止协议后，会出现在这里。"

    def rows(self, standing, park):
        return exits_in(standing, park)


EXITS = register(Exits())
place("desk", "admission", "退园", "desk-exits", READ, order=60)
page_of("exit", desk="desk-exit", tenant="tenant-exit")


@page(READ, door="desk")
@require_list
def exits(request: HttpRequest, park: Park) -> HttpResponse:
    return EXITS.respond(request, park)


@page(READ, door="desk")
@require_safe
def figures(request: HttpRequest, park: Park) -> HttpResponse:
    """How many left in each year, why, and of how many the pledge was not kept; each year opens its exits."""
    years = exit_figures(exits_in(request.standing, park))
    return render(request, "desk/exit_figures.html", {"title": "退园统计", "park": park, "years": years})


# ---------------------------------------------------------------- one exit


def here(exit: Exit, deed: str = "", **more: Any) -> str:
    return url(f"desk-exit-{deed}" if deed else "desk-exit", park=exit.park.slug, pk=exit.pk, **more)


def _acts(request: HttpRequest, exit: Exit, left: list) -> tuple[list[Act], list[Act]]:
    standing, park = request.standing, exit.park_id
    if not standing.may(HANDLE, park):
        return [], []
    main, more = acts_of(request, exit.case, True)
    state = exit.case.state
    if exit.open:
        why = "" if standing.may(DECIDE, park) else "您的角色不能办结退园"
        if state != "submitted":
            why = "申请人正在补正，提交后才能办结"
        elif left:
            why = f"还有 {len(left)} 项没有核对"
        main.append(Act("办结退园", here(exit, "leave"), "" if why else "main", "logout", why, "leave"))
    if exit.address_by is not None and exit.address_moved_on is None:
        main.append(Act("登记地址迁出", here(exit, "address"), "main", "map-pin", "", "address"))
    return main, more


@page(READ, door="desk")
@require_safe
@cites("5.3", "4.3.1.2-a", label="退园：核对、最后在园日、承诺年限")
def exit_(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The record of an exit: the engine's, with the clearance in front."""
    found = exit_for(request.standing, pk, park)
    works = request.standing.may(HANDLE, park.pk)
    lines = clearance_of(found, request.today)
    main, more = _acts(request, found, [one for one in lines if one.open and one.point.key != "address"])
    state = state_of(found.open, found.wished, found.last_day, found.address_by, found.address_moved_on)
    context = case_panels(request, found.case, works) | {
        "title": str(found), "exit": found, "lines": lines, "main": main, "more": more, "settles": works and found.open,
        "url_of": lambda deed, **more: here(found, deed, **more), "crumb": ("退园", url("desk-exits", park=park.slug)), "state_now": STATES[state],
    }  # fmt: skip
    return render(request, "desk/exit.html", context)


class PointForm(Form):
    state = forms.ChoiceField(label="核对结果", widget=forms.RadioSelect, choices=())
    note = forms.CharField(
        label="核对情况", max_length=300, widget=forms.Textarea, help_text="例如“3月31日结清，收据号00123”，机构会看到。"
    )


def _point_form(waives: bool) -> type[Form]:
    choices = [(k, v) for k, v in PointState.choices if k != PointState.OPEN and (waives or k != PointState.WAIVED)]
    return type(
        "PointOf", (PointForm,), {"state": forms.ChoiceField(label="核对结果", widget=forms.RadioSelect, choices=choices)}
    )


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def point(request: HttpRequest, park: Park, pk: int, point: str) -> HttpResponse:
    """What an officer saw of one point of the clearance."""
    found = exit_for(request.standing, pk, park)
    row = found.points.filter(key=point).first()
    if row is None or point not in POINTS:
        raise NotFound()
    known = POINTS[point].knows(found, request.today)
    return handle(
        request, _point_form(request.standing.may(RULES, park.pk)), title=f"核对：{POINTS[point].label}", submit="登记核对结果", done="已登记。",
        lead=f"{POINTS[point].says}。" + (f"系统记录：{known.says}。" if known else ""), initial={"state": row.state, "note": row.note},
        act=lambda form: actions.settle_point(
            actor=request.user, at=request.at, key=deed_key(request), exit=found, point=point, **form.cleaned_data
        ),
        then=lambda _: here(found), back=here(found),
    )  # fmt: skip


class LeaveForm(Form):
    last_day = Day(label="最后在园日", help_text="单元从次日起空出，机构在本园区的人员角色同时收回。")
    address_by = Day(label="注册地址迁出期限", required=False, help_text="注册地址还没有迁出的必填；到期前一直列在待办中。")
    note = forms.CharField(label="办结情况", widget=forms.Textarea, max_length=500, help_text="机构会看到。")


@page(DECIDE, door="desk")
@require_http_methods(FORM_METHODS)
def leave(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = exit_for(request.standing, pk, park)
    pledged = f"承诺在园至 {found.pledged_until:%Y-%m-%d}，提前退出只作记录。" if found.pledged_until else ""
    first = max(found.wished, request.today)
    return handle(
        request, LeaveForm, title="办结退园", submit="办结退园", done="已办结退园。", lead=f"{found.institution.name}。{pledged}",
        initial={"last_day": first, "address_by": None if _moved(found) else first + timedelta(days=ADDRESS_DAYS)},
        act=lambda form: actions.leave(
            actor=request.user, at=request.at, key=deed_key(request), exit=found, seen=found.case.version, **form.cleaned_data
        ),
        then=lambda _: here(found), back=here(found),
    )  # fmt: skip


def _moved(exit: Exit) -> bool:
    return not exit.points.filter(key="address", state=PointState.OPEN).exists()


class AddressForm(Form):
    moved_on = Day(label="迁出日期", help_text="新营业执照或变更通知书上的日期。")


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def address(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = exit_for(request.standing, pk, park)
    return handle(
        request, AddressForm, title="登记注册地址迁出", submit="登记", done="已登记。", lead=found.institution.name,
        act=lambda form: actions.address_moved(
            actor=request.user, at=request.at, key=deed_key(request), exit=found, **form.cleaned_data
        ),
        then=lambda _: here(found), back=here(found),
    )  # fmt: skip


class BeginForm(Form):
    last_day = Day(label="最后在园日")
    says = forms.CharField(
        label="原因和依据", widget=forms.Textarea, max_length=500, help_text="例如“约谈后仍未开业，按入驻协议第二条终止”。"
    )


@page(DECIDE, door="desk")
@require_http_methods(FORM_METHODS)
def begin(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The park ends the agreement of a resident: the same clearance begins."""
    institution = institution_for(request.standing, park, pk)
    back = url("desk-institution", park=park.slug, pk=pk)
    return handle(
        request, BeginForm, title=f"终止协议并办理退园：{institution.name}", submit="发起退园", done="已发起退园，请逐项核对。",
        act=lambda form: actions.begin_exit(
            actor=request.user, at=request.at, key=deed_key(request), institution=institution, **form.cleaned_data
        ),
        then=here, back=back, danger=True,
    )  # fmt: skip
