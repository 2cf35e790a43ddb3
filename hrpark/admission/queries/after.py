"""After the decision: agreements, the days to begin business, reports to the authority, papers."""

from __future__ import annotations

from datetime import date

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from hrpark.accounts.models import Park, Person
from hrpark.accounts.queries import Standing, roles_with
from hrpark.cases.rules import day_of
from hrpark.documents.kinds import ADMISSION_DECISION, AGREEMENT, PLEDGE
from hrpark.documents.models import Document
from hrpark.documents.queries import documents_of
from hrpark.files.kinds import attachable, gate
from hrpark.toolbox.errors import NotFound
from hrpark.toolbox.verdict import Evidence, Verdict, failed, passed, unknown
from hrpark.toolbox.workdays import add_natural_days

from .. import permissions
from ..models import Application, Filing, Start, StartReport


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
    """4.3.1.2 b, as known on a day: kept within the last day of the agreement. What was granted since is said and changes nothing;
    what an officer saw later, for an earlier day, is known from the day on which they entered it."""
    met, last = met_on(start), start.last_day
    if start.outcome_on is not None and on < start.outcome_on:
        met = None
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


def own_starts(standing: Standing, park: Park) -> QuerySet[Start]:
    """The clocks of the institutions that the person acts for."""
    mine = standing.own(permissions.OWN, park.pk)
    found = Start.objects.filter(park=park, agreement__application__institution__organisation_id__in=mine)
    return (
        found.select_related("agreement__application__institution").prefetch_related("graces").order_by("outcome", "last_day")
    )


def own_start_for(standing: Standing, pk: int, park: Park) -> Start:
    """The gate of the institution's own people."""
    found = own_starts(standing, park).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def open_report(start: Start) -> StartReport | None:
    """What the institution reported and no officer has answered yet."""
    return start.reports.filter(accepted=None).first()


def reported(starts: QuerySet[Start]) -> QuerySet[Start]:
    """Those of which a report waits for an officer."""
    return starts.filter(Exists(StartReport.objects.filter(start=OuterRef("pk"), accepted=None)))


def _start_of(subject_id: str) -> Start | None:
    found = Start.objects.select_related("agreement__application__institution")
    return found.filter(pk=subject_id).first() if subject_id.isdecimal() else None


def _is_own(standing: Standing, start: Start) -> bool:
    return start.agreement.application.institution.organisation_id in standing.own(permissions.OWN, start.park_id)


def _reads_start(standing: Standing, subject_id: str, on: date) -> bool:
    start = _start_of(subject_id)
    return start is not None and (standing.may(permissions.READ, start.park_id) or _is_own(standing, start))


def _writes_start(standing: Standing, subject_id: str, on: date) -> bool:
    """Proofs of a start that runs: by the institution, or by the officer who was there."""
    start = _start_of(subject_id)
    may = start is not None and (standing.may(permissions.HANDLE, start.park_id) or _is_own(standing, start))
    return may and not start.outcome


gate(attachable("start"), read=_reads_start, write=_writes_start)


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


def papers_of(application: Application) -> QuerySet[Document]:
    """The notice of the decision, the agreement and the pledge, as issued; void ones too."""
    return documents_of("application", application.pk)


def without_paper(limit: int) -> list[tuple[Application, str]]:
    """Applications that were decided on or signed and have no paper of it, with the template that is missing."""
    found = []
    for template, name in ((ADMISSION_DECISION, "decision"), (AGREEMENT, "agreement"), (PLEDGE, "agreement")):
        issued = Document.objects.filter(template=template, of_type="application", of_id=Cast(OuterRef("pk"), CharField()))
        rows = Application.objects.filter(~Exists(issued), **{f"{name}__isnull": False}).order_by("pk")[:limit]
        found += [(row, template) for row in rows]
    return found[:limit]
