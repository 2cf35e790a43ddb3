"""A finished round stays as it is; who is told, who reads what; schemes."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from hrpark.accounts.queries import standing_of
from hrpark.evaluation import samples
from hrpark.evaluation.actions import (
    adopt_scheme,
    cancel_round,
    finish_round,
    hand_in_assessment,
    open_round,
    publish_round,
)
from hrpark.evaluation.kinds import INDICATORS, SEEDS, seed_from
from hrpark.evaluation.models import Answer, Assessment, Frozen, Participation, Round, Scheme, SelfScore, State
from hrpark.evaluation.queries import (
    asked_of,
    asked_round,
    outcome_of,
    progress,
    recompute,
    respondents,
    restated_since,
    review,
    round_for,
    rounds_for,
    scheme_name,
    schemes_for,
)
from hrpark.evaluation.tests.steps import answer, assess, prepare
from hrpark.notices.models import Notice
from hrpark.returns import samples as returns
from hrpark.toolbox.errors import Conflict, Misconfigured, NotAllowed, NotFound, Refused
from hrpark.toolbox.frozen import canonical
from hrpark.trail.queries import timeline

pytestmark = pytest.mark.django_db
AGENCY = "T1.01"


# --- frozen ------------------------------------------------------------------------------------------------------------


def test_a_finished_round_holds_its_inputs_and_comes_out_the_same_again(people, finished, at):
    kept = Frozen.objects.get(round=finished)
    inputs = json.loads(kept.inputs)
    assert canonical(inputs) == kept.inputs
    assert inputs["edition"]["digest"] and inputs["scheme"]["digest"] == finished.scheme.digest
    agencies = inputs["readings"]["T1.01.agencies"]["now"]
    assert (agencies["value"], agencies["basis"], len(agencies["records"][0]["ids"])) == ("6", "computed", 6)
    result = outcome_of(finished, at.date()).result
    assert result["rows"]["T1.15"]["authority"] == "70"
    assert result["rows"]["T1.14"]["figure"] == "93.75"  # 7 of 8 and 5 of 5
    assert result["total"] and result["grade"]
    assert recompute(finished).ok


def test_a_finished_round_stays_when_figures_scheme_and_indicators_move_on(people, finished, at, monkeypatch):
    before = outcome_of(finished, at.date())
    returns.make_declaration(people.huangpu, 2025, {"T1.05.revenue": 5, "T1.05.tax": None}, at=at)
    monkeypatch.setattr(type(INDICATORS.get("T1.01")), "compute", lambda self, scope, known: {})
    moved = dict(SEEDS.get("hrpark-1").body, levels={"residents": 0, "operator": 0, "authority": 100})
    adopt_scheme(
        actor=people.supervisor, at=at, key="new", park=people.huangpu, authority=people.authority, scheme="own", name="区级方案",
        since=at.date(), edition="draft-2025", basis="黄人社〔2026〕1号", body=moved,
    )  # fmt: skip
    after = outcome_of(finished, at.date())
    assert (after.inputs, after.result, after.result_digest) == (before.inputs, before.result, before.result_digest)
    assert recompute(finished).ok
    assert [(r.measure, r.then, r.now) for r in restated_since(finished)] == [
        ("T1.05.revenue", "100000", Decimal(5)),
        ("T1.05.tax", "1800", None),
    ]


def test_the_command_checks_every_finished_round_and_names_a_forged_one(people, finished, at, capsys):
    call_command("recompute_rounds")
    assert "1 finished rounds recompute bit for bit" in capsys.readouterr().out
    kept = Frozen.objects.get(round=finished)
    with pytest.raises(DatabaseError, match="stays frozen"), transaction.atomic():
        Frozen.objects.filter(pk=kept.pk).update(result=kept.result.replace("93.75", "99"))
    _without_guard(kept, result=kept.result.replace("93.75", "99"))
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("recompute_rounds")
    assert "does not match its digest" in capsys.readouterr().err


def _without_guard(kept: Frozen, **changes) -> None:
    """Forge a frozen row as somebody with the whole database in hand could."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER evaluation_frozen_no_update")
        else:
            cursor.execute("SET LOCAL session_replication_role = replica")
        Frozen.objects.filter(pk=kept.pk).update(**changes)
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_finished_round_is_published_once_by_the_head_of_the_authority(people, finished, at):
    with pytest.raises(NotAllowed):
        publish_round(actor=people.director, at=at, key="p", round=finished)
    done = publish_round(actor=people.supervisor, at=at, key="p", round=finished)
    assert (done.state, done.published_at) == (State.PUBLISHED, at)
    with pytest.raises(Conflict):
        publish_round(actor=people.supervisor, at=at, key="p2", round=finished)
    assert [line.what for line in timeline("round", finished.pk)][:2] == ["发布了评价结果", "评价定稿"]


