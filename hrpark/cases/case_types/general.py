"""一般诉求: whatever a resident, a company or a person asks of a park (5.3 e, 6.2.2; counted in Table 1 row T1.13).

The days are ours: the draft asks for a response rate and names no term.
"""

from __future__ import annotations

from hrpark.cases.kinds import CaseKind, ItemText, case_kind

FIELDS = (
    {
        "key": "topic", "label": "诉求类别", "type": "choice", "required": True,
        "choices": [
            ["facility", "设施与环境"], ["property", "物业与安全"], ["policy", "政策咨询与兑现"], ["business", "业务对接与资源"],
            ["people", "招聘与人才服务"], ["fees", "费用与票据"], ["other", "其他"],
        ],
    },
    {"key": "what", "label": "诉求内容", "type": "long", "required": True, "max": 1000,
     "help": "写清发生了什么、希望怎样解决。第一行会作为标题。"},
    {"key": "place", "label": "所在位置", "max": 100, "help": "与楼栋、房间有关的请写明，例如“A座1203室”。"},
    {"key": "since", "label": "从哪天开始", "type": "date", "past": True},
    {"key": "contact", "label": "联系人", "required": True, "max": 60, "personal": True},
    {"key": "phone", "label": "联系电话", "type": "phone", "required": True, "personal": True},
)  # fmt: skip
MATERIALS = (
    {"key": "evidence", "title": "照片或有关材料", "says": "能说明情况的照片、截图或文件，没有可以不交"},
)  # fmt: skip
WORDS = """驻园机构、企业和个人对园区的设施、物业、政策、业务、费用等有诉求，都可以在这里提出，由园区服务窗口统一受理。
写清诉求和联系方式即可提交。园区先答复由谁办、怎么办，再在办结期限内答复结果；需要您补充的，会列明补充什么，补充期间不计时限。
办结后请您评价。评价为不满意的，由经办人以外的人员联系您。
对工作人员的服务态度、行为有意见的，请提出投诉；反映违法违纪问题的，请用举报。"""


@case_kind
class GeneralRequest(CaseKind):
    key, label, series = "general", "一般诉求", "SQ"
    clauses = ("5.3", "6.2.2")
    offered = ("tenant", "portal")
    titled_by = "what"
    outcomes = {
        "solved": "已解决", "answered": "已答复", "partly": "部分解决", "planned": "已列入计划", "impossible": "暂不能解决", "not_ours": "不属园区职责，已告知渠道",
    }  # fmt: skip
    causes = {
        "wear": "设施老化或故障", "management": "管理不到位", "information": "信息不清楚", "process": "流程不顺", "policy": "政策限制",
        "third": "第三方原因", "user": "使用不当", "none": "没有问题，单纯咨询",
    }  # fmt: skip
    item = ItemText(
        title="一般诉求", words=WORDS, fields=FIELDS, materials=MATERIALS, clock="working", first_response_days=1, completion_days=5,
        desk="企业服务窗口",
    )  # fmt: skip
