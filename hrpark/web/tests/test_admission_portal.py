"""Applying through the portal: what it takes, the form in steps, documents, handing in, answering, withdrawing."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hrpark.accounts import samples as accounts
from hrpark.accounts.models import Draft, Membership
from hrpark.admission import actions, samples
from hrpark.admission.models import Application
from hrpark.cases.models import Case
from hrpark.files.models import Attachment
from hrpark.files.samples import pdf_bytes
from hrpark.web import clock

pytestmark = pytest.mark.django_db
CODE = accounts.sample_uscc(77_000_101)
KEYS = (f"page{n}" for n in range(1_000_000))


@pytest.fixture(autouse=True)
def _day(monkeypatch, at):
    """The doors' clock stands at the moment that the cast lives in."""
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(clock, "today", lambda: at.date())


@pytest.fixture
def me(client, cast):
    client.force_login(cast.stranger)
    return client


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def post(client, url, data=None, **files):
    return client.post(url, {"deed_key": next(KEYS), **(data or {}), **files})


def begin(client, **over):
    given = {
        "kind": "agency",
        "situation": "registered",
        "name": "广州新程人力资源有限公司",
        "uscc": CODE,
        "role": "clerk",
        **over,
    }
    return post(client, "/p/huangpu/apply/new/", given)


def flat(data: dict) -> dict:
    """Typed data as a browser posts it."""
    out = {}
    for key, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for n, row in enumerate(value):
                out |= {f"{key}-{n}-{k}": ("on" if v is True else v) for k, v in row.items() if v not in (False, "")}
        else:
            out[key] = value
    return out


STEPS = {
    "s1": ("legal_form", "legal_representative", "founded_on", "registered_capital", "registered_address", "business_address"),
    "s2": ("segments", "licences"),
    "s3": ("staff",),
    "s4": ("headquarters_of", "credentials"),
    "s5": ("area", "years", "from", "plan", "contact", "contact_post", "phone", "email"),
}


def fill(client, base, at, **over):
    given = samples.answers(at, **over)
    for step, fields in STEPS.items():
        response = post(client, f"{base}form/?step={step}", flat({k: given[k] for k in fields}))
        assert response.status_code == 302, words(response)
    return response


def upload(client, base, material="business_licence", name="执照.pdf", body=None):
    file = SimpleUploadedFile(name, body or pdf_bytes(name), content_type="application/pdf")
    return post(client, f"{base}files/", {"material": material}, file=file)


REQUIRED = ("business_licence", "hr_licence", "roster", "authorisation")


@pytest.fixture
def base(me, at):
    begin(me)
    return f"/p/huangpu/apply/{Application.objects.get().pk}/"


@pytest.fixture
def handed_in(me, base, at):
    fill(me, base, at)
    for material in REQUIRED:
        upload(me, base, material)
    post(me, f"{base}form/?step=check")
    return base


# --- what it takes -------------------------------------------------------------------------------------------------------


def test_anybody_reads_what_it_takes_with_the_clause_one_click_away(client, cast):
    response = client.get("/p/huangpu/apply/")
    text = words(response)
    assert "20 个工作日内作出决定" in text and "独立法人资格" in text and "营业执照" in text
    assert 'href="/standard/4.3.1.1-b/"' in response.content.decode()


def test_applying_asks_to_sign_in_first(client, cast):
    response = client.get("/p/huangpu/apply/new/")
    assert response.status_code == 302 and response["Location"].startswith("/account/login/?next=/p/huangpu/apply/new/")


# --- beginning -----------------------------------------------------------------------------------------------------------


def test_beginning_leads_into_the_form(me):
    response = begin(me)
    application = Application.objects.get()
    assert response["Location"] == f"/p/huangpu/apply/{application.pk}/form/"
    assert "广州新程人力资源有限公司入驻申请" in words(me.get(response["Location"]))


def test_a_failing_code_warns_and_passes_with_a_reason(me):
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    response = begin(me, uscc=wrong)
    assert response.status_code == 422 and "第18位校验不符" in words(response)
    assert "广州新程人力资源有限公司" in response.content.decode()  # nothing typed is lost
    assert begin(me, uscc=wrong, uscc_reason="与登记机关核对无误").status_code == 302


def test_a_body_with_people_offers_to_ask_them(me, cast):
    response = begin(me, name=cast.qihang.name, uscc=cast.qihang.uscc)
    assert response.status_code == 422 and "申请加入该单位" in words(response)
    response = begin(me, name=cast.qihang.name, uscc=cast.qihang.uscc, join="1")
    assert response.status_code == 302 and Membership.objects.get(person=cast.stranger).verified_at is None
    assert not Application.objects.exists()


def test_a_double_click_begins_once(me):
    given = {
        "kind": "agency",
        "situation": "registered",
        "name": "广州新程人力资源有限公司",
        "uscc": CODE,
        "role": "clerk",
        "deed_key": "one",
    }
    assert {me.post("/p/huangpu/apply/new/", given).status_code for _ in range(2)} == {302}
    assert Application.objects.count() == 1


