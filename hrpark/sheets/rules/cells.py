"""From a cell to a value of a field's kind, or to the problem that a person can act on."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from hrpark.toolbox import dates, identifiers, money
from hrpark.toolbox.readings import Reading, wrong
from hrpark.toolbox.text import half_width, match_key, tidy, tidy_name, tidy_title

from .fields import Field, Problem
from .tables import Cell

_NOTHING = frozenset({"", "/", "\\", "-", "--", "—", "——", "N/A", "n/a", "NA", "NULL", "null", "None", "nan"})
_NOTHING_SAID = _NOTHING | {"无", "暂无", "没有", "未知", "不详", "待定", "待补", "待补充"}
_TEXTS = frozenset({"text", "title", "person"})
_COUNT = re.compile(
    r"([-+]?\d{1,3}(?:,\d{3})+|[-+]?\d+)(?:\.(\d+))?(?:人|个|家|名|项|次|件|份|天|年|岁|平方米|㎡|m2)?", re.ASCII
)
_YES = frozenset({"是", "有", "√", "✓", "✔", "y", "yes", "true", "1", "已", "对"})
_NO = frozenset({"否", "无", "没有", "×", "✗", "x", "n", "no", "false", "0", "未", "不是", "非"})


def text_of(cell: Cell) -> str:
    """A cell as a person sees it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        if abs(cell) >= 1e15:
            return f"{cell:.5E}"
        return f"{cell:.0f}" if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    return tidy(cell) if isinstance(cell, str) else str(cell)


def read_cell(field: Field, cell: Cell, unit: Decimal = Decimal(1)) -> tuple[Any, list[Problem]]:
    """The value, None for a blank cell, and what is wrong. ``unit`` is what the heading says of money (万元)."""
    text = text_of(cell)
    if text in (_NOTHING if field.kind in _TEXTS else _NOTHING_SAID - _NO if field.kind == "bool" else _NOTHING_SAID):
        return None, [Problem(f"缺少{field.label}，请补填。", field.name, "missing")] if field.required else []
    reading = money.read_money(cell, unit=unit) if field.kind == "money" else _READERS[field.kind](field, cell, text)
    if reading.ok:
        return reading.value, _beyond(field, reading.value)
    message = reading.message if field.label in reading.message else f"{field.label}：{reading.message}"
    value = reading.value if reading.overridable else None
    return value, [Problem(message, field.name, reading.problem or "wrong", reading.overridable)]


def _beyond(field: Field, value: Any) -> list[Problem]:
    if isinstance(value, str) and len(value) > field.max_length:
        return [Problem(f"{field.label}有{len(value)}个字，最多{field.max_length}个，请缩短。", field.name, "length")]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        if field.minimum is not None and value < field.minimum:
            return [Problem(f"{field.label}不能小于{field.minimum}，现为{value}，请核对。", field.name, "range")]
        if field.maximum is not None and value > field.maximum:
            return [Problem(f"{field.label}不能大于{field.maximum}，现为{value}，请核对。", field.name, "range")]
    return []


def _integer(field: Field, cell: Cell, text: str) -> Reading[int]:
    number = _number(field, cell, text)
    if not number.ok or number.value is None:
        return wrong(number.problem or "format", number.message)
    if number.value != int(number.value):
        return wrong("format", f"“{text}”不是整数，请核对。")
    return Reading(int(number.value))


def _number(field: Field, cell: Cell, text: str) -> Reading[Decimal]:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        try:
            return Reading(Decimal(repr(cell)).normalize() + 0)
        except InvalidOperation:
            return wrong("format", "不是一个数，请核对。")
    found = _COUNT.fullmatch(half_width(text).replace(" ", ""))
    if found is None or isinstance(cell, bool | date | time):
        return wrong("format", f"“{text[:40]}”不是数字，请只填数字。")
    return Reading(Decimal(found[1].replace(",", "") + (f".{found[2]}" if found[2] else "")))


@lru_cache(maxsize=512)
def _choice_keys(choices: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, str]:
    return {match_key(word): key for key, words in choices for word in (key, *words)}


