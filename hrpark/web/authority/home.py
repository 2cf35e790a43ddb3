"""The authority's home: rounds to assess, figures to verify, applications under way, and the first figures of Table 1."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hrpark.accounts.models import Park
from hrpark.admission import permissions as admission
from hrpark.admission.queries import filings_in, handed_in
from hrpark.cases.models import Ball
from hrpark.cases.rules import day_of
from hrpark.evaluation import permissions as evaluation
from hrpark.evaluation.models import State as RoundState
from hrpark.evaluation.queries import rounds_for, table_of
from hrpark.institutions import permissions as institutions
from hrpark.institutions.queries import without_permit
from hrpark.notices.queries import unread_count
from hrpark.returns import permissions as returns
from hrpark.returns.queries import park_form, unverified_figures
from hrpark.web.cockpit import SHOWN, Item, Task, figures_of, sorted_tasks, task
from hrpark.web.pages import page
from hrpark.web.shell import link, place
from hrpark.web.subjects import address

place("authority", "today", "总览", "authority-home", order=0)
place("authority", "standard", "标准与覆盖", "standard", order=10)
place("authority", "standard", "期限与标准值", "portal-parameters", order=20)


@require_safe
@page(door="authority")
def home(request: HttpRequest, park: Park) -> HttpResponse:
    table = table_of(park, request.today, request.today) if request.standing.may(evaluation.READ, park.pk) else None
    context = {
        "title": "总览", "park": park, "today": request.today, "due": sorted_tasks(due(request, park)),
        "wrong": sorted_tasks(going_wrong(request, park)), "table": table,
        "figures": figures_of(table, "authority", park) if table else [], "whole": link("authority-table", park=park.slug),
    }  # fmt: skip
    return render(request, "authority/home.html", context)


def _page(of: str, pk: object, park: Park) -> str | None:
    return address(of, pk, park=park.slug, door="authority")


def _list(view: str, park: Park, query: str) -> str | None:
    href = link(view, park=park.slug)
    return f"{href}{query}" if href else None


#: State of a round → (permission of who has the ball, what it waits for, the field of its deadline).
ROUND_TASKS = {
    RoundState.SELF_RATED: (evaluation.ASSESS, "评价待评估", "assess_until"),
    RoundState.ASSESSED: (evaluation.FINISH, "评价待定稿", "assess_until"),
    RoundState.FINISHED: (evaluation.FINISH, "评价结果待发布", ""),
}


def due(request: HttpRequest, park: Park) -> Iterable[Task | None]:
    """What waits for the authority."""
    standing, today = request.standing, request.today
    for state, (permission, label, until) in ROUND_TASKS.items():
        if standing.may(permission, park.pk):
            rounds = rounds_for(standing).filter(park=park, state=state).order_by("assess_until", "pk")
            items = [
                Item(r.name, _page("round", r.pk, park), getattr(r, until) if until else None, natural=True)
                for r in rounds[:SHOWN]
            ]
            yield task(
                label,
                rounds.count(),
                "轮",
                today=today,
                href=_list("authority-rounds", park, f"?state={state.value}"),
                items=items,
            )
    if standing.may(returns.VERIFY, park.pk):
        figures, labels = unverified_figures(standing, park), {a.key: a.label for a in park_form()}
        yield task(
            "申报数待核验", figures.count(), "项", today=today, href=_list("authority-figures", park, "?open=1&park=1"),
            says="核验之前，评价不采用园区自己申报的数。",
            items=[
                Item(f"{f.year}年 {labels.get(f.measure, f.measure)}", _page("declared_figure", f.pk, park)) for f in figures[:SHOWN]
            ],
        )  # fmt: skip
    if standing.may(admission.RECEIVE, park.pk):
        reports = filings_in(standing, park).filter(received_at=None)
        yield task(
            "入驻报备待签收", reports.count(), "件", today=today, href=_list("authority-filings", park, "?received=0"),
            items=[Item(f.agreement.application.institution.name, _page("filing", f.pk, park)) for f in reports[:SHOWN]],
        )  # fmt: skip
    yield task("未读通知", unread_count(request.user), "条", today=today, href=link("account-notices"), tone="off")


def going_wrong(request: HttpRequest, park: Park) -> Iterable[Task | None]:
    """What the authority should know: the park late with applicants, agencies without a permit, a self-rating overdue."""
    standing, today = request.standing, request.today
    if standing.may(admission.READ, park.pk):
        late = handed_in(standing, park).filter(case__ball=Ball.DESK, case__completed_at=None, case__due_at__lt=request.at)
        yield task(
            "入驻申请逾期未办", late.count(), "件", today=today, href=_list("authority-admissions", park, "?late=1"), tone="late",
            items=[Item(a.institution.name, _page("application", a.pk, park), day_of(a.case.due_at), natural=a.case.item.clock == "natural") for a in late[:SHOWN]],
        )  # fmt: skip
    if standing.may(institutions.READ, park.pk):
        bare = without_permit(park, today)
        yield task(
            "没有有效许可的在园机构", bare.count(), "家", today=today, href=_list("authority-institutions", park, "?permitted=0"), tone="soon",
            items=[Item(i.name, _page("institution", i.pk, park)) for i in bare.order_by("name")[:SHOWN]],
        )  # fmt: skip
    past = rounds_for(standing).filter(park=park, state=RoundState.OPEN, self_until__lt=today).order_by("self_until", "pk")
    yield task(
        "自评逾期未交", past.count(), "轮", today=today, href=_list("authority-rounds", park, "?state=open"), tone="late",
        items=[Item(r.name, _page("round", r.pk, park), r.self_until, natural=True) for r in past[:SHOWN]],
    )  # fmt: skip
