"""Leaving the park (退园) as a kind of request: notice, clearance from facts, last day (5.3 c, 4.3.1.2 a).

Nobody is refused to leave: the kind has no such outcome. A pledge that was not kept is recorded, and nothing else follows here.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Model

from hrpark.cases import kinds
from hrpark.cases.kinds import CaseKind, ItemText, Move, State, case_kind
from hrpark.cases.models import Case, Step
from hrpark.trail.actions import Actor

from .. import permissions
from ..actions.leaving import begin_clearance, check_may_leave, drop_exit
from ..models import ExitReason

CLEARING = State("submitted", "待处理", ball=kinds.DESK)
LEFT = State("left", "已退园", ball=kinds.NOBODY, tone="done", final=True)
LEAVE = Move("leave", "办结退园", ("submitted",), "left", responds=True, completes=True)
WITHDRAW = Move("withdraw", "撤回了退园申请", ("draft", "submitted", "correcting"), "withdrawn", by=kinds.APPLICANT)

FIELDS = (
    {"key": "last_day", "label": "计划最后在园日", "type": "date", "required": True, "help": "在这一天之前腾退单元、交还钥匙；可与园区商定后调整。"},
    {"key": "reason", "label": "退园原因", "type": "choice", "required": True, "choices": [[k, v] for k, v in ExitReason.choices if k != "park"]},
    {"key": "says", "label": "原因说明", "type": "long", "max": 500, "help": "您的意见会帮助园区改进。"},
    {"key": "going_to", "label": "迁往何处", "max": 120},
    {"key": "contact", "label": "退园联系人", "required": True, "max": 60, "personal": True},
    {"key": "phone", "label": "联系电话", "type": "phone", "required": True, "personal": True},
)  # fmt: skip
MATERIALS = (
    {"key": "notice", "title": "退园书面通知", "says": "加盖公章的通知或终止协议，可以后补交"},
)  # fmt: skip
WORDS = """驻园机构不再在园区经营的，在这里提出退园。

提交后，园区逐项核对费用、押金、单元和钥匙、注册地址、许可变更、数据移交等，核对结果您随时可以看到；全部办妥后确定最后在园日。

承诺的在园年限未满的，如实记录，不作为不予退园的理由。"""


@case_kind
class Leaving(CaseKind):
    key, label, series = "exit", "退园申请", "TY"
    clauses = ("5.3", "4.3.1.2-a", "5.1.3")
    states = (kinds.DRAFT, CLEARING, kinds.CORRECTING, LEFT, kinds.WITHDRAWN)
    moves = (kinds.SUBMIT, kinds.SEND_BACK, kinds.RESUBMIT, kinds.RESPOND, LEAVE, WITHDRAW)
    offered = ("tenant",)
    read, desk, own = permissions.READ, permissions.HANDLE, permissions.OWN
    item = ItemText(
        title="退园申请", words=WORDS, fields=FIELDS, materials=MATERIALS, clock="natural", first_response_days=3, completion_days=60,
        desk="入驻服务窗口",
    )  # fmt: skip

    def subject_of(self, case: Case) -> Model:
        """The exit, once the notice was handed in."""
        return getattr(case, "exit", case)

    def check(self, case: Case, move: Move, *, actor: Actor, at: datetime) -> None:
        if move.key == "submit":
            check_may_leave(case, at)

    def after(self, case: Case, move: Move, step: Step, *, actor: Actor, at: datetime) -> None:
        if move.key == "submit":
            begin_clearance(case, at)
        elif move.key == "withdraw":
            drop_exit(case)
