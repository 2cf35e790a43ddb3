"""What was printed and sealed by hand comes back: scan, checklist, archive number, place of the paper."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from hrpark.accounts.models import Person
from hrpark.accounts.queries import require
from hrpark.files.actions import Reference, attach, remove
from hrpark.files.queries import attachments_of
from hrpark.toolbox.dates import date_table
from hrpark.toolbox.errors import Conflict, Refused
from hrpark.toolbox.text import tidy
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from ..kinds import TEMPLATES
from ..models import Document, Keeping, Original
from ..permissions import DOCUMENTS_ARCHIVE
from ..scans import pages_of
from .issuing import PRESS, next_number

#: Images of one original; more belong into one PDF.
MOST_SCANS = 60
LABEL = "用印原件扫描件"


@dataclass(frozen=True)
class Paper:
    """What the paper bears and where it lies, as somebody saw it."""

    received_on: date
    sealed: bool
    cross_sealed: bool
    signed: bool
    dated: bool
    place: str
    keeping: str = Keeping.THIRTY
    lacks: str = ""
    pages: int | None = None

    @property
    def missing(self) -> list[str]:
        marks = (("单位公章", self.sealed), ("骑缝章", self.cross_sealed), ("签字", self.signed), ("日期", self.dated))
        return [word for word, there in marks if not there]


@verb("documents.archive", "登记了用印原件并归档")
def archive(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, document: Document, paper: Paper, scans: Sequence
) -> Original:
    """The sealed original of a document: once, with the next archive number of its park, category and year."""
    require(actor, DOCUMENTS_ARCHIVE, document.park_id, timezone.localtime(at).date())
    document = Document.objects.select_for_update(of=("self",)).select_related("park").get(pk=document.pk)
    if hasattr(document, "original"):
        raise Conflict(f"这份文书已经归档，档号{document.original.archive_number}。如有错误，请办理更正。")
    if document.withdrawn_at is not None:
        raise Refused("这份文书已经作废，不能归档。请归档另行签发的那一份。")
    if not scans:
        raise Refused("请上传用印原件的扫描件。", field="scans")
    pages = _checked(document, paper, at, scans)
    category = TEMPLATES.get(document.template).category
    original = Original.objects.create(
        document=document, park_id=document.park_id, category=category, year=document.year,
        number=next_number(document.park_id, f"档案{category}", document.year), received_by_name=actor.actor_name[:80], archived_at=at,
        archived_by_name=actor.actor_name[:80], **_said(paper, pages),
    )  # fmt: skip
    _keep_scans(original, scans, at)
    deed.record(original, park=original.park_id, archive_number=original.archive_number, pages=pages, lacks=paper.missing)
    deed.also(document, park=original.park_id, archive_number=original.archive_number)
    deed.also(Reference(document.of_type, document.of_id), park=original.park_id, document=document.pk, archived=True)
    return original


@verb("documents.archive.mend", "更正了归档记录")
def mend(
    deed: Deed,
    *,
    actor: System | Person,
    at: datetime,
    key: str,
    original: Original,
    paper: Paper,
    reason: str,
    scans: Sequence = (),
) -> Original:
    """The record of an original put right, with the reason; further scans take the place of those there are. Its number stays."""
    require(actor, DOCUMENTS_ARCHIVE, original.park_id, timezone.localtime(at).date())
    original = Original.objects.select_for_update(of=("self",)).select_related("document__park").get(pk=original.pk)
    reason = tidy(reason)[:200]
    if not reason:
        raise Refused("请填写更正原因，例如“扫描件缺页，已重新扫描”。", field="reason")
    pages = _checked(original.document, paper, at, scans) if scans else paper.pages or original.pages
    if not scans:
        _check_paper(original.document, paper, at, pages)
    before = {name: getattr(original, name) for name in ("place", "pages", "lacks", "received_on", "keeping")}
    for name, value in _said(paper, pages).items():
        setattr(original, name, value)
    original.save()
    if scans:
        for old in attachments_of("original", original.pk):
            remove(actor=PRESS, at=at, key=f"{key[:50]}:{old.pk}", attachment=old, reason=reason)
        _keep_scans(original, scans, at)
    deed.record(original, park=original.park_id, reason=reason, before=before, scans=len(scans))
    deed.also(original.document, park=original.park_id, archive_number=original.archive_number)
    return original


def _said(paper: Paper, pages: int) -> dict:
    return {
        "received_on": paper.received_on, "pages": pages, "sealed": paper.sealed, "cross_sealed": paper.cross_sealed,
        "signed": paper.signed, "dated": paper.dated, "lacks": tidy(paper.lacks)[:200] if paper.missing else "",
        "keeping": paper.keeping, "place": tidy(paper.place)[:80],
    }  # fmt: skip


def _checked(document: Document, paper: Paper, at: datetime, scans: Sequence) -> int:
    """How many pages the scan has: counted, or as typed where it cannot be."""
    if len(scans) > MOST_SCANS:
        raise Refused(f"一次最多上传 {MOST_SCANS} 个扫描文件，请合并成一个 PDF。", field="scans")
    counted = [pages_of(scan) for scan in scans]
    if None in counted and not paper.pages:
        raise Refused("扫描件的页数没有读出来，请在“页数”里填写。", field="pages")
    pages = paper.pages or sum(counted)
    _check_paper(document, paper, at, pages)
    return pages


def _check_paper(document: Document, paper: Paper, at: datetime, pages: int) -> None:
    if not 1 <= pages <= 2000:
        raise Refused("页数应在 1 至 2000 之间。", field="pages")
    issued, today = timezone.localtime(document.issued_at).date(), timezone.localtime(at).date()
    if not issued <= paper.received_on <= today:
        raise Refused(
            f"收到日期应在签发日期（{date_table(issued)}）之后、今天（{date_table(today)}）之前。", field="received_on"
        )
    if not tidy(paper.place):
        raise Refused("请填写纸质原件的存放位置，例如“档案室2号柜3层”。", field="place")
    if paper.missing and not tidy(paper.lacks):
        raise Refused(
            f"缺{'、'.join(paper.missing)}。请退回补齐后再归档；确实不需要的，写明原因，例如“只有一页，不盖骑缝章”。",
            field="lacks",
        )


def _keep_scans(original: Original, scans: Sequence, at: datetime) -> None:
    for n, scan in enumerate(scans, 1):
        scan.seek(0)
        ending = (getattr(scan, "name", "") or "").rpartition(".")[2].lower() or "pdf"
        stamp = io.BytesIO(scan.read())
        attach(
            actor=PRESS, at=at, key=f"original:{original.pk}:{at.timestamp():.0f}:{n}", to=original, file=stamp, park=original.park, label=LABEL,
            name=f"{original.archive_number}{f'-{n}' if len(scans) > 1 else ''}.{ending}", personal=True, field="scans",
        )  # fmt: skip
