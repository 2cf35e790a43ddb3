"""Applications at the operator's desk: list, record with its verdicts, checking, deciding, the agreement (4.3.1, 5.1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts.kinds import ROLES
from hrpark.accounts.models import Park
from hrpark.admission import actions, permissions
from hrpark.admission.models import Application, Judgement, Outcome, Ruling
from hrpark.admission.queries import (
    Declared,
    candidate_of,
    fair_reviews,
    form_for,
    handed_in,
    handed_in_for,
    may_speak_for,
    points_of,
    standing_against,
    start_by,
    waiting_membership,
)
from hrpark.admission.rules import Check, rules_on
from hrpark.cases.actions import add_note, assign
from hrpark.cases.queries import handlers
from hrpark.documents.kinds import ADMISSION_DECISION, AGREEMENT, PLEDGE
from hrpark.files.actions import attach
from hrpark.files.queries import attachments_by_subject
from hrpark.institutions.models import CreditSource, Kind
from hrpark.parks.queries import free_units, midnight
from hrpark.standard.kinds import cites
from hrpark.standard.queries import parameter, parameters
from hrpark.toolbox.errors import Conflict, HrparkError, NotFound, Refused
from hrpark.web import applications, clock
from hrpark.web.casework import CLOCKS, NoteForm, Overdue, Seen, clock_key, made, return_form
from hrpark.web.filters import Choice, Days, YesNo
from hrpark.web.forms import Day, File, Form, Group, Whole, handle
from hrpark.web.lists import Column, List, View, register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place
from hrpark.web.subjects import address

READ, HANDLE, DECIDE, RULES = permissions.READ, permissions.HANDLE, permissions.DECIDE, permissions.RULES
FORM_METHODS = ["GET", "HEAD", "POST"]
OUTCOMES = applications.KIND.outcomes


# ---------------------------------------------------------------- the list


def _handlers(standing: Any, park: Park | None) -> dict[str, str]:
    return {str(p.pk): p.name for p in handlers("admission", park, clock.today())} if park else {}


class AdmissionList(List):
    """Every application that was handed in."""

    key, title, noun = "admissions", "入驻申请", "件"
    door, view, permission, record = "desk", "desk-admissions", READ, "desk-admission"
    columns = (
        Column("name", "申请机构", "institution__name", sort=True),
        Column("state", "状态", "case__state", kind="state", states=applications.STATES, sort=True),
        Column("clock", "时限", ("case__due_at", "case__completed_at", "case__closed_at", "case__ball"), kind="state", states=CLOCKS, show=clock_key,
               sort="case__due_at"),
        Column("due", "办结期限", "case__due_at", kind="date", sort=True),
        Column("number", "受理编号", "case__number", kind="code", sort=True),
        Column("received", "收件时间", "case__received_at", kind="moment", sort=True),
        Column("kind", "类别", "institution__kind", labels=dict(Kind.choices), sort=True),
        Column("handler", "经办人", "case__handler__name", sort=True),
        Column("outcome", "决定", "case__outcome", labels=OUTCOMES, shown=False),
        Column("completed", "决定时间", "case__completed_at", kind="moment", sort=True, shown=False),
        Column("uscc", "统一社会信用代码", "institution__uscc", kind="code", shown=False),
        Column("applicant", "申请人", "case__applicant__name", shown=False),
    )  # fmt: skip
    filters = (
        Choice("state", "状态", "case__state", choices={k: v[1] for k, v in applications.STATES.items() if k != "draft"}),
        Choice("kind", "类别", "institution__kind", choices=Kind),
        Choice("outcome", "决定", "case__outcome", choices=OUTCOMES),
        YesNo("decided", "是否决定", yes="已决定", no="未决定", where=Q(case__completed_at__isnull=False)),
        Overdue("late", "时限", "case__", yes="已逾期", no="未逾期"),
        Choice("handler", "经办人", "case__handler", choices=_handlers),
        Days("received", "收件日期", "case__received_at", moment=True),
    )
    views = (
        View("待处理", "state=submitted"), View("补正中", "state=correcting"), View("待签协议", "state=admitted"),
        View("已决定", "decided=1"), View("已逾期", "late=1"),
    )  # fmt: skip
    search = ("institution__name__icontains", "case__number__icontains", "institution__uscc__startswith")
    search_hint = "搜索机构、受理编号、信用代码"
    order = ("-open", "case__due_at")
    empty_title, empty_icon = "还没有收到入驻申请", "door-enter"
    empty_text = "机构在园区门户提交申请后，会出现在这里；时限从收件次日起算。"

    def rows(self, standing, park):
        return handed_in(standing, park)


ADMISSIONS = register(AdmissionList())
place("desk", "admission", "入驻申请", "desk-admissions", READ, order=10)
place("desk", "admission", "入驻规则", "desk-admission-rules", READ, order=20)


@page(READ, door="desk")
@require_list
def admissions(request: HttpRequest, park: Park) -> HttpResponse:
    return ADMISSIONS.respond(request, park)


# ---------------------------------------------------------------- one application


@dataclass(frozen=True)
class Deed:
    """Something that can be done on the record, or why it can't be done now."""

    label: str
    href: str
    kind: str = ""
    icon: str = ""
    refusal: str = ""


