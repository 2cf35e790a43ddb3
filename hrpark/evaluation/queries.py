"""Reading Table 1 of a park, its rounds, and what a round is reckoned from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.apps import apps
from django.db.models import Count, Exists, OuterRef, QuerySet

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.cases.queries import cases_for
from hrpark.documents.models import Document
from hrpark.documents.queries import documents_of
from hrpark.files.kinds import attachable, gate
from hrpark.files.queries import attachments_by_subject
from hrpark.institutions.models import Institution
from hrpark.returns.models import DeclaredFigure
from hrpark.returns.queries import open_figures_of_years
from hrpark.standard.queries import current_edition, edition, parameter
from hrpark.standard.rules import Edition, Measure, Row
from hrpark.toolbox.errors import NotFound
from hrpark.toolbox.frozen import canonical, digest, text_of
from hrpark.trail.kinds import SUBJECTS

from . import permissions
from .kinds import INDICATORS, SEEDS, Scope, Seed
from .models import Answer, Assessment, Comment, Frozen, Participation, Round, Scheme, SelfScore, State, VetoFinding
from .rules import scheme as scheme_rules
from .rules.basis import Basis, Bound, Computed, Declared, Reading, Records, settle
from .rules.growth import growth
from .rules.scoring import figure_score, proposed, residents_score, score_round, veto_found

FORMAT = 1

# --- Table 1 -----------------------------------------------------------------------------------------------------------


def declared_of(figure: DeclaredFigure) -> Declared:
    """A declared figure as the rules see it."""
    return Declared(
        str(figure.pk), figure.value, Bound(figure.bound), figure.verified_at is not None, figure.verified_value,
        Bound(figure.verified_bound),
    )  # fmt: skip


def readings(scope: Scope, declared: Mapping[str, Declared]) -> dict[str, Reading]:
    """Every measure of Table 1 → its reading, row after row, so that a later row may build on an earlier one."""
    known: dict[str, Reading] = {}
    for indicator in INDICATORS:
        computed: Mapping[str, Computed] = indicator.compute(scope, known)
        for key in indicator.keys():
            known[key] = settle(
                key, complete=indicator.is_complete(key), computed=computed.get(key), declared=declared.get(key)
            )  # fmt: skip
    return known


def readings_of_years(
    park: Park, as_of: date, years: Iterable[int], on: date, *, round_id: int | None = None
) -> dict[int, dict[str, Reading]]:
    """Year → readings, as known ``on`` a day. The year of ``as_of`` as of that day, earlier ones as of the same day then (growth compares like
    with like), fixed base years as of their end."""
    wanted = sorted(set(years))
    figures = open_figures_of_years(park, wanted)
    found = {}
    for year in wanted:
        day = as_of if year == as_of.year else same_day(as_of, year) if year == as_of.year - 1 else date(year, 12, 31)
        declared = {measure: declared_of(f) for (of, measure), f in figures.items() if of == year}
        scope = Scope(park, year, day, on, round_id if year == as_of.year else None)
        found[year] = readings(scope, declared)
    return found


def same_day(day: date, year: int) -> date:
    """The same day of another year; the 29th of February becomes the 28th."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


@dataclass(frozen=True)
class Cell:
    """One measure as Table 1 shows it: the reading, the one a year before, and the change as a ratio."""

    measure: Measure
    reading: Reading
    before: Reading

    @property
    def key(self) -> str:
        return self.reading.measure

    @property
    def change(self) -> Decimal | None:
        """None for a measure that is a percentage itself, and whenever one of the two is not known exactly."""
        if self.measure.unit == "%":
            return None
        return growth(self.reading.exact, self.before.exact)


