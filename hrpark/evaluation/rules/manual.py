"""A judgement: no figure gives it. The operator proposes, the authority decides."""

from __future__ import annotations

from .scores import METHODS, Facts, Method, Params, Score


def score(facts: Facts, params: Params) -> Score:
    return Score(None, "由评价人直接评分，不由数值推算")


def problems(params: Params) -> list[str]:
    return []


def says(params: Params) -> str:
    return "由评价人在0至100分之间直接评分"


METHODS.add("manual", Method("manual", "直接评分", score, problems, says, countable=False))
