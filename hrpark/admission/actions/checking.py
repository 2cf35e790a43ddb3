"""Looking at what residents owe (4.3.1.2 c to e): yearly plan, random draw, checks, corrections, penalties, fees."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from hrpark.accounts.models import Park, Person
from hrpark.accounts.queries import require, roles_with
from hrpark.cases.rules import day_of
from hrpark.institutions.actions import record_fact
from hrpark.institutions.models import Institution
from hrpark.notices.actions import notify
from hrpark.standard.kinds import cites
from hrpark.toolbox.dates import date_table
from hrpark.toolbox.errors import Conflict, Refused
from hrpark.toolbox.text import tidy
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions
from ..checklist import POINTS
from ..facts import FEES_PAID
from ..kinds import CORRECTION_ASKED, CORRECTION_CLOSED
from ..models import CheckKind, Correction, DutyCheck, DutyDraw, Penalty
from ..queries.duties import pool_on

RESULTS = {"fulfilled": "符合", "unmet": "不符合", "not_applicable": "不涉及"}

# --- planning ------------------------------------------------------------------------------------------------------------


@verb("admission.check.plan", "制定了年度检查计划")
def plan_checks(deed: Deed, *, actor: Person | System, at: datetime, key: str, park: Park, year: int, due_on: date) -> Park:
    """One check of every agency that is resident today and has none in the year's plan. May be run again for newcomers."""
    on = day_of(at)
    require(actor, permissions.HANDLE, park.pk, on)
    _check_due(due_on, on, year)
    have = set(DutyCheck.objects.filter(park=park, year=year, kind=CheckKind.YEARLY).values_list("institution", flat=True))
    new = [pk for pk in pool_on(park, on) if pk not in have]
    if not new:
        raise Refused(f"{year}年的检查计划已包括全部在驻机构。", field="year")
    DutyCheck.objects.bulk_create(
        DutyCheck(park=park, institution_id=pk, kind=CheckKind.YEARLY, year=year, due_on=due_on) for pk in new
    )
    deed.record(park, park=park.pk, year=year, count=len(new), due_on=due_on)
    return park


@verb("admission.check.draw", "随机抽取了检查对象")
@cites("4.3.1.2-c", "4.3.1.2-d", label="随机抽查：种子和范围留存，可以重算")
def draw_checks(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, park: Park, size: int, due_on: date, seed: str = ""
) -> DutyDraw:  # fmt: skip
    """So many agencies by lot, from those resident today: ``drawn(seed, pool, size)`` gives the same ones to anybody."""
    on = day_of(at)
    require(actor, permissions.HANDLE, park.pk, on)
    _check_due(due_on, on, on.year)
    pool = pool_on(park, on)
    if not 1 <= size <= len(pool):
        raise Refused(f"抽取家数应在1到{len(pool)}（今天在驻的人力资源服务机构）之间。", field="size")
    draw = DutyDraw.objects.create(
        park=park, drawn_at=at, drawn_by=actor if isinstance(actor, Person) else None, seed=seed or secrets.token_hex(16), pool=pool,
        size=size,
    )  # fmt: skip
    DutyCheck.objects.bulk_create(
        DutyCheck(park=park, institution_id=pk, kind=CheckKind.RANDOM, draw=draw, year=on.year, due_on=due_on)
        for pk in drawn(draw.seed, pool, size)
    )
    deed.record(draw, park=park.pk, count=size, due_on=due_on)
    return draw


def drawn(seed: str, pool: list[int], size: int) -> list[int]:
    """Who a seed draws from a pool, in order of their numbers."""
    return sorted(random.Random(seed).sample(sorted(pool), size))  # noqa: S311 - drawn openly and repeatable, not a secret


def _check_due(due_on: date, on: date, year: int) -> None:
    if due_on < on:
        raise Refused("检查期限不能早于今天。", field="due_on")
    if not on.year - 1 <= year <= on.year + 1:
        raise Refused("年度应为去年、今年或明年。", field="year")


# --- a check -------------------------------------------------------------------------------------------------------------


@verb("admission.check.done", "登记了履责检查")
@cites("4.3.1.2-c", "4.3.1.2-d", label="年度检查和随机抽查的结果")
def record_check(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, check: DutyCheck, done_on: date, points: Mapping[str, str], note: str,
    correct_by: date | None = None,
) -> DutyCheck:  # fmt: skip
    """What was seen of every point, once. What is not fulfilled becomes a correction with a day, and the institution is told."""
    on = day_of(at)
    require(actor, permissions.HANDLE, check.park_id, on)
    check = DutyCheck.objects.select_for_update(of=("self",)).select_related("institution", "park").get(pk=check.pk)
    if check.done_on is not None:
        raise Conflict(f"这次检查已于{check.done_on:%Y-%m-%d}登记，请刷新页面查看。")
    if done_on > on or done_on < on - timedelta(days=366):
        raise Refused("检查日期不能晚于今天，也不能早于一年以前。", field="done_on")
    missing = [point.label for point in POINTS.values() if points.get(point.key) not in RESULTS]
    if missing:
        raise Refused(
            f"还有没有选择结果的检查事项：{missing[0]}。", field=next(k for k in POINTS if points.get(k) not in RESULTS)
        )
    if len(tidy(note)) < 2:
        raise Refused("请写明检查情况，例如检查方式、在场人员。", field="note")
    unmet = [point for point in POINTS.values() if points[point.key] == "unmet"]
    if unmet and (correct_by is None or correct_by <= done_on):
        raise Refused("有不符合的事项，请填写整改期限（晚于检查日期）。", field="correct_by")
    check.done_on, check.note, check.recorded_at = done_on, note.strip(), at
    check.points = {key: points[key] for key in POINTS}
    check.done_by = actor if isinstance(actor, Person) else None
    check.save()
    for point in unmet:
        Correction.objects.create(
            park=check.park, institution=check.institution, check_of=check, letter=point.letter, point=point.key,
            what=f"{point.label}（{point.basis}）", asked_on=done_on, due_on=correct_by,
        )  # fmt: skip
    if unmet:
        _tell_own(
            check.institution, check.park, at, CORRECTION_ASKED, subject=check, count=len(unmet), day=date_table(correct_by)
        )
    deed.record(check, park=check.park_id, done_on=done_on, count=len(unmet))
    deed.also(check.institution, park=check.park_id, done_on=done_on, count=len(unmet))
    return check


