"""Points by band, as in 智慧园区综合评价表: growth of 20 % and more 3 points, 15 to 20 % 2.4, …; on the value or on its growth."""

from __future__ import annotations

from decimal import Decimal

from .growth import growth_percent, why_no_growth
from .scores import HUNDRED, METHODS, Facts, Method, Params, Score, number, plain, read


def score(facts: Facts, params: Params) -> Score:
    full = number(params, "full")
    if params.get("on", "value") == "growth":
        found, what = growth_percent(facts.value, facts.previous), "同比增长"
        if found is None:
            return Score(None, f"{why_no_growth(facts.value, facts.previous)}，不计分")
        shown = f"{plain(found)}%"
    else:
        found, what = facts.value, "数值"
        if found is None:
            return Score(None, "没有准确数值，不计分")
        shown = plain(found)
    points = _points(found, params)
    return Score(points / full * HUNDRED, f"{what} {shown}，对应 {plain(points)} 分（满分 {plain(full)}）")


def _points(found: Decimal, params: Params) -> Decimal:
    """The points of the highest band that begins at or below the value; the last band has no lower end."""
    rows = params["bands"]
    for row in rows[:-1]:
        if found >= number(row, "from"):
            return number(row, "points")
    return number(rows[-1], "points")


def problems(params: Params) -> list[str]:
    found: list[str] = []
    full = read(params, "full", found)
    if full is not None and full <= 0:
        found.append("满分须大于0")
    if params.get("on", "value") not in ("value", "growth"):
        found.append("on 只能是 value（数值）或 growth（同比增长）")
    rows = params.get("bands")
    if not isinstance(rows, list) or len(rows) < 2:
        return [*found, "至少要有两个区间"]
    if any("from" not in row for row in rows[:-1]) or "from" in rows[-1]:
        return [*found, "除最后一个区间外都要写起点，最后一个不写"]
    starts = [read(row, "from", found) for row in rows[:-1]]
    points = [read(row, "points", found) for row in rows]
    if None in starts or None in points:
        return found
    if starts != sorted(set(starts), reverse=True):
        found.append("区间须从高到低排列，起点不重复")
    if points != sorted(points, reverse=True):
        found.append("数值越高得分不得越低")
    if full is not None and (points[0] > full or points[-1] < 0):
        found.append("各区间得分须在0与满分之间")
    return found


def says(params: Params) -> str:
    on = "同比增长（%）" if params.get("on", "value") == "growth" else "数值"
    parts = [f"≥{plain(number(r, 'from'))} 得 {plain(number(r, 'points'))}" for r in params["bands"][:-1]]
    rest = plain(number(params["bands"][-1], "points"))
    return f"按{on}分档：{'；'.join(parts)}；其余得 {rest}（满分 {plain(number(params, 'full'))}）"


METHODS.add("bands", Method("bands", "分档计分", score, problems, says))