@dataclass(frozen=True)
class TableRow:
    row: Row
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """Table 1 of a park as of a day."""

    park: Park
    year: int
    as_of: date
    edition: Edition
    rows: tuple[TableRow, ...]

    def cell(self, key: str) -> Cell:
        return next(c for r in self.rows for c in r.cells if c.key == key)

    @property
    def counts(self) -> dict[Basis, int]:
        """How many measures rest on what: for saying how much of the table is firm."""
        found = dict.fromkeys(Basis, 0)
        for row in self.rows:
            for cell in row.cells:
                found[cell.reading.basis] += 1
        return found


def table_of(park: Park, as_of: date, on: date) -> Table:
    """Table 1 of a park for the year of ``as_of``, as of that day, as known ``on`` a day. The caller has passed a gate."""
    known = current_edition()
    by_year = readings_of_years(park, as_of, (as_of.year, as_of.year - 1), on)
    now, before = by_year[as_of.year], by_year[as_of.year - 1]
    rows = tuple(
        TableRow(row, tuple(Cell(m, now[f"{row.key}.{m.key}"], before[f"{row.key}.{m.key}"]) for m in row.measures))
        for row in known.rows
    )
    return Table(park, as_of.year, as_of, known, rows)


def figure_of(park: Park, as_of: date, on: date, measure: str) -> Cell:
    """One measure with everything behind it; NotFound for a key that Table 1 does not have."""
    table = table_of(park, as_of, on)
    if measure not in {c.key for r in table.rows for c in r.cells}:
        raise NotFound("表1没有这一项指标，请从表1页面进入。")
    return table.cell(measure)


@dataclass(frozen=True)
class Behind:
    """One record that a figure counts, by name."""

    type: str
    id: str
    says: str


def behind(records: Iterable[Records], standing: Standing, limit: int = 200) -> list[Behind]:
    """The records of a reading by name, the first ``limit`` of each kind. The caller has passed the park's gate; of requests
    only those that the person may read."""
    found = []
    for group in records:
        model = apps.get_model(SUBJECTS.get(group.type).model)
        ids = [int(pk) for pk in group.ids]
        if group.type == "case":
            mine = set(cases_for(standing).values_list("pk", flat=True))
            ids = [pk for pk in ids if pk in mine]
        ids = ids[:limit]
        relations = [f.name for f in model._meta.fields if f.name == "institution"]
        rows = (
            model._default_manager.select_related(*relations).in_bulk(ids) if relations else model._default_manager.in_bulk(ids)
        )
        found += [Behind(group.type, str(pk), str(rows[pk])) for pk in ids if pk in rows]
    return found


# --- schemes -----------------------------------------------------------------------------------------------------------


def authorities_of(park: Park, on: date) -> list[int]:
    """The competent authorities that act in a park on a day."""
    members = park.memberships.filter(organisation__kind="authority", verified_at__isnull=False, since__lte=on)
    return sorted({m.organisation_id for m in members if m.until is None or m.until > on})


def schemes_for(park: Park, on: date) -> list[Scheme | Seed]:
    """The newest version of every scheme that a round of this park may use on a day: its authorities' own, then the seeds."""
    own = Scheme.objects.filter(authority_id__in=authorities_of(park, on), since__lte=on).order_by("key", "-version")
    newest: dict[tuple[bool, str], Scheme | Seed] = {}
    for row in own:
        newest.setdefault((False, row.key), row)
    for seed in sorted(SEEDS, key=lambda s: -s.version):
        if seed.since <= on:
            newest.setdefault((True, seed.key), seed)
    return [newest[key] for key in sorted(newest, key=lambda k: (k[0], k[1] != "hrpark", k[1]))]


def scheme_name(scheme: Scheme | Seed) -> str:
    """What a form sends for a scheme: whose it is, key, version."""
    whose = "house" if isinstance(scheme, Seed) or scheme.authority_id is None else str(scheme.authority_id)
    return f"{whose}:{scheme.key}:{scheme.version}"


def scheme_for(park: Park, on: date, name: str) -> Scheme | Seed:
    """A scheme that a round of this park may use, by ``scheme_name``."""
    found = next((s for s in schemes_for(park, on) if scheme_name(s) == name), None)
    if found is None:
        raise NotFound("没有这一评价方案，或已有新版本。请重新选择。")
    return found


