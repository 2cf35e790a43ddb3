"""returns: figures that somebody declares and signs for, year by year (Table 1, rows T1.05 to T1.16; 4.1.4 and T1.06).

A *declaration* is one form handed in: a park's yearly figures by its operator, or an institution's own. Each figure in it
is a row of its own. Nothing is ever edited: a changed figure is a new row that supersedes the old one (restatement), so that
an evaluation that used the old row still finds it. The competent authority verifies figure by figure. A *regional figure* is
the authority's own, with the document it was taken from: the denominator of T1.06.

Not here: what rooms compute from their own records, and which of declared, computed and verified stands (evaluation).
Periods: a year, or one of its quarters (``quarter`` 0 is the whole year).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from hrpark.accounts.models import Park
from hrpark.institutions.models import Institution
from hrpark.standard.kinds import CURRENT, EDITIONS
from hrpark.trail.actions import subject

from .rules import OWN


def label_of(measure: str) -> str:
    """What a measure is called, by the newest edition that has it."""
    editions = sorted(EDITIONS, key=lambda edition: edition.key != CURRENT.key)
    known = (m.label for edition in editions for row in edition.rows for m in row.measures if f"{row.key}.{m.key}" == measure)
    own = (asked.label for asked in OWN if asked.key == measure)
    return next(own, None) or next(known, "已不再使用的指标")


class Bound(models.TextChoices):
    """A published “超过100亿元” is a lower bound: it is kept as one and never reckoned with as if it were exact."""

    EXACT = "exact", "准确值"
    AT_LEAST = "at_least", "不少于"


class Source(models.TextChoices):
    FORM = "form", "填报"
    IMPORT = "import", "导入"


@subject("declaration", "年度申报")
class Declaration(models.Model):
    """One form of yearly (or quarterly) figures, as it was handed in. ``institution`` empty: the park's own, by its operator."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, related_name="declarations")
    year = models.PositiveSmallIntegerField("年度")
    quarter = models.PositiveSmallIntegerField("季度", default=0, help_text="0: the whole year.")
    version = models.PositiveSmallIntegerField("次序", help_text="1 is the first of its period; later ones restate.")
    source = models.CharField("来源", max_length=10, choices=Source)
    note = models.CharField("说明", max_length=500, blank=True)
    declared_by = models.CharField(max_length=64, help_text="Actor key.")
    declared_by_name = models.CharField("申报人", max_length=80)
    declared_at = models.DateTimeField("申报时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["park", "year", "quarter", "version"], condition=Q(institution__isnull=True), name="one_park_declaration"
            ),
            models.UniqueConstraint(
                fields=["institution", "year", "quarter", "version"], condition=Q(institution__isnull=False),
                name="one_institution_declaration",
            ),
            models.CheckConstraint(condition=Q(quarter__gte=0, quarter__lte=4), name="declaration_quarter"),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="declaration_year"),
            models.CheckConstraint(condition=Q(version__gte=1), name="declaration_version"),
        ]  # fmt: skip

    @property
    def period(self) -> str:
        return f"{self.year}年" + (f"第{self.quarter}季度" if self.quarter else "")


class DeclaredFigureQuerySet(models.QuerySet["DeclaredFigure"]):
    def open(self) -> DeclaredFigureQuerySet:
        """The rows that stand: not superseded by a restatement."""
        return self.filter(superseded_at__isnull=True)


