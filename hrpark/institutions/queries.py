"""Reading the dossiers: gates, lists, one dossier whole, and the figures of Table 1 with the ids behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Aggregate, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.files.kinds import attachable, gate
from hrpark.parks.models import Space
from hrpark.standard.kinds import cites
from hrpark.standard.queries import parameter
from hrpark.toolbox.errors import NotFound
from hrpark.toolbox.verdict import Outcome, Verdict

from . import permissions, rules
from .kinds import Segment, SegmentList, segments_on
from .models import (
    PERMITS,
    Contact,
    Credential,
    CreditCheck,
    DeclaredSegment,
    Dirty,
    Fact,
    Institution,
    Kind,
    Licence,
    Residency,
    StaffMember,
    Status,
)

# --- gates ---------------------------------------------------------------------------------------------------------------


def institution_for(standing: Standing, park: Park, pk: int) -> Institution:
    """The gate to one dossier: the park's operator and authority, and the institution's own people."""
    found = institutions_in(standing, park).select_related("organisation").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def own_institutions(standing: Standing, park: Park) -> QuerySet[Institution]:
    """The dossiers of the institutions whose people this person belongs to."""
    mine = standing.own(permissions.READ, park.pk)
    return Institution.objects.select_related("organisation").filter(park=park, organisation_id__in=mine).order_by("pk")


def own_institution(standing: Standing, park: Park) -> Institution:
    """The first of them; a person has rarely more."""
    found = own_institutions(standing, park).first()
    if found is None:
        raise NotFound("园区还没有建立贵机构的档案，请联系园区工作人员登记。")
    return found


def institutions_in(standing: Standing, park: Park) -> QuerySet[Institution]:
    """Every dossier of the park that this person may see."""
    if standing.may(permissions.READ, park.pk):
        return Institution.objects.filter(park=park)
    return Institution.objects.filter(park=park, organisation_id__in=standing.own(permissions.READ, park.pk))


def licences_numbered(standing: Standing, park: Park, text: str) -> QuerySet[Licence]:
    """Permits of dossiers that this person may see, whose number holds a text; the newest first."""
    rows = Licence.objects.filter(institution__in=institutions_in(standing, park), number__icontains=text)
    return rows.select_related("institution").order_by("-valid_to", "-pk")


def part_of(institution: Institution, model: type, pk: int) -> Any:
    """A row of a dossier whose gate has been passed; another institution's row does not exist."""
    found = model.objects.filter(institution=institution, pk=pk).first()
    if found is None:
        raise NotFound()
    found.institution = institution
    return found


def may_edit(standing: Standing, institution: Institution) -> bool:
    """As the operator: everything, with numbers in full."""
    return standing.may(permissions.EDIT, institution.park_id)


def may_edit_own(standing: Standing, institution: Institution) -> bool:
    """As the institution's own people: contacts, staff, permits, credentials."""
    return institution.organisation_id in standing.own(permissions.EDIT_OWN, institution.park_id)


# --- lists ---------------------------------------------------------------------------------------------------------------


def expiring(day: date, days: int) -> QuerySet[Licence]:
    """Permits in force that lapse within so many days and have no successor of their kind."""
    last = day + timedelta(days=days)
    successor = Licence.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("valid_to")),
        Q(revoked_on__isnull=True),
        institution=OuterRef("institution"),
        kind=OuterRef("kind"),
    )
    return Licence.objects.in_force(day).filter(valid_to__range=(day, last)).exclude(Exists(successor))


def lapsed(day: date) -> QuerySet[Licence]:
    """Permits past their last day, with nothing of their kind in force instead."""
    instead = Licence.objects.in_force(day).filter(institution=OuterRef("institution"), kind=OuterRef("kind"))
    return Licence.objects.filter(valid_to__lt=day, revoked_on__isnull=True).exclude(Exists(instead))


def having(rows: QuerySet) -> Q:
    """Institutions that have any of these permits or credentials."""
    return Q(Exists(rows.filter(institution=OuterRef("pk"))))


def warning_days(park: Park, day: date) -> int:
    """How many days ahead a park is told that a permit ends: the first of its own steps."""
    return max(parameter("institutions.licence_warning_days", day, park.pk))


def soon_without(day: date, days: int) -> Q:
    """Institutions in the park of which a permit lapses within so many days."""
    return resident(day) & having(expiring(day, days))


