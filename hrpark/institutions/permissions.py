"""What may be done to the dossiers of institutions."""

from hrpark.accounts.kinds import permission

READ = permission(
    "institutions.read", "查看机构档案", "director", "officer", "supervisor", "inspector", "representative", "clerk"
)
EDIT = permission("institutions.edit", "维护机构档案", "director", "officer")
EDIT_OWN = permission("institutions.edit_own", "维护本机构的联系人、人员与资质", "representative", "clerk")
IMPORT = permission("institutions.import", "从表格导入机构名册", "director", "officer")
EXPORT = permission("institutions.export", "导出机构名册", "director", "officer", "supervisor")
RESIDE = permission("institutions.reside", "登记入驻与退出", "director", "officer")
