"""What a desk does around its cases: who handles them, notes, opinions of colleagues, and what it sets up (items, duties,
templates of answers). None of it moves a case or its clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from hrpark.accounts.models import Park, Person
from hrpark.accounts.queries import require, standing_of
from hrpark.notices.actions import notify, take_back
from hrpark.toolbox.errors import Conflict, NotAllowed, NotFound, Refused
from hrpark.toolbox.grounds import grounds
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions, rules
from ..kinds import ASKED, ASSIGNED, KINDS, OPINED
from ..models import AnswerTemplate, Case, Clock, Duty, FollowUp, Item, Opinion
from ..queries import kind_of, may_know, on_duty, open_cases_of, receives, state_of
from .moving import about, check_desk, locked, write_step


@verb("cases.assign", "指派了经办人")
def assign(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, case: Case, handler: Person | None, note: str = ""
) -> Case:  # fmt: skip
    """The case gets a handler of its desk (or none again). Not a move: clocks and version stay as they are."""
    case = locked(case.pk)
    check_desk(actor, case, rules.day_of(at))
    before = case.handler_id
    if before == (handler.pk if handler else None):
        now = f"本件的经办人已是{handler.name}" if handler else "本件本来就没有经办人"
        raise Refused(f"{now}，没有改动。如需留言，请写内部备注。", field="handler")
    _give(case, handler, actor, at, note)
    deed.record(case, park=case.park_id, handler=handler and handler.pk, before=before)
    return case


def _give(case: Case, handler: Person | None, actor: Person | System, at: datetime, note: str) -> None:
    kind = kind_of(case)
    if case.received_at is None or case.closed_at is not None:
        raise Refused(f"{case}目前是“{state_of(case).label}”，不能指派经办人。")
    if handler is not None:
        if not standing_of(handler, rules.day_of(at)).may(kind.desk, case.park_id):
            raise Refused(f"{handler.name}没有办理本事项的角色，请另选一人。", field="handler")
        if handler.pk == case.respondent_id:
            raise Refused(f"{case}反映的是{handler.name}本人，请另选一人。", field="handler")
        if not may_know(standing_of(handler, rules.day_of(at)), case):
            raise Refused(f"{case}目前只由园区负责人阅看，请先登记被诉人，再指派。", field="handler")
    case.handler = handler
    case.save(update_fields=["handler"])
    sentence = f"指派给{handler.name}" if handler else "取消了指派"
    write_step(case, "assign", sentence[:60], case.state, actor, at, note=note, internal=True)
    if handler is not None and handler.actor_key != actor.actor_key:
        notify(to=handler, kind=ASSIGNED, until=case.due_at, **about(case, at))


@verb("cases.assign_many", "批量指派了办件")
def assign_many(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, cases: Iterable[int], handler: Person, note: str = ""
) -> Person:  # fmt: skip
    """Several cases to one handler: all of them, or none when one can't be given."""
    done = []
    for pk in sorted(set(cases)):
        case = locked(pk)
        check_desk(actor, case, rules.day_of(at))
        if case.handler_id != handler.pk:
            done.append((case, {"handler": handler.pk, "before": case.handler_id}))
            _give(case, handler, actor, at, note)
    if not done:
        raise Refused("没有需要指派的办件：所选的已经由该经办人办理，或没有选择。")
    deed.record(handler, park=done[0][0].park_id, cases=len(done))
    deed.also_many(done, park=done[0][0].park_id)
    return handler


@verb("cases.hand_over", "移交了手头的办件")
def hand_over(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, park: Park, giver: Person, taker: Person, note: str
) -> Person:  # fmt: skip
    """Everything open that one handler has goes to another: before a leave, or after somebody has gone."""
    require(actor, permissions.OVERSEE, park.pk, rules.day_of(at))
    if not note.strip():
        raise Refused("请写明移交的原因和需要交代的事。", field="note")
    if giver.pk == taker.pk:
        raise Refused("移交人和接收人是同一人，请另选一人。", field="taker")
    done = []
    for pk in open_cases_of(giver, park, giver=actor).values_list("pk", flat=True):
        case = locked(pk)
        _give(case, taker, actor, at, f"由{giver.name}移交：{note.strip()}")
        done.append((case, {"handler": taker.pk, "before": giver.pk}))
    if not done:
        raise Refused(f"{giver.name}手头没有未办结的办件，无需移交。", field="giver")
    deed.record(taker, park=park.pk, giver=giver.pk, cases=len(done))
    deed.also_many(done, park=park.pk)
    return taker


