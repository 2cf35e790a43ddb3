"""Table 1 of a park: readings of every measure, as of any date, with the records behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.apps import apps

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.cases.queries import cases_for
from hrpark.returns.models import DeclaredFigure
from hrpark.returns.queries import open_figures_of_years
from hrpark.standard.queries import current_edition
from hrpark.standard.rules import Edition, Measure, Row
from hrpark.toolbox.errors import NotFound
from hrpark.trail.kinds import SUBJECTS

from ..kinds import INDICATORS, Scope
from ..rules.basis import Basis, Bound, Computed, Declared, Reading, Records, settle
from ..rules.growth import growth


def declared_of(figure: DeclaredFigure) -> Declared:
    """A declared figure as the rules see it."""
    return Declared(
        str(figure.pk), figure.value, Bound(figure.bound), figure.verified_at is not None, figure.verified_value,
        Bound(figure.verified_bound),
    )  # fmt: skip


def readings(scope: Scope, declared: Mapping[str, Declared]) -> dict[str, Reading]:
    """Every measure of Table 1 → its reading, row after row, so that a later row may build on an earlier one."""
    known: dict[str, Reading] = {}
    for indicator in INDICATORS:
        computed: Mapping[str, Computed] = indicator.compute(scope, known)
        for key in indicator.keys():
            known[key] = settle(
                key, complete=indicator.is_complete(key), computed=computed.get(key), declared=declared.get(key)
            )  # fmt: skip
    return known


def readings_of_years(
    park: Park, as_of: date, years: Iterable[int], on: date, *, round_id: int | None = None
) -> dict[int, dict[str, Reading]]:
    """Year → readings, as known ``on`` a day. The year of ``as_of`` as of that day, earlier ones as of the same day then (growth compares like
    with like), fixed base years as of their end."""
    wanted = sorted(set(years))
    figures = open_figures_of_years(park, wanted)
    found = {}
    for year in wanted:
        day = as_of if year == as_of.year else same_day(as_of, year) if year == as_of.year - 1 else date(year, 12, 31)
        declared = {measure: declared_of(f) for (of, measure), f in figures.items() if of == year}
        scope = Scope(park, year, day, on, round_id if year == as_of.year else None)
        found[year] = readings(scope, declared)
    return found


def same_day(day: date, year: int) -> date:
    """The same day of another year; the 29th of February becomes the 28th."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


@dataclass(frozen=True)
class Cell:
    """One measure as Table 1 shows it: the reading, the one a year before, and the change as a ratio."""

    measure: Measure
    reading: Reading
    before: Reading

    @property
    def key(self) -> str:
        return self.reading.measure

    @property
    def change(self) -> Decimal | None:
        """None for a measure that is a percentage itself, and whenever one of the two is not known exactly."""
        if self.measure.unit == "%":
            return None
        return growth(self.reading.exact, self.before.exact)


@dataclass(frozen=True)
class TableRow:
    row: Row
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """Table 1 of a park as of a day."""

    park: Park
    year: int
    as_of: date
    edition: Edition
    rows: tuple[TableRow, ...]

    def cell(self, key: str) -> Cell:
        return next(c for r in self.rows for c in r.cells if c.key == key)

    @property
    def counts(self) -> dict[Basis, int]:
        """How many measures rest on what: for saying how much of the table is firm."""
        found = dict.fromkeys(Basis, 0)
        for row in self.rows:
            for cell in row.cells:
                found[cell.reading.basis] += 1
        return found


def table_of(park: Park, as_of: date, on: date) -> Table:
    """Table 1 of a park for the year of ``as_of``, as of that day, as known ``on`` a day. The caller has passed a gate."""
    known = current_edition()
    by_year = readings_of_years(park, as_of, (as_of.year, as_of.year - 1), on)
    now, before = by_year[as_of.year], by_year[as_of.year - 1]
    rows = tuple(
        TableRow(row, tuple(Cell(m, now[f"{row.key}.{m.key}"], before[f"{row.key}.{m.key}"]) for m in row.measures))
        for row in known.rows
    )
    return Table(park, as_of.year, as_of, known, rows)


def figure_of(park: Park, as_of: date, on: date, measure: str) -> Cell:
    """One measure with everything behind it; NotFound for a key that Table 1 does not have."""
    table = table_of(park, as_of, on)
    if measure not in {c.key for r in table.rows for c in r.cells}:
        raise NotFound("表1没有这一项指标，请从表1页面进入。")
    return table.cell(measure)


@dataclass(frozen=True)
class Behind:
    """One record that a figure counts, by name."""

    type: str
    id: str
    says: str


def behind(records: Iterable[Records], standing: Standing, limit: int = 200) -> list[Behind]:
    """The records of a reading by name, the first ``limit`` of each kind. The caller has passed the park's gate; of requests
    only those that the person may read."""
    found = []
    for group in records:
        model = apps.get_model(SUBJECTS.get(group.type).model)
        ids = [int(pk) for pk in group.ids]
        if group.type == "case":
            mine = set(cases_for(standing).values_list("pk", flat=True))
            ids = [pk for pk in ids if pk in mine]
        ids = ids[:limit]
        relations = [f.name for f in model._meta.fields if f.name == "institution"]
        rows = (
            model._default_manager.select_related(*relations).in_bulk(ids) if relations else model._default_manager.in_bulk(ids)
        )
        found += [Behind(group.type, str(pk), str(rows[pk])) for pk in ids if pk in rows]
    return found
