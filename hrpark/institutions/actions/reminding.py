"""Licences that come to their end: the institution and the desk are told 90, 60 and 30 days ahead; each once, at civil hours.

A dispatch licence is counted back from the last day on which its renewal may be asked for (60 days before its end).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from hrpark.accounts.models import Park, Person
from hrpark.accounts.queries import holders, roles_with
from hrpark.notices.actions import notify
from hrpark.notices.rules import is_civil
from hrpark.standard.queries import parameter
from hrpark.toolbox.dates import date_table

from .. import permissions
from ..kinds import DISPATCH_RENEWS, LICENCE_ENDS
from ..models import Licence, LicenceKind, LicenceNudge, Residency
from ..queries import expiring

#: Nobody promises to remind further ahead; the query looks no further.
HORIZON = 400


def acts_by(licence: Licence) -> date:
    """The day by which something has to be done: the last day, or for a dispatch licence the last day to ask for renewal."""
    if licence.kind != LicenceKind.DISPATCH:
        return licence.valid_to
    return licence.valid_to - timedelta(days=int(parameter("institutions.dispatch_renewal_days", licence.valid_to)))


def remind_licences(at: datetime) -> int:
    """What is due today, of residents. A step that was missed is not made up for once a later one has come. Returns how many."""
    today = timezone.localtime(at).date()
    if not is_civil(at, timezone.get_current_timezone()):
        return 0
    resident = Residency.objects.running(today).filter(institution=OuterRef("institution"))
    found = expiring(today, HORIZON).filter(Exists(resident)).select_related("institution__park").order_by("valid_to", "pk")
    sent = set(LicenceNudge.objects.filter(last__gte=today).values_list("licence", "last", "days"))
    done, steps = 0, {}
    for licence in found.iterator():
        park = licence.institution.park
        if park.pk not in steps:
            steps[park.pk] = sorted(parameter("institutions.licence_warning_days", today, park.pk))
        last = acts_by(licence)
        step = next((days for days in steps[park.pk] if last - timedelta(days=days) <= today), None)
        if step is not None and today <= last and (licence.pk, last, step) not in sent:
            done += _nudge(licence, park, last, step, today, at)
    return done


def _nudge(licence: Licence, park: Park, last: date, step: int, today: date, at: datetime) -> bool:
    """In one transaction: the mark that it was sent, and the notices."""
    with transaction.atomic():
        _, new = LicenceNudge.objects.get_or_create(licence=licence, last=last, days=step, defaults={"at": at})
        if not new:
            return False
        institution = licence.institution
        own = roles_with(permissions.EDIT_OWN, park, today).filter(organisation_id=institution.organisation_id)
        people = Person.objects.filter(pk__in=own.order_by().values("person")) if institution.organisation_id else ()
        words = {
            "institution": institution.name, "licence": licence.get_kind_display(), "number": licence.number, "left": (last - today).days,
            "valid_to": date_table(licence.valid_to), "subject": institution, "park": park, "at": at,
        }  # fmt: skip
        if licence.kind == LicenceKind.DISPATCH:
            kind, words["last"] = DISPATCH_RENEWS, date_table(last)
        else:
            kind = LICENCE_ENDS
        for person in (*people, *holders(permissions.EDIT, park, today)):
            notify(to=person, kind=kind, **words)
    return True
