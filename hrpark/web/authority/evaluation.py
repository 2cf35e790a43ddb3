"""Assessing a park: Table 1, rounds, row by row, vetoes, finishing and publishing (7-2)."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts.models import Park
from hrpark.evaluation import permissions
from hrpark.evaluation.actions import (
    assess_row,
    close_collection,
    find_veto,
    finish_round,
    hand_in_assessment,
    publish_round,
    reopen_assessment,
)
from hrpark.evaluation.models import State
from hrpark.evaluation.queries import comments_of, evidence_of, is_collecting, review, round_for, rounds_for
from hrpark.evaluation.rules import scheme as scheme_rules
from hrpark.evaluation.rules.scores import plain
from hrpark.toolbox.errors import NotFound, Refused
from hrpark.web import declaring, evaluating
from hrpark.web.forms import Form, Number, handle
from hrpark.web.lists import Main, register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place

DOOR = "authority"


class Rounds(evaluating.RoundList):
    key, door, view, record = "authority-rounds", DOOR, "authority-rounds", "authority-round"
    main = Main("发起评价", "authority-round-new", permissions.RUN)


ROUNDS = register(Rounds())
place(DOOR, "evaluation", "本园区评价轮次", "authority-rounds", permissions.READ, order=10)
place(DOOR, "evaluation", "各园区评价", "authority-parks", permissions.READ, order=20)
place(DOOR, "figures", "表1 考核指标", "authority-table", permissions.READ, order=10)


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


@page(permissions.READ, door=DOOR)
@require_safe
def parks(request: HttpRequest, park: Park) -> HttpResponse:
    """The rounds of every park that the visitor's authority sees, the newest of each park first."""
    found: dict[int, list] = {}
    for one in rounds_for(request.standing).order_by("park__name", "-as_of", "-pk"):
        found.setdefault(one.park_id, []).append(
            (one, evaluating.ROUND_STATES[one.state], evaluating.next_of(one, request.today))
        )
    context = {"title": "各园区评价", "park": park, "parks": list(found.values()), "today": request.today}
    return render(request, "authority/evaluation_parks.html", context)


