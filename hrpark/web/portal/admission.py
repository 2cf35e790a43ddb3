"""Applying for admission, for anybody: what it takes, the form in steps, where an application stands (4.3.1, 6.1.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts.models import Park
from hrpark.accounts.queries import kept_draft
from hrpark.admission.actions import ROLES, NeedsApproval, ask_to_join, begin_application, submit
from hrpark.admission.models import Application
from hrpark.admission.queries import form_for, item_for, own_application_for, own_applications
from hrpark.admission.rules import rules_on
from hrpark.cases.queries import form_of
from hrpark.cases.rules import Form as ItemSpec
from hrpark.cases.rules import questions, shown, supposed, wanted
from hrpark.documents.rules.licences import KINDS
from hrpark.institutions.models import SupportingKind
from hrpark.standard.kinds import cites
from hrpark.web import applications, asking, licences, requests
from hrpark.web.forms import Form, Group, Step, draft_data, handle, walk
from hrpark.web.item_form import answers_of, maker, rows_in
from hrpark.web.jinja import url
from hrpark.web.pages import deed_key, page
from hrpark.web.subjects import page_of

page_of(
    "application",
    portal="portal-application",
    desk="desk-admission",
    tenant="tenant-application",
    authority="authority-admission",
)


def _draft(application: Application) -> str:
    return f"admission:{application.pk}"


# ---------------------------------------------------------------- what it takes


@page(door="public")
@require_safe
@cites("4.3.1", label="入驻条件与办事指南公开")
def apply(request: HttpRequest, park: Park) -> HttpResponse:
    """What an application takes: who can, by which clause, with which documents, how long it lasts."""
    item = item_for(park, request.today)
    found = rules_on(request.today)
    context = {
        "title": item.title, "park": park, "item": item, "words": [p for p in item.words.split("\n") if p.strip()],
        "promise": requests.promise_of(item), "entry": [r for r in found if r.kind == "entry"],
        "priority": [r for r in found if r.kind == "priority"], "clause_url": applications.clause_url,
        "materials": form_of(item).materials,
        "mine": [(a, requests.status_of(a.case)) for a in own_applications(request.standing, park)[:5]],
    }  # fmt: skip
    return render(request, "portal/admission.html", context)


@page(door="public")
@require_safe
@cites("4.3.1", label="申请材料清单（按情况列出）")
def checklist(request: HttpRequest, park: Park) -> HttpResponse:
    """Which documents it takes, by what an applicant would declare: asked before anything is typed or uploaded, kept nowhere."""
    spec = form_of(item_for(park, request.today))
    make = maker(questions(spec), today=request.today, about={}, rows={}, together=True)
    asked = make(data=request.GET) if request.GET else make(initial={"kind": "agency"})
    found = wanted(spec.materials, supposed(spec, asked.typed())) if request.GET and asked.is_valid() else None
    context = {
        "title": "要交哪些材料",
        "park": park,
        "form": asked,
        "found": found,
        "back": url("portal-apply", park=park.slug),
    }
    return render(request, "portal/checklist.html", context)


# ---------------------------------------------------------------- beginning


class BeginForm(Form):
    groups = (
        Group(
            "申请机构",
            ("kind", "supporting_kind", "situation", "name", "uscc", "uscc_reason"),
            "以营业执照为准；筹建中的，以申报的企业名称为准。",
        ),
        Group("您的身份", ("role",), "提交后由园区核对授权委托书；核验之前，您只能看到自己填写的内容。"),
    )
    kind = forms.ChoiceField(
        label="机构类别", choices=[("agency", "人力资源服务机构"), ("supporting", "配套服务机构（法律、金融、财税等）")],
        widget=forms.RadioSelect, initial="agency",
    )  # fmt: skip
    supporting_kind = forms.ChoiceField(
        label="配套服务类型", choices=[("", "请选择"), *SupportingKind.choices], required=False, help_text="配套服务机构填写。"
    )
    situation = forms.ChoiceField(
        label="登记情况", choices=[("registered", "已取得营业执照"), ("forming", "筹建中，尚未取得营业执照")],
        widget=forms.RadioSelect, initial="registered",
    )  # fmt: skip
    name = forms.CharField(label="机构名称", max_length=120)
    uscc = forms.CharField(
        label="统一社会信用代码",
        max_length=40,
        required=False,
        help_text="18 位，由数字和大写字母组成；筹建中的不填。",
        widget=forms.TextInput(attrs={"class": "w-20"}),
    )
    uscc_reason = forms.CharField(
        label="代码校验不符的说明", max_length=200, required=False, help_text="代码与营业执照一致、但提示校验不符时填写。"
    )
    role = forms.ChoiceField(label="您在该机构的身份", choices=list(ROLES.items()), widget=forms.RadioSelect, initial="clerk")


@page(door="person")
@require_http_methods(["GET", "HEAD", "POST"])
def apply_new(request: HttpRequest, park: Park) -> HttpResponse:
    """Who applies. A body that has verified people is not joined silently: the form then offers to ask them."""

    def act(form: BeginForm) -> Any:
        given = form.cleaned_data
        by = {"actor": request.user, "at": request.at, "key": deed_key(request), "park": park}
        if "join" in request.POST:
            return ask_to_join(**by, uscc=given["uscc"], uscc_reason=given["uscc_reason"], role=given["role"])
        try:
            return begin_application(**by, **given)
        except NeedsApproval:
            form.may_ask = True
            raise

    def then(made: Any) -> str:
        if isinstance(made, Application):
            return url("portal-application-form", park=park.slug, pk=made.pk)
        return url("portal-apply", park=park.slug)

    def done(made: Any) -> str:
        if isinstance(made, Application):
            return "已建立申请草稿，请逐步填写；填写的内容会自动保存。"
        return "已提出加入申请。单位负责人或园区核验后，您会收到通知，再回到这里办理。"

    return handle(
        request, BeginForm, act=act, then=then, done=done, title="申请入驻", submit="开始填写", draft=f"admission.begin:{park.pk}",
        back=url("portal-apply", park=park.slug), template="portal/admission_begin.html", park=park,
    )  # fmt: skip


# ---------------------------------------------------------------- the form in steps


@page(door="person")
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The long form of a draft: steps, documents, and a page to check everything before it is handed in."""
    application = own_application_for(request.standing, pk, park)
    here = url("portal-application", park=park.slug, pk=pk)
    if application.case.state != "draft":
        return HttpResponseRedirect(here)
    spec, draft = form_for(application, request.today), _draft(application)
    steps, typed = _steps(request, application, spec, draft)

    def act(forms_by: dict[str, Any]) -> Application:
        data: dict[str, Any] = {}
        for one in forms_by.values():
            data |= one.typed()
        return submit(actor=request.user, at=request.at, key=deed_key(request), application=application, data=data)

    def done_then(made: Application) -> str:
        messages.success(request, f"已提交，受理编号 {made.case.number}。{requests.promise_of(made.case.item)}。")
        return here

    reads = licences.reads_of(application.case, {**application.case.data, **typed})
    boxes = licences.proposed(reads)
    steps = [replace(step, make=licences.marked(step.make, boxes)) for step in steps] if boxes else steps
    papers = requests.papers_of(application.case, spec, {**application.case.data, **typed}, request.standing, request.today)
    fixed = answers_of([f for f in shown(spec.fields, application.case.data) if f.fixed], application.case.data)
    return walk(
        request, steps, draft=draft, act=act, then=done_then, title=application.case.title, submit="提交申请", back=url("portal-apply", park=park.slug),
        template="portal/admission_form.html", park=park, application=application, papers=papers, fixed=fixed,
        tables={s.key for s in steps if any(f.type == "rows" for f in spec.group(s.title))},
        missing=[p for p in papers if p.missing], upload=url("portal-application-files", park=park.slug, pk=pk),
        initial={name: found.value for name, found in boxes.items()}, reads=reads, readable=_to_read(papers),
    )  # fmt: skip


