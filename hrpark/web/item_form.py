"""Forms that are rows of data: an item's fields (cases.models.Item) drawn and read as the house's forms are.

What a field may hold is said once, in ``cases.rules``; here it gets its box, and its problem comes back to that box. A table
of an item (``rows``) becomes one group of boxes a row; an empty row is no row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from hrpark.cases import rules
from hrpark.cases.rules import Field
from hrpark.toolbox.identifiers import mask_mobile, mask_name
from hrpark.toolbox.text import visible

from . import jinja
from .forms import Form, Group

#: A table is drawn with its filled rows and so many empty ones below.
SPARE = 1
#: More rows than any form needs; what is posted beyond is no form of ours.
MOST = 100


def _anything(value: Any) -> None:
    """What a value may be is cases.rules' to say, with its own words."""


def _box(one: Field) -> forms.Field:
    """The box of one field. Django checks nothing of it."""
    shared: dict[str, Any] = {"label": one.label, "help_text": one.help, "required": one.required}
    if one.type == "choice":
        box: forms.Field = forms.ChoiceField(choices=[("", "请选择"), *one.choices], **shared)
    elif one.type == "many":
        widget = forms.CheckboxSelectMultiple(attrs={"data-inline": "1"})
        box = forms.MultipleChoiceField(choices=list(one.choices), widget=widget, **shared)
    elif one.type == "yesno":
        box = forms.BooleanField(**{**shared, "required": False})
    elif one.type == "long":
        box = forms.CharField(widget=forms.Textarea, **shared)
    elif one.type == "date":
        box = forms.CharField(widget=forms.DateInput(attrs={"type": "date", "class": "w-12"}), **shared)
    else:
        keyboard = {"number": "numeric", "amount": "decimal", "phone": "tel", "mobile": "tel", "email": "email"}.get(one.type)
        attrs = {"class": "w-12"} if one.type in ("number", "amount", "last_day", "phone", "mobile") else {}
        if keyboard:
            attrs["inputmode"] = keyboard
        box = forms.CharField(widget=forms.TextInput(attrs=attrs), **shared)
        box.unit = one.unit  # type: ignore[attr-defined]
    box.validate = _anything  # type: ignore[method-assign]
    box.run_validators = _anything  # type: ignore[method-assign]
    return box


def _plain(value: Any) -> Any:
    """As typed, without characters that nobody can see and no database takes."""
    if isinstance(value, str):
        return visible(value).strip()
    return [visible(str(v)) for v in value] if isinstance(value, list) else value


class ItemForm(Form):
    """Some fields of an item. ``about`` is what is known beside them: conditions look at it, too.

    ``together``: a field stands on one page with what it depends on, so it is always drawn, says when it applies, and is asked
    for only then. ``extra``: boxes of the page's own beside the item's, such as a file; no part of ``typed``.
    """

    def __init__(
        self, fields: Iterable[Field], *, today: date, about: Mapping[str, Any], rows: Mapping[str, int], lead: str = "", title: str = "",
        together: bool = False, extra: Mapping[str, forms.Field] | None = None, **kwargs: Any,
    ):  # fmt: skip
        self.today, self.about, self.typed_in = today, about, kwargs.get("data")
        drawn = tuple(fields)
        self.every = {f.key: f for f in drawn}
        self.specs = tuple(f for f in (drawn if together else rules.shown(drawn, about)) if not f.fixed)
        self.counts = {f.key: self._count(f, rows) for f in self.specs if f.type == "rows"}
        self.where: dict[str, str] = {}
        self.base_fields: dict[str, forms.Field] = dict(extra or {})
        groups: list[Group] = []
        plain: list[str] = []
        for one in self.specs:
            if one.type == "rows":
                if plain:
                    groups, plain = [*groups, Group(title, tuple(plain), lead)], []
                groups += [self._row(one, n) for n in range(self.counts[one.key])]
            else:
                plain += self._plain_field(one)
        if plain:
            groups.append(Group(title, tuple(plain), lead))
        self.groups = tuple(groups)
        super().__init__(**kwargs)

    def _plain_field(self, one: Field) -> list[str]:
        self.base_fields[one.key] = _box(one)
        applies = when_words(one.when, self.every)
        if applies:
            self.base_fields[one.key].required = False
            self.base_fields[one.key].help_text = f"{applies}填写。{one.help}"
        if one.type != "uscc":
            return [one.key]
        reason = Field(rules.reason_key(one.key), "代码校验不符的说明", help="代码与营业执照一致、但提示校验不符时填写。")
        self.base_fields[reason.key] = _box(reason)
        return [one.key, reason.key]

    def _count(self, table: Field, rows: Mapping[str, int]) -> int:
        if self.typed_in is not None:
            return max((n + 1 for name in self.typed_in if (n := _number(table, name)) is not None), default=1)
        return min(rows.get(table.key, 0) + SPARE, MOST)

    def _row(self, table: Field, number: int) -> Group:
        names = []
        for column in table.columns:
            name = f"{table.key}-{number}-{column.key}"
            self.base_fields[name] = _box(column)
            names.append(name)
        return Group(f"{table.row or table.label} {number + 1}", tuple(names), table.help if number == 0 else "")

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        typed = self.typed()
        for problem in rules.problems(self.specs, {**self.about, **typed}, self.today):
            name = self.where.get(problem.key, problem.key)
            self.add_error(name if name in self.fields else None, problem.says)
        return given

    def typed(self) -> dict[str, Any]:
        """What was typed, as a case keeps it: text by key, lists for several choices, mappings for the rows of a table."""
        found: dict[str, Any] = {}
        for one in self.specs:
            if one.type == "rows":
                found[one.key] = self._typed_rows(one)
            else:
                found[one.key] = _plain(self.cleaned_data.get(one.key))
                if one.type == "uscc":
                    reason = rules.reason_key(one.key)
                    found[reason] = _plain(self.cleaned_data.get(reason))
        return found

    def _typed_rows(self, table: Field) -> list[dict[str, Any]]:
        rows = []
        for number in range(self.counts[table.key]):
            row = {c.key: _plain(self.cleaned_data.get(f"{table.key}-{number}-{c.key}")) for c in table.columns}
            if rules.filled([row]):
                for column in table.columns:
                    self.where[f"{table.key}.{len(rows)}.{column.key}"] = f"{table.key}-{number}-{column.key}"
                rows.append(row)
        return rows

    def answers(self) -> list[tuple[str, str]]:
        typed = self.typed()
        return answers_of(rules.shown(self.specs, {**self.about, **typed}), typed)


