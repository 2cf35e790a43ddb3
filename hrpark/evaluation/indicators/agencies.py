"""T1.01: HR agencies resident in the park on the day (家). One institution counts once, whatever units it holds."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from hrpark.evaluation.kinds import Indicator, Scope
from hrpark.evaluation.registers import begun, ids
from hrpark.evaluation.rules.basis import Computed, Reading, Records
from hrpark.institutions.queries import resident_agencies, without_permit
from hrpark.standard.kinds import cites


@cites("T1.01", label="在园人力资源服务机构")
class Agencies(Indicator):
    """Complete: every stay in the park is a residency. Agencies without a valid permit are counted and named, not hidden."""

    row = "T1.01"
    measures = ("agencies",)
    complete = True

    def compute(self, scope: Scope, known: Mapping[str, Reading]) -> dict[str, Computed]:
        if not begun(scope.park, scope.as_of):
            return {"T1.01.agencies": Computed(None, "截至该日名册中没有入驻记录")}
        found = ids(resident_agencies(scope.park, scope.as_of))
        open_question = without_permit(scope.park, scope.as_of).count()
        why = f"按入驻记录，{scope.as_of:%Y-%m-%d}在驻的人力资源服务机构"
        if open_question:
            why += f"；其中 {open_question} 家未见有效许可或备案，请核对"
        return {"T1.01.agencies": Computed(Decimal(len(found)), why, (Records("institution", found),))}
