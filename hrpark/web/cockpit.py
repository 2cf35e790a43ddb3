"""The home of a working door (LOOK.md, "Cockpit"): what is due today, what is going wrong, then figures.

A task says how many there are, the nearest few with their deadlines, and opens their records. A task of none is left out:
a home shows work, not zeros.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hrpark.accounts.models import Park
from hrpark.evaluation.queries import Table
from hrpark.evaluation.rules.basis import Reading
from hrpark.standard.rules import Measure

from . import jinja
from .shell import link

#: So many of a task's records are shown by name.
SHOWN = 3
ORDER = ("late", "soon", "waiting", "done", "off")
#: The figures a home shows: the first rows of Table 1.
MEASURES = (
    "T1.01.agencies", "T1.02.new_gross", "T1.03.segments_covered", "T1.04.supporting_agencies", "T1.05.revenue", "T1.05.tax",
)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One record of a task, by name."""

    says: str
    href: str | None = None
    due: date | None = None
    #: The term is in natural days, so days left are, too.
    natural: bool = False


@dataclass(frozen=True)
class Task:
    """Something to do: what, how many, until when, and where."""

    label: str
    count: int
    unit: str
    tone: str
    href: str | None = None
    says: str = ""
    items: tuple[Item, ...] = ()


def task(
    label: str, count: int, unit: str, *, today: date, href: str | None, says: str = "", items: Iterable[Item] = (), tone: str = ""
) -> Task | None:  # fmt: skip
    """A task, or None when there is nothing to do. Its tone is that of its nearest deadline unless said otherwise."""
    if not count:
        return None
    shown = tuple(items)[:SHOWN]
    urgent = min((ORDER.index(jinja.urgency(i.due, today, natural=i.natural)) for i in shown if i.due), default=None)
    return Task(label, count, unit, tone or ("waiting" if urgent is None else ORDER[urgent]), href, says, shown)


def sorted_tasks(found: Iterable[Task | None]) -> list[Task]:
    """The late ones first, then what is due soon; otherwise in the order given."""
    return sorted((t for t in found if t is not None), key=lambda t: ORDER.index(t.tone))


#: Declared once a year: until this year's are, the last year's figure is the one to know.
YEARLY = frozenset({"T1.05.revenue", "T1.05.tax"})


@dataclass(frozen=True)
class Figure:
    """A measure of Table 1 with its year and the page that leads to its records."""

    measure: Measure
    reading: Reading
    year: int
    change: Decimal | None
    href: str


def figures_of(table: Table, door: str, park: Park, measures: Sequence[str] = MEASURES) -> list[Figure]:
    """The first rows of Table 1; each opens what it counts, or its row of the standard."""
    found = []
    for key in measures:
        cell = table.cell(key)
        href = link(f"{door}-figure", park=park.slug, measure=key) or link("standard-clause", key=key.rpartition(".")[0]) or ""
        if key in YEARLY and cell.reading.value is None and cell.before.value is not None:
            found.append(Figure(cell.measure, cell.before, table.year - 1, None, href))
        else:
            found.append(Figure(cell.measure, cell.reading, table.year, cell.change, href))
    return found


@dataclass(frozen=True)
class Beginning:
    """One step of setting up an empty park."""

    title: str
    says: str
    done: bool
    href: str | None = None
    button: str = ""
