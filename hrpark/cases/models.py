"""cases: one engine for every request that somebody makes of a park (clauses 4.3.1, 5.3 h, 6.2.2, Table 1 row T1.13).

A *kind* of request is a class (``kinds.CaseKind``, found in ``<room>/case_types/``): its states, who moves them, its desk.
An ``Item`` (事项) is a row that officers edit: its words, fields, materials and clock, versioned; a ``Case`` (办件) keeps
both keys. A ``Step`` is one move or note, a ``Pause`` the time during which the applicant has the ball.

Not here: what a request means. Who is admitted and why stands in ``admission``; ratings and scoring sheets come with
their first kind that needs them.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from hrpark.accounts.models import Organisation, Park, Person
from hrpark.institutions.models import Institution
from hrpark.trail.actions import subject


class Clock(models.TextChoices):
    WORKING = "working", "工作日"
    NATURAL = "natural", "自然日"


class Ball(models.TextChoices):
    """Who has to act. Nobody, once a case is closed."""

    APPLICANT = "applicant", "申请人"
    DESK = "desk", "园区"
    NOBODY = "", "—"


@subject("item", "事项")
class Item(models.Model):
    """One version of what a kind of request asks for and promises. Never changed once a case uses it (migration 0002)."""

    park = models.ForeignKey(
        Park, models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: the installation's own wording."
    )
    key = models.CharField("事项编码", max_length=40)
    version = models.PositiveSmallIntegerField("版本")
    kind = models.CharField("办件种类", max_length=40)
    title = models.CharField("事项名称", max_length=60)
    words = models.TextField(
        "办事指南", blank=True, help_text="What it is for, who can ask, what happens; plain text by paragraphs."
    )
    fields = models.JSONField("表单", default=list, help_text="See cases/rules.py, ``Field``.")
    materials = models.JSONField("材料", default=list, help_text="See cases/rules.py, ``Material``.")
    clock = models.CharField("计时方式", max_length=8, choices=Clock)
    first_response_days = models.PositiveSmallIntegerField("首次答复时限")
    completion_days = models.PositiveSmallIntegerField("办结时限")
    desk = models.CharField("受理窗口", max_length=40)
    since = models.DateField("启用日期")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["park", "key", "version"], name="one_item_a_version"),
            models.UniqueConstraint(fields=["key", "version"], condition=Q(park__isnull=True), name="one_house_item_a_version"),
            models.CheckConstraint(
                condition=Q(completion_days__gte=1) & Q(first_response_days__gte=1)
                & Q(first_response_days__lte=F("completion_days")),
                name="item_days",
            ),
            models.CheckConstraint(condition=Q(clock__in=["working", "natural"]), name="item_clock"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.title} 第{self.version}版"


class Counter(models.Model):
    """The last number given in a park, series and year. Locked while a number is taken, so that none is left out."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    series = models.CharField(max_length=4)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["park", "series", "year"], name="one_counter_a_year")]


@subject("case", "办件")
class Case(models.Model):
    """One request. A draft has neither number nor clock: nothing has been handed in.

    ``version`` counts moves (never notes): whoever decides says which version they saw, and the second of two officers
    learns who was first. The clocks are computed from ``received_at``, the item and the pauses, and only there.
    """

    park = models.ForeignKey(Park, models.PROTECT, related_name="cases")
    number = models.CharField("受理编号", max_length=20, null=True, blank=True)
    kind = models.CharField("种类", max_length=40)
    item = models.ForeignKey(Item, models.PROTECT, related_name="cases")
    applicant = models.ForeignKey(Person, models.PROTECT, related_name="cases", verbose_name="申请人")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name="申请单位"
    )
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, related_name="cases")
    title = models.CharField("标题", max_length=160)
    state = models.CharField("状态", max_length=20)
    data = models.JSONField("填报内容", default=dict, help_text="As typed.")
    asked = models.JSONField(
        "要求补正的内容", default=list, help_text="[{field, label, says}] while the applicant has the ball."
    )
    version = models.PositiveIntegerField(default=0)
    ball = models.CharField("待谁处理", max_length=10, choices=Ball, blank=True)
    handler = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人")
    opened_at = models.DateTimeField("开始填写时间")
    received_at = models.DateTimeField("收件时间", null=True, blank=True)
    first_due_at = models.DateTimeField("首次答复期限", null=True, blank=True)
    first_response_at = models.DateTimeField("首次答复时间", null=True, blank=True)
    due_at = models.DateTimeField("办结期限", null=True, blank=True)
    completed_at = models.DateTimeField("办结时间", null=True, blank=True)
    closed_at = models.DateTimeField("关闭时间", null=True, blank=True)
    outcome = models.CharField("结果", max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["park", "number"], name="one_case_a_number"),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True, number__isnull=True, due_at__isnull=True, first_due_at__isnull=True)
                | Q(received_at__isnull=False, number__isnull=False, due_at__isnull=False, first_due_at__isnull=False),
                name="case_received_whole",
            ),
            models.CheckConstraint(condition=Q(closed_at__isnull=True) | Q(ball=""), name="closed_case_has_no_ball"),
            models.CheckConstraint(condition=Q(ball__in=["applicant", "desk", ""]), name="case_ball"),
        ]
        indexes = [
            models.Index(fields=["park", "kind", "state", "due_at"], name="case_inbox"),
            models.Index(fields=["park", "kind", "received_at"], name="case_year"),
            models.Index(fields=["organisation", "park"], name="case_organisation"),
        ]

    def __str__(self) -> str:
        return self.number or self.title


class Step(models.Model):
    """One move or one note of a case, in order. Who did it stays as it was called on that day; never changed, never removed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=20)
    sentence = models.CharField(max_length=60)
    from_state = models.CharField(max_length=20)
    to_state = models.CharField(max_length=20)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=80)
    note = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    internal = models.BooleanField(default=False, help_text="Only the desk reads it.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="one_step_a_seq")]
        ordering = ["seq"]


class Pause(models.Model):
    """From a moment to a moment the applicant has the ball, and the completion clock stands still."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="pauses")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(until__isnull=True), name="one_open_pause"),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="pause_interval"),
        ]
        ordering = ["since"]
