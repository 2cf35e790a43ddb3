"""T1.02: agencies that came in the year, gross (家), and the growth of their number from the year's begin to the day (%).

Gross: who came and left again still counts as new. Growth is net by its nature: (end − begin) / begin. From an empty park
there is no growth, “—”.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from hrpark.evaluation.kinds import Indicator, Scope
from hrpark.evaluation.registers import begun, ids
from hrpark.evaluation.rules.basis import Computed, Reading, Records
from hrpark.evaluation.rules.growth import growth_percent
from hrpark.institutions.models import Residency
from hrpark.institutions.queries import new_residents, resident_agencies
from hrpark.standard.kinds import cites


@cites("T1.02", label="当年新增机构与增长率")
class NewAgencies(Indicator):
    row = "T1.02"
    measures = ("new_gross", "growth")
    complete = True

    def compute(self, scope: Scope, known: Mapping[str, Reading]) -> dict[str, Computed]:
        if not begun(scope.park, scope.as_of):
            nothing = Computed(None, "截至该日名册中没有入驻记录")
            return {"T1.02.new_gross": nothing, "T1.02.growth": nothing}
        came = Residency.objects.filter(park=scope.park, starts__lte=scope.as_of).values("institution")
        new = ids(new_residents(scope.park, scope.year).filter(pk__in=came))
        return {
            "T1.02.new_gross": Computed(
                Decimal(len(new)), f"{scope.year}年首次入驻的人力资源服务机构，不扣除当年退出的", (Records("institution", new),)
            ),
            "T1.02.growth": self._growth(scope),
        }

    def _growth(self, scope: Scope) -> Computed:
        eve = date(scope.year, 1, 1) - timedelta(days=1)
        before, now = ids(resident_agencies(scope.park, eve)), ids(resident_agencies(scope.park, scope.as_of))
        grown = growth_percent(Decimal(len(now)), Decimal(len(before)))
        if grown is None:
            return Computed(None, f"{eve:%Y-%m-%d}在驻机构为零，不计算增长率")
        why = f"({len(now)} − {len(before)}) ÷ {len(before)}，年初 {len(before)} 家，{scope.as_of:%Y-%m-%d} {len(now)} 家"
        return Computed(grown.quantize(Decimal("0.0001")), why, (Records("institution", now),))
