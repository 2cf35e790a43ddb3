"""Facts: what rooms above found out about an institution, and who has to look again.

Plain functions, called inside the transaction of the deed that found it out; the trail of that deed tells why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from hrpark.toolbox.errors import Misconfigured

from ..kinds import FACTS, READERS
from ..models import Dirty, Fact, Institution

CHUNK = 5000


def record_fact(
    *, institution: Institution, key: str, value: Any, on: date, source: str, at: datetime, until: date | None = None
) -> Fact:  # fmt: skip
    """The value holds from ``on`` (up to, not including, ``until``). Closes the row that held before, marks every reader.

    A value found out late is put where it belongs: it ends where the next known one begins. The same value again changes
    nothing and wakes nobody.
    """
    return _record(institution, key, value, on, source, at, until)[0]


def _record(
    institution: Institution, key: str, value: Any, on: date, source: str, at: datetime, until: date | None = None
) -> tuple[Fact, bool]:
    FACTS.get(key)
    _in_transaction()
    Institution.objects.select_for_update().get(pk=institution.pk)
    mine = Fact.objects.filter(institution=institution, key=key)
    before = mine.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on).first()
    following = mine.filter(valid_from__gt=on).exclude(valid_to__lte=on).order_by("valid_from").first()
    if following is not None:
        until = following.valid_from if until is None else min(until, following.valid_from)
    if before is not None and before.value == value and (until is None or before.valid_to == until or before.valid_to is None):
        return before, False
    if before is not None:
        before.valid_to = on
        before.save(update_fields=["valid_to"])
    new = Fact.objects.create(
        institution=institution, key=key, value=value, valid_from=on, valid_to=until, source=source[:64], recorded_at=at
    )
    mark_dirty([institution.pk], key, at)
    return new, True


def record_facts(*, key: str, values: Mapping[int, Any], on: date, source: str, at: datetime) -> int:
    """The same for many institutions (id → value) in a few statements; returns how many changed."""
    FACTS.get(key)
    _in_transaction()
    changed: list[int] = []
    ids = sorted(values)
    for chunk in (ids[i : i + CHUNK] for i in range(0, len(ids), CHUNK)):
        mine = Fact.objects.filter(key=key, institution_id__in=chunk)
        late = set(mine.filter(valid_from__gt=on).values_list("institution_id", flat=True))
        held = {f.institution_id: f for f in mine.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)}
        fresh = [pk for pk in chunk if pk not in late and (pk not in held or held[pk].value != values[pk])]
        Fact.objects.filter(pk__in=[held[pk].pk for pk in fresh if pk in held]).update(valid_to=on)
        Fact.objects.bulk_create(
            Fact(institution_id=pk, key=key, value=values[pk], valid_from=on, source=source[:64], recorded_at=at)
            for pk in fresh
        )
        changed += fresh
        for institution in Institution.objects.filter(pk__in=late):
            if _record(institution, key, values[institution.pk], on, source, at)[1]:
                changed.append(institution.pk)
    mark_dirty(changed, key, at)
    return len(changed)


def mark_dirty(institutions: Iterable[int], key: str, at: datetime) -> None:
    """Every reader of that key has to look at these institutions again.

    An existing mark is written again, not left alone: that holds it until this transaction ends, so that a reader who takes
    it cannot read the dossier before the change and have the mark gone after it.
    """
    _in_transaction()
    readers = sorted(READERS.get(key, ()))
    if not readers:
        return
    marks = [Dirty(institution_id=pk, reader=name, since=at) for pk in sorted(set(institutions)) for name in readers]
    Dirty.objects.bulk_create(
        marks, batch_size=300, update_conflicts=True, unique_fields=["institution", "reader"], update_fields=["since"]
    )


def take_dirty(reader: str, limit: int = 100) -> list[int]:
    """The institutions that a reader has to look at again, the longest waiting first. Taken off in the reader's transaction:
    if that fails, they are still marked."""
    _in_transaction()
    waiting = Dirty.objects.filter(reader=reader).order_by("since", "pk")
    if connection.features.has_select_for_update_skip_locked:
        waiting = waiting.select_for_update(skip_locked=True)
    taken = list(waiting.values_list("pk", "institution_id")[:limit])
    Dirty.objects.filter(pk__in=[pk for pk, _ in taken]).delete()
    return [institution for _, institution in taken]


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise Misconfigured("Facts and marks are written inside the transaction of the deed they come from")
