"""The homes of the three working doors: what is due, what is wrong, figures; nobody sees what is another's."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from hrpark.accounts import samples
from hrpark.admission.actions import send_back
from hrpark.admission.samples import make_application
from hrpark.cases import actions as cases
from hrpark.cases.queries import item_in_force
from hrpark.cases.samples import DATA, make_case
from hrpark.evaluation.samples import make_round
from hrpark.institutions.actions import add_credential, add_licence, verify_licence
from hrpark.institutions.samples import make_institution, make_licence, make_resident
from hrpark.notices.samples import make_notice
from hrpark.parks.samples import make_profile
from hrpark.returns.samples import make_declaration, verify_all
from hrpark.standard.samples import make_override
from hrpark.web import clock
from hrpark.web.cockpit import Item, task
from tests.worlds import world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def now():
    return clock.now()


@world
def cast(now):
    return samples.cast(now)


def home(client, who, address, status=200):
    client.force_login(who)
    response = client.get(address)
    assert response.status_code == status, response.content.decode()[:400]
    return response.content.decode()


def desk(client, cast, who="officer"):
    return home(client, getattr(cast, who), "/desk/huangpu/")


# --- tasks ---------------------------------------------------------------------------------------------------------------


def test_no_task_is_made_of_nothing():
    assert task("办件", 0, "件", today=date(2026, 3, 2), href=None) is None


@pytest.mark.parametrize(("days", "tone"), [(-1, "late"), (0, "soon"), (3, "soon"), (4, "waiting"), (None, "waiting")])
def test_a_task_is_as_urgent_as_its_nearest_record(days, tone):
    today = date(2026, 3, 2)
    items = [
        Item("远", None, today + timedelta(days=90)),
        Item("近", None, None if days is None else today + timedelta(days=days)),
    ]
    made = task("办件", 2, "件", today=today, href=None, items=items)
    assert made.tone == tone and len(made.items) == 2


@pytest.mark.parametrize(("term", "unit"), [("working", "个工作日"), ("natural", "天")])
def test_days_left_are_counted_as_the_term_itself_is(client, cast, now, term, unit):
    text = item_in_force("general", cast.huangpu, now.date())
    cases.publish_item(
        actor=cast.director, at=now, key="item", park=cast.huangpu, kind="general", title=text.title, words=text.words, fields=text.fields,
        materials=text.materials, clock=term, first_response_days=1, completion_days=30, desk=text.desk, since=now.date(),
    )  # fmt: skip
    make_case(
        kind="general", park=cast.huangpu, applicant=cast.qihang_clerk, organisation=cast.qihang, at=now, data=DATA["general"]
    )
    for page in (desk(client, cast), home(client, cast.qihang_clerk, "/tenant/huangpu/")):
        assert re.findall(r"还剩 \d+ (\S+?)</b>", page) == [unit]


# --- an empty park -------------------------------------------------------------------------------------------------------


def test_an_empty_park_is_told_what_to_do_first_until_it_has_institutions(client, cast, now):
    text = desk(client, cast)
    steps = ("填写园区档案", "登记楼栋、楼层和单元", "邀请同事", "导入机构台账")
    assert [text.index(s) for s in steps] == sorted(text.index(s) for s in steps)
    assert "表 1 数据" not in text
    make_profile(at=now, park=cast.huangpu)
    assert desk(client, cast).count('aria-label="已完成"') == text.count('aria-label="已完成"') + 1
    make_institution(at=now, park=cast.huangpu)
    assert "从这里开始" not in desk(client, cast)


# --- the officers' home --------------------------------------------------------------------------------------------------


def test_an_application_waits_on_the_officers_home_with_its_deadline(client, cast, now):
    application = make_application(at=now, park=cast.huangpu, name="广州申请中人力资源有限公司")
    text = desk(client, cast)
    assert "入驻申请待处理" in text and application.case.number in text and "广州申请中人力资源有限公司" in text
    assert "还剩" in text


def test_an_application_past_its_deadline_is_late(client, cast, now):
    make_application(at=now - timedelta(days=60), park=cast.huangpu)
    text = desk(client, cast)
    assert "其中 1 件已逾期" in text and "入驻申请已逾期" in text and "已逾期 " in text


def test_an_application_of_another_park_is_on_no_home_here(client, cast, now):
    make_application(at=now, park=cast.tianhe, name="广州天河申请人力资源有限公司")
    for who, address in (("officer", "/desk/huangpu/"), ("inspector", "/authority/huangpu/")):
        assert "天河申请" not in home(client, getattr(cast, who), address)


def test_permits_that_lapse_soon_and_that_have_lapsed_are_told_of_residents_only(client, cast, now):
    today = now.date()
    soon = make_resident(at=now, park=cast.huangpu, permit=None, name="广州将到期人力资源有限公司")
    make_licence(at=now, institution=soon, valid_to=today + timedelta(days=20))
    over = make_resident(at=now, park=cast.huangpu, permit=None, name="广州已过期人力资源有限公司")
    make_licence(at=now, institution=over, valid_to=today - timedelta(days=20))
    outside = make_institution(at=now, park=cast.huangpu, name="广州未入驻人力资源有限公司")
    make_licence(at=now, institution=outside, valid_to=today + timedelta(days=20))
    text = desk(client, cast)
    assert "90 天内有许可证到期" in text and "广州将到期人力资源有限公司" in text
    assert "许可证已过期" in text and "广州已过期人力资源有限公司" in text
    assert "没有有效许可的在园机构" in text
    assert "广州未入驻人力资源有限公司" not in text


def test_how_far_ahead_a_permit_is_told_is_the_park_s_own_parameter(client, cast, now):
    one = make_resident(at=now, park=cast.huangpu, permit=None)
    make_licence(at=now, institution=one, valid_to=now.date() + timedelta(days=50))
    make_override(park=cast.huangpu, at=now, parameter="institutions.licence_warning_days", value="30,10")
    text = desk(client, cast)
    assert "天内有许可证到期" not in text


def test_an_agent_waits_for_verification(client, cast, now):
    samples.give_role(cast.stranger, cast.qihang, cast.huangpu, "clerk", at=now, verified=False)
    text = desk(client, cast)
    assert "经办人待核验" in text and "许安然" in text
    assert "经办人待核验" not in home(client, cast.tianhe_officer, "/desk/tianhe/")


def test_an_open_round_waits_for_the_self_rating_then_is_late(client, cast, now):
    make_resident(at=now, park=cast.huangpu)
    make_round(cast.huangpu, at=now)
    assert "评价待自评" in desk(client, cast)
    assert "自评已过截止日" not in desk(client, cast)


def test_the_first_figures_of_table_1_stand_with_basis_and_a_link(client, cast, now):
    for _ in range(2):
        make_resident(at=now, park=cast.huangpu)
    year = now.date().year - 1
    make_declaration(cast.huangpu, year, {"T1.05.revenue": "12345.67"}, at=now)
    text = desk(client, cast)
    assert "在园机构数" in text and "由记录计算" in text
    assert "12,345.67" in text and "申报，未核验" in text and f"<span>{year}年</span>" in text
    verify_all(cast.huangpu, year, at=now)
    assert "已核验" in desk(client, cast)
    assert text.count('<a class="value"') == 6


def test_unread_notices_are_counted_on_the_home_and_on_the_bell(client, cast, now):
    make_institution(at=now, park=cast.huangpu)
    make_notice(cast.officer, cast.officer, at=now, park=cast.huangpu)
    text = desk(client, cast)
    assert "未读通知" in text and '<span class="dot">1' in text
    assert '<span class="dot">' not in desk(client, cast, "director")


# --- an institution's home -----------------------------------------------------------------------------------------------


def tenant(client, who):
    return home(client, who, "/tenant/huangpu/")


def test_an_institution_sees_its_own_dossier_and_nobody_else_s(client, cast, now):
    make_resident(at=now, park=cast.huangpu, organisation=cast.qihang)
    make_resident(at=now, park=cast.huangpu, organisation=cast.zhida)
    text = tenant(client, cast.qihang_clerk)
    assert cast.qihang.uscc in text and cast.zhida.uscc not in text and cast.zhida.name not in text


def test_people_without_a_dossier_are_told_whom_to_ask(client, cast):
    assert "园区还没有建立贵机构的档案" in tenant(client, cast.qihang_clerk)


def test_what_the_park_sent_back_waits_on_the_institution_s_home(client, cast, now):
    application = make_application(
        at=now, park=cast.huangpu, applicant=cast.qihang_representative, name=cast.qihang.name, uscc=cast.qihang.uscc
    )
    text = tenant(client, cast.qihang_representative)
    assert "园区在办的" in text and application.case.number in text
    send_back(
        actor=cast.officer, at=now, key="back", application=application, note="请补正。",
        asked=[{"field": "licences", "label": "许可与备案", "says": "许可证扫描件不清晰，请重新上传。"}],
    )  # fmt: skip
    text = tenant(client, cast.qihang_representative)
    assert "需要补正" in text and "园区在办的" not in text
    assert "需要补正" not in tenant(client, cast.zhida_representative)


def test_a_round_asks_the_institution_until_it_has_answered(client, cast, now):
    make_resident(at=now, park=cast.huangpu, organisation=cast.qihang)
    make_round(cast.huangpu, at=now)
    assert "请评价园区" in tenant(client, cast.qihang_clerk)
    assert "请评价园区" not in tenant(client, cast.zhida_clerk)


def test_last_year_s_figures_are_asked_for_until_they_are_declared(client, cast, now):
    year = now.date().year - 1
    one = make_resident(at=now, park=cast.huangpu, organisation=cast.qihang, starts=date(year, 1, 1))
    assert f"{year} 年数据未填报" in tenant(client, cast.qihang_clerk)
    make_declaration(cast.huangpu, year, {"T1.05.revenue": "100"}, at=now, institution=one)
    assert "数据未填报" not in tenant(client, cast.qihang_clerk)


def test_who_moved_in_this_year_is_not_asked_for_last_year(client, cast, now):
    make_resident(at=now, park=cast.huangpu, organisation=cast.qihang, starts=now.date())
    assert "数据未填报" not in tenant(client, cast.qihang_clerk)


# --- the authority's home ------------------------------------------------------------------------------------------------


def test_the_authority_sees_figures_to_verify_and_what_is_late(client, cast, now):
    make_declaration(cast.huangpu, now.date().year - 1, {"T1.05.revenue": "100", "T1.05.tax": None}, at=now)
    make_application(at=now - timedelta(days=60), park=cast.huangpu, name="广州等久了人力资源有限公司")
    text = home(client, cast.inspector, "/authority/huangpu/")
    assert (
        "申报数待核验" in text and f"{now.date().year - 1}年 营业收入" in text and "实缴税额" not in text.split("表 1 数据")[0]
    )
    assert "入驻申请逾期未办" in text and "广州等久了人力资源有限公司" in text
    verify_all(cast.huangpu, now.date().year - 1, at=now)
    assert "申报数待核验" not in home(client, cast.inspector, "/authority/huangpu/")


# --- who may not ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "let_in"),
    [
        ("/desk/huangpu/", {"officer", "director"}),
        ("/tenant/huangpu/", {"qihang_representative", "qihang_clerk", "zhida_clerk"}),
        ("/authority/huangpu/", {"supervisor", "inspector"}),
    ],
)
def test_a_home_opens_to_its_own_people_only(client, cast, address, let_in):
    everybody = (
        "officer", "director", "qihang_representative", "qihang_clerk", "zhida_clerk", "supervisor", "inspector", "tianhe_director",
        "yuecai_clerk", "stranger", "installer",
    )  # fmt: skip
    for name in everybody:
        home(client, getattr(cast, name), address, 200 if name in let_in else 404)
    client.logout()
    assert client.get(address)["Location"].startswith("/account/login/")


@pytest.mark.parametrize(("who", "address"), [("officer", "/desk/huangpu/"), ("supervisor", "/authority/huangpu/")])
def test_every_tile_opens_a_list_of_just_as_many(client, cast, now, who, address):
    for n, days in enumerate((1, 2, 60)):
        make_application(at=now - timedelta(days=days), park=cast.huangpu, name=f"广州第{n}家申请人力资源有限公司")
    samples.give_role(cast.stranger, cast.qihang, cast.huangpu, "clerk", at=now, verified=False)
    make_resident(at=now, park=cast.huangpu, permit=None)
    make_round(cast.huangpu, at=now)
    make_declaration(cast.huangpu, now.date().year - 1, {"T1.05.revenue": "100", "T1.05.tax": "1"}, at=now)
    text = home(client, getattr(cast, who), address)
    tiles = re.findall(
        r'<a class="what" href="([^"]+)">\s*<span class="label">([^<]+)</span><span class="count">([\d,]+)', text
    )
    assert len(tiles) >= 3
    for href, label, count in tiles:
        shown = client.get(href.replace("&amp;", "&")).content.decode()
        found = re.search(r'id="count-[^"]+"[^>]*>\s*([\d,]+)', shown) or re.search(r"<small>([\d,]+) 条未读", shown)
        assert found, (label, href)
        if "经办人" not in label and "许可证" not in label:  # a person may wait for several roles, a licence is one of several
            assert found.group(1) == count, (label, href)


# --- a number opens what it counts ---------------------------------------------------------------------------------------

TILE = re.compile(
    r'<a class="what" href="([^"]+)">\s*<span class="label">([^<]+)</span><span class="count">([\d,]+)<small>', re.S
)
LISTED = re.compile(r'<small id="count-[^"]+" role="status">([\d,]+) ')


def test_the_number_of_every_tile_is_the_number_of_the_list_it_opens(client, cast, now):
    today = now.date()
    for n, days in enumerate((20, 20, 50, -20)):
        one = make_resident(at=now, park=cast.huangpu, permit=None, name=f"广州甲{n}人力资源有限公司")
        for kind in ("hr_licence", "dispatch"):  # two papers of one institution are one line of the list
            make_licence(at=now, institution=one, kind=kind, valid_to=today + timedelta(days=days))
    make_licence(at=now, institution=one, kind="filing", original_seen=False)
    elsewhere = make_resident(at=now, park=cast.tianhe, permit=None)
    make_licence(at=now, institution=elsewhere, valid_to=today + timedelta(days=20), original_seen=False)
    samples.give_role(cast.stranger, cast.qihang, cast.huangpu, "clerk", at=now, verified=False)
    make_application(at=now, park=cast.huangpu)
    make_application(at=now - timedelta(days=60), park=cast.huangpu)
    make_override(park=cast.huangpu, at=now, parameter="institutions.licence_warning_days", value="30,10")
    found = {label: (href, int(count)) for href, label, count in TILE.findall(desk(client, cast).replace("&amp;", "&"))}
    opened = {}
    for label, (href, _) in found.items():
        count = LISTED.search(client.get(href).content.decode())
        if count:
            opened[label] = int(count.group(1).replace(",", ""))
    assert opened == {label: count for label, (_, count) in found.items() if label in opened}
    assert opened["30 天内有许可证到期"] == 2 and opened["许可证已过期"] == 1 and opened["待核验的许可与资质"] == 1
    assert len(opened) >= 6


def test_what_a_resident_enters_waits_for_an_officer_and_then_no_longer(client, cast, now):
    one = make_resident(at=now, park=cast.huangpu, organisation=cast.qihang)
    assert "待核验的许可与资质" not in desk(client, cast)
    given = {
        "number": "（粤）人服证字〔2026〕第0000009号",
        "issuer": "人社局",
        "valid_from": now.date(),
        "valid_to": None,
        "scope": "",
    }
    mine = add_licence(actor=cast.qihang_representative, at=now, key="own", institution=one, kind="filing", **given)
    award = {"title": "诚信企业", "issuer": "行业协会"}
    add_credential(actor=cast.qihang_representative, at=now, key="award", institution=one, kind="honour", **award)
    text = desk(client, cast)
    assert "待核验的许可与资质" in text and "许可 1 份、资质 1 份" in text
    assert f'href="/desk/huangpu/institutions/{one.pk}/?tab=licences"' in text
    assert one.name in home(client, cast.officer, "/desk/huangpu/institutions/?unseen=1")
    verify_licence(actor=cast.officer, at=now, key="seen", licence=mine, basis="核对许可证原件")
    assert "资质 1 份" in desk(client, cast) and "许可 1 份" not in desk(client, cast)
    assert "待核验的许可与资质" not in home(client, cast.tianhe_officer, "/desk/tianhe/")


# --- the shell leads nowhere in vain -------------------------------------------------------------------------------------


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("who", [
    "director", "officer", "qihang_representative", "qihang_clerk", "supervisor", "inspector", "stranger", "installer",
])  # fmt: skip
def test_every_link_of_navigation_and_help_opens_for_who_sees_it(client, cast, now, who, full):
    if full:
        make_resident(at=now, park=cast.huangpu, organisation=cast.qihang)
    client.force_login(getattr(cast, who))
    links = set()
    for page in ("/account/", "/help/", client.get("/account/enter/")["Location"]):
        links |= set(re.findall(r'<a [^>]*href="(/[^"#?]*)"', client.get(page).content.decode()))
    wrong = {link: answer.status_code for link in sorted(links) if (answer := client.get(link)).status_code not in (200, 302)}
    assert not wrong and len(links) > 3
