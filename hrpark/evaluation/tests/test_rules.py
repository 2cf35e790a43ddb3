"""The rules of scoring hold for every input: ranges, order, weights, and the three real methods with their published numbers."""

from __future__ import annotations

from decimal import Decimal as D  # noqa: N817

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.evaluation.rules import growth, scheme, scores, scoring
from hrpark.evaluation.rules.basis import Basis, Bound, Computed, Coverage, Declared, settle
from hrpark.evaluation.rules.scores import METHODS, Facts

amounts = st.decimals(min_value=0, max_value=10**10, places=2)
percents = st.decimals(min_value=0, max_value=100, places=2)
weights = st.decimals(min_value=0, max_value=100, places=2)

#: 智慧园区综合评价表, growth of profit.
GROWTH_BANDS = {
    "on": "growth", "full": 3,
    "bands": [{"from": 20, "points": 3}, {"from": 15, "points": "2.4"}, {"from": 10, "points": "1.8"}, {"from": 0, "points": "0.9"}, {"points": 0}],
}  # fmt: skip
#: 宿迁: equal to the base 80 %, every 5 % one point of ten, at most half of the base points on top.
BASELINE = {"at_base": 80, "step": 5, "gain": 10, "cap": 120}
SAMPLES = {
    "target_ratio": {"target": 80},
    "bands": GROWTH_BANDS,
    "baseline_growth": BASELINE,
    "growth": {"zero_at": 0, "full_at": 20},
}


def score(method: str, params: dict, **facts) -> D | None:
    return METHODS.get(method).score(Facts(**facts), params).value


# --- the methods, with the numbers of their sources ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "points"), [("120", "3"), ("119.99", "2.4"), ("115", "2.4"), ("110", "1.8"), ("100", "0.9"), ("99.99", "0")]
)
def test_bands_give_the_published_points(now, points):
    assert score("bands", GROWTH_BANDS, value=D(now), previous=D(100)) == D(points) / 3 * 100


@pytest.mark.parametrize(
    ("now", "percent"),
    [("100", 80), ("104.99", 80), ("105", 90), ("110", 100), ("120", 120), ("300", 120), ("95", 70), ("10", 0)],
)
def test_the_baseline_gives_its_part_and_every_step_its_point_up_to_the_cap(now, percent):
    assert score("baseline_growth", BASELINE, value=D(now), previous=D(100)) == percent


def test_a_fixed_base_year_is_taken_where_the_scheme_names_one():
    assert score("baseline_growth", {**BASELINE, "base": 2020}, value=D(110), previous=D(1), base=D(100)) == 100


def test_a_target_is_reached_in_part_and_capped_when_passed():
    assert score("target_ratio", {"target": 80}, value=D(60)) == 75
    assert score("target_ratio", {"target": 80}, value=D(800)) == 100


def test_growth_from_zero_and_growth_on_the_unknown_are_not_determined():
    for before in (D(0), None):
        assert growth.growth(D(5), before) is None
        assert score("growth", SAMPLES["growth"], value=D(5), previous=before) is None
        assert score("bands", GROWTH_BANDS, value=D(5), previous=before) is None
        assert score("baseline_growth", BASELINE, value=D(5), previous=before) is None
    assert growth.why_no_growth(D(5), D(0)) == "上一期为零，不计算增长率"


def test_a_share_of_an_unknown_whole_is_unknown():
    assert growth.share_percent(D(5), None) is None
    assert growth.share_percent(D(5), D(0)) is None
    assert growth.share_percent(D(5), D(20)) == 25


def test_a_checklist_leaves_out_what_nobody_answered():
    params = {"items": ["会议室", "食堂", "班车"]}
    assert score("checklist", params, checks={"会议室": True, "食堂": False}) == 50
    assert score("checklist", params) is None


def test_a_veto_is_found_only_when_it_is_found():
    assert scoring.veto_found({}, True)
    assert not scoring.veto_found({}, False)
    assert not scoring.veto_found({}, None)


