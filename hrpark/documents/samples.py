"""Data for every template, for tests and the demo year, with the characters that real names have."""

from __future__ import annotations

from datetime import date, datetime

from hrpark.accounts.models import Park, Person
from hrpark.accounts.samples import AT, HOUSE
from hrpark.files.actions import Subject
from hrpark.files.samples import Named, png_bytes
from hrpark.trail.kinds import System

from .actions import archive, issue, upload_word_template
from .actions.archiving import Paper
from .kinds import ADMISSION_DECISION, AGREEMENT, PLEDGE, REPORT
from .models import Document, Original, WordTemplate
from .word import house_template

PARK = "黄埔人力资源服务产业园"


def report_data(rows: int = 40, **over) -> dict:
    return {
        "title": "2025年度园区评价报告",
        "subtitle": "三级评价汇总",
        "park": PARK,
        "period": "2025年1月1日至12月31日",
        "issuer": "广州黄埔人才园运营有限公司",
        "result": {
            "headline": "综合得分 86.4 分，较上年提高 2.1 分；16 项指标中 15 项有数据，1 项不能确定。",
            "text": ["机构评价、园区自评、主管部门评价按 30：20：50 汇总。没有答复的指标不计零分，在本级内重新分配权重。"],
            "figures": [
                {"label": "入驻机构", "value": "86", "unit": "家", "period": "2025年末", "change": "+12", "basis": "系统计算"},
                {"label": "营业收入", "value": "19.60", "unit": "亿元", "period": "2025年", "change": "+45.7%", "basis": "机构申报，已核验"},
                {"label": "区域占比", "value": None, "unit": "%", "period": "2025年", "basis": "缺少区域数据，不能确定"},
            ],
            "bars": {
                "title": "三级评价得分",
                "unit": "分",
                "bars": [
                    {"label": "机构评价", "value": 88.2, "text": "88.2"},
                    {"label": "园区自评", "value": 85, "text": "85.0"},
                    {"label": "主管部门评价", "value": 85.9, "text": "85.9"},
                    {"label": "综合", "value": 86.4, "text": "86.4", "strong": True},
                ],
            },
            "basis": "依据：人力资源服务产业园建设运营标准 表1；评价方案 2025年版（本园区制定）。",
        },
        "sections": [
            {
                "title": "一、指标得分",
                "text": ["每一行都可在系统中追溯到记录。"],
                "table": {
                    "title": "表1　各项指标",
                    "columns": [
                        {"label": "编号", "width": 2},
                        {"label": "指标", "width": 6},
                        {"label": "数值", "align": "right", "width": 3},
                        {"label": "得分", "unit": "分", "align": "right", "width": 2},
                        {"label": "依据", "width": 3},
                    ],
                    "rows": [
                        *([f"T1.{n:02d}", f"第{n}项指标：人力资源服务机构数量", f"{n * 1234:,}", f"{80 + n % 20}.0", "已核验"] for n in range(1, rows + 1)),
                        {"cells": ["", "合计", None, "86.4", ""], "strong": True},
                    ],
                    "note": "“—”表示没有数据，不按零计。",
                },
            },
            {
                "title": "二、改进事项",
                "text": ["服务响应率低于目标，责任人龚𠮷祥，2026年6月30日前完成。"],
                "bars": {"title": "较上年变化", "unit": "%", "bars": [{"label": "营收", "value": 45.7}, {"label": "活动", "value": -8.2}, {"label": "占比", "value": None}]},
            },
        ],
        "appendix": [{"title": "评价方案", "text": ["权重、方法和目标由本园区制定，不是标准的规定。"]}],
    } | over  # fmt: skip


def decision_data(**over) -> dict:
    return {
        "park": PARK,
        "operator": "广州黄埔人才园运营有限公司",
        "institution": "广州启航人力资源有限公司",
        "uscc": "91440112MA5CUL6X7P",
        "application": "RZ-2026-0017",
        "applied_on": "2026年2月10日",
        "admitted": True,
        "terms": [["入驻单元", "A座 3层 305（建筑面积 120.50 平方米）"], ["入驻期限", "2026年4月1日至2029年3月31日"]],
        "findings": [
            {
                "clause": "4.3.1.1 a",
                "requirement": "依法设立并取得人力资源服务许可或备案",
                "outcome": "通过",
                "reason": "许可证有效期至 2028年5月31日",
            },
            {
                "clause": "4.3.1.1 b",
                "requirement": "没有不良信用记录",
                "outcome": "通过",
                "reason": "2026年2月20日查询，无记录",
            },
            {"clause": "4.3.1.1 c", "requirement": "有专业工作人员", "outcome": "通过", "reason": "专职人员 6 人"},
            {"clause": "4.3.1.3 d", "requirement": "诚信服务示范机构（优先条件）", "outcome": "待核", "reason": None},
        ],
        "next_steps": [
            {"what": "签署入园承诺书和入驻协议", "until": "2026年3月31日"},
            {"what": "自协议签订之日起 90 个自然日内人员进驻并开始营业"},
        ],
        "objection": "如对本决定有异议，可在收到之日起 15 个工作日内向园区提出书面复核申请；对复核结果仍有异议的，可向区人力资源和社会保障局反映。",
    } | over


