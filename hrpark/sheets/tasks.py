"""What the worker and the tick do for imports."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django_tasks import task

from hrpark.toolbox.tick import each_minute

from .actions import forget_old, take_due, work_on


@task()
def import_due(job: int) -> None:
    work_on(job, at=timezone.localtime())  # a task reads the clock, like a door


def soon(job: int) -> None:
    """Send a due job to the worker now; otherwise the next tick does. Sent twice, it is done once."""
    import_due.enqueue(job)


@each_minute("sheets.imports")
def requeue_due(at: datetime) -> int:
    """Send every due job to the worker: new ones, and those whose worker died (the queue never takes them back)."""
    jobs = take_due(at)
    for job in jobs:
        import_due.enqueue(job)
    return len(jobs)


@each_minute("sheets.forget")
def forget(at: datetime) -> int:
    return forget_old(at)
