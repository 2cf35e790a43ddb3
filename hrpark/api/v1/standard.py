"""The standard as data: editions, clauses, Table 1, what in the house serves each; the parameters that hold in a park."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from ninja import Router, Schema

from hrpark.api.gates import ERRORS, day_or_today, park_of
from hrpark.standard import queries
from hrpark.standard.rules import Clause, Edition, Row

router = Router(tags=["standard"])


class EditionOut(Schema):
    key: str
    title: str
    number: str
    status: str
    supersedes: str | None
    current: bool
    digest: str
    clauses: int
    rows: int


class ClauseOut(Schema):
    key: str
    printed: str
    parent: str | None
    modal: str
    force: str
    force_label: str
    short: str
    heading: bool
    merit: bool
    unmet: str
    reference: str
    note: str
    served_by: list[str]


class MeasureOut(Schema):
    key: str
    label: str
    unit: str
    kind: str


class RowOut(Schema):
    key: str
    level1: str
    level2: str
    label: str
    note: str
    measures: list[MeasureOut]
    served_by: list[str]


class ForceOut(Schema):
    """One force: never added up with another."""

    force: str
    label: str
    clauses: int
    served: int
    open: int


class ParameterOut(Schema):
    key: str
    label: str
    unit: str
    value: int | str | bool | list[int]
    since: date | None
    source: str
    source_label: str
    basis: str


def _clause(clause: Clause) -> dict:
    return {
        "key": clause.key, "printed": clause.printed, "parent": clause.parent, "modal": clause.modal, "force": clause.force.value,
        "force_label": clause.force.label, "short": clause.short, "heading": clause.heading, "merit": clause.merit,
        "unmet": clause.unmet, "reference": clause.reference, "note": clause.note, "served_by": _served_by(clause.key),
    }  # fmt: skip


def _row(row: Row) -> dict:
    measures = [{"key": f"{row.key}.{m.key}", "label": m.label, "unit": m.unit, "kind": m.kind} for m in row.measures]
    return {
        "key": row.key, "level1": row.level1, "level2": row.level2, "label": row.label, "note": row.note, "measures": measures,
        "served_by": _served_by(row.key),
    }  # fmt: skip


def _served_by(key: str) -> list[str]:
    return list(dict.fromkeys(c.label for c in queries.citations_of(key)))


def _edition(edition: Edition) -> dict:
    return {
        "key": edition.key, "title": edition.title, "number": edition.number, "status": edition.status,
        "supersedes": edition.supersedes, "current": edition.key == queries.current_edition().key, "digest": edition.digest,
        "clauses": len(edition.clauses), "rows": len(edition.rows),
    }  # fmt: skip


@router.get("/standard/editions", response={200: list[EditionOut], **ERRORS}, summary="标准各版", url_name="api-editions")
def editions(request: HttpRequest):
    return [_edition(one) for one in queries.editions()]


@router.get(
    "/standard/editions/{edition}/clauses", response={200: list[ClauseOut], **ERRORS}, summary="条款", url_name="api-clauses"
)
def clauses(request: HttpRequest, edition: str):
    """Every clause of an edition, in the order of the paper."""
    return [_clause(one) for one in queries.edition(edition).clauses]


@router.get(
    "/standard/editions/{edition}/clauses/{key}", response={200: ClauseOut, **ERRORS}, summary="一条条款", url_name="api-clause"
)
def clause(request: HttpRequest, edition: str, key: str):
    return _clause(queries.clause(key, queries.edition(edition).key))


@router.get("/standard/editions/{edition}/rows", response={200: list[RowOut], **ERRORS}, summary="表1各行", url_name="api-rows")
def rows(request: HttpRequest, edition: str):
    return [_row(one) for one in queries.edition(edition).rows]


@router.get(
    "/standard/editions/{edition}/coverage",
    response={200: list[ForceOut], **ERRORS},
    summary="覆盖，每种力度一行",
    url_name="api-coverage",
)
def coverage(request: HttpRequest, edition: str):
    """How many clauses of each force something in the house serves; what the house can do, not what a park has done."""
    counted = queries.coverage_by_force(queries.edition(edition).key)
    return [
        {"force": f.value, "label": f.label, "clauses": total, "served": served, "open": total - served}
        for f, (served, total) in counted.items()
    ]


@router.get(
    "/parks/{slug:park}/parameters",
    response={200: list[ParameterOut], **ERRORS},
    summary="园区现行期限与数值",
    url_name="api-parameters",
)
def parameters(request: HttpRequest, park: str, as_of: date | None = None):
    """The numbers that hold in a park on a day, each with its basis."""
    room = park_of(request, park)
    return [
        {
            "key": held.key, "label": held.label, "unit": held.unit, "value": _plain(held.value), "since": None if held.always else held.since,
            "source": held.source.value, "source_label": held.source.label, "basis": held.basis,
        }
        for held in queries.parameters(day_or_today(request, as_of), room.pk)
    ]  # fmt: skip


def _plain(value):
    """Decimals as text, so that no digit is lost on the way."""
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, bool | int | str) else str(value)
