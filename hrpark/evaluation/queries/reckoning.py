"""What a round is reckoned from, row by row, and how far each level has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from hrpark.files.queries import attachments_by_subject
from hrpark.returns.models import DeclaredFigure
from hrpark.standard.queries import edition
from hrpark.standard.rules import Row
from hrpark.toolbox.errors import NotFound
from hrpark.toolbox.frozen import text_of

from ..models import Assessment, Round, SelfScore, VetoFinding
from ..rules import scheme as scheme_rules
from ..rules.basis import Reading
from ..rules.scoring import figure_score, proposed, residents_score, veto_found
from .rounds import is_closed, min_answers, respondents, tallies
from .table import readings_of_years

FORMAT = 1


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
