"""The conditions of a conditional admission: which are suggested, who may read and answer them, which run."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.cases.models import Case
from hrpark.cases.queries import own, reach
from hrpark.files.kinds import attachable, gate
from hrpark.institutions.models import LegalForm
from hrpark.institutions.rules import LABELS, covers
from hrpark.standard.queries import parameter
from hrpark.toolbox.errors import NotFound
from hrpark.toolbox.verdict import Outcome as Said

from .. import permissions
from ..models import Application, Condition, ConditionOutcome
from ..terms import Days, Lacking, Term, terms_for
from .candidates import candidate_of
from .verdicts import standing_against, verdicts

#: Closed without being met: a talk has set another day, or the admission was revoked.
PASSED_ON = (ConditionOutcome.TALK, ConditionOutcome.REVOKED)


def lacking_of(application: Application, on: date) -> Lacking:
    """What stands open against letting the institution in, as the last round of verdicts says."""
    letters = frozenset(line.letter for line in standing_against(verdicts(application)))
    candidate = candidate_of(application, on)
    verdicts_of = [(s.permit, covers(s.permit, candidate.permits, on)) for s in candidate.segments if s.permit]
    lacking = dict.fromkeys(LABELS[permit] for permit, one in verdicts_of if one.outcome is not Said.PASSED)
    return Lacking(
        letters, forming=application.institution.uscc is None,
        branch="a" in letters and candidate.legal_form == LegalForm.BRANCH, permits=tuple(lacking) if "a" in letters else (),
    )  # fmt: skip


def suggested_terms(application: Application, on: date) -> tuple[Term, ...]:
    """The conditions that follow from what is open, for the officer to edit at the decision."""
    names = {
        "registration": "registration_days",
        "permit": "permit_days",
        "legal_person": "legal_person_days",
        "other": "condition_days",
    }
    days = {key: int(parameter(f"admission.{name}", on, application.park_id)) for key, name in names.items()}
    return terms_for(lacking_of(application, on), on, Days(**days))


# --- who may read them ---------------------------------------------------------------------------------------------------


def _rows() -> QuerySet[Condition]:
    return Condition.objects.select_related("application__institution", "application__case", "park", "follows", "extended_by")


def conditions_in(standing: Standing, park: Park) -> QuerySet[Condition]:
    """Every condition of the park: the open ones first, by day."""
    if not standing.may(permissions.READ, park.pk):
        return Condition.objects.none()
    return _rows().filter(park=park).order_by("outcome", "until", "pk")


def condition_for(standing: Standing, pk: int, park: Park) -> Condition:
    """The gate of the desk."""
    return _one(conditions_in(standing, park), pk)


def own_conditions(standing: Standing, park: Park) -> QuerySet[Condition]:
    """What the person, or their institution, has to hand in; those that were passed on, too."""
    mine = Case.objects.filter(own(standing), kind="admission", park=park).values("pk")
    return _rows().filter(park=park, application__case__in=mine).order_by("outcome", "until", "pk")


def own_condition_for(standing: Standing, pk: int, park: Park) -> Condition:
    """The gate of who was let in."""
    return _one(own_conditions(standing, park), pk)


def _one(found: QuerySet[Condition], pk: int) -> Condition:
    condition = found.filter(pk=pk).first()
    if condition is None:
        raise NotFound()
    return condition


def conditions_of(application: Application) -> list[Condition]:
    """Of one application, in their order. The caller has passed its gate."""
    return list(application.conditions.select_related("follows", "extended_by", "handed_in_by"))


def open_conditions() -> QuerySet[Condition]:
    """Those that wait for somebody, whose admission still stands."""
    gone = Q(application__case__state__in=("withdrawn", "revoked"))
    return _rows().filter(outcome="").exclude(gone).order_by("until", "pk")


def late_conditions(rows: QuerySet[Condition], today: date) -> QuerySet[Condition]:
    """Not handed in, and the last day is over."""
    over = Q(extended_until__isnull=True, until__lt=today) | Q(extended_until__lt=today)
    return rows.filter(over, outcome="", handed_in_at=None)


def soon_conditions(rows: QuerySet[Condition], first: date, last: date) -> QuerySet[Condition]:
    """Not handed in, with the last day between two days."""
    due = Q(extended_until__isnull=True, until__range=(first, last)) | Q(extended_until__range=(first, last))
    return rows.filter(due, outcome="", handed_in_at=None)


# --- the gate of what is handed in ---------------------------------------------------------------------------------------


def _reads(standing: Standing, pk: str, on: date) -> bool:
    return pk.isdecimal() and Condition.objects.filter(pk=pk, application__case__in=Case.objects.filter(reach(standing)).values("pk")).exists()  # fmt: skip


def _writes(standing: Standing, pk: str, on: date) -> bool:
    mine = Case.objects.filter(own(standing), kind="admission").values("pk")
    return pk.isdecimal() and Condition.objects.filter(pk=pk, outcome="", application__case__in=mine).exists()


def _reads_personal(standing: Standing, pk: str, on: date) -> bool:
    """Who hands it in, and the desk that checks it."""
    mine = Case.objects.filter(own(standing), kind="admission").values("pk")
    found = Condition.objects.filter(pk=pk).first() if pk.isdecimal() else None
    return found is not None and (
        standing.may(permissions.HANDLE, found.park_id) or Condition.objects.filter(pk=pk, application__case__in=mine).exists()
    )


gate(attachable("condition"), read=_reads, write=_writes, read_personal=_reads_personal)