@pytest.mark.parametrize(
    ("method", "params", "says"),
    [
        ("target_ratio", {"target": 0}, "目标值须大于0"),
        ("target_ratio", {}, "参数 target 缺失或不是数字"),
        ("target_ratio", {"target": "很多"}, "参数 target 缺失或不是数字"),
        ("target_ratio", {"target": "NaN"}, "参数 target 缺失或不是数字"),
        (
            "bands",
            {"full": 3, "bands": [{"from": 1, "points": 1}, {"from": 2, "points": 2}, {"points": 0}]},
            "区间须从高到低排列，起点不重复",
        ),
        (
            "bands",
            {"full": 3, "bands": [{"from": 2, "points": 1}, {"from": 1, "points": 2}, {"points": 0}]},
            "数值越高得分不得越低",
        ),
        ("bands", {"full": 1, "bands": [{"from": 2, "points": 2}, {"points": 0}]}, "各区间得分须在0与满分之间"),
        ("baseline_growth", {"at_base": 80, "step": 0, "gain": 1}, "每档幅度须大于0"),
        ("baseline_growth", {"at_base": 80, "step": 5, "gain": -1}, "每档得分不得为负"),
        ("growth", {"zero_at": 20, "full_at": 0}, "满分增幅须高于零分增幅"),
        ("checklist", {"items": []}, "清单须至少有一项，每项用文字写明"),
        ("checklist", {"items": ["a", "a"]}, "清单项不得重复"),
        ("veto", {"from": 0}, "触发值须大于0"),
    ],
)
def test_wrong_parameters_are_named(method, params, says):
    assert says in METHODS.get(method).problems(params)


@pytest.mark.parametrize("method", sorted(SAMPLES))
@given(value=amounts, previous=amounts)
def test_no_method_leaves_its_range(method, value, previous):
    found = score(method, SAMPLES[method], value=value, previous=previous, base=previous)
    assert found is None or 0 <= found <= scores.number(SAMPLES[method], "cap", D(100))


@pytest.mark.parametrize("method", sorted(SAMPLES))
@given(value=amounts, more=amounts, previous=amounts)
def test_a_better_figure_never_scores_less(method, value, more, previous):
    low = score(method, SAMPLES[method], value=value, previous=previous)
    high = score(method, SAMPLES[method], value=value + more, previous=previous)
    assert (low is None and high is None) or low <= high


@given(st.dictionaries(st.text(min_size=1, max_size=3), weights, max_size=8), st.data())
def test_reweighting_keeps_the_sum_and_the_proportions(given_weights, data):
    present = set(data.draw(st.lists(st.sampled_from(sorted(given_weights)), unique=True))) if given_weights else set()
    left = scores.reweigh(given_weights, present)
    assert set(left) <= present
    if left:
        assert abs(sum(left.values()) - sum(given_weights.values())) < D("1e-15")
        for a in left:
            for b in left:
                assert abs(left[a] * given_weights[b] - left[b] * given_weights[a]) < D("1e-15")
    else:
        assert not any(given_weights[k] > 0 for k in present)


# --- the three levels of one row -----------------------------------------------------------------------------------------

LEVEL_WEIGHTS = {"residents": D(30), "operator": D(20), "authority": D(50)}
maybe = st.none() | percents


def row(residents, operator, authority):
    found = scoring.row_result(LEVEL_WEIGHTS, residents, operator, authority)["score"]
    return None if found is None else D(found)


def test_three_levels_weigh_thirty_twenty_fifty():
    assert row(D(100), D(50), D(60)) == D("70.00")


@given(maybe, maybe, percents)
def test_a_row_stays_between_its_sources(residents, operator, authority):
    there = [s for s in (residents, authority, None if operator is None else min(operator, authority)) if s is not None]
    assert min(there) <= row(residents, operator, authority) <= max(there)


@given(maybe, percents, percents)
def test_a_self_score_never_raises_a_row_above_the_verified_value(residents, operator, authority):
    assert row(residents, operator, authority) <= max(authority, row(residents, None, authority))


