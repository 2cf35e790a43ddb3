"""What every desk has for its cases, the kind whatever it is: how a clock reads in a list, and the forms of its common deeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from hrpark.accounts.models import Park
from hrpark.cases.models import Ball, Case
from hrpark.cases.rules import Form as ItemSpec
from hrpark.cases.rules import day_of, shown, wanted

from . import clock
from .filters import YesNo
from .forms import Form, Group

CLOCKS = {
    "late": ("late", "已逾期"), "soon": ("soon", "今明两日到期"), "running": ("waiting", "在时限内"), "paused": ("off", "补正中，暂停计时"),
    "kept": ("done", "按时办结"), "missed": ("late", "逾期办结"), "none": ("off", "—"),
}  # fmt: skip


def clock_key(due_at: datetime, done_at: datetime | None, closed_at: datetime | None, ball: str) -> str:
    """How a case stands with its deadline, in a word that can be filtered by eye."""
    if done_at is not None:
        return "kept" if done_at <= due_at else "missed"
    if closed_at is not None:
        return "none"
    if ball == Ball.APPLICANT:
        return "paused"
    if due_at < clock.now():
        return "late"
    return "soon" if (day_of(due_at) - clock.today()).days <= 1 else "running"


@dataclass(frozen=True)
class Overdue(YesNo):
    """Past its deadline while the desk has the ball, as of now. ``path``: the way from a row to its case, e.g. ``case__``."""

    def narrow(self, rows: QuerySet, value: Any, park: Park | None) -> QuerySet:
        late = Q(**{f"{self.path}ball": Ball.DESK, f"{self.path}completed_at": None, f"{self.path}due_at__lt": clock.now()})
        return rows.filter(late if value == "1" else ~late)


class Seen(Form):
    """A form that knows which version of the case its officer had before their eyes."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


def made(form: type[Form], case: Case, **first: Any) -> Callable[..., Form]:
    """The form, always drawn with the version of the case as it is now, whatever a draft kept."""

    def make(data: Any = None, files: Any = None, initial: Any = None) -> Form:
        return form(data=data, files=files, initial={**first, **(initial or {}), "seen": case.version})

    return make


class NoteForm(Form):
    note = forms.CharField(
        label="备注内容", widget=forms.Textarea, max_length=2000, help_text="只有园区工作人员能看到，不影响时限。"
    )


def return_form(spec: ItemSpec, data: Mapping[str, Any]) -> type[Seen]:
    """Corrections of what was handed in by an item's form: whatever has a sentence beside it is asked for."""
    rows = [
        (group or "填写的内容", [(f.key, f.label) for f in shown(spec.group(group), data) if not f.fixed and f.type != "note"])
        for group in spec.groups
    ]
    rows.append(("材料", [(m.key, m.title) for m in wanted(spec.materials, data)]))
    rows = [(group, keys) for group, keys in rows if keys]

    class ReturnForm(Seen):
        groups = (
            *(Group(group, tuple(f"says.{key}" for key, _ in keys), "写明怎样补正的，即为要求补正的内容；空着的不要求。" if n == 0 else "")
              for n, (group, keys) in enumerate(rows)),
            Group("其他", ("note",)),
        )  # fmt: skip
        note = forms.CharField(label="给申请人的话", required=False, max_length=500)

        def __init__(self, *args: Any, **kwargs: Any):
            boxes = {
                f"says.{key}": forms.CharField(label=label, required=False, max_length=300)
                for _, keys in rows
                for key, label in keys
            }
            self.base_fields = {**boxes, **self.base_fields}
            super().__init__(*args, **kwargs)

        def asked(self) -> list[dict[str, str]]:
            typed = [(key, self.cleaned_data[f"says.{key}"].strip()) for _, keys in rows for key, _ in keys]
            return [{"field": key, "says": says} for key, says in typed if says]

    return ReturnForm
