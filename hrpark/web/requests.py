"""A request of any kind as pages of several doors show it: where it stands, who has the ball, what was handed in, what happened.

Nothing here asks which kind it is: words come from the kind's class and its item, addresses from the door.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from hrpark.accounts.queries import Standing
from hrpark.cases.kinds import KINDS, CaseKind
from hrpark.cases.models import Ball, Case, Item, Rating, Span, Step
from hrpark.cases.queries import clock_of, form_of, kind_of, may_rate_until, rating_of, state_of, steps_of
from hrpark.cases.rules import Field, Form, Material, day_of, shown, wanted
from hrpark.files.models import Attachment
from hrpark.files.queries import attachments_of, may_read
from hrpark.standard.rules import DEGREES
from hrpark.toolbox.registry import Registry
from hrpark.trail.queries import Line as TrailLine

from . import jinja
from .item_form import answers_of

#: State of any kind → tone and word, for lists that show them all. Kinds that share a state's key share its word.
STATES = {state.key: (state.tone, state.label) for kind in KINDS for state in kind.states}
LABELS = {kind.key: kind.label for kind in KINDS}
DEGREE_WORDS = {degree: says for degree, (says, _) in DEGREES.items()}


def offered(door: str) -> list[CaseKind]:
    """The kinds that the engine's own pages offer in a door, general ones first."""
    return [kind for kind in KINDS if door in kind.offered]


def promise_of(item: Item) -> str:
    """What the item promises: 1 个工作日内首次答复，5 个工作日内办结；补正期间不计时限."""
    unit = item.get_clock_display()
    done = KINDS.get(item.kind).done
    return f"{item.first_response_days} 个{unit}内首次答复，{item.completion_days} 个{unit}内{done}；补正期间不计时限"


def paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


# ---------------------------------------------------------------- where it stands


@dataclass(frozen=True)
class Next:
    """The one next step of a record: what, who has it, until when, and how urgent."""

    what: str
    who: str
    text: str
    due: date | None
    tone: str
    #: The term is in natural days, so days left are, too.
    natural: bool = False


class Face:
    """What a kind with records of its own says of a case in words of its own; None: the engine's words."""

    def status(self, case: Case) -> tuple[str, str] | None:
        return None

    def next(self, case: Case, at: datetime, *, mine: bool) -> Next | None:
        return None


#: Kind → its face. A module of a door registers it.
FACES: Registry[Face] = Registry("face of a kind")


def _face(case: Case) -> Face:
    return FACES.find(case.kind) or Face()


def next_of(case: Case, at: datetime, *, mine: bool) -> Next:
    """Who has the ball and until when. ``mine``: said to the applicant, else to the park's people."""
    own = _face(case).next(case, at, mine=mine)
    if own is not None:
        return own
    stand, you = clock_of(case, at), "您" if mine else "申请人"
    natural = case.item.clock == "natural"
    if case.received_at is None and case.closed_at is None:
        return Next("填写并提交", you, "提交之前只有您和同事能看到。" if mine else "", None, "waiting")
    if case.closed_at is not None:
        return Next(status_of(case)[1], "", _after_closing(case, at, mine=mine), None, "off")
    if case.ball == Ball.APPLICANT:
        what = "、".join(one["label"] for one in case.asked)
        return Next(f"补正：{what}" if what else state_of(case).label, you, "补正期间办理时限暂停计算。", None, "soon")
    who = "园区" if mine else case.handler.name if case.handler else "园区（未指派）"
    if case.first_response_at is None:
        text = "园区会先答复由谁办、怎么办。" if mine else "先答复申请人由谁办、怎么办，再办结。"
        first = day_of(case.first_due_at) if case.first_due_at else None
        return Next("首次答复", who, text, first, _urgent(first, at, stand.tone), natural)
    text = "园区已答复，正在办理。" if mine else "已答复申请人，请在期限内办结。"
    return Next("办结", who, text, stand.due_day, stand.tone, natural)


def _urgent(due: date | None, at: datetime, otherwise: str) -> str:
    if due is not None and due < day_of(at):
        return "late"
    return otherwise if otherwise == "late" else "waiting"


def _after_closing(case: Case, at: datetime, *, mine: bool) -> str:
    until = may_rate_until(case)
    if until is None or day_of(at) > until or rating_of(case) is not None:
        return ""
    return f"请在 {jinja.isodate(until)} 前评价本次服务。" if mine else f"申请人可在 {jinja.isodate(until)} 前评价。"


