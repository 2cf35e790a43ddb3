"""Verbs of an import: upload, choose columns, check, accept, import. What a worker does with a job that is due stands below.

Reading and judging happen outside a transaction, so that nobody waits for a spreadsheet while the database is locked; what
came out is written in one. The import itself is one transaction: either every accepted row is in the register, or none.
A job's work is due as long as ``due_at`` is set. A worker claims it by moving ``due_at`` on, so a killed one is only late.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, OperationalError
from django.db.models import F, Q

from hrpark.accounts.models import Park, Person
from hrpark.accounts.queries import require, standing_of
from hrpark.toolbox.errors import Conflict, HrparkError, NotFound, Refused
from hrpark.toolbox.text import tidy
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from . import storage
from .kinds import TARGETS, ImportTarget, Row
from .models import ADVANCES, ColumnMapping, ImportJob, ImportRow, State, Verdict
from .queries import remembered, target_of
from .reading import Reading, read_table
from .rules.cells import text_of
from .rules.mapping import checked, fingerprint, suggest
from .rules.verdicts import Judged, differences, find_doubles, judge, python_values, read_row

log = logging.getLogger(__name__)

#: Fewer rows are checked and imported at once, without a worker.
SMALL = 1_000
#: How long a worker may be silent before its work counts as abandoned: several times what MAX_ROWS take.
LEASE = timedelta(minutes=5)
#: How long a task may wait in the queue before another one is sent after it.
QUEUED = timedelta(minutes=2)
#: A job whose worker died so often will kill the next one, too.
MOST_ATTEMPTS = 5
#: Rows and file of a job that has rested so long are deleted (个人信息保护法 art. 19: no longer than needed).
KEPT = timedelta(days=90)
_SYSTEM = System("import", "系统（导入）")


class Stale(Conflict):
    """Between preview and import somebody changed a record that the import would write."""


# --- what a person does ---------------------------------------------------------------------------------------------------


def upload_table(
    *, actor: Person | System, at: datetime, key: str, park: Park, target: str, data: bytes, filename: str
) -> ImportJob:  # fmt: skip
    """Read an uploaded table and keep it as a job with suggested columns. Refused with the reason when it can't be read."""
    kind = TARGETS.find(target)
    if kind is None:
        raise NotFound()
    require(actor, kind.permission, park.pk, at.date())
    reading = read_table(data, filename, words=kind.words())
    name, digest = storage.keep(park.pk, data)
    return _upload(
        actor=actor, at=at, key=key, park=park, kind=kind, reading=reading, stored=name, digest=digest, size=len(data), filename=filename
    )  # fmt: skip


@verb("sheets.import.upload", "上传了待导入的表格")
def _upload(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, park: Park, kind: ImportTarget, reading: Reading, stored: str,
    digest: str, size: int, filename: str,
) -> ImportJob:  # fmt: skip
    job = ImportJob(
        park=park, target=kind.key, filename=tidy(filename)[-200:] or "未命名", file_sha=digest, stored_name=stored, size=size,
        uploaded_by=actor if isinstance(actor, Person) else None, uploaded_at=at, changed_at=at,
    )  # fmt: skip
    _describe(job, kind, reading)
    job.save()
    deed.record(job, park=park.pk, target=kind.key, filename=job.filename, sha256=digest, rows=job.total)
    return job


def read_again(
    *, actor: Person | System, at: datetime, key: str, job: ImportJob, sheet: str = "", header_row: int | None = None, repair: bool = True
) -> ImportJob:  # fmt: skip
    """Read the file in another way than guessed: another sheet, another heading row, mojibake as it is stored."""
    kind = target_of(job)
    require(actor, kind.permission, job.park_id, at.date())
    reading = read_table(
        storage.load(job.stored_name), job.filename, sheet=sheet, header_row=header_row, repair=repair, words=kind.words()
    )
    return _read_again(actor=actor, at=at, key=key, job=job, reading=reading, header_row=header_row, repair=repair)


@verb("sheets.import.reread", "改变了表格的读取方式")
def _read_again(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, job: ImportJob, reading: Reading, header_row: int | None, repair: bool
) -> ImportJob:  # fmt: skip
    job = _advance(job, State.UPLOADED, at)
    job.header_row, job.repair = header_row, repair
    _describe(job, target_of(job), reading)
    _drop_rows(job)
    job.save()
    deed.record(job, park=job.park_id, sheet=job.sheet, header_row=header_row, repair=repair)
    return job


