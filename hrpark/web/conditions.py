"""The conditions of a conditional admission, in whichever door one stands: what waits for whom until when, and handing it in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse

from hrpark.accounts.models import Park
from hrpark.admission.actions import Wanted, hand_in_condition
from hrpark.admission.evidence import fields_for
from hrpark.admission.models import Application, Condition, ConditionKind, ConditionOutcome, Ruling
from hrpark.admission.queries import conditions_of, late_conditions, own_condition_for, soon_conditions
from hrpark.admission.terms import Term, state_on
from hrpark.cases.rules import filled
from hrpark.files.actions import attach
from hrpark.files.queries import attachments_of
from hrpark.trail.queries import timeline

from . import clock
from .filters import Choice, YesNo
from .forms import Day, File, Form, Group, handle
from .item_form import ItemForm, answers_of, initial_of
from .lists import Column, List, View
from .pages import deed_key
from .requests import Next
from .settling import START_SOON
from .subjects import address

STATES = {
    "open": ("waiting", "等待提交"), "soon": ("soon", "30天内到期"), "over": ("late", "已逾期"), "checking": ("waiting", "待核对"),
    "met": ("done", "已满足"), "talk": ("off", "已约谈"), "revoked": ("off", "已撤销准予"),
}  # fmt: skip
PAPER = "证明材料"
SHOWN = "outcome", "handed_in_at", "until", "extended_until"


def state_key(outcome: str, handed_in_at: datetime | None, until: date, extended_until: date | None) -> str:
    return state_on(clock.today(), extended_until or until, handed_in=handed_in_at is not None, outcome=outcome)


def state_of(condition: Condition) -> tuple[str, str]:
    """Tone and word."""
    return STATES[state_key(*(getattr(condition, name) for name in SHOWN))]


class Over(YesNo):
    """Not handed in, and the last day is over."""

    def narrow(self, rows, value, park):
        found = late_conditions(rows, clock.today())
        return found if value == "1" else rows.exclude(pk__in=found.values("pk"))


class Soon(YesNo):
    """Not handed in, with its last day within thirty days."""

    def narrow(self, rows, value, park):
        found = soon_conditions(rows, clock.today(), clock.today() + START_SOON)
        return found if value == "1" else rows.exclude(pk__in=found.values("pk"))


class Conditions(List):
    """Every condition that a person may see; a door says its own names and rows."""

    title, noun = "入驻条件", "项"
    columns = (
        Column("name", "机构名称", "application__institution__name", sort=True),
        Column("state", "状态", SHOWN, kind="state", states=STATES, show=state_key, sort="until"),
        Column("what", "条件"),
        Column("last", "最后一日", Coalesce("extended_until", "until"), kind="date", sort="until"),
        Column("kind", "种类", labels=dict(ConditionKind.choices), sort=True),
        Column("handed_in", "提交时间", "handed_in_at", kind="moment", sort=True),
        Column("outcome_on", "处理日期", kind="date", sort=True, shown=False),
        Column("until", "决定的期限", kind="date", sort=True, shown=False),
        Column("number", "受理编号", "application__case__number", kind="code", shown=False),
    )
    filters = (
        Choice("outcome", "结果", choices={"open": "未处理", **{k: str(v) for k, v in ConditionOutcome.choices}},
               where=lambda keys: Q(outcome__in=["" if k == "open" else k for k in keys])),
        YesNo("handed_in", "材料", yes="已提交", no="未提交", where=Q(handed_in_at__isnull=False)),
        Over("over", "期限", yes="已逾期", no="未逾期"),
        Soon("soon", "30天内到期", yes="是", no="否"),
        Choice("kind", "种类", choices=ConditionKind),
    )  # fmt: skip
    views = (
        View("待核对", "outcome=open&handed_in=1"),
        View("等待提交", "outcome=open&handed_in=0"),
        View("已逾期", "over=1"),
        View("已满足", "outcome=met"),
    )
    search = ("application__institution__name__icontains", "what__icontains", "application__case__number__icontains")
    search_hint = "搜索机构、条件、受理编号"
    order = ("outcome", "until")
    empty_title, empty_icon = "没有入驻条件", "list-check"
    empty_text = "有条件准予入驻的，决定中写明的条件和期限会出现在这里。"


def next_of(condition: Condition, *, mine: bool) -> Next:
    """Who has the ball and until when."""
    last = condition.last_day
    if condition.outcome:
        return Next(
            condition.get_outcome_display(), "", condition.outcome_note, None, "done" if condition.outcome == "met" else "off"
        )
    if condition.handed_in_at is not None:
        return Next("核对提交的材料", "园区", "核对原件后，园区会完善机构档案并重新核对入驻规则。", None, "waiting")
    text = f"上次提交已退回：{condition.sent_back}" if condition.sent_back else "提交后由园区核对原件。"
    return Next(
        "提交证明材料",
        "您" if mine else "机构",
        text,
        last,
        STATES[state_key("", None, condition.until, condition.extended_until)][0],
        True,
    )


def rows_of(application: Application, door: str) -> list[tuple[Condition, tuple[str, str], str | None]]:
    """The conditions of one application for a table: each with its state and, where this door has it, its page."""
    slug = application.park.slug
    return [(one, state_of(one), address("condition", one.pk, park=slug, door=door)) for one in conditions_of(application)]


def context_of(condition: Condition, request: HttpRequest, park: Park, door: str) -> dict[str, Any]:
    """What the record of a condition shows."""
    application = condition.application
    return {
        "title": condition.what, "park": park, "condition": condition, "status": state_of(condition), "today": request.today,
        "ball": next_of(condition, mine=door != "desk"), "files": list(attachments_of("condition", condition.pk)),
        "given": answers_of(_filled_in(condition), condition.given), "lines": timeline("condition", condition.pk),
        "application": address("application", application.pk, park=park.slug, door=door),
        "again": getattr(condition, "followed_by", None),
        "page_of": lambda one: address("condition", one.pk, park=park.slug, door=door),
    }  # fmt: skip


def _filled_in(condition: Condition) -> list:
    return [f for f in fields_for(condition.kind) if f.key in condition.given]


# ---------------------------------------------------------------- handing in


def own_page(request: HttpRequest, park: Park, pk: int, *, door: str, here: str, back: str) -> HttpResponse:
    """One condition for who has to meet it: where it stands, and the form while the ball is with them."""
    condition = own_condition_for(request.standing, pk, park)
    context = context_of(condition, request, park, door)
    may = (
        not condition.outcome and condition.handed_in_at is None and condition.application.case.state in ("admitted", "settled")
    )
    fields = fields_for(condition.kind)
    known = condition.given or _known(condition)
    rows = {f.key: len(filled(known.get(f.key))) for f in fields if f.type == "rows"}
    paper = File(label=PAPER, required=not context["files"], help_text="营业执照、许可证等的扫描件或照片，也可合并成一个 PDF。")

    def make(data: Any = None, files: Any = None, initial: Any = None) -> ItemForm:
        return ItemForm(
            fields, today=request.today, about={}, rows=rows, extra={"paper": paper}, data=data, files=files, initial=initial
        )

    def act(form: ItemForm) -> Condition:
        by = {"actor": request.user, "at": request.at, "key": deed_key(request)}
        file = form.cleaned_data.get("paper")
        if file:
            attach(**by, to=condition, file=file, park=park, label=PAPER, personal=True, field="paper")
        return hand_in_condition(**by, condition=condition, data=form.typed())

    return handle(
        request, make, act=act, then=lambda _: here, submit="提交材料", done="材料已提交，园区会核对原件。", initial=initial_of(fields, known),
        draft=f"condition:{condition.pk}" if may else "", back=back, template="parts/condition_page.html", may=may, **context,
    )  # fmt: skip


def _known(condition: Condition) -> dict[str, Any]:
    """What the application said of what a business licence will say; of a branch's new body nothing is known yet."""
    if condition.kind != ConditionKind.REGISTRATION:
        return {}
    data = condition.application.case.data
    return {key: data.get(key) for key in ("name", "legal_form", "legal_representative", "registered_capital")}


