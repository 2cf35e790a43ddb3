"""cases: one engine for every request that somebody makes of a park (clauses 4.3.1, 5.3 h, 6.2.2, Table 1 row T1.13).

A *kind* of request is a class (``kinds.CaseKind``, found in ``<room>/case_types/``): its states, who moves them, its desk.
An ``Item`` (事项) is a row that officers edit: its words, fields, materials and clock, versioned; a ``Case`` (办件) keeps
both keys. A ``Step`` is one move or note, a ``Pause`` the time during which the applicant has the ball, a ``Span`` a promise
that was closed before the case was reopened. Around a case: reminders, opinions of colleagues, scoring by reviewers, the
applicant's rating and what follows a low one; beside them what a desk sets up (who gets what, templates of answers) and the
figures of a year, frozen.

Not here: what a request means. Who is admitted and why stands in ``admission``.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from hrpark.accounts.models import Organisation, Park, Person
from hrpark.institutions.models import Institution
from hrpark.standard.models import Arrangement
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
    applicant = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name="申请人",
        help_text="Empty: handed in without a name, followed by a secret key (kinds that allow it).",
    )
    secret = models.CharField("查询码摘要", max_length=64, blank=True, help_text="Digest of the key of a nameless case.")
    respondent = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="被诉人",
        help_text="Of the park's own people, whom the case is about: never its handler.",
    )
    reserved = models.BooleanField(
        "由负责人先行阅看",
        default=False,
        help_text="About the park's own people, and nobody has said yet about whom: its overseers'.",
    )
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
    cause = models.CharField(
        "原因", max_length=20, blank=True, help_text="Why it came about, of the kind's list; for analysis."
    )
    span = models.PositiveSmallIntegerField(
        "第几次办理", default=1, help_text="2 and up: reopened; earlier ones are ``Span`` rows."
    )
    keep_until = models.DateField("档案保存至", null=True, blank=True)

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
            models.CheckConstraint(condition=Q(applicant__isnull=False) | ~Q(secret=""), name="case_has_an_applicant_or_a_key"),
            models.CheckConstraint(
                condition=Q(respondent__isnull=True) | Q(handler__isnull=True) | ~Q(respondent=F("handler")),
                name="respondent_is_no_handler",
            ),
            models.UniqueConstraint(fields=["secret"], condition=~Q(secret=""), name="one_case_a_secret"),
        ]
        indexes = [
            models.Index(fields=["park", "kind", "state", "due_at"], name="case_inbox"),
            models.Index(fields=["park", "kind", "received_at"], name="case_year"),
            models.Index(fields=["park", "ball", "due_at"], name="case_waiting"),
            models.Index(
                "park",
                models.ExpressionWrapper(Q(closed_at__isnull=False), models.BooleanField()),
                "due_at",
                name="case_open_first",
            ),
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


# --- a case that was closed and opened again -----------------------------------------------------------------------------


class Span(models.Model):
    """A promise that was settled before the case was reopened: what was due, when it was done, how it ended. Never changed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="spans")
    seq = models.PositiveSmallIntegerField()
    received_at = models.DateTimeField(help_text="From when this promise ran.")
    due_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, blank=True)
    reopened_at = models.DateTimeField()
    reason = models.CharField("重新办理的原因", max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="one_span_a_seq")]
        ordering = ["seq"]


class Nudge(models.Model):
    """A reminder or an escalation that was sent for a deadline: once for each deadline and step, whoever asks how often."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="nudges")
    due_at = models.DateTimeField(help_text="The deadline it was about; a moved one is reminded of anew.")
    step = models.SmallIntegerField(help_text="Working days from the deadline: -2 before, 0 on the day, 1 after.")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "due_at", "step"], name="one_nudge_a_step")]


class Recount(models.Model):
    """The deadlines of open requests were counted anew by an arrangement of holidays that was published after they came in."""

    arrangement = models.OneToOneField(Arrangement, models.PROTECT, related_name="+")
    moved = models.PositiveIntegerField(help_text="How many requests have another deadline since.")
    at = models.DateTimeField()


# --- what the applicant says of it ---------------------------------------------------------------------------------------


@subject("case_rating", "办件评价")
class Rating(models.Model):
    """The applicant's degree (standard.rules.DEGREES, 5 to 1) for one span of a case. Said once."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="ratings")
    span = models.PositiveSmallIntegerField()
    degree = models.PositiveSmallIntegerField("评价")
    text = models.TextField("意见", blank=True)
    rated_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    rated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "span"], name="one_rating_a_span"),
            models.CheckConstraint(condition=Q(degree__gte=1, degree__lte=5), name="rating_degree"),
        ]


class FollowUpResult(models.TextChoices):
    EXPLAINED = "explained", "已说明，申请人理解"
    REMEDIED = "remedied", "已补救"
    REOPENED = "reopened", "重新办理"
    UNREACHED = "unreached", "多次联系未果"


