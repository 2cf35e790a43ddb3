"""What imports forget of a person: the rows and the file of every table in which they stand. What was imported stays, looked
through like everything else."""

from __future__ import annotations

from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from hrpark.accounts.erasure import Forgetting, Leaver, forgets
from hrpark.accounts.models import Person
from hrpark.accounts.traces import as_stored
from hrpark.trail.kinds import System

from .actions import forget_job
from .models import ImportJob, ImportRow, State

HOUSE = System("erasure", "个人信息删除")


def _mentioning(words: tuple[str, ...]) -> QuerySet[ImportJob]:
    columns = ("raw", "values", "changes", "problems")
    rows = ImportRow.objects.annotate(**{f"as_{c}": Cast(c, TextField()) for c in columns})
    said = [Q(**{f"as_{c}__icontains": one}) for c in columns for word in words for one in as_stored(word)]
    shown = Cast("samples", TextField())
    heads = [Q(as_samples__icontains=one) for word in words for one in as_stored(word)]
    jobs = ImportJob.objects.annotate(as_samples=shown).filter(forgotten_at__isnull=True)
    return jobs.filter(Q(pk__in=rows.filter(reduce(or_, said)).values("job")) | reduce(or_, heads)).order_by("pk")


@forgets
class SheetsForget(Forgetting):
    key = "sheets"

    def hinders(self, person: Person, on: date) -> list[str]:
        running = ImportJob.objects.filter(uploaded_by=person, due_at__isnull=False)
        return ["有本人上传的表格正在导入，请等导入结束。"] if running.exists() else []

    def forget(self, leaver: Leaver, at: datetime) -> None:
        words = (*leaver.traces.names, *leaver.traces.spellings)
        for job in _mentioning(words).exclude(state=State.IMPORTING):
            forget_job(actor=HOUSE, at=at, key=f"erase-{leaver.person.pk}-{job.pk}", job=job)
