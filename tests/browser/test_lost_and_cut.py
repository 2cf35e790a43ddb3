"""A session that ends, a network that is cut, a browser that changes hands: nothing typed is lost, nothing is done twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from hrpark.demo.people import APPLICANT, CLERK, OFFICER, PASSWORD
from hrpark.files.samples import pdf_bytes
from hrpark.sheets.samples import make_uscc

from .conftest import named

DESK, PORTAL = "/desk/huangpu", "/p/huangpu"
SENT = "广州断线人力资源有限公司"


def begin(person, name: str, number: int) -> None:
    person.go(f"{PORTAL}/apply/new/").write({"机构名称": name, "统一社会信用代码": make_uscc(number)}).press("开始填写")


def end_session(person, server) -> None:
    """What a day's end does: the session is no longer known, the browser still has its cookie."""
    key = next(one["value"] for one in person.context.cookies() if one["name"] == "sid")
    server.tell("DELETE FROM django_session WHERE session_key = ?", key)


def sign_in_beside(person) -> None:
    """In another window of the same browser, as the page says."""
    page = person.context.new_page()
    page.goto("/account/login/")
    sign_in_on(page)
    page.close()


def sign_in_on(page, key: str = APPLICANT.key) -> None:
    page.get_by_label("手机号或邮箱").fill(key)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda url: "/account/login" not in url)


def typed(person) -> list[tuple[str, str]]:
    """Everything that stands in the form, as the browser would send it."""
    pairs = person.page.evaluate(
        "[...new FormData(document.querySelector('#the-form'))].filter(([, v]) => typeof v === 'string')"
    )
    return [tuple(pair) for pair in pairs if pair[0] not in ("csrfmiddlewaretoken", "deed_key")]


def press_signed_out(person, server, button: str) -> None:
    """The session ends before the press. The page stays with all that was typed; after signing in it goes on, or comes back."""
    end_session(person, server)
    before, here = typed(person), person.page.url
    pressed = person.page.locator("#the-form").get_by_role("button", name=button, exact=True)
    pressed.click()
    expect(person.page.locator("[data-kept]")).to_contain_text("登录已过期")
    assert (person.page.url, typed(person)) == (here, before)
    sign_in_beside(person)
    assert typed(person) == before
    with person.page.expect_navigation():
        pressed.click()
    assert "/account/login" not in person.page.url


def test_a_session_lost_at_each_step_of_the_application_loses_nothing(visitor, server):
    person = visitor(APPLICANT.key)
    person.go(f"{PORTAL}/apply/new/").write({"机构名称": SENT, "统一社会信用代码": make_uscc(821)})
    press_signed_out(person, server, "开始填写")
    person.write(
        {
            "法律形式": "有限责任公司",
            "法定代表人或负责人": "冯静",
            "成立日期": "2019-05-20",
            "注册资本": "200万",
            "注册地址": "科学大道99号",
        }
    )
    press_signed_out(person, server, "保存并继续")
    permit = {
        "种类": "人力资源服务许可证",
        "编号": "（粤）人服证字〔2024〕第0112088号",
        "有效期起": "2024-01-08",
        "有效期止": "2029-01-07",
    }
    person.choose("人力资源招聘").write(permit, "许可或备案 1")
    press_signed_out(person, server, "保存并继续")
    for number, name in enumerate(("陈晓明", "林佳怡", "黄志强"), 1):
        person.write({"姓名": name, "学历": "本科"}, f"人员 {number}")
        person.page.get_by_role("group", name=f"人员 {number}", exact=True).get_by_label("人力资源服务专业人员").check()
        press_signed_out(person, server, "保存并再加一项" if number < 3 else "保存并继续")
    press_signed_out(person, server, "保存并继续")
    person.write(
        {"需要的面积": "180", "计划在园年限": "3", "经营计划": "招聘服务。", "联系人": "冯静", "联系电话": "13800138000"}
    )
    press_signed_out(person, server, "保存并继续")
    person.sees("请核对填写的内容", "冯静", "科学大道99号", "第0112088号", "陈晓明", "林佳怡", "黄志强", "招聘服务。")
    for key in ("business_licence", "hr_licence", "roster", "authorisation"):
        person.upload(f"#file-{key}", f"{key}.pdf", pdf_bytes(key))
        with person.page.expect_navigation():
            person.page.locator(f"form:has(#file-{key}) button").click()
    end_session(person, server)
    person.press("提交申请")
    assert "/account/login" in person.page.url
    sign_in_on(person.page)
    person.sees("请核对填写的内容", "黄志强").press("提交申请").sees("受理编号")
    found = server.ask(
        "SELECT c.state FROM cases_case c JOIN institutions_institution i ON i.id = c.institution_id WHERE i.name = ?", SENT
    )
    assert found == [("submitted",)]


