"""A checklist: what is there, of what was answered. An item nobody answered is left out, never counted as missing."""

from __future__ import annotations

from decimal import Decimal

from .scores import HUNDRED, METHODS, Facts, Method, Params, Score


def score(facts: Facts, params: Params) -> Score:
    asked = [facts.checks[item] for item in params["items"] if item in facts.checks]
    if not asked:
        return Score(None, "清单尚未填写，不计分")
    there = sum(asked)
    return Score(Decimal(there) / len(asked) * HUNDRED, f"{len(asked)} 项中具备 {there} 项")


def problems(params: Params) -> list[str]:
    items = params.get("items")
    if not isinstance(items, list) or not items or not all(isinstance(i, str) and i for i in items):
        return ["清单须至少有一项，每项用文字写明"]
    return ["清单项不得重复"] if len(set(items)) != len(items) else []


def says(params: Params) -> str:
    return "按清单逐项核对，得分为具备项数占已核对项数的比例：" + "、".join(params["items"])


METHODS.add("checklist", Method("checklist", "清单核对", score, problems, says, countable=False))