@given(maybe, percents, percents, percents)
def test_a_better_assessment_never_lowers_the_row(residents, operator, authority, more):
    assert row(residents, operator, authority) <= row(residents, operator, authority + more)


@given(maybe, maybe)
def test_without_the_authority_a_row_has_no_score(residents, operator):
    assert row(residents, operator, None) is None


# --- a whole round -------------------------------------------------------------------------------------------------------

ROWS = {"T1.01": "甲", "T1.02": "甲", "T1.05": "乙", "T1.13": "丙"}
MEASURES = {"T1.01": "T1.01.agencies", "T1.02": "T1.02.new_gross", "T1.05": "T1.05.revenue", "T1.13": "T1.13.satisfaction"}
BODY = {
    "levels": {"residents": 30, "operator": 20, "authority": 50},
    "grades": [{"label": "优秀", "from": 90}, {"label": "良好", "from": 80}, {"label": "合格", "from": 60}, {"label": "不合格", "from": 0}],
    "vetoes": [{"key": "penalty", "label": "发生重大事故", "grade": "不合格"}],
    "rows": {
        "T1.01": {"weight": 20, "judges": ["operator", "authority"], "measures": {"T1.01.agencies": {"weight": 1, "method": "target_ratio", "target": 100}}},
        "T1.02": {"weight": 10, "judges": ["operator", "authority"], "measures": {"T1.02.new_gross": {"weight": 1, "method": "target_ratio", "target": 10}}},
        "T1.05": {"weight": 40, "judges": ["authority"], "measures": {"T1.05.revenue": {"weight": 1, "method": "growth", "zero_at": 0, "full_at": 50}}},
        "T1.13": {"weight": 30, "judges": ["residents", "operator", "authority"], "question": "满意吗？", "measures": {"T1.13.satisfaction": {"weight": 1, "method": "manual"}}},
    },
}  # fmt: skip


def reading(value, bound="exact"):
    return {"value": None if value is None else str(value), "bound": bound}


def inputs(values, *, residents=None, mine=None, assessment=None, vetoed=False):
    return {
        "scheme": {"body": BODY},
        "edition": {"rows": [{"key": k, "level1": g} for k, g in ROWS.items()]},
        "readings": {MEASURES[k]: {"now": reading(now), "previous": reading(before)} for k, (now, before) in values.items()},
        "answers": {"T1.13": {"n": sum((residents or {}).values()), "counts": residents or {}}},
        "self": mine or {},
        "assessment": assessment if assessment is not None else {k: {"verdict": "accept", "score": None} for k in ROWS},
        "vetoes": [{"key": "penalty", "label": "发生重大事故", "grade": "不合格", "found": vetoed}],
    }


GOOD = {"T1.01": (80, 60), "T1.02": (10, 2), "T1.05": ("145.7", 100)}
JUDGED = {"T1.13": {"score": "90", "checks": {}}}


def test_a_round_is_reckoned_as_a_pocket_calculator_would():
    result = scoring.score_round(inputs(GOOD, residents={"5": 3, "4": 2}, mine=JUDGED))
    assert result["rows"]["T1.01"]["score"] == "80"
    assert result["rows"]["T1.05"]["score"] == "91.4"
    assert result["rows"]["T1.13"]["residents"] == "92"
    assert result["rows"]["T1.13"]["score"] == "90.6"  # 30 % of 92 and 70 % of 90
    # (20·80 + 10·100 + 40·91.4 + 30·90.6) / 100
    assert result["total"] == "89.74"
    assert result["grade"] == "良好"
    assert sum(D(r["points"]) for r in result["rows"].values()) == D("89.74")


def test_the_same_inputs_give_the_same_result():
    assert scoring.score_round(inputs(GOOD, mine=JUDGED)) == scoring.score_round(inputs(GOOD, mine=JUDGED))


