"""What an edition of the standard and a dated parameter are, and what makes one wrong. Values in, frozen values out.

Whatever is written wrongly (unknown parent, a key twice, a force that does not follow from the printed word, a figure
without its basis) is Misconfigured: it stops start-up and never becomes a judgement of a park.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from hrpark.toolbox.dated import Dated
from hrpark.toolbox.errors import Misconfigured


class Force(str, Enum):
    """How strongly a clause binds, by the word printed. Never mixed in one figure."""

    MUST = "M"
    SHALL = "S"
    IMPERATIVE = "I"
    RECOMMENDED = "R"
    MAY = "C"
    STATEMENT = "T"

    @property
    def label(self) -> str:
        return {"M": "必须", "S": "应", "I": "要求（无情态词）", "R": "宜", "C": "可", "T": "陈述"}[self.value]

    @property
    def unmet(self) -> str:
        """What it is called when nothing fulfils the clause; empty: it is never counted."""
        return {"M": "缺项", "S": "缺项", "I": "未见记录", "R": "建议", "C": "", "T": ""}[self.value]


#: The word printed → what it can mean. A clause without a modal is an imperative or a statement.
FORCES_OF_MODAL = {
    "必须": (Force.MUST,),
    "须": (Force.MUST,),
    "应": (Force.SHALL,),
    "宜": (Force.RECOMMENDED,),
    "可": (Force.MAY,),
    "none": (Force.IMPERATIVE, Force.STATEMENT),
}
#: Five degrees of satisfaction as 政务服务“好差评” has them, and what each is worth (domain practice 100, 80, 60, 40, 20).
DEGREES = {
    5: ("非常满意", Decimal(100)),
    4: ("满意", Decimal(80)),
    3: ("基本满意", Decimal(60)),
    2: ("不满意", Decimal(40)),
    1: ("非常不满意", Decimal(20)),
}

MEASURE_KINDS = ("count", "amount", "ratio", "percent", "score")


@dataclass(frozen=True)
class Clause:
    """One clause, or one part of a printed clause. ``heading`` rows only gather others and are never judged themselves.

    ``merit``: gives priority (4.3.1.3); unmet is never a gap. ``rooms`` names who shows it ("all": the whole house).
    """

    key: str
    printed: str
    parent: str | None
    modal: str
    force: Force
    short: str
    rooms: tuple[str, ...]
    heading: bool = False
    merit: bool = False
    reference: str = ""
    note: str = ""

    @property
    def unmet(self) -> str:
        """缺项, 未见记录, 建议, or empty where nothing is missing when it is not there."""
        return "" if self.heading or self.merit else self.force.unmet


@dataclass(frozen=True)
class Measure:
    """One figure of a row of Table 1; ``unit`` as printed behind it."""

    key: str
    label: str
    unit: str
    kind: str


@dataclass(frozen=True)
class Row:
    """One row of Table 1 (level 3), with its measures and the rooms whose records feed it."""

    key: str
    level1: str
    level2: str
    label: str
    measures: tuple[Measure, ...]
    fed_by: tuple[str, ...]
    note: str = ""

    def measure(self, key: str) -> Measure:
        for measure in self.measures:
            if measure.key == key:
                return measure
        raise Misconfigured(f"{self.key} has no measure {key!r}; it has: {', '.join(m.key for m in self.measures)}")


@dataclass(frozen=True)
class Term:
    """A term of chapter 3: its words, its meaning in ours, and where it stands in the code."""

    key: str
    zh: str
    en: str
    short: str
    code: str = ""


@dataclass(frozen=True)
class Edition:
    """One edition of the standard, in the order of the paper. ``supersedes`` names the edition that it replaces."""

    key: str
    title: str
    number: str
    status: str
    supersedes: str | None
    terms: tuple[Term, ...]
    clauses: tuple[Clause, ...]
    rows: tuple[Row, ...]
    by_key: Mapping[str, Clause | Row] = field(repr=False, compare=False)
    digest: str = ""

    def children(self, key: str | None) -> tuple[Clause, ...]:
        """The clauses directly below one; None: the chapters."""
        return tuple(c for c in self.clauses if c.parent == key)

    def __contains__(self, key: object) -> bool:
        return key in self.by_key


def edition_from(raw: Any, *, name: str) -> Edition:
    """An edition from its file ``<name>.yaml``, or Misconfigured with everything that is wrong in it."""
    wrong: list[str] = []
    _only(raw, {"key", "title", "number", "status", "supersedes", "terms", "clauses", "rows"}, name, wrong)
    if wrong:
        raise Misconfigured("; ".join(wrong))
    terms = tuple(_term(r, wrong) for r in raw["terms"])
    clauses = tuple(_clause(r, wrong) for r in raw["clauses"])
    rows = tuple(_row(r, wrong) for r in raw["rows"])
    if raw["key"] != name:
        wrong.append(f"the file {name}.yaml holds edition {raw['key']!r}")
    _once([t.key for t in terms], "term", wrong)
    _once([c.key for c in clauses] + [r.key for r in rows], "clause or row", wrong)
    _tree(clauses, wrong)
    known = {c.key for c in clauses}
    wrong += [f"term {t.key} is no clause" for t in terms if t.key not in known]
    if wrong:
        raise Misconfigured(f"Edition {name}: " + "; ".join(wrong))
    by_key: dict[str, Clause | Row] = {c.key: c for c in clauses} | {r.key: r for r in rows}
    head = {k: raw[k] for k in ("key", "title", "number", "status")}
    return Edition(
        **head, supersedes=raw["supersedes"], terms=terms, clauses=clauses, rows=rows, by_key=by_key,
        digest=digest_of(head, terms, clauses, rows),
    )  # fmt: skip


def digest_of(head: Mapping[str, str], terms: Iterable[Term], clauses: Iterable[Clause], rows: Iterable[Row]) -> str:
    """The digest of what an edition says. Which of our rooms shows a clause, notes and comments are not part of it."""
    says = [
        dict(head),
        [[t.key, t.zh, t.en, t.short] for t in terms],
        [[c.key, c.printed, c.parent, c.heading, c.merit, c.modal, c.force.value, c.short, c.reference] for c in clauses],
        [[r.key, r.level1, r.level2, r.label, [[m.key, m.label, m.unit, m.kind] for m in r.measures]] for r in rows],
    ]
    text = json.dumps(says, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def current_of(editions: Iterable[Edition]) -> Edition:
    """The one edition that no other supersedes."""
    all_of_them = list(editions)
    keys = {e.key for e in all_of_them}
    for edition in all_of_them:
        if edition.supersedes is not None and (edition.supersedes not in keys or edition.supersedes == edition.key):
            raise Misconfigured(f"Edition {edition.key} supersedes {edition.supersedes!r}, which is no other edition")
    replaced = {e.supersedes for e in all_of_them}
    heads = [e for e in all_of_them if e.key not in replaced]
    if len(heads) != 1:
        raise Misconfigured(f"Exactly one edition must be current; there are: {[e.key for e in heads]}")
    return heads[0]


def _only(raw: Any, known: set[str], what: str, wrong: list[str], *, optional: frozenset[str] = frozenset()) -> None:
    if not isinstance(raw, dict):
        wrong.append(f"{what} is not a mapping")
        return
    if odd := set(raw) - known - optional:
        wrong.append(f"{what} has unknown fields {sorted(map(str, odd))}")
    if missing := known - set(raw):
        wrong.append(f"{what} lacks {sorted(missing)}")


def _text(raw: Mapping, key: str, what: str, wrong: list[str]) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        wrong.append(f"{what}: {key} must be text, not {value!r} (numbers like 4.1 need quotes)")
        return ""
    return value


def _flag(raw: Mapping, key: str, what: str, wrong: list[str]) -> bool:
    value = raw.get(key, False)
    if not isinstance(value, bool):
        wrong.append(f"{what}: {key} must be true or false, not {value!r}")
    return value is True


def _names(raw: Mapping, key: str, what: str, wrong: list[str]) -> tuple[str, ...]:
    value = raw.get(key)
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        wrong.append(f"{what}: {key} must be a list of names")
        return ()
    return tuple(value)


def _term(raw: Any, wrong: list[str]) -> Term:
    what = f"term {_key_of(raw)}"
    _only(raw, {"key", "zh", "en", "short"}, what, wrong, optional=frozenset({"code"}))
    raw = raw if isinstance(raw, dict) else {}
    words = {k: _text(raw, k, what, wrong) for k in ("key", "zh", "en", "short")}
    return Term(**words, code=str(raw.get("code", "")))


def _clause(raw: Any, wrong: list[str]) -> Clause:
    what = f"clause {_key_of(raw)}"
    optional = frozenset({"heading", "merit", "reference", "note"})
    _only(raw, {"key", "printed", "parent", "modal", "force", "short", "rooms"}, what, wrong, optional=optional)
    raw = raw if isinstance(raw, dict) else {}
    modal, reference, heading = raw.get("modal"), str(raw.get("reference", "")), _flag(raw, "heading", what, wrong)
    force, allowed = Force.STATEMENT, FORCES_OF_MODAL.get(str(modal))
    try:
        force = Force(raw.get("force"))
    except ValueError:
        wrong.append(f"{what}: no force is called {raw.get('force')!r}")
        allowed = None
    else:
        if allowed is None:
            wrong.append(f"{what}: no modal is called {modal!r}")
    if modal == "none" and heading:
        allowed = (Force.STATEMENT,)
    if modal == "none" and reference:
        # Advice that rests on a normative reference of chapter 2, not on a printed word.
        allowed = (Force.RECOMMENDED,)
    if allowed is not None and force not in allowed:
        wrong.append(f"{what}: “{modal}” does not give force {force.value}")
    short, rooms = _text(raw, "short", what, wrong), _names(raw, "rooms", what, wrong)
    if len(short) > 40:
        wrong.append(f"{what}: the short wording has {len(short)} characters, more than 40")
    if not heading and not rooms:
        wrong.append(f"{what}: no room shows it")
    if raw.get("parent") is not None and not isinstance(raw["parent"], str):
        wrong.append(f"{what}: parent must be a key or null")
    return Clause(
        key=_text(raw, "key", what, wrong), printed=_text(raw, "printed", what, wrong), parent=raw.get("parent"),
        modal=str(modal), force=force, short=short, rooms=rooms, heading=heading, merit=_flag(raw, "merit", what, wrong),
        reference=reference, note=str(raw.get("note", "")),
    )  # fmt: skip


def _row(raw: Any, wrong: list[str]) -> Row:
    what = f"row {_key_of(raw)}"
    _only(raw, {"key", "level1", "level2", "label", "measures", "fed_by"}, what, wrong, optional=frozenset({"note"}))
    raw = raw if isinstance(raw, dict) else {}
    measures = []
    for each in raw.get("measures") or []:
        name = f"measure {_key_of(each)} of {what}"
        _only(each, {"key", "label", "unit", "kind"}, name, wrong)
        if isinstance(each, dict):
            measure = Measure(**{k: _text(each, k, name, wrong) for k in ("key", "label", "unit", "kind")})
            if measure.kind not in MEASURE_KINDS:
                wrong.append(f"{name}: no kind is called {measure.kind!r}")
            measures.append(measure)
    if not measures:
        wrong.append(f"{what} measures nothing")
    _once([m.key for m in measures], f"measure of {what}", wrong)
    words = {k: _text(raw, k, what, wrong) for k in ("key", "level1", "level2", "label")}
    fed_by = _names(raw, "fed_by", what, wrong)
    if not fed_by:
        wrong.append(f"{what} is fed by nobody")
    return Row(**words, measures=tuple(measures), fed_by=fed_by, note=str(raw.get("note", "")))


def _key_of(raw: Any) -> str:
    return str(raw.get("key", "?")) if isinstance(raw, dict) else "?"


def _once(keys: list[str], what: str, wrong: list[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            wrong.append(f"two {what}s are called {key!r}")
        seen.add(key)


def _tree(clauses: tuple[Clause, ...], wrong: list[str]) -> None:
    """Every parent exists and stands before its children: so there are no circles, and a page can be read downwards."""
    seen: set[str] = set()
    for clause in clauses:
        if clause.parent is not None and clause.parent not in seen:
            wrong.append(f"clause {clause.key}: its parent {clause.parent!r} does not stand before it")
        seen.add(clause.key)


# Dated parameters ---------------------------------------------------------------------------------------------------

Value = int | Decimal | str | bool | tuple[int, ...]


class Source(str, Enum):
    """How sure we are of a basis; shown beside it."""

    LAW = "law"
    REPORTED = "reported"
    STANDARD = "standard"
    OWN = "own"
    PARK = "park"

    @property
    def label(self) -> str:
        return {
            "law": "法规原文", "reported": "转述，使用前请核对原文", "standard": "本标准", "own": "平台默认", "park": "本园区承诺",
        }[self.value]  # fmt: skip


@dataclass(frozen=True)
class Basis:
    """What a value rests on: statute and article, clause, or that it is ours."""

    source: Source
    words: str


class Freedom(str, Enum):
    """How far a park's own promise may go: not at all, only stricter in one direction, or anywhere."""

    NONE = "none"
    LESS = "less"
    MORE = "more"
    ANY = "any"

    @property
    def label(self) -> str:
        return {"none": "不可调整", "less": "只可调低", "more": "只可调高", "any": "可调整"}[self.value]


