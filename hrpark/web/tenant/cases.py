"""What an institution has asked of the park: every request of its people, where it stands, who has the ball (6.1.3)."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts.models import Park
from hrpark.admission.queries import clearance_of, own_application_for, own_exit_for
from hrpark.cases import permissions
from hrpark.cases.kinds import KINDS
from hrpark.cases.models import Ball
from hrpark.cases.queries import cases_for, own, own_case_for
from hrpark.standard.kinds import cites
from hrpark.web import applications, asking
from hrpark.web.filters import Choice, Days
from hrpark.web.lists import Column, List, Main, View, register, require_list
from hrpark.web.pages import page
from hrpark.web.requests import STATES
from hrpark.web.shell import place
from hrpark.web.subjects import page_of

OWN = permissions.OWN
FORM_METHODS = ["GET", "HEAD", "POST"]
TENANT = asking.Door("tenant", "tenant-case", "tenant-case-kinds", "tenant-cases", "申请与办件")
BALLS = {Ball.APPLICANT: ("soon", "等您办理"), Ball.DESK: ("waiting", "园区办理中"), Ball.NOBODY: ("off", "已结束")}

page_of("case", tenant="tenant-case", portal="portal-request", desk="desk-case", authority="authority-case")


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
    main = Main("提出诉求", "tenant-case-kinds", OWN)
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
    application, exit = getattr(found, "application", None), getattr(found, "exit", None)
    if exit is not None:
        lines = clearance_of(exit, request.today)
        return asking.record(request, park, TENANT, found, "requests/exit.html", exit=exit, lines=lines)
    if application is None:
        return asking.record(request, park, TENANT, found)
    return applications.own_record(request, park, applications.TENANT, application)


@page(OWN, door="tenant")
@require_safe
def choose(request: HttpRequest, park: Park) -> HttpResponse:
    return asking.choose(request, park, TENANT)


@page(OWN, door="tenant")
@require_http_methods(FORM_METHODS)
def begin(request: HttpRequest, park: Park, kind: str) -> HttpResponse:
    return asking.begin(request, park, TENANT, kind)


@page(OWN, door="tenant")
@require_http_methods(FORM_METHODS)
def form(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return asking.form(request, park, TENANT, pk)


@page(OWN, door="tenant")
@require_POST
def files(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return asking.files(request, park, TENANT, pk)


@page(OWN, door="tenant")
@require_http_methods(FORM_METHODS)
def answer(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return asking.answer(request, park, TENANT, pk)


@page(OWN, door="tenant")
@require_POST
def take_back(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return asking.take_back(request, park, TENANT, pk)


@page(OWN, door="tenant")
@require_http_methods(FORM_METHODS)
def rating(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return asking.rating(request, park, TENANT, pk)


@page(OWN, door="tenant")
@require_safe
def application(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """An application by its own number: its case."""
    found = own_application_for(request.standing, pk, park)
    return HttpResponseRedirect(reverse("tenant-case", kwargs={"park": park.slug, "pk": found.case_id}))


@page(OWN, door="tenant")
@require_safe
def exit_(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """An exit by its own number: its case."""
    found = own_exit_for(request.standing, pk, park)
    return HttpResponseRedirect(reverse("tenant-case", kwargs={"park": park.slug, "pk": found.case_id}))
