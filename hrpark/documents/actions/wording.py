"""A park's own Word templates: each version in force from its day."""

from __future__ import annotations

import io
from datetime import date, datetime

from django.utils import timezone

from hrpark.accounts.models import Park, Person
from hrpark.accounts.queries import require
from hrpark.files.actions import attach
from hrpark.files.storage import Source
from hrpark.toolbox.errors import Conflict, NotFound, Refused
from hrpark.toolbox.text import tidy
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import word
from ..kinds import TEMPLATES
from ..models import WordTemplate
from ..permissions import DOCUMENTS_TEMPLATES
from .issuing import PRESS


@verb("documents.template.upload", "上传了文书模板")
def upload_word_template(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, park: Park, template: str, file: Source, since: date, note: str = ""
) -> WordTemplate:  # fmt: skip
    """A further version of the park's template. What it asks for must be known; nothing in it is ever run."""
    require(actor, DOCUMENTS_TEMPLATES, park.pk, timezone.localtime(at).date())
    found = TEMPLATES.find(template)
    if found is None or not found.words:
        raise NotFound()
    if since < timezone.localtime(at).date():
        raise Refused("起用日期不能早于今天：已经签发的文书不会改动。", field="since")
    file.seek(0)
    data = file.read(word.LARGEST + 1)
    asked = word.check(data, found)
    word.fill(data, word.specimens(found))
    Park.objects.select_for_update().get(pk=park.pk)
    before = WordTemplate.objects.filter(park=park, template=template).order_by("-version").first()
    row = WordTemplate.objects.create(
        park=park, template=template, version=before.version + 1 if before else 1, since=since, note=tidy(note)[:200],
        uploaded_by_name=actor.actor_name[:80], uploaded_at=at,
    )  # fmt: skip
    row.attachment = attach(
        actor=PRESS, at=at, key=f"word:{row.pk}", to=row, file=io.BytesIO(data), park=park, label=f"{found.label}模板",
        name=getattr(file, "name", None) or f"{found.label}模板.docx",
    )  # fmt: skip
    row.sha256 = row.attachment.sha256
    row.save(update_fields=["attachment", "sha256"])
    deed.record(row, park=park.pk, version=row.version, since=since, asks=asked)
    return row


@verb("documents.template.retire", "停用了文书模板")
def retire_word_template(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, word_template: WordTemplate
) -> WordTemplate:
    """Out of force at once; the version before it, or the house's, holds again. What was issued from it stays as it is."""
    require(actor, DOCUMENTS_TEMPLATES, word_template.park_id, timezone.localtime(at).date())
    row = WordTemplate.objects.select_for_update().get(pk=word_template.pk)
    if row.withdrawn_at is not None:
        raise Conflict("这个模板已经停用。")
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    deed.record(row, park=row.park_id, version=row.version)
    return row
