"""Samples of the place, for tests and the demo year alike; made only through verbs, nothing drawn by chance."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from hrpark.accounts.models import Park
from hrpark.accounts.samples import AT, HOUSE, make_park

from .actions import add_space, set_profile
from .models import ParkProfile, Space, SpaceKind


def make_space(
    *, at: datetime = AT, park: Park | None = None, kind: str = SpaceKind.UNIT, code: str = "", **over: Any
) -> Space:
    """A space; a unit of its own number unless said otherwise."""
    park = park or make_park(at=at)
    code = code or f"A{Space.objects.filter(park=park).count() + 101}"
    given = {"name": code, "area": Decimal("120.00") if kind == SpaceKind.UNIT else None, **over}
    return add_space(actor=HOUSE, at=at, key=f"space:{park.pk}:{code}", park=park, kind=kind, code=code, **given)


def make_building(*, at: datetime = AT, park: Park | None = None, code: str = "A座", floors: int = 2, units: int = 2) -> Space:
    """A building with floors and units: A座 › A座1层 › A座101."""
    park = park or make_park(at=at)
    building = make_space(at=at, park=park, kind=SpaceKind.BUILDING, code=code)
    for level in range(1, floors + 1):
        floor = make_space(at=at, park=park, kind=SpaceKind.FLOOR, code=f"{code}{level}层", parent=building)
        for n in range(1, units + 1):
            make_space(at=at, park=park, code=f"{code}{level}{n:02d}", parent=floor, zone="agency")
    return building


def make_profile(*, at: datetime = AT, park: Park, **over: Any) -> ParkProfile:
    """A provincial park, approved and run by an enterprise."""
    given = {
        "level": "provincial", "approved_by": "广东省人力资源和社会保障厅", "region": "广州市黄埔区", "region_code": "440112",
        "operator_kind": "enterprise", **over,
    }  # fmt: skip
    return set_profile(actor=HOUSE, at=at, key=f"profile:{park.pk}", park=park, **given)
