"""Filters of a list: what an address says of them, how they narrow the rows, and what their chip says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    on: bool = False
    url: str = ""


@dataclass(frozen=True)
class Filter:
    """What narrows a list; drawn as a chip that says its value."""

    key: str
    label: str
    path: str = ""

    kind = "choice"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def read(self, given: QueryDict, standing: Standing, park: Park | None) -> tuple[Any, list[str]]:
        """The value that was asked for (None: none), and what of it could not be understood."""
        raise NotImplementedError

    def narrow(self, rows: QuerySet, value: Any, park: Park | None) -> QuerySet:
        raise NotImplementedError

    def says(self, value: Any, standing: Standing, park: Park | None) -> str:
        raise NotImplementedError

    def pairs(self, value: Any) -> list[tuple[str, str]]:
        """The value as query parameters."""
        raise NotImplementedError

    def options(self, value: Any, standing: Standing, park: Park | None) -> list[Option]:
        return []


@dataclass(frozen=True)
class Choice(Filter):
    """One or several of given values. ``choices``: pairs, a mapping, or a function of (standing, park)."""

    choices: Any = ()
    where: Callable[[list[str]], Q] | None = None

    def _choices(self, standing: Standing, park: Park | None) -> dict[str, str]:
        given = (
            self.choices(standing, park) if callable(self.choices) and not hasattr(self.choices, "choices") else self.choices
        )
        given = getattr(given, "choices", given)
        return {str(k): str(v) for k, v in (given.items() if isinstance(given, Mapping) else given)}

    def read(self, given, standing, park):
        asked = list(dict.fromkeys(value for value in given.getlist(self.key) if value))
        if not asked:
            return None, []
        known = self._choices(standing, park)
        return [v for v in known if v in asked] or None, [v for v in asked if v not in known]

    def narrow(self, rows, value, park):
        return rows.filter(self.where(value) if self.where else Q(**{f"{self.path or self.key}__in": value}))

    def says(self, value, standing, park):
        known = self._choices(standing, park)
        names = [known[v] for v in value]
        return "、".join(names) if len(names) <= 3 else f"{names[0]} 等 {len(names)} 项"

    def pairs(self, value):
        return [(self.key, v) for v in value]

    def options(self, value, standing, park):
        return [Option(k, v, bool(value) and k in value) for k, v in self._choices(standing, park).items()]


@dataclass(frozen=True)
class Days(Filter):
    """A range of days, both ends included; either may be open. ``moment``: the field holds moments, not days."""

    moment: bool = False
    kind = "days"

    @property
    def names(self):
        return (f"{self.key}.from", f"{self.key}.to")

    def read(self, given, standing, park):
        ends, wrong = [], []
        for name in self.names:
            text = given.get(name, "").strip()
            try:
                ends.append(date.fromisoformat(text) if text else None)
            except ValueError:
                ends.append(None)
                wrong.append(text[:20])
        if ends[0] and ends[1] and ends[0] > ends[1]:
            ends.reverse()
        return (tuple(ends) if any(ends) else None), wrong

    def narrow(self, rows, value, park):
        since, until = value
        path = self.path or self.key
        path = f"{path}__date" if self.moment else path
        if since:
            rows = rows.filter(**{f"{path}__gte": since})
        if until:
            rows = rows.filter(**{f"{path}__lte": until})
        return rows

    def says(self, value, standing, park):
        since, until = value
        if since and until:
            return f"{since} 至 {until}" if since != until else str(since)
        return f"{since} 起" if since else f"{until} 止"

    def pairs(self, value):
        return [(name, end.isoformat()) for name, end in zip(self.names, value, strict=True) if end]


@dataclass(frozen=True)
class YesNo(Filter):
    """Whether something holds: a field, or ``where`` as a condition."""

    yes: str = "是"
    no: str = "否"
    where: Q | None = None
    kind = "yes"

    def read(self, given, standing, park):
        asked = given.get(self.key, "")
        return (asked, []) if asked in ("1", "0") else (None, [asked[:20]] if asked else [])

    def narrow(self, rows, value, park):
        condition = self.where if self.where is not None else Q(**{self.path or self.key: True})
        return rows.filter(condition if value == "1" else ~condition)

    def says(self, value, standing, park):
        return self.yes if value == "1" else self.no

    def pairs(self, value):
        return [(self.key, value)]

    def options(self, value, standing, park):
        return [Option("1", self.yes, value == "1"), Option("0", self.no, value == "0")]
