"""Telling people, and delivering what was told.

``notify`` is called inside a verb, in its transaction; ``deliver_due`` by the tick. A delivery is claimed (its next try is
put off by a lease), committed, sent, and then marked: whoever dies in between leaves a row that is due again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urljoin

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from hrpark.accounts.models import Park, Person
from hrpark.toolbox.errors import Misconfigured

from .kinds import CHANNELS, NOTICE_KINDS, Channel, Message, Refusal, Retry, Unreachable
from .models import Delivery, Notice, State
from .queries import notice_for
from .rules import is_civil, next_civil, one_line, pause_after

#: Longer than any channel takes for one message: until then nobody else tries it.
LEASE = timedelta(minutes=10)
#: Older than this a message tells nobody anything new: a server configured after months does not send the months.
STALE = timedelta(days=3)


class Subject(Protocol):
    """The record a notice is about: a model marked with ``@subject``, or anything with these two."""

    subject_type: str
    pk: Any


def notify(
    *, to: Person, kind: str, at: datetime, subject: Subject, park: Park | None = None, link: str = "", until: datetime | None = None, **words: object
) -> Notice:  # fmt: skip
    """Tell a person something, in the transaction of what happened. Twice a day about the same gives the first one back."""
    found = NOTICE_KINDS.get(kind)
    missing = found.words - words.keys()
    if missing:
        raise Misconfigured(f"The notice {kind!r} lacks its words {', '.join(sorted(missing))}")
    if link and (not link.startswith("/") or link.startswith("//")):
        raise Misconfigured(f"A notice links within the product, not to {link!r}")
    said = {name: one_line(value, longest=200) for name, value in words.items()}
    of_id, day = str(subject.pk), timezone.localtime(at).date()
    with transaction.atomic():
        notice, new = Notice.objects.get_or_create(
            person=to, dedupe=f"{kind}|{subject.subject_type}:{of_id}|{day}",
            defaults={
                "park": park, "kind": kind, "of_type": subject.subject_type, "of_id": of_id, "link": link, "at": at, "until": until,
                "title": one_line(found.title.format_map(said), longest=120),
                "body": f"{found.happened.format_map(said)}\n{found.todo.format_map(said)}",
            },
        )  # fmt: skip
        if new:
            Delivery.objects.bulk_create(
                [_delivery(notice, channel, at) for channel in CHANNELS if channel.enabled() and channel.reaches(to)]
            )
    return notice


def take_back(*, to: Person, subjects: Iterable[Subject]) -> int:
    """What a person was told about some records is no longer theirs to know: the notices go, and what was still to be sent."""
    gone = 0
    for subject in subjects:
        told = Notice.objects.filter(person=to, of_type=subject.subject_type, of_id=str(subject.pk))
        gone += told.count()
        told.delete()
    return gone


def _delivery(notice: Notice, channel: Channel, at: datetime) -> Delivery:
    if channel.instant:
        return Delivery(notice=notice, channel=channel.key, state=State.SENT, sent_at=at)
    due_at = next_civil(at, timezone.get_default_timezone()) if channel.civil else at
    return Delivery(notice=notice, channel=channel.key, due_at=due_at)


# --- delivering ----------------------------------------------------------------------------------------------------------


@dataclass
class Delivered:
    """What one run did."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0
    put_off: int = 0


def deliver_due(at: datetime, *, limit: int = 500) -> Delivered:
    """Send what is due. Several workers may run it at once; each message is claimed by one of them."""
    done = Delivered()
    for channel in CHANNELS:
        if channel.instant or not channel.enabled():
            continue
        if channel.civil and not is_civil(at, timezone.get_default_timezone()):
            done.put_off += _put_off(channel, at)
        else:
            _deliver(channel, at, limit, done)
    return done


def _due(channel: Channel, at: datetime):
    return Delivery.objects.filter(channel=channel.key, due_at__lte=at)


