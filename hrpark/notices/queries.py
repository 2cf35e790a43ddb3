"""Reading notices: a person's own, nobody else's."""

from __future__ import annotations

from django.db.models import QuerySet

from hrpark.accounts.models import Person
from hrpark.toolbox.errors import NotFound

from .models import Delivery, Notice, State


def read(person: Person, *, unread_only: bool = False) -> QuerySet[Notice]:
    """The person's notices, newest first."""
    mine = Notice.objects.filter(person=person).order_by("-at", "-pk")
    return mine.filter(read_at__isnull=True) if unread_only else mine


def unread_count(person: Person) -> int:
    return Notice.objects.filter(person=person, read_at__isnull=True).count()


def notice_for(person: Person, pk: object) -> Notice:
    notice = Notice.objects.filter(person=person, pk=pk).first()
    if notice is None:
        raise NotFound()
    return notice


def undelivered() -> QuerySet[Delivery]:
    """What was given up: for who looks after the installation."""
    return Delivery.objects.filter(state=State.GIVEN_UP).select_related("notice").order_by("-pk")
