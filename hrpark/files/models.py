"""files: what people hand in and what the house hands out, kept as bytes behind a gate (all clauses that ask for evidence).

An attachment belongs to one subject of any room, given as (type key, id); whoever may see the subject may see it, by the
gate that the owner room registers. The bytes lie below ``UPLOAD_ROOT``, outside the web root, under names that are drawn,
not given. Nothing is overwritten: a newer version replaces an older one, which stays.

It is not a document store with folders, and it does not look into what it keeps beyond knowing what it is.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from hrpark.accounts.models import Park
from hrpark.trail.actions import subject


@subject("attachment", "附件")
class Attachment(models.Model):
    """One file of one subject. Current while it is neither replaced nor removed."""

    park = models.ForeignKey(
        Park, models.PROTECT, null=True, related_name="+", help_text="Empty: of no park (an account's own)."
    )
    of_type = models.CharField(max_length=64, help_text="Type key of the subject it belongs to.")
    of_id = models.CharField(max_length=64)
    label = models.CharField("材料名称", max_length=80, help_text="Which material it is: 营业执照, 授权委托书.")
    kind = models.CharField(
        "类型", max_length=8, help_text="Key of its content (rules/found.py), by what it is, not by its name."
    )
    name = models.CharField("文件名", max_length=120, help_text="As given, cleaned; for showing only.")
    size = models.PositiveBigIntegerField("大小", help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=100)
    path = models.CharField(max_length=80, unique=True, help_text="Below UPLOAD_ROOT; random.")
    personal = models.BooleanField("含个人信息", default=False)
    uploaded_by = models.CharField(max_length=64, help_text="Actor key.")
    uploaded_by_name = models.CharField("上传人", max_length=80)
    at = models.DateTimeField("上传时间")
    replaced_by = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaces")
    removed_at = models.DateTimeField(null=True)
    removed_reason = models.CharField("移除原因", max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["of_type", "of_id"], name="attachment_of")]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_is_not_empty"),
            models.CheckConstraint(condition=Exact(Length("sha256"), 64), name="attachment_has_a_hash"),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_reason="") | Q(removed_at__isnull=False) & ~Q(removed_reason=""),
                name="attachment_removed_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=F("id")), name="attachment_replaced_by_another"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_current(self) -> bool:
        return self.removed_at is None and self.replaced_by_id is None
