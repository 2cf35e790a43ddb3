"""Reading applications: gates, the candidate that rules look at, verdicts as they stand, points of priority."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast

from hrpark.accounts.models import Membership, Park, Person
from hrpark.accounts.queries import Standing, roles_with
from hrpark.cases.models import Case, Item, Pause
from hrpark.cases.queries import item_in_force, own, reach
from hrpark.cases.rules import Form, day_of, filled
from hrpark.documents.kinds import ADMISSION_DECISION, AGREEMENT
from hrpark.documents.models import Document
from hrpark.documents.queries import documents_of
from hrpark.files.kinds import attachable, gate
from hrpark.files.queries import attachments_of
from hrpark.institutions.kinds import segments_on
from hrpark.institutions.models import CreditCheck, CreditSource
from hrpark.institutions.queries import Dossier, at_work, dossier_of, permit_of
from hrpark.institutions.rules import Permit
from hrpark.standard.queries import parameter, parameter_with_basis
from hrpark.toolbox.dates import OPEN_ENDED, read_date
from hrpark.toolbox.errors import NotFound
from hrpark.toolbox.text import match_key, tidy
from hrpark.toolbox.verdict import Evidence, Verdict, failed, passed, unknown
from hrpark.toolbox.workdays import add_natural_days

from . import permissions
from .models import Application, FairReview, Filing, Judgement, Outcome, Start
from .rules import ENTRY, PRIORITY, RULES, Candidate, Check, Professional, Proof, Rule, Segment, rules_on

KIND = "admission"
LETTERS = "abcdefg"
COLLEGE = frozenset({"college", "bachelor", "master", "doctor"})

# --- gates and lists -----------------------------------------------------------------------------------------------------


def application_for(standing: Standing, pk: int, park: Park) -> Application:
    """The gate: the applicant's side, the desk and the authority; a draft only those who write it."""
    return _one(applications_in(standing, park), pk)


def own_application_for(standing: Standing, pk: int, park: Park) -> Application:
    """The gate of the applicant's side, which may answer and withdraw."""
    mine = Case.objects.filter(own(standing), kind=KIND).values("pk")
    return _one(applications_in(standing, park).filter(case__in=mine), pk)


def handed_in_for(standing: Standing, pk: int, park: Park) -> Application:
    """The gate of the desk and the authority: what was handed in to the park."""
    if not standing.may(permissions.READ, park.pk):
        raise NotFound()
    return _one(applications_in(standing, park).filter(case__received_at__isnull=False), pk)


def applications_in(standing: Standing, park: Park) -> QuerySet[Application]:
    """Every application of the park that the person may read, newest first."""
    reachable = Case.objects.filter(reach(standing), kind=KIND, park=park).values("pk")
    found = Application.objects.filter(park=park, case__in=reachable)
    return found.select_related("case__item", "case__applicant", "case__handler", "institution", "park").order_by("-pk")


def handed_in(standing: Standing, park: Park) -> QuerySet[Application]:
    """What lies on the desk, open first, then by deadline. Each with ``paused_since`` of its case."""
    if not standing.may(permissions.READ, park.pk):
        return Application.objects.none()
    pause = Pause.objects.filter(case=OuterRef("case"), until=None).values("since")[:1]
    return (
        Application.objects.filter(park=park, case__received_at__isnull=False)
        .select_related("case__handler", "institution")
        .annotate(paused_since=Subquery(pause))
        .order_by(F("case__closed_at").asc(nulls_first=True), "case__due_at", "pk")
    )


def own_applications(standing: Standing, park: Park | None = None) -> QuerySet[Application]:
    """What the person, or their institution, has applied for."""
    cases = Case.objects.filter(own(standing), kind=KIND).values("pk")
    found = Application.objects.filter(case__in=cases).select_related("case", "institution", "park").order_by("-pk")
    return found if park is None else found.filter(park=park)


def _one(found: QuerySet[Application], pk: int) -> Application:
    application = found.filter(pk=pk).first()
    if application is None:
        raise NotFound()
    return application


def item_for(park: Park, on: date) -> Item:
    """What an application takes today: words, form, materials, clock."""
    return item_in_force(KIND, park, on)


