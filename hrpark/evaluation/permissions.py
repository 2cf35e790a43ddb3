"""What may be done in an evaluation."""

from hrpark.accounts.kinds import permission

READ = permission("evaluation.read", "查看表1数据与评价轮次", "director", "officer", "supervisor", "inspector")
RUN = permission("evaluation.run", "发起和开放评价轮次", "director", "officer", "supervisor", "inspector")
ANSWER = permission("evaluation.answer", "代表本机构评价园区", "representative", "clerk")
RATE = permission("evaluation.rate", "填写运营单位自评", "director", "officer")
ASSESS = permission("evaluation.assess", "对园区逐行评估", "supervisor", "inspector")
FINISH = permission("evaluation.finish", "评价定稿与发布", "supervisor")
SCHEME = permission("evaluation.scheme", "制定评价方案", "supervisor")
