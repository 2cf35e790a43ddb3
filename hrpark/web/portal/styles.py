"""The living style page: every component in every state, with words as they would really stand there (LOOK.md).

Nothing here is a record of anybody: names and codes are made up, and no row is read from the database.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.toolbox.errors import Refused
from hrpark.toolbox.verdict import Outcome
from hrpark.trail.queries import Line
from hrpark.web import forms as parts
from hrpark.web import jinja
from hrpark.web.cockpit import Beginning, Item, Task
from hrpark.web.forms import Day, File, Form, Money, Number, Whole
from hrpark.web.lists import Choice, Column, Days, List, View, YesNo, register, remember_look, with_look
from hrpark.web.pages import back_to, page
from hrpark.web.shell import SECTIONS, Group, Stop, shell_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
STATES = {
    "in": ("done", "在园"), "moving": ("waiting", "办理入驻"), "expiring": ("soon", "合同将到期"),
    "overdue": ("late", "材料逾期"), "left": ("off", "已退园"),
}  # fmt: skip
SEGMENTS = {
    "recruit": "招聘", "dispatch": "劳务派遣", "search": "高级人才寻访", "outsource": "人力资源服务外包", "test": "人力资源测评",
    "train": "人力资源培训", "consult": "人力资源管理咨询", "software": "人力资源软件",
}  # fmt: skip


class SampleList(List):
    """What an officer's list looks like."""

    key, title, noun = "styles", "机构名录", "家"
    door, view, record = "public", "styles-list", ""
    search, search_hint = ("name__icontains",), "搜索名称、信用代码"
    columns = (
        Column("name", "机构名称", sort=True),
        Column("state", "状态", kind="state", states=STATES, sort=True),
        Column("uscc", "统一社会信用代码", kind="code"),
        Column("segment", "主营业态", kind="badge", labels=SEGMENTS),
        Column("area", "面积", kind="number", unit="㎡", sort=True),
        Column("revenue", "上年营收", kind="wan", sort=True),
        Column("growth", "增长", kind="percent", sort=True),
        Column("since", "入驻日期", kind="date", sort=True),
        Column("contact", "联系人", shown=False),
    )
    filters = (
        Choice("state", "状态", choices={k: v[1] for k, v in STATES.items()}),
        Choice("segment", "主营业态", choices=SEGMENTS),
        Days("since", "入驻日期"),
        YesNo("licensed", "许可证", yes="持证", no="未持证"),
    )
    views = (View("三个月内到期", "state=expiring"), View("材料逾期", "state=overdue"))
    empty_title = "名录里还没有机构"
    empty_text = "可以从现有的 Excel 台账导入，也可以逐家登记。导入前会先预览，不会直接改动数据。"


SAMPLES = register(SampleList())
NAMES = (
    "华聘（广州）人力资源服务有限公司", "云岭人才科技股份有限公司", "嘉禾劳务派遣有限公司", "锐才高级人才寻访（深圳）有限公司",
    "南方测评研究院有限公司", "启程职业培训学校有限公司", "广东众创灵工数字科技有限公司", "海沧人力资源管理咨询有限公司",
    "诚信背景调查（北京）有限公司广州分公司", "优职软件科技有限公司", "金桥对外劳务合作有限公司", "新绿洲人力资源服务外包有限公司",
)  # fmt: skip


def _rows() -> list[tuple]:
    states, segments = list(STATES), list(SEGMENTS)
    rows = []
    for i, name in enumerate(NAMES):
        area = None if i == 4 else Decimal("86.5") + 37 * ((i * 5) % 11)
        revenue = None if i in (4, 10) else Decimal(1_830_000) + 7_456_321 * ((i * 7) % 9)
        growth = None if revenue is None else Decimal((i * 37) % 61 - 12) / 100
        uscc = f"9144010{i % 10}MA5{(i * 7919 + 12345) % 100000:05d}X{i % 10}"
        since = date(2023, 3, 1) + timedelta(days=71 * i)
        rows.append(
            (i + 1, name, states[(0, 0, 2, 0, 1, 0, 3, 0, 0, 2, 4, 0)[i]], uscc, segments[i % 8], area, revenue, growth, since)
        )
    return rows


