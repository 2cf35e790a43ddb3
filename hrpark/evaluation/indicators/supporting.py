"""T1.04: supporting agencies (law, finance, tax, catering…) resident in the park on the day (家)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from hrpark.evaluation.kinds import Indicator, Scope
from hrpark.evaluation.registers import begun, ids
from hrpark.evaluation.rules.basis import Computed, Reading, Records
from hrpark.institutions.queries import resident_supporting
from hrpark.standard.kinds import cites


@cites("T1.04", label="在园配套服务机构")
class Supporting(Indicator):
    row = "T1.04"
    measures = ("supporting_agencies",)
    complete = True

    def compute(self, scope: Scope, known: Mapping[str, Reading]) -> dict[str, Computed]:
        if not begun(scope.park, scope.as_of):
            return {"T1.04.supporting_agencies": Computed(None, "截至该日名册中没有入驻记录")}
        found = ids(resident_supporting(scope.park, scope.as_of))
        why = f"按入驻记录，{scope.as_of:%Y-%m-%d}在驻的配套服务机构"
        return {"T1.04.supporting_agencies": Computed(Decimal(len(found)), why, (Records("institution", found),))}