PARAMETER_KINDS = ("int", "decimal", "text", "flag", "ints")


@dataclass(frozen=True)
class Parameter:
    """A number (or word) of the house by the day it begins to hold, each value with its basis."""

    key: str
    label: str
    unit: str
    kind: str
    park_may: Freedom
    values: Dated[tuple[Value, Basis]]
    note: str = ""

    @property
    def room(self) -> str:
        return self.key.split(".")[0]


@dataclass(frozen=True)
class Held:
    """A parameter as it holds on a day: the value, since when, and on which basis."""

    key: str
    label: str
    unit: str
    value: Value
    since: date
    source: Source
    basis: str

    @property
    def always(self) -> bool:
        """No day begins it: a number of our own, or of the undated draft."""
        return self.since == date.min


def read_value(kind: str, raw: Any) -> Value:
    """A value of a parameter's kind, from YAML or from a form; ValueError when it is none.

    Numbers are never negative; a fraction is written in quotes, because a YAML float is not the number on paper.
    """
    if kind == "flag":
        if isinstance(raw, bool):
            return raw
        if raw in ("true", "false"):
            return raw == "true"
    elif kind == "int":
        if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
            return raw
        if isinstance(raw, str) and re.fullmatch(r"[0-9]{1,12}", raw.strip()):
            return int(raw)
    elif kind == "decimal":
        if isinstance(raw, int | str | Decimal) and not isinstance(raw, bool):
            text = str(raw).strip()
            if re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,6})?", text):
                return Decimal(text)
    elif kind == "text":
        if isinstance(raw, str) and raw.strip():
            return raw.strip()
    elif kind == "ints":
        parts = re.split(r"[,，、\s]+", raw.strip()) if isinstance(raw, str) else raw
        if isinstance(parts, list | tuple) and parts:
            return tuple(int(read_value("int", p)) for p in parts)  # type: ignore[arg-type]
    else:
        raise Misconfigured(f"No kind of parameter is called {kind!r}")
    raise ValueError(f"{raw!r} is no {kind}")


