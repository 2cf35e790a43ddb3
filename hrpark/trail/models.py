"""trail: what happened, who did it, when, to what. Floor 1; knows nothing of parks or people.

It holds plain values, never a foreign key, so that nothing that is deleted can take its history along. Rows are appended
only: the database itself refuses UPDATE and DELETE (migration 0002). What was said in detail (``Payload``), and how the actor
was called, are under the chain only by a salted digest: both can be erased (PIPL art. 47) by an entry that says so, while the
chain still verifies (docs/decisions/003-erasing-a-person.md).

It is not a log of page views and not a message bus.
"""

from __future__ import annotations

from django.db import models

#: What a timeline says instead of a name that was erased.
ERASED = "已注销用户"


class Entry(models.Model):
    """One deed. (actor, verb, key) is unique: a double click, a retry, a crash in between does it once."""

    park_id = models.BigIntegerField(null=True, help_text="The park whose chain this belongs to; empty: the installation.")
    actor = models.CharField(max_length=64, help_text="person:<id> or system:<name>")
    actor_name = models.CharField(max_length=80, help_text="As the actor was called on that day; ERASED once that is gone.")
    actor_salt = models.BinaryField(max_length=16, default=b"", help_text="Empty: the name was erased.")
    actor_digest = models.BinaryField(max_length=32, default=b"", help_text="HMAC-SHA256 over the name, with its own salt.")
    verb = models.CharField(max_length=64)
    key = models.CharField(max_length=120)
    subject_type = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=64)
    at = models.DateTimeField()
    digest = models.BinaryField(max_length=32, help_text="HMAC-SHA256 over the payload, with the payload's own salt.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "verb", "key"], name="trail_once")]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="trail_subject"),
            models.Index(fields=["park_id", "id"], name="trail_park"),
        ]


class Payload(models.Model):
    """What an entry says in detail. The only part of the trail that can be erased; the erasure is an entry itself."""

    entry_id = models.BigIntegerField(primary_key=True)
    salt = models.BinaryField(max_length=16)
    body = models.JSONField()


class Seal(models.Model):
    """One link of a park's chain: entry number ``seq``, the digest over it and the link before."""

    park_id = models.BigIntegerField(help_text="0: the installation's own chain.")
    seq = models.BigIntegerField()
    entry_id = models.BigIntegerField(unique=True)
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["park_id", "seq"], name="trail_chain")]
