"""Builders of applications, for tests and the demo park alike: made only through verbs, the n-th the same on every machine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from hrpark.accounts.models import Park, Person
from hrpark.accounts.samples import AT, HOUSE, make_park, make_person, sample_name, sample_uscc
from hrpark.cases import rules as forms
from hrpark.files.actions import attach
from hrpark.files.samples import Named, pdf_bytes
from hrpark.institutions.models import CreditSource
from hrpark.parks.models import Space

from .actions import (
    begin_application,
    check_credit,
    check_first,
    confirm_papers,
    decide,
    sign_agreement,
    submit,
    verify_applicant,
)
from .models import Agreement, Application, Decision
from .queries import Declared, form_for


def answers(at: datetime = AT, **over: Any) -> dict[str, Any]:
    """A whole form of an HR agency: two segments with their permits, three people, no priority. As typed."""
    day = at.date()
    given = {
        "legal_form": "limited", "legal_representative": "周启明", "founded_on": "2019-05-20", "registered_capital": "200万",
        "registered_address": "广州市黄埔区科学大道99号", "business_address": "", "segments": ["executive_search", "training"],
        "licences": [
            {"kind": "hr_licence", "number": "（粤）人服证字〔2024〕第0112001号", "scope": "职业中介活动", "issuer": "广州市黄埔区人力资源和社会保障局",
             "valid_from": "2024-01-08", "valid_to": (day + timedelta(days=700)).isoformat()},
            {"kind": "filing", "number": "440112-2024-031", "scope": "人力资源培训", "issuer": "广州市黄埔区人力资源和社会保障局",
             "valid_from": "2024-02-01", "valid_to": ""},
        ],
        "staff": [
            {"name": "陈晓明", "education": "bachelor", "professional": True, "qualification": "人力资源管理师二级", "since": "2021-03-01"},
            {"name": "林佳怡", "education": "college", "professional": True, "qualification": "", "since": "2022-07-15"},
            {"name": "黄志强", "education": "master", "professional": False, "qualification": "", "since": "2020-06-08"},
        ],
        "headquarters_of": "", "credentials": [], "area": "180", "years": "3", "from": "", "plan": "为园区周边制造企业提供中高端人才寻访和班组长培训。",
        "contact": "黄佳雯", "contact_post": "行政经理", "phone": "13800000008", "email": "hr@example.com",
    }  # fmt: skip
    return {**given, **over}


#: What a company in formation says beside it.
FOUNDING = {
    "declared_number": "（粤）名自申字〔2026〕第01024号", "declared_until": "",
    "promoters": [{"name": "周启明", "kind": "person", "share": "60%"}, {"name": "广州启明投资有限公司", "kind": "body", "share": "40%"}],
}  # fmt: skip


def begin(
    *, at: datetime = AT, park: Park | None = None, applicant: Person | None = None, kind: str = "agency", name: str = "", uscc: str = "", **over: Any
) -> Application:  # fmt: skip
    """An application that has been begun: a draft of a new institution's, by a person of their own."""
    n = Application.objects.count() + 1
    park = park or make_park(at=at)
    applicant = applicant or make_person(at=at, name=sample_name(n + 40), password=None)
    if kind == "supporting":
        over.setdefault("supporting_kind", "law")
    if over.get("situation") != "forming":
        uscc = uscc or sample_uscc(30_260_000 + n)
    return begin_application(
        actor=applicant, at=at, key=f"apply:{n}", park=park, kind=kind, name=name or f"广州第{n}号申请人力资源有限公司",
        uscc=uscc, **over,
    )  # fmt: skip


def hand_in_papers(application: Application, *, at: datetime = AT, data: Mapping | None = None) -> None:
    """Every document that is asked for, as a small PDF."""
    form = form_for(application, at.date())
    whole = {**application.case.data, **(data or {})}
    for material in forms.wanted(form.materials, whole):
        if material.required:
            attach(
                actor=application.case.applicant, at=at, key=f"paper:{application.pk}:{material.key}", to=application.case,
                file=Named(pdf_bytes(material.title), f"{material.title}.pdf"), park=application.park, label=material.title,
                personal=material.personal,
            )  # fmt: skip


