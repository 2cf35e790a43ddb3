"""Telling a person: once a day, in the same transaction, and what a person sees of it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from hrpark.accounts.samples import cast
from hrpark.notices import samples
from hrpark.notices.actions import deliver_due, mark_all_read, mark_read, notify, try_again
from hrpark.notices.models import Delivery, Notice, State
from hrpark.notices.queries import notice_for, read, undelivered, unread_count
from hrpark.toolbox.errors import Misconfigured, NotFound
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def people(at):
    return cast(at)


@pytest.fixture
def gateway(settings):
    """The installation's own SMS adapter: it writes down what it was given."""
    settings.SMS_ADAPTER = f"{__name__}.Gateway"
    Gateway.sent.clear()
    Gateway.broken = False
    return Gateway


class Gateway:
    sent: list = []
    broken = False

    def send(self, mobile, template, values):
        from hrpark.accounts.sms import SmsFailed

        if self.broken:
            raise SmsFailed("the gateway is away")
        self.sent.append((mobile, template, dict(values)))


def test_a_notice_says_what_happened_and_what_to_do(people, at):
    notice = samples.make_notice(people.qihang_clerk, people.qihang, at=at, park=people.huangpu, link="/tenant/huangpu/x/")
    assert notice.title == "入驻申请已有结果"
    assert notice.body == "入驻申请已于今天办结。\n请打开查看结果；如有疑问，请在页面上留言。"
    assert list(notice.deliveries.values_list("channel", "state", "sent_at")) == [("in_app", State.SENT, at)]


def test_the_same_about_the_same_is_told_once_a_day(people, at):
    first = samples.make_notice(people.qihang_clerk, people.qihang, at=at)
    again = samples.make_notice(people.qihang_clerk, people.qihang, at=at + timedelta(hours=5), what="别的")
    assert again.pk == first.pk and again.title == "入驻申请已有结果"
    samples.make_notice(people.qihang_clerk, people.qihang, at=at + timedelta(days=1))
    samples.make_notice(people.qihang_clerk, people.zhida, at=at)
    samples.make_notice(people.qihang_representative, people.qihang, at=at)
    assert Notice.objects.count() == 4 and Delivery.objects.count() == 4


def test_a_day_is_a_day_in_the_parks_own_time(people):
    evening = datetime(2026, 3, 2, 23, 50, tzinfo=ZoneInfo("Asia/Shanghai"))
    samples.make_notice(people.officer, people.qihang, at=evening)
    samples.make_notice(people.officer, people.qihang, at=(evening + timedelta(minutes=20)).astimezone(ZoneInfo("UTC")))
    assert Notice.objects.count() == 2


