"""What a file is called: cleaned for showing and for handing out. A name never reaches the disk."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120
#: Characters that turn text around or hide in it: ``invoice<RLO>fdp.exe`` reads as ``invoiceexe.pdf``.
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
_HIDDEN = {
    0x00AD,
    0x034F,
    0x115F,
    0x1160,
    0x180E,
    0x200B,
    0x200C,
    0x200D,
    0x2060,
    0x2061,
    0x2062,
    0x2063,
    0x2064,
    0x3164,
    0xFEFF,
    0xFFA0,
}
_KEPT_OUT = str.maketrans({c: None for c in _TURNING | _HIDDEN})


def suffix_of(name: str) -> str:
    """The part after the last point, small, with the point: ``".pdf"``; empty when there is none."""
    stem, point, suffix = name.rpartition(".")
    return f".{suffix.lower()}" if point and stem and re.fullmatch(r"[A-Za-z0-9]{1,8}", suffix) else ""


def clean_name(raw: str, *, longest: int = LONGEST) -> str:
    """The name as it is shown: without path, control, hidden and turning characters, at most ``longest`` characters.

    The suffix survives the cut, so that 300 characters of Chinese still end in ``.pdf``.
    """
    name = raw.encode("utf-8", "ignore").decode("utf-8")  # lone surrogates can be stored nowhere
    name = unicodedata.normalize("NFC", name).translate(_KEPT_OUT)
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Zs") else c for c in name)
    name = "".join(c for c in name if unicodedata.category(c) != "Cn" and c not in '"<>|:*?')
    name = re.sub(r" +", " ", name).strip(" .")
    if len(name) > longest:
        suffix = suffix_of(name)
        name = name[: longest - len(suffix)].rstrip(" .") + suffix
    return name or "未命名"


def renamed(name: str, suffix: str) -> str:
    """The name with the suffix that its content has: a PNG that a phone called .jpg."""
    found = suffix_of(name)
    return (name[: -len(found)] if found else name) + suffix
