"""The conditions of a conditional admission: their days, and what follows from handing in, checking, extending and failing."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.accounts import samples as accounts
from hrpark.accounts.models import Organisation
from hrpark.accounts.queries import standing_of
from hrpark.admission import actions, queries, samples, terms
from hrpark.admission.models import Application, Condition, Decision
from hrpark.cases.models import Case
from hrpark.files.actions import attach
from hrpark.files.samples import Named, pdf_bytes
from hrpark.institutions import samples as institutions
from hrpark.institutions.models import Institution
from hrpark.notices.models import Notice
from hrpark.toolbox.errors import Conflict, NotAllowed, NotFound, Refused
from hrpark.toolbox.workdays import NATIONAL

NAME = "广州新程人力资源有限公司"
CODE = accounts.sample_uscc(77_000_301)
KEYS = (f"condition{n}" for n in range(1_000_000))
DAYS = st.dates(date(2022, 1, 1), date(2026, 12, 31))


# --- days ----------------------------------------------------------------------------------------------------------------


@given(decided=DAYS, count=st.integers(1, 400))
def test_the_last_day_is_a_working_day_not_earlier_than_the_days_that_were_granted(decided, count):
    last = terms.last_day(decided, count)
    assert last >= decided + timedelta(days=count) and NATIONAL.is_working(last) and (last - decided).days < count + 12


@given(last=DAYS, shift=st.integers(-60, 60), before=st.sets(st.integers(0, 40)), after=st.sets(st.integers(1, 40)))
def test_a_reminder_is_the_latest_that_has_come_up_and_stays_until_the_next(last, shift, before, after):
    day, step = last + timedelta(days=shift), terms.reminder(last + timedelta(days=shift), last, before, after)
    steps = {-n for n in before} | after
    assert (step is None) == all(s > shift for s in steps)
    if step is not None:
        assert step in steps and step <= shift and not any(step < s <= shift for s in steps)
    state = terms.state_on(day, last, handed_in=False)
    assert (state == "over") == (shift > 0) and (state == "soon") == (-30 <= shift <= 0)


@given(
    letters=st.frozensets(st.sampled_from("abc")), forming=st.booleans(), branch=st.booleans(), decided=DAYS,
    permits=st.lists(st.sampled_from(["人力资源服务许可证", "劳务派遣经营许可证"]), unique=True).map(tuple),
)  # fmt: skip
def test_whatever_is_open_gets_a_condition_with_a_day_to_come(letters, forming, branch, decided, permits):
    found = terms.terms_for(terms.Lacking(letters, forming, branch, permits), decided, terms.Days())
    kinds = {one.kind for one in found}
    assert all(one.until > decided and one.what and one.basis for one in found)
    assert (terms.REGISTRATION in kinds) == forming and (terms.LEGAL_PERSON in kinds) == branch
    assert bool(found) == bool(letters or forming or branch or permits)
    if forming and permits:
        by_kind = {one.kind: one.until for one in found}
        assert by_kind[terms.PERMIT] > by_kind[terms.REGISTRATION]


# --- a life --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def cast(at):
    return accounts.cast(at)


def by(at, actor=samples.HOUSE):
    return {"actor": actor, "at": at, "key": next(KEYS)}


def admitted(cast, at, **over):
    """Let in conditionally, on the conditions that are suggested."""
    over = {"situation": "forming", "name": NAME, **over}
    application = samples.make_ready(at=at, park=cast.huangpu, applicant=cast.stranger, **over)
    rows = [
        {"kind": one.kind, "what": one.what, "basis": one.basis, "until": one.until}
        for one in queries.suggested_terms(application, at.date())
    ]
    decision = samples.decide_on(application, at=at, outcome="conditional", conditions=rows)
    return Application.objects.get(pk=decision.application_id)


LICENCE = {
    "name": NAME, "uscc": CODE, "legal_form": "limited", "legal_representative": "周启明", "founded_on": "2026-02-20",
    "registered_capital": "200万", "registered_address": "广州市黄埔区科学大道100号A座301",
}  # fmt: skip


def hand_in(condition, cast, at, data=None, paper=True):
    if paper:
        attach(
            **by(at, cast.stranger),
            to=condition,
            file=Named(pdf_bytes("证明"), "证明.pdf"),
            park=condition.park,
            label="证明材料",
        )
    return actions.hand_in_condition(**by(at, cast.stranger), condition=condition, data=data or {"note": "原件已备好"})


def accept(condition, at, actor=samples.HOUSE):
    return actions.accept_condition(**by(at, actor), condition=condition, basis="核对营业执照原件")


@pytest.mark.django_db
def test_a_company_in_formation_is_let_in_on_conditions_only(cast, at):
    application = samples.make_ready(at=at, park=cast.huangpu, applicant=cast.stranger, situation="forming", name=NAME)
    assert [one.kind for one in queries.suggested_terms(application, at.date())] == ["registration", "permit"]
    with pytest.raises(Refused):
        samples.decide_on(application, at=at, outcome="admitted")
    other = [{"kind": "other", "what": "补交材料", "until": at.date() + timedelta(days=9)}]
    with pytest.raises(Refused, match="取得营业执照"):
        samples.decide_on(application, at=at, outcome="conditional", conditions=other)
    with pytest.raises(Refused, match="至少一项"):
        samples.decide_on(application, at=at, outcome="conditional", conditions=[])


@pytest.mark.django_db
def test_with_the_code_and_the_permit_the_dossier_is_whole_and_the_admission_without_conditions(cast, at):
    application = admitted(cast, at)
    code, permit = queries.conditions_of(application)
    assert application.decision.conditions_until == permit.until > code.until and code.what in application.decision.conditions
    with pytest.raises(Refused, match="还没有取得统一社会信用代码"):
        actions.sign_agreement(**by(at), application=application, signed_on=at.date(), years=3, unit_note="A座301")
    hand_in(code, cast, at, LICENCE)
    with pytest.raises(Conflict, match="已经提交"):
        hand_in(code, cast, at, LICENCE, paper=False)
    accept(code, at)
    institution = Institution.objects.get(pk=application.institution_id)
    assert (institution.uscc, institution.founded_on, Institution.objects.count()) == (CODE, date(2026, 2, 20), 1)
    assert Organisation.objects.get(pk=institution.organisation_id).uscc == CODE
    assert Application.objects.get(pk=application.pk).unconditional_on is None
    licences = samples.answers(at)["licences"]
    hand_in(permit, cast, at, {"licences": licences, "obtained": "ordinary"})
    accept(permit, at)
    application = Application.objects.get(pk=application.pk)
    first = next(line for line in queries.verdicts(application) if line.judgement.clause == "4.3.1.1-a")
    assert first.stands.value == "passed" and institution.licences.filter(verified_at__isnull=False).count() == 2
    assert application.unconditional_on == at.date() and Decision.objects.get(application=application).outcome == "conditional"
    assert Notice.objects.filter(kind="admission.conditions_met").count() == 1
    actions.sign_agreement(**by(at), application=application, signed_on=at.date(), years=3, unit_note="A座301")


@pytest.mark.django_db
def test_a_code_that_is_another_s_or_wrong_and_a_condition_without_paper_are_refused(cast, at):
    code = queries.conditions_of(admitted(cast, at))[0]
    institutions.make_institution(at=at, park=cast.tianhe, uscc=accounts.sample_uscc(77_000_302))
    for wrong, field in (
        ({"uscc": accounts.sample_uscc(77_000_302)}, "uscc"),
        ({"uscc": CODE[:-1]}, "uscc"),
        ({"founded_on": ""}, "founded_on"),
    ):
        with pytest.raises(Refused) as refusal:
            hand_in(code, cast, at, {**LICENCE, **wrong})
        assert refusal.value.field == field
    other = queries.conditions_of(code.application)[1]
    with pytest.raises(Refused) as refusal:
        hand_in(other, cast, at, {"licences": samples.answers(at)["licences"], "obtained": "ordinary"}, paper=False)
    assert refusal.value.field == "paper"
    with pytest.raises(NotAllowed):
        actions.hand_in_condition(**by(at, cast.qihang_clerk), condition=code, data=LICENCE)
    assert not Condition.objects.filter(handed_in_at__isnull=False).exists()


@pytest.mark.django_db
def test_a_branch_becomes_the_legal_person_that_it_set_up(cast, at):
    application = admitted(
        cast, at, situation="registered", name="广州新程公司黄埔分公司", legal_form="branch", will_found=True
    )
    (condition,) = queries.conditions_of(application)
    own = application.institution.uscc
    with pytest.raises(Refused, match="分公司自己的代码"):
        hand_in(condition, cast, at, {**LICENCE, "uscc": own})
    hand_in(condition, cast, at, LICENCE)
    accept(condition, at)
    institution = Institution.objects.get(pk=application.institution_id)
    assert (institution.uscc, institution.name, institution.legal_form) == (CODE, NAME, "limited")
    assert Organisation.objects.get(pk=institution.organisation_id).uscc == CODE
    assert not Organisation.objects.filter(uscc=own).exists()


@pytest.mark.django_db
def test_what_does_not_do_goes_back_with_its_reason_and_can_be_handed_in_again(cast, at):
    condition = queries.conditions_of(admitted(cast, at))[0]
    hand_in(condition, cast, at, LICENCE)
    with pytest.raises(NotAllowed):
        actions.send_back_condition(**by(at, cast.stranger), condition=condition, reason="扫描件不清晰")
    actions.send_back_condition(**by(at, cast.officer), condition=condition, reason="扫描件不清晰，请重新扫描")
    with pytest.raises(Conflict):
        accept(condition, at)
    condition = hand_in(condition, cast, at, LICENCE)
    with pytest.raises(Conflict, match="重新提交"):
        actions.accept_condition(**by(at), condition=condition, basis="核对原件无误", seen=at - timedelta(hours=1))
    assert accept(condition, at).outcome == "met"


@pytest.mark.django_db
def test_a_day_is_extended_once_and_what_was_set_first_stays(cast, at):
    condition = queries.conditions_of(admitted(cast, at))[0]
    later = condition.until + timedelta(days=20)
    with pytest.raises(Refused):
        actions.extend_condition(**by(at), condition=condition, until=condition.until, reason="登记机关系统升级")
    extended = actions.extend_condition(**by(at, cast.director), condition=condition, until=later, reason="登记机关系统升级")
    assert (extended.until, extended.last_day) == (condition.until, later)
    with pytest.raises(Refused, match="不能再次延期"):
        actions.extend_condition(**by(at), condition=condition, until=later + timedelta(days=5), reason="还是没有办好")


@pytest.mark.django_db
def test_after_its_day_a_talk_sets_another_one_and_a_revocation_ends_the_admission(cast, at):
    application = admitted(cast, at)
    condition = queries.conditions_of(application)[0]
    note = "约谈法定代表人，已预约登记"
    with pytest.raises(Refused, match="还没有过"):
        actions.settle_condition(**by(at), condition=condition, outcome="revoked", note=note)
    over = at + timedelta(days=(condition.until - at.date()).days + 1)
    with pytest.raises(Refused, match="新期限"):
        actions.settle_condition(**by(over), condition=condition, outcome="talk", note=note)
    talked = actions.settle_condition(
        **by(over), condition=condition, outcome="talk", note=note, until=over.date() + timedelta(days=30)
    )
    again = talked.followed_by
    assert (again.what, again.outcome, again.seq) == (condition.what, "", 3)
    end = over + timedelta(days=31)
    actions.settle_condition(**by(end, cast.director), condition=again, outcome="revoked", note="逾期未办理设立登记")
    assert Case.objects.get(pk=application.case_id).state == "revoked" and not Application.objects.get(pk=application.pk).open
    assert Institution.objects.get(pk=application.institution_id).status == "listed"
    assert set(application.conditions.values_list("outcome", flat=True)) == {"talk", "revoked"}
    with pytest.raises(Conflict):
        hand_in(condition, cast, end, LICENCE, paper=False)


@pytest.mark.django_db
def test_who_was_let_in_is_reminded_before_and_after_the_day_and_the_desk_after_it_each_once(cast, at):
    condition = queries.conditions_of(admitted(cast, at))[0]
    Condition.objects.exclude(pk=condition.pk).update(until=at.date() + timedelta(days=900))
    told = lambda: sorted(Notice.objects.filter(kind__startswith="admission.condition_").values_list("kind", "person__name"))  # noqa: E731
    for days, count in ((-40, 0), (-30, 1), (-29, 0), (-7, 1), (0, 1), (1, 1), (2, 0)):
        now = at + timedelta(days=(condition.until - at.date()).days + days)
        assert [actions.remind_conditions(now), actions.remind_conditions(now)] == [count, 0], days
    kinds = [kind for kind, _ in told()]
    assert kinds.count("admission.condition_reminds") == 4 and set(kinds) == {
        "admission.condition_reminds",
        "admission.condition_over",
    }
    assert actions.remind_conditions((at + timedelta(days=400)).replace(hour=3)) == 0


@pytest.mark.django_db
def test_a_condition_is_read_and_answered_only_by_its_own_side_and_the_desk_of_its_park(cast, at):
    condition = queries.conditions_of(admitted(cast, at))[0]
    standing = lambda person: standing_of(person, at.date())  # noqa: E731
    assert queries.own_condition_for(standing(cast.stranger), condition.pk, cast.huangpu) == condition
    assert queries.condition_for(standing(cast.officer), condition.pk, cast.huangpu) == condition
    for gate, person in (
        (queries.own_condition_for, cast.qihang_clerk),
        (queries.condition_for, cast.stranger),
        (queries.condition_for, cast.tianhe_director),
    ):
        with pytest.raises(NotFound):
            gate(standing(person), condition.pk, cast.huangpu)
