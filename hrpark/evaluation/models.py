"""evaluation: the yearly assessment of a park by Table 1, at three levels (7-2): residents rate, the operator rates itself,
the competent authority assesses.

An indicator (indicators/, one file a row) says what the records know; rules/basis.py decides which value stands; a *scheme*
says what the standard leaves open (weights, methods, who judges what); a *round* brings the three levels together and is
frozen with all its inputs, so that it can be reckoned again after scheme, indicators and edition have moved on.

Not here: the figures themselves (returns and the rooms that compute them), questionnaires with questions of their own.

How far an answer is kept apart from who gave it. ``Participation`` says that an institution took part, ``Answer`` holds one
degree for one row. They have no common key, no time and no order: each answer has a random id, the answers of one sheet are
not tied to one another, and whenever a sheet comes in, all answers of the round are written anew, with new ids and in a
drawn order, in one transaction. So neither ids, nor the order of rows in the file, nor PostgreSQL's transaction numbers tell
the last one from the others; nothing of an answer is in the trail or in a draft; no result is shown while answers still come
in, nor from fewer than five. What this can't hide: whoever may copy the database before and after one answer (snapshots,
write-ahead log, backups) sees what was added; and if all who took part agree, so do their answers.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from hrpark.accounts.models import Organisation, Park
from hrpark.institutions.models import Institution
from hrpark.trail.actions import subject

from .rules import states


@subject("scheme", "评价方案")
class Scheme(models.Model):
    """One version of a scheme as it was adopted. Never changed, never removed (migration 0002); a change is a version."""

    authority = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Empty: a seed of the house (schemes/*.yaml), open to every park.",
    )  # fmt: skip
    key = models.CharField("编码", max_length=40)
    version = models.PositiveSmallIntegerField("版本")
    name = models.CharField("名称", max_length=80)
    edition = models.CharField("标准版本", max_length=40)
    since = models.DateField("启用日期")
    basis = models.CharField("依据", max_length=500)
    body = models.JSONField(help_text="rules/scheme.py tells its shape.")
    digest = models.CharField(max_length=64)
    adopted_by = models.CharField(max_length=64)
    adopted_by_name = models.CharField("采用人", max_length=80)
    adopted_at = models.DateTimeField("采用时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["authority", "key", "version"], name="one_scheme_a_version"),
            models.UniqueConstraint(
                fields=["key", "version"], condition=Q(authority__isnull=True), name="one_house_scheme_a_version"
            ),
            models.CheckConstraint(condition=~Q(basis="") & ~Q(name=""), name="scheme_has_a_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.name} 第{self.version}版"


class State(models.TextChoices):
    PREPARING = "preparing", states.label("preparing")
    OPEN = "open", states.label("open")
    SELF_RATED = "self_rated", states.label("self_rated")
    ASSESSED = "assessed", states.label("assessed")
    FINISHED = "finished", states.label("finished")
    PUBLISHED = "published", states.label("published")
    CANCELLED = "cancelled", states.label("cancelled")


@subject("round", "评价轮次")
class Round(models.Model):
    """One evaluation of one park for one year, as of one day, by one scheme. Its deadlines stand in order."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="rounds")
    name = models.CharField("名称", max_length=60)
    year = models.PositiveSmallIntegerField("评价年度")
    as_of = models.DateField("数据截止日")
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="rounds", verbose_name="评价方案")
    edition = models.CharField("标准版本", max_length=40)
    state = models.CharField("状态", max_length=12, choices=State, default=State.PREPARING)
    answers_until = models.DateField("进驻单位评价截止", help_text="The last day on which residents answer.")
    self_until = models.DateField("运营自评截止")
    assess_until = models.DateField("主管部门评估截止")
    prepared_by_name = models.CharField("发起人", max_length=80)
    prepared_at = models.DateTimeField("发起时间")
    collection_closed_at = models.DateTimeField("收集截止时间", null=True, blank=True)
    collection_closed_because = models.CharField("提前截止原因", max_length=200, blank=True)
    self_rated_at = models.DateTimeField("自评提交时间", null=True, blank=True)
    assessed_at = models.DateTimeField("评估提交时间", null=True, blank=True)
    assessed_by_name = models.CharField("评估人", max_length=80, blank=True)
    finished_at = models.DateTimeField("定稿时间", null=True, blank=True)
    finished_by_name = models.CharField("定稿人", max_length=80, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["park", "name"], condition=~Q(state="cancelled"), name="one_round_a_name"),
            models.CheckConstraint(
                condition=Q(self_until__gte=F("answers_until"), assess_until__gte=F("self_until")), name="round_deadlines_in_order"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["finished", "published"], finished_at__isnull=False)
                | ~Q(state__in=["finished", "published"]) & Q(finished_at__isnull=True),
                name="round_finished_with_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False) | ~Q(state="published") & Q(published_at__isnull=True),
                name="round_published_with_its_time",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["park", "year"], name="round_of_park")]

    def __str__(self) -> str:
        return self.name


