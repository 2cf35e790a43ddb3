"""Pages of what follows a signed agreement, as the roles see them."""

from datetime import timedelta

import pytest

from hrpark.accounts import samples as accounts
from hrpark.admission import samples
from hrpark.admission.models import Filing, Start
from hrpark.web import clock

pytestmark = pytest.mark.django_db
DESK, AUTHORITY = "/desk/huangpu", "/authority/huangpu"


@pytest.fixture
def cast(at):
    return accounts.cast(at)


@pytest.fixture
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
