"""Reading imports: gates, lists, the preview, the errors as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from hrpark.accounts.queries import Standing
from hrpark.toolbox.errors import NotFound

from . import storage
from .kinds import TARGETS, ImportTarget
from .models import ColumnMapping, ImportJob, ImportRow, State, Verdict
from .rules.cells import shown
from .rules.fields import Field
from .rules.mapping import fingerprint
from .rules.tables import column_name
from .writing import Column, Sheet, workbook


def targets_for(standing: Standing, park_id: int) -> list[ImportTarget]:
    """The registers that the person may import into."""
    return [target for target in TARGETS if standing.may(target.permission, park_id)]


def jobs(standing: Standing, park_id: int) -> QuerySet[ImportJob]:
    """The imports that the person may see, newest first."""
    keys = [target.key for target in targets_for(standing, park_id)]
    return (
        ImportJob.objects.filter(park_id=park_id, target__in=keys).select_related("uploaded_by").order_by("-uploaded_at", "-pk")
    )


def waiting_jobs(standing: Standing, park_id: int) -> QuerySet[ImportJob]:
    """Imports that stand still until somebody chooses columns or looks through the preview and confirms it."""
    return jobs(standing, park_id).filter(state__in=[State.UPLOADED, State.CHECKED], due_at__isnull=True)


def failed_jobs(standing: Standing, park_id: int) -> QuerySet[ImportJob]:
    return jobs(standing, park_id).filter(state=State.FAILED)


def job_for(standing: Standing, pk: int) -> ImportJob:
    """The gate: the job, or NotFound for whoever may not import into its register in its park."""
    job = ImportJob.objects.select_related("park", "uploaded_by", "started_by").filter(pk=pk).first()
    target = TARGETS.find(job.target) if job else None
    if job is None or target is None or not standing.may(target.permission, job.park_id):
        raise NotFound()
    return job


def target_of(job: ImportJob) -> ImportTarget:
    return TARGETS.get(job.target)


def remembered(park_id: int, target: str, header: Sequence[str]) -> dict[int, str] | None:
    """The columns that officers of this park chose for this heading before."""
    row = ColumnMapping.objects.filter(park_id=park_id, target=target, fingerprint=fingerprint(header)).first()
    return {int(column): name for column, name in row.columns.items()} if row else None


def same_file_before(job: ImportJob) -> ImportJob | None:
    """An import of the very same bytes that is done already: worth telling before it is done again."""
    before = ImportJob.objects.filter(park_id=job.park_id, target=job.target, file_sha=job.file_sha, state=State.DONE)
    return before.exclude(pk=job.pk).select_related("uploaded_by").order_by("-pk").first()


@dataclass(frozen=True)
class Progress:
    """How far the running work has come; ``total`` 0 while nobody has begun."""

    doing: str
    done: int
    total: int

    @property
    def percent(self) -> int:
        return min(99, self.done * 100 // self.total) if self.total else 0


def progress(job: ImportJob) -> Progress | None:
    """What a worker is doing for the job, or None when nothing is due."""
    if not job.is_due:
        return None
    doing = "正在写入名册" if job.state == State.IMPORTING else "正在逐行核对"
    return Progress(doing, *storage.told(job.pk))


@dataclass(frozen=True)
class ColumnChoice:
    """One column of the file on the page where columns are chosen."""

    index: int
    letter: str
    heading: str
    samples: tuple[str, ...]
    field: str


def column_choices(job: ImportJob) -> list[ColumnChoice]:
    chosen = job.mapping
    return [
        ColumnChoice(i, column_name(i), name, tuple(row[i] for row in job.samples if i < len(row)), chosen.get(i, ""))
        for i, name in enumerate(job.header)
    ]


def rows(job: ImportJob, *, verdict: str = "", overridable: bool = False, search: str = "") -> QuerySet[ImportRow]:
    """The rows of the preview, in the order of the file. The caller pages."""
    found = job.rows.order_by("number")
    if verdict:
        found = found.filter(verdict=verdict)
    if overridable:
        found = found.filter(verdict__in=[Verdict.ERROR, Verdict.DUPLICATE]).exclude(would_be="")
    if search := search.strip():
        wanted = Q(identity__icontains=search)
        if search.isascii() and search.isdigit() and len(search) < 7:
            wanted |= Q(number=int(search))
        for name in target_of(job).by_name():
            wanted |= Q(**{f"values__{name}__icontains": search})
        found = found.filter(wanted)
    return found


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Line:
    """A row of the preview, ready to show. ``cells`` follow the job's mapped fields."""

    number: int
    verdict: str
    label: str
    cells: tuple[str, ...]
    changes: tuple[Change, ...]
    reasons: tuple[str, ...]
    overridable: bool
    accepted: bool
    reason: str


def mapped_fields(job: ImportJob) -> list[Field]:
    """The fields that the file fills, in the order of the target."""
    chosen = set(job.mapping.values())
    return [field for field in target_of(job).fields if field.name in chosen]


def lines(job: ImportJob, page: Sequence[ImportRow]) -> list[Line]:
    """Rows of the preview in words. A cell that could not be read shows what the file says."""
    fields, where = mapped_fields(job), {name: column for column, name in job.mapping.items()}
    return [_line(row, fields, where) for row in page]


def _line(row: ImportRow, fields: Sequence[Field], where: Mapping[str, int]) -> Line:
    by_name = {field.name: field for field in fields}
    cells = tuple(shown(f, row.values[f.name]) if f.name in row.values else (row.raw[where[f.name]] or "—") for f in fields)
    changes = tuple(
        Change(by_name[n].label, shown(by_name[n], old), shown(by_name[n], new)) for n, (old, new) in row.changes.items()
    )
    reasons = tuple(problem["message"] for problem in row.problems)
    return Line(
        row.number, row.verdict, Verdict(row.verdict).label, cells, changes, reasons,
        bool(row.would_be) and row.verdict in (Verdict.ERROR, Verdict.DUPLICATE), row.accepted, row.reason,
    )  # fmt: skip


def error_workbook(job: ImportJob) -> bytes:
    """The rows that were not taken, in the columns of the upload, with their number and the reason: to mend and upload again."""
    columns = [Column(name) for name in job.header] + [Column("原行号", "integer"), Column("原因", width=60)]
    return workbook(Sheet("有误的行", columns, _refused(job, len(job.header))))


def _refused(job: ImportJob, width: int) -> Iterator[list[Any]]:
    found = job.rows.filter(verdict__in=[Verdict.ERROR, Verdict.DUPLICATE]).order_by("number")
    for row in found.only("number", "raw", "problems").iterator(chunk_size=1000):
        cells = [*row.raw, *[""] * width][:width]
        yield [*cells, row.number, "\n".join(problem["message"] for problem in row.problems)]
