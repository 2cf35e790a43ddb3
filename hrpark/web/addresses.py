"""What the address of a list asks, cleaned, and how it is written back in one canonical way."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote_plus

from .filters import Filter

SIZES = (50, 100, 200)
LONGEST_SEARCH = 100
#: No list has so many pages; a longer number means the last one.
LAST_PAGE = 10**7


@dataclass(frozen=True)
class Asked:
    """What one address asks of a list, understood and cleaned. ``pairs`` writes it back in one canonical way."""

    q: str = ""
    sort: str = ""
    page: int = 1
    size: int = SIZES[0]
    columns: tuple[str, ...] = ()
    filters: dict[str, Any] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    #: The page that was asked for is behind the last one, which is shown instead.
    beyond: bool = False

    def pairs(self, declared: Sequence[Filter]) -> list[tuple[str, str]]:
        return [pair for pairs in self.groups(declared).values() for pair in pairs]

    def groups(self, declared: Sequence[Filter]) -> dict[str, list[tuple[str, str]]]:
        """The parameters in their order, by what they belong to."""
        return {
            "q": [("q", self.q)] if self.q else [],
            **{f.key: f.pairs(self.filters[f.key]) if f.key in self.filters else [] for f in declared},
            "sort": [("sort", self.sort)] if self.sort else [],
            "cols": [("cols", ",".join(self.columns))] if self.columns else [],
            "size": [("size", str(self.size))] if self.size != SIZES[0] else [],
            "page": [("page", str(self.page))] if self.page > 1 else [],
        }


class Addresses:
    """Addresses of one list, each asked a little differently; what stays the same is encoded once."""

    def __init__(self, asked: Asked, declared: Sequence[Filter]):
        self.parts = {key: encoded(pairs) for key, pairs in asked.groups(declared).items()}
        self.parts["page"] = ""

    def but(self, **changes: str) -> str:
        """With some groups replaced ("": left out). Anything but a page change starts at page one."""
        return "?" + "&".join([part for part in ({**self.parts, **changes} if changes else self.parts).values() if part])


def encoded(pairs: Sequence[tuple[str, str]]) -> str:
    return "&".join([f"{quote_plus(name)}={quote_plus(value, safe=',:')}" for name, value in pairs])


@functools.lru_cache(maxsize=1000)
def names_in(query: str) -> frozenset[str]:
    """The names of the parameters of a query."""
    return frozenset([name for name, _ in parse_qsl(query, keep_blank_values=True)])


def clean(text: str) -> str:
    """A search as a database can take it: no control characters, single spaces, not endless."""
    printable = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zs") else c for c in text[: 4 * LONGEST_SEARCH])
    return " ".join(printable.split())[:LONGEST_SEARCH].strip()


def page_number(text: str) -> int | None:
    """The page that an address asks for: the first when it says nothing, None when it says what is no page."""
    if not text:
        return 1
    if not (text.isascii() and text.isdigit()) or not text.strip("0"):
        return None
    return min(int(text[-20:]), LAST_PAGE) if len(text.lstrip("0")) <= 8 else LAST_PAGE


def join(address: str, name: str, value: str) -> str:
    return f"{address}{'&' if len(address) > 1 else ''}{name}={value}"
