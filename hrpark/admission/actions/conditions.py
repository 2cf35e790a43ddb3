"""The conditions of a conditional admission: set at the decision, handed in, checked, extended once, settled; reminders of the day.

What was handed in and accepted completes the dossier, and the rules judge anew. When nothing is open any more the institution
counts as admitted without conditions; the decision stays what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from hrpark.accounts.models import Organisation, Person
from hrpark.accounts.queries import holders, require
from hrpark.accounts.registration import register_organisation
from hrpark.cases import actions as cases
from hrpark.cases.rules import ZONE, day_of, end_of, filled, problems
from hrpark.files.queries import attachments_of
from hrpark.institutions.actions import add_licence, add_staff_member, edit_institution
from hrpark.institutions.models import Institution
from hrpark.notices.actions import notify
from hrpark.notices.rules import is_civil
from hrpark.standard.kinds import cites
from hrpark.standard.queries import parameter
from hrpark.toolbox.dates import date_table
from hrpark.toolbox.errors import Conflict, NotAllowed, Refused
from hrpark.toolbox.grounds import grounds
from hrpark.toolbox.identifiers import read_uscc
from hrpark.toolbox.money import read_money
from hrpark.toolbox.text import tidy
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions
from ..evidence import LICENCE_FIELDS, fields_for
from ..kinds import CONDITION_BACK, CONDITION_IN, CONDITION_OVER, CONDITION_REMINDS, CONDITIONS_MET
from ..models import Application, Condition, ConditionKind, ConditionNudge, ConditionOutcome, Decision
from ..queries import Declared, lacking_of, open_conditions, own_people, typed_day
from ..terms import LEGAL_PERSON, REGISTRATION, reminder
from .judging import fresh, new_round

HOUSE = System("admission", "入驻受理")
#: A condition is extended, or given a new day after a talk, by so much at most.
LONGEST = timedelta(days=366)
CODES = (ConditionKind.REGISTRATION, ConditionKind.LEGAL_PERSON)


# --- at the decision -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """A condition as the officer worded it."""

    what: str
    until: date | None
    kind: str = ConditionKind.OTHER
    basis: str = ""
    #: Which row of the form it stands in, where rows between were left empty.
    row: int | None = None


def wanted(given: str | Iterable[Mapping | Wanted], until: date | None, application: Application, today: date) -> list[Wanted]:
    """The conditions of a decision, each with its day; Refused at the row that is not whole. What can't be left out is asked for.

    A text with one day for all of it is one condition.
    """
    alone = isinstance(given, str)
    rows = [Wanted(given, until)] if alone else [row if isinstance(row, Wanted) else Wanted(**row) for row in given]  # type: ignore[arg-type]
    for number, one in enumerate(rows):
        at = (
            ("conditions", "conditions", "conditions_until")
            if alone
            else tuple(f"c-{number if one.row is None else one.row}-{of}" for of in ("kind", "what", "until"))
        )
        if one.kind not in ConditionKind.values:
            raise Refused("请选择条件的种类。", field=at[0])
        if not tidy(one.what):
            raise Refused("请写明入驻的条件，例如要补交的材料。", field=at[1])
        if one.until is None or one.until <= today:
            raise Refused("请填写满足条件的期限，应晚于今天。", field=at[2])
    if not rows:
        raise Refused("有条件准予的，请写明至少一项条件和期限，例如要补交的材料。", field="c-0-what")
    kinds, lacking = {one.kind for one in rows}, lacking_of(application, today)
    if lacking.forming and REGISTRATION not in kinds:
        raise Refused("该机构还没有营业执照，条件中应有一项“取得营业执照”。", field="c-0-kind")
    if lacking.branch and LEGAL_PERSON not in kinds:
        raise Refused("该机构是分公司，条件中应有一项“在园区设立独立法人”。", field="c-0-kind")
    return [Wanted(one.what.strip()[:1000], one.until, one.kind, tidy(one.basis)[:200]) for one in rows]


def in_words(rows: list[Wanted]) -> str:
    """All of them as the notice of the decision says them; the day of one alone stands beside it."""
    if len(rows) == 1:
        return rows[0].what
    return "；".join(f"{n}. {one.what}（{date_table(one.until)}前）" for n, one in enumerate(rows, 1))


def set_conditions(decision: Decision, rows: Iterable[Wanted]) -> list[Condition]:
    """The conditions of a decision, in the transaction that decides."""
    application = decision.application
    return [
        Condition.objects.create(
            application=application, park_id=application.park_id, seq=n, kind=one.kind, what=one.what, basis=one.basis, until=one.until
        )
        for n, one in enumerate(rows, 1)
    ]  # fmt: skip


# --- handing in ----------------------------------------------------------------------------------------------------------


def _locked(condition: Condition) -> Condition:
    """The condition and its case, held; open."""
    cases.locked(condition.application.case_id)
    rows = Condition.objects.select_for_update(of=("self",)).select_related(
        "application__institution", "application__case", "park"
    )
    found = rows.get(pk=condition.pk)
    if found.outcome:
        raise Conflict(f"这项条件已于{date_table(found.outcome_on)}处理：{found.get_outcome_display()}。请刷新页面。")
    if found.application.case.state not in ("admitted", "settled"):
        raise Conflict("入驻申请已撤回或已撤销准予，入驻条件不再办理。")
    return found


@verb("admission.condition.hand_in", "提交了入驻条件材料")
@cites("4.3.1.1-a", label="有条件准予：补交营业执照、许可等")
def hand_in_condition(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, condition: Condition, data: Mapping | None = None
) -> Condition:
    """What was asked for is handed in, with its paper (an attachment of the condition); it counts from today once it is accepted."""
    if not cases.acts_for_applicant(actor, condition.application.case, day_of(at)):
        raise NotAllowed("只有申请人本人或该单位经核验的人员可以提交。")
    condition = _locked(condition)
    if condition.handed_in_at is not None:
        raise Conflict("这项条件的材料已经提交，园区正在核对。需要更换的，请联系园区退回后再交。")
    typed = dict(data or {})
    wrong = problems(fields_for(condition.kind), typed, day_of(at))
    if wrong:
        raise Refused(wrong[0].says, field=wrong[0].key.replace(".", "-"))
    if condition.kind in CODES:
        typed["uscc"] = _own_code(condition, typed)
    if not attachments_of("condition", condition.pk).exists():
        raise Refused("请上传证明材料，例如营业执照或许可证的扫描件。", field="paper")
    condition.note = str(typed.pop("note", "") or "").strip()
    condition.given, condition.sent_back = typed, ""
    condition.handed_in_at, condition.handed_in_by = at, actor if isinstance(actor, Person) else None
    condition.save()
    application = condition.application
    deed.record(condition, park=condition.park_id, fields=sorted(typed), uscc=typed.get("uscc"))
    deed.also(application, park=condition.park_id, condition=condition.pk)
    _step(condition, "condition_in", "提交了入驻条件材料", actor, at, note=condition.note)
    for person in _desk(condition, at):
        notify(to=person, kind=CONDITION_IN, at=at, subject=condition, park=condition.park, institution=application.institution.name, what=condition.what)  # fmt: skip
    return condition


def _own_code(condition: Condition, typed: Mapping) -> str:
    """The code as it is kept: read, and nobody else's. Of a branch it is that of the new legal person, not its own."""
    reading = read_uscc(str(typed.get("uscc") or ""))
    if not reading.ok and not (reading.overridable and str(typed.get("uscc_reason") or "").strip()):
        raise Refused(reading.message, field="uscc_reason" if reading.overridable else "uscc")
    code, institution = str(reading.value), condition.application.institution
    if condition.kind == ConditionKind.LEGAL_PERSON:
        if code == institution.uscc:
            raise Refused("这是分公司自己的代码。请填写在园区新设立的独立法人的统一社会信用代码。", field="uscc")
        if typed.get("legal_form") == "branch":
            raise Refused("分公司不是独立法人，请填写新设立的独立法人的法律形式。", field="legal_form")
    others = Institution.objects.filter(park=condition.park_id, uscc=code).exclude(pk=institution.pk)
    bodies = Organisation.objects.filter(uscc=code).exclude(pk=institution.organisation_id)
    if others.exists() or bodies.exists():
        raise Refused("这个统一社会信用代码已由另一家单位使用，请核对营业执照；如有疑问，请联系园区工作人员。", field="uscc")
    return code


