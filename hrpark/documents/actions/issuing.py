"""Issuing and withdrawing documents."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils import timezone

from hrpark.accounts.models import Park, Person
from hrpark.accounts.queries import require
from hrpark.files.actions import Subject, attach
from hrpark.files.storage import open_kept
from hrpark.toolbox.dates import date_cn
from hrpark.toolbox.errors import Conflict, Refused
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import signing, word
from ..kinds import TEMPLATES
from ..models import Document, Series, WordTemplate, grouped
from ..permissions import DOCUMENTS_ISSUE
from ..queries import word_template_on
from ..rendering import render
from ..rules import draw_code

#: Who files the PDF: the person's deed is the issuing itself.
PRESS = System("documents")


@verb("documents.issue", "签发了文书")
def issue(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, park: Park, template: str, subject: Subject, title: str, data: dict[str, Any],
    personal: bool = True,
) -> Document:  # fmt: skip
    """Take the next number, set the document with it and its code, and keep the PDF; all of it or nothing.

    ``data`` is what the template needs (kinds.py); park, number and code are added here. On SQLite nobody else writes
    while a document is set (about 50 ms), which is what makes its numbers gapless there.
    """
    local = timezone.localtime(at)
    require(actor, DOCUMENTS_ISSUE, park.pk, local.date())
    found = TEMPLATES.get(template)
    number, code = next_number(park.pk, found.series, local.year), draw_code()
    document = Document.objects.create(
        park=park, template=template, series=found.series, year=local.year, number=number, title=title[:120], of_type=subject.subject_type,
        of_id=str(subject.pk), code=code, issued_at=at, issued_by=actor.actor_key, issued_by_name=actor.actor_name[:80],
    )  # fmt: skip
    said = {"park": park.name, **data, "number": document.reference, "code": grouped(code), **_check_url()}
    pdf, document.signer = signing.sign(render(template, said, at=at), at)
    document.sha256 = hashlib.sha256(pdf).hexdigest()
    document.attachment = attach(
        actor=PRESS, at=at, key=f"document:{document.pk}", to=document, file=io.BytesIO(pdf), park=park, label=found.label,
        name=f"{document.title} {document.reference}.pdf", personal=personal,
    )  # fmt: skip
    if found.words:
        _write_word(document, park, {**said, "issued_on": date_cn(local.date())}, at, personal)
    document.save(update_fields=["sha256", "attachment", "signer", "word", "word_template"])
    deed.record(
        document, park=park.pk, number=document.reference, sha256=document.sha256, of=f"{subject.subject_type}:{subject.pk}"
    )
    deed.also(subject, park=park.pk, document=document.pk, number=document.reference, title=document.title)
    return document


def _write_word(document: Document, park: Park, said: dict[str, Any], at: datetime, personal: bool) -> None:
    """The same document as a Word file: from the park's own template that holds on the day, else from the house's."""
    template = TEMPLATES.get(document.template)
    document.word_template = word_template_on(park, template.key, timezone.localtime(at).date())
    blank = _bytes_of(document.word_template) if document.word_template else word.house_template(template.key)
    file = io.BytesIO(word.fill(blank, word.values_of(template, said)))
    document.word = attach(
        actor=PRESS, at=at, key=f"document:{document.pk}:word", to=document, file=file, park=park, label=f"{template.label}（Word）",
        name=f"{document.title} {document.reference}.docx", personal=personal,
    )  # fmt: skip


def _bytes_of(template: WordTemplate) -> bytes:
    with open_kept(template.attachment.path) as file:
        return file.read()


def next_number(park_id: int, name: str, year: int) -> int:
    """The next number of a park's series in that year: the row stays locked until the caller has stored what bears it."""
    Series.objects.get_or_create(park_id=park_id, name=name, year=year)
    series = Series.objects.select_for_update().get(park_id=park_id, name=name, year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return series.last


def _check_url() -> dict[str, str]:
    site = getattr(settings, "PUBLIC_URL", "")
    return {"check_url": urljoin(site, "/check/")} if site else {}


@verb("documents.withdraw", "作废了文书")
def withdraw(deed: Deed, *, actor: System | Person, at: datetime, key: str, document: Document, reason: str) -> Document:
    """Declare an issued document void. Its number stays taken, its file stays, and the public page says so."""
    require(actor, DOCUMENTS_ISSUE, document.park_id, timezone.localtime(at).date())
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise Refused("请填写作废原因，例如“单位名称有误，已另行签发”。", field="reason")
    document = Document.objects.select_for_update().get(pk=document.pk)
    if document.withdrawn_at is not None:
        raise Conflict("这份文书刚刚已被作废，无需再次操作。")
    document.withdrawn_at, document.withdrawn_reason = at, reason
    document.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    deed.record(document, park=document.park_id, number=document.reference, reason=reason)
    return document
