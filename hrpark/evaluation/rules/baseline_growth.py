"""Baseline and growth, as the development zones of 宿迁 are rated: as much as the base gives a part of the points, every
step above it gives more, up to a cap. Below the base the same steps are taken off, down to 0 (our completion)."""

from __future__ import annotations

from decimal import ROUND_FLOOR

from .growth import growth_percent, why_no_growth
from .scores import HUNDRED, METHODS, ZERO, Facts, Method, Params, Score, clamp, number, plain, read


def score(facts: Facts, params: Params) -> Score:
    base = facts.previous if params.get("base", "previous") == "previous" else facts.base
    change = growth_percent(facts.value, base)
    if change is None:
        return Score(None, f"{why_no_growth(facts.value, base)}，不计分")
    steps = (change / number(params, "step")).to_integral_value(ROUND_FLOOR)
    reached = number(params, "at_base") + steps * number(params, "gain")
    cap = number(params, "cap", HUNDRED)
    return Score(clamp(reached, ZERO, cap), f"比基数 {plain(base)} 变动 {plain(change)}%，计 {plain(steps)} 档")


def problems(params: Params) -> list[str]:
    found: list[str] = []
    values = {n: read(params, n, found) for n in ("at_base", "step", "gain")}
    cap = read(params, "cap", found, default=HUNDRED)
    base = params.get("base", "previous")
    if base != "previous" and not (isinstance(base, int) and 2000 <= base <= 2100):
        found.append("base 只能是 previous（上年）或一个年份")
    if values["step"] is not None and values["step"] <= 0:
        found.append("每档幅度须大于0")
    if values["gain"] is not None and values["gain"] < 0:
        found.append("每档得分不得为负")
    if None not in (cap, values["at_base"]) and not ZERO <= values["at_base"] <= cap:
        found.append("持平得分须在0与封顶分之间")
    return found


def says(params: Params) -> str:
    base = params.get("base", "previous")
    what = "上年" if base == "previous" else f"{base}年"
    return (
        f"与{what}持平得 {plain(number(params, 'at_base'))}% 的分，每增 {plain(number(params, 'step'))}% "
        f"加 {plain(number(params, 'gain'))}%，每降同幅减同分，封顶 {plain(number(params, 'cap', HUNDRED))}%"
    )


METHODS.add("baseline_growth", Method("baseline_growth", "基数加增长", score, problems, says))