def _describe(job: ImportJob, kind: ImportTarget, reading: Reading) -> None:
    """What was read, and the columns as an officer chose them for this heading before, or as the headings suggest."""
    before = remembered(job.park_id, kind.key, reading.header)
    names = kind.by_name()
    if before and set(before.values()) <= set(names) and all(c < len(reading.header) for c in before):
        columns, job.remembered = before, True
    else:
        columns, job.remembered = suggest(reading.header, kind.fields), False
    job.sheet, job.sheets = reading.sheet, [s.name for s in reading.sheets]
    job.told = reading.told
    job.notes = [asdict(note) for note in reading.notes]
    job.header, job.header_rows = list(reading.header), list(reading.header_rows)
    job.samples = [[text_of(c)[:60] for c in row.cells] for row in reading.rows[:5]]
    job.columns = {str(column): name for column, name in columns.items()}
    job.total = len(reading.rows)


def map_columns(*, actor: Person | System, at: datetime, key: str, job: ImportJob, columns: Mapping[int, str]) -> ImportJob:
    """Say which column is which field, and have the rows checked: a small table at once, a large one by the worker."""
    job = _map(actor=actor, at=at, key=key, job=job, columns=columns)
    if job.state == State.MAPPED and job.total < SMALL:
        return check_rows(job=job, at=at)
    return job


@verb("sheets.import.map", "确认了各列的含义")
def _map(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, job: ImportJob, columns: Mapping[int, str]
) -> ImportJob:
    kind = target_of(job)
    require(actor, kind.permission, job.park_id, at.date())
    job = _advance(job, State.MAPPED, at)
    chosen = checked(columns, job.header, kind.fields, kind.identities())
    job.columns = {str(column): name for column, name in chosen.items()}
    ColumnMapping.objects.update_or_create(
        park_id=job.park_id,
        target=job.target,
        fingerprint=fingerprint(job.header),
        defaults={"columns": job.columns, "used_at": at},
    )
    _drop_rows(job)
    job.save()
    deed.record(job, park=job.park_id, columns={job.header[c]: name for c, name in chosen.items()})
    return job


@verb("sheets.import.override", "对有疑问的行作了说明")
def override_rows(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, job: ImportJob, numbers: Collection[int], reason: str
) -> ImportJob:  # fmt: skip
    """Let rows pass whose problems can be overridden, with the reason that will be kept with the records.

    Of several rows with the same identity and different content, the one named here is taken.
    """
    require(actor, target_of(job).permission, job.park_id, at.date())
    job = _advance(job, State.CHECKED, at)
    reason = tidy(reason)[:200]
    if len(reason) < 2:
        raise Refused("请填写说明，例如“已核对营业执照原件”。", field="reason")
    rows = list(job.rows.filter(number__in=numbers, verdict__in=[Verdict.ERROR, Verdict.DUPLICATE]).exclude(would_be=""))
    if not rows or len(rows) != len(set(numbers)):
        raise Refused("所选的行中有不能凭说明通过的，请只选择标明“可填写说明后继续”的行。", field="numbers")
    wanted = [row.identity for row in rows]
    rivals = job.rows.filter(identity__in=wanted, verdict__in=[Verdict.NEW, Verdict.CHANGED]).first()
    if rivals or len(set(wanted)) != len(wanted):
        raise Refused("同一条记录只能选定一行，请重新选择。", field="numbers")
    for row in rows:
        row.verdict, row.reason = row.would_be, reason
    ImportRow.objects.bulk_update(rows, ["verdict", "reason"], batch_size=500)
    _count(job)
    job.save()
    deed.record(job, park=job.park_id, rows=sorted(numbers)[:200], reason=reason)
    return job


@verb("sheets.import.accept", "确认了要导入的行")
def accept(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, job: ImportJob, verdicts: Collection[str]
) -> ImportJob:
    """Choose what shall be imported: the new rows, the changed ones, or both. Together they are all or nothing."""
    require(actor, target_of(job).permission, job.park_id, at.date())
    job = _advance(job, State.CHECKED, at)
    _accept(job, verdicts)
    job.save()
    deed.record(job, park=job.park_id, verdicts=sorted(verdicts), rows=job.accepted)
    return job


