"""The standard for everybody: every clause in our own words, its force, and what in the house serves it; the numbers that
hold in a park today, each with its basis.

Any basis shown anywhere leads to a clause's page here: the basis is one click away. Coverage says what the house can do,
never what a park has done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hrpark.accounts.models import Park
from hrpark.standard.kinds import PARAMETERS
from hrpark.standard.queries import (
    Covered,
    clause,
    coverage,
    coverage_by_force,
    current_edition,
    edition,
    known_years,
    parameters,
    row,
)
from hrpark.standard.rules import Clause, Edition, Force, Held, Source
from hrpark.toolbox.errors import NotFound
from hrpark.web.basis import linked
from hrpark.web.numbers import SUBJECTS, said
from hrpark.web.pages import page


@dataclass(frozen=True)
class Tally:
    """One line of the summary: one force, how many clauses have it, how many of them something in the house serves."""

    force: Force
    cited: int
    total: int

    @property
    def open(self) -> int:
        return self.total - self.cited


@dataclass(frozen=True)
class Chapter:
    """A chapter with those of its clauses that were asked for."""

    head: Clause
    rows: tuple[Covered, ...]


def chapters(known: Edition, found: list[Covered], keep: set[str]) -> Iterator[Chapter]:
    """The clauses to show by chapter, each kept one with the headings above it."""
    for head in known.children(None):
        mine = [c for c in found if isinstance(c.item, Clause) and head.key in _above(known, c.item)]
        above = {key for c in mine if c.key in keep for key in _above(known, c.item)}
        rows = tuple(c for c in mine if c.key in keep or (c.heading and c.key in above))
        if rows:
            yield Chapter(head, rows)


def _above(known: Edition, item: Clause) -> list[str]:
    """The keys of the clauses above one, the nearest first."""
    keys = []
    while item.parent is not None:
        keys.append(item.parent)
        item = known.by_key[item.parent]
    return keys


@require_safe
@page(door="public")
def standard(request: HttpRequest) -> HttpResponse:
    """Coverage: clause → what cites it → none yet. One figure a force, never one for all."""
    known = edition(request.GET.get("edition") or current_edition().key)
    force = next((f for f in Force if f.value == request.GET.get("force")), None)
    served = {"yes": True, "no": False}.get(request.GET.get("served", ""))
    found = coverage(known.key)
    keep = {
        c.key
        for c in found
        if isinstance(c.item, Clause)
        and not (c.heading and (force or served is not None))
        and (force is None or c.item.force is force)
        and (served is None or bool(c.citations) is served)
    }
    context = {
        "title": "标准与覆盖", "edition": known, "current": known.key == current_edition().key, "force": force, "served": served,
        "tallies": [Tally(f, *counted) for f, counted in coverage_by_force(known.key).items()],
        "chapters": list(chapters(known, found, keep)),
        "table": [] if force or served is not None else [c for c in found if not isinstance(c.item, Clause)],
    }  # fmt: skip
    return render(request, "portal/standard.html", context)


@require_safe
@page(door="public")
def standard_clause(request: HttpRequest, key: str) -> HttpResponse:
    """One clause or one row of Table 1, in the edition asked for: a figure or verdict of the past keeps its own."""
    known = edition(request.GET.get("edition") or current_edition().key)
    try:
        item = clause(key, known.key)
    except NotFound:
        item = row(key, known.key)
    found = {c.key: c for c in coverage(known.key)}
    is_clause = isinstance(item, Clause)
    context = {
        "title": f"{key} {found[key].short}", "edition": known, "current": known.key == current_edition().key, "item": item,
        "is_clause": is_clause, "found": found[key],
        "above": [known.by_key[k] for k in reversed(_above(known, item))] if is_clause else [],
        "below": [found[c.key] for c in known.children(key)] if is_clause else [],
    }  # fmt: skip
    return render(request, "portal/standard_clause.html", context)


# ---------------------------------------------------------------- parameters


@dataclass(frozen=True)
class Number:
    """A parameter as a page shows it; ``default`` only where the park promised something else."""

    held: Held
    says: str
    default: str
    freedom: str
    note: str


def _number(held: Held, day) -> Number:
    known = PARAMETERS.get(held.key)
    default = said(known.values.on(day)[0], held.unit) if held.source is Source.PARK else ""
    return Number(held, said(held.value, held.unit), default, known.park_may.label, known.note)


@require_safe
@page(door="public")
def park_parameters(request: HttpRequest, park: Park) -> HttpResponse:
    """The numbers that hold in this park today: from law, from the standard, of the house, or promised by the park."""
    groups: dict[str, list[Number]] = {}
    for held in parameters(request.today, park.pk):
        groups.setdefault(SUBJECTS.get(held.key.split(".")[0], "其他"), []).append(_number(held, request.today))
    context = {
        "title": "期限与标准值",
        "groups": groups,
        "today": request.today,
        "park": park,
        "linked": linked,
        "years": known_years()[:3],
    }
    return render(request, "portal/parameters.html", context)
