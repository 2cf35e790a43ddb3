"""The rules of admission at the desk: in words, with their numbers; the records of fair-competition review (4.3.1.3 g), and the
park's own assessments of agencies (4.3.1.3 f)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Park
from hrpark.admission import actions, permissions
from hrpark.admission.models import PotentialKind, PotentialReview
from hrpark.admission.queries import fair_reviews, potential_review_for, potential_reviews_in
from hrpark.admission.rules import rules_on
from hrpark.files.actions import attach
from hrpark.files.queries import attachments_by_subject, attachments_of
from hrpark.institutions.models import Institution
from hrpark.institutions.queries import institutions_in
from hrpark.standard.kinds import cites
from hrpark.standard.queries import parameters
from hrpark.toolbox.errors import HrparkError, NotFound
from hrpark.trail.queries import timeline
from hrpark.web import applications
from hrpark.web.filters import Choice, Days, YesNo
from hrpark.web.forms import Day, File, Form, Group, handle
from hrpark.web.jinja import url
from hrpark.web.lists import Column, List, Main, register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place
from hrpark.web.subjects import address, page_of

READ, DECIDE, RULES = permissions.READ, permissions.DECIDE, permissions.RULES
FORM_METHODS = ["GET", "HEAD", "POST"]
SCAN = ("pdf", "jpg", "jpeg", "png")
place("desk", "admission", "入驻规则", "desk-admission-rules", READ, order=20)
page_of("potential_review", desk="desk-potential")


# ---------------------------------------------------------------- rules and fair-competition review


class ReviewForm(Form):
    number = forms.CharField(label="文号或编号", max_length=80)
    reviewed_by = forms.CharField(label="审查单位", max_length=120)
    reviewed_on = Day(label="审查日期")
    valid_to = Day(label="有效期止", required=False, help_text="没有写明的可以不填。")
    conclusion = forms.CharField(label="审查结论", widget=forms.Textarea, max_length=1000)
    paper = File(label="审查记录扫描件", kinds=SCAN)


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
    here = url("desk-admission-rules", park=park.slug)

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
    here = url("desk-admission-rules", park=park.slug)

    class PaperForm(Form):
        paper = File(label="审查记录扫描件", kinds=SCAN)

    return handle(
        request, PaperForm, title="上传审查记录扫描件", submit="上传扫描件", done="扫描件已上传。", then=lambda _: here, back=here, lead=review.number,
        act=lambda form: attach(
            actor=request.user, at=request.at, key=deed_key(request), to=review, file=form.cleaned_data["paper"], park=park,
            label="公平竞争审查记录", field="paper",
        ),
    )  # fmt: skip


# ---------------------------------------------------------------- the park's own assessments


class Potentials(List):
    """Every assessment of the park."""

    key, title, noun = "potentials", "成长潜力评估", "项"
    door, view, permission, record = "desk", "desk-potentials", READ, "desk-potential"
    columns = (
        Column("name", "机构", "institution__name", sort=True),
        Column(
            "recognised",
            "结果",
            "recognised",
            kind="state",
            states={True: ("done", "认定"), False: ("off", "未认定")},
            sort=True,
        ),
        Column("kind", "评估类别", labels=dict(PotentialKind.choices), sort=True),
        Column("assessed_on", "评估日期", kind="date", sort=True),
        Column("valid_to", "有效期止", kind="date", sort=True),
        Column("number", "编号", kind="code", sort=True),
    )
    filters = (
        Choice("kind", "评估类别", choices=PotentialKind),
        YesNo("recognised", "结果", yes="认定", no="未认定"),
        Days("assessed_on", "评估日期"),
    )
    main = Main("登记评估", "desk-potential-new", DECIDE)
    search = ("institution__name__icontains", "number__icontains")
    search_hint = "搜索机构、编号"
    order = ("-assessed_on",)
    empty_title, empty_icon = "还没有评估记录", "star"
    empty_text = (
        "园区评估认定的高潜力、成长型、创新型机构，是优先条件 f）项的依据；登记评估组、标准、结论和有效期，并附评估记录。"
    )

    def rows(self, standing, park):
        return potential_reviews_in(standing, park)


POTENTIALS = register(Potentials())
place("desk", "admission", "成长潜力评估", "desk-potentials", READ, order=30)


@page(READ, door="desk")
@require_list
def potentials(request: HttpRequest, park: Park) -> HttpResponse:
    return POTENTIALS.respond(request, park)


@page(READ, door="desk")
@require_safe
def potential(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """One assessment: panel, criteria, result, validity, its papers."""
    found = potential_review_for(request.standing, pk, park)
    context = {
        "title": f"{found.institution.name}：{found.get_kind_display()}评估", "park": park, "one": found, "today": request.today,
        "files": list(attachments_of("potential_review", found.pk)), "lines": timeline("potential_review", found.pk),
        "dossier": address("institution", found.institution_id, park=park.slug, door="desk"),
        "may": request.standing.may(DECIDE, park.pk),
    }  # fmt: skip
    return render(request, "desk/potential.html", context)


def _panel(text: str) -> list[tuple[str, str]]:
    """A line a person: name, then post."""
    lines = [line.replace("，", " ").replace(",", " ").split(maxsplit=1) for line in text.splitlines() if line.strip()]
    return [(one[0], one[1] if len(one) > 1 else "") for one in lines]


def potential_form(people: dict[str, Institution]) -> type[Form]:
    class PotentialForm(Form):
        groups = (
            Group("评估对象", ("institution", "kind")),
            Group("评估", ("assessed_on", "panel", "criteria")),
            Group(
                "结果",
                ("recognised", "conclusion", "valid_to", "scan"),
                "附了评估记录、在有效期内的认定，才计入优先条件 f）项。",
            ),
        )
        institution = forms.ChoiceField(
            label="机构", choices=[("", "请选择"), *((key, one.name) for key, one in people.items())]
        )
        kind = forms.ChoiceField(
            label="评估类别", choices=PotentialKind.choices, widget=forms.RadioSelect(attrs={"data-inline": "1"})
        )
        assessed_on = Day(label="评估日期")
        panel = forms.CharField(
            label="评估组成员",
            widget=forms.Textarea,
            max_length=2000,
            help_text="每行一人，先姓名后职务，例如“陈志远 运营总监”。",
        )
        criteria = forms.CharField(
            label="评估标准", widget=forms.Textarea, max_length=2000, help_text="依据的办法、指标和分数线。"
        )
        recognised = forms.ChoiceField(label="结果", widget=forms.RadioSelect, choices=[("yes", "认定"), ("no", "不认定")])
        conclusion = forms.CharField(label="评估结论", widget=forms.Textarea, max_length=2000)
        valid_to = Day(label="有效期止", required=False, help_text="认定的填写。")
        scan = File(label="评估记录扫描件", kinds=SCAN, required=False, help_text="可以以后补传；没有扫描件的不计入。")

    return PotentialForm


def _attach(request: HttpRequest, review: PotentialReview, scan: Any) -> Any:
    return attach(
        actor=request.user,
        at=request.at,
        key=deed_key(request),
        to=review,
        file=scan,
        park=review.park,
        label="评估记录",
        field="scan",
    )


@page(DECIDE, door="desk")
@require_http_methods(FORM_METHODS)
@cites("4.3.1.3-f", label="高潜力、成长型、创新型机构评估登记")
def potential_new(request: HttpRequest, park: Park) -> HttpResponse:
    people = {str(one.pk): one for one in institutions_in(request.standing, park).filter(kind="agency").order_by("name", "pk")}

    def act(form: Form) -> PotentialReview:
        given = dict(form.cleaned_data)
        scan, panel = given.pop("scan"), _panel(given.pop("panel"))
        review = actions.record_potential_review(
            actor=request.user, at=request.at, key=deed_key(request), institution=people[given.pop("institution")], panel=panel,
            recognised=given.pop("recognised") == "yes", **given,
        )  # fmt: skip
        if scan is not None:
            try:
                _attach(request, review, scan)
            except HrparkError as error:
                messages.warning(request, f"评估已登记，但扫描件没有保存，暂不计入：{error.message}")
        return review

    return handle(
        request, potential_form(people), act=act, then=lambda made: url("desk-potential", park=park.slug, pk=made.pk), title="登记成长潜力评估",
        submit="登记评估", done="评估已登记。办理中的申请重新核对后计入。", back=url("desk-potentials", park=park.slug), draft=f"potential:{park.pk}",
    )  # fmt: skip


@page(DECIDE, door="desk")
@require_http_methods(FORM_METHODS)
def potential_scan(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """Another paper of an assessment, or the first where it has none."""
    found = potential_review_for(request.standing, pk, park)
    back = url("desk-potential", park=park.slug, pk=pk)

    class ScanForm(Form):
        scan = File(label="评估记录扫描件", kinds=SCAN)

    return handle(
        request, ScanForm, title="上传评估记录", submit="上传扫描件", done="扫描件已上传。", then=lambda _: back, back=back, lead=found.number,
        act=lambda form: _attach(request, found, form.cleaned_data["scan"]),
    )  # fmt: skip
