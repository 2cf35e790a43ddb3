"""A certified platform: at the desk a document is sent to be signed there, and its callbacks come in."""

import time

import pytest

from hrpark.accounts import samples as accounts
from hrpark.documents import esign
from hrpark.documents.actions import request_signing
from hrpark.documents.models import Envelope
from hrpark.documents.samples import make_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(at):
    return accounts.cast(at)


@pytest.fixture
def pledge(cast, at):
    return make_document(cast.huangpu, cast.huangpu, at=at, template="pledge", title="入园承诺书")


def test_an_officer_names_the_signers_and_sees_how_it_stands(client, cast, pledge, settings):
    client.force_login(cast.officer)
    here = f"/desk/huangpu/documents/{pledge.pk}/"
    assert "电子签署" not in client.get(here).text and client.get(f"{here}esign/").status_code == 404
    settings.ESIGN_ADAPTER, settings.ESIGN_URL = "hrpark.documents.esign.HttpPlatform", "http://127.0.0.1:9"
    assert "发起电子签署" in client.get(here).text
    form = {"organisation.1": "启航公司", "name.1": "黄佳雯", "mobile.1": "123", "deed_key": "e"}
    wrong = client.post(f"{here}esign/", form)
    assert wrong.status_code == 422 and "手机号码不对" in wrong.text and "黄佳雯" in wrong.text
    assert client.post(f"{here}esign/", {**form, "mobile.1": "13800000008"}).status_code == 302
    page = client.get(here).text
    assert "待送交平台" in page and "启航公司 黄佳雯" in page and "发起电子签署" not in page and "13800000008" not in page
    assert Envelope.objects.count() == 1
    client.force_login(cast.supervisor)
    assert client.get(f"{here}esign/").status_code == 404


def call(client, body: bytes, *, secret="secret-1", when=None, signature=None):
    timestamp = str(int(time.time() if when is None else when))
    signed = signature or f"sha256={esign.mac(secret, timestamp, body)}"
    return client.post(
        "/hooks/esign/", body, "application/json", headers={"X-Signature-Timestamp": timestamp, "X-Signature": signed}
    )


def test_a_callback_is_taken_from_who_knows_the_secret_and_just_now(client, cast, pledge, at, settings):
    settings.ESIGN_ADAPTER, settings.ESIGN_URL, settings.ESIGN_SECRET = (
        "hrpark.documents.esign.HttpPlatform",
        "http://127.0.0.1:9",
        "secret-1",
    )
    signers = [esign.Signer("启航公司", "黄佳雯", "13800000008")]
    envelope = request_signing(actor=cast.officer, at=at, key="e", document=pledge, signers=signers)
    Envelope.objects.update(state="sent", number="E-1")

    def due():
        return Envelope.objects.get(pk=envelope.pk).due_at

    body = b'{"envelope": "E-1"}'
    before = due()
    for refused in (call(client, body, secret="other"), call(client, body, when=time.time() - 400), call(client, body, signature="sha256=é"),
                    client.post("/hooks/esign/", body, "application/json"), call(client, b"x" * 20_000)):  # fmt: skip
        assert refused.status_code == 403
    assert due() == before
    assert [call(client, body).status_code for _ in range(2)] == [204, 204] and due() > before
    assert call(client, b'{"envelope": "E-x"}').status_code == 404 and call(client, b"[1]").status_code == 422
    assert client.get("/hooks/esign/").status_code == 405