def form_for(application: Application, on: date) -> Form:
    """The form of a draft as it holds today; of what was handed in, as it was then."""
    case = application.case
    item = case.item if case.received_at else item_for(application.park, on)
    return Form.of(item.fields, item.materials)


def may_speak_for(application: Application) -> bool:
    """Whether the applicant's role at the institution has been verified."""
    return _memberships(application).filter(verified_at__isnull=False).exists()


def waiting_membership(application: Application) -> Membership | None:
    """The applicant's unverified role, for an officer to verify against the letter of authorisation."""
    return _memberships(application).filter(verified_at=None).order_by("pk").first()


def _memberships(application: Application) -> QuerySet[Membership]:
    return Membership.objects.filter(
        person_id=application.case.applicant_id,
        organisation_id=application.case.organisation_id,
        park_id=application.park_id,
        until=None,
    )


# --- the candidate -------------------------------------------------------------------------------------------------------


def rule_day(application: Application, today: date) -> date:
    """The day whose rules and numbers hold: that of receipt, since old cases are judged by the rules of their day."""
    received = application.case.received_at
    return day_of(received) if received else today


def rules_for(application: Application, today: date) -> tuple[Rule, ...]:
    return rules_on(rule_day(application, today))


def candidate_of(application: Application, on: date) -> Candidate:
    """The institution as known on a day: the dossier, and what the application declares beside it, still unverified."""
    park_id, holds = application.park_id, rule_day(application, on)
    dossier, data = dossier_of(application.institution, on), application.case.data
    institution = dossier.institution
    declared = Declared.of(application)
    numbers = {
        name: parameter(f"admission.{name}", holds, park_id)
        for name in (
            "min_professionals", "licence_min_staff", "credit_check_max_age_days", "honour_years", "top_world_rank",
            "top_province_rank",
        )
    }  # fmt: skip
    review = fair_review_on(application.park, holds)
    return Candidate(
        on=on,
        kind=institution.kind,
        legal_form=institution.legal_form or str(data.get("legal_form", "")),
        uscc=institution.uscc or data.get("uscc"),
        headquarters_of=institution.headquarters_of or str(data.get("headquarters_of", "")),
        permits=(*(permit_of(x) for x in dossier.licences), *(one.permit for one in declared.licences)),
        segments=_segments(dossier, data, on),
        staff=(*_staff(dossier, on), *(one.professional for one in declared.staff)),
        checks=_checks(dossier, on),
        proofs=(*(_proof(x) for x in dossier.credentials), *(one.proof for one in declared.credentials)),
        fair_review=review.number if review else "",
        subject=Evidence("institution", str(institution.pk), institution.name),
        **numbers,
    )


def _segments(dossier: Dossier, data: Mapping, on: date) -> tuple[Segment, ...]:
    """What the dossier and the application declare, a segment once; a niche stands for its segment."""
    listed = segments_on(on)
    codes = [row.row.code for row in dossier.segments] + [str(c) for c in data.get("segments") or []]
    found = dict.fromkeys(listed.by_code[code] for code in codes if code in listed.by_code)
    return tuple(Segment(s.code, s.label, s.permit) for s in found)


def _staff(dossier: Dossier, on: date) -> Iterable[Professional]:
    return (Professional(m.professional, m.education in COLLEGE) for m in dossier.staff if at_work(m, on))


def _checks(dossier: Dossier, on: date) -> tuple[Check, ...]:
    """Every source that has to be asked, with its newest answer up to the day."""
    newest: dict[str, CreditCheck] = {}
    for row in dossier.credit_checks:
        if row.checked_on <= on:
            newest.setdefault(row.source, row)
    return tuple(
        Check(key, label, newest[key].checked_on, newest[key].result, str(newest[key].pk))
        if key in newest
        else Check(key, label)
        for key, label in CreditSource.choices
    )


def _proof(row: Any) -> Proof:
    return Proof(
        row.kind, row.title, row.issuer, row.issuer_level, row.list_name, row.level, row.scale, row.aspect, row.year, row.issued_on,
        row.valid_to, row.verified_at is not None, "credential", str(row.pk),
    )  # fmt: skip


