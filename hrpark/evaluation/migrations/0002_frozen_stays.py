"""An adopted scheme and a frozen round stay as they are: the database refuses to change and to remove them."""

from django.db import migrations

TABLES = ("evaluation_scheme", "evaluation_frozen")


def guard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            for table in TABLES:
                for deed in ("UPDATE", "DELETE"):
                    cursor.execute(
                        f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                        f"BEGIN SELECT RAISE(ABORT, 'what is frozen stays frozen'); END"
                    )
        else:
            cursor.execute(
                "CREATE FUNCTION evaluation_frozen_stays() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'what is frozen stays frozen' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            for table in TABLES:
                cursor.execute(
                    f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION evaluation_frozen_stays()"
                )


def unguard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in TABLES:
            if schema_editor.connection.vendor == "sqlite":
                for deed in ("update", "delete"):
                    cursor.execute(f"DROP TRIGGER {table}_no_{deed}")
            else:
                cursor.execute(f"DROP TRIGGER {table}_stays ON {table}")
        if schema_editor.connection.vendor != "sqlite":
            cursor.execute("DROP FUNCTION evaluation_frozen_stays()")


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
