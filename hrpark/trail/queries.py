"""Reading the trail: the timeline of a subject, and whether the chain still holds."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.db.models import Model, QuerySet

from .kinds import SUBJECTS, VERBS
from .models import ERASED, Entry, Payload, Seal


@dataclass(frozen=True)
class Line:
    """One line of a timeline, ready to show."""

    id: int
    who: str
    what: str
    at: datetime
    data: dict | None
    verb: str


def digest_of(salt: bytes, body: dict) -> bytes:
    """The keyed digest of a payload. Canonical JSON, so that both databases give the same bytes."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(_key() + bytes(salt), text.encode(), hashlib.sha256).digest()


def name_digest(salt: bytes, name: str) -> bytes:
    """The keyed digest of how an actor was called. Without the salt nobody can try names against it."""
    return hmac.new(_key() + bytes(salt), b"name:" + name.encode(), hashlib.sha256).digest()


def link_of(previous: bytes, seq: int, entry: Entry) -> bytes:
    """The chain's link over one entry."""
    text = "\x1f".join(
        [
            str(seq), str(entry.pk), str(entry.park_id or 0), entry.actor, bytes(entry.actor_digest).hex(), entry.verb, entry.key,
            entry.subject_type, entry.subject_id, str(int(entry.at.timestamp() * 1_000_000)), bytes(entry.digest).hex(),
        ]
    )  # fmt: skip
    return hmac.new(_key(), bytes(previous) + text.encode(), hashlib.sha256).digest()


def _key() -> bytes:
    return hashlib.sha256(b"hrpark.trail:" + settings.TRAIL_KEY.encode()).digest()


def timeline(subject_type: str, subject_id: object, *, limit: int = 50) -> list[Line]:
    """What happened to one subject, newest first. The caller has passed the subject's gate."""
    return timelines(subject_type, [subject_id], limit=limit)


def timelines(subject_type: str, subject_ids: Iterable[object], *, limit: int = 50) -> list[Line]:
    """What happened to several subjects of one type, as one timeline."""
    ids = [str(pk) for pk in subject_ids]
    entries = list(Entry.objects.filter(subject_type=subject_type, subject_id__in=ids).order_by("-id")[:limit])
    bodies = dict(Payload.objects.filter(pk__in=[e.pk for e in entries]).values_list("pk", "body"))
    return [Line(e.pk, e.actor_name, VERBS.get(e.verb).sentence, e.at, bodies.get(e.pk), e.verb) for e in entries]


@dataclass(frozen=True)
class Check:
    """The result of verifying one chain: how many links held, which entry breaks it, how long the unsealed tail is."""

    park_id: int
    sealed: int
    unsealed: int
    erased: int
    broken: tuple[str, ...]


def verify() -> list[Check]:
    """Recompute every chain. Names each entry that was changed, removed, inserted or moved."""
    parks = set(Seal.objects.values_list("park_id", flat=True).distinct())
    parks |= {p or 0 for p in Entry.objects.values_list("park_id", flat=True).distinct()}
    said = _erasures()
    return [_verify_chain(park, said) for park in sorted(parks)]


@dataclass(frozen=True)
class Erasures:
    """What erasures say that they took: the details of which entries, the names of which actors."""

    entries: frozenset[int]
    called: frozenset[str]


def _erasures() -> Erasures:
    """What every chain's erasures say. An altered one is believed in nothing: its payload does not match its digest."""
    entries: set[int] = set()
    called: set[str] = set()
    found = Entry.objects.filter(verb="trail.erase").in_bulk()
    for payload in Payload.objects.filter(pk__in=list(found)):
        if hmac.compare_digest(digest_of(payload.salt, payload.body), bytes(found[payload.pk].digest)):
            entries |= set(payload.body.get("entries", ())) | {payload.body.get("entry")}
            called.add(payload.body.get("called", ""))
    return Erasures(frozenset(entries), frozenset(called))


