"""Verbs on what an institution does and can show: segments (T1.03, 5.4.1.4), credentials (4.3.1.3), credit checks (4.3.1.1 b)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from hrpark.accounts.models import Person
from hrpark.standard.kinds import cites
from hrpark.toolbox.dates import date_table
from hrpark.toolbox.errors import Conflict, Refused
from hrpark.toolbox.grounds import grounds
from hrpark.toolbox.text import tidy, tidy_title
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from ..kinds import segments_on
from ..models import Credential, CreditCheck, DeclaredSegment, Institution, Kind
from .dossier import apply, check_days, gate, mark_changed, operators_gate, touched

FIELDS = (
    "kind", "title", "issuer", "issuer_level", "list_name", "level", "scale", "aspect", "year", "issued_on", "valid_to",
)  # fmt: skip


@verb("institutions.segment.declare", "申报了细分领域")
def declare_segment(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, institution: Institution, code: str, since: date
) -> DeclaredSegment:  # fmt: skip
    """The institution does this business from a day on. Whether it may is shown beside it, never a reason to refuse."""
    gate(actor, institution, at)
    _agencies_only(institution)
    listed = segments_on(since)
    if code not in listed.labels:
        raise Refused("没有这个细分领域，请从列表中选择。", field="code")
    try:
        with transaction.atomic():
            declared = DeclaredSegment.objects.create(institution=institution, edition=listed.key, code=code, since=since)
    except IntegrityError as error:
        raise Refused(f"“{listed.labels[code]}”已在申报中，无需重复申报。", field="code") from error
    deed.record(declared, park=institution.park_id, code=code, since=since)
    touched(deed, institution, segment=listed.labels[code], since=since)
    return declared


@verb("institutions.segment.end", "停止了细分领域")
def end_segment(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, declared: DeclaredSegment, until: date
) -> DeclaredSegment:  # fmt: skip
    """``until`` is the first day on which it is no longer done."""
    gate(actor, declared.institution, at)
    check_days(declared.since, until, "until", "停止日期不能早于申报日期。")
    declared.until = until
    declared.save(update_fields=["until"])
    label = segments_on(declared.since).labels.get(declared.code, declared.code)
    deed.record(declared, park=declared.institution.park_id, until=until)
    touched(deed, declared.institution, segment=label, until=until)
    return declared


@cites("5.4.1.4", label="细分领域与细分业态标签")
@verb("institutions.segments.set", "更新了细分领域")
def set_segments(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, institution: Institution, codes: Iterable[str], on: date
) -> Institution:  # fmt: skip
    """The whole list as ticked on a form: what is new begins on that day, what is no longer ticked ends on it."""
    gate(actor, institution, at)
    _agencies_only(institution)
    listed = segments_on(on)
    wanted = set(codes)
    if wanted - set(listed.labels):
        raise Refused("有不在列表中的细分领域，请刷新页面后重新选择。", field="codes")
    Institution.objects.select_for_update().get(pk=institution.pk)
    running = {d.code: d for d in institution.segments.filter(until__isnull=True)}
    ended = [d for code, d in running.items() if code not in wanted]
    begun = sorted(wanted - set(running))
    for declared in ended:
        declared.until = max(on, declared.since)
        declared.save(update_fields=["until"])
    DeclaredSegment.objects.bulk_create(
        DeclaredSegment(institution=institution, edition=listed.key, code=code, since=on) for code in begun
    )
    said = {"begun": [listed.labels[c] for c in begun], "ended": [listed.labels.get(d.code, d.code) for d in ended], "on": on}
    deed.record(institution, park=institution.park_id, **said)
    mark_changed(institution, at)
    return institution


@verb("institutions.credential.add", "登记了资质或荣誉")
def add_credential(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, institution: Institution, kind: str, title: str, issuer: str,
    original_seen: bool = True, **fields: Any,
) -> Credential:  # fmt: skip
    """A rating, award, ranking or proof; verified when an officer enters it, unless the original was not seen."""
    verified = gate(actor, institution, at) and original_seen
    credential = Credential(institution=institution, verified_at=at if verified else None)
    apply(credential, _clean({"kind": kind, "title": title, "issuer": issuer, **fields}, credential, at), FIELDS)
    credential.save()
    deed.record(credential, park=institution.park_id, kind=kind, title=credential.title, verified=verified)
    touched(deed, institution, credential=credential.pk, title=credential.title)
    return credential


@verb("institutions.credential.edit", "修改了资质或荣誉")
def edit_credential(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, credential: Credential, **changes: Any
) -> Credential:  # fmt: skip
    """A change by the institution's own people has to be verified again."""
    verified = gate(actor, credential.institution, at)
    changed = apply(credential, _clean(changes, credential, at), FIELDS)
    if changed:
        credential.verified_at = at if verified else None
        credential.save()
        touched(deed, credential.institution, credential=credential.pk, title=credential.title, changed=changed)
    deed.record(credential, park=credential.institution.park_id, changed=changed)
    return credential


