"""What identifies a person in words, and taking it out of them. Pure: values in, values out.

A mobile number or an e-mail address belongs to one account, so it goes wherever it stands. A name may be somebody else's: it goes
out of longer text everywhere only while it is ``distinctive``, else only where the record has to do with the person.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

#: Stands where words about an erased person stood.
GONE = "（已删除）"


@dataclass(frozen=True)
class Traces:
    """Names and account keys of one person, former ones included, and what stands in a name's place."""

    names: tuple[str, ...]
    keys: tuple[str, ...]
    pseudonym: str
    #: Names of two characters are words, too (高峰), and names of many people.
    shortest: int = field(default=3)

    @property
    def distinctive(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if len(name) >= self.shortest)

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """How a key may have been typed: what a database can look for."""
        found = []
        for key in self.keys:
            found.append(key)
            if re.fullmatch(r"\d{11}", key):
                found += [gap.join((key[:3], key[3:7], key[7:])) for gap in (" ", "-")]
        return tuple(found)

    @cached_property
    def _keys(self) -> re.Pattern | None:
        one = [
            rf"(?:(?<!\d)\+?86[\s-]?|(?<!\d)){re.escape(s)}(?!\d)" if s[:1].isdigit() else re.escape(s)
            for s in sorted(self.spellings, key=len, reverse=True)
        ]
        return re.compile("|".join(one), re.IGNORECASE) if one else None

    @cached_property
    def _names(self) -> re.Pattern | None:
        names = sorted(self.names, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, names))) if names else None

    @cached_property
    def _whole(self) -> frozenset[str]:
        return frozenset((*self.names, *self.spellings))

    def has_key(self, value: Any) -> bool:
        """Whether an account key stands anywhere in it."""
        return self._keys is not None and any(self._keys.search(text) for text in texts(value))

    def is_called(self, value: Any) -> bool:
        """Whether something in it is the name, the whole name and nothing else."""
        return any(text.strip() in self.names for text in texts(value))

    def has_distinctive(self, value: Any) -> bool:
        return any(name in text for text in texts(value) for name in self.distinctive)

    def out_of(self, value: Any, *, blank: bool = False) -> Any:
        """The value without them. ``blank``: a text that is nothing but a key becomes empty."""
        if isinstance(value, str):
            if blank and value.strip() in self.spellings:
                return ""
            if self._keys is not None:
                value = self._keys.sub(GONE, value)
            return self._names.sub(self.pseudonym, value) if self._names is not None else value
        if isinstance(value, list):
            return [self.out_of(one) for one in value]
        if isinstance(value, dict):
            return {self.out_of(key): self.out_of(one) for key, one in value.items()}
        return value


def texts(value: Any) -> Iterable[str]:
    """Every text in a value as JSON holds it, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from texts(key)
            yield from texts(one)


def as_stored(word: str) -> tuple[str, ...]:
    """A word as it may lie in a column of JSON: as it is, and with its characters escaped."""
    escaped = json.dumps(word)[1:-1]
    return (word,) if escaped == word else (word, escaped)
