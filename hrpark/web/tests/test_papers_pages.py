"""At the desk: documents, their sealed originals and the park's own templates, as the roles see them."""

import io

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hrpark.accounts import samples as accounts
from hrpark.admission import samples
from hrpark.admission.actions import issue_due
from hrpark.admission.queries import papers_of
from hrpark.documents.models import Original, WordTemplate
from hrpark.files.samples import png_bytes
from hrpark.web import clock

pytestmark = pytest.mark.django_db
DESK = "/desk/huangpu/documents"


@pytest.fixture
def cast(at):
    return accounts.cast(at)


@pytest.fixture
def papers(cast, at, monkeypatch):
    """Decision, agreement and pledge of a resident, and the day on which they are looked at."""
    agreement = samples.make_agreement(at=at, park=cast.huangpu, actor=cast.director)
    issue_due(at)
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(clock, "today", lambda: at.date())
    return {one.template: one for one in papers_of(agreement.application)}


def scan(name="1.png"):
    return SimpleUploadedFile(name, png_bytes())


WHOLE = {
    "sealed": "on",
    "cross_sealed": "on",
    "signed": "on",
    "dated": "on",
    "received_on": "2026-03-02",
    "place": "档案室2号柜",
    "keeping": "D30",
}


def test_what_waits_for_its_seal_is_listed_with_its_days_until_it_is_archived(client, cast, papers, at):
    client.force_login(cast.officer)
    pledge = papers["pledge"]

    def waiting() -> str:
        return client.get(f"{DESK}/?awaiting=1").text.split("</thead>")[-1]

    assert "入园承诺〔2026〕1号" in waiting() and "入驻协议〔2026〕1号" in waiting() and "入驻决定〔2026〕" not in waiting()
    refused = client.post(f"{DESK}/{pledge.pk}/archive/", {**WHOLE, "cross_sealed": "", "scans": [scan()], "deed_key": "a"})
    assert refused.status_code == 422 and "缺骑缝章" in refused.text and "档案室2号柜" in refused.text
    sent = {**WHOLE, "scans": [scan("1.png"), scan("2.png"), scan("3.png")], "deed_key": "a"}
    for _ in range(2):
        assert client.post(f"{DESK}/{pledge.pk}/archive/", sent).status_code == 302
        for one in sent["scans"]:
            one.seek(0)
    original = Original.objects.get()
    assert (original.archive_number, original.pages) == ("RZ·2026-0001", 3)
    assert "入园承诺〔2026〕1号" not in waiting() and "入驻协议〔2026〕1号" in waiting()
    for address in (f"{DESK}/{pledge.pk}/", f"{DESK}/originals/{original.pk}/"):
        page = client.get(address).text
        assert "RZ·2026-0001" in page and "档案室2号柜" in page and "登记了用印原件并归档" in page
    assert "RZ·2026-0001" in client.get(f"{DESK}/archive/?q=2号柜").text
    mended = client.post(
        f"{DESK}/{pledge.pk}/mend/", {**WHOLE, "place": "库房", "pages": "3", "reason": "移库", "deed_key": "m"}
    )
    assert mended.status_code == 302 and Original.objects.get().place == "库房"


def test_a_document_long_out_is_late_and_one_that_was_withdrawn_says_so(client, cast, papers, at, monkeypatch):
    client.force_login(cast.officer)
    monkeypatch.setattr(clock, "today", lambda: at.date().replace(month=5))
    assert "超过30天未回传" in client.get(f"{DESK}/?awaiting=1").text and "61" in client.get(f"{DESK}/?awaiting=1").text
    agreement = papers["agreement"]
    assert client.post(f"{DESK}/{agreement.pk}/withdraw/", {"reason": "", "deed_key": "w"}).status_code == 422
    assert client.post(f"{DESK}/{agreement.pk}/withdraw/", {"reason": "单位名称有误", "deed_key": "w"}).status_code == 302
    assert "已作废" in client.get(f"{DESK}/{agreement.pk}/").text
    assert "已作废" in client.get(f"/check/{agreement.code}/").text


def template(*paragraphs: str) -> SimpleUploadedFile:
    made, out = docx.Document(), io.BytesIO()
    for text in paragraphs:
        made.add_paragraph(text)
    made.save(out)
    return SimpleUploadedFile("模板.docx", out.getvalue())


def text_of(response) -> str:
    return "\n".join(p.text for p in docx.Document(io.BytesIO(b"".join(response.streaming_content))).paragraphs)


def test_the_director_brings_a_template_sees_a_preview_and_may_take_it_back(client, cast, papers, at):
    client.force_login(cast.director)
    new = f"{DESK}/templates/pledge/new/"
    assert "{{机构名称}}" in client.get(new).text
    wrong = client.post(new, {"file": template("{{机构名字}}"), "since": "2026-03-02", "note": "法务版", "deed_key": "t"})
    assert wrong.status_code == 422 and "机构名字" in wrong.text and "法务版" in wrong.text
    assert client.post(new, {"file": template("我单位{{机构名称}}"), "since": "2026-03-02", "deed_key": "t"}).status_code == 302
    row = WordTemplate.objects.get()
    assert "我单位示例人力资源有限公司" in text_of(client.get(f"{DESK}/templates/{row.pk}/preview.docx"))
    assert "现行" in client.get(f"{DESK}/templates/").text
    assert client.post(f"{DESK}/templates/{row.pk}/retire/", {"deed_key": "r"}).status_code == 302
    assert "已停用" in client.get(f"{DESK}/templates/").text
    assert "{{承诺事项}}" in text_of(client.get(f"{DESK}/templates/pledge.docx"))
    assert "{{" not in text_of(client.get(f"{DESK}/templates/pledge.docx?preview=1"))
    assert client.get(f"{DESK}/templates/report.docx").status_code == 404
    client.force_login(cast.officer)
    assert client.get(new).status_code == 403


def test_the_applicant_has_the_pledge_as_pdf_and_as_word(client, cast, papers):
    pledge = papers["pledge"]
    client.force_login(cast.officer)
    page = client.get(f"/desk/huangpu/admission/{pledge.of_id}/").text
    assert (
        f"/account/files/{pledge.attachment_id}/" in page
        and f"/account/files/{pledge.word_id}/" in page
        and f"{DESK}/{pledge.pk}/" in page
    )
