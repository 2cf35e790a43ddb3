"""The database itself refuses to give one space away twice.

PostgreSQL: an exclusion constraint. Rows that stand for a part (``part_of``) count as 0 and so never exclude one another;
every other row counts as itself and excludes whatever overlaps it. SQLite has no exclusion constraints: triggers abort.

SQLite loses a table's triggers when a later migration remakes the table; such a migration must put the guard back with
``guard``. parks/tests/test_occupancy.py fails otherwise.
"""

import django.db.models.deletion
from django.db import migrations, models

OVERLAP = """
    SELECT RAISE(ABORT, 'occupancy_no_overlap') WHERE EXISTS (
        SELECT 1 FROM parks_occupancy AS other
        WHERE other.space_id = NEW.space_id
          AND other.id IS NOT NEW.id
          AND (other.ends IS NULL OR other.ends > NEW.starts)
          AND (NEW.ends IS NULL OR NEW.ends > other.starts)
          AND (other.part_of_id IS NULL OR NEW.part_of_id IS NULL)
    );
"""


def guard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER occupancy_no_overlap_insert BEFORE INSERT ON parks_occupancy BEGIN {OVERLAP} END"
            )
            cursor.execute(
                "CREATE TRIGGER occupancy_no_overlap_update BEFORE UPDATE OF space_id, starts, ends, part_of_id "
                f"ON parks_occupancy BEGIN {OVERLAP} END"
            )
        else:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
            cursor.execute(
                "ALTER TABLE parks_occupancy ADD CONSTRAINT occupancy_no_overlap EXCLUDE USING gist ("
                "space_id WITH =, tstzrange(starts, ends, '[)') WITH &&, "
                "(CASE WHEN part_of_id IS NULL THEN id ELSE 0 END) WITH <>)"
            )


def unguard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER occupancy_no_overlap_insert")
            cursor.execute("DROP TRIGGER occupancy_no_overlap_update")
        else:
            cursor.execute("ALTER TABLE parks_occupancy DROP CONSTRAINT occupancy_no_overlap")


class Migration(migrations.Migration):
    dependencies = [("parks", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="occupancy",
            name="part_of",
            field=models.ForeignKey(
                blank=True, null=True, help_text="The taken space inside this one.",
                on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="parks.occupancy",
            ),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(fields=["subject_type", "subject_id"], name="occupancy_subject"),
        ),
        migrations.RunPython(guard, unguard),
    ]
