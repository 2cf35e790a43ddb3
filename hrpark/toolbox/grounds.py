"""What somebody acted on, in their own words: the basis of a verification, the scope of a letter. A sign is no ground."""

from __future__ import annotations

import re

from .errors import Refused
from .text import is_chinese, tidy

LEAST, MOST = 4, 300
_WORD = re.compile(r"[^\W\d_]{2,}")


def in_words(text: str) -> bool:
    """Says something: two Chinese characters, or two words in letters. ``-1``, ``NaN``, ``2026-03-02``, ``……`` say nothing."""
    return sum(map(is_chinese, text)) >= 2 or len(_WORD.findall(text)) >= 2


def grounds(text: str, ask: str, *, field: str = "basis", least: int = LEAST, most: int = MOST) -> str:
    """The text on one line; Refused with ``ask`` (a sentence that says what to write, with an example) when it says nothing."""
    said = tidy(text)
    if len(said) < least or not in_words(said):
        raise Refused(f"{ask}（用文字说明，至少{least}个字）。", field=field)
    if len(said) > most:
        raise Refused(f"最多{most}个字，现有{len(said)}个，请缩短。", field=field)
    return said