def test_every_step_out_of_order_is_refused(people, residents, round, at):
    steps = {
        "open": lambda: open_round(actor=people.officer, at=at, key="1", round=round),
        "hand in": lambda: hand_in_assessment(actor=people.inspector, at=at, key="2", round=round),
        "finish": lambda: finish_round(actor=people.supervisor, at=at, key="3", round=round),
        "publish": lambda: publish_round(actor=people.supervisor, at=at, key="4", round=round),
        "assess": lambda: assess(people, round, at, AGENCY),
    }
    for step in steps.values():
        with pytest.raises(Conflict):
            step()


def test_a_round_with_answers_is_not_cancelled(people, residents, round, at):
    answer(people, round, residents[0], at)
    with pytest.raises(Refused, match="已有进驻单位作答"):
        cancel_round(actor=people.officer, at=at, key="c", round=round, reason="x")


# --- who is told -------------------------------------------------------------------------------------------------------


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def test_everybody_is_told_when_it_is_their_turn_and_nobody_of_another_park(people, residents, finished, at):
    publish_round(actor=people.supervisor, at=at, key="p", round=finished)
    assert told(people.qihang_clerk) == ["evaluation.asks_residents", "evaluation.published"]
    assert told(people.officer) == ["evaluation.asks_operator", "evaluation.finished"]
    assert told(people.inspector) == ["evaluation.asks_authority"]
    assert told(people.supervisor) == ["evaluation.asks_authority", "evaluation.asks_head"]
    for person in (people.yuecai_clerk, people.tianhe_director, people.stranger):
        assert told(person) == []
    notice = Notice.objects.get(person=people.qihang_clerk, kind="evaluation.asks_residents")
    assert notice.until.astimezone(at.tzinfo).date() == finished.answers_until
    assert people.qihang.name in notice.body


# --- gates and lists ---------------------------------------------------------------------------------------------------


def test_rounds_are_seen_by_operator_and_authority_of_the_park_alone(people, round, at):
    on = at.date()
    for person, count in (
        (people.officer, 1),
        (people.inspector, 1),
        (people.qihang_clerk, 0),
        (people.tianhe_officer, 0),
        (people.stranger, 0),
    ):
        assert rounds_for(standing_of(person, on)).count() == count
    with pytest.raises(NotFound):
        round_for(standing_of(people.tianhe_officer, on), people.tianhe, round.pk)
    with pytest.raises(NotFound):
        round_for(standing_of(people.officer, on), people.tianhe, round.pk)


def test_a_resident_sees_the_rounds_that_ask_it(people, residents, round, at):
    on = at.date()
    (mine,) = asked_of(standing_of(people.qihang_clerk, on), people.huangpu, on)
    assert (mine.round, mine.institution, mine.answered, mine.open) == (round, residents[0], False, True)
    answer(people, round, residents[0], at)
    assert asked_round(standing_of(people.qihang_clerk, on), people.huangpu, round.pk, on).answered
    for person, park in ((people.yuecai_clerk, people.tianhe), (people.officer, people.huangpu)):
        with pytest.raises(NotFound):
            asked_round(standing_of(person, on), park, round.pk, on)


def test_progress_says_how_many_and_never_what(people, residents, round, at):
    samples.answer_all(round, residents[:3], at=at)
    assert [(p.level, p.done, p.of) for p in progress(round, at.date())] == [
        ("residents", 3, 7),
        ("operator", 0, 16),
        ("authority", 0, 16),
    ]
    assert respondents(people.huangpu, at.date()).count() == 7