def _desk(condition: Condition, at: datetime) -> list[Person]:
    handler = condition.application.case.handler
    return [handler] if handler is not None else list(holders(permissions.HANDLE, condition.park, day_of(at)))


def _step(condition: Condition, verb: str, sentence: str, actor: Person | System, at: datetime, note: str = "") -> None:
    """A line of the application's timeline, which both sides read; no move."""
    case = cases.locked(condition.application.case_id)
    cases.write_step(case, verb, sentence, case.state, actor, at, note=f"{condition.what}。{note}" if note else condition.what)


# --- checking ------------------------------------------------------------------------------------------------------------


def _checking(condition: Condition, actor: Person | System, at: datetime, seen: datetime | None) -> Condition:
    require(actor, permissions.HANDLE, condition.park_id, day_of(at))
    condition = _locked(condition)
    if condition.handed_in_at is None:
        raise Conflict("这项条件还没有提交材料，或刚刚已退回。请刷新页面。")
    if seen is not None and condition.handed_in_at != seen:
        raise Conflict("对方重新提交了材料，请刷新页面，核对新的内容。")
    return condition


@verb("admission.condition.accept", "核对通过了入驻条件")
@cites("4.3.1.1-a", label="有条件准予：核对后完善档案、重新核对规则")
def accept_condition(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, condition: Condition, basis: str, seen: datetime | None = None
) -> Condition:  # fmt: skip
    """The original was seen: its facts complete the dossier, verified, and the rules judge anew. The last one makes the admission
    one without conditions."""
    condition = _checking(condition, actor, at, seen)
    basis = grounds(basis, "请写明核对方式，例如“核对营业执照原件”“在登记机关网站查验”")
    _complete(condition, actor, at, key)
    condition.outcome, condition.outcome_on, condition.outcome_note = ConditionOutcome.MET, day_of(at), basis
    condition.save()
    application = new_round(fresh(condition.application), at)
    deed.record(condition, park=condition.park_id, basis=basis, round=application.round)
    _step(condition, "condition_met", "核对通过了入驻条件", actor, at, note=basis)
    whole = not application.conditions.filter(outcome="").exists()
    if whole:
        _count_as_admitted(application, actor, at)
        deed.also(application.institution, park=condition.park_id, unconditional_on=day_of(at))
    deed.also(application, park=condition.park_id, condition=condition.pk, round=application.round, unconditional=whole)
    return condition


