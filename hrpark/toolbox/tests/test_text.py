"""Chinese text is put right without losing what was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.toolbox import text

messy = st.text(st.sampled_from("广州黄埔人力 　\u00a0\u200b\ufeffＡｂ１２（）()·\t\n"), max_size=30)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("　广州市　黄埔区 ", "广州市 黄埔区"),
        ("\ufeff统一\u200b社会信用代码", "统一社会信用代码"),
        ("ＡＢＣ１２３公司（总部）", "ABC123公司（总部）"),
        ("a\u00a0\u3000  b\nc", "a b c"),
        ("", ""),
    ],
)
def test_a_line_is_tidied(given, wanted):
    assert text.tidy(given) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("张　三", "张三"),
        ("张 三 丰", "张三丰"),
        ("张三 李四", "张三 李四"),
        ("欧阳 锋", "欧阳锋"),
        ("John  Smith", "John Smith"),
        ("买买提·艾力", "买买提·艾力"),
    ],
)
def test_a_gap_in_a_name_closes_but_two_names_stay_apart(given, wanted):
    assert text.tidy_name(given) == wanted


def test_a_body_s_name_closes_up_around_chinese_only():
    assert text.tidy_title("广州 某某（集团） 有限公司 Big Data 部") == "广州某某（集团）有限公司 Big Data 部"


@given(messy)
def test_tidying_twice_is_tidying_once(raw):
    for function in (text.tidy, text.tidy_title, text.tidy_name, text.squeeze):
        once = function(raw)
        assert function(once) == once


@given(messy)
def test_tidying_keeps_every_letter_and_digit_in_order(raw):
    def letters(s):
        return "".join(c for c in text.half_width(s) if c.isalnum())

    assert letters(text.tidy(raw)) == letters(raw)


@given(st.text(max_size=60))
def test_nothing_invisible_and_no_space_survives_squeezing(raw):
    assert not any(c.isspace() or c in "\u200b\ufeff\u202e\x00" for c in text.squeeze(raw))


def test_headings_that_look_alike_match():
    assert text.match_key("联系 电话（手机）") == text.match_key("联系电话(手机)")
    assert text.match_key("ＵＳＣＣ") == "uscc"


def test_a_chinese_character_takes_two_columns():
    assert text.display_width("广州 GZ") == 7
