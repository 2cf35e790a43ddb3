"""Growth on the year before, in a straight line between the growth that gives nothing and the growth that gives all."""

from __future__ import annotations

from .growth import growth_percent, why_no_growth
from .scores import HUNDRED, METHODS, ZERO, Facts, Method, Params, Score, clamp, number, plain, read


def score(facts: Facts, params: Params) -> Score:
    change = growth_percent(facts.value, facts.previous)
    if change is None:
        return Score(None, f"{why_no_growth(facts.value, facts.previous)}，不计分")
    low, high = number(params, "zero_at"), number(params, "full_at")
    return Score(clamp((change - low) / (high - low) * HUNDRED, ZERO, HUNDRED), f"同比增长 {plain(change)}%")


def problems(params: Params) -> list[str]:
    found: list[str] = []
    low, high = read(params, "zero_at", found), read(params, "full_at", found)
    if low is not None and high is not None and high <= low:
        found.append("满分增幅须高于零分增幅")
    return found


def says(params: Params) -> str:
    return f"同比增长 {plain(number(params, 'zero_at'))}% 及以下不得分，{plain(number(params, 'full_at'))}% 及以上得满分，其间按比例"


METHODS.add("growth", Method("growth", "同比增长", score, problems, says))
