"""What may be done to declared and regional figures."""

from hrpark.accounts.kinds import permission

READ = permission("returns.read", "查看申报数据", "director", "officer", "supervisor", "inspector", "representative", "clerk")
DECLARE = permission("returns.declare", "申报园区年度数据", "director", "officer")
DECLARE_OWN = permission("returns.declare_own", "申报本机构年度数据", "representative", "clerk")
VERIFY = permission("returns.verify", "核定申报数据", "supervisor", "inspector")
REGION = permission("returns.region", "录入区域数据", "supervisor", "inspector")
