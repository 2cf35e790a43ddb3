"""What a desk sets up for its requests: items, duties, templates of answers, score forms; handing over; low ratings (5.3, 6.2.2)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts.models import Park, Person
from hrpark.cases import actions, permissions
from hrpark.cases.kinds import KINDS
from hrpark.cases.models import AnswerTemplate, Duty, FollowUp, FollowUpResult, ScoreForm
from hrpark.cases.queries import duties as on_duty_now
from hrpark.cases.queries import handlers, inbox, item_in_force, kind_of, open_cases_of, score_form_in_force
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import HrparkError, NotFound
from hrpark.web import case_figures, requests
from hrpark.web.case_figures import kind_here, readable
from hrpark.web.filters import Choice, YesNo
from hrpark.web.forms import Day, Form, Group, Number, Whole, handle
from hrpark.web.jinja import url
from hrpark.web.lists import Column, List, View, register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place
from hrpark.web.subjects import page_of

READ, HANDLE, OVERSEE, ITEMS_EDIT = permissions.READ, permissions.HANDLE, permissions.OVERSEE, permissions.ITEMS_EDIT
FORM_METHODS = ["GET", "HEAD", "POST"]

page_of("follow_up", desk="desk-follow-up")


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": request.user, "at": request.at, "key": deed_key(request)}


# ---------------------------------------------------------------- figures

place("desk", "services", "办件统计", "desk-case-figures", READ, order=30)


@page(READ, door="desk")
@require_safe
@cites("7", label="需求响应率、按时率、评价的年度统计")
def figures(request: HttpRequest, park: Park) -> HttpResponse:
    return case_figures.show(request, park, list_view="desk-cases", crumb=("办件", url("desk-cases", park=park.slug)))


# ---------------------------------------------------------------- low ratings


class FollowUps(List):
    """Low ratings, the open ones first."""

    key, title, noun = "follow-ups", "差评回访", "件"
    door, view, permission, record = "desk", "desk-follow-ups", READ, "desk-follow-up"
    columns = (
        Column("title", "办件", "rating__case__title"),
        Column("degree", "评价", "rating__degree", labels=requests.DEGREE_WORDS, sort=True),
        Column("due", "回访期限", "due_at", kind="date", sort=True),
        Column("number", "受理编号", "rating__case__number", kind="code"),
        Column("handler", "经办人", "rating__case__handler__name"),
        Column("result", "回访结果", labels=dict(FollowUpResult.choices)),
        Column("done", "回访时间", "done_at", kind="moment", sort=True),
    )
    filters = (
        YesNo("open", "是否回访", yes="待回访", no="已回访", where=Q(done_at=None)),
        Choice("result", "回访结果", choices=FollowUpResult),
    )
    views = (View("待回访", "open=1"),)
    search = ("rating__case__title__icontains", "rating__case__number__icontains")
    search_hint = "搜索标题、受理编号"
    order = ("due_at",)
    empty_title, empty_icon = "没有差评", "star"
    empty_text = "申请人评价为不满意或非常不满意的，会出现在这里，由经办人以外的人员回访。"

    def rows(self, standing, park):
        return FollowUp.objects.filter(park=park, rating__case__in=inbox(standing, park).order_by().values("pk"))


FOLLOW_UPS = register(FollowUps())
place("desk", "services", "差评回访", "desk-follow-ups", READ, order=20)


@page(READ, door="desk")
@require_list
def follow_ups(request: HttpRequest, park: Park) -> HttpResponse:
    return FOLLOW_UPS.respond(request, park)


@page(READ, door="desk")
@require_http_methods(FORM_METHODS)
def follow_up(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """What the applicant said, and the result of calling them back; registered once, never by whom it is about."""
    found = (
        FOLLOW_UPS.rows(request.standing, park)
        .select_related("rating__case__item", "rating__case__handler", "done_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound()
    case = found.rating.case
    reopens = any(m.reopens for m in kind_of(case).moves_from(case.state, "desk"))

    class ResultForm(Form):
        result = forms.ChoiceField(
            label="回访结果", widget=forms.RadioSelect,
            choices=[(v, says) for v, says in FollowUpResult.choices if v != FollowUpResult.REOPENED or reopens],
        )  # fmt: skip
        note = forms.CharField(
            label="回访记录", widget=forms.Textarea, max_length=2000, help_text="联系了谁、说了什么、做了什么。"
        )

    here = url("desk-follow-ups", park=park.slug)
    may = request.standing.may(HANDLE, park.pk)
    why = "" if may else "您的角色不能登记回访结果"
    if request.user.pk == case.handler_id:
        why = "差评回访由经办人以外的人员进行"
    if found.done_at is not None:
        why = "已经登记回访结果"
    return handle(
        request, ResultForm, title="差评回访", submit="登记回访结果", done="回访结果已登记。", then=lambda _: here, back=here, draft=f"follow-up:{pk}",
        template="desk/follow_up.html", f=found, case=case, degree=requests.DEGREE_WORDS[found.rating.degree], refusal=why,
        act=lambda form: actions.follow_up(**_by(request), follow_up=found, **form.cleaned_data),
    )  # fmt: skip


# ---------------------------------------------------------------- duties and handing over

place("desk", "settings", "受理分工", "desk-duties", OVERSEE, order=60)


@page(OVERSEE, door="desk")
@require_http_methods(FORM_METHODS)
def duties(request: HttpRequest, park: Park) -> HttpResponse:
    """Who takes new requests of each kind; of several the one with the fewest open ones."""
    kinds = [KINDS.get(key) for key in readable(request.standing, park)]
    able = {kind.key: {str(p.pk): p for p in handlers(kind.key, park, request.today)} for kind in kinds}
    people = {key: p for some in able.values() for key, p in some.items()}

    class DutyForm(Form):
        kind = forms.ChoiceField(label="种类", choices=[("", "请选择"), *((k.key, k.label) for k in kinds)])
        person = forms.ChoiceField(label="受理人", choices=[("", "请选择"), *((key, p.name) for key, p in people.items())])

    here = url("desk-duties", park=park.slug)
    now = list(on_duty_now(park))
    return handle(
        request, DutyForm, title="受理分工", submit="安排受理人", done="已安排，新收的办件由其受理。", then=lambda _: here, template="desk/duties.html",
        rows=[(kind, item_in_force(kind.key, park, request.today).desk, [d for d in now if d.kind == kind.key]) for kind in kinds],
        act=lambda form: actions.begin_duty(
            **_by(request), park=park, kind=form.cleaned_data["kind"], person=people[form.cleaned_data["person"]]
        ),
    )  # fmt: skip


@page(OVERSEE, door="desk")
@require_POST
def duty_end(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    duty = Duty.objects.filter(park=park, pk=pk, kind__in=readable(request.standing, park)).first()
    if duty is None:
        raise NotFound()
    actions.end_duty(**_by(request), duty=duty)
    messages.success(request, "已结束，手头的办件仍由其办理；需要交出的请办移交。")
    return HttpResponseRedirect(url("desk-duties", park=park.slug))


@page(OVERSEE, door="desk")
@require_http_methods(FORM_METHODS)
def hand_over(request: HttpRequest, park: Park) -> HttpResponse:
    """Everything open of one colleague goes to another."""
    takers = {str(p.pk): p for p in handlers("general", park, request.today)}
    with_open = (
        inbox(request.standing, park).order_by().filter(closed_at=None, handler__isnull=False).values_list("handler", flat=True)
    )
    givers = {str(p.pk): p for p in Person.objects.filter(pk__in=with_open.distinct()).order_by("name")}

    class HandOverForm(Form):
        giver = forms.ChoiceField(
            label="移交人", choices=[("", "请选择"), *((k, f"{p.name}（{open_cases_of(p, park, giver=request.user).count()} 件）") for k, p in givers.items())],
            help_text="手头有未办结办件的人员，包括已不在岗的。",
        )  # fmt: skip
        taker = forms.ChoiceField(label="接收人", choices=[("", "请选择"), *((k, p.name) for k, p in takers.items())])
        note = forms.CharField(label="原因和需要交代的事", widget=forms.Textarea, max_length=300)

    here = url("desk-cases", park=park.slug)

    def act(form: HandOverForm) -> Person:
        given = form.cleaned_data
        return actions.hand_over(
            **_by(request), park=park, giver=givers[given["giver"]], taker=takers[given["taker"]], note=given["note"]
        )

    return handle(
        request, HandOverForm, title="移交办件", submit="全部移交", done="已移交，接收人会收到通知。", then=lambda _: here, back=url("desk-duties", park=park.slug),
        act=act, lead="移交人手头未办结的全部办件一次转给接收人；时限不变。", draft=f"hand-over:{park.pk}",
    )  # fmt: skip


# ---------------------------------------------------------------- templates of answers

place("desk", "settings", "答复模板", "desk-templates", HANDLE, order=62)


@page(HANDLE, door="desk")
@require_safe
def templates(request: HttpRequest, park: Park) -> HttpResponse:
    rows = AnswerTemplate.objects.filter(park=park, retired_at=None)
    return render(request, "desk/templates.html", {"title": "答复模板", "park": park, "rows": rows, "labels": requests.LABELS})


@page(HANDLE, door="desk")
@require_http_methods(FORM_METHODS)
def template_edit(request: HttpRequest, park: Park, pk: int = 0) -> HttpResponse:
    """A new template, or new words for one: the old ones stay on record."""
    old = AnswerTemplate.objects.filter(park=park, pk=pk, retired_at=None).first() if pk else None
    if pk and old is None:
        raise NotFound()

    class TemplateForm(Form):
        kind = forms.ChoiceField(
            label="适用种类",
            required=False,
            choices=[("", "全部种类"), *((key, requests.LABELS[key]) for key in readable(request.standing, park))],
        )
        if old is None:
            title = forms.CharField(label="模板名称", max_length=60, help_text="与现有模板同名的，新内容替换旧内容。")
        text = forms.CharField(label="内容", widget=forms.Textarea(attrs={"rows": 8}), max_length=4000)

    here = url("desk-templates", park=park.slug)
    return handle(
        request, TemplateForm, title=old.title if old else "新建答复模板", submit="保存模板", done="模板已保存。", then=lambda _: here, back=here,
        initial={"kind": old.kind, "text": old.text} if old else None, draft=f"template:{park.pk}:{pk}",
        act=lambda form: actions.write_template(**_by(request), park=park, **({"title": old.title} if old else {}), **form.cleaned_data),
    )  # fmt: skip


@page(HANDLE, door="desk")
@require_POST
def template_retire(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = AnswerTemplate.objects.filter(park=park, pk=pk).first()
    if found is None:
        raise NotFound()
    actions.retire_template(**_by(request), template=found)
    messages.success(request, f"“{found.title}”已停用。")
    return HttpResponseRedirect(url("desk-templates", park=park.slug))


# ---------------------------------------------------------------- score forms

#: So many criteria a form has at most; empty rows are none.
CRITERIA = 12


@page(ITEMS_EDIT, door="desk")
@require_http_methods(FORM_METHODS)
def score_form(request: HttpRequest, park: Park, kind: str) -> HttpResponse:
    """The next version of the criteria by which a kind is scored. Scorings that run keep theirs."""
    found = kind_here(request, park, kind)
    base = score_form_in_force(kind, park, request.today)
    now = base.criteria if base else []
    rows = min(max(len(now) + 3, 5), CRITERIA)

    class CriteriaForm(Form):
        groups = (
            Group("评分表", ("title", "least", "pass_mark", "since")),
            *(
                Group(f"评分项 {n + 1}", (f"label.{n}", f"says.{n}", f"most.{n}"), "不用的留空。" if n == 0 else "")
                for n in range(rows)
            ),
        )
        title = forms.CharField(label="评分表名称", max_length=60)
        least = Whole(label="最少评审人数", unit="人", min_value=1, max_value=50)
        pass_mark = Number(label="合格线", unit="分", required=False, max_digits=6, decimal_places=2)
        since = Day(label="启用日期")

        def __init__(self, *args: Any, **kwargs: Any):
            self.base_fields = dict(self.base_fields)
            for n in range(rows):
                self.base_fields[f"label.{n}"] = forms.CharField(label="名称", required=False, max_length=60)
                self.base_fields[f"says.{n}"] = forms.CharField(label="怎样打分", required=False, max_length=200)
                self.base_fields[f"most.{n}"] = Whole(label="满分", unit="分", required=False, min_value=1, max_value=1000)
            super().__init__(*args, **kwargs)

        def criteria(self) -> list[dict[str, Any]]:
            given = self.cleaned_data
            keys = [row["key"] for row in now]
            return [
                {"key": keys[n] if n < len(keys) else f"c{n + 1}", "label": given[f"label.{n}"], "says": given[f"says.{n}"], "most": given[f"most.{n}"]}
                for n in range(rows) if given[f"label.{n}"] or given[f"most.{n}"]
            ]  # fmt: skip

        def refuse(self, error: HrparkError) -> None:
            self.add_error(error.field if error.field in self.fields else None, error.message)

    first: dict[str, Any] = {"since": request.today, "least": base.least if base else 3}
    if base:
        first |= {"title": base.title, "pass_mark": base.pass_mark}
        for n, row in enumerate(now):
            first |= {f"label.{n}": row["label"], f"says.{n}": row.get("says", ""), f"most.{n}": row["most"]}

    def act(form: CriteriaForm) -> ScoreForm:
        given = {name: form.cleaned_data[name] for name in ("title", "least", "pass_mark", "since")}
        return actions.publish_score_form(**_by(request), park=park, kind=kind, criteria=form.criteria(), **given)

    here = url("desk-item", park=park.slug, kind=found.key)
    return handle(
        request, CriteriaForm, title=f"评分表：{found.label}", submit="发布评分表", done="评分表已发布。", then=lambda _: here, back=here, initial=first, act=act,
        draft=f"score-form:{park.pk}:{kind}", lead=f"现行：{base}" if base else "还没有评分表；发布后，办件上可以组织评审。",
    )  # fmt: skip
