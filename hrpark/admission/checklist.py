"""What a check of a resident looks at: points by letter of 4.3.1.2, each with the statute it rests on (domain practice)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CheckPoint:
    """One point: the letter it counts for, what is looked at, and by which rule."""

    key: str
    letter: str
    label: str
    basis: str


POINTS = {
    one.key: one
    for one in (
        CheckPoint("permit", "c", "许可、备案有效，业务未超出范围", "人力资源市场暂行条例 第十八条"),
        CheckPoint("annual", "c", "2月底前报送上年度经营情况年度报告", "广东省人力资源市场条例 第四十五条"),
        CheckPoint(
            "dispatch", "c", "经营劳务派遣的，3月31日前报送劳务派遣年度报告", "劳务派遣行政许可实施办法（转引，未核对原文）"
        ),
        CheckPoint("changes", "c", "名称、住所、法定代表人等变更后15日内书面报告", "人力资源市场暂行条例 第二十条"),
        CheckPoint("finance", "c", "财务管理制度健全，依法建账开票", "本标准（征求意见稿）4.3.1.2 c)"),
        CheckPoint(
            "display", "d", "服务场所明示营业执照、服务项目、收费标准、监督机关和电话", "广东省人力资源市场条例 第四十一条"
        ),
        CheckPoint("web", "d", "网站首页标明许可或备案编号", "广东省人力资源市场条例 第四十一条"),
        CheckPoint("ledger", "d", "服务台账完整，保存2年以上", "人力资源市场暂行条例 第三十三条"),
        CheckPoint("online", "d", "网络招聘信息和服务记录保存3年以上", "电子商务法 第三十一条"),
        CheckPoint("review", "d", "建立信息发布审查和投诉处理制度", "广东省人力资源市场条例 第三十八条"),
        CheckPoint("entrust", "d", "受托招聘时查验简章、执照、经办人身份和委托书", "广东省人力资源市场条例 第三十四条"),
    )
}
