"""Asking something of a park, in whichever door one stands: choose, fill in, hand in, answer, withdraw, rate (5.3, 6.1.3).

The tenant door and the portal show the same pages about the same cases; ``Door`` knows the addresses of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from hrpark.accounts.actions import save_draft
from hrpark.accounts.models import Organisation, Park
from hrpark.accounts.queries import kept_draft
from hrpark.cases.actions import open_case, rate, resubmit, submit, withdraw
from hrpark.cases.kinds import KINDS, CaseKind
from hrpark.cases.models import Case
from hrpark.cases.queries import (
    cases_for,
    form_of,
    item_in_force,
    kind_of,
    may_rate_until,
    own,
    own_case_for,
    rating_of,
)
from hrpark.cases.rules import Field, Material, shown, wanted
from hrpark.cases.rules import Form as ItemSpec
from hrpark.files.actions import attach, remove
from hrpark.files.queries import attachment_for
from hrpark.institutions.queries import own_institutions
from hrpark.parks.queries import profile_of
from hrpark.standard.rules import DEGREES
from hrpark.toolbox.errors import HrparkError, NotFound, Refused

from . import requests
from .forms import Form, Step, draft_body, draft_data, handle, walk
from .item_form import initial_of, maker, rows_in
from .jinja import url
from .pages import deed_key

#: Under whose name somebody of several institutions asks; never part of what is asked.
FOR = "_organisation"


@dataclass(frozen=True)
class Door:
    """Where the pages of asking stand in one door."""

    key: str
    #: What URL names begin with: ``<prefix>-new``, ``<prefix>-form``, …; the record is ``<prefix>`` itself.
    prefix: str
    #: The page on which one chooses, and where one's own requests are listed.
    start: str
    home: str
    home_label: str

    def url(self, park: Park, deed: str = "", **more: Any) -> str:
        return url(f"{self.prefix}-{deed}" if deed else self.prefix, park=park.slug, **more)

    def of(self, case: Case, deed: str = "") -> str:
        return self.url(case.park, deed, pk=case.pk)

    def case(self, request: HttpRequest, park: Park, pk: int) -> Case:
        """One's own case, of a kind that has its pages here."""
        case = own_case_for(request.standing, pk, park=park)
        if not kind_of(case).offered:
            raise NotFound()
        return case

    def acts(self, case: Case) -> bool:
        """Whether what can be done about it is done from here."""
        return bool(kind_of(case).offered)

    def answer(self, case: Case, **given: Any) -> Any:
        return resubmit(case=case, **given)

    def take_back(self, case: Case, **given: Any) -> Any:
        return withdraw(case=case, **given)


def _draft(case: Case) -> str:
    return f"case:{case.pk}"


def _offered(door: Door, key: str) -> CaseKind:
    kind = KINDS.find(key)
    if kind is None or door.key not in kind.offered:
        raise NotFound()
    return kind


# ---------------------------------------------------------------- beginning


def choose(request: HttpRequest, park: Park, door: Door) -> HttpResponse:
    """What one can ask for, with the promise of each; and what one has asked already."""
    rows = []
    for kind in requests.offered(door.key):
        item = item_in_force(kind.key, park, request.today)
        rows.append((kind, item, requests.paragraphs(item.words)[:1], requests.promise_of(item)))
    mine = (
        cases_for(request.standing, park=park).filter(own(request.standing))
        if request.standing.person_id
        else Case.objects.none()
    )
    context = {
        "title": "向园区提出诉求", "park": park, "door": door, "rows": rows,
        "mine": [(c, requests.status_of(c)) for c in mine.filter(kind__in=[k.key for k, *_ in rows])[:10]],
    }  # fmt: skip
    return render(request, "requests/kinds.html", context)


def guide(park: Park, kind: CaseKind, request: HttpRequest) -> dict[str, Any]:
    """What stands above the form of a kind: the published words and promise, and who is behind it."""
    item = item_in_force(kind.key, park, request.today)
    profile = profile_of(park)
    return {
        "kind": kind, "item": item, "words": requests.paragraphs(item.words), "promise": requests.promise_of(item),
        "body": profile.operator.name if profile and profile.operator else park.name, "materials": form_of(item).materials,
    }  # fmt: skip


