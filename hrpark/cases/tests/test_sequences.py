"""Deeds of any kind of request in any order, through the verbs: the table of states, the clocks, and what was late, hold after each.

``HRPARK_SEQUENCES`` says how many sequences are tried (``make torture``: many).
"""

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hrpark.cases import actions, rules
from hrpark.cases.actions import clockwork
from hrpark.cases.kinds import KINDS
from hrpark.cases.models import Case, Pause
from hrpark.cases.samples import DATA, make_case
from hrpark.toolbox.errors import HrparkError

from . import plain  # noqa: F401 - registers its kind

pytestmark = pytest.mark.django_db
BY_APPLICANT = ("submit", "resubmit", "withdraw", "rate")
ASIDE = ("assign", "hand_over", "add_note", "rate", "remind")
DEEDS = ("submit", "send_back", "resubmit", "respond", "close", "reopen", "withdraw", *ASIDE)
#: Hours over the Spring Festival of 2026 with its worked Saturdays, as well as minutes.
WAITS = st.integers(0, 30) | st.integers(0, 24 * 16)
KEYS = count()


@dataclass
class Known:
    """What is expected of a case, from its deeds alone."""

    begun: datetime | None = None
    pauses: list[list[datetime | None]] = field(default_factory=list)
    #: Judged late in this span, with the deadline that was missed.
    late: datetime | None = None


def do(deed, case, cast, now, known):
    """One deed by whoever may do it, as far as the state allows."""
    by = {"actor": cast.qihang_clerk if deed in BY_APPLICANT else cast.director, "at": now, "key": f"s{next(KEYS)}"}
    if deed == "remind":
        clockwork.remind_due(now)
    elif deed == "hand_over":
        giver = case.handler or cast.officer
        taker = cast.director if giver == cast.officer else cast.officer
        actions.hand_over(**by, park=case.park, giver=giver, taker=taker, note="休假交接")
    else:
        kind, field = KINDS.get(case.kind), case.item.fields[-1]["key"]
        more = {
            "send_back": {"asked": [{"field": field, "says": "请补充"}]}, "resubmit": {"data": case.data}, "add_note": {"note": "备注"},
            "respond": {"note": f"答复{next(KEYS)}"}, "reopen": {"note": "再办"}, "assign": {"handler": cast.officer}, "rate": {"degree": 5},
            "close": {"note": "办好", "outcome": next(iter(kind.outcomes), ""), "cause": next(iter(kind.causes), "")},
        }  # fmt: skip
        getattr(actions, deed)(**by, case=case, **more.get(deed, {}))


def remember(known, before, after, deed, now):
    """A pause is from sending back to the answer; a reopened case begins anew."""
    if deed == "submit":
        known.begun = now
    elif deed == "reopen":
        known.begun, known.pauses, known.late = now, [], None
    elif deed == "send_back" and before.completed_at is None:
        known.pauses.append([now, None])
    elif known.pauses and deed in ("resubmit", "withdraw") and known.pauses[-1][1] is None:
        known.pauses[-1][1] = now


def holds(known, case, now):
    kind = KINDS.get(case.kind)
    assert case.ball == kind.state(case.state).ball and (case.closed_at is not None) == kind.state(case.state).final
    assert Pause.objects.filter(case=case, until=None).exists() == (case.state == "correcting")
    assert list(case.steps.values_list("seq", flat=True)) == list(range(1, case.steps.count() + 1))
    if known.begun is None:
        assert case.due_at is case.first_due_at is case.received_at is None
        return
    assert case.due_at == rules.due(known.begun, case.item.completion_days, case.item.clock, known.pauses)
    assert case.first_due_at == rules.due(case.received_at, case.item.first_response_days, case.item.clock)
    waits = known.pauses[-1][0] if known.pauses and known.pauses[-1][1] is None else None
    if case.state == "withdrawn":
        return
    late = rules.is_late(case.due_at, case.completed_at, now, waits)
    assert known.late is None or (late and case.due_at == known.late)
    known.late = case.due_at if late else None


@settings(
    max_examples=int(os.environ.get("HRPARK_SEQUENCES", "12")), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip
@given(st.sampled_from(["plain", "general", "complaint"]), st.integers(-60, 20),
       st.lists(st.tuples(st.sampled_from(DEEDS) | st.sampled_from(["submit", "assign", "hand_over", "send_back", "resubmit"]), WAITS), min_size=6, max_size=14))  # fmt: skip
def test_no_sequence_of_deeds_leaves_the_table_or_moves_a_deadline_but_by_a_pause(cast, at, key, day, deeds):
    now = at + timedelta(days=day)
    data = DATA.get(key, {"what": "会议室空调不制冷"})
    case = make_case(
        kind=key, park=cast.huangpu, applicant=cast.qihang_clerk, data=data, handed_in=False, at=now, title=f"第{next(KEYS)}件"
    )
    arrows, known = {move.key: move for move in KINDS.get(key).moves}, Known()
    for deed, hours in deeds:
        now += timedelta(hours=hours)
        before = Case.objects.select_related("handler", "item", "park").get(pk=case.pk)
        try:
            do(deed, before, cast, now, known)
        except HrparkError:
            after = Case.objects.get(pk=case.pk)
            assert (after.state, after.version, after.due_at) == (before.state, before.version, before.due_at)
        else:
            after = Case.objects.get(pk=case.pk)
            if deed in ASIDE:
                assert (after.state, after.version, after.due_at, after.first_due_at) == (
                    before.state, before.version, before.due_at, before.first_due_at,
                )  # fmt: skip
            else:
                assert before.state in arrows[deed].froms and after.state == arrows[deed].to
                remember(known, before, after, deed, now)
        holds(known, after, now)