@verb("cases.respondent", "登记了被诉人")
def name_respondent(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, case: Case, respondent: Person | None
) -> Case:  # fmt: skip
    """Whom of the park's own people a case is about. They no longer see it, and never handle it (GB/T 17242)."""
    case = locked(case.pk)
    check_desk(actor, case, rules.day_of(at))
    if respondent is not None and isinstance(actor, Person) and respondent.pk == actor.pk:
        raise Refused("请由其他人员登记：您不能办理反映您本人的办件。", field="respondent")
    sentence = "登记了被诉人" if respondent else "登记：不是园区工作人员" if case.reserved else "撤销了被诉人登记"
    case.respondent, case.reserved = respondent, False
    if respondent is not None:
        take_back(to=respondent, subjects=[case, *case.opinions.all(), *case.scorings.all(), *_calls(case)])
        if case.handler_id == respondent.pk:
            case.handler = None
    if case.handler is None and case.received_at is not None and case.closed_at is None:
        case.handler = on_duty(case, rules.day_of(at))
        if case.handler is not None and case.handler.actor_key != actor.actor_key:
            notify(to=case.handler, kind=ASSIGNED, until=case.due_at, **about(case, at))
    case.save(update_fields=["respondent", "reserved", "handler"])
    write_step(case, "respondent", sentence, case.state, actor, at, internal=True)
    deed.record(case, park=case.park_id, respondent=respondent and respondent.pk)
    return case


def _calls(case: Case) -> QuerySet[FollowUp]:
    return FollowUp.objects.filter(rating__case=case)


@verb("cases.identity", "查看了提出人的身份")
def read_identity(deed: Deed, *, actor: Person, at: datetime, key: str, case: Case, reason: str) -> Case:
    """Who asked, where a kind keeps that secret: for who is named to receive such requests, with a reason, each time a deed."""
    case = locked(case.pk)
    check_desk(actor, case, rules.day_of(at))
    if not kind_of(case).secret or case.applicant is None:
        raise NotFound()
    if not receives(actor, case):
        raise NotAllowed(f"只有受理分工中指定受理“{kind_of(case).label}”的人员可以查看提出人的身份。")
    reason = grounds(reason, "请写明为什么需要知道提出人是谁，例如“需当面核实转账凭证”", field="reason")
    write_step(case, "identity", "查看了提出人的身份", case.state, actor, at, note=reason, internal=True)
    deed.record(case, park=case.park_id, reason=reason)
    return case


@verb("cases.note", "写了内部备注")
def add_note(deed: Deed, *, actor: Person | System, at: datetime, key: str, case: Case, note: str) -> Case:
    """A note that only the desk reads. It changes neither state nor clock nor version."""
    case = locked(case.pk)
    check_desk(actor, case, rules.day_of(at))
    if case.received_at is None:
        raise Refused("申请人还没有提交，不能添加备注。")
    if not note.strip():
        raise Refused("请填写备注内容。", field="note")
    write_step(case, "note", "写了内部备注", case.state, actor, at, note=note, internal=True)
    deed.record(case, park=case.park_id)
    return case


# --- opinions ------------------------------------------------------------------------------------------------------------


@verb("cases.opinion.ask", "请同事会办")
def ask_opinion(
    deed: Deed, *, actor: Person, at: datetime, key: str, case: Case, asked: Person, question: str, due_on: date
) -> Opinion:  # fmt: skip
    """A colleague is asked about a case; the handler stays who they are."""
    case = locked(case.pk)
    on = rules.day_of(at)
    check_desk(actor, case, on)
    if case.received_at is None or case.closed_at is not None:
        raise Refused(f"本件目前是“{state_of(case).label}”，不需要会办。")
    theirs = standing_of(asked, on)
    if asked.pk == actor.pk or "operator" not in theirs.kinds_in(case.park_id) or not may_know(theirs, case):
        raise Refused(f"{asked.name}不能会办本件，请选择其他同事。", field="asked")
    if not question.strip():
        raise Refused("请写明需要会办的问题。", field="question")
    if due_on < on:
        raise Refused("答复日期不能早于今天。", field="due_on")
    try:
        with transaction.atomic():
            opinion = Opinion.objects.create(
                case=case, asked=asked, asked_by=actor, question=question.strip(), asked_at=at, due_on=due_on
            )
    except IntegrityError:
        raise Conflict(f"已请{asked.name}会办，还没有答复。", field="asked") from None
    write_step(case, "ask", f"请{asked.name}会办"[:60], case.state, actor, at, note=question, internal=True)
    notify(to=asked, kind=ASKED, until=rules.end_of(due_on), **{**about(case, at), "subject": opinion})
    deed.record(opinion, park=case.park_id, case=case.pk)
    return opinion


@verb("cases.opinion.give", "答复了会办意见")
def give_opinion(deed: Deed, *, actor: Person, at: datetime, key: str, opinion: Opinion, answer: str) -> Opinion:
    """Once, by the one who was asked. The handler is told."""
    case = locked(opinion.case_id)
    opinion = Opinion.objects.select_for_update().get(pk=opinion.pk)
    if opinion.asked_id != actor.pk:
        raise Refused("本条会办请由被请的同事答复。")
    if opinion.answered_at is not None:
        raise Conflict("这条会办已经答复。")
    if not answer.strip():
        raise Refused("请填写会办意见。", field="answer")
    opinion.answer, opinion.answered_at = answer.strip(), at
    opinion.save(update_fields=["answer", "answered_at"])
    write_step(case, "opine", "答复了会办意见", case.state, actor, at, note=answer, internal=True)
    notify(to=opinion.asked_by, kind=OPINED, who=actor.name, **about(case, at))
    deed.record(opinion, park=case.park_id, case=case.pk)
    return opinion


