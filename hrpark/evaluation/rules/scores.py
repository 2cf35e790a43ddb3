"""What every scoring method is: a pure function from the facts of one measure to a score, and what its parameters may be.

A score is a percentage of the measure's full points: 0 to 100, or to the scheme's ``ceiling`` where a method gives a bonus.
Everything is Decimal. Every score that is printed (of a measure, of a level, of a row) is rounded half up to two decimals,
and the next one is made of the printed ones; the total is the weighted mean of the printed rows, rounded once. So anybody can
reckon a report again with a pocket calculator.

A missing figure gives None, which is left out and its weight shared by what remains; it never gives 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from hrpark.toolbox.registry import Registry

ZERO, HUNDRED, CENT = Decimal(0), Decimal(100), Decimal("0.01")


@dataclass(frozen=True)
class Facts:
    """What is known of one measure. Lower bounds have been taken out already: every value here is exact."""

    value: Decimal | None = None
    previous: Decimal | None = None
    base: Decimal | None = None
    #: Item → there or not, as ticked by the operator and accepted or changed by the authority; unanswered items are absent.
    checks: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Score:
    """``value`` None: not determined, with the reason. ``vetoed``: the finding caps the whole round."""

    value: Decimal | None
    why: str
    vetoed: bool = False


Params = Mapping[str, object]


@dataclass(frozen=True)
class Method:
    """A way of scoring: its pure function, what is wrong with given parameters, and how it reads in a report."""

    key: str
    label: str
    score: Callable[[Facts, Params], Score]
    problems: Callable[[Params], list[str]]
    says: Callable[[Params], str]
    #: Scored on figures, so that it needs computed or verified ones; a checklist and a judgement are not.
    countable: bool = True


METHODS: Registry[Method] = Registry("scoring method")


def number(params: Params, name: str, default: Decimal | None = None) -> Decimal:
    """A parameter as Decimal. Bodies of schemes keep numbers as text or JSON numbers; both read the same."""
    given = params.get(name)
    if given is None or given == "":
        if default is None:
            raise ValueError(f"{name} is missing")
        return default
    try:
        found = Decimal(str(given))
    except InvalidOperation:
        raise ValueError(f"{name} is not a number: {given!r}") from None
    if not found.is_finite():
        raise ValueError(f"{name} is not a finite number")
    return found


def read(params: Params, name: str, problems: list[str], *, default: Decimal | None = None) -> Decimal | None:
    """A parameter for a check: what is wrong with it goes into ``problems``."""
    try:
        return number(params, name, default)
    except ValueError:
        problems.append(f"参数 {name} 缺失或不是数字")
        return None


def clamp(value: Decimal, low: Decimal, high: Decimal) -> Decimal:
    return max(low, min(value, high))


def rounded(value: Decimal) -> Decimal:
    """Two decimals, half up: the only rounding of a score."""
    return value.quantize(CENT, ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """A number as it is written in a sentence: no exponent, no trailing zeros."""
    text = f"{rounded(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def reweigh(weights: Mapping[str, Decimal], present: set[str] | frozenset[str]) -> dict[str, Decimal]:
    """The weights of what is present, in their old proportion, with the old sum. Nothing present: nothing to weigh."""
    left = {k: w for k, w in weights.items() if k in present and w > 0}
    kept = sum(left.values(), ZERO)
    if kept == 0:
        return {}
    whole = sum(weights.values(), ZERO)
    return {k: w * whole / kept for k, w in left.items()}


def mean(values: Mapping[str, Decimal], weights: Mapping[str, Decimal]) -> Decimal | None:
    """The weighted mean of the values that are there."""
    scale = reweigh(weights, set(values))
    whole = sum(scale.values(), ZERO)
    if whole == 0:
        return None
    return sum((values[k] * w for k, w in scale.items()), ZERO) / whole