def _to_read(papers: list[Any]) -> list[Any]:
    """Licences of which a photograph would fill in the form, and none was handed in yet."""
    return [p for p in papers if p.material.key in KINDS and not p.files] if licences.readable() else []


def _steps(request: HttpRequest, application: Application, spec: ItemSpec, draft: str) -> tuple[list[Step], dict[str, Any]]:
    """The groups that apply to this applicant, and what has been typed into them so far."""
    data, typed, steps = application.case.data, {}, []
    for number, group in enumerate(spec.groups, 1):
        fields = [f for f in shown(spec.group(group), data) if not f.fixed]
        if not fields:
            continue
        key = f"s{number}"
        kept = kept_draft(request.user, f"{draft}#{key}")
        body = kept.body if kept else {}
        make = maker(fields, today=request.today, about=data, rows=rows_in(body, [f for f in fields if f.type == "rows"]))
        steps.append(Step(key, group, make))
        if body:
            filled = make(data=draft_data(body))
            filled.is_valid()
            typed |= filled.typed()
    return steps, typed


# ---------------------------------------------------------------- documents


@page(door="person")
@require_POST
def files(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    answer = asking.files(request, park, applications.PORTAL, pk)
    case = own_application_for(request.standing, pk, park).case
    if case.received_at is None:
        licences.ask(request, case, {m.title: m.key for m in form_of(case.item).materials if m.key in KINDS})
    return answer


# ---------------------------------------------------------------- where it stands


@page(door="person")
@require_safe
def application(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """Where it stands, who has the ball, until when; every verdict in plain words."""
    return applications.own_record(request, park, applications.PORTAL, own_application_for(request.standing, pk, park))


@page(door="person")
@require_safe
def agreement(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The agreement to be signed, as a draft."""
    return applications.draft_agreement_file(own_application_for(request.standing, pk, park), request.at)


@page(door="person")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return asking.answer(request, park, applications.PORTAL, pk)


@page(door="person")
@require_POST
def take_back(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The application is withdrawn; a draft of it goes, too."""
    return asking.take_back(request, park, applications.PORTAL, pk)
