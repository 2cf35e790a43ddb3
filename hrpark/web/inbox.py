"""The list of requests of every kind, and the gate to one of them, as the doors of the park's people share them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case as CaseWhen
from django.db.models import Exists, OuterRef, Q, QuerySet, Value, When
from django.http import HttpRequest

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.cases import permissions
from hrpark.cases.kinds import KINDS
from hrpark.cases.models import Ball, Case, Rating
from hrpark.cases.queries import case_for, handlers, inbox, kind_of
from hrpark.cases.rules import LOW
from hrpark.institutions.models import Institution
from hrpark.toolbox.errors import NotFound

from . import clock, requests
from .case_figures import Counted
from .casework import CLOCKS, Overdue, clock_key
from .filters import Choice, Days, YesNo
from .lists import Bulk, Column, List, View
from .subjects import address

READ, HANDLE = permissions.READ, permissions.HANDLE

BALLS = {Ball.DESK: "园区", Ball.APPLICANT: "申请人"}


#: The applicant by name, where the kind does not keep it secret.
NAMED = CaseWhen(
    When(kind__in=[k.key for k in KINDS if k.secret], applicant__isnull=False, then=Value("身份保密")),
    default="applicant__name",
)


@dataclass(frozen=True)
class OrNone(Choice):
    """One of several, or nobody: ``none``."""

    def narrow(self, rows: QuerySet, value: list[str], park: Park | None) -> QuerySet:
        named = Q(**{f"{self.path}__in": [v for v in value if v != "none"]})
        return rows.filter(named | Q(**{self.path: None}) if "none" in value else named)


def _kinds(standing: Standing, park: Park | None) -> dict[str, str]:
    """The kinds that the person may read here."""
    return {k.key: k.label for k in KINDS if park and standing.may(k.read, park.pk)}


def _handlers(standing: Standing, park: Park | None) -> dict[str, str]:
    """Oneself first, then whoever works at any desk here, then nobody."""
    if park is None:
        return {}
    people = {str(p.pk): p.name for kind in _desks(standing, park) for p in handlers(kind, park, clock.today())}
    me = str(standing.person_id)
    mine = {me: f"我（{people.pop(me)}）"} if me in people else {}
    return {**mine, **people, "none": "未指派"}


def _desks(standing: Standing, park: Park) -> list[str]:
    """One kind for each permission that guards a desk: the people behind it are the same."""
    return list({k.desk: k.key for k in KINDS if standing.may(k.read, park.pk)}.values())


def _institutions(standing: Standing, park: Park | None) -> dict[str, str]:
    if park is None:
        return {}
    asked = Case.objects.filter(institution=OuterRef("pk"), received_at__isnull=False)
    named = Institution.objects.filter(Exists(asked), park=park).order_by("name").values_list("pk", "name")
    return {**{str(pk): name for pk, name in named}, "none": "个人"}


LOW_RATED = Exists(Rating.objects.filter(case=OuterRef("pk"), degree__lte=LOW))


class Inbox(List):
    """Everything that was handed in to the desks one works at."""

    key, title, noun = "cases", "办件", "件"
    door, view, permission, record = "desk", "desk-cases", READ, "desk-case"
    columns = (
        Column("title", "标题", sort=True),
        Column("state", "状态", kind="state", states=requests.STATES, sort=True),
        Column("clock", "时限", ("due_at", "completed_at", "closed_at", "ball"), kind="state", states=CLOCKS, show=clock_key, sort="due_at"),
        Column("due", "办结期限", "due_at", kind="date", sort=True),
        Column("kind", "种类", kind="badge", labels=requests.LABELS, sort=True),
        Column("who", "机构或申请人", ("institution__name", "organisation__name", NAMED), show=lambda *names: next(filter(None, names), "匿名")),
        Column("handler", "经办人", "handler__name", kind="code", sort=True),
        Column("number", "受理编号", kind="code", sort=True),
        Column("received", "收件时间", "received_at", kind="moment", sort=True, shown=False),
        Column("completed", "办结时间", "completed_at", kind="moment", sort=True, shown=False),
        Column("first", "首次答复", "first_response_at", kind="moment", sort=True, shown=False),
        Column("outcome", "结果", ("kind", "outcome"), show=lambda kind, key: KINDS.get(kind).outcomes.get(key, key), shown=False),
        Column("cause", "原因", ("kind", "cause"), show=lambda kind, key: KINDS.get(kind).causes.get(key, key), shown=False),
    )  # fmt: skip
    filters = (
        Choice("kind", "种类", choices=_kinds),
        Choice("state", "状态", choices={k: v[1] for k, v in requests.STATES.items() if k != "draft"}),
        OrNone("handler", "经办人", "handler", choices=_handlers),
        Choice("ball", "待谁处理", choices=BALLS),
        YesNo("open", "是否办结", yes="未办结", no="已办结", where=Q(closed_at=None, completed_at=None)),
        Overdue("late", "时限", yes="已逾期", no="未逾期"),
        YesNo("low", "评价", yes="评价低", no="没有低评价", where=Q(LOW_RATED)),
        OrNone("institution", "机构", "institution", choices=_institutions),
        Days("received", "收件日期", "received_at", moment=True),
        Counted("of", "统计口径"),
    )
    views = (
        View("待园区办理", "ball=desk&open=1"), View("未指派", "handler=none&open=1"), View("已逾期", "late=1"), View("补正中", "ball=applicant"),
        View("已办结", "open=0"), View("评价低", "low=1"),
    )  # fmt: skip
    bulk = (Bulk("批量指派", "desk-cases-assign", HANDLE),)
    search = ("title__icontains", "number__icontains", "institution__name__icontains", "organisation__name__icontains")
    search_hint = "搜索标题、受理编号、机构"
    order = ("closed_first", "due_at")
    empty_title, empty_icon = "还没有收到办件", "inbox"
    empty_text = "机构和个人提交的诉求、投诉、申请会出现在这里；时限从收件次日起算。"

    def rows(self, standing, park):
        return inbox(standing, park).order_by().alias(closed_first=Q(closed_at__isnull=False))


def handed_in(request: HttpRequest, park: Park, pk: int) -> Case:
    """A case that was handed in to this desk; a draft does not exist here."""
    case = case_for(request.standing, pk, park=park)
    if case.received_at is None or not request.standing.may(kind_of(case).read, park.pk):
        raise NotFound()
    return case


def own_page(case: Case, door: str) -> str | None:
    """The page of a kind that has records of its own; None for all others."""
    subject = kind_of(case).subject_of(case)
    return None if subject.subject_type == "case" else address(subject.subject_type, subject.pk, park=case.park.slug, door=door)
