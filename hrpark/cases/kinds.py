"""A kind of request: one class in one file of ``<room>/case_types/``.

    @case_kind
    class GeneralRequest(CaseKind):
        key, label, series = "general", "一般诉求", "SQ"
        item = ItemText(title="一般诉求", …)

States are a table in code and one ``advance``: a move that the table does not have does not exist. What a kind does beside
moving (checks before, consequences after) stands in its hooks, which the engine calls in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hrpark.notices.kinds import notice_kind
from hrpark.standard.kinds import PARAMETERS
from hrpark.toolbox.errors import Misconfigured, Refused
from hrpark.toolbox.registry import Registry

from . import permissions
from .rules import wrong_specs

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Model

    from hrpark.trail.actions import Actor

    from .models import Case, Step

APPLICANT, DESK, NOBODY = "applicant", "desk", ""
#: So much of an answer is a title; lists show more of nothing.
TITLE_LENGTH = 40


@dataclass(frozen=True)
class State:
    """Where a case stands, who has the ball there, and which of LOOK.md's five tones it wears."""

    key: str
    label: str
    ball: str = DESK
    tone: str = "waiting"
    #: Nothing follows.
    final: bool = False


@dataclass(frozen=True)
class Move:
    """One arrow of the table. ``responds``: the applicant got a substantive answer; ``completes``: the promise is kept."""

    key: str
    sentence: str
    froms: tuple[str, ...]
    #: Empty: the case stays where it is.
    to: str
    by: str = DESK
    responds: bool = False
    completes: bool = False
    #: Leaves a final state: what was settled is kept as a span, and a new promise runs.
    reopens: bool = False


@dataclass(frozen=True)
class ItemText:
    """How an item starts out, until officers write a version of their own. A higher ``version`` here replaces a lower one."""

    title: str
    words: str
    fields: tuple[Mapping, ...]
    materials: tuple[Mapping, ...]
    clock: str
    first_response_days: int
    completion_days: int
    desk: str
    version: int = 1


DRAFT = State("draft", "草稿", ball=APPLICANT, tone="off")
SUBMITTED = State("submitted", "待处理", ball=DESK)
CORRECTING = State("correcting", "补正中", ball=APPLICANT, tone="soon")
CLOSED = State("closed", "已办结", ball=NOBODY, tone="done", final=True)
WITHDRAWN = State("withdrawn", "已撤回", ball=NOBODY, tone="off", final=True)

SUBMIT = Move("submit", "提交了申请", ("draft",), "submitted", by=APPLICANT)
SEND_BACK = Move("send_back", "要求补正", ("submitted",), "correcting", responds=True)
RESUBMIT = Move("resubmit", "提交了补正", ("correcting",), "submitted", by=APPLICANT)
RESPOND = Move("respond", "答复了申请人", ("submitted",), "submitted", responds=True)
CLOSE = Move("close", "办结", ("submitted",), "closed", responds=True, completes=True)
WITHDRAW = Move("withdraw", "撤回了申请", ("draft", "submitted", "correcting"), "withdrawn", by=APPLICANT)
REOPEN = Move("reopen", "重新办理", ("closed",), "submitted", reopens=True)


