"""The states of a round and the only ways from one to the next."""

from __future__ import annotations

from hrpark.toolbox.errors import Conflict

#: state → label, who has the ball, what is next
STATES = {
    "preparing": ("筹备中", "组织方", "核对方案和日期后开放评价"),
    "open": ("评价中", "进驻单位与运营单位", "进驻单位评价、运营单位自评"),
    "self_rated": ("待评估", "主管部门", "主管部门逐行评估"),
    "assessed": ("待定稿", "主管部门", "主管部门负责人定稿"),
    "finished": ("已定稿", "主管部门", "主管部门负责人发布结果"),
    "published": ("已发布", "", "本轮评价已完成"),
    "cancelled": ("已取消", "", "本轮评价已取消"),
}

#: move → (from, to)
MOVES = {
    "open": ({"preparing"}, "open"),
    "cancel": ({"preparing", "open"}, "cancelled"),
    "hand_in_self_rating": ({"open"}, "self_rated"),
    "close": ({"open", "self_rated"}, "self_rated"),
    "hand_in_assessment": ({"self_rated"}, "assessed"),
    "reopen_assessment": ({"assessed"}, "self_rated"),
    "finish": ({"assessed"}, "finished"),
    "publish": ({"finished"}, "published"),
}


def label(state: str) -> str:
    return STATES[state][0]


def advance(state: str, move: str) -> str:
    """The state after a move; Conflict when the round is no longer (or not yet) where the move begins."""
    begins, ends = MOVES[move]
    if state not in begins:
        raise Conflict(f"本轮评价现在是“{label(state)}”，不能进行这一步。请刷新页面查看最新进度。")
    return ends
