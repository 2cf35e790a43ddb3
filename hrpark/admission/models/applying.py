"""Applications, and what the rules said of each, letter by letter (4.3.1.1, 4.3.1.3)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hrpark.accounts.models import Park, Person
from hrpark.cases.models import Case
from hrpark.institutions.models import Institution
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
