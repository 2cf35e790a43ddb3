"""Sums of what the resident agencies declared of themselves: computed, but only as complete as the agencies' returns."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from hrpark.institutions.queries import resident_agencies
from hrpark.returns.models import Bound, DeclaredFigure
from hrpark.returns.queries import institution_figures

from .kinds import Scope
from .rules.basis import Computed, Coverage, Records


def sums_of(scope: Scope, measures: Iterable[str]) -> dict[str, Computed]:
    """Measure → the sum over the agencies that were resident on the day, of those that declared an exact figure.

    A verified value counts instead of the declared one; a lower bound and a rejected figure count as not declared.
    """
    wanted = list(measures)
    residents = set(resident_agencies(scope.park, scope.as_of).values_list("pk", flat=True))
    if not residents:
        return {}
    figures = institution_figures(scope.park, [scope.year], wanted).filter(institution_id__in=residents)
    found: dict[str, list[DeclaredFigure]] = {m: [] for m in wanted}
    for figure in figures:
        if _value(figure) is not None:
            found[figure.measure].append(figure)
    return {m: _sum(rows, len(residents)) for m, rows in found.items()}


def _value(figure: DeclaredFigure) -> Decimal | None:
    value, bound = figure.value, figure.bound
    if figure.verified_at is not None:
        value, bound = figure.verified_value, figure.verified_bound
    return value if bound == Bound.EXACT else None


def _sum(rows: list[DeclaredFigure], residents: int) -> Computed:
    coverage = Coverage(len(rows), residents, "家机构")
    if not rows:
        return Computed(None, f"{residents} 家在驻机构均未申报", coverage=coverage)
    total = sum((_value(f) for f in rows), Decimal(0))
    behind = Records("declared_figure", tuple(str(f.pk) for f in sorted(rows, key=lambda f: f.pk)))
    why = f"{residents} 家在驻机构中 {len(rows)} 家申报数之和"
    if len(rows) < residents:
        why += "，未报齐，不作为全园数值"
    return Computed(total, why, (behind,), coverage, firm=all(f.verified_at is not None for f in rows))
