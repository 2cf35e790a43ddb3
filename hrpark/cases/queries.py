"""Reading requests: the gate, the officers' inbox, what is due, and the figures of a year with their records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from hrpark.accounts.models import Park, Person
from hrpark.accounts.queries import Standing, holders
from hrpark.files.kinds import attachable, gate
from hrpark.files.queries import attachments_of
from hrpark.standard.queries import parameter
from hrpark.toolbox.errors import NotFound
from hrpark.toolbox.frozen import canonical
from hrpark.trail.kinds import System

from . import permissions, rules
from .kinds import KINDS, CaseKind, State
from .models import (
    AnswerTemplate,
    Ball,
    Case,
    Duty,
    FollowUp,
    FrozenYear,
    Item,
    Opinion,
    Pause,
    Rating,
    ScoreForm,
    Scoring,
    Span,
    Step,
)

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
        unreserved = Q(reserved=False) | standing.scope(kind.oversee, park="park_id")
        mine |= (
            here & Q(received_at__isnull=False) & standing.scope(kind.read, park="park_id") & unreserved & _not_about(standing)
        )
    return mine


def may_know(standing: Standing, case: Case) -> bool:
    """Whether somebody of the park's people may be told of a case, given it, or asked about it."""
    kind = kind_of(case)
    barred = standing.person_id == case.respondent_id or (case.reserved and not standing.may(kind.oversee, case.park_id))
    return standing.may(kind.read, case.park_id) and not barred


def _not_about(standing: Standing) -> Q:
    """Nobody reads what is about themself: a complaint is handled by others (GB/T 17242)."""
    return Q(respondent__isnull=True) | ~Q(respondent_id=standing.person_id)


def is_respondent(actor: object, case: Case) -> bool:
    return isinstance(actor, Person) and case.respondent_id is not None and case.respondent_id == actor.pk


def case_by_secret(digest: str, *, park: Park) -> Case:
    """A nameless case by the digest of its key."""
    case = Case.objects.select_related("item", "park").filter(park=park, secret=digest).first() if digest else None
    if case is None:
        raise NotFound("没有找到对应的办件，请核对查询码。")
    return case


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
            reads |= Q(kind=one.key) if standing.may(one.oversee, park.pk) else Q(kind=one.key, reserved=False)
    open_pause = Pause.objects.filter(case=OuterRef("pk"), until=None).values("since")[:1]
    return (
        Case.objects.filter(reads & _not_about(standing), park=park, received_at__isnull=False)
        .select_related("item", "institution", "handler", "applicant", "organisation")
        .annotate(paused_since=Subquery(open_pause))
        .order_by(F("closed_at").asc(nulls_first=True), "due_at", "pk")
    )


def handlers(kind: str, park: Park, on: date) -> QuerySet[Person]:
    """Who works at the desk of a kind in this park, by name: to whom a case can be assigned."""
    return holders(KINDS.get(kind).desk, park, on)


def desk_of(case: Case, on: date) -> QuerySet[Person]:
    """Who works at the desk of a case, without the one it is about; of a reserved one, its overseers."""
    able = handlers(case.kind, case.park, on).exclude(pk=case.respondent_id)
    return able.filter(pk__in=overseers(case, on).order_by().values("pk")) if case.reserved else able


def overseers(case: Case, on: date) -> QuerySet[Person]:
    """Who is told of what is late or rated low, without the one it is about."""
    return holders(kind_of(case).oversee, case.park, on).exclude(pk=case.respondent_id)


def reviewers(park: Park, on: date) -> QuerySet[Person]:
    return holders(permissions.REVIEW, park, on)


def duties(park: Park, kind: str = "") -> QuerySet[Duty]:
    """Who takes new requests now."""
    found = Duty.objects.filter(park=park, until=None).select_related("person").order_by("kind", "person__name", "pk")
    return found.filter(kind=kind) if kind else found


def on_duty(case: Case, on: date) -> Person | None:
    """Who takes a new case: of those on duty that still work at the desk the one with the fewest open cases; None: nobody."""
    duty = duties(case.park, case.kind).values("person")
    load = Count("pk", filter=Q(closed_at=None, completed_at=None))
    open_ = (
        Case.objects.filter(park=case.park, handler=OuterRef("pk")).order_by().values("handler").annotate(n=load).values("n")
    )
    able = desk_of(case, on).filter(pk__in=duty).exclude(pk=case.applicant_id)
    return able.annotate(load=Subquery(open_)).order_by(F("load").asc(nulls_first=True), "pk").first()


def open_cases_of(handler: Person, park: Park, *, giver: Person | System) -> QuerySet[Case]:
    """What a handler has not finished, as far as somebody else may give it away: nobody gives away what is about themself."""
    found = Case.objects.filter(park=park, handler=handler, closed_at=None).order_by("due_at", "pk")
    return found.exclude(respondent=giver) if isinstance(giver, Person) else found


