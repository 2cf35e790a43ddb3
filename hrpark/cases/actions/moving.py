"""Moving requests: the verbs, and the two functions through which rooms with verbs of their own move their cases.

    case = start(kind="admission", park=park, applicant=person, …)          # a draft
    case = advance(case, "decide", actor=actor, at=at, seen=version, …)     # one move of the kind's table

Both are called inside the transaction of a verb. ``advance`` locks the row, looks whether somebody else was first, asks the
table, keeps the clocks, and writes the step. Nothing else changes a case's state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.timezone import localtime

from hrpark.accounts.models import Organisation, Park, Person
from hrpark.accounts.queries import require, standing_of
from hrpark.documents.actions import next_number
from hrpark.institutions.models import Institution
from hrpark.notices.actions import notify
from hrpark.standard.queries import parameter
from hrpark.toolbox.errors import Conflict, Misconfigured, NotAllowed, NotFound, Refused
from hrpark.trail.actions import Actor, Deed, verb
from hrpark.trail.kinds import System

from .. import rules
from ..kinds import ANSWERED, ASSIGNED, DESK, FINISHED, KINDS, RESERVED, RETURNED, SENT_BACK, CaseKind, Move
from ..models import Ball, Case, Item, Pause, Span, Step
from ..queries import form_of, is_respondent, item_in_force, kind_of, may_know, missing_materials, on_duty, overseers, state_of


class TooLate(Conflict):
    """Somebody else moved the case first; says who, when and what."""


# --- what rooms build on -------------------------------------------------------------------------------------------------


def start(
    *, kind: str, park: Park, applicant: Person | None, title: str, at: datetime, organisation: Organisation | None = None,
    institution: Institution | None = None, data: Mapping | None = None, secret: str = "",
) -> Case:  # fmt: skip
    """A draft of a request: kept, but not handed in, without number and clock. Stores the item's first wording if need be.

    Without an applicant it is followed by the key whose digest is ``secret``, where the kind allows that.
    """
    _in_transaction("start")
    if applicant is None and not (KINDS.get(kind).nameless and secret):
        raise Refused(f"“{KINDS.get(kind).label}”需要登录后提出，以便答复您。")
    case = Case(
        park=park, kind=kind, item=_stored(item_in_force(kind, park, rules.day_of(at))), applicant=applicant,
        organisation=organisation, institution=institution, title=title[:160], state=KINDS.get(kind).states[0].key,
        data=dict(data or {}), ball=Ball.APPLICANT, opened_at=at, secret=secret,
    )  # fmt: skip
    case.save()
    return case


def advance(
    case: Case, move: str, *, actor: Actor, at: datetime, seen: int | None = None, note: str = "", outcome: str = "",
    asked: Iterable[Mapping] = (), typed: Mapping | None = None, told: Mapping | None = None, cause: str = "",
) -> Case:  # fmt: skip
    """One move of the kind's table. Returns the case as it is now.

    ``seen`` is the version that the person had before their eyes: when it is no longer the last one, TooLate says who was
    first. ``typed`` is merged into what was typed, ``asked`` is what the applicant must put right, ``told`` stays with the step.
    """
    _in_transaction("advance")
    case = locked(case.pk)
    kind = kind_of(case)
    arrow = kind.move(move)
    _may_move(case, kind, arrow, actor, at)
    if seen is not None and seen != case.version:
        raise first_was(case)
    before, reserved = case.state, kind.reserves(case.data)
    after = kind.advance(before, move)
    kind.check(case, arrow, actor=actor, at=at)
    if arrow.reopens:
        _begin_again(case, at, note)
    _keep_data(case, asked, typed)
    if case.received_at is not None and kind.reserves(case.data) and not reserved:
        _reserve(case, at)
    _move_ball(case, kind.state(after).ball, arrow, at)
    if case.received_at is None and kind.state(after).ball != Ball.APPLICANT and not kind.state(after).final:
        _receive(case, kind, at)
    if arrow.responds and case.first_response_at is None:
        case.first_response_at = at
    if arrow.completes and case.completed_at is None:
        case.completed_at = at
    if kind.state(after).final:
        case.closed_at = at
        case.keep_until = keep_until(case, rules.day_of(at))
    case.state, case.outcome, case.cause = after, outcome or case.outcome, cause or case.cause
    case.version += 1
    keep_clocks(case)
    case.save()
    step = write_step(case, arrow.key, arrow.sentence, before, actor, at, note=note, told=told)
    kind.after(case, arrow, step, actor=actor, at=at)
    _tell(case, kind, arrow, actor, at, new=case.version == 1 and case.received_at == at)
    return case


def _tell(case: Case, kind: CaseKind, move: Move, actor: Actor, at: datetime, *, new: bool) -> None:
    """Whoever now has to know: the applicant of what the desk did, the handler of what the applicant did."""
    if case.received_at is None:
        return
    words = about(case, at)
    if move.by == DESK:
        if case.applicant is None:
            return  # nobody to write to: the key opens the answer
        if case.ball == Ball.APPLICANT:
            what = "、".join(one["label"] for one in case.asked) or "见办件"
            notify(to=case.applicant, kind=SENT_BACK, what=what, **words)
        elif move.completes or kind.state(case.state).final:
            label = kind.outcomes.get(case.outcome, kind.state(case.state).label)
            notify(to=case.applicant, kind=FINISHED, state=label, **words)
        elif move.responds:
            notify(to=case.applicant, kind=ANSWERED, **words)
    elif case.handler is None and case.reserved and case.ball == Ball.DESK:
        for person in overseers(case, rules.day_of(at)):
            notify(to=person, kind=RESERVED, until=case.first_due_at, **words)
    elif case.handler is not None and case.ball == Ball.DESK and case.handler.actor_key != actor.actor_key:
        notify(to=case.handler, kind=ASSIGNED if new else RETURNED, until=case.due_at, **words)


def about(case: Case, at: datetime) -> dict:
    """What every notice about a case says."""
    subject = kind_of(case).subject_of(case)
    return {"title": case.title, "number": case.number, "subject": subject, "park": case.park, "at": at}


def locked(pk: int) -> Case:
    """The case, with its row held until the transaction ends (PostgreSQL; SQLite has one writer at a time)."""
    return Case.objects.select_for_update(of=("self",)).select_related("item", "park").get(pk=pk)


def first_was(case: Case) -> TooLate:
    """What the second of two is told: who was first, when, and what they did."""
    last = case.steps.exclude(verb__in=["note", "assign"]).order_by("-seq").first()
    here = state_of(case).label
    if last is None:
        return TooLate("本件已有变化，请刷新页面，核对后再处理。")
    when = f"{localtime(last.at):%Y-%m-%d %H:%M}"
    return TooLate(f"{last.actor_name}已于{when}先行处理：{last.sentence}。本件现为“{here}”，请刷新页面，核对后再处理。")


def keep_clocks(case: Case) -> None:
    """Both deadlines, from the day of receipt (of a reopened case: the day it was reopened), the item's promise and the pauses;
    whatever else changed does not matter. A kind may bring its deadlines along."""
    if case.received_at is None:
        return
    promised = kind_of(case).promised(case)
    if promised is not None:
        case.first_due_at, case.due_at = promised
        return
    begun = span_begun(case)
    pauses = [(p.since, p.until) for p in case.pauses.all() if p.since >= begun]
    case.first_due_at = rules.due(case.received_at, case.item.first_response_days, case.item.clock)
    case.due_at = rules.due(begun, case.item.completion_days, case.item.clock, pauses)


def keep_until(case: Case, closed: date) -> date | None:
    """The last day on which the file is kept, by the years that hold on the day it was closed; None: without end."""
    key = kind_of(case).retention
    return rules.kept_until(closed, int(parameter(key, closed, case.park_id)) if key else None)


def span_begun(case: Case) -> datetime:
    """From when the promise that runs now has run."""
    last = case.spans.order_by("-seq").first() if case.span > 1 else None
    return last.reopened_at if last else case.received_at


def _begin_again(case: Case, at: datetime, reason: str) -> None:
    """What was settled is kept as a span; the case has a new promise from now on. Its first response stays the first."""
    Span.objects.create(
        case=case, seq=case.span, received_at=span_begun(case), due_at=case.due_at, completed_at=case.completed_at,
        closed_at=case.closed_at, outcome=case.outcome, reopened_at=at, reason=reason[:300],
    )  # fmt: skip
    case.span += 1
    case.completed_at = case.closed_at = case.keep_until = None
    case.outcome = case.cause = ""


def acts_for_applicant(actor: Actor, case: Case, on: date) -> bool:
    """The applicant, or a verified person of the organisation that applies."""
    if isinstance(actor, System):
        return True
    if not isinstance(actor, Person):
        return False
    own = standing_of(actor, on).own(kind_of(case).own, case.park_id)
    return actor.pk == case.applicant_id or (case.organisation_id is not None and case.organisation_id in own)


def _in_transaction(name: str) -> None:
    if not connection.in_atomic_block:
        raise Misconfigured(f"{name}() is called inside the transaction of a verb")


def _stored(item: Item) -> Item:
    if item.pk is None:
        values = {
            f.name: getattr(item, f.name) for f in Item._meta.concrete_fields if f.name not in ("id", "key", "version", "park")
        }
        item, _ = Item.objects.get_or_create(park=None, key=item.key, version=item.version, defaults=values)
    return item


def _may_move(case: Case, kind: CaseKind, move: Move, actor: Actor, at: datetime) -> None:
    on = rules.day_of(at)
    if move.by == DESK:
        check_desk(actor, case, on)
    elif not acts_for_applicant(actor, case, on):
        raise NotAllowed("只有申请人本人或该单位经核验的经办人可以这样做。")


def check_desk(actor: Actor, case: Case, on: date) -> None:
    """Works at the desk of the case, may know of it, and is not the one it is about."""
    require(actor, kind_of(case).desk, case.park_id, on)  # type: ignore[arg-type]
    if is_respondent(actor, case):
        raise NotAllowed("本件反映的是您本人，应由其他人员办理。")
    if isinstance(actor, Person) and not may_know(standing_of(actor, on), case):
        raise NotFound()


def _keep_data(case: Case, asked: Iterable[Mapping], typed: Mapping | None) -> None:
    case.asked = [dict(one) for one in asked]
    if typed:
        case.data = {**case.data, **typed}


def _move_ball(case: Case, ball: str, move: Move, at: datetime) -> None:
    """Who has to act now. A pause runs while the applicant has the ball of a case that was handed in."""
    if case.received_at is not None:
        if ball == Ball.APPLICANT and case.ball != Ball.APPLICANT and case.completed_at is None:
            Pause.objects.create(case=case, since=at, reason=move.sentence)
        elif ball != Ball.APPLICANT:
            case.pauses.filter(until=None).update(until=at)
    case.ball = ball


def _receive(case: Case, kind: CaseKind, at: datetime) -> None:
    """Handed in: the number is given and the clocks start, by the item's version that holds now."""
    case.received_at = at
    if kind.titled_by:
        case.title = kind.title_of(case.data)[:160]
    case.item = _stored(item_in_force(case.kind, case.park, rules.day_of(at)))
    year = rules.day_of(at).year
    case.number = f"{kind.series}{year}-{next_number(case.park_id, kind.series, year):04d}"
    case.reserved = kind.reserves(case.data)
    case.handler = on_duty(case, rules.day_of(at))


