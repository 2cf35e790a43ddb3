"""What is filled in when a condition is handed in: the facts that complete the dossier, by kind of condition."""

from __future__ import annotations

from collections.abc import Mapping

from hrpark.cases.rules import Field, fields_of

from .case_types.admission import FIELDS
from .models import ConditionKind

_KNOWN = {spec["key"]: {name: value for name, value in spec.items() if name not in ("when", "group")} for spec in FIELDS}

#: As the business licence has them.
LICENCE_FIELDS = (
    "name",
    "uscc",
    "legal_form",
    "legal_representative",
    "founded_on",
    "registered_capital",
    "registered_address",
)
_LICENCE = (
    {**_KNOWN["name"], "fixed": False, "help": "与营业执照一致。"},
    {**_KNOWN["uscc"], "fixed": False},
    *({**_KNOWN[key], "help": "与营业执照一致。"} for key in LICENCE_FIELDS[2:]),
)
_OBTAINED = {
    "key": "obtained", "label": "取得方式", "type": "choice", "required": True,
    "choices": [["ordinary", "一般程序"], ["commitment", "告知承诺"]],
    "help": "以告知承诺方式取得的，发证机关会在事后核查；核查结论请一并说明（人力资源服务机构管理规定）。",
}  # fmt: skip

_BY_KIND: Mapping[str, tuple[Mapping, ...]] = {
    ConditionKind.REGISTRATION: _LICENCE,
    ConditionKind.LEGAL_PERSON: _LICENCE,
    ConditionKind.PERMIT: ({**_KNOWN["licences"], "required": True}, _OBTAINED),
    ConditionKind.STAFF: (_KNOWN["staff"],),
}
NOTE = {"key": "note", "label": "说明", "type": "long", "max": 1000}


def fields_for(kind: str) -> tuple[Field, ...]:
    """The boxes of a condition, with a note at the end; a condition without facts of its own has to say something."""
    specs = _BY_KIND.get(kind, ())
    return fields_of((*specs, NOTE if specs else {**NOTE, "required": True, "help": "写明提交了什么、怎样满足了条件。"}))
