"""Applying: from the first word of an application to the decision.

What an applicant declares stays in the application until an officer has seen the originals (``confirm_papers``) or the
agreement is signed; nobody writes into a dossier by applying in its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from hrpark.accounts.actions import grant_role, verify_role
from hrpark.accounts.models import Membership, Organisation, OrganisationKind, Park, Person
from hrpark.accounts.queries import organisation_by_uscc, require, standing_of
from hrpark.cases import actions as cases
from hrpark.cases.rules import day_of
from hrpark.institutions.actions import (
    add_credential,
    add_institution,
    add_licence,
    add_staff_member,
    become_applicant,
    record_credit_check,
)
from hrpark.institutions.models import CreditSource, Institution, Kind, Status
from hrpark.notices.actions import notify
from hrpark.standard.actions import use_edition
from hrpark.standard.kinds import CURRENT, cites
from hrpark.toolbox.dates import date_table
from hrpark.toolbox.errors import Conflict, NotFound, Refused
from hrpark.toolbox.grounds import grounds
from hrpark.toolbox.identifiers import read_uscc
from hrpark.toolbox.text import tidy, tidy_title
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions
from ..kinds import ASKS_TO_JOIN
from ..models import Application, Decision, Judgement, Outcome, Ruling
from ..queries import (
    KIND,
    Declared,
    candidate_of,
    rule_day,
    rules_for,
    standing_against,
    verdicts,
    waiting_membership,
)

#: Acts for the house where an applicant, who has no role yet, sets things in motion.
HOUSE = System("admission", "入驻受理")
ROLES = {"representative": "机构负责人", "clerk": "机构经办人"}
MOVES = {Ruling.ADMITTED: "admit", Ruling.CONDITIONAL: "condition", Ruling.REFUSED: "refuse"}


class NeedsApproval(Refused):
    """The code belongs to an institution that has people already: they, or an officer, have to let this person in."""

    def __init__(self, organisation: Organisation):
        super().__init__(
            "该统一社会信用代码的单位已有经核验的人员。请由该单位负责人邀请您，或提出加入申请，待单位负责人或园区核验后再办理入驻。",
            field="uscc",
        )
        self.organisation = organisation


# --- before anything is handed in ----------------------------------------------------------------------------------------


@verb("admission.begin", "开始填写入驻申请")
def begin_application(
    deed: Deed, *, actor: Person, at: datetime, key: str, park: Park, kind: str, name: str, uscc: str, uscc_reason: str = "",
    supporting_kind: str = "", role: str = "clerk",
) -> Application:  # fmt: skip
    """A signed-in person applies for a body: its dossier and organisation are found by the code, or made.

    The person's role there is their own word, and gives no access until an officer has verified it. A body that has verified
    people is not joined silently (NeedsApproval).
    """
    if role not in ROLES:
        raise Refused("请选择您在该机构的身份。", field="role")
    code = _code(uscc, uscc_reason)
    organisation = organisation_by_uscc(code)
    own = standing_of(actor, day_of(at)).own(permissions.OWN, park.pk)
    if organisation is not None:
        _check_people(organisation, actor, own, day_of(at))
    institution = _dossier(park, kind, name, code, uscc_reason, supporting_kind, at, key)
    organisation = institution.organisation or organisation
    if organisation is not None and organisation.pk not in own:
        grant_role(
            actor=HOUSE, at=at, key=f"{key[:70]}:role", person=actor, organisation=organisation, park=park, role=role,
            since=day_of(at), verified=False,
        )  # fmt: skip
    data = {
        "kind": institution.kind, "supporting_kind": institution.supporting_kind, "name": institution.name, "uscc": code,
        "uscc_reason": institution.uscc_reason,
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
    return _judge(application, at)


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
    return _judge(application, at)


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
    fixed = ("kind", "supporting_kind", "name", "uscc", "uscc_reason")
    return {key: value for key, value in (typed or {}).items() if key not in fixed or key not in before}


def fresh(application: Application) -> Application:
    return Application.objects.select_related("case__item", "institution", "park").get(pk=application.pk)


# --- judging -------------------------------------------------------------------------------------------------------------


@verb("admission.judge", "按入驻规则重新核对")
def judge(deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application) -> Application:
    """A new round of verdicts on today's facts, by the rules of the day of receipt. Earlier rounds stay as they were."""
    application = _working(application, actor, at)
    application = _judge(application, at)
    deed.record(application, park=application.park_id, round=application.round)
    _remark(application, "judge", "按入驻规则重新核对", actor, at)
    return application


