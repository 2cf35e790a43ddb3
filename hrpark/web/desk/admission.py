"""Applications at the operator's desk: the list, the record with its verdicts, looking at papers and credit, overriding (4.3.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts.kinds import ROLES
from hrpark.accounts.models import Park
from hrpark.admission import actions, permissions
from hrpark.admission.models import Application, Judgement, Outcome
from hrpark.admission.queries import (
    Declared,
    candidate_of,
    facts_since,
    form_for,
    handed_in_for,
    may_speak_for,
    needs_minutes,
    rounds_of,
    waiting_membership,
    would_change,
)
from hrpark.cases.queries import handlers
from hrpark.documents.kinds import ADMISSION_DECISION, AGREEMENT, PLEDGE
from hrpark.institutions.models import CreditSource
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import Conflict, NotFound, Refused
from hrpark.web import applications, clock, licences, requests
from hrpark.web.applications import Applications
from hrpark.web.filters import Choice
from hrpark.web.forms import Day, Form, Group, handle
from hrpark.web.jinja import url
from hrpark.web.lists import Column, View, register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place

from .cases import Act, acts_of, case_panels

READ, HANDLE, DECIDE = permissions.READ, permissions.HANDLE, permissions.DECIDE
FORM_METHODS = ["GET", "HEAD", "POST"]


# ---------------------------------------------------------------- the list


def _handlers(standing: Any, park: Park | None) -> dict[str, str]:
    return {str(p.pk): p.name for p in handlers("admission", park, clock.today())} if park else {}


class AdmissionList(Applications):
    """Every application that was handed in, with who works on it."""

    key, door, view, record = "admissions", "desk", "desk-admissions", "desk-admission"
    columns = (
        *(replace(c, shown=c.shown and c.key != "outcome") for c in Applications.columns), Column("handler", "经办人", "case__handler__name", sort=True),
        Column("applicant", "申请人", "case__applicant__name", shown=False),
    )  # fmt: skip
    filters = (*Applications.filters, Choice("handler", "经办人", "case__handler", choices=_handlers))
    views = (
        View("待初审", "state=submitted"), View("待决定", "state=checked"), View("补正中", "state=correcting"), View("待签协议", "state=admitted"),
        View("已决定", "decided=1"), View("已逾期", "late=1"),
    )  # fmt: skip
    order = ("-open", "case__due_at")
    empty_text = "机构在园区门户提交申请后，会出现在这里；时限从收件次日起算。"


ADMISSIONS = register(AdmissionList())
place("desk", "admission", "入驻申请", "desk-admissions", READ, order=10)


@page(READ, door="desk")
@require_list
def admissions(request: HttpRequest, park: Park) -> HttpResponse:
    return ADMISSIONS.respond(request, park)


# ---------------------------------------------------------------- one application


def here(application: Application, deed: str = "", **more: Any) -> str:
    name = f"desk-admission-{deed}" if deed else "desk-admission"
    return url(name, park=application.park.slug, pk=application.pk, **more)


def _acts(request: HttpRequest, application: Application) -> tuple[list[Act], list[Act]]:
    """The deeds of the next step, and the further ones: the engine's, and what admission adds; what is not allowed says why."""
    case, standing, park_id = application.case, request.standing, application.park_id
    if not standing.may(HANDLE, park_id):
        return [], []
    first, more = acts_of(request, case, True)
    told = [replace(act, kind="") for act in first if act.key != "return"]
    state, label = case.state, applications.KIND.state(case.state).label
    decides = "" if standing.may(DECIDE, park_id) else "您的角色不能作出决定"

    def one(deed: str, title: str, icon: str, refusal: str = "", style: str = "main") -> Act:
        return Act(title, here(application, deed), style, icon, refusal, deed)

    main = [act for act in first if act.key == "return"]
    if state == "correcting":
        main = [Act("退回补正", "", icon="arrow-back-up", refusal="已退回，等申请人提交")]
    if state in ("submitted", "correcting"):
        main.append(
            one("first", "完成初审", "clipboard-check", "" if state == "submitted" else "申请人正在补正，提交后才能初审")
        )
    if state in ("submitted", "correcting", "checked"):
        waits = {"submitted": "先完成初审", "correcting": "申请人正在补正，提交后才能决定", "checked": ""}[state]
        main.append(one("decide", "作出决定", "gavel", waits or decides, "main" if state == "checked" else ""))
    if state == "admitted":
        unknown = "" if may_speak_for(application) else "申请人身份还没有核验"
        if not application.institution.uscc:
            unknown = "机构还没有统一社会信用代码，先核对营业执照（见入驻条件）"
        main.append(one("sign", "登记入驻协议", "edit", unknown if not decides else "您的角色不能签订协议"))
    closed = "" if state in actions.WORKED_ON else f"本件已是“{label}”"
    looks = [
        one("credit", "登记信用核查", "shield-check", closed, ""), one("papers", "核对材料原件", "clipboard-check", closed, ""),
    ]  # fmt: skip
    if not told:
        told = [Act("答复申请人", "", icon="send", refusal=f"本件目前是“{label}”")]
    return main, [*looks, *told, *more]


