"""What may be done to the place."""

from hrpark.accounts.kinds import permission

READ = permission("parks.read", "查看园区档案与空间", "director", "officer", "supervisor", "inspector")
EDIT = permission("parks.edit", "维护园区档案与空间", "director", "officer")
