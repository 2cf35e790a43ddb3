"""The main job by browser, as each role: a register comes in, an agency applies and is let in, the park is evaluated three times.

One story, through the pages that people use, over the running product: web server, worker and tick.
"""

from __future__ import annotations

import io
from collections import Counter
from datetime import date, datetime, timedelta
from functools import partial

import pypdf
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from hrpark.demo.people import DIRECTOR, INSPECTOR, OFFICER, REPRESENTATIVE, SUPERVISOR
from hrpark.files.samples import pdf_bytes
from hrpark.sheets.samples import make_csv, make_uscc, make_xlsx
from hrpark.web import clock

DESK, TENANT, AUTHORITY, PORTAL = "/desk/huangpu", "/tenant/huangpu", "/authority/huangpu", "/p/huangpu"
YEAR = clock.today().year - 1
APPLICANT = "13711112222"
VISITS = "51"
PHRASE = "榕树下三只白鹭飞过水田"
COMPANY = "广州北辰人力资源有限公司"
ROUND = f"{YEAR}年补充评价"


def test_from_a_register_to_an_evaluated_park(visitor, server):
    """Every button is pressed with a double click, as many people do; each deed is done once."""
    visitor = partial(visitor, twice=True)
    officer, director = visitor(OFFICER.key), visitor(DIRECTOR.key)
    import_text(officer)
    import_workbook(officer)
    export(officer)
    applicant = visitor()
    register(applicant)
    apply(applicant)
    send_back(officer)
    answer(applicant)
    check(officer)
    decide(director)
    settled(applicant, officer)
    inspector, supervisor = visitor(INSPECTOR.key), visitor(SUPERVISOR.key)
    declare(director)
    verify(inspector)
    round = open_round(director)
    residents_answer(visitor, officer, applicant, round)
    rate(director, round)
    assess(inspector, round)
    finish(supervisor, round)
    read(director, applicant, round)
    nothing_doubled(server, int(round))


def nothing_doubled(server, round: int) -> None:
    """What the story made is there once, and no deed of a person was told twice of the same record within two seconds."""
    case = "JOIN cases_case c ON c.id = {} JOIN institutions_institution i ON i.id = c.institution_id WHERE i.name = ?"
    steps = server.ask("SELECT s.verb FROM cases_step s " + case.format("s.case_id"), COMPANY)
    assert Counter(verb for (verb,) in steps).most_common(1)[0][1] == 1, steps
    application = (
        "JOIN admission_application a ON a.id = x.application_id JOIN institutions_institution i ON i.id = a.institution_id"
    )
    once = {
        "applications": ("SELECT COUNT(*) FROM admission_application x " + case.format("x.case_id"), COMPANY),
        "decisions": (f"SELECT COUNT(*) FROM admission_decision x {application} WHERE i.name = ?", COMPANY),
        "agreements": (f"SELECT COUNT(*) FROM admission_agreement x {application} WHERE i.name = ?", COMPANY),
        "declarations": ("SELECT COUNT(*) FROM returns_declaration WHERE note = ?", "补记一批来访。"),
        "rounds": ("SELECT COUNT(*) FROM evaluation_round WHERE name = ?", ROUND),
        "results": ("SELECT COUNT(*) FROM evaluation_frozen WHERE round_id = ?", round),
    }
    assert {what: server.ask(*question)[0][0] for what, question in once.items()} == dict.fromkeys(once, 1)
    assert server.ask("SELECT COUNT(*) FROM evaluation_participation WHERE round_id = ?", round) == [(5,)]
    answers = """SELECT "row", COUNT(*) FROM evaluation_answer WHERE round_id = ? GROUP BY "row" """
    assert {n for _, n in server.ask(answers, round)} == {5}
    told, doubled = {}, []
    for *deed, at in server.ask(
        "SELECT actor, verb, subject_type, subject_id, at FROM trail_entry WHERE key NOT LIKE '%#%' ORDER BY id"
    ):
        at, before = datetime.fromisoformat(str(at)), told.get(tuple(deed))
        # To save the self-rating and to hand it in are two deeds of one verb.
        if deed[0].startswith("person:") and deed[1] != "evaluation.rate" and before and at - before < timedelta(seconds=2):
            doubled.append((*deed, str(at)))
        told[tuple(deed)] = at
    assert not doubled
    rated = "SELECT COUNT(*) FROM trail_entry WHERE verb = 'evaluation.rate' AND subject_type = 'round' AND subject_id = ?"
    assert server.ask(rated, str(round)) == [(2,)]


