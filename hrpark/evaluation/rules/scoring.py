"""From frozen inputs to the result: every score of a round. Plain data in, plain data out; the same bytes every time.

A row's *figure score* is the weighted mean of its measures that can be scored. The authority accepts it or sets another.
Then the levels that judge the row are brought together, 30 / 20 / 50 where all three do:

* the residents' score is the mean of their answers, from five answers up (below that the source is absent);
* the operator's self-score counts at most as much as the authority's: it never raises a row above the verified value;
* an absent source is left out and its weight shared by those present; a row that the authority could not determine has
  no score, and its weight goes to the other rows of the same level-1 group, then to the other groups. Never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from hrpark.standard.rules import DEGREES
from hrpark.toolbox.frozen import text_of

from .scheme import LEVELS, ceiling_of, checklist_of, is_countable, measures_of, rows_of
from .scores import METHODS, ZERO, Facts, clamp, mean, number, plain, reweigh, rounded

#: One arithmetic for all machines.
CONTEXT = Context(prec=34, rounding=ROUND_HALF_UP)

#: Raised when a change of these rules would give other bytes for the same inputs; kept in every frozen round.
RULES_VERSION = 1


def residents_score(counts: Mapping[str, int]) -> Decimal | None:
    """The mean of the answers to one row: 非常满意 100 … 非常不满意 20."""
    n = sum(counts.values())
    if n == 0:
        return None
    return rounded(sum((DEGREES[int(d)][1] * c for d, c in counts.items()), ZERO) / n)


def _exact(reading: Mapping | None) -> Decimal | None:
    """A frozen reading's value, unless it is unknown or only a lower bound."""
    if not reading or reading["value"] is None or reading["bound"] != "exact":
        return None
    return Decimal(reading["value"])


def facts_of(readings: Mapping | None, checks: Mapping[str, bool]) -> Facts:
    """The facts of one measure: now, the year before, the fixed base year."""
    given = readings or {}
    return Facts(_exact(given.get("now")), _exact(given.get("previous")), _exact(given.get("base")), checks)


def figure_score(row: Mapping, readings: Mapping[str, Mapping], checks: Mapping[str, bool], ceiling: Decimal) -> dict:
    """What the figures of a row say: its score before anybody judges, and how each measure came to it."""
    with localcontext(CONTEXT):
        parts: dict[str, dict] = {}
        scores: dict[str, Decimal] = {}
        weights: dict[str, Decimal] = {}
        vetoed = False
        for key, method, params in measures_of(row):
            given = method.score(facts_of(readings.get(key), checks), params)
            vetoed = vetoed or given.vetoed
            weights[key] = number(params, "weight", ZERO)
            if given.value is not None:
                scores[key] = rounded(clamp(given.value, ZERO, ceiling))
            parts[key] = {
                "score": text_of(scores.get(key)), "weight": plain(weights[key]), "why": given.why,
                "method": method.key,
            }  # fmt: skip
        return {"score": text_of(_maybe_rounded(mean(scores, weights))), "measures": parts, "vetoed": vetoed}


def proposed(row: Mapping, figure: Mapping, self_score: Decimal | None) -> Decimal | None:
    """What the authority is asked to accept: the figures' score; where none of the measures counts, the self-score."""
    if figure["score"] is not None:
        return Decimal(figure["score"])
    return None if is_countable(row) or checklist_of(row) else self_score


def row_result(
    weights: Mapping[str, Decimal], residents: Decimal | None, operator: Decimal | None, authority: Decimal | None
) -> dict:
    """One row out of up to three scores; ``weights`` holds the levels that judge it."""
    if authority is None:
        return {"score": None, "weights": {}, "counted_operator": None}
    counted = None if operator is None else min(operator, authority)
    given = {"residents": residents, "operator": counted, "authority": authority}
    there = {level: s for level, s in given.items() if s is not None and weights.get(level, ZERO) > 0}
    scale = reweigh(weights, set(there))
    return {
        "score": text_of(rounded(mean(there, weights))),
        "weights": {level: text_of(w) for level, w in sorted(scale.items())},
        "counted_operator": None if counted is None else text_of(counted),
    }


def score_round(inputs: Mapping) -> dict:
    """The whole result of frozen inputs (evaluation/queries.py writes them down; their shape is told there)."""
    with localcontext(CONTEXT):
        return _score_round(inputs)


