"""A basis is words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.toolbox.errors import Refused
from hrpark.toolbox.grounds import LEAST, MOST, grounds, in_words

ASK = "请写明核验依据，例如“授权委托书原件”"


@pytest.mark.parametrize("text", ["授权委托书原件", "核对原件", "〔2026〕3号文", "letter of attorney", " 身份证　原件 "])
def test_words_are_grounds(text):
    assert in_words(grounds(text, ASK))


@pytest.mark.parametrize(
    "text", ["", "   ", "-1", "NaN", "原件", "9999-12-31", "……………", "1e309", "Infinity", "\u200b\u200b\u200b\u200b", "🐼🐼🐼🐼"]
)
def test_signs_and_half_a_word_are_none(text):
    with pytest.raises(Refused, match="请写明核验依据"):
        grounds(text, ASK)


def test_what_nobody_would_read_is_too_long():
    with pytest.raises(Refused, match="最多300个字，现有10000个"):
        grounds("字" * 10_000, ASK)


@given(st.text())
def test_whatever_passes_has_its_length_and_one_line(text):
    try:
        said = grounds(text, ASK)
    except Refused as refused:
        assert refused.field == "basis"
    else:
        assert LEAST <= len(said) <= MOST
        assert "\n" not in said and "\0" not in said