def write_value(value: Value) -> str:
    """A value as text that ``read_value`` reads back."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(str(v) for v in value)
    return str(value)


def within(freedom: Freedom, default: Value, promise: Value) -> bool:
    """Whether a park may promise this where the default holds."""
    if freedom is Freedom.ANY or promise == default:
        return True
    numbers = [n for n in (default, promise) if isinstance(n, int | Decimal) and not isinstance(n, bool)]
    if freedom is Freedom.NONE or len(numbers) < 2:
        return False
    return promise < default if freedom is Freedom.LESS else promise > default  # type: ignore[operator]


def held_on(parameter: Parameter, promises: Dated[tuple[Value, Basis]], day: date) -> Held:
    """The park's promise from its day on, else the default. A promise that a later default has outrun gives way to it.

    LookupError on a day before the first default.
    """
    default, basis = parameter.values.on(day)
    since = _since(parameter.values, day)
    try:
        promise, promised = promises.on(day)
    except LookupError:
        pass
    else:
        if promise != default and within(parameter.park_may, default, promise):
            default, basis, since = promise, promised, _since(promises, day)
    return Held(parameter.key, parameter.label, parameter.unit, default, since, basis.source, basis.words)


def _since(values: Dated, day: date) -> date:
    return max(d for d in values.since if d <= day)


def parameters_from(raw: Any, *, room: str) -> list[Parameter]:
    """The parameters of one room's ``parameters.yaml``, or Misconfigured with everything that is wrong in it."""
    wrong: list[str] = []
    found = []
    if not isinstance(raw, list):
        raise Misconfigured(f"{room}/parameters.yaml is not a list")
    for each in raw:
        parameter = _parameter(each, room, wrong)
        if parameter is not None:
            found.append(parameter)
    _once([p.key for p in found], "parameter", wrong)
    if wrong:
        raise Misconfigured(f"{room}/parameters.yaml: " + "; ".join(wrong))
    return found


