"""Requests of any kind at the desk: one inbox, the record, every deed, what the desk sets up, and what the authority reads."""

import io
import re
from datetime import date, timedelta

import pytest
from python_calamine import CalamineWorkbook

from hrpark.accounts import samples as accounts
from hrpark.admission import samples as admission
from hrpark.cases import actions
from hrpark.cases.actions import NAMELESS
from hrpark.cases.models import AnswerTemplate, Case, Duty, FollowUp, Item, Opinion, ScoreForm, Scoring
from hrpark.cases.queries import form_of, item_in_force
from hrpark.cases.samples import DATA, make_case
from hrpark.institutions.samples import make_resident
from hrpark.web import clock

pytestmark = pytest.mark.django_db
KEYS = (f"case-desk{n}" for n in range(1_000_000))
DESK, AUTHORITY = "/desk/huangpu/cases/", "/authority/huangpu/cases/"
SECRET = ("举报人许安然", "13800009999")


@pytest.fixture(autouse=True)
def _day(monkeypatch, at):
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(clock, "today", lambda: at.date())


@pytest.fixture
def officer(client, cast):
    client.force_login(cast.officer)
    return client


@pytest.fixture
def second(cast):
    """Another officer of 黄埔."""
    person = accounts.make_person(name="罗志强", mobile="13900000001")
    accounts.give_role(person, cast.operator, cast.huangpu, "officer")
    return person


@pytest.fixture
def case(cast):
    return make_case(
        kind="general", park=cast.huangpu, applicant=cast.qihang_clerk, organisation=cast.qihang, data=DATA["general"]
    )


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def post(client, url, data=None):
    return client.post(url, {"deed_key": next(KEYS), **(data or {})})


def fresh(case) -> Case:
    return Case.objects.get(pk=case.pk)


def rated_low(cast, at, case):
    actions.close(actor=cast.officer, at=at, key="cl", case=case, note="已处理。", outcome="solved", cause="wear")
    actions.rate(actor=cast.qihang_clerk, at=at, key="rt", case=case, degree=1, text="没有修好")
    return FollowUp.objects.get()


# --- the inbox -----------------------------------------------------------------------------------------------------------


def test_one_inbox_shows_every_kind_and_filters_them(officer, cast, case, at):
    admission.make_application(park=cast.huangpu, applicant=cast.stranger, name="广州新程人力资源有限公司")
    make_case(kind="complaint", park=cast.huangpu, applicant=cast.stranger, data=DATA["complaint"])
    actions.assign(actor=cast.director, at=at, key="a", case=case, handler=cast.officer)
    text = words(officer.get(DESK))
    assert "SQ2026-0001" in text and "TS2026-0001" in text and "广州新程人力资源有限公司" in text and "3 件" in text
    for query, number in (
        ("kind=complaint", "TS2026-0001"), (f"handler={cast.officer.pk}", "SQ2026-0001"), ("ball=desk&kind=general", "SQ2026-0001"),
        ("of=2026.received&kind=general", "SQ2026-0001"),
    ):  # fmt: skip
        numbers = set(re.findall(r"(?:SQ|TS)\d{4}-\d{4}|RY\d{4}-\d{4}", words(officer.get(f"{DESK}?{query}"))))
        assert numbers == {number}, query
    assert "没有符合条件" in words(officer.get(f"{DESK}?late=1")) and "没有符合条件" in words(officer.get(f"{DESK}?low=1"))
    assert "网址中有不认识的内容" in words(officer.get(f"{DESK}?of=nonsense"))


def test_a_kind_with_records_of_its_own_opens_there(officer, cast):
    application = admission.make_application(park=cast.huangpu, applicant=cast.stranger, name="广州新程人力资源有限公司")
    assert officer.get(f"{DESK}{application.case_id}/").url == f"/desk/huangpu/admission/{application.pk}/"
    assert officer.get(f"{DESK}{application.case_id}/close/").status_code == 404


def test_picked_cases_go_to_one_colleague_all_or_none(officer, cast, case, second, at):
    other = make_case(kind="general", park=cast.huangpu, applicant=cast.stranger, data=DATA["general"])
    drawn = post(officer, f"{DESK}assign/", {"pick": [case.pk, other.pk], "next": DESK})
    assert "共 2 件" in words(drawn) and "罗志强" in words(drawn)
    done = post(officer, f"{DESK}assign/", {"pick": [case.pk, other.pk], "next": DESK, "handler": second.pk, "note": "请跟进"})
    assert done.url == DESK and {c.handler for c in Case.objects.all()} == {second}
    actions.withdraw(actor=cast.stranger, at=at, key="w", case=other)
    refused = post(officer, f"{DESK}assign/", {"pick": [case.pk, other.pk], "next": DESK, "handler": cast.officer.pk})
    assert refused.status_code == 422 and "不能指派" in words(refused) and fresh(case).handler == second


