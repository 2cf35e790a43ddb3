"""The rules of clause 4.3.1, one file each: a pure function over a frozen ``Candidate``, with the day from which it holds.

    @rule(clause="4.3.1.3-c", kind="priority", since=UNDATED, words="…")
    def credit_rating(candidate: Candidate) -> Verdict: ...

A rule knows no database and no clock: who applies, on which day, and every number comes in with the candidate. A changed rule
is a second function with a later day; cases received before it are still judged by the first (``rules_on``).
``entry`` rules are conditions (4.3.1.1); ``priority`` rules order a waiting list (4.3.1.3) and never keep anybody out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from hrpark.institutions.rules import Permit
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import Misconfigured
from hrpark.toolbox.registry import Registry
from hrpark.toolbox.verdict import Evidence, Outcome, Verdict, failed, not_applicable, passed, unknown

AGENCY, SUPPORTING = "agency", "supporting"
ENTRY, PRIORITY = "entry", "priority"
#: The draft names no day on which it begins: its rules hold for whatever day a case has.
UNDATED = date.min


@dataclass(frozen=True)
class Segment:
    """A business segment that the candidate declares, and the permit it needs ("" for none)."""

    code: str
    label: str
    permit: str


@dataclass(frozen=True)
class Professional:
    """One person on the roster on the day; no name, since a verdict is shown to many. ``college``: 大专 or above."""

    professional: bool
    college: bool
    verified: bool = True


@dataclass(frozen=True)
class Check:
    """The newest answer of one credit source, up to the day."""

    source: str
    label: str
    on: date | None = None
    result: str = ""
    id: str = ""

    @property
    def evidence(self) -> Evidence:
        return Evidence("credit_check", self.id, f"{self.label} {self.on:%Y-%m-%d}" if self.on else self.label)


@dataclass(frozen=True)
class Proof:
    """A rating, award, ranking or certificate. ``verified``: an officer has seen the original."""

    kind: str
    title: str
    issuer: str = ""
    issuer_level: str = ""
    list_name: str = ""
    level: str = ""
    scale: str = ""
    aspect: str = ""
    year: int | None = None
    issued_on: date | None = None
    valid_to: date | None = None
    verified: bool = True
    type: str = "credential"
    id: str = ""

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.type, self.id, " ".join(filter(None, (self.title, self.issuer, str(self.year or "")))))

    def holds_on(self, day: date) -> bool:
        return (self.issued_on is None or self.issued_on <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Assessed:
    """One assessment by the park itself (4.3.1.3 f). ``papers``: its record has the paper attached."""

    kind: str
    label: str
    on: date
    recognised: bool
    valid_to: date | None = None
    papers: bool = True
    number: str = ""
    id: str = ""

    @property
    def evidence(self) -> Evidence:
        return Evidence("potential_review", self.id, f"园区{self.label}评估 {self.number or f'{self.on:%Y-%m-%d}'}")


@dataclass(frozen=True)
class Candidate:
    """Who applies, as known on a day: the dossier, what was declared beside it, and the numbers that hold for the case.

    ``fair_review``: number of the record of fair-competition review that lets 4.3.1.3 g be counted; "" for none.
    """

    on: date
    kind: str = AGENCY
    legal_form: str = ""
    uscc: str | None = None
    #: In formation, or in need of the park's address for its permit: what it lacks can only come after it was admitted.
    pending: bool = False
    #: A branch that pledges to set up a legal person in the park.
    will_found: bool = False
    headquarters_of: str = ""
    permits: tuple[Permit, ...] = ()
    segments: tuple[Segment, ...] = ()
    staff: tuple[Professional, ...] = ()
    checks: tuple[Check, ...] = ()
    proofs: tuple[Proof, ...] = ()
    assessments: tuple[Assessed, ...] = ()
    fair_review: str = ""
    min_professionals: int = 1
    licence_min_staff: int = 3
    credit_check_max_age_days: int = 30
    honour_years: int = 3
    top_world_rank: int = 100
    top_province_rank: int = 50
    subject: Evidence = field(default=Evidence("institution", ""))

    def proofs_of(self, kind: str) -> tuple[Proof, ...]:
        return tuple(p for p in self.proofs if p.kind == kind)


Decide = Callable[[Candidate], Verdict]


@dataclass(frozen=True)
class Rule:
    """A registered rule. ``words`` is what an applicant reads before applying, ``needs`` what evidence makes it pass."""

    key: str
    clause: str
    kind: str
    since: date
    words: str
    decide: Decide
    agencies_only: bool = True
    needs: str = ""

    @property
    def letter(self) -> str:
        return self.clause.rpartition("-")[2]

    @property
    def order(self) -> str:
        return self.clause

    def __call__(self, candidate: Candidate) -> Verdict:
        """The verdict. Most of the clause is about HR agencies: supporting ones are not measured by it."""
        if candidate.kind == SUPPORTING and self.agencies_only:
            return not_applicable("本款针对人力资源服务机构，配套服务机构不适用", candidate.subject)
        return self.decide(candidate)


RULES: Registry[Rule] = Registry("admission rule")


def rule(
    *, clause: str, kind: str, since: date, words: str, agencies_only: bool = True, needs: str = ""
) -> Callable[[Decide], Decide]:
    """Register a function as the rule of a clause from a day on, and as a citation of the clause."""
    if kind not in (ENTRY, PRIORITY):
        raise Misconfigured(f"An admission rule is {ENTRY!r} or {PRIORITY!r}, not {kind!r}")

    def mark(decide: Decide) -> Decide:
        key = f"{decide.__module__.rpartition('.')[2]}.{decide.__name__}"
        if any(r.clause == clause and r.since == since and r.key != key for r in RULES):
            raise Misconfigured(f"Two admission rules of {clause} begin on {since}")
        RULES.add(key, Rule(key, clause, kind, since, words, decide, agencies_only, needs))
        return cites(clause, label=f"入驻规则：{words}")(decide)

    return mark


def rules_on(day: date) -> tuple[Rule, ...]:
    """The rules that hold on a day, in the order of the paper: of each clause the newest that has begun."""
    found: dict[str, Rule] = {}
    for one in RULES:
        known = found.get(one.clause)
        if one.since <= day and (known is None or known.since < one.since):
            found[one.clause] = one
    return tuple(found[clause] for clause in sorted(found))


# --- priority: points and places -----------------------------------------------------------------------------------------


def points(met: Iterable[str], worth: Mapping[str, int]) -> int:
    """What the letters that are met are worth together; a letter without a weight is worth nothing."""
    return sum(worth.get(letter, 0) for letter in set(met))


@dataclass(frozen=True)
class Waiting:
    """Who waits, and what their place depends on."""

    id: int
    points: int
    received: datetime


def in_turn(waiting: Iterable[Waiting]) -> list[Waiting]:
    """The order of a waiting list: more points first, then who came first. Nobody is left out for having none."""
    return sorted(waiting, key=lambda one: (-one.points, one.received, one.id))


# --- proofs --------------------------------------------------------------------------------------------------------------


def best_proof(candidate: Candidate, kind: str, lacking: str, judge: Callable[[Proof], Verdict]) -> Verdict:
    """The best verdict that the candidate's proofs of a kind earn; ``judge`` looks at one that holds on the day.

    What nobody has seen the original of earns at most "unknown"; one that has lapsed earns nothing.
    """
    verdicts = [_one_proof(candidate, proof, judge) for proof in candidate.proofs_of(kind)]
    for outcome in (Outcome.PASSED, Outcome.UNKNOWN, Outcome.FAILED):
        for verdict in verdicts:
            if verdict.outcome is outcome:
                return verdict
    return failed(lacking, candidate.subject)


def _one_proof(candidate: Candidate, proof: Proof, judge: Callable[[Proof], Verdict]) -> Verdict:
    if not proof.holds_on(candidate.on):
        return failed(f"“{proof.title}”在{candidate.on:%Y-%m-%d}不在有效期内", proof.evidence)
    verdict = judge(proof)
    if verdict.passed and not proof.verified:
        return unknown(f"{verdict.reason}；由机构自行申报，尚未核验原件", *verdict.evidence)
    return verdict


def rank_of(proof: Proof) -> int | None:
    """The place on a list, from words such as 第36名, 36 or TOP 36."""
    found = re.findall(r"\d+", proof.level)
    return int(found[0]) if len(found) == 1 else None


def in_list(proof: Proof, most: int, label: str) -> Verdict:
    """Whether a proof shows a place on a list of that many: which list, of which year, must be on record."""
    rank = rank_of(proof)
    if rank is not None and rank > most:
        return failed(f"“{proof.title}”为第{rank}名，不在前{most}名之内", proof.evidence)
    missing = [w for w, v in (("榜单名称", proof.list_name), ("发布机构", proof.issuer), ("年度", proof.year)) if not v]
    if missing:
        return unknown(f"“{proof.title}”没有写明{'、'.join(missing)}，请核对", proof.evidence)
    place = f"第{rank}名" if rank else "在列"
    return passed(f"{proof.year}年{proof.issuer}“{proof.list_name}”{place}（{label}）", proof.evidence)
