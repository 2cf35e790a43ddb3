"""Reading notices: a person's own, nobody else's."""

from __future__ import annotations

from django.db.models import QuerySet

from hrpark.accounts.models import Person
from hrpark.accounts.prepared import Prepared
from hrpark.toolbox.errors import NotFound

from .models import Delivery, Notice, State


def read(person: Person, *, unread_only: bool = False) -> QuerySet[Notice]:
    """The person's notices, newest first."""
    mine = Notice.objects.filter(person=person).select_related("park").order_by("-at", "-pk")
    return mine.filter(read_at__isnull=True) if unread_only else mine


def unread_count(person: Person) -> int:
    return Notice.objects.filter(person=person, read_at__isnull=True).count()


def unread_shown(person: Person) -> int:
    """How many are unread, for the bell of every page: it says 99+ for more."""
    return len(_UNREAD(person=person.pk))


_UNREAD = Prepared(
    lambda person: Notice.objects.filter(person_id=person, read_at__isnull=True).order_by().values_list("pk")[:100], person=int
)


def notice_for(person: Person, pk: object) -> Notice:
    notice = Notice.objects.filter(person=person, pk=pk).first()
    if notice is None:
        raise NotFound()
    return notice


def undelivered() -> QuerySet[Delivery]:
    """What was given up: for who looks after the installation."""
    return Delivery.objects.filter(state=State.GIVEN_UP).select_related("notice").order_by("-pk")
