"""What people do wrong, or twice, or at the same moment, in the browser: it is answered in words, and done once."""

from __future__ import annotations

import io
import re
import time
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from hrpark.demo.people import APPLICANT, DIRECTOR, INSPECTOR, OFFICER, PASSWORD, Login
from hrpark.sheets.samples import make_csv, make_uscc, make_xlsx
from hrpark.web import clock

from .conftest import named

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


def test_a_double_click_and_the_back_button_do_it_once(visitor):
    officer = visitor(OFFICER.key)
    officer.go(f"{DESK}/people/invite/").choose("机构经办人")
    officer.go(f"{DESK}/institutions/new/").write({"机构名称": "广州双击人力资源有限公司", "统一社会信用代码": make_uscc(804)})
    with officer.page.expect_navigation():
        officer.page.locator("#the-form .form-foot .btn.main").dblclick()
    officer.page.go_back()
    if officer.page.locator("#the-form").count():
        with officer.page.expect_navigation():
            officer.page.locator("#the-form .form-foot .btn.main").click()
    officer.go(f"{DESK}/institutions/?q=双击").sees("1 家")


SECOND = Login("13911110001", "许文博", "另一位园区负责人")
READY = "广州领航猎头顾问有限公司"


def second_director(server) -> Login:
    """A park has more than one director: the demo's, copied under another name, with the same password and role."""
    if not server.ask("SELECT 1 FROM accounts_person WHERE mobile = ?", SECOND.key):
        server.tell(
            "INSERT INTO accounts_person (password, uid, name, mobile, is_active, installs, created_at)"
            f" SELECT password, '{uuid4().hex}', '{SECOND.name}', '{SECOND.key}', is_active, installs, created_at"
            " FROM accounts_person WHERE mobile = ?",
            DIRECTOR.key,
        )
        server.tell(
            "INSERT INTO accounts_membership (role, since, verified_at, person_id, organisation_id, park_id)"
            " SELECT m.role, m.since, m.verified_at, n.id, m.organisation_id, m.park_id FROM accounts_membership m"
            f" JOIN accounts_person p ON p.id = m.person_id JOIN accounts_person n ON n.mobile = '{SECOND.key}' WHERE p.mobile = ?",
            DIRECTOR.key,
        )
    return SECOND


def the_ready_one(person) -> None:
    """The demo's application whose conditions are all met."""
    person.go(f"{DESK}/admission/?q=领航").press(READY)


def decided(server) -> list[tuple]:
    return server.ask(
        "SELECT p.name, d.basis FROM admission_decision d JOIN admission_application a ON a.id = d.application_id"
        " JOIN institutions_institution i ON i.id = a.institution_id JOIN accounts_person p ON p.id = d.decided_by_id WHERE i.name = ?",
        READY,
    )


def test_of_two_directors_who_decide_at_once_the_second_is_told_who_was_first(visitor, server):
    """Both have the form open and both answers leave their browsers before the first arrives."""
    people = (DIRECTOR, second_director(server))
    both, held = [visitor(one.key) for one in people], []
    for person, one in zip(both, people, strict=True):
        the_ready_one(person)
        person.press("作出决定").choose("准予入驻").write({"依据": f"办公会研究同意，{one.name}记。"})
        person.context.route(
            "**/decide/", lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
        )
    for person in both:
        person.page.locator("#the-form .btn.main").click(no_wait_after=True)
    until = time.monotonic() + 10
    while len(held) < 2 and time.monotonic() < until:
        both[0].page.wait_for_timeout(20)
    assert len(held) == 2
    for route in held:
        route.continue_()
    ends = re.compile("决定已作出|先行处理")
    for person in both:
        expect(person.page.locator("body")).to_contain_text(ends)
    [(winner, basis)] = decided(server)
    assert basis == f"办公会研究同意，{winner}记。"
    first, second = both if winner == DIRECTOR.name else both[::-1]
    first.sees("决定已作出")
    loser = next(one.name for one in people if one.name != winner)
    refused(second, f"{winner}已于", "先行处理", "已填写的内容都还在")
    expect(second.page.get_by_label("依据", exact=True)).to_have_value(f"办公会研究同意，{loser}记。")
    expect(second.page.get_by_label("准予入驻", exact=True)).to_be_checked()


def import_register(officer, name: str, data: bytes) -> None:
    """A register goes the whole way, until it is written."""
    officer.go(f"{DESK}/imports/new/").upload("input[name=file]", name, data).press("上传并识别").press("核对各行并预览")
    officer.press("写入名册")
    expect(officer.page.get_by_text("已写入名册：")).to_be_visible(timeout=30_000)


def test_a_page_that_is_not_there_is_the_last_one(visitor):
    officer = visitor(OFFICER.key)
    rows = [(f"广州翻页{n:03}人力资源有限公司", make_uscc(4000 + n)) for n in range(1, 112)]
    import_register(officer, "三页.csv", make_csv(("企业名称", "信用代码"), rows))
    found, pager = officer.page.locator("main tbody tr"), officer.page.get_by_role("navigation", name="分页")
    first, last = ("1", rows[:50]), ("3", rows[100:])
    for page, (number, names) in {"9999": last, "3": last, "4": last, "-1": first, "0": first, "x": first}.items():
        officer.go(f"{DESK}/institutions/?q=翻页&sort=name&page={page}").sees("111 家")
        expect(found).to_have_count(len(names))
        expect(found.first).to_contain_text(names[0][0])
        expect(found.last).to_contain_text(names[-1][0])
        expect(pager.locator("[aria-current=page]")).to_contain_text(number)


