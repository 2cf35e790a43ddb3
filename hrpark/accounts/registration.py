"""A body that had no code of its own gets one: a company that was still being founded, a branch that becomes a legal person."""

from __future__ import annotations

from datetime import datetime

from hrpark.toolbox.errors import Misconfigured, Refused
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .models import Organisation, OrganisationKind, Person


@verb("accounts.organisation.register", "登记了单位的统一社会信用代码")
def register_organisation(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, organisation: Organisation, name: str, uscc: str
) -> Organisation:
    """The same people act for it as before, under the name and code of its business licence. A code that another body bears is
    refused: its people speak for themselves. The caller has passed the gate of the dossier."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if organisation.kind != OrganisationKind.INSTITUTION:
        raise Misconfigured("Only an institution's organisation gets its code later")
    if Organisation.objects.filter(uscc=uscc).exclude(pk=organisation.pk).exists():
        raise Refused(
            "这个统一社会信用代码已由另一家单位使用，请核对营业执照；如确为同一家单位，请以该单位的名义另行申请入驻。",
            field="uscc",
        )
    before = [organisation.name, organisation.uscc]
    organisation.name, organisation.uscc = name, uscc
    organisation.save(update_fields=["name", "uscc"])
    deed.record(organisation, park=None, before=before, now=[name, uscc])
    return organisation