def test_the_database_itself_refuses_a_second_one(people, at):
    notice = samples.make_notice(people.officer, people.qihang, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(
            person=people.officer, kind="x", of_type="x", of_id="1", title="x", body="x", at=at, dedupe=notice.dedupe
        )


def test_what_is_rolled_back_was_never_told(people, at):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        samples.make_notice(people.officer, people.qihang, at=at)
        raise ZeroDivisionError
    assert not Notice.objects.exists() and not Delivery.objects.exists()


def test_words_that_lack_or_links_that_lead_out_are_a_mistake_of_ours(people, at):
    with pytest.raises(Misconfigured, match="what"):
        notify(to=people.officer, kind=samples.SAMPLE, at=at, subject=people.qihang)
    for link in ("https://example.com/", "//example.com/", "javascript:alert(1)"):
        with pytest.raises(Misconfigured):
            samples.make_notice(people.officer, people.qihang, at=at, link=link)


def test_a_word_cannot_reach_into_the_sentence(people, at):
    notice = samples.make_notice(people.officer, people.qihang, at=at, what="{todo}{0.__class__}\r\nBcc: a@example.com")
    assert notice.title == "{todo}{0.__class__} Bcc: a@example.com已有结果"


def test_a_person_sees_and_marks_only_their_own(people, at):
    mine = samples.make_notice(people.officer, people.qihang, at=at)
    later = samples.make_notice(people.officer, people.zhida, at=at + timedelta(minutes=1))
    other = samples.make_notice(people.director, people.qihang, at=at)
    assert list(read(people.officer)) == [later, mine] and unread_count(people.officer) == 2
    assert mark_read(people.officer, mine.pk, at=at).read_at == at
    assert mark_read(people.officer, mine.pk, at=at + timedelta(days=1)).read_at == at
    assert list(read(people.officer, unread_only=True)) == [later]
    for call in (lambda: notice_for(people.officer, other.pk), lambda: mark_read(people.officer, other.pk, at=at)):
        with pytest.raises(NotFound):
            call()
    assert mark_all_read(people.officer, at=at) == 1
    assert (unread_count(people.officer), unread_count(people.director)) == (0, 1)


# --- the short message channel: the delivery machine over an adapter of the installation's own ---------------------------


def test_no_channel_is_used_that_is_not_configured(people, at):
    samples.make_notice(people.officer, people.qihang, at=at)
    assert set(Delivery.objects.values_list("channel", flat=True)) == {"in_app"}
    assert deliver_due(at).sent == 0


def test_a_due_message_is_sent_once(people, at, gateway):
    samples.make_notice(people.officer, people.qihang, at=at)
    assert deliver_due(at).sent == 1
    assert deliver_due(at).sent == 0
    ((mobile, template, values),) = gateway.sent
    assert (mobile, template, values["title"]) == (people.officer.mobile, "notice", "入驻申请已有结果")
    row = Delivery.objects.get(channel="sms")
    assert (row.state, row.sent_at, row.due_at, row.attempts) == (State.SENT, at, None, 1)


def test_nobody_is_woken_at_night(people, at, gateway):
    night = at.replace(hour=22)
    samples.make_notice(people.officer, people.qihang, at=night)
    morning = (at + timedelta(days=1)).replace(hour=8)
    assert Delivery.objects.get(channel="sms").due_at == morning
    assert deliver_due(night).sent == 0 and gateway.sent == []
    assert deliver_due(morning).sent == 1


def test_what_became_due_by_day_and_met_the_night_waits_for_the_morning(people, at, gateway):
    samples.make_notice(people.officer, people.qihang, at=at)
    night = at.replace(hour=23)
    assert deliver_due(night).put_off == 1 and gateway.sent == []
    assert Delivery.objects.get(channel="sms").due_at == (at + timedelta(days=1)).replace(hour=8)


def test_a_failure_is_tried_again_later_and_later_and_given_up_in_the_end(people, at, gateway):
    gateway.broken = True
    samples.make_notice(people.officer, people.qihang, at=at)
    pauses, now = [], at
    while (row := Delivery.objects.get(channel="sms")).state != State.GIVEN_UP:
        now = max(now, row.due_at)
        done = deliver_due(now)
        assert done.failed + done.given_up + done.put_off == 1
        row.refresh_from_db()
        if done.failed:
            pauses.append(row.due_at - now)
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)] and len(pauses) == 8
    assert list(undelivered()) == [row] and "away" in row.last_error and now - at < timedelta(days=3)


def test_what_was_given_up_can_be_tried_again_once_the_cause_is_mended(people, at, gateway):
    gateway.broken = True
    samples.make_notice(people.officer, people.qihang, at=at)
    row = Delivery.objects.get(channel="sms")
    Delivery.objects.filter(pk=row.pk).update(state=State.GIVEN_UP, due_at=None)
    gateway.broken = False
    try_again(row, at=at)
    assert deliver_due(at).sent == 1


def test_stale_messages_and_closed_accounts_are_not_written_to(people, at, gateway):
    samples.make_notice(people.officer, people.qihang, at=at)
    samples.make_notice(people.director, people.qihang, at=at + timedelta(days=4))
    people.director.is_active = False
    people.director.save()
    assert deliver_due(at + timedelta(days=4)).given_up == 2 and gateway.sent == []


def test_an_adapter_that_cannot_be_loaded_stops_nothing_else(people, at, settings):
    settings.SMS_ADAPTER = "nowhere.Adapter"
    samples.make_notice(people.officer, people.qihang, at=at)
    assert deliver_due(at).failed == 1
    assert "nowhere" in Delivery.objects.get(channel="sms").last_error


def test_a_claim_that_was_overslept_does_not_undo_what_another_did(people, at, gateway):
    """The first worker claims and stalls; its lease runs out, the second one sends; the first then reports a failure."""
    from hrpark.notices import actions
    from hrpark.notices.kinds import CHANNELS

    samples.make_notice(people.officer, people.qihang, at=at)
    slow = actions._claim(CHANNELS.get("sms"), at)
    assert deliver_due(at + actions.LEASE).sent == 1
    done = actions.Delivered()
    actions._failed(slow, at, "too late", done)
    assert done.failed == 0 and Delivery.objects.get(channel="sms").state == State.SENT


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": State.SENT},
        {"state": State.WAITING, "due_at": None, "sent_at": None},
        {"state": State.GIVEN_UP, "sent_at": "now"},
    ],
)
def test_the_database_refuses_a_state_that_does_not_fit(people, at, gateway, wrong):
    samples.make_notice(people.officer, people.qihang, at=at)
    wrong = {k: (at if v == "now" else v) for k, v in wrong.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(channel="sms").update(**wrong)
