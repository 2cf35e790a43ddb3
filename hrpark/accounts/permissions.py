"""What may be done to people and their roles."""

from .kinds import permission

PEOPLE_READ = permission("accounts.people.read", "查看本园区的人员与角色", "director", "officer")
PEOPLE_MANAGE = permission("accounts.people.manage", "邀请人员、授予和收回角色", "director")
PEOPLE_ERASE = permission("accounts.people.erase", "凭本人书面申请删除个人信息", "director")
CODE_ISSUE = permission("accounts.code.issue", "在柜台为本人到场者签发一次性验证码", "director", "officer")
COLLEAGUES_MANAGE = permission("accounts.colleagues.manage", "管理本机构的经办人", "representative")
TRAIL_READ = permission("accounts.trail.read", "查看操作记录", "director", "supervisor")
