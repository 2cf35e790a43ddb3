"""What the worker and the tick do for documents."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django_tasks import task

from hrpark.toolbox.tick import each_minute

from . import reader
from .actions import carry_on, read_now, take_due_readings


@each_minute("documents.esign")
def envelopes(at: datetime) -> int:
    """What is to be signed on a platform: handed over, asked about, brought back."""
    return carry_on(at)


@task()
def read_licence(pk: int) -> None:
    read_now(pk, timezone.localtime())  # a task reads the clock, like a door


def soon(pk: int) -> None:
    """Send a photograph to the worker now; otherwise the next tick does. Sent twice, it is read once."""
    read_licence.enqueue(pk)


@each_minute("documents.readings")
def readings(at: datetime) -> int:
    """Photographs whose task was never sent, or whose worker died."""
    due = take_due_readings(at) if reader.installed() else []
    for pk in due:
        read_licence.enqueue(pk)
    return len(due)