class CaseKind:
    """Base of every kind. A child says what differs; nothing here asks which child it is."""

    key: ClassVar[str] = ""
    label: ClassVar[str] = ""
    #: Letters of the receipt number, e.g. RY2026-0001. Two kinds never share them.
    series: ClassVar[str] = ""
    clauses: ClassVar[tuple[str, ...]] = ()
    states: ClassVar[tuple[State, ...]] = (DRAFT, SUBMITTED, CORRECTING, CLOSED, WITHDRAWN)
    moves: ClassVar[tuple[Move, ...]] = (SUBMIT, SEND_BACK, RESUBMIT, RESPOND, CLOSE, WITHDRAW, REOPEN)
    outcomes: ClassVar[Mapping[str, str]] = {}
    #: Why such requests come about, for analysis when one is closed. Empty: not asked.
    causes: ClassVar[Mapping[str, str]] = {}
    #: The dated parameter that says for how many years the file is kept after closing; empty: without end.
    retention: ClassVar[str] = ""
    #: May be handed in without a name, and followed by a secret key.
    nameless: ClassVar[bool] = False
    #: Who is told of what is late (督办).
    oversee: ClassVar[str] = permissions.OVERSEE
    #: Who asked is named by no list, timeline or trail: only who is named to receive such requests looks it up, and that is a deed.
    secret: ClassVar[bool] = False
    #: Whether the applicant is asked for a rating when it is done.
    rated: ClassVar[bool] = True
    #: Who may read a case that was handed in (the authority where its roles hold it), who may work on it, whose own it is.
    read: ClassVar[str] = permissions.READ
    desk: ClassVar[str] = permissions.HANDLE
    own: ClassVar[str] = permissions.OWN
    #: Doors ("tenant", "portal") in which the engine's own pages offer it. Empty: its room brings pages of its own.
    offered: ClassVar[tuple[str, ...]] = ()
    #: The field whose first line a request is called by; empty: by the item's title, which tells nothing.
    titled_by: ClassVar[str] = ""
    #: What the promise of completion is called.
    done: ClassVar[str] = "办结"
    #: Fields that code reads by key, which no version by officers loses; ``form_read``: all of its own.
    reads: ClassVar[tuple[str, ...]] = ()
    form_read: ClassVar[bool] = False
    #: Whether the desk says which of the park's own people a case is about.
    accuses: ClassVar[bool] = False
    item: ClassVar[ItemText]

    def state(self, key: str) -> State:
        for state in self.states:
            if state.key == key:
                return state
        raise Misconfigured(f"{self.key} has no state {key!r}")

    def move(self, key: str) -> Move:
        for move in self.moves:
            if move.key == key:
                return move
        raise Misconfigured(f"{self.key} has no move {key!r}")

    def advance(self, state: str, move: str) -> str:
        """The state that follows, or Refused: the one place where a state changes into another."""
        arrow = self.move(move)
        if state not in arrow.froms:
            here = self.state(state).label
            raise Refused(f"本件目前是“{here}”，不能再“{arrow.sentence}”。请刷新页面查看最新进展。")
        return arrow.to or state

    def title_of(self, data: Mapping[str, object]) -> str:
        """What a request is called in lists and notices: the first line of one answer, shortened."""
        lines = str(data.get(self.titled_by) or "").strip().splitlines() if self.titled_by else []
        line = lines[0].strip() if lines else ""
        return f"{line[:TITLE_LENGTH]}…" if len(line) > TITLE_LENGTH else line or self.item.title

    def rests_on(self) -> tuple[Mapping, ...]:
        """Its own fields that rules or pages read."""
        return tuple(f for f in self.item.fields if self.form_read or f["key"] in (self.titled_by, *self.reads))

    def reserves(self, data: Mapping[str, object]) -> bool:
        """Whether only the overseer reads it until somebody has said whom of the park's own people it is about."""
        return False

    def moves_from(self, state: str, by: str) -> tuple[Move, ...]:
        return tuple(m for m in self.moves if state in m.froms and m.by == by)

    # --- hooks, called by the engine in the same transaction -----------------------------------------------------------

    def subject_of(self, case: Case) -> Model:
        """The record that people know this case by: what notices about it open."""
        return case

    def promised(self, case: Case) -> tuple[datetime, datetime] | None:
        """Deadlines (first response, completion) that a case brings along itself; None: by the item's days."""
        return None

    def check(self, case: Case, move: Move, *, actor: Actor, at: datetime) -> None:
        """Refuse a move for a reason of this kind, before anything is written."""

    def after(self, case: Case, move: Move, step: Step, *, actor: Actor, at: datetime) -> None:
        """What else follows from a move, once it is written."""


KINDS: Registry[CaseKind] = Registry("kind of request")

# --- what people are told, whatever the kind -----------------------------------------------------------------------------