def _reserve(case: Case, at: datetime) -> None:
    """The applicant says now that it is about the park's own people: from here on it is its overseers' alone."""
    case.reserved = case.respondent_id is None
    if case.handler is not None and not may_know(standing_of(case.handler, rules.day_of(at)), case):
        case.handler = None


def write_step(
    case: Case, key: str, sentence: str, before: str, actor: Actor, at: datetime, *, note: str = "", internal: bool = False,
    told: Mapping | None = None,
) -> Step:  # fmt: skip
    last = case.steps.order_by("-seq").values_list("seq", flat=True).first() or 0
    actor = shown_as(actor, case)
    return Step.objects.create(
        case=case, seq=last + 1, verb=key, sentence=sentence, from_state=before, to_state=case.state, at=at,
        actor=actor.actor_key, actor_name=actor.actor_name[:80], note=note.strip(), data=dict(told or {}), internal=internal,
    )  # fmt: skip


def shown_as(actor: Actor, case: Case) -> Actor:
    """The applicant of a kind that keeps secret who asked is nobody but the applicant."""
    kind = kind_of(case)
    return _unnamed(kind) if kind.secret and isinstance(actor, Person) and actor.pk == case.applicant_id else actor


def _unnamed(kind: CaseKind) -> System:
    return System("unnamed", f"{kind.label}人")


