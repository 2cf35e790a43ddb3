"""What dossiers forget of a person: contacts. The roster keeps its line without the name; the legal representative, whom the law
makes public (企业信息公示暂行条例), must have been replaced while the institution is resident."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from django.db.models import Q

from hrpark.accounts.erasure import Forgetting, Leaver, forgets
from hrpark.accounts.models import Membership, Person

from .models import Contact, Institution


@forgets
class InstitutionsForget(Forgetting):
    key = "institutions"
    keeps: ClassVar = {"institutions.Institution": ("name",)}

    def hinders(self, person: Person, on: date) -> list[str]:
        bodies = Membership.objects.filter(person=person).values("organisation")
        held = Institution.objects.filter(organisation__in=bodies, legal_representative=person.name).resident_on(on)
        names = "、".join(sorted({i.name for i in held}))
        return [f"仍登记为{names}的法定代表人。变更登记后，请先由机构更新档案。"] if names else []

    def forget(self, leaver: Leaver, at: datetime) -> None:
        bodies = Membership.objects.filter(person=leaver.person).values("organisation")
        keys = leaver.traces.keys
        reached = Q(mobile__in=keys) | Q(email__in=keys)
        Contact.objects.filter(reached | Q(name__in=leaver.traces.names, institution__organisation__in=bodies)).delete()