# --- who takes what ------------------------------------------------------------------------------------------------------


@verb("cases.duty.begin", "安排了受理分工")
def begin_duty(deed: Deed, *, actor: Person | System, at: datetime, key: str, park: Park, kind: str, person: Person) -> Duty:
    """From now on new requests of the kind go to this person, or to whoever of several has the fewest open ones."""
    on = rules.day_of(at)
    require(actor, permissions.OVERSEE, park.pk, on)
    if not standing_of(person, on).may(KINDS.get(kind).desk, park.pk):
        raise Refused(f"{person.name}没有办理“{KINDS.get(kind).label}”的角色，请先授予角色。", field="person")
    try:
        with transaction.atomic():
            duty = Duty.objects.create(park=park, kind=kind, person=person, since=on)
    except IntegrityError:
        raise Conflict(f"{person.name}已在受理“{KINDS.get(kind).label}”。", field="person") from None
    deed.record(duty, park=park.pk, kind=kind, person=person.pk)
    return duty


@verb("cases.duty.end", "结束了受理分工")
def end_duty(deed: Deed, *, actor: Person | System, at: datetime, key: str, duty: Duty) -> Duty:
    """What the person has stays theirs; new requests go to others."""
    require(actor, permissions.OVERSEE, duty.park_id, rules.day_of(at))
    duty = Duty.objects.select_for_update().get(pk=duty.pk)
    if duty.until is None:
        duty.until = rules.day_of(at)
        duty.save(update_fields=["until"])
    deed.record(duty, park=duty.park_id)
    return duty


@verb("cases.template.write", "写了答复模板")
def write_template(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, park: Park, title: str, text: str, kind: str = ""
) -> AnswerTemplate:  # fmt: skip
    """Words to start an answer from. A second one of the same title replaces the first."""
    require(actor, permissions.HANDLE, park.pk, rules.day_of(at))
    if not title.strip() or not text.strip():
        raise Refused("请填写模板名称和内容。", field="text" if title.strip() else "title")
    AnswerTemplate.objects.filter(park=park, title=title.strip(), retired_at=None).update(retired_at=at)
    template = AnswerTemplate.objects.create(
        park=park, kind=kind and KINDS.get(kind).key, title=title.strip(), text=text.strip()
    )
    deed.record(template, park=park.pk, kind=kind)
    return template


@verb("cases.template.retire", "停用了答复模板")
def retire_template(deed: Deed, *, actor: Person | System, at: datetime, key: str, template: AnswerTemplate) -> AnswerTemplate:
    require(actor, permissions.HANDLE, template.park_id, rules.day_of(at))
    AnswerTemplate.objects.filter(pk=template.pk, retired_at=None).update(retired_at=at)
    template.refresh_from_db()
    deed.record(template, park=template.park_id)
    return template


# --- items ---------------------------------------------------------------------------------------------------------------


@verb("cases.item.publish", "发布了事项的新版本")
def publish_item(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, park: Park, kind: str, title: str, words: str,
    fields: list, materials: list, clock: str, first_response_days: int, completion_days: int, desk: str, since: date,
) -> Item:  # fmt: skip
    """The park's own next version of an item. Earlier ones stay as they were: cases that use them are judged by them."""
    require(actor, permissions.ITEMS_EDIT, park.pk, rules.day_of(at))
    if clock not in Clock.values:
        raise Refused("请选择计时方式：工作日或自然日。", field="clock")
    if not 1 <= first_response_days <= completion_days:
        raise Refused("首次答复时限应不少于1日，且不长于办结时限。", field="first_response_days")
    if since < rules.day_of(at):
        raise Refused("启用日期不能早于今天：已收的办件仍按收件时的版本办理。", field="since")
    wrong = rules.wrong_specs(fields, materials) or rules.lost_specs(KINDS.get(kind).rests_on(), fields)
    if wrong:
        raise Refused(wrong, field="fields")
    if materials and KINDS.get(kind).secret:
        raise Refused(f"“{KINDS.get(kind).label}”不收文件：文件和上传记录会暴露提出人的身份。", field="materials")
    Park.objects.select_for_update().get(pk=park.pk)  # two directors at once: one version after the other
    last = Item.objects.filter(park=park, key=kind).order_by("-version").values_list("version", flat=True).first() or 0
    item = Item.objects.create(
        park=park, key=kind, version=last + 1, kind=KINDS.get(kind).key, title=title.strip(), words=words.strip(), fields=fields,
        materials=materials, clock=clock, first_response_days=first_response_days, completion_days=completion_days,
        desk=desk.strip(), since=since,
    )  # fmt: skip
    deed.record(item, park=park.pk, key=kind, version=item.version, since=since)
    return item