def agreement_data(**over) -> dict:
    return {
        "park": PARK,
        "parties": [
            {"role": "甲方（园区运营方）", "name": "广州黄埔人才园运营有限公司", "uscc": "91440112MA5AAAAA1X", "address": "广州市黄埔区科学大道 1 号"},
            {"role": "乙方（入驻机构）", "name": "广州启航人力资源有限公司", "uscc": "91440112MA5CUL6X7P", "representative": "䶮㐂𠮷"},
        ],
        "unit": [["入驻单元", "A座 3层 305"], ["建筑面积", "120.50 平方米"]],
        "dates": [["入驻期限", "2026年4月1日至2029年3月31日"], ["人员进驻并开始营业", "不晚于 2026年6月30日（协议签订之日起 90 个自然日内）"]],
        "clauses": [
            {"title": "乙方的经营", "paragraphs": ["乙方依法取得并保持人力资源服务许可，诚信经营。", "乙方按期足额缴纳租金、物业费和水电费。"]},
            {"title": "甲方的服务", "paragraphs": ["甲方保障公共区域设施安全完好，按公布的目录提供服务。"]},
            {"title": "退出", "paragraphs": ["任何一方提前退出的，应提前 30 日书面通知另一方。", "乙方不再具备入驻条件的，甲方可按园区的退出制度处理。"]},
        ],
    } | over  # fmt: skip


def pledge_data(**over) -> dict:
    return {
        "park": PARK, "operator": "广州黄埔人才园运营有限公司", "institution": "广州启航人力资源有限公司", "uscc": "91440112MA5CUL6X7P",
        "representative": "䶮㐂𠮷", "agreement": "XY2026-0001", "years": "3年", "period": "2026年4月1日至2029年3月31日",
        "promises": ["在园区经营服务不少于3年。", "守法诚信经营。", "按期足额缴纳租金、物业费、水电费等应缴费用。"],
    } | over  # fmt: skip


EVERY_TEMPLATE = {REPORT: report_data, ADMISSION_DECISION: decision_data, AGREEMENT: agreement_data, PLEDGE: pledge_data}


def make_document(
    subject: Subject, park: Park, *, at: datetime = AT, actor: System | Person = HOUSE, template: str = ADMISSION_DECISION, key: str = "",
    title: str = "入驻决定通知书", data: dict | None = None,
) -> Document:  # fmt: skip
    key = key or f"document:{template}:{subject.subject_type}:{subject.pk}"
    data = EVERY_TEMPLATE[template]() if data is None else data
    return issue(actor=actor, at=at, key=key, park=park, template=template, subject=subject, title=title, data=data)


def make_paper(at: datetime = AT, **over) -> Paper:
    """A whole original: sealed, signed, dated, of which the place is known."""
    said = {
        "received_on": at.date(),
        "sealed": True,
        "cross_sealed": True,
        "signed": True,
        "dated": True,
        "place": "档案室2号柜3层",
    }
    return Paper(**(said | over))


def make_original(
    document: Document, *, at: datetime = AT, actor: System | Person = HOUSE, files: int = 2, key: str = "", **over
) -> Original:
    scans = [Named(png_bytes(), f"{n}.png") for n in range(files)]
    return archive(
        actor=actor, at=at, key=key or f"original:{document.pk}", document=document, paper=make_paper(at, **over), scans=scans
    )


def make_word_template(
    park: Park, *, at: datetime = AT, actor: System | Person = HOUSE, template: str = PLEDGE, data: bytes = b"", since: date | None = None, key: str = "",
    note: str = "",
) -> WordTemplate:  # fmt: skip
    """A park's own template; the house's with words of its own, where no bytes are given."""
    n = WordTemplate.objects.count() + 1
    return upload_word_template(
        actor=actor, at=at, key=key or f"word:{n}", park=park, template=template, file=Named(data or house_template(template), "模板.docx"),
        since=since or at.date(), note=note,
    )  # fmt: skip