def _url(application: Application, deed: str = "", **more: Any) -> str:
    name = f"desk-admission-{deed}" if deed else "desk-admission"
    return reverse(name, kwargs={"park": application.park.slug, "pk": application.pk, **more})


def deeds_of(request: HttpRequest, application: Application) -> tuple[list[Deed], list[Deed]]:
    """The main deeds of the next step, and the further ones; what is not allowed says why."""
    state, standing, park_id = application.case.state, request.standing, application.park_id
    handles, decides = standing.may(HANDLE, park_id), standing.may(DECIDE, park_id)
    if not handles:
        return [], []
    here = applications.KIND.state(state).label
    main: list[Deed] = []
    if state in ("submitted", "correcting"):
        waits = "" if state == "submitted" else "申请人正在补正，提交后才能决定"
        main.append(
            Deed(
                "退回补正",
                _url(application, "return"),
                icon="arrow-back-up",
                refusal="" if state == "submitted" else "已退回，等申请人提交",
            )
        )
        main.append(
            Deed("作出决定", _url(application, "decide"), "main", "gavel", waits if decides else "您的角色不能作出决定")
        )
    if state == "admitted":
        refusal = "" if may_speak_for(application) else "申请人身份还没有核验"
        main.append(
            Deed("登记入驻协议", _url(application, "sign"), "main", "edit", refusal if decides else "您的角色不能签订协议")
        )
    working = "" if state in ("submitted", "correcting") else f"本件已是“{here}”"
    more = [
        Deed("登记信用核查", _url(application, "credit"), icon="shield-check", refusal=working),
        Deed("核对材料原件", _url(application, "papers"), icon="clipboard-check", refusal=working),
        Deed(
            "答复申请人",
            _url(application, "respond"),
            icon="send",
            refusal="" if state == "submitted" else f"本件目前是“{here}”",
        ),
        Deed(
            "指派经办人",
            _url(application, "assign"),
            icon="user",
            refusal="" if application.case.closed_at is None else working or "本件已关闭",
        ),
        Deed("写内部备注", _url(application, "note"), icon="edit"),
    ]
    return main, more


