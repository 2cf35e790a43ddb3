"""Columns of a list: what is fetched for them, how their values are drawn, masked and exported.

Values are drawn column by column: of a fifty-row page the drawing of cells is the dearest part by far, and what is the
same for every row of a column is worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from markupsafe import Markup, escape

from hrpark.sheets import writing

from . import jinja

STATE_ICONS = {
    "waiting": "clock",
    "soon": "alert-triangle",
    "late": "alert-circle",
    "done": "circle-check",
    "off": "circle-minus",
}


def state(of: str, word: str) -> Markup:
    """A state as word, icon and colour: waiting, soon, late, done, off."""
    return Markup('<span class="state {}">{}{}</span>').format(of, jinja.icon(STATE_ICONS[of]), word)


def _text(values: list[Any]) -> list[str]:
    """Values as text that is safe in a page. Plain ones are escaped all at once: a call a cell would cost more than it does."""
    if all(type(v) is str for v in values):
        drawn = str(escape("\0".join(values))).split("\0")
        if len(drawn) == len(values):
            return drawn
    return [str(escape(v)) for v in values]


def _badges(values: list[Any]) -> list[str]:
    return [f'<span class="badge">{text}</span>' for text in _text(values)]


def _each(write: Callable[[Any], str]) -> Callable[[list[Any]], list[str]]:
    """Numbers and days: what writes them writes nothing that could be markup."""
    return lambda values: [write(v) for v in values]


#: kind → (how values that are there are drawn, class of their cells)
KINDS: dict[str, tuple[Callable[[list[Any]], list[str]], str]] = {
    "text": (_text, ""),
    "code": (_text, "w"),
    "number": (_each(jinja.number), "n"),
    "money": (_each(jinja.money), "n"),
    "wan": (_each(lambda value: jinja.wan(value, unit=False)), "n"),
    "percent": (_each(jinja.percent), "n"),
    "date": (_each(jinja.isodate), "w"),
    "moment": (_each(jinja.moment), "w"),
    "yes": (_each(lambda value: "是" if value else "否"), "w"),
    "badge": (_badges, "w"),
    "state": (_text, "w"),
}
#: Kinds whose first click on the head wants the greatest first.
DOWN_FIRST = frozenset({"number", "money", "wan", "percent", "date", "moment"})
UNITS = {"money": "元", "wan": "万元"}
#: Our kinds as sheets knows them; the rest is text.
EXPORTED = {
    "number": "number", "money": "money", "wan": "money", "percent": "percent", "date": "date", "moment": "datetime", "yes": "bool",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column. The first of a list is the name, which opens the record.

    ``path`` is what ``values_list`` takes: a lookup (the key, when nothing else is said) or an expression; several of
    them need ``show``, which makes one value of theirs. ``states`` gives word and state by stored value, ``labels`` only
    the word. ``permission``: who lacks it has no such column, in no export either. ``mask`` writes the value for those
    who lack the permission ``clear``.
    """

    key: str
    label: str
    path: Any = None
    kind: str = "text"
    unit: str = ""
    sort: str | bool = False
    shown: bool = True
    exported: bool = True
    decimals: int | None = None
    states: Mapping[Any, tuple[str, str]] | None = None
    labels: Mapping[Any, str] | None = None
    show: Callable[..., Any] | None = None
    permission: str = ""
    mask: Callable[[str], str] | None = None
    clear: str = ""

    @property
    def paths(self) -> tuple[Any, ...]:
        if self.path is None:
            return (self.key,)
        return self.path if isinstance(self.path, tuple) else (self.path,)

    @property
    def order(self) -> str:
        """The lookup by which this column sorts; empty when it does not."""
        if self.sort is True:
            return self.paths[0] if isinstance(self.paths[0], str) else ""
        return self.sort or ""

    @property
    def css(self) -> str:
        return KINDS[self.kind][1]

    @property
    def head_unit(self) -> str:
        return self.unit or UNITS.get(self.kind, "")

    # -- drawing

    def values(self, rows: Iterable[Sequence[Any]], at: Sequence[int]) -> list[Any]:
        """One value a row, from where its parts stand in the fetched rows."""
        pick, show = itemgetter(*at), self.show
        if show is None:
            return [row[at[0]] for row in rows]
        return [show(*pick(row)) for row in rows] if len(at) > 1 else [show(row[at[0]]) for row in rows]

    def drawn(self, rows: Sequence[Sequence[Any]], at: Sequence[int], masked: bool) -> list[str | None]:
        """Every row's value as it stands in a page, None where there is none."""
        values = self.values(rows, at)
        there = [v for v in values if v is not None and v != ""]
        if self.states is not None:
            known = {key: str(state(of, word)) for key, (of, word) in self.states.items()}
            done = [known[v] if v in known else str(escape(v)) for v in there]
        elif self.labels is not None:
            words = dict(zip(self.labels, self._write([str(w) for w in self.labels.values()]), strict=True))
            done = [words[v] if v in words else str(escape(v)) for v in there]
        else:
            done = self._write([self.mask(str(v)) for v in there] if masked and self.mask else there)
        if len(done) == len(values):
            return done
        left = iter(done)
        return [next(left) if v is not None and v != "" else None for v in values]

    def _write(self, values: list[Any]) -> list[str]:
        if self.kind == "number" and self.decimals is not None:
            return [jinja.number(v, self.decimals) for v in values]
        return KINDS[self.kind][0](values)

    def cells(self, rows: Sequence[Sequence[Any]], at: Sequence[int], masked: bool) -> list[str]:
        """Every row's cell. On a phone the cell says its column itself."""
        label = escape(self.label)
        head = f'<td class="{self.css}" data-l="{label}">' if self.css else f'<td data-l="{label}">'
        void = f'<td class="{self.css} none" data-l="{label}">{jinja.DASH}</td>'
        return [void if text is None else f"{head}{text}</td>" for text in self.drawn(rows, at, masked)]

    # -- exporting

    def value(self, given: Sequence[Any], masked: bool) -> Any:
        """One value in words or as the number it is."""
        value = self.show(*given) if self.show else given[0]
        if value is None or value == "":
            return None
        if self.states is not None:
            return self.states[value][1] if value in self.states else value
        if self.labels is not None:
            return self.labels.get(value, value)
        return self.mask(str(value)) if masked and self.mask else value

    def exported_value(self, given: Sequence[Any], masked: bool) -> Any:
        """One value as an exported cell holds it: numbers stay numbers, 万元 is counted in 万元, markup becomes its text."""
        value = self.value(given, masked)
        if isinstance(value, Markup):
            return value.striptags()
        return value / 10000 if self.kind == "wan" and value is not None else value

    def exported_as(self) -> writing.Column:
        kind = "integer" if self.kind == "number" and self.decimals == 0 else EXPORTED.get(self.kind, "text")
        return writing.Column(self.label, kind, self.head_unit)
