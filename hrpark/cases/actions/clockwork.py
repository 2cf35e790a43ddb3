"""What the tick does with requests: reminders and escalation of deadlines, deadlines counted anew when the holidays of a year are
known, and the figures of a year that is over.

All are rows: a killed tick repeats nothing, a late one sends what is due now and not what it missed.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from hrpark.accounts.models import Park, Person
from hrpark.accounts.queries import require
from hrpark.notices.actions import notify
from hrpark.notices.rules import is_civil
from hrpark.standard.queries import arrangements, parameter
from hrpark.toolbox.errors import Conflict, Refused
from hrpark.toolbox.frozen import digest
from hrpark.toolbox.workdays import in_force
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions, rules
from ..kinds import DUE_SOON, ESCALATED, OVERDUE
from ..models import Ball, Case, FrozenYear, Nudge, Recount
from ..queries import desk_of, frozen_year, overseers, year_body
from .moving import about, keep_clocks, locked

TICK = System("tick")
#: Nobody is reminded further ahead than this.
HORIZON = 40


def remind_due(at: datetime, *, limit: int = 1000) -> int:
    """Remind of deadlines that come near and escalate those that went by, on working days, at civil hours.
    Returns how many cases."""
    today, done = rules.day_of(at), 0
    if not is_civil(at, rules.ZONE) or not in_force().is_working(today):
        return 0
    horizon = rules.end_of(rules.last_day(today, HORIZON, rules.NATURAL))
    near = Q(due_at__lte=horizon, completed_at=None) | Q(first_due_at__lte=horizon, first_response_at=None)
    told = Nudge.objects.filter(case=OuterRef("pk"), at__gte=rules.start_of(today))
    found = Case.objects.filter(near, ball=Ball.DESK, closed_at=None).exclude(Exists(told))
    for case in found.select_related("handler", "park", "item").order_by("due_at", "pk")[:limit]:
        done += _remind(case, today, at)
    return done


def _remind(case: Case, today: date, at: datetime) -> bool:
    """One case: its first response and its completion, each with the step that the day calls for."""
    before = parameter("cases.remind_before_days", today, case.park_id)
    after = parameter("cases.escalate_after_days", today, case.park_id)
    sent = False
    for due_at, open_, what in (
        (case.due_at, case.completed_at is None, "办结"), (case.first_due_at, case.first_response_at is None, "首次答复"),
    ):  # fmt: skip
        if not open_ or due_at is None:
            continue
        step = rules.step_due(today, rules.day_of(due_at), before, after)
        if step is not None and _nudge(case, due_at, step, what, today, at):
            sent = True
    return sent


def _nudge(case: Case, due_at: datetime, step: int, what: str, today: date, at: datetime) -> bool:
    with transaction.atomic():
        _, new = Nudge.objects.get_or_create(case=case, due_at=due_at, step=step, defaults={"at": at})
        if not new:
            return False
        words = {"what": what, "day": f"{rules.day_of(due_at):%Y-%m-%d}", **about(case, at)}
        late = due_at < at
        workers = [case.handler] if case.handler is not None and case.handler.is_active else list(desk_of(case, today))
        for person in workers:
            notify(to=person, kind=OVERDUE if late else DUE_SOON, until=None if late else due_at, **words)
        if late:
            handler = case.handler.name if case.handler else "未指派"
            for person in overseers(case, today):
                notify(to=person, kind=ESCALATED, handler=handler, **words)
    return True


@verb("cases.recount", "按新的节假日安排重算了期限")
def recount(deed: Deed, *, actor: Person | System, at: datetime, key: str, case: Case) -> Case:
    """Both deadlines by the calendar that holds now. Neither the promise nor what was counted as paused changes."""
    require(actor, permissions.OVERSEE, case.park_id, rules.day_of(at))
    case = locked(case.pk)
    keep_clocks(case)
    case.save(update_fields=["first_due_at", "due_at"])
    deed.record(case, park=case.park_id, due_on=rules.day_of(case.due_at))
    return case


def recount_due(at: datetime) -> int:
    """After an arrangement of holidays was entered: every open request whose deadline it moves. Returns how many."""
    counted = Recount.objects.filter(arrangement=OuterRef("pk"))
    moved = 0
    for arrangement in arrangements().exclude(Exists(counted)).order_by("pk"):
        since = rules.start_of(date(arrangement.year - 1, 12, 1))
        open_ = Case.objects.filter(closed_at=None, completed_at=None, due_at__gte=since).select_related("item", "park")
        here = 0
        for case in open_.order_by("pk").iterator(500):
            before = case.first_due_at, case.due_at
            keep_clocks(case)
            if (case.first_due_at, case.due_at) != before:
                recount(actor=TICK, at=at, key=f"recount:{arrangement.pk}:{case.pk}", case=case)
                here += 1
        Recount.objects.get_or_create(arrangement=arrangement, defaults={"moved": here, "at": at})
        moved += here
    return moved


@verb("cases.freeze_year", "固定了年度办件统计")
def freeze_year(deed: Deed, *, actor: Person | System, at: datetime, key: str, park: Park, year: int) -> FrozenYear:
    """The figures of a year that is over, as they stood at its last instant, with every id behind them. Once."""
    require(actor, permissions.OVERSEE, park.pk, rules.day_of(at))
    if rules.day_of(at).year <= year:
        raise Refused(f"{year}年还没有结束，不能固定统计。")
    body = year_body(park, year)
    try:
        with transaction.atomic():
            row = FrozenYear.objects.create(park=park, year=year, body=body, digest=digest(body), frozen_at=at)
    except IntegrityError:
        raise Conflict(f"{year}年的统计已经固定。") from None
    deed.record(row, park=park.pk, year=year, digest=row.digest)
    return row


def freeze_due(at: datetime) -> int:
    """On the first days of a year: the year before, of every park that had requests in it."""
    year, done = rules.day_of(at).year - 1, 0
    begin, end = rules.year_span(year)
    parks = Park.objects.filter(cases__received_at__gte=begin, cases__received_at__lt=end).distinct()
    for park in parks.order_by("pk"):
        if frozen_year(park, year) is None:
            freeze_year(actor=TICK, at=at, key=f"freeze:{park.pk}:{year}", park=park, year=year)
            done += 1
    return done