def test_a_row_without_a_figure_is_left_out_and_its_weight_stays_in_its_group():
    result = scoring.score_round(inputs({**GOOD, "T1.02": (None, None)}, mine=JUDGED))
    assert result["rows"]["T1.02"]["score"] is None
    assert result["rows"]["T1.01"]["effective_weight"] == "30"
    assert result["rows"]["T1.05"]["effective_weight"] == "40"


def test_a_group_without_any_figure_gives_its_weight_to_the_others():
    result = scoring.score_round(inputs({"T1.05": ("120", 100)}, mine=JUDGED))
    assert result["groups"]["甲"] == {"weight": "30", "score": None}
    assert D(result["rows"]["T1.05"]["effective_weight"]) + D(result["rows"]["T1.13"]["effective_weight"]) == 100


def test_a_lower_bound_is_never_scored():
    given_inputs = inputs(GOOD, mine=JUDGED)
    given_inputs["readings"]["T1.05.revenue"]["now"] = reading("9999", "at_least")
    assert scoring.score_round(given_inputs)["rows"]["T1.05"]["score"] is None


def test_a_veto_caps_the_grade_and_leaves_the_points():
    result = scoring.score_round(inputs(GOOD, mine=JUDGED, vetoed=True))
    assert (result["total"], result["grade"], result["vetoes"]) == ("89.56", "不合格", ["发生重大事故"])


def test_a_countable_row_is_never_proposed_by_the_self_score():
    figure = {"score": None}
    assert scoring.proposed(BODY["rows"]["T1.01"], figure, D(100)) is None
    assert scoring.proposed(BODY["rows"]["T1.13"], figure, D(70)) == 70


figures = st.fixed_dictionaries({k: st.tuples(st.none() | amounts, st.none() | amounts) for k in ("T1.01", "T1.02", "T1.05")})
answers = st.none() | st.dictionaries(st.sampled_from("12345"), st.integers(0, 40), max_size=5)
selves = st.dictionaries(st.sampled_from(sorted(ROWS)), percents.map(lambda s: {"score": str(s), "checks": {}}))


@given(figures, answers, selves)
def test_no_score_of_a_round_leaves_its_range(values, residents, mine):
    result = scoring.score_round(inputs(values, residents=residents, mine=mine))
    for found in [result["total"], *(r["score"] for r in result["rows"].values()), *result["levels"].values()]:
        assert found is None or 0 <= D(found) <= 100
    effective = [D(r["effective_weight"]) for r in result["rows"].values()]
    assert sum(effective) == 0 or abs(sum(effective) - 100) <= D("0.02")


@given(figures, answers, selves, st.sampled_from(["T1.01", "T1.02", "T1.05"]), amounts)
def test_a_better_figure_never_lowers_its_row_nor_the_total(values, residents, mine, key, more):
    now, before = values[key]
    if now is None:
        return
    low = scoring.score_round(inputs(values, residents=residents, mine=mine))
    high = scoring.score_round(inputs({**values, key: (now + more, before)}, residents=residents, mine=mine))
    for a, b in ((low["rows"][key]["score"], high["rows"][key]["score"]), (low["total"], high["total"])):
        assert (a is None and b is None) or D(a) <= D(b)


@given(figures, selves)
def test_a_self_score_never_raises_the_total_where_residents_are_silent(values, mine):
    with_self = scoring.score_round(
        inputs(values, mine=mine, assessment={k: {"verdict": "adjust", "score": "60"} for k in ROWS})
    )
    without = scoring.score_round(inputs(values, assessment={k: {"verdict": "adjust", "score": "60"} for k in ROWS}))
    assert D(with_self["total"]) <= D(without["total"])


# --- which value stands --------------------------------------------------------------------------------------------------

DECLARED = Declared("7", D(100))
VERIFIED = Declared("7", D(100), verified=True, verified_value=D(90))
BOUND = Declared("7", D(100), Bound.AT_LEAST)
COUNTED = Computed(D(80), "名册")


