"""On what a decision rests: the first check, the scoring, minutes and approvals, the park's own assessments."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from hrpark.accounts.queries import standing_of
from hrpark.admission import actions, queries, samples
from hrpark.admission.models import Application, Decision, FirstCheck, Grounds
from hrpark.admission.tests.steps import by_clause, decide, first, hand_in, key, overrule, paper, scan, verdict
from hrpark.cases import actions as cases
from hrpark.cases.models import Case
from hrpark.files.queries import attachments_of, may_read
from hrpark.parks.samples import make_profile
from hrpark.standard.actions import override as promise
from hrpark.toolbox.errors import Conflict, NotAllowed, Refused
from hrpark.trail.queries import timeline

pytestmark = pytest.mark.django_db
CRITERIA = [{"key": "plan", "label": "经营计划", "most": 60}, {"key": "team", "label": "团队", "most": 40}]


# --- the first check ---------------------------------------------------------------------------------------------------


def test_nothing_is_decided_before_the_first_check(cast, at):
    application = hand_in(cast, at)
    with pytest.raises(Refused, match="还没有初审"):
        actions.decide(
            actor=cast.officer, at=at, key=key(), application=application, outcome="refused", basis="不符合4.3.1.1 a)"
        )
    check = first(cast, at, application, "oppose", "分支机构，不具有独立法人资格")
    assert (check.checked_by, check.round) == (cast.officer, 1)
    assert Case.objects.get(pk=application.case_id).state == "checked"
    assert timeline("institution", application.institution_id)[0].verb == "admission.first_check"


def test_what_fails_is_not_recommended_until_it_is_overridden(cast, at):
    application = hand_in(cast, at, legal_form="branch")
    with pytest.raises(Refused, match="4.3.1.1 a\\)不通过") as refusal:
        first(cast, at, application)
    assert refusal.value.field == "conclusion"
    for conclusion, note, field in (("maybe", "已逐条核对材料", "conclusion"), ("oppose", "否", "note")):
        with pytest.raises(Refused) as refusal:
            first(cast, at, application, conclusion, note)
        assert refusal.value.field == field
    overrule(cast, at, verdict(application, "4.3.1.1-a"))
    assert first(cast, at, application).conclusion == "recommend"


def test_what_is_sent_back_is_checked_anew_and_the_earlier_check_stays(cast, at):
    application = hand_in(cast, at)
    first(cast, at, application)
    with pytest.raises(Refused):
        first(cast, at, application)
    actions.send_back(
        actor=cast.officer, at=at, key=key(), application=application, asked=[{"field": "plan", "says": "请写具体"}]
    )
    actions.resubmit(actor=cast.stranger, at=at, key=key(), application=application, data={"plan": "具体的计划"})
    first(cast, at, application, actor=cast.director)
    assert list(FirstCheck.objects.values_list("round", flat=True)) == [1, 2]
    assert queries.first_check_of(Application.objects.get()).checked_by == cast.director
    with pytest.raises(DatabaseError), transaction.atomic():
        FirstCheck.objects.update(note="改过")


# --- the scoring -------------------------------------------------------------------------------------------------------


def scoring_form(cast, at, pass_mark=None):
    return cases.publish_score_form(
        actor=cast.director, at=at, key=key(), park=cast.huangpu, kind="admission", title="入驻评审表", criteria=CRITERIA, least=2,
        since=at.date(), pass_mark=pass_mark,
    )  # fmt: skip


def require_scoring(cast, at):
    promise(
        actor=cast.director, at=at, key=key(), park=cast.huangpu, parameter="admission.scoring_required", since=at.date(), value=True,
        basis="园区管理办法第八条",
    )  # fmt: skip


def scored(cast, at, application, *sheets, close=True):
    people = [cast.officer, cast.director][: len(sheets)]
    scoring = cases.open_scoring(
        actor=cast.officer, at=at, key=key(), case=application.case, reviewers=people, due_on=at.date()
    )
    for person, (plan, team) in zip(people, sheets, strict=True):
        cases.hand_in_sheet(
            actor=person,
            at=at,
            key=key(),
            scoring=scoring,
            conflict=False,
            scores={"plan": Decimal(plan), "team": Decimal(team)},
        )
    return cases.close_scoring(actor=cast.officer, at=at, key=key(), scoring=scoring) if close else scoring


def test_where_the_park_asks_for_a_scoring_nobody_comes_in_without_it_or_a_reason(cast, at):
    before = samples.make_ready(at=at - timedelta(days=3), park=cast.huangpu)
    scoring_form(cast, at)
    require_scoring(cast, at)
    assert decide(cast, at, before).grounds.scored is None, "what came in before is judged by the rules of its day"
    application, refused = samples.make_ready(at=at, park=cast.huangpu), samples.make_ready(at=at, park=cast.huangpu)
    with pytest.raises(Refused, match="须经评审打分") as refusal:
        decide(cast, at, application)
    assert refusal.value.field == "unscored"
    decide(cast, at, refused, "refused", basis="园区已无可用单元")
    made = decide(cast, at, application, unscored="评审人员均须回避，由办公会直接研究")
    assert made.grounds.unscored.startswith("评审人员均须回避")


def test_the_result_of_the_scoring_is_frozen_with_the_decision(cast, at):
    scoring_form(cast, at, pass_mark=Decimal(60))
    require_scoring(cast, at)
    application = samples.make_ready(at=at, park=cast.huangpu)
    scored(cast, at, application, (50, 30), (40, 36))
    grounds = decide(cast, at, application, unscored="不需要的理由").grounds
    figures = {
        name: grounds.scored[name] for name in ("mean", "least", "most", "deviation", "counted", "conflicts", "pass_mark")
    }
    assert figures == {
        "mean": "78.00", "least": "76.00", "most": "80.00", "deviation": "2.00", "counted": 2, "conflicts": 0, "pass_mark": "60.00",
    }  # fmt: skip
    assert grounds.unscored == "" and grounds.round == application.round and grounds.first_check.conclusion == "recommend"
    with pytest.raises(DatabaseError), transaction.atomic():
        Grounds.objects.update(unscored="改过")


def test_below_the_pass_mark_needs_a_reason_and_a_running_scoring_is_ended_first(cast, at):
    scoring_form(cast, at, pass_mark=Decimal(60))
    application = samples.make_ready(at=at, park=cast.huangpu)
    scored(cast, at, application, (30, 20), (30, 20))
    with pytest.raises(Refused, match="低于合格线60"):
        decide(cast, at, application)
    scored(cast, at, application, (30, 20), (30, 20), close=False)
    with pytest.raises(Refused, match="评审正在进行"):
        decide(cast, at, application, "refused", basis="评审未达合格线")
    assert not Decision.objects.exists()


# --- papers ------------------------------------------------------------------------------------------------------------


def test_a_state_owned_operator_decides_on_minutes_that_are_there(cast, at):
    make_profile(at=at, park=cast.huangpu, operator=None, state_owned=True)
    application = samples.make_ready(at=at, park=cast.huangpu)
    paper(cast, at, application, "approval", title="区人社局批复")
    minutes = paper(cast, at, application, scanned=False)
    with pytest.raises(Refused, match="会议纪要"):
        decide(cast, at, application, "refused", basis="办公会研究不同意")
    scan(cast, at, minutes)
    grounds = decide(cast, at, application).grounds
    assert [(one["kind"], one["number"]) for one in grounds.papers] == [
        ("approval", "黄园办〔2026〕3号"),
        ("minutes", "黄园办〔2026〕3号"),
    ]
    with pytest.raises(Refused, match="不能再撤下"):
        actions.withdraw_basis_paper(actor=cast.officer, at=at, key=key(), paper=minutes, reason="传错文件")


def test_a_paper_put_there_by_mistake_is_withdrawn_with_a_reason_and_counts_no_more(cast, at):
    application = samples.make_ready(at=at, park=cast.huangpu)
    for over, field in (({"kind": "song"}, "kind"), ({"title": " "}, "title"), ({"dated": at.date() + timedelta(1)}, "dated")):
        with pytest.raises(Refused) as refusal:
            paper(cast, at, application, **over)
        assert refusal.value.field == field
    wrong = paper(cast, at, application)
    with pytest.raises(Refused):
        actions.withdraw_basis_paper(actor=cast.officer, at=at, key=key(), paper=wrong, reason="")
    actions.withdraw_basis_paper(actor=cast.officer, at=at, key=key(), paper=wrong, reason="传错文件")
    with pytest.raises(Conflict):
        actions.withdraw_basis_paper(actor=cast.officer, at=at, key=key(), paper=wrong, reason="传错文件")
    assert decide(cast, at, application).grounds.papers == []


def test_the_basis_is_read_by_desk_and_authority_and_not_by_the_applicant(cast, at):
    application = hand_in(cast, at)
    file = attachments_of("basis_paper", paper(cast, at, application).pk).get()
    reads = {who: may_read(standing_of(getattr(cast, who), at.date()), file, at.date()) for who in (
        "officer", "director", "supervisor", "inspector", "stranger", "qihang_representative", "tianhe_director",
    )}  # fmt: skip
    assert {who for who, may in reads.items() if may} == {"officer", "director", "supervisor", "inspector"}
    with pytest.raises(NotAllowed):
        actions.add_basis_paper(
            actor=cast.supervisor, at=at, key=key(), application=application, kind="minutes", title="纪要", dated=at.date()
        )


# --- the park's own assessments ----------------------------------------------------------------------------------------


def assess(cast, at, institution, scanned=True, **over):
    given = {
        "kind": "growth", "panel": [("陈志远", "负责人"), ("李敏", "外聘专家")], "criteria": "园区成长型机构评估办法第五条", "recognised": True,
        "conclusion": "近两年营收增长超过30%，认定为成长型", "assessed_on": at.date(), "valid_to": at.date() + timedelta(days=365), **over,
    }  # fmt: skip
    made = actions.record_potential_review(actor=cast.director, at=at, key=key(), institution=institution, **given)
    if scanned:
        scan(cast, at, made)
    return made


def test_letter_f_is_met_by_the_park_s_own_assessment_with_its_paper_while_it_is_valid(cast, at):
    application = hand_in(cast, at)
    made = assess(cast, at, application.institution, scanned=False)
    assert made.number == "PG2026-0001"

    def now(moment=at):
        return by_clause(actions.judge(actor=cast.officer, at=moment, key=key(), application=application))["4.3.1.3-f"]

    assert now() == "unknown"
    scan(cast, at, made)
    assert now() == "passed"
    assert now(at + timedelta(days=366)) == "failed"
    assert "已于2027-03-02到期" in verdict(Application.objects.get(), "4.3.1.3-f").reason
    assess(
        cast,
        at + timedelta(days=367),
        application.institution,
        recognised=False,
        valid_to=None,
        conclusion="增速放缓，不再认定",
    )
    assert now(at + timedelta(days=368)) == "failed" and "未认定" in verdict(Application.objects.get(), "4.3.1.3-f").reason


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"panel": [(" ", "专家")]}, "panel"),
        ({"criteria": "有"}, "criteria"),
        ({"conclusion": ""}, "conclusion"),
        ({"valid_to": None}, "valid_to"),
        ({"recognised": False}, "valid_to"),
        ({"kind": "big"}, "kind"),
    ],
)
def test_an_assessment_says_who_by_what_and_until_when(cast, at, over, field):
    application = hand_in(cast, at)
    with pytest.raises(Refused) as refusal:
        assess(cast, at, application.institution, **over)
    assert refusal.value.field == field
