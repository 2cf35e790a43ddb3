"""One inbox for requests of every kind, the record of one, and what an officer does with it (4.3.1, 5.3, 6.2.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts.models import Park, Person
from hrpark.accounts.queries import standing_of
from hrpark.cases import actions, permissions
from hrpark.cases.models import Case, Opinion, Scoring
from hrpark.cases.queries import (
    desk_of,
    form_of,
    handlers,
    inbox,
    is_desk,
    kind_of,
    may_know,
    opinions_of,
    receives,
    reviewers,
    score_form_in_force,
    templates_for,
)
from hrpark.toolbox.errors import HrparkError, NotFound
from hrpark.web import requests
from hrpark.web.casework import NoteForm, Seen, made, return_form
from hrpark.web.forms import Day, Form, Group, handle
from hrpark.web.inbox import Inbox, handed_in, own_page
from hrpark.web.jinja import url
from hrpark.web.lists import picked, register, require_list
from hrpark.web.pages import back_to, deed_key, page
from hrpark.web.shell import place
from hrpark.web.subjects import address, page_of

READ, HANDLE = permissions.READ, permissions.HANDLE
FORM_METHODS = ["GET", "HEAD", "POST"]

page_of("opinion", desk="desk-opinion")
page_of("scoring", desk="desk-scoring")

INBOX = register(Inbox())
place("desk", "services", "办件", "desk-cases", READ, order=10)


@page(READ, door="desk")
@require_list
def cases(request: HttpRequest, park: Park) -> HttpResponse:
    return INBOX.respond(request, park)


@page(HANDLE, door="desk")
@require_POST
def assign_many(request: HttpRequest, park: Park) -> HttpResponse:
    """The picked cases to one colleague: all of them, or none and why. First whom, then it is done."""
    keys = picked(request)
    chosen = list(inbox(request.standing, park).filter(pk__in=keys)[:500])
    if not chosen:
        messages.info(request, "没有选中办件。请勾选后再指派。")
        return HttpResponseRedirect(back_to(request))
    able = [set(handlers(c.kind, park, request.today).values_list("pk", flat=True)) for c in chosen]
    people = {str(p.pk): p for p in handlers(chosen[0].kind, park, request.today) if all(p.pk in some for some in able)}
    form = ManyForm(people, request.POST if "handler" in request.POST else None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            actions.assign_many(
                actor=request.user, at=request.at, key=deed_key(request), cases=[c.pk for c in chosen], handler=people[given["handler"]],
                note=given["note"],
            )  # fmt: skip
        except HrparkError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"已将 {len(chosen)} 件指派给{people[given['handler']].name}。")
            return HttpResponseRedirect(back_to(request))
    context = {"title": "批量指派", "park": park, "form": form, "chosen": chosen, "next": back_to(request)}
    return render(request, "desk/cases_assign.html", context, status=422 if form.is_bound else 200)


class ManyForm(Form):
    handler = forms.ChoiceField(label="经办人", choices=())
    note = forms.CharField(label="交接说明", required=False, max_length=300)

    def __init__(self, people: dict[str, Person], data: Any = None):
        super().__init__(data)
        self.fields["handler"].choices = [("", "请选择"), *((key, p.name) for key, p in people.items())]


# ---------------------------------------------------------------- one case


@dataclass(frozen=True)
class Act:
    """Something that can be done on the record, or why it can't be done now."""

    label: str
    href: str
    kind: str = ""
    icon: str = ""
    refusal: str = ""
    key: str = ""


def _here(case: Case, deed: str = "") -> str:
    if deed:
        return url("desk-case-deed", park=case.park.slug, pk=case.pk, deed=deed)
    return own_page(case, "desk") or url("desk-case", park=case.park.slug, pk=case.pk)


