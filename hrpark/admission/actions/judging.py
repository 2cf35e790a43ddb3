"""Judging an application: rounds of verdicts, an officer's override, and the desk's own looking at credit, papers and people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from hrpark.accounts.actions import verify_role
from hrpark.accounts.models import Person
from hrpark.accounts.queries import require
from hrpark.cases import actions as cases
from hrpark.cases.rules import day_of
from hrpark.institutions.actions import add_credential, add_licence, add_staff_member, record_credit_check
from hrpark.institutions.models import CreditSource
from hrpark.standard.actions import use_edition
from hrpark.standard.kinds import CURRENT, cites
from hrpark.toolbox.dates import date_table
from hrpark.toolbox.errors import Conflict, NotFound, Refused
from hrpark.toolbox.grounds import grounds
from hrpark.toolbox.text import tidy
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions
from ..models import Application, Conclusion, FirstCheck, Judgement, Outcome
from ..queries import Declared, next_round, rule_day, standing_against, verdicts, waiting_membership

#: Handed in and not decided: the desk may still look at it.
WORKED_ON = ("submitted", "correcting", "checked")


def fresh(application: Application) -> Application:
    return Application.objects.select_related("case__item", "institution", "park").get(pk=application.pk)


# --- rounds -------------------------------------------------------------------------------------------------------------


@verb("admission.judge", "按入驻规则重新核对")
def judge(deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application) -> Application:
    """A new round of verdicts on today's facts, by the rules of the day of receipt. Earlier rounds stay as they were."""
    application = working(application, actor, at)
    application = new_round(application, at)
    deed.record(application, park=application.park_id, round=application.round)
    remark(application, "judge", "按入驻规则重新核对", actor, at)
    return application


def new_round(application: Application, at: datetime) -> Application:
    """The next round of verdicts is stored, one row a letter."""
    on = day_of(at)
    use_edition(CURRENT.key, at=at)
    rows = next_round(application, at)
    if not rows:
        raise Refused(f"{date_table(rule_day(application, on))}还没有入驻规则，请核对收件日期。")
    application.round += 1
    Judgement.objects.bulk_create(rows)
    application.save(update_fields=["round"])
    return application


@verb("admission.override", "改判了规则结论")
def override_judgement(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, judgement: Judgement, outcome: str, reason: str,
    seen: datetime | None = None,
) -> Judgement:  # fmt: skip
    """An officer says otherwise, with the reason; what the rule said stays beside it. ``seen``: the override that was shown."""
    application = working(judgement.application, actor, at)
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
    remark(application, "override", said, actor, at, note=judgement.override_reason)
    return judgement


def working(application: Application, actor: Person | System, at: datetime) -> Application:
    """The application, locked, while somebody of the desk may still work on it: handed in and not decided."""
    require(actor, permissions.HANDLE, application.park_id, day_of(at))
    case = cases.locked(application.case_id)
    if case.received_at is None:
        raise NotFound()
    if case.state not in WORKED_ON:
        raise cases.first_was(case)
    return fresh(application)


def remark(application: Application, key: str, sentence: str, actor: Person | System, at: datetime, note: str = "") -> None:
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
    application = working(application, actor, at)
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
    application = new_round(application, at)
    deed.record(application, park=application.park_id, on=on, results={k: v[0] for k, v in results.items()})
    remark(application, "credit", "登记了信用核查结果", actor, at, note="、".join(CreditSource(s).label for s in results))
    return application


@verb("admission.papers", "核对了申报材料原件")
def confirm_papers(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, licences: Iterable[int] = (),
    staff: Iterable[int] = (), credentials: Iterable[int] = (), basis: str,
) -> Application:  # fmt: skip
    """Declared rows whose originals an officer has seen go into the dossier, verified; then judged anew. By row number."""
    application = working(application, actor, at)
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
    application = new_round(application, at)
    counts = {"licences": len(rows[0]), "staff": len(rows[1]), "credentials": len(rows[2])}
    deed.record(application, park=application.park_id, basis=basis, **counts)
    remark(application, "papers", f"核对了{sum(counts.values())}项申报材料原件", actor, at, note=basis)
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
    remark(application, "applicant", "核验了申请人身份", actor, at, note=basis)
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


@verb("admission.first_check", "完成了初审")
@cites("4.3.1.1", label="入驻申请初审")
def check_first(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, conclusion: str, note: str,
    seen: int | None = None,
) -> FirstCheck:  # fmt: skip
    """The first check (初审) is done: its conclusion stands beside the verdicts it looked at. Scoring and decision follow.

    What fails an entry condition is not recommended: it is overridden with a reason first, or opposed.
    """
    require(actor, permissions.HANDLE, application.park_id, day_of(at))
    if conclusion not in Conclusion.values:
        raise Refused("请选择初审结论。", field="conclusion")
    if len(tidy(note)) < 5:
        raise Refused("请写明初审意见，例如核对了哪些材料、有什么需要提请决定时注意的（至少5个字）。", field="note")
    case = cases.locked(application.case_id)
    if seen is not None and seen != case.version:
        raise cases.first_was(case)
    application = fresh(application)
    failed = [line for line in standing_against(verdicts(application)) if line.stands is Outcome.FAILED]
    if conclusion == Conclusion.RECOMMEND and failed and case.state == "submitted":
        letters = "、".join(line.clause for line in failed)
        raise Refused(f"{letters}不通过，不能提请准予。请退回补正，或改判并写明理由，或选择建议不予入驻。", field="conclusion")
    case = cases.advance(case, "check", actor=actor, at=at, seen=seen)
    application = fresh(application)
    check = FirstCheck.objects.create(
        application=application, round=application.round, conclusion=conclusion, note=note.strip(),
        checked_by=actor if isinstance(actor, Person) else None, checked_at=at,
    )  # fmt: skip
    deed.record(check, park=application.park_id, conclusion=conclusion, round=check.round)
    for one in (application, case, application.institution):
        deed.also(one, park=application.park_id, conclusion=conclusion)
    return check
