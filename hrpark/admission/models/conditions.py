"""What a conditional admission waits for, and until when (4.3.1.1)."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from hrpark.accounts.models import Park, Person
from hrpark.trail.actions import subject

from .applying import Application


class ConditionKind(models.TextChoices):
    """What a conditional admission waits for; the first four complete the dossier when they are met."""

    REGISTRATION = "registration", "取得营业执照"
    LEGAL_PERSON = "legal_person", "在园区设立独立法人"
    PERMIT = "permit", "取得许可或备案"
    STAFF = "staff", "专业人员到位"
    PAPER = "paper", "补交材料"
    OTHER = "other", "其他"


class ConditionOutcome(models.TextChoices):
    MET = "met", "已满足"
    TALK = "talk", "约谈，另定期限"
    REVOKED = "revoked", "未满足，撤销准予"


@subject("condition", "入驻条件")
class Condition(models.Model):
    """One thing that a conditional admission waits for (4.3.1.1), by a day. ``until`` never changes: the one extension stands
    beside it, and a talk (约谈) closes the row and sets a day anew in a further one. Counts from the day on which it was handed in,
    once an officer has accepted it."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="conditions")
    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    seq = models.PositiveSmallIntegerField("序号")
    follows = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="followed_by")
    kind = models.CharField("种类", max_length=14, choices=ConditionKind)
    what = models.TextField("条件")
    basis = models.CharField("依据", max_length=200, blank=True)
    until = models.DateField("期限")
    extended_until = models.DateField("延期至", null=True, blank=True)
    extended_reason = models.CharField("延期理由", max_length=300, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)
    extended_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    given = models.JSONField("填报内容", default=dict)
    note = models.TextField("说明", blank=True)
    handed_in_at = models.DateTimeField("提交时间", null=True, blank=True, help_text="Empty again once it was sent back.")
    handed_in_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    sent_back = models.TextField("退回说明", blank=True)
    outcome = models.CharField("结果", max_length=10, choices=ConditionOutcome, blank=True)
    outcome_on = models.DateField("处理日期", null=True, blank=True)
    outcome_note = models.TextField("处理说明", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "seq"], name="one_condition_a_seq"),
            models.CheckConstraint(condition=Q(kind__in=ConditionKind.values) & ~Q(what=""), name="condition_says_what"),
            models.CheckConstraint(
                condition=Q(extended_until__isnull=True, extended_reason="", extended_at__isnull=True)
                | Q(extended_until__gt=F("until"), extended_at__isnull=False) & ~Q(extended_reason=""),
                name="condition_extended_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", outcome_on__isnull=True)
                | Q(outcome__in=ConditionOutcome.values, outcome_on__isnull=False) & ~Q(outcome_note=""),
                name="condition_is_settled_whole",
            ),
        ]
        indexes = [models.Index(fields=["park", "outcome", "until"], name="condition_open")]
        ordering = ["application", "seq"]

    def __str__(self) -> str:
        return self.what

    @property
    def last_day(self) -> date:
        return self.extended_until or self.until


class ConditionNudge(models.Model):
    """A reminder of a condition that was sent: once a day before or after its last day."""

    condition = models.ForeignKey(Condition, models.PROTECT, related_name="nudges")
    last_day = models.DateField()
    step = models.SmallIntegerField(help_text="Days after the last day; negative: before.")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["condition", "last_day", "step"], name="one_condition_nudge_a_step")]
