"""The conditions of a conditional admission on pages: set at the decision, handed in by who was let in, checked at the desk."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hrpark.accounts.samples import sample_uscc
from hrpark.admission import samples
from hrpark.admission.models import Condition, Decision
from hrpark.files.samples import pdf_bytes
from hrpark.institutions.models import Institution
from hrpark.web import clock
from tests.worlds import world

pytestmark = pytest.mark.django_db
DESK = "/desk/huangpu"
NAME, CODE = "广州新程人力资源有限公司", sample_uscc(77_000_401)


@world
def ready(cast, at):
    return samples.make_ready(at=at, park=cast.huangpu, applicant=cast.stranger, situation="forming", name=NAME)


@pytest.fixture
def conditions(ready, at):
    until = at.date() + timedelta(days=60)
    rows = [{"kind": "registration", "what": "提交营业执照", "until": until}]
    samples.decide_on(ready, at=at, outcome="conditional", conditions=rows)
    return list(Condition.objects.all())


@pytest.fixture(autouse=True)
def on_that_day(monkeypatch, at):
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(clock, "today", lambda: at.date())


def test_the_decision_suggests_conditions_and_keeps_what_was_typed_where_a_day_is_missing(client, cast, ready):
    client.force_login(cast.director)
    address = f"{DESK}/admission/{ready.pk}/decide/"
    shown = client.get(address).text
    assert "办理设立登记，提交营业执照" in shown and "人力资源服务许可证" in shown
    given = {"outcome": "conditional", "basis": "经办公会研究同意", "deed_key": "d", "c-0-what": "提交营业执照", "c-0-kind": "registration",
             "c-0-until": "", "c-2-what": "提交平面图", "c-2-kind": "other", "c-2-until": "2026-04-10"}  # fmt: skip
    wrong = client.post(address, given)
    assert wrong.status_code == 422 and "请填写这项条件的期限" in wrong.text and "提交平面图" in wrong.text
    late = client.post(address, given | {"c-0-until": "2026-05-06", "c-2-until": "2026-03-01"}).text
    _, _, third = late.partition('name="c-2-what"')
    assert "请填写满足条件的期限，应晚于今天" in third.partition('name="c-3-what"')[0]
    assert client.post(address, given | {"c-0-until": "2026-05-06"}).status_code == 302
    assert [one.what for one in Condition.objects.all()] == ["提交营业执照", "提交平面图"]
    record = client.get(f"{DESK}/admission/{ready.pk}/").text
    assert f'href="{DESK}/conditions/{Condition.objects.last().pk}/"' in record and "2026-04-10" in record
    assert "前）（" not in record


def test_who_was_let_in_hands_in_the_code_and_an_officer_checks_it(client, cast, ready, conditions):
    (one,) = conditions
    client.force_login(cast.stranger)
    own = f"/p/huangpu/conditions/{one.pk}/"
    given = {"deed_key": "h", "name": NAME, "uscc": CODE, "legal_form": "limited", "legal_representative": "周启明", "founded_on": "2026-02-20",
             "registered_capital": "200万", "registered_address": "广州市黄埔区科学大道100号A座301"}  # fmt: skip
    wrong = client.post(own, given)
    assert wrong.status_code == 422 and CODE in wrong.text
    paper = SimpleUploadedFile("执照.pdf", pdf_bytes("执照"), "application/pdf")
    assert client.post(own, given | {"paper": paper}).status_code == 302
    client.force_login(cast.officer)
    assert NAME in client.get(f"{DESK}/conditions/?outcome=open&handed_in=1").text
    assert CODE in client.get(f"{DESK}/conditions/{one.pk}/").text
    seen = Condition.objects.get().handed_in_at.isoformat()
    accept = {"basis": "核对营业执照原件", "seen": seen, "deed_key": "a"}
    assert client.post(f"{DESK}/conditions/{one.pk}/accept/", accept).status_code == 302
    assert Institution.objects.get(name=NAME).uscc == CODE and Decision.objects.get().outcome == "conditional"
    assert "视为准予入驻" in client.get(f"{DESK}/admission/{ready.pk}/").text


def test_what_is_not_met_in_time_is_put_off_talked_about_or_revoked(client, cast, ready, conditions, monkeypatch, at):
    (one,) = conditions
    later = at + timedelta(days=70)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr(clock, "today", lambda: later.date())
    client.force_login(cast.director)
    assert "已逾期" in client.get(f"{DESK}/conditions/?over=1").text
    page = client.get(f"{DESK}/conditions/{one.pk}/").text
    assert "延长期限" in page and "处理未满足的条件" in page
    given = {"outcome": "revoked", "note": "逾期未取得营业执照，经办公会研究", "deed_key": "s"}
    assert client.post(f"{DESK}/conditions/{one.pk}/settle/", given).status_code == 302
    client.force_login(cast.stranger)
    assert "有条件准予已撤销" in client.get(f"/p/huangpu/apply/{ready.pk}/").text