def _accept(job: ImportJob, verdicts: Collection[str]) -> None:
    if not set(verdicts) <= {Verdict.NEW, Verdict.CHANGED}:
        raise Refused("只有新增和变更的行可以导入，请重新选择。", field="verdicts")
    job.rows.filter(accepted=True).exclude(verdict__in=verdicts).update(accepted=False)
    job.rows.filter(accepted=False, verdict__in=verdicts).update(accepted=True)
    job.accepted = job.rows.filter(accepted=True).count()


def run_import(
    *, actor: Person | System, at: datetime, key: str, job: ImportJob, verdicts: Collection[str] | None = None
) -> ImportJob:  # fmt: skip
    """Write the accepted rows into the register: a few at once, many by the worker. ``verdicts`` accepts in the same step."""
    try:
        job = _start(actor=actor, at=at, key=key, job=job, verdicts=verdicts)
    except IntegrityError as error:
        raise Conflict("同一名册正在导入另一个文件，请等它完成后再导入。") from error
    if job.state == State.IMPORTING and job.accepted < SMALL:
        return write_rows(job=job, at=at)
    return job


@verb("sheets.import.start", "开始导入")
def _start(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, job: ImportJob, verdicts: Collection[str] | None
) -> ImportJob:  # fmt: skip
    require(actor, target_of(job).permission, job.park_id, at.date())
    job = _advance(job, State.IMPORTING, at)
    if verdicts is not None:
        _accept(job, verdicts)
    if not job.accepted:
        same = job.counts.get(Verdict.SAME, 0)
        raise Refused(
            f"没有需要导入的行：{same}行与名册一致，无需改动。"
            if same == job.total
            else "没有选定要导入的行，请先选择新增或变更的行。",
            field="verdicts",
        )
    job.started_by = actor if isinstance(actor, Person) else None
    job.save()
    deed.record(job, park=job.park_id, rows=job.accepted)
    return job


@verb("sheets.import.cancel", "取消了导入")
def cancel(deed: Deed, *, actor: Person | System, at: datetime, key: str, job: ImportJob) -> ImportJob:
    """Give an import up before it is written. Its rows and its file are deleted."""
    require(actor, target_of(job).permission, job.park_id, at.date())
    job = _advance(job, State.CANCELLED, at)
    _forget(job, at)
    job.save()
    deed.record(job, park=job.park_id, filename=job.filename)
    return job


# --- states and counts ----------------------------------------------------------------------------------------------------

_IN_THE_WAY = {
    State.MAPPED: "这次导入正在核对，请等核对完成。",
    State.IMPORTING: "这次导入正在写入名册，请等它完成。",
    State.DONE: "这次导入已经完成，不能再改。如需更正，请上传新的文件。",
    State.CANCELLED: "这次导入已经取消。如需导入，请重新上传。",
    State.UPLOADED: "请先确认各列的含义。",
    State.FAILED: "这次导入没有成功，请重新确认各列的含义后再试。",
}


def _advance(job: ImportJob, state: State, at: datetime, *, writing: bool = False) -> ImportJob:
    """Lock the job as it stands now, and move it on; Conflict when somebody else has moved it elsewhere.

    While it is being imported, only who writes (``writing``) moves it.
    """
    locked = ImportJob.objects.select_for_update().get(pk=job.pk)
    if state not in ADVANCES[locked.state] or locked.forgotten_at or (locked.state == State.IMPORTING and not writing):
        raise Conflict(_IN_THE_WAY.get(State(locked.state), "这次导入的状态已有变化，请刷新页面后再试。"))
    locked.state, locked.changed_at = state, at
    locked.due_at = at if state in (State.MAPPED, State.IMPORTING) else None
    if state in (State.MAPPED, State.IMPORTING):
        locked.queued_at, locked.attempts = None, 0
    if state == State.MAPPED:
        locked.revision += 1
    if state not in (State.CHECKED, State.FAILED):
        locked.error = ""
    storage.untell(locked.pk)
    return locked


def _drop_rows(job: ImportJob) -> None:
    job.rows.all().delete()
    job.counts, job.accepted = {}, 0


def _count(job: ImportJob) -> None:
    counts = {verdict: job.rows.filter(verdict=verdict).count() for verdict in Verdict.values}
    open_rows = job.rows.filter(verdict__in=[Verdict.ERROR, Verdict.DUPLICATE]).exclude(would_be="")
    job.counts = {**counts, "overridable": open_rows.count()}


