"""What desk and authority show alike of evaluation: Table 1, one figure with its records, a round and its result.

A door's own module (desk/evaluation.py, authority/evaluation.py, tenant/evaluation.py) declares the pages and their
permissions; here they are drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from hrpark.accounts.models import Park
from hrpark.evaluation import permissions
from hrpark.evaluation.actions import cancel_round, issue_report, open_round, prepare_round
from hrpark.evaluation.kinds import INDICATORS
from hrpark.evaluation.models import Round, State
from hrpark.evaluation.queries import (
    Outcome,
    Table,
    behind,
    figure_of,
    is_collecting,
    outcome_of,
    progress,
    report_of,
    restated_since,
    round_for,
    rounds_for,
    same_day,
    scheme_name,
    schemes_for,
    table_of,
)
from hrpark.evaluation.report import (
    NOT_OURS,
    grades_line,
    headline,
    levels_line,
    lines_of,
    report_workbook,
    scheme_line,
    scheme_lines,
)
from hrpark.evaluation.rules import scheme as scheme_rules
from hrpark.evaluation.rules.basis import Reading
from hrpark.evaluation.rules.scores import number
from hrpark.evaluation.rules.states import STATES
from hrpark.returns.models import DeclaredFigure
from hrpark.returns.queries import figure_for
from hrpark.standard.queries import row as row_of
from hrpark.toolbox.errors import Conflict, Refused
from hrpark.trail.queries import timeline

from .forms import Day, Form, Group, handle
from .lists import XLSX, Choice, Column, List
from .pages import deed_key
from .subjects import address, page_of

page_of("round", desk="desk-round", authority="authority-round", tenant="tenant-round")

#: How a state looks in a list and on a record.
TONES = {
    State.PREPARING: "off", State.OPEN: "waiting", State.SELF_RATED: "waiting", State.ASSESSED: "waiting",
    State.FINISHED: "done", State.PUBLISHED: "done", State.CANCELLED: "off",
}  # fmt: skip
ROUND_STATES = {state.value: (tone, STATES[state.value][0]) for state, tone in TONES.items()}
#: So many years are offered above Table 1, the present one first.
YEARS = 5


# ---------------------------------------------------------------- Table 1


def asked_day(request: HttpRequest) -> date:
    """The day that was asked for: ``as_of``, or the end of ``year``; today when neither is understood or has come."""
    today: date = request.today
    given, year = request.GET.get("as_of", ""), request.GET.get("year", "")
    try:
        if given:
            return min(date.fromisoformat(given), today) if date.fromisoformat(given).year >= 2000 else today
        if year.isascii() and year.isdecimal() and 2000 <= int(year[:5]) <= today.year:
            return min(date(int(year), 12, 31), today)
    except ValueError:
        return today
    return today


@dataclass(frozen=True)
class YearStop:
    label: str
    href: str
    on: bool


def years_above(request: HttpRequest, day: date) -> list[YearStop]:
    """The years one click away; the present one as of today."""
    stops = []
    for year in range(request.today.year, request.today.year - YEARS, -1):
        end = min(date(year, 12, 31), request.today)
        stops.append(YearStop(f"{year}年" + ("至今" if end == request.today else ""), f"?year={year}", day == end))
    return stops


def table_page(request: HttpRequest, park: Park, door: str) -> HttpResponse:
    """Table 1 of a park as of a day: what stands, on which basis, and the three values side by side."""
    day = asked_day(request)
    table = table_of(park, day, request.today)
    context = {
        "title": "表1 考核指标", "park": park, "door": door, "table": table, "day": day, "today": request.today,
        "stops": years_above(request, day), "groups": grouped(table), "not_ours": NOT_OURS,
        "may_declare": door == "desk",
    }  # fmt: skip
    return render(request, "evaluation/table.html", context)


def grouped(table: Table) -> list[tuple[str, list]]:
    """Rows of Table 1 under their level-1 headings, in the order of the paper."""
    found: dict[str, list] = {}
    for row in table.rows:
        found.setdefault(row.row.level1, []).append(row)
    return list(found.items())


def figure_page(request: HttpRequest, park: Park, door: str, measure: str) -> HttpResponse:
    """One figure: what stands and why, the three values, and every record it counts."""
    day = asked_day(request)
    cell = figure_of(park, day, request.today, measure)
    row = row_of(measure.rpartition(".")[0])
    declared = declared_row(request, park, cell.reading)
    context = {
        "title": cell.measure.label, "park": park, "door": door, "cell": cell, "row": row, "day": day, "declared": declared,
        "before_day": same_day(day, day.year - 1),
        "declared_page": declared and address("declared_figure", declared.pk, park=park.slug, door=door),
        "records": [(b, address(b.type, b.id, park=park.slug, door=door)) for b in behind(cell.reading.records, request.standing)],
        "counted": sum(len(r) for r in cell.reading.records),
        "complete": INDICATORS.get(row.key).is_complete(measure), "stops": years_above(request, day),
    }  # fmt: skip
    return render(request, "evaluation/figure.html", context)


def declared_row(request: HttpRequest, park: Park, reading: Reading) -> DeclaredFigure | None:
    """The row of returns behind a reading's declared side."""
    return None if reading.declared is None else figure_for(request.standing, park, reading.declared.id)


