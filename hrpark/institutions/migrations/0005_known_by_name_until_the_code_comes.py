"""A company in formation has no code: it is known by its declared name, one dossier a name."""

from django.db import migrations, models


def one_a_name(apps, schema_editor):
    """An empty code is none. Of dossiers without a code that bear one name the later ones say which they are; nothing is dropped."""
    Institution = apps.get_model("institutions", "Institution")
    Institution.objects.filter(uscc="").update(uscc=None)
    seen = set()
    for pk, park, name in Institution.objects.filter(uscc__isnull=True).order_by("pk").values_list("pk", "park_id", "name"):
        if (park, name) in seen:
            name = f"{name[:100]}（档案{pk}）"
            Institution.objects.filter(pk=pk).update(name=name)
        seen.add((park, name))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_proving_who_comes"),
        ("institutions", "0004_residents_first"),
    ]

    operations = [
        migrations.RunPython(one_a_name, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="institution",
            constraint=models.UniqueConstraint(
                condition=models.Q(("uscc__isnull", True)), fields=("park", "name"), name="one_dossier_a_name_without_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="institution",
            constraint=models.CheckConstraint(
                condition=models.Q(("uscc__isnull", True), models.Q(("uscc", ""), _negated=True), _connector="OR"), name="no_code_is_null"
            ),
        ),
    ]
