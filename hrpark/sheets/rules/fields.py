"""What a target of import expects: its fields, and what a row became when its cells were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

#: Kinds of a field → the Python value a target gets.
KINDS = {
    "text": "str, one line, tidied",
    "title": "str, the name of a body: no gaps between Chinese characters",
    "person": "str, a person's name",
    "uscc": "str, 18 characters (a failing check character can be overridden)",
    "citizen_id": "str, 18 characters",
    "mobile": "str, 11 digits",
    "phone": "str, mobile or landline",
    "email": "str, lower case",
    "date": "datetime.date; toolbox.dates.OPEN_ENDED for 长期 where the field allows it",
    "period": "toolbox.dates.Period: (since, until), either may be None",
    "integer": "int",
    "number": "Decimal",
    "money": "Decimal, yuan to the cent; 万元 in the heading or the cell is multiplied out",
    "choice": "str, a key of choices",
    "choices": "tuple[str, ...], keys of choices in their order",
    "bool": "bool",
}


@dataclass(frozen=True)
class Field:
    """One column that a target understands.

    ``synonyms``: other words that headings use for it (许可证号, 证书编号; under a merged heading also 许可证/编号).
    ``choices``: stored key → the words that mean it, the first one shown: {"limited": ("有限责任公司", "有限公司")}.
    ``example`` is a cell as a person would type it; all examples together make the example row of the template.
    """

    name: str
    label: str
    kind: str = "text"
    synonyms: tuple[str, ...] = ()
    required: bool = False
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    help: str = ""
    example: str = ""
    max_length: int = 200
    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    open_ended: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        return (self.label, self.name, *self.synonyms)


@dataclass(frozen=True)
class Problem:
    """What is wrong with a row. ``field`` empty: with the row as a whole. Overridable: a reason lets it pass."""

    message: str
    field: str = ""
    code: str = "wrong"
    overridable: bool = False


@dataclass(frozen=True)
class Row:
    """An accepted row as a target writes it.

    ``values`` holds what the file says: mapped fields that are not blank, by name, as Python values. ``changes`` has, of a
    row that exists already, (old, new) of each field that differs; ``new`` rows have none. ``reason`` is what somebody
    wrote when overriding a warning (a failing check character), to be kept with the record; empty otherwise.
    """

    number: int
    identity: str
    values: Mapping[str, Any]
    new: bool
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    reason: str = ""