def unnamed(actor: Actor, key: str, given: Mapping[str, Any]) -> tuple[Actor, str]:
    """As whom and under which key the trail knows a deed of an applicant. Of a secret kind: nobody's, and by a digest of the key,
    for a form's key names the person for whom it was drawn."""
    case = given.get("case")
    kind = kind_of(case) if case is not None else KINDS.get(given["kind"])
    if not kind.secret or not isinstance(actor, Person) or (case is not None and case.applicant_id != actor.pk):
        return actor, key
    return _unnamed(kind), "unnamed:" + hashlib.blake2b(f"{actor.actor_key}\0{key}".encode(), digest_size=24).hexdigest()


# --- verbs ---------------------------------------------------------------------------------------------------------------


@verb("cases.open", "新建了办件草稿", veil=unnamed)
def open_case(
    deed: Deed, *, actor: Person, at: datetime, key: str, kind: str, park: Park, title: str, data: Mapping | None = None,
    organisation: Organisation | None = None, institution: Institution | None = None,
) -> Case:  # fmt: skip
    """A person begins a request, for themself or for an organisation whose verified person they are."""
    if organisation is not None and organisation.pk not in standing_of(actor, rules.day_of(at)).own(
        KINDS.get(kind).own, park.pk
    ):
        raise NotAllowed("您还不是该单位经核验的经办人，不能以该单位名义申请。")
    case = start(
        kind=kind, park=park, applicant=actor, title=title, at=at, organisation=organisation, institution=institution, data=data
    )
    deed.record(case, park=park.pk, kind=kind)
    return case


