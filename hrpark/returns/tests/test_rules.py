"""What a figure can be, and what gives reason to look twice."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.returns.rules import Asked, Limits, read_number, warnings, wrong_value

LIMITS = Limits(tax_low=Decimal("0.3"), tax_high=Decimal(10), revenue_per_staff=Decimal(1000), growth=Decimal(300))
REVENUE = Asked("T1.05.revenue", "营业收入", "万元", "amount")
POSTS = Asked("T1.07.posts_provided", "提供岗位", "个", "count")
SHARE = Asked("T1.13.response_rate", "全年需求响应率", "%", "percent")
GROWTH = Asked("T1.02.growth", "机构数增长率", "%", "percent")
ASKED = {a.key: a for a in (REVENUE, POSTS, SHARE, GROWTH)}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1,530,000", "1530000"),
        ("１２３．５", "123.5"),
        (" 12 ", "12"),
        ("-3.5", "-3.5"),
        ("", None),
        ("0", "0"),
        ("1，200", "1200"),
    ],
)
def test_numbers_are_read_as_people_type_them(typed, value):
    assert read_number(typed) == (None if value is None else Decimal(value))


@pytest.mark.parametrize("typed", ["约100", "1e9", "NaN", "Infinity", "十", "1.2.3", "12万"])
def test_what_is_no_number_is_not_guessed(typed):
    with pytest.raises(ValueError, match=r".*"):
        read_number(typed)


@pytest.mark.parametrize(
    ("asked", "value", "says"),
    [
        (POSTS, "1.5", "应为整数"),
        (POSTS, "-1", "不能为负数"),
        (SHARE, "120", "不能超过 100"),
        (GROWTH, "-101", "不可能低于 -100%"),
        (REVENUE, "1.23456", "最多保留四位小数"),
        (REVENUE, "1e16", "数值过大"),
    ],
)
def test_impossible_values_are_named(asked, value, says):
    assert says in wrong_value(asked, Decimal(value))


@pytest.mark.parametrize(
    ("asked", "value"), [(POSTS, "0"), (SHARE, "100"), (GROWTH, "-12.5"), (GROWTH, "350"), (REVENUE, "0.0001"), (REVENUE, None)]
)
def test_possible_values_pass(asked, value):
    assert wrong_value(asked, None if value is None else Decimal(value)) is None


def said(now, before=None):
    now = {k: Decimal(str(v)) for k, v in now.items()}
    return [w.measure for w in warnings(now, {k: Decimal(str(v)) for k, v in (before or {}).items()}, LIMITS, ASKED)]


def test_a_tax_share_outside_its_lines_warns():
    assert said({"T1.05.revenue": 1000, "T1.05.tax": 101}) == ["T1.05.tax"]
    assert said({"T1.05.revenue": 1000, "T1.05.tax": 2}) == ["T1.05.tax"]


def test_the_published_figures_of_shandong_do_not_warn():
    assert said({"T1.05.revenue": 1_530_000, "T1.05.tax": 20_500}, {"T1.05.revenue": 1_050_103}) == []


def test_revenue_a_head_persons_as_times_and_a_jump_warn():
    assert said({"T1.05.revenue": 100_000, "returns.staff": 20}) == ["T1.05.revenue"]
    assert said({"T1.07.persons_served": 500, "returns.persons_distinct": 500}) == ["T1.07.persons_served"]
    assert said({"T1.07.persons_served": 400, "returns.persons_distinct": 500}) == ["T1.07.persons_served"]
    assert said({"T1.07.posts_provided": 401}, {"T1.07.posts_provided": 100}) == ["T1.07.posts_provided"]
    assert said({"T1.07.posts_provided": 400}, {"T1.07.posts_provided": 100}) == []


def test_nothing_is_compared_with_zero_or_with_the_unknown():
    assert said({"T1.05.revenue": 0, "T1.05.tax": 5, "T1.07.posts_provided": 9}, {"T1.07.posts_provided": 0}) == []


amounts = st.decimals(min_value=0, max_value=10**12, places=2)


@given(
    st.dictionaries(
        st.sampled_from([*ASKED, "T1.05.tax", "returns.staff", "T1.07.persons_served", "returns.persons_distinct"]), amounts
    ),
    st.dictionaries(st.sampled_from(list(ASKED)), amounts),
)
def test_no_pair_of_forms_breaks_the_warnings(now, before):
    for warning in warnings(now, before, LIMITS, ASKED):
        assert warning.measure and warning.says


def test_a_number_with_far_too_many_digits_is_warned_of_like_any_other():
    now, before = {"T1.05.revenue": Decimal("9" * 30)}, {"T1.05.revenue": Decimal(3)}
    assert any("比上年增长" in warning.says for warning in warnings(now, before, LIMITS, ASKED))