def make_application(
    *, at: datetime = AT, park: Park | None = None, applicant: Person | None = None, kind: str = "agency", name: str = "", uscc: str = "",
    situation: str = "registered", data: Mapping | None = None, **over: Any,
) -> Application:  # fmt: skip
    """An application that was handed in, with its papers."""
    draft = begin(at=at, park=park, applicant=applicant, kind=kind, name=name, uscc=uscc, situation=situation)
    if situation == "forming":
        over = {"licences": [], "founded_on": "", "registered_address": "", "needs_address": True, **FOUNDING, **over}
    if kind == "supporting":
        over = {"segments": [], "licences": [], "staff": [], **over}
    given = {**answers(at), **(data or {}), **over}
    hand_in_papers(draft, at=at, data=given)
    return submit(actor=draft.case.applicant, at=at, key=f"submit:{draft.pk}", application=draft, data=given)


def clear_credit(
    application: Application, *, at: datetime = AT, actor: Person | Any = HOUSE, on: date | None = None
) -> Application:
    """All sources asked, nothing found."""
    results = dict.fromkeys(CreditSource.values, ("clear", ""))
    return check_credit(
        actor=actor,
        at=at,
        key=f"credit:{application.pk}:{application.round}",
        application=application,
        on=on or at.date(),
        results=results,
    )


def see_papers(application: Application, *, at: datetime = AT, actor: Person | Any = HOUSE) -> Application:
    """Every declared original was seen."""
    declared = Declared.of(application)
    return confirm_papers(
        actor=actor, at=at, key=f"papers:{application.pk}:{application.round}", application=application, basis="核对原件",
        licences=[one.index for one in declared.licences], staff=[one.index for one in declared.staff],
        credentials=[one.index for one in declared.credentials],
    )  # fmt: skip


def first_checked(
    application: Application, *, at: datetime = AT, actor: Person | Any = HOUSE, oppose: bool = False
) -> Application:
    """The first check is done."""
    check = check_first(
        actor=actor, at=at, key=f"first:{application.pk}:{application.round}", application=application,
        conclusion="oppose" if oppose else "recommend", note="材料齐全，已逐条核对",
    )  # fmt: skip
    return check.application


def make_ready(*, at: datetime = AT, actor: Person | Any = HOUSE, **over: Any) -> Application:
    """An application of which every entry condition is met, first-checked, the applicant verified: an officer may decide."""
    application = clear_credit(make_application(at=at, **over), at=at, actor=actor)
    if not Declared.of(application).empty:
        application = see_papers(application, at=at, actor=actor)
    application = verify_applicant(
        actor=actor, at=at, key=f"who:{application.pk}", application=application, basis="授权委托书原件"
    )
    return first_checked(application, at=at, actor=actor)


def make_decision(*, at: datetime = AT, actor: Person | Any = HOUSE, outcome: str = "admitted", **over: Any) -> Decision:
    return decide_on(make_ready(at=at, actor=actor, **over), at=at, actor=actor, outcome=outcome)


def decide_on(
    application: Application, *, at: datetime = AT, actor: Person | Any = HOUSE, outcome: str = "admitted", **over: Any
) -> Decision:
    return decide(
        actor=actor,
        at=at,
        key=f"decide:{application.pk}",
        application=application,
        outcome=outcome,
        basis="基本条件全部满足，经办公会研究同意",
        **over,
    )


def make_agreement(
    *, at: datetime = AT, actor: Person | Any = HOUSE, unit: Space | None = None, years: int = 3, **over: Any
) -> Agreement:
    """A whole life from application to agreement, all on one day."""
    decision = make_decision(at=at, actor=actor, **over)
    application = decision.application
    return sign_agreement(
        actor=actor, at=at, key=f"sign:{application.pk}", application=application, signed_on=at.date(), years=years, unit=unit,
        unit_note="" if unit else "A座三层",
    )  # fmt: skip