# --- the form ------------------------------------------------------------------------------------------------------------


def test_the_steps_of_an_agency_and_of_a_supporting_agency(me, base):
    text = words(me.get(f"{base}form/?step=s1"))
    assert "业务与资质" in text and "专业人员" in text
    Case.objects.update(data={**Case.objects.get().data, "kind": "supporting", "supporting_kind": "law"})
    assert "业务与资质" not in words(me.get(f"{base}form/?step=s1"))


def test_a_wrong_value_stays_and_is_named_at_its_field(me, base):
    response = post(
        me, f"{base}form/?step=s1", {"legal_form": "limited", "founded_on": "2026-03-03", "registered_capital": "很多"}
    )
    text = words(response)
    assert (
        response.status_code == 422
        and "不能晚于今天" in text
        and "不是可以识别的金额" in text
        and "请填写“法定代表人或负责人”" in text
    )
    assert 'value="很多"' in response.content.decode()


@pytest.mark.parametrize("box", ["staff-abc-name", "staff-999999999-name", "staff-", "staff-٣-name", "staff-1"])
def test_a_draft_with_boxes_that_no_form_drew_still_opens_and_stays_small(me, base, box):
    pk = base.rstrip("/").rpartition("/")[2]
    assert post(me, f"/account/drafts/admission:{pk}%23s3/", {box: "x"}).status_code == 204
    page = me.get(f"{base}form/?step=s3")
    assert page.status_code == 200 and page.content.count(b'name="staff-') < 20


def test_a_draft_is_there_after_a_lost_session(me, base, at):
    post(me, f"{base}form/?step=s5", {"plan": "为制造企业寻访人才", "_draft": "keep"})
    me.logout()
    lost = post(me, f"{base}form/?step=s5", {"plan": "再写一些"})
    assert lost.status_code == 302 and "/account/login/" in lost["Location"]
    me.force_login(Application.objects.get().case.applicant)
    assert "为制造企业寻访人才" in me.get(f"{base}form/?step=s5").content.decode()


def test_rows_grow_as_they_are_filled(me, base):
    assert me.get(f"{base}form/?step=s3").content.decode().count('-name"') >= 1
    response = post(me, f"{base}form/?step=s3", {"staff-0-name": "陈晓明", "staff-0-education": "bachelor", "_draft": "keep"})
    assert response["Location"].endswith("?step=s3")
    page = me.get(f"{base}form/?step=s3").content.decode()
    assert 'name="staff-1-name"' in page and 'name="staff-2-name"' not in page and 'value="陈晓明"' in page


def test_a_wrong_row_is_named_in_its_own_box(me, base):
    response = post(me, f"{base}form/?step=s3", {"staff-1-name": "陈晓明", "staff-1-education": ""})
    assert response.status_code == 422 and 'id="wrong-staff-1-education"' in response.content.decode()


def test_a_flood_of_rows_is_not_drawn(me, base):
    response = post(me, f"{base}form/?step=s3", {"staff-999-name": "陈晓明"})
    assert response.content.decode().count('-qualification" ') < 500


def test_strange_characters_are_no_error(me, base):
    response = post(me, f"{base}form/?step=s4", {"headquarters_of": "华南\u200b总部\u202e", "credentials-0-kind": ""})
    assert response.status_code == 302


# --- documents -----------------------------------------------------------------------------------------------------------


def test_documents_are_handed_in_one_by_one_and_can_be_taken_away(me, base, at):
    fill(me, base, at)
    assert "还缺必交材料：营业执照或法人登记证书" in words(me.get(f"{base}form/?step=check"))
    upload(me, base)
    page = words(me.get(f"{base}form/?step=check"))
    assert "执照.pdf" in page and "还缺必交材料：人力资源服务许可证" in page
    attachment = Attachment.objects.get()
    post(me, f"{base}files/", {"remove": attachment.pk})
    assert f"/account/files/{attachment.pk}/" not in me.get(f"{base}form/?step=check").content.decode()


@pytest.mark.parametrize(("name", "body", "says"), [
    ("病毒.exe", b"MZ" * 50, "应为PDF、JPG、PNG文件"),
    ("压缩包.pdf", b"PK\x03\x04" + b"0" * 60, ""),
    ("空.pdf", b" ", ""),
])  # fmt: skip
def test_a_file_that_is_not_what_it_says_is_refused(me, base, at, name, body, says):
    fill(me, base, at)
    response = upload(me, base, name=name, body=body)
    assert response.status_code == 302 and not Attachment.objects.exists()
    assert says in words(me.get(f"{base}form/?step=check"))


def test_another_application_s_files_are_not_taken_away(me, base, cast):
    other = samples.make_application(park=cast.huangpu)
    theirs = Attachment.objects.filter(of_type="case", of_id=str(other.case_id)).first()
    assert post(me, f"{base}files/", {"remove": theirs.pk}).status_code == 404
    assert Attachment.objects.get(pk=theirs.pk).removed_at is None


