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

import contextlib
import functools
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from hrpark.toolbox.errors import HrparkError, Misconfigured

from .kinds import SUBJECTS, VERBS, Subject, Verb
from .models import ERASED, Entry, Payload, Seal
from .queries import digest_of, link_of, name_digest


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
            key = f"{self.key}#{subject.subject_type}:{subject.pk}"[:120]
            entries.append(_entry(self.actor, self.verb, key, subject, park, self.at, digest_of(salt, body)))
            payloads.append((salt, body))
        Entry.objects.bulk_create(entries)
        Payload.objects.bulk_create(
            Payload(entry_id=entry.pk, salt=salt, body=body) for entry, (salt, body) in zip(entries, payloads, strict=True)
        )
        return len(entries)


def _append(actor: Actor, verb: str, key: str, subject: models.Model, park: int | None, at: datetime, data: dict) -> Entry:
    body, salt = plain(data), secrets.token_bytes(16)
    entry = _entry(actor, verb, key, subject, park, at, digest_of(salt, body))
    entry.save(force_insert=True)
    Payload.objects.create(entry_id=entry.pk, salt=salt, body=body)
    return entry


def _entry(actor: Actor, verb: str, key: str, subject: Any, park: int | None, at: datetime, digest: bytes) -> Entry:
    name, salt = actor.actor_name[:80], secrets.token_bytes(16)
    return Entry(
        park_id=park, actor=actor.actor_key, actor_name=name, actor_salt=salt, actor_digest=name_digest(salt, name), verb=verb,
        key=key, subject_type=subject.subject_type, subject_id=str(subject.pk), at=at, digest=digest,
    )  # fmt: skip


def _first_result(actor: Actor, name: str, key: str) -> models.Model | None:
    done = Entry.objects.filter(actor=actor.actor_key, verb=name, key=key).first()
    if done is None:
        return None
    model = apps.get_model(SUBJECTS.get(done.subject_type).model)
    return model._default_manager.get(pk=done.subject_id)


#: As whom, and under which key, the trail knows what an actor does with these arguments.
Veil = Callable[[Actor, str, Mapping[str, Any]], tuple[Actor, str]]


def verb(
    name: str, sentence: str, *, says: Callable[[Mapping[str, Any]], str] | None = None, veil: Veil | None = None
) -> Callable:  # fmt: skip
    """Declare a verb of the house; see the module's docstring. ``says``: its data in words (kinds.Verb); ``veil``: where the trail
    must not tell who it was."""

    def wrap(function: Callable) -> Callable:
        VERBS.add(name, Verb(name, sentence, says))

        @functools.wraps(function)
        def run(*, actor: Actor, at: datetime, key: str, **arguments: Any) -> Any:
            if not key or len(key) > 90:
                raise Misconfigured(f"{name} needs a key of 1 to 90 characters, got {key!r}")
            known_as, under = veil(actor, key, arguments) if veil else (actor, key)
            try:
                with transaction.atomic():
                    earlier = _first_result(known_as, name, under)
                    if earlier is not None:
                        return earlier
                    deed = Deed(name, known_as, at, under)
                    result = function(deed, actor=actor, at=at, key=key, **arguments)
                    if not deed.recorded:
                        raise Misconfigured(f"{name} wrote nothing into the trail")
                    return result
            except (IntegrityError, HrparkError):
                # Two of the same click at the same instant (PostgreSQL): the other one has it, and may have made this one
                # be refused ("already taken").
                with transaction.atomic():
                    earlier = _first_result(known_as, name, under)
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


def erase(
    *, actor: Actor, at: datetime, key: str, subject: models.Model, basis: str, entries: Iterable[int] = (), called: str = "",
    park: int | None = None,
) -> Entry:  # fmt: skip
    """Erase what entries say in detail, and how the actor ``called`` was called (PIPL art. 47). The entries and their seals
    stay; a new entry says what was erased, and only what such an entry names may be missing (``queries.verify``).
    """
    with transaction.atomic():
        gone = sorted(Payload.objects.filter(pk__in=list(entries)).values_list("pk", flat=True))
        Payload.objects.filter(pk__in=gone).delete()
        if called:
            with unguarded(Entry):
                Entry.objects.filter(actor=called).update(actor_name=ERASED, actor_salt=b"")
        return _append(actor, ERASE.name, key, subject, park, at, {"entries": gone, "called": called, "basis": basis})


@contextlib.contextmanager
def unguarded(model: type[models.Model]) -> Iterator[None]:
    """Lift the guards of a table that is written once, within the transaction, for an erasure and nothing else.

    A rollback brings them back; nobody else sees the table without them.
    """
    table, quoted = model._meta.db_table, connection.ops.quote_name
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits to be checked would hold the table fast
            cursor.execute(f"ALTER TABLE {quoted(table)} DISABLE TRIGGER USER")
            yield
            cursor.execute(f"ALTER TABLE {quoted(table)} ENABLE TRIGGER USER")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        guards = cursor.fetchall()
        for name, _ in guards:
            cursor.execute(f"DROP TRIGGER {quoted(name)}")
        yield
        for _, sql in guards:
            cursor.execute(sql)


ERASE = VERBS.add("trail.erase", Verb("trail.erase", "删除了个人信息"))