TYPED = ('=HYPERLINK("http://x.invalid","点我")公式甲', "+1+1公式乙", "-2+3公式丙", "@SUM(1,1)公式丁", "\t=1+1公式戊")


def formulas(workbook: bytes) -> list[str]:
    """What a spreadsheet program would reckon or follow."""
    archive = zipfile.ZipFile(io.BytesIO(workbook))
    parts = {name: archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/")}
    return [name for name, text in parts.items() if re.search(r"<f[ >/]|<hyperlink|externalLink|ddeLink", text)]


def texts(workbook: bytes) -> list[str]:
    """Cells that are text."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    rows = (row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())
    return [cell for row in rows for cell in row if isinstance(cell, str)]


def test_formulas_in_an_import_are_text_and_come_out_as_text(visitor):
    officer = visitor(OFFICER.key)
    good = [(name, make_uscc(5000 + n), "=2+2联系人") for n, name in enumerate(TYPED)]
    wrong = [(name.replace("公式", "错码"), make_uscc(5100 + n, valid=False), "=3+3联系人") for n, name in enumerate(TYPED)]
    import_register(officer, "公式.xlsx", make_xlsx(("机构名称", "统一社会信用代码", "联系人"), [*good, *wrong]))
    officer.sees("新增 5 行")
    mistakes = officer.download(lambda: officer.page.get_by_role("button", name="下载有误和重复的行").click())
    officer.go(f"{DESK}/institutions/?q=公式").sees("5 家")
    assert not officer.page.locator('a[href*="x.invalid"]').count()
    whole = officer.download(lambda: officer.page.get_by_title("导出当前筛选结果").click())
    assert {name.strip() for name in TYPED} <= set(texts(whole))
    assert {name.strip() for name, *_ in wrong} | {"=3+3联系人"} <= {cell.strip() for cell in texts(mistakes)}
    assert formulas(whole) == formulas(mistakes) == []


def tomorrow() -> str:
    return str(clock.today() + timedelta(days=1))


def only_wrong(person, name: str, kept: dict[str, str]) -> None:
    """One box is refused, at the box, and every other stands as it was typed."""
    wrong = person.page.locator("#the-form [aria-invalid=true]")
    expect(wrong).to_have_count(1)
    expect(wrong).to_have_attribute("name", name)
    expect(person.page.locator(f"#field-{name} .wrong")).to_contain_text("不能晚于今天")
    for label, value in kept.items():
        expect(person.page.locator("main").get_by_label(named(label)).first).to_have_value(value)


def test_a_founding_day_to_come_is_refused_at_its_box(visitor):
    person = visitor(APPLICANT.key)
    begun(person, "广州远日人力资源有限公司", 811)
    kept = {"法定代表人或负责人": "冯静", "成立日期": "2150-03-02", "注册资本": "200万", "注册地址": "广州市黄埔区科学大道99号"}
    person.write({"法律形式": "有限责任公司", **kept}).press("保存并继续")
    only_wrong(person, "founded_on", {**kept, "法律形式": "limited"})
    person.write({"成立日期": "2019-03-02"}).press("保存并继续").sees("业务与资质")


def test_a_credit_check_of_tomorrow_is_refused_at_its_box(visitor, server):
    officer = visitor(OFFICER.key)
    officer.go(f"{DESK}/admission/?q=众合灵工").press("广州众合灵工信息服务有限公司").press("登记信用核查")
    before = server.ask("SELECT COUNT(*) FROM institutions_creditcheck")
    officer.write({"查询日期": tomorrow()}).choose("五个渠道都查过，均无不良记录")
    officer.page.get_by_label("说明选填", exact=True).first.fill("先查的这一处。")
    officer.press("登记核查结果")
    only_wrong(officer, "on", {"查询日期": tomorrow(), "说明": "先查的这一处。"})
    expect(officer.page.get_by_label("五个渠道都查过，均无不良记录")).to_be_checked()
    assert server.ask("SELECT COUNT(*) FROM institutions_creditcheck") == before


def test_an_agreement_signed_tomorrow_is_refused_at_its_box(visitor, server):
    director = visitor(DIRECTOR.key)
    the_ready_one(director)
    if not decided(server):
        director.press("作出决定").choose("准予入驻").write({"依据": "办公会研究同意。"}).press("作出决定")
    kept = {"签订日期": tomorrow(), "承诺在园年限": "4", "单元位置": "3号楼东侧"}
    director.press("登记入驻协议").write(kept).press("登记协议并办理入驻")
    only_wrong(director, "signed_on", kept)
    assert not server.ask(
        "SELECT 1 FROM admission_agreement g JOIN admission_application a ON a.id = g.application_id"
        " JOIN institutions_institution i ON i.id = a.institution_id WHERE i.name = ?",
        READY,
    )


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
