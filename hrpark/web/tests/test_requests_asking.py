"""Asking something of a park: in the tenant door, through the portal, and without a name."""

import logging
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hrpark.accounts.models import Attempt, Draft
from hrpark.cases import actions
from hrpark.cases.models import Case, FollowUp, Rating
from hrpark.cases.samples import DATA, make_case
from hrpark.files.models import Attachment
from hrpark.files.samples import pdf_bytes
from hrpark.institutions.samples import make_resident
from hrpark.web import clock

pytestmark = pytest.mark.django_db
KEYS = (f"asking{n}" for n in range(1_000_000))
TENANT, PORTAL, REPORT = "/tenant/huangpu/cases/", "/p/huangpu/requests/", "/p/huangpu/report/"
GENERAL, COMPLAINT = DATA["general"], {**DATA["complaint"], "tried": "on", "reaction": "没有答复"}


@pytest.fixture(autouse=True)
def _day(monkeypatch, at):
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(clock, "today", lambda: at.date())


@pytest.fixture
def clerk(client, cast):
    client.force_login(cast.qihang_clerk)
    return client


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def post(client, url, data=None, **files):
    return client.post(url, {"deed_key": next(KEYS), **(data or {}), **files})


def asked(cast, **over):
    given = {
        "kind": "general",
        "park": cast.huangpu,
        "applicant": cast.qihang_clerk,
        "organisation": cast.qihang,
        "data": GENERAL,
    }
    return make_case(**{**given, **over})


def closed(cast, at, case, **over):
    return actions.close(
        actor=cast.officer, at=at, key=f"c{case.pk}", case=case, note="已更换压缩机。", outcome="solved", cause="wear", **over
    )


# --- choosing and filling in ---------------------------------------------------------------------------------------------


def test_the_choice_says_the_promise_of_each_kind_and_admission_is_not_among_them(clerk, cast):
    text = words(clerk.get(f"{TENANT}new/"))
    assert "一般诉求" in text and "1 个工作日内首次答复，5 个工作日内办结" in text and "投诉" in text and "入驻申请" not in text
    assert clerk.get(f"{TENANT}new/admission/").status_code == 404
    assert clerk.get(f"{TENANT}new/nothing/").status_code == 404


def test_what_is_asked_is_typed_on_one_page_checked_on_the_next_and_handed_in(clerk, cast):
    home = make_resident(park=cast.huangpu, organisation=cast.qihang)
    response = post(clerk, f"{TENANT}new/general/", GENERAL)
    case = Case.objects.get()
    assert response.url == f"{TENANT}{case.pk}/form/" and (case.state, case.organisation, case.institution) == (
        "draft",
        cast.qihang,
        home,
    )
    text = words(clerk.get(response.url))
    assert "请核对填写的内容" in text and "三楼会议室空调不制冷" in text and "照片或有关材料" in text
    file = SimpleUploadedFile("现场.pdf", pdf_bytes("现场"), content_type="application/pdf")
    post(clerk, f"{TENANT}{case.pk}/files/", {"material": "evidence"}, file=file)
    assert Attachment.objects.get().label == "照片或有关材料"
    assert post(clerk, f"{response.url}?step=check").url == f"{TENANT}{case.pk}/"
    case.refresh_from_db()
    assert (case.number, case.title, case.ball) == ("SQ2026-0001", "三楼会议室空调不制冷", "desk")
    assert not Draft.objects.filter(person=cast.qihang_clerk).exists()
    text = words(clerk.get(f"{TENANT}{case.pk}/"))
    assert "首次答复" in text and "由园区办理" in text and "2026-03-03" in text and "现场.pdf" in text


def test_a_changed_answer_of_a_draft_is_what_is_handed_in(clerk, cast):
    post(clerk, f"{TENANT}new/general/", GENERAL)
    case = Case.objects.get()
    post(clerk, f"{TENANT}{case.pk}/form/?step=s1", {**GENERAL, "what": "四楼电梯停运"})
    post(clerk, f"{TENANT}{case.pk}/form/?step=check")
    case.refresh_from_db()
    assert (case.data["what"], case.title) == ("四楼电梯停运", "四楼电梯停运")


def test_what_is_missing_is_said_at_its_field_and_nothing_is_begun(clerk, cast):
    response = post(clerk, f"{TENANT}new/general/", {**GENERAL, "phone": ""})
    assert response.status_code == 422 and "请填写“联系电话”" in words(response) and "三楼会议室" in words(response)
    assert not Case.objects.exists()


def test_a_double_click_begins_one_case(clerk, cast):
    for _ in range(2):
        clerk.post(f"{TENANT}new/general/", {"deed_key": "same", **GENERAL})
    assert Case.objects.count() == 1


def test_a_field_that_depends_on_another_says_when_and_is_kept_only_then(clerk, cast):
    assert "“是否向对方反映过”选“是”时填写" in words(clerk.get(f"{TENANT}new/complaint/"))
    post(clerk, f"{TENANT}new/complaint/", {k: v for k, v in COMPLAINT.items() if k != "tried"})
    case = Case.objects.get()
    assert "没有答复" not in words(clerk.get(f"{TENANT}{case.pk}/form/"))