# --- schemes -----------------------------------------------------------------------------------------------------------


def test_the_house_brings_its_own_scheme_and_three_real_methods(people, at):
    found = schemes_for(people.huangpu, at.date())
    assert [scheme_name(s) for s in found] == ["house:hrpark:1", "house:hightech:1", "house:smartpark:1", "house:suqian:1"]
    methods = {m["method"] for s in found for row in s.body["rows"].values() for m in row["measures"].values()}
    assert methods == {"target_ratio", "growth", "baseline_growth", "bands", "checklist"}
    for seed in found:
        assert "本平台拟定" in seed.basis


@pytest.mark.parametrize(
    ("scheme", "row", "score"),
    [("house:hightech:1", "T1.05", "91.4"), ("house:smartpark:1", "T1.05", "100"), ("house:suqian:1", "T1.05", "120")],
)
def test_the_three_real_methods_score_shandong_2021(people, at, scheme, row, score):
    """Growth of 45.7 % and 54.1 %: 91.4 % of the way to 50 %, the highest band, the cap of 120 %."""
    returns.make_declaration(people.huangpu, 2020, returns.SHANDONG_2020)
    returns.make_declaration(people.huangpu, 2021, returns.SHANDONG_2021)
    returns.verify_all(people.huangpu, 2021)
    made = samples.make_round(people.huangpu, at=at, scheme=scheme, as_of=date(2021, 12, 31))
    assert review(made, at.date()).row(row).figure["score"] == score


def test_an_authority_adopts_a_scheme_of_its_own_and_a_wrong_one_is_refused(people, at):
    body = SEEDS.get("suqian-1").body

    def adopt(key, actor=people.supervisor, **over):
        given = {
            "park": people.huangpu, "authority": people.authority, "scheme": "own", "name": "区级方案", "since": at.date(),
            "edition": "draft-2025", "basis": "黄人社〔2026〕1号", "body": body,
        }  # fmt: skip
        return adopt_scheme(actor=actor, at=at, key=key, **{**given, **over})

    assert (adopt("1").version, adopt("2").version) == (1, 2)
    assert scheme_name(schemes_for(people.huangpu, at.date())[0]) == f"{people.authority.pk}:own:2"
    assert len(schemes_for(people.tianhe, at.date())) == 4
    with pytest.raises(Refused, match="三级权重"):
        adopt("3", body={**body, "levels": {"residents": 30, "operator": 20, "authority": 0}})
    for actor in (people.inspector, people.director, people.tianhe_director):
        with pytest.raises(NotAllowed):
            adopt("4", actor=actor)
    with pytest.raises(DatabaseError, match="stays frozen"), transaction.atomic():
        Scheme.objects.update(name="x")


def test_a_seed_that_changed_after_it_was_used_stops_the_next_round(people, at, monkeypatch):
    prepare(people, at)
    seed = SEEDS.get("hrpark-1")
    monkeypatch.setitem(SEEDS._things, "hrpark-1", type(seed)(**{**vars(seed), "name": "改过的方案"}))
    with pytest.raises(Misconfigured, match="no longer says"):
        prepare(people, at, key="p2", name="另一轮")


def test_a_seed_with_a_mistake_stops_start_up():
    raw = {
        "key": "x",
        "version": 1,
        "name": "x",
        "edition": "draft-2025",
        "since": date(2025, 1, 1),
        "basis": "x",
        "body": {"rows": {}},
    }
    with pytest.raises(Misconfigured, match="没有任何指标行"):
        seed_from(raw, name="x-1")


def test_the_database_holds_what_must_hold(people, residents, round, at):
    for wrong in (
        lambda: Answer.objects.create(round=round, row="T1.13", score=6),
        lambda: SelfScore.objects.create(round=round, row=AGENCY, score=-1),
        lambda: Assessment.objects.create(round=round, row=AGENCY, verdict="adjust", score=5, assessed_by="x", assessed_at=at),
        lambda: Round.objects.filter(pk=round.pk).update(self_until=round.answers_until - timedelta(1)),
        lambda: Round.objects.filter(pk=round.pk).update(state="published"),
        lambda: Participation.objects.bulk_create([Participation(round=round, institution=residents[0]) for _ in "ab"]),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()
