"""Applying: from the first word of an application to its being handed in, answered or withdrawn.

What an applicant declares stays in the application until an officer has seen the originals (``confirm_papers``) or the
agreement is signed; nobody writes into a dossier by applying in its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from hrpark.accounts.actions import add_organisation, grant_role
from hrpark.accounts.models import Membership, Organisation, OrganisationKind, Park, Person
from hrpark.accounts.queries import organisation_by_uscc, standing_of
from hrpark.cases import actions as cases
from hrpark.cases.rules import day_of
from hrpark.institutions.actions import (
    add_institution,
    become_applicant,
)
from hrpark.institutions.models import Institution, Kind, Status
from hrpark.notices.actions import notify
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import Conflict, Refused
from hrpark.toolbox.identifiers import read_uscc
from hrpark.toolbox.text import tidy_title
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions
from ..kinds import ASKS_TO_JOIN
from ..models import Application
from ..queries import (
    KIND,
)
from .judging import fresh, new_round

#: Acts for the house where an applicant, who has no role yet, sets things in motion.
HOUSE = System("admission", "入驻受理")
#: Whether who applies has its business licence, or is still being founded.
REGISTERED, FORMING = "registered", "forming"
ROLES = {"representative": "机构负责人", "clerk": "机构经办人"}


class NeedsApproval(Refused):
    """The code belongs to an institution that has people already: they, or an officer, have to let this person in."""

    def __init__(self, organisation: Organisation):
        super().__init__(
            "该单位已有经核验的人员。请由该单位负责人邀请您，或提出加入申请，待单位负责人或园区核验后再办理入驻。",
            field="uscc",
        )
        self.organisation = organisation


# --- before anything is handed in ----------------------------------------------------------------------------------------


@verb("admission.begin", "开始填写入驻申请")
def begin_application(
    deed: Deed, *, actor: Person, at: datetime, key: str, park: Park, kind: str, name: str, uscc: str = "", uscc_reason: str = "",
    supporting_kind: str = "", situation: str = REGISTERED, role: str = "clerk",
) -> Application:  # fmt: skip
    """A signed-in person applies for a body: its dossier and organisation are found by the code, or made. A company in formation
    has none yet and is known by the name that it declared (企业名称自主申报).

    The person's role there is their own word, and gives no access until an officer has verified it. A body that has verified
    people is not joined silently (NeedsApproval).
    """
    if role not in ROLES:
        raise Refused("请选择您在该机构的身份。", field="role")
    own = standing_of(actor, day_of(at)).own(permissions.OWN, park.pk)
    forming = situation == FORMING
    if forming and uscc.strip():
        raise Refused("填写了统一社会信用代码。已取得营业执照的，请选择“已取得营业执照”。", field="situation")
    code = None if forming else _code(uscc, uscc_reason)
    found = founding(park, name) if forming else None
    organisation = organisation_by_uscc(code) if code else found and found.organisation
    if organisation is not None:
        _check_people(organisation, actor, own, day_of(at))
    if forming:
        institution = _dossier_in_formation(park, kind, name, supporting_kind, at, key)
    else:
        institution = _dossier(park, kind, name, code, uscc_reason, supporting_kind, at, key)
    organisation = institution.organisation or organisation
    if organisation is not None and organisation.pk not in own:
        grant_role(
            actor=HOUSE, at=at, key=f"{key[:70]}:role", person=actor, organisation=organisation, park=park, role=role,
            since=day_of(at), verified=False,
        )  # fmt: skip
    data = {
        "kind": institution.kind, "supporting_kind": institution.supporting_kind, "name": institution.name, "uscc": code or "",
        "uscc_reason": institution.uscc_reason, "situation": situation,
    }  # fmt: skip
    case = cases.start(
        kind=KIND, park=park, applicant=actor, title=f"{institution.name}入驻申请", at=at, organisation=organisation,
        institution=institution, data=data,
    )  # fmt: skip
    try:
        with transaction.atomic():
            application = Application.objects.create(park=park, case=case, institution=institution)
    except IntegrityError:
        raise Conflict("该机构已有一件办理中的入驻申请，请由原申请人继续办理，或联系园区工作人员。", field="uscc") from None
    deed.record(application, park=park.pk, institution=institution.pk, kind=kind)
    deed.also(case, park=park.pk)
    deed.also(institution, park=park.pk, application=application.pk)
    return application


def _code(uscc: str, reason: str) -> str:
    reading = read_uscc(uscc)
    if not reading.ok and not (reading.overridable and reason.strip()):
        raise Refused(reading.message, field="uscc_reason" if reading.overridable else "uscc")
    return str(reading.value)


def _check_people(organisation: Organisation, actor: Person, own: frozenset[int], on: date) -> None:
    if organisation.kind != OrganisationKind.INSTITUTION:
        raise Refused(
            f"该代码登记为{OrganisationKind(organisation.kind).label}，不能作为机构申请入驻，请核对营业执照。", field="uscc"
        )
    running = Q(until__isnull=True) | Q(until__gt=on)
    verified = organisation.memberships.filter(running, verified_at__isnull=False).exclude(person=actor)
    if organisation.pk not in own and verified.exists():
        raise NeedsApproval(organisation)


def _dossier(
    park: Park, kind: str, name: str, code: str, reason: str, supporting_kind: str, at: datetime, key: str
) -> Institution:  # fmt: skip
    institution = Institution.objects.select_for_update(of=("self",)).filter(park=park, uscc=code).first()
    if institution is None:
        _check_founding(park, name)
        return add_institution(
            actor=HOUSE, at=at, key=f"{key[:70]}:dossier", park=park, kind=kind, name=name, uscc=code, uscc_reason=reason,
            supporting_kind=supporting_kind if kind == Kind.SUPPORTING else "", status=Status.APPLICANT,
        )  # fmt: skip
    if institution.status == Status.RESIDENT:
        raise Refused("该机构已在本园区入驻，无需再次申请。如需办理其他事项，请登录机构工作台。", field="uscc")
    if Application.objects.filter(institution=institution, open=True).exists():
        raise Conflict("该机构已有一件办理中的入驻申请，请由原申请人继续办理，或联系园区工作人员。", field="uscc")
    if tidy_title(name) != institution.name:
        raise Refused(
            "该代码在园区登记的名称与您填写的不一致，请按营业执照核对名称和代码；如名称已变更，请联系园区工作人员。",
            field="name",
        )
    become_applicant(institution=institution, at=at)
    institution.refresh_from_db()
    return institution


def founding(park: Park, name: str) -> Institution | None:
    """The dossier that a declared name has in the park while it has no code."""
    found = Institution.objects.filter(park=park, uscc__isnull=True, name=tidy_title(name))
    return found.select_related("organisation").first()


def _check_founding(park: Park, name: str) -> None:
    """Who got its licence does not begin again: the code is handed in where the company in formation applied."""
    if founding(park, name) is not None:
        raise Conflict(
            "这个名称在园区已有筹建中的机构档案，不需要重新申请：请由原申请人打开原申请，在“入驻条件”中交营业执照；"
            "原申请已撤回的，请联系园区工作人员在档案中补填代码。",
            field="name",
        )  # fmt: skip


def _dossier_in_formation(park: Park, kind: str, name: str, supporting_kind: str, at: datetime, key: str) -> Institution:
    """The dossier of a company that has only its name; the same one when it applies again."""
    institution = founding(park, name)
    if institution is not None:
        institution = Institution.objects.select_for_update(of=("self",)).get(pk=institution.pk)
        if Application.objects.filter(institution=institution, open=True).exists():
            raise Conflict("这个名称已有一件办理中的入驻申请，请由原申请人继续办理，或联系园区工作人员。", field="name")
        become_applicant(institution=institution, at=at)
        institution.refresh_from_db()
        return institution
    if Institution.objects.filter(park=park, name=tidy_title(name)).exists():
        raise Refused(
            "园区已有同名的机构，且已登记统一社会信用代码。请核对名称；已取得营业执照的，请选择“已取得营业执照”。", field="name"
        )
    organisation = add_organisation(
        actor=HOUSE, at=at, key=f"{key[:70]}:founding", kind=OrganisationKind.INSTITUTION, name=tidy_title(name)
    )
    return add_institution(
        actor=HOUSE, at=at, key=f"{key[:70]}:dossier", park=park, kind=kind, name=name, organisation=organisation,
        supporting_kind=supporting_kind if kind == Kind.SUPPORTING else "", status=Status.APPLICANT,
    )  # fmt: skip


@verb("admission.join.ask", "申请加入单位")
def ask_to_join(
    deed: Deed, *, actor: Person, at: datetime, key: str, park: Park, uscc: str, uscc_reason: str = "", role: str = "clerk"
) -> Membership:  # fmt: skip
    """A person asks to act for a body that has people already. Nothing opens until its representative or an officer agrees."""
    organisation = organisation_by_uscc(_code(uscc, uscc_reason))
    if organisation is None or organisation.kind != OrganisationKind.INSTITUTION:
        raise Refused("没有找到使用该代码的单位，请核对后直接提出入驻申请。", field="uscc")
    membership = grant_role(
        actor=HOUSE, at=at, key=f"{key[:70]}:role", person=actor, organisation=organisation, park=park, role=role,
        since=day_of(at), verified=False,
    )  # fmt: skip
    told = organisation.memberships.filter(park=park, role="representative", until=None, verified_at__isnull=False)
    for one in told.select_related("person"):
        notify(
            to=one.person,
            kind=ASKS_TO_JOIN,
            at=at,
            subject=membership,
            park=park,
            person=actor.name,
            organisation=organisation.name,
        )
    deed.record(membership, park=park.pk, organisation=organisation.pk, role=role)
    return membership


# --- handing in, answering, withdrawing ----------------------------------------------------------------------------------


@verb("admission.submit", "提交了入驻申请")
@cites("4.3.1.1", "4.3.1", label="入驻申请在线受理")
def submit(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, data: Mapping | None = None,
    seen: int | None = None,
) -> Application:  # fmt: skip
    """Handed in, whole by form and materials, and judged at once by the rules of the day."""
    case = cases.locked(application.case_id)
    typed = _without_fixed(case.data, data)
    cases.check_form(case, typed, at)
    case = cases.advance(case, "submit", actor=actor, at=at, typed=typed, seen=seen)
    application = fresh(application)
    deed.record(application, park=application.park_id, number=case.number)
    deed.also(case, park=application.park_id, number=case.number)
    return new_round(application, at)


@verb("admission.resubmit", "提交了补正材料")
def resubmit(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, data: Mapping | None = None,
    note: str = "", seen: int | None = None,
) -> Application:  # fmt: skip
    """What was asked for is answered; the new facts are judged in a new round."""
    case = cases.locked(application.case_id)
    typed = _without_fixed(case.data, cases.answered(case, data))
    cases.check_form(case, typed, at)
    case = cases.advance(case, "resubmit", actor=actor, at=at, typed=typed, note=note, seen=seen)
    application = fresh(application)
    deed.record(application, park=application.park_id, fields=sorted(typed))
    deed.also(case, park=application.park_id)
    return new_round(application, at)


@verb("admission.withdraw", "撤回了入驻申请")
def withdraw(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, note: str = "", seen: int | None = None
) -> Application:  # fmt: skip
    case = cases.advance(application.case, "withdraw", actor=actor, at=at, note=note, seen=seen)
    application = fresh(application)
    deed.record(application, park=application.park_id)
    deed.also(case, park=application.park_id)
    return application


def _without_fixed(before: Mapping, typed: Mapping | None) -> dict[str, Any]:
    """Who applies was settled when the application was begun."""
    fixed = ("kind", "supporting_kind", "situation", "name", "uscc", "uscc_reason")
    return {key: value for key, value in (typed or {}).items() if key not in fixed or key not in before}
