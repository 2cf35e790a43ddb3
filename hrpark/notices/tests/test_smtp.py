"""Mail against a real server on this machine: what arrives, a server that fails and comes back, a worker that is killed."""

import email
import email.policy
import signal
import socket
import textwrap
import time
from collections import Counter
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller

from hrpark.accounts.samples import cast
from hrpark.notices import samples
from hrpark.notices.actions import deliver_due
from hrpark.notices.models import Delivery, Notice, State
from tests.processes import Process


class Inbox:
    """The server's side: keeps what it accepts, answers what it is told to."""

    def __init__(self):
        self.mails, self.recipients, self.answer, self.after, self.pause = [], [], None, None, 0.0

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - the server's name for it
        if self.answer and not self.answer.startswith("data:"):
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.answer:
            return self.answer.removeprefix("data:")
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        self.recipients += envelope.rcpt_tos
        if self.pause:
            time.sleep(self.pause)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server(settings):
    inbox, port = Inbox(), free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_ENABLED, settings.EMAIL_TIMEOUT = "127.0.0.1", port, True, 5
    settings.DEFAULT_FROM_EMAIL = "黄埔产业园 <notice@park.example>"
    settings.PUBLIC_URL = "https://park.example"
    inbox.controller = controller
    yield inbox
    if inbox.controller is not None:
        inbox.controller.stop()


@pytest.fixture
def people(db, at):
    people = cast(at)
    for n, person in enumerate((people.officer, people.director, people.qihang_clerk)):
        person.email = f"person{n}@example.com"
        person.save()
    return people


def test_a_mail_says_it_all_in_plain_text(people, at, server):
    samples.make_notice(
        people.officer, people.qihang, at=at, what="启航公司的入驻申请", link="/desk/huangpu/a/1/", until=at + timedelta(days=3)
    )
    assert deliver_due(at).sent == 1
    (mail,) = server.mails
    assert server.recipients == ["person0@example.com"]
    assert mail["Subject"] == "启航公司的入驻申请已有结果"
    assert mail["From"].addresses[0].addr_spec == "notice@park.example"
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Date"].datetime == at
    body = mail.get_content()
    for part in (
        "已于今天办结。",
        "请打开查看结果",
        "办理期限：2026年3月5日 10:00。",
        f"https://park.example/account/notices/{Notice.objects.get().pk}/",
    ):
        assert part in body


def test_without_an_address_of_its_own_the_mail_says_where_to_find_it(people, at, server, settings):
    settings.PUBLIC_URL = ""
    samples.make_notice(people.officer, people.qihang, at=at, what="启航公司的入驻申请")
    assert deliver_due(at).sent == 1
    body = server.mails[0].get_content()
    assert "请登录园区服务平台" in body and "“通知”" in body and "http" not in body


def test_one_connection_carries_all_that_is_due(people, at, server):
    for person in (people.officer, people.director, people.qihang_clerk):
        samples.make_notice(person, people.qihang, at=at)
    samples.make_notice(people.zhida_clerk, people.qihang, at=at)
    assert deliver_due(at).sent == 3
    assert len({mail["Message-ID"] for mail in server.mails}) == 3


def test_no_line_of_a_title_becomes_a_header(people, at, server):
    samples.make_notice(people.officer, people.qihang, at=at, what="甲\r\nBcc: thief@example.com\r\n\r\n<html>")
    assert deliver_due(at).sent == 1
    (mail,) = server.mails
    assert mail["Bcc"] is None and server.recipients == ["person0@example.com"]
    assert "Bcc: thief@example.com" in mail["Subject"]


def test_an_address_with_a_line_break_is_given_up_and_harms_nobody(people, at, server):
    people.officer.email = "a@example.com\nBcc: thief@example.com"
    people.officer.save()
    samples.make_notice(people.officer, people.qihang, at=at)
    samples.make_notice(people.director, people.qihang, at=at)
    done = deliver_due(at)
    assert (done.sent, done.given_up) == (1, 1) and server.recipients == ["person1@example.com"]


def test_a_busy_server_is_tried_again_with_the_same_message_id(people, at, server):
    samples.make_notice(people.officer, people.qihang, at=at)
    server.answer = "data:451 try later"
    assert deliver_due(at).failed == 1
    row = Delivery.objects.get(channel="smtp")
    assert (row.state, row.due_at, row.attempts) == (State.FAILED, at + timedelta(minutes=1), 1) and "451" in row.last_error
    server.answer = None
    assert deliver_due(at).sent == 0
    assert deliver_due(at + timedelta(minutes=1)).sent == 1
    assert len(server.mails) == 1