def when_words(condition: Mapping | None, fields: Mapping[str, Field]) -> str:
    """A plain condition in words, as far as it looks at one of these fields: “是否反映过”选“是”时."""
    one = fields.get(condition["field"]) if condition and "field" in condition else None
    if one is None:
        return ""
    if "filled" in condition or "row" in condition:
        return f"“{one.label}”{'没有填写' if condition.get('filled') is False else '有填写'}时"
    values = condition["in"] if "in" in condition else [condition["is"]] if "is" in condition else condition["has"]
    picked = values if isinstance(values, list) else [values]
    labels = {**dict(one.choices), "True": "是", "False": "否"}
    return f"“{one.label}”选“{'”或“'.join(labels.get(str(v), str(v)) for v in picked)}”时"


def maker(
    fields: Iterable[Field], *, today: date, about: Mapping[str, Any], rows: Mapping[str, int], lead: str = "", title: str = "",
    together: bool = False,
) -> Callable:  # fmt: skip
    """A function that makes the form, as forms.handle and forms.walk want it."""
    specs = tuple(fields)

    def make(data: QueryDict | None = None, files: Any = None, initial: Mapping[str, Any] | None = None) -> ItemForm:
        return ItemForm(
            specs, today=today, about=about, rows=rows, lead=lead, title=title, together=together, data=data, files=files,
            initial=initial,
        )  # fmt: skip

    return make


def _number(table: Field, name: str) -> int | None:
    """The row of a table that a box belongs to; a draft holds any name that was posted, also those that no form drew."""
    of, *rest = name.split("-")
    if of != table.key or len(rest) != 2 or not (rest[0].isascii() and rest[0].isdecimal()) or len(rest[0]) > 3:
        return None
    return number if (number := int(rest[0])) < MOST else None


def rows_in(body: Mapping[str, Any], tables: Iterable[Field]) -> dict[str, int]:
    """How many rows of each table a draft has anything in."""
    counts = {}
    for table in tables:
        filled = [n for name, values in body.items() if any(values) and (n := _number(table, name)) is not None]
        counts[table.key] = max(filled, default=-1) + 1
    return counts


def initial_of(fields: Iterable[Field], data: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values as the initial ones of a form: what is corrected begins with what was handed in."""
    found: dict[str, Any] = {}
    for one in fields:
        if one.type == "rows":
            for number, row in enumerate(rules.filled(data.get(one.key))):
                found |= {f"{one.key}-{number}-{column.key}": row.get(column.key) for column in one.columns}
        elif one.key in data:
            found[one.key] = data[one.key]
            reason = rules.reason_key(one.key)
            if one.type == "uscc" and reason in data:
                found[reason] = data[reason]
    return found


def answers_of(fields: Iterable[Field], data: Mapping[str, Any], *, masked: bool = False) -> list[tuple[str, str]]:
    """Every answer in words; a row of a table is one answer. ``masked``: personal ones written short."""
    found = []
    for one in fields:
        if one.type == "rows":
            rows = rules.filled(data.get(one.key))
            name = one.row or one.label
            found += [(f"{name} {n + 1}", _row_in_words(one, row, masked)) for n, row in enumerate(rows)] or [
                (one.label, "未填")
            ]
        else:
            found.append((one.label, in_words(one, data.get(one.key), masked=masked)))
    return found


def _row_in_words(table: Field, row: Mapping[str, Any], masked: bool) -> str:
    parts = []
    for column in table.columns:
        value = row.get(column.key)
        if column.type == "yesno":
            parts += [column.label] if value else []
        elif value not in ("", None, []):
            label = f"{column.label} " if column.type in ("date", "last_day") else ""
            parts.append(f"{label}{in_words(column, value, masked=masked)}")
    return "，".join(parts)


def in_words(one: Field, value: Any, *, masked: bool = False) -> str:
    """One value in words: the label of a choice, the day as people read it, the unit behind a number."""
    if one.type == "yesno":
        return "是" if value else "否"
    if value in ("", None, []):
        return "未填"
    if masked and one.personal:
        return _short(one, str(value))
    labels = dict(one.choices)
    if one.type == "many":
        return "、".join(labels.get(str(v), str(v)) for v in value)
    if one.type == "choice":
        return labels.get(str(value), str(value))
    if one.type == "date":
        reading = rules.READERS["date"](str(value))
        return jinja.isodate(reading.value) if reading.ok else str(value)
    return f"{value} {one.unit}".strip() if str(value).replace(",", "").replace(".", "").isdecimal() else str(value)


def _short(one: Field, value: str) -> str:
    if one.type in ("phone", "mobile"):
        return mask_mobile(value)
    if one.type == "email":
        return f"{value[:1]}***@{value.rpartition('@')[2]}"
    return mask_name(value)
