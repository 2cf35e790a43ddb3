"""The public page that checks documents: it tells what, when and whether, and never whom."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hrpark.accounts.models import Authorisation
from hrpark.accounts.samples import cast
from hrpark.documents.actions import withdraw
from hrpark.documents.samples import make_document
from hrpark.documents.signing import make_key
from hrpark.files.models import Attachment
from hrpark.files.samples import pdf_bytes
from hrpark.files.storage import open_kept
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def people(at):
    return cast(at)


@world
def document(people, at):
    letter = Authorisation.objects.create(
        organisation=people.qihang,
        person=people.qihang_clerk,
        park=people.huangpu,
        scope="办理入驻",
        valid_from=at.date(),
        received_at=at,
    )
    return make_document(letter, people.huangpu, at=at, title="启航公司入驻决定")


def original(document) -> SimpleUploadedFile:
    return SimpleUploadedFile("收到的.pdf", open_kept(document.attachment.path).read())


def test_a_typed_code_leads_to_what_it_stands_for(client, document):
    response = client.get("/check/", {"code": document.printed_code.lower()})
    assert response["Location"] == f"/check/{document.code}/"
    page = client.get(response["Location"]).content.decode()
    for part in (
        "属实",
        "入驻决定通知书",
        "入驻决定〔2026〕1号",
        "黄埔人力资源服务产业园",
        "2026年3月2日",
        document.sha256,
        document.printed_code,
    ):
        assert part in page
    for secret in ("启航", "林晓彤", "系统", "授权"):
        assert secret not in page.split("<main")[1].split("</main")[0]


def test_an_unknown_or_mistyped_code_is_told_what_to_do(client, document):
    unknown = client.get("/check/0000-0000-0000-0000/")
    assert unknown.status_code == 404 and "没有这个核验码的文书" in unknown.content.decode()
    mistyped = client.get("/check/", {"code": "ABCD"})
    assert mistyped.status_code == 422 and "16 位" in mistyped.content.decode()
    assert client.get("/check/%3Cscript%3E/").status_code == 404


def test_the_file_itself_is_recognised_without_a_code(client, document):
    page = client.post("/check/", {"file": original(document)}).content.decode()
    assert "就是签发的原文件" in page and "入驻决定〔2026〕1号" in page
    foreign = client.post("/check/", {"file": SimpleUploadedFile("a.pdf", pdf_bytes())}).content.decode()
    assert "不是园区签发的原文件" in foreign and "入驻决定〔2026〕1号" not in foreign


def test_a_changed_file_does_not_pass_under_a_true_code(client, document):
    same = client.post(f"/check/{document.code}/", {"file": original(document)}).content.decode()
    assert "没有被改动" in same and "属实" in same
    data = open_kept(document.attachment.path).read()
    changed = SimpleUploadedFile("a.pdf", data.replace(b"/Type", b"/Tipe", 1))
    page = client.post(f"/check/{document.code}/", {"file": changed}).content.decode()
    assert "文件不一致" in page and "属实" not in page


def test_a_signed_file_says_so_and_one_appended_to_or_tampered_with_does_not_pass(client, people, at, settings, tmp_path):
    settings.SIGNING_KEY = str(tmp_path / "k.p12")
    make_key(tmp_path / "k.p12", name="园区", at=at)
    signed = make_document(people.huangpu, people.huangpu, at=at, title="启航公司入驻决定")
    data = open_kept(signed.attachment.path).read()

    def asked(data: bytes, address: str = "/check/") -> str:
        page = client.post(address, {"file": SimpleUploadedFile("a.pdf", data)}).content.decode()
        assert "启航" not in page and "第十三条" in page or "属实" not in page
        return page

    assert "完整性签名有效" in asked(data) and "不代替公章" in asked(data)
    assert "追加了内容" in asked(data + b"\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n")
    at_byte = data.index(b"stream") + 40
    broken = asked(data[:at_byte] + bytes([data[at_byte] ^ 1]) + data[at_byte + 1 :])
    assert "被改动过" in broken and signed.reference not in broken
    other = make_document(people.huangpu, people.huangpu, at=at, key="2")
    assert "另一份文书" in asked(data, f"/check/{other.code}/")


def test_a_withdrawn_document_is_shown_as_void(client, people, document, at):
    withdraw(actor=people.officer, at=at, key="w", document=document, reason="名称有误：启航")
    for page in (client.get(f"/check/{document.code}/"), client.post("/check/", {"file": original(document)})):
        text = page.content.decode()
        assert "已于 2026年3月2日作废" in text and "属实" not in text and "启航" not in text


def test_what_is_uploaded_is_not_kept_and_what_is_no_pdf_is_refused(client, document, settings):
    before = Attachment.objects.count(), len(list(settings.UPLOAD_ROOT.rglob("*")))
    client.post("/check/", {"file": original(document)})
    assert client.post("/check/", {}).status_code == 422
    assert "PDF" in client.post("/check/", {"file": SimpleUploadedFile("a.exe", b"MZ")}).content.decode()
    settings.UPLOAD_MAX_BYTES = 10
    assert (Attachment.objects.count(), len(list(settings.UPLOAD_ROOT.rglob("*")))) == before