def _forget(job: ImportJob, at: datetime) -> None:
    job.rows.all().delete()
    others = ImportJob.objects.filter(stored_name=job.stored_name).exclude(pk=job.pk)
    if not others.exists():
        storage.forget(job.stored_name)
    job.stored_name, job.samples, job.accepted, job.forgotten_at = "", [], 0, at


# --- checking -------------------------------------------------------------------------------------------------------------


def check_rows(*, job: ImportJob, at: datetime) -> ImportJob:
    """Judge every row of a mapped job, and keep the verdicts. Late or repeated calls change nothing."""
    job = ImportJob.objects.select_related("park", "uploaded_by").get(pk=job.pk)
    if job.state != State.MAPPED:
        return job
    try:
        judged = _judge(job, at)
        return _keep_verdicts(actor=_SYSTEM, at=at, key=f"check-{job.pk}-{job.revision}", job=job, judged=judged)
    except Conflict:
        return ImportJob.objects.get(pk=job.pk)
    except HrparkError as error:
        return _fail(actor=_SYSTEM, at=at, key=f"fail-{job.pk}-{job.revision}", job=job, reason=error.message)


def _judge(job: ImportJob, at: datetime) -> list[tuple[Judged, list[str]]]:
    kind = target_of(job)
    fields, identities, columns = kind.by_name(), kind.identities(), job.mapping
    reading = read_table(
        storage.load(job.stored_name), job.filename, sheet=job.sheet, header_row=job.header_row, repair=job.repair, words=kind.words()
    )  # fmt: skip
    if list(reading.header) != job.header:
        raise Refused("文件的表头与确认各列时不同，请重新选择读取方式。")
    total = len(reading.rows) * 2
    rows: list[Judged] = []
    raw: list[list[str]] = []
    for row in reading.rows:
        rows.append(read_row(row, columns, reading.header, fields, identities))
        raw.append([text_of(c) for c in row.cells])
        if len(rows) % 2000 == 0:
            storage.tell(job.pk, len(rows), total)
    _skip_example(kind, rows, raw)
    find_doubles(rows, fields)
    _ask_target(kind, job, rows, at)
    known = sorted({row.identity for row in rows if row.identity})
    current: dict[str, Mapping[str, Any]] = {}
    for n, part in enumerate(_parts(known, kind.chunk), 1):
        current |= kind.existing(job.park_id, part)
        storage.tell(job.pk, len(rows) + min(n * kind.chunk, len(known)) * len(rows) // max(len(known), 1), total)
    judge(rows, current, identities)
    return list(zip(rows, raw, strict=True))


def _skip_example(kind: ImportTarget, rows: list[Judged], raw: list[list[str]]) -> None:
    """The example row of our own template, come back as it was: not a record."""
    example = [f.example for f in kind.fields]
    if any(example) and raw and [cell for cell in raw[0] if cell] == [cell for cell in example if cell]:
        del rows[0], raw[0]


def _ask_target(kind: ImportTarget, job: ImportJob, rows: Sequence[Judged], at: datetime) -> None:
    fields = kind.by_name()
    values = [python_values(row.values, fields) for row in rows]
    context = kind.context(job.park_id, at, values)
    for row, own in zip(rows, values, strict=True):
        row.problems += kind.check(own, context)


def _parts(things: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]


@verb("sheets.import.check", "核对了全部行")
def _keep_verdicts(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, job: ImportJob, judged: Sequence[tuple[Judged, list[str]]]
) -> ImportJob:  # fmt: skip
    revision = job.revision
    job = _advance(job, State.CHECKED, at)
    if job.revision != revision:
        raise Conflict("这次导入已按新的选择重新核对。")
    job.rows.all().delete()
    ImportRow.objects.bulk_create(
        (
            ImportRow(
                job=job, number=row.number, identity=row.identity[:300], raw=raw, values=row.values, changes=row.changes,
                problems=[asdict(p) for p in row.problems], verdict=row.verdict, would_be=row.would_be,
            )
            for row, raw in judged
        ),
        batch_size=2000,
    )  # fmt: skip
    job.total = len(judged)
    _count(job)
    job.save()
    deed.record(job, park=job.park_id, **job.counts)
    return job


# --- writing --------------------------------------------------------------------------------------------------------------


def write_rows(*, job: ImportJob, at: datetime) -> ImportJob:
    """Write the accepted rows of a job that is being imported, all in one transaction. Late or repeated calls change nothing.

    A record that somebody changed after the preview sends the whole job back to be checked anew; nothing is written then.
    """
    job = ImportJob.objects.select_related("park", "started_by").get(pk=job.pk)
    if job.state != State.IMPORTING:
        return job
    actor = job.started_by or _SYSTEM
    key = f"{job.pk}-{job.revision}"
    try:
        return _write(actor=actor, at=at, key=f"write-{key}", job=job)
    except (Stale, IntegrityError) as error:
        reason = error.message if isinstance(error, Stale) else "导入时名册刚被他人改动，已重新核对，请查看后再次确认。"
        again = _check_again(actor=_SYSTEM, at=at, key=f"again-{key}", job=job, reason=reason)
        return check_rows(job=again, at=at) if again.total < SMALL else again
    except Conflict:
        return ImportJob.objects.get(pk=job.pk)
    except HrparkError as error:
        return _fail(actor=_SYSTEM, at=at, key=f"fail-{key}", job=job, reason=error.message)


@verb("sheets.import.write", "导入了表格")
def _write(deed: Deed, *, actor: Person | System, at: datetime, key: str, job: ImportJob) -> ImportJob:
    kind, park, revision = target_of(job), job.park, job.revision
    job = _advance(job, State.DONE, at, writing=True)
    if job.revision != revision:
        raise Conflict("这次导入已重新核对。")
    done = created = changed = 0
    rows = job.rows.filter(accepted=True).order_by("number")
    for part in _parts(list(rows.values("number", "identity", "values", "changes", "verdict", "reason")), kind.chunk):
        current = kind.existing(park.pk, [row["identity"] for row in part], lock=True)
        ready = [r for r in (_row(row, current.get(row["identity"]), kind) for row in part) if r is not None]
        told = list(kind.write(ready, actor=actor, at=at, park=park, job=job)) if ready else []
        deed.also_many(told, park=park.pk)
        created += sum(row.new for row in ready)
        changed += sum(not row.new for row in ready)
        done += len(part)
        storage.tell(job.pk, done, job.accepted)
    job.created, job.changed = created, changed
    job.save()
    deed.record(job, park=park.pk, filename=job.filename, created=created, changed=changed)
    return job


def _row(row: Mapping[str, Any], current: Mapping[str, Any] | None, kind: ImportTarget) -> Row | None:
    """An accepted row as the target gets it, when the register still is as the officer saw it; None when nothing is left to do."""
    new, identity, fields = row["verdict"] == Verdict.NEW, row["identity"], kind.by_name()
    now = differences(row["values"], current, kind.identities()) if current is not None else {}
    if current is None and not new:
        raise Stale(f"“{identity}”在预览之后已从名册中移出，已重新核对，请查看后再次确认。")
    if current is not None:
        if not now:
            return None
        if new or any(row["changes"].get(name) != change for name, change in now.items()):
            raise Stale(f"“{identity}”在预览之后被他人改动，已重新核对，请查看后再次确认。")
    olds = python_values({name: old for name, (old, _) in now.items()}, fields)
    values = python_values(row["values"], fields)
    return Row(row["number"], identity, values, new, {name: (olds[name], values[name]) for name in now}, row["reason"])


@verb("sheets.import.again", "名册有变，重新核对")
def _check_again(deed: Deed, *, actor: Person | System, at: datetime, key: str, job: ImportJob, reason: str) -> ImportJob:
    job = _advance(job, State.MAPPED, at, writing=True)
    job.error = reason[:500]
    job.accepted = 0
    job.rows.filter(accepted=True).update(accepted=False)
    job.save()
    deed.record(job, park=job.park_id, reason=reason)
    return job


@verb("sheets.import.fail", "导入没有成功")
def _fail(deed: Deed, *, actor: Person | System, at: datetime, key: str, job: ImportJob, reason: str) -> ImportJob:
    job = _advance(job, State.FAILED, at, writing=True)
    job.error = reason[:500]
    job.save()
    deed.record(job, park=job.park_id, reason=reason)
    return job


# --- what leaves the house ------------------------------------------------------------------------------------------------


def _taken(data: Mapping[str, Any]) -> str:
    """Which list, narrowed how, how many rows."""
    return f"{data['table']}，筛选：{data['narrowed'] or '无'}，{data['rows']} 行"


@verb("sheets.export", "导出了名单", says=_taken)
def record_export(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, park: Park, permission: str, table: str, narrowed: str,
    columns: Sequence[str], rows: int,
) -> Park:  # fmt: skip
    """That rows of a park's list were taken away as a file: which list, narrowed how, in words, how many (个人信息保护法 art. 51)."""
    if isinstance(actor, Person):
        standing = standing_of(actor, at.date())
        if not standing.hats_in(park.pk):
            raise NotFound()
        if permission and not standing.own(permission, park.pk):
            require(actor, permission, park.pk, at.date())
    deed.record(park, park=park.pk, table=table, narrowed=narrowed, columns=columns, rows=rows)
    return park


@verb("sheets.import.take", "下载了导入中有误和重复的行", says=lambda data: f"{data['rows']} 行")
def record_taking(deed: Deed, *, actor: Person | System, at: datetime, key: str, job: ImportJob) -> ImportJob:
    """That the rows of an import which were not taken in left the house as a file."""
    require(actor, TARGETS.get(job.target).permission, job.park_id, at.date())
    rows = job.rows.filter(verdict__in=[Verdict.ERROR, Verdict.DUPLICATE]).count()
    deed.record(job, park=job.park_id, filename=job.filename, rows=rows)
    return job


# --- what a worker and the tick do ----------------------------------------------------------------------------------------


def work_on(job_id: int, *, at: datetime) -> None:
    """Do what is due for a job, unless another worker has it. Killed at any point, the job is due again after LEASE."""
    claimed = ImportJob.objects.filter(pk=job_id, due_at__lte=at).update(due_at=at + LEASE, attempts=F("attempts") + 1)
    if not claimed:
        return
    job = ImportJob.objects.get(pk=job_id)
    key = f"fail-{job.pk}-{job.revision}-{job.attempts}"
    if job.attempts > MOST_ATTEMPTS:
        reason = f"处理中断了{MOST_ATTEMPTS}次，已停止。名册没有改动；请把文件拆小后重新上传，或联系系统管理员。"
        _fail(actor=_SYSTEM, at=at, key=key, job=job, reason=reason)
        return
    try:
        if job.state == State.MAPPED:
            check_rows(job=job, at=at)
        elif job.state == State.IMPORTING:
            write_rows(job=job, at=at)
    except OperationalError:
        # A locked or vanished database: the job stays due and is tried again.
        raise
    except Exception:
        reason = "系统出错，名册没有改动。请稍后重新确认各列后再试；如仍出现，请把时间告诉系统管理员。"
        _fail(actor=_SYSTEM, at=at, key=key, job=job, reason=reason)
        raise


def take_due(at: datetime) -> list[int]:
    """The jobs for which a task must be sent: due, and none sent lately. They are marked as sent."""
    due = ImportJob.objects.filter(due_at__lte=at).filter(Q(queued_at__isnull=True) | Q(queued_at__lte=at - QUEUED))
    ids = list(due.order_by("due_at").values_list("pk", flat=True)[:100])
    ImportJob.objects.filter(pk__in=ids).update(queued_at=at)
    return ids


def forget_old(at: datetime) -> int:
    """Delete rows and files of jobs that have rested for KEPT; the job itself stays, with its counts. Returns how many."""
    resting = ImportJob.objects.filter(forgotten_at__isnull=True, changed_at__lte=at - KEPT).exclude(due_at__isnull=False)
    jobs = list(resting[:50])
    for job in jobs:
        forget_job(actor=_SYSTEM, at=at, key=f"forget-{job.pk}", job=job)
    return len(jobs)


@verb("sheets.import.forget", "按期删除了导入文件和逐行内容")
def forget_job(deed: Deed, *, actor: Person | System, at: datetime, key: str, job: ImportJob) -> ImportJob:
    job = ImportJob.objects.select_for_update().get(pk=job.pk)
    if job.state not in (State.DONE, State.CANCELLED):
        job.state, job.due_at = State.CANCELLED, None
    _forget(job, at)
    job.save()
    deed.record(job, park=job.park_id, filename=job.filename)
    return job
