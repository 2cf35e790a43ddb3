"""How an actor was called comes under the chain by a salted digest, so that it can be erased: every entry gets one, and every
chain is sealed anew. A link that did not hold before does not hold afterwards: it gets a digest that nothing gives.
"""

import hashlib
import hmac
import importlib
import secrets

from django.conf import settings
from django.db import migrations, models

guards = importlib.import_module("hrpark.trail.migrations.0002_append_only")
PART = 2000


def key() -> bytes:
    return hashlib.sha256(b"hrpark.trail:" + settings.TRAIL_KEY.encode()).digest()


def link(previous: bytes, seq: int, entry, called: str) -> bytes:
    text = "\x1f".join(
        [
            str(seq), str(entry.pk), str(entry.park_id or 0), entry.actor, called, entry.verb, entry.key, entry.subject_type,
            entry.subject_id, str(int(entry.at.timestamp() * 1_000_000)), bytes(entry.digest).hex(),
        ]
    )  # fmt: skip
    return hmac.new(key(), bytes(previous) + text.encode(), hashlib.sha256).digest()


def lift(apps, schema_editor):
    """The guards go (SQLite loses those of the entries with the table that it rebuilds)."""
    guards.unguard(apps, schema_editor)


def cover(apps, schema_editor):
    Entry, Seal = apps.get_model("trail", "Entry"), apps.get_model("trail", "Seal")
    last = 0
    while part := list(Entry.objects.filter(pk__gt=last).order_by("pk")[:PART]):
        for entry in part:
            entry.actor_salt = secrets.token_bytes(16)
            name = b"name:" + entry.actor_name.encode()
            entry.actor_digest = hmac.new(key() + entry.actor_salt, name, hashlib.sha256).digest()
        Entry.objects.bulk_update(part, ["actor_salt", "actor_digest"], batch_size=300)
        last = part[-1].pk
    for park in Seal.objects.values_list("park_id", flat=True).distinct().order_by("park_id"):
        seal_anew(Entry, Seal, park)


def seal_anew(Entry, Seal, park) -> None:
    before, now, seq = b"", b"", 0
    while part := list(Seal.objects.filter(park_id=park, seq__gt=seq).order_by("seq")[:PART]):
        entries = Entry.objects.filter(park_id=park or None).in_bulk([seal.entry_id for seal in part])
        for seal in part:
            entry, old, seq = entries.get(seal.entry_id), bytes(seal.digest), seal.seq
            held = entry is not None and hmac.compare_digest(link(before, seq, entry, entry.actor_name), old)
            now = link(now, seq, entry, bytes(entry.actor_digest).hex()) if held else bytes(32)
            seal.digest, before = now, old
        Seal.objects.bulk_update(part, ["digest"], batch_size=300)


class Migration(migrations.Migration):
    dependencies = [("trail", "0002_append_only")]

    operations = [
        migrations.RunPython(lift, guards.guard),
        migrations.AddField(
            "entry", "actor_salt", models.BinaryField(default=b"", help_text="Empty: the name was erased.", max_length=16)
        ),
        migrations.AddField(
            "entry",
            "actor_digest",
            models.BinaryField(default=b"", help_text="HMAC-SHA256 over the name, with its own salt.", max_length=32),
        ),
        migrations.AlterField(
            "entry",
            "actor_name",
            models.CharField(help_text="As the actor was called on that day; ERASED once that is gone.", max_length=80),
        ),
        migrations.RunPython(cover, migrations.RunPython.noop),
        migrations.RunPython(guards.guard, lift),
    ]
