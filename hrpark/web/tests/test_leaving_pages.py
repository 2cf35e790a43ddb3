"""Leaving the park by its pages: the institution gives notice, officers see to each point, the director ends it."""

import pytest

from hrpark.accounts import samples as accounts
from hrpark.admission import samples
from hrpark.admission.clearance import POINTS
from hrpark.admission.models import Exit
from hrpark.admission.queries import own_people
from hrpark.web import clock

pytestmark = pytest.mark.django_db
DESK = "/desk/huangpu"


@pytest.fixture
def cast(at):
    return accounts.cast(at)


@pytest.fixture
def agreement(cast, at, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(clock, "today", at.date)
    return samples.make_agreement(at=at, park=cast.huangpu, actor=cast.director)


def test_from_notice_to_the_last_day(client, cast, agreement, at):
    client.force_login(own_people(agreement.application, at.date()).first())
    assert "退园申请" in client.get("/tenant/huangpu/cases/new/").text
    form = {
        "last_day": "2026-06-30",
        "reason": "moved",
        "says": "总部统一办公",
        "going_to": "天河区",
        "contact": "黄佳雯",
        "phone": "13800001111",
    }
    begun = client.post("/tenant/huangpu/cases/new/exit/", form | {"deed_key": "n"}, follow=True)
    sent = client.post(
        begun.redirect_chain[-1][0].partition("?")[0], {"deed_key": "s", "do": "submit", "step": "check"}, follow=True
    )
    assert sent.status_code == 200
    exit = Exit.objects.get()
    mine = client.get(f"/tenant/huangpu/exits/{exit.pk}/", follow=True).text
    assert "费用结清" in mine and "待核对" in mine and "核对<span" not in mine
    client.force_login(cast.director)
    assert "退园申请" in client.get(f"{DESK}/").text and "核对中" in client.get(f"{DESK}/exits/").text
    here = f"{DESK}/exits/{exit.pk}/"
    assert "还有 6 项没有核对" in client.get(here).text
    wrong = client.post(f"{here}points/fees/", {"state": "done", "note": "", "deed_key": "w"})
    assert wrong.status_code == 422 and "请填写核对情况" in wrong.text
    for key in POINTS.keys() - {"address"}:
        assert (
            client.post(f"{here}points/{key}/", {"state": "done", "note": f"{key}已经核对", "deed_key": key}).status_code == 302
        )
    assert client.get(f"{here}points/nothing/").status_code == 404
    end = {"last_day": "2026-03-20", "note": "手续办妥", "address_by": "", "deed_key": "e"}
    missing = client.post(f"{here}leave/", end)
    assert missing.status_code == 422 and "迁出期限" in missing.text and "手续办妥" in missing.text
    assert client.post(f"{here}leave/", end | {"address_by": "2026-04-30"}).status_code == 302
    page = client.get(here).text
    assert "待迁出地址" in client.get(f"{DESK}/exits/?address=1").text and "2026-04-30" in page and "个月" in page
    assert "1 家" in client.get(f"{DESK}/exits/figures/").text
    assert client.post(f"{here}address/", {"moved_on": "2026-03-02", "deed_key": "a"}).status_code == 302
    assert "没有符合" in client.get(f"{DESK}/exits/?address=1").text


def test_the_park_ends_an_agreement_from_the_dossier(client, cast, agreement, at):
    client.force_login(cast.director)
    institution = agreement.application.institution
    dossier = f"{DESK}/institutions/{institution.pk}/"
    assert "终止协议并退园" in client.get(dossier).text
    answer = client.post(f"{dossier}exit/", {"last_day": "2026-04-01", "says": "约谈后仍未开业，按协议终止", "deed_key": "b"})
    assert answer.status_code == 302 and Exit.objects.get().by_park
    assert "终止协议并退园" not in client.get(dossier).text and "园区终止协议" in client.get(answer["Location"]).text
