"""documents: what the park issues on paper or as PDF, numbered without gaps and checkable by anybody who holds it.

A document is set from a template (``templates/*.typ``) and data of the room that issues it, kept as an attachment of
itself, and bears a code by which the public page tells what it is, when it was issued and the hash of its file, and
nothing about whom it concerns. It is never changed: a wrong one is withdrawn with the reason and issued anew.

Some exist as a Word file, too, filled into the park's own template with the same data. What is printed, sealed by hand and
across its pages comes back as a scan: the sealed original, with its archive number and the place of the paper.

It is not a word processor: texts that people negotiate are attachments until they are agreed. The park's own PDF signature
shows that a file is unchanged, and is no seal (电子签名法 art. 13 asks for more: a certified platform, ``esign.py``).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hrpark.accounts.models import Park
from hrpark.files.models import Attachment
from hrpark.trail.actions import subject

from .kinds import TEMPLATES
from .rules.licences import Found


class Series(models.Model):
    """The last number given in a park's series of a year, whatever room counts there: documents, cases, agreements, receipts,
    archives. Its row is locked while a number is taken, so that no two share one and none is left out."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    name = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["park", "name", "year"], name="one_series_a_year")]


@subject("word_template", "文书模板")
class WordTemplate(models.Model):
    """A park's own Word template of a kind of document, in force from a day until a later version; kept when it is withdrawn."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    template = models.CharField("文书种类", max_length=40)
    version = models.PositiveSmallIntegerField("版本")
    since = models.DateField("起用日期")
    note = models.CharField("说明", max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Empty only within the transaction that stores it.")
    attachment = models.OneToOneField(Attachment, models.PROTECT, null=True, related_name="+")
    uploaded_by_name = models.CharField("上传人", max_length=80)
    uploaded_at = models.DateTimeField("上传时间")
    withdrawn_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["park", "template", "version"], name="one_word_template_a_version"),
        ]

    def __str__(self) -> str:
        return f"{TEMPLATES.get(self.template).label}模板 第{self.version}版"


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
    signer = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the certificate that signed the PDF; empty: none did."
    )
    word = models.OneToOneField(Attachment, models.PROTECT, null=True, related_name="+", help_text="The same as a Word file.")
    word_template = models.ForeignKey(
        WordTemplate, models.PROTECT, null=True, related_name="+", help_text="Empty: the house's."
    )
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


class Keeping(models.TextChoices):
    """How long a paper original is kept (国家档案局令第8号、第10号: 永久、30年、10年)."""

    FOR_EVER = "Y", "永久"
    THIRTY = "D30", "30年"
    TEN = "D10", "10年"


@subject("original", "用印原件")
class Original(models.Model):
    """The sealed original of a document, as it came back: its scan (attachments of this row), what it bears, where the paper lies.

    The archive number (档号) counts by park, category and year of the document, without gaps; it is never given twice.
    """

    document = models.OneToOneField(Document, models.PROTECT, related_name="original")
    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    category = models.CharField(max_length=4)
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField()
    received_on = models.DateField("收到日期")
    received_by_name = models.CharField("接收人", max_length=80)
    pages = models.PositiveSmallIntegerField("页数")
    sealed = models.BooleanField("单位公章")
    cross_sealed = models.BooleanField("骑缝章")
    signed = models.BooleanField("签字")
    dated = models.BooleanField("日期")
    lacks = models.CharField("缺项说明", max_length=200, blank=True)
    keeping = models.CharField("保管期限", max_length=8, choices=Keeping, default=Keeping.THIRTY)
    place = models.CharField("纸质原件存放位置", max_length=80)
    archived_at = models.DateTimeField("归档时间")
    archived_by_name = models.CharField("归档人", max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["park", "category", "year", "number"], name="archive_number_once"),
            models.CheckConstraint(condition=Q(pages__gt=0) & Q(number__gt=0), name="original_has_pages_and_a_number"),
            models.CheckConstraint(
                condition=Q(sealed=True, cross_sealed=True, signed=True, dated=True) | ~Q(lacks=""), name="what_an_original_lacks_is_said"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.archive_number} {self.document.title}"

    @property
    def archive_number(self) -> str:
        return archive_number(self.category, self.year, self.number)


class ReadingState(models.TextChoices):
    WAITING = "waiting", "正在识别"
    DONE = "done", "已识别"
    FAILED = "failed", "没有识别出来"


@subject("reading", "证照识别")
class Reading(models.Model):
    """What the worker read off a photograph of a licence (rules/licences.py): proposed to a form, never taken as it is.

    ``found``: ``[{key, label, value, confidence, doubt}]``. ``due_at``: to be read; ``queued_at``: when a task was last sent.
    """

    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+")
    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=8, choices=ReadingState, default=ReadingState.WAITING)
    found = models.JSONField(default=list)
    problem = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    queued_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", due_at__isnull=False) | ~Q(state="waiting") & Q(due_at__isnull=True),
                name="a_waiting_reading_is_due",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="reading_due")]

    @property
    def fields(self) -> list[Found]:
        return [Found(**one) for one in self.found]


class EnvelopeState(models.TextChoices):
    WAITING = "waiting", "待送交平台"
    SENT = "sent", "签署中"
    SIGNED = "signed", "已签署"
    DECLINED = "declined", "已拒签"
    EXPIRED = "expired", "逾期未签"
    CANCELLED = "cancelled", "已撤销"
    FAILED = "failed", "送交失败"

    @classmethod
    def open(cls) -> tuple[str, str]:
        return cls.WAITING, cls.SENT


@subject("envelope", "电子签署")
class Envelope(models.Model):
    """A document that is signed on a certified platform (esign.py). ``due_at``: when to hand it over or ask about it again.

    ``signers``: ``[{organisation, name, mobile, uscc}]`` in their order; the numbers are erased when it has ended.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="envelopes")
    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    state = models.CharField("状态", max_length=10, choices=EnvelopeState, default=EnvelopeState.WAITING)
    signers = models.JSONField("签署人")
    number = models.CharField("平台编号", max_length=80, blank=True)
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Failures in a row.")
    last_error = models.CharField(max_length=200, blank=True)
    reason = models.CharField("原因", max_length=200, blank=True)
    signed = models.OneToOneField(Attachment, models.PROTECT, null=True, related_name="+")
    requested_by_name = models.CharField("发起人", max_length=80)
    requested_at = models.DateTimeField("发起时间")
    finished_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document"], condition=Q(state__in=["waiting", "sent"]), name="one_open_envelope_a_document"
            ),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="one_envelope_a_number"),
            models.CheckConstraint(
                condition=Q(state="signed", signed__isnull=False) | ~Q(state="signed") & Q(signed__isnull=True),
                name="a_signed_envelope_has_its_file",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sent"], due_at__isnull=False, finished_at__isnull=True)
                | ~Q(state__in=["waiting", "sent"]) & Q(due_at__isnull=True, finished_at__isnull=False),
                name="an_open_envelope_is_due",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="envelope_due")]

    def __str__(self) -> str:
        return f"{self.document.reference}电子签署"


def archive_number(category: str, year: int, number: int) -> str:
    """档号: RZ·2026-0001."""
    return f"{category}·{year}-{number:04d}"


def reference(series: str, year: int, number: int) -> str:
    return f"{series}〔{year}〕{number}号"


def grouped(code: str) -> str:
    """In fours, so that it can be read aloud and typed."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
