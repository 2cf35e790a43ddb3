"""A park's own promises: the dated numbers that a park may set for itself, each within what its default leaves open."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Park
from hrpark.standard.actions import override, withdraw_override
from hrpark.standard.models import Override
from hrpark.standard.permissions import OVERRIDE
from hrpark.standard.queries import open_to_parks, promise_for, promises, promises_ever, settable
from hrpark.standard.queries import parameters as parameters_on
from hrpark.standard.rules import Basis, Freedom, Held, Parameter, Source, Value, read_value
from hrpark.trail.queries import timelines
from hrpark.web import jinja
from hrpark.web.basis import linked
from hrpark.web.forms import Day, Form, Number, Whole, handle
from hrpark.web.numbers import SUBJECTS, said
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place
from hrpark.web.subjects import page_of

FORM_METHODS = ["GET", "HEAD", "POST"]
place("desk", "settings", "本园区承诺", "desk-parameters", OVERRIDE, order=85)
page_of("override", desk="desk-promise")


@dataclass(frozen=True)
class Line:
    """A parameter as the park stands to it: what holds today, the default behind it, how far a promise may go, what is to come."""

    known: Parameter
    held: Held
    default: str
    basis: Basis
    limit: str
    next: Override | None
    outrun: Override | None

    @property
    def own(self) -> bool:
        return self.held.source is Source.PARK


def in_words(known: Parameter, value: Value | str) -> str:
    return said(read_value(known.kind, value) if isinstance(value, str) else value, known.unit)


def lines_of(park: Park, on: date) -> dict[str, Line]:
    """Every number that a park may promise otherwise and that holds on a day, by key. Two queries."""
    made: dict[str, list[Override]] = {}
    for one in promises(park.pk):
        made.setdefault(one.key, []).append(one)
    held = {h.key: h for h in parameters_on(on, park.pk)}
    return {p.key: _line(p, held[p.key], made.get(p.key, []), on) for p in open_to_parks() if p.key in held}


def _line(known: Parameter, held: Held, made: list[Override], on: date) -> Line:
    now = next((p for p in made if p.since <= on), None)
    default, basis = known.values.on(on)
    words = in_words(known, default)
    limit = {Freedom.LESS: f"只可调低，不得高于 {words}", Freedom.MORE: f"只可调高，不得低于 {words}"}.get(
        known.park_may, "可自行设定"
    )
    outrun = now if now is not None and read_value(known.kind, now.value) != held.value else None
    return Line(known, held, words, basis, limit, next((p for p in reversed(made) if p.since > on), None), outrun)


def _url(name: str, park: Park, **more: object) -> str:
    return reverse(name, kwargs={"park": park.slug, **more})


@page(OVERRIDE, door="desk")
@require_safe
def parameters(request: HttpRequest, park: Park) -> HttpResponse:
    """Every number that this park may promise otherwise, by subject."""
    groups: dict[str, list[Line]] = {}
    for line in lines_of(park, request.today).values():
        groups.setdefault(SUBJECTS.get(line.known.room, "其他"), []).append(line)
    context = {"title": "本园区承诺", "park": park, "groups": groups, "in_words": in_words, "linked": linked}
    return render(request, "desk/parameters.html", context)


@page(OVERRIDE, door="desk")
@require_safe
def parameter(request: HttpRequest, park: Park, parameter: str) -> HttpResponse:
    """One number: the default with its basis, the park's own, and every promise there has been."""
    known = settable(parameter, request.today)
    ever = list(promises_ever(park.pk, known.key))
    context = {
        "title": known.label, "park": park, "known": known, "line": lines_of(park, request.today)[known.key], "ever": ever, "today": request.today,
        "subject": SUBJECTS.get(known.room, "其他"), "in_words": in_words, "linked": linked, "lines": timelines("override", [p.pk for p in ever]),
    }  # fmt: skip
    return render(request, "desk/parameter.html", context)


def form_for(known: Parameter) -> type[Form]:
    """The form for a value of this parameter's kind."""
    unit = known.unit

    class PromiseForm(Form):
        since = Day(label="自哪天起", help_text="按这一天及以后的事项执行；已办结的事项不变。")
        basis = forms.CharField(
            label="依据", max_length=300, help_text="本园区文件的名称、文号或会议决定，例如“园区管理办公室〔2026〕1号”。",
            widget=forms.Textarea(attrs={"rows": 3}),
        )  # fmt: skip

        def clean_value(self):
            value = self.cleaned_data["value"]
            return unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value

    made = {
        "int": lambda: Whole(label="承诺值", unit=unit),
        "decimal": lambda: Number(label="承诺值", unit=unit),
        "ints": lambda: forms.CharField(label="承诺值", max_length=200, help_text=f"几个整数，用逗号隔开；单位：{unit}。"),
        "text": lambda: forms.CharField(label="承诺值", max_length=200),
        "flag": lambda: forms.ChoiceField(label="承诺值", choices=[("", "请选择"), ("true", "是"), ("false", "否")]),
    }[known.kind]()
    PromiseForm.base_fields = {"value": made, **PromiseForm.base_fields}
    return PromiseForm


@page(OVERRIDE, door="desk")
@require_http_methods(FORM_METHODS)
def promise_new(request: HttpRequest, park: Park, parameter: str) -> HttpResponse:
    known = settable(parameter, request.today)
    line = lines_of(park, request.today)[known.key]
    back = _url("desk-parameter", park, parameter=known.key)
    return handle(
        request, form_for(known), title=f"设定承诺值：{known.label}", submit="设定承诺值", done="承诺值已设定，门户的“期限与标准值”同时更新。",
        lead=f"默认 {line.default}（{line.basis.words}）。{line.limit}。", initial={"since": request.today}, draft=f"promise:{park.pk}:{known.key}",
        act=lambda form: override(
            actor=request.user, at=request.at, key=deed_key(request), park=park, parameter=known.key, **form.cleaned_data
        ),
        then=lambda _: back, back=back,
    )  # fmt: skip


@page(OVERRIDE, door="desk")
@require_safe
def promise(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """A promise of the trail leads to its parameter."""
    found = promise_for(request.standing, park, pk)
    return HttpResponseRedirect(f"{_url('desk-parameter', park, parameter=found.key)}#promise-{found.pk}")


class WithdrawForm(Form):
    reason = forms.CharField(label="撤回原因", max_length=300, help_text="例如“数值填错”“文件已废止”。")


@page(OVERRIDE, door="desk")
@require_http_methods(FORM_METHODS)
def promise_withdraw(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = promise_for(request.standing, park, pk)
    known = settable(found.key, request.today)
    back = _url("desk-parameter", park, parameter=found.key)
    return handle(
        request, WithdrawForm, title=f"撤回承诺值：{known.label}", submit="撤回承诺值", done="承诺值已撤回。", danger=True,
        lead=f"{in_words(known, found.value)}，自 {jinja.day(found.since)} 起。撤回后视为从未承诺，记录仍保留。",
        act=lambda form: withdraw_override(
            actor=request.user, at=request.at, key=deed_key(request), override=found, **form.cleaned_data
        ),
        then=lambda _: back, back=back,
    )  # fmt: skip