def templates_for(park: Park, kind: str) -> QuerySet[AnswerTemplate]:
    """Words to start an answer from: the kind's own first, then those for all."""
    return AnswerTemplate.objects.filter(park=park, retired_at=None, kind__in=[kind, ""]).order_by("-kind", "title")


def opinions_of(case: Case) -> QuerySet[Opinion]:
    return case.opinions.select_related("asked", "asked_by").order_by("-pk")


def open_opinions(person_id: int, park: Park) -> QuerySet[Opinion]:
    """What colleagues asked this person and still wait for."""
    return (
        Opinion.objects.filter(Q(case__respondent=None) | ~Q(case__respondent_id=person_id), asked_id=person_id)
        .filter(case__park=park, answered_at=None)
        .select_related("case")
        .order_by("due_on", "pk")
    )


def score_form_in_force(kind: str, park: Park, on: date) -> ScoreForm | None:
    return ScoreForm.objects.filter(park=park, kind=kind, since__lte=on).order_by("-version").first()


@dataclass(frozen=True)
class Scored:
    """What a scoring came to: the mean of the sheets that count, and how far they lie apart."""

    scoring: Scoring
    mean: Decimal
    least: Decimal
    most: Decimal
    deviation: Decimal
    counted: int
    #: Reviewers who declared a conflict of interest.
    conflicts: int

    @property
    def below(self) -> bool:
        """Under the pass mark of the score form, where it has one."""
        mark = self.scoring.form.pass_mark
        return mark is not None and self.mean < mark


def scored_of(case: Case) -> Scored | None:
    """The last scoring of a case that came to a result."""
    scoring = case.scorings.filter(result__isnull=False).select_related("form").order_by("pk").last()
    if scoring is None:
        return None
    sheets = list(scoring.sheets.filter(handed_in_at__isnull=False))
    totals = [sheet.total for sheet in sheets if not sheet.conflict]
    return Scored(
        scoring, scoring.result, min(totals), max(totals), rules.deviation(totals), scoring.counted, sum(bool(s.conflict) for s in sheets)
    )  # fmt: skip


def open_follow_ups(standing: Standing, park: Park) -> QuerySet[FollowUp]:
    """Low ratings that nobody has followed up, the most urgent first."""
    mine = FollowUp.objects.filter(park=park, done_at=None, rating__case__in=inbox(standing, park).order_by().values("pk"))
    return mine.select_related("rating__case").order_by("due_at", "pk")


def receives(person: Person, case: Case) -> bool:
    """Whether somebody is named to receive requests of this kind (受理分工)."""
    return duties(case.park, case.kind).filter(person=person).exists()


def kept_from(standing: Standing, park: Park) -> list[tuple[str, str]]:
    """The records (type, id) of this park that tell of requests which the person may not read: a list of deeds leaves them out."""
    hidden = Case.objects.filter(park=park, received_at__isnull=False).exclude(reach(standing)).order_by().values("pk")
    around = (
        (Case, "pk__in"), (Opinion, "case__in"), (Scoring, "case__in"), (Rating, "case__in"), (FollowUp, "rating__case__in"),
    )  # fmt: skip
    return [
        (model.subject_type, str(pk)) for model, path in around for pk in model.objects.filter(**{path: hidden}).values_list("pk", flat=True)
    ]  # fmt: skip


def may_rate_until(case: Case) -> date | None:
    """The last day on which the applicant may rate; None: it is not done, was withdrawn, or is of a kind that is not rated."""
    if case.completed_at is None or not kind_of(case).rated:
        return None
    done = rules.day_of(case.completed_at)
    return rules.last_day(done, int(parameter("cases.rating_days", done, case.park_id)), rules.NATURAL)


def rating_of(case: Case) -> Rating | None:
    """What the applicant said of the last time it was done."""
    return case.ratings.filter(span=case.span).first()


