"""Reading attachments: always through the gate of the subject they belong to."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from hrpark.accounts import permissions
from hrpark.accounts.models import Authorisation
from hrpark.accounts.queries import Standing
from hrpark.toolbox.errors import NotFound

from .kinds import GATES, attachable, gate
from .models import Attachment


def may_read(standing: Standing, attachment: Attachment, on: date) -> bool:
    found = GATES.get(attachment.of_type)
    rule = found.read_personal if attachment.personal else found.read
    return rule(standing, attachment.of_id, on)


def may_write(standing: Standing, subject_type: str, subject_id: object, on: date) -> bool:
    """Whether the person may add and remove files of this subject; for showing the upload field or the reason why not."""
    return GATES.get(subject_type).write(standing, str(subject_id), on)


def attachments_of(subject_type: str, subject_id: object, *, replaced: bool = False) -> QuerySet[Attachment]:
    """The current files of a subject, oldest first; with ``replaced`` also older versions. The caller has passed its gate."""
    found = Attachment.objects.filter(of_type=subject_type, of_id=str(subject_id), removed_at__isnull=True)
    return found.order_by("at", "pk") if replaced else found.filter(replaced_by__isnull=True).order_by("at", "pk")


def attachments_by_subject(subject_type: str, subject_ids: list) -> dict[str, list[Attachment]]:
    """The current files of many subjects of one type in one query, for lists."""
    wanted = Q(of_type=subject_type, of_id__in=[str(i) for i in subject_ids])
    found: dict[str, list[Attachment]] = {}
    for row in Attachment.objects.filter(wanted, removed_at__isnull=True, replaced_by__isnull=True).order_by("at", "pk"):
        found.setdefault(row.of_id, []).append(row)
    return found


def attachment_for(standing: Standing, pk: object, on: date) -> Attachment:
    """One file, when the person may read it. An older version stays readable, a removed file does not."""
    attachment = Attachment.objects.filter(pk=pk, removed_at__isnull=True).first()
    if attachment is None or not may_read(standing, attachment, on):
        raise NotFound()
    return attachment


# --- the gate of what lies below this room and can't register itself ---------------------------------------------------


def _letter(subject_id: str) -> Authorisation | None:
    return Authorisation.objects.filter(pk=subject_id).first() if subject_id.isdecimal() else None


def _may_read_authorisation(standing: Standing, subject_id: str, on: date) -> bool:
    """The letter of authorisation: the park's people, the agent named in it, the institution's representative."""
    letter = _letter(subject_id)
    return letter is not None and (
        standing.person_id == letter.person_id
        or standing.reach(permissions.PEOPLE_READ, letter.park_id, letter.organisation_id)
        or standing.reach(permissions.COLLEAGUES_MANAGE, letter.park_id, letter.organisation_id)
    )


def _may_write_authorisation(standing: Standing, subject_id: str, on: date) -> bool:
    letter = _letter(subject_id)
    return letter is not None and (
        standing.person_id == letter.person_id
        or standing.may(permissions.CODE_ISSUE, letter.park_id)
        or standing.reach(permissions.COLLEAGUES_MANAGE, letter.park_id, letter.organisation_id)
    )


gate(attachable("authorisation"), read=_may_read_authorisation, write=_may_write_authorisation)
