"""A park's yearly figures as a table: one row a year and measure. What comes in is a declaration like one by the form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from hrpark.sheets.kinds import Field, ImportTarget, Problem, Row
from hrpark.trail.actions import Actor

from .. import permissions
from ..actions import declare_figures
from ..models import Bound, DeclaredFigure, Source
from ..queries import park_form
from ..rules import Given, wrong_value

ASKED = {a.key: a for a in park_form()}


def _words() -> dict[str, tuple[str, ...]]:
    """Measure → what headings and cells may call it: its label, with its row, its key. Labels that two rows share need the row."""
    labels = [a.label for a in ASKED.values()]
    found = {}
    for asked in ASKED.values():
        named = f"{asked.row} {asked.label}".strip()
        own = (asked.label,) if labels.count(asked.label) == 1 else ()
        found[asked.key] = tuple(dict.fromkeys((named, *own, asked.key)))
    return found


class ParkFigures(ImportTarget):
    """园区年度数据. A cell left empty says nothing; a figure that says the same as before stays as it is."""

    key = "returns.park_figures"
    label = "园区年度数据"
    permission = permissions.DECLARE
    identity = ("year", "measure")
    help = "一行一项指标：年度、指标、数值。与已申报的相同则不变，不同则作为更正记录，原值保留。单位须与指标一致，不作换算。"
    fields = (
        Field("year", "年度", "integer", ("年份", "统计年度"), required=True, minimum=2000, maximum=2100, example="2025"),
        Field("measure", "指标", "choice", ("指标名称", "统计指标", "项目"), required=True, choices=_words(), example="T1.05 营业收入"),
        Field("value", "数值", "number", ("申报值", "数据", "本年数", "金额"), required=True, example="153000.50"),
        Field("bound", "口径", "choice", ("数值口径",), choices={
            Bound.EXACT.value: ("准确值", "准确", "等于"), Bound.AT_LEAST.value: ("不少于", "超过", "以上", "至少"),
        }, help="只知道“超过多少”的填写“不少于”，不作为准确值使用。"),
        Field("unit", "单位", "text", ("计量单位",), max_length=10, help="可不填；填写的须与指标的单位一致。", example="万元"),
        Field("note", "说明", "text", ("备注", "数据来源"), max_length=300, example="经审计"),
    )  # fmt: skip

    def existing(self, park_id: int, identities: Sequence[str], *, lock: bool = False) -> Mapping[str, Mapping[str, Any]]:
        wanted = {tuple(identity.split(" / ")) for identity in identities}
        rows = DeclaredFigure.objects.open().filter(
            park_id=park_id, institution__isnull=True, quarter=0, year__in={int(year) for year, _ in wanted}
        )
        if lock:
            rows = rows.select_for_update()
        return {
            f"{row.year} / {row.measure}": {
                "year": row.year, "measure": row.measure, "value": row.value, "bound": row.bound, "unit": row.unit, "note": row.note,
            }
            for row in rows
            if (str(row.year), row.measure) in wanted
        }  # fmt: skip

    def context(self, park_id: int, at: datetime, rows: Sequence[Mapping[str, Any]]) -> int:
        return at.year

    def check(self, values: Mapping[str, Any], context: int) -> Iterator[Problem]:
        if values.get("year", context) > context:
            yield Problem(f"{values['year']}年尚未到来，不能申报。", "year")
        asked = ASKED.get(values.get("measure", ""))
        if asked is None:
            return
        if "value" in values and (wrong := wrong_value(asked, values["value"])):
            yield Problem(wrong, "value")
        if values.get("unit", asked.unit) != asked.unit:
            yield Problem(f"“{asked.label}”以{asked.unit}为单位，请换算后填写，或删去单位。", "unit")

    def write(
        self, rows: Sequence[Row], *, actor: Actor, at: datetime, park: models.Model, job: models.Model
    ) -> Iterable[tuple[models.Model, Mapping[str, Any]]]:
        by_year: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            if row.new or set(row.changes) - {"unit"}:
                by_year[row.values["year"]].append(row)
        current = self.existing(park.pk, [row.identity for row in rows])
        told = []
        for year, mine in sorted(by_year.items()):
            figures = [_given(row, current.get(row.identity, {})) for row in mine]
            declaration = declare_figures(
                actor=actor, at=at, key=f"import:{job.pk}:{year}:{mine[0].number}", park=park, year=year, figures=figures,
                source=Source.IMPORT, note=f"导入自“{job.filename}”",
            )  # fmt: skip
            told.append((declaration, {"import": job.pk, "rows": len(mine)}))
        return told


def _given(row: Row, current: Mapping[str, Any]) -> Given:
    """A row as a form gives it; what the file leaves empty stays as it stands."""
    bound = row.values.get("bound") or current.get("bound") or Bound.EXACT.value
    return Given(row.values["measure"], row.values["value"], bound, row.values.get("note") or current.get("note", ""))