def waiting_for_desk(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Most urgent first; nothing that waits is closed, so the day alone gives the order, and an index the rows."""
    return cases.filter(ball=Ball.DESK).order_by("due_at", "pk")


def waiting_for_applicant(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.filter(ball=Ball.APPLICANT)


def overdue(cases: QuerySet[Case], at: datetime) -> QuerySet[Case]:
    """Open, the desk has the ball, and the deadline is over."""
    return waiting_for_desk(cases).filter(completed_at=None, due_at__lt=at)


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
    #: Completed within the promised time (of a reopened one each time), of all completed and all whose time is over.
    on_time: Rate
    #: Completed after the deadline, by the instant.
    late: QuerySet[Case]
    open: QuerySet[Case]
    #: Rated 基本满意 or better the last time it was done, of all rated.
    satisfied: Rate

    RATES = ("response", "on_time", "satisfied")


def figures(park: Park, year: int, at: datetime, *, kind: str = "", institution: int | None = None) -> Figures:
    """Computed from the cases as they are at a moment, whatever page asks. A case counts in the year that received it."""
    begin, end = rules.year_span(year)
    received = Case.objects.filter(park=park, received_at__gte=begin, received_at__lt=end).exclude(state="withdrawn")
    received = received.filter(received_at__lte=at)
    if kind:
        received = received.filter(kind=kind)
    if institution is not None:
        received = received.filter(institution_id=institution)
    late_before = Span.objects.filter(case=OuterRef("pk")).filter(Q(completed_at=None) | Q(completed_at__gt=F("due_at")))
    asked = received.filter(Q(first_response_at__isnull=False) | Q(first_due_at__lt=at))
    promised = received.filter(Q(completed_at__isnull=False) | (Q(due_at__lt=at) & ~Q(ball=Ball.APPLICANT)))
    said = Rating.objects.filter(case=OuterRef("pk"), span=OuterRef("span"), rated_at__lte=at)
    rated = received.filter(Exists(said))
    return Figures(
        year=year,
        received=received,
        response=Rate(asked.filter(first_response_at__lte=F("first_due_at")), asked),
        on_time=Rate(promised.filter(~Exists(late_before), completed_at__lte=F("due_at")), promised),
        late=received.filter(completed_at__gt=F("due_at")),
        open=received.filter(closed_at=None, completed_at=None),
        satisfied=Rate(rated.filter(Exists(said.filter(degree__gt=rules.LOW))), rated),
    )


@dataclass(frozen=True)
class Line:
    """The figures of one kind, or of one resident, as numbers: ``(part, whole)`` each."""

    key: str
    label: str
    received: int
    response: tuple[int, int]
    on_time: tuple[int, int]
    late: int
    open: int
    satisfied: tuple[int, int]


def lines(found: Figures, by: str) -> list[Line]:
    """The same figures by ``kind`` or by ``institution``, each in a handful of queries however many there are."""
    field, names = ("kind", None) if by == "kind" else ("institution_id", "institution__name")

    def counted(rows: QuerySet[Case]) -> dict[object, int]:
        return dict(rows.order_by().values_list(field).annotate(n=Count("pk")).values_list(field, "n"))

    rates = {r: (counted(getattr(found, r).part), counted(getattr(found, r).whole)) for r in Figures.RATES}
    received, late, open_ = counted(found.received), counted(found.late), counted(found.open)
    if names:
        labels = dict(found.received.order_by().values_list(field, names).distinct())
    else:
        labels = {key: KINDS.get(key).label for key in received}
    rows = [
        Line(
            str(key or ""), labels.get(key) or "个人申请", n, *(_pair(rates["response"], key), _pair(rates["on_time"], key)),
            late.get(key, 0), open_.get(key, 0), _pair(rates["satisfied"], key),
        )
        for key, n in received.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda line: (-line.received, line.label))


def _pair(rate: tuple[dict, dict], key: object) -> tuple[int, int]:
    return rate[0].get(key, 0), rate[1].get(key, 0)


def year_body(park: Park, year: int) -> str:
    """A year that is over, as it stood at its last instant: each figure with the ids it counts, as canonical JSON."""
    found = figures(park, year, rules.year_span(year)[1])

    def ids(rows: QuerySet[Case]) -> list[int]:
        return list(rows.order_by("pk").values_list("pk", flat=True))

    rates = {r: {"part": ids(getattr(found, r).part), "whole": ids(getattr(found, r).whole)} for r in Figures.RATES}
    return canonical({"year": year, "received": ids(found.received), "late": ids(found.late), "open": ids(found.open), **rates})


def frozen_year(park: Park, year: int) -> FrozenYear | None:
    return FrozenYear.objects.filter(park=park, year=year).first()


def settled_figures(park: Park, year: int, at: datetime) -> Figures:
    """The figures of a year as every page and Table 1 tell them: once it is frozen and over at ``at``, just the cases that were
    counted then, whatever has become of them; else as the cases are."""
    frozen = frozen_year(park, year) if at >= rules.year_span(year)[1] else None
    if frozen is None:
        return figures(park, year, at)
    counted = json.loads(frozen.body)

    def of(ids: list[int]) -> QuerySet[Case]:
        return Case.objects.filter(park=park, pk__in=ids)

    rates = {r: Rate(of(counted[r]["part"]), of(counted[r]["whole"])) for r in Figures.RATES}
    return Figures(year=year, **{name: of(counted[name]) for name in ("received", "late", "open")}, **rates)
