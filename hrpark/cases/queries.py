"""Reading requests: the gate, the officers' inbox, what is due, and the figures of a year with their records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from hrpark.accounts.kinds import PERMISSIONS
from hrpark.accounts.models import Membership, Park, Person
from hrpark.accounts.queries import Standing
from hrpark.files.kinds import attachable, gate
from hrpark.files.queries import attachments_of
from hrpark.toolbox.errors import NotFound

from . import rules
from .kinds import KINDS, CaseKind, State
from .models import Ball, Case, Item, Pause, Step

# --- items ---------------------------------------------------------------------------------------------------------------


def item_in_force(kind: str, park: Park, on: date) -> Item:
    """The version that holds on a day: the park's own, else the installation's, else the kind's first wording.

    The last is not stored yet; opening a case stores it (``actions.start``).
    """
    stored = Item.objects.filter(key=kind, since__lte=on).order_by("-version")
    own = stored.filter(park=park).first()
    if own is not None:
        return own
    house, text = stored.filter(park=None).first(), KINDS.get(kind).item
    if house is not None and house.version >= text.version:
        return house
    return Item(
        park=None, key=kind, version=text.version, kind=kind, title=text.title, words=text.words, fields=list(text.fields),
        materials=list(text.materials), clock=text.clock, first_response_days=text.first_response_days,
        completion_days=text.completion_days, desk=text.desk, since=on,
    )  # fmt: skip


def form_of(item: Item) -> rules.Form:
    return rules.Form.of(item.fields, item.materials)


def missing_materials(case: Case, item: Item, data: Mapping) -> tuple[rules.Problem, ...]:
    """The required documents that nobody has attached yet."""
    there = set(attachments_of("case", case.pk).values_list("label", flat=True))
    wanted = rules.wanted(form_of(item).materials, data)
    return tuple(rules.Problem(m.key, m.title, f"请上传“{m.title}”。") for m in wanted if m.required and m.title not in there)


# --- gates ---------------------------------------------------------------------------------------------------------------


def reach(standing: Standing) -> Q:
    """The cases a person may read: their own, their organisation's, and those handed in to a desk that they work at.

    A draft is read by nobody but those who write it.
    """
    mine = Q(applicant_id=standing.person_id) if standing.person_id else Q(pk__in=[])
    for kind in KINDS:
        here = Q(kind=kind.key)
        mine |= here & standing.scope(kind.own, park="park_id", organisation="organisation_id")
        mine |= here & Q(received_at__isnull=False) & standing.scope(kind.read, park="park_id")
    return mine


def own(standing: Standing) -> Q:
    """The cases that a person may act on as the applicant."""
    mine = Q(applicant_id=standing.person_id) if standing.person_id else Q(pk__in=[])
    for kind in KINDS:
        mine |= Q(kind=kind.key) & standing.scope(kind.own, park="park_id", organisation="organisation_id")
    return mine


def cases_for(standing: Standing, *, park: Park | None = None, kind: str = "") -> QuerySet[Case]:
    """Everything the person may read, newest first."""
    found = Case.objects.filter(reach(standing)).select_related("item", "institution", "handler")
    if park is not None:
        found = found.filter(park=park)
    return (found.filter(kind=kind) if kind else found).order_by("-opened_at", "-pk")


def case_for(standing: Standing, pk: int, *, park: Park | None = None, kind: str = "") -> Case:
    """One case, or NotFound: the two reasons are never told apart."""
    case = cases_for(standing, park=park, kind=kind).filter(pk=pk).first()
    if case is None:
        raise NotFound()
    return case


def own_case_for(standing: Standing, pk: int, *, park: Park | None = None, kind: str = "") -> Case:
    """One case that the person may act on as its applicant."""
    case = cases_for(standing, park=park, kind=kind).filter(own(standing), pk=pk).first()
    if case is None:
        raise NotFound()
    return case


def _may_read_files(standing: Standing, pk: str, on: date) -> bool:
    return cases_for(standing).filter(pk=pk).exists()


def _may_read_personal_files(standing: Standing, pk: str, on: date) -> bool:
    """Identity papers: the applicant's side and the desk, not whoever else may read the case."""
    case = cases_for(standing).filter(pk=pk).first()
    return case is not None and (is_desk(standing, case) or _is_own(standing, case))


def _may_add_files(standing: Standing, pk: str, on: date) -> bool:
    """The applicant's side while it has the ball, the desk once the case was handed in."""
    case = cases_for(standing).filter(pk=pk).first()
    if case is None:
        return False
    return (case.ball == Ball.APPLICANT and _is_own(standing, case)) or is_desk(standing, case)


def _is_own(standing: Standing, case: Case) -> bool:
    own = standing.own(kind_of(case).own, case.park_id)
    return standing.person_id == case.applicant_id or case.organisation_id in own


gate(attachable("case"), read=_may_read_files, write=_may_add_files, read_personal=_may_read_personal_files)


def is_desk(standing: Standing, case: Case) -> bool:
    """Works at the desk of this case, so reads what is internal."""
    return standing.may(kind_of(case).desk, case.park_id)


# --- one case ------------------------------------------------------------------------------------------------------------


def kind_of(case: Case) -> CaseKind:
    return KINDS.get(case.kind)