def now_without(day: date) -> Q:
    """Institutions in the park of which a permit has lapsed without another."""
    return resident(day) & having(lapsed(day))


def unseen_licences(day: date) -> QuerySet[Licence]:
    """Permits in force, or to be, whose original no officer has seen."""
    return Licence.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day), revoked_on__isnull=True, verified_at__isnull=True
    )


def unseen_credentials(day: date) -> QuerySet[Credential]:
    """The same of ratings, awards and proofs."""
    return Credential.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), verified_at__isnull=True)


def unseen(day: date) -> Q:
    """Institutions that have not left, with a permit or a credential that waits for an officer."""
    return ~Q(status=Status.LEFT) & (having(unseen_licences(day)) | having(unseen_credentials(day)))


def resident(day: date) -> Q:
    """In the park on that day."""
    return Q(Exists(Residency.objects.running(day).filter(institution=OuterRef("pk"))))


def with_contact(institutions: QuerySet[Institution]) -> QuerySet[Institution]:
    """Each with its main contact: ``contact_name``, ``contact_phone``."""
    main = Contact.objects.filter(institution=OuterRef("pk"), main=True)
    return institutions.annotate(
        contact_name=Subquery(main.values("name")[:1]), contact_phone=Subquery(main.values("mobile")[:1])
    )


def with_expiry(institutions: QuerySet[Institution], day: date) -> QuerySet[Institution]:
    """Each with ``expires``: the next day on which one of its permits in force lapses."""
    nearest = (
        Licence.objects.in_force(day)
        .filter(institution=OuterRef("pk"), kind__in=PERMITS, valid_to__isnull=False)
        .order_by()
        .values("institution")
        .annotate(nearest=Min("valid_to"))
        .values("nearest")
    )
    return institutions.annotate(expires=Subquery(nearest))


def with_unit(institutions: QuerySet[Institution], day: date) -> QuerySet[Institution]:
    """Each with where it sits and since when: ``unit_name``, ``unit_note``, ``resident_since`` of the stay that runs."""
    stay = Residency.objects.running(day).filter(institution=OuterRef("pk")).order_by("-starts")
    return institutions.annotate(
        unit_name=Subquery(stay.values("unit__name")[:1]),
        unit_note=Subquery(stay.values("unit_note")[:1]),
        resident_since=Subquery(stay.values("starts")[:1]),
    )


def with_resident(spaces: QuerySet[Space], day: date) -> QuerySet[Space]:
    """Spaces, each with ``resident_name``: who stays in it on that day, or in what it lies in."""
    here = Q(unit=OuterRef("pk")) | Q(unit=OuterRef("parent_id")) | Q(unit=OuterRef("parent__parent_id"))
    stay = Residency.objects.running(day).filter(here).order_by("starts")
    return spaces.annotate(resident_name=Subquery(stay.values("institution__name")[:1]))


def who_stayed(park: Park, stays: Iterable[str]) -> dict[str, tuple[int, str]]:
    """id of a stay, as text → the institution's id and name."""
    rows = Residency.objects.filter(park=park, pk__in=[pk for pk in stays if pk.isdecimal()])
    return {str(pk): (of, name) for pk, of, name in rows.values_list("pk", "institution_id", "institution__name")}


def declaring(code: str, day: date) -> Q:
    """Institutions that declare a segment (or any niche inside it), or one niche, on a day."""
    listed = segments_on(day)
    segment = listed.by_code.get(code)
    codes = [code] if segment is None or segment.code != code else [code, *(n.code for n in segment.niches)]
    return Q(Exists(DeclaredSegment.objects.on(day).filter(institution=OuterRef("pk"), code__in=codes)))


# --- what everybody may read -------------------------------------------------------------------------------------------