# --- handing in ----------------------------------------------------------------------------------------------------------


def test_everything_is_checked_and_handed_in_with_a_receipt(me, base, at):
    fill(me, base, at)
    for material in REQUIRED:
        upload(me, base, material)
    page = words(me.get(f"{base}form/?step=check"))
    assert "高级人才寻访、人力资源培训" in page and "陈晓明，本科，人力资源服务专业人员" in page and "180 ㎡" in page
    response = post(me, f"{base}form/?step=check")
    assert response["Location"] == base
    page = words(me.get(base))
    assert "受理编号 RY2026-0001" in page and "2026-03-30" in page and "下一步 · 初审" in page and "4.3.1.1 a)" in page
    assert not Draft.objects.filter(form__startswith="admission:").exists()


def test_handing_in_without_documents_is_refused_with_its_reason(me, base, at):
    fill(me, base, at)
    response = post(me, f"{base}form/?step=check")
    assert response.status_code == 422 and "请上传“营业执照或法人登记证书”" in words(response)
    assert Case.objects.get().state == "draft"


def test_a_double_click_hands_in_once(me, base, at):
    fill(me, base, at)
    for material in REQUIRED:
        upload(me, base, material)
    first = me.post(f"{base}form/?step=check", {"deed_key": "same"})
    second = me.post(f"{base}form/?step=check", {"deed_key": "same"})
    assert first.status_code == second.status_code == 302 and Application.objects.get().round == 1


def test_after_handing_in_the_form_leads_to_the_status(me, handed_in):
    assert me.get(f"{handed_in}form/")["Location"] == handed_in


# --- who sees it ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["qihang_clerk", "officer", "supervisor", "tianhe_director", "installer"])
def test_nobody_else_opens_the_applicant_s_pages(client, me, handed_in, cast, who):
    client.force_login(getattr(cast, who))
    for path in ("", "form/", "answer/"):
        assert client.get(handed_in + path).status_code == 404, path
    for path in ("files/", "withdraw/"):
        assert post(client, handed_in + path).status_code == 404


def test_an_application_of_one_park_does_not_exist_in_another(me, handed_in):
    assert me.get(handed_in.replace("huangpu", "tianhe")).status_code == 404


# --- answering and withdrawing -------------------------------------------------------------------------------------------


def test_a_correction_shows_what_was_asked_and_takes_the_answer(me, handed_in, cast, at):
    application = Application.objects.get()
    actions.send_back(
        actor=cast.officer, at=at, key="b", application=application,
        asked=[{"field": "plan", "says": "请写明服务哪些企业"}, {"field": "roster", "says": "看不清"}],
    )  # fmt: skip
    page = words(me.get(handed_in))
    assert "补正：经营计划、专业人员名册及证明" in page and "请写明服务哪些企业" in page
    form = me.get(f"{handed_in}answer/")
    assert "为园区周边制造企业" in form.content.decode() and 'name="years"' not in form.content.decode()
    upload(me, handed_in, "roster", "新名册.pdf")
    response = post(me, f"{handed_in}answer/", {"plan": "服务黄埔区汽车零部件企业", "seen": Case.objects.get().version})
    assert response["Location"] == handed_in
    assert Case.objects.get().data["plan"] == "服务黄埔区汽车零部件企业" and "补正已提交" in words(me.get(handed_in))


def test_files_cannot_be_added_while_the_park_has_the_ball(me, handed_in):
    before = Attachment.objects.count()
    upload(me, handed_in, "roster", "再来一份.pdf")
    assert Attachment.objects.count() == before


def test_withdrawing_is_told_and_ends_it(me, handed_in):
    response = post(me, f"{handed_in}withdraw/")
    assert response.status_code == 302 and Case.objects.get().state == "withdrawn"
    assert "已撤回" in words(me.get(handed_in))


def test_a_post_without_its_key_is_answered_with_words(me, base):
    response = me.post(f"{base}withdraw/", {})
    assert response.status_code in (302, 422) and Case.objects.get().state == "draft"


# --- which documents ---------------------------------------------------------------------------------------------------


def test_anybody_sees_beforehand_which_documents_their_case_takes(client, cast):
    here = "/p/huangpu/apply/checklist/"
    assert "列出材料清单" in words(client.get(here)) and here in client.get("/p/huangpu/apply/").content.decode()
    found = words(client.get(f"{here}?kind=agency&segments=executive_search&credentials=rating&legal_form=branch"))
    assert (
        "人力资源服务许可证" in found
        and "省级信用评级文件" in found
        and "总公司营业执照" in found
        and "律师事务所" not in found
    )
    assert "律师事务所执业许可证 必交" in words(client.get(f"{here}?kind=supporting&supporting_kind=law"))
    odd = client.get(f"{here}?kind=nonsense&segments=nothing")
    assert odd.status_code == 200 and "请从列表中选择" in words(odd) and "您要交的材料" not in words(odd)
