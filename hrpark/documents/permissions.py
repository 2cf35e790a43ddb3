"""What may be done with issued documents."""

from hrpark.accounts.kinds import permission

DOCUMENTS_ISSUE = permission(
    "documents.issue", "签发文书（决定、协议、报告）", "director", "officer", "supervisor", "inspector"
)
DOCUMENTS_ARCHIVE = permission("documents.archive", "登记文书的用印原件并归档", "director", "officer")
DOCUMENTS_TEMPLATES = permission("documents.templates", "上传和停用本园区的文书模板（Word）", "director")
DOCUMENTS_READ = permission("documents.read", "查看本园区签发的文书", "director", "officer", "supervisor", "inspector")
