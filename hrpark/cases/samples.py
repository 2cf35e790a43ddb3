"""Builders of requests, for tests and the demo park alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hrpark.accounts.models import Organisation, Park, Person
from hrpark.accounts.samples import AT

from .actions import open_case, submit
from .models import Case

#: What somebody types into the forms of the kinds that come with the engine.
DATA: dict[str, dict] = {
    "general": {
        "topic": "facility", "what": "三楼会议室空调不制冷\n上午起一直吹热风，下午有客户来访。", "place": "A座3楼2号会议室", "contact": "黄佳雯", "phone": "13800001111",
    },
    "complaint": {
        "about": "service", "whom": "A座停车场收费", "happened_on": "2026-02-20", "what": "月卡已缴费仍按次收费\n前台没有受理退费。",
        "wanted": "退还多收的费用并说明原因。", "contact": "黄佳雯", "phone": "13800001111",
    },
    "report": {"topic": "fraud", "whom": "某某劳务有限公司", "what": "以押金名义向求职者收费，不开票据。", "proof": "转账截图"},
}  # fmt: skip


def make_case(
    *, kind: str, park: Park, applicant: Person, at: datetime = AT, title: str = "会议室空调不制冷", data: Mapping | None = None,
    organisation: Organisation | None = None, handed_in: bool = True,
) -> Case:  # fmt: skip
    """A request, handed in unless said otherwise. The n-th of an applicant has a key of its own."""
    n = Case.objects.filter(applicant=applicant).count() + 1
    case = open_case(
        actor=applicant, at=at, key=f"case:{n}:open", kind=kind, park=park, title=title, organisation=organisation, data=data
    )
    return submit(actor=applicant, at=at, key=f"case:{n}:submit", case=case) if handed_in else case
