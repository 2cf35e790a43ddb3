"""A scheme: what the standard leaves open. Weights, methods, targets, who judges which row, grades. Ours, dated, replaceable.

A body is plain data (JSON):

    levels      {residents, operator, authority}: the weight of each where all three judge a row
    ceiling     the highest score a row can reach (100, more where a method gives a bonus)
    grades      [{label, from}], from the best down, the last from 0
    vetoes      [{key, label, from, grade, basis}]: findings of the authority that cap the grade
    rows        {T1.01: {weight, judges: [...], question, measures: {T1.01.agencies: {weight, method, ...parameters}}}}

``judges`` names who scores the row: the authority always, the operator and the residents where they can. A row is
*countable* when a measure with weight is scored on figures: then only computed or verified figures count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from .scores import HUNDRED, METHODS, ZERO, Method, number, read

LEVELS = ("residents", "operator", "authority")
LEVEL_LABELS = {"residents": "进驻单位评价", "operator": "运营单位自评", "authority": "主管部门评估"}

Body = Mapping[str, object]


def rows_of(body: Body) -> dict[str, dict]:
    return dict(sorted(body["rows"].items()))


def ceiling_of(body: Body) -> Decimal:
    return number(body, "ceiling", HUNDRED)


def judged_by(body: Body, level: str) -> list[str]:
    """The rows that a level scores, in order."""
    return [key for key, row in rows_of(body).items() if level in row["judges"] and weighs(row)]


def weighs(part: Mapping[str, object]) -> bool:
    """Whether a row or a measure has any weight at all."""
    return number(part, "weight", ZERO) > 0


def measures_of(row: Mapping[str, object]) -> Iterator[tuple[str, Method, dict]]:
    """Each measure of a scheme's row with its method and parameters, in order of keys."""
    for key, params in sorted(row.get("measures", {}).items()):
        yield key, METHODS.get(params["method"]), params


def is_countable(row: Mapping[str, object]) -> bool:
    return any(m.countable and weighs(p) for _, m, p in measures_of(row))


def checklist_of(row: Mapping[str, object]) -> list[str]:
    """Every item that the row asks to tick off."""
    return [item for _, m, p in measures_of(row) if m.key == "checklist" for item in p["items"]]


def years_needed(body: Body, year: int) -> set[int]:
    """Which years' figures the scheme compares: the round's own, the one before, and any fixed base year."""
    years = {year, year - 1}
    for row in rows_of(body).values():
        for _, _, params in measures_of(row):
            base = params.get("base")
            if isinstance(base, int):
                years.add(base)
    return years


def problems(body: Body, measures: Mapping[str, frozenset[str]]) -> list[str]:
    """What is wrong with a body, in Chinese sentences; none: it can be adopted. ``measures``: row → its measures, by edition."""
    found: list[str] = []
    rows = body.get("rows")
    if not isinstance(rows, Mapping) or not rows:
        return ["方案没有任何指标行"]
    ceiling = read(body, "ceiling", found, default=HUNDRED)
    if ceiling is not None and ceiling < HUNDRED:
        found.append("最高分不得低于100")
    found += _level_problems(body)
    found += _grade_problems(body)
    found += _veto_problems(body)
    total = ZERO
    for key, row in sorted(rows.items()):
        if key not in measures:
            found.append(f"{key}：所用标准版本没有这一行")
            continue
        mine: list[str] = []
        weight = read(row, "weight", mine)
        if weight is not None:
            total += max(weight, ZERO)
            if weight < 0:
                mine.append("权重不得为负")
        judges = row.get("judges", [])
        if "authority" not in judges or not set(judges) <= set(LEVELS) or len(set(judges)) != len(judges):
            mine.append("评价主体须包含主管部门，且只能是进驻单位、运营单位、主管部门")
        if "residents" in judges and not row.get("question"):
            mine.append("由进驻单位评价的行须写明问题")
        mine += _measure_problems(row, measures[key], ceiling or HUNDRED)
        found += [f"{key}：{p}" for p in mine]
    if total <= 0:
        found.append("各行权重合计须大于0")
    return found


def _measure_problems(row: Mapping, allowed: frozenset[str], ceiling: Decimal) -> list[str]:
    found: list[str] = []
    for key, params in sorted(row.get("measures", {}).items()):
        if key not in allowed:
            found.append(f"{key} 不是该行的指标")
            continue
        method = METHODS.find(str(params.get("method", "")))
        if method is None:
            found.append(f"{key} 的计分方法不存在")
            continue
        weight = read(params, "weight", found)
        if weight is not None and weight < 0:
            found.append(f"{key} 的权重不得为负")
        mine = method.problems(params)
        found += [f"{key}：{p}" for p in mine]
        if not mine and number(params, "cap", HUNDRED) > ceiling:
            found.append(f"{key} 的封顶分高于方案的最高分")
    return found


def _level_problems(body: Body) -> list[str]:
    levels = body.get("levels")
    if not isinstance(levels, Mapping) or set(levels) != set(LEVELS):
        return ["须写明进驻单位、运营单位、主管部门三级的权重"]
    found: list[str] = []
    values = {name: read(levels, name, found) for name in LEVELS}
    if not found and (min(values.values()) < 0 or values["authority"] <= 0):
        found.append("三级权重不得为负，主管部门的权重须大于0")
    return found


def _grade_problems(body: Body) -> list[str]:
    grades = body.get("grades")
    if not isinstance(grades, list) or len(grades) < 2:
        return ["等次至少两档"]
    found: list[str] = []
    starts = [read(g, "from", found) for g in grades]
    if found:
        return ["等次的起点分须是数字"]
    if starts != sorted(set(starts), reverse=True) or starts[-1] != 0:
        found.append("等次须从高到低排列，最后一档从0分起")
    if len({g.get("label") for g in grades}) != len(grades) or not all(g.get("label") for g in grades):
        found.append("等次须各有名称")
    return found


def _veto_problems(body: Body) -> list[str]:
    labels = {g.get("label") for g in body.get("grades", []) if isinstance(g, Mapping)}
    found = []
    for veto in body.get("vetoes", []):
        if not veto.get("key") or not veto.get("label"):
            found.append("否决事项须有编码和名称")
        if veto.get("grade") not in labels:
            found.append(f"否决事项“{veto.get('label', '')}”的等次不在等次表内")
        found += METHODS.get("veto").problems(veto)
    return found
