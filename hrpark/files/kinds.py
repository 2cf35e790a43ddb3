"""Gates: who may see and who may add the attachments of a type of subject. The owner room registers its own.

    gate("lease", read=may_read_lease, write=may_write_lease)     # in leasing/queries.py

Each function gets the standing, the subject's id as text and the day, and answers yes or no; a subject that does not
exist is a no. A type that forms may attach to is named by ``attachable``; without a gate it stops start-up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.core.checks import Error, register

from hrpark.accounts.queries import Standing
from hrpark.toolbox.registry import Registry
from hrpark.trail.kinds import SUBJECTS

Rule = Callable[[Standing, str, date], bool]


@dataclass(frozen=True)
class Gate:
    """``read_personal`` guards attachments with personal data (an identity card); without it ``read`` does."""

    subject_type: str
    read: Rule
    write: Rule
    read_personal: Rule


GATES: Registry[Gate] = Registry("gate of attachments")
ATTACHABLE: Registry[str] = Registry("attachable subject type")


def gate(subject_type: str, *, read: Rule, write: Rule, read_personal: Rule | None = None) -> Gate:
    return GATES.add(subject_type, Gate(subject_type, read, write, read_personal or read))


def attachable(subject_type: str) -> str:
    """Declare that records of this type have attachments."""
    return ATTACHABLE.add(subject_type, subject_type)


@register()
def attachable_types_have_gates(app_configs: object = None, **kwargs: object) -> list[Error]:
    """What stops start-up: a type that forms may attach to and whose gate nobody registered, a gate of an unknown type."""
    open_types = [key for key in ATTACHABLE.keys() if key not in GATES]
    unknown = [key for key in GATES.keys() if key not in SUBJECTS]
    return [
        *(
            Error(f"Subject type {key!r} is attachable, but has no gate of attachments.", id="hrpark.files.E001")
            for key in open_types
        ),
        *(Error(f"A gate of attachments names an unknown subject type {key!r}.", id="hrpark.files.E002") for key in unknown),
    ]