def test_colleagues_read_it_strangers_do_not(client, cast):
    case = asked(cast)
    for person, path, status in (
        (cast.qihang_representative, TENANT, 200), (cast.zhida_clerk, TENANT, 404), (cast.officer, TENANT, 404),
        (cast.stranger, PORTAL, 404), (cast.qihang_clerk, PORTAL, 200),
    ):  # fmt: skip
        client.force_login(person)
        assert client.get(f"{path}{case.pk}/").status_code == status, person
        assert client.get(f"{path}{case.pk}/answer/").status_code in ((302, 200) if status == 200 else (404,))


def test_an_application_for_admission_has_no_generic_deeds(client, cast):
    draft = make_case(kind="admission", park=cast.huangpu, applicant=cast.qihang_clerk, handed_in=False)
    client.force_login(cast.qihang_clerk)
    for deed in ("form", "answer", "rate"):
        assert client.get(f"{PORTAL}{draft.pk}/{deed}/").status_code == 404
    assert post(client, f"{PORTAL}{draft.pk}/withdraw/").status_code == 404


# --- answering, withdrawing, rating --------------------------------------------------------------------------------------


def test_what_is_sent_back_is_answered_field_by_field(clerk, cast, at):
    case = asked(cast)
    wanted = [{"field": "place", "says": "请写明房间号"}, {"field": "evidence", "says": "请补一张照片"}]
    actions.send_back(actor=cast.officer, at=at, key="b", case=case, asked=wanted)
    text = words(clerk.get(f"{TENANT}{case.pk}/"))
    assert "补正：所在位置、照片或有关材料" in text and "由您办理" in text and "请写明房间号" in text
    text = words(clerk.get(f"{TENANT}{case.pk}/answer/"))
    assert "所在位置" in text and "联系电话" not in text and "补交材料" in text
    post(clerk, f"{TENANT}{case.pk}/answer/", {"place": "A座302", "what": "别的", "seen": "2"})
    case.refresh_from_db()
    assert (case.data["place"], case.data["what"], case.state) == ("A座302", GENERAL["what"], "submitted")


def test_it_is_withdrawn_and_then_nothing_more_can_be_done(clerk, cast):
    case = asked(cast)
    assert "撤回一般诉求" in words(clerk.get(f"{TENANT}{case.pk}/"))
    post(clerk, f"{TENANT}{case.pk}/withdraw/")
    assert Case.objects.get().state == "withdrawn"
    text = words(clerk.get(f"{TENANT}{case.pk}/"))
    assert "已撤回" in text and "撤回一般诉求" not in text


def test_what_is_done_is_rated_once_and_a_low_degree_opens_a_follow_up(clerk, cast, at):
    case = closed(cast, at, asked(cast))
    text = words(clerk.get(f"{TENANT}{case.pk}/"))
    assert "已更换压缩机" in text and "评价本次服务" in text and "已办结：已解决" in text
    response = post(clerk, f"{TENANT}{case.pk}/rate/", {"degree": "1"})
    assert response.status_code == 422 and "请写明哪里不满意" in words(response)
    assert post(clerk, f"{TENANT}{case.pk}/rate/", {"degree": "1", "text": "修了三次"}).url == f"{TENANT}{case.pk}/"
    assert (Rating.objects.get().degree, FollowUp.objects.count()) == (1, 1)
    assert post(clerk, f"{TENANT}{case.pk}/rate/", {"degree": "5"}).status_code == 302
    assert Rating.objects.get().degree == 1
    text = words(clerk.get(f"{TENANT}{case.pk}/"))
    assert "非常不满意" in text and "修了三次" in text and "请在" not in text


def test_the_term_for_rating_ends(clerk, cast, at, monkeypatch):
    case = closed(cast, at, asked(cast))
    later = at + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr(clock, "today", lambda: later.date())
    assert "评价本次服务" not in words(clerk.get(f"{TENANT}{case.pk}/"))
    assert "评价期限已过" in words(post(clerk, f"{TENANT}{case.pk}/rate/", {"degree": "5"}))


# --- the portal ----------------------------------------------------------------------------------------------------------


def test_a_person_without_institution_asks_through_the_portal(client, cast):
    assert "需要先登录" in words(client.get(PORTAL))
    assert "/account/login" in client.get(f"{PORTAL}new/general/").url
    client.force_login(cast.stranger)
    assert "投诉受理岗" in words(client.get(f"{PORTAL}new/complaint/"))
    post(client, f"{PORTAL}new/complaint/", COMPLAINT)
    case = Case.objects.get()
    post(client, f"{PORTAL}{case.pk}/form/?step=check")
    case.refresh_from_db()
    assert (case.number, case.organisation, case.institution) == ("TS2026-0001", None, None)
    assert "月卡已缴费仍按次收费" in words(client.get(PORTAL))
    assert "没有答复" in words(client.get(f"{PORTAL}{case.pk}/"))