@verb("admission.correction.answer", "报告了整改情况")
def answer_correction(deed: Deed, *, actor: Person, at: datetime, key: str, correction: Correction, answer: str) -> Correction:
    """The institution tells what it has put right; its proofs are files of the correction. May be told again until it is closed."""
    correction = _open_correction(correction)
    require(actor, permissions.OWN, correction.park_id, day_of(at), correction.institution.organisation_id)
    if len(tidy(answer)) < 5:
        raise Refused("请写明整改情况（至少5个字）。", field="answer")
    correction.answer, correction.answered_at = answer.strip(), at
    correction.save(update_fields=["answer", "answered_at"])
    deed.record(correction, park=correction.park_id)
    return correction


@verb("admission.correction.close", "验收了整改")
def close_correction(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, correction: Correction, closed_on: date, closing: str
) -> Correction:  # fmt: skip
    """An officer saw that it is put right, on a day."""
    on = day_of(at)
    require(actor, permissions.HANDLE, correction.park_id, on)
    correction = _open_correction(correction)
    if not correction.asked_on <= closed_on <= on:
        raise Refused(f"验收日期应在{date_table(correction.asked_on)}与今天之间。", field="closed_on")
    if len(tidy(closing)) < 2:
        raise Refused("请写明怎样验收的，例如“复查现场，已公示”。", field="closing")
    correction.closed_on, correction.closed_at, correction.closing = closed_on, at, closing.strip()
    correction.save(update_fields=["closed_on", "closed_at", "closing"])
    _tell_own(correction.institution, correction.park, at, CORRECTION_CLOSED, subject=correction, what=correction.what)
    deed.record(correction, park=correction.park_id, closed_on=closed_on)
    deed.also(correction.institution, park=correction.park_id, closed_on=closed_on)
    return correction


def _open_correction(correction: Correction) -> Correction:
    found = Correction.objects.select_for_update(of=("self",)).select_related("institution", "park").get(pk=correction.pk)
    if found.closed_on is not None:
        raise Conflict(f"这项整改已于{found.closed_on:%Y-%m-%d}验收。")
    return found


def _tell_own(institution: Institution, park: Park, at: datetime, kind: str, **words: object) -> None:
    if institution.organisation_id is None:
        return
    roles = roles_with(permissions.OWN, park, day_of(at)).filter(organisation_id=institution.organisation_id)
    for person in Person.objects.filter(pk__in=roles.order_by().values("person")).order_by("pk"):
        notify(to=person, kind=kind, at=at, park=park, institution=institution.name, **words)


# --- what comes from outside a check -------------------------------------------------------------------------------------


@verb("admission.penalty", "登记了行政处罚")
def record_penalty(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, institution: Institution, letter: str, number: str, authority: str,
    decided_on: date, until: date, what: str, source: str,
) -> Penalty:  # fmt: skip
    """A penalty as an authority published it, with where it was read; counts against its letter until ``until``."""
    on = day_of(at)
    require(actor, permissions.HANDLE, institution.park_id, on)
    if letter not in ("c", "d"):
        raise Refused("请选择计入的条款。", field="letter")
    if decided_on > on:
        raise Refused("决定日期不能晚于今天。", field="decided_on")
    if until < decided_on:
        raise Refused("计入至的日期不能早于决定日期。", field="until")
    for field, value, words in (("number", number, "决定书文号"), ("authority", authority, "作出机关"), ("what", what, "处罚内容"), ("source", source, "来源")):  # fmt: skip
        if not tidy(value):
            raise Refused(f"请填写{words}。", field=field)
    try:
        with transaction.atomic():
            penalty = Penalty.objects.create(
                park_id=institution.park_id, institution=institution, letter=letter, number=tidy(number)[:80], authority=tidy(authority)[:120],
                decided_on=decided_on, until=until, what=what.strip(), source=tidy(source)[:200], recorded_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise Refused("这份处罚决定已经登记过。", field="number") from None
    deed.record(penalty, park=institution.park_id, number=penalty.number, decided_on=decided_on)
    deed.also(institution, park=institution.park_id, number=penalty.number, decided_on=decided_on)
    return penalty


@verb("admission.fees", "登记了缴费情况")
@cites("4.3.1.2-e", label="租金、物业费和水电费是否按约缴清")
def record_fees(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, institution: Institution, paid: bool, on: date, note: str
) -> Institution:  # fmt: skip
    """Whether a resident has paid as agreed, from a day on, as an officer read it off the accounts."""
    require(actor, permissions.HANDLE, institution.park_id, day_of(at))
    if on > day_of(at):
        raise Refused("日期不能晚于今天。", field="on")
    if len(tidy(note)) < 2:
        raise Refused("请写明依据，例如“2026年3月收费台账”。", field="note")
    record_fact(institution=institution, key=FEES_PAID, value=paid, on=on, source="officer", at=at)
    deed.record(institution, park=institution.park_id, on=on, paid=paid, reason=tidy(note)[:300])
    return institution