@subject("participation", "参与评价")
class Participation(models.Model):
    """That an institution answered in a round. Says nothing of what it answered; see the module's docstring."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="participations")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "institution"], name="one_answer_an_institution")]


class Answer(models.Model):
    """One degree (5 非常满意 … 1 非常不满意) for one row, from one of those who took part: nothing says which."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, models.PROTECT, related_name="answers")
    row = models.CharField(max_length=10)
    score = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="answer_degree")]
        indexes = [models.Index(fields=["round", "row"], name="answer_of_row")]


class Comment(models.Model):
    """Words that came with some sheet of answers, tied to none of them; read by the authority alone, after closing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, models.PROTECT, related_name="comments")
    text = models.CharField(max_length=500)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="comment_says_something")]


@subject("self_score", "运营自评")
class SelfScore(models.Model):
    """What the operator says of one row: a score, the ticks of its checklist, a note. Evidence is attached."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="self_scores")
    row = models.CharField(max_length=10)
    score = models.DecimalField("自评分", max_digits=5, decimal_places=2, null=True, blank=True)
    checks = models.JSONField("清单", default=dict, help_text="Item → there or not; unanswered items are absent.")
    note = models.CharField("说明", max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "row"], name="one_self_score_a_row"),
            models.CheckConstraint(condition=Q(score__isnull=True) | Q(score__gte=0), name="self_score_not_negative"),
        ]


@subject("assessment", "主管部门评估")
class Assessment(models.Model):
    """What the authority decided on one row: accepted what was proposed, or set another score with its reason."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="assessments")
    row = models.CharField(max_length=10)
    verdict = models.CharField("意见", max_length=10, choices=[("accept", "认可"), ("adjust", "调整")])
    score = models.DecimalField("评估分", max_digits=5, decimal_places=2, null=True, blank=True)
    proposed = models.DecimalField(
        "评估时的推算分", max_digits=5, decimal_places=2, null=True, blank=True, help_text="What was accepted, or set aside."
    )
    reason = models.CharField("理由", max_length=500, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    assessed_by = models.CharField(max_length=64)
    assessed_by_name = models.CharField("评估人", max_length=80)
    assessed_at = models.DateTimeField("评估时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "row"], name="one_assessment_a_row"),
            models.CheckConstraint(
                condition=Q(verdict="accept", score__isnull=True)
                | Q(verdict="adjust", score__isnull=False, score__gte=0) & ~Q(reason=""),
                name="assessment_adjusts_with_reason",
            ),
        ]


@subject("veto_finding", "否决事项认定")
class VetoFinding(models.Model):
    """Whether the authority found one of the scheme's vetoes, and on what."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="veto_findings")
    veto = models.CharField(max_length=40)
    found = models.BooleanField("认定存在")
    reason = models.CharField("依据", max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "veto"], name="one_finding_a_veto"),
            models.CheckConstraint(condition=Q(found=False) | ~Q(reason=""), name="veto_found_with_reason"),
        ]


class Frozen(models.Model):
    """A finished round: everything it was reckoned from, and what came out, as canonical JSON with digests.

    Never changed, never removed (migration 0002). Its own room's code reckons it again at any time (queries.recompute).
    """

    round = models.OneToOneField(Round, models.PROTECT, related_name="frozen")
    inputs = models.TextField()
    inputs_digest = models.CharField(max_length=64)
    result = models.TextField()
    result_digest = models.CharField(max_length=64)
    at = models.DateTimeField()
