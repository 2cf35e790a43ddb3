"""Table 1, the rounds of the park, and the operator's own rating (7-2)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts.models import Park
from hrpark.evaluation import permissions
from hrpark.evaluation.actions import Rated, rate_self
from hrpark.evaluation.models import Round, State
from hrpark.evaluation.queries import RowReview, review, round_for, self_scores
from hrpark.evaluation.rules import scheme as scheme_rules
from hrpark.evaluation.rules.scores import plain
from hrpark.files.actions import attach
from hrpark.files.queries import attachments_by_subject
from hrpark.toolbox.errors import Refused
from hrpark.web import evaluating
from hrpark.web.forms import File, Form, Group, Number, handle
from hrpark.web.lists import Main, register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place

DOOR = "desk"


class Rounds(evaluating.RoundList):
    key, door, view, record = "desk-rounds", DOOR, "desk-rounds", "desk-round"
    main = Main("发起评价", "desk-round-new", permissions.RUN)


ROUNDS = register(Rounds())
place(DOOR, "evaluation", "表1 考核指标", "desk-table", permissions.READ, order=10)
place(DOOR, "evaluation", "评价轮次", "desk-rounds", permissions.READ, order=30)


@page(permissions.READ, door=DOOR)
@require_safe
def table(request: HttpRequest, park: Park) -> HttpResponse:
    return evaluating.table_page(request, park, DOOR)


@page(permissions.READ, door=DOOR)
@require_safe
def figure(request: HttpRequest, park: Park, measure: str) -> HttpResponse:
    return evaluating.figure_page(request, park, DOOR, measure)


@page(permissions.READ, door=DOOR)
@require_list
def rounds(request: HttpRequest, park: Park) -> HttpResponse:
    return ROUNDS.respond(request, park)


@page(permissions.RUN, door=DOOR)
@require_http_methods(["GET", "HEAD", "POST"])
def round_new(request: HttpRequest, park: Park) -> HttpResponse:
    return evaluating.round_new_page(request, park, DOOR)


@page(permissions.READ, door=DOOR)
@require_safe
def round(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """A round: its next step, how far the three levels are, how it counts. What residents said is never here before closing."""
    found = round_for(request.standing, park, pk)
    context = evaluating.round_context(request, found, DOOR)
    return render(request, "desk/evaluation_round.html", {**context, "may_run": request.standing.may(permissions.RUN, park.pk)})


@page(permissions.RUN, door=DOOR)
@require_POST
def round_open(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return evaluating.open_page(request, park, pk, DOOR)


@page(permissions.RUN, door=DOOR)
@require_http_methods(["GET", "HEAD", "POST"])
def round_cancel(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return evaluating.cancel_page(request, park, pk, DOOR)


@page(permissions.READ, door=DOOR)
@require_safe
def result(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The result once it is final: before that the authority's work is not the operator's to see."""
    found = _finished(request, park, pk)
    return evaluating.result_page(request, found, DOOR)


