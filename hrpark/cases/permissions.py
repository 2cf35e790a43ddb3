"""What may be done to requests of any kind. Each kind names the permissions that guard it (kinds.CaseKind)."""

from hrpark.accounts.kinds import permission

READ = permission("cases.read", "查看办件", "director", "officer", "supervisor", "inspector")
HANDLE = permission("cases.handle", "受理和办理办件", "director", "officer")
OWN = permission("cases.own", "查看和补正本机构的办件", "representative", "clerk")
ITEMS_EDIT = permission("cases.items.edit", "维护事项的指南、表单、材料与时限", "director")
OVERSEE = permission("cases.oversee", "督办超期办件、安排受理分工、移交办件、回访差评", "director")
REVIEW = permission("cases.review", "评审和评分", "director", "officer")

# 举报: who reported is known to nobody but the one who handles it; colleagues of the reporter don't read it either.
REPORT_READ = permission("cases.reports.read", "查看举报", "director")
REPORT_HANDLE = permission("cases.reports.handle", "办理举报", "director")
REPORT_OWN = permission("cases.reports.own", "查看本人的举报")
