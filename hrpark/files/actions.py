"""Attaching and removing files. The bytes are on the disk before the row is: a crash in between leaves an orphan only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from django.utils import timezone

from hrpark.accounts.models import Park, Person
from hrpark.accounts.queries import standing_of
from hrpark.toolbox.errors import Conflict, NotAllowed, NotFound, Refused
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from . import storage
from .kinds import GATES
from .models import Attachment
from .queries import attachments_of, may_write

#: Of one subject at a time; more belongs into one PDF.
MOST = 200
#: How long a file may lie without a row before it counts as left behind by a crash.
ORPHANED = timedelta(hours=24)


class Subject(Protocol):
    """A record of any room: a model marked with ``@subject``, or a ``Reference`` to one."""

    subject_type: str
    pk: Any


@dataclass(frozen=True)
class Reference:
    """A subject by type and id alone."""

    subject_type: str
    pk: str


def attach(
    *, actor: System | Person, at: datetime, key: str, to: Subject, file: storage.Source, park: Park | None, label: str,
    name: str = "", personal: bool = False, replaces: Attachment | None = None, field: str = "file",
) -> Attachment:  # fmt: skip
    """Keep a file and attach it to a subject, as a new one or instead of an older version.

    The file is written and examined before the transaction begins, so that nobody waits for a disk while the database
    is locked. When the row is not written (refused, a repeated key, an error) the file goes again.
    """
    _require_gate(actor, to.subject_type, to.pk, at)
    kept = storage.keep(file, name or getattr(file, "name", None) or "", field=field)
    try:
        attachment = _attach(
            actor=actor, at=at, key=key, to=to, kept=kept, park=park, label=label, personal=personal, replaces=replaces, field=field
        )  # fmt: skip
    except BaseException:
        storage.forget(kept.path)
        raise
    if attachment.path != kept.path:
        storage.forget(kept.path)
    return attachment


@verb("files.attach", "上传了附件")
def _attach(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, to: Subject, kept: storage.Kept, park: Park | None, label: str,
    personal: bool, replaces: Attachment | None, field: str,
) -> Attachment:  # fmt: skip
    if attachments_of(to.subject_type, to.pk).count() >= MOST:
        raise Refused(f"这里已有 {MOST} 个附件。请先移除不需要的，或合并成一个 PDF 后再上传。", field=field)
    attachment = Attachment.objects.create(
        park=park, of_type=to.subject_type, of_id=str(to.pk), label=label[:80], kind=kept.examined.content.key,
        name=kept.examined.name, size=kept.size, sha256=kept.sha256, media_type=kept.examined.content.media_type, path=kept.path,
        personal=personal, uploaded_by=actor.actor_key, uploaded_by_name=actor.actor_name[:80], at=at,
    )  # fmt: skip
    if replaces is not None:
        _replace(replaces, attachment)
    park_id = park.pk if park else None
    deed.record(attachment, park=park_id, sha256=kept.sha256, of=f"{to.subject_type}:{to.pk}", replaces=replaces)
    deed.also(to, park=park_id, attachment=attachment.pk, label=attachment.label, name=attachment.name)
    return attachment


def _replace(old: Attachment, new: Attachment) -> None:
    locked = Attachment.objects.select_for_update().get(pk=old.pk)
    if (locked.of_type, locked.of_id) != (new.of_type, new.of_id):
        raise NotFound()
    if not locked.is_current:
        raise Conflict("这个附件刚刚已被替换或移除。请刷新页面，确认现在的版本后再上传。")
    locked.replaced_by = new
    locked.save(update_fields=["replaced_by"])


@verb("files.remove", "移除了附件")
def remove(deed: Deed, *, actor: System | Person, at: datetime, key: str, attachment: Attachment, reason: str) -> Attachment:
    """Take a file out of sight, with the reason. The bytes stay with the record that once rested on them."""
    _require_gate(actor, attachment.of_type, attachment.of_id, at)
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise Refused("请填写移除原因，例如“传错文件”。", field="reason")
    attachment = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if attachment.removed_at is not None:
        raise Conflict("这个附件刚刚已被移除，无需再次操作。")
    attachment.removed_at, attachment.removed_reason = at, reason
    attachment.save(update_fields=["removed_at", "removed_reason"])
    deed.record(attachment, park=attachment.park_id, reason=reason)
    deed.also(
        Reference(attachment.of_type, attachment.of_id), park=attachment.park_id, attachment=attachment.pk, reason=reason
    )  # fmt: skip
    return attachment


def sweep(at: datetime) -> int:
    """Take files off the disk that no row knows and that are a day old: what crashes left. Returns how many."""
    gone, batch = 0, []
    for path, file in storage.strays(at - ORPHANED):
        batch.append((path, file))
        if len(batch) == 500:
            gone, batch = gone + _sweep(batch), []
    return gone + _sweep(batch)


def _sweep(batch: list[tuple[str, Path]]) -> int:
    known = set(Attachment.objects.filter(path__in=[path for path, _ in batch if path]).values_list("path", flat=True))
    orphans = [file for path, file in batch if path not in known]
    for file in orphans:
        file.unlink(missing_ok=True)
    return len(orphans)


def _require_gate(actor: System | Person, subject_type: str, subject_id: object, at: datetime) -> None:
    """Who may not write must not learn whether the subject exists, unless they may read it anyway."""
    if isinstance(actor, System):
        GATES.get(subject_type)
        return
    on = timezone.localtime(at).date()
    standing = standing_of(actor, on)
    if may_write(standing, subject_type, subject_id, on):
        return
    if GATES.get(subject_type).read(standing, str(subject_id), on):
        raise NotAllowed("您可以查看这里的附件，但不能添加或移除。如需更改，请联系经办人。")
    raise NotFound()