# ---------------------------------------------------------------- rounds


class RoundList(List):
    """The rounds of a park; a door's own list says which door."""

    title, noun = "评价轮次", "轮"
    permission = permissions.READ
    columns = (
        Column("name", "名称", sort=True),
        Column("state", "状态", kind="state", states=ROUND_STATES, sort=True),
        Column("year", "评价年度", kind="code", sort=True),
        Column("as_of", "数据截止日", kind="date", sort=True),
        Column("answers_until", "进驻单位评价截止", kind="date", sort=True),
        Column("self_until", "自评截止", kind="date", sort=True),
        Column("assess_until", "评估截止", kind="date", sort=True),
        Column("scheme", "评价方案", "scheme__name", shown=False),
        Column("published_at", "发布时间", kind="moment", shown=False),
    )
    filters = (Choice("state", "状态", choices={k: v for k, (_, v) in ROUND_STATES.items()}),)
    search = ("name__icontains",)
    search_hint = "搜索名称"
    order = ("-prepared_at", "-pk")
    empty_title, empty_icon = "还没有评价轮次", "report-analytics"
    empty_text = "发起一轮评价后，进驻单位评价、运营单位自评、主管部门评估三级依次进行。"

    def rows(self, standing, park):
        return rounds_for(standing).filter(park=park)


class RoundForm(Form):
    groups = (
        Group("评价什么", ("name", "as_of", "scheme")),
        Group("到什么时候", ("answers_until", "self_until", "assess_until"), "三个截止日依次不早于前一个。"),
    )
    name = forms.CharField(label="名称", max_length=60, help_text="例如“2025年度评价”。")
    as_of = Day(label="数据截止日", help_text="表1各项数据以这一天为准；评价年度即这一天所在的年度。")
    scheme = forms.ChoiceField(
        label="评价方案", widget=forms.RadioSelect, help_text="方案规定各行的权重、计分方法和评价主体；轮次发起后方案不再变动。"
    )
    answers_until = Day(label="进驻单位评价截止", help_text="当天仍可作答。")
    self_until = Day(label="运营单位自评截止")
    assess_until = Day(label="主管部门评估截止")


def round_new_page(request: HttpRequest, park: Park, door: str) -> HttpResponse:
    """Prepare a round. Nobody is asked before it is opened."""
    known = schemes_for(park, request.today)
    last_end = date(request.today.year - 1, 12, 31)

    def make(**given: Any) -> RoundForm:
        form = RoundForm(**given)
        form.fields["scheme"].choices = [(scheme_name(s), f"{s.name}（第{s.version}版，{s.since}起）") for s in known]
        return form

    return handle(
        request, make, title="发起评价", submit="发起评价", done="评价已发起，尚未开放。请核对后开放。",
        act=lambda form: prepare_round(actor=request.user, at=request.at, key=deed_key(request), park=park, **form.cleaned_data),
        then=lambda made: reverse(f"{door}-round", kwargs={"park": park.slug, "pk": made.pk}),
        back=reverse(f"{door}-rounds", kwargs={"park": park.slug}), draft=f"round:{park.pk}",
        initial={
            "name": f"{last_end.year}年度评价", "as_of": last_end, "scheme": scheme_name(known[0]) if known else "",
            "answers_until": request.today + timedelta(days=14), "self_until": request.today + timedelta(days=21),
            "assess_until": request.today + timedelta(days=35),
        },
    )  # fmt: skip