# ---------------------------------------------------------------- registers come in


def take_in(officer, name: str, data: bytes) -> None:
    """Upload a table; its columns are recognised."""
    officer.go(f"{DESK}/imports/new/").upload("input[name=file]", name, data).press("上传并识别")
    officer.sees("各列是什么")


def import_text(officer) -> None:
    """A register in GB18030 with a row that is twice in it and one whose code is no code."""
    header = ("企业名称", "信用代码", "法人", "成立时间", "联系人", "联系电话")
    twice = ("广州甲辰人力资源有限公司", make_uscc(771), "赵敏", "2019/3/1", "钱芳", "13800138001")
    rows = [
        twice, twice, ("广州乙巳猎头有限公司", make_uscc(772), "孙磊", "2020.5.6", "李娟", "13800138002"),
        ("广州丙午人力资源有限公司", "9144", "周斌", "2021年7月8日", "吴洁", "13800138003"),
    ]  # fmt: skip
    take_in(officer, "入驻名册.csv", make_csv(header, rows, encoding="gb18030"))
    expect(officer.page.get_by_label("“企业名称”对应")).to_have_value("name")
    expect(officer.page.get_by_label("“信用代码”对应")).to_have_value("uscc")
    officer.press("核对各行并预览")
    tabs = officer.page.get_by_role("navigation", name="核对结果")
    officer.sees("新增 2 行")
    expect(tabs).to_contain_text("有误")
    tabs.get_by_role("link", name="有误").click()
    officer.sees("统一社会信用代码")
    tabs.get_by_role("link", name="重复").click()
    officer.sees("广州甲辰人力资源有限公司")
    officer.press("写入名册")
    expect(officer.page.get_by_text("已写入名册：新增 2 行")).to_be_visible(timeout=30_000)
    errors = officer.download(lambda: officer.page.get_by_role("button", name="下载有误和重复的行").click())
    assert "广州丙午人力资源有限公司" in cells(errors)
    officer.press("查看名册")
    officer.go(f"{DESK}/institutions/?q=乙巳").sees("广州乙巳猎头有限公司", "1 家")


def import_workbook(officer) -> None:
    """A workbook with a title above, a heading of two rows with merged cells, and full-width digits."""

    def merge(book, page):
        page.merge_range(0, 0, 0, 5, "2026年入驻机构名册")
        page.merge_range(1, 0, 2, 0, "单位名称")
        page.merge_range(1, 1, 2, 1, "统一社会信用代码")
        page.merge_range(1, 2, 1, 3, "许可证")
        page.merge_range(1, 4, 2, 4, "联系人")

    above = [("2026年入驻机构名册",), ("单位名称", "统一社会信用代码", "许可证", "", "联系人")]
    heading = ("", "", "编号", "有效期至", "")
    rows = [
        ("广州丁未人力资源有限公司", make_uscc(773), "（粤）人服证字〔2024〕第0112991号", date(2029, 1, 7), "郑丽"),
        ("广州戊申劳务派遣有限公司", "".join(chr(ord(c) + 0xFEE0) for c in make_uscc(774)), "", "", "王勇"),
    ]
    take_in(officer, "合并表头.xlsx", make_xlsx(heading, rows, before=above, and_then=merge))
    officer.press("核对各行并预览").sees("新增 2 行").press("写入名册")
    expect(officer.page.get_by_text("已写入名册：新增 2 行")).to_be_visible(timeout=30_000)
    officer.go(f"{DESK}/institutions/?q=戊申").sees("广州戊申劳务派遣有限公司")


