"""Deciding on an application: once, for ever, on a basis (4.3.1.1, 5.1.3)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from hrpark.accounts.models import Person
from hrpark.accounts.queries import require
from hrpark.cases import actions as cases
from hrpark.cases.rules import day_of
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import Refused
from hrpark.toolbox.text import tidy
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions
from ..models import Application, Decision, Outcome, Ruling
from ..queries import standing_against, verdicts
from .judging import fresh

MOVES = {Ruling.ADMITTED: "admit", Ruling.CONDITIONAL: "condition", Ruling.REFUSED: "refuse"}


@verb("admission.decide", "作出了入驻决定")
@cites("4.3.1.1", "5.1.3", label="入驻决定及其依据")
def decide(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, outcome: str, basis: str,
    conditions: str = "", conditions_until: date | None = None, seen: int | None = None,
) -> Decision:  # fmt: skip
    """Once, for ever. Nobody is let in while an entry condition fails or is open; 有条件准予 may leave open ones to a day."""
    require(actor, permissions.DECIDE, application.park_id, day_of(at))
    if outcome not in Ruling.values:
        raise Refused("请选择决定：准予入驻、有条件准予入驻或不予入驻。", field="outcome")
    if len(tidy(basis)) < 5:
        raise Refused("请写明决定的依据，例如规则结论、会议纪要或审批意见（至少5个字）。", field="basis")
    case = cases.locked(application.case_id)
    if seen is not None and seen != case.version:
        raise cases.first_was(case)
    application = fresh(application)
    if case.state == "submitted":
        _check_ruling(application, Ruling(outcome), conditions, conditions_until, day_of(at))
    case = cases.advance(
        case, MOVES[Ruling(outcome)], actor=actor, at=at, note=basis, outcome=outcome, seen=seen,
        told={"conditions": conditions, "until": conditions_until.isoformat()} if conditions_until else None,
    )  # fmt: skip
    try:
        with transaction.atomic():
            decision = Decision.objects.create(
                application=application, outcome=outcome, basis=basis.strip(), decided_at=at,
                conditions=conditions.strip() if outcome == Ruling.CONDITIONAL else "",
                conditions_until=conditions_until if outcome == Ruling.CONDITIONAL else None,
                decided_by=actor if isinstance(actor, Person) else None,
            )  # fmt: skip
    except IntegrityError:
        raise cases.first_was(case) from None
    deed.record(decision, park=application.park_id, outcome=outcome, basis=decision.basis, conditions=decision.conditions)
    deed.also(application, park=application.park_id, outcome=outcome)
    deed.also(case, park=application.park_id, outcome=outcome)
    return decision


def _check_ruling(application: Application, outcome: Ruling, conditions: str, until: date | None, today: date) -> None:
    if outcome == Ruling.REFUSED:
        return
    against = standing_against(verdicts(application))
    failed = [line for line in against if line.stands is Outcome.FAILED]
    blocking = failed if outcome == Ruling.CONDITIONAL else against
    if blocking:
        letters = "；".join(f"{line.clause}{line.stands.label}" for line in blocking)
        todo = "请先核对材料或信用情况；确有理由的，可逐条改判并写明理由" + ("" if failed else "，或作出有条件准予的决定")
        raise Refused(f"基本条件尚未全部满足（{letters}）。{todo}。", field="outcome")
    if outcome == Ruling.CONDITIONAL:
        if not conditions.strip():
            raise Refused("请写明入驻的条件，例如要补交的材料。", field="conditions")
        if until is None or until <= today:
            raise Refused("请填写满足条件的期限，应晚于今天。", field="conditions_until")
