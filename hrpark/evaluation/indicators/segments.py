"""T1.03: how many of the ten business segments are covered: declared by a resident agency that holds the permit it needs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from hrpark.evaluation.kinds import Indicator, Scope
from hrpark.evaluation.registers import begun
from hrpark.evaluation.rules.basis import Computed, Reading, Records
from hrpark.institutions.queries import segment_coverage
from hrpark.standard.kinds import cites


@cites("T1.03", label="十大细分领域覆盖")
class Segments(Indicator):
    """The list of segments is the one in force on the day, so that another list later does not change an old figure."""

    row = "T1.03"
    measures = ("segments_covered",)
    complete = True

    def compute(self, scope: Scope, known: Mapping[str, Reading]) -> dict[str, Computed]:
        if not begun(scope.park, scope.as_of):
            return {"T1.03.segments_covered": Computed(None, "截至该日名册中没有入驻记录")}
        found = segment_coverage(scope.park, scope.as_of)
        behind = tuple(str(pk) for pk in sorted({pk for row in found.rows for pk in row.covering}))
        missing = "、".join(row.segment.label for row in found.rows if not row.covered)
        why = f"按{found.listed.label}，{found.total} 个领域中有 {found.covered} 个由持相应许可的在驻机构经营"
        if missing:
            why += f"；未覆盖：{missing}"
        return {"T1.03.segments_covered": Computed(Decimal(found.covered), why, (Records("institution", behind),))}
