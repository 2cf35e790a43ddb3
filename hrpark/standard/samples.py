"""Samples of the standard's own: a small edition and parameter as their files hold them, and a park's promise."""

from __future__ import annotations

from datetime import date, datetime

from hrpark.accounts.models import Park
from hrpark.accounts.samples import AT, HOUSE

from .actions import override
from .models import Override


def edition_file(**over) -> dict:
    """An edition ``sample`` as YAML reads it: a chapter, two clauses, a row."""
    clause = {"printed": "1", "modal": "应", "force": "S", "rooms": ["parks"]}
    return {
        "key": "sample",
        "title": "样例标准",
        "number": "T/YL 1—2026",
        "status": "样例",
        "supersedes": None,
        "terms": [{"key": "1.1", "zh": "园区", "en": "park", "short": "机构聚集的地方"}],
        "clauses": [
            clause | {"key": "1", "parent": None, "heading": True, "modal": "none", "force": "T", "short": "建设", "rooms": []},
            clause | {"key": "1.1", "parent": "1", "short": "有地方"},
            clause | {"key": "1.2", "parent": "1", "short": "有人", "rooms": ["staff"]},
        ],
        "rows": [
            {
                "key": "T1.01", "level1": "甲", "level2": "乙", "label": "机构", "fed_by": ["institutions"],
                "measures": [{"key": "agencies", "label": "机构数", "unit": "家", "kind": "count"}],
            },
        ],
    } | over  # fmt: skip


def parameter_file(**over) -> dict:
    """One entry of the ``parameters.yaml`` of room ``sample``."""
    return {
        "key": "sample.days", "label": "期限", "unit": "个自然日", "kind": "int", "park_may": "less",
        "values": [{"since": date(2022, 1, 1), "value": 30, "source": "own", "basis": "平台默认"}],
    } | over  # fmt: skip


def make_override(
    *, park: Park, at: datetime = AT, parameter: str = "admission.start_days", since: date | None = None, value: object = 60,
    basis: str = "园区管理办公室〔2026〕1号",
) -> Override:  # fmt: skip
    """The park's promise: staff in and business started within 60 days rather than 90, unless said otherwise."""
    since = since or at.date()
    return override(
        actor=HOUSE, at=at, key=f"override:{park.pk}:{parameter}:{since}:{value}", park=park, parameter=parameter, since=since,
        value=value, basis=basis,
    )  # fmt: skip