def _count_as_admitted(application: Application, actor: Person | System, at: datetime) -> None:
    """Nothing is open any more: from today as if let in without conditions."""
    application.unconditional_on = day_of(at)
    application.save(update_fields=["unconditional_on"])
    case = cases.locked(application.case_id)
    cases.write_step(case, "unconditional", "入驻条件全部满足，视为准予入驻", case.state, actor, at)
    words = {"at": at, "subject": application, "park": application.park, "institution": application.institution.name}
    for person in _own_side(application, at):
        notify(to=person, kind=CONDITIONS_MET, **words)


def _complete(condition: Condition, actor: Person | System, at: datetime, key: str) -> None:
    """What was handed in goes into the dossier; what it has already is left alone."""
    application, given = condition.application, condition.given
    institution = application.institution
    if condition.kind in CODES:
        facts = {name: str(given.get(name) or "") for name in LICENCE_FIELDS}
        facts |= {"founded_on": typed_day(given, "founded_on"), "uscc_reason": str(given.get("uscc_reason") or "")}
        capital = read_money(facts["registered_capital"]) if facts["registered_capital"] else None
        facts["registered_capital"] = capital.value if capital is not None and capital.ok else None
        _own_code(condition, given)
        edited = edit_institution(actor=HOUSE, at=at, key=f"{key[:60]}:dossier", institution=institution, **facts)
        body = edited.organisation
        if body is not None and body.uscc != edited.uscc:
            register_organisation(
                actor=HOUSE, at=at, key=f"{key[:60]}:body", organisation=body, name=edited.name, uscc=edited.uscc
            )
        return
    case = cases.locked(application.case_id)
    for name in ("licences", "staff"):
        if filled(given.get(name)):
            case.data = {**case.data, name: [*filled(case.data.get(name)), *filled(given[name])]}
    case.save(update_fields=["data"])
    declared = Declared.of(fresh(application))
    if condition.kind == ConditionKind.PERMIT:
        for one in declared.licences:
            add_licence(actor=actor, at=at, key=f"{key[:60]}:l{one.index}", institution=institution, **one.fields)
    elif condition.kind == ConditionKind.STAFF:
        for one in declared.staff:
            add_staff_member(actor=actor, at=at, key=f"{key[:60]}:s{one.index}", institution=institution, **one.fields)