def begin(request: HttpRequest, park: Park, door: Door, key: str) -> HttpResponse:
    """The guide and the whole form on one page; kept as typed. With documents to hand in there is one more page to check all."""
    kind = _offered(door, key)
    above = guide(park, kind, request)
    spec = form_of(above["item"])
    organisations = _organisations(request, park, kind, door)
    fields = (*_whose(organisations), *spec.fields)
    draft = f"case.new:{kind.key}:{park.pk}"
    kept = kept_draft(request.user, draft)
    make = _maker(fields, request, {}, rows_in(kept.body if kept else {}, [f for f in fields if f.type == "rows"]))

    def act(form: Any) -> Case:
        typed = form.typed()
        asked = organisations.get(typed.pop(FOR, None) or next(iter(organisations), ""))
        institution = own_institutions(request.standing, park).filter(organisation=asked).first() if asked else None
        by = {"actor": request.user, "at": request.at}
        case = open_case(
            **by, key=f"{deed_key(request)}:open", kind=kind.key, park=park, title=kind.title_of(typed), data=typed, organisation=asked,
            institution=institution,
        )  # fmt: skip
        if not wanted(spec.materials, typed):
            return submit(**by, key=f"{deed_key(request)}:submit", case=case, data=typed)
        for step in _groups(spec):
            save_draft(person=request.user, form=f"{_draft(case)}#{step}", body=draft_body(request.POST), at=request.at)
        return case

    last = "填写完毕，下一步" if spec.materials else f"提交{kind.label}"
    return handle(
        request, make, act=act, then=lambda c: door.of(c) if c.received_at else door.of(c, "form"), title=above["item"].title, submit=last,
        done=lambda c: _received(c) if c.received_at else "", draft=draft, back=url(door.start, park=park.slug), template="requests/new.html",
        park=park, door=door, **above,
    )  # fmt: skip


def _received(case: Case) -> str:
    return f"已提交，受理编号 {case.number}。{requests.promise_of(case.item)}。"


def _organisations(request: HttpRequest, park: Park, kind: CaseKind, door: Door) -> dict[str, Organisation]:
    """In whose name somebody may ask for this: in the tenant door the institutions they act for, else nobody's but their own."""
    if door.key != "tenant":
        return {}
    mine = request.standing.own(kind.own, park.pk)
    return {str(o.pk): o for o in Organisation.objects.filter(pk__in=mine).order_by("pk")}


def _whose(organisations: dict[str, Organisation]) -> tuple[Field, ...]:
    if len(organisations) < 2:
        return ()
    choices = tuple((key, o.name) for key, o in organisations.items())
    return (Field(FOR, "以哪个单位名义", "choice", required=True, choices=choices),)


def _maker(fields: Any, request: HttpRequest, about: dict, rows: dict[str, int]) -> Any:
    return maker(fields, today=request.today, about=about, rows=rows, together=True)


def _groups(spec: ItemSpec) -> dict[str, str]:
    """Step → group, of groups that have anything to fill in."""
    filled = [group for group in spec.groups if any(not f.fixed for f in spec.group(group))]
    return {f"s{n}": group for n, group in enumerate(filled, 1)}


# ---------------------------------------------------------------- a draft: steps, documents, check


