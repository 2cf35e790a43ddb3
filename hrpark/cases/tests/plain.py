"""The plainest kind of request: what the engine does when no room adds anything."""

from hrpark.cases.kinds import CaseKind, ItemText, case_kind

FIELDS = (
    {"key": "what", "label": "诉求内容", "type": "long", "required": True, "max": 500},
    {"key": "phone", "label": "联系电话", "type": "phone"},
    {"key": "since", "label": "发生日期", "type": "date", "past": True},
    {"key": "money", "label": "涉及收费", "type": "yesno"},
    {"key": "sum", "label": "金额", "type": "amount", "required": True, "when": {"field": "money", "is": True}},
)
MATERIALS = ({"key": "bill", "title": "收费单据", "required": True, "when": {"field": "money", "is": True}},)


@case_kind
class Plain(CaseKind):
    key, label, series = "plain", "一般诉求", "CS"
    item = ItemText(
        title="一般诉求", words="向园区提出诉求。", fields=FIELDS, materials=MATERIALS, clock="working",
        first_response_days=1, completion_days=5, desk="企业服务窗口",
    )  # fmt: skip
