"""What an institution has asked of the park: every request of its people, where it stands, who has the ball (6.1.3)."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from hrpark.accounts.models import Park
from hrpark.admission.queries import own_application_for
from hrpark.cases import permissions
from hrpark.cases.kinds import KINDS
from hrpark.cases.models import Ball
from hrpark.cases.queries import cases_for, own, own_case_for, steps_of
from hrpark.standard.kinds import cites
from hrpark.web import applications
from hrpark.web.filters import Choice, Days
from hrpark.web.lists import Column, List, View, register, require_list
from hrpark.web.pages import page
from hrpark.web.shell import place
from hrpark.web.subjects import page_of

OWN = permissions.OWN
STATES = {state.key: (state.tone, state.label) for kind in KINDS for state in kind.states}
BALLS = {Ball.APPLICANT: ("soon", "等您办理"), Ball.DESK: ("waiting", "园区办理中"), Ball.NOBODY: ("off", "已结束")}

page_of("case", tenant="tenant-case")


def _ball(ball: str, closed_at: datetime | None) -> str:
    return Ball.NOBODY if closed_at else ball


class OwnCases(List):
    """Every request of the institution's people, drafts too."""

    key, title, noun = "tenant-cases", "申请与办件", "件"
    door, view, permission, record = "tenant", "tenant-cases", OWN, "tenant-case"
    columns = (
        Column("title", "事项", sort=True),
        Column("state", "状态", kind="state", states=STATES, sort=True),
        Column(
            "ball",
            "由谁办理",
            ("ball", "closed_at"),
            kind="state",
            states={str(k): v for k, v in BALLS.items()},
            show=_ball,
            sort="ball",
        ),
        Column("due", "办结期限", "due_at", kind="date", sort=True),
        Column("number", "受理编号", kind="code", sort=True),
        Column("received", "提交时间", "received_at", kind="moment", sort=True),
        Column("kind", "种类", labels={kind.key: kind.label for kind in KINDS}, shown=False),
        Column("applicant", "申请人", "applicant__name", shown=False),
    )
    filters = (
        Choice("state", "状态", choices={k: v[1] for k, v in STATES.items()}),
        Choice("ball", "由谁办理", choices={"applicant": "等您办理", "desk": "园区办理中"}),
        Choice("kind", "种类", choices={kind.key: kind.label for kind in KINDS}),
        Days("received", "提交日期", "received_at", moment=True),
    )
    views = (View("等您办理", "ball=applicant"), View("园区办理中", "ball=desk"))
    search = ("title__icontains", "number__icontains")
    search_hint = "搜索事项、受理编号"
    order = ("-opened_at",)
    empty_title, empty_icon = "还没有申请", "inbox"
    empty_text = "您和同事向园区提出的申请，办到哪一步、由谁办、到哪天，都显示在这里。"

    def rows(self, standing, park):
        return cases_for(standing, park=park).filter(own(standing))


CASES = register(OwnCases())
place("tenant", "requests", "申请与办件", "tenant-cases", OWN, order=10)


@cites("6.1.3", label="机构工作台：申请与办件")
@page(OWN, door="tenant")
@require_list
def cases(request: HttpRequest, park: Park) -> HttpResponse:
    return CASES.respond(request, park)


@page(OWN, door="tenant")
@require_safe
def case(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """One request of the institution: the ball, the promise, what was handed in, what happened."""
    found = own_case_for(request.standing, pk, park=park)
    application = getattr(found, "application", None)
    if application is not None and found.received_at is None:
        return HttpResponseRedirect(reverse("portal-application-form", kwargs={"park": park.slug, "pk": application.pk}))
    if application is None:
        kind = KINDS.get(found.kind)
        state = kind.state(found.state)
        context = {
            "title": found.title, "park": park, "case": found, "status": (state.tone, state.label), "today": request.today,
            "lines": [applications.line_of(step) for step in steps_of(found, internal=False)],
        }  # fmt: skip
        return render(request, "tenant/cases_record.html", context)
    whole = applications.whole(application, request.standing, request.at, mine=True, internal=False)
    moves = {m.key for m in applications.KIND.moves_from(found.state, "applicant")}
    context = {
        "title": found.title, "park": park, "w": whole, "tab": request.GET.get("tab", ""), "today": request.today, "clause_url": applications.clause_url,
        "tone_of": applications.tone_of, "may_answer": "resubmit" in moves, "may_withdraw": "withdraw" in moves,
        "decision": getattr(application, "decision", None), "agreement": getattr(application, "agreement", None),
    }  # fmt: skip
    return render(request, "tenant/cases_admission.html", context)


@page(OWN, door="tenant")
@require_safe
def application(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """An application by its own number: its case."""
    found = own_application_for(request.standing, pk, park)
    return HttpResponseRedirect(reverse("tenant-case", kwargs={"park": park.slug, "pk": found.case_id}))
