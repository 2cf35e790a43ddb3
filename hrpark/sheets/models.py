"""sheets: tables in and out. One engine for the import of every register, one way to write every export (floor 4).

A job keeps what the officer decided (sheet, columns, accepted verdicts) and how far it has come; its work is due as long as
``due_at`` is set, whatever happens to the worker. What can be imported is declared by the rooms above, one file a target
(``kinds.ImportTarget``). Rows and the file itself hold personal data and are forgotten some time after the job has ended.

Not here: what a row means (the target), pages (web), attachments (files).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from hrpark.accounts.models import Park, Person
from hrpark.trail.actions import subject


class State(models.TextChoices):
    UPLOADED = "uploaded", "待对应列"
    MAPPED = "mapped", "核对中"
    CHECKED = "checked", "待确认"
    IMPORTING = "importing", "导入中"
    DONE = "done", "已完成"
    FAILED = "failed", "未成功"
    CANCELLED = "cancelled", "已取消"


#: From each state, where a job may go. Back to UPLOADED: read in another way; back to MAPPED: checked anew.
ADVANCES: dict[str, frozenset[str]] = {
    State.UPLOADED: frozenset({State.UPLOADED, State.MAPPED, State.CANCELLED}),
    State.MAPPED: frozenset({State.UPLOADED, State.MAPPED, State.CHECKED, State.FAILED, State.CANCELLED}),
    State.CHECKED: frozenset({State.UPLOADED, State.MAPPED, State.CHECKED, State.IMPORTING, State.CANCELLED}),
    State.IMPORTING: frozenset({State.MAPPED, State.DONE, State.FAILED}),
    State.FAILED: frozenset({State.UPLOADED, State.MAPPED, State.CANCELLED}),
    State.DONE: frozenset(),
    State.CANCELLED: frozenset(),
}


@subject("import", "导入")
class ImportJob(models.Model):
    """One uploaded table on its way into a register."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="imports")
    target = models.CharField("名册", max_length=60)
    state = models.CharField("状态", max_length=10, choices=State, default=State.UPLOADED)
    filename = models.CharField("文件名", max_length=200)
    file_sha = models.CharField(max_length=64)
    stored_name = models.CharField(max_length=200, blank=True, help_text="Below UPLOAD_ROOT; empty once it is forgotten.")
    size = models.PositiveIntegerField("字节数")

    sheet = models.CharField("工作表", max_length=120, blank=True)
    header_row = models.PositiveIntegerField("表头所在行", null=True, blank=True, help_text="As an officer chose it.")
    repair = models.BooleanField("还原乱码", default=True)
    told = models.CharField(max_length=120, help_text="What the file is, in words.")
    sheets = models.JSONField(default=list, help_text="Names of the sheets to choose from.")
    header = models.JSONField(default=list)
    header_rows = models.JSONField(default=list)
    samples = models.JSONField(default=list, help_text="The first rows as texts, to choose columns by.")
    notes = models.JSONField(default=list, help_text="[{code, text, warns}]: what the reader found.")
    columns = models.JSONField(default=dict, help_text="Column index → field: suggested, then chosen.")
    remembered = models.BooleanField(default=False, help_text="The columns are those of an earlier file with this heading.")

    total = models.PositiveIntegerField("行数", default=0)
    counts = models.JSONField(default=dict, help_text="Rows by verdict; overridable: those that a reason would let pass.")
    accepted = models.PositiveIntegerField("接受的行数", default=0)
    created = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("变更", default=0)
    revision = models.PositiveIntegerField(default=0, help_text="Grows with each check: a late worker sees it is late.")
    error = models.CharField("未成功的原因", max_length=500, blank=True)

    due_at = models.DateTimeField(null=True, blank=True, help_text="Work is due from here on; empty: none.")
    queued_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    uploaded_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField()
    started_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True, blank=True, help_text="When its rows and file were deleted.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["park", "target"], condition=Q(state=State.IMPORTING), name="one_import_at_a_time"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="import_state"),
            models.CheckConstraint(condition=~Q(state=State.IMPORTING) | Q(due_at__isnull=False), name="importing_is_due"),
            models.CheckConstraint(
                condition=~Q(state__in=[State.DONE, State.FAILED, State.CANCELLED]) | Q(due_at__isnull=True),
                name="ended_import_is_not_due",
            ),
            models.CheckConstraint(condition=Q(accepted__lte=F("total")), name="accepted_rows"),
        ]
        indexes = [
            models.Index(fields=["park", "-uploaded_at"], name="import_list"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="import_due"),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_due(self) -> bool:
        """A worker has something to do for it."""
        return self.due_at is not None

    @property
    def mapping(self) -> dict[int, str]:
        return {int(column): name for column, name in self.columns.items()}


class Verdict(models.TextChoices):
    NEW = "new", "新增"
    CHANGED = "changed", "变更"
    SAME = "same", "无变化"
    ERROR = "error", "有误"
    DUPLICATE = "duplicate", "重复"


class ImportRow(models.Model):
    """One row of a job: as the file has it, what it was read as, and what becomes of it."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField("行号", help_text="As Excel shows it.")
    identity = models.CharField(max_length=300, blank=True)
    raw = models.JSONField(help_text="All cells as texts.")
    values = models.JSONField(help_text="Field → plain value.")
    changes = models.JSONField(default=dict, help_text="Field → [old, new].")
    problems = models.JSONField(default=list, help_text="[{message, field, code, overridable}]")
    verdict = models.CharField("结论", max_length=10, choices=Verdict)
    would_be = models.CharField(max_length=10, blank=True, help_text="The verdict once somebody gives a reason.")
    accepted = models.BooleanField("接受", default=False)
    reason = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="one_row_a_number"),
            models.UniqueConstraint(
                fields=["job", "identity"], condition=Q(accepted=True), name="one_accepted_row_an_identity"
            ),
            models.CheckConstraint(condition=Q(accepted=False) | Q(verdict__in=["new", "changed"]), name="acceptable_row"),
        ]
        indexes = [models.Index(fields=["job", "verdict", "number"], name="import_rows")]


class ColumnMapping(models.Model):
    """The columns that a park's officers chose for a heading, so that next month's file needs no choosing."""

    park = models.ForeignKey(Park, models.CASCADE, related_name="+")
    target = models.CharField(max_length=60)
    fingerprint = models.CharField(max_length=64)
    columns = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["park", "target", "fingerprint"], name="one_mapping_a_heading")]
