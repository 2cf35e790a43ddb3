"""Which of three values stands for a measure: what the system computed, what was declared, what the authority verified.

All three are always shown side by side. Which one *stands* is decided here and nowhere else:

1. computed, when the indicator declares its room complete (every such event leaves a record there); it is only as firm as
   what it was reckoned from;
2. verified by the competent authority;
3. declared by the park;
4. computed by an incomplete room, but from everybody it should have heard (coverage n of n);
5. otherwise not determined (未核定). Never 0.

A published lower bound (“超过100亿元”) stays a lower bound: it is shown, and nothing is derived from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class Basis(str, Enum):
    """On what the standing value rests."""

    COMPUTED = "computed"
    VERIFIED = "verified"
    DECLARED = "declared"
    NOT_DETERMINED = "not_determined"

    @property
    def label(self) -> str:
        return {"computed": "系统计算", "verified": "部门核定", "declared": "申报", "not_determined": "未核定"}[self.value]


class Bound(str, Enum):
    EXACT = "exact"
    AT_LEAST = "at_least"

    @property
    def label(self) -> str:
        return {"exact": "准确值", "at_least": "不少于"}[self.value]


@dataclass(frozen=True)
class Records:
    """The records a value counts, by subject type and id, in a fixed order: a click leads from the figure to them."""

    type: str
    ids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Coverage:
    """From how many of how many the value was taken; ``unit`` in words (家机构)."""

    known: int
    of: int
    unit: str

    @property
    def full(self) -> bool:
        return self.of > 0 and self.known == self.of


@dataclass(frozen=True)
class Computed:
    """What the records say, or None with the reason why they say nothing.

    Not ``firm``: reckoned from figures that nobody has verified; what comes out is no firmer than what went in.
    """

    value: Decimal | None
    why: str
    records: tuple[Records, ...] = ()
    coverage: Coverage | None = None
    firm: bool = True


@dataclass(frozen=True)
class Declared:
    """The open declared figure of a measure, and what the authority made of it."""

    id: str
    value: Decimal | None
    bound: Bound = Bound.EXACT
    verified: bool = False
    verified_value: Decimal | None = None
    verified_bound: Bound = Bound.EXACT


@dataclass(frozen=True)
class Reading:
    """One measure of one park in one year: the standing value with its basis, and the three values beside it."""

    measure: str
    value: Decimal | None
    bound: Bound
    basis: Basis
    why: str
    computed: Decimal | None = None
    computed_why: str = ""
    declared: Declared | None = None
    records: tuple[Records, ...] = ()
    coverage: Coverage | None = None

    @property
    def exact(self) -> Decimal | None:
        """The value as long as it may be reckoned with."""
        return self.value if self.bound is Bound.EXACT else None

    @property
    def firm(self) -> bool:
        """Computed or verified: what a countable row may be scored on."""
        return self.basis in (Basis.COMPUTED, Basis.VERIFIED)

    @property
    def disagree(self) -> bool:
        """Two of the three values are known exactly and differ."""
        known = {v for v in (self.computed, self._declared_exact(), self._verified_exact()) if v is not None}
        return len(known) > 1

    def _declared_exact(self) -> Decimal | None:
        d = self.declared
        return d.value if d and d.bound is Bound.EXACT else None

    def _verified_exact(self) -> Decimal | None:
        d = self.declared
        return d.verified_value if d and d.verified and d.verified_bound is Bound.EXACT else None


def settle(measure: str, *, complete: bool, computed: Computed | None, declared: Declared | None) -> Reading:
    """Decide which value stands, as the module's docstring says."""
    said = computed or Computed(None, "")
    beside = {"computed": said.value, "computed_why": said.why, "declared": declared, "coverage": said.coverage}

    def stands(value: Decimal, bound: Bound, basis: Basis, why: str, records: tuple[Records, ...]) -> Reading:
        return Reading(measure, value, bound, basis, why, records=records, **beside)

    reckoned = Basis.COMPUTED if said.firm else Basis.DECLARED
    if complete and said.value is not None:
        return stands(said.value, Bound.EXACT, reckoned, said.why, said.records)
    if declared is not None:
        own = (Records("declared_figure", (declared.id,)),)
        if declared.verified and declared.verified_value is not None:
            return stands(declared.verified_value, declared.verified_bound, Basis.VERIFIED, "按主管部门核定的数值", own)
        if not declared.verified and declared.value is not None:
            return stands(declared.value, declared.bound, Basis.DECLARED, "按申报的数值，尚未核定", own)
    if said.value is not None and said.coverage is not None and said.coverage.full:
        return stands(said.value, Bound.EXACT, reckoned, said.why, said.records)
    if declared is not None and declared.verified:
        why = "主管部门核对后未予认定"
    elif said.why:
        why = said.why
    else:
        why = "尚未申报，也没有可供计算的记录"
    return Reading(measure, None, Bound.EXACT, Basis.NOT_DETERMINED, why, records=said.records, **beside)
