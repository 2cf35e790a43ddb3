"""What the institution's own people and the competent authority read of applications."""

import re

import pytest

from hrpark.accounts.samples import sample_uscc
from hrpark.admission import actions, samples
from hrpark.admission.models import Application
from hrpark.cases.actions import add_note
from hrpark.notices.models import Notice
from hrpark.web import clock
from tests.worlds import world

pytestmark = pytest.mark.django_db
KEYS = (f"read{n}" for n in range(1_000_000))


@pytest.fixture(autouse=True)
def _day(monkeypatch, at):
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(clock, "today", lambda: at.date())


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@world
def own(cast, at):
    """An application that 启航's clerk handed in for it."""
    draft = samples.begin(park=cast.huangpu, applicant=cast.qihang_clerk, name=cast.qihang.name, uscc=cast.qihang.uscc)
    samples.hand_in_papers(draft, data=samples.answers(at))
    return actions.submit(actor=cast.qihang_clerk, at=at, key=next(KEYS), application=draft, data=samples.answers(at))


@world
def foreign(cast):
    return samples.make_application(park=cast.huangpu, name="别家的申请机构")


# --- the institution -----------------------------------------------------------------------------------------------------


def test_the_institution_s_people_see_their_own_requests_and_nobody_else_s(client, cast, own, foreign):
    for who in (cast.qihang_representative, cast.qihang_clerk):
        client.force_login(who)
        text = words(client.get("/tenant/huangpu/cases/"))
        assert "RY2026-0001" in text and "园区办理中" in text and "别家的申请机构" not in text
        record = words(client.get(f"/tenant/huangpu/cases/{own.case_id}/"))
        assert "下一步 · 初审" in record and "4.3.1.1 a)" in record and "收件回执" in record
        assert client.get(f"/tenant/huangpu/cases/{foreign.case_id}/").status_code == 404
        assert client.get(f"/tenant/huangpu/applications/{own.pk}/")["Location"] == f"/tenant/huangpu/cases/{own.case_id}/"


@pytest.mark.parametrize("who", ["zhida_representative", "yuecai_clerk", "officer", "inspector", "stranger", "installer"])
def test_nobody_else_opens_the_institution_s_requests(client, cast, own, who):
    client.force_login(getattr(cast, who))
    assert client.get(f"/tenant/huangpu/cases/{own.case_id}/").status_code == 404
    assert client.get(f"/tenant/huangpu/applications/{own.pk}/").status_code == 404


def test_a_draft_leads_back_into_its_form(client, cast):
    draft = samples.begin(park=cast.huangpu, applicant=cast.qihang_clerk, name=cast.qihang.name, uscc=cast.qihang.uscc)
    client.force_login(cast.qihang_clerk)
    assert client.get(f"/tenant/huangpu/cases/{draft.case_id}/")["Location"] == f"/p/huangpu/apply/{draft.pk}/form/"


def test_what_is_sent_back_is_answered_from_the_record(client, cast, own, at):
    actions.send_back(actor=cast.officer, at=at, key=next(KEYS), application=own, asked=[{"field": "plan", "says": "请写具体"}])
    add_note(actor=cast.officer, at=at, key=next(KEYS), case=own.case, note="内部讨论的话")
    client.force_login(cast.qihang_representative)
    response = client.get(f"/tenant/huangpu/cases/{own.case_id}/")
    assert "等您办理" in words(client.get("/tenant/huangpu/cases/?ball=applicant")) and "请写具体" in words(response)
    assert f"/p/huangpu/apply/{own.pk}/answer/" in response.content.decode() and "内部讨论的话" not in words(response)


def test_a_notice_opens_the_record_in_the_reader_s_door(client, cast, own, at):
    actions.send_back(actor=cast.officer, at=at, key=next(KEYS), application=own, asked=[{"field": "plan", "says": "请写具体"}])
    notice = Notice.objects.get(person=cast.qihang_clerk, kind="cases.sent_back")
    client.force_login(cast.qihang_clerk)
    response = client.post(f"/account/notices/{notice.pk}/")
    assert response["Location"] == f"/tenant/huangpu/applications/{own.pk}/"


def test_a_notice_opens_the_portal_for_somebody_without_a_role(client, cast, at):
    application = samples.make_application(park=cast.huangpu, applicant=cast.stranger, uscc=sample_uscc(88))
    actions.respond(actor=cast.officer, at=at, key=next(KEYS), application=application, note="已收到")
    notice = Notice.objects.get(person=cast.stranger, kind="cases.answered")
    client.force_login(cast.stranger)
    assert client.post(f"/account/notices/{notice.pk}/")["Location"] == f"/p/huangpu/apply/{application.pk}/"


# --- the authority -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["supervisor", "inspector"])
def test_the_authority_reads_every_application_of_the_park(client, cast, own, foreign, who):
    samples.begin(park=cast.huangpu, name="还没有提交的公司")
    client.force_login(getattr(cast, who))
    text = words(client.get("/authority/huangpu/admission/"))
    assert cast.qihang.name in text and "别家的申请机构" in text and "还没有提交的公司" not in text
    response = client.get(f"/authority/huangpu/admission/{own.pk}/")
    assert (
        "4.3.1.1 b)" in words(response)
        and "尚未查询" in words(response)
        and "<form" not in response.content.decode().split("<main")[1].split("</main>")[0]
    )


def test_the_authority_reads_people_s_names_and_numbers_only_in_short(client, cast, own):
    client.force_login(cast.inspector)
    text = words(client.get(f"/authority/huangpu/admission/{own.pk}/?tab=form"))
    for canary in ("13800000008", "hr@example.com", "黄佳雯", "陈晓明"):
        assert canary not in text.split("经过")[0], canary
    assert "138****0008" in text and "陈**" in text


def test_the_authority_sees_the_decision_with_its_basis_and_the_agreement(client, cast, at):
    agreement = samples.make_agreement(park=cast.huangpu)
    client.force_login(cast.supervisor)
    text = words(client.get(f"/authority/huangpu/admission/{agreement.application_id}/"))
    assert "基本条件全部满足，经办公会研究同意" in text and "XY2026-0001" in text and "2026-06-01" in text


@pytest.mark.parametrize("who", ["officer", "director", "qihang_representative", "stranger", "tianhe_director", "installer"])
def test_the_authority_s_pages_are_for_the_park_s_authority(client, cast, own, who):
    client.force_login(getattr(cast, who))
    for path in ("", f"{own.pk}/"):
        assert client.get(f"/authority/huangpu/admission/{path}").status_code == 404


def test_the_authority_s_record_has_nothing_to_post(client, cast, own):
    client.force_login(cast.supervisor)
    assert client.post(f"/authority/huangpu/admission/{own.pk}/").status_code == 405
    assert Application.objects.get().case.state == "submitted"