def state_of(case: Case) -> State:
    return kind_of(case).state(case.state)


def steps_of(case: Case, *, internal: bool) -> QuerySet[Step]:
    """What happened, newest first; what is internal only for the desk."""
    steps = case.steps.order_by("-seq")
    return steps if internal else steps.filter(internal=False)


@dataclass(frozen=True)
class Standstill:
    """Where a case's clock stands at a moment."""

    due_at: datetime | None
    late: bool
    paused: bool
    done: bool
    #: Working days left; negative once late. None when nothing is due or the clock stands still.
    days_left: int | None

    @property
    def due_day(self) -> date | None:
        return self.due_at and rules.day_of(self.due_at)

    @property
    def tone(self) -> str:
        """One of the five tones of LOOK.md: waiting, soon, late, done, off."""
        if self.done:
            return "late" if self.late else "done"
        if self.due_at is None or self.paused:
            return "off"
        if self.late:
            return "late"
        return "soon" if self.days_left is not None and self.days_left <= 1 else "waiting"


def paused_since(case: Case) -> datetime | None:
    known = case.__dict__.get("paused_since", False)
    if known is not False:
        return known
    return Pause.objects.filter(case_id=case.pk, until=None).values_list("since", flat=True).first()


def clock_of(case: Case, at: datetime) -> Standstill:
    """The completion clock, in words of days."""
    since = paused_since(case) if case.ball == Ball.APPLICANT and case.received_at else None
    done = case.completed_at or case.closed_at
    late = rules.is_late(case.due_at, done, at, since)
    left = None
    if case.due_at and not done and since is None:
        left = rules.days_left(rules.day_of(at), rules.day_of(case.due_at))
    return Standstill(case.due_at, late, since is not None, done is not None, left)


# --- the inbox -----------------------------------------------------------------------------------------------------------


def inbox(standing: Standing, park: Park, *, kind: str = "") -> QuerySet[Case]:
    """What was handed in to the desks of this park that the person may read, most urgent first."""
    reads = Q(pk__in=[])
    for one in KINDS:
        if (not kind or one.key == kind) and standing.may(one.read, park.pk):
            reads |= Q(kind=one.key)
    open_pause = Pause.objects.filter(case=OuterRef("pk"), until=None).values("since")[:1]
    return (
        Case.objects.filter(reads, park=park, received_at__isnull=False)
        .select_related("item", "institution", "handler", "applicant", "organisation")
        .annotate(paused_since=Subquery(open_pause))
        .order_by(F("closed_at").asc(nulls_first=True), "due_at", "pk")
    )


def handlers(kind: str, park: Park, on: date) -> QuerySet[Person]:
    """Who works at the desk of a kind in this park, by name: to whom a case can be assigned."""
    roles = PERMISSIONS.get(KINDS.get(kind).desk).roles
    running = Membership.objects.filter(park=park, role__in=roles, verified_at__isnull=False, since__lte=on)
    running = running.filter(Q(until__isnull=True) | Q(until__gt=on))
    return Person.objects.filter(pk__in=running.values("person"), is_active=True).order_by("name", "pk")


def waiting_for_desk(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.filter(ball=Ball.DESK)


def waiting_for_applicant(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.filter(ball=Ball.APPLICANT)


def overdue(cases: QuerySet[Case], at: datetime) -> QuerySet[Case]:
    """Open, the desk has the ball, and the deadline is over."""
    return cases.filter(ball=Ball.DESK, completed_at=None, due_at__lt=at)


# --- figures of a year (T1.13) -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rate:
    """A share with what it counts. None where there is nothing to divide by, never 0."""

    part: QuerySet[Case]
    whole: QuerySet[Case]

    @property
    def value(self) -> Decimal | None:
        whole = self.whole.count()
        return None if not whole else Decimal(self.part.count()) / Decimal(whole)


@dataclass(frozen=True)
class Figures:
    """What was asked of a park in a year, and how it answered. Withdrawn requests are counted nowhere."""

    year: int
    received: QuerySet[Case]
    #: First substantive answer within the promised time, of all whose time for it is over or that were answered.
    response: Rate
    #: Completed within the promised time, of all completed and all whose time is over.
    on_time: Rate
    open: QuerySet[Case]


def figures(park: Park, year: int, at: datetime, *, kind: str = "") -> Figures:
    """Computed from the cases as they are at a moment, whatever page asks. A case counts in the year that received it."""
    begin = datetime(year, 1, 1, tzinfo=rules.ZONE)
    end = datetime(year + 1, 1, 1, tzinfo=rules.ZONE)
    received = Case.objects.filter(park=park, received_at__gte=begin, received_at__lt=end).exclude(state="withdrawn")
    received = received.filter(received_at__lte=at)
    if kind:
        received = received.filter(kind=kind)
    asked = received.filter(Q(first_response_at__isnull=False) | Q(first_due_at__lt=at))
    promised = received.filter(Q(completed_at__isnull=False) | (Q(due_at__lt=at) & ~Q(ball=Ball.APPLICANT)))
    return Figures(
        year=year,
        received=received,
        response=Rate(asked.filter(first_response_at__lte=F("first_due_at")), asked),
        on_time=Rate(promised.filter(completed_at__lte=F("due_at")), promised),
        open=received.filter(closed_at=None),
    )
