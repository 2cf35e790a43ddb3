"""A veto: when the finding is there, the round's grade is capped whatever the points (一票否决). It gives no points itself."""

from __future__ import annotations

from decimal import Decimal

from .scores import METHODS, Facts, Method, Params, Score, number, plain, read


def score(facts: Facts, params: Params) -> Score:
    if facts.value is None:
        return Score(None, "尚未认定")
    if facts.value >= number(params, "from", Decimal(1)):
        return Score(None, "认定存在，触发一票否决", vetoed=True)
    return Score(None, "认定不存在")


def problems(params: Params) -> list[str]:
    found: list[str] = []
    start = read(params, "from", found, default=Decimal(1))
    if start is not None and start <= 0:
        found.append("触发值须大于0")
    return found


def says(params: Params) -> str:
    return f"达到 {plain(number(params, 'from', Decimal(1)))} 即触发一票否决，不计分"


METHODS.add("veto", Method("veto", "一票否决", score, problems, says))
