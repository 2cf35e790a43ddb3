"""T1.06: the park's revenue as a share of the region's HR service revenue (%), same year.

The denominator is a regional figure with its document, entered by the authority; the narrowest region around the park that
has one. Without it the share is not determined, never 0. A share of an unverified revenue is not firmer than the revenue.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from hrpark.evaluation.kinds import Indicator, Scope
from hrpark.evaluation.rules.basis import Computed, Reading, Records
from hrpark.evaluation.rules.growth import share_percent
from hrpark.returns.queries import regional_figure
from hrpark.standard.kinds import cites


@cites("T1.06", label="园区占区域行业经济的比重")
class EconomyShare(Indicator):
    row = "T1.06"
    measures = ("economy_share",)
    complete = True

    def compute(self, scope: Scope, known: Mapping[str, Reading]) -> dict[str, Computed]:
        revenue = known["T1.05.revenue"]
        region = regional_figure(scope.park, scope.year, "region.hr_revenue")
        if region is None:
            return {"T1.06.economy_share": Computed(None, f"主管部门尚未录入{scope.year}年区域人力资源服务业营业收入")}
        if revenue.exact is None:
            return {"T1.06.economy_share": Computed(None, "园区营业收入没有准确数值")}
        share = share_percent(revenue.exact, region.value)
        if share is None:
            return {"T1.06.economy_share": Computed(None, "区域营业收入为零，不计算占比")}
        why = f"园区营业收入（{revenue.basis.label}）÷ {region.region}人力资源服务业营业收入（{region.document}）"
        behind = (*revenue.records, Records("regional_figure", (str(region.pk),)))
        computed = Computed(share.quantize(Decimal("0.0001")), why, behind, firm=revenue.firm)
        return {"T1.06.economy_share": computed}
