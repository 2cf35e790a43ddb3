"""What was read off photographs of licences, as forms take it and pages show it: always to be looked at by a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from hrpark.cases.models import Case
from hrpark.documents import reader
from hrpark.documents.actions import ask_to_read
from hrpark.documents.models import Reading
from hrpark.documents.queries import readings_of
from hrpark.documents.rules.licences import BUSINESS, HR, KINDS, Found
from hrpark.documents.tasks import soon
from hrpark.files.queries import attachments_of
from hrpark.toolbox.text import match_key

#: Words of a licence's 类型 → legal form, the narrower first.
_FORMS = (
    ("分公司", "branch"), ("分支机构", "branch"), ("有限责任", "limited"), ("股份有限", "joint_stock"), ("个体", "sole_trader"), ("合伙", "partnership"),
    ("个人独资", "sole_owner"), ("事业单位", "public_body"), ("民办非企业", "civil_nonprofit"), ("社会团体", "association"),
)  # fmt: skip
_ROW = ("number", "scope", "issuer", "valid_from", "valid_to")


@dataclass(frozen=True)
class Read:
    """One photograph: what was read, each field with whether it is sure, and what of it differs from what was declared."""

    label: str
    reading: Reading
    rows: tuple[tuple[Found, str], ...] = ()


def readable() -> bool:
    return reader.installed()


def ask(request: HttpRequest, case: Case, titles: Mapping[str, str]) -> None:
    """Photographs of licences that were just handed in go to the worker. ``titles``: title of a document → kind of licence."""
    for file in attachments_of("case", case.pk).filter(label__in=titles):
        reading = ask_to_read(actor=request.user, at=request.at, attachment=file, kind=titles[file.label])
        if reading is not None and reading.queued_at is None and reading.due_at is not None:
            soon(reading.pk)


def reads_of(case: Case, data: Mapping[str, Any]) -> list[Read]:
    """What was read for a case, beside what is declared in it."""
    return [
        Read(KINDS[one.kind], one, tuple((found, _against(found, data)) for found in one.fields))
        for one in readings_of("case", case.pk)
    ]


def _against(found: Found, data: Mapping[str, Any]) -> str:
    """What is declared, where that is something else than what was read."""
    declared = str(data.get(found.key) or "") if found.key in ("name", "uscc", "legal_representative") else ""
    return declared if declared and match_key(declared) != match_key(found.value) else ""


def proposed(reads: list[Read]) -> dict[str, Found]:
    """Name of a box → what it may begin with. Only what forms ask for; the first row of the permits for an HR licence."""
    boxes: dict[str, Found] = {}
    for read in reads:
        for found, _ in read.rows:
            if read.reading.kind == BUSINESS and found.key in (
                "legal_representative",
                "founded_on",
                "registered_capital",
                "registered_address",
            ):
                boxes[found.key] = found
            elif read.reading.kind == BUSINESS and found.key == "type":
                form = next((form for word, form in _FORMS if word in found.value), "")
                boxes |= {"legal_form": Found("legal_form", "法律形式", form, found.confidence, found.doubt)} if form else {}
            elif read.reading.kind == HR and found.key in _ROW:
                boxes[f"licences-0-{found.key}"] = found
        if read.reading.kind == HR and "licences-0-number" in boxes:
            boxes["licences-0-kind"] = Found("kind", "种类", "hr_licence", 1.0)
    return boxes


def marked(make: Callable, boxes: Mapping[str, Found]) -> Callable:
    """The form with a word at each box that was filled from a photograph; where the reader was unsure, what to look at."""

    def made(*args: Any, **kwargs: Any) -> Any:
        form = make(*args, **kwargs)
        for name, found in boxes.items():
            if name in form.fields:
                percent = min(int(100 * found.confidence), 99)
                sure = f"由照片识别填入（把握 {percent}%），请核对。"
                unsure = f"照片识别为“{found.value}”，{found.doubt or f'把握只有 {percent}%'}，请对照执照逐字核对。"
                box = form.fields[name]
                box.help_text = f"{sure if found.sure else unsure}{box.help_text}"
                box.unsure = not found.sure
        return form

    return made