class Joined(Aggregate):
    """The texts of a group as one, in no order: ``Joined("code", Value(","))``."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, function="STRING_AGG", **context)


#: Between the parts of one permit, and between permits, in ``directory``.
PART, PERMIT = "\x1f", "\x1e"


def directory(park: Park, day: date) -> QuerySet[Institution]:
    """Who is in the park, for everybody: each with ``segment_codes`` (by comma), ``permits`` and ``resident_since``.

    ``permits`` are those in force that an officer has seen, as kind, number, last day. No contacts, no figures.
    """
    declared = DeclaredSegment.objects.on(day).filter(institution=OuterRef("pk")).order_by().values("institution")
    part, until = Value(PART, TextField()), Coalesce(Cast("valid_to", TextField()), Value("", TextField()))
    told = Concat(Cast("kind", TextField()), part, Cast("number", TextField()), part, until, output_field=TextField())
    permits = Licence.objects.valid(day).filter(kind__in=PERMITS, institution=OuterRef("pk")).order_by().values("institution")
    stay = Residency.objects.running(day).filter(institution=OuterRef("pk")).order_by("-starts")
    return (
        Institution.objects.filter(park=park)
        .resident_on(day)
        .annotate(
            segment_codes=Subquery(declared.annotate(all=Joined("code", Value(","))).values("all")),
            permits=Subquery(permits.annotate(all=Joined(told, Value(PERMIT))).values("all")),
            resident_since=Subquery(stay.values("starts")[:1]),
        )
    )


def holding(kinds: Iterable[str], day: date) -> Q:
    """Institutions with a permit of these kinds in force that an officer has seen."""
    return Q(Exists(Licence.objects.valid(day).filter(institution=OuterRef("pk"), kind__in=list(kinds))))


def arrivals(park: Park, day: date, *, since: date) -> QuerySet[Residency]:
    """Stays that began in these days and still run, the newest first."""
    rows = Residency.objects.running(day).filter(park=park, starts__gte=since)
    return rows.select_related("institution").order_by("-starts", "-pk")


# --- one dossier ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DeclaredBusiness:
    """A segment that an institution declares: whether it holds what the law asks for."""

    row: DeclaredSegment
    label: str
    segment: Segment | None
    verdict: Verdict


@dataclass(frozen=True)
class Warning:
    """Something in a dossier that somebody has to see to: in words, and in which tab."""

    text: str
    tab: str
    urgent: bool = False


@dataclass(frozen=True)
class Dossier:
    """Everything a park knows of an institution on a day, read in a fixed number of queries."""

    institution: Institution
    day: date
    legal_person: Verdict
    licences: tuple[Licence, ...]
    staff: tuple[StaffMember, ...]
    segments: tuple[DeclaredBusiness, ...]
    credentials: tuple[Credential, ...]
    contacts: tuple[Contact, ...]
    credit_checks: tuple[CreditCheck, ...]
    residencies: tuple[Residency, ...]
    facts: tuple[Fact, ...]
    warnings: tuple[Warning, ...]

    @property
    def residency(self) -> Residency | None:
        """The stay that runs on the day."""
        return next((r for r in self.residencies if r.starts <= self.day and (r.ends is None or self.day < r.ends)), None)

    @property
    def coming(self) -> Residency | None:
        """The next stay that has not begun."""
        later = [r for r in self.residencies if r.starts > self.day and (r.ends is None or r.starts < r.ends)]
        return min(later, key=lambda r: r.starts, default=None)

    @property
    def permit(self) -> Verdict:
        return rules.permit_of_kinds([permit_of(x) for x in self.licences], PERMITS, self.day)

    @property
    def professionals(self) -> int:
        return sum(m.professional and at_work(m, self.day) for m in self.staff)


def permit_of(licence: Licence) -> rules.Permit:
    """A licence as rules see it."""
    return rules.Permit(
        licence.kind, licence.number, licence.valid_from, licence.valid_to, licence.revoked_on,
        licence.verified_at is not None, str(licence.pk),
    )  # fmt: skip


def at_work(member: StaffMember, day: date) -> bool:
    return (member.since is None or member.since <= day) and (member.until is None or day < member.until)


def dossier_of(institution: Institution, day: date) -> Dossier:
    """The whole dossier of an institution whose gate has been passed."""
    licences = tuple(institution.licences.order_by("kind", "-valid_to", "number"))
    permits = [permit_of(x) for x in licences]
    listed = segments_on(day)
    segments = tuple(
        DeclaredBusiness(row, listed.labels.get(row.code, row.code), one, rules.covers(one.permit if one else "", permits, day))
        for row in institution.segments.on(day).order_by("since", "pk")
        for one in (listed.by_code.get(row.code),)
    )
    dossier = Dossier(
        institution=institution,
        day=day,
        legal_person=rules.is_legal_person(institution.legal_form, institution.uscc),
        licences=licences,
        staff=tuple(institution.staff.order_by(F("until").asc(nulls_first=True), "pk")),
        segments=segments,
        credentials=tuple(institution.credentials.order_by("-year", "-issued_on", "pk")),
        contacts=tuple(institution.contacts.order_by("-main", "pk")),
        credit_checks=tuple(institution.credit_checks.order_by("-checked_on", "source")),
        residencies=tuple(institution.residencies.select_related("unit").order_by("-starts", "-pk")),
        facts=tuple(facts_on(institution, day)),
        warnings=(),
    )
    object.__setattr__(dossier, "warnings", tuple(_warnings(dossier)))
    return dossier


def _warnings(dossier: Dossier) -> list[Warning]:
    institution, day, found = dossier.institution, dossier.day, []
    agency = institution.kind == Kind.AGENCY
    if not institution.uscc:
        found.append(Warning("尚未登记统一社会信用代码，取得营业执照后请补填。", "facts"))
    elif institution.uscc_reason:
        found.append(Warning(f"统一社会信用代码校验不符，已说明：{institution.uscc_reason}", "facts"))
    if agency and dossier.permit.outcome is not Outcome.PASSED:
        found.append(Warning(dossier.permit.reason + "。", "licences", dossier.permit.outcome is Outcome.FAILED))
    steps = parameter("institutions.licence_warning_days", day, institution.park_id)
    covered = {x.kind for x in dossier.licences if rules.in_force(permit_of(x), day)}
    lasting = {
        kind: max(
            (x.valid_to or date.max for x in dossier.licences if x.kind == kind and x.revoked_on is None), default=date.min
        )
        for kind in covered
    }
    for licence in dossier.licences:
        if licence.valid_to is None or not rules.in_force(permit_of(licence), day) or lasting[licence.kind] > licence.valid_to:
            continue
        if rules.next_warning(licence.valid_to, day, steps) is not None:
            left = rules.days_left(licence.valid_to, day)
            text = f"{licence.get_kind_display()}将于{licence.valid_to:%Y-%m-%d}到期（还有{left}天），请提醒机构办理延续。"
            found.append(Warning(text, "licences", left <= min(steps)))
    for business in dossier.segments:
        if business.verdict.outcome in (Outcome.FAILED, Outcome.UNKNOWN):
            found.append(Warning(f"申报了“{business.label}”，但{business.verdict.reason}。", "segments"))
    if dossier.residency is not None and not dossier.contacts:
        found.append(Warning("没有联系人，通知无法送达，请补填。", "contacts"))
    unseen = [x.title for x in dossier.credentials if x.verified_at is None]
    if unseen:
        found.append(
            Warning(f"{'、'.join(f'“{t}”' for t in unseen[:3])}{'等' if len(unseen) > 3 else ''}尚未核验原件。", "credentials")
        )
    bad = {c.source: c for c in reversed(dossier.credit_checks)}
    for check in bad.values():
        if check.result == "found":
            found.append(Warning(f"{check.get_source_display()}：有不良记录（{check.checked_on:%Y-%m-%d}）。", "credit", True))
    return found


# --- attachments ---------------------------------------------------------------------------------------------------------


def _owner_of(model: type[models.Model]) -> Callable[[str], Institution | None]:
    """From a row of a dossier (or the dossier itself), by its id as text, to the institution."""

    def find(subject_id: str) -> Institution | None:
        if not (subject_id.isascii() and subject_id.isdecimal() and len(subject_id) < 19):
            return None
        if model is Institution:
            return Institution.objects.filter(pk=subject_id).first()
        row = model.objects.select_related("institution").filter(pk=subject_id).first()  # type: ignore[attr-defined]
        return row and row.institution

    return find


def _open(model: type[models.Model], *, own: bool = True) -> None:
    """Attachments of these rows are read by whoever reads the dossier; written, and when personal read, by whoever keeps it."""
    find = _owner_of(model)

    def may_read(standing: Standing, subject_id: str, on: date) -> bool:
        found = find(subject_id)
        return found is not None and standing.reach(permissions.READ, found.park_id, found.organisation_id)

    def may_write(standing: Standing, subject_id: str, on: date) -> bool:
        found = find(subject_id)
        return found is not None and (may_edit(standing, found) or (own and may_edit_own(standing, found)))

    gate(attachable(model.subject_type), read=may_read, write=may_write, read_personal=may_write)  # type: ignore[attr-defined]


_open(Institution)
_open(Licence)
_open(Credential)
_open(CreditCheck, own=False)


# --- facts ---------------------------------------------------------------------------------------------------------------


def fact_on(institution: Institution, key: str, day: date) -> Any:
    """The value that holds on a day; None when nobody said anything."""
    row = facts_on(institution, day).filter(key=key).first()
    return None if row is None else row.value


def facts_on(institution: Institution, day: date) -> QuerySet[Fact]:
    """Everything that is known to hold on a day, by key."""
    holds = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    return institution.facts.filter(holds, valid_from__lte=day).order_by("key", "-valid_from")


def waiting_for(reader: str) -> int:
    """How many institutions a reader has still to look at."""
    return Dirty.objects.filter(reader=reader).count()


# --- figures -------------------------------------------------------------------------------------------------------------


@cites("T1.01", label="在驻人力资源服务机构")
def resident_agencies(park: Park, on: date) -> QuerySet[Institution]:
    """HR agencies with a stay that runs on that day. Those without a valid permit are told apart by ``without_permit``."""
    return Institution.objects.filter(park=park, kind=Kind.AGENCY).resident_on(on)


def without_permit(park: Park, on: date) -> QuerySet[Institution]:
    """Resident agencies with no verified permit that is valid on that day: to be cleared up before they are counted."""
    permits = Licence.objects.valid(on).filter(kind__in=PERMITS, institution=OuterRef("pk"))
    return resident_agencies(park, on).exclude(Exists(permits))


@cites("T1.04", label="在驻配套服务机构")
def resident_supporting(park: Park, on: date) -> QuerySet[Institution]:
    """Supporting agencies (law, finance, catering…) with a stay that runs on that day."""
    return Institution.objects.filter(park=park, kind=Kind.SUPPORTING).resident_on(on)


@cites("T1.02", label="年度新增人力资源服务机构")
def new_residents(park: Park, year: int) -> QuerySet[Institution]:
    """HR agencies whose first stay in the park began in that year; gross: whoever has left since still counts."""
    first = (
        Residency.objects.filter(Q(ends__isnull=True) | Q(ends__gt=F("starts")), institution=OuterRef("pk"))
        .order_by("starts")
        .values("starts")[:1]
    )
    began = Residency.objects.filter(park=park, starts__year=year).filter(Q(ends__isnull=True) | Q(ends__gt=F("starts")))
    candidates = Institution.objects.filter(park=park, kind=Kind.AGENCY, pk__in=began.values("institution"))
    return candidates.annotate(first=Subquery(first)).filter(first__year=year)


@dataclass(frozen=True)
class SegmentCoverage:
    """One segment on a day: the resident agencies that declare it, and those of them that hold the permit it needs."""

    segment: Segment
    declared: tuple[int, ...]
    covering: tuple[int, ...]

    @property
    def covered(self) -> bool:
        return bool(self.covering)


@dataclass(frozen=True)
class Coverage:
    """T1.03 on a day: n of the ten segments, by the list that holds on that day."""

    listed: SegmentList
    rows: tuple[SegmentCoverage, ...]

    @property
    def covered(self) -> int:
        return sum(r.covered for r in self.rows)

    @property
    def total(self) -> int:
        return len(self.rows)


@cites("T1.03", label="细分领域覆盖")
def segment_coverage(park: Park, on: date) -> Coverage:
    """A segment is covered when at least one resident agency declares it and holds the right valid permit that day."""
    listed = segments_on(on)
    residents = resident_agencies(park, on)
    declared: dict[str, set[int]] = defaultdict(set)
    rows = DeclaredSegment.objects.on(on).filter(institution__in=residents.values("pk")).values_list("code", "institution_id")
    for code, institution in rows.order_by().distinct():
        segment = listed.by_code.get(code)
        if segment is not None:
            declared[segment.code].add(institution)
    held: dict[str, set[int]] = defaultdict(set)
    permits = Licence.objects.valid(on).filter(kind__in=PERMITS, institution__in=residents.values("pk"))
    for kind, institution in permits.values_list("kind", "institution_id"):
        held[kind].add(institution)
    return Coverage(
        listed,
        tuple(
            SegmentCoverage(
                s,
                tuple(sorted(declared[s.code])),
                tuple(sorted(declared[s.code] & held[s.permit] if s.permit else declared[s.code])),
            )
            for s in listed
        ),
    )