def export(officer) -> None:
    officer.go(f"{DESK}/institutions/")
    book = officer.download(lambda: officer.page.get_by_title("导出当前筛选结果").click())
    assert {"广州甲辰人力资源有限公司", "广州丁未人力资源有限公司"} <= cells(book)


def cells(workbook: bytes) -> set[str]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    return {str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row}


# ---------------------------------------------------------------- an agency applies


def register(applicant) -> None:
    applicant.go(f"{PORTAL}/apply/").press("开始申请")
    applicant.press("注册账号")
    applicant.write({"姓名": "冯静", "手机号或邮箱": APPLICANT, "密码": PHRASE}).choose("我已阅读并同意上述个人信息处理说明")
    applicant.press("注册账号")
    sign_in_here(applicant)


def sign_in_here(applicant) -> None:
    """Sign in on the page that asks for it; it leads back to where one was going."""
    applicant.page.get_by_label("手机号或邮箱").fill(APPLICANT)
    applicant.page.get_by_label("密码", exact=True).fill(PHRASE)
    applicant.page.get_by_role("button", name="登录", exact=True).click()
    applicant.page.wait_for_url(lambda url: "/account/login" not in url)


def apply(applicant) -> None:
    """Every step of the form; the session is lost in the third, and nothing that was typed."""
    applicant.go(f"{PORTAL}/apply/new/")
    applicant.write({"机构名称": COMPANY, "统一社会信用代码": make_uscc(775)}).choose("机构负责人").press("开始填写")
    identity = {
        "法律形式": "有限责任公司", "法定代表人或负责人": "冯静", "成立日期": "2019-05-20", "注册资本": "200万", "注册地址": "广州市黄埔区科学大道99号",
    }  # fmt: skip
    applicant.write(identity).press("保存并继续")
    permit = {
        "种类": "人力资源服务许可证",
        "编号": "（粤）人服证字〔2024〕第0112077号",
        "有效期起": "2024-01-08",
        "有效期止": f"{YEAR + 4}-01-07",
    }
    applicant.choose("人力资源招聘").write(permit, "许可或备案 1").press("保存并继续")
    for number, (name, education) in enumerate((("陈晓明", "本科"), ("林佳怡", "大专"), ("黄志强", "硕士研究生")), 1):
        applicant.write({"姓名": name, "学历": education}, f"人员 {number}")
        applicant.page.get_by_role("group", name=f"人员 {number}", exact=True).get_by_label("人力资源服务专业人员").check()
        if number == 2:
            lose_session(applicant)
        if number < 3:
            applicant.press("保存并再加一项")
    applicant.press("保存并继续").press("保存并继续")
    wishes = {"需要的面积": "180", "计划在园年限": "3", "经营计划": "招聘服务。", "联系人": "冯静", "联系电话": APPLICANT}
    applicant.write(wishes).press("保存并继续")
    applicant.sees("请核对填写的内容", "陈晓明", "黄志强", "还缺必交材料")
    for key in ("business_licence", "hr_licence", "roster", "authorisation"):
        applicant.upload(f"#file-{key}", f"{key}.pdf", pdf_bytes(key))
        with applicant.page.expect_navigation():
            applicant.page.locator(f"form:has(#file-{key}) button").click()
    applicant.press("提交申请").sees("受理编号")


