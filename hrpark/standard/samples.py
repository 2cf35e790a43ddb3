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


#: Two notices as the State Council's office published them (国办发明电〔2024〕12号, 〔2025〕7号).
NOTICE_2025 = """一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。
"""
NOTICE_2026 = """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
"""


def notice_for(year: int, new_year: str = "1月1日放假") -> str:
    """A notice of a year as simple as the law allows; ``new_year`` is what it says of the first days."""
    return f"""一、元旦：{new_year}。
二、春节：2月5日至11日放假，共7天。
三、清明节：4月5日放假。
四、劳动节：5月1日至3日放假，共3天。
五、国庆节：10月1日至7日放假，共7天。
"""
