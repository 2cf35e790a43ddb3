"""The database itself refuses to change or remove what a used edition said."""

from django.db import migrations

TABLE = "standard_usededition"


def guard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            for deed in ("UPDATE", "DELETE"):
                cursor.execute(
                    f"CREATE TRIGGER {TABLE}_no_{deed.lower()} BEFORE {deed} ON {TABLE} "
                    f"BEGIN SELECT RAISE(ABORT, 'a used edition stays as it was'); END"
                )
        else:
            cursor.execute(
                "CREATE FUNCTION standard_used_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
                "'a used edition stays as it was' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            cursor.execute(
                f"CREATE TRIGGER {TABLE}_stays BEFORE UPDATE OR DELETE ON {TABLE} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION standard_used_stays()"
            )


def unguard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            for deed in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER {TABLE}_no_{deed}")
        else:
            cursor.execute(f"DROP TRIGGER {TABLE}_stays ON {TABLE}")
            cursor.execute("DROP FUNCTION standard_used_stays()")


class Migration(migrations.Migration):
    dependencies = [("standard", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
