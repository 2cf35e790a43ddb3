"""Documents that are signed on a certified platform: handed over, looked after, brought back. The platform is asked between
transactions, never within one; each answer is written down by a verb of its own."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from hrpark.accounts.models import Person
from hrpark.accounts.queries import require
from hrpark.files.actions import attach
from hrpark.files.storage import open_kept
from hrpark.toolbox.errors import Conflict, HrparkError, Refused
from hrpark.toolbox.identifiers import read_mobile
from hrpark.toolbox.text import tidy
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import esign
from ..models import Document, Envelope, EnvelopeState
from ..permissions import DOCUMENTS_ARCHIVE
from .issuing import PRESS

log = logging.getLogger(__name__)
PLATFORM = System("esign", "电子签名平台")
#: After so many failures in a row somebody has to look; the wait between two doubles up to six hours.
MOST_ATTEMPTS, LONGEST_WAIT = 12, timedelta(hours=6)
#: How often the platform is asked where no callback comes.
POLL = timedelta(minutes=30)
FINISHED = {"signed": "双方已签", "declined": "被拒签", "expired": "逾期未签", "cancelled": "已撤销"}


@verb("documents.esign.request", "发起了电子签署")
def request_signing(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, document: Document, signers: Sequence[esign.Signer]
) -> Envelope:
    """A document is to be signed by these people, in this order; the next tick hands it over."""
    require(actor, DOCUMENTS_ARCHIVE, document.park_id, timezone.localtime(at).date())
    if esign.platform() is None:
        raise Refused("本平台还没有接入电子签名平台，请打印后用印。")
    document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if document.withdrawn_at is not None or hasattr(document, "original"):
        raise Refused("这份文书已经作废或已经归档用印原件，不能再发起电子签署。")
    if not 1 <= len(signers) <= 5:
        raise Refused("请填写 1 至 5 位签署人。")
    for one in signers:
        if not tidy(one.name) or not tidy(one.organisation):
            raise Refused("请填写签署人的单位和姓名。")
        if not read_mobile(one.mobile).ok:
            raise Refused(f"{one.name}的手机号码不对，请填写 11 位手机号码，平台用它通知签署。")
    try:
        with transaction.atomic():
            envelope = Envelope.objects.create(
                document=document, park_id=document.park_id, signers=[vars(one) for one in signers], due_at=at, requested_at=at,
                requested_by_name=actor.actor_name[:80],
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("这份文书正在电子签署中，请等待结果。") from None
    deed.record(envelope, park=document.park_id, document=document.reference, signers=len(signers))
    deed.also(document, park=document.park_id, envelope=envelope.pk)
    return envelope


def has_news(number: str, at: datetime) -> bool:
    """The platform called: an open envelope is asked about with the next tick. However often it calls, that is all."""
    return bool(Envelope.objects.filter(number=number, state=EnvelopeState.SENT).update(due_at=at)) or (
        Envelope.objects.filter(number=number).exists()
    )


def carry_on(at: datetime, *, limit: int = 5) -> int:
    """Hand over and ask about what is due. Safe to be killed anywhere: a reference handed over twice is one envelope."""
    platform = esign.platform()
    if platform is None:
        return 0
    due = Envelope.objects.filter(due_at__lte=at, state__in=EnvelopeState.open()).select_related("document__attachment")
    done = 0
    for envelope in due.order_by("due_at", "pk")[:limit]:
        _step(platform, envelope, at)
        done += 1
    return done


def _step(platform: esign.Platform, envelope: Envelope, at: datetime) -> None:
    by = {"actor": PLATFORM, "at": at, "envelope": envelope}
    again = f"{envelope.pk}:{envelope.state}:{envelope.attempts}:{at.timestamp():.0f}"
    try:
        if envelope.state == EnvelopeState.WAITING:
            number = platform.send(f"hrpark-{envelope.pk}", envelope.document.title, envelope.document.attachment.name, _pdf(envelope),
                                   [esign.Signer(**one) for one in envelope.signers])  # fmt: skip
            _sent(**by, key=f"sent:{envelope.pk}", number=number)
            return
        now = platform.look(envelope.number)
        if now.state == "signed":
            _finish(**by, key=f"signed:{envelope.pk}", state="signed", file=platform.fetch(envelope.number))
        elif now.state in FINISHED:
            _finish(**by, key=f"{now.state}:{envelope.pk}", state=now.state, reason=now.reason)
        else:
            Envelope.objects.filter(pk=envelope.pk, state=EnvelopeState.SENT).update(due_at=at + POLL, attempts=0)
    except esign.EsignRefused as problem:
        _finish(**by, key=f"failed:{again}", state=EnvelopeState.FAILED, reason=str(problem)[:200])
    except (esign.EsignFailed, HrparkError) as problem:
        log.warning("envelope %s: %s", envelope.pk, problem)
        if envelope.attempts + 1 >= MOST_ATTEMPTS:
            _finish(**by, key=f"failed:{again}", state=EnvelopeState.FAILED, reason=str(problem)[:200])
            return
        wait = min(timedelta(minutes=2**envelope.attempts), LONGEST_WAIT)
        Envelope.objects.filter(pk=envelope.pk).update(
            attempts=envelope.attempts + 1, due_at=at + wait, last_error=str(problem)[:200]
        )


def _pdf(envelope: Envelope) -> bytes:
    with open_kept(envelope.document.attachment.path) as file:
        return file.read()


@verb("documents.esign.sent", "送交了电子签名平台")
def _sent(deed: Deed, *, actor: System, at: datetime, key: str, envelope: Envelope, number: str) -> Envelope:
    envelope = Envelope.objects.select_for_update(of=("self",)).get(pk=envelope.pk)
    envelope.number, envelope.state, envelope.due_at, envelope.attempts, envelope.last_error = (
        number, EnvelopeState.SENT, at + POLL, 0, "",
    )  # fmt: skip
    envelope.save()
    deed.record(envelope, park=envelope.park_id, number=number)
    deed.also(envelope.document, park=envelope.park_id, envelope=envelope.pk)
    return envelope


@verb("documents.esign.finish", "记下了电子签署的结果")
def _finish(
    deed: Deed, *, actor: System, at: datetime, key: str, envelope: Envelope, state: str, reason: str = "", file: bytes = b""
) -> Envelope:
    """The end of it. The numbers of the signers go: what is signed says who did."""
    envelope = Envelope.objects.select_for_update(of=("self",)).select_related("document__park").get(pk=envelope.pk)
    if envelope.state not in EnvelopeState.open():
        raise Conflict("这次电子签署已经结束。")
    document: Any = envelope.document
    if file:
        envelope.signed = attach(
            actor=PRESS, at=at, key=f"envelope:{envelope.pk}", to=envelope, file=io.BytesIO(file), park=document.park, label="电子签署件",
            name=f"{document.title} {document.reference}（已签）.pdf", personal=True,
        )  # fmt: skip
    envelope.state, envelope.reason, envelope.finished_at, envelope.due_at = state, reason[:200], at, None
    envelope.signers = [{**one, "mobile": ""} for one in envelope.signers]
    envelope.save()
    deed.record(envelope, park=envelope.park_id, state=state)
    deed.also(document, park=envelope.park_id, envelope=envelope.pk, state=state)
    return envelope