def lose_session(applicant) -> None:
    """The draft is kept as it is typed; after signing in again the form stands as it was."""
    page, here = applicant.page, applicant.page.url
    expect(page.locator("[data-kept]")).to_contain_text("草稿已保存", timeout=15_000)
    applicant.context.clear_cookies()
    with page.expect_navigation():
        page.reload()
    assert "/account/login" in page.url
    sign_in_here(applicant)
    assert page.url == here
    second = page.get_by_role("group", name="人员 2", exact=True)
    expect(second.get_by_label("姓名")).to_have_value("林佳怡")
    expect(second.get_by_label("学历")).to_have_value("college")


def the_application(person) -> None:
    person.go(f"{DESK}/admission/?q={COMPANY}")
    person.press(COMPANY)


def send_back(officer) -> None:
    the_application(officer)
    officer.press("退回补正").write({"经营计划": "请写明预计服务的企业数。"}).press("退回补正")
    officer.sees("已要求补正", "请写明预计服务的企业数。")


def answer(applicant) -> None:
    applicant.go(f"{PORTAL}/apply/").press(COMPANY)
    applicant.sees("请写明预计服务的企业数。").press("提交补正")
    expect(applicant.page.get_by_label("经营计划")).to_have_value("招聘服务。")
    applicant.write({"经营计划": "为园区周边制造企业招聘技术工人，首年服务 80 家。"}).press("提交补正").sees("补正已提交")


def check(officer) -> None:
    """Who applies, their credit, their papers: after that no condition stands against them."""
    the_application(officer)
    officer.press("核验申请人身份").write({"核验依据": "授权委托书原件"}).press("核验通过")
    officer.press("登记信用核查").choose("五个渠道都查过，均无不良记录").press("登记核查结果")
    officer.press("核对材料原件")
    for box in officer.page.locator("main input[type=checkbox]").all():
        box.check()
    officer.write({"核对方式": "核对原件"}).press("确认已核对").sees("已记入机构档案")
    officer.press("完成初审").choose("符合基本条件，提交评审和决定").write({"初审意见": "材料齐全，信用良好。"})
    officer.press("完成初审").sees("初审已完成")


def decide(director) -> None:
    the_application(director)
    director.press("作出决定").sees("基本条件都已满足或不适用")
    director.choose("准予入驻").write({"依据": "办公会研究同意。"}).press("作出决定").sees("决定已作出")
    director.press("登记入驻协议")
    units = director.page.get_by_label("单元选填", exact=True)
    units.select_option(index=1)
    director.press("登记协议并办理入驻").sees("协议已登记，机构已办理入驻。")


def settled(applicant, officer) -> None:
    """The officer finds a resident with a unit; the applicant is at home in the tenant's door."""
    officer.go(f"{DESK}/institutions/?q={COMPANY}").sees(COMPANY, "在驻")
    applicant.go("/account/enter/")
    assert TENANT in applicant.page.url, applicant.page.url
    applicant.go(f"{TENANT}/institution/").sees(COMPANY)


# ---------------------------------------------------------------- the year's figures


def declare(director) -> None:
    director.go(f"{DESK}/returns/{YEAR}/edit/")
    director.write({"接待批次": VISITS, "说明": "补记一批来访。"}).upload(
        "input[name=evidence]", "接待台账.pdf", pdf_bytes("台账")
    )
    director.press("提交申报").sees("已申报", "接待台账.pdf")


def verify(inspector) -> None:
    inspector.go(f"{AUTHORITY}/figures/?open=1&park=1").press("接待批次")
    inspector.sees(VISITS, "接待台账.pdf").press("核定").choose("按申报值核定").press("提交核定").sees("已核定")


# ---------------------------------------------------------------- three levels evaluate


def open_round(director) -> str:
    """A round prepared and opened; its number."""
    director.go(f"{DESK}/rounds/").press("发起评价").write({"名称": ROUND}).press("发起评价").sees("尚未开放")
    director.press("开放评价").sees("评价已开放")
    return director.page.url.rstrip("/").rpartition("/")[2]