@verb("cases.submit", "提交了申请", veil=unnamed)
def submit(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, case: Case, seen: int | None = None, data: Mapping | None = None
) -> Case:  # fmt: skip
    """The request is handed in: whole by its item's form, or refused with the first thing that is missing."""
    case = locked(case.pk)
    check_form(case, data, at)
    case = advance(case, "submit", actor=actor, at=at, seen=seen, typed=data)
    deed.record(case, park=case.park_id, number=case.number)
    return case


def check_form(case: Case, data: Mapping | None, at: datetime) -> None:
    """Refuse what is not whole by the form and the materials of the item that holds on the day, naming the field."""
    item = case.item if case.received_at else item_in_force(case.kind, case.park, rules.day_of(at))
    whole = {**case.data, **(data or {})}
    found = rules.problems(form_of(item).fields, whole, rules.day_of(at)) or missing_materials(case, item, whole)
    if found:
        more = f"（另有{len(found) - 1}处需要更正）" if len(found) > 1 else ""
        raise Refused(found[0].says + more, field=found[0].key)


@verb("cases.send_back", "退回补正")
def send_back(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, case: Case, asked: Iterable[Mapping], note: str = "",
    seen: int | None = None,
) -> Case:  # fmt: skip
    """The desk asks for corrections and names each field or material: ``[{field, says}]``. The clock stands still."""
    case = locked(case.pk)
    wanted = check_asked(case, asked)
    case = advance(case, "send_back", actor=actor, at=at, seen=seen, asked=wanted, note=note, told={"asked": wanted})
    deed.record(case, park=case.park_id, fields=[one["field"] for one in wanted])
    return case


