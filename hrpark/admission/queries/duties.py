"""What residents owe, as known on a day: the frozen resident that a duty looks at, checks, corrections."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.cases.models import Case
from hrpark.cases.rules import end_of, start_of
from hrpark.documents.kinds import PLEDGE
from hrpark.documents.models import Original
from hrpark.files.kinds import attachable, gate
from hrpark.institutions.models import Fact, Institution, Kind, Residency
from hrpark.standard.queries import parameter
from hrpark.toolbox.errors import NotFound
from hrpark.toolbox.verdict import Verdict

from .. import permissions
from ..checklist import POINTS
from ..duties import Finding, Letter, Looked, Pledged, Resident, by_letter
from ..facts import FEES_PAID
from ..models import Agreement, Correction, DutyCheck, Exit
from .after import start_verdict
from .leaving import pledged_until

LETTERS = ("c", "d")


def pool_on(park: Park, on: date) -> list[int]:
    """The agencies resident on a day, by their numbers: who is checked, and from whom is drawn."""
    here = Residency.objects.running(on).filter(institution=OuterRef("pk"))
    return list(
        Institution.objects.filter(Exists(here), park=park, kind=Kind.AGENCY).order_by("pk").values_list("pk", flat=True)
    )


# --- the resident of a day -----------------------------------------------------------------------------------------------


def resident_on(institution: Institution, on: date) -> Resident:
    """Everything that the duties look at, as it was known at the end of that day."""
    months = int(parameter("admission.check_valid_months", on, institution.park_id))
    agreement = (
        Agreement.objects.filter(application__institution=institution, signed_on__lte=on, recorded_at__lte=end_of(on))
        .select_related("residency").order_by("-signed_on", "-pk").first()
    )  # fmt: skip
    first = agreement.starts.order_by("seq").prefetch_related("graces").first() if agreement else None
    fees = (
        Fact.objects.filter(institution=institution, key=FEES_PAID, valid_from__lte=on, recorded_at__lte=end_of(on))
        .order_by("-valid_from", "-pk").first()
    )  # fmt: skip
    return Resident(
        on=on, pledged=_pledged(agreement, on) if agreement else None, start=start_verdict(first, on) if first else None,
        checked={letter: found for letter in LETTERS if (found := _looked(institution, letter, on, months))},
        against={letter: found for letter in LETTERS if (found := _against(institution, letter, on, months))},
        fees=fees.value if fees else None, fees_since=fees.valid_from if fees else None, check_months=months,
    )  # fmt: skip


def _pledged(agreement: Agreement, on: date) -> Pledged:
    back = Original.objects.filter(
        document__template=PLEDGE, document__of_type="application", document__of_id=str(agreement.application_id),
        received_on__lte=on, archived_at__lte=end_of(on),
    )  # fmt: skip
    sealed = back.filter(Q(document__withdrawn_at=None) | Q(document__withdrawn_at__gt=end_of(on))).exists()
    ends = agreement.residency.ends
    known = not Exit.objects.filter(residency=agreement.residency, case__completed_at__gt=end_of(on)).exists()
    left = ends - timedelta(days=1) if ends is not None and ends <= on and known else None
    return Pledged(agreement.number, pledged_until(agreement), sealed, left, str(agreement.pk))


def months_before(on: date, months: int) -> date:
    """The same day so many months earlier, or the last day of that month."""
    first = date((on.year * 12 + on.month - 1 - months) // 12, (on.month - 1 - months) % 12 + 1, 1)
    return first.replace(day=min(on.day, monthrange(first.year, first.month)[1]))


def _open_corrections(institution: Institution, letter: str, on: date) -> QuerySet[Correction]:
    """Asked for by then, and closed by nobody by then: what was entered later does not change what was known."""
    asked = institution.corrections.filter(letter=letter, asked_on__lte=on, check_of__recorded_at__lte=end_of(on))
    return asked.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=end_of(on))).order_by("pk")


def _looked(institution: Institution, letter: str, on: date, months: int) -> Looked | None:
    """The newest check that was recorded by then and is not too old; what of any check is not put right."""
    looked_at = institution.duty_checks.filter(done_on__range=(months_before(on, months), on), recorded_at__lte=end_of(on))
    found = looked_at.order_by("-done_on", "-pk").first()
    if found is None:
        return None
    unmet = tuple(POINTS[row.point].label for row in _open_corrections(institution, letter, on) if row.point in POINTS)
    return Looked(
        found.done_on, sum(POINTS[key].letter == letter for key in found.points if key in POINTS), unmet, str(found.pk)
    )


def _against(institution: Institution, letter: str, on: date, months: int) -> tuple[Finding, ...]:
    """Overdue corrections, penalties that count, and complaints about it that were upheld within the months."""
    late = _open_corrections(institution, letter, on).filter(due_on__lt=on)
    found = [Finding(f"整改逾期（期限{row.due_on:%Y-%m-%d}）：{row.what}", "correction", str(row.pk)) for row in late]
    punished = institution.penalties.filter(letter=letter, decided_on__lte=on, until__gte=on, recorded_at__lte=end_of(on))
    found += [
        Finding(f"{row.decided_on:%Y-%m-%d}行政处罚 {row.number}", "penalty", str(row.pk)) for row in punished.order_by("pk")
    ]
    if letter == "d":
        found += [Finding(f"投诉属实 {row.number}", "case", str(row.pk)) for row in _upheld(institution, on, months)]
    return tuple(found)


def _upheld(institution: Institution, on: date, months: int) -> QuerySet[Case]:
    """Complaints about it by its name, as they were closed on that day; one that was taken up again later counts until then."""
    span = start_of(months_before(on, months)), end_of(on)
    now = Q(outcome="upheld", closed_at__range=span)
    then = Q(spans__outcome="upheld", spans__closed_at__range=span, spans__reopened_at__gt=end_of(on))
    about = Case.objects.filter(
        park=institution.park_id, kind="complaint", data__about="institution", data__whom=institution.name
    )
    return about.filter(Q(pk__in=about.filter(now).values("pk")) | Q(pk__in=about.filter(then).values("pk"))).order_by("pk")


@dataclass(frozen=True)
class DutyLine:
    """One letter with its verdict on a day."""

    letter: Letter
    verdict: Verdict


def duties_of(institution: Institution, on: date) -> list[DutyLine]:
    resident = resident_on(institution, on)
    return [DutyLine(letter, letter(resident)) for letter in by_letter()]


# --- checks and corrections ----------------------------------------------------------------------------------------------


def checks_in(standing: Standing, park: Park) -> QuerySet[DutyCheck]:
    """Every check of the park: open ones first, by their day."""
    if not standing.may(permissions.READ, park.pk):
        return DutyCheck.objects.none()
    return DutyCheck.objects.filter(park=park).select_related("institution", "done_by").order_by("done_on", "due_on", "pk")


def check_for(standing: Standing, pk: int, park: Park) -> DutyCheck:
    return _one(checks_in(standing, park).select_related("park", "draw"), pk)


def corrections_in(standing: Standing, park: Park) -> QuerySet[Correction]:
    if not standing.may(permissions.READ, park.pk):
        return Correction.objects.none()
    return Correction.objects.filter(park=park).select_related("institution", "check_of").order_by("closed_on", "due_on", "pk")


def correction_for(standing: Standing, pk: int, park: Park) -> Correction:
    return _one(corrections_in(standing, park).select_related("park"), pk)


def own_corrections(standing: Standing, park: Park) -> QuerySet[Correction]:
    """What the institutions that the person acts for have to put right, open ones first."""
    mine = standing.own(permissions.OWN, park.pk)
    found = Correction.objects.filter(park=park, institution__organisation_id__in=mine)
    return found.select_related("institution", "check_of").order_by("closed_on", "due_on", "pk")


def own_correction_for(standing: Standing, pk: int, park: Park) -> Correction:
    return _one(own_corrections(standing, park), pk)


def own_check_for(standing: Standing, pk: int, park: Park) -> DutyCheck:
    """A check of an institution that the person acts for."""
    mine = standing.own(permissions.OWN, park.pk)
    found = DutyCheck.objects.filter(park=park, institution__organisation_id__in=mine)
    return _one(found.select_related("institution", "park", "done_by"), pk)


def overdue_corrections(rows: QuerySet[Correction], today: date) -> QuerySet[Correction]:
    return rows.filter(closed_on=None, due_on__lt=today)


def overdue_checks(rows: QuerySet[DutyCheck], today: date) -> QuerySet[DutyCheck]:
    return rows.filter(done_on=None, due_on__lt=today)


def _one(found: QuerySet, pk: int):
    row = found.filter(pk=pk).first()
    if row is None:
        raise NotFound()
    return row


def _correction(subject_id: str) -> Correction | None:
    return Correction.objects.select_related("institution").filter(pk=subject_id).first() if subject_id.isdecimal() else None


def _is_own(standing: Standing, row: Correction) -> bool:
    return row.institution.organisation_id in standing.own(permissions.OWN, row.park_id)


def _reads_correction(standing: Standing, subject_id: str, on: date) -> bool:
    row = _correction(subject_id)
    return row is not None and (standing.may(permissions.READ, row.park_id) or _is_own(standing, row))


def _writes_correction(standing: Standing, subject_id: str, on: date) -> bool:
    row = _correction(subject_id)
    may = row is not None and (standing.may(permissions.HANDLE, row.park_id) or _is_own(standing, row))
    return may and row.closed_on is None


gate(attachable("correction"), read=_reads_correction, write=_writes_correction)