# --- without a name ------------------------------------------------------------------------------------------------------


def hand_in(client, **over):
    return post(client, REPORT, {**DATA["report"], **over})


def key_in(response) -> str:
    return re.search(r'class="once-code">([\d ]+)<', response.content.decode()).group(1)


def test_a_nameless_report_shows_its_key_once_and_stores_only_a_digest(client, cast, caplog):
    with caplog.at_level(logging.DEBUG):
        response = hand_in(client)
    key = key_in(response)
    case = Case.objects.get()
    assert len(key.replace(" ", "")) == 20 and (case.number, case.applicant, case.title) == ("JB2026-0001", None, "举报")
    assert key not in caplog.text and key.replace(" ", "") not in caplog.text
    assert key.replace(" ", "") not in str(list(Case.objects.values())) + str(list(Attempt.objects.values()))
    assert response.headers["Cache-Control"] == "no-store" and response.headers["Referrer-Policy"] == "same-origin"
    assert not Draft.objects.exists() and set(Attempt.objects.values_list("address", flat=True)) == {""}


def test_a_double_click_hands_in_once_and_shows_the_same_key(client, cast):
    first, second = (client.post(REPORT, {"deed_key": "same", **DATA["report"]}) for _ in range(2))
    assert key_in(first) == key_in(second) and Case.objects.count() == 1


def test_signed_in_or_not_a_nameless_report_names_nobody(client, cast):
    client.force_login(cast.qihang_clerk)
    hand_in(client)
    case = Case.objects.get()
    assert case.applicant is None and [s.actor for s in case.steps.all()] == ["system:nameless"]


def test_the_key_opens_the_answer_and_nothing_else_does(client, cast, at):
    key = key_in(hand_in(client))
    actions.respond(actor=cast.director, at=at, key="r", case=Case.objects.get(), note="已受理，正在核查。")
    response = post(client, f"{REPORT}look/", {"secret_key": key})
    assert (
        response.status_code == 200
        and "已受理，正在核查" in words(response)
        and response.headers["Cache-Control"] == "no-store"
    )
    assert "已受理" in words(post(client, f"{REPORT}look/", {"secret_key": key.replace(" ", "")}))
    wrong = post(client, f"{REPORT}look/", {"secret_key": "1" * 20})
    assert wrong.status_code == 422 and "没有找到对应的办件" in words(wrong)
    assert post(client, "/p/tianhe/report/look/", {"secret_key": key}).status_code == 422
    assert "已受理" not in words(client.get(f"{REPORT}look/?secret_key={key}"))


def test_what_is_asked_of_a_nameless_report_is_answered_and_it_is_withdrawn_by_its_key(client, cast, at):
    key = key_in(hand_in(client))
    case = Case.objects.get()
    actions.send_back(actor=cast.director, at=at, key="b", case=case, asked=[{"field": "since", "says": "大概哪天"}])
    assert "大概哪天" in words(post(client, f"{REPORT}look/", {"secret_key": key}))
    done = post(client, f"{REPORT}look/", {"secret_key": key, "do": "answer", "since": "2026-02-01", "seen": "2"})
    assert "补充的内容已提交" in words(done) and Case.objects.get().data["since"] == "2026-02-01"
    bad = post(client, f"{REPORT}look/", {"secret_key": "2" * 20, "do": "withdraw"})
    assert bad.status_code == 422 and Case.objects.get().state == "submitted"
    assert "已撤回" in words(post(client, f"{REPORT}look/", {"secret_key": key, "do": "withdraw"}))
    assert Case.objects.get().state == "withdrawn"


def test_guessing_keys_is_slowed_down_by_address_but_the_right_one_weighs_nothing(client, cast):
    key = key_in(hand_in(client))
    for _ in range(40):
        assert post(client, f"{REPORT}look/", {"secret_key": key}).status_code == 200
    codes = [post(client, f"{REPORT}look/", {"secret_key": f"{n:020d}"}).status_code for n in range(31)]
    assert codes[0] == 422 and codes[-1] == 429
    other = client.post(f"{REPORT}look/", {"secret_key": key, "deed_key": "x"}, REMOTE_ADDR="198.51.100.7")
    assert other.status_code == 200


def test_handing_in_is_slowed_down_too_and_what_was_typed_stays(client, cast):
    codes = [hand_in(client).status_code for _ in range(20)]
    assert set(codes) == {200}
    response = hand_in(client, what="第二十一件")
    assert response.status_code == 429 and "第二十一件" in response.content.decode()


def test_a_report_with_a_name_is_read_by_no_colleague(client, cast):
    client.force_login(cast.qihang_clerk)
    post(client, f"{TENANT}new/report/", DATA["report"])
    case = Case.objects.get()
    assert (case.number, case.organisation, case.applicant) == ("JB2026-0001", None, cast.qihang_clerk)
    assert client.get(f"{TENANT}{case.pk}/").status_code == 200
    client.force_login(cast.qihang_representative)
    assert client.get(f"{TENANT}{case.pk}/").status_code == 404
    assert "JB2026" not in words(client.get(TENANT))
