"""What people are told about admission, beyond what every kind of request tells (cases.kinds)."""

from hrpark.notices.kinds import notice_kind

ASKS_TO_JOIN = notice_kind(
    "admission.asks_to_join", "申请加入单位", title="{person}申请加入{organisation}",
    happened="{person}申请作为{organisation}的人员办理业务。", todo="如确为贵单位人员，请在“人员”中同意；如不认识，请联系园区工作人员。",
)  # fmt: skip
