"""From the first check to the decision with its grounds (4.3.1.1, 5.1.3); the park's own assessments (4.3.1.3 f, g)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from hrpark.accounts.models import Park, Person
from hrpark.institutions.models import Institution
from hrpark.trail.actions import subject

from .applying import Application


class Ruling(models.TextChoices):
    ADMITTED = "admitted", "准予入驻"
    CONDITIONAL = "conditional", "有条件准予入驻"
    REFUSED = "refused", "不予入驻"


@subject("decision", "入驻决定")
class Decision(models.Model):
    """The decision on an application: one, for ever (the database refuses a second, a change and a removal)."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="decision")
    outcome = models.CharField("决定", max_length=12, choices=Ruling)
    basis = models.TextField("依据")
    conditions = models.TextField("条件", blank=True)
    conditions_until = models.DateField("满足条件的期限", null=True, blank=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Ruling.values) & ~Q(basis=""), name="decision_has_a_basis"),
            models.CheckConstraint(
                condition=Q(outcome="conditional", conditions_until__isnull=False) & ~Q(conditions="")
                | ~Q(outcome="conditional") & Q(conditions="", conditions_until__isnull=True),
                name="conditions_of_conditional_only",
            ),
        ]


class Conclusion(models.TextChoices):
    RECOMMEND = "recommend", "符合基本条件，提交评审和决定"
    OPPOSE = "oppose", "不符合基本条件，建议不予入驻"


@subject("first_check", "初审")
class FirstCheck(models.Model):
    """What the first check (初审) came to, on which round of verdicts, and whose it was. What is sent back is checked anew."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="first_checks")
    round = models.PositiveSmallIntegerField()
    conclusion = models.CharField("初审结论", max_length=10, choices=Conclusion)
    note = models.TextField("初审意见")
    checked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name="初审人")
    checked_at = models.DateTimeField("初审时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "round"], name="one_first_check_a_round"),
            models.CheckConstraint(
                condition=Q(conclusion__in=Conclusion.values) & ~Q(note=""), name="first_check_says_something"
            ),
        ]
        ordering = ["pk"]


class BasisKind(models.TextChoices):
    MINUTES = "minutes", "会议纪要"
    APPROVAL = "approval", "审批件"
    OPINION = "opinion", "主管部门意见"
    OTHER = "other", "其他依据"


@subject("basis_paper", "决定依据文件")
class BasisPaper(models.Model):
    """A paper that a decision rests on: minutes, an approval. Its scan is an attachment of this subject; the applicant sees neither."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="basis_papers")
    kind = models.CharField("种类", max_length=10, choices=BasisKind)
    title = models.CharField("名称", max_length=120)
    dated = models.DateField("日期")
    number = models.CharField("文号", max_length=80, blank=True)
    recorded_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField("撤下原因", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="basis_paper_withdrawn_with_a_reason",
            ),
        ]
        ordering = ["dated", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}《{self.title}》"


class Grounds(models.Model):
    """On what a decision rested, frozen with it: the round of verdicts, the first check, the scoring with its figures, the papers.

    ``unscored`` is the reason why somebody was let in without a result of the scoring that the park asks for, or below its pass mark.
    """

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="grounds")
    round = models.PositiveSmallIntegerField()
    first_check = models.ForeignKey(FirstCheck, models.PROTECT, related_name="+")
    scored = models.JSONField(
        "评审结果", null=True, help_text="{scoring, form, mean, least, most, spread, counted, declared, pass_mark}"
    )
    unscored = models.TextField("未经评审或低于合格线的理由", blank=True)
    papers = models.JSONField("依据文件", default=list, help_text="[{id, kind, title, number, dated}]")


class PotentialKind(models.TextChoices):
    """What 4.3.1.3 f names."""

    POTENTIAL = "potential", "高潜力"
    GROWTH = "growth", "成长型"
    INNOVATIVE = "innovative", "创新型"


@subject("potential_review", "成长潜力评估")
class PotentialReview(models.Model):
    """The park's own assessment of an agency (4.3.1.3 f): who sat on the panel, by which criteria, what came out, until when it
    holds. Counts once its paper is attached. Of several about the same thing the newest one speaks."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="potential_reviews")
    kind = models.CharField("评估类别", max_length=10, choices=PotentialKind)
    number = models.CharField("编号", max_length=20)
    panel = models.JSONField("评估组成员", help_text="[{name, post}]")
    criteria = models.TextField("评估标准")
    recognised = models.BooleanField("是否认定")
    conclusion = models.TextField("评估结论")
    assessed_on = models.DateField("评估日期")
    valid_to = models.DateField("有效期止", null=True, blank=True)
    recorded_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["park", "number"], name="one_potential_review_a_number"),
            models.CheckConstraint(
                condition=Q(recognised=True, valid_to__gte=F("assessed_on")) | Q(recognised=False, valid_to__isnull=True),
                name="potential_review_days",
            ),
        ]
        indexes = [models.Index(fields=["institution", "assessed_on"], name="potential_review_of")]
        ordering = ["-assessed_on", "-pk"]

    def __str__(self) -> str:
        return self.number


@subject("fair_review", "公平竞争审查记录")
class FairReview(models.Model):
    """A record of fair-competition review (公平竞争审查条例 arts. 8 to 10). 4.3.1.3 g counts from the day one holds that has its paper
    attached; until then its verdict is shown and weighs nothing."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    clause = models.CharField("条款", max_length=20, default="4.3.1.3-g")
    number = models.CharField("文号或编号", max_length=80)
    reviewed_by = models.CharField("审查单位", max_length=120)
    reviewed_on = models.DateField("审查日期")
    conclusion = models.TextField("审查结论")
    valid_to = models.DateField("有效期止", null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["park", "clause", "number"], name="one_review_a_number"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("reviewed_on")), name="review_days"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number