@dataclass(frozen=True)
class Next:
    """The one next step of a round."""

    what: str
    who: str
    due: date | None
    text: str = ""
    done: bool = False


def next_of(round: Round, today: date) -> Next:
    _, who, what = STATES[round.state]
    if round.state == State.PREPARING:
        return Next(what, who, round.answers_until, "开放之前，进驻单位看不到本轮评价。")
    if round.state == State.OPEN:
        return Next("提交运营自评", "运营单位", round.self_until, f"进驻单位作答到 {round.answers_until} 为止。")
    if round.state == State.SELF_RATED:
        if is_collecting(round, today):
            return Next(
                "等进驻单位评价截止", "进驻单位", round.answers_until, "截止后主管部门逐行评估；也可以写明原因提前截止。"
            )
        return Next(what, who, round.assess_until)
    if round.state == State.ASSESSED:
        return Next(what, who, round.assess_until, "定稿后全部数据冻结，结果不再变化。")
    if round.state == State.FINISHED:
        return Next(what, who, None, "发布后进驻单位可以查看结果。")
    return Next(what, who, None, done=True)


def round_context(request: HttpRequest, round: Round, door: str) -> dict[str, Any]:
    """What every door's record of a round shows."""
    return {
        "title": round.name, "park": round.park, "door": door, "round": round, "today": request.today,
        "state": ROUND_STATES[round.state], "next": next_of(round, request.today), "progress": progress(round, request.today),
        "scheme": scheme_panel(round), "lines": timeline("round", round.pk), "report": report_of(round),
        "restated": restated_since(round), "closed_to_all": round.state in (State.FINISHED, State.PUBLISHED),
        "at": {"park": round.park.slug, "pk": round.pk},
    }  # fmt: skip


def scheme_panel(round: Round) -> dict[str, Any]:
    """How a round counts, in words: levels, rows, methods, grades; and whose these numbers are."""
    scheme, rows = round.scheme, labels_of(round)
    said = {"name": scheme.name, "key": scheme.key, "version": scheme.version, "basis": scheme.basis, "body": scheme.body}
    known = {"edition": {"rows": rows}, "scheme": said}
    names = {row["key"]: row["label"] for row in rows}
    return {
        "rows": [(key, names[key], *rest) for key, *rest in scheme_lines(known)], "levels": levels_line(known),
        "grades": grades_line(known), "line": scheme_line(known), "not_ours": NOT_OURS,
        "vetoes": [v["label"] for v in scheme.body.get("vetoes", [])],
    }  # fmt: skip


def labels_of(round: Round) -> list[dict]:
    """Rows and measures of the round's edition with their labels, as the report's words need them."""
    found = []
    for key in scheme_rules.rows_of(round.scheme.body):
        row = row_of(key, round.edition)
        found.append(
            {"key": key, "label": row.label, "measures": [{"key": f"{key}.{m.key}", "label": m.label} for m in row.measures]}
        )
    return found


def do(request: HttpRequest, act: Callable[[], Any], *, then: str, done: str) -> HttpResponse:
    """A deed by one click: act, say what happened or why not, go on."""
    try:
        act()
    except (Refused, Conflict) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return HttpResponseRedirect(then)


def open_page(request: HttpRequest, park: Park, pk: int, door: str) -> HttpResponse:
    round = round_for(request.standing, park, pk)
    return do(
        request, lambda: open_round(actor=request.user, at=request.at, key=deed_key(request), round=round),
        then=here(round, door), done="评价已开放，进驻单位现在可以作答。",
    )  # fmt: skip


class ReasonForm(Form):
    reason = forms.CharField(label="原因", max_length=200, help_text="写入操作记录。")


