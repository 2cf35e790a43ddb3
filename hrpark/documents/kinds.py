"""Templates of documents: each a file in ``templates/``, its Chinese name, its series of numbers, and the data it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hrpark.toolbox.registry import Registry


@dataclass(frozen=True)
class Word:
    """A placeholder of a Word template, ``{{name}}``: what it is filled with, and what a preview shows. Lists become paragraphs."""

    name: str
    specimen: str | list[str]
    of: Callable[[Mapping[str, Any]], str | list[str]]


@dataclass(frozen=True)
class Template:
    """``series`` is the word before the year in a number: 入驻决定〔2026〕3号. Every series of a park counts by itself.

    ``words``: the document exists as a Word file, too, with these placeholders. ``seals_back``: its paper is sealed by hand and
    comes back to be archived. ``category``: under which letters its original gets its archive number.
    """

    key: str
    label: str
    series: str
    file: str
    needs: frozenset[str]
    words: tuple[Word, ...] = ()
    seals_back: bool = False
    category: str = "WS"


TEMPLATES: Registry[Template] = Registry("template of documents")
#: What the letters of an archive number stand for.
CATEGORIES = {"RZ": "入驻", "WS": "其他文书"}


def template(
    key: str, label: str, *, series: str, needs: tuple[str, ...], words: tuple[Word, ...] = (), seals_back: bool = False, category: str = "WS"
) -> str:  # fmt: skip
    """Declare a template; its file is ``templates/<key>.typ``. Returns its key."""
    if category not in CATEGORIES:
        raise LookupError(f"The template {key!r} belongs to an unknown category {category!r}")
    TEMPLATES.add(key, Template(key, label, series, f"{key}.typ", frozenset(needs), words, seals_back, category))
    return key


# --- what Word templates may say ------------------------------------------------------------------------------------------


def _plain(name: str, specimen: str | list[str], key: str) -> Word:
    return Word(name, specimen, lambda data: data.get(key) or "")


def _party(name: str, specimen: str, number: int, key: str) -> Word:
    return Word(name, specimen, lambda data: data["parties"][number].get(key) or "")


def _row(name: str, specimen: str, table: str, label: str) -> Word:
    """A value of one of the small tables of label and value."""
    return Word(name, specimen, lambda data: next((value for key, value in data[table] if key == label), ""))


def chinese(number: int) -> str:
    """1 to 99 as Chinese counts: 一, 十, 十二, 二十."""
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    return ("" if not tens else "十" if tens == 1 else digits[tens] + "十") + (digits[ones] if ones or not tens else "")


def _clauses(data: Mapping[str, Any]) -> list[str]:
    """Numbered as the PDF numbers them: the heading, then each paragraph."""
    lines = []
    for n, clause in enumerate(data["clauses"], 1):
        lines.append(f"第{chinese(n)}条　{clause['title']}")
        paragraphs = clause["paragraphs"]
        lines += paragraphs if len(paragraphs) == 1 else [f"（{chinese(m)}）{text}" for m, text in enumerate(paragraphs, 1)]
    return lines


def _promises(data: Mapping[str, Any]) -> list[str]:
    return [f"{chinese(n)}、{text}" for n, text in enumerate(data["promises"], 1)]


#: What every document has, in whichever template.
COMMON = (
    _plain("园区名称", "示例人力资源服务产业园", "park"),
    _plain("文书编号", "入驻协议〔2026〕1号", "number"),
    _plain("核验码", "ABCD-EFGH-JKMN-PQRS", "code"),
    _plain("签发日期", "2026年3月2日", "issued_on"),
)
_AGREEMENT = (
    *COMMON,
    _party("甲方名称", "示例园区运营有限公司", 0, "name"),
    _party("甲方统一社会信用代码", "91440112MA5AAAAA1X", 0, "uscc"),
    _party("机构名称", "示例人力资源有限公司", 1, "name"),
    _party("机构统一社会信用代码", "91440112MA5CUL6X7P", 1, "uscc"),
    _party("法定代表人", "张三", 1, "representative"),
    _party("机构住所", "广州市黄埔区示例路1号", 1, "address"),
    _party("联系人及电话", "李四，020-00000000", 1, "contact"),
    _row("入驻单元", "A座3层305", "unit", "入驻单元"),
    _row("建筑面积", "120.50平方米", "unit", "建筑面积"),
    _row("协议编号", "XY2026-0001", "dates", "协议编号"),
    _row("在园年限", "3年（2026年4月1日至2029年3月31日）", "dates", "承诺在园年限"),
    _row("开业期限", "不晚于2026年6月1日（协议签订之日起90个自然日内）", "dates", "人员进驻并开展业务"),
    Word("协议条款", ["第一条　在园承诺", "乙方承诺在园区经营服务不少于3年。", "第二条　费用", "按期缴纳租金、物业费和水电费。"], _clauses),
)  # fmt: skip
_PLEDGE = (
    *COMMON,
    _plain("甲方名称", "示例园区运营有限公司", "operator"),
    _plain("机构名称", "示例人力资源有限公司", "institution"),
    _plain("机构统一社会信用代码", "91440112MA5CUL6X7P", "uscc"),
    _plain("法定代表人", "张三", "representative"),
    _plain("协议编号", "XY2026-0001", "agreement"),
    _plain("在园年限", "3年", "years"),
    _plain("在园期间", "2026年4月1日至2029年3月31日", "period"),
    Word("承诺事项", ["一、在园区经营服务不少于3年。", "二、按期缴纳租金、物业费和水电费。"], _promises),
)


REPORT = template("report", "报告", series="报告", needs=("title", "park", "period", "result", "sections"))
ADMISSION_DECISION = template(
    "admission_decision",
    "入驻决定通知书",
    series="入驻决定",
    needs=("park", "operator", "institution", "application", "applied_on", "admitted", "findings", "next_steps", "objection"),
    category="RZ",
)
AGREEMENT = template(
    "agreement", "入驻协议", series="入驻协议", needs=("park", "parties", "unit", "dates", "clauses"), words=_AGREEMENT, seals_back=True,
    category="RZ",
)  # fmt: skip
PLEDGE = template(
    "pledge", "入园承诺书", series="入园承诺", needs=("park", "operator", "institution", "agreement", "years", "period", "promises"), words=_PLEDGE,
    seals_back=True, category="RZ",
)  # fmt: skip