# --- rounds ------------------------------------------------------------------------------------------------------------


def rounds_for(standing: Standing) -> QuerySet[Round]:
    """Rounds that the operator and the authority of a park may see."""
    return Round.objects.filter(standing.scope(permissions.READ)).select_related("park", "scheme")


def round_for(standing: Standing, park: Park, pk: object) -> Round:
    """The gate to one round for operator and authority."""
    found = rounds_for(standing).filter(park=park, pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def respondents(park: Park, on: date) -> QuerySet[Institution]:
    """Who is asked: every institution that is resident on the day, supporting ones too (进驻单位)."""
    return Institution.objects.filter(park=park).resident_on(on)


def own_respondents(standing: Standing, park: Park, on: date) -> QuerySet[Institution]:
    """The resident institutions for which a person may answer."""
    return respondents(park, on).filter(organisation_id__in=standing.own(permissions.ANSWER, park.pk))


@dataclass(frozen=True)
class Asked:
    """A round as one institution sees it: whether it may answer, has answered, or can read the published result."""

    round: Round
    institution: Institution
    answered: bool
    open: bool


def asked_of(standing: Standing, park: Park, on: date) -> list[Asked]:
    """Every round that one of the person's own institutions takes part in, newest first."""
    own = list(own_respondents(standing, park, on))
    shown = Round.objects.filter(park=park).exclude(state__in=[State.PREPARING, State.CANCELLED]).select_related("scheme")
    found = []
    for institution in own:
        took_part = Participation.objects.filter(round=OuterRef("pk"), institution=institution)
        for round in shown.annotate(took_part=Exists(took_part)).order_by("-prepared_at", "-pk"):
            found.append(Asked(round, institution, round.took_part, is_collecting(round, on)))
    return found


def asked_round(standing: Standing, park: Park, pk: object, on: date, institution: str = "") -> Asked:
    """The gate to a round for a resident institution: the one that is named, else the first of the person's institutions
    that has not answered yet."""
    mine = [a for a in asked_of(standing, park, on) if str(a.round.pk) == str(pk)]
    mine = [a for a in mine if str(a.institution.pk) == institution] if institution else mine
    if not mine:
        raise NotFound()
    return next((a for a in mine if not a.answered), mine[0])


def is_collecting(round: Round, on: date) -> bool:
    """Whether residents may answer on a day."""
    still = round.state in (State.OPEN, State.SELF_RATED) and round.collection_closed_at is None
    return still and on <= round.answers_until


def is_closed(round: Round, on: date) -> bool:
    """Whether all answers are in, so that they may be looked at (together) and the authority may assess."""
    if round.state in (State.PREPARING, State.CANCELLED):
        return False
    return not is_collecting(round, on)


def min_answers(round: Round) -> int:
    """From how many answers on a source counts; as it held on the day to which the round's figures refer."""
    return int(parameter("evaluation.min_answers", round.as_of, round.park_id))


def tallies(round: Round, on: date) -> dict[str, dict]:
    """Row → {n, counts: degree → how many}. No counts below the least number; nothing at all while answers come in."""
    if not is_closed(round, on):
        return {}
    least = min_answers(round)
    found: dict[str, dict] = {}
    rows = Answer.objects.filter(round=round).values("row", "score").annotate(n=Count("pk")).order_by("row", "-score")
    for line in rows:
        mine = found.setdefault(line["row"], {"n": 0, "counts": {}})
        mine["n"] += line["n"]
        mine["counts"][str(line["score"])] = line["n"]
    return {row: t if t["n"] >= least else {"n": t["n"], "counts": {}} for row, t in found.items()}


def comments_of(standing: Standing, round: Round, on: date) -> list[str]:
    """What residents wrote, in an order that says nothing: for the authority alone, after closing, from enough sheets."""
    if not standing.may(permissions.ASSESS, round.park_id) or not is_closed(round, on):
        return []
    if round.participations.count() < min_answers(round):
        return []
    return sorted(Comment.objects.filter(round=round).values_list("text", flat=True))


def satisfaction(park: Park, year: int, on: date, round_id: int | None) -> tuple[Round, dict] | None:
    """The tally of T1.13 that T1.13 itself is computed from: of the round that is being reckoned, else of the last finished
    one of the year, else of the last closed one."""
    rounds = Round.objects.filter(park=park, year=year).exclude(state__in=[State.PREPARING, State.CANCELLED])
    if round_id is not None:
        rounds = rounds.filter(pk=round_id)
    for round in sorted(rounds, key=lambda r: (r.finished_at is not None, r.finished_at or r.prepared_at, r.pk), reverse=True):
        tally = tallies(round, on).get("T1.13")
        if tally and tally["counts"]:
            return round, tally
    return None


# --- what a round is reckoned from -------------------------------------------------------------------------------------


def frozen_reading(reading: Reading) -> dict:
    """A reading as it is frozen: the standing value, the three beside it, and the ids of the records behind it."""
    d = reading.declared
    return {
        "value": text_of(reading.value), "bound": reading.bound.value, "basis": reading.basis.value, "why": reading.why,
        "computed": text_of(reading.computed), "computed_why": reading.computed_why,
        "declared": None if d is None else {
            "id": d.id, "value": text_of(d.value), "bound": d.bound.value, "verified": d.verified,
            "verified_value": text_of(d.verified_value), "verified_bound": d.verified_bound.value,
        },
        "coverage": None if reading.coverage is None else [reading.coverage.known, reading.coverage.of, reading.coverage.unit],
        "records": [{"type": r.type, "ids": list(r.ids)} for r in reading.records],
    }  # fmt: skip


def inputs_of(round: Round, on: date) -> dict:
    """Everything a round's result is reckoned from, as plain data: what ``finish_round`` freezes. On a day before the
    finish it is the provisional state of that day."""
    body, known = round.scheme.body, edition(round.edition)
    years = readings_of_years(round.park, round.as_of, scheme_rules.years_needed(body, round.year), on, round_id=round.pk)
    tallied = tallies(round, on)
    return {
        "format": FORMAT,
        "round": {
            "id": round.pk, "name": round.name, "park": round.park_id, "park_name": round.park.name, "year": round.year,
            "as_of": round.as_of.isoformat(),
        },
        "edition": {
            "key": known.key, "digest": known.digest, "title": known.title, "number": known.number,
            "rows": [_frozen_row(row) for row in known.rows],
        },
        "scheme": {
            "key": round.scheme.key, "version": round.scheme.version, "name": round.scheme.name, "basis": round.scheme.basis,
            "digest": round.scheme.digest, "body": body,
        },
        "min_answers": min_answers(round),
        "residents": respondents(round.park, round.as_of).count(),
        "took_part": round.participations.count(),
        "readings": _frozen_readings(body, round.year, years),
        "answers": tallied,
        "self": {
            s.row: {"score": text_of(s.score), "checks": dict(s.checks), "note": s.note}
            for s in SelfScore.objects.filter(round=round)
            if round.self_rated_at is not None
        },
        "assessment": {
            a.row: {"verdict": a.verdict, "score": text_of(a.score), "reason": a.reason, "by": a.assessed_by_name}
            for a in Assessment.objects.filter(round=round)
        },
        "vetoes": _frozen_vetoes(round),
        "evidence": _frozen_evidence(round, years[round.year]),
    }  # fmt: skip


def _frozen_evidence(round: Round, now: Mapping[str, Reading]) -> dict[str, list[dict]]:
    """Row → the files behind it: of the self-rating, of its declared figures, and of the forms they came in; by id and hash."""
    rated = {str(s.pk): {s.row} for s in SelfScore.objects.filter(round=round)}
    declared: dict[str, set[str]] = {}
    forms: dict[str, set[str]] = {}
    used = {int(r.declared.id): key.rpartition(".")[0] for key, r in now.items() if r.declared is not None}
    for pk, form in DeclaredFigure.objects.filter(pk__in=list(used)).values_list("pk", "declaration_id"):
        declared.setdefault(str(pk), set()).add(used[pk])
        forms.setdefault(str(form), set()).add(used[pk])
    found: dict[str, list[dict]] = {}
    for of_type, rows in (("self_score", rated), ("declared_figure", declared), ("declaration", forms)):
        for subject_id, files in attachments_by_subject(of_type, list(rows)).items():
            for file in files:
                entry = {
                    "id": file.pk,
                    "name": file.name,
                    "label": file.label,
                    "sha256": file.sha256,
                    "of": f"{of_type}:{subject_id}",
                }
                for row in rows[subject_id]:
                    found.setdefault(row, []).append(entry)
    return {row: sorted(files, key=lambda f: f["id"]) for row, files in sorted(found.items())}


def evidence_of(inputs: Mapping, row: str) -> list[dict]:
    """The files behind a row, as inputs hold them."""
    return list(inputs["evidence"].get(row, ()))


def _frozen_row(row: Row) -> dict:
    return {
        "key": row.key, "level1": row.level1, "level2": row.level2, "label": row.label,
        "measures": [{"key": f"{row.key}.{m.key}", "label": m.label, "unit": m.unit} for m in row.measures],
    }  # fmt: skip


def _frozen_readings(body: Mapping, year: int, years: Mapping[int, Mapping[str, Reading]]) -> dict:
    """Every measure of Table 1 now and a year before, and in a base year where the scheme names one."""
    bases = {
        key: params["base"]
        for row in scheme_rules.rows_of(body).values()
        for key, _, params in scheme_rules.measures_of(row)
        if isinstance(params.get("base"), int)
    }
    return {
        key: {
            "now": frozen_reading(reading), "previous": frozen_reading(years[year - 1][key]),
            "base": frozen_reading(years[bases[key]][key]) if key in bases else None,
        }
        for key, reading in years[year].items()
    }  # fmt: skip


def _frozen_vetoes(round: Round) -> list[dict]:
    found = {v.veto: v for v in VetoFinding.objects.filter(round=round)}
    rows = []
    for veto in round.scheme.body.get("vetoes", []):
        finding = found.get(veto["key"])
        rows.append(
            {
                "key": veto["key"], "label": veto["label"], "grade": veto["grade"],
                "found": veto_found(veto, finding.found if finding else None), "answered": finding is not None,
                "reason": finding.reason if finding else "",
            }
        )  # fmt: skip
    return rows


@dataclass(frozen=True)
class RowReview:
    """One row of a round as the authority sees it: what was proposed by figures or self-score, and what is still missing."""

    key: str
    label: str
    level1: str
    level2: str
    row: dict
    figure: dict
    residents: Decimal | None
    answers: int
    mine: dict
    assessed: Assessment | None
    proposed: Decimal | None
    #: Measures that count and stand on a figure which nobody verified: (measure, id of the declared figure).
    unverified: tuple[tuple[str, str], ...]
    countable: bool

    @property
    def stale(self) -> bool:
        """Accepted, but what was accepted has changed since."""
        return self.assessed is not None and self.assessed.verdict == "accept" and self.assessed.proposed != self.proposed


@dataclass(frozen=True)
class Review:
    round: Round
    inputs: dict
    rows: tuple[RowReview, ...]
    closed: bool

    def row(self, key: str) -> RowReview:
        found = next((r for r in self.rows if r.key == key), None)
        if found is None:
            raise NotFound("本轮评价方案没有这一行，请从评价页面进入。")
        return found

    @property
    def open_rows(self) -> tuple[RowReview, ...]:
        """Rows that the authority has not decided, or has to decide again."""
        return tuple(r for r in self.rows if r.assessed is None or r.stale)

    @property
    def open_vetoes(self) -> tuple[dict, ...]:
        return tuple(v for v in self.inputs["vetoes"] if not v["answered"])


def review(round: Round, on: date) -> Review:
    """A round as it stands, row by row."""
    inputs = inputs_of(round, on)
    body = inputs["scheme"]["body"]
    labels = {r["key"]: r for r in inputs["edition"]["rows"]}
    assessed = {a.row: a for a in Assessment.objects.filter(round=round)}
    ceiling = scheme_rules.ceiling_of(body)
    rows = []
    for key, row in scheme_rules.rows_of(body).items():
        if not scheme_rules.weighs(row):
            continue
        mine = inputs["self"].get(key, {})
        figure = figure_score(row, inputs["readings"], mine.get("checks", {}), ceiling)
        own = mine.get("score")
        tally = inputs["answers"].get(key, {})
        judged = "residents" in row["judges"]
        rows.append(
            RowReview(
                key, labels[key]["label"], labels[key]["level1"], labels[key]["level2"], row, figure,
                residents_score(tally["counts"]) if judged and tally.get("counts") else None, tally.get("n", 0), mine,
                assessed.get(key), proposed(row, figure, None if own is None else Decimal(own)),
                _unverified(row, inputs["readings"]), scheme_rules.is_countable(row),
            )
        )  # fmt: skip
    return Review(round, inputs, tuple(rows), is_closed(round, on))


def _unverified(row: Mapping, frozen: Mapping) -> tuple[tuple[str, str], ...]:
    """Measures with weight whose standing value is a declared one: the authority verifies it before it counts."""
    found = []
    for key, method, params in scheme_rules.measures_of(row):
        now = frozen[key]["now"]
        if method.countable and scheme_rules.weighs(params) and now["basis"] == "declared" and now["bound"] == "exact":
            found.append((key, now["declared"]["id"] if now["declared"] else ""))
    return tuple(found)


def self_scores(round: Round) -> QuerySet[SelfScore]:
    """What the operator has written down so far, handed in or not. The caller has passed the round's gate."""
    return SelfScore.objects.filter(round=round).order_by("row")


@dataclass(frozen=True)
class Progress:
    """How far one level is: done of all, in its unit."""

    level: str
    label: str
    done: int
    of: int
    unit: str


def progress(round: Round, on: date) -> tuple[Progress, ...]:
    """The three levels of a round. Of the residents only how many took part, never what they said."""
    body = round.scheme.body
    rows = [k for k, r in scheme_rules.rows_of(body).items() if scheme_rules.weighs(r)]
    rated = len(scheme_rules.judged_by(body, "operator"))
    labels = scheme_rules.LEVEL_LABELS
    return (
        Progress("residents", labels["residents"], round.participations.count(), respondents(round.park, on).count(), "家"),
        Progress("operator", labels["operator"], SelfScore.objects.filter(round=round).count(), rated, "行"),
        Progress(
            "authority", labels["authority"], Assessment.objects.filter(round=round, row__in=rows).count(), len(rows), "行"
        ),
    )


# --- results -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """A round's inputs and result: frozen ones of a finished round, provisional ones before."""

    round: Round
    inputs: dict
    result: dict
    frozen: bool
    inputs_digest: str = ""
    result_digest: str = ""


def outcome_of(round: Round, on: date) -> Outcome:
    """The frozen result; of an unfinished round what would come out on that day. The caller has passed a gate."""
    kept = Frozen.objects.filter(round=round).first()
    if kept is not None:
        return Outcome(round, json.loads(kept.inputs), json.loads(kept.result), True, kept.inputs_digest, kept.result_digest)
    inputs = inputs_of(round, on)
    return Outcome(round, inputs, score_round(inputs), False)


@dataclass(frozen=True)
class Recomputed:
    """Whether a finished round still comes out as it was frozen, and if not, what differs."""

    round_id: int
    name: str
    ok: bool
    why: str = ""


def recompute(round: Round) -> Recomputed:
    """Reckon a finished round again from nothing but its frozen inputs, and compare byte for byte."""
    kept = Frozen.objects.get(round=round)
    if digest(kept.inputs) != kept.inputs_digest:
        return Recomputed(round.pk, round.name, False, "the frozen inputs do not match their digest")
    again = canonical(score_round(json.loads(kept.inputs)))
    if digest(kept.result) != kept.result_digest:
        return Recomputed(round.pk, round.name, False, "the frozen result does not match its digest")
    if again != kept.result:
        return Recomputed(round.pk, round.name, False, "the inputs no longer give the frozen result")
    return Recomputed(round.pk, round.name, True)


def finished_rounds() -> QuerySet[Round]:
    return Round.objects.filter(state__in=[State.FINISHED, State.PUBLISHED]).select_related("frozen", "park").order_by("pk")


def published_rounds(park: Park) -> QuerySet[Round]:
    """What everybody may know: the rounds whose results the authority has published, the newest first."""
    return Round.objects.filter(park=park, state=State.PUBLISHED).select_related("scheme").order_by("-published_at", "-pk")


@dataclass(frozen=True)
class Restated:
    """An input of a finished round that was restated or verified otherwise since: the result stays as it was frozen."""

    measure: str
    then: str | None
    now: Decimal | None
    figure: DeclaredFigure


def restated_since(round: Round) -> list[Restated]:
    """Which declared figures behind a finished round have been superseded since it was frozen."""
    kept = Frozen.objects.filter(round=round).first()
    if kept is None:
        return []
    used = {}
    for measure, years in json.loads(kept.inputs)["readings"].items():
        for reading in years.values():
            if reading and reading["declared"]:
                used[int(reading["declared"]["id"])] = (measure, reading["declared"]["value"])
    moved = DeclaredFigure.objects.filter(pk__in=list(used), superseded_at__isnull=False).order_by("measure", "year")
    return [Restated(*used[f.pk], now.value, now) for f in moved for now in (_last_of(f),)]


def _last_of(figure: DeclaredFigure) -> DeclaredFigure:
    """What a superseded figure has become in the end."""
    while figure.superseded_at is not None:
        figure = figure.superseded_by
    return figure


def report_of(round: Round) -> Document | None:
    """The issued report of a finished round; a withdrawn one no longer counts."""
    return documents_of("round", round.pk).filter(withdrawn_at__isnull=True).last()


# --- evidence of the self-rating ---------------------------------------------------------------------------------------


def _score(subject_id: str) -> SelfScore | None:
    return SelfScore.objects.select_related("round").filter(pk=subject_id).first() if subject_id.isdecimal() else None


def _may_read_evidence(standing: Standing, subject_id: str, on: date) -> bool:
    score = _score(subject_id)
    return score is not None and standing.may(permissions.READ, score.round.park_id)


def _may_add_evidence(standing: Standing, subject_id: str, on: date) -> bool:
    """The operator, until it hands its self-rating in."""
    score = _score(subject_id)
    return score is not None and score.round.state == State.OPEN and standing.may(permissions.RATE, score.round.park_id)


gate(attachable("self_score"), read=_may_read_evidence, write=_may_add_evidence)


def _may_read_round(standing: Standing, subject_id: str, on: date) -> bool:
    """Who may read the report of a round: operator and authority; the park's residents once it is published."""
    round = Round.objects.filter(pk=subject_id).first() if subject_id.isdecimal() else None
    if round is None:
        return False
    published = round.state == State.PUBLISHED and bool(standing.own(permissions.ANSWER, round.park_id))
    return published or standing.may(permissions.READ, round.park_id)


def _nobody(standing: Standing, subject_id: str, on: date) -> bool:
    return False


gate("round", read=_may_read_round, write=_nobody)