def check_asked(case: Case, asked: Iterable[Mapping]) -> list[dict[str, str]]:
    """What is asked for, with the label of each field; Refused when nothing is named, or something the form does not have."""
    form = form_of(case.item)
    labels = {f.key: f.label for f in form.fields if f.type != "note"} | {m.key: m.title for m in form.materials}
    wanted = []
    for one in asked:
        if one["field"] not in labels:
            raise Refused("要求补正的内容不在本事项的表单和材料之内，请重新选择。", field="asked")
        says = str(one.get("says", "")).strip()
        if not says:
            raise Refused(f"请写明“{labels[one['field']]}”要怎样补正，申请人会看到这句话。", field=f"says.{one['field']}")
        wanted.append({"field": one["field"], "label": labels[one["field"]], "says": says[:300]})
    if not wanted:
        raise Refused("请至少选择一项要补正的内容，并写明怎样补正。", field="asked")
    return wanted


@verb("cases.resubmit", "提交了补正", veil=unnamed)
def resubmit(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, case: Case, data: Mapping | None = None, note: str = "",
    seen: int | None = None,
) -> Case:  # fmt: skip
    """The applicant answers what was asked for; what nobody asked about stays as it was judged."""
    case = locked(case.pk)
    typed = answered(case, data)
    check_form(case, typed, at)
    case = advance(case, "resubmit", actor=actor, at=at, seen=seen, typed=typed, note=note)
    deed.record(case, park=case.park_id, fields=sorted(typed))
    return case


def answered(case: Case, data: Mapping | None) -> dict[str, Any]:
    """Of what was typed, the fields that were asked about."""
    wanted = {one["field"] for one in case.asked}
    wanted |= {rules.reason_key(key) for key in wanted}
    return {key: value for key, value in (data or {}).items() if key in wanted}


@verb("cases.respond", "答复了申请人")
def respond(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, case: Case, note: str, seen: int | None = None
) -> Case:  # fmt: skip
    """A substantive answer that the applicant reads; the first one keeps the promise of the first response."""
    if not note.strip():
        raise Refused("请填写答复内容，申请人会看到。", field="note")
    not_said_before(locked(case.pk), note)
    case = advance(case, "respond", actor=actor, at=at, seen=seen, note=note)
    deed.record(case, park=case.park_id)
    return case


def not_said_before(case: Case, note: str) -> None:
    """The same answer a second time tells the applicant nothing: neither step nor notice."""
    last = case.steps.filter(verb="respond").order_by("-seq").first()
    if last is not None and last.note.strip() == note.strip():
        raise Conflict(
            f"{last.actor_name}已于{localtime(last.at):%Y-%m-%d %H:%M}发送过同样的答复，无需再次发送。", field="note"
        )


@verb("cases.close", "办结了办件")
def close(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, case: Case, note: str, outcome: str = "", cause: str = "",
    seen: int | None = None,
) -> Case:  # fmt: skip
    """Done, with the answer that the applicant reads; outcome and cause are of the kind's lists, where it has them."""
    kind = kind_of(case)
    if not note.strip():
        raise Refused("请填写办理结果，申请人会看到。", field="note")
    if kind.outcomes and outcome not in kind.outcomes:
        raise Refused("请选择办理结果。", field="outcome")
    if kind.causes and cause not in kind.causes:
        raise Refused("请选择问题产生的原因，用于年度分析。", field="cause")
    case = advance(case, "close", actor=actor, at=at, seen=seen, note=note, outcome=outcome, cause=cause)
    deed.record(case, park=case.park_id, outcome=outcome, cause=cause)
    return case


@verb("cases.reopen", "重新办理了办件")
def reopen(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, case: Case, note: str, seen: int | None = None
) -> Case:  # fmt: skip
    """A closed case is taken up again, with a promise of its own from today; what was promised before stays as it was."""
    if not note.strip():
        raise Refused("请写明重新办理的原因，申请人会看到。", field="note")
    case = advance(case, "reopen", actor=actor, at=at, seen=seen, note=note)
    deed.record(case, park=case.park_id, span=case.span)
    return case


@verb("cases.withdraw", "撤回了申请", veil=unnamed)
def withdraw(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, case: Case, note: str = "", seen: int | None = None
) -> Case:  # fmt: skip
    """The applicant takes the request back. Withdrawn ones count in no rate."""
    case = advance(case, "withdraw", actor=actor, at=at, seen=seen, note=note)
    deed.record(case, park=case.park_id)
    return case
