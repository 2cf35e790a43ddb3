"""Verbs on licences, filings and dispatch licences (4.3.1.1 a)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from hrpark.accounts.models import Person
from hrpark.toolbox.dates import date_table
from hrpark.toolbox.errors import Conflict, Refused
from hrpark.toolbox.grounds import grounds
from hrpark.toolbox.text import tidy, tidy_title
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from ..models import Institution, Licence
from .dossier import apply, check_days, gate, operators_gate, touched

FIELDS = ("kind", "number", "scope", "issuer", "valid_from", "valid_to")


@verb("institutions.licence.add", "登记了许可或备案")
def add_licence(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, institution: Institution, kind: str, number: str,
    original_seen: bool = True, **fields: Any,
) -> Licence:  # fmt: skip
    """A permit comes into the dossier; verified when an officer enters it, since the officer has the original (or says not)."""
    verified = gate(actor, institution, at) and original_seen
    licence = Licence(institution=institution, verified_at=at if verified else None)
    apply(licence, _clean({"kind": kind, "number": number, **fields}, licence), FIELDS)
    _save(licence)
    deed.record(
        licence, park=institution.park_id, kind=kind, number=licence.number, valid_to=licence.valid_to, verified=verified
    )
    touched(deed, institution, licence=licence.pk, kind=licence.get_kind_display(), number=licence.number)
    return licence


@verb("institutions.licence.edit", "修改了许可或备案")
def edit_licence(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, licence: Licence, **changes: Any
) -> Licence:  # fmt: skip
    """A permit is corrected or renewed. A change by the institution's own people has to be verified again."""
    verified = gate(actor, licence.institution, at)
    changed = apply(licence, _clean(changes, licence), FIELDS)
    if changed:
        licence.verified_at = at if verified else None
        _save(licence)
        touched(deed, licence.institution, licence=licence.pk, number=licence.number, changed=changed)
    deed.record(licence, park=licence.institution.park_id, changed=changed)
    return licence


@verb("institutions.licence.verify", "核验了许可或备案原件")
def verify_licence(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, licence: Licence, basis: str
) -> Licence:  # fmt: skip
    """An officer has seen the original, or found it in the public register."""
    operators_gate(actor, licence.institution, at)
    basis = grounds(basis, "请写明核验方式，例如“核对许可证原件”")
    licence = Licence.objects.select_for_update(of=("self",)).select_related("institution").get(pk=licence.pk)
    if licence.verified_at is not None:
        raise Conflict(f"这项许可或备案已于{date_table(localtime(licence.verified_at).date())}核验，无需再次核验。")
    licence.verified_at = at
    licence.save(update_fields=["verified_at"])
    deed.record(licence, park=licence.institution.park_id, basis=basis)
    touched(deed, licence.institution, licence=licence.pk, number=licence.number)
    return licence


@verb("institutions.licence.revoke", "登记了许可或备案的撤销、注销")
def revoke_licence(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, licence: Licence, on: date, reason: str
) -> Licence:  # fmt: skip
    """It no longer holds from ``on``. The row stays, so that the days before can still be judged."""
    operators_gate(actor, licence.institution, at)
    if on > at.date():
        raise Refused("撤销或注销日期不能晚于今天，请核对文书。", field="revoked_on")
    if licence.valid_from and on < licence.valid_from:
        raise Refused("撤销或注销日期不能早于有效期起始日，请核对文书。", field="revoked_on")
    licence.revoked_on = on
    licence.save(update_fields=["revoked_on"])
    deed.record(licence, park=licence.institution.park_id, on=on, reason=reason)
    touched(deed, licence.institution, licence=licence.pk, number=licence.number, on=on, reason=reason)
    return licence


def _clean(changes: dict[str, Any], licence: Licence) -> dict[str, Any]:
    for name in ("number", "scope"):
        if name in changes:
            changes[name] = tidy(changes[name] or "")
    if "issuer" in changes:
        changes["issuer"] = tidy_title(changes["issuer"] or "")
    if "number" in changes and not changes["number"]:
        raise Refused("请填写许可证或备案编号。", field="number")
    check_days(
        changes.get("valid_from", licence.valid_from), changes.get("valid_to", licence.valid_to), "valid_to",
        "有效期止不能早于有效期起，请核对许可证。",
    )  # fmt: skip
    return changes


def _save(licence: Licence) -> None:
    try:
        with transaction.atomic():
            licence.save()
    except IntegrityError as error:
        raise Refused("这家机构已登记过同一编号的许可或备案，请打开原有记录修改。", field="number") from error
