"""What people do wrong, or twice, or at the same moment, in the browser: it is answered in words, and done once."""

from __future__ import annotations

import io
import zipfile

import pytest
from playwright.sync_api import expect

from hrpark.demo.people import APPLICANT, DIRECTOR, INSPECTOR, OFFICER, PASSWORD
from hrpark.sheets.samples import make_uscc, make_xlsx
from hrpark.web import clock

DESK, PORTAL = "/desk/huangpu", "/p/huangpu"


def refused(person, *texts: str) -> None:
    """The form came back with what is wrong; nobody is shown a bare error page."""
    person.sees(*texts)
    expect(person.page.locator("#the-form")).to_be_visible()


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("名单.txt", "不是 PDF")
    return buffer.getvalue()


def begun(person, name: str, number: int) -> None:
    person.go(f"{PORTAL}/apply/new/").write({"机构名称": name, "统一社会信用代码": make_uscc(number)}).press("开始填写")


def test_words_where_a_number_belongs_are_named_at_the_field_and_everything_typed_stays(visitor):
    director = visitor(DIRECTOR.key)
    director.go(f"{DESK}/returns/{clock.today().year}/edit/").write({"接待批次": "很多", "说明": "先写着"}).press("提交申报")
    refused(director, "应为数字", "已填写的内容都还在")
    expect(director.page.get_by_label("接待批次")).to_have_value("很多")
    expect(director.page.get_by_label("说明选填", exact=True)).to_have_value("先写着")


def test_a_code_that_fails_its_check_and_a_day_to_come_are_refused(visitor):
    person = visitor(APPLICANT.key)
    person.go(f"{PORTAL}/apply/new/").write(
        {"机构名称": "广州错码公司", "统一社会信用代码": make_uscc(801, valid=False)}
    ).press("开始填写")
    refused(person, "校验")
    begun(person, "广州来日人力资源有限公司", 802)
    person.write({"成立日期": f"{clock.today().year + 2}-01-01"}).press("保存并继续")
    refused(person, "成立日期")


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [("台账.pdf", b"%PDF-1.7\n" + b"0" * (21 * 1024 * 1024), "20 MB"), ("其实是压缩包.pdf", zipped(), "PDF")],
    ids=["21 MB", "a zip named pdf"],
)
def test_a_file_too_large_or_not_what_it_is_called_is_refused_with_the_reason(visitor, name, data, says):
    director = visitor(DIRECTOR.key)
    director.go(f"{DESK}/returns/{clock.today().year - 1}/").page.locator("main tbody a").first.click()
    director.press("补充佐证材料").write({"材料名称": "台账"}).upload("input[name=file]", name, data).press("上传材料")
    refused(director, says)


def test_formulas_in_an_import_are_text_and_come_out_as_text(visitor):
    officer = visitor(OFFICER.key)
    data = make_xlsx(
        ("机构名称", "统一社会信用代码", "联系人"), [('=HYPERLINK("http://x.invalid","点我")', make_uscc(803), "+1+1")]
    )
    officer.go(f"{DESK}/imports/new/").upload("input[name=file]", "公式.xlsx", data).press("上传并识别").press("核对各行并预览")
    officer.sees("HYPERLINK")
    assert not officer.page.locator('a[href*="x.invalid"]').count()


def test_a_double_click_and_the_back_button_do_it_once(visitor):
    officer = visitor(OFFICER.key)
    officer.go(f"{DESK}/people/invite/").choose("机构经办人")
    officer.go(f"{DESK}/institutions/new/").write({"机构名称": "广州双击人力资源有限公司", "统一社会信用代码": make_uscc(804)})
    with officer.page.expect_navigation():
        officer.page.locator("#the-form .form-foot .btn.main").dblclick()
    officer.page.wait_for_load_state()
    officer.page.go_back()
    if officer.page.locator("#the-form").count():
        officer.page.locator("#the-form .form-foot .btn.main").click()
        officer.page.wait_for_load_state()
    officer.go(f"{DESK}/institutions/?q=双击").sees("1 家")


def test_of_two_who_decide_at_once_the_second_is_told_who_was_first(visitor):
    """Two windows of the director's and two inspectors' tables: the demo has one director, so both browsers are hers."""
    first, second = visitor(DIRECTOR.key), visitor(DIRECTOR.key)
    for one in (first, second):
        one.go(f"{DESK}/admission/?q=领航").press("广州领航猎头顾问有限公司").press("作出决定")
        one.choose("准予入驻").write({"依据": "办公会研究同意。"})
    first.press("作出决定").sees("决定已作出")
    second.press("作出决定").sees(DIRECTOR.name)


def test_a_page_that_is_not_there_is_the_last_one(visitor):
    officer = visitor(OFFICER.key)
    for page in ("9999", "-1", "x"):
        officer.go(f"{DESK}/institutions/?page={page}")
        assert officer.page.locator("main tbody tr").count()


def test_sign_in_and_a_form_by_keyboard_alone(visitor):
    page = visitor().page
    page.goto("/account/login/")
    reach(page, "手机号或邮箱")
    page.keyboard.type(INSPECTOR.key)
    reach(page, "密码")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/account/login" not in page.url
    page.goto("/account/edit/")
    reach(page, "姓名")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("main").inner_text()


def reach(page, label: str, most: int = 60) -> None:
    """Tab until the box of that label has the focus."""
    for _ in range(most):
        if page.evaluate("[...(document.activeElement.labels ?? [])].map(l => l.innerText.trim()).join()").startswith(label):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{label} can't be reached by Tab")


def test_without_script_one_signs_in_applies_and_filters(visitor):
    person = visitor(APPLICANT.key, script=False)
    begun(person, "广州无脚本人力资源有限公司", 805)
    answers = {
        "法律形式": "有限责任公司",
        "法定代表人或负责人": "冯静",
        "成立日期": "2019-05-20",
        "注册地址": "广州市黄埔区科学大道9号",
    }
    person.write(answers).press("保存并继续").sees("业务与资质")
    officer = visitor(OFFICER.key, script=False)
    officer.go(f"{DESK}/institutions/?status=left")
    officer.page.locator("summary", has_text="类别").first.click()
    officer.page.get_by_label("配套服务机构", exact=True).first.check()
    with officer.page.expect_navigation():
        officer.page.locator("details[open] button", has_text="筛选").click()
    assert "kind=supporting" in officer.page.url
