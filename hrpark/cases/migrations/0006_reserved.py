"""A complaint about the park's own people is its overseers' until somebody has said about whom it is."""

import importlib

from django.db import migrations, models

items_stay = importlib.import_module("hrpark.cases.migrations.0002_items_stay")


def reserve(apps, schema_editor):
    """Complaints about the park's own people of which nobody has said yet about whom: their overseers' from now on."""
    waiting = apps.get_model("cases.Case").objects.filter(
        kind="complaint", respondent=None, closed_at=None, received_at__isnull=False
    )
    waiting.filter(data__about="staff").update(reserved=True)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_recount"),
    ]

    operations = [
        # SQLite remakes the table of cases, to which a trigger of another table looks.
        migrations.RunPython(items_stay.unguard, items_stay.guard),
        migrations.AddField(
            model_name="case",
            name="reserved",
            field=models.BooleanField(
                default=False,
                help_text="About the park's own people, and nobody has said yet about whom: its overseers'.",
                verbose_name="由负责人先行阅看",
            ),
        ),
        migrations.RunPython(items_stay.guard, items_stay.unguard),
        migrations.RunPython(reserve, migrations.RunPython.noop),
    ]