@verb("admission.condition.send_back", "退回了入驻条件材料")
def send_back_condition(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, condition: Condition, reason: str, seen: datetime | None = None
) -> Condition:  # fmt: skip
    """What was handed in does not do, and why; the day stays what it is."""
    condition = _checking(condition, actor, at, seen)
    reason = grounds(reason, "请写明哪里不符合、怎样改，对方会看到")
    condition.handed_in_at, condition.handed_in_by, condition.sent_back = None, None, reason
    condition.save()
    deed.record(condition, park=condition.park_id, reason=reason)
    deed.also(condition.application, park=condition.park_id, condition=condition.pk)
    _step(condition, "condition_back", "退回了入驻条件材料", actor, at, note=reason)
    for person in _own_side(condition.application, at):
        notify(to=person, kind=CONDITION_BACK, at=at, subject=condition, park=condition.park, what=condition.what, reason=reason,
               until=end_of(condition.last_day))  # fmt: skip
    return condition


def _own_side(application: Application, at: datetime) -> list[Person]:
    """The verified people of the institution; the applicant, too, who may not be verified yet."""
    people = {person.pk: person for person in own_people(application, day_of(at))}
    applicant = application.case.applicant
    return list(people.values()) if applicant is None or applicant.pk in people else [*people.values(), applicant]


# --- when the day does not hold ------------------------------------------------------------------------------------------


@verb("admission.condition.extend", "延长了入驻条件的期限")
def extend_condition(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, condition: Condition, until: date, reason: str
) -> Condition:
    """The one extension, recorded beside the day that was set."""
    require(actor, permissions.DECIDE, condition.park_id, day_of(at))
    condition = _locked(condition)
    if condition.extended_until is not None:
        raise Refused(f"已延期一次，至{date_table(condition.extended_until)}，不能再次延期。", field="until")
    _check_day(until, condition.until, day_of(at))
    condition.extended_until, condition.extended_at = until, at
    condition.extended_reason = grounds(reason, "请写明延期的理由和依据")
    condition.extended_by = actor if isinstance(actor, Person) else None
    condition.save()
    deed.record(condition, park=condition.park_id, until=until, reason=condition.extended_reason)
    deed.also(condition.application, park=condition.park_id, condition=condition.pk, until=until)
    _step(
        condition,
        "condition_extended",
        "延长了入驻条件的期限",
        actor,
        at,
        note=condition.extended_reason,
    )
    return condition


def _check_day(until: date, after: date, today: date) -> None:
    if until <= max(after, today):
        raise Refused(f"新的期限应晚于{date_table(max(after, today))}。", field="until")
    if until > today + LONGEST:
        raise Refused("新的期限最长一年；需要更久的，请撤销准予，条件成熟后重新申请。", field="until")


