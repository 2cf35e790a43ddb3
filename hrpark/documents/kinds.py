"""Templates of documents: each a file in ``templates/``, its Chinese name, its series of numbers, and the data it needs."""

from __future__ import annotations

from dataclasses import dataclass

from hrpark.toolbox.registry import Registry


@dataclass(frozen=True)
class Template:
    """``series`` is the word before the year in a number: 入驻决定〔2026〕3号. Every series of a park counts by itself."""

    key: str
    label: str
    series: str
    file: str
    needs: frozenset[str]


TEMPLATES: Registry[Template] = Registry("template of documents")


def template(key: str, label: str, *, series: str, needs: tuple[str, ...]) -> str:
    """Declare a template; its file is ``templates/<key>.typ``. Returns its key."""
    TEMPLATES.add(key, Template(key, label, series, f"{key}.typ", frozenset(needs)))
    return key


REPORT = template("report", "报告", series="报告", needs=("title", "park", "period", "result", "sections"))
ADMISSION_DECISION = template(
    "admission_decision",
    "入驻决定通知书",
    series="入驻决定",
    needs=("park", "operator", "institution", "application", "applied_on", "admitted", "findings", "next_steps", "objection"),
)
AGREEMENT = template("agreement", "入驻协议", series="入驻协议", needs=("park", "parties", "unit", "dates", "clauses"))
