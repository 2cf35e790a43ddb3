"""What people are told about admission, beyond what every kind of request tells (cases.kinds)."""

from hrpark.notices.kinds import notice_kind

ASKS_TO_JOIN = notice_kind(
    "admission.asks_to_join", "申请加入单位", title="{person}申请加入{organisation}",
    happened="{person}申请作为{organisation}的人员办理业务。", todo="如确为贵单位人员，请在“人员”中同意；如不认识，请联系园区工作人员。",
)  # fmt: skip
START_REMINDS = notice_kind(
    "admission.start_reminds", "开业期限提醒", title="{institution}开业期限还有{left}天",
    happened="{institution}的入驻协议已签订{day}天，人员进驻并开展业务的最后一日是{last}。",
    todo="请按期完成人员进驻并开展业务；已经开业的，请联系园区核实登记。",
)  # fmt: skip
START_OVER = notice_kind(
    "admission.start_over", "开业期限已到", title="{institution}开业期限已到",
    happened="{institution}人员进驻并开展业务的最后一日是{last}，尚未登记开业。",
    todo="请到现场核实：已开业的登记开业情况，未开业的约谈或按协议处理。",
)  # fmt: skip
START_REPORTED = notice_kind(
    "admission.start_reported", "机构报告开业情况", title="{institution}报告开业情况",
    happened="{institution}报告了人员进驻、开展业务的情况，并附证明。", todo="请核实后登记开业情况；与实际不符的，退回并写明还缺什么。",
)  # fmt: skip
START_RETURNED = notice_kind(
    "admission.start_returned", "开业情况退回", title="{institution}的开业情况已退回", happened="园区退回了开业情况报告：{says}",
    todo="请按所写的补充后，在“开业期限”中再次报告。",
)  # fmt: skip
FILED = notice_kind(
    "admission.filed", "入驻报备", title="{institution}入驻报备", happened="{of}已与{institution}签订入驻协议，报送备案。",
    todo="请查看报备内容并签收。",
)  # fmt: skip
FILING_RECEIVED = notice_kind(
    "admission.filing_received", "报备已签收", title="{institution}入驻报备已签收", happened="主管部门已签收{institution}的入驻报备，回执编号{receipt}。",
    todo="无需办理。回执可在报备页面查看。",
)  # fmt: skip
CORRECTION_ASKED = notice_kind(
    "admission.correction_asked", "整改通知", title="{institution}有{count}项整改", happened="履责检查发现{count}项不符合，整改期限是{day}。",
    todo="请按期整改，并在“履责情况”中逐项报告、上传证明。",
)  # fmt: skip
CORRECTION_CLOSED = notice_kind(
    "admission.correction_closed", "整改已验收", title="{institution}的整改已验收", happened="园区已验收：{what}。", todo="无需办理。",
)  # fmt: skip
EXIT_BEGUN = notice_kind(
    "admission.exit_begun", "园区终止协议", title="园区已发起{institution}退园", happened="园区终止了与{institution}的入驻协议，计划最后在园日{day}。原因：{says}",
    todo="请在“申请与办件”中查看退园核对事项，有异议请向园区提出。",
)  # fmt: skip
CONDITION_IN = notice_kind(
    "admission.condition_in", "入驻条件待核对", title="{institution}提交了入驻条件材料", happened="{institution}就“{what}”提交了材料。",
    todo="请核对原件：通过，或写明原因退回。",
)  # fmt: skip
CONDITION_BACK = notice_kind(
    "admission.condition_back", "入驻条件退回", title="入驻条件材料被退回", happened="您就“{what}”提交的材料被退回：{reason}",
    todo="请按说明更正后，在期限内重新提交。",
)  # fmt: skip
CONDITION_REMINDS = notice_kind(
    "admission.condition_reminds", "入驻条件期限提醒", title="入驻条件期限{left}", happened="入驻条件“{what}”的最后一日是{last}，{left}。",
    todo="请在期限内提交材料；有困难的，请尽早联系园区。",
)  # fmt: skip
CONDITION_OVER = notice_kind(
    "admission.condition_over", "入驻条件已逾期", title="{institution}入驻条件已逾期",
    happened="{institution}的入驻条件“{what}”最后一日是{last}，还没有提交材料。", todo="请联系对方：延期一次、约谈，或撤销准予。",
)  # fmt: skip
CONDITIONS_MET = notice_kind(
    "admission.conditions_met", "入驻条件全部满足", title="入驻条件已全部满足", happened="{institution}的入驻条件已全部核对通过，视为准予入驻。",
    todo="还没有签订入驻协议的，请与园区约定签订时间。",
)  # fmt: skip
