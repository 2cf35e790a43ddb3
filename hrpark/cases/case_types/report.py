"""举报: somebody reports wrongdoing (5.3 h). A skeleton: the identity is secret, and need not be given.

Read and handled by the director alone, read by no colleague of whoever reported, by no other officer and by no authority.
Without a name it is followed by a secret key, of which only a digest is stored (``Case.secret``). Not rated.
"""

from __future__ import annotations

from hrpark.cases import permissions
from hrpark.cases.kinds import CaseKind, ItemText, case_kind

FIELDS = (
    {
        "key": "topic", "label": "问题类别", "type": "choice", "required": True,
        "choices": [
            ["permit", "无证经营、超范围经营"], ["fraud", "虚假招聘、乱收费、扣押证件或押金"], ["data", "泄露或买卖个人信息"], ["bribery", "工作人员谋私、吃拿卡要"],
            ["safety", "安全隐患"], ["other", "其他违法违规"],
        ],
    },
    {"key": "whom", "label": "被举报的单位或人员", "required": True, "max": 120},
    {"key": "since", "label": "发生日期", "type": "date", "past": True, "help": "记不清的可以不填，在经过里写大概时间。"},
    {"key": "what", "label": "事情经过", "type": "long", "required": True, "max": 4000, "help": "时间、地点、做了什么、谁知道；越具体越便于核查。"},
    {"key": "proof", "label": "有什么证据", "type": "long", "max": 1000, "help": "写明证据是什么、在哪里；匿名举报不上传文件，以免文件属性暴露身份。"},
)  # fmt: skip
WORDS = """发现驻园机构或园区工作人员违法违规，可以举报。可以署名，也可以匿名；举报内容和举报人身份只有园区负责人能看到，不向被举报人、其他工作人员和其他单位透露。
匿名举报提交后会显示一次查询码，凭码查看进展和答复、补充情况。查询码不保存在系统里，丢失无法找回。
园区在3个工作日内答复是否受理，20个工作日内答复核查结果；不属园区职责的，告知应向哪个部门举报。请实事求是，不得捏造。
反映园区负责人的问题，请直接向园区主管部门或纪检监察机关举报，不要在这里提交。"""


@case_kind
class Report(CaseKind):
    key, label, series = "report", "举报", "JB"
    clauses = ("5.3",)
    offered = ("tenant", "portal")
    nameless = True
    secret = True
    rated = False
    accuses = True
    retention = "cases.report_retention_years"
    read, desk, own = permissions.REPORT_READ, permissions.REPORT_HANDLE, permissions.REPORT_OWN
    outcomes = {
        "upheld": "属实", "partly": "部分属实", "unfounded": "不属实", "unverifiable": "无法核实", "passed_on": "已移送有权部门", "not_ours": "不属园区职责，已告知渠道",
    }  # fmt: skip
    item = ItemText(
        title="举报", words=WORDS, fields=FIELDS, materials=(), clock="working", first_response_days=3, completion_days=20, desk="园区负责人",
    )  # fmt: skip
