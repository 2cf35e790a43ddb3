"""Duties of residents by their pages: the year's plan, a check, a correction from finding to closing, penalties, fees."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hrpark.accounts import samples as accounts
from hrpark.admission import samples
from hrpark.admission.checklist import POINTS
from hrpark.admission.models import Correction, DutyCheck
from hrpark.admission.queries import own_people
from hrpark.files.samples import pdf_bytes
from hrpark.web import clock

pytestmark = pytest.mark.django_db
DESK, TENANT = "/desk/huangpu", "/tenant/huangpu"


@pytest.fixture
def cast(at):
    return accounts.cast(at)


@pytest.fixture
def agreement(cast, at, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(clock, "today", at.date)
    return samples.make_agreement(at=at, park=cast.huangpu, actor=cast.director)


def test_from_the_plan_of_a_year_to_a_correction_that_is_closed(client, cast, agreement, at):
    client.force_login(cast.officer)
    institution = agreement.application.institution
    assert (
        client.post(
            f"{DESK}/checks/plan/", {"kind": "yearly", "year": "2026", "due_on": "2026-06-30", "deed_key": "p"}
        ).status_code
        == 302
    )
    assert institution.name in client.get(f"{DESK}/checks/?open=1").text
    check = DutyCheck.objects.get()
    form = dict.fromkeys(POINTS, "fulfilled") | {
        "display": "unmet",
        "done_on": "2026-03-02",
        "note": "现场检查",
        "correct_by": "",
        "deed_key": "c",
    }
    missing = client.post(f"{DESK}/checks/{check.pk}/record/", form)
    assert missing.status_code == 422 and "整改期限" in missing.text and "现场检查" in missing.text
    assert client.post(f"{DESK}/checks/{check.pk}/record/", form | {"correct_by": "2026-03-17"}).status_code == 302
    assert client.get(f"{DESK}/checks/{check.pk}/record/").status_code == 409
    correction = Correction.objects.get()
    duties = client.get(f"{DESK}/institutions/{institution.pk}/duties/").text
    assert "尚未改正" in duties and f"/checks/{check.pk}/" in duties
    assert client.get(f"{DESK}/institutions/{institution.pk}/duties/?on=2026-03-01").text.count("12个月内没有检查过") == 2
    assert client.get(f"{DESK}/institutions/{institution.pk}/duties/?on=x").status_code == 404
    client.force_login(own_people(agreement.application, at.date()).first())
    mine = client.get(f"{TENANT}/duties/").text
    assert "尚未改正" in mine and client.get(f"{TENANT}/checks/{check.pk}/").status_code == 200
    here = f"{TENANT}/corrections/{correction.pk}/"
    proof = SimpleUploadedFile("公示.pdf", pdf_bytes("公示"))
    assert client.post(f"{here}answer/", {"answer": "收费标准已经上墙公示", "proof": proof, "deed_key": "a"}).status_code == 302
    assert "公示.pdf" in client.get(here).text and "待验收" in client.get(here).text
    client.force_login(cast.officer)
    close = {"closed_on": "2026-03-02", "closing": "复查属实", "deed_key": "k"}
    assert client.post(f"{DESK}/corrections/{correction.pk}/close/", close).status_code == 302
    assert (
        "已验收" in client.get(f"{DESK}/corrections/").text
        and "尚未改正" not in client.get(f"{DESK}/institutions/{institution.pk}/duties/").text
    )


def test_a_draw_a_penalty_and_fees_are_entered_at_the_desk(client, cast, agreement, at):
    client.force_login(cast.officer)
    institution = agreement.application.institution
    draw = {"kind": "random", "year": "2026", "due_on": "2026-04-01", "deed_key": "d"}
    assert "请填写抽取家数" in client.post(f"{DESK}/checks/plan/", draw).text
    assert client.post(f"{DESK}/checks/plan/", draw | {"size": "1"}).status_code == 302
    assert "随机抽查" in client.get(f"{DESK}/checks/").text
    penalty = {
        "letter": "c", "number": "穗人社罚〔2026〕1号", "authority": "市人社局", "decided_on": "2026-03-01", "until": "2026-09-01", "what": "罚款",
        "source": "", "deed_key": "n",
    }  # fmt: skip
    here = f"{DESK}/institutions/{institution.pk}"
    assert "请填写来源" in client.post(f"{here}/penalty/", penalty).text
    assert client.post(f"{here}/penalty/", penalty | {"source": "信用中国"}).status_code == 302
    assert (
        client.post(f"{here}/fees/", {"paid": "0", "on": "2026-03-02", "note": "收费台账", "deed_key": "f"}).status_code == 302
    )
    page = client.get(f"{here}/duties/").text
    assert "穗人社罚〔2026〕1号" in page and "有欠缴" in page
