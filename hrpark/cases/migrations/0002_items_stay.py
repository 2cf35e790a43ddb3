"""The database itself refuses to change an item that a case uses: its cases are judged by what it said then."""

from django.db import migrations

SAID = ("park_id", "key", "version", "kind", "title", "words", "fields", "materials", "clock",
        "first_response_days", "completion_days", "desk", "since")  # fmt: skip


def guard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER cases_item_stays BEFORE UPDATE OF {', '.join(SAID)} ON cases_item "
                "WHEN EXISTS (SELECT 1 FROM cases_case WHERE item_id = OLD.id) "
                "BEGIN SELECT RAISE(ABORT, 'a used item is never changed; publish a new version'); END"
            )
        else:
            cursor.execute(
                "CREATE FUNCTION cases_item_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "IF EXISTS (SELECT 1 FROM cases_case WHERE item_id = OLD.id) THEN "
                "RAISE EXCEPTION 'a used item is never changed; publish a new version' "
                "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
            )
            cursor.execute(
                f"CREATE TRIGGER cases_item_stays BEFORE UPDATE OF {', '.join(SAID)} ON cases_item "
                "FOR EACH ROW EXECUTE FUNCTION cases_item_stays()"
            )


def unguard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER cases_item_stays")
        else:
            cursor.execute("DROP TRIGGER cases_item_stays ON cases_item")
            cursor.execute("DROP FUNCTION cases_item_stays()")


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
