"""notices: what a person should know and do, written down in the transaction in which it happened (the outbox).

A notice is a row before it is a message: nothing that was rolled back is ever told, nothing that was committed is ever
forgotten. In the product it is there at once; other channels deliver it afterwards, each with its own row.

It is not the trail (which tells everything to whoever may see the subject) and not a chat.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hrpark.accounts.models import Park, Person


class Notice(models.Model):
    """One thing told to one person: no more than one a day of the same kind about the same subject."""

    park = models.ForeignKey(Park, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=60)
    of_type = models.CharField(max_length=64, help_text="Type key of the subject it is about.")
    of_id = models.CharField(max_length=64)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("内容", help_text="What happened, then what to do; a line each.")
    link = models.CharField(max_length=300, blank=True, help_text="Path within the product.")
    at = models.DateTimeField("时间")
    until = models.DateTimeField("办理期限", null=True)
    read_at = models.DateTimeField(null=True)
    dedupe = models.CharField(max_length=220, help_text="kind, subject and local day")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "dedupe"], name="notice_once_a_day")]
        indexes = [
            models.Index(fields=["person", "-at"], name="notice_newest"),
            models.Index(fields=["person"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.title


class State(models.TextChoices):
    WAITING = "waiting", "待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败，将重试"
    GIVEN_UP = "given_up", "已放弃"


class Delivery(models.Model):
    """A notice on its way over one channel. ``due_at`` is when to try next, for what still waits or has failed."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once_a_channel"),
            models.CheckConstraint(
                condition=Q(state__in=[State.WAITING, State.FAILED], due_at__isnull=False, sent_at__isnull=True)
                | Q(state=State.SENT, due_at__isnull=True, sent_at__isnull=False)
                | Q(state=State.GIVEN_UP, due_at__isnull=True, sent_at__isnull=True),
                name="delivery_state_fits",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="delivery_due")]
