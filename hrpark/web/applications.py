"""An application for admission as pages of several doors show it: where it stands, verdicts, documents, what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from hrpark.accounts.models import Park
from hrpark.admission import permissions
from hrpark.admission.actions import resubmit, withdraw
from hrpark.admission.models import Application, Judgement, Ruling
from hrpark.admission.papers import draft_agreement
from hrpark.admission.queries import (
    Line,
    basis_papers,
    entry_of,
    first_check_of,
    handed_in,
    own_application_for,
    papers_of,
    place_of,
    points_of,
    priority_of,
    verdicts,
)
from hrpark.cases.kinds import KINDS
from hrpark.cases.models import Case
from hrpark.cases.queries import clock_of, scored_of
from hrpark.cases.rules import day_of
from hrpark.institutions.models import Kind
from hrpark.toolbox.dates import date_cn

from .asking import Door, record
from .casework import CLOCKS, Overdue, clock_key
from .conditions import rows_of
from .filters import Choice, Days, YesNo
from .jinja import url
from .lists import Column, List
from .requests import FACES, Face, Next
from .subjects import address

KIND = KINDS.get("admission")
#: Tone and word of every state, for lists.
STATES = {state.key: (state.tone, state.label) for state in KIND.states}
TONES = {"passed": "done", "failed": "late", "unknown": "soon", "not_applicable": "off"}


class Applications(List):
    """What was handed in to a park, as its desk and its authority list it."""

    title, noun, permission = "入驻申请", "件", permissions.READ
    columns = (
        Column("name", "申请机构", "institution__name", sort=True),
        Column("state", "状态", "case__state", kind="state", states=STATES, sort=True),
        Column("clock", "时限", ("case__due_at", "case__completed_at", "case__closed_at", "case__ball"), kind="state", states=CLOCKS, show=clock_key,
               sort="case__due_at"),
        Column("due", "办结期限", "case__due_at", kind="date", sort=True),
        Column("outcome", "决定", "case__outcome", labels=KIND.outcomes, sort=True),
        Column("number", "受理编号", "case__number", kind="code", sort=True),
        Column("received", "收件时间", "case__received_at", kind="moment", sort=True),
        Column("kind", "类别", "institution__kind", labels=dict(Kind.choices), sort=True),
        Column("completed", "决定时间", "case__completed_at", kind="moment", sort=True, shown=False),
        Column("uscc", "统一社会信用代码", "institution__uscc", kind="code", shown=False),
    )  # fmt: skip
    filters = (
        Choice("state", "状态", "case__state", choices={k: v[1] for k, v in STATES.items() if k != "draft"}),
        Choice("kind", "类别", "institution__kind", choices=Kind),
        Choice("outcome", "决定", "case__outcome", choices=KIND.outcomes),
        YesNo("decided", "是否决定", yes="已决定", no="未决定", where=Q(case__completed_at__isnull=False)),
        YesNo("signed", "入驻协议", yes="已签", no="未签", where=Q(agreement__isnull=False)),
        Overdue("late", "时限", "case__", yes="已逾期", no="未逾期"),
        Days("received", "收件日期", "case__received_at", moment=True),
    )
    search = ("institution__name__icontains", "case__number__icontains", "institution__uscc__startswith")
    search_hint = "搜索机构、受理编号、信用代码"
    empty_title, empty_icon = "还没有收到入驻申请", "door-enter"

    def rows(self, standing, park):
        return handed_in(standing, park)


def clause_url(clause: str) -> str:
    return reverse("standard-clause", kwargs={"key": clause})


def tone_of(line: Line) -> str:
    """A priority that is not met is no warning."""
    if line.judgement.kind == "priority" and line.stands.value == "failed":
        return "off"
    return TONES[line.stands.value]


def shade(row: Judgement) -> str:
    """The tone of a stored verdict."""
    return tone_of(Line(None, row))


def draft_agreement_file(application: Application, at: datetime) -> HttpResponse:
    """The text to be signed, before it is."""
    response = HttpResponse(draft_agreement(application, at), content_type="application/pdf")
    name = f"{application.institution.name}-入驻协议（草稿）.pdf"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


class ApplicationFace(Face):
    """Where an application stands, in the words of admission."""

    def status(self, case: Case) -> tuple[str, str]:
        """A decision says which."""
        state = KIND.state(case.state)
        word = KIND.outcomes.get(case.outcome, state.label) if case.state in ("admitted", "refused") else state.label
        return state.tone, word if case.state != "admitted" else f"{word}，待签协议"

    def next(self, case: Case, at: datetime, *, mine: bool) -> Next | None:
        """Who has the ball and until when. While it is written or put right, the engine's words do."""
        stand = clock_of(case, at)
        if case.state in ("submitted", "checked"):
            who = case.handler.name if case.handler and not mine else "园区"
            what, text = {
                ("submitted", True): ("初审", "材料已收，园区逐条核对后进入评审和决定。"),
                ("submitted", False): ("核对并完成初审", "核对材料和信用情况，逐条看规则结论，写明初审结论。"),
                ("checked", True): ("评审和决定", "初审已完成，园区评审后作出决定。"),
                ("checked", False): ("评审并作出决定", "登记会议纪要等决定依据；须评审打分的先组织评审，再作出决定。"),
            }[case.state, mine]
            return Next(what, who, text, stand.due_day, stand.tone, case.item.clock == "natural")
        if case.state == "admitted":
            return self._to_sign(case.application, mine)
        if case.state == "settled":
            return self._to_open(case.application, at)
        words = {
            "refused": "没有准予入驻。理由和申诉办法见决定书；补齐条件后可以重新申请。",
            "revoked": "入驻条件没有满足，有条件准予已撤销；补齐后可以重新申请。",
            "withdrawn": "申请已撤回，可以重新申请。",
        }
        return Next(self.status(case)[1], "", words[case.state], None, "off") if case.state in words else None

    def _to_sign(self, application: Application, mine: bool) -> Next:
        text = (
            "园区会与您约定签订入驻协议的时间，确定单元和在园年限；可以先看协议草稿。"
            if mine
            else "签订后登记协议，同时登记入驻。"
        )
        decision = application.decision
        if decision.outcome == Ruling.CONDITIONAL:
            # Several conditions name their days themselves.
            last = "" if application.conditions.count() > 1 else f"（{date_cn(decision.conditions_until)}前满足）"
            text = f"条件：{decision.conditions}{last}。{text}"
        if not application.institution.uscc:
            code = (
                "取得营业执照后，请在入驻条件中提交；园区核对后才能签订入驻协议。"
                if mine
                else "机构在入驻条件中提交营业执照，核对后才能签订协议。"
            )
            return Next("提交营业执照", "您" if mine else "机构", code, None, "waiting")
        return Next("签订入驻协议", "双方" if mine else "园区", text, None, "waiting")

    def _to_open(self, application: Application, at: datetime) -> Next:
        agreement = application.agreement
        text = f"协议{agreement.number}于{date_cn(agreement.signed_on)}签订，在园{agreement.years}年。"
        left = (agreement.start_by - day_of(at)).days
        tone = "waiting" if left > 30 else "soon" if left >= 0 else "late"
        return Next("完成人员进驻并开展业务", "机构", text, agreement.start_by, tone, True)