SENT_BACK = notice_kind(
    "cases.sent_back", "要求补正", title="{title}需要补正", happened="您提交的“{title}”（{number}）需要补正：{what}。",
    todo="请打开办件，逐项补正后重新提交。补正期间不计入办理时限。",
)  # fmt: skip
ANSWERED = notice_kind(
    "cases.answered",
    "答复申请人",
    title="{title}有新的答复",
    happened="园区答复了您提交的“{title}”（{number}）。",
    todo="请打开办件查看答复内容。",
)
FINISHED = notice_kind(
    "cases.finished", "办理结果", title="{title}：{state}", happened="您提交的“{title}”（{number}）已有结果：{state}。",
    todo="请打开办件查看结果和下一步办理事项。",
)  # fmt: skip
RETURNED = notice_kind(
    "cases.returned", "申请人已补正", title="{title}已补正", happened="“{title}”（{number}）的申请人提交了补正，时限继续计算。",
    todo="请核对补正内容，继续办理。",
)  # fmt: skip
ASSIGNED = notice_kind(
    "cases.assigned",
    "指派办件",
    title="{title}由您办理",
    happened="“{title}”（{number}）已指派给您。",
    todo="请打开办件，在时限内办理。",
)
ASKED = notice_kind(
    "cases.asked", "请您会办", title="请会办：{title}", happened="同事请您就“{title}”（{number}）提供意见。",
    todo="请打开会办，填写意见。",
)  # fmt: skip
OPINED = notice_kind(
    "cases.opined", "会办已答复", title="{title}有会办意见", happened="{who}就“{title}”（{number}）答复了会办意见。",
    todo="请打开办件，参考意见继续办理。",
)  # fmt: skip
DUE_SOON = notice_kind(
    "cases.due_soon", "期限将到", title="{title}期限将到", happened="“{title}”（{number}）{what}的期限是{day}。",
    todo="请在期限内办理；需要申请人补正的，请尽早退回补正。",
)  # fmt: skip
OVERDUE = notice_kind(
    "cases.overdue", "办件已逾期", title="{title}已逾期", happened="“{title}”（{number}）{what}的期限是{day}，现已逾期。",
    todo="请尽快办理，并向申请人说明原因。",
)  # fmt: skip
ESCALATED = notice_kind(
    "cases.escalated", "逾期督办", title="督办：{title}逾期", happened="“{title}”（{number}，经办人：{handler}）{what}的期限是{day}，现已逾期。",
    todo="请督促办理，必要时另行指派。",
)  # fmt: skip
RATE_US = notice_kind(
    "cases.rate", "请您评价", title="请评价：{title}", happened="您提交的“{title}”（{number}）已办结。", todo="请打开办件，评价本次服务；您的评价会计入园区的年度统计。",
)  # fmt: skip
RATED_LOW = notice_kind(
    "cases.rated_low", "差评待回访", title="差评待回访：{title}", happened="申请人对“{title}”（{number}）的评价是“{degree}”。",
    todo="请在期限内联系申请人，了解原因并登记回访结果。",
)  # fmt: skip
RESERVED = notice_kind(
    "cases.reserved", "请先行阅看", title="请先阅看：{title}", happened="“{title}”（{number}）反映园区工作人员，目前只有您能看到。",
    todo="请打开办件，登记被诉人后交被诉人以外的人员办理。",
)  # fmt: skip
REVIEWS = notice_kind(
    "cases.reviews", "请您评审", title="请评审：{title}", happened="“{title}”（{number}）请您评审打分。",
    todo="请先声明有无利益冲突，再在截止日前提交评分。",
)  # fmt: skip


def case_kind(kind: type[CaseKind]) -> type[CaseKind]:
    """Class decorator: registers a kind, and stops start-up when its table of states is not whole."""
    one = kind()
    known = {state.key for state in one.states}
    for move in one.moves:
        missing = {*move.froms, move.to or move.froms[0]} - known
        if missing:
            raise Misconfigured(f"{one.key}: move {move.key!r} names unknown states {sorted(missing)}")
        if any(one.state(start).final != move.reopens for start in move.froms):
            raise Misconfigured(f"{one.key}: move {move.key!r} leaves a final state, or reopens what is open")
    if len({move.key for move in one.moves}) != len(one.moves):
        raise Misconfigured(f"{one.key}: two moves share a key")
    if one.retention:
        PARAMETERS.get(one.retention)
    wrong = wrong_specs(one.item.fields, one.item.materials)
    if wrong:
        raise Misconfigured(f"{one.key}: {wrong}")
    if any(other.series == one.series and other.key != one.key for other in KINDS):
        raise Misconfigured(f"{one.key}: the series {one.series!r} is taken")
    KINDS.add(one.key, one)
    return kind
