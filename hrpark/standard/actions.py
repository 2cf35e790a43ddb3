"""Writing down that an edition is used, a park's own promises, and the holidays of a year."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from hrpark.accounts.models import Park, Person
from hrpark.accounts.queries import require
from hrpark.toolbox.errors import Conflict, Misconfigured, NotAllowed, Refused
from hrpark.toolbox.text import tidy
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from . import permissions
from .holidays import read_notice
from .kinds import EDITIONS, PARAMETERS
from .models import Arrangement, Override, UsedEdition
from .queries import hold_calendar
from .rules import Edition, Freedom, Parameter, Value, read_value, within, write_value


def use_edition(key: str, *, at: datetime) -> Edition:
    """Called, in its own transaction, by whoever stores ``edition`` in a row; fixes what the edition says from then on.

    Not a deed of its own: the trail tells the deed that stored the row. Misconfigured when the file has changed since.
    """
    edition = EDITIONS.get(key)
    used, _ = UsedEdition.objects.get_or_create(key=key, defaults={"digest": edition.digest, "used_at": at})
    if used.digest != edition.digest:
        raise Misconfigured(changed(key))
    return edition


def changed(key: str) -> str:
    """What an engineer reads when a used edition is not what it was."""
    return (
        f"Edition {key} has been used, but hrpark/standard/editions/{key}.yaml no longer says what it said then. "
        "Put the file back, and write the change as a new edition that supersedes it."
    )


@verb("standard.override", "设定了本园区的承诺值")
def override(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, park: Park, parameter: str, since: date, value: object, basis: str
) -> Override:  # fmt: skip
    """A park promises a value of its own from a day on: within what the parameter leaves open, and with its basis.

    The day may lie in the past (a park that promised it before it used this platform); the trail tells when it was entered.
    """
    require(actor, permissions.OVERRIDE, park.pk, at.date())
    known = PARAMETERS.find(parameter)
    if known is None:
        raise Refused("没有这个参数，请从参数列表中选择。", field="parameter")
    if not basis.strip():
        raise Refused("请写明依据，例如本园区文件的名称、文号或会议决定。", field="basis")
    if len(basis.strip()) > 300:
        raise Refused("依据请控制在300字以内。", field="basis")
    promise = _promise(known, since, value)
    try:
        with transaction.atomic():
            made = Override.objects.create(
                park=park, key=parameter, since=since, value=write_value(promise), basis=basis.strip(), set_at=at
            )
    except IntegrityError:  # the constraint one_promise_a_day: whoever was first has the day
        words = f"“{known.label}”自{since}起已有承诺值。如需更改，请先撤回原值，或改用另一个起始日。"
        raise Conflict(words, field="since") from None
    deed.record(made, park=park.pk, parameter=parameter, since=since, value=made.value, basis=made.basis)
    return made


def _promise(known: Parameter, since: date, value: object) -> Value:
    """The value, when a park may promise it: measured against the default of that day (or the first one after it)."""
    unit = f"（{known.unit}）" if known.unit else ""
    try:
        promise = read_value(known.kind, value)
        if len(write_value(promise)) > 200:
            raise ValueError("too long")
    except ValueError:
        wanted = {
            "int": "一个整数", "decimal": "一个不小于0的数", "text": "200字以内的文字", "flag": "“是”或“否”",
            "ints": "几个整数，用逗号隔开",
        }[known.kind]  # fmt: skip
        raise Refused(f"“{known.label}”应填{wanted}{unit}。", field="value") from None
    default, basis = known.values.on(max(since, known.values.since[0]))
    if not within(known.park_may, default, promise):
        limit = f"“{known.label}”规定为{write_value(default)}{known.unit}（{basis.words}），"
        ways = {
            Freedom.NONE: "不能由园区另行设定。",
            Freedom.LESS: "园区的承诺值只能更低。",
            Freedom.MORE: "园区的承诺值只能更高。",
        }
        raise Refused(limit + ways[known.park_may], field="value")
    return promise


@verb("standard.override.withdraw", "撤回了本园区的承诺值")
def withdraw_override(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, override: Override, reason: str
) -> Override:
    """A promise entered wrongly, or taken back, no longer counts on any day; the row stays and says why."""
    require(actor, permissions.OVERRIDE, override.park_id, at.date())
    if not reason.strip():
        raise Refused("请写明撤回原因。", field="reason")
    override = Override.objects.select_for_update().get(pk=override.pk)
    if override.withdrawn_at is not None:
        raise Conflict("这一承诺值已经撤回，请刷新页面。")
    override.withdrawn_at, override.withdrawn_because = at, reason.strip()[:300]
    override.save(update_fields=["withdrawn_at", "withdrawn_because"])
    deed.record(override, park=override.park_id, parameter=override.key, reason=override.withdrawn_because)
    return override


@verb("standard.arrangement", "登记了节假日安排")
def record_arrangement(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, year: int, text: str, source: str
) -> Arrangement:  # fmt: skip
    """The holidays of a year from the text of the State Council's notice; for every park of the house, so only who installs may.

    What terms end on is counted by it from now on; open requests are counted anew by the tick (cases.recount).
    """
    if isinstance(actor, Person) and not actor.installs:
        raise NotAllowed("节假日安排对本平台的所有园区生效，由系统管理员登记。")
    if not at.year - 1 <= year <= at.year + 2:
        raise Refused(f"只能登记{at.year - 1}年至{at.year + 2}年的安排，请核对年份。", field="year")
    if not tidy(source):
        raise Refused("请写明依据，例如通知的名称和文号。", field="source")
    notice = read_notice(year, text)
    days_off, worked = ([day.isoformat() for day in days] for days in (notice.days_off, notice.worked))
    last = Arrangement.objects.select_for_update().filter(year=year).first()
    if last is not None and (last.days_off, last.worked) == (days_off, worked):
        raise Conflict(f"{year}年的安排已经登记，内容相同。", field="text")
    try:
        with transaction.atomic():
            made = Arrangement.objects.create(
                year=year, seq=last.seq + 1 if last else 1, days_off=days_off, worked=worked, source=tidy(source)[:200],
                recorded_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict(f"他人刚刚登记了{year}年的安排，请刷新页面核对。", field="year") from None
    deed.record(made, park=None, year=year, source=made.source, days=len(days_off))
    hold_calendar()
    return made