@page(READ, door="desk")
@require_safe
@cites("4.3.1.1", "4.3.1.3", label="入驻申请逐条核对")
def admission(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The record: next step on top, verdict a letter with its evidence, documents, what happened."""
    application = handed_in_for(request.standing, pk, park)
    works = request.standing.may(HANDLE, park.pk)
    main, more = _acts(request, application)
    working = application.case.state in actions.WORKED_ON
    found = applications.officers_panels(application, request.today, "desk")
    issued = {d.template for d in found["issued"] if d.withdrawn_at is None}
    due = [
        (template, label)
        for template, label, there in (
            (ADMISSION_DECISION, "入驻决定通知书", found["decision"]), (AGREEMENT, "入驻协议", found["agreement"]),
            (PLEDGE, "入园承诺书", found["agreement"]),
        )
        if there and template not in issued
    ]  # fmt: skip
    context = case_panels(request, application.case, works) | found | {
        "title": application.institution.name, "tab": request.GET.get("tab", ""), "main": main, "more": more,
        "crumb": ("入驻申请", url("desk-admissions", park=park.slug)), "decides": request.standing.may(DECIDE, park.pk),
        "would": would_change(application, request.at) if works and working else (), "minutes": working and needs_minutes(park),
        "checks": candidate_of(application, request.today).checks if working else (),
        "declared": Declared.of(application) if working else None, "waiting": waiting_membership(application),
        "reads": licences.reads_of(application.case, application.case.data),
        "roles": {r.key: r.label for r in ROLES}, "due": due if works else [],
        "override": (lambda line: here(application, "override", judgement=line.judgement.pk)) if works and working else None,
        "url_of": lambda deed: here(application, deed),
        "drop": lambda paper, deed: url(f"desk-admission-basis-{deed}", park=park.slug, pk=paper.pk),
    }  # fmt: skip
    return render(request, "desk/admission.html", context)


# ---------------------------------------------------------------- small deeds


def about(request: HttpRequest, application: Application) -> dict[str, Any]:
    return {"actor": request.user, "at": request.at, "key": deed_key(request), "application": application}


def deed_form(
    request: HttpRequest, application: Application, make: Any, *, act: Any, title: str, submit: str, done: str, draft: str = "", **more: Any
) -> HttpResponse:  # fmt: skip
    """A page with one form about an application; back to its record."""
    back = here(application)
    return handle(
        request, make, act=act, then=lambda _: back, title=title, submit=submit, done=done, back=back,
        lead=f"{application.institution.name}，受理编号 {application.case.number}",
        draft=f"admission.{draft}:{application.pk}" if draft else "", template="desk/admission_form.html", a=application, **more,
    )  # fmt: skip


class BasisForm(Form):
    basis = forms.CharField(
        label="核验依据", max_length=200, help_text="例如“授权委托书原件，2026年3月2日收到”。不要填写证件号码。"
    )


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def verify_applicant(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    application = handed_in_for(request.standing, pk, park)
    if waiting_membership(application) is None:
        messages.info(request, "申请人的身份已经核验。")
        return HttpResponseRedirect(here(application))
    return deed_form(
        request, application, BasisForm, title="核验申请人身份", submit="核验通过", done="已核验，申请人现在可以代表机构办理业务。",
        act=lambda form: actions.verify_applicant(**about(request, application), basis=form.cleaned_data["basis"]),
    )  # fmt: skip


def _at_once(request: HttpRequest, application: Application, act: Any, done: str) -> HttpResponse:
    """A deed by one click: done and told, or refused and told why."""
    try:
        act()
        messages.success(request, done)
    except (Refused, Conflict) as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(here(application))


def _at_once(request: HttpRequest, application: Application, act: Any, done: str) -> HttpResponse:
    """A deed by one click: done and told, or refused and told why."""
    try:
        act()
        messages.success(request, done)
    except (Refused, Conflict) as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(here(application))


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def judge(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """What judging anew would change, and because of which fact; then it is judged."""
    application = handed_in_for(request.standing, pk, park)
    if request.method == "POST":
        return _at_once(
            request, application, lambda: actions.judge(**about(request, application)), "已按规则重新核对，结论如下。"
        )
    if application.case.state not in actions.WORKED_ON:
        return HttpResponseRedirect(here(application))
    context = {
        "title": "重新核对会变什么", "park": park, "a": application, "would": would_change(application, request.at), "shade": applications.shade,
        "clause_url": applications.clause_url, "facts": facts_since(application), "back": here(application), "act": here(application, "judge"),
        "last": application.judgements.filter(round=application.round).first(),
    }  # fmt: skip
    return render(request, "desk/admission_judge.html", context)


@page(READ, door="desk")
@require_safe
def rounds(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """Every round of verdicts and in what it differs from the one before."""
    application = handed_in_for(request.standing, pk, park)
    context = {
        "title": "历次核对", "park": park, "a": application, "rounds": rounds_of(application), "shade": applications.shade,
        "clause_url": applications.clause_url, "back": here(application),
    }  # fmt: skip
    return render(request, "desk/admission_rounds.html", context)


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
        lambda: actions.issue_paper(**about(request, application), template=template),
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
    return deed_form(
        request, application, lambda data=None, files=None, initial=None: CreditForm(data, initial={"on": request.today, **(initial or {})}),
        title="登记信用核查", submit="登记核查结果", done="核查结果已登记，结论已重新核对。", draft="credit",
        act=lambda form: actions.check_credit(**about(request, application), on=form.cleaned_data["on"], results=form.results()),
    )  # fmt: skip


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def papers(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """What was declared and not yet seen in the original: what is ticked goes into the dossier, verified."""
    application = handed_in_for(request.standing, pk, park)
    declared = Declared.of(application)
    if declared.empty:
        messages.info(request, "申报的许可、人员和证明都已核对过。")
        return HttpResponseRedirect(here(application))

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
        return actions.confirm_papers(**about(request, application), basis=given["basis"], **chosen)

    return deed_form(
        request, application, PapersForm, title="核对材料原件", submit="确认已核对", done="已记入机构档案，结论已重新核对。", act=act,
        papers=requests.papers_of(
            application.case, form_for(application, request.today), application.case.data, request.standing, request.today
        ),
    )  # fmt: skip


def _span(one: Any) -> str:
    return f"{one.permit.valid_from or '—'} 至 {one.permit.valid_to or '未印有效期'}"


# ---------------------------------------------------------------- overriding


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
    return deed_form(
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
