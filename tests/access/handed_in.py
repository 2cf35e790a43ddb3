"""What a form names by its key: the field, and whose record may stand in it. Written by hand, one line a field.

With an own record the form does what it is for; with a foreign one it writes nothing, or, where the page only reads, shows
nothing of it. ``@thing`` in what is handed in stands for an own thing of the stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Handed:
    url: str
    letter: str
    field: str
    thing: str
    data: Mapping[str, str] = field(default_factory=dict)
    #: Things in the address other than the table's.
    of: Mapping[str, str] = field(default_factory=dict)
    foreign: tuple[str, ...] = ("智达", "粤才")
    #: Read through the query: what of the record a page would say.
    says: str = ""


PARK = ("粤才",)
_DAYS = {"answers_until": "{later}", "self_until": "{later}", "assess_until": "{later}"}

HANDED = (
    Handed("desk-institution-residency-begin", "o", "unit", "space", {"starts": "{today}"}, {"pk": "applied_institution"}, PARK),
    Handed("desk-institution-residency-move", "o", "unit", "space", {"on": "{today}"}, foreign=PARK),
    Handed("desk-admission-sign", "o", "unit", "space", {"signed_on": "{today}", "years": "3"}, {"pk": "admitted"}, PARK),
    Handed("desk-case-deed#assign", "o", "handler", "handler", {"note": "交接"}, {"pk": "submitted_case"}, PARK),
    Handed(
        "desk-potential-new", "o", "institution", "institution",
        {"kind": "growth", "assessed_on": "{today}", "panel": "评估人", "criteria": "园区办法第五条", "recognised": "no", "conclusion": "不予认定为成长型"},
        foreign=PARK,
    ),
    Handed("desk-space-new", "o", "parent", "building", {"kind": "unit", "code": "Z9"}, foreign=PARK),
    Handed("desk-space-edit", "o", "parent", "building", {"code": "Z9", "name": "Z9"}, foreign=PARK),
    Handed("desk-park-edit", "o", "operator", "operator", {"level": "municipal"}, foreign=PARK),
    Handed("desk-park-edit", "o", "authority", "authority", {"level": "municipal"}, foreign=PARK),
    Handed("desk-round-new", "o", "scheme", "scheme", {"name": "新一轮", "as_of": "{today}", **_DAYS}, foreign=PARK),
    Handed("authority-round-new", "i", "scheme", "scheme", {"name": "新一轮", "as_of": "{today}", **_DAYS}, foreign=PARK),
    Handed("authority-figures-verify", "i", "pick", "figure", foreign=PARK),
    Handed(
        "authority-regional-new", "i", "region_code", "region_code",
        {"region": "某区", "year": "{year}", "measure": "region.hr_revenue", "value": "5", "document": "年鉴"}, foreign=PARK,
    ),
    Handed("desk-invite", "o", "organisation", "uscc", {"role": "clerk", "name": "新人", "mobile": "13912340000"}, foreign=PARK),
    Handed("desk-invite", "o", "institution", "institution", foreign=PARK, says="name"),
    Handed("desk-code", "o", "key", "mobile", {"name": "@name", "basis": "核对身份证件原件"}, foreign=PARK),
    Handed("desk-case-deed#opinion", "o", "asked", "second", {"question": "请看一看", "due_on": "{later}"}, {"pk": "asked_correcting"}, PARK),
    Handed("desk-case-deed#respondent", "o", "respondent", "second", foreign=PARK),
    Handed("desk-case-deed#scoring", "o", "reviewers", "second", {"due_on": "{later}"}, foreign=PARK),
    Handed("desk-duties", "d", "person", "second", {"kind": "general"}, foreign=PARK),
    Handed("desk-hand-over", "d", "giver", "second", {"taker": "@handler", "note": "休假"}, foreign=PARK),
    Handed("desk-hand-over", "d", "taker", "second", {"giver": "@handler", "note": "休假"}, foreign=PARK),
    Handed("portal-application-files", "a", "remove", "file_drafted"),
    Handed("tenant-round", "r", "institution", "institution", {"judged": "5"}),
)  # fmt: skip

#: Fields with choices by number that name no record: how many, which version was seen, a degree of satisfaction.
PLAIN = frozenset({
    "seen",  # which version somebody had before their eyes: another one only stops them
    "licences", "staff", "credentials",  # number of the row in the very application
    "degree", "paid",
    "T1.04", "T1.10", "T1.13", "T1.14", "T1.15", "T1.16",  # degrees of satisfaction
})  # fmt: skip