def _judge(application: Application, at: datetime) -> Application:
    """One row a letter. An override of the round before stays when the rule says the same again for the same reason."""
    on = day_of(at)
    edition = use_edition(CURRENT.key, at=at)
    rules = rules_for(application, on)
    if not rules:
        raise Refused(f"{date_table(rule_day(application, on))}还没有入驻规则，请核对收件日期。")
    before = {row.clause: row for row in application.judgements.filter(round=application.round)}
    candidate = candidate_of(application, on)
    application.round += 1
    rows = []
    for rule in rules:
        verdict = rule(candidate)
        row = Judgement(
            application=application, round=application.round, rule=rule.key, clause=rule.clause, kind=rule.kind,
            edition=edition.key, since=rule.since, judged_on=on, judged_at=at, outcome=verdict.outcome.value, reason=verdict.reason,
            evidence=[{"type": e.type, "id": e.id, "says": e.says} for e in verdict.evidence],
        )  # fmt: skip
        last = before.get(rule.clause)
        if last is not None and last.override and (last.rule, last.outcome, last.reason) == (row.rule, row.outcome, row.reason):
            row.override, row.override_reason = last.override, last.override_reason
            row.overridden_by, row.overridden_at = last.overridden_by, last.overridden_at
        rows.append(row)
    Judgement.objects.bulk_create(rows)
    application.save(update_fields=["round"])
    return application


@verb("admission.override", "改判了规则结论")
def override_judgement(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, judgement: Judgement, outcome: str, reason: str,
    seen: datetime | None = None,
) -> Judgement:  # fmt: skip
    """An officer says otherwise, with the reason; what the rule said stays beside it. ``seen``: the override that was shown."""
    application = _working(judgement.application, actor, at)
    judgement = Judgement.objects.select_for_update(of=("self",)).get(pk=judgement.pk)
    if judgement.round != application.round:
        raise Conflict("规则结论已经重新核对，请刷新页面，在最新的结论上改判。")
    if judgement.overridden_at != seen:
        by = judgement.overridden_by.name if judgement.overridden_by else "他人"
        raise Conflict(f"{by}刚刚已改判这一条，请刷新页面，核对后再处理。")
    if outcome not in (Outcome.PASSED, Outcome.FAILED, Outcome.NOT_APPLICABLE):
        raise Refused("请选择改判的结论：通过、不通过或不适用。", field="outcome")
    if outcome == judgement.stands:
        raise Refused("改判的结论与现在的结论相同，无需改判。", field="outcome")
    if len(tidy(reason)) < 5:
        raise Refused("请写明改判理由，例如核对了哪份原件、依据哪条规定（至少5个字）。", field="reason")
    judgement.override, judgement.override_reason = outcome, reason.strip()[:1000]
    judgement.overridden_by, judgement.overridden_at = (actor if isinstance(actor, Person) else None), at
    judgement.save(update_fields=["override", "override_reason", "overridden_by", "overridden_at"])
    deed.record(judgement, park=application.park_id, clause=judgement.clause, outcome=outcome, reason=judgement.override_reason)
    said = f"改判{judgement.clause}为“{Outcome(outcome).label}”"
    _remark(application, "override", said, actor, at, note=judgement.override_reason)
    return judgement


def _working(application: Application, actor: Person | System, at: datetime) -> Application:
    """The application, locked, while somebody of the desk may still work on it: handed in and not decided."""
    require(actor, permissions.HANDLE, application.park_id, day_of(at))
    case = cases.locked(application.case_id)
    if case.received_at is None:
        raise NotFound()
    if case.state not in ("submitted", "correcting"):
        raise cases.first_was(case)
    return fresh(application)