@verb("institutions.credential.verify", "核验了资质或荣誉")
def verify_credential(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, credential: Credential, basis: str
) -> Credential:  # fmt: skip
    """An officer has seen the certificate, or found it in the issuer's list."""
    operators_gate(actor, credential.institution, at)
    basis = grounds(basis, "请写明核验方式，例如“核对证书原件”")
    credential = Credential.objects.select_for_update(of=("self",)).select_related("institution").get(pk=credential.pk)
    if credential.verified_at is not None:
        raise Conflict(f"这项资质或荣誉已于{date_table(localtime(credential.verified_at).date())}核验，无需再次核验。")
    credential.verified_at = at
    credential.save(update_fields=["verified_at"])
    deed.record(credential, park=credential.institution.park_id, basis=basis)
    touched(deed, credential.institution, credential=credential.pk, title=credential.title)
    return credential


@verb("institutions.credit.check", "登记了信用核查")
def record_credit_check(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, institution: Institution, source: str, checked_on: date,
    result: str, note: str = "",
) -> CreditCheck:  # fmt: skip
    """What one public source said on one day. A bad or a repaired record needs a word on what it is."""
    operators_gate(actor, institution, at)
    if checked_on > at.date():
        raise Refused("查询日期不能晚于今天。", field="checked_on")
    note = tidy(note)
    if result != "clear" and not note:
        raise Refused("有不良记录或已修复时，请写明是什么记录、何时列入、何时修复。", field="note")
    try:
        with transaction.atomic():
            check = CreditCheck.objects.create(
                institution=institution, source=source, checked_on=checked_on, result=result, note=note
            )
    except IntegrityError as error:
        raise Refused("该来源当日的核查已登记过。", field="checked_on") from error
    deed.record(check, park=institution.park_id, source=source, checked_on=checked_on, result=result, note=note)
    touched(deed, institution, source=check.get_source_display(), result=check.get_result_display(), checked_on=checked_on)
    return check


def _agencies_only(institution: Institution) -> None:
    if institution.kind != Kind.AGENCY:
        raise Refused("细分领域只适用于人力资源服务机构，配套服务机构无需申报。", field="code")


def _clean(changes: dict[str, Any], credential: Credential, at: datetime) -> dict[str, Any]:
    for name in ("title", "issuer", "list_name"):
        if name in changes:
            changes[name] = tidy_title(changes[name] or "")
    for name in ("level", "scale"):
        if name in changes:
            changes[name] = tidy(changes[name] or "")
    for name, words in (("title", "名称"), ("issuer", "认定单位")):
        if not changes.get(name, getattr(credential, name)):
            raise Refused(f"请填写{words}，与证书或公布的名单一致。", field=name)
    issued, until = changes.get("issued_on", credential.issued_on), changes.get("valid_to", credential.valid_to)
    if issued and issued > at.date():
        raise Refused("认定日期不能晚于今天。", field="issued_on")
    check_days(issued, until, "valid_to", "有效期止不能早于认定日期。")
    return changes
