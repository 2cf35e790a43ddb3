"""The rules of 4.3.1, each with the cases that decide it. Everything is judged on Monday 2026-03-02."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.admission import rules
from hrpark.admission.rules import (
    RULES,
    UNDATED,
    Assessed,
    Candidate,
    Check,
    Professional,
    Proof,
    Rule,
    Segment,
    Waiting,
    credit_rating,
    in_turn,
    points,
    rank_of,
    rule,
    rules_on,
)
from hrpark.institutions.rules import Permit
from hrpark.standard.kinds import CITATIONS
from hrpark.toolbox.dates import years_before
from hrpark.toolbox.errors import Misconfigured
from hrpark.toolbox.registry import Registry
from hrpark.toolbox.verdict import Outcome

DAY = date(2026, 3, 2)
SEARCH = Segment("executive_search", "高级人才寻访", "hr_licence")
TRAINING = Segment("training", "人力资源培训", "filing")
DISPATCH = Segment("dispatch", "劳务派遣", "dispatch")
SOFTWARE = Segment("software", "人力资源信息软件服务", "")
LICENCE = Permit("hr_licence", "（粤）人服证字〔2025〕第0100001号", date(2025, 1, 1), date(2029, 12, 31), id="1")
FILING = Permit("filing", "440112-2025-07", date(2025, 1, 1), id="2")
SOURCES = (("publicity", "企业信用公示系统"), ("credit_china", "信用中国"), ("court", "失信被执行人"))


def checks(result="clear", on=DAY, **over):
    return tuple(
        Check(key, label, over.get(key, (on, result))[0], over.get(key, (on, result))[1], key) for key, label in SOURCES
    )


GOOD = Candidate(
    on=DAY, legal_form="limited", uscc="91440112MA5D00005K", permits=(LICENCE, FILING), segments=(SEARCH, TRAINING),
    staff=(Professional(True, True), Professional(False, True), Professional(False, True)), checks=checks(),
)  # fmt: skip


def judge(letter: str, candidate: Candidate = GOOD, **over):
    found = {r.clause: r for r in rules_on(DAY)}
    return found[f"4.3.1.{letter}"](replace(candidate, **over))


def outcome(letter: str, candidate: Candidate = GOOD, **over) -> str:
    return judge(letter, candidate, **over).outcome.value


def test_every_letter_of_the_clause_has_its_rule():
    assert [r.clause for r in rules_on(DAY)] == [f"4.3.1.1-{x}" for x in "abc"] + [f"4.3.1.3-{x}" for x in "abcdefg"]
    assert {r.kind for r in rules_on(DAY) if r.clause.startswith("4.3.1.1")} == {"entry"}
    assert {r.kind for r in rules_on(DAY) if r.clause.startswith("4.3.1.3")} == {"priority"}


def test_every_rule_cites_its_clause_of_the_standard():
    for one in RULES:
        assert any(c.name.startswith("hrpark.admission.rules") for c in CITATIONS[one.clause].values()), one.clause


# --- 4.3.1.1 a ----------------------------------------------------------------------------------------------------------


def test_a_legal_person_with_the_permits_of_its_business_passes():
    verdict = judge("1-a")
    assert verdict.passed and {e.id for e in verdict.evidence if e.type == "licence"} == {"1", "2"}


@pytest.mark.parametrize(("form", "uscc", "expected"), [
    ("limited", None, "unknown"), ("joint_stock", None, "unknown"), ("branch", None, "failed"), ("sole_trader", None, "failed"),
    ("partnership", None, "failed"), ("sole_owner", None, "failed"), ("public_body", "12440000000000000X", "passed"),
    ("civil_nonprofit", None, "unknown"), ("", None, "unknown"), ("limited", "92440112MA5D00005K", "failed"),
    ("limited", "51440112MA5D00005K", "unknown"),
])  # fmt: skip
def test_an_independent_legal_person_by_form_and_code(form, uscc, expected):
    assert outcome("1-a", legal_form=form, uscc=uscc) == expected


@pytest.mark.parametrize(("permits", "segments", "expected"), [
    ((LICENCE,), (SEARCH,), "passed"),
    ((FILING,), (TRAINING,), "passed"),
    ((FILING,), (SEARCH,), "failed"),  # a filing is no licence
    ((LICENCE,), (TRAINING,), "unknown"),  # the filing may still be made within 15 days of beginning
        ((replace(LICENCE, valid_to=date(2025, 6, 1)),), (TRAINING,), "failed"),
    ((LICENCE, FILING), (SEARCH, DISPATCH), "failed"),  # dispatch needs its own licence
    ((), (SEARCH,), "failed"),
    ((LICENCE,), (), "unknown"),
    ((LICENCE,), (SOFTWARE,), "passed"),
    ((), (SOFTWARE,), "failed"),  # no permit asked for, but the clause wants at least one
    ((replace(LICENCE, valid_to=date(2026, 3, 1)),), (SEARCH,), "failed"),
    ((replace(LICENCE, valid_to=date(2026, 3, 2)),), (SEARCH,), "passed"),  # the last day holds
    ((replace(LICENCE, valid_from=date(2026, 3, 3)),), (SEARCH,), "failed"),
    ((replace(LICENCE, valid_to=None),), (SEARCH,), "passed"),  # none is printed
    ((replace(LICENCE, revoked_on=date(2026, 3, 2)),), (SEARCH,), "failed"),
    ((replace(LICENCE, verified=False),), (SEARCH,), "unknown"),
    ((replace(LICENCE, valid_to=date(2025, 6, 1)), replace(LICENCE, number="新证")), (SEARCH,), "passed"),
])  # fmt: skip
def test_the_permit_must_fit_the_declared_business(permits, segments, expected):
    assert outcome("1-a", permits=permits, segments=segments) == expected


def test_the_reason_names_the_business_that_lacks_its_permit():
    assert "劳务派遣" in judge("1-a", segments=(SEARCH, DISPATCH)).reason


# --- 4.3.1.1 b ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("found", "expected"), [
    (checks(), "passed"),
    (checks("repaired"), "passed"),
    (checks(court=(DAY, "found")), "failed"),
    (checks(court=(DAY, "repaired")), "passed"),
    (checks(court=(None, "")), "unknown"),
    (checks(on=DAY - timedelta(days=30)), "passed"),
    (checks(on=DAY - timedelta(days=31)), "unknown"),
    (checks(on=DAY + timedelta(days=1)), "unknown"),  # an answer from tomorrow is none today
    (checks(court=(DAY - timedelta(days=31), "found")), "unknown"),
    ((), "unknown"),
])  # fmt: skip
def test_a_bad_record_fails_a_missing_answer_is_unknown(found, expected):
    assert outcome("1-b", checks=found) == expected


def test_a_bad_record_outweighs_a_missing_answer():
    assert outcome("1-b", checks=checks(publicity=(None, ""), court=(DAY, "found"))) == "failed"


def test_the_reason_names_the_source():
    assert "信用中国" in judge("1-b", checks=checks(credit_china=(None, ""))).reason


# --- 4.3.1.1 c ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("staff", "expected"), [
    ((Professional(True, False),), "passed"),
    ((Professional(True, True, verified=False),), "unknown"),
    ((Professional(False, True),), "failed"),
    ((), "unknown"),
])  # fmt: skip
def test_at_least_one_professional(staff, expected):
    assert outcome("1-c", staff=staff) == expected


def test_the_licence_s_three_people_are_a_note_and_never_a_verdict():
    alone = (Professional(True, True),)
    verdict = judge("1-c", staff=alone)
    assert verdict.passed and "第二十四条" in verdict.reason and "不是本款的条件" in verdict.reason
    assert "第二十四条" not in judge("1-c", staff=alone, segments=(TRAINING,)).reason
    assert "第二十四条" not in judge("1-c").reason


def test_names_of_people_stand_in_no_verdict():
    assert not {f for f in Professional.__dataclass_fields__ if "name" in f}


# --- 4.3.1.1 and supporting agencies --------------------------------------------------------------------------------------


def test_supporting_agencies_are_not_measured_by_what_is_asked_of_hr_agencies():
    by_clause = {r.clause: r(replace(GOOD, kind="supporting")).outcome for r in rules_on(DAY)}
    assert {c for c, o in by_clause.items() if o is not Outcome.NOT_APPLICABLE} == {"4.3.1.3-g"}


# --- 4.3.1.3 a, d: rankings -----------------------------------------------------------------------------------------------

TOP = Proof(
    "top100",
    "全球人力资源服务机构100强",
    issuer="HRoot",
    list_name="全球人力资源服务机构100强榜单",
    level="第36名",
    year=2025,
    id="7",
)


@pytest.mark.parametrize(("letter", "kind", "edge"), [("3-a", "top100", 100), ("3-d", "top50", 50)])
def test_a_place_on_the_list(letter, kind, edge):
    proof = replace(TOP, kind=kind)

    def with_level(level):
        return outcome(letter, proofs=(replace(proof, level=level),))

    assert with_level("第36名") == "passed" and with_level(f"{edge}") == "passed" and with_level(f"第{edge + 1}名") == "failed"
    assert with_level("") == "passed"  # listed, no place printed
    assert outcome(letter, proofs=(replace(proof, list_name=""),)) == "unknown"
    assert outcome(letter, proofs=(replace(proof, year=None),)) == "unknown"
    assert outcome(letter, proofs=(replace(proof, verified=False),)) == "unknown"
    assert outcome(letter, proofs=(replace(proof, valid_to=DAY - timedelta(days=1)),)) == "failed"
    assert outcome(letter, proofs=()) == "failed"


def test_a_place_is_read_from_words():
    assert [rank_of(replace(TOP, level=w)) for w in ("第36名", "36", "TOP36", "", "2025年第3名")] == [36, 36, 36, None, None]


# --- 4.3.1.3 b: honours ---------------------------------------------------------------------------------------------------

HONOUR = Proof(
    "honour",
    "人力资源诚信服务示范机构",
    issuer="广东省人力资源和社会保障厅",
    issuer_level="provincial",
    issued_on=date(2024, 5, 1),
)


@pytest.mark.parametrize(("over", "expected"), [
    ({}, "passed"),
    ({"issued_on": date(2023, 3, 2)}, "passed"),
    ({"issued_on": date(2023, 3, 1)}, "failed"),
    ({"issued_on": date(2026, 3, 3)}, "failed"),  # not yet
    ({"issued_on": None, "year": 2024}, "passed"),
    ({"issued_on": None, "year": 2023}, "unknown"),
    ({"issued_on": None, "year": 2022}, "failed"),
    ({"issued_on": None}, "unknown"),
    ({"issuer_level": "national"}, "passed"),
    ({"issuer_level": "municipal"}, "passed"),
    ({"issuer_level": "trade"}, "unknown"),
    ({"issuer_level": ""}, "unknown"),
    ({"issuer_level": "park"}, "failed"),
    ({"verified": False}, "unknown"),
])  # fmt: skip
def test_honours_of_the_last_three_years(over, expected):
    assert outcome("3-b", proofs=(replace(HONOUR, **over),)) == expected


def test_three_years_before_a_leap_day():
    assert years_before(date(2028, 2, 29), 3) == date(2025, 2, 28)


# --- 4.3.1.3 c: rating ----------------------------------------------------------------------------------------------------

RATING = Proof(
    "rating",
    "人力资源服务机构信用等级",
    issuer="广东省人力资源和社会保障厅",
    issuer_level="provincial",
    level="AAA",
    scale="A–AAA",
    year=2025,
)


@pytest.mark.parametrize(("over", "expected"), [
    ({}, "passed"),
    ({"level": "AA"}, "passed"),
    ({"level": "3A级"}, "passed"),
    ({"level": "A"}, "failed"),
    ({"scale": "A–AAAAA"}, "unknown"),  # AAA of five is the middle
    ({"scale": ""}, "unknown"),
    ({"level": "AAAA", "scale": "A–AAAAA"}, "unknown"),
    ({"level": "优秀"}, "unknown"),
    ({"issuer_level": "municipal", "issuer": "中山市人力资源和社会保障局"}, "failed"),
    ({"issuer_level": ""}, "unknown"),
    ({"issuer": "广东省人力资源协会"}, "unknown"),
    ({"verified": False}, "unknown"),
    ({"valid_to": date(2026, 1, 1)}, "failed"),
])  # fmt: skip
def test_a_rating_counts_only_where_its_letters_are_plain(over, expected):
    assert outcome("3-c", proofs=(replace(RATING, **over),)) == expected


@pytest.mark.parametrize(
    ("text", "number"), [("AAA", 3), ("ＡＡＡ", 3), ("3A", 3), ("aa级", 2), ("A", 1), ("B", 0), ("", 0), ("AAAAAA", 0)]
)
def test_letters(text, number):
    assert credit_rating.letters(text) == number


# --- 4.3.1.3 e, f, g ------------------------------------------------------------------------------------------------------


def test_headquarters_by_proof_declared_ones_wait_for_it():
    proof = Proof("headquarters", "总部企业认定", issuer="广州市商务局")
    assert outcome("3-e", proofs=(proof,)) == "passed"
    assert outcome("3-e", proofs=(replace(proof, verified=False),)) == "unknown"
    assert outcome("3-e", headquarters_of="华南区域总部") == "unknown"
    assert outcome("3-e") == "failed"


def test_potential_is_the_park_s_own_assessment_while_it_is_valid():
    one = Assessed("growth", "成长型", date(2025, 6, 1), True, date(2027, 5, 31), number="PG2025-0001")

    def of(*assessments, **more):
        return outcome("3-f", assessments=assessments, **more)

    assert of(one) == "passed"
    assert of(replace(one, valid_to=date(2026, 3, 1))) == "failed"
    assert of(replace(one, papers=False)) == "unknown"
    assert of(replace(one, recognised=False, valid_to=None)) == "failed"
    assert of(one, replace(one, on=date(2026, 2, 1), recognised=False, valid_to=None)) == "failed", "the newest speaks"
    assert of(one, replace(one, on=date(2026, 12, 1), recognised=False, valid_to=None)) == "passed", (
        "not yet assessed on the day"
    )
    assert of(replace(one, recognised=False, valid_to=None), replace(one, kind="innovative", label="创新型")) == "passed"
    proof = Proof("potential", "成长型机构", issuer="省人社厅", issuer_level="provincial")
    assert of(proofs=(proof,)) == "unknown" and of(replace(one, recognised=False), proofs=(proof,)) == "failed"
    assert of() == "failed"


FOUR = tuple(Proof("local", "证明", aspect=a) for a in ("registration", "tax", "insurance", "statistics"))


def test_local_relations_are_four_proofs_and_say_whether_they_count():
    assert outcome("3-g", proofs=FOUR) == "passed"
    assert "不计分" in judge("3-g", proofs=FOUR).reason
    assert "穗公审〔2026〕3号" in judge("3-g", proofs=FOUR, fair_review="穗公审〔2026〕3号").reason
    missing = judge("3-g", proofs=FOUR[:3])
    assert missing.outcome is Outcome.FAILED and "统计" in missing.reason
    assert outcome("3-g", proofs=(*FOUR[:3], replace(FOUR[3], verified=False))) == "unknown"
    assert outcome("3-g", proofs=(*FOUR[:3], replace(FOUR[3], valid_to=date(2026, 1, 1)))) == "failed"


# --- rules of their day ---------------------------------------------------------------------------------------------------


@pytest.fixture
def own_rules(monkeypatch):
    fresh = Registry("admission rule")
    for one in RULES:
        fresh.add(one.key, one)
    monkeypatch.setattr(rules, "RULES", fresh)
    return fresh


def test_a_later_rule_replaces_the_earlier_one_from_its_day_on(own_rules):
    stricter = Rule("professionals.two", "4.3.1.1-c", "entry", date(2026, 7, 1), "两名", lambda c: rules.failed("两名"))
    own_rules.add(stricter.key, stricter)

    def key_on(day):
        return next(r.key for r in rules_on(day) if r.clause == "4.3.1.1-c")

    assert key_on(date(2026, 6, 30)) == "professionals.professionals" and key_on(date(2026, 7, 1)) == "professionals.two"
    assert len(rules_on(date(2030, 1, 1))) == 10


def test_two_rules_of_one_clause_on_one_day_stop_start_up(own_rules):
    with pytest.raises(Misconfigured):
        rule(clause="4.3.1.1-c", kind="entry", since=UNDATED, words="又一条")(lambda candidate: None)


def test_a_rule_of_an_unknown_clause_or_kind_stops_start_up(own_rules):
    with pytest.raises(Misconfigured):
        rule(clause="4.3.1.9-z", kind="entry", since=UNDATED, words="没有这一款")(lambda candidate: None)
    with pytest.raises(Misconfigured):
        rule(clause="4.3.1.1-c", kind="exclusion", since=UNDATED, words="没有这一类")


# --- whatever comes in, a verdict comes out -------------------------------------------------------------------------------

days = st.dates(date(2015, 1, 1), date(2035, 12, 31))
maybe = st.none() | days
permit = st.builds(
    Permit, kind=st.sampled_from(["hr_licence", "filing", "dispatch", "telecom"]), number=st.text(max_size=6), valid_from=maybe,
    valid_to=maybe, revoked_on=maybe, verified=st.booleans(),
)  # fmt: skip
segment = st.sampled_from([SEARCH, TRAINING, DISPATCH, SOFTWARE])
proof = st.builds(
    Proof, kind=st.sampled_from(["top100", "honour", "rating", "top50", "headquarters", "potential", "local"]), title=st.text(max_size=6),
    issuer=st.text(max_size=6), issuer_level=st.sampled_from(["", "national", "provincial", "municipal", "trade", "park"]),
    list_name=st.text(max_size=4), level=st.text(max_size=6), scale=st.text(max_size=6),
    aspect=st.sampled_from(["", "registration", "tax", "insurance", "statistics"]), year=st.none() | st.integers(2000, 2040),
    issued_on=maybe, valid_to=maybe, verified=st.booleans(),
)  # fmt: skip
check = st.builds(
    Check,
    source=st.text(max_size=4),
    label=st.text(max_size=4),
    on=maybe,
    result=st.sampled_from(["", "clear", "found", "repaired"]),
)
candidates = st.builds(
    Candidate, on=days, kind=st.sampled_from(["agency", "supporting"]),
    legal_form=st.sampled_from(["", "limited", "branch", "public_body", "civil_nonprofit", "other"]),
    uscc=st.none() | st.sampled_from(["91440112MA5D00005K", "92", "52", "12", "11", "XX"]),
    permits=st.lists(permit, max_size=4).map(tuple), segments=st.lists(segment, max_size=4).map(tuple),
    staff=st.lists(st.builds(Professional, st.booleans(), st.booleans(), st.booleans()), max_size=4).map(tuple),
    checks=st.lists(check, max_size=3).map(tuple), proofs=st.lists(proof, max_size=5).map(tuple), headquarters_of=st.text(max_size=3),
)  # fmt: skip


@given(candidates)
def test_every_rule_gives_a_verdict_with_a_reason(candidate):
    for one in rules_on(candidate.on):
        verdict = one(candidate)
        assert verdict.outcome in Outcome and verdict.reason
        assert verdict == one(candidate)  # the same facts, the same verdict


@given(candidates, proof)
def test_one_more_proof_never_makes_a_priority_worse(candidate, more):
    order = {Outcome.PASSED: 2, Outcome.UNKNOWN: 1, Outcome.FAILED: 0, Outcome.NOT_APPLICABLE: 0}
    for one in rules_on(candidate.on):
        if one.kind == "priority" and not candidate.headquarters_of:
            before, after = one(candidate), one(replace(candidate, proofs=(*candidate.proofs, more)))
            assert order[after.outcome] >= order[before.outcome], one.clause


@given(candidates)
def test_nothing_unverified_ever_passes(candidate):
    unseen = replace(
        candidate, permits=tuple(replace(p, verified=False) for p in candidate.permits),
        staff=tuple(replace(p, verified=False) for p in candidate.staff), proofs=tuple(replace(p, verified=False) for p in candidate.proofs),
    )  # fmt: skip
    for one in rules_on(candidate.on):
        if one.clause != "4.3.1.1-b":
            assert not one(unseen).passed, one.clause


# --- points and places -------------------------------------------------------------------------------------------------

MORNING = datetime(2026, 3, 2, 10, tzinfo=UTC)
LETTERS = st.sets(st.sampled_from("abcdefg"))
WORTH = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 100))
LIST = st.lists(
    st.builds(
        Waiting, id=st.integers(1, 10**6), points=st.integers(0, 70),
        received=st.integers(0, 500).map(lambda n: MORNING + timedelta(minutes=n)),
    ),
    max_size=12, unique_by=lambda one: one.id,
)  # fmt: skip


@given(LETTERS, LETTERS, WORTH)
def test_another_letter_never_costs_points(met, more, worth):
    assert 0 <= points(met, worth) <= points(met | more, worth) <= sum(worth.values())


@given(LIST)
def test_the_order_is_total_keeps_everybody_and_does_not_depend_on_the_order_of_asking(waiting):
    turn = in_turn(waiting)
    assert sorted(one.id for one in turn) == sorted(one.id for one in waiting)
    assert turn == in_turn(reversed(waiting))
    for before, after in pairwise(turn):
        assert before.points > after.points or (before.points == after.points and before.received <= after.received)


@given(LIST, st.integers(0, 70))
def test_more_points_never_put_anybody_further_back(waiting, gain):
    for one in waiting:
        better = [replace(other, points=other.points + gain) if other is one else other for other in waiting]
        place = [other.id for other in in_turn(waiting)].index(one.id)
        assert [other.id for other in in_turn(better)].index(one.id) <= place