@page(permissions.RUN, door=DOOR)
@require_http_methods(["GET", "HEAD", "POST"])
def round_new(request: HttpRequest, park: Park) -> HttpResponse:
    return evaluating.round_new_page(request, park, DOOR)


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
def round(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """A round with every row to assess, its vetoes, and the step that is next."""
    found = round_for(request.standing, park, pk)
    standing = request.standing
    live = found.state in (State.SELF_RATED, State.ASSESSED)
    context = evaluating.round_context(request, found, DOOR)
    context |= {
        "review": review(found, request.today) if live else None, "collecting": is_collecting(found, request.today),
        "comments": comments_of(standing, found, request.today), "may_run": standing.may(permissions.RUN, park.pk),
        "may_assess": standing.may(permissions.ASSESS, park.pk), "may_finish": standing.may(permissions.FINISH, park.pk),
        "level_labels": scheme_rules.LEVEL_LABELS,
    }  # fmt: skip
    return render(request, "authority/evaluation_round.html", context)


class CloseForm(Form):
    reason = forms.CharField(
        label="原因", max_length=200, required=False, help_text="提前截止时必填，例如“全部单位已作答”。写入操作记录。"
    )


@page(permissions.ASSESS, door=DOOR)
@require_http_methods(["GET", "HEAD", "POST"])
def round_close(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """End the collecting of answers, and of a self-rating that nobody handed in."""
    found = round_for(request.standing, park, pk)
    waiting = "" if found.self_rated_at else "运营单位尚未提交自评，截止后本轮不计运营自评。"
    return handle(
        request, CloseForm, title=f"截止“{found.name}”的收集", submit="截止收集", done="收集已截止，可以开始评估。",
        lead=f"截止后进驻单位不能再作答，结果合并显示，不能追溯到单位。{waiting}",
        act=lambda form: close_collection(
            actor=request.user, at=request.at, key=deed_key(request), round=found, **form.cleaned_data
        ),
        then=lambda _: evaluating.here(found, DOOR), back=evaluating.here(found, DOOR),
    )  # fmt: skip


class AssessForm(Form):
    verdict = forms.ChoiceField(
        label="意见", widget=forms.RadioSelect, choices=[("accept", "认可推算得分"), ("adjust", "调整，另行评分")]
    )
    score = Number(label="评估分", unit="分", required=False, max_digits=5, decimal_places=2, help_text="只在调整时填写。")
    reason = forms.CharField(
        label="理由", required=False, max_length=500, widget=forms.Textarea, help_text="调整时必填，运营单位会看到。"
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=30_000)


@page(permissions.ASSESS, door=DOOR)
@require_http_methods(["GET", "HEAD", "POST"])
def assess(request: HttpRequest, park: Park, pk: int, row: str) -> HttpResponse:
    """One row: figures with their basis, self-score, note and evidence, residents; then the authority's decision."""
    found = round_for(request.standing, park, pk)
    if found.state != State.SELF_RATED or is_collecting(found, request.today):
        raise Refused("现在不能逐行评估：收集尚未截止，或评估已经提交。")
    whole = review(found, request.today)
    one = whole.row(row)
    before = one.assessed
    order = [r.key for r in whole.rows]
    following = next(
        (k for k in [*order[order.index(row) + 1 :], *order] if k != row and k in {r.key for r in whole.open_rows}), ""
    )

    def then(_: object) -> str:
        if following and "_next" in request.POST:
            return reverse("authority-assess", kwargs={"park": park.slug, "pk": found.pk, "row": following})
        return evaluating.here(found, DOOR)

    initial = {
        "seen": before.version if before else 0, "verdict": before.verdict if before else "accept",
        "score": before.score if before else None, "reason": before.reason if before else "",
    }  # fmt: skip
    return handle(
        request, AssessForm, title=f"{row} {one.label}", submit="提交意见", done=f"{row} 已评估。",
        act=lambda form: assess_row(
            actor=request.user, at=request.at, key=deed_key(request), round=found, row=row, **form.cleaned_data
        ),
        then=then, back=evaluating.here(found, DOOR), initial=initial, template="authority/evaluation_assess.html",
        round=found, row=one, readings=_readings(whole.inputs, one), evidence=evidence_of(whole.inputs, row), shown=declaring.shown,
        proposed=None if one.proposed is None else plain(one.proposed), following=following,
    )  # fmt: skip


def _readings(inputs: dict, row: object) -> list[dict]:
    """The row's measures with their frozen readings and how each is scored."""
    measures = next(r for r in inputs["edition"]["rows"] if r["key"] == row.key)["measures"]
    found = []
    for measure in measures:
        now = inputs["readings"][measure["key"]]["now"]
        part = row.figure["measures"].get(measure["key"])
        found.append({**measure, **now, "part": part, "number": None if now["value"] is None else Decimal(now["value"])})
    return found


class VetoForm(Form):
    found = forms.ChoiceField(label="认定", widget=forms.RadioSelect, choices=[("no", "不存在"), ("yes", "存在")])
    reason = forms.CharField(label="依据", required=False, max_length=500, help_text="认定存在时必填，例如处罚决定书文号。")


@page(permissions.ASSESS, door=DOOR)
@require_http_methods(["GET", "HEAD", "POST"])
def veto(request: HttpRequest, park: Park, pk: int, veto: str) -> HttpResponse:
    round = round_for(request.standing, park, pk)
    known = next((v for v in round.scheme.body.get("vetoes", []) if v["key"] == veto), None)
    if known is None:
        raise NotFound()
    return handle(
        request, VetoForm, title=f"认定：{known['label']}", submit="提交认定", done="已认定。",
        lead=f"认定存在的，本轮等次最高为“{known['grade']}”。",
        act=lambda form: find_veto(
            actor=request.user, at=request.at, key=deed_key(request), round=round, veto=veto,
            found=form.cleaned_data["found"] == "yes", reason=form.cleaned_data["reason"],
        ),
        then=lambda _: evaluating.here(round, DOOR), back=evaluating.here(round, DOOR), initial={"found": "no"},
    )  # fmt: skip


@page(permissions.ASSESS, door=DOOR)
@require_POST
def assessment_hand_in(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = round_for(request.standing, park, pk)
    return evaluating.do(
        request, lambda: hand_in_assessment(actor=request.user, at=request.at, key=deed_key(request), round=found),
        then=evaluating.here(found, DOOR), done="评估已提交，等负责人定稿。",
    )  # fmt: skip


@page(permissions.FINISH, door=DOOR)
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_reopen(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = round_for(request.standing, park, pk)
    return handle(
        request, evaluating.ReasonForm, title=f"退回“{found.name}”重新评估", submit="退回评估", done="已退回，经办人可以修改各行意见。",
        act=lambda form: reopen_assessment(
            actor=request.user, at=request.at, key=deed_key(request), round=found, **form.cleaned_data
        ),
        then=lambda _: evaluating.here(found, DOOR), back=evaluating.here(found, DOOR),
    )  # fmt: skip


@page(permissions.FINISH, door=DOOR)
@require_POST
def finish(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = round_for(request.standing, park, pk)
    return evaluating.do(
        request, lambda: finish_round(actor=request.user, at=request.at, key=deed_key(request), round=found),
        then=evaluating.here(found, DOOR), done="已定稿，全部输入已冻结。核对结果后可以发布。",
    )  # fmt: skip


@page(permissions.FINISH, door=DOOR)
@require_POST
def publish(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = round_for(request.standing, park, pk)
    return evaluating.do(
        request, lambda: publish_round(actor=request.user, at=request.at, key=deed_key(request), round=found),
        then=evaluating.here(found, DOOR), done="结果已发布，进驻单位现在可以查看。",
    )  # fmt: skip


@page(permissions.READ, door=DOOR)
@require_safe
def result(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The result; for the authority also a provisional one, once it has begun to assess."""
    found = round_for(request.standing, park, pk)
    if found.state in (State.PREPARING, State.OPEN, State.CANCELLED) or is_collecting(found, request.today):
        raise Refused("收集尚未截止，还没有可以查看的结果。")
    return evaluating.result_page(request, found, DOOR)


@page(permissions.READ, door=DOOR)
@require_safe
def workbook(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = round_for(request.standing, park, pk)
    if found.state not in (State.FINISHED, State.PUBLISHED):
        raise Refused("定稿后才能下载结果表。")
    return evaluating.workbook_page(request, found)


@page(permissions.READ, door=DOOR)
@require_POST
def report(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return evaluating.report_page(request, park, pk, DOOR)
