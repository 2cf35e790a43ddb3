"""System checks: an edition that rows rest on still says what it said. Run by ``manage.py migrate`` and ``check --database``."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import apps
from django.core import checks
from django.db import connections

from .kinds import EDITIONS


@checks.register(checks.Tags.database)
def used_editions_are_unchanged(
    app_configs: object = None, databases: Sequence[str] | None = None, **kwargs: object
) -> list[checks.CheckMessage]:
    used = apps.get_model("standard", "UsedEdition")
    wrong: list[checks.CheckMessage] = []
    for alias in databases or ():
        if used._meta.db_table not in connections[alias].introspection.table_names():
            continue  # the first migrate of an empty database
        for key, digest in used.objects.using(alias).values_list("key", "digest"):
            known = EDITIONS.find(key)
            if known is None or known.digest != digest:
                wrong.append(
                    checks.Error(
                        f"Edition {key} of the standard has been used and has since "
                        f"{'been removed' if known is None else 'been changed'}.",
                        hint=f"Put hrpark/standard/editions/{key}.yaml back; a change is a new edition that supersedes it.",
                        id="standard.E001",
                    )
                )
    return wrong
