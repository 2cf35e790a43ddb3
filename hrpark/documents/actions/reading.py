"""Reading licences off photographs: asked for when one is handed in, done by the worker, proposed to whoever fills in the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db.models import Q

from hrpark.accounts.models import Person
from hrpark.files.models import Attachment
from hrpark.files.storage import open_kept
from hrpark.toolbox.errors import HrparkError
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import reader
from ..models import Reading, ReadingState
from ..rules.licences import KINDS, Line, fields_of, kind_of

READER = System("reader", "证照识别")
PICTURES = ("jpeg", "png")
#: A task that has not been done by then was lost with its worker.
QUEUED = timedelta(minutes=10)


def ask_to_read(*, actor: System | Person, at: datetime, attachment: Attachment, kind: str) -> Reading | None:
    """A photograph of a licence is to be read. None where nothing reads here, or it is no picture; once a file."""
    if not reader.installed() or kind not in KINDS or attachment.kind not in PICTURES or attachment.park_id is None:
        return None
    return _ask(actor=actor, at=at, key=f"read:{attachment.pk}", attachment=attachment, kind=kind)


@verb("documents.read.ask", "送交证照识别")
def _ask(deed: Deed, *, actor: System | Person, at: datetime, key: str, attachment: Attachment, kind: str) -> Reading:
    reading, _ = Reading.objects.get_or_create(
        attachment=attachment, defaults={"park_id": attachment.park_id, "kind": kind, "asked_at": at, "due_at": at}
    )
    deed.record(reading, park=reading.park_id, attachment=attachment.pk)
    return reading


def read_now(pk: int, at: datetime) -> bool:
    """What the worker does: read, outside any transaction, and write down what was found. Done twice, it is written once."""
    reading = Reading.objects.filter(pk=pk, state=ReadingState.WAITING).select_related("attachment").first()
    if reading is None:
        return False
    lines, problem = [], ""
    try:
        with open_kept(reading.attachment.path) as file:
            lines = reader.lines_of(file.read())
    except reader.Unreadable as trouble:
        problem = str(trouble)
    except HrparkError as trouble:
        problem = trouble.message
    write_reading(actor=READER, at=at, key=f"read:{pk}", reading=reading, lines=lines, problem=problem)
    return True


@verb("documents.read", "识别了证照照片")
def write_reading(
    deed: Deed, *, actor: System, at: datetime, key: str, reading: Reading, lines: Sequence[Line], problem: str = ""
) -> Reading:
    """What stands on the photograph, as fields; nothing of it goes anywhere until a person has taken it over."""
    reading = Reading.objects.select_for_update(of=("self",)).get(pk=reading.pk)
    seen = kind_of(lines)
    found = fields_of(reading.kind, lines)
    if not problem and seen and seen != reading.kind:
        problem = f"照片看起来是{KINDS[seen]}，不是{KINDS[reading.kind]}，请核对是否传错。"
    elif not problem and not found:
        problem = "没有认出照片上的文字。请把执照摆正、光线充足、拍满画面后重新上传，或直接填写。"
    reading.state = ReadingState.FAILED if problem else ReadingState.DONE
    reading.found = [] if problem else [asdict(one) for one in found]
    reading.problem, reading.read_at, reading.due_at = problem[:200], at, None
    reading.save()
    deed.record(
        reading, park=reading.park_id, fields=[one.key for one in found], unsure=[one.key for one in found if not one.sure]
    )
    return reading


def take_due_readings(at: datetime) -> list[int]:
    """The readings for which a task must be sent: due, and none sent lately. They are marked as sent."""
    lost = Q(queued_at__isnull=True) | Q(queued_at__lte=at - QUEUED)
    ids = list(Reading.objects.filter(lost, due_at__lte=at).order_by("due_at").values_list("pk", flat=True)[:20])
    Reading.objects.filter(pk__in=ids).update(queued_at=at)
    return ids