@subject("declared_figure", "申报数据")
class DeclaredFigure(models.Model):
    """One measure of one period as it was declared; ``value`` empty: withdrawn, or said to be unknown.

    What was declared never changes (migration 0002); what the authority made of it, and that it was superseded, is added.
    ``verified_at`` with an empty ``verified_value``: the authority looked and does not accept it.
    """

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, related_name="declared_figures")
    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="figures")
    year = models.PositiveSmallIntegerField("年度")
    quarter = models.PositiveSmallIntegerField("季度", default=0)
    edition = models.CharField("标准版本", max_length=40)
    measure = models.CharField("指标", max_length=60, help_text="T1.05.revenue, or one of our own: returns.staff.")
    value = models.DecimalField("申报值", max_digits=20, decimal_places=4, null=True, blank=True)
    bound = models.CharField("口径", max_length=10, choices=Bound, default=Bound.EXACT)
    unit = models.CharField("单位", max_length=10)
    note = models.CharField("说明", max_length=300, blank=True)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    superseded_at = models.DateTimeField("被更正时间", null=True, blank=True)
    verified_value = models.DecimalField("核定值", max_digits=20, decimal_places=4, null=True, blank=True)
    verified_bound = models.CharField("核定口径", max_length=10, choices=Bound, default=Bound.EXACT)
    verified_by = models.CharField(max_length=64, blank=True)
    verified_by_name = models.CharField("核定人", max_length=80, blank=True)
    verified_at = models.DateTimeField("核定时间", null=True, blank=True)
    verified_reason = models.CharField("核定说明", max_length=300, blank=True)

    objects = DeclaredFigureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["park", "year", "quarter", "measure"],
                condition=Q(institution__isnull=True, superseded_at__isnull=True), name="one_open_park_figure",
            ),
            models.UniqueConstraint(
                fields=["institution", "year", "quarter", "measure"],
                condition=Q(institution__isnull=False, superseded_at__isnull=True), name="one_open_institution_figure",
            ),
            models.CheckConstraint(condition=Q(quarter__gte=0, quarter__lte=4), name="figure_quarter"),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True, verified_value__isnull=True, verified_by="")
                | Q(verified_at__isnull=False) & ~Q(verified_by=""),
                name="figure_verified_whole",
            ),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True) | Q(verified_value=F("value"), verified_bound=F("bound")) | ~Q(verified_reason=""),
                name="figure_verified_otherwise_with_reason",
            ),
            models.CheckConstraint(condition=Q(supersedes__isnull=True) | ~Q(supersedes=F("id")), name="figure_supersedes_another"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["park", "year", "measure"], name="figure_of_park"),
            models.Index(fields=["declaration"], name="figure_of_declaration"),
        ]

    def __str__(self) -> str:
        """Who, when, what: 2025年 营业收入, with the institution's name before it where it is an institution's."""
        whose = f"{self.institution.name} " if self.institution_id else ""
        return f"{whose}{self.period} {self.label}"

    @property
    def label(self) -> str:
        return label_of(self.measure)

    @property
    def period(self) -> str:
        return f"{self.year}年" + (f"第{self.quarter}季度" if self.quarter else "")

    @property
    def is_open(self) -> bool:
        return self.superseded_at is None


class RegionalFigureQuerySet(models.QuerySet["RegionalFigure"]):
    def open(self) -> RegionalFigureQuerySet:
        return self.filter(superseded_at__isnull=True)


@subject("regional_figure", "区域数据")
class RegionalFigure(models.Model):
    """A figure of a region from a published or official document: what T1.06 divides by, and what 4.1.4 rests on."""

    region = models.CharField("行政区", max_length=60, help_text="As in GB/T 2260, e.g. 广州市黄埔区.")
    region_code = models.CharField("行政区划代码", max_length=6)
    year = models.PositiveSmallIntegerField("年度")
    measure = models.CharField("指标", max_length=60, help_text="See rules.REGIONAL.")
    value = models.DecimalField("数值", max_digits=20, decimal_places=4)
    unit = models.CharField("单位", max_length=10)
    document = models.CharField("来源文件", max_length=200)
    document_on = models.DateField("文件日期", null=True, blank=True)
    entered_by = models.CharField(max_length=64)
    entered_by_name = models.CharField("录入人", max_length=80)
    entered_at = models.DateTimeField("录入时间")
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = RegionalFigureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region_code", "year", "measure"],
                condition=Q(superseded_at__isnull=True),
                name="one_open_regional_figure",
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="regional_figure_not_negative"),
            models.CheckConstraint(condition=~Q(document="") & ~Q(region=""), name="regional_figure_has_a_document"),
            models.CheckConstraint(condition=Exact(Length("region_code"), 6), name="regional_figure_code"),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.year}年"
