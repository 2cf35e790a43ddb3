"""standard: the standard as data (chapters 3 to 7 and Table 1), dated parameters, and what a park promises beyond them.

Clauses, rows and terms are files, ``editions/*.yaml``; default numbers are each room's ``parameters.yaml``. Both are read
and checked once, at import (kinds.py); nothing of them is copied into the database. Rows elsewhere that rest on a clause
store ``edition`` and ``key``. Scheme and weights of an evaluation are not here: they belong to ``evaluation``.

An edition is immutable once used. The first row that stores an edition calls ``actions.use_edition`` in its own transaction,
which writes down the digest of what the edition says (``UsedEdition``; keys, numbers, modals, force, wording, measures: not
comments, notes, or which of our rooms shows it). From then on a changed or missing file is refused: by every further
``use_edition``, and by the system check ``standard.E001``, which ``manage.py migrate`` runs before each start. A correction is a
new edition that ``supersedes`` the old one.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hrpark.accounts.models import Park
from hrpark.trail.actions import subject

from .kinds import PARAMETERS


class UsedEdition(models.Model):
    """What an edition said when its first row was written. The database refuses to change or remove it (migration 0002)."""

    key = models.CharField(primary_key=True, max_length=40)
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField()


@subject("override", "园区承诺值")
class Override(models.Model):
    """A park's own promise in place of a parameter's default, from a day on. Withdrawing is a date, never a deletion."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="overrides")
    key = models.CharField("参数", max_length=80)
    since = models.DateField("起始日")
    value = models.CharField("承诺值", max_length=200, help_text="As rules.write_value writes it.")
    basis = models.CharField("依据", max_length=300)
    set_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField("撤回原因", max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["park", "key", "since"], condition=Q(withdrawn_at__isnull=True), name="one_promise_a_day"
            ),
            models.CheckConstraint(condition=~Q(basis="") & ~Q(value="") & ~Q(key=""), name="promise_has_a_basis"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_because=""), name="withdrawal_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        known = PARAMETERS.find(self.key)
        return known.label if known else "已不再使用的数值"


@subject("arrangement", "节假日安排")
class Arrangement(models.Model):
    """The State Council's arrangement of one year's holidays (部分节假日安排的通知), entered once it is published: days off besides
    weekends, and weekend days that are worked in their stead. A correction is a further row; the last one of a year holds."""

    year = models.PositiveSmallIntegerField("年份")
    seq = models.PositiveSmallIntegerField("第几次登记")
    days_off = models.JSONField("放假日期", help_text="ISO dates; may begin in December of the year before.")
    worked = models.JSONField("调休上班日期", default=list)
    source = models.CharField("依据", max_length=200, help_text="Name and number of the notice.")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "seq"], name="one_arrangement_a_seq")]
        ordering = ["-year", "-seq"]

    def __str__(self) -> str:
        return f"{self.year}年节假日安排"
