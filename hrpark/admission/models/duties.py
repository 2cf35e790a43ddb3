"""What residents owe: checks, corrections, penalties (4.3.1.2 c to e)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from hrpark.accounts.models import Park, Person
from hrpark.institutions.models import Institution
from hrpark.trail.actions import subject


@subject("duty_draw", "随机抽查名单")
class DutyDraw(models.Model):
    """A random draw of residents to check: seed and pool are kept, so that anybody can repeat it."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    seed = models.CharField("随机种子", max_length=64)
    pool = models.JSONField("抽取范围", default=list, help_text="Ids of the residents of the day, in order.")
    size = models.PositiveSmallIntegerField("抽取家数")


class CheckKind(models.TextChoices):
    YEARLY = "yearly", "年度检查"
    RANDOM = "random", "随机抽查"
    FOLLOW = "follow", "专项检查"


@subject("duty_check", "履责检查")
class DutyCheck(models.Model):
    """A resident is looked at by the list of ``admission/checklist.py`` (4.3.1.2 c and d): planned until a day, done once."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="duty_checks")
    kind = models.CharField("种类", max_length=8, choices=CheckKind)
    draw = models.ForeignKey(DutyDraw, models.PROTECT, null=True, blank=True, related_name="checks")
    year = models.PositiveSmallIntegerField("年度")
    due_on = models.DateField("检查期限")
    done_on = models.DateField("检查日期", null=True, blank=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查人")
    points = models.JSONField("检查结果", default=dict, help_text="Key of the point → fulfilled, unmet or not_applicable.")
    note = models.TextField("检查情况", blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "year"], condition=Q(kind="yearly"), name="one_yearly_check_a_year"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True, recorded_at__isnull=True) | (Q(recorded_at__isnull=False) & ~Q(note="")),
                name="check_is_done_whole",
            ),
        ]
        indexes = [models.Index(fields=["park", "done_on", "due_on"], name="check_open")]

    def __str__(self) -> str:
        return f"{self.institution.name}{self.year}年{self.get_kind_display()}"


@subject("correction", "整改")
class Correction(models.Model):
    """What a check found wrong and has to be put right by a day: answered by the institution, closed by an officer."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="corrections")
    check_of = models.ForeignKey(DutyCheck, models.PROTECT, related_name="corrections")
    letter = models.CharField(max_length=1)
    point = models.CharField(max_length=20)
    what = models.TextField("整改要求")
    asked_on = models.DateField("提出日期")
    due_on = models.DateField("整改期限")
    answer = models.TextField("整改情况", blank=True)
    answered_at = models.DateTimeField("报告时间", null=True, blank=True)
    closed_on = models.DateField("验收日期", null=True, blank=True)
    closed_at = models.DateTimeField("验收登记时间", null=True, blank=True)
    closing = models.TextField("验收意见", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_of", "point"], name="one_correction_a_point"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closed_at__isnull=True, closing="")
                | (Q(closed_on__isnull=False, closed_at__isnull=False) & ~Q(closing="")),
                name="correction_is_closed_whole",
            ),
        ]
        indexes = [models.Index(fields=["park", "closed_on", "due_on"], name="correction_open")]

    def __str__(self) -> str:
        return f"{self.institution.name}整改"


@subject("penalty", "行政处罚")
class Penalty(models.Model):
    """A penalty of an authority against a resident (4.3.1.2 c or d), with its source; it counts until ``until``."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="penalties")
    letter = models.CharField("计入条款", max_length=1, choices=[("c", "c) 诚信合规经营"), ("d", "d) 服务符合标准")])
    number = models.CharField("决定书文号", max_length=80)
    authority = models.CharField("作出机关", max_length=120)
    decided_on = models.DateField("决定日期")
    until = models.DateField("计入至", help_text="End of publication, or the day of credit repair.")
    what = models.TextField("处罚内容")
    source = models.CharField("来源", max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "number"], name="one_penalty_a_number"),
            models.CheckConstraint(condition=Q(until__gte=F("decided_on")), name="penalty_days"),
        ]

    def __str__(self) -> str:
        return self.number
