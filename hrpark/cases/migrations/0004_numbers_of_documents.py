"""One mechanism gives numbers without gaps (documents.Series): what the counters of cases had given goes on there."""

from django.db import migrations


def carry_over(apps, schema_editor):
    counter, series = apps.get_model("cases", "Counter"), apps.get_model("documents", "Series")
    for one in counter.objects.all():
        row, made = series.objects.get_or_create(
            park_id=one.park_id, name=one.series, year=one.year, defaults={"last": one.last}
        )
        if not made and row.last < one.last:
            row.last = one.last
            row.save(update_fields=["last"])


def carry_back(apps, schema_editor):
    counter, series = apps.get_model("cases", "Counter"), apps.get_model("documents", "Series")
    for one in series.objects.all():
        if len(one.name) <= 4 and one.name.isascii():
            counter.objects.create(park_id=one.park_id, series=one.name, year=one.year, last=one.last)
            one.delete()


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_engine"), ("documents", "0001_initial")]
    operations = [migrations.RunPython(carry_over, carry_back), migrations.DeleteModel("Counter")]