def test_computed_wins_only_where_the_room_is_complete():
    assert settle("m", complete=True, computed=COUNTED, declared=VERIFIED).basis is Basis.COMPUTED
    assert settle("m", complete=False, computed=COUNTED, declared=VERIFIED).value == 90
    assert settle("m", complete=False, computed=COUNTED, declared=DECLARED).basis is Basis.DECLARED


def test_an_incomplete_room_is_believed_only_when_everybody_was_heard():
    whole = Computed(D(80), "", coverage=Coverage(3, 3, "家机构"))
    part = Computed(D(80), "3家机构中2家已报", coverage=Coverage(2, 3, "家机构"))
    assert settle("m", complete=False, computed=whole, declared=None).basis is Basis.COMPUTED
    reading = settle("m", complete=False, computed=part, declared=None)
    assert (reading.value, reading.basis, reading.computed) == (None, Basis.NOT_DETERMINED, D(80))


def test_nothing_known_is_not_determined_and_never_zero():
    reading = settle("m", complete=True, computed=Computed(None, "名册为空"), declared=None)
    assert (reading.value, reading.basis, reading.why) == (None, Basis.NOT_DETERMINED, "名册为空")


def test_a_lower_bound_is_shown_and_not_reckoned_with():
    reading = settle("m", complete=False, computed=None, declared=BOUND)
    assert (reading.value, reading.bound, reading.exact) == (D(100), Bound.AT_LEAST, None)


def test_a_figure_the_authority_rejected_does_not_stand():
    rejected = Declared("7", D(100), verified=True, verified_value=None)
    assert settle("m", complete=False, computed=None, declared=rejected).why == "主管部门核对后未予认定"


def test_all_three_values_stay_visible_and_a_difference_is_noticed():
    reading = settle("m", complete=True, computed=COUNTED, declared=VERIFIED)
    assert (reading.computed, reading.declared.value, reading.declared.verified_value) == (80, 100, 90)
    assert reading.disagree and not settle("m", complete=True, computed=COUNTED, declared=None).disagree


# --- schemes -------------------------------------------------------------------------------------------------------------

ALLOWED = {k: frozenset({m}) for k, m in MEASURES.items()}


def test_a_right_scheme_has_no_problems():
    assert scheme.problems(BODY, ALLOWED) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"levels": {"residents": 30}}, "须写明进驻单位、运营单位、主管部门三级的权重"),
        ({"levels": {"residents": 30, "operator": 20, "authority": 0}}, "三级权重不得为负，主管部门的权重须大于0"),
        ({"grades": [{"label": "好", "from": 60}, {"label": "差", "from": 10}]}, "等次须从高到低排列，最后一档从0分起"),
        ({"ceiling": 90}, "最高分不得低于100"),
        ({"rows": {"T9.99": BODY["rows"]["T1.01"]}}, "T9.99：所用标准版本没有这一行"),
        ({"rows": {"T1.01": {**BODY["rows"]["T1.01"], "judges": ["residents"]}}}, "T1.01：评价主体须包含主管部门，且只能是进驻单位、运营单位、主管部门"),
        ({"rows": {"T1.01": {**BODY["rows"]["T1.01"], "weight": 0}}}, "各行权重合计须大于0"),
        ({"rows": {"T1.01": {**BODY["rows"]["T1.01"], "measures": {"T1.01.agencies": {"weight": 1, "method": "magic"}}}}}, "T1.01：T1.01.agencies 的计分方法不存在"),
        ({"rows": {"T1.01": {**BODY["rows"]["T1.01"], "measures": {"T1.01.agencies": {"weight": 1, "method": "target_ratio", "target": 5, "cap": 120}}}}}, "T1.01：T1.01.agencies 的封顶分高于方案的最高分"),
        ({"vetoes": [{"key": "a", "label": "b", "grade": "没有"}]}, "否决事项“b”的等次不在等次表内"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_scheme_is_said(change, says):
    assert says in scheme.problems({**BODY, **change}, ALLOWED)
