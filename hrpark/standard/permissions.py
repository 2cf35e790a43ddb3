"""What may be done to a park's own promises."""

from hrpark.accounts.kinds import permission

OVERRIDE = permission("standard.override", "设定和撤回本园区的承诺值", "director")
