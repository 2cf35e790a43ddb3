"""From the first word of an application to the signed agreement: what follows from what, and what is refused."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hrpark.accounts import samples as accounts
from hrpark.accounts.models import Membership, Organisation, Person
from hrpark.accounts.queries import standing_of
from hrpark.admission import actions, queries, samples
from hrpark.admission.models import Agreement, Application, Decision, FairReview, Judgement, Outcome
from hrpark.cases import actions as cases
from hrpark.cases.kinds import KINDS
from hrpark.cases.models import Case
from hrpark.files.actions import attach
from hrpark.files.samples import Named, pdf_bytes
from hrpark.institutions import samples as institutions
from hrpark.institutions.models import CreditCheck, Institution
from hrpark.notices.models import Notice
from hrpark.parks.samples import make_space
from hrpark.standard.actions import override as promise
from hrpark.standard.models import UsedEdition
from hrpark.toolbox.errors import Conflict, HrparkError, NotAllowed, NotFound, Refused
from hrpark.toolbox.workdays import NATIONAL
from hrpark.trail.models import Entry

pytestmark = pytest.mark.django_db
CODE = accounts.sample_uscc(77_000_001)


@pytest.fixture
def cast(at):
    return accounts.cast(at)


KEYS = (f"k{n}" for n in range(1_000_000))


def key() -> str:
    return next(KEYS)


def begin(cast, at, **over):
    given = {"park": cast.huangpu, "kind": "agency", "name": "广州新程人力资源有限公司", "uscc": CODE, **over}
    return actions.begin_application(
        actor=given.pop("actor", cast.stranger), at=at, key=given.pop("key", None) or key(), **given
    )


def hand_in(cast, at, **over):
    return samples.make_application(at=at, park=cast.huangpu, applicant=cast.stranger, **over)


def by_clause(application) -> dict[str, str]:
    return {line.judgement.clause: line.stands.value for line in queries.verdicts(application)}


# --- beginning -----------------------------------------------------------------------------------------------------------


def test_a_signed_in_person_begins_for_a_body_that_nobody_knew(cast, at):
    application = begin(cast, at)
    institution = application.institution
    assert (institution.status, institution.uscc, institution.organisation.uscc) == ("applicant", CODE, CODE)
    assert (application.case.state, application.case.number, application.open) == ("draft", None, True)
    role = Membership.objects.get(person=cast.stranger)
    assert role.verified_at is None and not standing_of(Person.objects.get(pk=cast.stranger.pk), at.date()).hats


def test_the_dossier_of_the_register_is_found_by_its_code(cast, at):
    known = institutions.make_institution(at=at, park=cast.huangpu, name="广州新程人力资源有限公司", uscc=CODE)
    application = begin(cast, at)
    assert application.institution == known and Institution.objects.filter(uscc=CODE).count() == 1
    assert application.institution.status == "applicant"


def test_a_name_that_is_not_the_register_s_is_refused(cast, at):
    institutions.make_institution(at=at, park=cast.huangpu, name="广州新程人力资源有限公司", uscc=CODE)
    with pytest.raises(Refused) as refusal:
        begin(cast, at, name="另一家公司")
    assert refusal.value.field == "name"


@pytest.mark.parametrize(("uscc", "reason", "field"), [
    (CODE[:-1], "", "uscc"), (CODE[:-1] + ("0" if CODE[-1] != "0" else "1"), "", "uscc_reason"), ("", "", "uscc"),
])  # fmt: skip
def test_a_wrong_code_is_refused_at_its_field(cast, at, uscc, reason, field):
    with pytest.raises(Refused) as refusal:
        begin(cast, at, uscc=uscc, uscc_reason=reason)
    assert (
        refusal.value.field == field
        and not Application.objects.exists()
        and not Organisation.objects.filter(uscc=uscc).exists()
    )


def test_a_code_that_fails_its_check_digit_is_taken_with_a_reason(cast, at):
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    application = begin(cast, at, uscc=wrong, uscc_reason="营业执照即如此，已与登记机关核对")
    assert application.institution.uscc_reason and application.case.data["uscc_reason"]


def test_a_resident_does_not_apply_again(cast, at):
    resident = institutions.make_resident(at=at, park=cast.huangpu, name="广州新程人力资源有限公司", uscc=CODE)
    with pytest.raises(Refused, match="已在本园区入驻"):
        begin(cast, at)
    assert resident.status == "resident"


def test_a_body_that_has_people_is_not_joined_silently(cast, at):
    with pytest.raises(actions.NeedsApproval):
        begin(cast, at, name=cast.qihang.name, uscc=cast.qihang.uscc)
    assert not Membership.objects.filter(person=cast.stranger).exists() and not Application.objects.exists()


def test_asking_to_join_tells_the_representative_and_opens_nothing(cast, at):
    asked = actions.ask_to_join(actor=cast.stranger, at=at, key=key(), park=cast.huangpu, uscc=cast.qihang.uscc)
    assert asked.verified_at is None
    assert Notice.objects.get().person == cast.qihang_representative and "许安然" in Notice.objects.get().title
    with pytest.raises(actions.NeedsApproval):
        begin(cast, at, name=cast.qihang.name, uscc=cast.qihang.uscc)


def test_its_own_people_begin_for_it(cast, at):
    application = begin(cast, at, actor=cast.qihang_clerk, name=cast.qihang.name, uscc=cast.qihang.uscc)
    assert application.case.organisation == cast.qihang
    assert Membership.objects.filter(person=cast.qihang_clerk).count() == 1  # nothing new


@pytest.mark.parametrize("who", ["operator", "authority"])
def test_an_operator_or_an_authority_is_no_applicant(cast, at, who):
    body = getattr(cast, who)
    with pytest.raises(Refused):
        begin(cast, at, name=body.name, uscc=body.uscc)


def test_an_institution_has_one_open_application(cast, at):
    first = begin(cast, at)
    other = accounts.make_person(at=at)
    with pytest.raises(Conflict):
        begin(cast, at, actor=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.create(park=first.park, institution=first.institution, case=cases_copy(first.case))


def cases_copy(case):
    twin = Case.objects.get(pk=case.pk)
    twin.pk = None
    twin.save()
    return twin


def test_a_double_click_begins_once(cast, at):
    assert begin(cast, at, key="same") == begin(cast, at, key="same")
    assert Application.objects.count() == 1 and Membership.objects.filter(person=cast.stranger).count() == 1


def test_after_withdrawing_or_a_refusal_the_institution_may_apply_again(cast, at):
    first = begin(cast, at)
    actions.withdraw(actor=cast.stranger, at=at, key=key(), application=first)
    assert Institution.objects.get(uscc=CODE).status == "listed"
    second = begin(cast, at)
    assert second != first and not Application.objects.get(pk=first.pk).open


# --- handing in ----------------------------------------------------------------------------------------------------------


def test_handing_in_asks_for_every_document(cast, at):
    draft = begin(cast, at)
    with pytest.raises(Refused, match="请上传"):
        actions.submit(actor=cast.stranger, at=at, key=key(), application=draft, data=samples.answers(at))


def test_documents_depend_on_what_is_declared(cast, at):
    form = queries.form_for(begin(cast, at), at.date())

    def titles(data):
        from hrpark.cases.rules import wanted

        return {m.title for m in wanted(form.materials, data) if m.required}

    assert "劳务派遣经营许可证" in titles({"kind": "agency", "segments": ["dispatch"]})
    assert "人力资源服务许可证" not in titles({"kind": "agency", "segments": ["training"]})
    assert titles({"kind": "supporting"}) == {"营业执照或法人登记证书", "授权委托书"}


def test_what_is_handed_in_has_a_number_clocks_and_its_verdicts(cast, at):
    application = hand_in(cast, at)
    case = application.case
    assert (case.number, case.state) == ("RY2026-0001", "submitted")
    assert [d.astimezone(at.tzinfo).date().isoformat() for d in (case.first_due_at, case.due_at)] == [
        "2026-03-05",
        "2026-03-30",
    ]
    assert by_clause(application)["4.3.1.1-a"] == "unknown"  # nobody has seen the originals
    assert by_clause(application)["4.3.1.1-b"] == "unknown"
    assert Judgement.objects.count() == 10 and UsedEdition.objects.filter(key="draft-2025").exists()


def test_who_applies_cannot_be_changed_while_handing_in(cast, at):
    application = hand_in(cast, at, data={"name": "别的公司", "uscc": cast.qihang.uscc})
    assert (
        application.case.data["uscc"] == application.institution.uscc
        and application.case.data["name"] == application.institution.name
    )


def test_an_application_writes_nothing_into_a_dossier(cast, at):
    application = hand_in(cast, at)
    institution = Institution.objects.get(pk=application.institution_id)
    assert institution.legal_form == "" and not institution.licences.exists() and not institution.staff.exists()


def test_a_supporting_agency_is_not_measured_by_4311(cast, at):
    application = hand_in(cast, at, kind="supporting")
    assert {o for c, o in by_clause(application).items() if c.startswith("4.3.1.1")} == {"not_applicable"}
    decision = actions.decide(
        actor=cast.officer, at=at, key=key(), application=application, outcome="admitted", basis="园区配套需要，办公会同意"
    )
    assert decision.outcome == "admitted"


# --- the desk looks ------------------------------------------------------------------------------------------------------


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


# --- overriding ----------------------------------------------------------------------------------------------------------


def verdict(application, clause):
    return application.judgements.get(round=application.round, clause=clause)


def overrule(cast, at, judgement, outcome="passed", reason="已当面核对原件，与申报一致", **over):
    return actions.override_judgement(
        actor=over.pop("actor", cast.officer), at=at, key=key(), judgement=judgement, outcome=outcome, reason=reason, **over
    )


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


# --- sending back --------------------------------------------------------------------------------------------------------


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


# --- deciding ------------------------------------------------------------------------------------------------------------


def decide(cast, at, application, outcome="admitted", **over):
    given = {"actor": cast.officer, "basis": "基本条件全部满足，办公会同意", **over}
    return actions.decide(at=at, key=key(), application=application, outcome=outcome, **given)


def test_nobody_is_admitted_while_a_condition_is_open(cast, at):
    application = hand_in(cast, at)
    with pytest.raises(Refused, match="4.3.1.1 b\\)待核"):
        decide(cast, at, application)
    assert not Decision.objects.exists() and Case.objects.get(pk=application.case_id).state == "submitted"


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


# --- the rules of their day ----------------------------------------------------------------------------------------------


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


# --- points of priority --------------------------------------------------------------------------------------------------

LOCAL = [
    {"kind": "local", "title": f"{what}证明", "issuer": "广州市黄埔区", "aspect": aspect, "issued_on": "2026-01-05"}
    for aspect, what in (("registration", "注册"), ("tax", "纳税"), ("insurance", "社保"), ("statistics", "统计"))
]


def review(cast, at, paper=True):
    made = actions.record_fair_review(
        actor=cast.director, at=at, key=key(), park=cast.huangpu, number="穗埔公审〔2026〕3号", reviewed_by="广州市黄埔区市场监督管理局",
        reviewed_on=at.date() - timedelta(days=10), conclusion="不具有排除、限制竞争效果，可以实施",
    )  # fmt: skip
    if paper:
        attach(
            actor=cast.director,
            at=at,
            key=key(),
            to=made,
            file=Named(pdf_bytes(), "审查表.pdf"),
            park=cast.huangpu,
            label="审查表",
        )
    return made


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


# --- the agreement -------------------------------------------------------------------------------------------------------


def sign(cast, at, application, **over):
    given = {"actor": cast.officer, "signed_on": at.date(), "years": 3, "unit_note": "A座三层", **over}
    return actions.sign_agreement(at=at, key=key(), application=application, **given)


def test_signing_begins_the_residency_and_the_days_until_business(cast, at):
    unit = make_space(at=at, park=cast.huangpu, code="A301")
    application = samples.make_decision(at=at, park=cast.huangpu).application
    agreement = sign(cast, at, application, unit=unit, unit_note="")
    residency = agreement.residency
    assert (residency.unit, residency.agreed_on, residency.starts) == (unit, at.date(), at.date())
    assert (agreement.number, agreement.start_days, agreement.start_by) == (
        "XY2026-0001",
        90,
        date(2026, 6, 1),
    )  # 31 May is a Sunday
    institution = Institution.objects.get(pk=application.institution_id)
    assert institution.status == "resident" and Case.objects.get(pk=application.case_id).state == "settled"
    assert not Application.objects.get(pk=application.pk).open


def test_what_was_declared_comes_into_the_dossier_and_what_was_not_seen_stays_unverified(cast, at):
    application = hand_in(cast, at, credentials=LOCAL[:1])
    for clause in ("4.3.1.1-a", "4.3.1.1-b", "4.3.1.1-c"):
        overrule(cast, at, verdict(application, clause))
    actions.verify_applicant(actor=cast.officer, at=at, key=key(), application=application, basis="委托书原件")
    decide(cast, at, application)
    sign(cast, at, application)
    institution = Institution.objects.get(pk=application.institution_id)
    assert (institution.legal_form, str(institution.registered_capital), institution.founded_on) == (
        "limited", "2000000.00", date(2019, 5, 20)
    )  # fmt: skip
    assert set(institution.segments.values_list("code", flat=True)) == {"executive_search", "training"}
    assert institution.licences.count() == 2 and not institution.licences.filter(verified_at__isnull=False).exists()
    assert institution.credentials.filter(verified_at=None).count() == 1 and institution.staff.count() == 3
    assert institution.contacts.get().name == "黄佳雯"


@pytest.mark.parametrize(("over", "field"), [
    ({"signed_on": date(2026, 3, 3)}, "signed_on"), ({"signed_on": date(2026, 3, 1)}, "signed_on"), ({"years": 0}, "years"),
    ({"years": 51}, "years"), ({"starts": date(2026, 3, 1)}, "starts"), ({"starts": date(2026, 6, 2)}, "starts"), ({"unit_note": " "}, "unit"),
])  # fmt: skip
def test_an_agreement_with_wrong_terms_is_refused(cast, at, over, field):
    application = samples.make_decision(at=at, park=cast.huangpu).application
    with pytest.raises(Refused) as refusal:
        sign(cast, at, application, **over)
    assert refusal.value.field == field and not Agreement.objects.exists()


def test_a_taken_unit_is_refused_and_nothing_is_left_behind(cast, at):
    unit = make_space(at=at, park=cast.huangpu, code="A301")
    institutions.make_resident(at=at, park=cast.huangpu, unit=unit)
    application = samples.make_decision(at=at, park=cast.huangpu).application
    before = Entry.objects.count()
    with pytest.raises(Conflict):
        sign(cast, at, application, unit=unit)
    assert Case.objects.get(pk=application.case_id).state == "admitted" and not Agreement.objects.exists()
    assert (
        Entry.objects.count() == before
        and not Institution.objects.get(pk=application.institution_id).licences.filter(verified_at=None).exists()
    )


def test_a_unit_of_another_park_is_refused(cast, at):
    unit = make_space(at=at, park=cast.tianhe, code="T1")
    with pytest.raises(Refused):
        sign(cast, at, samples.make_decision(at=at, park=cast.huangpu).application, unit=unit)


def test_nothing_is_signed_with_an_applicant_whose_role_nobody_verified(cast, at):
    application = hand_in(cast, at, kind="supporting")
    decide(cast, at, application, basis="配套需要，办公会同意")
    with pytest.raises(Refused, match="核验"):
        sign(cast, at, application)


def test_nothing_is_signed_before_a_decision_or_after_a_refusal(cast, at):
    with pytest.raises(Refused):
        sign(cast, at, samples.make_ready(at=at, park=cast.huangpu))
    with pytest.raises(Refused):
        sign(cast, at, samples.make_decision(at=at, park=cast.huangpu, outcome="refused").application)


def test_a_park_may_promise_a_shorter_time_to_begin(cast, at):
    promise(
        actor=cast.director,
        at=at,
        key=key(),
        park=cast.huangpu,
        parameter="admission.start_days",
        since=date(2026, 1, 1),
        value=60,
        basis="园区办法",
    )
    agreement = sign(cast, at, samples.make_decision(at=at, park=cast.huangpu).application)
    assert (agreement.start_days, agreement.start_by) == (60, date(2026, 5, 6))  # 1 May is a holiday until the 5th


def test_two_agreements_have_two_numbers_and_one_double_click_has_one(cast, at):
    first = samples.make_agreement(at=at, park=cast.huangpu)
    second = samples.make_agreement(at=at, park=cast.huangpu)
    assert [first.number, second.number] == ["XY2026-0001", "XY2026-0002"]


@given(st.dates(date(2020, 1, 1), date(2026, 12, 31)), st.integers(1, 120))
def test_the_last_day_to_begin_is_a_working_day_never_before_its_natural_days(day, days):
    last = queries.start_by(day, days)
    assert NATIONAL.is_working(last) and last >= day + timedelta(days=days)
    between = [day + timedelta(days=n) for n in range(days, (last - day).days)]
    assert not any(NATIONAL.is_working(d) for d in between)


# --- no sequence leaves the table ----------------------------------------------------------------------------------------

DEEDS = (
    "submit",
    "send_back",
    "resubmit",
    "respond",
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
    arrows = {(s, m.to) for m in kind.moves for s in m.froms}
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


def test_the_engine_s_own_notes_can_be_written_on_an_application(cast, at):
    application = hand_in(cast, at)
    cases.add_note(actor=cast.officer, at=at, key=key(), case=application.case, note="已电话联系")
    assert application.case.steps.filter(internal=True).count() == 1


# --- papers --------------------------------------------------------------------------------------------------------------


def text_of(document) -> str:
    from pypdf import PdfReader

    from hrpark.files.storage import open_kept

    with open_kept(document.attachment.path) as file:
        return "".join(page.extract_text() for page in PdfReader(file).pages).replace("\n", "").replace(" ", "")


def test_what_was_decided_and_signed_gets_its_paper_once(cast, at):
    agreement = samples.make_agreement(at=at, park=cast.huangpu)
    samples.make_application(at=at, park=cast.huangpu)
    assert actions.issue_due(at) == 2 and actions.issue_due(at) == 0
    decision_paper, agreement_paper = queries.papers_of(agreement.application)
    said = text_of(decision_paper)
    assert "同意您单位入驻" in said and agreement.application.case.number in said and "4.3.1.1a)" in said
    said = text_of(agreement_paper)
    assert agreement.number in said and "2026年6月1日" in said and "3年" in said


def test_a_refusal_s_paper_says_why_and_how_to_object(cast, at):
    application = samples.make_decision(at=at, park=cast.huangpu, outcome="refused").application
    actions.issue_paper(actor=cast.officer, at=at, key=key(), application=application, template="admission_decision")
    said = text_of(queries.papers_of(application).get())
    assert "不同意您单位入驻" in said and "办公会" in said and "15个工作日" in said
    with pytest.raises(Conflict):
        actions.issue_paper(actor=cast.officer, at=at, key=key(), application=application, template="admission_decision")


def test_nothing_is_issued_before_there_is_a_decision_or_by_a_stranger(cast, at):
    application = hand_in(cast, at)
    with pytest.raises(Refused):
        actions.issue_paper(actor=cast.officer, at=at, key=key(), application=application, template="admission_decision")
    with pytest.raises(NotAllowed):
        actions.issue_paper(actor=cast.tianhe_director, at=at, key=key(), application=application, template="agreement")
