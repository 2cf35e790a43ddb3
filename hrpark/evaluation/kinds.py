"""What is discovered in this room: indicators, one class a row of Table 1, and the schemes that the house brings along.

    @cites("T1.05", label="营收与纳税")
    class Revenue(Indicator):
        row = "T1.05"
        measures = ("revenue", "tax")

        def compute(self, scope, known): ...

A row that the current edition has and no indicator computes, or an indicator with other measures than its row, stops
start-up; so does a seed with a mistake in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import yaml
from django.core.checks import Error, register

from hrpark.accounts.models import Park
from hrpark.notices.kinds import notice_kind
from hrpark.standard.kinds import CURRENT, EDITIONS
from hrpark.standard.rules import Edition
from hrpark.toolbox.errors import Misconfigured
from hrpark.toolbox.frozen import canonical, digest, exact
from hrpark.toolbox.registry import Registry, discover

from . import rules
from .rules import scheme as scheme_rules
from .rules.basis import Computed, Reading

discover(rules)


@dataclass(frozen=True)
class Scope:
    """What an indicator is asked about: one park, one year, as of one day (the state of the world), as known on ``seen_on``.

    ``round_id``: the round that is being reckoned, which knows its own answers best.
    """

    park: Park
    year: int
    as_of: date
    seen_on: date
    round_id: int | None = None


INDICATORS: Registry[Indicator] = Registry("indicator")


class Indicator:
    """How one row of Table 1 is computed from the records of the house."""

    row: ClassVar[str] = ""
    #: The row's measures, as the edition calls them.
    measures: ClassVar[tuple[str, ...]] = ()
    #: Measures whose room keeps a record of every such event, so that the computed value stands before a declared one.
    complete: ClassVar[frozenset[str] | bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        INDICATORS.add(cls.row, cls())

    def keys(self) -> tuple[str, ...]:
        """The measures with their row: T1.05.revenue."""
        return tuple(f"{self.row}.{m}" for m in self.measures)

    def is_complete(self, measure: str) -> bool:
        return self.complete if isinstance(self.complete, bool) else measure.rpartition(".")[2] in self.complete

    def compute(self, scope: Scope, known: Mapping[str, Reading]) -> dict[str, Computed]:
        """Measure (T1.05.revenue) → what the records say. ``known`` holds the readings of the rows above this one.

        A measure that is left out is not computed yet: it is declared.
        """
        return {}


@register()
def rows_have_indicators(app_configs: object = None, **kwargs: object) -> list[Error]:
    """Every row of the current edition has its indicator, with the same measures."""
    wrong = []
    for row in CURRENT.rows:
        found = INDICATORS.find(row.key)
        if found is None:
            wrong.append(Error(f"{row.key} has no indicator.", id="hrpark.evaluation.E001"))
        elif found.measures != tuple(m.key for m in row.measures):
            wrong.append(Error(f"The indicator of {row.key} measures {found.measures}.", id="hrpark.evaluation.E002"))
    return wrong


# --- schemes -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seed:
    """A scheme that the house brings along; it becomes a row when a round first uses it."""

    key: str
    version: int
    name: str
    edition: str
    since: date
    basis: str
    body: dict

    @property
    def digest(self) -> str:
        return scheme_digest(self.key, self.version, self.name, self.edition, self.since, self.basis, self.body)


def scheme_digest(key: str, version: int, name: str, edition: str, since: date, basis: str, body: Mapping) -> str:
    """Over everything that a scheme says."""
    return digest(canonical([key, version, name, edition, since.isoformat(), basis, dict(body)]))


def measures_by_row(edition: Edition) -> dict[str, frozenset[str]]:
    return {r.key: frozenset(f"{r.key}.{m.key}" for m in r.measures) for r in edition.rows}


def seed_from(raw: Mapping[str, Any], *, name: str) -> Seed:
    """A seed from its file, or Misconfigured with everything that is wrong in it."""
    edition = EDITIONS.get(raw["edition"])
    seed = Seed(
        raw["key"],
        raw["version"],
        raw["name"],
        raw["edition"],
        raw["since"],
        " ".join(raw["basis"].split()),
        exact(raw["body"]),
    )
    wrong = scheme_rules.problems(seed.body, measures_by_row(edition))
    if f"{seed.key}-{seed.version}" != name:
        wrong.append(f"the file {name}.yaml holds {seed.key}-{seed.version}")
    if wrong:
        raise Misconfigured(f"Scheme {name}: " + "; ".join(wrong))
    return seed


def read_seeds(folder: Path) -> Registry[Seed]:
    seeds: Registry[Seed] = Registry("seed of a scheme")
    for path in sorted(folder.glob("*.yaml")):
        seeds.add(path.stem, seed_from(yaml.safe_load(path.read_text(encoding="utf-8")), name=path.stem))
    return seeds


SEEDS = read_seeds(Path(__file__).resolve().parent / "schemes")


# --- what people are told ----------------------------------------------------------------------------------------------

ASKS_RESIDENTS = notice_kind(
    "evaluation.asks_residents", "请评价园区", title="请评价园区：{round}", happened="{of}开放了{round}，请{institution}作答。",
    todo="每个单位作答一次，约需3分钟；回答不与单位关联。",
)  # fmt: skip
ASKS_OPERATOR = notice_kind(
    "evaluation.asks_operator", "请填写自评", title="请填写自评：{round}", happened="{of}的{round}已开放。",
    todo="请在截止日前填写并提交运营单位自评。",
)  # fmt: skip
ASKS_AUTHORITY = notice_kind(
    "evaluation.asks_authority", "请评估园区", title="请评估园区：{round}", happened="{of}已提交{round}的自评。",
    todo="进驻单位评价截止后，请逐行评估。",
)  # fmt: skip
ASKS_HEAD = notice_kind(
    "evaluation.asks_head", "评价待定稿", title="{round}待定稿", happened="{of}{round}的评估已提交。", todo="请核对暂算结果，定稿或退回。",
)  # fmt: skip
FINISHED = notice_kind(
    "evaluation.finished", "评价定稿", title="{round}已定稿", happened="{of}{round}的结果已定稿。",
    todo="请查看结果和主管部门的评估意见。",
)  # fmt: skip
PUBLISHED = notice_kind(
    "evaluation.published", "评价结果发布", title="{round}结果已发布", happened="{of}{round}的结果已发布。", todo="请打开“评价园区”查看结果。",
)  # fmt: skip
