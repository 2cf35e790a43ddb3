"""What may be done to applications for admission. An institution's own people reach theirs through ``OWN``."""

from hrpark.accounts.kinds import permission

READ = permission("admission.read", "查看入驻申请", "director", "officer", "supervisor", "inspector")
HANDLE = permission("admission.handle", "核对入驻材料、要求补正、核查信用", "director", "officer")
DECIDE = permission("admission.decide", "对入驻申请作出决定并签订入驻协议", "director", "officer")
RULES = permission("admission.rules", "登记公平竞争审查记录", "director")
OWN = permission("admission.own", "查看和补正本机构的入驻申请", "representative", "clerk")
RECEIVE = permission("admission.receive", "签收园区的入驻报备", "supervisor", "inspector")