def form(request: HttpRequest, park: Park, door: Door, pk: int) -> HttpResponse:
    """A draft: what was typed, to be changed group by group; its documents; and the button that hands it in."""
    case = door.case(request, park, pk)
    if case.state != kind_of(case).states[0].key:
        return HttpResponseRedirect(door.of(case))
    kind, item = kind_of(case), item_in_force(case.kind, park, request.today)
    spec, draft = form_of(item), _draft(case)
    steps, typed = [], dict(case.data)
    for key, group in _groups(spec).items():
        fields = [f for f in spec.group(group) if not f.fixed]
        row = kept_draft(request.user, f"{draft}#{key}")
        body = row.body if row else {}
        make = _maker(fields, request, case.data, rows_in(body, [f for f in fields if f.type == "rows"]))
        steps.append(Step(key, group or "填写内容", make))
        if body:
            filled = make(data=draft_data(body))
            filled.is_valid()
            typed |= filled.typed()

    def act(forms_by: dict[str, Any]) -> Case:
        data: dict[str, Any] = {}
        for one in forms_by.values():
            data |= one.typed()
        return submit(actor=request.user, at=request.at, key=deed_key(request), case=case, data=data)

    def then(made: Case) -> str:
        messages.success(request, _received(made))
        return door.of(made)

    papers = requests.papers_of(case, spec, typed, request.standing, request.today)
    return walk(
        request, steps, draft=draft, act=act, then=then, title=item.title, submit=f"提交{kind.label}", back=url(door.home, park=park.slug),
        initial=initial_of(spec.fields, case.data), template="requests/form.html", park=park, door=door, case=case, papers=papers,
        missing=[p for p in papers if p.missing], upload=door.of(case, "files"),
        tables={s.key for s, group in zip(steps, _groups(spec).values(), strict=True) if any(f.type == "rows" for f in spec.group(group))},
    )  # fmt: skip


def files(request: HttpRequest, park: Park, door: Door, pk: int) -> HttpResponse:
    """One document is handed in, or taken away again, while the applicant has the ball. Goes back to where it came from."""
    case = door.case(request, park, pk)
    take_file(request, case)
    return HttpResponseRedirect(back_to_papers(case, door.of(case, "form"), door.of(case, "answer")))


def take_file(request: HttpRequest, case: Case) -> None:
    """What was posted about one document of a case whose gate was passed: attached, or removed; a refusal is said on the next page."""
    removes = "remove" in request.POST
    try:
        (_remove if removes else _attach)(request, case)
    except HrparkError as error:
        if isinstance(error, NotFound):
            raise
        messages.error(request, error.message if removes else f"文件没有保存：{error.message}")


def back_to_papers(case: Case, form: str, answer: str) -> str:
    """Where the documents of a case are handed in now: the last step of a draft, else the answer to what was sent back."""
    return f"{form}?step=check#materials" if case.received_at is None else f"{answer}#materials"


def _attach(request: HttpRequest, case: Case) -> None:
    material = _material(case, request)
    file = request.FILES.get("file")
    if file is None:
        raise Refused(f"请先选择“{material.title}”的文件，再点上传。")
    ending = file.name.rpartition(".")[2].lower()
    if ending not in (*material.formats, *(("jpeg",) if "jpg" in material.formats else ())):
        kinds = "、".join(f.upper() for f in material.formats)
        raise Refused(f"“{material.title}”应为{kinds}文件，“{file.name}”不是，请换一份。")
    attach(
        actor=request.user, at=request.at, key=deed_key(request), to=case, file=file, park=case.park, label=material.title,
        personal=material.personal,
    )  # fmt: skip
    messages.success(request, f"已上传“{material.title}”。")


def _material(case: Case, request: HttpRequest) -> Material:
    item = case.item if case.received_at else item_in_force(case.kind, case.park, request.today)
    for one in form_of(item).materials:
        if one.key == request.POST.get("material"):
            return one
    raise NotFound()


def _remove(request: HttpRequest, case: Case) -> None:
    asked = request.POST.get("remove", "")
    attachment = attachment_for(request.standing, int(asked) if asked.isdecimal() and len(asked) < 16 else 0, request.today)
    if (attachment.of_type, attachment.of_id) != ("case", str(case.pk)):
        raise NotFound()
    remove(actor=request.user, at=request.at, key=deed_key(request), attachment=attachment, reason="申请人更换材料")
    messages.info(request, f"已移除“{attachment.name}”。")


# ---------------------------------------------------------------- where it stands


