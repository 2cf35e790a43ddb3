"""What becomes of each row: new, changed, same, in error, or the same identity twice in one file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hrpark.toolbox.money import unit_of

from .cells import from_plain, read_cell, to_plain
from .fields import Field, Problem
from .mapping import Columns
from .tables import TableRow

NEW, CHANGED, SAME, ERROR, DUPLICATE = "new", "changed", "same", "error", "duplicate"
IMPORTABLE = (NEW, CHANGED)


@dataclass
class Judged:
    """A row on its way through the check. ``would_be`` is the verdict if somebody overrides what can be overridden."""

    number: int
    identity: str
    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)
    verdict: str = ERROR
    would_be: str = ""
    changes: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def overridable(self) -> bool:
        return all(p.overridable for p in self.problems)


def read_row(
    row: TableRow, columns: Columns, header: Sequence[str], fields: Mapping[str, Field], identity: Sequence[str]
) -> Judged:
    """The values of a row (plain forms), and what is wrong with its cells."""
    values: dict[str, Any] = {}
    problems = [Problem(row.fault, code="shifted")] if row.fault else []
    for column, name in columns.items():
        value, wrong = read_cell(
            fields[name], row.cells[column], unit_of(header[column]) if fields[name].kind == "money" else Decimal(1)
        )
        problems += wrong
        plain = to_plain(value)
        if plain is not None:
            values[name] = plain
    names = [values.get(name) for name in identity]
    if any(n is None for n in names):
        known = {p.field for p in problems}
        problems += [
            Problem(f"缺少{fields[n].label}，无法确定是哪一条记录，请补填。", n, "missing")
            for n in identity
            if values.get(n) is None and n not in known
        ]
    return Judged(
        row.number, " / ".join("" if n is None else str(n) for n in names) if None not in names else "", values, problems
    )


def find_doubles(rows: Sequence[Judged], fields: Mapping[str, Field]) -> None:
    """The same identity twice: an exact repetition is left out; where rows differ, none is chosen until a person does."""
    groups: dict[str, list[Judged]] = {}
    for row in rows:
        if row.identity:
            groups.setdefault(row.identity, []).append(row)
    for group in groups.values():
        if len(group) == 1:
            continue
        if all(row.values == group[0].values for row in group):
            for row in group[1:]:
                row.problems.append(Problem(f"与第{group[0].number}行完全相同，只导入一次。", code="repeated"))
            continue
        names = [n for n in fields if len({repr(row.values.get(n)) for row in group}) > 1]
        differ = "、".join(fields[n].label for n in names[:4]) + ("等" if len(names) > 4 else "")
        for row in group:
            others = "、".join(str(r.number) for r in group if r is not row)
            message = f"与第{others}行是同一条记录，但{differ}不同。请核对后只保留一行，或选定以哪一行为准。"
            row.problems.append(Problem(message, code="double", overridable=True))


def judge(rows: Sequence[Judged], existing: Mapping[str, Mapping[str, Any]], identity: Collection[str]) -> None:
    """The verdict of each row against what is stored, by identity.

    A code that fails its check character and is in the register already was let in with a reason: it needs no second one.
    """
    for row in rows:
        current = existing.get(row.identity)
        if current is not None:
            row.problems = [p for p in row.problems if not (p.overridable and p.field in identity)]
        row.changes = differences(row.values, current, identity) if current is not None else {}
        verdict = NEW if current is None else CHANGED if row.changes else SAME
        if not row.problems:
            row.verdict = verdict
            continue
        row.verdict = DUPLICATE if {p.code for p in row.problems} <= {"double", "repeated"} else ERROR
        row.would_be = verdict if row.overridable else ""


def differences(values: Mapping[str, Any], current: Mapping[str, Any], identity: Collection[str]) -> dict[str, list[Any]]:
    """field → [old, new], for what the file says and the record says otherwise. A blank cell says nothing, and neither does
    the end of a period that the file leaves open (有效期至 says nothing of the first day)."""
    found = {}
    for name, new in values.items():
        if name in identity:
            continue
        old = to_plain(current.get(name))
        if isinstance(new, list) and isinstance(old, list) and None in new and len(new) == len(old):
            new = [o if n is None else n for o, n in zip(old, new, strict=True)]
        if old != new:
            found[name] = [old, new]
    return found


def python_values(values: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    """Plain values as the target's own types."""
    return {name: from_plain(fields[name], plain) for name, plain in values.items()}