@page(permissions.READ, door=DOOR)
@require_safe
def workbook(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return evaluating.workbook_page(request, _finished(request, park, pk))


@page(permissions.READ, door=DOOR)
@require_POST
def report(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return evaluating.report_page(request, park, pk, DOOR)


def _finished(request: HttpRequest, park: Park, pk: int) -> Round:
    found = round_for(request.standing, park, pk)
    if found.state not in (State.FINISHED, State.PUBLISHED):
        raise Refused("本轮评价尚未定稿，结果定稿后才能查看。")
    return found


# ---------------------------------------------------------------- the operator's own rating


class RatingForm(Form):
    """Score, checklist, note and file of every row; the fields are made by ``rating_form``."""

    rows: tuple[RowReview, ...] = ()

    def rated(self) -> list[Rated]:
        found = []
        for row in self.rows:
            items = scheme_rules.checklist_of(row.row)
            ticked = set(self.cleaned_data.get(f"checks-{row.key}") or ())
            checks = {item: item in ticked for item in items}
            found.append(Rated(row.key, self.cleaned_data.get(row.key), checks, self.cleaned_data.get(f"note-{row.key}", "")))
        return found


def rating_form(round: Round, rows: tuple[RowReview, ...]) -> type[RatingForm]:
    kept = {s.row: s for s in self_scores(round)}
    files = attachments_by_subject("self_score", [s.pk for s in kept.values()])
    most = scheme_rules.ceiling_of(round.scheme.body)
    made: dict[str, Any] = {"rows": rows}
    groups = []
    for row in rows:
        names = [row.key]
        made[row.key] = Number(
            label="自评分", unit="分", required=False, min_value=0, max_value=most, max_digits=5, decimal_places=2,
            help_text=f"0至{plain(most)}，可带两位小数。高于主管部门评估得分的部分不计入。",
        )  # fmt: skip
        items = scheme_rules.checklist_of(row.row)
        if items:
            made[f"checks-{row.key}"] = forms.MultipleChoiceField(
                label="具备的项目", required=False, choices=[(i, i) for i in items], widget=forms.CheckboxSelectMultiple,
                help_text="没有勾选的视为不具备。",
            )  # fmt: skip
            names.append(f"checks-{row.key}")
        made[f"note-{row.key}"] = forms.CharField(
            label="说明", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
        )
        score = kept.get(row.key)
        there = files.get(str(score.pk), []) if score else []
        already = f"已上传：{'、'.join(f.name for f in there)}。" if there else ""
        made[f"file-{row.key}"] = File(
            label="佐证材料", required=False, kinds=("pdf", "jpg", "jpeg", "png", "xlsx", "docx"), help_text=already
        )
        names += [f"note-{row.key}", f"file-{row.key}"]
        groups.append(Group(f"{row.key} {row.label}", tuple(names), _lead(row)))
    made["groups"] = tuple(groups)
    return type("RatingOfRound", (RatingForm,), made)


def _lead(row: RowReview) -> str:
    """What the figures of a row say by themselves."""
    if not row.countable:
        return "本行按清单或评价人判断计分。"
    said = "；".join(part["why"] for part in row.figure["measures"].values())
    score = row.figure["score"]
    return f"按数据推算 {score} 分：{said}。" if score is not None else f"数据尚不足以推算：{said}。"


@page(permissions.RATE, door=DOOR)
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """Fill the self-rating in; it is kept as often as it is saved, and handed in by its own button on the round's page."""
    found = round_for(request.standing, park, pk)
    if found.state != State.OPEN:
        raise Refused("自评只能在“评价中”填写；本轮自评已提交，或评价尚未开放。")
    judged = scheme_rules.judged_by(found.scheme.body, "operator")
    rows = tuple(r for r in review(found, request.today).rows if r.key in judged)
    make = rating_form(found, rows)
    initial: dict[str, Any] = {}
    for score in self_scores(found):
        initial[score.row], initial[f"note-{score.row}"] = score.score, score.note
        initial[f"checks-{score.row}"] = [item for item, there in score.checks.items() if there]
    return handle(
        request, make, title=f"{found.name}：运营单位自评", submit="保存自评", done="自评已保存，尚未提交。可以继续修改，核对后请提交。",
        lead="保存后可以继续修改；在评价页面提交后不能再改。留空的行不计运营自评，权重由其他主体分担。",
        act=lambda form: _save(request, found, form), then=lambda _: evaluating.here(found, DOOR), back=evaluating.here(found, DOOR),
        draft=f"rate:{found.pk}", initial=initial,
    )  # fmt: skip


def _save(request: HttpRequest, round: Round, form: RatingForm) -> Round:
    key = deed_key(request)
    saved = rate_self(actor=request.user, at=request.at, key=key, round=round, rows=form.rated())
    scores = {s.row: s for s in self_scores(round)}
    for row in form.rows:
        file = form.cleaned_data.get(f"file-{row.key}")
        if file:
            try:
                attach(
                    actor=request.user, at=request.at, key=f"{key}:{row.key}", to=scores[row.key], file=file, park=round.park,
                    label=f"{row.key} 自评佐证",
                )  # fmt: skip
            except Refused as error:
                messages.warning(request, f"{row.key} 的佐证材料没有保存：{error.message}")
    return saved


@page(permissions.RATE, door=DOOR)
@require_POST
def rate_hand_in(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = round_for(request.standing, park, pk)
    return evaluating.do(
        request,
        lambda: rate_self(actor=request.user, at=request.at, key=deed_key(request), round=found, rows=(), hand_in=True),
        then=evaluating.here(found, DOOR), done="自评已提交，等主管部门评估。",
    )  # fmt: skip