def cancel_page(request: HttpRequest, park: Park, pk: int, door: str) -> HttpResponse:
    round = round_for(request.standing, park, pk)
    return handle(
        request, ReasonForm, title=f"取消“{round.name}”", submit="取消本轮评价", done="本轮评价已取消。",
        lead="只有还没有单位作答的评价可以取消。取消后不能恢复，需要时可重新发起。",
        act=lambda form: cancel_round(actor=request.user, at=request.at, key=deed_key(request), round=round, **form.cleaned_data),
        then=lambda _: here(round, door), back=here(round, door),
    )  # fmt: skip


def here(round: Round, door: str) -> str:
    return reverse(f"{door}-round", kwargs={"park": round.park.slug, "pk": round.pk})


# ---------------------------------------------------------------- result and report


def result_page(request: HttpRequest, round: Round, door: str) -> HttpResponse:
    """The three sources side by side, figures with their basis, charts with their tables; provisional until it is frozen."""
    outcome = outcome_of(round, request.today)
    lines = lines_of(outcome.inputs, outcome.result)
    context = {
        "title": f"{round.name}结果", "park": round.park, "door": door, "round": round, "outcome": outcome, "back": here(round, door),
        "headline": headline(outcome.inputs, outcome.result), "lines": lines,
        "grouped": [(name, [x for x in lines if x.level1 == name]) for name in dict.fromkeys(x.level1 for x in lines)],
        "levels": [(scheme_rules.LEVEL_LABELS[name], outcome.result["levels"][name]) for name in scheme_rules.LEVELS],
        "charts": charts_of(outcome), "scheme": scheme_panel(round), "restated": restated_since(round), "report": report_of(round),
        "at": {"park": round.park.slug, "pk": round.pk}, "ceiling": number(outcome.result, "ceiling"),
    }  # fmt: skip
    return render(request, "evaluation/result.html", context)


def charts_of(outcome: Outcome) -> list[tuple[str, str, dict]]:
    """Which part is strong and which weak; where the three levels differ."""
    result = outcome.result
    order = list(dict.fromkeys(row["level1"] for row in outcome.inputs["edition"]["rows"]))
    groups = [g for g in order if g in result["groups"]]
    ceiling = _float(result["ceiling"])
    found = []
    if sum(result["groups"][g]["score"] is not None for g in groups) > 2:
        radar = {
            "id": "chart-groups", "kind": "radar", "unit": "分", "labels": groups, "most": [ceiling] * len(groups),
            "series": [{"name": "得分", "meaning": "park", "values": [_float(result["groups"][g]["score"]) for g in groups]}],
        }  # fmt: skip
        found.append(("四个方面哪里强、哪里弱？", "各一级指标得分，满分100分；未核定的不计。", radar))
    rows = [line for line in lines_of(outcome.inputs, result) if line.score is not None]
    if rows:
        bars = {
            "id": "chart-levels", "kind": "bar", "across": True, "unit": "分", "labels": [f"{x.key} {x.label}" for x in rows],
            "series": [
                {"name": "进驻单位", "meaning": "residents", "values": [_float(x.residents) for x in rows]},
                {"name": "运营自评", "meaning": "operator", "values": [_float(x.operator) for x in rows]},
                {"name": "主管部门", "meaning": "authority", "values": [_float(x.authority) for x in rows]},
            ],
        }  # fmt: skip
        found.append(("三级评价在哪些指标上看法不同？", "没有这一来源的不画。", bars))
    return found


def _float(text: str | None) -> float | None:
    return None if text is None else float(text)


def report_page(request: HttpRequest, park: Park, pk: int, door: str) -> HttpResponse:
    """Issue the report once, then go to its file."""
    round = round_for(request.standing, park, pk)
    try:
        document = issue_report(actor=request.user, at=request.at, key=deed_key(request), round=round)
    except (Refused, Conflict) as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(here(round, door))
    return HttpResponseRedirect(reverse("account-file", kwargs={"pk": document.attachment_id}))


def workbook_page(request: HttpRequest, round: Round) -> HttpResponse:
    """The result as Excel; a provisional one says so in its name."""
    outcome = outcome_of(round, request.today)
    digests = (outcome.inputs_digest or "尚未冻结", outcome.result_digest or "尚未冻结")
    response = HttpResponse(report_workbook(outcome.inputs, outcome.result, digests=digests), content_type=XLSX)
    name = f"{round.park.name}-{round.name}{'' if outcome.frozen else '（暂算）'}.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