@subject("follow_up", "差评回访")
class FollowUp(models.Model):
    """What a low rating opens: somebody other than the handler asks what went wrong, until a day, with a result."""

    rating = models.OneToOneField(Rating, models.PROTECT, related_name="follow_up")
    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    result = models.CharField("回访结果", max_length=10, choices=FollowUpResult, blank=True)
    note = models.TextField("回访记录", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, result="") | (Q(done_at__isnull=False) & ~Q(result="") & ~Q(note="")),
                name="follow_up_is_done_whole",
            )
        ]
        indexes = [models.Index(fields=["park", "done_at", "due_at"], name="follow_up_open")]


# --- colleagues ----------------------------------------------------------------------------------------------------------


@subject("opinion", "会办意见")
class Opinion(models.Model):
    """A colleague is asked about a case (several answer, one handles); only the desk reads it. Never moves the case or its clock."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="opinions")
    asked = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    question = models.TextField("需要会办的问题")
    asked_at = models.DateTimeField()
    due_on = models.DateField("请于何日前答复")
    answer = models.TextField("会办意见", blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "asked"], condition=Q(answered_at__isnull=True), name="one_open_opinion_a_person"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="opinion_is_answered_whole",
            ),
        ]


@subject("score_form", "评分表")
class ScoreForm(models.Model):
    """One version of the criteria by which reviewers score a kind of request: ``[{key, label, says, most}]``. Never changed once used."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    title = models.CharField("评分表名称", max_length=60)
    criteria = models.JSONField("评分项")
    pass_mark = models.DecimalField("合格线", max_digits=6, decimal_places=2, null=True, blank=True)
    least = models.PositiveSmallIntegerField("最少评审人数", default=3)
    since = models.DateField("启用日期")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["park", "kind", "version"], name="one_score_form_a_version"),
            models.CheckConstraint(condition=Q(least__gte=1), name="score_form_needs_a_reviewer"),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第{self.version}版"


@subject("scoring", "评审")
class Scoring(models.Model):
    """One scoring of a case by several reviewers. Closed once, with its result as it came out of the sheets."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="scorings")
    form = models.ForeignKey(ScoreForm, models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    due_on = models.DateField("评审截止日")
    closed_at = models.DateTimeField(null=True, blank=True)
    result = models.DecimalField("平均分", max_digits=6, decimal_places=2, null=True, blank=True)
    counted = models.PositiveSmallIntegerField("计入人数", default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(closed_at__isnull=True), name="one_open_scoring_a_case"),
        ]
        ordering = ["pk"]


class ScoreSheet(models.Model):
    """One reviewer's sheet. A declared conflict of interest leaves it out of the result, and the reviewer out of the rest."""

    scoring = models.ForeignKey(Scoring, models.PROTECT, related_name="sheets")
    reviewer = models.ForeignKey(Person, models.PROTECT, related_name="+")
    conflict = models.BooleanField("有利益冲突", null=True, help_text="Null: not declared yet.")
    conflict_says = models.CharField("利益冲突说明", max_length=300, blank=True)
    scores = models.JSONField("各项得分", default=dict)
    total = models.DecimalField("总分", max_digits=6, decimal_places=2, null=True, blank=True)
    comment = models.TextField("评审意见", blank=True)
    handed_in_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scoring", "reviewer"], name="one_sheet_a_reviewer"),
            models.CheckConstraint(
                condition=Q(handed_in_at__isnull=True)
                | Q(conflict=True, total__isnull=True)
                | Q(conflict=False, total__isnull=False),
                name="sheet_is_scored_or_conflicted",
            ),
        ]


# --- what a desk sets up -------------------------------------------------------------------------------------------------


@subject("desk_duty", "受理分工")
class Duty(models.Model):
    """Who takes new requests of a kind: of several the one with the fewest open ones."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["park", "kind", "person"], condition=Q(until__isnull=True), name="one_duty_a_person"
            ),
        ]


@subject("answer_template", "答复模板")
class AnswerTemplate(models.Model):
    """Words that officers start an answer from; for one kind or for all."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    kind = models.CharField("适用种类", max_length=40, blank=True)
    title = models.CharField("模板名称", max_length=60)
    text = models.TextField("内容")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["park", "title"], condition=Q(retired_at__isnull=True), name="one_template_a_title")
        ]
        ordering = ["title"]


# --- a year --------------------------------------------------------------------------------------------------------------


@subject("case_year", "年度办件统计")
class FrozenYear(models.Model):
    """The figures of a park's year as they were when it was frozen: canonical JSON with the ids behind each figure, and its digest."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    body = models.TextField()
    digest = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["park", "year"], name="one_frozen_case_year")]
