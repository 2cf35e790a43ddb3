"""投诉: a skeleton after GB/T 17242-1998, which 5.3 h cites (the 2025 edition is in force since 2026-02-01).

Of its elements stand here: a named body that handles complaints (the item's desk, and the park's operator in the words), a
published procedure (the item's words, on the portal), handling by somebody whom it is not about (``respondent``, held by the
engine and the database), a decision with its outcome, the cause for analysis, and a file that is kept for a fixed period.
The days are ours: no numeric term was seen in the standard.
"""

from __future__ import annotations

from collections.abc import Mapping

from hrpark.cases.kinds import CaseKind, ItemText, case_kind

FIELDS = (
    {
        "key": "about", "label": "投诉对象", "type": "choice", "required": True,
        "help": "选“园区工作人员”的，先只由园区负责人阅看，登记被诉人后交其他人员办理；反映园区负责人本人的，请直接向园区主管部门反映。",
        "choices": [
            ["staff", "园区工作人员"], ["service", "园区的服务或收费"], ["institution", "驻园机构"], ["facility", "设施、安全与环境"], ["other", "其他"],
        ],
    },
    {"key": "whom", "label": "对象名称", "required": True, "max": 120, "help": "人员写姓名或岗位，机构写全称；不知道的写在哪里、什么时候遇到。"},
    {"key": "happened_on", "label": "发生日期", "type": "date", "required": True, "past": True},
    {"key": "what", "label": "事情经过", "type": "long", "required": True, "max": 2000, "help": "时间、地点、经过和结果，尽量具体。"},
    {"key": "wanted", "label": "您的要求", "type": "long", "required": True, "max": 500, "help": "例如说明原因、道歉、更正、退费。"},
    {"key": "tried", "label": "是否向对方反映过", "type": "yesno"},
    {"key": "reaction", "label": "对方怎样答复", "type": "long", "max": 500, "when": {"field": "tried", "is": True}},
    {"key": "contact", "label": "联系人", "required": True, "max": 60, "personal": True},
    {"key": "phone", "label": "联系电话", "type": "phone", "required": True, "personal": True},
)  # fmt: skip
MATERIALS = (
    {"key": "evidence", "title": "证据材料", "says": "合同、票据、照片、聊天记录等，没有可以不交", "personal": True},
)  # fmt: skip
WORDS = """对园区的服务、收费、设施，园区工作人员的行为，或驻园机构的服务不满意，可以投诉。投诉由园区运营方指定的投诉受理岗负责，受理电话见园区公示。
程序：一、从提交的次日起计时，1个工作日内答复是否受理、由谁办理；二、反映园区工作人员的，先由园区负责人阅看，再交被诉人以外的人员办理；向双方核实情况，被投诉的人不经办、也看不到投诉；三、10个工作日内作出处理决定，写明是否属实、怎样处理；四、您评价处理结果，不满意的由其他人员回访，可以重新办理。
不属园区职责的，会告诉您向哪个部门反映。对处理决定仍有异议，可以向园区主管部门反映，也可以依法申请调解、仲裁或提起诉讼。
投诉档案自办结之日起按公布的年限保存，到期处理。请如实反映，个人信息只用于办理本件。"""


@case_kind
class Complaint(CaseKind):
    key, label, series = "complaint", "投诉", "TS"
    clauses = ("5.3",)
    offered = ("tenant", "portal")
    titled_by = "what"
    accuses = True
    reads = ("about",)
    retention = "cases.complaint_retention_years"
    outcomes = {"upheld": "属实", "partly": "部分属实", "unfounded": "不属实", "unverifiable": "无法核实"}
    causes = {
        "attitude": "服务态度", "delay": "办理拖延", "error": "办理差错", "charge": "收费争议", "conduct": "违反制度", "quality": "服务质量",
        "facility": "设施与环境", "misunderstanding": "沟通误解", "other": "其他",
    }  # fmt: skip
    item = ItemText(
        title="投诉", words=WORDS, fields=FIELDS, materials=MATERIALS, clock="working", first_response_days=1, completion_days=10,
        desk="投诉受理岗", version=2,
    )  # fmt: skip

    def reserves(self, data: Mapping[str, object]) -> bool:
        return data.get("about") == "staff"
