"""Pages of what follows a signed agreement, as the roles see them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hrpark.accounts import samples as accounts
from hrpark.admission import samples
from hrpark.admission.models import Filing, Start
from hrpark.admission.queries import own_people
from hrpark.files.samples import pdf_bytes
from hrpark.web import clock
from tests.worlds import world

pytestmark = pytest.mark.django_db
DESK, AUTHORITY = "/desk/huangpu", "/authority/huangpu"


@world
def agreement(cast, at):
    return samples.make_agreement(at=at, park=cast.huangpu, actor=cast.director)


@pytest.fixture
def later(monkeypatch, at):
    """The day after the last one."""
    now = at + timedelta(days=92)
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setattr(clock, "today", lambda: now.date())
    return now


def test_an_officer_sees_the_days_run_and_registers_that_business_has_begun(client, cast, agreement, later):
    client.force_login(cast.officer)
    start = agreement.starts.get()
    assert "已过期限" in client.get(f"{DESK}/starts/?over=1").text
    page = client.get(f"{DESK}/starts/{start.pk}/").text
    assert "未进人并开业" in page and "处理未按期开业" in page
    form = {"staffed_on": "2026-05-01", "opened_on": "", "seen": "", "deed_key": "a"}
    wrong = client.post(f"{DESK}/starts/{start.pk}/seen/", form)
    assert wrong.status_code == 422 and "请填写核实情况" in wrong.text and "2026-05-01" in wrong.text
    done = client.post(f"{DESK}/starts/{start.pk}/seen/", {**form, "opened_on": "2026-05-02", "seen": "现场查看，5人到岗"})
    assert done.status_code == 302 and Start.objects.get().outcome == "fulfilled"
    assert "按期" in client.get(f"{DESK}/starts/{start.pk}/").text


def test_grace_and_a_talk_are_written_down(client, cast, agreement, later):
    client.force_login(cast.director)
    start = agreement.starts.get()
    grace = {"kind": "extension", "until": "2026-06-10", "reason": "装修延误，经办公会同意", "deed_key": "g"}
    assert client.post(f"{DESK}/starts/{start.pk}/grace/", grace).status_code == 302
    settle = {"outcome": "talk", "note": "已约谈", "deed_key": "s"}
    early = client.post(f"{DESK}/starts/{start.pk}/settle/", settle)
    assert early.status_code == 422 and "还没有过" in early.text and "已约谈" in early.text
    page = client.get(f"{DESK}/starts/{start.pk}/").text
    assert "装修延误" in page and "不改变" in page


def test_the_authority_receives_a_report_once(client, cast, agreement, at):
    filing = agreement.filing
    client.force_login(cast.inspector)
    name = agreement.application.institution.name
    assert name in client.get(f"{AUTHORITY}/filings/?received=0").text
    assert "签收报备" in client.get(f"{AUTHORITY}/filings/{filing.pk}/").text
    for key in ("r1", "r1", "r2"):
        assert client.post(f"{AUTHORITY}/filings/{filing.pk}/receive/", {"deed_key": key}).status_code == 302
    assert Filing.objects.get().receipt.endswith("-0001")
    assert "已由梁静怡签收" in client.get(f"{AUTHORITY}/filings/{filing.pk}/").text
    client.force_login(cast.officer)
    assert "0001" in client.get(f"{DESK}/filings/{filing.pk}/").text


@pytest.mark.parametrize("who", ["tianhe_director", "tianhe_officer", "qihang_clerk", "stranger"])
def test_nobody_else_finds_them(client, cast, agreement, who):
    client.force_login(getattr(cast, who))
    start, filing = agreement.starts.get(), agreement.filing
    for address in (f"{DESK}/starts/", f"{DESK}/starts/{start.pk}/", f"{DESK}/filings/{filing.pk}/", f"{AUTHORITY}/filings/{filing.pk}/",
                    f"/desk/tianhe/starts/{start.pk}/", f"/desk/tianhe/filings/{filing.pk}/send/"):  # fmt: skip
        assert client.get(address).status_code == 404, address


def test_the_homes_say_what_waits_and_lead_to_it(client, cast, agreement, later, at):
    client.force_login(cast.officer)
    home = client.get(f"{DESK}/").text
    assert "开业期限已过" in home and f"{DESK}/starts/?over=1" in home and "开业期限将到" not in home
    client.force_login(cast.inspector)
    assert "入驻报备待签收" in client.get(f"{AUTHORITY}/").text


def test_before_its_last_day_a_start_is_coming_and_an_unsent_report_late(client, at, monkeypatch):
    agreement = samples.make_agreement(at=at)
    park = agreement.park
    director = accounts.make_person(at=at)
    accounts.give_role(director, accounts.make_organisation(at=at, kind="operator", name="运营方"), park, "director", at=at)
    now = at + timedelta(days=70)
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setattr(clock, "today", lambda: now.date())
    client.force_login(director)
    home = client.get(f"/desk/{park.slug}/").text
    assert "开业期限将到" in home and "入驻报备逾期未报送" in home
    assert "1 件" in client.get(f"/desk/{park.slug}/filings/?late=1").text
    sent = {"sent_on": at.date().isoformat(), "outside": "窗口递交", "deed_key": "f"}
    assert client.post(f"/desk/{park.slug}/filings/{agreement.filing.pk}/send/", sent).status_code == 302
    assert "入驻报备逾期未报送" not in client.get(f"/desk/{park.slug}/").text


def test_the_institution_reports_with_a_proof_and_a_wrong_file_reports_nothing(client, cast, agreement, at, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(days=3))
    monkeypatch.setattr(clock, "today", lambda: (at + timedelta(days=3)).date())
    client.force_login(own_people(agreement.application, at.date()).first())
    start = agreement.starts.get()
    here = f"/tenant/huangpu/starts/{start.pk}/"
    assert here in client.get("/tenant/huangpu/").text and "报告开业情况" in client.get(here).text
    form = {"staffed_on": "2026-03-04", "says": "8人已经到岗", "deed_key": "p"}
    fake = SimpleUploadedFile("证明.pdf", b"PK\x03\x04 not a pdf")
    wrong = client.post(f"{here}report/", {**form, "proof": fake})
    assert wrong.status_code == 422 and "8人已经到岗" in wrong.text and not start.reports.exists()
    done = client.post(f"{here}report/", {**form, "proof": SimpleUploadedFile("证明.pdf", pdf_bytes("证明"))})
    assert done.status_code == 302 and "证明.pdf" in client.get(here).text and "待核实" in client.get(here).text
    client.force_login(cast.officer)
    desk = f"{DESK}/starts/{start.pk}/"
    assert "证明.pdf" in client.get(desk).text and "2026-03-04" in client.get(f"{desk}seen/").text
    assert client.post(f"{desk}return/", {"says": "请补充工位照片", "deed_key": "r"}).status_code == 302
    assert "已退回" in client.get(desk).text and client.get(f"{desk}return/").status_code == 409