class SampleForm(Form):
    """What a clerk fills in."""

    groups = (
        parts.Group(
            "机构信息", ("name", "uscc", "form", "founded", "mobile"), "以营业执照为准；上传执照后可自动识别，请逐项核对。"
        ),
        parts.Group("经营情况", ("segments", "staff", "area", "revenue", "agent", "about")),
        parts.Group("材料", ("licence", "agree")),
    )
    name = forms.CharField(label="机构名称", max_length=120)
    uscc = forms.CharField(
        label="统一社会信用代码",
        max_length=18,
        help_text="18 位，由数字和大写字母组成。",
        widget=forms.TextInput(attrs={"class": "w-20"}),
    )
    form = forms.ChoiceField(
        label="法律形式", choices=[("", "请选择"), ("llc", "有限责任公司"), ("jsc", "股份有限公司"), ("npo", "民办非企业单位")]
    )
    founded = Day(label="成立日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "w-12"}))
    mobile = forms.CharField(
        label="联系电话",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "class": "w-12"}),
    )
    segments = forms.MultipleChoiceField(
        label="业态", choices=list(SEGMENTS.items()), widget=forms.CheckboxSelectMultiple(attrs={"data-inline": "1"})
    )
    staff = Whole(label="从业人员", unit="人", help_text="填表当日在册人数。", widget=forms.TextInput(attrs={"class": "w-8"}))
    area = Number(label="拟租面积", unit="㎡", required=False, widget=forms.TextInput(attrs={"class": "w-8"}))
    revenue = Money(label="上年营业收入", unit="万元", required=False, widget=forms.TextInput(attrs={"class": "w-12"}))
    agent = forms.ChoiceField(
        label="办理人身份",
        choices=[("own", "法定代表人本人"), ("agent", "受委托的经办人")],
        widget=forms.RadioSelect(attrs={"data-inline": "1"}),
    )
    about = forms.CharField(
        label="主要服务与客户", required=False, widget=forms.Textarea, help_text="300 字以内。", max_length=300
    )
    licence = File(label="人力资源服务许可证", help_text="扫描件或清晰的手机照片。")
    agree = forms.BooleanField(label="以上内容真实，愿意接受核验")


def _officer(request: HttpRequest) -> None:
    """Draw the page in the shell that an officer sees."""
    labels = {
        "today": ("今日",), "admission": ("入驻申请", "候补名单"), "residents": ("机构名录", "导入台账", "证照到期"), "services": ("办件", "通知"),
        "park": ("楼宇与单元", "证书"), "evaluation": ("年度数据", "指标", "评价"), "settings": ("人员与角色", "操作记录"),
    }  # fmt: skip
    groups = tuple(
        Group(x.key, x.label, x.icon, tuple(Stop(n, f"#{x.key}", n == "机构名录") for n in labels[x.key]), x.key == "residents")
        for x in SECTIONS["desk"]
    )
    request._shell = replace(  # type: ignore[attr-defined]
        shell_of(request), door="desk", door_label="运营工作台", park_name="南岭国际人力资源服务产业园", groups=groups,
        home=request.path, search=request.path, notices="#notices", help="#help", unread=7,
    )  # fmt: skip


FACTS = [
    ("统一社会信用代码", "91440101MA5XK7HQ0U"), ("法律形式", "有限责任公司"), ("法定代表人", "林**"), ("成立日期", "2016年4月18日"),
    ("许可证", "（粤）人服证字〔2021〕第0100123号，有效期至 2026-06-30"), ("从业人员", "48 人，其中专业人员 31 人"),
    ("入驻单元", "A 座 8 层 803、804，326.50 ㎡"), ("合同期", "2024-01-01 至 2026-12-31"), ("上年营业收入", "3,728.16 万元"), ("退园日期", None),
    ("主营业态", "招聘、人力资源服务外包、高级人才寻访", True),
]  # fmt: skip


def _lines() -> list[Line]:
    at = datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI)
    told = [
        ("陈晓岚", "退回补正", timedelta(0), "许可证扫描件第 2 页不清晰，请重新上传。"),
        ("系统", "发出了到期提醒", timedelta(hours=20), None),
        ("周建国", "提交了入驻申请", timedelta(days=3, hours=2), None),
        ("周建国", "保存了机构信息", timedelta(days=3, hours=3), None),
        ("陈晓岚", "在名录中登记了机构", timedelta(days=12), "来自 2026 年 2 月台账，第 17 行。"),
    ]
    return [Line(i, who, what, at - ago, {"reason": why} if why else None, "") for i, (who, what, ago, why) in enumerate(told)]


CHARTS = [
    ("入驻机构是在增加吗？", "2025 年各月末在园机构数，与上年同月相比", {
        "id": "chart-line", "kind": "line", "unit": "家", "labels": [f"{m}月" for m in range(1, 13)],
        "series": [
            {"name": "2025年", "meaning": "park", "values": [78, 79, 82, 83, 87, 88, 88, 91, 93, 95, 96, 98]},
            {"name": "2024年", "meaning": "previous", "values": [70, 70, 71, 73, 73, 74, 75, 76, 76, 77, 77, 78]},
        ],
    }),
    ("哪些业态最多？", "2025 年末在园机构，一家可有多个业态", {
        "id": "chart-bar", "kind": "bar", "unit": "家", "across": True, "labels": list(SEGMENTS.values()),
        "series": [{"name": "在园机构", "meaning": "computed", "values": [46, 31, 22, 38, 7, 15, 19, 12]}],
    }),
    ("三方怎么看园区？", "2025 年度评价，各一级指标得分（满分 100）", {
        "id": "chart-radar", "kind": "radar", "unit": "分", "labels": ["产业集聚度", "经济贡献度", "品牌影响力", "服务响应度"],
        "most": [100, 100, 100, 100],
        "series": [
            {"name": "入驻机构", "meaning": "residents", "values": [86, 79, 74, 91]},
            {"name": "运营方自评", "meaning": "operator", "values": [90, 84, 82, 93]},
            {"name": "主管部门", "meaning": "authority", "values": [84, 81, 70, 85]},
        ],
    }),
    ("营收来自哪里？", "2023–2025 年园区机构营业收入，缺 2023 年外包申报", {
        "id": "chart-group", "kind": "bar", "unit": "亿元", "labels": ["2023年", "2024年", "2025年"],
        "series": [
            {"name": "招聘", "meaning": "", "values": [4.2, 4.9, 5.6]}, {"name": "外包", "meaning": "", "values": [None, 9.8, 12.4]},
            {"name": "寻访", "meaning": "", "values": [1.1, 1.3, 1.2]}, {"name": "培训", "meaning": "", "values": [0.6, 0.7, 0.9]},
        ],
    }),
]  # fmt: skip

