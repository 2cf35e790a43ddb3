"""The dated numbers of the house in words: what they are about, and a value with its unit."""

from __future__ import annotations

from hrpark.standard.rules import Value

from . import jinja

#: Room of a parameter → what a visitor calls its subject.
SUBJECTS = {"admission": "入驻", "institutions": "机构与许可", "returns": "数据填报", "evaluation": "评价", "cases": "办件"}


def said(value: Value, unit: str) -> str:
    """A value in words: 90 个自然日, 90、60、30 个自然日, 是."""
    if isinstance(value, bool):
        return "是" if value else "否"
    text = "、".join(map(str, value)) if isinstance(value, tuple) else value if isinstance(value, str) else jinja.number(value)
    return f"{text}{unit}" if unit == "%" else f"{text} {unit}".strip()