def _remark(application: Application, key: str, sentence: str, actor: Person | System, at: datetime, note: str = "") -> None:
    """A line of the timeline that only the desk reads; no move."""
    case = cases.locked(application.case_id)
    cases.write_step(case, key, sentence[:60], case.state, actor, at, note=note, internal=True)


# --- the desk's own looking ----------------------------------------------------------------------------------------------


@verb("admission.credit", "登记了信用核查结果")
def check_credit(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, on: date,
    results: Mapping[str, tuple[str, str]],
) -> Application:  # fmt: skip
    """What the public credit sources said on a day (4.3.1.1 b): source → (result, note); then judged anew."""
    application = _working(application, actor, at)
    unknown = set(results) - set(CreditSource.values)
    if unknown or not results:
        raise Refused("请至少填写一个渠道的查询结果。", field="results")
    if on > day_of(at):
        raise Refused(f"查询日期不能晚于今天（{date_table(day_of(at))}）。", field="on")
    for source, (result, note) in results.items():
        try:
            record_credit_check(
                actor=actor, at=at, key=f"{key[:60]}:{source}", institution=application.institution, source=source, checked_on=on,
                result=result, note=note,
            )  # fmt: skip
        except Refused as error:
            raise Refused(f"{CreditSource(source).label}：{error.message}", field=f"{error.field}.{source}") from None
    application = _judge(application, at)
    deed.record(application, park=application.park_id, on=on, results={k: v[0] for k, v in results.items()})
    _remark(application, "credit", "登记了信用核查结果", actor, at, note="、".join(CreditSource(s).label for s in results))
    return application


@verb("admission.papers", "核对了申报材料原件")
def confirm_papers(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, licences: Iterable[int] = (),
    staff: Iterable[int] = (), credentials: Iterable[int] = (), basis: str,
) -> Application:  # fmt: skip
    """Declared rows whose originals an officer has seen go into the dossier, verified; then judged anew. By row number."""
    application = _working(application, actor, at)
    declared, wanted = Declared.of(application), (set(licences), set(staff), set(credentials))
    rows = (
        [one for one in declared.licences if one.index in wanted[0]], [one for one in declared.staff if one.index in wanted[1]],
        [one for one in declared.credentials if one.index in wanted[2]],
    )  # fmt: skip
    if sum(map(len, rows)) != sum(map(len, wanted)):
        raise Conflict("所选材料中有的已经核对过，请刷新页面后再选。")
    if not any(rows):
        raise Refused("请勾选已经核对原件的材料。", field="papers")
    basis = grounds(basis, "请写明核对方式，例如“核对原件”“在发证机关网站查验”")
    institution = application.institution
    for one in rows[0]:
        add_licence(actor=actor, at=at, key=f"{key[:60]}:l{one.index}", institution=institution, **one.fields)
    for one in rows[1]:
        add_staff_member(actor=actor, at=at, key=f"{key[:60]}:s{one.index}", institution=institution, **one.fields)
    for one in rows[2]:
        add_credential(actor=actor, at=at, key=f"{key[:60]}:c{one.index}", institution=institution, **one.fields)
    application = _judge(application, at)
    counts = {"licences": len(rows[0]), "staff": len(rows[1]), "credentials": len(rows[2])}
    deed.record(application, park=application.park_id, basis=basis, **counts)
    _remark(application, "papers", f"核对了{sum(counts.values())}项申报材料原件", actor, at, note=basis)
    return application


@verb("admission.applicant.verify", "核验了申请人身份")
def verify_applicant(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, basis: str
) -> Application:  # fmt: skip
    """The applicant may act for the institution: on the letter of authorisation (授权委托书) or in person."""
    application = fresh(application)
    require(actor, permissions.HANDLE, application.park_id, day_of(at))
    waiting = waiting_membership(application)
    if waiting is None:
        raise Conflict("申请人的身份已经核验，请刷新页面。")
    verify_role(actor=actor, at=at, key=f"{key[:60]}:role", membership=waiting, basis=basis)
    deed.record(application, park=application.park_id, membership=waiting.pk, basis=basis)
    _remark(application, "applicant", "核验了申请人身份", actor, at, note=basis)
    return application


