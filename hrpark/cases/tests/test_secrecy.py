"""Who learns nothing: the officer whom a complaint is about, and everybody about who made a report of wrongdoing."""

import json

import pytest

from hrpark.accounts import samples as accounts
from hrpark.accounts.queries import standing_of
from hrpark.cases import actions, queries
from hrpark.cases.models import Case, Step
from hrpark.cases.samples import DATA, make_case
from hrpark.notices.models import Notice
from hrpark.toolbox.errors import NotAllowed, NotFound, Refused
from hrpark.trail.models import Entry, Payload

pytestmark = pytest.mark.django_db
ABOUT_STAFF = {**DATA["complaint"], "about": "staff", "whom": "窗口工作人员", "what": "态度恶劣并推诿"}


@pytest.fixture
def cast(at):
    return accounts.cast(at)


@pytest.fixture
def accused(cast):
    return cast.officer


@pytest.fixture
def other(cast):
    """The officer whom it is not about."""
    person = accounts.make_person(name="罗志强", mobile="13900000001")
    accounts.give_role(person, cast.operator, cast.huangpu, "officer")
    return person


@pytest.fixture
def on_duty(cast, accused, other, at):
    for n, person in enumerate((accused, other)):
        actions.begin_duty(actor=cast.director, at=at, key=f"duty{n}", park=cast.huangpu, kind="complaint", person=person)


def complaint(cast, data=ABOUT_STAFF):
    return make_case(kind="complaint", park=cast.huangpu, applicant=cast.qihang_clerk, organisation=cast.qihang, data=data)


def readers(cast, case, at, *more) -> set[str]:
    """Everybody who reads it, by the gate; the inbox and the gate never disagree for people of the park."""
    people = (
        cast.director,
        cast.officer,
        cast.supervisor,
        cast.inspector,
        cast.qihang_clerk,
        cast.zhida_clerk,
        cast.stranger,
        *more,
    )
    found = {p.name for p in people if queries.cases_for(standing_of(p, at.date())).filter(pk=case.pk).exists()}
    listed = {p.name for p in people if queries.inbox(standing_of(p, at.date()), cast.huangpu).filter(pk=case.pk).exists()}
    assert listed == found - {cast.qihang_clerk.name}
    return found


def test_a_complaint_about_staff_is_the_directors_until_it_is_said_about_whom(cast, accused, other, on_duty, at):
    case = complaint(cast)
    assert case.handler is None and readers(cast, case, at, other) == {cast.director.name, cast.qihang_clerk.name}
    assert set(Notice.objects.filter(of_type="case").values_list("person__name", "kind")) == {
        (cast.director.name, "cases.reserved")
    }
    for n, deed in enumerate((actions.respond, actions.add_note)):
        with pytest.raises(NotFound):
            deed(actor=accused, at=at, key=f"d{n}", case=case, note="已收到")
    case = actions.name_respondent(actor=cast.director, at=at, key="r", case=case, respondent=accused)
    everybody = {cast.director.name, cast.qihang_clerk.name, other.name, cast.supervisor.name, cast.inspector.name}
    assert readers(cast, case, at, other) == everybody and case.handler == other
    assert not Notice.objects.filter(person=accused).exists()
    assert Notice.objects.filter(person=other, kind="cases.assigned").exists()


def test_one_that_is_about_nobody_of_the_park_goes_to_the_desk(cast, other, on_duty, at):
    case = actions.name_respondent(actor=cast.director, at=at, key="r", case=complaint(cast), respondent=None)
    assert {cast.officer.name, other.name} <= readers(cast, case, at, other) and case.handler is not None


def test_nobody_is_given_or_asked_about_what_is_still_the_directors(cast, accused, other, at):
    case, by = complaint(cast), {"actor": cast.director, "at": at}
    with pytest.raises(Refused, match="先登记被诉人"):
        actions.assign(**by, key="a", case=case, handler=other)
    with pytest.raises(Refused, match="先登记被诉人"):
        actions.assign_many(**by, key="m", cases=[case.pk], handler=accused)
    with pytest.raises(Refused, match="不能会办"):
        actions.ask_opinion(**by, key="o", case=case, asked=other, question="是谁？", due_on=at.date())
    assert list(queries.desk_of(case, at.date())) == [cast.director]


def test_a_correction_that_says_it_is_about_staff_takes_it_from_the_desk(cast, accused, other, on_duty, at):
    case = complaint(cast, DATA["complaint"])
    assert case.handler is not None
    asked = [{"field": "about", "says": "请写明是对人还是对事"}]
    actions.send_back(actor=case.handler, at=at, key="s", case=case, asked=asked)
    case = actions.resubmit(actor=cast.qihang_clerk, at=at, key="b", case=case, data={"about": "staff"})
    assert case.reserved and case.handler is None
    assert readers(cast, case, at, other) == {cast.director.name, cast.qihang_clerk.name}


def test_what_the_respondent_was_told_before_is_taken_back(cast, accused, other, at):
    """It came as a complaint about the service; that it is about an officer is learnt later."""
    case = complaint(cast, DATA["complaint"])
    actions.assign(actor=cast.director, at=at, key="a", case=case, handler=accused)
    actions.ask_opinion(actor=other, at=at, key="o", case=case, asked=accused, question="怎么回事？", due_on=at.date())
    assert Notice.objects.filter(person=accused).count() == 2
    actions.name_respondent(actor=cast.director, at=at, key="r", case=case, respondent=accused)
    assert not Notice.objects.filter(person=accused).exists()
    assert not queries.open_opinions(accused.pk, cast.huangpu).exists()


