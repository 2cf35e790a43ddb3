"""What requests forget of a person. Their own go, but for what the figures of a year are counted from: kind, days, outcome. In
an institution's, which stay, the fields that the form calls personal go; names and numbers in the rest are taken out for all rooms.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from hrpark.accounts.erasure import Forgetting, Leaver, forgets, scrub_frozen
from hrpark.accounts.models import Person
from hrpark.accounts.traces import GONE
from hrpark.trail.actions import unguarded

from .kinds import KINDS
from .models import Case, Duty, FrozenYear, Opinion, Rating, Step
from .queries import form_of

#: Types of field that hold no words of the person's own.
WORDLESS = {"choice", "many", "date", "yesno", "number", "amount"}


def own_cases(person: Person) -> QuerySet[Case]:
    """What the person asked for themselves, not for an institution."""
    return Case.objects.filter(applicant=person, organisation=None, institution=None)


def _called(case: Case) -> str:
    return case.number or f"草稿“{case.title}”"


@forgets
class CasesForget(Forgetting):
    key = "cases"

    def hinders(self, person: Person, on: date) -> list[str]:
        found, running = [], Case.objects.filter(closed_at=None).order_by("pk")
        asked = [_called(c) for c in running.filter(applicant=person, received_at__isnull=False)]
        handled = [_called(c) for c in running.filter(handler=person, received_at__isnull=False)]
        about = [_called(c) for c in running.filter(respondent=person)]
        if asked:
            found.append(f"有未办结的办件：{'、'.join(asked)}。请等待办结，或先撤回。")
        if handled:
            found.append(f"仍是办件的经办人：{'、'.join(handled)}。请先移交他人。")
        if about:
            found.append("有与本人有关的事项尚未办结，办结后才能删除。")
        if Opinion.objects.filter(asked=person, answered_at=None, case__closed_at=None).exists():
            found.append("有会办意见尚未答复，请先答复。")
        if Duty.objects.filter(Q(until=None) | Q(until__gt=on), person=person).exists():
            found.append("仍在值班安排中，请先由他人接替。")
        return found

    def own(self, person: Person) -> Iterable[Model]:
        return list(own_cases(person))

    def forget(self, leaver: Leaver, at: datetime) -> None:
        for case in own_cases(leaver.person).select_related("item"):
            kept = {f.key for f in form_of(case.item).fields if f.type in WORDLESS}
            data = {key: value for key, value in case.data.items() if key in kept}
            Case.objects.filter(pk=case.pk).update(title=f"{KINDS.get(case.kind).label}{GONE}", data=data, asked=[])
        for case in Case.objects.filter(applicant=leaver.person).select_related("item"):
            personal = {f["key"] for f in case.item.fields if f.get("personal")}
            data = {key: value for key, value in case.data.items() if key not in personal}
            if data != case.data:
                Case.objects.filter(pk=case.pk).update(data=data)
        own = Q(case__in=own_cases(leaver.person))
        with unguarded(Step):
            Step.objects.filter(own, actor=leaver.person.actor_key).exclude(note="").update(note=GONE)
            Step.objects.filter(own, actor=leaver.person.actor_key).update(data={})
        with unguarded(Rating):
            Rating.objects.filter(own).update(text="")
        scrub_frozen(FrozenYear, {"body": "digest"}, leaver)

    def copy(self, person: Person) -> dict[str, list[dict]]:
        cases = Case.objects.filter(applicant=person).select_related("park").order_by("pk")
        return {"办件": [_told(case) for case in cases]}


def _told(case: Case) -> dict[str, Any]:
    """A request as its applicant reads it: what they wrote, and every step that is not the desk's alone."""
    return {
        "园区": case.park.name, "受理编号": case.number, "种类": KINDS.get(case.kind).label, "标题": case.title, "填报内容": case.data,
        "状态": KINDS.get(case.kind).state(case.state).label,
        "经过": [
            {"时间": s.at, "事项": s.sentence, "说明": s.note} for s in case.steps.filter(internal=False).order_by("seq")
        ],
        "评价": [{"等级": r.degree, "意见": r.text} for r in case.ratings.all()],
    }  # fmt: skip
