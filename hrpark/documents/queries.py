"""Reading documents: inside through the gate of what they were issued on, outside by code, without a word about whom."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.files.kinds import GATES, attachable, gate
from hrpark.files.queries import attachments_of
from hrpark.toolbox.errors import NotFound

from . import signing
from .kinds import TEMPLATES
from .models import Document, Envelope, EnvelopeState, Original, Reading, WordTemplate
from .permissions import DOCUMENTS_READ
from .rules import read_code


@dataclass(frozen=True)
class Checked:
    """What the public learns of a document: kind, number, park, when, the hash of its file; never whom it concerns."""

    code: str
    label: str
    reference: str
    park: str
    issued_at: datetime
    sha256: str
    withdrawn_at: datetime | None


def document_by_code(typed: str) -> Checked | None:
    code = read_code(typed)
    return _checked(Document.objects.filter(code=code)) if code else None


def document_by_hash(sha256: str) -> Checked | None:
    """The document whose file has this hash: for who uploads a PDF without typing the code."""
    return _checked(Document.objects.filter(sha256=sha256.lower())) if len(sha256) == 64 else None


@dataclass(frozen=True)
class ByFile:
    """What a file that somebody holds turned out to be.

    ``same``: an issued file, unchanged. ``appended``: an issued file with something put behind it. ``broken``: it bears the park's
    signature, which no longer fits. ``unregistered``: signed with the park's key and in no register. ``foreign``: signed by
    others only. ``unknown``: nothing tells. ``checked`` is there for the first two.
    """

    verdict: str
    checked: Checked | None = None
    signed: bool = False


def original_by_file(pdf: bytes) -> ByFile:
    """By the hashes of all states that the file has had, then by its signatures. The file is kept nowhere."""
    seen = signing.examine(pdf, _known_signers())
    signed = seen.ours and seen.intact
    if found := document_by_hash(hashlib.sha256(pdf).hexdigest()):
        return ByFile("same", found, signed)
    for digest in signing.revisions(pdf):
        if found := document_by_hash(digest):
            return ByFile("appended", found)
    if seen.ours:
        return ByFile("unregistered" if seen.intact and seen.whole else "broken")
    return ByFile("foreign" if seen.others else "unknown")


def _known_signers() -> frozenset[str]:
    """Whom the park has signed with, former keys among them."""
    now = signing.signer()
    used = Document.objects.exclude(signer="").order_by().values_list("signer", flat=True).distinct()
    return frozenset(used) | ({signing.fingerprint(now.signing_cert)} if now else set())


def _checked(found: QuerySet[Document]) -> Checked | None:
    row = found.select_related("park").first()
    if row is None:
        return None
    return Checked(row.printed_code, row.label, row.reference, row.park.name, row.issued_at, row.sha256, row.withdrawn_at)


def documents_of(subject_type: str, subject_id: object) -> QuerySet[Document]:
    """What was issued on a subject, oldest first. The caller has passed its gate."""
    return (
        Document.objects.filter(of_type=subject_type, of_id=str(subject_id))
        .select_related("attachment")
        .order_by("issued_at", "pk")
    )


def document_for(standing: Standing, pk: object, on: date) -> Document:
    document = Document.objects.filter(pk=pk).select_related("attachment").first()
    if document is None or not _may_read(standing, document, on):
        raise NotFound()
    return document


def documents_in(standing: Standing) -> QuerySet[Document]:
    """The register of issued documents of every park whose register the person may read, newest first."""
    return (
        Document.objects.filter(standing.scope(DOCUMENTS_READ))
        .select_related("attachment", "park")
        .order_by("-issued_at", "-pk")
    )


def awaiting_paper(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Of documents those whose paper is to be sealed by hand and has not come back."""
    back = [one.key for one in TEMPLATES if one.seals_back]
    signed = Envelope.objects.filter(state=EnvelopeState.SIGNED)
    return documents.filter(template__in=back, withdrawn_at=None, original=None).exclude(pk__in=signed.values("document"))


def with_signing(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Each with ``e_signed``: whether it was signed on the platform."""
    return documents.annotate(e_signed=Exists(Envelope.objects.filter(document=OuterRef("pk"), state=EnvelopeState.SIGNED)))


def originals_in(standing: Standing) -> QuerySet[Original]:
    """The archive register of every park whose documents the person may read, by archive number."""
    return (
        Original.objects.filter(standing.scope(DOCUMENTS_READ))
        .select_related("document", "park")
        .order_by("-year", "category", "-number")
    )


def readings_of(subject_type: str, subject_id: object) -> list[Reading]:
    """What was read off the current photographs of a subject, oldest first. The caller has passed its gate."""
    current = attachments_of(subject_type, subject_id)
    return list(Reading.objects.filter(attachment__in=current).select_related("attachment").order_by("pk"))


def word_templates_of(park: Park, template: str) -> QuerySet[WordTemplate]:
    """Every version of the park's own template, newest first."""
    return (
        WordTemplate.objects.filter(park=park, template=template, attachment__isnull=False)
        .select_related("attachment")
        .order_by("-version")
    )


def word_template_on(park: Park, template: str, on: date) -> WordTemplate | None:
    """The park's own template that holds on a day: of those begun the latest, never one that was withdrawn."""
    held = word_templates_of(park, template).filter(since__lte=on, withdrawn_at=None)
    return held.order_by("-since", "-version").first()


def _may_read(standing: Standing, document: Document, on: date) -> bool:
    if standing.may(DOCUMENTS_READ, document.park_id):
        return True
    subject = GATES.find(document.of_type)
    return subject is not None and subject.read(standing, document.of_id, on)


def _may_read_file(standing: Standing, document_id: str, on: date) -> bool:
    document = Document.objects.filter(pk=document_id).first() if document_id.isdecimal() else None
    return document is not None and _may_read(standing, document, on)


def _nobody(standing: Standing, document_id: str, on: date) -> bool:
    """The file of a document is written by ``issue`` alone."""
    return False


def _may_read_original(standing: Standing, pk: str, on: date) -> bool:
    original = Original.objects.filter(pk=pk).select_related("document").first() if pk.isdecimal() else None
    return original is not None and _may_read(standing, original.document, on)


def _may_read_template(standing: Standing, pk: str, on: date) -> bool:
    row = WordTemplate.objects.filter(pk=pk).first() if pk.isdecimal() else None
    return row is not None and standing.may(DOCUMENTS_READ, row.park_id)


gate(attachable("document"), read=_may_read_file, write=_nobody)


def _may_read_envelope(standing: Standing, pk: str, on: date) -> bool:
    envelope = Envelope.objects.filter(pk=pk).select_related("document").first() if pk.isdecimal() else None
    return envelope is not None and _may_read(standing, envelope.document, on)


gate(attachable("envelope"), read=_may_read_envelope, write=_nobody)
gate(attachable("original"), read=_may_read_original, write=_nobody)
gate(attachable("word_template"), read=_may_read_template, write=_nobody)
