"""Table 1 of a park as of a day, its rounds, and the results that the authority has published."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from hrpark.api.gates import ERRORS, Page, Size, day_or_today, paged, park_of
from hrpark.evaluation import permissions
from hrpark.evaluation.queries import Cell, outcome_of, published_rounds, rounds_for, table_of
from hrpark.toolbox.errors import NotFound

router = Router(tags=["evaluation"])


class RecordsOut(Schema):
    type: str
    ids: list[str]


class MeasureOut(Schema):
    """One measure: the value that stands with its basis, the values beside it, and the records behind it. Decimals as text."""

    key: str
    label: str
    unit: str
    value: str | None
    bound: str
    basis: str
    basis_label: str
    why: str
    computed: str | None
    declared: str | None
    verified: str | None
    year_before: str | None
    change: str | None
    records: list[RecordsOut]


class RowOut(Schema):
    key: str
    level1: str
    level2: str
    label: str
    measures: list[MeasureOut]


class TableOut(Schema):
    park: str
    year: int
    as_of: date
    edition: str
    rows: list[RowOut]


class RoundOut(Schema):
    id: int
    name: str
    year: int
    as_of: date
    edition: str
    scheme: str
    state: str
    state_label: str
    answers_until: date
    self_until: date
    assess_until: date
    finished_at: datetime | None
    published_at: datetime | None

    @staticmethod
    def resolve_scheme(row) -> str:
        return row.scheme.name

    @staticmethod
    def resolve_state_label(row) -> str:
        return row.get_state_display()


class RoundPage(Schema):
    count: int
    page: int
    size: int
    items: list[RoundOut]


class ResultOut(Schema):
    """A published result as it was frozen: its inputs and what came out, with their digests."""

    round: RoundOut
    inputs_digest: str
    result_digest: str
    result: dict[str, Any]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize() + 0, "f")


def _measure(cell: Cell) -> dict:
    reading, declared = cell.reading, cell.reading.declared
    return {
        "key": cell.key, "label": cell.measure.label, "unit": cell.measure.unit, "value": _text(reading.value), "bound": reading.bound.value,
        "basis": reading.basis.value, "basis_label": reading.basis.label, "why": reading.why, "computed": _text(reading.computed),
        "declared": _text(declared.value) if declared else None,
        "verified": _text(declared.verified_value) if declared and declared.verified else None,
        "year_before": _text(cell.before.value), "change": None if cell.change is None else _text(round(cell.change, 6)),
        "records": [{"type": r.type, "ids": list(r.ids)} for r in reading.records],
    }  # fmt: skip


@router.get("/parks/{slug:park}/table1", response={200: TableOut, **ERRORS}, summary="表1", url_name="api-table")
def table(request: HttpRequest, park: str, as_of: date | None = None):
    """Table 1 for the year of a day, as of that day, as known today."""
    room = park_of(request, park, permissions.READ)
    found = table_of(room, day_or_today(request, as_of), request.today)
    return {
        "park": room.slug, "year": found.year, "as_of": found.as_of, "edition": found.edition.key,
        "rows": [
            {
                "key": r.row.key, "level1": r.row.level1, "level2": r.row.level2, "label": r.row.label,
                "measures": [_measure(cell) for cell in r.cells],
            }
            for r in found.rows
        ],
    }  # fmt: skip


@router.get("/parks/{slug:park}/rounds", response={200: RoundPage, **ERRORS}, summary="评价轮次", url_name="api-rounds")
def rounds(request: HttpRequest, park: str, page: Page = 1, size: Size = 50):
    """The rounds of a park: all for its operator and authority, published ones for its institutions."""
    room = park_of(request, park)
    if request.standing.may(permissions.READ, room.pk):
        return paged(rounds_for(request.standing).filter(park=room).order_by("-year", "-pk"), page, size)
    return paged(published_rounds(room), page, size)


@router.get(
    "/parks/{slug:park}/rounds/{int:pk}/result",
    response={200: ResultOut, **ERRORS},
    summary="已发布的评价结果",
    url_name="api-result",
)
def result(request: HttpRequest, park: str, pk: int):
    """The result of a published round; any other does not exist here."""
    room = park_of(request, park)
    found = published_rounds(room).filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这一轮评价的已发布结果。")
    outcome = outcome_of(found, request.today)
    return {
        "round": found, "inputs_digest": outcome.inputs_digest, "result_digest": outcome.result_digest, "result": outcome.result,
    }  # fmt: skip
