"""The logins of the demo park: one for each role. Shown on the terminal and, in a demo only, on the sign-in page."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "huangpu-demo-2026"  # noqa: S105 - the demo's, printed for everybody


@dataclass(frozen=True)
class Login:
    """A demo account: its key, its name, and who that is."""

    key: str
    name: str
    says: str


DIRECTOR = Login("13800000001", "陈志远", "园区负责人（运营方）")
OFFICER = Login("13800000002", "林晓彤", "园区专员（运营方）")
REPRESENTATIVE = Login("13800000003", "何嘉敏", "机构负责人（入驻机构）")
CLERK = Login("13800000004", "周子豪", "机构经办人（入驻机构）")
SUPERVISOR = Login("13800000005", "黄伟强", "主管部门负责人")
INSPECTOR = Login("13800000006", "梁静怡", "主管部门经办人")
APPLICANT = Login("13800000007", "吴俊杰", "还没有角色的申请人")
INSTALLER = Login("13800000008", "郑国栋", "系统管理员")
NEIGHBOUR = Login("13800000009", "谢雅文", "园区负责人（另一园区）")

LOGINS = (DIRECTOR, OFFICER, REPRESENTATIVE, CLERK, SUPERVISOR, INSPECTOR, APPLICANT, INSTALLER, NEIGHBOUR)
