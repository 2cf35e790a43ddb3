"""From the agreement on paper: signing, issuing what was decided and signed, and the record of fair-competition review."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from hrpark.accounts.models import Park, Person
from hrpark.accounts.queries import require
from hrpark.cases import actions as cases
from hrpark.cases.rules import day_of
from hrpark.documents.actions import issue
from hrpark.documents.kinds import ADMISSION_DECISION, AGREEMENT, PLEDGE
from hrpark.institutions.actions import (
    add_credential,
    add_licence,
    add_staff_member,
    begin_residency,
    edit_institution,
    set_contact,
    set_segments,
)
from hrpark.institutions.models import Kind
from hrpark.parks.models import Space
from hrpark.standard.kinds import cites
from hrpark.standard.queries import parameter
from hrpark.toolbox.dates import date_table
from hrpark.toolbox.errors import Conflict, Refused
from hrpark.toolbox.money import read_money
from hrpark.toolbox.text import tidy, tidy_title
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions
from ..models import Agreement, Application, FairReview
from ..papers import agreement_data, decision_data, pledge_data
from ..queries import Declared, may_speak_for, papers_of, start_by, typed_day, without_paper
from .applying import HOUSE
from .judging import fresh
from .settling import begin_start, file_report

PRESS = System("tick")

# --- the agreement -------------------------------------------------------------------------------------------------------


@verb("admission.sign", "签订了入驻协议")
@cites("4.3.1.2-a", "4.3.1.2-b", label="入驻协议：在园年限与开业期限")
def sign_agreement(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, signed_on: date, years: int,
    starts: date | None = None, unit: Space | None = None, unit_note: str = "", seen: int | None = None,
) -> Agreement:  # fmt: skip
    """The agreement is signed: years pledged, unit, and the day by which business must have begun. Begins the residency."""
    require(actor, permissions.DECIDE, application.park_id, day_of(at))
    case = cases.locked(application.case_id)
    if seen is not None and seen != case.version:
        raise cases.first_was(case)
    application = fresh(application)
    starts = starts or signed_on
    if case.state == "admitted":
        _check_agreement(application, signed_on, years, starts, unit, unit_note, day_of(at))
    case = cases.advance(case, "sign", actor=actor, at=at, outcome=case.outcome, seen=seen)
    days = parameter("admission.start_days", signed_on, application.park_id)
    institution = application.institution
    _complete_dossier(application, actor, at, key, starts)
    residency = begin_residency(
        actor=actor, at=at, key=f"{key[:60]}:stay", institution=institution, starts=starts, unit=unit, unit_note=unit_note,
        agreed_on=signed_on,
    )  # fmt: skip
    year = signed_on.year
    agreement = Agreement.objects.create(
        application=application, park_id=application.park_id, signed_on=signed_on, years=years, unit=unit, unit_note=tidy(unit_note),
        number=f"XY{year}-{cases.next_number(application.park_id, 'XY', year):04d}", residency=residency, start_days=days,
        start_by=start_by(signed_on, days), recorded_at=at,
    )  # fmt: skip
    deed.record(
        agreement, park=application.park_id, number=agreement.number, signed_on=signed_on, years=years, unit=unit and unit.name,
        start_by=agreement.start_by,
    )  # fmt: skip
    deed.also(application, park=application.park_id, number=agreement.number)
    deed.also(case, park=application.park_id)
    deed.also(institution, park=application.park_id, agreement=agreement.number, start_by=agreement.start_by)
    deed.also(begin_start(agreement), park=application.park_id, last_day=agreement.start_by)
    filing = file_report(agreement, actor, at)
    deed.also(filing, park=application.park_id, due_on=filing.due_on, sent=filing.sent_at is not None)
    return agreement


def _check_agreement(
    application: Application, signed_on: date, years: int, starts: date, unit: Space | None, unit_note: str, today: date
) -> None:
    decided = day_of(application.decision.decided_at)
    if signed_on > today:
        raise Refused(f"签订日期不能晚于今天（{date_table(today)}）。", field="signed_on")
    if signed_on < decided:
        raise Refused(f"签订日期不能早于作出决定的日期（{date_table(decided)}）。", field="signed_on")
    least = parameter("admission.pledge_min_years", signed_on, application.park_id)
    if not least <= years <= 50:
        raise Refused(f"承诺在园年限应为{least}至50年。", field="years")
    last = start_by(signed_on, parameter("admission.start_days", signed_on, application.park_id))
    if not signed_on <= starts <= last:
        raise Refused(f"入驻日期应在签订日期之后、最迟开业日期（{date_table(last)}）之前。", field="starts")
    if not application.institution.uscc:
        raise Refused(
            "机构还没有取得统一社会信用代码。取得营业执照后，请先在入驻条件中提交并核对，或在机构档案中登记代码，再签订协议。",
            field="signed_on",
        )
    if unit is None and not tidy(unit_note):
        raise Refused("请选择单元；园区还没有登记空间的，写明单元位置。", field="unit")
    if not may_speak_for(application):
        raise Refused("申请人的身份还没有核验。请先核对授权委托书，核验申请人身份后再签订协议。", field="signed_on")


def _complete_dossier(application: Application, actor: Person | System, at: datetime, key: str, on: date) -> None:
    """What the application says and the dossier lacks, now that they come in. What was not seen in the original stays unverified."""
    institution, data = application.institution, application.case.data
    told = {
        "legal_form": str(data.get("legal_form") or ""), "legal_representative": str(data.get("legal_representative") or ""),
        "founded_on": typed_day(data, "founded_on"), "registered_capital": _amount(data.get("registered_capital")),
        "registered_address": str(data.get("registered_address") or ""), "business_address": str(data.get("business_address") or ""),
        "headquarters_of": str(data.get("headquarters_of") or ""),
    }  # fmt: skip
    missing = {
        name: value for name, value in told.items() if value not in ("", None) and getattr(institution, name) in ("", None)
    }
    if missing:
        edit_institution(actor=HOUSE, at=at, key=f"{key[:60]}:facts", institution=institution, **missing)
    if institution.kind == Kind.AGENCY:
        codes = set(institution.segments.filter(until=None).values_list("code", flat=True)) | set(data.get("segments") or [])
        set_segments(actor=HOUSE, at=at, key=f"{key[:60]}:segments", institution=institution, codes=codes, on=day_of(at))
    declared = Declared.of(application)
    for one in declared.licences:
        add_licence(
            actor=HOUSE, at=at, key=f"{key[:60]}:l{one.index}", institution=institution, original_seen=False, **one.fields
        )
    for one in declared.staff:
        add_staff_member(actor=HOUSE, at=at, key=f"{key[:60]}:s{one.index}", institution=institution, **one.fields)
    for one in declared.credentials:
        add_credential(
            actor=HOUSE, at=at, key=f"{key[:60]}:c{one.index}", institution=institution, original_seen=False, **one.fields
        )
    contact = tidy(str(data.get("contact") or ""))
    if contact and not institution.contacts.filter(name=contact).exists():
        set_contact(
            actor=HOUSE, at=at, key=f"{key[:60]}:contact", institution=institution, name=contact, post=data.get("contact_post") or "",
            mobile=data.get("phone") or "", email=data.get("email") or "",
        )  # fmt: skip


def _amount(typed: Any) -> Any:
    reading = read_money(typed) if typed else None
    return reading.value if reading is not None and reading.ok else None


# --- papers --------------------------------------------------------------------------------------------------------------

PAPERS = {
    ADMISSION_DECISION: ("入驻决定通知书", decision_data),
    AGREEMENT: ("入驻协议", agreement_data),
    PLEDGE: ("入园承诺书", pledge_data),
}


@verb("admission.paper", "出具了入驻文书")
def issue_paper(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, template: str
) -> Application:  # fmt: skip
    """The notice of the decision, the agreement or the pledge, as PDF with number and code. One that holds is not issued twice."""
    require(actor, permissions.HANDLE, application.park_id, day_of(at))
    Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    application = fresh(application)
    label, data_of = PAPERS[template]
    if not hasattr(application, "decision" if template == ADMISSION_DECISION else "agreement"):
        raise Refused(f"还没有可以出具的{label}。")
    if papers_of(application).filter(template=template, withdrawn_at=None).exists():
        raise Conflict(f"{label}已经出具，请刷新页面查看。如有错误，请先作废原件。")
    document = issue(
        actor=actor, at=at, key=f"{key[:60]}:{template}", park=application.park, template=template, subject=application,
        title=f"{application.institution.name}{label}", data=data_of(application),
    )  # fmt: skip
    deed.record(application, park=application.park_id, document=document.pk, number=document.reference)
    return application


def issue_due(at: datetime, *, limit: int = 20) -> int:
    """Issue what was decided or signed and has no paper yet. Safe to call twice and to be killed in between."""
    done = 0
    for application, template in without_paper(limit):
        issue_paper(actor=PRESS, at=at, key=f"{template}:{application.pk}", application=application, template=template)
        done += 1
    return done


# --- fair-competition review ---------------------------------------------------------------------------------------------


@verb("admission.fair_review", "登记了公平竞争审查记录")
def record_fair_review(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, park: Park, number: str, reviewed_by: str, reviewed_on: date,
    conclusion: str, valid_to: date | None = None,
) -> FairReview:  # fmt: skip
    """The record that lets 4.3.1.3 g be counted from its day on, once its paper is attached (files.attach)."""
    require(actor, permissions.RULES, park.pk, day_of(at))
    if reviewed_on > day_of(at):
        raise Refused("审查日期不能晚于今天。", field="reviewed_on")
    if valid_to is not None and valid_to < reviewed_on:
        raise Refused("有效期止不能早于审查日期。", field="valid_to")
    for field, value, words in (
        ("number", number, "文号或编号"),
        ("reviewed_by", reviewed_by, "审查单位"),
        ("conclusion", conclusion, "审查结论"),
    ):
        if not value.strip():
            raise Refused(f"请填写{words}。", field=field)
    try:
        with transaction.atomic():
            review = FairReview.objects.create(
                park=park, number=tidy(number), reviewed_by=tidy_title(reviewed_by), reviewed_on=reviewed_on,
                conclusion=conclusion.strip(), valid_to=valid_to, recorded_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise Refused("这一编号的审查记录已经登记过。", field="number") from None
    deed.record(review, park=park.pk, number=review.number, reviewed_on=reviewed_on)
    return review
