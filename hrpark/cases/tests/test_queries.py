"""Who may read which case, what is due, and the figures of a year."""

from datetime import timedelta
from decimal import Decimal

import pytest

from hrpark.accounts.queries import NOBODY, standing_of
from hrpark.cases import actions, queries
from hrpark.cases.samples import make_case
from hrpark.files.kinds import GATES
from hrpark.toolbox.errors import NotFound
from tests.worlds import world

from . import plain  # noqa: F401

pytestmark = pytest.mark.django_db
WORDS = {"what": "会议室空调不制冷"}


@world
def case(cast):
    return make_case(kind="plain", park=cast.huangpu, applicant=cast.qihang_clerk, organisation=cast.qihang, data=WORDS)


def reads(cast, at, case) -> set[str]:
    """Which of the cast get through the gate."""
    found = set()
    for who in ("stranger", "installer", "officer", "director", "supervisor", "inspector", "qihang_representative", "qihang_clerk",
                "zhida_representative", "zhida_clerk", "tianhe_director", "tianhe_officer", "yuecai_representative"):  # fmt: skip
        try:
            queries.case_for(standing_of(getattr(cast, who), at.date()), case.pk)
            found.add(who)
        except NotFound:
            pass
    return found


def test_the_applicant_their_organisation_the_desk_and_the_authority_read_a_case(cast, case, at):
    assert reads(cast, at, case) == {"qihang_representative", "qihang_clerk", "officer", "director", "supervisor", "inspector"}
    with pytest.raises(NotFound):
        queries.case_for(NOBODY, case.pk)


def test_a_draft_is_read_by_nobody_but_those_who_write_it(cast, at):
    draft = make_case(kind="plain", park=cast.huangpu, applicant=cast.qihang_clerk, organisation=cast.qihang, handed_in=False)
    assert reads(cast, at, draft) == {"qihang_representative", "qihang_clerk"}


def test_somebody_without_an_organisation_reads_their_own(cast, at):
    own = make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS)
    assert "stranger" in reads(cast, at, own) and "qihang_clerk" not in reads(cast, at, own)


def test_acting_as_the_applicant_is_not_for_the_desk(cast, case, at):
    for who, allowed in ((cast.officer, False), (cast.supervisor, False), (cast.qihang_representative, True)):
        standing = standing_of(who, at.date())
        if allowed:
            assert queries.own_case_for(standing, case.pk) == case
        else:
            with pytest.raises(NotFound):
                queries.own_case_for(standing, case.pk)


def test_a_case_of_another_park_does_not_exist_in_this_one(cast, case, at):
    with pytest.raises(NotFound):
        queries.case_for(standing_of(cast.officer, at.date()), case.pk, park=cast.tianhe)
    with pytest.raises(NotFound):
        queries.case_for(standing_of(cast.officer, at.date()), case.pk, kind="something else")


def test_the_inbox_has_what_was_handed_in_to_this_park_most_urgent_first(cast, case, at):
    make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS, handed_in=False)
    make_case(kind="plain", park=cast.tianhe, applicant=cast.yuecai_clerk, data=WORDS)
    earlier = make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS, at=at - timedelta(days=3))
    box = queries.inbox(standing_of(cast.officer, at.date()), cast.huangpu)
    assert list(box) == [earlier, case]
    assert not queries.inbox(standing_of(cast.qihang_clerk, at.date()), cast.huangpu).exists()
    assert not queries.inbox(standing_of(cast.tianhe_director, at.date()), cast.huangpu).exists()


def test_the_inbox_says_who_has_the_ball(cast, case, at):
    box = queries.inbox(standing_of(cast.officer, at.date()), cast.huangpu)
    assert list(queries.waiting_for_desk(box)) == [case]
    actions.send_back(actor=cast.officer, at=at, key="b", case=case, asked=[{"field": "what", "says": "哪一间"}])
    assert list(queries.waiting_for_applicant(box)) == [case] and not queries.waiting_for_desk(box).exists()
    clock = queries.clock_of(box.get(), at + timedelta(days=30))
    assert clock.paused and clock.tone == "off" and clock.days_left is None


def test_a_case_says_how_many_working_days_are_left(cast, case, at):
    def clock(days):
        return queries.clock_of(case, at + timedelta(days=days))

    assert [(clock(d).days_left, clock(d).tone) for d in (0, 4, 7, 8)] == [
        (5, "waiting"),
        (1, "soon"),
        (0, "soon"),
        (-1, "late"),
    ]


def test_the_files_of_a_case_go_through_its_gate(cast, case, at):
    gate, key = GATES.get("case"), str(case.pk)

    def may(rule, who):
        return rule(standing_of(who, at.date()), key, at.date())

    assert may(gate.read, cast.inspector) and not may(gate.read_personal, cast.inspector)
    assert may(gate.read_personal, cast.qihang_representative) and not may(gate.read, cast.zhida_representative)
    assert may(gate.write, cast.officer) and not may(gate.write, cast.inspector)
    assert not may(gate.write, cast.qihang_clerk)  # the park has the ball
    actions.send_back(actor=cast.officer, at=at, key="b", case=case, asked=[{"field": "what", "says": "哪一间"}])
    assert may(gate.write, cast.qihang_clerk) and not may(gate.write, cast.zhida_clerk)


def test_the_response_rate_counts_answers_in_time_over_what_was_due(cast, at):
    def ask(days=0):
        return make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS, at=at + timedelta(days=days))

    quick, slow, silent, gone = (ask() for _ in range(4))
    actions.respond(actor=cast.officer, at=at + timedelta(hours=1), key="1", case=quick, note="已报修")
    actions.respond(actor=cast.officer, at=at + timedelta(days=2), key="2", case=slow, note="已报修")
    actions.withdraw(actor=cast.stranger, at=at + timedelta(days=1), key="3", case=gone)
    fresh = ask(days=3)
    now = at + timedelta(days=3, hours=1)
    found = queries.figures(cast.huangpu, 2026, now)
    assert set(found.received) == {quick, slow, silent, fresh}
    assert set(found.response.whole) == {quick, slow, silent} and list(found.response.part) == [quick]
    assert found.response.value == Decimal(1) / 3
    assert found.on_time.value is None  # nothing is done or due yet: not determined, never 0
    assert queries.figures(cast.tianhe, 2026, now).response.value is None


def test_the_on_time_rate_leaves_out_what_waits_for_the_applicant(cast, at):
    def ask():
        return make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS)

    done, late, waiting, over = ask(), ask(), ask(), ask()
    actions.close(actor=cast.officer, at=at + timedelta(days=1), key="1", case=done, note="好")
    actions.close(actor=cast.officer, at=at + timedelta(days=20), key="2", case=late, note="好")
    actions.send_back(actor=cast.officer, at=at, key="3", case=waiting, asked=[{"field": "what", "says": "哪一间"}])
    found = queries.figures(cast.huangpu, 2026, at + timedelta(days=30))
    assert set(found.on_time.whole) == {done, late, over} and list(found.on_time.part) == [done]
    assert set(queries.overdue(queries.inbox(standing_of(cast.officer, at.date()), cast.huangpu), at + timedelta(days=30))) == {
        over
    }


def test_last_year_s_requests_count_in_last_year(cast, at):
    make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS, at=at - timedelta(days=90))
    assert queries.figures(cast.huangpu, 2025, at).received.count() == 1
    assert queries.figures(cast.huangpu, 2026, at).received.count() == 0
