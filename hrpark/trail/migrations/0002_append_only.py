"""The database itself refuses to rewrite history: no UPDATE or DELETE of entries and seals, no UPDATE of payloads.

Deleting a payload stays possible, for erasing personal data; the erasure is an entry of its own.
"""

from django.db import migrations

GUARDED = [
    ("trail_entry", "UPDATE"), ("trail_entry", "DELETE"), ("trail_payload", "UPDATE"),
    ("trail_seal", "UPDATE"), ("trail_seal", "DELETE"),
]  # fmt: skip


def guard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            for table, deed in GUARDED:
                cursor.execute(
                    f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END"
                )
        else:
            cursor.execute(
                "CREATE FUNCTION trail_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'the trail is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            for table, deed in GUARDED:
                cursor.execute(
                    f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION trail_append_only()"
                )


def unguard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, deed in GUARDED:
            on = "" if schema_editor.connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER {table}_no_{deed.lower()}{on}")
        if schema_editor.connection.vendor != "sqlite":
            cursor.execute("DROP FUNCTION trail_append_only()")


class Migration(migrations.Migration):
    dependencies = [("trail", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