def new_institution(officer, name: str, number: int):
    officer.go(f"{DESK}/institutions/new/").write({"机构名称": name, "统一社会信用代码": make_uscc(number)})
    return officer.page.locator("#the-form .form-foot .btn.main")


def made(server, name: str) -> int:
    return server.ask("SELECT COUNT(*) FROM institutions_institution WHERE name = ?", name)[0][0]


def test_offline_the_page_says_so_keeps_what_was_typed_and_sends_it_once_when_the_network_is_back(visitor, server):
    officer, name = visitor(OFFICER.key), "广州离线人力资源有限公司"
    button = new_institution(officer, name, 822)
    officer.context.set_offline(True)
    button.click()
    expect(officer.page.locator("[data-kept]")).to_contain_text("网络中断，没有提交")
    expect(officer.page.get_by_label(named("机构名称")).first).to_have_value(name)
    officer.context.set_offline(False)
    with officer.page.expect_navigation():
        button.click()
    officer.go(f"{DESK}/institutions/?q={name}").sees("1 家")
    assert made(server, name) == 1
    officer.problems.clear()  # the browser itself says on its console that it was offline


@pytest.mark.parametrize("heard", [False, True], ids=["before it came", "after it was done"])
def test_a_form_cut_off_on_its_way_is_sent_again_and_done_once(visitor, server, heard):
    """Cut off before the server heard of it, and cut off when only the answer was lost: who sends again, does it once."""
    officer, name = visitor(OFFICER.key), f"广州重发{'乙' if heard else '甲'}人力资源有限公司"
    button, cut = new_institution(officer, name, 824 + heard), []

    def once(route):
        if route.request.method != "POST" or cut:
            return route.continue_()
        cut.append(route.request.url)
        if heard:
            route.fetch(max_redirects=0)
        return route.abort("aborted")

    officer.page.route("**/institutions/new/", once)
    button.click(no_wait_after=True)
    officer.page.wait_for_timeout(300)
    assert (len(cut), made(server, name)) == (1, int(heard))
    expect(officer.page.get_by_label(named("机构名称")).first).to_have_value(name)
    with officer.page.expect_navigation(timeout=20_000):
        officer.page.wait_for_timeout(8200)  # the button takes a second press after so long
        button.click()
    officer.go(f"{DESK}/institutions/?q={name}").sees("1 家")
    assert made(server, name) == 1
    officer.problems.clear()  # the browser's own words about the cut


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_page_of_somebody_who_signed_out_is_refused_to_the_next_at_this_browser(visitor, server, script):
    person, number = visitor(APPLICANT.key, script=script), 827 + script
    name = f"广州换人{number}人力资源有限公司"
    begin(person, name, number)
    person.write(
        {"法律形式": "有限责任公司", "法定代表人或负责人": "冯静", "成立日期": "2019-05-20", "注册地址": "科学大道99号"}
    )
    drafts = server.ask("SELECT COUNT(*) FROM accounts_draft WHERE form LIKE 'admission:%'")
    here, beside = person.page.url, person.context.new_page()
    beside.goto("/account/")
    beside.locator("summary").filter(has_text=APPLICANT.name).first.click()
    with beside.expect_navigation():
        beside.get_by_role("button", name="退出登录").first.click()
    beside.goto("/account/login/")
    sign_in_on(beside, CLERK.key)
    beside.close()
    pressed = person.page.locator("#the-form").get_by_role("button", name="保存并继续", exact=True)
    if script:
        pressed.click()
        expect(person.page.locator("[data-kept]")).to_contain_text("另一个账号登录")
        assert person.page.url == here
        expect(person.page.get_by_label(named("法定代表人或负责人"))).to_have_value("冯静")
    else:
        with person.page.expect_navigation():
            pressed.click()
        person.sees("登录状态已变化")
    assert server.ask("SELECT COUNT(*) FROM accounts_draft WHERE form LIKE 'admission:%'") == drafts
