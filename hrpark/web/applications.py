"""An application for admission as pages of several doors show it: where it stands, verdicts, documents, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from hrpark.accounts.queries import Standing
from hrpark.admission.models import Application, Ruling
from hrpark.admission.papers import draft_agreement
from hrpark.admission.queries import Line, entry_of, form_for, priority_of, verdicts
from hrpark.admission.queries import papers_of as issued_papers
from hrpark.cases.kinds import KINDS, State
from hrpark.cases.models import Case, Item
from hrpark.cases.queries import clock_of, steps_of
from hrpark.cases.rules import Field, day_of
from hrpark.documents.models import Document
from hrpark.toolbox.dates import date_cn
from hrpark.trail.queries import Line as TrailLine

from .item_form import answers_of
from .requests import Next, Paper, line_of, papers_of
from .subjects import address

KIND = KINDS.get("admission")
#: Tone and word of every state, for lists.
STATES = {state.key: (state.tone, state.label) for state in KIND.states}
TONES = {"passed": "done", "failed": "late", "unknown": "soon", "not_applicable": "off"}


SIGNED = Q(agreement__isnull=False)


def clock_words(item: Item) -> str:
    """What the item promises: 3 个工作日内首次答复，20 个工作日内作出决定."""
    unit = item.get_clock_display()
    return f"{item.first_response_days} 个{unit}内首次答复，{item.completion_days} 个{unit}内作出决定；补正期间不计时限"


def clause_url(clause: str) -> str:
    return reverse("standard-clause", kwargs={"key": clause})


def tone_of(line: Line) -> str:
    """A priority that is not met is no warning."""
    if line.judgement.kind == "priority" and line.stands.value == "failed":
        return "off"
    return TONES[line.stands.value]


def ball_of(application: Application, at: datetime, *, mine: bool) -> Next:
    """Who has the ball and until when. ``mine``: said to the applicant, else to the park's people."""
    case = application.case
    stand = clock_of(case, at)
    you = "您" if mine else "申请人"
    if case.state == "draft":
        return Next("填写并提交申请", you, "内容随时保存，换设备登录也能接着填。", None, "waiting")
    if case.state == "correcting":
        what = "、".join(one["label"] for one in case.asked)
        return Next(f"补正：{what}", you, "补正期间办理时限暂停计算。", None, "soon")
    if case.state == "submitted":
        who = case.handler.name if case.handler and not mine else "园区"
        text = "材料已收，园区核对后作出决定。" if mine else "核对材料和信用情况，逐条看规则结论，再作出决定。"
        return Next("核对并作出决定", who, text, stand.due_day, stand.tone, case.item.clock == "natural")
    if case.state == "admitted":
        text = (
            "园区会与您约定签订入驻协议的时间，确定单元和在园年限；可以先看协议草稿。"
            if mine
            else "签订后登记协议，同时登记入驻。"
        )
        decision = application.decision
        if decision.outcome == Ruling.CONDITIONAL:
            text = f"条件：{decision.conditions}（{date_cn(decision.conditions_until)}前满足）。{text}"
        return Next("签订入驻协议", "双方" if mine else "园区", text, None, "waiting")
    if case.state == "settled":
        agreement = application.agreement
        text = f"协议{agreement.number}于{date_cn(agreement.signed_on)}签订，在园{agreement.years}年。"
        left = (agreement.start_by - day_of(at)).days
        return Next(
            "完成人员进驻并开展业务",
            "机构",
            text,
            agreement.start_by,
            "waiting" if left > 30 else "soon" if left >= 0 else "late",
            True,
        )
    words = {
        "refused": "没有准予入驻。理由和申诉办法见决定书；补齐条件后可以重新申请。",
        "withdrawn": "申请已撤回，可以重新申请。",
    }
    return Next(state_of(case).label, "", words.get(case.state, ""), None, "off")


def draft_agreement_file(application: Application, at: datetime) -> HttpResponse:
    """The text to be signed, before it is."""
    response = HttpResponse(draft_agreement(application, at), content_type="application/pdf")
    name = f"{application.institution.name}-入驻协议（草稿）.pdf"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def state_of(case: Case) -> State:
    return KIND.state(case.state)


def status_of(case: Case) -> tuple[str, str]:
    """Tone and word for the head of a record; a decision says which."""
    state = state_of(case)
    word = KIND.outcomes.get(case.outcome, state.label) if case.state in ("admitted", "refused") else state.label
    return state.tone, word if case.state != "admitted" else f"{word}，待签协议"


def papers(application: Application, form: Any, data: Mapping[str, Any], standing: Standing, on: date) -> list[Paper]:
    return papers_of(application.case, form, data, standing, on)


@dataclass(frozen=True)
class Whole:
    """Everything that a page shows of an application."""

    application: Application
    case: Case
    status: tuple[str, str]
    ball: Next
    entry: tuple[Line, ...]
    priority: tuple[Line, ...]
    papers: tuple[Paper, ...]
    answers: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    documents: tuple[Document, ...]
    lines: tuple[TrailLine, ...]

    @property
    def judged_on(self) -> date | None:
        return self.entry[0].judgement.judged_on if self.entry else None


def whole(
    application: Application, standing: Standing, at: datetime, *, mine: bool, internal: bool, masked: bool = False
) -> Whole:
    """As the applicant sees it (``mine``) or the park's people; what is internal only for the desk, what is personal masked for others."""
    case, on = application.case, day_of(at)
    form = form_for(application, on)
    lines = verdicts(application)
    return Whole(
        application=application,
        case=case,
        status=status_of(case),
        ball=ball_of(application, at, mine=mine),
        entry=tuple(entry_of(lines)),
        priority=tuple(priority_of(lines)),
        papers=tuple(papers(application, form, case.data, standing, on)),
        answers=tuple(
            (group, tuple(answers_of(_known(form.group(group), case.data), case.data, masked=masked)))
            for group in form.groups
            if _known(form.group(group), case.data)
        ),
        documents=tuple(issued_papers(application)),
        lines=tuple(line_of(step) for step in steps_of(case, internal=internal)),
    )


def _known(fields: tuple[Field, ...], data: Mapping[str, Any]) -> list[Field]:
    return [f for f in fields if f.key in data]


#: Rows of a dossier have no page of their own: they stand in a tab of the institution's.
TABS = {"licence": "licences", "credential": "credentials", "credit_check": "credit", "staff_member": "staff"}


def evidence_links(line: Line, application: Application, door: str) -> list[tuple[str, str | None]]:
    """What a verdict rests on besides the institution itself, in words, each a link where this door has its page."""
    slug = application.park.slug
    dossier = address("institution", application.institution_id, park=slug, door=door)
    found = []
    for one in line.judgement.evidence:
        if one["type"] == "institution":
            continue  # the record speaks of it all along
        href = None
        if one["type"] in TABS and one["id"] and dossier:
            href = f"{dossier}?tab={TABS[one['type']]}"
        elif one["id"]:
            href = address(one["type"], one["id"], park=slug, door=door)
        found.append((one["says"] or "记录", href))
    return list(dict.fromkeys(found))