def residents_answer(visitor, officer, applicant, round: str) -> None:
    """Five institutions answer, each through somebody of its own: two that have people, three whose people are invited."""
    for person in (visitor(REPRESENTATIVE.key), applicant, *(invited(visitor, officer, n) for n in range(3))):
        person.go(f"{TENANT}/rounds/{round}/")
        for group in person.page.locator("main fieldset fieldset").all():
            group.get_by_label("满意", exact=True).check()
        person.press("提交评价").sees("谢谢，评价已提交")


def invited(visitor, officer, number: int):
    """A representative of a resident: invited by the officer, accepts by the link, is verified at the counter."""
    name = ("广州智达人力资源服务有限公司", "广州粤才人力资源服务有限公司", "广州湾聚人力资源服务有限公司")[number]
    person, mobile = f"代表{'甲乙丙'[number]}", f"1361111222{number}"
    officer.go(f"{DESK}/people/invite/").choose("机构负责人").write({"单位": name, "姓名": person, "手机号": mobile})
    link = officer.press("生成邀请链接").page.get_by_label("邀请链接").input_value()
    guest = visitor()
    guest.go(link).write({"密码": PHRASE}).choose("我已阅读并同意上述个人信息处理说明").press("建立账号并接受邀请")
    officer.go(f"{DESK}/people/?waiting=1&q={person}").press(person).press("核验通过").write({"核验依据": "授权委托书原件"})
    officer.press("核验通过").sees("已核验")
    return guest


def rate(director, round: str) -> None:
    director.go(f"{DESK}/rounds/{round}/rate/")
    for box in director.page.get_by_label("自评分").all():
        box.fill("90")
    for box in director.page.locator("main input[type=checkbox]").all():
        box.check()
    director.press("保存自评").sees("自评已保存").press("提交自评").sees("自评已提交")


def assess(inspector, round: str) -> None:
    """Answers are closed early with the reason; every row is accepted but one, which is adjusted with the reason."""
    inspector.go(f"{AUTHORITY}/rounds/{round}/").press("截止收集").write({"原因": "各单位已作答。"}).press("截止收集")
    inspector.sees("收集已截止").press("评估 T1.01")
    for _ in range(16):
        heading = inspector.page.get_by_role("heading", level=1).inner_text()
        if heading.startswith("T1.14"):
            inspector.choose("调整，另行评分").write({"评估分": "82", "理由": "会议室数量不足。"})
        else:
            inspector.choose("认可推算得分")
        onward = inspector.page.get_by_role("button", name="提交意见并评估")
        if not onward.count():
            break
        with inspector.page.expect_navigation():
            onward.dblclick()
    inspector.press("提交意见")
    while inspector.page.get_by_role("link", name="认定否决事项").count():
        inspector.press("认定否决事项").choose("不存在").press("提交认定")
    inspector.press("提交评估").sees("评估已提交")


def finish(supervisor, round: str) -> None:
    supervisor.go(f"{AUTHORITY}/rounds/{round}/").press("评价定稿").sees("已定稿").press("发布结果").sees("结果已发布")


def read(director, resident, round: str) -> None:
    """The three sources side by side, the report and the table; a resident reads the published result, too."""
    director.go(f"{DESK}/rounds/{round}/result/").sees("进驻单位", "运营自评", "主管部门", "5 家作答", "会议室数量不足。")
    row = director.page.get_by_role("row", name="T1.14")
    assert "82" in row.first.inner_text()
    grade = director.page.get_by_text("等次：").first.inner_text().removeprefix("等次：")
    report = director.download(lambda: director.page.get_by_role("button", name="生成报告（PDF）").click())
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(report)).pages)
    assert "广州黄埔人力资源服务产业园" in text
    assert grade in text
    director.page.reload()
    book = director.download(lambda: director.page.get_by_role("link", name="下载结果表（Excel）").click())
    assert any("T1.14" in cell for cell in cells(book))
    resident.go(f"{TENANT}/rounds/{round}/result/").sees("会议室数量不足。", "5 家作答")
