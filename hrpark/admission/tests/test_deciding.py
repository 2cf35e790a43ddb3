"""Who is admitted and who is not; and that no sequence of deeds leaves the table of states."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hrpark.admission import actions, samples
from hrpark.admission.models import Agreement, Application, Decision, Outcome
from hrpark.admission.tests.steps import begin, by_clause, decide, hand_in, key, overrule, verdict
from hrpark.cases.kinds import KINDS
from hrpark.cases.models import Case
from hrpark.institutions.models import Institution
from hrpark.notices.models import Notice
from hrpark.toolbox.errors import Conflict, HrparkError, NotAllowed, NotFound, Refused
from hrpark.trail.models import Entry

pytestmark = pytest.mark.django_db


# --- deciding ----------------------------------------------------------------------------------------------------------


def test_nobody_is_admitted_while_a_condition_is_open(cast, at):
    application = hand_in(cast, at)
    with pytest.raises(Refused, match="4.3.1.1 b\\)待核"):
        decide(cast, at, application)
    assert not Decision.objects.exists() and Case.objects.get(pk=application.case_id).state == "checked"


def test_open_conditions_may_be_left_to_a_day_failed_ones_may_not(cast, at):
    later = at.date() + timedelta(days=30)
    with pytest.raises(Refused):
        decide(cast, at, hand_in(cast, at, legal_form="branch"), "conditional", conditions="补交", conditions_until=later)
    application = samples.make_application(at=at, park=cast.huangpu)
    for conditions, until in (("", later), ("补交备案凭证", None), ("补交备案凭证", at.date())):
        with pytest.raises(Refused):
            decide(cast, at, application, "conditional", conditions=conditions, conditions_until=until)
    made = decide(cast, at, application, "conditional", conditions="补交备案凭证", conditions_until=later)
    assert made.conditions_until == later and Case.objects.get(pk=application.case_id).state == "admitted"


def test_priority_never_excludes(cast, at):
    application = samples.make_ready(at=at, park=cast.huangpu)
    assert {o for c, o in by_clause(application).items() if c.startswith("4.3.1.3")} == {"failed"}
    assert decide(cast, at, application).outcome == "admitted"


def test_an_overridden_condition_lets_in_and_an_overridden_pass_keeps_out(cast, at):
    application = hand_in(cast, at)
    for clause in ("4.3.1.1-a", "4.3.1.1-b", "4.3.1.1-c"):
        overrule(cast, at, verdict(application, clause))
    assert decide(cast, at, application).outcome == "admitted"
    other = samples.make_ready(at=at, park=cast.huangpu)
    overrule(cast, at, verdict(other, "4.3.1.1-b"), "failed")
    with pytest.raises(Refused):
        decide(cast, at, other)


def test_a_refusal_needs_a_basis_and_nothing_else(cast, at):
    application = hand_in(cast, at)
    with pytest.raises(Refused) as refusal:
        decide(cast, at, application, "refused", basis="不行")
    assert refusal.value.field == "basis"
    decide(cast, at, application, "refused", basis="不符合4.3.1.1 a)，为分支机构")
    case = Case.objects.get(pk=application.case_id)
    assert (case.state, case.outcome, case.ball) == ("refused", "refused", "") and case.closed_at == at
    assert Institution.objects.get(pk=application.institution_id).status == "listed"


def test_a_decision_completes_the_case_in_time(cast, at):
    decision = samples.make_decision(at=at, park=cast.huangpu, applicant=cast.stranger)
    case = decision.application.case
    case.refresh_from_db()
    assert case.completed_at == at and case.closed_at is None and case.first_response_at == at
    assert Notice.objects.filter(person=cast.stranger, kind="cases.finished", title__endswith="准予入驻").exists()


def test_the_second_officer_is_told_who_decided(cast, at):
    application = samples.make_ready(at=at, park=cast.huangpu)
    seen = application.case.version
    decide(cast, at, application, actor=cast.director, seen=seen)
    with pytest.raises(Conflict, match="陈志远已于2026-03-02 10:00先行处理：作出决定：准予入驻"):
        decide(cast, at, application, "refused", seen=seen)
    assert Decision.objects.count() == 1


def test_after_the_decision_nothing_is_judged_or_overridden_or_checked(cast, at):
    application = samples.make_decision(at=at, park=cast.huangpu).application
    judgement = verdict(application, "4.3.1.1-a")
    for deed in (
        lambda: actions.judge(actor=cast.officer, at=at, key=key(), application=application),
        lambda: overrule(cast, at, judgement, "failed"),
        lambda: samples.clear_credit(application, at=at, actor=cast.officer),
    ):
        with pytest.raises(Conflict):
            deed()


@pytest.mark.parametrize(
    "who", ["stranger", "qihang_representative", "supervisor", "inspector", "tianhe_director", "installer"]
)
def test_only_the_park_s_desk_judges_checks_and_decides(cast, at, who):
    application = samples.make_ready(at=at, park=cast.huangpu)
    person, before = getattr(cast, who), Entry.objects.count()
    for deed in (
        lambda: actions.judge(actor=person, at=at, key=key(), application=application),
        lambda: overrule(cast, at, verdict(application, "4.3.1.1-a"), "failed", actor=person),
        lambda: samples.clear_credit(application, at=at, actor=person),
        lambda: decide(cast, at, application, actor=person),
        lambda: actions.send_back(
            actor=person, at=at, key=key(), application=application, asked=[{"field": "years", "says": "改"}]
        ),
        lambda: actions.sign_agreement(
            actor=person, at=at, key=key(), application=application, signed_on=at.date(), years=3, unit_note="A座"
        ),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert Entry.objects.count() == before


def test_a_draft_does_not_exist_for_the_desk(cast, at):
    draft = begin(cast, at)
    with pytest.raises(NotFound):
        actions.judge(actor=cast.officer, at=at, key=key(), application=draft)


# --- no sequence leaves the table --------------------------------------------------------------------------------------


DEEDS = (
    "submit",
    "send_back",
    "resubmit",
    "respond",
    "first_check",
    "decide",
    "refuse",
    "sign_agreement",
    "withdraw",
    "judge",
    "credit",
    "papers",
    "verify",
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(DEEDS), min_size=3, max_size=14))
def test_no_sequence_of_deeds_leaves_the_table_of_states(cast, at, deeds):
    kind = KINDS.get("admission")
    arrows = {(s, m.to or s) for m in kind.moves for s in m.froms}
    draft = samples.begin(at=at, park=cast.huangpu)
    samples.hand_in_papers(draft, at=at, data=samples.answers(at))
    who, now = draft.case.applicant, at
    for deed in deeds:
        now += timedelta(hours=7)
        before = Case.objects.get(pk=draft.case_id)
        application = Application.objects.get(pk=draft.pk)
        try:
            do(deed, cast, now, application, who)
        except HrparkError:
            after = Case.objects.get(pk=draft.case_id)
            assert (after.state, after.version) == (before.state, before.version)
            continue
        after = Case.objects.get(pk=draft.case_id)
        assert after.state == before.state or (before.state, after.state) in arrows
        application.refresh_from_db()
        assert application.open == (not kind.state(after.state).final)
        assert Decision.objects.filter(application=application).exists() == (after.outcome != "")
        assert Agreement.objects.filter(application=application).exists() == (after.state == "settled")
        rounds = set(application.judgements.values_list("round", flat=True))
        assert rounds == set(range(1, application.round + 1))


def do(deed, cast, at, application: Application, who):
    same = {"at": at, "key": key(), "application": application}
    desk = {**same, "actor": cast.officer}
    return {
        "submit": lambda: actions.submit(**same, actor=who, data=samples.answers(at)),
        "send_back": lambda: actions.send_back(**desk, asked=[{"field": "plan", "says": "请写具体"}]),
        "resubmit": lambda: actions.resubmit(**same, actor=who, data={"plan": "具体计划"}),
        "respond": lambda: actions.respond(**desk, note="已收到"),
        "first_check": lambda: actions.check_first(**desk, conclusion="recommend", note="材料齐全，已核对"),
        "decide": lambda: actions.decide(**desk, outcome="admitted", basis="办公会研究同意"),
        "refuse": lambda: actions.decide(**desk, outcome="refused", basis="办公会研究不同意"),
        "sign_agreement": lambda: actions.sign_agreement(**desk, signed_on=at.date(), years=2, unit_note="A座"),
        "withdraw": lambda: actions.withdraw(**same, actor=who),
        "judge": lambda: actions.judge(**desk),
        "credit": lambda: actions.check_credit(
            **desk, on=at.date(), results=dict.fromkeys(("publicity", "credit_china", "court", "tax", "labour"), ("clear", ""))
        ),
        "papers": lambda: actions.confirm_papers(**desk, licences=[0, 1], staff=[0, 1, 2], basis="核对原件"),
        "verify": lambda: actions.verify_applicant(**desk, basis="委托书"),
    }[deed]()


def test_every_state_has_a_label_and_a_tone():
    kind = KINDS.get("admission")
    assert {s.tone for s in kind.states} <= {"waiting", "soon", "late", "done", "off"}
    assert Outcome.PASSED.label == "通过"