@dataclass(frozen=True)
class DeclaredLicence:
    """A permit that the application names and the dossier does not have. ``index``: its row in the form."""

    index: int
    permit: Permit
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class DeclaredPerson:
    index: int
    name: str
    professional: Professional
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class DeclaredProof:
    index: int
    proof: Proof
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Declared:
    """What the application says and the dossier does not know yet: for an officer to see the originals of."""

    licences: tuple[DeclaredLicence, ...]
    staff: tuple[DeclaredPerson, ...]
    credentials: tuple[DeclaredProof, ...]

    @classmethod
    def of(cls, application: Application) -> Declared:
        institution, data = application.institution, application.case.data
        licences = {(kind, match_key(number)) for kind, number in institution.licences.values_list("kind", "number")}
        names = {match_key(name) for name in institution.staff.filter(until=None).values_list("name", flat=True)}
        held = {
            (kind, match_key(title), aspect)
            for kind, title, aspect in institution.credentials.values_list("kind", "title", "aspect")
        }
        return cls(
            tuple(
                one for one in (_licence(i, r) for i, r in enumerate(filled(data.get("licences"))))
                if (one.permit.kind, match_key(one.permit.number)) not in licences
            ),
            tuple(one for one in (_person(i, r) for i, r in enumerate(filled(data.get("staff")))) if match_key(one.name) not in names),
            tuple(
                one for one in (_declared_proof(i, r, application) for i, r in enumerate(filled(data.get("credentials"))))
                if (one.proof.kind, match_key(one.proof.title), one.proof.aspect) not in held
            ),
        )  # fmt: skip

    @property
    def empty(self) -> bool:
        return not (self.licences or self.staff or self.credentials)


def _text(row: Mapping, key: str) -> str:
    return tidy(str(row.get(key) or ""))


def typed_day(row: Mapping, key: str) -> date | None:
    """A date that was typed; what cannot be read, and 长期, is none."""
    reading = read_date(row.get(key) or "", open_ended=True)
    return reading.value if reading.ok and reading.value != OPEN_ENDED else None


def _licence(index: int, row: Mapping) -> DeclaredLicence:
    fields = {
        "kind": _text(row, "kind"), "number": _text(row, "number"), "scope": _text(row, "scope"), "issuer": _text(row, "issuer"),
        "valid_from": typed_day(row, "valid_from"), "valid_to": typed_day(row, "valid_to"),
    }  # fmt: skip
    permit = Permit(fields["kind"], fields["number"], fields["valid_from"], fields["valid_to"], verified=False)
    return DeclaredLicence(index, permit, fields)


def _person(index: int, row: Mapping) -> DeclaredPerson:
    fields = {
        "name": _text(row, "name"), "education": _text(row, "education"), "professional": bool(row.get("professional")),
        "qualification": _text(row, "qualification"), "since": typed_day(row, "since"),
    }  # fmt: skip
    return DeclaredPerson(
        index, fields["name"], Professional(fields["professional"], fields["education"] in COLLEGE, verified=False), fields
    )


def _declared_proof(index: int, row: Mapping, application: Application) -> DeclaredProof:
    year = _text(row, "year")
    fields = {
        **{key: _text(row, key) for key in ("kind", "title", "issuer", "issuer_level", "list_name", "level", "scale", "aspect")},
        "year": int(year) if year.isascii() and year.isdigit() else None, "issued_on": typed_day(row, "issued_on"),
        "valid_to": typed_day(row, "valid_to"),
    }  # fmt: skip
    return DeclaredProof(index, Proof(**fields, verified=False, type="application", id=str(application.pk)), fields)


# --- verdicts ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One letter of 4.3.1 as it stands: the rule in words, what it said, and what an officer said instead."""

    rule: Rule | None
    judgement: Judgement

    @property
    def words(self) -> str:
        return self.rule.words if self.rule else self.judgement.clause

    @property
    def letter(self) -> str:
        return self.judgement.clause.rpartition("-")[2]

    @property
    def clause(self) -> str:
        """As printed: 4.3.1.1 a)."""
        head, _, letter = self.judgement.clause.rpartition("-")
        return f"{head} {letter})"

    @property
    def stands(self) -> Outcome:
        return Outcome(self.judgement.stands)

    @property
    def says(self) -> str:
        """The outcome in a word. A priority that is not met is no failure."""
        return label_of(self.judgement.kind, self.stands)


