"""admission: who is let into the park and why (clauses 4.3.1.1, 4.3.1.2 a and b, 4.3.1.3, 5.1.3).

An application is a case of the kind ``admission`` about one dossier. Rules (``rules/``) judge it letter by letter; their
verdicts are stored rows that never change, so that what was decided can be read years later as it was. A decision is made
once, an agreement (入驻协议) signed once; the agreement begins the residency and the days until business must have begun.

Not here: clocks and the inbox (cases), the dossier and the residency (institutions), rent (leasing).
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from hrpark.accounts.models import Park, Person
from hrpark.cases.models import Case
from hrpark.institutions.models import Institution, Residency
from hrpark.parks.models import Space
from hrpark.trail.actions import subject


@subject("application", "入驻申请")
class Application(models.Model):
    """One application of one institution. ``open`` while its case is; an institution has one open at a time."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="applications")
    case = models.OneToOneField(Case, models.PROTECT, related_name="application")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="applications")
    open = models.BooleanField(default=True)
    round = models.PositiveSmallIntegerField(default=0, help_text="The last round of judgements; 0 before the first.")
    unconditional_on = models.DateField(
        "条件全部满足日期", null=True, blank=True, help_text="From then on as if let in without any."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution"], condition=Q(open=True), name="one_open_application"),
        ]
        indexes = [models.Index(fields=["park", "institution"], name="application_institution")]

    def __str__(self) -> str:
        return str(self.case)


class Outcome(models.TextChoices):
    """The four words of toolbox.verdict, as stored."""

    PASSED = "passed", "通过"
    FAILED = "failed", "不通过"
    UNKNOWN = "unknown", "待核"
    NOT_APPLICABLE = "not_applicable", "不适用"


@subject("judgement", "规则结论")
class Judgement(models.Model):
    """What one rule said on one day. Written once (migration 0002); an officer's override stands beside it, with its reason.

    ``since`` names the rule's own day: which of a clause's rules it was. Evidence is ``[{type, id, says}]``.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="judgements")
    round = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=80)
    clause = models.CharField(max_length=20)
    kind = models.CharField(max_length=10)
    edition = models.CharField(max_length=40)
    since = models.DateField(help_text="From which day the rule holds.")
    judged_on = models.DateField(help_text="The day whose facts were looked at.")
    judged_at = models.DateTimeField()
    outcome = models.CharField("结论", max_length=16, choices=Outcome)
    reason = models.TextField("理由")
    evidence = models.JSONField("依据", default=list)
    override = models.CharField("改判", max_length=16, choices=Outcome, blank=True)
    override_reason = models.TextField("改判理由", blank=True)
    overridden_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    overridden_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "round", "clause"], name="one_judgement_a_clause"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="judgement_outcome"),
            models.CheckConstraint(
                condition=Q(override="", override_reason="", overridden_at__isnull=True)
                | (~Q(override="") & ~Q(override_reason="") & Q(overridden_at__isnull=False)),
                name="override_has_a_reason",
            ),
        ]
        ordering = ["clause"]

    @property
    def stands(self) -> str:
        """The outcome that counts: the officer's where there is one."""
        return self.override or self.outcome


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


# --- leaving the park ----------------------------------------------------------------------------------------------------


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


# --- what residents owe --------------------------------------------------------------------------------------------------


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