def record(
    request: HttpRequest, park: Park, door: Door, case: Case, template: str = "requests/record.html", **more: Any
) -> HttpResponse:
    """Where it stands, who has the ball, until when; the answers, what was handed in, what happened."""
    if case.received_at is None and case.closed_at is None:
        return HttpResponseRedirect(door.of(case, "form"))
    moves = {m.key for m in kind_of(case).moves_from(case.state, "applicant")} if door.acts(case) else set()
    until = may_rate_until(case) if kind_of(case).offered else None
    rated = rating_of(case) is not None
    context = {
        "title": case.title, "park": park, "door": door, "w": requests.whole(case, request.standing, request.at, mine=True, internal=False),
        "tab": request.GET.get("tab", ""), "today": request.today, "promise": requests.promise_of(case.item),
        "may_answer": "resubmit" in moves, "may_withdraw": "withdraw" in moves,
        "may_rate": until is not None and not rated and request.today <= until, "rated": rated, **more,
    }  # fmt: skip
    return render(request, template, context)


def show(request: HttpRequest, park: Park, door: Door, pk: int) -> HttpResponse:
    return record(request, park, door, door.case(request, park, pk))


def answer(request: HttpRequest, park: Park, door: Door, pk: int) -> HttpResponse:
    """The answer to what was sent back: only what was asked about, beginning with what was handed in."""
    case = door.case(request, park, pk)
    here = door.of(case)
    if "resubmit" not in {m.key for m in kind_of(case).moves_from(case.state, "applicant")}:
        return HttpResponseRedirect(here)
    spec, asked = form_of(case.item), {one["field"] for one in case.asked}
    fields = asked_fields(case)
    tables = {f.key: len(case.data.get(f.key) or []) for f in fields if f.type == "rows"}
    return handle(
        request, maker(fields, today=request.today, about=case.data, rows=tables), title="提交补正", submit="提交补正",
        act=lambda form: door.answer(
            case, actor=request.user, at=request.at, key=deed_key(request), data=form.typed(), seen=seen(request)
        ),
        then=lambda _: here, done="补正已提交，办理时限继续计算。", initial=initial_of(fields, case.data), back=here,
        draft=f"{_draft(case)}#answer", template="requests/answer.html", park=park, door=door, case=case, asked=case.asked,
        seen=case.version, upload=door.of(case, "files"),
        papers=[p for p in requests.papers_of(case, spec, case.data, request.standing, request.today) if p.material.key in asked],
    )  # fmt: skip


def asked_fields(case: Case) -> list[Field]:
    """The fields of a case that were asked about."""
    asked = {one["field"] for one in case.asked}
    return [f for f in shown(form_of(case.item).fields, case.data) if f.key in asked and not f.fixed]


def seen(request: HttpRequest) -> int | None:
    given = request.POST.get("seen", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else None


def take_back(request: HttpRequest, park: Park, door: Door, pk: int) -> HttpResponse:
    """The request is withdrawn, or its draft thrown away."""
    case = door.case(request, park, pk)
    try:
        door.take_back(case, actor=request.user, at=request.at, key=deed_key(request))
        messages.success(request, f"{case.item.title}已撤回。")
    except HrparkError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(url(door.home, park=park.slug))


class RateForm(Form):
    degree = forms.TypedChoiceField(
        label="您对本次服务", coerce=int, widget=forms.RadioSelect, choices=[(d, says) for d, (says, _) in sorted(DEGREES.items(), reverse=True)],
    )  # fmt: skip
    text = forms.CharField(
        label="意见", widget=forms.Textarea, max_length=1000, required=False, help_text="评价为不满意或非常不满意的，请写明原因，园区会联系您。"
    )  # fmt: skip


def rating(request: HttpRequest, park: Park, door: Door, pk: int) -> HttpResponse:
    """The applicant's degree, once."""
    case = door.case(request, park, pk)
    here = door.of(case)
    if may_rate_until(case) is None or rating_of(case) is not None:
        return HttpResponseRedirect(here)
    return handle(
        request, RateForm, title="评价本次服务", submit="提交评价", done="感谢您的评价。", then=lambda _: here, back=here,
        lead=f"{case.title}，受理编号 {case.number}",
        act=lambda form: rate(actor=request.user, at=request.at, key=deed_key(request), case=case, **form.cleaned_data),
    )  # fmt: skip
