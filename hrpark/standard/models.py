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