def test_a_director_who_is_the_respondent_neither_hands_it_over_nor_follows_it_up(cast, other, at):
    case = complaint(cast, DATA["complaint"])
    actions.assign(actor=cast.director, at=at, key="a", case=case, handler=cast.officer)
    actions.name_respondent(actor=cast.officer, at=at, key="r", case=case, respondent=cast.director)
    with pytest.raises(Refused, match="没有未办结"):
        actions.hand_over(actor=cast.director, at=at, key="h", park=cast.huangpu, giver=cast.officer, taker=other, note="休假")
    actions.close(actor=cast.officer, at=at, key="c", case=case, note="属实", outcome="upheld", cause="attitude")
    actions.rate(actor=cast.qihang_clerk, at=at, key="g", case=case, degree=1, text="没有道歉")
    mine = standing_of(cast.director, at.date())
    assert not queries.open_follow_ups(mine, cast.huangpu).exists()
    assert queries.open_follow_ups(standing_of(other, at.date()), cast.huangpu).count() == 1
    hidden = queries.kept_from(mine, cast.huangpu)
    assert {of for of, _ in hidden} == {"case", "case_rating", "follow_up"} and ("case", str(case.pk)) in hidden


# --- who made a report ---------------------------------------------------------------------------------------------------


def report(cast, at, *, key="k.77"):
    """By the stranger, through the verbs as a door calls them: a form's key carries the id of the person."""
    by = {"actor": cast.stranger, "at": at}
    case = actions.open_case(**by, key=f"open-{key}", kind="report", park=cast.huangpu, title="举报", data=DATA["report"])
    return actions.submit(**by, key=f"submit-{key}", case=case)


def test_the_trail_and_the_steps_of_a_report_do_not_know_who_made_it(cast, at):
    case = report(cast, at, key=f"k.{cast.stranger.pk}")
    actions.send_back(actor=cast.director, at=at, key="s", case=case, asked=[{"field": "since", "says": "大概时间"}])
    actions.resubmit(actor=cast.stranger, at=at, key=f"r.{cast.stranger.pk}", case=case, data={"since": "2026-02-01"})
    actions.withdraw(actor=cast.stranger, at=at, key=f"w.{cast.stranger.pk}", case=case)
    entries = Entry.objects.filter(subject_type="case", subject_id=str(case.pk))
    assert [e.actor_name for e in entries.order_by("pk")] == ["举报人", "举报人", cast.director.name, "举报人", "举报人"]
    told = [
        *entries.values_list("actor", "actor_name", "key"),
        *Step.objects.filter(case=case).values_list("actor", "actor_name", "note"),
    ]
    bodies = Payload.objects.filter(pk__in=entries.values("pk")).values_list("body", flat=True)
    words = json.dumps([told, list(bodies)], ensure_ascii=False)
    for trace in (cast.stranger.name, cast.stranger.actor_key, f".{cast.stranger.pk}"):
        assert trace not in words


def test_a_report_sent_twice_is_one_and_two_people_with_one_key_are_two(cast, at):
    first = report(cast, at)
    assert report(cast, at) == first and Case.objects.filter(kind="report").count() == 1
    by = {"actor": cast.qihang_clerk, "at": at}
    second = actions.open_case(**by, key="open-k.77", kind="report", park=cast.huangpu, title="举报", data=DATA["report"])
    assert second != first


def test_only_who_is_named_to_receive_reports_looks_up_who_it_was_and_each_look_is_told(cast, at):
    case = report(cast, at)
    with pytest.raises(NotAllowed, match="受理分工"):
        actions.read_identity(actor=cast.director, at=at, key="1", case=case, reason="需当面核实转账凭证")
    actions.begin_duty(actor=cast.director, at=at, key="d", park=cast.huangpu, kind="report", person=cast.director)
    for reason in ("", "1", "……"):
        with pytest.raises(Refused, match="为什么"):
            actions.read_identity(actor=cast.director, at=at, key="2", case=case, reason=reason)
    for who in (cast.officer, cast.supervisor, cast.stranger):
        with pytest.raises(NotAllowed):
            actions.read_identity(actor=who, at=at, key="3", case=case, reason="需当面核实转账凭证")
    for key in ("4", "4", "5"):
        done = actions.read_identity(actor=cast.director, at=at, key=key, case=case, reason="需当面核实转账凭证")
        assert done.applicant == cast.stranger
    assert Entry.objects.filter(verb="cases.identity").count() == 2
    assert case.steps.filter(verb="identity", internal=True).count() == 2


def test_a_report_takes_no_files_whatever_an_officer_asks_for(cast, at):
    item = queries.item_in_force("report", cast.huangpu, at.date())
    with pytest.raises(Refused, match="暴露"):
        actions.publish_item(
            actor=cast.director, at=at, key="i", park=cast.huangpu, kind="report", title="举报", words=item.words, fields=item.fields,
            materials=[{"key": "proof_file", "title": "证据"}], clock="working", first_response_days=3, completion_days=20, desk="负责人", since=at.date(),
        )  # fmt: skip
