"""At the desk: the conditions of conditional admissions, checked, extended once, settled when they were not met (4.3.1.1, 5.1.3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Park
from hrpark.admission import actions, permissions
from hrpark.admission.models import Condition, ConditionOutcome
from hrpark.admission.queries import condition_for, conditions_in
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import Refused
from hrpark.web import conditions as shared
from hrpark.web.forms import Day, Form, handle
from hrpark.web.lists import register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place
from hrpark.web.subjects import page_of

READ, HANDLE, DECIDE = permissions.READ, permissions.HANDLE, permissions.DECIDE
FORM_METHODS = ["GET", "HEAD", "POST"]


class DeskConditions(shared.Conditions):
    key, door, view, record, permission = "conditions", "desk", "desk-conditions", "desk-condition", READ

    def rows(self, standing, park):
        return conditions_in(standing, park)


CONDITIONS = register(DeskConditions())
place("desk", "admission", "入驻条件", "desk-conditions", READ, order=25)
page_of("condition", desk="desk-condition", tenant="tenant-condition", portal="portal-condition")


@page(READ, door="desk")
@require_list
def conditions(request: HttpRequest, park: Park) -> HttpResponse:
    return CONDITIONS.respond(request, park)


@page(READ, door="desk")
@require_safe
@cites("4.3.1.1", label="有条件准予：条件的核对、延期和处理")
def condition(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = condition_for(request.standing, pk, park)
    running = not found.outcome and found.application.case.state in ("admitted", "settled")
    context = {
        **shared.context_of(found, request, park, "desk"), "running": running, "handles": request.standing.may(HANDLE, park.pk),
        "decides": request.standing.may(DECIDE, park.pk), "over": request.today > found.last_day,
    }  # fmt: skip
    return render(request, "desk/condition.html", context)


class AcceptForm(Form):
    basis = forms.CharField(
        label="核对方式", max_length=300, help_text="例如“核对营业执照原件”“在登记机关网站查验”。不要填写证件号码。"
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class BackForm(Form):
    reason = forms.CharField(
        label="退回原因", widget=forms.Textarea, max_length=300, help_text="写明哪里不符合、怎样改；对方会看到。"
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class ExtendForm(Form):
    until = Day(label="延期至", help_text="每项条件只能延期一次；原来的期限保留在记录中。")
    reason = forms.CharField(label="理由和依据", widget=forms.Textarea, max_length=300)


class SettleForm(Form):
    outcome = forms.ChoiceField(
        label="处理结果", widget=forms.RadioSelect, choices=[(k, v) for k, v in ConditionOutcome.choices if k != ConditionOutcome.MET],
        help_text="约谈后按商定的新期限继续；撤销准予的，未签协议的申请随之结束，已签协议的按退出程序办理。",
    )  # fmt: skip
    until = Day(label="商定的新期限", required=False, help_text="约谈的填写。")
    note = forms.CharField(label="处理说明", widget=forms.Textarea, max_length=300)


def _deed(request: HttpRequest, park: Park, pk: int, form: type[Form], act: Any, **words: str) -> HttpResponse:
    found = condition_for(request.standing, pk, park)
    here = reverse("desk-condition", kwargs={"park": park.slug, "pk": pk})
    seen = {"seen": found.handed_in_at.isoformat() if found.handed_in_at else ""}

    def make(data: Any = None, files: Any = None, initial: Any = None) -> Form:
        return form(data, initial={**(initial or {}), **(seen if "seen" in form.base_fields else {})})

    def run(made: Form) -> Condition:
        given = dict(made.cleaned_data)
        if "seen" in given:
            given["seen"] = _moment(given["seen"])
        return act(actor=request.user, at=request.at, key=deed_key(request), condition=found, **given)

    return handle(
        request,
        make,
        act=run,
        then=lambda _: here,
        back=here,
        lead=f"{found.application.institution.name}：{found.what}",
        **words,
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Refused("提交的页面不完整，内容没有保存。请刷新页面后重新提交。") from None


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def accept(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return _deed(
        request,
        park,
        pk,
        AcceptForm,
        actions.accept_condition,
        title="核对通过",
        submit="核对通过",
        done="已记入机构档案，规则结论已重新核对。",
    )


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def send_back(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return _deed(
        request,
        park,
        pk,
        BackForm,
        actions.send_back_condition,
        title="退回材料",
        submit="退回材料",
        done="已退回，对方会收到通知。",
    )


@page(DECIDE, door="desk")
@require_http_methods(FORM_METHODS)
def extend(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return _deed(
        request, park, pk, ExtendForm, actions.extend_condition, title="延长期限", submit="延长期限", done="期限已延长。"
    )


@page(DECIDE, door="desk")
@require_http_methods(FORM_METHODS)
def settle(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return _deed(
        request,
        park,
        pk,
        SettleForm,
        actions.settle_condition,
        title="处理未满足的条件",
        submit="提交处理结果",
        done="已处理。",
    )
