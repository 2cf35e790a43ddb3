"""What people are told about figures."""

from hrpark.notices.kinds import notice_kind

NOT_AS_DECLARED = notice_kind(
    "returns.not_as_declared", "数据核定", title="{figure}未按申报值核定", happened="主管部门核定了{figure}：{result}。理由：{reason}。",
    todo="请核对；如需更正，请重新申报并附佐证材料。",
)  # fmt: skip
