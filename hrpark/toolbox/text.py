"""Chinese text as registers have it: full-width letters and digits, stray spaces, invisible characters, names with a gap."""

from __future__ import annotations

import re
import unicodedata

#: Full-width ASCII (U+FF01 to U+FF5E) and the ideographic space, to what they look like.
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
#: Letters and digits only: full-width brackets and commas are right in Chinese text.
_HALF_ALNUM = {code: half for code, half in _HALF.items() if chr(half).isalnum()}

_SPACES = {
    code: 0x20
    for code in (
        0x09,
        0x0A,
        0x0B,
        0x0C,
        0x0D,
        0x85,
        0xA0,
        0x1680,
        *range(0x2000, 0x200B),
        0x2028,
        0x2029,
        0x202F,
        0x205F,
        0x3000,
    )
}
_INVISIBLE = dict.fromkeys(
    [
        *(code for code in range(0x20) if code not in _SPACES), 0x7F, *(code for code in range(0x80, 0xA0) if code not in _SPACES),
        0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC),
    ]
)  # fmt: skip

_CJK = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_GAP = re.compile(rf"(?<=[{_CJK}（）《》、，。·]) +(?=[{_CJK}（）《》、，。·])")
_RUN = re.compile(" {2,}")
_ONLY_CJK = re.compile(rf"[{_CJK} ]+")


def half_width(text: str) -> str:
    """Every full-width ASCII character as its half-width one: for codes, numbers, addresses of the net."""
    return text.translate(_HALF)


def half_width_alnum(text: str) -> str:
    """Full-width letters and digits only; Chinese punctuation stays."""
    return text.translate(_HALF_ALNUM)


def visible(text: str) -> str:
    """Without zero-width, direction and control characters (line breaks and tabs stay)."""
    return text.translate(_INVISIBLE)


def tidy(text: str) -> str:
    """One line as it was meant: nothing invisible, odd spaces plain, runs of spaces single, letters and digits half-width."""
    return _RUN.sub(" ", text.translate(_INVISIBLE).translate(_SPACES).translate(_HALF_ALNUM)).strip()


def tidy_title(text: str) -> str:
    """The name of a body or a place: tidy, and no gaps between Chinese characters."""
    return _GAP.sub("", tidy(text))


def tidy_name(text: str) -> str:
    """A person's name: 张　三 becomes 张三. Two whole names in one cell (张三 李四) stay apart: nobody guesses."""
    name = tidy(text)
    if not _ONLY_CJK.fullmatch(name):
        return name
    parts = name.split(" ")
    if len(parts) == 2 and min(map(len, parts)) >= 2:
        return name
    return "".join(parts) if sum(map(len, parts)) <= 4 else name


def squeeze(text: str) -> str:
    """Without any space or invisible character, half-width: for codes and numbers."""
    return half_width(text.translate(_INVISIBLE).translate(_SPACES)).replace(" ", "")


def match_key(text: str) -> str:
    """What two headings or names must share to be the same: letters and digits only, half-width, caseless."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def is_chinese(text: str) -> bool:
    """Holds at least one Chinese character."""
    return re.search(f"[{_CJK}]", text) is not None


def display_width(text: str) -> int:
    """Columns that the text takes in a fixed grid: a Chinese or full-width character takes two."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