def label_of(kind: str, outcome: Outcome) -> str:
    if kind == PRIORITY:
        return {Outcome.PASSED: "具备", Outcome.FAILED: "不具备"}.get(outcome, outcome.label)
    return outcome.label


def verdicts(application: Application, round: int | None = None) -> list[Line]:
    """The verdicts of a round, the last one unless said otherwise, letter by letter."""
    rows = application.judgements.filter(round=application.round if round is None else round).select_related("overridden_by")
    return [Line(RULES.find(row.rule), row) for row in rows.order_by("clause")]


def entry_of(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.judgement.kind == ENTRY]


def priority_of(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.judgement.kind == PRIORITY]


def standing_against(lines: Iterable[Line]) -> list[Line]:
    """The entry conditions that do not let the institution in as they stand. A priority never does."""
    return [line for line in entry_of(lines) if line.stands in (Outcome.FAILED, Outcome.UNKNOWN)]


@dataclass(frozen=True)
class Points:
    """Points of priority (4.3.1.3), letter by letter, with why a letter that was met counts nothing."""

    total: int
    most: int
    by_letter: Mapping[str, int]
    basis: str
    withheld: Mapping[str, str]


def points_of(application: Application, lines: Iterable[Line], today: date) -> Points:
    """What the letters that stand as met are worth. Letter g is worth nothing without a record of fair-competition review."""
    holds = rule_day(application, today)
    held = parameter_with_basis("admission.priority_points", holds, application.park_id)
    worth = dict(zip(LETTERS, held.value, strict=False))
    withheld = {}
    if fair_review_on(application.park, holds) is None:
        worth["g"] = 0
        withheld["g"] = "园区没有公平竞争审查记录，本项不计分（公平竞争审查条例第八条至第十条）"
    met = {line.letter: worth.get(line.letter, 0) for line in priority_of(lines) if line.stands is Outcome.PASSED}
    return Points(sum(met.values()), sum(worth.values()), met, held.basis, withheld)


def fair_review_on(park: Park, day: date) -> FairReview | None:
    """The record of fair-competition review that holds on a day and has its paper attached."""
    rows = FairReview.objects.filter(park=park, clause="4.3.1.3-g", reviewed_on__lte=day)
    for row in rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day)).order_by("-reviewed_on", "-pk"):
        if attachments_of("fair_review", row.pk).exists():
            return row
    return None


def fair_reviews(standing: Standing, park: Park) -> QuerySet[FairReview]:
    if not standing.may(permissions.READ, park.pk):
        return FairReview.objects.none()
    return FairReview.objects.filter(park=park).order_by("-reviewed_on", "-pk")


# --- the agreement -------------------------------------------------------------------------------------------------------


def start_by(signed_on: date, days: int) -> date:
    """The last day on which business must have begun (4.3.1.2 b): natural days, the day of signing not counted, a day off moves on."""
    return add_natural_days(signed_on, days).day


def met_on(start: Start) -> date | None:
    """Since when both hold: staff in, business begun."""
    return None if start.staffed_on is None or start.opened_on is None else max(start.staffed_on, start.opened_on)


def allowed_until(start: Start) -> date:
    """Until when nothing is done about it: the last day, or what was granted beyond it."""
    return max([start.last_day, *(grace.until for grace in start.graces.all())])


def start_verdict(start: Start, on: date) -> Verdict:
    """4.3.1.2 b on a day: kept within the last day of the agreement. What was granted since is said and changes nothing."""
    met, last = met_on(start), start.last_day
    granted = [g for g in start.graces.all() if day_of(g.granted_at) <= on]
    words = f"；经园区同意宽限至{max(g.until for g in granted):%Y-%m-%d}，不改变本项结论" if granted else ""
    evidence = Evidence("start", str(start.pk), f"{start.agreement.number}开业期限")
    if met is not None and met <= on:
        if met <= last:
            return passed(f"{met:%Y-%m-%d}已进人并开业，最后一日为{last:%Y-%m-%d}", evidence)
        return failed(f"{met:%Y-%m-%d}才进人并开业，最后一日为{last:%Y-%m-%d}{words}", evidence)
    if on > last:
        return failed(f"到{last:%Y-%m-%d}未进人并开业{words}", evidence)
    return unknown(f"最后一日为{last:%Y-%m-%d}，还有{(last - on).days}天{words}", evidence)


