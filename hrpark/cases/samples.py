"""Builders of requests, for tests and the demo park alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hrpark.accounts.models import Organisation, Park, Person
from hrpark.accounts.samples import AT

from .actions import open_case, submit
from .models import Case


def make_case(
    *, kind: str, park: Park, applicant: Person, at: datetime = AT, title: str = "会议室空调不制冷", data: Mapping | None = None,
    organisation: Organisation | None = None, handed_in: bool = True,
) -> Case:  # fmt: skip
    """A request, handed in unless said otherwise. The n-th of an applicant has a key of its own."""
    n = Case.objects.filter(applicant=applicant).count() + 1
    case = open_case(
        actor=applicant, at=at, key=f"case:{n}:open", kind=kind, park=park, title=title, organisation=organisation, data=data
    )
    return submit(actor=applicant, at=at, key=f"case:{n}:submit", case=case) if handed_in else case
