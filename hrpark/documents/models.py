"""documents: what the park issues on paper or as PDF, numbered without gaps and checkable by anybody who holds it.

A document is set from a template (``templates/*.typ``) and data of the room that issues it, kept as an attachment of
itself, and bears a code by which the public page tells what it is, when it was issued and the hash of its file, and
nothing about whom it concerns. It is never changed: a wrong one is withdrawn with the reason and issued anew.

It is not a word processor: texts that people negotiate are attachments until they are agreed.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hrpark.accounts.models import Park
from hrpark.files.models import Attachment
from hrpark.trail.actions import subject

from .kinds import TEMPLATES


class Series(models.Model):
    """The last number given in a park's series of a year, whatever room counts there: documents, cases, agreements, receipts,
    archives. Its row is locked while a number is taken, so that no two share one and none is left out."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    name = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["park", "name", "year"], name="one_series_a_year")]


@subject("document", "文书")
class Document(models.Model):
    """One issued document. Number and row are written in one transaction: what fails leaves no gap."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    template = models.CharField("文书种类", max_length=40)
    series = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    title = models.CharField("标题", max_length=120)
    of_type = models.CharField(max_length=64, help_text="Type key of the subject it was issued on.")
    of_id = models.CharField(max_length=64)
    code = models.CharField(
        "核验码", max_length=16, unique=True, help_text="Sixteen characters of Crockford's base 32: 80 bits."
    )
    sha256 = models.CharField(
        max_length=64, blank=True, help_text="Of the PDF; empty only within the transaction that issues it."
    )
    attachment = models.OneToOneField(Attachment, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField("签发时间")
    issued_by = models.CharField(max_length=64, help_text="Actor key.")
    issued_by_name = models.CharField("签发人", max_length=80)
    withdrawn_at = models.DateTimeField("作废时间", null=True)
    withdrawn_reason = models.CharField("作废原因", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["park", "series", "year", "number"], name="document_number_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="document_number_from_one"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason=""),
                name="document_withdrawn_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["of_type", "of_id"], name="document_of"),
            models.Index(fields=["sha256"], name="document_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.reference}）"

    @property
    def reference(self) -> str:
        """The number as it is printed: 入驻决定〔2026〕3号."""
        return reference(self.series, self.year, self.number)

    @property
    def label(self) -> str:
        return TEMPLATES.get(self.template).label

    @property
    def printed_code(self) -> str:
        return grouped(self.code)


def reference(series: str, year: int, number: int) -> str:
    return f"{series}〔{year}〕{number}号"


def grouped(code: str) -> str:
    """In fours, so that it can be read aloud and typed."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
