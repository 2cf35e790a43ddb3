"""The checking code, however it is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.documents.models import grouped
from hrpark.documents.rules import ALPHABET, LENGTH, draw_code, read_code


def test_codes_are_drawn_from_letters_that_nobody_misreads():
    codes = {draw_code() for _ in range(200)}
    assert len(codes) == 200 and all(len(c) == LENGTH and set(c) <= set(ALPHABET) for c in codes)


@given(
    st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH),
    st.sampled_from([str.lower, str.upper, str]),
    st.sampled_from([" ", "-", "—", "－", ""]),
)
def test_a_code_is_understood_in_any_case_and_with_any_separator(code, case, separator):
    assert read_code(separator.join(case(code)[n : n + 4] for n in range(0, LENGTH, 4))) == code
    assert read_code(grouped(code)) == code


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ABCD-EFGH-JKMN-PQRS", "ABCDEFGHJKMNPQRS"),
        ("ａｂｃｄ ｅｆｇｈ ｊｋｍｎ ０１２３", "ABCDEFGHJKMN0123"),
        ("OOOO-IIII-LLLL-0011", "0000111111110011"),
        ("ABCD", None),
        ("ABCD-EFGH-JKMN-PQRU", None),
        ("", None),
        ("' OR 1=1 --", None),
    ],
)
def test_misread_letters_are_forgiven_and_everything_else_is_no_code(typed, read):
    assert read_code(typed) == read


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_code_or_none(typed):
    code = read_code(typed)
    assert code is None or (len(code) == LENGTH and set(code) <= set(ALPHABET))
