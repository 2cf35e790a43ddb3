"""What a list asks the database: its rows in pages, and how many there are.

Building the SQL of a list costs Django several times what the database needs to answer it, and says the same each time the
same person asks the same of the same list on the same day. So it is kept: the SQL and its values, never a row. What is
built with the help of a query (a park's own parameter) or of the moment (what is overdue) is built anew each time.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet, FieldDoesNotExist, FieldError
from django.db import connection
from django.db.models import QuerySet
from django.db.models.constants import LOOKUP_SEP

from hrpark.accounts.prepared import Compiled

#: Above so many rows a count is kept for a short while: nobody sees one row in five thousand, but counting costs.
LARGE, KEPT_SECONDS = 5000, 20
#: How many queries are kept.
MOST_KEPT = 200
#: How SQLite is given a moment.
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


@dataclass(frozen=True)
class Fetch:
    """The rows of a list as they were asked for; ``places`` tells where in them each column finds its values."""

    rows: Compiled | None
    counted: QuerySet
    places: list[list[int]]
    named: Hashable

    def page(self, begin: int, end: int) -> list[tuple]:
        return self.rows.run(begin=begin, end=end) if self.rows else []

    def count(self) -> int:
        """How many rows; a large number is kept for seconds, by what was asked of the database."""
        now = time.monotonic()
        kept = _counts.get(self.named)
        if kept and now - kept[0] < KEPT_SECONDS:
            return kept[1]
        number = self.counted.count()
        if number > LARGE:
            if len(_counts) > 500:
                _counts.clear()
            _counts[self.named] = (now, number)
        else:
            _counts.pop(self.named, None)
        return number


_counts: dict[Hashable, tuple[float, int]] = {}
_kept: dict[Hashable, Fetch] = {}


def fetch(asked: Hashable, build: Callable[[], tuple[QuerySet, QuerySet, Sequence[Any]]]) -> Fetch:
    """The rows to fetch for what is asked; ``build`` gives them in their order, to be counted, and the places of columns."""
    asked = (connection.settings_dict["NAME"], asked)
    found = _kept.get(asked)
    if found is None:
        queries = _Noticed()
        with connection.execute_wrapper(queries):
            found = _built(*build())
        if not queries.any and found.rows and not any(_moment(value) for value in found.rows.params):
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[asked] = found
    return found


def forget() -> None:
    """For tests that change what a query is made of."""
    _kept.clear()
    _counts.clear()


def _built(ordered: QuerySet, narrowed: QuerySet, places: Sequence[Any]) -> Fetch:
    counted = narrowed.order_by()
    try:
        rows = Compiled(ordered)
        sql, params = counted.values_list("pk").query.sql_with_params()
    except EmptyResultSet:  # what the person holds gives no row
        return Fetch(None, counted.none(), places, None)
    return Fetch(rows, counted, places, (connection.settings_dict["NAME"], sql, repr(params)))


class _Noticed:
    """Whether a query was run meanwhile."""

    any = False

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
        self.any = True
        return execute(sql, params, many, context)


def _moment(value: Any) -> bool:
    return isinstance(value, datetime) or isinstance(value, str) and MOMENT.match(value) is not None


def may_be_null(rows: QuerySet, path: str) -> bool:
    """Whether a lookup can give nothing; an annotation always may."""
    model, null = rows.model, False
    if path in rows.query.annotations:
        return True
    for part in path.split(LOOKUP_SEP):
        try:
            one = model._meta.pk if part == "pk" else model._meta.get_field(part)
        except FieldDoesNotExist:
            raise FieldError(f"{path!r} of {rows.model.__name__} cannot be sorted by") from None
        null = null or getattr(one, "null", True)
        model = one.related_model or model
    return null
