"""What comes after: the applicant's rating, and what a low one opens."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from hrpark.accounts.models import Person
from hrpark.accounts.queries import require
from hrpark.notices.actions import notify
from hrpark.standard.queries import parameter
from hrpark.standard.rules import DEGREES
from hrpark.toolbox.errors import Conflict, NotAllowed, Refused
from hrpark.toolbox.workdays import add_working_days
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions, rules
from ..kinds import RATED_LOW
from ..models import Case, FollowUp, FollowUpResult, Rating
from ..queries import kind_of, may_rate_until, overseers
from .moving import about, acts_for_applicant, advance, locked, unnamed


@verb("cases.rate", "评价了办理结果", veil=unnamed)
def rate(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, case: Case, degree: int, text: str = ""
) -> Rating:  # fmt: skip
    """The applicant's degree, once for each time it was done. A low one (不满意 and below) opens a follow-up."""
    case = locked(case.pk)
    if not acts_for_applicant(actor, case, rules.day_of(at)):
        raise NotAllowed("只有申请人本人或该单位经核验的经办人可以评价。")
    until = may_rate_until(case)
    if until is None:
        raise Refused("本件还没有办结，办结后再评价。")
    if rules.day_of(at) > until:
        raise Refused("评价期限已过。如仍有问题，请提出新的诉求。")
    if degree not in DEGREES:
        raise Refused("请选择评价等级。", field="degree")
    low = rules.is_low(degree)
    if low and not text.strip():
        raise Refused("请写明哪里不满意，园区会联系您。", field="text")
    try:
        with transaction.atomic():
            rating = Rating.objects.create(
                case=case, span=case.span, degree=degree, text=text.strip(), rated_at=at,
                rated_by=actor if isinstance(actor, Person) else None,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("本件已经评价过，每次办结评价一次。") from None
    if low:
        _follow_up(rating, case, at)
    deed.record(rating, park=case.park_id, case=case.pk, degree=degree)
    deed.also(case, park=case.park_id, degree=degree)
    return rating


def _follow_up(rating: Rating, case: Case, at: datetime) -> None:
    on = rules.day_of(at)
    days = int(parameter("cases.follow_up_working_days", on, case.park_id))
    due_at = rules.end_of(add_working_days(on, days).day)
    follow_up = FollowUp.objects.create(rating=rating, park=case.park, opened_at=at, due_at=due_at)
    for person in overseers(case, on):
        notify(
            to=person,
            kind=RATED_LOW,
            degree=DEGREES[rating.degree][0],
            until=due_at,
            **{**about(case, at), "subject": follow_up},
        )


@verb("cases.follow_up", "登记了差评回访")
def follow_up(
    deed: Deed, *, actor: Person, at: datetime, key: str, follow_up: FollowUp, result: str, note: str
) -> FollowUp:  # fmt: skip
    """What was heard and what was done; 重新办理 takes the case up again in the same deed. Not by whom the rating was about."""
    found = FollowUp.objects.select_for_update(of=("self",)).select_related("rating__case").get(pk=follow_up.pk)
    case = found.rating.case
    require(actor, permissions.HANDLE, found.park_id, rules.day_of(at))
    if actor.pk in (case.handler_id, case.respondent_id):
        raise NotAllowed("差评回访应由经办人以外的人员进行。")
    if found.done_at is not None:
        raise Conflict(f"{found.done_by}已登记回访结果。")
    if result not in FollowUpResult.values:
        raise Refused("请选择回访结果。", field="result")
    if not note.strip():
        raise Refused("请填写回访记录：联系了谁、说了什么、做了什么。", field="note")
    found.done_at, found.done_by, found.result, found.note = at, actor, result, note.strip()
    found.save(update_fields=["done_at", "done_by", "result", "note"])
    if result == FollowUpResult.REOPENED:
        if not any(m.reopens for m in kind_of(case).moves_from(case.state, "desk")):
            raise Refused("本件不能重新办理，请选择其他回访结果。", field="result")
        advance(case, "reopen", actor=actor, at=at, note=f"差评回访：{note.strip()}")
    deed.record(found, park=found.park_id, case=case.pk, result=result)
    deed.also(case, park=found.park_id, result=result)
    return found
