"""What every operation does first: the park of the address, whether the person may be there, a page of a list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Schema

from hrpark.accounts.kinds import PERMISSIONS
from hrpark.accounts.models import Park
from hrpark.accounts.queries import park_by_slug
from hrpark.toolbox.errors import NotAllowed, NotFound, Refused

Page = Annotated[int, Query(ge=1, le=100_000, description="从 1 开始")]
Size = Annotated[int, Query(ge=1, le=200, description="每页条数")]
#: Table 1 knows no year before the first register; the year before is always asked for, too.
FIRST_DAY = date(2001, 1, 1)


class Told(Schema):
    """An error in the words of the pages."""

    message: str
    field: str | None = None


#: What any operation may answer besides its own.
ERRORS = {401: Told, 403: Told, 404: Told, 422: Told}


def park_of(request: HttpRequest, slug: str, permission: str = "", *, own: bool = False) -> Park:
    """The park, for whoever has a role in it and the permission; to anybody else it does not exist.

    ``own``: an institution's own people may come in, too; the query then gives them only what is theirs.
    """
    park, standing = park_by_slug(slug), request.standing
    if not standing.hats_in(park.pk):
        raise NotFound()
    if permission and not standing.may(permission, park.pk) and not (own and standing.own(permission, park.pk)):
        raise NotAllowed(f"您的角色不能“{PERMISSIONS.get(permission).sentence}”。如工作需要，请联系负责人授予相应角色。")
    return park


def paged(rows: QuerySet, page: int, size: int, told: Callable[[Any], Any] = lambda row: row) -> dict[str, Any]:
    """One page of rows, each as ``told``, and how many there are in all."""
    begin = (page - 1) * size
    return {"count": rows.count(), "page": page, "size": size, "items": [told(row) for row in rows[begin : begin + size]]}


def day_or_today(request: HttpRequest, asked: date | None) -> date:
    """The day that was asked for; today when none was; never one that has not come."""
    if asked is None:
        return request.today
    if not FIRST_DAY <= asked <= request.today:
        raise Refused(f"日期须在 {FIRST_DAY} 至 {request.today} 之间。", field="as_of")
    return asked