def test_a_foreign_park_and_other_roles_see_nothing(client, cast, case):
    for person, path, status in (
        (cast.tianhe_officer, DESK, 404), (cast.qihang_clerk, DESK, 404), (cast.stranger, DESK, 404), (cast.inspector, DESK, 404),
        (cast.officer, AUTHORITY, 404), (cast.inspector, AUTHORITY, 200), (cast.director, DESK, 200),
    ):  # fmt: skip
        client.force_login(person)
        for address in (path, f"{path}{case.pk}/", f"{path}figures/"):
            assert client.get(address).status_code == status, (person, address)
    client.force_login(cast.tianhe_officer)
    assert client.get(f"/desk/tianhe/cases/{case.pk}/").status_code == 404
    assert client.get(f"/desk/tianhe/cases/{case.pk}/close/").status_code == 404


# --- what is done with a case --------------------------------------------------------------------------------------------


def test_it_is_answered_returned_and_closed_by_pages(officer, cast, case):
    assert "首次答复" in words(officer.get(f"{DESK}{case.pk}/"))
    post(officer, f"{DESK}{case.pk}/respond/", {"note": "已派维修工上门。", "seen": "1"})
    assert fresh(case).first_response_at is not None
    post(officer, f"{DESK}{case.pk}/return/", {"says.place": "请写房间号", "seen": "2"})
    assert fresh(case).asked == [{"field": "place", "label": "所在位置", "says": "请写房间号"}]
    assert "申请人" in words(officer.get(f"{DESK}{case.pk}/"))
    actions.resubmit(actor=cast.qihang_clerk, at=clock.now(), key="rs", case=case, data={"place": "A座302"})
    refused = post(officer, f"{DESK}{case.pk}/close/", {"note": "已修好。", "seen": "4"})
    assert refused.status_code == 422 and "请选择办理结果" in words(refused) and "已修好。" in words(refused)
    done = post(officer, f"{DESK}{case.pk}/close/", {"note": "已修好。", "outcome": "solved", "cause": "wear", "seen": "4"})
    assert done.url == f"{DESK}{case.pk}/" and fresh(case).state == "closed"
    text = words(officer.get(f"{DESK}{case.pk}/"))
    assert "已办结：已解决" in text and "设施老化或故障" in text
    post(officer, f"{DESK}{case.pk}/reopen/", {"note": "又坏了", "seen": "5"})
    assert fresh(case).span == 2 and "以前的办理" in words(officer.get(f"{DESK}{case.pk}/"))


def test_the_second_of_two_officers_is_told_who_was_first(officer, cast, case):
    actions.respond(actor=cast.director, at=clock.now(), key="d", case=case, note="由我处理。")
    response = post(officer, f"{DESK}{case.pk}/close/", {"note": "办好了", "outcome": "solved", "cause": "wear", "seen": "1"})
    assert response.status_code == 422 and f"{cast.director.name}已于" in words(response) and fresh(case).state == "submitted"


def test_a_template_fills_the_answer_by_its_link(officer, cast, case):
    post(officer, "/desk/huangpu/templates/new/", {"title": "已派修", "text": "已安排维修人员上门。", "kind": "general"})
    template = AnswerTemplate.objects.get()
    assert "已派修" in words(officer.get(f"{DESK}{case.pk}/respond/"))
    assert "已安排维修人员上门。" in officer.get(f"{DESK}{case.pk}/respond/?template={template.pk}").content.decode()
    post(officer, f"/desk/huangpu/templates/{template.pk}/", {"text": "维修人员今天上门。", "kind": ""})
    assert [t.text for t in AnswerTemplate.objects.filter(retired_at=None)] == ["维修人员今天上门。"]
    post(officer, f"/desk/huangpu/templates/{AnswerTemplate.objects.get(retired_at=None).pk}/retire/")
    assert "还没有答复模板" in words(officer.get("/desk/huangpu/templates/"))


