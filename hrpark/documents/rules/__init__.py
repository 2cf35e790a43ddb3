"""The checking code: drawn, printed in fours, and understood however somebody types it."""

from __future__ import annotations

import secrets
import unicodedata

#: Crockford's base 32: no I, L, O, U, which are misread or make words.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def draw_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(typed: str) -> str | None:
    """The code that was meant: any case, full width, with or without separators, O for 0 and l for 1. None: it is none."""
    text = unicodedata.normalize("NFKC", typed).upper().translate(_MISREAD)
    code = "".join(c for c in text if c not in " -—–_·.\t")
    return code if len(code) == LENGTH and all(c in ALPHABET for c in code) else None
