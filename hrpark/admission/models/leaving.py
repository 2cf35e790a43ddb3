"""Leaving the park: the exit and what has to be settled first (5.1.3)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hrpark.accounts.models import Park, Person
from hrpark.cases.models import Case
from hrpark.institutions.models import Institution, Residency
from hrpark.trail.actions import subject


class ExitReason(models.TextChoices):
    """Why an institution leaves, for the figures of a year."""

    MOVED = "moved", "经营需要，迁往他处"
    ENDED = "ended", "协议到期，不再续签"
    COST = "cost", "租金等成本"
    SPACE = "space", "场地不合适"
    MERGED = "merged", "合并、重组或注销"
    CLOSED = "closed", "停止经营"
    PARK = "park", "园区终止协议"
    OTHER = "other", "其他"


@subject("exit", "退园")
class Exit(models.Model):
    """One institution leaves: from its notice (or the park's) to its last day. One is open at a time; leaving is never refused.

    What was pledged is kept as it was: until when, and how many months were missing on the last day (4.3.1.2 a).
    """

    park = models.ForeignKey(Park, models.PROTECT, related_name="exits")
    case = models.OneToOneField(Case, models.PROTECT, related_name="exit")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="exits")
    residency = models.ForeignKey(Residency, models.PROTECT, related_name="+")
    by_park = models.BooleanField("园区提出", default=False)
    reason = models.CharField("退园原因", max_length=10, choices=ExitReason)
    wished = models.DateField("计划最后在园日")
    open = models.BooleanField(default=True)
    pledged_until = models.DateField("承诺在园至", null=True, blank=True, help_text="Empty: nothing was pledged.")
    last_day = models.DateField("最后在园日", null=True, blank=True)
    months_missing = models.PositiveSmallIntegerField("未满承诺月数", null=True, blank=True)
    address_by = models.DateField("注册地址迁出期限", null=True, blank=True, help_text="Empty: moved out before the last day.")
    address_moved_on = models.DateField("注册地址迁出日期", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution"], condition=Q(open=True), name="one_open_exit"),
            models.CheckConstraint(
                condition=Q(last_day__isnull=True, months_missing__isnull=True) | Q(last_day__isnull=False, open=False),
                name="exit_is_closed_whole",
            ),
        ]
        indexes = [models.Index(fields=["park", "open", "wished"], name="exit_open")]

    def __str__(self) -> str:
        return f"{self.institution.name}退园"


class PointState(models.TextChoices):
    OPEN = "open", "待核对"
    DONE = "done", "已办妥"
    NOT_APPLICABLE = "not_applicable", "不涉及"
    WAIVED = "waived", "经批准免予核对"


class ExitPoint(models.Model):
    """One thing that has to be settled before an institution has left (``admission/clearance.py``), with who saw it."""

    exit = models.ForeignKey(Exit, models.PROTECT, related_name="points")
    key = models.CharField(max_length=20)
    state = models.CharField("状态", max_length=16, choices=PointState, default=PointState.OPEN)
    note = models.CharField("核对情况", max_length=300, blank=True)
    seen_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人")
    seen_at = models.DateTimeField("核对时间", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exit", "key"], name="one_point_a_key"),
            models.CheckConstraint(
                condition=Q(state="open") | (~Q(note="") & Q(seen_at__isnull=False)), name="point_is_settled_whole"
            ),
        ]
        ordering = ["pk"]
