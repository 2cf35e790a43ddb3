"""A certified platform, spoken to over real HTTP: a small server that keeps the documented protocol, and can fail as machines do."""

import base64
import hashlib
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import IntegrityError, transaction

from hrpark.accounts.samples import cast
from hrpark.documents import samples
from hrpark.documents.actions import carry_on, has_news, request_signing, withdraw
from hrpark.documents.esign import Signer
from hrpark.documents.kinds import PLEDGE
from hrpark.documents.models import Document, Envelope
from hrpark.documents.queries import awaiting_paper
from hrpark.files.samples import pdf_bytes
from hrpark.files.storage import open_kept
from hrpark.toolbox.errors import Conflict, NotAllowed, Refused
from hrpark.trail.queries import timeline

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SIGNERS = [Signer("广州启航人力资源有限公司", "黄佳雯", "13800000008"), Signer("运营公司", "林晓彤", "13800000001")]


class Counterpart(ThreadingHTTPServer):
    """The platform: what it was handed, by reference; ``fail``: answers to give before it behaves."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Talk)
        self.envelopes, self.asked, self.fail, self.signed_pdf = {}, [], [], b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class Talk(BaseHTTPRequestHandler):
    server: Counterpart

    def log_message(self, *args) -> None:
        pass

    def answer(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def failing(self) -> bool:
        self.server.asked.append(f"{self.command} {self.path}")
        if self.headers["Authorization"] != "Bearer token-1":
            self.answer(401)
            return True
        if self.server.fail:
            status, body = self.server.fail.pop(0)
            self.answer(status, body)
            return True
        return False

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        number = f"E-{self.headers['Idempotency-Key']}"
        self.server.envelopes.setdefault(number, {"state": "sent", "times": 0, **said})["times"] += 1
        if not self.failing():  # a failure after it was taken: the answer got lost
            self.answer(201, json.dumps({"envelope": number}).encode())

    def do_GET(self) -> None:
        if self.failing():
            return
        number = self.path.split("/")[3]
        if self.path.endswith("/file"):
            data = self.server.signed_pdf
            return self.answer(200, data, X_Content_SHA256=hashlib.sha256(data).hexdigest())
        envelope = self.server.envelopes[number]
        self.answer(200, json.dumps({"state": envelope["state"], "reason": envelope.get("reason", "")}).encode())


@pytest.fixture
def platform(settings):
    server = Counterpart()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    settings.ESIGN_ADAPTER, settings.ESIGN_URL = "hrpark.documents.esign.HttpPlatform", server.url
    settings.ESIGN_TOKEN, settings.ESIGN_SECRET = "token-1", "secret-1"
    yield server
    server.close()


@pytest.fixture
def people(at):
    return cast(at)


@pytest.fixture
def document(people, at):
    return samples.make_document(people.huangpu, people.huangpu, at=at, template=PLEDGE, title="入园承诺书")


def ask(people, document, at, signers=SIGNERS, key="e", actor=None) -> Envelope:
    return request_signing(actor=actor or people.officer, at=at, key=key, document=document, signers=signers)


def now(envelope) -> Envelope:
    return Envelope.objects.get(pk=envelope.pk)


def test_until_a_platform_is_connected_nothing_goes_out(people, document, at):
    with pytest.raises(Refused, match="还没有接入"):
        ask(people, document, at)
    assert carry_on(at) == 0


def test_a_document_goes_out_is_signed_and_comes_back(people, document, at, platform):
    envelope = ask(people, document, at)
    assert carry_on(at) == 1 and now(envelope).state == "sent" and carry_on(at) == 0
    there = platform.envelopes[now(envelope).number]
    assert base64.b64decode(there["file"]["content"]) == open_kept(document.attachment.path).read()
    assert there["file"]["sha256"] == document.sha256 and [s["order"] for s in there["signers"]] == [1, 2]
    assert there["signers"][0]["mobile"] == "13800000008" and there["title"] == "入园承诺书"
    there["state"], platform.signed_pdf = "signed", pdf_bytes("signed")
    assert has_news(now(envelope).number, at + MINUTE) and carry_on(at + MINUTE) == 1
    done = now(envelope)
    assert done.state == "signed" and open_kept(done.signed.path).read() == platform.signed_pdf
    assert {s["mobile"] for s in done.signers} == {""} and done.signers[0]["name"] == "黄佳雯"
    assert [line.what for line in timeline("envelope", envelope.pk)][:2] == ["记下了电子签署的结果", "上传了附件"]
    assert not awaiting_paper(Document.objects.all()).exists()


def test_callbacks_twice_late_or_of_what_has_ended_change_nothing_more(people, document, at, platform):
    envelope = ask(people, document, at)
    carry_on(at)
    number = now(envelope).number
    platform.envelopes[number] |= {"state": "declined", "reason": "法定代表人出差"}
    for _ in range(3):
        assert has_news(number, at + MINUTE)
    assert carry_on(at + MINUTE) == 1 and carry_on(at + MINUTE) == 0
    assert has_news(number, at + 2 * MINUTE) and carry_on(at + 2 * MINUTE) == 0 and not has_news("E-none", at)
    assert (now(envelope).state, now(envelope).reason) == ("declined", "法定代表人出差")
    assert ask(people, document, at + MINUTE, key="again").state == "waiting"


def test_a_lost_answer_is_asked_for_again_and_is_one_envelope(people, document, at, platform):
    envelope = ask(people, document, at)
    platform.fail = [(502, b"bad gateway"), (200, b"no json"), (200, b"[]"), (500, b"")]
    moments = [at]
    for _ in range(4):
        carry_on(moments[-1])
        assert now(envelope).state == "waiting" and carry_on(moments[-1]) == 0
        moments.append(now(envelope).due_at)
    waits = [(b - a) / MINUTE for a, b in zip(moments, moments[1:], strict=False)]
    assert waits == [1, 2, 4, 8]
    carry_on(moments[-1])
    assert (
        now(envelope).state == "sent"
        and len(platform.envelopes) == 1
        and platform.envelopes[now(envelope).number]["times"] == 5
    )


def test_without_callbacks_it_is_asked_every_half_hour(people, document, at, platform):
    envelope = ask(people, document, at)
    carry_on(at)
    assert [carry_on(at + n * 10 * MINUTE) for n in (1, 2, 3, 4, 5, 6)] == [0, 0, 1, 0, 0, 1]
    assert now(envelope).state == "sent"


def test_what_the_platform_will_never_take_fails_with_its_words_and_what_stays_away_fails_at_last(
    people, document, at, platform
):
    envelope = ask(people, document, at)
    platform.fail = [(422, "签署人未实名".encode())]
    carry_on(at)
    assert (now(envelope).state, now(envelope).reason) == ("failed", "签署人未实名")
    second = ask(people, document, at, key="2")
    platform.fail = [(503, b"")] * 99
    when = at
    for _ in range(12):
        carry_on(when)
        when = now(second).due_at or when
    assert now(second).state == "failed" and "503" in now(second).reason and carry_on(when + timedelta(days=9)) == 0


def test_a_file_that_comes_cut_or_is_no_pdf_is_not_taken_for_signed(people, document, at, platform):
    envelope = ask(people, document, at)
    carry_on(at)
    platform.envelopes[now(envelope).number]["state"], platform.signed_pdf = "signed", b"<html>"
    carry_on(at + 30 * MINUTE)
    assert now(envelope).state == "sent" and now(envelope).attempts == 1
    platform.signed_pdf = pdf_bytes()
    carry_on(now(envelope).due_at)
    assert now(envelope).state == "signed"


def test_who_may_ask_and_for_what(people, document, at, platform):
    with pytest.raises(NotAllowed):
        ask(people, document, at, actor=people.supervisor)
    with pytest.raises(Refused, match="手机号码"):
        ask(people, document, at, signers=[Signer("单位", "张三", "123")])
    with pytest.raises(Refused, match="1 至 5"):
        ask(people, document, at, signers=[])
    one = ask(people, document, at)
    assert ask(people, document, at).pk == one.pk
    with pytest.raises(Conflict, match="签署中"):
        ask(people, document, at, key="other")
    void = samples.make_document(people.huangpu, people.huangpu, at=at, template=PLEDGE, key="v")
    withdraw(actor=people.officer, at=at, key="w", document=void, reason="x")
    with pytest.raises(Refused, match="作废"):
        ask(people, void, at, key="v")


@pytest.mark.parametrize("wrong", [{"state": "signed"}, {"due_at": None}])
def test_the_database_refuses_an_envelope_that_cannot_be(people, document, at, platform, wrong):
    envelope = ask(people, document, at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Envelope.objects.filter(pk=envelope.pk).update(**wrong)
