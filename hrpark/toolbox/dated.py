"""Values that hold from a day on: parameters, prices, schemes. A changed number is a line of data, never an edit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

V = TypeVar("V")


@dataclass(frozen=True)
class Dated(Generic[V]):
    """A value by the day it begins to hold, each with its basis (statute and article, clause, or the park's own promise)."""

    since: tuple[date, ...]
    values: tuple[V, ...]
    bases: tuple[str, ...]

    @classmethod
    def of(cls, rows: Mapping[date, tuple[V, str]]) -> Dated[V]:
        days = sorted(rows)
        return cls(tuple(days), tuple(rows[d][0] for d in days), tuple(rows[d][1] for d in days))

    def _index(self, day: date) -> int:
        index = bisect_right(self.since, day) - 1
        if index < 0:
            raise LookupError(f"No value holds on {day}; the first begins on {self.since[0] if self.since else '—'}")
        return index

    def on(self, day: date) -> V:
        """The value that holds on ``day``; LookupError before the first one."""
        return self.values[self._index(day)]

    def basis_on(self, day: date) -> str:
        return self.bases[self._index(day)]