def _verify_chain(park: int, said: Erasures, after: int = 0) -> Check:
    """The links of one chain behind number ``after``, which is believed."""
    mine = Entry.objects.filter(park_id=park or None)
    broken: list[str] = []
    believed = Seal.objects.filter(park_id=park, seq=after).first()
    previous, sealed, erased = bytes(believed.digest) if believed else b"", after, 0
    seals = Seal.objects.filter(park_id=park, seq__gt=after).order_by("seq")
    count = seals.count()
    for start in range(0, count, 2000):
        batch = list(seals[start : start + 2000])
        ids = [s.entry_id for s in batch]
        entries = mine.in_bulk(ids)
        payloads = Payload.objects.in_bulk(ids)
        for seal in batch:
            sealed += 1
            entry = entries.get(seal.entry_id)
            if seal.seq != sealed:
                broken.append(f"link {sealed} is missing")
                sealed = seal.seq
            if entry is None:
                broken.append(f"entry {seal.entry_id} is missing")
            elif not hmac.compare_digest(link_of(previous, seal.seq, entry), bytes(seal.digest)):
                broken.append(f"entry {entry.pk} ({entry.verb}) does not match its seal")
            if entry is not None:
                broken += _name_holds(entry, said)
            payload = payloads.get(seal.entry_id)
            if payload is None:
                erased += 1
                if entry is not None and entry.pk not in said.entries:
                    broken.append(f"the payload of entry {entry.pk} ({entry.verb}) is gone, and no erasure says so")
            elif entry and not hmac.compare_digest(digest_of(payload.salt, payload.body), bytes(entry.digest)):
                broken.append(f"the payload of entry {entry.pk} ({entry.verb}) was changed")
            previous = bytes(seal.digest)
    return Check(park, sealed, mine.count() - sealed if mine.count() > sealed else 0, erased, tuple(broken))


def _name_holds(entry: Entry, said: Erasures) -> list[str]:
    """What is wrong with how the actor of an entry is called: nothing, most of the time."""
    if not entry.actor_salt:
        if entry.actor in said.called and entry.actor_name == ERASED:
            return []
        return [f"the name in entry {entry.pk} ({entry.verb}) is gone, and no erasure says so"]
    if hmac.compare_digest(name_digest(entry.actor_salt, entry.actor_name), bytes(entry.actor_digest)):
        return []
    return [f"entry {entry.pk} ({entry.verb}) names another actor than when it was written"]


# --- one park's trail, for who may read it -------------------------------------------------------------------------------


def entries_of(park_id: int) -> QuerySet[Entry]:
    """Everything that was done in a park. The caller has asked for accounts.trail.read."""
    return Entry.objects.filter(park_id=park_id)


@dataclass(frozen=True)
class Chain:
    """Where a park's chain stands: links, entries that wait for theirs, its head, and how the newest links verify."""

    sealed: int
    unsealed: int
    head: str
    looked_at: int
    broken: tuple[str, ...]


def chain_of(park_id: int, *, links: int = 500) -> Chain:
    """The state of a park's chain; the newest ``links`` are recomputed. The whole of it is ``verify``'s work."""
    last = Seal.objects.filter(park_id=park_id).order_by("-seq").first()
    if last is None:
        return Chain(0, entries_of(park_id).count(), "", 0, ())
    after = max(0, last.seq - links)
    found = _verify_chain(park_id, _erasures(), after)
    return Chain(last.seq, found.unsealed, bytes(last.digest).hex()[:16], last.seq - after, found.broken)


def done_under(actor: str, verb: str, keys: Iterable[str], since: datetime) -> str | None:
    """Under which of these keys somebody has done a thing since a moment; None: under none of them."""
    done = Entry.objects.filter(actor=actor, verb=verb, key__in=list(keys), at__gt=since)
    return done.order_by("-id").values_list("key", flat=True).first()


def said(entries: Iterable[int]) -> dict[int, str]:
    """What entries say in detail, in words, for verbs that declare how; an erased one says nothing."""
    verbs = [verb.name for verb in VERBS if verb.says]
    found = dict(Entry.objects.filter(pk__in=list(entries), verb__in=verbs).values_list("pk", "verb"))
    bodies = Payload.objects.filter(pk__in=list(found)).values_list("pk", "body")
    return {pk: VERBS.get(found[pk]).says(body) for pk, body in bodies}


def named(subjects: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(type, id) → what the record is called, for types whose records have a name. One query a type."""
    wanted: dict[str, list[str]] = {}
    for of, pk in subjects:
        wanted.setdefault(of, []).append(pk)
    found = {}
    for of, ids in wanted.items():
        known = SUBJECTS.find(of)
        model = apps.get_model(known.model) if known else None
        if model is not None and model.__str__ is not Model.__str__:
            found |= {(of, str(one.pk)): str(one) for one in model._default_manager.filter(pk__in=ids)}
    return found
