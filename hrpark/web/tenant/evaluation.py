"""A resident rates the park: once a round, not traceable; and reads the published result (7-2, T1.13)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Park
from hrpark.evaluation import permissions
from hrpark.evaluation.actions import answer_round
from hrpark.evaluation.models import Round, State
from hrpark.evaluation.queries import Asked, asked_of, asked_round, min_answers
from hrpark.evaluation.rules import scheme as scheme_rules
from hrpark.evaluation.rules.scores import number, plain
from hrpark.standard.rules import DEGREES
from hrpark.toolbox.errors import NotFound
from hrpark.web import evaluating
from hrpark.web.forms import Form, Group, handle
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place

DOOR = "tenant"

place(DOOR, "evaluation", "评价园区", "tenant-rounds", permissions.ANSWER, order=10)


@page(permissions.ANSWER, door=DOOR)
@require_safe
def rounds(request: HttpRequest, park: Park) -> HttpResponse:
    """Every round that asks this institution: to answer, answered, published."""
    found = asked_of(request.standing, park, request.today)
    context = {
        "title": "评价园区", "park": park, "asked": [(a, _state(a)) for a in found], "today": request.today,
        "several": len({a.institution.pk for a in found}) > 1,
    }  # fmt: skip
    return render(request, "tenant/evaluation_rounds.html", context)


def _state(asked: Asked) -> tuple[str, str]:
    if asked.round.state == State.PUBLISHED:
        return "done", "结果已发布"
    if asked.answered:
        return "done", "已作答"
    return ("waiting", "待作答") if asked.open else ("off", "已截止")


class AnswerForm(Form):
    """A degree for each row that residents judge; the questions come from the round's scheme. Never kept as a draft."""

    rows: tuple[str, ...] = ()
    institution = forms.CharField(widget=forms.HiddenInput)
    comment = forms.CharField(
        label="意见和建议", required=False, max_length=500, widget=forms.Textarea,
        help_text="只有主管部门会看到原文，不附单位名称。请不要写出能认出贵单位的内容。",
    )  # fmt: skip

    def scores(self) -> dict[str, int]:
        return {row: int(self.cleaned_data[row]) for row in self.rows if self.cleaned_data.get(row)}


def answer_form(round: Round) -> type[AnswerForm]:
    body = round.scheme.body
    rows = tuple(scheme_rules.judged_by(body, "residents"))
    degrees = [(str(value), label) for value, (label, _) in sorted(DEGREES.items(), reverse=True)]
    made: dict[str, Any] = {"rows": rows}
    for row in rows:
        made[row] = forms.ChoiceField(
            label=scheme_rules.rows_of(body)[row]["question"], required=False, choices=degrees,
            widget=forms.RadioSelect(attrs={"data-inline": "1"}),
        )  # fmt: skip
    made["groups"] = (Group("请选择满意程度", rows, "不了解的问题可以不选，不影响其他问题。"), Group("其他", ("comment",)))
    return type("AnswerOfRound", (AnswerForm,), made)


@page(permissions.ANSWER, door=DOOR)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The sheet of a round; once handed in, only that the institution took part is known."""
    asked = asked_round(request.standing, park, pk, request.today, request.POST.get("institution", ""))
    back = reverse("tenant-rounds", kwargs={"park": park.slug})
    if request.method != "POST" and (asked.answered or not asked.open):
        context = {
            "title": asked.round.name,
            "park": park,
            "asked": asked,
            "back": back,
            "state": _state(asked),
            **_how(asked.round),
        }
        return render(request, "tenant/evaluation_answered.html", context)
    return handle(
        request, answer_form(asked.round), title=f"{asked.round.name}：请{asked.institution.name}评价园区", submit="提交评价（提交后不能修改）",
        done="谢谢，评价已提交。", act=lambda form: answer_round(
            actor=request.user, at=request.at, key=deed_key(request), round=asked.round, institution=asked.institution,
            scores=form.scores(), comment=form.cleaned_data["comment"],
        ),
        then=lambda _: back, back=back, template="tenant/evaluation_answer.html", asked=asked, today=request.today,
        initial={"institution": str(asked.institution.pk)}, **_how(asked.round),
    )  # fmt: skip


def _how(round: Round) -> dict[str, Any]:
    """How an answer counts, in numbers of the round's own scheme."""
    body = round.scheme.body
    rows = scheme_rules.judged_by(body, "residents")
    weights = sum((number(scheme_rules.rows_of(body)[row], "weight") for row in rows), number({"n": 0}, "n"))
    whole = sum((number(row, "weight") for row in scheme_rules.rows_of(body).values()), number({"n": 0}, "n"))
    return {
        "share": plain(number(body["levels"], "residents")), "least": min_answers(round), "questions": len(rows),
        "rows_weight": plain(weights), "whole_weight": plain(whole), "scheme_name": round.scheme.name,
    }  # fmt: skip


@page(permissions.ANSWER, door=DOOR)
@require_safe
def result(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The published result, as every resident of the park may read it."""
    asked = asked_round(request.standing, park, pk, request.today)
    if asked.round.state != State.PUBLISHED:
        raise NotFound("结果还没有发布。发布后会显示在“评价园区”页面。")
    return evaluating.result_page(request, asked.round, DOOR)