def test_a_colleague_is_asked_and_only_the_desk_reads_the_answer(client, cast, case, second, at):
    client.force_login(cast.officer)
    post(client, f"{DESK}{case.pk}/opinion/", {"asked": second.pk, "question": "保修期内吗？", "due_on": "2026-03-04"})
    opinion = Opinion.objects.get()
    assert client.get(f"{DESK}opinions/{opinion.pk}/").status_code == 302
    client.force_login(second)
    assert "请您会办" in words(client.get("/desk/huangpu/"))
    assert "保修期内吗？" in words(client.get(f"{DESK}opinions/{opinion.pk}/"))
    post(client, f"{DESK}opinions/{opinion.pk}/", {"answer": "在保，厂家承担。"})
    assert "在保，厂家承担。" in words(client.get(f"{DESK}{case.pk}/"))
    for person, url in ((cast.qihang_clerk, f"/tenant/huangpu/cases/{case.pk}/"), (cast.inspector, f"{AUTHORITY}{case.pk}/")):
        client.force_login(person)
        response = client.get(url)
        assert response.status_code == 200 and "厂家承担" not in words(response)


def test_notes_stay_at_the_desk_and_a_handler_is_assigned(client, cast, case, second):
    client.force_login(cast.officer)
    post(client, f"{DESK}{case.pk}/note/", {"note": "物业说明天到"})
    post(client, f"{DESK}{case.pk}/assign/", {"handler": second.pk, "note": ""})
    text = words(client.get(f"{DESK}{case.pk}/"))
    assert "物业说明天到" in text and "经办人 罗志强" in text
    client.force_login(cast.qihang_clerk)
    assert "物业说明天到" not in words(client.get(f"/tenant/huangpu/cases/{case.pk}/"))


def test_whom_a_complaint_is_about_reads_and_does_nothing(client, cast, second, at):
    case = make_case(
        kind="complaint", park=cast.huangpu, applicant=cast.qihang_clerk, organisation=cast.qihang, data=DATA["complaint"]
    )
    actions.assign(actor=cast.director, at=at, key="a", case=case, handler=cast.officer)
    client.force_login(second)
    post(client, f"{DESK}{case.pk}/respondent/", {"respondent": cast.officer.pk})
    assert (fresh(case).respondent, fresh(case).handler) == (cast.officer, None)
    assert str(cast.officer.pk) not in re.findall(r'value="(\d+)"', client.get(f"{DESK}{case.pk}/assign/").content.decode())
    client.force_login(cast.officer)
    assert client.get(f"{DESK}{case.pk}/").status_code == 404 and case.number not in words(client.get(DESK))
    for deed in ("respond", "close", "note", "assign", "opinion", "respondent", "return"):
        assert client.get(f"{DESK}{case.pk}/{deed}/").status_code == 404
        assert post(client, f"{DESK}{case.pk}/{deed}/", {"note": "x"}).status_code == 404
    assert case.number not in client.get(f"{DESK}?export=xlsx").content.decode("latin-1")
    assert client.get(f"/desk/huangpu/search/?q={case.number}").status_code == 200


def test_reviewers_score_with_conflicts_declared_and_the_mean_comes_out(client, cast, case, second):
    client.force_login(cast.director)
    criteria = {
        "title": "需求评审",
        "least": "2",
        "since": "2026-03-02",
        "label.0": "必要性",
        "most.0": "60",
        "label.1": "可行性",
        "most.1": "40",
    }
    assert post(client, "/desk/huangpu/items/general/scores/", criteria).status_code == 302
    assert ScoreForm.objects.get().criteria[1]["label"] == "可行性"
    both = {"reviewers": [cast.officer.pk, second.pk, cast.director.pk], "due_on": "2026-03-05"}
    post(client, f"{DESK}{case.pk}/scoring/", both)
    scoring = Scoring.objects.get()
    here = f"{DESK}scorings/{scoring.pk}/"
    assert "必要性" in words(client.get(here))
    bad = post(client, here, {"conflict": "no", "score.c1": "61", "score.c2": "1"})
    assert bad.status_code == 422 and "应在0到60之间" in words(bad)
    post(client, here, {"conflict": "yes", "conflict_says": "曾任职该公司"})
    for person, first in ((cast.officer, "50"), (second, "40")):
        client.force_login(person)
        post(client, here, {"conflict": "no", "score.c1": first, "score.c2": "30", "comment": "可以办"})
    post(client, f"{here}close/")
    scoring.refresh_from_db()
    assert (str(scoring.result), scoring.counted) == ("75.00", 2)
    text = words(client.get(f"{DESK}{case.pk}/"))
    assert "75.00" in text and "回避" in text


