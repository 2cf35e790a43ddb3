"""What was declared stays as it was declared: the database refuses to change it, and to delete it.

Only what is added later may be written: that a row was superseded, and what the authority made of it. A changed figure is a
new row.
"""

from django.db import migrations

KEPT = {
    "returns_declaration": (
        "park_id, institution_id, year, quarter, version, source, note, declared_by, declared_by_name, declared_at"
    ),
    "returns_declaredfigure": (
        "park_id, institution_id, declaration_id, year, quarter, edition, measure, value, bound, unit, note, supersedes_id"
    ),
    "returns_regionalfigure": (
        "region, region_code, year, measure, value, unit, document, document_on, entered_by, entered_by_name, entered_at, "
        "supersedes_id"
    ),
}


def guard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            for table, columns in KEPT.items():
                for name, deed in (("stays", f"UPDATE OF {columns}"), ("is_kept", "DELETE")):
                    cursor.execute(
                        f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} "
                        f"BEGIN SELECT RAISE(ABORT, 'a declared figure stays as it was declared'); END"
                    )
        else:
            cursor.execute(
                "CREATE FUNCTION returns_declared_stays() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'a declared figure stays as it was declared' "
                "USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            for table, columns in KEPT.items():
                for name, deed in (("stays", f"UPDATE OF {columns}"), ("is_kept", "DELETE")):
                    cursor.execute(
                        f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} "
                        f"FOR EACH STATEMENT EXECUTE FUNCTION returns_declared_stays()"
                    )


def unguard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in KEPT:
            on = "" if schema_editor.connection.vendor == "sqlite" else f" ON {table}"
            for name in ("stays", "is_kept"):
                cursor.execute(f"DROP TRIGGER {table}_{name}{on}")
        if schema_editor.connection.vendor != "sqlite":
            cursor.execute("DROP FUNCTION returns_declared_stays()")


class Migration(migrations.Migration):
    dependencies = [("returns", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
