"""A round from preparing to finishing: who may do what when, and what is refused."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from hrpark.accounts.queries import standing_of
from hrpark.evaluation import samples
from hrpark.evaluation.actions import (
    Rated,
    answer_round,
    cancel_round,
    close_collection,
    find_veto,
    finish_round,
    hand_in_assessment,
    rate_self,
    reopen_assessment,
)
from hrpark.evaluation.kinds import SEEDS
from hrpark.evaluation.models import Answer, Comment, Participation, SelfScore, State
from hrpark.evaluation.queries import (
    comments_of,
    outcome_of,
    review,
    table_of,
    tallies,
)
from hrpark.evaluation.rules.scheme import judged_by
from hrpark.evaluation.tests.steps import answer, assess, prepare
from hrpark.returns import samples as returns
from hrpark.toolbox.errors import Conflict, NotAllowed, NotFound, Refused
from hrpark.trail.models import Entry, Payload

pytestmark = pytest.mark.django_db
AGENCY = "T1.01"


# --- preparing ---------------------------------------------------------------------------------------------------------


def test_a_round_remembers_scheme_and_edition_as_they_are_used(people, at):
    made = prepare(people, at)
    assert (made.state, made.year, made.edition, made.scheme.key) == ("preparing", 2025, "draft-2025", "hrpark")
    assert made.scheme.digest == SEEDS.get("hrpark-1").digest
    assert prepare(people, at, key="p2", name="另一轮").scheme == made.scheme


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"as_of": date(2026, 12, 31)}, "不能晚于今天"),
        ({"answers_until": date(2026, 3, 1)}, "已过"),
        ({"self_until": date(2026, 3, 3)}, "不能早于进驻单位"),
        ({"assess_until": date(2026, 3, 3)}, "不能早于运营自评"),
        ({"name": "  "}, "请填写评价名称"),
    ],
)
def test_a_round_with_dates_out_of_order_is_refused(people, at, over, says):
    with pytest.raises(Refused, match=says):
        prepare(people, at, **over)


def test_two_rounds_of_one_name_are_refused_and_a_cancelled_one_gives_its_name_back(people, at):
    first = prepare(people, at)
    with pytest.raises(Refused, match="同名"):
        prepare(people, at, key="p2")
    cancel_round(actor=people.officer, at=at, key="c", round=first, reason="年度选错")
    assert prepare(people, at, key="p3").pk != first.pk


def test_an_unknown_scheme_is_not_found(people, at):
    with pytest.raises(NotFound):
        prepare(people, at, scheme="house:nothing:1")


def test_only_operator_and_authority_of_the_park_prepare(people, at):
    for actor in (people.qihang_representative, people.tianhe_director, people.stranger):
        with pytest.raises(NotAllowed):
            prepare(people, at, actor=actor)
    assert prepare(people, at, actor=people.inspector)


# --- answering ---------------------------------------------------------------------------------------------------------


def test_an_institution_answers_once(people, residents, round, at):
    qihang = residents[0]
    answer(people, round, qihang, at)
    assert answer(people, round, qihang, at) == Participation.objects.get()
    with pytest.raises(Refused, match="已在本轮作答"):
        answer(people, round, qihang, at, actor=people.qihang_representative, key="b")
    assert Answer.objects.count() == len(judged_by(round.scheme.body, "residents"))


def test_nobody_answers_for_somebody_else(people, residents, round, at):
    for actor in (people.zhida_clerk, people.officer, people.inspector, people.tianhe_officer, people.yuecai_clerk):
        with pytest.raises(NotAllowed):
            answer(people, round, residents[0], at, actor=actor)


@pytest.mark.parametrize(
    ("scores", "says"),
    [({}, "至少回答一个"), ({"T1.05": 5}, "不符"), ({"T1.13": 6}, "五个满意程度"), ({"T1.13": 0}, "五个满意程度")],
)
def test_a_wrong_sheet_is_refused(people, residents, round, at, scores, says):
    with pytest.raises(Refused, match=says):
        answer(people, round, residents[0], at, scores=scores)
    assert not Participation.objects.exists()


def test_who_is_not_resident_and_a_round_that_is_not_open_are_refused(people, residents, round, at):
    late = at + timedelta(days=15)
    with pytest.raises(Refused, match="不接受作答"):
        answer(people, round, residents[0], late)
    second = samples.make_round(people.huangpu, at=at, name="筹备中", opened=False)
    with pytest.raises(Refused, match="不接受作答"):
        answer(people, second, residents[0], at)
    from hrpark.institutions import samples as dossiers

    gone = dossiers.make_institution(at=at, park=people.huangpu)
    with pytest.raises(Refused, match="在驻"):
        answer_round(actor=samples.HOUSE, at=at, key="x", round=round, institution=gone, scores={"T1.13": 5})


def test_nothing_ties_an_answer_to_who_gave_it(people, residents, round, at):
    """No common column, no time, nothing in the trail, and every sheet renews all ids and the order of all rows."""
    answer(people, round, residents[0], at, comment="食堂排队太久")
    before = set(Answer.objects.values_list("pk", flat=True))
    answer(people, round, residents[1], at, actor=people.zhida_clerk, comment="停车位不够")
    assert not before & set(Answer.objects.values_list("pk", flat=True))
    columns = {f.name for f in Answer._meta.get_fields()} & {f.name for f in Participation._meta.get_fields()}
    assert columns == {"id", "round"}
    assert {f.name for f in Answer._meta.get_fields()} == {"id", "round", "row", "score"}
    told = " ".join(json.dumps(body, ensure_ascii=False) for body in Payload.objects.values_list("body", flat=True))
    assert "食堂" not in told and "T1.13" not in told
    assert not Entry.objects.filter(subject_type__in=["answer", "comment"]).exists()


def test_the_order_of_the_rows_does_not_tell_the_last_sheet(people, residents, round, at):
    """The last sheet says 1 everywhere, the others never: its rows stand anywhere in the file, not at its end."""
    samples.answer_all(round, residents[:6], at=at)
    rows = judged_by(round.scheme.body, "residents")
    answer_round(actor=samples.HOUSE, at=at, key="last", round=round, institution=residents[6], scores=dict.fromkeys(rows, 1))
    place = "rowid" if connection.vendor == "sqlite" else "ctid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT score FROM evaluation_answer ORDER BY {place}")
        scores = [row[0] for row in cursor.fetchall()]
        if connection.vendor == "postgresql":
            cursor.execute("SELECT count(DISTINCT xmin::text) FROM evaluation_answer")
            assert cursor.fetchone()[0] == 1
    assert scores.count(1) == len(rows)
    assert scores[-len(rows) :] != [1] * len(rows)  # by chance once in 5 million draws


def test_no_result_while_answers_come_in_and_none_below_five(people, residents, round, at):
    samples.answer_all(round, residents[:4], at=at)
    assert tallies(round, at.date()) == {}
    samples.rate_all(round, at=at)
    closed = samples.close(round, at=at, actor=people.inspector)
    assert {(t["n"], tuple(t["counts"])) for t in tallies(closed, at.date()).values()} == {(4, ())}
    assert outcome_of(closed, at.date()).result["rows"]["T1.13"]["residents"] is None


def test_from_five_answers_up_the_residents_are_a_source(people, residents, collected, at):
    tally = tallies(collected, at.date())["T1.13"]
    assert tally["n"] == 7 and sum(tally["counts"].values()) == 7
    assert outcome_of(collected, at.date()).inputs["answers"]["T1.13"] == tally


def test_the_satisfaction_of_table_1_comes_from_the_closed_round(people, residents, round, at):
    samples.answer_all(round, residents, at=at)
    assert table_of(people.huangpu, round.as_of, at.date()).cell("T1.13.satisfaction").reading.value is None
    later = round.answers_until + timedelta(days=1)
    found = table_of(people.huangpu, round.as_of, later).cell("T1.13.satisfaction").reading
    assert found.value == Decimal("82.86") or 60 <= found.value <= 100
    assert found.records[0].ids == (str(round.pk),)


def test_comments_are_for_the_authority_alone_after_closing(people, residents, round, at):
    for n, institution in enumerate(residents):
        answer_round(
            actor=samples.HOUSE,
            at=at,
            key=f"a{n}",
            round=round,
            institution=institution,
            scores={"T1.13": 5},
            comment=f"意见{n}",
        )
    on = at.date()
    inspector, officer = standing_of(people.inspector, on), standing_of(people.officer, on)
    assert comments_of(inspector, round, on) == []
    samples.rate_all(round, at=at)
    closed = samples.close(round, at=at)
    assert len(comments_of(inspector, closed, on)) == 7 == Comment.objects.count()
    assert comments_of(officer, closed, on) == []


# --- rating oneself ----------------------------------------------------------------------------------------------------


def test_the_operator_saves_as_often_as_wanted_and_hands_in_once(people, round, at):
    def rate(key, rows, **over):
        return rate_self(actor=over.pop("actor", people.officer), at=at, key=key, round=round, rows=rows, **over)

    rate("1", [Rated(AGENCY, Decimal(70))])
    rate("2", [Rated(AGENCY, Decimal(75)), Rated("T1.14", None, {"会议室": True})])
    assert SelfScore.objects.get(row=AGENCY).score == 75
    assert rate("3", [], hand_in=True).state == State.SELF_RATED
    with pytest.raises(Conflict):
        rate("4", [Rated(AGENCY, Decimal(100))])


@pytest.mark.parametrize(
    "given",
    [Rated(AGENCY, Decimal(101)), Rated(AGENCY, Decimal(-1)), Rated("T9", Decimal(1)), Rated("T1.14", None, {"游泳池": True})],
)
def test_a_wrong_self_score_is_refused(people, round, at, given):
    with pytest.raises(Refused):
        rate_self(actor=people.officer, at=at, key="r", round=round, rows=[given])


def test_only_the_operator_rates_itself(people, round, at):
    for actor in (people.inspector, people.qihang_clerk, people.tianhe_director):
        with pytest.raises(NotAllowed):
            rate_self(actor=actor, at=at, key="r", round=round, rows=[])


# --- assessing ---------------------------------------------------------------------------------------------------------


def test_the_authority_waits_for_the_end_of_answering_or_ends_it_with_a_reason(people, residents, round, at):
    samples.rate_all(round, at=at)
    round.refresh_from_db()
    with pytest.raises(Refused, match="尚未截止"):
        assess(people, round, at, AGENCY)
    with pytest.raises(Refused, match="写明原因"):
        close_collection(actor=people.inspector, at=at, key="c", round=round)
    close_collection(actor=people.inspector, at=at, key="c", round=round, reason="全部单位已作答")
    assert assess(people, round, at, AGENCY).proposed == Decimal("7.50")


def test_after_the_last_day_nobody_has_to_close(people, residents, round, at):
    samples.rate_all(round, at=at)
    assert assess(people, round, at + timedelta(days=15), AGENCY)


def test_an_operator_that_hands_nothing_in_does_not_stop_the_round(people, residents, round, at):
    late = at + timedelta(days=15)
    closed = close_collection(actor=people.inspector, at=late, key="c", round=round)
    assert closed.state == State.SELF_RATED
    assert outcome_of(closed, late.date()).inputs["self"] == {}


def test_a_countable_row_is_accepted_only_on_verified_figures(people, residents, collected, at):
    returns.make_declaration(people.huangpu, 2025, {"T1.10.events_held": 11}, at=at)
    with pytest.raises(Refused, match="T1.10.events_held 还是未核定的申报值"):
        assess(people, collected, at, "T1.10")
    returns.verify_all(people.huangpu, 2025, at=at)
    assert assess(people, collected, at, "T1.10").proposed == Decimal("91.67")


def test_adjusting_needs_a_score_in_range_and_a_reason(people, residents, collected, at):
    for over in (
        {"score": None, "reason": "x"},
        {"score": Decimal(101), "reason": "x"},
        {"score": Decimal(50)},
        {"score": Decimal("1.234"), "reason": "x"},
    ):
        with pytest.raises(Refused):
            assess(people, collected, at, AGENCY, verdict="adjust", **over)
    done = assess(people, collected, at, AGENCY, verdict="adjust", score=Decimal(60), reason="两家已停业")
    assert (done.score, done.version) == (60, 1)


def test_of_two_inspectors_at_once_the_second_learns_it(people, residents, collected, at):
    assess(people, collected, at, AGENCY)
    with pytest.raises(Conflict, match="刚刚已由他人评估"):
        assess(people, collected, at, AGENCY, key="s2", actor=people.supervisor, verdict="adjust", score=Decimal(1), reason="x")
    assert assess(people, collected, at, AGENCY, key="s3", verdict="adjust", score=Decimal(60), reason="x", seen=1).version == 2


def test_a_row_without_a_figure_or_self_score_cannot_be_accepted_when_it_is_judged(people, residents, round, at):
    closed = close_collection(actor=people.inspector, at=at, key="c", round=round, reason="全部单位已作答")
    with pytest.raises(Refused, match="没有可认可的分数"):
        assess(people, closed, at, "T1.14")
    assert assess(people, closed, at, "T1.08").proposed is None


def test_only_the_authority_assesses_and_only_its_head_finishes(people, residents, collected, at):
    for actor in (people.director, people.qihang_clerk, people.tianhe_officer):
        with pytest.raises(NotAllowed):
            assess(people, collected, at, AGENCY, actor=actor)
    samples.assess_all(collected, at=at)
    handed = hand_in_assessment(actor=people.inspector, at=at, key="h", round=collected)
    for actor in (people.inspector, people.director):
        with pytest.raises(NotAllowed):
            finish_round(actor=actor, at=at, key="f", round=handed)


def test_without_the_authoritys_level_a_round_is_unfinished(people, residents, collected, at):
    with pytest.raises(Refused, match="还有 16 行没有评估"):
        hand_in_assessment(actor=people.inspector, at=at, key="h", round=collected)
    for row in review(collected, at.date()).rows:
        assess(people, collected, at, row.key, key=row.key)
    with pytest.raises(Refused, match="否决事项没有认定"):
        hand_in_assessment(actor=people.inspector, at=at, key="h", round=collected)


def test_a_figure_that_changed_after_it_was_accepted_is_assessed_again(people, residents, collected, at):
    samples.assess_all(collected, at=at)
    returns.make_declaration(people.huangpu, 2025, {"T1.12.delegations_received": 20}, at=at)
    returns.verify_all(people.huangpu, 2025, at=at)
    with pytest.raises(Refused, match="T1.12 的数据在认可之后有变化"):
        hand_in_assessment(actor=people.inspector, at=at, key="h", round=collected)


def test_the_head_sends_an_assessment_back(people, residents, collected, at):
    samples.assess_all(collected, at=at)
    hand_in_assessment(actor=people.inspector, at=at, key="h", round=collected)
    with pytest.raises(Refused):
        reopen_assessment(actor=people.supervisor, at=at, key="r", round=collected, reason="")
    again = reopen_assessment(actor=people.supervisor, at=at, key="r", round=collected, reason="T1.15 请补充依据")
    assert again.state == State.SELF_RATED


def test_a_found_veto_needs_its_basis_and_caps_the_grade(people, residents, collected, at):
    samples.assess_all(collected, at=at, adjusted=dict.fromkeys([r.key for r in review(collected, at.date()).rows], 95))
    with pytest.raises(Refused, match="依据"):
        find_veto(actor=people.inspector, at=at, key="v", round=collected, veto="safety", found=True)
    with pytest.raises(NotFound):
        find_veto(actor=people.inspector, at=at, key="v", round=collected, veto="weather", found=False)
    find_veto(actor=people.inspector, at=at, key="v", round=collected, veto="safety", found=True, reason="应急罚〔2025〕3号")
    done = samples.finish(collected, at=at)
    assert outcome_of(done, at.date()).result["grade"] == "不合格"


def test_the_same_conclusion_sent_again_leaves_no_second_trace(people, residents, collected, at):
    by = {"actor": people.inspector, "at": at, "round": collected}
    find_veto(**by, key="v", veto="safety", found=False)
    first = assess(people, collected, at, AGENCY, verdict="adjust", score=Decimal(60), reason="现场核对")
    for n, seen in enumerate((0, first.version)):
        with pytest.raises(Conflict, match="没有改动"):
            find_veto(**by, key=f"v{n}", veto="safety", found=False)
        with pytest.raises(Conflict, match="没有改动"):
            assess(
                people, collected, at, AGENCY, key=f"s{n}", verdict="adjust", score=Decimal(60), reason="现场核对 ", seen=seen
            )
    assert Entry.objects.filter(verb__in=["evaluation.assess", "evaluation.veto"]).count() == 2
    assert (
        assess(people, collected, at, AGENCY, key="t", verdict="adjust", score=Decimal(61), reason="现场核对", seen=1).version
        == 2
    )