def _parameter(raw: Any, room: str, wrong: list[str]) -> Parameter | None:
    what = f"parameter {_key_of(raw)}"
    before = len(wrong)
    _only(raw, {"key", "label", "unit", "kind", "park_may", "values"}, what, wrong, optional=frozenset({"note"}))
    if len(wrong) > before:
        return None
    words = {k: _text(raw, k, what, wrong) for k in ("key", "label", "kind")}
    if not re.fullmatch(rf"{room}\.[a-z0-9_]+", words["key"]):
        wrong.append(f"{what}: its key must begin with “{room}.”, its room")
    if words["kind"] not in PARAMETER_KINDS:
        wrong.append(f"{what}: no kind is called {words['kind']!r}")
    if raw["park_may"] not in [f.value for f in Freedom]:
        wrong.append(f"{what}: park_may is one of none, less, more, any")
    elif raw["park_may"] in ("less", "more") and words["kind"] not in ("int", "decimal"):
        wrong.append(f"{what}: only a number can be less or more")
    if not isinstance(raw["unit"], str):
        wrong.append(f"{what}: unit must be text (empty when there is none)")
    if len(wrong) > before:
        return None
    days: dict[date, tuple[tuple[Value, Basis], str]] = {}
    for line in raw["values"] if isinstance(raw["values"], list) else []:
        _value_line(line, words["kind"], what, days, wrong)
    if not days:
        wrong.append(f"{what} has no value")
    if len(wrong) > before:
        return None
    return Parameter(
        **words, unit=raw["unit"], park_may=Freedom(raw["park_may"]), values=Dated.of(days), note=str(raw.get("note", ""))
    )


def _value_line(raw: Any, kind: str, what: str, days: dict, wrong: list[str]) -> None:
    before = len(wrong)
    _only(raw, {"since", "value", "source", "basis"}, f"a value of {what}", wrong)
    if len(wrong) > before:
        return
    # "always": a number of our own or of the undated draft, which no day begins.
    since = date.min if raw["since"] == "always" else raw["since"]
    if type(since) is not date:
        wrong.append(f"{what}: since must be a day or “always”, not {raw['since']!r}")
    elif since in days:
        wrong.append(f"{what}: two values since {since}")
    words = _text(raw, "basis", what, wrong)
    sources = [s.value for s in Source if s is not Source.PARK]
    if raw["source"] not in sources:
        wrong.append(f"{what}: source is one of {', '.join(sources)}, not {raw['source']!r}")
    value: Value | None = None
    try:
        value = read_value(kind, raw["value"])
    except ValueError as error:
        wrong.append(f"{what}: {error}")
    if len(wrong) == before:
        days[since] = ((value, Basis(Source(raw["source"]), words)), words)