@verb("admission.send_back", "要求补正入驻材料")
def send_back(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, asked: Iterable[Mapping],
    note: str = "", seen: int | None = None,
) -> Application:  # fmt: skip
    """Corrections, each named by its field or material. The clock stands still until they are handed in."""
    case = cases.locked(application.case_id)
    wanted = cases.check_asked(case, asked)
    case = cases.advance(case, "send_back", actor=actor, at=at, asked=wanted, note=note, told={"asked": wanted}, seen=seen)
    application = fresh(application)
    deed.record(application, park=application.park_id, fields=[one["field"] for one in wanted])
    deed.also(case, park=application.park_id)
    return application


@verb("admission.respond", "答复了入驻申请人")
def respond(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, note: str, seen: int | None = None
) -> Application:  # fmt: skip
    if not note.strip():
        raise Refused("请填写答复内容，申请人会看到。", field="note")
    cases.not_said_before(cases.locked(application.case_id), note)
    case = cases.advance(application.case, "respond", actor=actor, at=at, note=note, seen=seen)
    application = fresh(application)
    deed.record(application, park=application.park_id)
    deed.also(case, park=application.park_id)
    return application


# --- deciding ------------------------------------------------------------------------------------------------------------


@verb("admission.decide", "作出了入驻决定")
@cites("4.3.1.1", "5.1.3", label="入驻决定及其依据")
def decide(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, outcome: str, basis: str,
    conditions: str = "", conditions_until: date | None = None, seen: int | None = None,
) -> Decision:  # fmt: skip
    """Once, for ever. Nobody is let in while an entry condition fails or is open; 有条件准予 may leave open ones to a day."""
    require(actor, permissions.DECIDE, application.park_id, day_of(at))
    if outcome not in Ruling.values:
        raise Refused("请选择决定：准予入驻、有条件准予入驻或不予入驻。", field="outcome")
    if len(tidy(basis)) < 5:
        raise Refused("请写明决定的依据，例如规则结论、会议纪要或审批意见（至少5个字）。", field="basis")
    case = cases.locked(application.case_id)
    if seen is not None and seen != case.version:
        raise cases.first_was(case)
    application = fresh(application)
    if case.state == "submitted":
        _check_ruling(application, Ruling(outcome), conditions, conditions_until, day_of(at))
    case = cases.advance(
        case, MOVES[Ruling(outcome)], actor=actor, at=at, note=basis, outcome=outcome, seen=seen,
        told={"conditions": conditions, "until": conditions_until.isoformat()} if conditions_until else None,
    )  # fmt: skip
    try:
        with transaction.atomic():
            decision = Decision.objects.create(
                application=application, outcome=outcome, basis=basis.strip(), decided_at=at,
                conditions=conditions.strip() if outcome == Ruling.CONDITIONAL else "",
                conditions_until=conditions_until if outcome == Ruling.CONDITIONAL else None,
                decided_by=actor if isinstance(actor, Person) else None,
            )  # fmt: skip
    except IntegrityError:
        raise cases.first_was(case) from None
    deed.record(decision, park=application.park_id, outcome=outcome, basis=decision.basis, conditions=decision.conditions)
    deed.also(application, park=application.park_id, outcome=outcome)
    deed.also(case, park=application.park_id, outcome=outcome)
    return decision


def _check_ruling(application: Application, outcome: Ruling, conditions: str, until: date | None, today: date) -> None:
    if outcome == Ruling.REFUSED:
        return
    against = standing_against(verdicts(application))
    failed = [line for line in against if line.stands is Outcome.FAILED]
    blocking = failed if outcome == Ruling.CONDITIONAL else against
    if blocking:
        letters = "；".join(f"{line.clause}{line.stands.label}" for line in blocking)
        todo = "请先核对材料或信用情况；确有理由的，可逐条改判并写明理由" + ("" if failed else "，或作出有条件准予的决定")
        raise Refused(f"基本条件尚未全部满足（{letters}）。{todo}。", field="outcome")
    if outcome == Ruling.CONDITIONAL:
        if not conditions.strip():
            raise Refused("请写明入驻的条件，例如要补交的材料。", field="conditions")
        if until is None or until <= today:
            raise Refused("请填写满足条件的期限，应晚于今天。", field="conditions_until")
