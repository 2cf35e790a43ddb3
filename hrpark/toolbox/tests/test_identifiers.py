"""Identifiers: what is right is taken, what is repaired is said, what fails is named to the place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from hrpark.toolbox import identifiers as ids

VALID = "91350100M000100Y43"  # the example of GB 32100-2015

bodies = st.builds(
    "{}{}{}".format,
    st.sampled_from(["91", "92", "12", "51", "N2", "Y1", "A1"]),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ids.USCC_ALPHABET, min_size=9, max_size=9),
)
codes = bodies.map(lambda body: body + uscc.calc_check_digit(body))


@given(codes)
def test_every_well_formed_code_is_taken(code):
    reading = ids.read_uscc(code)
    assert reading.ok and reading.value == code and not reading.repairs
    assert ids.is_valid_uscc(code)


@given(codes, st.integers(0, 17), st.sampled_from(ids.USCC_ALPHABET))
def test_one_wrong_character_is_never_taken_silently(code, place, character):
    wrong = code[:place] + character + code[place + 1 :]
    if wrong != code:
        assert not ids.read_uscc(wrong).ok and not ids.is_valid_uscc(wrong)


@given(codes, st.integers(0, 16))
def test_two_neighbours_swapped_are_never_taken_silently(code, place):
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if wrong != code:
        assert not ids.read_uscc(wrong).ok and not ids.is_valid_uscc(wrong)


@given(codes)
def test_width_case_and_spaces_are_repaired_and_said_but_not_strictly_valid(code):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    for typed, said in ((wide, "全角转半角"), (f" {code[:9]} {code[9:]}\u200b", "去除空格"), (f"'{code}", "去除前导撇号")):
        reading = ids.read_uscc(typed)
        assert reading.ok and reading.value == code and said in reading.repairs
        assert not ids.is_valid_uscc(typed)
    assert ids.read_uscc(code.lower()).value == code


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(text):
    reading = ids.read_uscc(text)
    assert reading.ok or reading.message


def test_a_failing_check_character_warns_and_can_be_overridden():
    reading = ids.read_uscc(VALID[:-1] + "4")
    assert (reading.problem, reading.overridable) == ("check_digit", True)
    assert reading.message == "统一社会信用代码第18位校验不符，请核对营业执照；如确认无误，可填写说明后继续。"


@pytest.mark.parametrize(
    ("typed", "problem", "said"),
    [
        ("", "empty", "18位"),
        (VALID[:-1], "length", "现有17位"),
        (VALID + "0", "length", "现有19位"),
        ("440101000123456", "length", "旧营业执照注册号"),
        ("91350100O000100Y43", "characters", "第9位是“O”"),
        ("913501中0M000100Y43"[:18], "characters", "第7位“中”"),
        ("9135A100M000100Y43", "format", "第5位应为数字"),
        ("9.13502E+17", "precision", "文本"),
    ],
)
def test_other_faults_are_refused_with_their_place(typed, problem, said):
    reading = ids.read_uscc(typed)
    assert reading.problem == problem and said in reading.message and not reading.overridable


def test_the_check_character_zero_is_not_forgotten():
    body = next(b for b in (f"91440101{n:09d}" for n in range(100)) if uscc.calc_check_digit(b) == "0")
    assert ids.is_valid_uscc(body + "0")


def test_a_code_says_what_kind_of_body_it_is():
    assert ids.uscc_body("91440101MA5CJQ4N59") == "企业" and ids.uscc_body("92440101MA5CJQ4N59") == "个体工商户"
    assert ids.uscc_region("91440112MA5CJQ4N59") == "440112"


def test_a_citizen_id_is_read():
    assert ids.read_citizen_id("11010519491231002x").value == "11010519491231002X"
    assert str(ids.birthday("11010519491231002X")) == "1949-12-31"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("110105194912310021", "check_digit"), ("11010519491331002X", "format"), ("110105491231002", "length"),
        ("1101051949123100", "length"), ("11010519491231A02X", "characters"), ("", "empty"), ("1.10105E+17", "precision"),
    ],
)  # fmt: skip
def test_a_wrong_citizen_id_is_refused(typed, problem):
    assert ids.read_citizen_id(typed).problem == problem


@given(st.integers(0, 10**9 - 1), st.sampled_from(["{}", "+86 {}", "86{}", "{} ", "'{}"]), st.sampled_from("3456789"))
def test_a_mobile_number_is_read_in_every_dress(tail, dress, third):
    number = f"1{third}{tail:09d}"
    assert ids.read_mobile(dress.format(number)).value == number
    assert ids.read_mobile(f"{number[:3]}-{number[3:7]} {number[7:]}").value == number


@pytest.mark.parametrize(
    ("typed", "problem"), [("12812345678", "format"), ("1381234567", "length"), ("138a2345678", "characters"), ("", "empty")]
)
def test_a_wrong_mobile_number_is_refused(typed, problem):
    assert ids.read_mobile(typed).problem == problem


@pytest.mark.parametrize(
    "number", ["020-82512345", "(020)82512345", "82512345", "400-830-1234", "020-82512345转801", "0755-2512345-12", "95588"]
)
def test_a_landline_is_read(number):
    assert ids.read_phone(number).ok


def test_two_numbers_in_one_cell_are_refused():
    assert not ids.read_phone("13812345678/13912345678").ok


@pytest.mark.parametrize(
    ("typed", "ok"),
    [("a@b.cn", True), ("a@b", False), ("a b@c.cn", True), ("a@@b.cn", False), ("甲@例子.中国", True), ("a@b..cn", False)],
)
def test_an_email_address_is_read(typed, ok):
    assert ids.read_email(typed).ok is ok


def test_masks_show_only_what_they_say():
    assert ids.mask_name("张三") == "张*" and ids.mask_name("张三丰") == "张**" and ids.mask_name("") == ""
    assert ids.mask_mobile("13812341234") == "138****1234"
    assert ids.mask_id("440112199001011234") == "4401**********1234"


@given(st.text("0123456789X", max_size=20))
def test_a_mask_hides_at_least_four_or_everything(number):
    for masked in (ids.mask_mobile(number), ids.mask_id(number)):
        assert masked.count("*") >= min(4, len(number))
