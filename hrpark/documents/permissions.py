"""What may be done with issued documents."""

from hrpark.accounts.kinds import permission

DOCUMENTS_ISSUE = permission(
    "documents.issue", "签发文书（决定、协议、报告）", "director", "officer", "supervisor", "inspector"
)
DOCUMENTS_READ = permission("documents.read", "查看本园区签发的文书", "director", "officer", "supervisor", "inspector")