def _keys_of(field: Field) -> dict[str, str]:
    return _choice_keys(tuple((key, tuple(words)) for key, words in field.choices.items()))


def _none_of(field: Field, text: str) -> str:
    labels = [words[0] for words in field.choices.values()]
    return f"“{text[:40]}”不在可选范围内，请填写：{'、'.join(labels[:12])}{'等' if len(labels) > 12 else ''}。"


def _choice(field: Field, cell: Cell, text: str) -> Reading[str]:
    key = _keys_of(field).get(match_key(text))
    return Reading(key) if key is not None else wrong("choice", _none_of(field, text))


def _choices(field: Field, cell: Cell, text: str) -> Reading[tuple[str, ...]]:
    known = _keys_of(field)
    whole = known.get(match_key(text))
    if whole is not None:
        return Reading((whole,))
    found = set()
    for part in re.split(r"[、,，;；|/\s]+", text.strip("。.")):
        if part:
            key = known.get(match_key(part))
            if key is None:
                return wrong("choice", _none_of(field, part))
            found.add(key)
    return Reading(tuple(key for key in field.choices if key in found))


def _bool(field: Field, cell: Cell, text: str) -> Reading[bool]:
    key = half_width(text).lower()
    if key in _YES or key in _NO:
        return Reading(key in _YES)
    return wrong("choice", f"“{text[:40]}”请填写“是”或“否”。")


def _written(cell: Cell, text: str) -> str:
    """What an identifier is read from: the text itself, so that repairs are told apart from the cell's own form."""
    return cell if isinstance(cell, str) else text


_READERS: dict[str, Callable[[Field, Cell, str], Reading[Any]]] = {
    "text": lambda f, c, t: Reading(t),
    "title": lambda f, c, t: Reading(tidy_title(t)),
    "person": lambda f, c, t: Reading(tidy_name(t)),
    "uscc": lambda f, c, t: identifiers.read_uscc(_written(c, t)),
    "citizen_id": lambda f, c, t: identifiers.read_citizen_id(_written(c, t)),
    "mobile": lambda f, c, t: identifiers.read_mobile(_written(c, t)),
    "phone": lambda f, c, t: identifiers.read_phone(_written(c, t)),
    "email": lambda f, c, t: identifiers.read_email(_written(c, t)),
    "date": lambda f, c, t: dates.read_date(c, open_ended=f.open_ended),
    "period": lambda f, c, t: dates.read_period(c if isinstance(c, str | date | int | float) else t),
    "integer": _integer,
    "number": _number,
    "choice": _choice,
    "choices": _choices,
    "bool": _bool,
}


def to_plain(value: Any) -> Any:
    """A value as JSON keeps it; two values are the same when their plain forms are."""
    if isinstance(value, dates.Period):
        return [to_plain(value.since), to_plain(value.until)]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, list | tuple):
        return [to_plain(v) for v in value]
    return None if value == "" else value


def from_plain(field: Field, plain: Any) -> Any:
    """The value that ``to_plain`` wrote."""
    if plain is None:
        return None
    if field.kind == "date":
        return date.fromisoformat(plain)
    if field.kind == "period":
        return dates.Period(*(date.fromisoformat(p) if p else None for p in plain))
    if field.kind in ("number", "money"):
        return Decimal(plain)
    if field.kind == "choices":
        return tuple(plain)
    return plain


def shown(field: Field, plain: Any) -> str:
    """A plain value in words, for previews and reasons."""
    if plain is None:
        return "—"
    if field.kind == "choice":
        return field.choices[plain][0] if plain in field.choices else str(plain)
    if field.kind == "choices":
        return "、".join(field.choices[p][0] if p in field.choices else str(p) for p in plain) or "—"
    if field.kind == "bool":
        return "是" if plain else "否"
    if field.kind == "date":
        return dates.date_table(date.fromisoformat(plain))
    if field.kind == "period":
        return dates.period_cn(*(date.fromisoformat(p) if p else None for p in plain))
    if field.kind == "money":
        return money.yuan(Decimal(plain))
    return str(plain)