def test_a_scoring_is_cancelled_with_a_reason(client, cast, case, second):
    client.force_login(cast.director)
    post(
        client,
        "/desk/huangpu/items/general/scores/",
        {"title": "评审", "least": "1", "since": "2026-03-02", "label.0": "必要性", "most.0": "60"},
    )
    post(client, f"{DESK}{case.pk}/scoring/", {"reviewers": [second.pk], "due_on": "2026-03-05"})
    here = f"{DESK}scorings/{Scoring.objects.get().pk}/"
    assert post(client, f"{here}cancel/", {"note": ""}).status_code == 422
    post(client, f"{here}cancel/", {"note": "人选有变"})
    assert "已取消" in words(client.get(f"{DESK}{case.pk}/"))


# --- after it is done ----------------------------------------------------------------------------------------------------


def test_a_low_rating_is_followed_up_by_somebody_else(client, cast, case, at):
    actions.assign(actor=cast.director, at=at, key="a", case=case, handler=cast.officer)
    found = rated_low(cast, at, case)
    here = f"{DESK}follow-ups/{found.pk}/"
    client.force_login(cast.officer)
    assert "由经办人以外的人员进行" in words(client.get(here))
    assert post(client, here, {"result": "explained", "note": "已说明"}).status_code == 403
    client.force_login(cast.director)
    assert "差评待回访" in words(client.get("/desk/huangpu/")) and "SQ2026-0001" in words(
        client.get(f"{DESK}follow-ups/?open=1")
    )
    assert "没有修好" in words(client.get(here))
    post(client, here, {"result": "reopened", "note": "电话联系，约定返修"})
    assert fresh(case).state == "submitted" and "约定返修" in words(client.get(here))
    assert "SQ2026-0001" in words(client.get(f"{DESK}?low=1"))


# --- what the desk sets up -----------------------------------------------------------------------------------------------


def test_duties_decide_who_gets_new_ones_and_hand_over_moves_all(client, cast, case, second, at):
    client.force_login(cast.officer)
    assert client.get("/desk/huangpu/duties/").status_code == 403 and client.get(f"{DESK}hand-over/").status_code == 403
    client.force_login(cast.director)
    post(client, "/desk/huangpu/duties/", {"kind": "general", "person": second.pk})
    taken = make_case(kind="general", park=cast.huangpu, applicant=cast.stranger, data=DATA["general"])
    assert taken.handler == second and "罗志强" in words(client.get("/desk/huangpu/duties/"))
    post(client, f"/desk/huangpu/duties/{Duty.objects.get().pk}/end/")
    assert Duty.objects.get().until is not None
    assert "罗志强（1 件）" in words(client.get(f"{DESK}hand-over/"))
    post(client, f"{DESK}hand-over/", {"giver": second.pk, "taker": cast.officer.pk, "note": "休假"})
    assert fresh(taken).handler == cast.officer


def test_an_item_gets_a_new_version_and_old_cases_keep_theirs(client, cast, case):
    client.force_login(cast.officer)
    assert "时限" in words(client.get("/desk/huangpu/items/")) and "修改事项" not in words(
        client.get("/desk/huangpu/items/general/")
    )
    assert client.get("/desk/huangpu/items/general/edit/").status_code == 403
    client.force_login(cast.director)
    typed = as_drawn(client, "general") | {
        "title": "企业诉求", "words": "新的办事指南。", "clock": "natural", "completion_days": "3", "first_response_days": "1", "desk": "一站式窗口",
        "since": "2026-03-02", "f.what.label": "您要反映什么", "f.what.required": "on", "f.contact.required": "on", "f.phone.label": "电话",
        "m.evidence.title": "照片", "m.evidence.required": "on",
    }  # fmt: skip
    typed.pop("f.phone.required", None)
    typed.pop("f.topic.required", None)
    assert post(client, "/desk/huangpu/items/general/edit/", {**typed, "deed_key": "pub"}).status_code == 302
    item = Item.objects.get(park=cast.huangpu)
    by_key = {f["key"]: f for f in item.fields}
    assert (item.title, item.completion_days, by_key["what"]["label"], by_key["phone"]["required"]) == (
        "企业诉求",
        3,
        "您要反映什么",
        False,
    )
    assert by_key["topic"]["choices"] and item.materials[0]["required"] is True
    assert fresh(case).item.park is None
    text = words(client.get("/desk/huangpu/items/general/"))
    assert "本园区 第1版" in text and "平台默认 第1版" in text and "一站式窗口" in text
    assert "不是现行版本" in words(client.get(f"/desk/huangpu/items/versions/{fresh(case).item_id}/"))
    assert client.get("/desk/tianhe/items/general/").status_code == 404
    back = {**typed, "since": "2026-03-01", "deed_key": "again"}
    refused = client.post("/desk/huangpu/items/general/edit/", back)
    assert refused.status_code == 422 and "启用日期不能早于今天" in words(refused)


