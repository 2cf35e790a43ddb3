"""The agreement, the days until business must have begun (4.3.1.2 a, b), and the report to the authority (5.4.1.3)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from hrpark.accounts.models import Park, Person
from hrpark.institutions.models import Residency
from hrpark.parks.models import Space
from hrpark.trail.actions import subject

from .applying import Application


@subject("agreement", "入驻协议")
class Agreement(models.Model):
    """The admission agreement (入驻协议), apart from any lease, with the years pledged (4.3.1.2 a).

    Business must have begun by ``start_by`` (4.3.1.2 b): ``start_days`` natural days after signing, the day itself not counted,
    moved on where that is a day off. Both are kept as they were on that day.
    """

    application = models.OneToOneField(Application, models.PROTECT, related_name="agreement")
    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    number = models.CharField("协议编号", max_length=20)
    signed_on = models.DateField("签订日期")
    years = models.PositiveSmallIntegerField("承诺在园年限")
    unit = models.ForeignKey(Space, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单元")
    unit_note = models.CharField("单元说明", max_length=60, blank=True)
    residency = models.OneToOneField(Residency, models.PROTECT, related_name="+")
    start_days = models.PositiveSmallIntegerField()
    start_by = models.DateField("最迟开业日期")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["park", "number"], name="one_agreement_a_number"),
            models.CheckConstraint(condition=Q(years__gte=1) & Q(start_by__gt=F("signed_on")), name="agreement_terms"),
        ]

    def __str__(self) -> str:
        return self.number


class StartOutcome(models.TextChoices):
    FULFILLED = "fulfilled", "已按要求开业"
    TALK = "talk", "约谈，限期开业"
    ENDED = "ended", "终止入驻协议"


@subject("start", "开业期限")
class Start(models.Model):
    """The days within which staff have moved in and business has begun (4.3.1.2 b). ``last_day`` never changes: what is granted
    later (``Grace``) is recorded beside it and does not undo that the next day was unmet. A clock opened anew is a further row."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="starts")
    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    seq = models.PositiveSmallIntegerField("第几次")
    begins = models.DateField("起算日", help_text="Not counted itself.")
    last_day = models.DateField("最后一日")
    staffed_on = models.DateField("人员进驻日期", null=True, blank=True)
    opened_on = models.DateField("开展业务日期", null=True, blank=True)
    seen = models.TextField("核实情况", blank=True, help_text="How an officer saw it.")
    outcome = models.CharField("处理结果", max_length=10, choices=StartOutcome, blank=True)
    outcome_on = models.DateField("处理日期", null=True, blank=True)
    note = models.TextField("处理说明", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "seq"], name="one_start_a_seq"),
            models.UniqueConstraint(fields=["agreement"], condition=Q(outcome=""), name="one_open_start"),
            models.CheckConstraint(condition=Q(last_day__gt=F("begins")), name="start_has_days"),
            models.CheckConstraint(
                condition=Q(outcome="", outcome_on__isnull=True) | (~Q(outcome="") & Q(outcome_on__isnull=False) & ~Q(note="")),
                name="start_is_settled_whole",
            ),
        ]
        indexes = [models.Index(fields=["park", "outcome", "last_day"], name="start_open")]
        ordering = ["agreement", "seq"]

    def __str__(self) -> str:
        return f"{self.agreement.number}开业期限"


@subject("start_report", "开业情况报告")
class StartReport(models.Model):
    """What the institution says of its own start, with its evidence: an officer sees for himself and records it, or says what is
    still missing. One lies open at a time; what was said is never changed."""

    start = models.ForeignKey(Start, models.PROTECT, related_name="reports")
    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    staffed_on = models.DateField("人员进驻日期", null=True, blank=True)
    opened_on = models.DateField("开展业务日期", null=True, blank=True)
    says = models.TextField("情况说明")
    reported_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="报告人")
    reported_at = models.DateTimeField("报告时间")
    accepted = models.BooleanField("是否属实", null=True, blank=True, help_text="Empty while an officer has not answered.")
    answer = models.TextField("答复", blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["start"], condition=Q(accepted__isnull=True), name="one_open_report_a_start"),
            models.CheckConstraint(
                condition=Q(accepted__isnull=True, answer="", answered_at__isnull=True)
                | (Q(accepted__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
                name="report_is_answered_whole",
            ),
            models.CheckConstraint(
                condition=~Q(says="") & (Q(staffed_on__isnull=False) | Q(opened_on__isnull=False)), name="report_says_something"
            ),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.start}：机构报告"


class GraceKind(models.TextChoices):
    PAUSE = "pause", "中止计算"
    EXTENSION = "extension", "延期"


class Grace(models.Model):
    """What the operator granted of a start: pauses, and one extension. Kept beside the last day, which stays what it was."""

    start = models.ForeignKey(Start, models.PROTECT, related_name="graces")
    kind = models.CharField("种类", max_length=10, choices=GraceKind)
    until = models.DateField("宽限至")
    reason = models.CharField("理由", max_length=300)
    granted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["start"], condition=Q(kind="extension"), name="one_extension_a_start"),
        ]
        ordering = ["pk"]


class StartNudge(models.Model):
    """A reminder that was sent on one of the days (30, 60, 75, 90) of a start: once."""

    start = models.ForeignKey(Start, models.PROTECT, related_name="nudges")
    day = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["start", "day"], name="one_nudge_a_day")]


@subject("filing", "入驻报备")
class Filing(models.Model):
    """The report of an admission to the competent authority, on the day of signing (5.4.1.3): to its desk in this house where it
    has one, else outside it. Unsent after ``due_on`` it is late. The authority's receipt has a number of its own."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="filings")
    agreement = models.OneToOneField(Agreement, models.PROTECT, related_name="filing")
    due_on = models.DateField("报备期限")
    sent_at = models.DateTimeField("报送时间", null=True, blank=True)
    sent_by_name = models.CharField("报送人", max_length=80, blank=True)
    outside = models.CharField("线下报送方式", max_length=200, blank=True, help_text="Empty: to the authority's desk here.")
    received_at = models.DateTimeField("签收时间", null=True, blank=True)
    received_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签收人")
    receipt = models.CharField("回执编号", max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["park", "receipt"], condition=~Q(receipt=""), name="one_receipt_a_number"),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True, receipt="")
                | (Q(sent_at__isnull=False, received_at__isnull=False) & ~Q(receipt="")),
                name="receipt_of_what_was_sent",
            ),
        ]
        indexes = [models.Index(fields=["park", "sent_at", "due_on"], name="filing_open")]

    def __str__(self) -> str:
        return f"{self.agreement.number}入驻报备"