TASKS = [
    Task("入驻申请待处理", 7, "件", "late", "#home", "其中 1 件已逾期", (
        Item(f"RY2026-0007 {NAMES[0]}", "#home", date(2026, 2, 26)), Item(f"RY2026-0008 {NAMES[3]}", "#home", date(2026, 3, 12)),
    )),
    Task("90 天内有许可证到期", 2, "家", "soon", "#home", "请提醒机构办理延续。", (
        Item(f"{NAMES[6]}：人力资源服务许可证", "#home", date(2026, 3, 4)),
    )),
    Task("评价待自评", 1, "轮", "waiting", "#home", "", (Item("2025年度评价", "#home", date(2026, 3, 31)),)),
    Task("未读通知", 7, "条", "off", "#home"),
]  # fmt: skip
STEPS = [
    Beginning("填写园区档案", "级别、批准文件、运营方和一句话介绍。", True),
    Beginning("登记楼栋、楼层和单元", "有了单元，机构入驻时才能落到位置。", False, "#home", "登记空间"),
    Beginning("导入机构台账", "用您现有的 Excel 或 CSV 就行；先看预览，确认后才写入。", False, "#home", "上传台账"),
]


@page(door="public")
@require_safe
def styles(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    wrong = SampleForm(data={
        "name": "华聘（广州）人力资源服务有限公司", "uscc": "91440101MA5XK7HQ0A", "founded": "2016-04-18", "staff": "四十八",
        "mobile": "020-8888 0000", "agent": "agent", "segments": ["recruit"],
    })  # fmt: skip
    wrong.add_error("uscc", "统一社会信用代码第18位校验不符，请核对营业执照；如确认无误，可填写说明后继续。")
    context = {
        "title": "样式", "today": date(2026, 3, 2), "list": SAMPLES.picture(request, _rows(), 1284), "facts_rows": FACTS,
        "lines": _lines(), "charts": CHARTS, "form": wrong, "outcomes": list(Outcome), "icons": sorted(jinja.ICONS),
        "date_of": lambda days: date(2026, 3, 2) + timedelta(days=days),
        "home_tasks": TASKS, "first_steps": STEPS,
        "answers": [("机构信息", "#form", [("机构名称", NAMES[0]), ("成立日期", "2016年4月18日")])],
    }  # fmt: skip
    return render(request, "portal/styles.html", context)


@page(door="public")
@require_safe
def styles_list(request: HttpRequest) -> HttpResponse:
    """A whole page that is a list."""
    _officer(request)
    return render(
        request,
        "portal/styles_list.html",
        {
            "title": SAMPLES.title,
            "list": SAMPLES.picture(request, [(i, *row[1:]) for i, row in enumerate(_rows() * 4)], 1284),
            "park": None,
        },
    )


@page(door="public")
@require_safe
def styles_record(request: HttpRequest) -> HttpResponse:
    """A whole page that is a record."""
    _officer(request)
    context = {"title": NAMES[0], "facts_rows": FACTS, "lines": _lines(), "today": date(2026, 3, 2), "due": date(2026, 3, 5)}
    return render(request, "portal/styles_record.html", context)


@page(door="public")
@require_http_methods(["GET", "HEAD", "POST"])
def styles_form(request: HttpRequest) -> HttpResponse:
    """A whole page that is a form. Handing it in checks it and keeps nothing."""
    _officer(request)
    form = SampleForm(request.POST, request.FILES) if request.method == "POST" else SampleForm()
    if request.method == "POST" and form.is_valid():
        messages.success(request, "检查通过。这是样式页，没有保存任何内容。")
        return HttpResponseRedirect(request.path)
    context = {
        "title": "入驻申请",
        "form": form,
        "marks": [("机构信息", "#", -1), ("经营与材料", "#", 0), ("核对并提交", "", 1)],
    }
    return render(request, "portal/styles_form.html", context, status=422 if form.errors else 200)


@page(door="public")
def look(request: HttpRequest) -> HttpResponse:
    """Switch 关怀版 or high contrast on or off, for this browser, and go back."""
    word = request.POST.get("look", "")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if word not in jinja.LOOKS:
        raise Refused("没有这种显示方式，请用页面右上角的开关。")
    response = HttpResponseRedirect(back_to(request))
    remember_look(response, with_look(request, word, word not in jinja.looks(request)))
    return response
