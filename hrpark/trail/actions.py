"""Writing the trail, and the one way a verb of any room is written.

    @verb("leasing.sign", "签订租赁合同")
    def sign_lease(deed, *, actor, at, key, park, ...) -> Lease:
        lease = Lease.objects.create(...)
        deed.record(lease, park=park.pk, rent=...)
        return lease

The decorator gives the function its transaction and makes it idempotent: the same actor with the same key gets the
result of the first call, whatever comes in between. The function must record exactly the subject that it returns.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from django.apps import apps
from django.db import IntegrityError, models, transaction

from hrpark.toolbox.errors import HrparkError, Misconfigured

from .kinds import SUBJECTS, VERBS, Subject, Verb
from .models import Entry, Payload, Seal
from .queries import digest_of, link_of


class Actor(Protocol):
    """Who does it: a Person, or a System."""

    @property
    def actor_key(self) -> str: ...
    @property
    def actor_name(self) -> str: ...


def subject(key: str, label: str) -> Callable[[type[models.Model]], type[models.Model]]:
    """Class decorator: declares a model as a subject that trail, files and notices can point at."""

    def mark(model: type[models.Model]) -> type[models.Model]:
        SUBJECTS.add(key, Subject(key, model._meta.label, label))
        model.subject_type = key  # type: ignore[attr-defined]
        return model

    return mark


def plain(value: Any) -> Any:
    """A value as JSON can hold it; models become their subject reference, never their contents."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


class Deed:
    """One verb being done: what the decorated function records into."""

    def __init__(self, verb: str, actor: Actor, at: datetime, key: str):
        self.verb, self.actor, self.at, self.key = verb, actor, at, key
        self.recorded = False

    def record(self, subject: models.Model, *, park: int | None, **data: Any) -> Entry:
        """Append the entry of this deed. Once a deed: the key belongs to it."""
        self.recorded = True
        return _append(self.actor, self.verb, self.key, subject, park, self.at, data)

    def also(self, subject: models.Model, *, park: int | None, **data: Any) -> Entry:
        """A further subject touched by the same deed, so that its timeline tells it too."""
        key = f"{self.key}#{subject.subject_type}:{subject.pk}"[:120]
        return _append(self.actor, self.verb, key, subject, park, self.at, data)

    def also_many(self, subjects: Iterable[tuple[models.Model, Mapping[str, Any]]], *, park: int | None) -> int:
        """The same for many: an entry each, in a few statements. Returns how many."""
        entries, payloads = [], []
        for subject, data in subjects:
            body, salt = plain(dict(data)), secrets.token_bytes(16)
            entries.append(
                Entry(
                    park_id=park, actor=self.actor.actor_key, actor_name=self.actor.actor_name[:80], verb=self.verb,
                    key=f"{self.key}#{subject.subject_type}:{subject.pk}"[:120], subject_type=subject.subject_type,
                    subject_id=str(subject.pk), at=self.at, digest=digest_of(salt, body),
                )
            )  # fmt: skip
            payloads.append((salt, body))
        Entry.objects.bulk_create(entries)
        Payload.objects.bulk_create(
            Payload(entry_id=entry.pk, salt=salt, body=body) for entry, (salt, body) in zip(entries, payloads, strict=True)
        )
        return len(entries)


def _append(actor: Actor, verb: str, key: str, subject: models.Model, park: int | None, at: datetime, data: dict) -> Entry:
    body, salt = plain(data), secrets.token_bytes(16)
    entry = Entry.objects.create(
        park_id=park, actor=actor.actor_key, actor_name=actor.actor_name[:80], verb=verb, key=key,
        subject_type=subject.subject_type, subject_id=str(subject.pk), at=at, digest=digest_of(salt, body),
    )  # fmt: skip
    Payload.objects.create(entry_id=entry.pk, salt=salt, body=body)
    return entry


def _first_result(actor: Actor, name: str, key: str) -> models.Model | None:
    done = Entry.objects.filter(actor=actor.actor_key, verb=name, key=key).first()
    if done is None:
        return None
    model = apps.get_model(SUBJECTS.get(done.subject_type).model)
    return model._default_manager.get(pk=done.subject_id)


def verb(name: str, sentence: str, *, says: Callable[[Mapping[str, Any]], str] | None = None) -> Callable:
    """Declare a verb of the house; see the module's docstring. ``says``: its data in words (kinds.Verb)."""

    def wrap(function: Callable) -> Callable:
        VERBS.add(name, Verb(name, sentence, says))

        @functools.wraps(function)
        def run(*, actor: Actor, at: datetime, key: str, **arguments: Any) -> Any:
            if not key or len(key) > 90:
                raise Misconfigured(f"{name} needs a key of 1 to 90 characters, got {key!r}")
            try:
                with transaction.atomic():
                    earlier = _first_result(actor, name, key)
                    if earlier is not None:
                        return earlier
                    deed = Deed(name, actor, at, key)
                    result = function(deed, actor=actor, at=at, key=key, **arguments)
                    if not deed.recorded:
                        raise Misconfigured(f"{name} wrote nothing into the trail")
                    return result
            except (IntegrityError, HrparkError):
                # Two of the same click at the same instant (PostgreSQL): the other one has it, and may have made this one
                # be refused ("already taken").
                with transaction.atomic():
                    earlier = _first_result(actor, name, key)
                if earlier is None:
                    raise
                return earlier

        run.verb = name
        return run

    return wrap


def seal(*, limit: int = 5000) -> int:
    """Append links for entries that have none yet, per park, in the order in which they were committed. Returns how many.

    One sealer at a time: the unique (park, seq) makes a second one fail rather than fork the chain.
    """
    with transaction.atomic():
        sealed = Seal.objects.values("entry_id")
        fresh = list(Entry.objects.exclude(pk__in=sealed).order_by("pk")[:limit])
        heads: dict[int, tuple[int, bytes]] = {}
        links = []
        for entry in fresh:
            park = entry.park_id or 0
            if park not in heads:
                last = Seal.objects.filter(park_id=park).order_by("-seq").first()
                heads[park] = (last.seq, bytes(last.digest)) if last else (0, b"")
            seq, previous = heads[park]
            heads[park] = (seq + 1, link_of(previous, seq + 1, entry))
            links.append(Seal(park_id=park, seq=seq + 1, entry_id=entry.pk, digest=heads[park][1]))
        Seal.objects.bulk_create(links)
    return len(links)


def erase(*, actor: Actor, at: datetime, key: str, entry: Entry, basis: str) -> Entry:
    """Erase what an entry says in detail (PIPL art. 47), leaving the entry, its seal, and a new entry that says so."""
    with transaction.atomic():
        Payload.objects.filter(pk=entry.pk).delete()
        body, salt = {"entry": entry.pk, "basis": basis}, secrets.token_bytes(16)
        erasure = Entry.objects.create(
            park_id=entry.park_id, actor=actor.actor_key, actor_name=actor.actor_name, verb=ERASE.name, key=key,
            subject_type=entry.subject_type, subject_id=entry.subject_id, at=at, digest=digest_of(salt, body),
        )  # fmt: skip
        Payload.objects.create(entry_id=erasure.pk, salt=salt, body=body)
    return erasure


ERASE = VERBS.add("trail.erase", Verb("trail.erase", "删除了一条记录中的个人信息"))
