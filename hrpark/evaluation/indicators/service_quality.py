"""T1.13: residents' satisfaction (%) and the yearly response rate to requests (%).

Satisfaction is the index of the residents' own answers in the year's round (非常满意 100 … 非常不满意 20), from five answers
up and after closing. The response rate is computed from the cases: answered in substance within the promised time, of all
received in the year whose time for it is over; unanswered ones count as not responded. Of a year that is over and frozen
(cases.FrozenYear) it is what was frozen, whatever happens to a case later.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from hrpark.cases.queries import settled_figures
from hrpark.evaluation.kinds import Indicator, Scope
from hrpark.evaluation.queries import satisfaction
from hrpark.evaluation.rules.basis import Computed, Coverage, Reading, Records
from hrpark.evaluation.rules.growth import share_percent
from hrpark.evaluation.rules.scoring import residents_score
from hrpark.parks.queries import midnight
from hrpark.standard.kinds import cites


@cites("T1.13", label="满意度与需求响应率")
class ServiceQuality(Indicator):
    """Satisfaction is complete: the round is where it is asked. Requests also come by telephone and over the counter, and
    those that nobody entered are not among the cases: a verified figure stands before the computed rate."""

    row = "T1.13"
    measures = ("satisfaction", "response_rate")
    complete = frozenset({"satisfaction"})

    def compute(self, scope: Scope, known: Mapping[str, Reading]) -> dict[str, Computed]:
        return {"T1.13.satisfaction": self._satisfaction(scope), "T1.13.response_rate": self._response(scope)}

    def _satisfaction(self, scope: Scope) -> Computed:
        found = satisfaction(scope.park, scope.year, scope.seen_on, scope.round_id)
        if found is None:
            return Computed(None, f"{scope.year}年没有已截止、作答单位数足够的满意度评价")
        round, tally = found
        why = f"“{round.name}”中 {tally['n']} 家单位作答的满意度指数"
        return Computed(residents_score(tally["counts"]), why, (Records("round", (str(round.pk),)),))

    def _response(self, scope: Scope) -> Computed:
        rate = settled_figures(scope.park, scope.year, midnight(scope.as_of + timedelta(days=1))).response
        of = rate.whole.count()
        if of == 0:
            return Computed(None, f"{scope.year}年没有已到答复期限的诉求")
        good = rate.part.count()
        ids = tuple(str(pk) for pk in rate.whole.order_by("pk").values_list("pk", flat=True))
        why = f"{of} 件诉求中 {good} 件在承诺时限内作出实质答复"
        value = share_percent(Decimal(good), Decimal(of)).quantize(Decimal("0.0001"))
        return Computed(value, why, (Records("case", ids),), Coverage(of, of, "件诉求"))