def as_drawn(client, kind) -> dict[str, str]:
    """What a browser would send of the editor as it is drawn."""
    page = client.get(f"/desk/huangpu/items/{kind}/edit/").content.decode()
    typed = dict(re.findall(r'<textarea name="([^"]+)"[^>]*>\s*([^<]*)</textarea>', page))
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        picked = re.search(r'value="([^"]*)"[^>]* selected', options) or re.search(r'value="([^"]*)"', options)
        typed[name] = picked[1]
    for box in re.findall(r"<input [^>]*>", page):
        name, value = (re.search(rf'{a}="([^"]*)"', box) for a in ("name", "value"))
        if name and (" checked" in box or not re.search(r'type="(checkbox|radio)"', box)):
            typed[name[1]] = value[1] if value else ("on" if "checkbox" in box else "")
    return typed


def test_the_editor_sent_as_it_is_drawn_changes_nothing(client, cast):
    client.force_login(cast.director)
    for kind in ("general", "complaint", "report"):
        before = item_in_force(kind, cast.huangpu, date(2026, 3, 2))
        assert post(client, f"/desk/huangpu/items/{kind}/edit/", as_drawn(client, kind)).status_code == 302
        after = item_in_force(kind, cast.huangpu, date(2026, 3, 2))
        assert after.park == cast.huangpu and after.words == before.words.strip()
        assert form_of(after) == form_of(before)


def test_officers_add_change_and_drop_fields_and_documents_with_a_look_at_the_form_first(client, cast, case):
    client.force_login(cast.director)
    path = "/desk/huangpu/items/general/edit/"
    typed = as_drawn(client, "general") | {
        "nf.0.label": "希望何时解决", "nf.0.type": "date", "nf.1.label": "涉及单位", "nf.1.type": "many", "nf.1.choices": "物业\n食堂\n", "nf.1.required": "on",
        "f.place.drop": "on", "f.phone.type": "mobile", "f.topic.choices": "设施与环境\n宿舍\n其他", "nm.0.title": "授权书", "nm.0.required": "on", "nm.0.personal": "on",
    }  # fmt: skip
    look = post(client, path, {**typed, "_preview": "1"})
    text = words(look)
    assert look.status_code == 200 and "表单预览" in text and "希望何时解决" in text and "授权书（必交）" in text
    assert not Item.objects.filter(park=cast.huangpu).exists()
    assert post(client, path, typed).status_code == 302
    item = Item.objects.get(park=cast.huangpu)
    form = form_of(item)
    by_label = {f.label: f for f in form.fields}
    assert (by_label["希望何时解决"].type, by_label["涉及单位"].choices) == ("date", (("o1", "物业"), ("o2", "食堂")))
    assert by_label["联系电话"].type == "mobile" and "所在位置" not in by_label
    assert by_label["诉求类别"].choices == (("facility", "设施与环境"), ("o1", "宿舍"), ("other", "其他"))
    assert [(m.title, m.required, m.personal) for m in form.materials][-1] == ("授权书", True, True)
    assert fresh(case).item_id != item.pk and "所在位置" in words(client.get(f"{DESK}{case.pk}/"))
    client.force_login(cast.stranger)
    assert "希望何时解决" in words(client.get("/p/huangpu/requests/new/general/"))


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        ("general", {"nf.0.label": "类别", "nf.0.type": "choice"}, "没有列出选项"),
        ("complaint", {"f.about.choices": "园区的服务或收费\n其他"}, "不能删去或改名：园区工作人员"),
    ],
)
def test_a_form_that_can_not_be_is_refused_and_nothing_typed_is_lost(client, cast, kind, typed, says):
    client.force_login(cast.director)
    for more in ({}, {"_preview": "1"}):
        refused = post(client, f"/desk/huangpu/items/{kind}/edit/", as_drawn(client, kind) | typed | more)
        assert refused.status_code == 422 and says in words(refused), words(refused)[:900]
        assert all(value.split("\n")[0] in refused.content.decode() for value in typed.values())
    assert not Item.objects.filter(park=cast.huangpu).exists()