def _put_off(channel: Channel, at: datetime) -> int:
    """At night: due in the morning."""
    return _due(channel, at).update(due_at=next_civil(at, timezone.get_default_timezone()))


def _deliver(channel: Channel, at: datetime, limit: int, done: Delivered) -> None:
    """Open the channel once, for the first message; when it breaks, what is left waits for the next run."""
    claimed = _claim(channel, at)
    if claimed is None:
        return
    try:
        with channel.opened() as opened:
            while claimed is not None and limit > 0:
                limit -= 1
                _send(opened, claimed, at, done)
                claimed = _claim(channel, at) if limit > 0 else None
    except Unreachable as problem:
        _failed(claimed, at, str(problem), done)


def _send(channel: Channel, delivery: Delivery, at: datetime, done: Delivered) -> None:
    person = delivery.notice.person
    if at - delivery.notice.at > STALE:
        _given_up(delivery, "三天内没有发出，不再补发", done)
    elif not person.is_active or not channel.reaches(person):
        _given_up(delivery, "账号已停用，或已没有可用的地址", done)
    else:
        try:
            channel.send(_message(delivery))
        except Unreachable:
            raise
        except Retry as problem:
            _failed(delivery, at, str(problem), done)
        except Refusal as problem:
            _given_up(delivery, str(problem), done)
        else:
            _sent(delivery, at, done)


def _claim(channel: Channel, at: datetime) -> Delivery | None:
    """Take one due delivery for the length of a lease. Two workers never take the same."""
    with transaction.atomic():
        rows = _due(channel, at).order_by("due_at", "pk").select_related("notice__person")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        delivery = rows.first()
        if delivery is None:
            return None
        delivery.attempts += 1
        delivery.due_at = at + LEASE
        delivery.save(update_fields=["attempts", "due_at"])
    return delivery


def _message(delivery: Delivery) -> Message:
    notice = delivery.notice
    site = getattr(settings, "PUBLIC_URL", "")
    link = urljoin(site, reverse("account-notice-open", kwargs={"pk": notice.pk})) if site else ""
    todo = f"\n办理期限：{_day(notice.until)}。" if notice.until else ""
    return Message(
        str(delivery.pk), notice.kind, notice.person, notice.title, notice.body + todo, link, timezone.localtime(notice.at)
    )


def _day(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def _mark(delivery: Delivery, **values: object) -> bool:
    """Only who still holds the claim marks: a worker that overslept its lease does not undo what another did since."""
    mine = Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts, state__in=[State.WAITING, State.FAILED])
    return bool(mine.update(**values))


def _sent(delivery: Delivery, at: datetime, done: Delivered) -> None:
    done.sent += _mark(delivery, state=State.SENT, due_at=None, sent_at=at, last_error="")


def _failed(delivery: Delivery, at: datetime, reason: str, done: Delivered) -> None:
    pause = pause_after(delivery.attempts)
    if pause is None:
        _given_up(delivery, reason, done)
        return
    done.failed += _mark(delivery, state=State.FAILED, due_at=at + pause, last_error=one_line(reason, longest=300))


def _given_up(delivery: Delivery, reason: str, done: Delivered) -> None:
    done.given_up += _mark(delivery, state=State.GIVEN_UP, due_at=None, last_error=one_line(reason, longest=300))


# --- reading -------------------------------------------------------------------------------------------------------------


def mark_read(person: Person, pk: object, *, at: datetime) -> Notice:
    """The person has seen it. Not a deed: the trail says nothing of what people read."""
    notice = notice_for(person, pk)
    if notice.read_at is None:
        Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=at)
        notice.read_at = at
    return notice


def mark_all_read(person: Person, *, at: datetime) -> int:
    return Notice.objects.filter(person=person, read_at__isnull=True).update(read_at=at)


def try_again(delivery: Delivery, *, at: datetime) -> None:
    """After the address or the server was mended: what was given up is due once more."""
    Delivery.objects.filter(pk=delivery.pk, state=State.GIVEN_UP).update(state=State.WAITING, due_at=at, attempts=0)
