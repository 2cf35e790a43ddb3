"""A photograph of a licence fills in the application: empty boxes only, with how sure it is; a person hands it in."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hrpark.accounts import samples as accounts
from hrpark.admission import samples
from hrpark.documents import reader
from hrpark.documents.actions import PRESS, write_reading
from hrpark.documents.models import Reading
from hrpark.documents.rules.licences import Line
from hrpark.files.samples import png_bytes
from hrpark.web import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(at, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(clock, "today", lambda: at.date())
    cast = accounts.cast(at)
    return samples.begin(at=at, park=cast.huangpu, name="广州启航人力资源有限公司")


def line(text: str, top: float, confidence: float = 0.99) -> Line:
    return Line(text, confidence, 0, top, 30 * len(text), top + 30)


def test_an_applicant_uploads_a_photograph_and_finds_the_form_filled_in(client, draft, at):
    client.force_login(draft.case.applicant)
    here = f"/p/huangpu/apply/{draft.pk}"
    assert "上传并识别" in client.get(f"{here}/form/").text
    sent = {"material": "business_licence", "file": SimpleUploadedFile("执照.png", png_bytes()), "deed_key": "u"}
    assert client.post(f"{here}/files/", sent).status_code == 302
    assert "正在识别" in client.get(f"{here}/form/").text
    lines = [
        line("营业执照", 0), line("名称广州起航人力资源有限公司", 50), line("类型有限责任公司", 100), line("法定代表人周启明", 150, 0.62),
        line("成立日期2019年5月20日", 200), line("注册资本贰佰万元整", 250),
    ]  # fmt: skip
    write_reading(actor=PRESS, at=at, key="w", reading=Reading.objects.get(), lines=lines)
    page = client.get(f"{here}/form/").text
    assert (
        'value="2019-05-20"' in page
        and 'value="2000000"' in page
        and 'value="周启明"' in page
        and 'value="limited" selected' in page
    )
    assert (
        "把握只有 62%" in page
        and page.count("请核对</span>") == 2
        and "与填报不一致" in page
        and "广州起航" in page
        and '上传并识别<span class="hide">营业执照' not in page
    )
    typed = {"legal_form": "limited", "legal_representative": "周启铭", "founded_on": "2019-05-20", "registered_address": "x"}
    client.post(f"{here}/form/?step=s1", typed)
    assert 'value="周启铭"' in client.get(f"{here}/form/?step=s1").text


def test_without_a_reader_nothing_is_offered(client, draft, monkeypatch):
    monkeypatch.setattr(reader, "installed", lambda: False)
    client.force_login(draft.case.applicant)
    assert "上传并识别" not in client.get(f"/p/huangpu/apply/{draft.pk}/form/").text