def test_an_address_that_does_not_exist_is_given_up_at_once(people, at, server):
    samples.make_notice(people.officer, people.qihang, at=at)
    server.answer = "550 no such user"
    assert deliver_due(at).given_up == 1
    assert "550" in Delivery.objects.get(channel="smtp").last_error


def test_a_full_mailbox_is_tried_again(people, at, server):
    samples.make_notice(people.officer, people.qihang, at=at)
    server.answer = "452 mailbox full"
    assert deliver_due(at).failed == 1


def test_a_server_that_is_down_costs_one_try_and_all_arrives_when_it_is_back(people, at, server, settings):
    for person in (people.officer, people.director, people.qihang_clerk):
        samples.make_notice(person, people.qihang, at=at)
    server.controller.stop()
    done = deliver_due(at)
    assert (done.sent, done.failed) == (0, 1)
    assert Counter(Delivery.objects.filter(channel="smtp").values_list("attempts", flat=True)) == {0: 2, 1: 1}
    server.controller = Controller(server, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    server.controller.start()
    assert deliver_due(at + timedelta(minutes=1)).sent == 3
    assert len(server.mails) == 3 and not Delivery.objects.exclude(state=State.SENT).exists()


def test_a_retry_after_a_crash_bears_the_same_message_id(people, at, server):
    """The crash between the server's 250 and our commit: the row is still claimed, and due again after the lease."""
    from hrpark.notices import actions
    from hrpark.notices.kinds import CHANNELS

    samples.make_notice(people.officer, people.qihang, at=at)
    mail = CHANNELS.get("smtp")
    claimed = actions._claim(mail, at)
    with mail.opened() as opened:
        opened.send(actions._message(claimed))
    assert deliver_due(at + timedelta(minutes=5)).sent == 0
    assert deliver_due(at + actions.LEASE).sent == 1
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"] and first["Date"] == second["Date"]


# --- several workers, on a database of their own -------------------------------------------------------------------------

SETUP = """
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo
    at = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    from hrpark.notices.actions import LEASE, deliver_due
    from hrpark.notices.models import Delivery, State
"""
FILL = """
    from hrpark.accounts.samples import make_organisation, make_person
    from hrpark.notices.samples import make_notice
    body = make_organisation(at=at)
    for n in range(40):
        make_notice(make_person(at=at, email=f"p{n}@example.com", password=None), body, at=at)
"""


def python(code: str, environment: dict, settings) -> Process:
    environment = environment | {"HRPARK_EMAIL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}"}
    return Process(environment, code=textwrap.dedent(SETUP) + textwrap.dedent(code))


def test_three_workers_at_once_send_each_mail_once(own_database, server, settings):
    assert python(FILL, own_database, settings).wait(60) == 0
    workers = [python("deliver_due(at)", own_database, settings) for _ in range(3)]
    assert [worker.wait(120) for worker in workers] == [0, 0, 0]
    assert Counter(server.recipients) == {f"p{n}@example.com": 1 for n in range(40)}


def test_control_without_the_claim_mails_are_sent_twice(own_database, server, settings):
    assert python(FILL, own_database, settings).wait(60) == 0
    server.pause = 0.01
    careless = """
        from hrpark.notices import actions
        actions._claim = lambda channel, at: actions._due(channel, at).order_by("pk").select_related("notice__person").first()
        deliver_due(at)
    """
    workers = [python(textwrap.dedent(careless), own_database, settings) for _ in range(3)]
    assert [worker.wait(120) for worker in workers] == [0, 0, 0]
    assert max(Counter(server.recipients).values()) > 1


def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_at_most_the_one_in_its_hands(own_database, server, settings):
    assert python(FILL, own_database, settings).wait(60) == 0
    server.pause = 0.05
    worker = python("deliver_due(at)", own_database, settings)
    deadline = time.monotonic() + 60
    while len(server.mails) < 10 and time.monotonic() < deadline:
        time.sleep(0.01)
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    server.pause = 0.0
    again = "deliver_due(at + timedelta(minutes=1)); deliver_due(at + LEASE + timedelta(minutes=1))\n"
    again += "assert not Delivery.objects.exclude(state=State.SENT).exists()"
    assert python(again, own_database, settings).wait(60) == 0
    counts = Counter(server.recipients)
    assert set(counts) == {f"p{n}@example.com" for n in range(40)}
    assert sum(counts.values()) <= 41
    assert len({mail["Message-ID"] for mail in server.mails}) == 40