def status_of(case: Case) -> tuple[str, str]:
    """Tone and word for the head of a record; an outcome says more than the state."""
    own = _face(case).status(case)
    if own is not None:
        return own
    state = state_of(case)
    outcome = kind_of(case).outcomes.get(case.outcome)
    return state.tone, f"{state.label}：{outcome}" if outcome and state.final else state.label


# ---------------------------------------------------------------- what was handed in


@dataclass(frozen=True)
class Paper:
    """A document that is asked for, with the files handed in for it."""

    material: Material
    files: tuple[Attachment, ...]

    @property
    def missing(self) -> bool:
        return self.material.required and not self.files

    @property
    def rule(self) -> str:
        """Which files are taken, said before one is chosen."""
        return f"{'、'.join(f.upper() for f in self.material.formats)}，不超过 {jinja.size(settings.UPLOAD_MAX_BYTES)}"


def papers_of(case: Case, form: Form, data: Mapping[str, Any], standing: Standing, on: date) -> list[Paper]:
    """What is asked for by what was typed, and whatever else was handed in. Files that the visitor may not read are left out."""
    files: dict[str, list[Attachment]] = {}
    for one in attachments_of("case", case.pk):
        if may_read(standing, one, on):
            files.setdefault(one.label, []).append(one)
    found = [Paper(m, tuple(files.pop(m.title, ()))) for m in wanted(form.materials, data)]
    return found + [Paper(Material(key="", title=title), tuple(rows)) for title, rows in files.items()]


def filled_in(
    form: Form, data: Mapping[str, Any], *, masked: bool = False
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Every answer in words by group; ``masked``: personal ones written short."""
    return tuple((group, tuple(answers_of(fields, data, masked=masked))) for group, fields in grouped(form, data))


def grouped(form: Form, data: Mapping[str, Any]) -> list[tuple[str, list[Field]]]:
    """The fields that apply, by group, as far as anything was asked."""
    found = [(group, [f for f in shown(form.group(group), data) if f.key in data]) for group in form.groups]
    return [(group, fields) for group, fields in found if fields]


def line_of(step: Step) -> TrailLine:
    """A step as a line of a timeline: what was asked for, or the note, stands under it."""
    asked = "；".join(f"{one['label']}：{one['says']}" for one in step.data.get("asked", ()))
    why = "\n".join(filter(None, (asked, step.note)))
    what = f"{step.sentence}（内部）" if step.internal else step.sentence
    return TrailLine(step.seq, step.actor_name, what, step.at, {"reason": why} if why else None, step.verb)


# ---------------------------------------------------------------- the whole


@dataclass(frozen=True)
class Whole:
    """Everything that a page shows of a request."""

    case: Case
    kind: CaseKind
    status: tuple[str, str]
    next: Next
    answers: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    papers: tuple[Paper, ...]
    said: tuple[Step, ...]
    lines: tuple[TrailLine, ...]
    ratings: tuple[tuple[Rating, str], ...]
    spans: tuple[Span, ...]

    @property
    def outcome(self) -> str:
        return self.kind.outcomes.get(self.case.outcome, "")

    @property
    def cause(self) -> str:
        return self.kind.causes.get(self.case.cause, "")


#: Moves whose note is an answer that the applicant came for.
SPEAKING = ("respond", "close", "reopen")


def whole(case: Case, standing: Standing, at: datetime, *, mine: bool, internal: bool, masked: bool = False) -> Whole:
    """As the applicant sees it (``mine``) or the park's people; what is internal only for the desk, what is personal masked for others."""
    kind, form = kind_of(case), form_of(case.item)
    steps = list(steps_of(case, internal=internal))
    return Whole(
        case=case, kind=kind, status=status_of(case), next=next_of(case, at, mine=mine),
        answers=filled_in(form, case.data, masked=masked), papers=tuple(papers_of(case, form, case.data, standing, day_of(at))),
        said=tuple(s for s in steps if s.verb in SPEAKING and s.note and not s.internal), lines=tuple(line_of(s) for s in steps),
        ratings=tuple((r, DEGREE_WORDS[r.degree]) for r in case.ratings.order_by("-span")), spans=tuple(case.spans.order_by("-seq")),
    )  # fmt: skip


def of_kinds(kinds: Iterable[str], rows: QuerySet[Case]) -> QuerySet[Case]:
    return rows.filter(kind__in=list(kinds))