@page(READ, door="desk")
@require_safe
def case(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The record: next step on top, answers and opinions, what was handed in, what happened."""
    found = handed_in(request, park, pk)
    elsewhere = own_page(found, "desk")
    if elsewhere:
        return HttpResponseRedirect(elsewhere)
    works = is_desk(request.standing, found)
    main, more = acts_of(request, found, works)
    return render(request, "desk/case.html", case_panels(request, found, works) | {"main": main, "more": more})


def case_panels(request: HttpRequest, case: Case, works: bool) -> dict[str, Any]:
    """What the record of a request of any kind shows at the desk."""
    scorings = case.scorings.select_related("form", "opened_by").prefetch_related("sheets__reviewer").order_by("-pk")
    park = case.park
    return {
        "title": case.title, "park": park, "w": requests.whole(case, request.standing, request.at, mine=False, internal=works),
        "today": request.today, "works": works, "opinions": opinions_of(case) if works else (), "scorings": list(scorings) if works else (),
        "me": request.user, "who": who_asked(case),
        "dossier": case.institution_id and address("institution", case.institution_id, park=park.slug, door="desk"),
    }  # fmt: skip


def who_asked(case: Case) -> str:
    """The applicant as the record names them."""
    if case.applicant is None:
        return "匿名"
    return "署名，身份保密" if kind_of(case).secret else case.applicant.name


def acts_of(request: HttpRequest, case: Case, works: bool) -> tuple[list[Act], list[Act]]:
    """The deeds of the next step, and the further ones; what is not allowed says why."""
    if not works:
        return [], []
    kind, moves = kind_of(case), {m.key for m in kind_of(case).moves_from(case.state, "desk")}
    label = kind.state(case.state).label

    def one(deed: str, title: str, icon: str, may: bool, style: str = "", why: str = "") -> Act:
        return Act(title, _here(case, deed), style, icon, "" if may else why or f"本件目前是“{label}”", deed)

    first = case.first_response_at is None
    main = []
    if "respond" in moves:
        main.append(one("respond", "答复申请人", "send", True, "main" if first else ""))
    if "send_back" in moves:
        main.append(one("return", "退回补正", "arrow-back-up", True))
    if "close" in moves:
        main.append(one("close", "办结", "check", True, "" if first else "main"))
    if "reopen" in moves:
        main.append(one("reopen", "重新办理", "refresh", True))
    open_ = case.closed_at is None
    form = score_form_in_force(case.kind, case.park, request.today)
    running = case.scorings.filter(closed_at=None).exists()
    more = [
        one("assign", "指派经办人", "user", open_),
        one("note", "写内部备注", "edit", True),
        one("opinion", "请同事会办", "users", open_),
    ]
    if kind.accuses:
        more.append(one("respondent", "登记被诉人", "id-badge-2", True))
    if kind.secret and case.applicant_id:
        named = receives(request.user, case)
        more.append(one("identity", "查看提出人身份", "lock", named, why=f"只有受理分工中指定受理{kind.label}的人员可以查看"))
    if form is not None:
        more.append(
            one(
                "scoring",
                "组织评审",
                "clipboard-check",
                open_ and case.completed_at is None and not running,
                why="本件的评审正在进行" if running else "",
            )
        )
    return main, more


# ---------------------------------------------------------------- what is done with it


def _by(request: HttpRequest, case: Case) -> dict[str, Any]:
    return {"actor": request.user, "at": request.at, "key": deed_key(request), "case": case}


def _form(
    request: HttpRequest, case: Case, make: Any, *, act: Any, title: str, submit: str, done: str, draft: str = "", **more: Any
) -> HttpResponse:
    """A page with one form about a case; back to its record."""
    here = _here(case)
    return handle(
        request, make, act=act, then=lambda _: here, title=title, submit=submit, done=done, back=here, lead=f"{case.title}，受理编号 {case.number}",
        draft=f"case.{draft}:{case.pk}" if draft else "", template="desk/case_form.html", case=case, **more,
    )  # fmt: skip


class AnswerForm(Seen):
    note = forms.CharField(label="答复内容", widget=forms.Textarea, max_length=2000, help_text="申请人会看到。")


def _templates(request: HttpRequest, case: Case) -> dict[str, Any]:
    """Templates of answers as links; the chosen one fills the box."""
    found = list(templates_for(case.park, case.kind))
    asked = request.GET.get("template", "")
    chosen = next((t for t in found if str(t.pk) == asked), None)
    return {"templates": found, "first": {"note": chosen.text} if chosen else {}, "chosen": chosen}


def respond(request: HttpRequest, case: Case) -> HttpResponse:
    given = _templates(request, case)
    return _form(
        request, case, made(AnswerForm, case, **given["first"]), title="答复申请人", submit="发送答复", done="答复已发送，申请人会收到通知。",
        draft="" if given["chosen"] else "respond", templates=given["templates"],
        act=lambda form: actions.respond(**_by(request, case), **form.cleaned_data),
    )  # fmt: skip


def close(request: HttpRequest, case: Case) -> HttpResponse:
    kind, given = kind_of(case), _templates(request, case)

    class CloseForm(Seen):
        if kind.outcomes:
            outcome = forms.ChoiceField(label="办理结果", widget=forms.RadioSelect, choices=list(kind.outcomes.items()))
        note = forms.CharField(
            label="答复内容", widget=forms.Textarea, max_length=4000, help_text="写明怎样处理、依据是什么；申请人会看到。"
        )
        if kind.causes:
            cause = forms.ChoiceField(
                label="产生原因",
                choices=[("", "请选择"), *kind.causes.items()],
                help_text="只用于园区的年度分析，申请人看不到。",
            )

    return _form(
        request, case, made(CloseForm, case, **given["first"]), title="办结", submit="办结", done="已办结，申请人会收到结果。", templates=given["templates"],
        draft="" if given["chosen"] else "close", act=lambda form: actions.close(**_by(request, case), **form.cleaned_data),
    )  # fmt: skip


class ReopenForm(Seen):
    note = forms.CharField(
        label="重新办理的原因", widget=forms.Textarea, max_length=300, help_text="申请人会看到；办结时限从今天起重新计算。"
    )


def reopen(request: HttpRequest, case: Case) -> HttpResponse:
    return _form(
        request, case, made(ReopenForm, case), title="重新办理", submit="重新办理", done="已重新办理。",
        act=lambda form: actions.reopen(**_by(request, case), **form.cleaned_data),
    )  # fmt: skip


def send_back(request: HttpRequest, case: Case) -> HttpResponse:
    """Corrections: whatever has a sentence beside it is asked for."""
    return _form(
        request, case, made(return_form(form_of(case.item), case.data), case), title="退回补正", submit="退回补正", draft="return",
        done="已退回补正，申请人会收到通知；补正期间时限暂停。",
        act=lambda form: actions.send_back(
            **_by(request, case), asked=form.asked(), note=form.cleaned_data["note"], seen=form.cleaned_data["seen"]
        ),
    )  # fmt: skip


def note(request: HttpRequest, case: Case) -> HttpResponse:
    return _form(
        request, case, NoteForm, title="写内部备注", submit="保存备注", done="备注已保存。", draft="note",
        act=lambda form: actions.add_note(**_by(request, case), **form.cleaned_data),
    )  # fmt: skip


def _colleagues(request: HttpRequest, case: Case) -> dict[str, Person]:
    """Who works at the desk of the case, without whom it is about; while it is reserved, its overseers."""
    return {str(p.pk): p for p in desk_of(case, request.today)}


def assign(request: HttpRequest, case: Case) -> HttpResponse:
    people = _colleagues(request, case)

    class AssignForm(Form):
        handler = forms.ChoiceField(
            label="经办人", required=False, choices=[("", "暂不指派"), *((key, p.name) for key, p in people.items())],
            initial=str(case.handler_id or ""),
        )  # fmt: skip
        note = forms.CharField(label="交接说明", required=False, max_length=300)

    return _form(
        request, case, AssignForm, title="指派经办人", submit="指派经办人", done="已指派。",
        act=lambda form: actions.assign(
            **_by(request, case), handler=people.get(form.cleaned_data["handler"]), note=form.cleaned_data["note"]
        ),
    )  # fmt: skip


def ask(request: HttpRequest, case: Case) -> HttpResponse:
    people = {key: p for key, p in _colleagues(request, case).items() if p.pk != request.user.pk}

    class OpinionForm(Form):
        asked = forms.ChoiceField(label="请谁会办", choices=[("", "请选择"), *((key, p.name) for key, p in people.items())])
        question = forms.CharField(label="需要会办的问题", widget=forms.Textarea, max_length=1000)
        due_on = Day(label="请于何日前答复")

    def act(form: OpinionForm) -> Opinion:
        given = {**form.cleaned_data, "asked": people[form.cleaned_data["asked"]]}
        return actions.ask_opinion(**_by(request, case), **given)

    return _form(
        request,
        case,
        OpinionForm,
        title="请同事会办",
        submit="请同事会办",
        done="已请同事会办，对方会收到通知。",
        draft="opinion",
        act=act,
    )


def respondent(request: HttpRequest, case: Case) -> HttpResponse:
    """Whom of the park's own people the case is about; from then on they see nothing of it."""
    people = {str(p.pk): p for p in handlers("general", case.park, request.today) if p.pk != request.user.pk}

    class RespondentForm(Form):
        respondent = forms.ChoiceField(
            label="被诉人", required=False, choices=[("", "不是园区工作人员"), *((key, p.name) for key, p in people.items())],
            initial=str(case.respondent_id or ""), help_text="登记后，本人看不到也不能办理本件；正由其经办的改为未指派。",
        )  # fmt: skip

    return _form(
        request, case, RespondentForm, title="登记被诉人", submit="登记被诉人", done="已登记。",
        act=lambda form: actions.name_respondent(**_by(request, case), respondent=people.get(form.cleaned_data["respondent"])),
    )  # fmt: skip


class IdentityForm(Form):
    reason = forms.CharField(
        label="查看的原因",
        max_length=300,
        widget=forms.Textarea,
        help_text="例如“需当面核实转账凭证”。谁在什么时候、为什么查看，都会记录。",
    )


def identity(request: HttpRequest, case: Case) -> HttpResponse:
    """Who asked, shown once on the answer to this very POST: no message, no address, no list keeps it."""
    if not kind_of(case).secret or case.applicant is None:
        raise NotFound()
    form, shown = IdentityForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            shown = actions.read_identity(**_by(request, case), **form.cleaned_data).applicant
        except HrparkError as error:
            form.refuse(error)
    context = {
        "title": "查看提出人身份", "park": case.park, "case": case, "form": form, "shown": shown, "back": _here(case),
        "named": receives(request.user, case), "kind": kind_of(case),
    }  # fmt: skip
    return render(request, "desk/case_identity.html", context, status=422 if form.errors else 200)


def score(request: HttpRequest, case: Case) -> HttpResponse:
    """Several reviewers are asked to score the case by the criteria in force."""
    form = score_form_in_force(case.kind, case.park, request.today)
    if form is None:
        raise NotFound()
    people = {
        str(p.pk): p for p in reviewers(case.park, request.today) if p.pk != case.applicant_id and may_know(standing_of(p, request.today), case)
    }  # fmt: skip

    class ScoringForm(Form):
        reviewers = forms.MultipleChoiceField(
            label="评审人员", choices=[(key, p.name) for key, p in people.items()], widget=forms.CheckboxSelectMultiple,
            help_text=f"{form}要求至少 {form.least} 人。",
        )  # fmt: skip
        due_on = Day(label="评审截止日")

    return _form(
        request, case, ScoringForm, title="组织评审", submit="组织评审", done="评审人员会收到通知。",
        act=lambda given: actions.open_scoring(
            **_by(request, case), reviewers=[people[key] for key in given.cleaned_data["reviewers"]], due_on=given.cleaned_data["due_on"]
        ),
    )  # fmt: skip


DEEDS: dict[str, Callable[[HttpRequest, Case], HttpResponse]] = {
    "respond": respond, "close": close, "reopen": reopen, "return": send_back, "note": note, "assign": assign, "opinion": ask,
    "respondent": respondent, "scoring": score, "identity": identity,
}  # fmt: skip
#: Deeds that are moves: where the kind's table has no such move, there is no such page.
MOVES = {"respond": "respond", "close": "close", "reopen": "reopen", "return": "send_back"}


@page(READ, door="desk")
@require_http_methods(FORM_METHODS)
def deed(request: HttpRequest, park: Park, pk: int, deed: str) -> HttpResponse:
    """One deed on a case; back to its record, also where its kind has one of its own."""
    found = handed_in(request, park, pk)
    if deed not in DEEDS or not is_desk(request.standing, found):
        raise NotFound()
    if deed in MOVES and MOVES[deed] not in {m.key for m in kind_of(found).moves}:
        raise NotFound()
    if deed == "respondent" and not kind_of(found).accuses:
        raise NotFound()
    return DEEDS[deed](request, found)


# ---------------------------------------------------------------- opinions and scorings


@page(READ, door="desk")
@require_http_methods(FORM_METHODS)
def opinion(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """What a colleague was asked: a form for them, words for the others of the desk."""
    found = (
        Opinion.objects.select_related("case__item", "case__park", "asked", "asked_by").filter(pk=pk, case__park=park).first()
    )
    if found is None:
        raise NotFound()
    about = handed_in(request, park, found.case_id)
    mine = found.asked_id == request.user.pk and found.answered_at is None
    if not mine:
        return HttpResponseRedirect(f"{_here(about)}#opinions")

    class GiveForm(Form):
        answer = forms.CharField(label="会办意见", widget=forms.Textarea, max_length=2000, help_text="只有园区工作人员能看到。")

    return _form(
        request, about, GiveForm, title="答复会办", submit="提交会办意见", done="会办意见已提交。", draft=f"opinion.{pk}", opinion=found,
        w=requests.whole(about, request.standing, request.at, mine=False, internal=True),
        act=lambda form: actions.give_opinion(
            actor=request.user, at=request.at, key=deed_key(request), opinion=found, answer=form.cleaned_data["answer"]
        ),
    )  # fmt: skip


def _scoring(request: HttpRequest, park: Park, pk: int) -> Scoring:
    found = Scoring.objects.select_related("case__item", "case__park", "form").filter(pk=pk, case__park=park).first()
    if found is None:
        raise NotFound()
    found.case = handed_in(request, park, found.case_id)
    return found


@page(READ, door="desk")
@require_http_methods(FORM_METHODS)
def scoring(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """A reviewer's own sheet; for everybody else the scoring stands on the record."""
    found = _scoring(request, park, pk)
    sheet = found.sheets.filter(reviewer=request.user).first()
    if sheet is None or sheet.handed_in_at is not None or found.closed_at is not None:
        return HttpResponseRedirect(f"{_here(found.case)}#scorings")

    class SheetForm(Form):
        groups = (
            Group("利害关系", ("conflict", "conflict_says"), "与申请人有投资、任职、亲属等关系的，声明后不再打分。"),
            Group("打分", tuple(f"score.{row['key']}" for row in found.form.criteria)),
            Group("意见", ("comment",)),
        )
        conflict = forms.ChoiceField(
            label="有无利害关系", widget=forms.RadioSelect, choices=[("no", "没有"), ("yes", "有，回避本次评审")]
        )
        conflict_says = forms.CharField(label="利害关系说明", required=False, max_length=300, help_text="有利害关系的填写。")
        comment = forms.CharField(label="评审意见", widget=forms.Textarea, required=False, max_length=1000)

        def __init__(self, *args: Any, **kwargs: Any):
            self.base_fields = dict(self.base_fields)
            for row in found.form.criteria:
                self.base_fields[f"score.{row['key']}"] = forms.DecimalField(
                    label=row["label"], required=False, help_text=f"{row.get('says', '')} 满分 {row['most']} 分".strip(),
                    widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "w-12"}),
                )  # fmt: skip
            super().__init__(*args, **kwargs)

        def refuse(self, error: HrparkError) -> None:
            if error.field and f"score.{error.field}" in self.fields:
                error.field = f"score.{error.field}"
            super().refuse(error)

    def act(form: SheetForm) -> Scoring:
        given = form.cleaned_data
        scores = {
            row["key"]: given[f"score.{row['key']}"] for row in found.form.criteria if given[f"score.{row['key']}"] is not None
        }
        return actions.hand_in_sheet(
            actor=request.user, at=request.at, key=deed_key(request), scoring=found, conflict=given["conflict"] == "yes",
            conflict_says=given["conflict_says"], scores=scores, comment=given["comment"],
        )  # fmt: skip

    return _form(
        request, found.case, SheetForm, title="评审打分", submit="提交评审", done="评审已提交，不能再更改。", draft=f"sheet.{pk}", act=act,
        w=requests.whole(found.case, request.standing, request.at, mine=False, internal=False),
    )  # fmt: skip


@page(READ, door="desk")
@require_POST
def scoring_close(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The mean of the sheets without conflict is the result; too few of them are none."""
    found = _scoring(request, park, pk)
    here = f"{_here(found.case)}#scorings"
    try:
        actions.close_scoring(actor=request.user, at=request.at, key=deed_key(request), scoring=found)
        messages.success(request, "评审已结束。")
    except HrparkError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(here)


class CancelForm(Form):
    note = forms.CharField(label="取消的原因", max_length=300)


@page(READ, door="desk")
@require_http_methods(FORM_METHODS)
def scoring_cancel(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = _scoring(request, park, pk)
    if not is_desk(request.standing, found.case):
        raise NotFound()
    return _form(
        request, found.case, CancelForm, title="取消评审", submit="取消评审", done="评审已取消，可以另行组织。",
        act=lambda form: actions.cancel_scoring(
            actor=request.user, at=request.at, key=deed_key(request), scoring=found, note=form.cleaned_data["note"]
        ),
    )  # fmt: skip