@page(READ, door="desk")
@require_safe
@cites("4.3.1.1", "4.3.1.3", label="入驻申请逐条核对")
def admission(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The record: next step on top, verdict a letter with its evidence, documents, what happened."""
    application = handed_in_for(request.standing, pk, park)
    handles = request.standing.may(HANDLE, park.pk)
    whole = applications.whole(application, request.standing, request.at, mine=False, internal=handles)
    main, more = deeds_of(request, application)
    working = application.case.state in ("submitted", "correcting")
    waiting = waiting_membership(application)
    issued = {d.template for d in whole.documents if d.withdrawn_at is None}
    due = [
        (template, label)
        for template, label, there in (
            (ADMISSION_DECISION, "入驻决定通知书", hasattr(application, "decision")), (AGREEMENT, "入驻协议", hasattr(application, "agreement")),
            (PLEDGE, "入园承诺书", hasattr(application, "agreement")),
        )
        if there and template not in issued
    ]  # fmt: skip
    context = {
        "title": application.institution.name, "park": park, "w": whole, "tab": request.GET.get("tab", ""), "a": application, "today": request.today, "main": main, "more": more,
        "clause_url": applications.clause_url, "tone_of": applications.tone_of, "handles": handles, "working": working,
        "evidence": lambda line: applications.evidence_links(line, application, "desk"),
        "points": points_of(application, [*whole.entry, *whole.priority], request.today),
        "against": standing_against(whole.entry), "checks": _checks(application, request) if working else (),
        "declared": Declared.of(application) if working else None, "waiting": waiting, "roles": {r.key: r.label for r in ROLES},
        "override": (lambda line: _url(application, "override", judgement=line.judgement.pk)) if handles and working else None,
        "due": due if handles else [], "decision": getattr(application, "decision", None), "agreement": getattr(application, "agreement", None),
        "url_of": lambda deed: _url(application, deed),
        "dossier": address("institution", application.institution_id, park=park.slug, door="desk"),
    }  # fmt: skip
    return render(request, "desk/admission.html", context)


def _checks(application: Application, request: HttpRequest) -> tuple[Check, ...]:
    return candidate_of(application, request.today).checks


# ---------------------------------------------------------------- small deeds


def _seen(form: Form) -> int | None:
    return form.cleaned_data.get("seen")


def _deed(
    request: HttpRequest,
    application: Application,
    make: Any,
    *,
    act: Any,
    title: str,
    submit: str,
    done: str,
    draft: str = "",
    **more: Any,
) -> HttpResponse:
    """A page with one form about an application; back to its record."""
    here = _url(application)
    return handle(
        request, make, act=act, then=lambda _: here, title=title, submit=submit, done=done, back=here, lead=_lead(application),
        draft=f"admission.{draft}:{application.pk}" if draft else "", template="desk/admission_form.html", a=application, **more,
    )  # fmt: skip


def _lead(application: Application) -> str:
    return f"{application.institution.name}，受理编号 {application.case.number}"


def _by(request: HttpRequest, application: Application) -> dict[str, Any]:
    return {"actor": request.user, "at": request.at, "key": deed_key(request), "application": application}


class ReasonForm(Form):
    note = forms.CharField(label="答复内容", widget=forms.Textarea, max_length=2000, help_text="申请人会看到。")


class BasisForm(Form):
    basis = forms.CharField(
        label="核验依据", max_length=200, help_text="例如“授权委托书原件，2026年3月2日收到”。不要填写证件号码。"
    )


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def respond(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    application = handed_in_for(request.standing, pk, park)
    return _deed(
        request, application, ReasonForm, title="答复申请人", submit="发送答复", done="答复已发送。", draft="respond",
        act=lambda form: actions.respond(**_by(request, application), note=form.cleaned_data["note"]),
    )  # fmt: skip


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def note(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    application = handed_in_for(request.standing, pk, park)
    return _deed(
        request, application, NoteForm, title="写内部备注", submit="保存备注", done="备注已保存。", draft="note",
        act=lambda form: add_note(
            actor=request.user, at=request.at, key=deed_key(request), case=application.case, note=form.cleaned_data["note"]
        ),
    )  # fmt: skip


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def assign_handler(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    application = handed_in_for(request.standing, pk, park)
    people = {str(p.pk): p for p in handlers("admission", park, request.today)}

    class AssignForm(Form):
        handler = forms.ChoiceField(
            label="经办人", required=False, choices=[("", "暂不指派"), *((key, p.name) for key, p in people.items())],
            initial=str(application.case.handler_id or ""),
        )  # fmt: skip
        note = forms.CharField(label="交接说明", required=False, max_length=300)

    return _deed(
        request, application, AssignForm, title="指派经办人", submit="指派经办人", done="已指派。",
        act=lambda form: assign(
            actor=request.user, at=request.at, key=deed_key(request), case=application.case,
            handler=people.get(form.cleaned_data["handler"]), note=form.cleaned_data["note"],
        ),
    )  # fmt: skip


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def verify_applicant(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    application = handed_in_for(request.standing, pk, park)
    if waiting_membership(application) is None:
        messages.info(request, "申请人的身份已经核验。")
        return HttpResponseRedirect(_url(application))
    return _deed(
        request, application, BasisForm, title="核验申请人身份", submit="核验通过", done="已核验，申请人现在可以代表机构办理业务。",
        act=lambda form: actions.verify_applicant(**_by(request, application), basis=form.cleaned_data["basis"]),
    )  # fmt: skip


def _at_once(request: HttpRequest, application: Application, act: Any, done: str) -> HttpResponse:
    """A deed by one click: done and told, or refused and told why."""
    try:
        act()
        messages.success(request, done)
    except (Refused, Conflict) as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(_url(application))


@page(HANDLE, door="desk")
@require_POST
def judge(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    application = handed_in_for(request.standing, pk, park)
    return _at_once(request, application, lambda: actions.judge(**_by(request, application)), "已按规则重新核对，结论如下。")


@page(READ, door="desk")
@require_safe
def agreement(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The agreement to be signed, as a draft: the same that the applicant reads."""
    return applications.draft_agreement_file(handed_in_for(request.standing, pk, park), request.at)


@page(HANDLE, door="desk")
@require_POST
def issue(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The paper of a decision or an agreement, now rather than with the next tick."""
    application = handed_in_for(request.standing, pk, park)
    template = request.POST.get("template", "")
    if template not in actions.PAPERS:
        raise NotFound()
    return _at_once(
        request,
        application,
        lambda: actions.issue_paper(**_by(request, application), template=template),
        f"{actions.PAPERS[template][0]}已出具。",
    )


# ---------------------------------------------------------------- looking at papers and credit


class CreditForm(Form):
    """One line a source; a source that was not asked stays empty."""

    on = Day(label="查询日期")
    all_clear = forms.BooleanField(
        label="五个渠道都查过，均无不良记录", required=False, help_text="勾选后，下面没有另外登记的渠道都记为无不良记录。"
    )

    def __init__(self, *args: Any, **kwargs: Any):
        self.base_fields = dict(self.base_fields)
        self.groups = (
            Group("查询", ("on", "all_clear"), "查过的渠道逐个登记；没有查的留在“未查询”。"),
            *(Group(label, (f"result.{source}", f"note.{source}")) for source, label in CreditSource.choices),
        )  # fmt: skip
        for source in CreditSource.values:
            self.base_fields[f"result.{source}"] = forms.ChoiceField(
                label="结果", required=False, widget=forms.RadioSelect(attrs={"data-inline": "1"}),
                choices=[("", "未查询"), ("clear", "无不良记录"), ("found", "有不良记录"), ("repaired", "已修复")],
            )  # fmt: skip
            self.base_fields[f"note.{source}"] = forms.CharField(
                label="说明", required=False, max_length=300, help_text="有不良记录或已修复时填写。"
            )
        super().__init__(*args, **kwargs)

    def results(self) -> dict[str, tuple[str, str]]:
        given, rest = self.cleaned_data, "clear" if self.cleaned_data["all_clear"] else ""
        found = {s: (given[f"result.{s}"] or rest, given[f"note.{s}"]) for s in CreditSource.values}
        return {source: answer for source, answer in found.items() if answer[0]}


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
@cites("4.3.1.1-b", label="信用核查记录")
def credit(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    application = handed_in_for(request.standing, pk, park)
    return _deed(
        request, application, lambda data=None, files=None, initial=None: CreditForm(data, initial={"on": request.today, **(initial or {})}),
        title="登记信用核查", submit="登记核查结果", done="核查结果已登记，结论已重新核对。", draft="credit",
        act=lambda form: actions.check_credit(**_by(request, application), on=form.cleaned_data["on"], results=form.results()),
    )  # fmt: skip


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def papers(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """What was declared and not yet seen in the original: what is ticked goes into the dossier, verified."""
    application = handed_in_for(request.standing, pk, park)
    declared = Declared.of(application)
    if declared.empty:
        messages.info(request, "申报的许可、人员和证明都已核对过。")
        return HttpResponseRedirect(_url(application))

    def picks(label: str, rows: list[tuple[int, str]]) -> forms.Field:
        return forms.MultipleChoiceField(
            label=label,
            required=False,
            choices=[(str(n), says) for n, says in rows],
            widget=forms.CheckboxSelectMultiple,
            initial=[],
        )

    class PapersForm(Form):
        if declared.licences:
            licences = picks("许可与备案", [(x.index, f"{x.permit.evidence.says}（{_span(x)}）") for x in declared.licences])
        if declared.staff:
            staff = picks(
                "从业人员",
                [(x.index, f"{x.name}{'，专业人员' if x.professional.professional else ''}") for x in declared.staff],
            )
        if declared.credentials:
            credentials = picks("优先条件证明", [(x.index, x.proof.evidence.says) for x in declared.credentials])
        basis = forms.CharField(label="核对方式", max_length=200, help_text="例如“核对原件”“在发证机关网站查验”。")

    def act(form: PapersForm) -> Application:
        given = form.cleaned_data
        chosen = {name: [int(n) for n in given.get(name) or ()] for name in ("licences", "staff", "credentials")}
        return actions.confirm_papers(**_by(request, application), basis=given["basis"], **chosen)

    return _deed(
        request, application, PapersForm, title="核对材料原件", submit="确认已核对", done="已记入机构档案，结论已重新核对。", act=act,
        papers=applications.papers(application, form_for(application, request.today), application.case.data, request.standing, request.today),
    )  # fmt: skip


def _span(one: Any) -> str:
    return f"{one.permit.valid_from or '—'} 至 {one.permit.valid_to or '未印有效期'}"


# ---------------------------------------------------------------- overriding, sending back


class OverrideForm(Form):
    outcome = forms.ChoiceField(
        label="改判为",
        widget=forms.RadioSelect,
        choices=[(o, Outcome(o).label) for o in ("passed", "failed", "not_applicable")],
    )
    reason = forms.CharField(
        label="改判理由", widget=forms.Textarea, max_length=1000, help_text="写明核对了哪份原件、依据哪条规定；申请人会看到。"
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def override(request: HttpRequest, park: Park, pk: int, judgement: int) -> HttpResponse:
    """An officer says otherwise than a rule, with the reason; what the rule said stays beside it."""
    application = handed_in_for(request.standing, pk, park)
    row: Judgement | None = application.judgements.filter(pk=judgement).first()
    if row is None:
        raise NotFound()
    drawn = row.overridden_at.isoformat() if row.overridden_at else ""

    def make(data: Any = None, files: Any = None, initial: Any = None) -> OverrideForm:
        return OverrideForm(data, initial={**(initial or {}), "seen": drawn})

    def act(form: OverrideForm) -> Judgement:
        seen = form.cleaned_data.pop("seen")
        return actions.override_judgement(
            actor=request.user, at=request.at, key=deed_key(request), judgement=row, seen=_moment(seen), **form.cleaned_data
        )

    rule = f"{row.clause.replace('-', ' ')})，规则结论：{row.get_outcome_display()}。{row.reason}"
    return _deed(
        request,
        application,
        make,
        title="改判规则结论",
        submit="改判",
        done="已改判。",
        act=act,
        draft=f"override.{row.clause}",
        note=rule,
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Refused("提交的页面不完整，内容没有保存。请刷新页面后重新提交。") from None


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def send_back(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """Corrections: whatever has a sentence beside it is asked for."""
    application = handed_in_for(request.standing, pk, park)
    form = return_form(form_for(application, request.today), application.case.data)
    return _deed(
        request, application, made(form, application.case), title="退回补正", submit="退回补正", draft="return",
        done="已退回补正，申请人会收到通知；补正期间时限暂停。",
        act=lambda form: actions.send_back(**_by(request, application), asked=form.asked(), note=form.cleaned_data["note"], seen=_seen(form)),
    )  # fmt: skip


# ---------------------------------------------------------------- deciding, signing


class DecideForm(Seen):
    groups = (
        Group("决定", ("outcome", "basis"), "决定作出后不能更改。"),
        Group("有条件准予的", ("conditions", "conditions_until"), "只在“有条件准予入驻”时填写。"),
    )
    outcome = forms.ChoiceField(label="决定", widget=forms.RadioSelect, choices=Ruling.choices)
    basis = forms.CharField(
        label="依据",
        widget=forms.Textarea,
        max_length=2000,
        help_text="规则结论、会议纪要、审批意见等；申请人会在决定书上看到。",
    )
    conditions = forms.CharField(label="条件", widget=forms.Textarea, max_length=1000, required=False)
    conditions_until = Day(label="满足条件的期限", required=False)


@page(DECIDE, door="desk")
@require_http_methods(FORM_METHODS)
def decide(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The decision, once. Which letters stand against letting the institution in is said above the form."""
    application = handed_in_for(request.standing, pk, park)
    whole = applications.whole(application, request.standing, request.at, mine=False, internal=False)

    def act(form: DecideForm) -> Any:
        given = dict(form.cleaned_data)
        return actions.decide(**_by(request, application), **given)

    return _deed(
        request, application, made(DecideForm, application.case), title="作出决定", submit="作出决定", done="决定已作出，决定书会自动出具。", draft="decide",
        act=act, w=whole, against=standing_against(whole.entry), clause_url=applications.clause_url, tone_of=applications.tone_of,
    )  # fmt: skip


@page(DECIDE, door="desk")
@require_http_methods(FORM_METHODS)
def sign(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The agreement: signed on, years pledged, and a unit that is free."""
    application = handed_in_for(request.standing, pk, park)
    units = {str(u.pk): u for u in free_units(park, midnight(request.today), None)}
    wish = application.case.data

    class SignForm(Seen):
        groups = (Group("协议", ("signed_on", "years")), Group("入驻", ("unit", "unit_note", "starts")))
        signed_on = Day(label="签订日期", help_text="不能晚于今天，不能早于作出决定的日期。")
        years = Whole(label="承诺在园年限", unit="年", help_text=f"申请时填报 {wish.get('years') or '—'} 年。")
        unit = forms.ChoiceField(
            label="单元", required=False, help_text=f"只列出空闲的单元；申请时需要 {wish.get('area') or '—'} ㎡。",
            choices=[("", "请选择"), *((key, f"{u.name}（{u.area} ㎡）" if u.area else u.name) for key, u in units.items())],
        )  # fmt: skip
        unit_note = forms.CharField(
            label="单元位置", required=False, max_length=60, help_text="园区还没有登记空间的，写明位置。"
        )
        starts = Day(label="入驻日期", required=False, help_text="不填即为签订日期。")

    def act(form: SignForm) -> Any:
        given = dict(form.cleaned_data)
        given["unit"] = units.get(given["unit"])
        return actions.sign_agreement(**_by(request, application), **given)

    days = parameter("admission.start_days", request.today, park.pk)
    return _deed(
        request, application, made(SignForm, application.case, signed_on=request.today, years=wish.get("years")), title="登记入驻协议",
        submit="登记协议并办理入驻", done="协议已登记，机构已办理入驻。", draft="sign", act=act,
        note=f"今日签订的，最迟应在 {start_by(request.today, days)} 前完成人员进驻并开展业务（{days} 个自然日，遇休息日顺延）。",
    )  # fmt: skip


# ---------------------------------------------------------------- rules


class ReviewForm(Form):
    number = forms.CharField(label="文号或编号", max_length=80)
    reviewed_by = forms.CharField(label="审查单位", max_length=120)
    reviewed_on = Day(label="审查日期")
    valid_to = Day(label="有效期止", required=False, help_text="没有写明的可以不填。")
    conclusion = forms.CharField(label="审查结论", widget=forms.Textarea, max_length=1000)
    paper = File(label="审查记录扫描件", kinds=("pdf", "jpg", "jpeg", "png"))


@page(READ, door="desk")
@require_safe
def rules(request: HttpRequest, park: Park) -> HttpResponse:
    """The rules in words with their clause, the numbers they use with their basis, and the records of fair-competition review."""
    reviews = list(fair_reviews(request.standing, park))
    context = {
        "title": "入驻规则", "park": park, "rules": rules_on(request.today), "clause_url": applications.clause_url,
        "numbers": parameters(request.today, park.pk, room="admission"), "reviews": reviews,
        "papers": attachments_by_subject("fair_review", [r.pk for r in reviews]), "may_record": request.standing.may(RULES, park.pk),
    }  # fmt: skip
    return render(request, "desk/admission_rules.html", context)


@page(RULES, door="desk")
@require_http_methods(FORM_METHODS)
def review_new(request: HttpRequest, park: Park) -> HttpResponse:
    """A record of fair-competition review with its paper: what lets 4.3.1.3 g be counted."""
    here = reverse("desk-admission-rules", kwargs={"park": park.slug})

    def act(form: ReviewForm) -> Any:
        given, key = dict(form.cleaned_data), deed_key(request)
        paper = given.pop("paper")
        made = actions.record_fair_review(actor=request.user, at=request.at, key=key, park=park, **given)
        try:
            attach(
                actor=request.user,
                at=request.at,
                key=key,
                to=made,
                file=paper,
                park=park,
                label="公平竞争审查记录",
                field="paper",
            )
        except HrparkError as error:
            messages.warning(request, f"审查记录已登记，但扫描件没有保存，暂不计分：{error.message}")
        return made

    return handle(
        request, ReviewForm, act=act, then=lambda _: here, title="登记公平竞争审查记录", submit="登记审查记录", done="审查记录已登记。", back=here,
        lead="附有审查记录之后，注册、纳税、社保、统计关系在本区（4.3.1.3 g）才计入优先条件的分值。",
    )  # fmt: skip


@page(RULES, door="desk")
@require_http_methods(FORM_METHODS)
def review_paper(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The paper of a record that has none yet."""
    review = fair_reviews(request.standing, park).filter(pk=pk).first()
    if review is None:
        raise NotFound()
    here = reverse("desk-admission-rules", kwargs={"park": park.slug})

    class PaperForm(Form):
        paper = File(label="审查记录扫描件", kinds=("pdf", "jpg", "jpeg", "png"))

    return handle(
        request, PaperForm, title="上传审查记录扫描件", submit="上传扫描件", done="扫描件已上传。", then=lambda _: here, back=here, lead=review.number,
        act=lambda form: attach(
            actor=request.user, at=request.at, key=deed_key(request), to=review, file=form.cleaned_data["paper"], park=park,
            label="公平竞争审查记录", field="paper",
        ),
    )  # fmt: skip