# --- figures -------------------------------------------------------------------------------------------------------------


def test_every_number_of_the_figures_links_to_what_it_counts(client, cast, case, at):
    make_resident(park=cast.huangpu, organisation=cast.zhida)
    rated_low(cast, at, case)
    make_case(kind="complaint", park=cast.huangpu, applicant=cast.stranger, data=DATA["complaint"])
    for person, path in ((cast.director, DESK), (cast.inspector, AUTHORITY)):
        client.force_login(person)
        html = client.get(f"{path}figures/").content.decode()
        links = re.findall(r'href="([^"]+of=2026[^"]+)">(\d+)</a>', html)
        assert len(links) > 8
        for href, number in links:
            found = client.get(href.replace("&amp;", "&"))
            assert found.status_code == 200 and f"{number} 件" in words(found), href
    assert "100.0%" in html and "0.0%" in html


def test_a_frozen_year_says_so_with_its_digest(client, cast, case, at, monkeypatch):
    later = at + timedelta(days=320)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr(clock, "today", lambda: later.date())
    row = actions.freeze_year(actor=NAMELESS, at=later, key="f", park=cast.huangpu, year=2026)
    client.force_login(cast.director)
    text = words(client.get(f"{DESK}figures/?year=2026"))
    assert row.digest[:16] in text and "固定" in text
    assert client.get(f"{DESK}figures/?year=2031").status_code == 404


# --- reports -------------------------------------------------------------------------------------------------------------


#: Pages of each door that list, count, tell or search requests; ``{}``: the case.
PAGES = {
    "desk": ("", "cases/", "cases/?kind=report&kind=complaint", "cases/figures/", "cases/follow-ups/", "items/", "search/?q={number}", "search/?q={word}",
             "templates/", "cases/{pk}/", "cases/{pk}/respond/", "cases/{pk}/assign/", "cases/{pk}/identity/", "cases/hand-over/", "duties/", "trail/?size=200",
             "table/T1.13.response_rate/", "people/"),
    "authority": ("", "cases/", "cases/?kind=report&kind=complaint", "cases/figures/", "cases/{pk}/", "search/?q={number}", "search/?q={word}",
                  "table/T1.13.response_rate/"),
    "tenant": ("", "cases/", "cases/{pk}/", "search/?q={number}"),
}  # fmt: skip


def everything(client, person, door, case, word) -> str:
    """All that a person of a door is shown, as pages and as files, in one text."""
    client.force_login(person)
    about = {"pk": case.pk, "number": case.number[:-1], "word": word}
    paths = [f"/{door}/huangpu/{p.format(**about)}" for p in PAGES[door]]
    texts = [client.get(p).content.decode() for p in (*paths, "/account/notices/", f"/p/huangpu/requests/{case.pk}/")]
    for path in (f"/{door}/huangpu/cases/", "/desk/huangpu/trail/"):
        answer = client.post(f"{path}?cols=who,handler,outcome,cause,received,applicant", {"deed_key": next(KEYS)})
        if "spreadsheet" in answer.headers.get("Content-Type", ""):
            rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
            texts.append(repr(rows))
    return "\n".join(texts)


def test_a_report_is_the_directors_and_who_made_it_nobodys(client, cast, at):
    reporter = accounts.make_person(name=SECRET[0], mobile=SECRET[1])
    by = {"actor": reporter, "at": at}
    data = {**DATA["report"], "what": "独一无二的举报内容"}
    case = actions.open_case(**by, key=f"a.{reporter.pk}", kind="report", park=cast.huangpu, title="举报", data=data)
    case = actions.submit(**by, key=f"b.{reporter.pk}", case=case)
    make_case(kind="general", park=cast.huangpu, applicant=cast.stranger, data=DATA["general"])
    for person, door in (
        (cast.director, "desk"), (cast.officer, "desk"), (cast.supervisor, "authority"), (cast.inspector, "authority"),
        (cast.qihang_representative, "tenant"), (cast.qihang_clerk, "tenant"), (cast.zhida_clerk, "tenant"),
    ):  # fmt: skip
        text = everything(client, person, door, case, "举报内容")
        for word in (*SECRET, reporter.actor_key) + (() if person == cast.director else ("独一无二的举报内容", case.number)):
            assert word not in text, (person, word, text[max(0, text.find(word) - 200) :][:300])
    client.force_login(cast.director)
    text = words(client.get(f"{DESK}{case.pk}/"))
    assert "独一无二的举报内容" in text and "署名，身份保密" in text and "举报人" in text
    assert "身份保密" in words(client.get(f"{DESK}?kind=report")) and "举报人" in words(client.get("/desk/huangpu/trail/"))
    assert post(client, f"{DESK}{case.pk}/respond/", {"note": "已受理。", "seen": "1"}).status_code == 302


