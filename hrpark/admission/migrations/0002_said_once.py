"""What a rule said and what was decided is written once: the database refuses to change or remove it."""

from django.db import migrations

#: Everything of a judgement but the officer's override beside it.
SAID = ("application_id", "round", "rule", "clause", "kind", "edition", "since", "judged_on", "judged_at", "outcome", "reason", "evidence")
GUARDED = [
    ("admission_judgement", "UPDATE OF " + ", ".join(SAID), "said"), ("admission_judgement", "DELETE", "kept"),
    ("admission_decision", "UPDATE", "said"), ("admission_decision", "DELETE", "kept"),
]  # fmt: skip


def guard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            for table, deed, name in GUARDED:
                cursor.execute(
                    f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'what was said or decided is written once'); END"
                )
        else:
            cursor.execute(
                "CREATE FUNCTION admission_said_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
                "'what was said or decided is written once' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            for table, deed, name in GUARDED:
                cursor.execute(
                    f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION admission_said_once()"
                )


def unguard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, _, name in GUARDED:
            on = "" if schema_editor.connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER {table}_{name}{on}")
        if schema_editor.connection.vendor != "sqlite":
            cursor.execute("DROP FUNCTION admission_said_once()")


class Migration(migrations.Migration):
    dependencies = [("admission", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
