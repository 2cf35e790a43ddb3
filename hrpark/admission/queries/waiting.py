"""The waiting list (排队名单): who passed the basics and waits for a decision or a unit, in the order of 4.3.1.3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F

from hrpark.accounts.models import Park
from hrpark.cases.rules import day_of

from ..models import Application, Judgement
from ..rules import RULES, Waiting, in_turn
from .verdicts import Line, Points, Weights, points_by, standing_against, weights_on

#: The desk has the ball, or the agreement is to be signed.
WAITING = ("submitted", "checked", "admitted")


@dataclass(frozen=True)
class Placed:
    """One place of the list, and what it rests on."""

    application: Application
    place: int
    of: int
    points: Points
    received: datetime
    #: How many stand before it for more points, and how many for having come first with as many.
    above: int
    earlier: int

    @property
    def letters(self) -> str:
        """The letters that brought points: a、c（20分）."""
        earned = [row.line.letter for row in self.points.rows if row.earned]
        return "、".join(earned)

    @property
    def why(self) -> str:
        """Why it stands where it does, naming nobody."""
        got = f"优先条件{self.letters}项得{self.points.total}分" if self.letters else "没有得分的优先条件，0分"
        before = [f"{self.above}件得分更高" if self.above else "", f"{self.earlier}件同分且收件在先" if self.earlier else ""]
        says = "，".join(filter(None, before))
        return f"{got}；前面{self.place - 1}件：{says}" if says else f"{got}；前面没有其他申请"


def queue(park: Park, today: date) -> list[Placed]:
    """Everybody who waits, in turn. Each is weighed by the weights of the day on which it was received."""
    found = Application.objects.filter(park=park, open=True, round__gt=0, case__state__in=WAITING)
    rows = {row.pk: row for row in found.select_related("case", "institution", "park")}
    lines: dict[int, list[Line]] = {pk: [] for pk in rows}
    for row in Judgement.objects.filter(application__in=rows, round=F("application__round")).order_by("clause"):
        lines[row.application_id].append(Line(RULES.find(row.rule), row))
    weights: dict[date, Weights] = {}
    points: dict[int, Points] = {}
    for pk, row in rows.items():
        if row.case.state != "admitted" and standing_against(lines[pk]):
            continue  # who was let in on a condition waits for a unit, too
        day = day_of(row.case.received_at)
        if day not in weights:
            weights[day] = weights_on(park, day)
        points[pk] = points_by(weights[day], lines[pk])
    turn = in_turn(Waiting(pk, one.total, rows[pk].case.received_at) for pk, one in points.items())
    return [
        Placed(
            application=rows[one.id], place=n, of=len(turn), points=points[one.id], received=one.received,
            above=sum(other.points > one.points for other in turn), earlier=sum(other.points == one.points for other in turn[: n - 1]),
        )
        for n, one in enumerate(turn, 1)
    ]  # fmt: skip


def place_of(application: Application, today: date) -> Placed | None:
    """Where an application stands; None while it does not wait."""
    if not application.open or application.case.state not in WAITING:
        return None
    return next((one for one in queue(application.park, today) if one.application.pk == application.pk), None)