def test_who_made_a_report_is_shown_once_to_who_is_named_and_told_each_time(client, cast, at):
    reporter = accounts.make_person(name=SECRET[0], mobile=SECRET[1])
    case = make_case(kind="report", park=cast.huangpu, applicant=reporter, data=DATA["report"])
    page = f"{DESK}{case.pk}/identity/"
    client.force_login(cast.director)
    assert "不在“举报”的受理分工中" in words(client.get(page))
    assert post(client, page, {"reason": "需当面核实转账凭证"}).status_code == 422
    actions.begin_duty(actor=cast.director, at=at, key="d", park=cast.huangpu, kind="report", person=cast.director)
    assert post(client, page, {"reason": "。"}).status_code == 422
    shown = post(client, page, {"reason": "需当面核实转账凭证"})
    assert all(word in words(shown) for word in SECRET) and shown["Cache-Control"] == "no-store"
    told = words(client.get(f"{DESK}{case.pk}/")) + words(client.get("/desk/huangpu/trail/"))
    assert "查看了提出人的身份" in told and "需当面核实转账凭证" in told and not any(word in told for word in SECRET)
    client.force_login(cast.officer)
    assert client.get(page).status_code == 404 and post(client, page, {"reason": "需当面核实"}).status_code == 404


def test_a_complaint_about_staff_shows_itself_nowhere_to_who_may_not_know(client, cast, second, at):
    """Not to the officer whom it is about, not to colleagues before the director has said about whom, not to the authority."""
    data = {**DATA["complaint"], "about": "staff", "what": "独一无二的投诉内容"}
    case = make_case(
        kind="complaint", park=cast.huangpu, applicant=cast.qihang_clerk, organisation=cast.qihang, data=data, title="投诉"
    )
    people = {cast.officer: "desk", second: "desk", cast.supervisor: "authority", cast.inspector: "authority"}
    traces = ("独一无二的投诉内容", case.number)
    for person, door in people.items():
        text = everything(client, person, door, case, "投诉内容")
        assert not any(word in text for word in traces), person
    client.force_login(cast.director)
    assert "独一无二的投诉内容" in words(client.get("/desk/huangpu/")) and "请先阅看" in words(client.get("/account/notices/"))
    assert post(client, f"{DESK}{case.pk}/respondent/", {"respondent": str(cast.officer.pk)}).status_code == 302
    for person, door in people.items():
        text = everything(client, person, door, case, "投诉内容")
        assert any(word in text for word in traces) == (person != cast.officer), person


def test_a_director_reads_in_the_trail_nothing_of_a_complaint_about_themself(client, cast, case, at):
    other = make_case(
        kind="complaint", park=cast.huangpu, applicant=cast.stranger, data={**DATA["complaint"], "what": "独一无二的投诉内容"}
    )
    actions.name_respondent(actor=cast.officer, at=at, key="r", case=other, respondent=cast.director)
    text = everything(client, cast.director, "desk", other, "投诉内容")
    assert other.number not in text and "独一无二的投诉内容" not in text
    assert "没有符合条件" in words(client.get("/desk/huangpu/trail/?what=cases.respondent"))
    assert case.number in words(client.get("/desk/huangpu/trail/"))


def test_the_authority_reads_without_telephone_numbers_and_does_nothing(client, cast, case):
    client.force_login(cast.inspector)
    response = client.get(f"{AUTHORITY}{case.pk}/")
    assert "三楼会议室空调不制冷" in words(response) and DATA["general"]["phone"] not in words(response)
    assert '<form method="post" action="/authority' not in response.content.decode()
    assert date(2026, 3, 9).isoformat() in words(response)