def _score_round(inputs: Mapping) -> dict:
    body = inputs["scheme"]["body"]
    levels, ceiling = {name: number(body["levels"], name) for name in LEVELS}, ceiling_of(body)
    level1 = {row["key"]: row["level1"] for row in inputs["edition"]["rows"]}
    rows: dict[str, dict] = {}
    vetoes = [dict(v) for v in inputs["vetoes"] if v["found"]]
    for key, row in rows_of(body).items():
        mine, assessed = inputs["self"].get(key, {}), inputs["assessment"].get(key, {})
        checks = mine.get("checks", {})
        figure = figure_score(row, inputs["readings"], checks, ceiling)
        answers = inputs["answers"].get(key, {})
        residents = residents_score(answers["counts"]) if "residents" in row["judges"] and answers.get("counts") else None
        operator = _decimal(mine.get("score")) if "operator" in row["judges"] else None
        authority = _decimal(assessed.get("score"))
        if assessed.get("verdict") == "accept":
            authority = proposed(row, figure, operator)
        result = row_result({level: levels[level] for level in row["judges"]}, residents, operator, authority)
        rows[key] = {
            **result,
            "residents": text_of(residents), "operator": text_of(operator), "authority": text_of(authority),
            "figure": figure["score"], "measures": figure["measures"], "answers": answers.get("n", 0),
            "weight": text_of(number(row, "weight")), "level1": level1[key],
        }  # fmt: skip
        if figure["vetoed"]:
            vetoes.append({"key": key, "label": f"{key} 触发一票否决", "grade": body["grades"][-1]["label"]})
    total, groups = _total(rows)
    grade = _grade(body, total, vetoes)
    return {
        "rules": RULES_VERSION, "rows": rows, "groups": groups, "total": text_of(total), "grade": grade,
        "levels": {level: text_of(_level_total(rows, level)) for level in LEVELS},
        "vetoes": [v["label"] for v in vetoes], "ceiling": text_of(ceiling),
    }  # fmt: skip


def _total(rows: dict[str, dict]) -> tuple[Decimal | None, dict[str, dict]]:
    """Rows into groups, groups into the total; each row learns the weight it had in the end and the points it brought."""
    names = sorted({r["level1"] for r in rows.values()})
    weights = {g: sum((Decimal(r["weight"]) for r in rows.values() if r["level1"] == g), ZERO) for g in names}
    scored = {k: Decimal(r["score"]) for k, r in rows.items() if r["score"] is not None}
    means: dict[str, Decimal] = {}
    for g in names:
        mine = {k: Decimal(r["weight"]) for k, r in rows.items() if r["level1"] == g}
        found = mean({k: scored[k] for k in mine if k in scored}, mine)
        if found is not None:
            means[g] = found
    whole = sum(weights.values(), ZERO)
    scale = reweigh(weights, set(means))
    for g in names:
        mine = {k: Decimal(r["weight"]) for k, r in rows.items() if r["level1"] == g}
        inside = reweigh(mine, {k for k in mine if k in scored})
        for key in mine:
            effective = ZERO
            if key in inside and g in scale and whole:
                effective = inside[key] / weights[g] * scale[g] / whole * 100
            rows[key]["effective_weight"] = text_of(rounded(effective))
            rows[key]["points"] = text_of(rounded(effective * scored[key] / 100)) if key in scored and effective else None
    groups = {g: {"weight": text_of(weights[g]), "score": text_of(_maybe_rounded(means.get(g)))} for g in names}
    return _maybe_rounded(mean(means, weights)), groups


def _level_total(rows: dict[str, dict], level: str) -> Decimal | None:
    """What one level says of the park alone: the mean of the rows it scored, by their weights."""
    given = {k: Decimal(r[level]) for k, r in rows.items() if r[level] is not None}
    return _maybe_rounded(mean(given, {k: Decimal(rows[k]["weight"]) for k in given}))


def _grade(body: Mapping, total: Decimal | None, vetoes: list[dict]) -> str | None:
    """The first grade the total reaches; a veto takes it down to the veto's, never up."""
    if total is None:
        return None
    order = [g["label"] for g in body["grades"]]
    reached = next(i for i, g in enumerate(body["grades"]) if total >= number(g, "from"))
    return order[max([reached, *(order.index(v["grade"]) for v in vetoes)])]


def veto_found(veto: Mapping, found: bool | None) -> bool:
    """What the veto method says to the authority's finding."""
    value = None if found is None else Decimal(int(found))
    return METHODS.get("veto").score(Facts(value), veto).vetoed


def _decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _maybe_rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else rounded(value)