# ---------------------------------------------------------------- at the decision


def with_conditions(base: type[Form], suggested: Sequence[Term]) -> type[Form]:
    """A form of a decision with a group a condition, filled in with what is suggested, and an empty one below.

    ``form.wanted()`` are the rows that say anything.
    """

    class WithConditions(base):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **kwargs: Any):
            posted = kwargs.get("data")
            numbers = [
                int(n)
                for name in posted or ()
                for of, _, n in [name[:-5].partition("-")]
                if of == "c" and name.endswith("-what") and n.isdecimal()
            ]
            self.rows = min(max([len(suggested), *(n for n in numbers if n < 50)], default=0) + 1, 50)
            self.base_fields = dict(self.base_fields)
            self.groups = tuple(base.groups)
            for n in range(self.rows):
                self._row(n, suggested[n] if n < len(suggested) else None)
            super().__init__(*args, **kwargs)

        def _row(self, n: int, term: Term | None) -> None:
            boxes = {
                "what": forms.CharField(label="条件", widget=forms.Textarea(attrs={"rows": 2}), max_length=1000, required=False, initial=term and term.what),
                "kind": forms.ChoiceField(label="种类", choices=ConditionKind.choices, required=False, initial=term.kind if term else ConditionKind.OTHER),
                "until": Day(label="期限", required=False, initial=term and term.until),
                "basis": forms.CharField(label="条件的依据", max_length=200, required=False, initial=term and term.basis),
            }  # fmt: skip
            self.base_fields |= {f"c-{n}-{of}": box for of, box in boxes.items()}
            lead = "只在“有条件准予入驻”时填写；由规则结论生成的，可以修改；清空“条件”即为不要。" if n == 0 else ""
            self.groups += (Group(f"条件 {n + 1}", tuple(f"c-{n}-{of}" for of in boxes), lead),)

        def clean(self) -> dict[str, Any]:
            given = super().clean() or self.cleaned_data
            if given.get("outcome") == Ruling.CONDITIONAL:
                for n in range(self.rows):
                    if given.get(f"c-{n}-what") and given.get(f"c-{n}-until", "") is None:
                        self.add_error(f"c-{n}-until", "请填写这项条件的期限，应晚于今天。")
            return given

        def wanted(self) -> list[Wanted]:
            """In their order; a row without words is none."""
            rows = [
                (n, {of: self.cleaned_data.get(f"c-{n}-{of}") for of in ("what", "until", "kind", "basis")})
                for n in range(self.rows)
            ]
            return [
                Wanted(row["what"], row["until"], row["kind"] or ConditionKind.OTHER, row["basis"] or "", row=n)
                for n, row in rows
                if row["what"]
            ]

    return WithConditions
