"""What the desk looks at, what the rules say of it, what is overridden, and what is sent back."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from hrpark.admission import actions, queries, samples
from hrpark.admission.models import Application, Decision, FairReview, Judgement
from hrpark.admission.tests.steps import LOCAL, by_clause, hand_in, key, overrule, review, verdict
from hrpark.cases import actions as cases
from hrpark.files.actions import attach
from hrpark.files.samples import Named, pdf_bytes
from hrpark.institutions import samples as institutions
from hrpark.institutions.models import CreditCheck
from hrpark.notices.models import Notice
from hrpark.standard.actions import override as promise
from hrpark.toolbox.errors import Conflict, NotAllowed, Refused

pytestmark = pytest.mark.django_db


# --- the desk looks ----------------------------------------------------------------------------------------------------


def test_originals_that_were_seen_and_clear_credit_make_the_verdicts_pass(cast, at):
    application = samples.see_papers(
        samples.clear_credit(hand_in(cast, at), at=at, actor=cast.officer), at=at, actor=cast.officer
    )
    assert {o for c, o in by_clause(application).items() if c.startswith("4.3.1.1")} == {"passed"}
    assert application.institution.licences.filter(verified_at__isnull=False).count() == 2 and application.round == 3


def test_each_looking_adds_a_round_and_earlier_verdicts_stay_as_they_were(cast, at):
    application = hand_in(cast, at)
    before = list(Judgement.objects.filter(round=1).values())
    samples.clear_credit(application, at=at + timedelta(days=1))
    assert list(Judgement.objects.filter(round=1).values()) == before
    assert by_clause(Application.objects.get())["4.3.1.1-b"] == "passed"


def test_the_database_refuses_to_change_or_remove_a_verdict_or_a_decision(cast, at):
    decision = samples.make_decision(at=at, park=cast.huangpu)
    for deed in (
        lambda: Judgement.objects.filter(round=1).update(outcome="passed"),
        lambda: Judgement.objects.filter(round=1).update(reason="改过"),
        lambda: Judgement.objects.filter(round=1).delete(),
        lambda: Decision.objects.update(outcome="refused"),
        lambda: Decision.objects.all().delete(),
        lambda: Decision.objects.create(application=decision.application, outcome="refused", basis="第二个决定", decided_at=at),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
    assert Decision.objects.get().outcome == "admitted"


def test_a_bad_record_needs_a_word_and_fails_the_condition(cast, at):
    application = hand_in(cast, at)
    with pytest.raises(Refused) as refusal:
        actions.check_credit(
            actor=cast.officer, at=at, key=key(), application=application, on=at.date(), results={"court": ("found", "")}
        )
    assert refusal.value.field == "note.court" and not CreditCheck.objects.exists()
    application = actions.check_credit(
        actor=cast.officer,
        at=at,
        key=key(),
        application=application,
        on=at.date(),
        results={"court": ("found", "2026年1月列入，未履行")},
    )
    assert by_clause(application)["4.3.1.1-b"] == "failed"


def test_papers_are_seen_once(cast, at):
    application = samples.see_papers(hand_in(cast, at), at=at)
    with pytest.raises(Conflict):
        actions.confirm_papers(actor=cast.officer, at=at, key=key(), application=application, licences=[0], basis="核对原件")
    with pytest.raises(Refused):
        actions.confirm_papers(actor=cast.officer, at=at, key=key(), application=application, basis="核对原件")


def test_the_applicant_is_verified_on_a_basis(cast, at):
    application = hand_in(cast, at)
    assert not queries.may_speak_for(application)
    with pytest.raises(Refused):
        actions.verify_applicant(actor=cast.officer, at=at, key=key(), application=application, basis=" ")
    actions.verify_applicant(actor=cast.officer, at=at, key=key(), application=application, basis="授权委托书原件")
    assert queries.may_speak_for(application)
    with pytest.raises(Conflict):
        actions.verify_applicant(actor=cast.officer, at=at, key=key(), application=application, basis="授权委托书原件")


# --- overriding --------------------------------------------------------------------------------------------------------


def test_an_override_stands_beside_what_the_rule_said(cast, at):
    application = hand_in(cast, at)
    made = overrule(cast, at, verdict(application, "4.3.1.1-a"))
    assert (made.outcome, made.stands, made.overridden_by) == ("unknown", "passed", cast.officer)


@pytest.mark.parametrize(
    ("outcome", "reason"), [("passed", ""), ("passed", "好"), ("unknown", "看不出来怎么办"), ("maybe", "不知道不知道")]
)
def test_an_override_needs_a_reason_and_an_answer(cast, at, outcome, reason):
    with pytest.raises(Refused):
        overrule(cast, at, verdict(hand_in(cast, at), "4.3.1.1-a"), outcome, reason)


def test_the_second_of_two_who_override_learns_of_the_first(cast, at):
    judgement = verdict(hand_in(cast, at), "4.3.1.1-a")
    overrule(cast, at, judgement, actor=cast.director)
    with pytest.raises(Conflict, match="陈志远"):
        overrule(cast, at, judgement, "failed")
    overrule(cast, at, judgement, "failed", seen=at)  # who has seen it may


def test_an_override_stays_in_the_next_round_only_while_the_rule_says_the_same(cast, at):
    application = hand_in(cast, at)
    overrule(cast, at, verdict(application, "4.3.1.1-a"))
    overrule(cast, at, verdict(application, "4.3.1.1-b"))
    application = samples.clear_credit(application, at=at)
    assert verdict(application, "4.3.1.1-a").override == "passed"
    assert verdict(application, "4.3.1.1-b").override == ""  # the rule now says passed by itself


def test_an_old_round_is_not_overridden(cast, at):
    application = hand_in(cast, at)
    old = verdict(application, "4.3.1.1-a")
    samples.clear_credit(application, at=at)
    with pytest.raises(Conflict, match="重新核对"):
        overrule(cast, at, old)


def test_the_database_refuses_an_override_without_a_reason(cast, at):
    application = hand_in(cast, at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Judgement.objects.filter(pk=verdict(application, "4.3.1.1-a").pk).update(override="passed", overridden_at=at)


# --- sending back ------------------------------------------------------------------------------------------------------


def test_a_correction_is_answered_judged_anew_and_the_pause_is_not_counted(cast, at):
    application = hand_in(cast, at, legal_form="branch")
    assert by_clause(application)["4.3.1.1-a"] == "failed"
    application = actions.send_back(
        actor=cast.officer,
        at=at,
        key=key(),
        application=application,
        asked=[{"field": "legal_form", "says": "请核对营业执照的类型"}],
    )
    assert application.case.ball == "applicant" and Notice.objects.filter(person=cast.stranger, kind="cases.sent_back").exists()
    application = actions.resubmit(
        actor=cast.stranger,
        at=at + timedelta(days=3),
        key=key(),
        application=application,
        data={"legal_form": "limited", "years": "9"},
    )
    assert application.case.data["legal_form"] == "limited" and application.case.data["years"] == "3"
    assert by_clause(application)["4.3.1.1-a"] == "unknown" and application.round == 2
    assert application.case.due_at.astimezone(at.tzinfo).date().isoformat() == "2026-04-02"


def test_a_document_can_be_asked_for_again(cast, at):
    application = hand_in(cast, at)
    sent = actions.send_back(
        actor=cast.officer,
        at=at,
        key=key(),
        application=application,
        asked=[{"field": "roster", "says": "扫描件看不清，请重新上传"}],
    )
    assert sent.case.asked[0]["label"] == "专业人员名册及证明"


# --- the rules of their day --------------------------------------------------------------------------------------------


def test_old_cases_are_judged_by_the_rules_and_numbers_of_their_day(cast, at):
    application = hand_in(cast, at)
    later = at + timedelta(days=20)
    promise(
        actor=cast.director, at=later, key=key(), park=cast.huangpu, parameter="admission.credit_check_max_age_days",
        since=later.date(), value=7, basis="园区管理办法",
    )  # fmt: skip
    assert queries.candidate_of(application, later.date()).credit_check_max_age_days == 30
    fresh = samples.make_application(at=later, park=cast.huangpu)
    assert queries.candidate_of(fresh, later.date()).credit_check_max_age_days == 7


def test_the_verdict_of_a_day_does_not_change_when_facts_change(cast, at):
    application = samples.make_ready(at=at, park=cast.huangpu)
    said = [(j.clause, j.outcome, j.reason) for j in application.judgements.filter(round=application.round)]
    institutions.make_staff_member(at=at, institution=application.institution)
    CreditCheck.objects.all().delete()
    assert said == [(j.clause, j.outcome, j.reason) for j in application.judgements.filter(round=application.round)]


# --- points of priority ------------------------------------------------------------------------------------------------


def points(application, at):
    return queries.points_of(application, queries.verdicts(application), at.date())


def test_local_relations_weigh_nothing_without_a_reviewed_paper(cast, at):
    application = samples.make_ready(at=at, park=cast.huangpu, credentials=LOCAL)
    assert by_clause(application)["4.3.1.3-g"] == "passed"
    assert points(application, at).total == 0 and "g" in points(application, at).withheld
    review(cast, at, paper=False)
    assert points(application, at).total == 0  # a record without its paper is none
    review_with_paper = FairReview.objects.get()
    attach(
        actor=cast.director,
        at=at,
        key=key(),
        to=review_with_paper,
        file=Named(pdf_bytes(), "审查表.pdf"),
        park=cast.huangpu,
        label="审查表",
    )
    assert points(application, at).total == 10 and not points(application, at).withheld


def test_points_are_explained_letter_by_letter(cast, at):
    rating = {"kind": "rating", "title": "信用等级", "issuer": "广东省人力资源和社会保障厅", "issuer_level": "provincial", "level": "AAA",
              "scale": "A–AAA", "year": "2025"}  # fmt: skip
    application = samples.make_ready(at=at, park=cast.huangpu, credentials=[rating])
    found = points(application, at)
    assert found.by_letter == {"c": 10} and found.total == 10 and found.most == 60 and found.basis


def test_only_the_director_records_a_review_and_not_of_tomorrow(cast, at):
    with pytest.raises(NotAllowed):
        actions.record_fair_review(
            actor=cast.officer,
            at=at,
            key=key(),
            park=cast.huangpu,
            number="1",
            reviewed_by="局",
            reviewed_on=at.date(),
            conclusion="可",
        )
    with pytest.raises(Refused):
        actions.record_fair_review(
            actor=cast.director, at=at, key=key(), park=cast.huangpu, number="1", reviewed_by="局",
            reviewed_on=at.date() + timedelta(days=1), conclusion="可",
        )  # fmt: skip


def test_the_engine_s_own_notes_can_be_written_on_an_application(cast, at):
    application = hand_in(cast, at)
    cases.add_note(actor=cast.officer, at=at, key=key(), case=application.case, note="已电话联系")
    assert application.case.steps.filter(internal=True).count() == 1
