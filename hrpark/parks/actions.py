"""Verbs on the place, and the two functions through which everything takes and gives back a space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.utils.timezone import localtime

from hrpark.accounts.models import Organisation, OrganisationKind, Park, Person
from hrpark.accounts.queries import require
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import Conflict, Misconfigured, Refused
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from . import permissions
from .models import Occupancy, ParkProfile, Space, SpaceKind
from .queries import Board, Held, chain_of
from .rules import may_lie_in

#: First half of an advisory lock's key on PostgreSQL; the second is the space, or the park for those who take many.
LOCK, PARK_LOCK = 0x4F43, 0x4F44

PROFILE_FIELDS = (
    "level", "approved_by", "approval_document", "approved_on", "region", "region_code", "address", "introduction",
    "operator", "operator_kind", "state_owned", "mandate_from", "mandate_to", "authority",
)  # fmt: skip
SPACE_FIELDS = ("code", "name", "zone", "area", "parent", "retired_on")


class Occupied(Conflict):
    """Somebody holds the space, or a part of it, or what it lies in, at that time."""

    def __init__(self, message: str, occupancy: Occupancy | None = None):
        super().__init__(message, field="unit")
        self.occupancy = occupancy


def occupy(
    *, space: Space, starts: datetime, ends: datetime | None, kind: str, subject: models.Model
) -> Occupancy:  # fmt: skip
    """Take a space for a subject over [starts, ends), inside the caller's transaction; Occupied when it is not free.

    Advisory locks (PostgreSQL) queue up those who want the same space, for speed and a clear answer; what is true is said by
    the exclusion constraint. Locks go from the building down, shared above and exclusive on the space itself, so that two
    units of one floor do not wait for each other.
    """
    if not connection.in_atomic_block:
        raise Misconfigured("occupy() is called inside the transaction of the verb that needs the space")
    chain = chain_of(space)
    _lock(chain)
    if space.retired_on is not None and (ends is None or localtime(ends).date() > space.retired_on):
        raise Refused(f"{space.name}自{space.retired_on:%Y-%m-%d}起停用，请选择其他空间或缩短期限。", field="unit")
    blocking = (
        Occupancy.objects.overlapping(starts, ends)
        .filter(models.Q(space=space) | models.Q(space__in=chain[:-1], part_of__isnull=True))
        .select_related("space", "part_of__space")
        .order_by("starts", "pk")
        .first()
    )
    if blocking is not None:
        raise Occupied(_says(space, blocking), blocking)
    try:
        with transaction.atomic():
            own = Occupancy.objects.create(
                park_id=space.park_id, space=space, starts=starts, ends=ends, kind=kind,
                subject_type=subject.subject_type, subject_id=str(subject.pk),
            )  # fmt: skip
            for above in chain[:-1]:
                Occupancy.objects.create(
                    park_id=space.park_id, space=above, starts=starts, ends=ends, kind=kind,
                    subject_type=subject.subject_type, subject_id=str(subject.pk), part_of=own,
                )  # fmt: skip
    except IntegrityError as error:
        raise Occupied(f"{space.name}刚刚已被他人占用，请刷新后另选时间或空间。") from error
    return own


def release(*, subject: models.Model, at: datetime) -> int:
    """Give back what a subject holds, from an instant on: what has begun ends then, what was still to come is dropped.

    Returns how many spaces were given back.
    """
    held = list(
        Occupancy.objects.whole().overlapping(at, None).filter(subject_type=subject.subject_type, subject_id=str(subject.pk))
    )
    for occupancy in held:
        if occupancy.starts >= at:
            occupancy.delete()
        else:
            Occupancy.objects.filter(models.Q(pk=occupancy.pk) | models.Q(part_of=occupancy)).update(ends=at)
    return len(held)


def occupy_anew(
    *, park: Park, kind: str, subject_type: str, wanted: Mapping[str, Sequence[tuple[int, datetime, datetime | None]]]
) -> None:  # fmt: skip
    """For many subjects at once (id → [(space, starts, ends)]): what they held is given up, what is wanted is taken.

    Inside the caller's transaction, in a few statements; Occupied when any of it is not free, and then the caller's
    transaction has to fail. It holds one lock over the park, since a lock a space would fill the server's table of locks.
    """
    if not connection.in_atomic_block:
        raise Misconfigured("occupy_anew() is called inside the transaction of the verb that needs the spaces")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PARK_LOCK, park.pk % 2**31])
    subjects = list(wanted)
    for start in range(0, len(subjects), 5000):
        Occupancy.objects.filter(subject_type=subject_type, subject_id__in=subjects[start : start + 5000]).delete()
    board = Board(park.pk)
    rows: list[Occupancy] = []
    for subject_id, stays in wanted.items():
        for space, starts, ends in stays:
            if ends is not None and ends <= starts:
                continue
            holder = board.holder(space, starts, ends)
            if holder is not None:
                raise Occupied(f"{board.names[space]}在所选期间已被占用，请另选时间或空间。")
            board.hold(space, Held(starts, ends, kind, subject_type, subject_id))
            rows.append(
                Occupancy(
                    park=park,
                    space_id=space,
                    starts=starts,
                    ends=ends,
                    kind=kind,
                    subject_type=subject_type,
                    subject_id=subject_id,
                )
            )
    try:
        with transaction.atomic():
            Occupancy.objects.bulk_create(rows)
            Occupancy.objects.bulk_create(
                Occupancy(
                    park=park, space_id=above, starts=own.starts, ends=own.ends, kind=kind, subject_type=subject_type,
                    subject_id=own.subject_id, part_of=own,
                )
                for own in rows
                for above in board.above(own.space_id)
            )  # fmt: skip
    except IntegrityError as error:
        raise Occupied("所选空间刚刚已被他人占用，请刷新后重试。") from error


def _lock(chain: list[Space]) -> None:
    if connection.vendor != "postgresql":
        return  # SQLite: the transaction is IMMEDIATE, there is one writer at a time
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [PARK_LOCK, chain[-1].park_id % 2**31])
        for above in chain[:-1]:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [LOCK, above.pk % 2**31])
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, chain[-1].pk % 2**31])


def _says(space: Space, blocking: Occupancy) -> str:
    if blocking.part_of_id is not None:
        where = f"其中的{blocking.part_of.space.name}"
    elif blocking.space_id != space.pk:
        where = f"所在的{blocking.space.name}"
    else:
        where = ""
    since = f"{localtime(blocking.starts):%Y-%m-%d %H:%M}"
    until = f"至{localtime(blocking.ends):%Y-%m-%d %H:%M}" if blocking.ends else "，未定结束日期"
    return f"{space.name}{where}自{since}{until}已被占用（{blocking.get_kind_display()}）。请另选时间或空间，或先办理退出。"


# --- spaces ------------------------------------------------------------------------------------------------------------


@cites("4.2.1")
@verb("parks.space.add", "登记了空间")
def add_space(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, park: Park, kind: str, code: str, name: str,
    parent: Space | None = None, zone: str = "", area: Any = None,
) -> Space:  # fmt: skip
    """A building, floor, unit or room of the park (4.2.1: zoned by what it is for)."""
    require(actor, permissions.EDIT, park.pk, at.date())
    Park.objects.select_for_update().get(pk=park.pk)
    code, name = code.strip(), name.strip()
    _check_code(park, code)
    if parent is not None:
        _check_parent(park, kind, parent)
    space = Space.objects.create(park=park, parent=parent, kind=kind, code=code, name=name or code, zone=zone, area=area)
    deed.record(space, park=park.pk, kind=kind, code=code, name=space.name, parent=parent and parent.pk, zone=zone, area=area)
    return space


@verb("parks.space.edit", "修改了空间")
def edit_space(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, space: Space, **changes: Any
) -> Space:  # fmt: skip
    """Change what is known of a space; ``retired_on`` takes it out of use. Records each field old → new."""
    require(actor, permissions.EDIT, space.park_id, at.date())
    if "code" in changes:
        Park.objects.select_for_update().get(pk=space.park_id)
        changes["code"] = changes["code"].strip()
        if changes["code"] != space.code:
            _check_code(space.park, changes["code"])
    if "parent" in changes and changes["parent"] != space.parent:
        if changes["parent"] is not None:
            _check_parent(space.park, space.kind, changes["parent"])
        if Occupancy.objects.overlapping(at, None).filter(space=space).exists():
            raise Refused("该空间正被占用，或其中的单元正被占用，不能改变所属楼栋或楼层；请先办理退出。", field="parent")
    if changes.get("retired_on"):
        _check_retiring(space, changes["retired_on"])
    changed = _apply(space, changes, SPACE_FIELDS)
    deed.record(space, park=space.park_id, changed=changed)
    return space


@cites("3.1", "3.2", label="园区档案：级别、批准、运营方与委托期限")
@verb("parks.profile.set", "更新了园区档案")
def set_profile(deed: Deed, *, actor: Person | System, at: datetime, key: str, park: Park, **fields: Any) -> ParkProfile:
    """What the park is (3.1) and who runs it on which mandate (3.2)."""
    require(actor, permissions.EDIT, park.pk, at.date())
    Park.objects.select_for_update().get(pk=park.pk)
    profile = ParkProfile.objects.filter(park=park).first() or ParkProfile(park=park)
    since, until = fields.get("mandate_from", profile.mandate_from), fields.get("mandate_to", profile.mandate_to)
    if since and until and until <= since:
        raise Refused("受托运营的结束日期应晚于开始日期，请核对委托协议。", field="mandate_to")
    if fields.get("approved_on") and fields["approved_on"] > at.date():
        raise Refused("批准日期不能晚于今天，请核对批准文件。", field="approved_on")
    for name, kind in (("operator", OrganisationKind.OPERATOR), ("authority", OrganisationKind.AUTHORITY)):
        organisation: Organisation | None = fields.get(name)
        if organisation is not None and organisation.kind != kind:
            raise Refused(f"“{organisation.name}”登记的单位类别不是{kind.label}，请重新选择。", field=name)
    changed = _apply(profile, fields, PROFILE_FIELDS)
    deed.record(profile, park=park.pk, changed=changed)
    return profile


def _apply(row: models.Model, changes: dict[str, Any], allowed: tuple[str, ...]) -> dict[str, list]:
    """Set the changed fields, save, and say what changed: {field: [old, new]}."""
    unknown = set(changes) - set(allowed)
    if unknown:
        raise Misconfigured(f"{type(row).__name__} has no editable {', '.join(sorted(unknown))}")
    changed = {}
    for name, value in changes.items():
        before = getattr(row, name)
        if before != value:
            changed[name] = [before, value]
            setattr(row, name, value)
    row.save()
    return changed


def _check_code(park: Park, code: str) -> None:
    if not code:
        raise Refused("请填写空间编号，例如 A座301。", field="code")
    if Space.objects.filter(park=park, code=code).exists():
        raise Refused(f"本园区已有编号为“{code}”的空间，请核对或换一个编号。", field="code")


def _check_parent(park: Park, kind: str, parent: Space) -> None:
    if parent.park_id != park.pk:
        raise Refused("所属空间不在本园区，请重新选择。", field="parent")
    if not may_lie_in(kind, parent.kind):
        raise Refused(
            f"{SpaceKind(kind).label}不能设在{SpaceKind(parent.kind).label}之内，请重新选择所属空间。", field="parent"
        )


def _check_retiring(space: Space, on: date) -> None:
    for taken in Occupancy.objects.filter(space=space).filter(models.Q(ends__isnull=True) | models.Q(ends__date__gt=on)):
        raise Refused(
            f"{space.name}在{on:%Y-%m-%d}之后仍被占用（{taken.get_kind_display()}），请先办理退出。", field="retired_on"
        )
