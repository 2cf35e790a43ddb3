"""Moving cases: who may, what follows, what is refused, and that the clocks only know days and pauses."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from hrpark.cases import actions, queries
from hrpark.cases.actions import moving
from hrpark.cases.kinds import CLOSE, KINDS, Move, case_kind
from hrpark.cases.models import Case, Item, Pause, Step
from hrpark.cases.rules import ZONE, day_of
from hrpark.cases.samples import make_case
from hrpark.documents.models import Series
from hrpark.notices.models import Notice
from hrpark.toolbox.errors import Conflict, Misconfigured, NotAllowed, Refused
from hrpark.trail.models import Entry
from hrpark.trail.queries import timeline
from tests.worlds import world

from . import plain

pytestmark = pytest.mark.django_db
WORDS = {"what": "会议室空调不制冷"}
ASKED = [{"field": "what", "says": "请写明是哪一间会议室"}]


@world
def case(cast):
    return make_case(kind="plain", park=cast.huangpu, applicant=cast.qihang_clerk, organisation=cast.qihang, data=WORDS)


def keys():
    n = 0
    while True:
        n += 1
        yield f"k{n}"


KEYS = keys()


def key() -> str:
    return next(KEYS)


def fresh(case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_a_draft_has_neither_number_nor_clock(cast):
    draft = make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, handed_in=False)
    assert (draft.state, draft.ball, draft.number, draft.received_at, draft.due_at) == ("draft", "applicant", None, None, None)


def test_handing_in_gives_a_number_and_starts_both_clocks(case, at):
    assert (case.number, case.state, case.ball) == ("CS2026-0001", "submitted", "desk")
    assert day_of(case.first_due_at).isoformat() == "2026-03-03"
    assert day_of(case.due_at).isoformat() == "2026-03-09"


def test_numbers_have_no_gap_even_after_a_refusal_and_start_again_each_year(cast, case, at):
    with pytest.raises(Refused):
        make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger)  # says nothing
    second = make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS)
    other = make_case(kind="plain", park=cast.tianhe, applicant=cast.yuecai_clerk, data=WORDS)
    # 2026-12-31 16:30 UTC is 2027 in Guangzhou
    midnight = datetime(2027, 1, 1, 0, 30, tzinfo=ZONE).astimezone(timezone.get_fixed_timezone(0))
    later = make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS, at=midnight)
    assert [c.number for c in (case, second, other, later)] == ["CS2026-0001", "CS2026-0002", "CS2026-0001", "CS2027-0001"]
    assert Series.objects.get(park=cast.huangpu, year=2026).last == 2


def test_what_is_missing_is_refused_at_its_field(cast, at):
    draft = make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, handed_in=False)
    with pytest.raises(Refused) as refusal:
        actions.submit(actor=cast.stranger, at=at, key=key(), case=draft, data={"what": ""})
    assert refusal.value.field == "what" and fresh(draft).number is None


def test_a_required_material_is_asked_for_when_what_is_declared_asks_for_it(cast, at):
    draft = make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, handed_in=False)
    with pytest.raises(Refused, match="收费单据"):
        actions.submit(actor=cast.stranger, at=at, key=key(), case=draft, data={**WORDS, "money": True, "sum": "120"})


def test_a_double_click_hands_in_once(cast, at):
    draft = make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, handed_in=False, data=WORDS)
    one = actions.submit(actor=cast.stranger, at=at, key="same", case=draft)
    two = actions.submit(actor=cast.stranger, at=at, key="same", case=draft)
    assert one == two and Step.objects.filter(case=draft).count() == 1 and Series.objects.get().last == 1


def test_sending_back_names_the_fields_stops_the_clock_and_is_an_answer(cast, case, at):
    later = at + timedelta(days=1)
    sent = actions.send_back(actor=cast.officer, at=later, key=key(), case=case, asked=ASKED)
    assert (sent.state, sent.ball, sent.first_response_at) == ("correcting", "applicant", later)
    assert sent.asked == [{"field": "what", "label": "诉求内容", "says": "请写明是哪一间会议室"}]
    assert Pause.objects.get(case=case).until is None
    assert queries.clock_of(sent, at + timedelta(days=90)).paused and not queries.clock_of(sent, at + timedelta(days=90)).late


@pytest.mark.parametrize("asked", [[], [{"field": "nothing", "says": "x"}], [{"field": "what", "says": "  "}]])
def test_sending_back_without_a_field_or_a_word_is_refused(cast, case, at, asked):
    with pytest.raises(Refused):
        actions.send_back(actor=cast.officer, at=at, key=key(), case=case, asked=asked)


def test_answering_changes_only_what_was_asked_and_moves_the_deadline_by_the_pause(cast, case, at):
    actions.send_back(actor=cast.officer, at=at + timedelta(days=1), key=key(), case=case, asked=ASKED)
    back = actions.resubmit(
        actor=cast.qihang_representative,
        at=at + timedelta(days=4),
        key=key(),
        case=case,
        data={"what": "三楼会议室", "phone": "020"},
    )
    assert back.data == {"what": "三楼会议室"} and back.asked == []
    assert day_of(back.due_at).isoformat() == "2026-03-12"
    assert not Pause.objects.filter(case=case, until=None).exists()


def test_an_answer_that_is_not_whole_is_refused(cast, case, at):
    actions.send_back(actor=cast.officer, at=at, key=key(), case=case, asked=ASKED)
    with pytest.raises(Refused):
        actions.resubmit(actor=cast.qihang_clerk, at=at, key=key(), case=case, data={"what": ""})


def test_notes_and_assignments_change_neither_clock_nor_version_nor_state(cast, case, at):
    before = fresh(case)
    actions.add_note(actor=cast.officer, at=at + timedelta(days=2), key=key(), case=case, note="已电话联系")
    actions.assign(actor=cast.director, at=at + timedelta(days=2), key=key(), case=case, handler=cast.officer)
    with pytest.raises(Refused, match="没有改动"):
        actions.assign(actor=cast.director, at=at + timedelta(days=2), key=key(), case=case, handler=cast.officer)
    after = fresh(case)
    same = ("state", "ball", "version", "due_at", "first_due_at", "first_response_at", "completed_at", "received_at")
    assert [getattr(before, f) for f in same] == [getattr(after, f) for f in same]
    assert after.handler == cast.officer
    assert [s.verb for s in queries.steps_of(case, internal=True)] == ["assign", "note", "submit"]
    assert [s.verb for s in queries.steps_of(case, internal=False)] == ["submit"]


def test_only_somebody_of_the_desk_is_assigned(cast, case, at):
    for outsider in (cast.inspector, cast.qihang_clerk, cast.tianhe_officer):
        with pytest.raises(Refused):
            actions.assign(actor=cast.director, at=at, key=key(), case=case, handler=outsider)


def test_closing_keeps_the_promise_and_nothing_follows(cast, case, at):
    done = actions.close(actor=cast.officer, at=at + timedelta(days=1), key=key(), case=case, note="已维修", outcome="solved")
    assert (done.state, done.ball, done.completed_at, done.closed_at) == (
        "closed",
        "",
        at + timedelta(days=1),
        at + timedelta(days=1),
    )
    for deed in (actions.respond, actions.close):
        with pytest.raises(Refused, match="已办结"):
            deed(actor=cast.officer, at=at, key=key(), case=case, note="再次")
    with pytest.raises(Refused):
        actions.withdraw(actor=cast.qihang_clerk, at=at, key=key(), case=case)


def test_the_second_of_two_officers_learns_who_was_first(cast, case, at):
    actions.close(actor=cast.director, at=at, key=key(), case=case, note="已维修", seen=case.version)
    with pytest.raises(Conflict, match="陈志远已于2026-03-02 10:00先行处理：办结"):
        actions.close(actor=cast.officer, at=at, key=key(), case=case, note="无此问题", seen=case.version)
    assert fresh(case).steps.count() == 2


def test_a_withdrawn_request_closes_its_pause(cast, case, at):
    actions.send_back(actor=cast.officer, at=at, key=key(), case=case, asked=ASKED)
    gone = actions.withdraw(actor=cast.qihang_clerk, at=at + timedelta(days=3), key=key(), case=case)
    assert gone.state == "withdrawn" and gone.completed_at is None and not Pause.objects.filter(until=None).exists()


def test_a_draft_that_is_withdrawn_takes_no_number(cast, at):
    draft = make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, handed_in=False)
    gone = actions.withdraw(actor=cast.stranger, at=at, key=key(), case=draft)
    assert gone.number is None and gone.received_at is None and not Series.objects.exists()


@pytest.mark.parametrize(
    "who", ["stranger", "qihang_clerk", "zhida_representative", "supervisor", "inspector", "tianhe_director", "installer"]
)
def test_only_the_desk_of_the_park_works_on_a_request(cast, case, at, who):
    person = getattr(cast, who)
    for deed, more in ((actions.respond, {"note": "x"}), (actions.close, {"note": "x"}), (actions.add_note, {"note": "x"}),
                       (actions.send_back, {"asked": ASKED}), (actions.assign, {"handler": None})):  # fmt: skip
        with pytest.raises(NotAllowed):
            deed(actor=person, at=at, key=key(), case=case, **more)
    assert case.steps.count() == 1


@pytest.mark.parametrize("who", ["stranger", "officer", "zhida_representative", "tianhe_director", "supervisor"])
def test_only_the_applicant_s_side_answers_and_withdraws(cast, case, at, who):
    actions.send_back(actor=cast.officer, at=at, key=key(), case=case, asked=ASKED)
    for deed, more in ((actions.resubmit, {"data": WORDS}), (actions.withdraw, {})):
        with pytest.raises(NotAllowed):
            deed(actor=getattr(cast, who), at=at, key=key(), case=case, **more)


def test_nobody_asks_in_the_name_of_an_organisation_that_is_not_theirs(cast, at):
    with pytest.raises(NotAllowed):
        make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, organisation=cast.qihang, data=WORDS)


def test_the_trail_tells_each_move(cast, case, at):
    actions.respond(actor=cast.officer, at=at, key=key(), case=case, note="已报修")
    with pytest.raises(Conflict, match="发送过同样的答复"):
        actions.respond(actor=cast.officer, at=at, key=key(), case=case, note=" 已报修 ")
    assert [(line.what, line.who) for line in timeline("case", case.pk)] == [
        ("答复了申请人", "林晓彤"), ("提交了申请", "黄佳雯"), ("新建了办件草稿", "黄佳雯"),
    ]  # fmt: skip


def test_the_applicant_is_told_of_what_the_desk_does_and_the_handler_of_what_the_applicant_does(cast, case, at):
    actions.assign(actor=cast.director, at=at, key=key(), case=case, handler=cast.officer)
    actions.send_back(actor=cast.officer, at=at, key=key(), case=case, asked=ASKED)
    actions.resubmit(actor=cast.qihang_clerk, at=at + timedelta(days=1), key=key(), case=case, data={"what": "三楼会议室"})
    actions.close(actor=cast.officer, at=at + timedelta(days=1), key=key(), case=case, note="已维修")
    told = list(Notice.objects.order_by("pk").values_list("person__name", "title"))
    assert told == [
        ("林晓彤", "会议室空调不制冷由您办理"), ("黄佳雯", "会议室空调不制冷需要补正"), ("林晓彤", "会议室空调不制冷已补正"),
        ("黄佳雯", "会议室空调不制冷：已办结"),
    ]  # fmt: skip


def test_a_refused_move_leaves_nothing_behind(cast, case, at):
    before = (Entry.objects.count(), Step.objects.count(), Pause.objects.count())
    with pytest.raises(Refused):
        actions.resubmit(actor=cast.qihang_clerk, at=at, key=key(), case=case, data=WORDS)
    assert before == (Entry.objects.count(), Step.objects.count(), Pause.objects.count())


def test_moving_outside_a_verb_is_a_mistake_of_the_program(monkeypatch, case):
    class Loose:
        in_atomic_block = False

    monkeypatch.setattr(moving, "connection", Loose)
    with pytest.raises(Misconfigured):
        actions.advance(case, "close", actor=None, at=None)


# --- items ---------------------------------------------------------------------------------------------------------------


def publish(cast, at, **over):
    values = {
        "kind": "plain", "title": "一般诉求", "words": "新指南", "fields": [{"key": "what", "label": "内容", "required": True}],
        "materials": [], "clock": "natural", "first_response_days": 2, "completion_days": 10, "desk": "综合窗口", "since": at.date(),
    }  # fmt: skip
    return actions.publish_item(actor=cast.director, at=at, key=key(), park=cast.huangpu, **{**values, **over})


def test_a_new_version_holds_for_new_requests_and_the_old_ones_stay(cast, case, at):
    item = publish(cast, at)
    new = make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS)
    assert (new.item, new.item.version) == (item, 1) and day_of(new.due_at).isoformat() == "2026-03-12"
    assert fresh(case).item.clock == "working"
    assert queries.item_in_force("plain", cast.tianhe, at.date()).park is None


def test_a_version_that_begins_tomorrow_does_not_hold_today(cast, at):
    publish(cast, at, since=at.date() + timedelta(days=1))
    assert queries.item_in_force("plain", cast.huangpu, at.date()).park is None
    assert queries.item_in_force("plain", cast.huangpu, at.date() + timedelta(days=1)).park == cast.huangpu


@pytest.mark.parametrize(
    "over", [{"clock": "lunar"}, {"first_response_days": 11}, {"first_response_days": 0}, {"fields": [{"key": "a"}]}]
)
def test_a_wrong_item_is_refused(cast, at, over):
    with pytest.raises(Refused):
        publish(cast, at, **over)


def test_an_item_cannot_begin_in_the_past(cast, at):
    with pytest.raises(Refused):
        publish(cast, at, since=at.date() - timedelta(days=1))


def test_an_officer_or_another_park_s_director_cannot_publish(cast, at):
    for person in (cast.officer, cast.tianhe_director):
        with pytest.raises(NotAllowed):
            actions.publish_item(
                actor=person, at=at, key=key(), park=cast.huangpu, kind="plain", title="一般诉求", words="", fields=[], materials=[],
                clock="working", first_response_days=1, completion_days=2, desk="x", since=at.date(),
            )  # fmt: skip


def test_the_database_refuses_to_change_a_used_item(cast, case, at):
    for change in ({"words": "改过"}, {"completion_days": 99}, {"fields": []}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Item.objects.filter(pk=case.item_id).update(**change)
    unused = publish(cast, at)
    Item.objects.filter(pk=unused.pk).update(words="改过")  # nobody has used it yet


def test_the_database_refuses_two_open_pauses_and_two_same_numbers(cast, case, at):
    Pause.objects.create(case=case, since=at, reason="一")
    with pytest.raises(IntegrityError), transaction.atomic():
        Pause.objects.create(case=case, since=at, reason="二")
    other = make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=other.pk).update(number=case.number)


# --- a kind that is put together wrongly -----------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [
    {"key": "wrong", "series": "CS"},  # the series of another kind
    {"key": "", "series": "ZZ"},
    {"key": "wrong", "series": "ZZ", "moves": (Move("fly", "飞走", ("submitted",), "nowhere"),)},
    {"key": "wrong", "series": "ZZ", "moves": (Move("again", "重开", ("closed",), "submitted"),)},
    {"key": "wrong", "series": "ZZ", "moves": (CLOSE, CLOSE)},
    {"key": "wrong", "series": "ZZ", "item": replace(plain.Plain.item, materials=({"key": "what", "title": "同名"},))},
])  # fmt: skip
def test_a_kind_that_is_put_together_wrongly_stops_start_up(wrong):
    with pytest.raises(Misconfigured):
        case_kind(type("Wrong", (plain.Plain,), wrong))
    assert "wrong" not in KINDS
