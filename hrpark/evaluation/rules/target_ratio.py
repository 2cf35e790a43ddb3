"""Share of a target reached: value / target, full points at the target. The weighted formulas of 国家高新区综合评价 work so."""

from __future__ import annotations

from decimal import Decimal

from .scores import HUNDRED, METHODS, ZERO, Facts, Method, Params, Score, clamp, number, plain, read


def score(facts: Facts, params: Params) -> Score:
    if facts.value is None:
        return Score(None, "没有准确数值，不计分")
    target, cap = number(params, "target"), number(params, "cap", HUNDRED)
    reached = facts.value / target * HUNDRED
    return Score(clamp(reached, ZERO, cap), f"{plain(facts.value)} ÷ 目标 {plain(target)} = {plain(reached)}%")


def problems(params: Params) -> list[str]:
    found: list[str] = []
    target, cap = read(params, "target", found), read(params, "cap", found, default=HUNDRED)
    if target is not None and target <= 0:
        found.append("目标值须大于0")
    if cap is not None and cap <= 0:
        found.append("封顶分须大于0")
    return found


def says(params: Params) -> str:
    cap: Decimal = number(params, "cap", HUNDRED)
    return f"达到目标 {plain(number(params, 'target'))} 得满分，未达到按比例计，封顶 {plain(cap)} 分"


METHODS.add("target_ratio", Method("target_ratio", "目标比例", score, problems, says))