FACES.add("admission", ApplicationFace())


@dataclass(frozen=True)
class ApplicationDoor(Door):
    """The applicant's side of an application: the engine's pages, known by the application's number, judged anew when answered."""

    def of(self, case: Case, deed: str = "") -> str:
        if not deed and self.key == "tenant":
            return url("tenant-case", park=case.park.slug, pk=case.pk)
        return self.url(case.park, deed, pk=case.application.pk)

    def case(self, request: HttpRequest, park: Park, pk: int) -> Case:
        return own_application_for(request.standing, pk, park).case

    def acts(self, case: Case) -> bool:
        return True

    def answer(self, case: Case, **given: Any) -> Any:
        return resubmit(application=case.application, **given)

    def take_back(self, case: Case, **given: Any) -> Any:
        return withdraw(application=case.application, **given)


PORTAL = ApplicationDoor("portal", "portal-application", "portal-apply", "portal-apply", "机构入驻申请")
TENANT = ApplicationDoor("tenant", "portal-application", "portal-apply", "tenant-cases", "申请与办件")


def own_record(request: HttpRequest, park: Park, door: ApplicationDoor, application: Application) -> HttpResponse:
    """Where an application stands, for who applied: the verdicts in plain words, its place, the decision, the agreement."""
    case = application.case
    place = place_of(application, request.today) if case.received_at else None
    return record(
        request, park, door, case, "requests/application.html", tab=request.GET.get("tab", ""), here=door.of(case), place=place,
        draft=door.of(case, "agreement"), conditions=rows_of(application, door.key), **panels(application),
    )  # fmt: skip


def panels(application: Application) -> dict[str, Any]:
    """What admission adds to the record of a request, whoever reads it."""
    lines = verdicts(application)
    return {
        "a": application, "entry": entry_of(lines), "priority": priority_of(lines), "judged_on": lines[0].judgement.judged_on if lines else None,
        "issued": list(papers_of(application)), "decision": getattr(application, "decision", None),
        "agreement": getattr(application, "agreement", None), "clause_url": clause_url, "tone_of": tone_of, "shade": shade,
    }  # fmt: skip


def officers_panels(application: Application, today: date, door: str) -> dict[str, Any]:
    """What the park and the authority read besides: evidence with links, points, the place, and on what a decision rests."""
    found, case = panels(application), application.case
    return found | {
        "evidence": lambda line: evidence_links(line.judgement, application, door),
        "points": points_of(application, [*found["entry"], *found["priority"]], today), "place": place_of(application, today),
        "first": first_check_of(application), "basis": basis_papers(application), "scored": scored_of(case),
        "grounds": getattr(found["decision"], "grounds", None), "conditions": rows_of(application, door),
    }  # fmt: skip


#: Rows of a dossier have no page of their own: they stand in a tab of the institution's.
TABS = {"licence": "licences", "credential": "credentials", "credit_check": "credit", "staff_member": "staff"}


def evidence_links(judgement: Judgement, application: Application, door: str) -> list[tuple[str, str | None]]:
    """What a verdict rests on besides the institution itself, in words, each a link where this door has its page."""
    slug = application.park.slug
    dossier = address("institution", application.institution_id, park=slug, door=door)
    found = []
    for one in judgement.evidence:
        if one["type"] == "institution":
            continue  # the record speaks of it all along
        href = None
        if one["type"] in TABS and one["id"] and dossier:
            href = f"{dossier}?tab={TABS[one['type']]}"
        elif one["id"]:
            href = address(one["type"], one["id"], park=slug, door=door)
        found.append((one["says"] or "记录", href))
    return list(dict.fromkeys(found))
