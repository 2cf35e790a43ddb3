"""The home of an institution's people: what the park waits for from them, what they wait for from the park, their dossier."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hrpark.accounts.models import Park
from hrpark.admission.queries import allowed_until, late_conditions, open_report, own_applications, own_conditions, own_starts
from hrpark.cases.kinds import KINDS
from hrpark.cases.queries import cases_for, own, waiting_for_applicant, waiting_for_desk
from hrpark.cases.rules import day_of
from hrpark.evaluation.queries import asked_of
from hrpark.institutions.models import Institution
from hrpark.institutions.queries import Dossier, dossier_of, own_institutions
from hrpark.notices.queries import unread_count
from hrpark.returns import permissions as returns
from hrpark.returns.queries import latest_declaration
from hrpark.standard.kinds import cites
from hrpark.web.cockpit import SHOWN, Item, Task, sorted_tasks, task
from hrpark.web.pages import page
from hrpark.web.shell import link, place
from hrpark.web.subjects import address

place("tenant", "today", "首页", "tenant-home", order=0)


@cites("6.1.3", label="机构工作台：待办、办件进度、档案、填报")
@require_safe
@page(door="tenant")
def home(request: HttpRequest, park: Park) -> HttpResponse:
    dossiers = [dossier_of(one, request.today) for one in own_institutions(request.standing, park)]
    context = {
        "title": "首页", "park": park, "today": request.today, "dossiers": dossiers,
        "due": sorted_tasks(due(request, park, dossiers)), "waiting": sorted_tasks(waiting(request, park)),
        "own_page": link("tenant-institution", park=park.slug),
    }  # fmt: skip
    return render(request, "tenant/home.html", context)


def _page(of: str, pk: object, park: Park) -> str | None:
    return address(of, pk, park=park.slug, door="tenant") or address(of, pk, park=park.slug, door="portal")


def _list(park: Park, query: str) -> str | None:
    return _to("tenant-cases", park, query)


def _to(view: str, park: Park, query: str) -> str | None:
    href = link(view, park=park.slug)
    return f"{href}{query}" if href else None


def _cases(request: HttpRequest, park: Park):
    return cases_for(request.standing, park=park).filter(own(request.standing))


def _items(request: HttpRequest, park: Park, found) -> list[Item]:
    applications = {a.case_id: a.pk for a in own_applications(request.standing, park)}
    return [
        Item(
            c.number or c.title, _page("application", applications[c.pk], park) if c.pk in applications else _page("case", c.pk, park),
            day_of(c.due_at) if c.due_at and c.ball == "desk" else None, natural=c.item.clock == "natural",
        )
        for c in found[:SHOWN]
    ]  # fmt: skip


def due(request: HttpRequest, park: Park, dossiers: list[Dossier]) -> Iterable[Task | None]:
    """What the institution has to do."""
    standing, today = request.standing, request.today
    cases = waiting_for_applicant(_cases(request, park))
    back = cases.filter(received_at__isnull=False)
    yield task(
        "需要补正", back.count(), "件", today=today, href=_list(park, "?ball=applicant&state=correcting"), tone="soon",
        says="园区要求补充或更正材料；只需改列出的几项。", items=_items(request, park, back),
    )  # fmt: skip
    conditions = own_conditions(standing, park).filter(outcome="", handed_in_at=None)
    yield task(
        "入驻条件待提交", conditions.count(), "项", today=today, href=_to("tenant-conditions", park, "?outcome=open&handed_in=0"),
        tone="late" if late_conditions(conditions, today).exists() else "soon", says="按期提交证明材料，园区核对原件后完善机构档案。",
        items=[Item(c.what, _page("condition", c.pk, park), c.last_day) for c in conditions[:SHOWN]],
    )  # fmt: skip
    drafts = cases.filter(received_at__isnull=True)
    yield task(
        "没有提交的草稿", drafts.count(), "件", today=today, href=_list(park, "?state=draft"), tone="off",
        items=_items(request, park, drafts),
    )  # fmt: skip
    open_rounds = [a for a in asked_of(standing, park, today) if a.open and not a.answered]
    yield task(
        "请评价园区", len(open_rounds), "轮", today=today, href=link("tenant-rounds", park=park.slug), says="答案与身份分开保存。",
        items=[Item(a.round.name, _page("round", a.round.pk, park), a.round.answers_until, natural=True) for a in open_rounds],
    )  # fmt: skip
    for dossier in dossiers:
        if dossier.warnings:
            urgent = any(w.urgent for w in dossier.warnings)
            yield task(
                "档案需要处理", len(dossier.warnings), "处", today=today, href=link("tenant-institution", park=park.slug),
                tone="late" if urgent else "soon", items=[Item(w.text) for w in dossier.warnings],
            )  # fmt: skip
    starts = [s for s in own_starts(standing, park).filter(outcome="") if open_report(s) is None]
    yield task(
        "开业期限", len(starts), "件", today=today, href=_page("start", starts[0].pk, park) if starts else None,
        says="请在期限内完成人员进驻并开展业务，完成后报告园区。",
        items=[Item(str(s), _page("start", s.pk, park), allowed_until(s), natural=True) for s in starts],
    )  # fmt: skip
    for dossier in dossiers:
        yield _return_of(request, park, dossier.institution)
    yield task("未读通知", unread_count(request.user), "条", today=today, href=link("account-notices"), tone="off")


def _return_of(request: HttpRequest, park: Park, institution: Institution) -> Task | None:
    """Last year's figures, as long as they are not declared; nobody is asked for a year before it was in the park."""
    year = request.today.year - 1
    stayed = institution.residencies.filter(park=park, starts__year__lte=year).exists()
    may = institution.organisation_id in request.standing.own(returns.DECLARE_OWN, park.pk)
    if not (stayed and may) or latest_declaration(park, year, institution=institution) is not None:
        return None
    return task(
        f"{year} 年数据未填报",
        1,
        "份",
        today=request.today,
        href=link("tenant-return", park=park.slug),
        says="营业收入、纳税、服务人次等。",
    )


def waiting(request: HttpRequest, park: Park) -> Iterable[Task | None]:
    """What lies with the park: by kind, with the day by which it answers."""
    for kind in KINDS:
        found = waiting_for_desk(_cases(request, park).filter(kind=kind.key)).order_by("due_at", "pk")
        yield task(
            kind.label, found.count(), "件", today=request.today, href=_list(park, f"?ball=desk&kind={kind.key}"), says="园区正在办理。",
            items=_items(request, park, found),
        )  # fmt: skip
