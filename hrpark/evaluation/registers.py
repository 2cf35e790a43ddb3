"""What several indicators ask of the register of institutions."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from hrpark.accounts.models import Park
from hrpark.institutions.models import Institution, Residency


def begun(park: Park, day: date) -> bool:
    """Whether the register knows any stay up to a day: an empty register says nothing, and that is not zero."""
    return Residency.objects.filter(park=park, starts__lte=day).exists()


def ids(institutions: QuerySet[Institution]) -> tuple[str, ...]:
    """Their ids in a fixed order, as frozen inputs and links need them."""
    return tuple(str(pk) for pk in institutions.order_by("pk").values_list("pk", flat=True))