def open_starts(today: date) -> QuerySet[Start]:
    """Clocks that run, of agreements whose stay has not ended."""
    stays = Q(agreement__residency__ends__isnull=True) | Q(agreement__residency__ends__gt=today)
    return Start.objects.filter(stays, outcome="").order_by("last_day", "pk").prefetch_related("graces")


def starts_in(standing: Standing, park: Park) -> QuerySet[Start]:
    """Every clock of the park, the open ones first, then by last day."""
    if not standing.may(permissions.READ, park.pk):
        return Start.objects.none()
    found = Start.objects.filter(park=park).select_related("agreement__application__institution")
    return found.prefetch_related("graces").order_by("outcome", "last_day", "pk")


def start_for(standing: Standing, pk: int, park: Park) -> Start:
    """The gate of the desk and the authority."""
    found = starts_in(standing, park).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def starts_of(application: Application) -> list[Start]:
    """The clocks of an application's agreement, the first one first; the caller has passed the application's gate."""
    return list(Start.objects.filter(agreement__application=application).select_related("agreement").prefetch_related("graces"))


def filings_in(standing: Standing, park: Park) -> QuerySet[Filing]:
    """Reports to the authority: those not received first, the most urgent on top. The authority sees what was sent."""
    if not standing.may(permissions.READ, park.pk):
        return Filing.objects.none()
    found = Filing.objects.filter(park=park)
    if not standing.may(permissions.HANDLE, park.pk):
        found = found.filter(sent_at__isnull=False)
    found = found.select_related("agreement__application__institution", "agreement__unit", "received_by")
    return found.order_by(F("received_at").asc(nulls_first=True), "due_on", "pk")


def filing_for(standing: Standing, pk: int, park: Park) -> Filing:
    """The gate of the desk, and of the authority once it was sent."""
    found = filings_in(standing, park).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def late_filings(filings: QuerySet[Filing], today: date) -> QuerySet[Filing]:
    """Not sent, and the last day is over."""
    return filings.filter(sent_at=None, due_on__lt=today)


def own_people(application: Application, on: date) -> QuerySet[Person]:
    """The verified people of the institution."""
    roles = roles_with(permissions.OWN, application.park, on).filter(organisation_id=application.case.organisation_id)
    return Person.objects.filter(pk__in=roles.order_by().values("person")).order_by("pk")


# --- papers --------------------------------------------------------------------------------------------------------------


def papers_of(application: Application) -> QuerySet[Document]:
    """The notice of the decision and the agreement, as issued; void ones too."""
    return documents_of("application", application.pk)


def without_paper(limit: int) -> list[tuple[Application, str]]:
    """Applications that were decided on or signed and have no paper of it, with the template that is missing."""
    found = []
    for template, name in ((ADMISSION_DECISION, "decision"), (AGREEMENT, "agreement")):
        issued = Document.objects.filter(template=template, of_type="application", of_id=Cast(OuterRef("pk"), CharField()))
        rows = Application.objects.filter(~Exists(issued), **{f"{name}__isnull": False}).order_by("pk")[:limit]
        found += [(row, template) for row in rows]
    return found[:limit]


# --- gates of files ------------------------------------------------------------------------------------------------------


def _reads_review(standing: Standing, pk: str, on: date) -> bool:
    row = FairReview.objects.filter(pk=pk).first()
    return row is not None and standing.may(permissions.READ, row.park_id)


def _writes_review(standing: Standing, pk: str, on: date) -> bool:
    row = FairReview.objects.filter(pk=pk).first()
    return row is not None and standing.may(permissions.RULES, row.park_id)


gate(attachable("fair_review"), read=_reads_review, write=_writes_review)


def _reads_application(standing: Standing, pk: str, on: date) -> bool:
    """What was issued on an application: whoever may read its case."""
    return (
        pk.isdecimal()
        and Application.objects.filter(pk=pk, case__in=Case.objects.filter(reach(standing)).values("pk")).exists()
    )


def _writes_application(standing: Standing, pk: str, on: date) -> bool:
    """Nobody adds files to an application itself: papers are issued, materials belong to the case."""
    return False


gate(attachable("application"), read=_reads_application, write=_writes_application)
