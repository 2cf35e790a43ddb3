"""A case that somebody hands in without a name: followed by a secret key, of which the house keeps a digest only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hrpark.accounts.models import Park
from hrpark.toolbox.errors import Refused
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from ..kinds import KINDS
from ..models import Case
from .moving import advance, check_form, start

#: Whoever it is: the trail and the steps say no more.
NAMELESS = System("nameless", "匿名")


@verb("cases.hand_in_nameless", "匿名提交")
def hand_in_nameless(
    deed: Deed, *, actor: System, at: datetime, key: str, kind: str, park: Park, data: Mapping, secret: str
) -> Case:  # fmt: skip
    """Begun and handed in at once, whole or not at all. ``secret`` is the digest of the key that was shown."""
    if actor != NAMELESS or not KINDS.get(kind).nameless:
        raise Refused(f"“{KINDS.get(kind).label}”需要登录后提出，以便答复您。")
    case = start(kind=kind, park=park, applicant=None, title=KINDS.get(kind).title_of(data), at=at, data=data, secret=secret)
    check_form(case, data, at)
    case = advance(case, "submit", actor=actor, at=at)
    deed.record(case, park=park.pk, number=case.number)
    return case