@verb("admission.condition.settle", "处理了未满足的入驻条件")
@cites("5.1.3", label="入驻条件未满足：约谈或撤销准予")
def settle_condition(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, condition: Condition, outcome: str, note: str,
    until: date | None = None,
) -> Condition:  # fmt: skip
    """After the last day: a talk, which sets another day in a row of its own, or the end of the admission. Who has signed its
    agreement leaves by the rules of leaving; here it is recorded that the admission no longer stands."""
    on = day_of(at)
    require(actor, permissions.DECIDE, condition.park_id, on)
    condition = _locked(condition)
    if outcome not in (ConditionOutcome.TALK, ConditionOutcome.REVOKED):
        raise Refused("请选择约谈或撤销准予；已提交材料的，请先核对。", field="outcome")
    if condition.handed_in_at is not None:
        raise Refused("对方已提交材料，请先核对：通过，或写明原因退回。", field="outcome")
    if on <= condition.last_day:
        raise Refused(f"期限到{date_table(condition.last_day)}为止，还没有过，不能按未满足处理。", field="outcome")
    note = grounds(note, "请写明谈了什么、对方怎样说、下一步怎样办")
    condition.outcome, condition.outcome_on, condition.outcome_note = outcome, on, note
    condition.save()
    deed.record(condition, park=condition.park_id, outcome=outcome, note=note)
    deed.also(condition.application, park=condition.park_id, condition=condition.pk, outcome=outcome)
    if outcome == ConditionOutcome.TALK:
        _pass_on(condition, until, on)
        _step(condition, "condition_talk", "约谈未满足的入驻条件", actor, at, note=note)
    else:
        _revoke(condition, actor, at, note)
    return condition


def _pass_on(condition: Condition, until: date | None, on: date) -> None:
    if until is None:
        raise Refused("请填写约谈后商定的新期限。", field="until")
    _check_day(until, condition.last_day, on)
    last = condition.application.conditions.order_by("-seq").values_list("seq", flat=True)[0]
    Condition.objects.create(
        application=condition.application, park_id=condition.park_id, seq=last + 1, follows=condition, kind=condition.kind,
        what=condition.what, basis=condition.basis, until=until,
    )  # fmt: skip


def _revoke(condition: Condition, actor: Person | System, at: datetime, note: str) -> None:
    application = condition.application
    application.conditions.filter(outcome="").update(outcome=ConditionOutcome.REVOKED, outcome_on=day_of(at), outcome_note=note)
    if application.case.state == "admitted":
        cases.advance(application.case, "revoke", actor=actor, at=at, note=note, outcome="revoked")
    else:
        _step(condition, "revoke", "入驻条件未满足，撤销有条件准予", actor, at, note=note)


# --- reminders -----------------------------------------------------------------------------------------------------------


def remind_conditions(at: datetime) -> int:
    """Before the last day and on it tell who was let in, after it the desk as well; each once, at civil hours."""
    if not is_civil(at, ZONE):
        return 0
    today, done = day_of(at), 0
    for condition in open_conditions().filter(handed_in_at=None):
        before, after = (
            parameter(f"admission.condition_{name}_days", today, condition.park_id) for name in ("reminder", "overdue")
        )
        step = reminder(today, condition.last_day, before, after)
        if step is not None and _nudge(condition, step, today, at):
            done += 1
    return done


def _nudge(condition: Condition, step: int, today: date, at: datetime) -> bool:
    """In one transaction: the mark that it was sent, and the notices."""
    with transaction.atomic():
        _, new = ConditionNudge.objects.get_or_create(
            condition=condition, last_day=condition.last_day, step=step, defaults={"at": at}
        )
        if not new:
            return False
        words = {
            "at": at,
            "subject": condition,
            "park": condition.park,
            "what": condition.what,
            "last": date_table(condition.last_day),
        }
        institution, left = condition.application.institution.name, (condition.last_day - today).days
        for person in _own_side(condition.application, at):
            notify(to=person, kind=CONDITION_REMINDS, left=f"还有{left}天" if left > 0 else "今天到期" if left == 0 else f"已过{-left}天",
                   until=end_of(condition.last_day), **words)  # fmt: skip
        if left < 0:
            for person in _desk(condition, at):
                notify(to=person, kind=CONDITION_OVER, institution=institution, **words)
    return True
