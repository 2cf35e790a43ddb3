"""Around a case: reopening, reminders and escalation, ratings and what follows a low one, opinions, scoring, duties, a frozen year."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from hrpark.accounts import samples as accounts
from hrpark.accounts.actions import end_role
from hrpark.accounts.queries import standing_of
from hrpark.cases import actions, queries, rules
from hrpark.cases.actions import clockwork
from hrpark.cases.models import Case, FollowUp, FrozenYear, Nudge, Rating, ScoreSheet, Span
from hrpark.cases.rules import ZONE, day_of
from hrpark.cases.samples import make_case
from hrpark.notices.models import Notice
from hrpark.standard.actions import record_arrangement
from hrpark.standard.samples import notice_for
from hrpark.toolbox.errors import Conflict, NotAllowed, Refused
from hrpark.toolbox.frozen import digest
from hrpark.toolbox.workdays import NATIONAL, hold, working_days_between
from hrpark.trail.kinds import System
from hrpark.trail.queries import timeline
from tests.worlds import world

from . import plain  # noqa: F401 - registers the plainest kind

pytestmark = pytest.mark.django_db
WORDS = {"what": "会议室空调不制冷"}
DAY = timedelta(days=1)


@world
def second(cast, at):
    """Another officer of the park."""
    person = accounts.make_person(at=at, name="罗佩珊")
    accounts.give_role(person, cast.operator, cast.huangpu, "officer", at=at)
    return person


@world
def case(cast):
    return make_case(kind="plain", park=cast.huangpu, applicant=cast.qihang_clerk, organisation=cast.qihang, data=WORDS)


KEYS = (f"e{n}" for n in range(10**9))


def by(actor, at) -> dict:
    return {"actor": actor, "at": at, "key": next(KEYS)}


def fresh(case) -> Case:
    return Case.objects.get(pk=case.pk)


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("title", flat=True))


def closed(case, cast, at, **over):
    return actions.close(**by(cast.officer, at), case=case, note="已维修", **over)


# --- reopening -----------------------------------------------------------------------------------------------------------


def test_a_reopened_case_has_a_new_promise_and_keeps_what_was_promised_before(cast, case, at):
    done = closed(case, cast, at + DAY)
    again = actions.reopen(**by(cast.officer, at + 7 * DAY), case=done, note="又坏了")
    assert (again.state, again.span, again.completed_at, again.closed_at, again.ball) == ("submitted", 2, None, None, "desk")
    assert day_of(again.due_at) == date(2026, 3, 16) and again.first_response_at == at + DAY
    kept = Span.objects.get(case=case)
    assert (kept.seq, kept.due_at, kept.completed_at, kept.received_at) == (1, done.due_at, at + DAY, at)
    last = closed(again, cast, at + 8 * DAY)
    assert last.completed_at == at + 8 * DAY and Span.objects.count() == 1


def test_a_pause_before_the_reopening_is_not_given_again(cast, case, at):
    actions.send_back(**by(cast.officer, at), case=case, asked=[{"field": "what", "says": "哪间"}])
    actions.resubmit(**by(cast.qihang_clerk, at + 3 * DAY), case=case, data=WORDS)
    closed(case, cast, at + 3 * DAY)
    again = actions.reopen(**by(cast.officer, at + 7 * DAY), case=case, note="又坏了")
    assert day_of(again.due_at) == date(2026, 3, 16)


def test_only_the_desk_reopens_and_only_what_is_closed(cast, case, at):
    with pytest.raises(Refused):
        actions.reopen(**by(cast.officer, at), case=case, note="x")
    closed(case, cast, at)
    with pytest.raises(NotAllowed):
        actions.reopen(**by(cast.qihang_clerk, at), case=case, note="x")
    with pytest.raises(Refused, match="原因"):
        actions.reopen(**by(cast.officer, at), case=case, note=" ")


def test_what_was_promised_before_is_never_changed(cast, case, at):
    closed(case, cast, at)
    actions.reopen(**by(cast.officer, at), case=case, note="又坏了")
    for change in (lambda: Span.objects.update(reason="x"), lambda: Span.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_case_that_was_late_once_stays_late_in_the_figures_of_its_year(cast, case, at):
    closed(case, cast, at + 30 * DAY)
    actions.reopen(**by(cast.officer, at + 31 * DAY), case=case, note="又坏了")
    closed(case, cast, at + 32 * DAY)
    rate = queries.figures(cast.huangpu, 2026, at + 40 * DAY).on_time
    assert (rate.part.count(), rate.whole.count()) == (0, 1)


# --- reminders -----------------------------------------------------------------------------------------------------------


def test_reminders_come_before_on_and_after_the_last_day_once_each(cast, case, at):
    actions.assign(**by(cast.director, at), case=case, handler=cast.officer)
    actions.respond(**by(cast.officer, at), case=case, note="收到")
    steps = []
    for days in range(0, 16):
        for hour in (9, 15):
            now = (at + days * DAY).replace(hour=hour)
            if clockwork.remind_due(now):
                steps.append((Nudge.objects.latest("pk").step, now.date().isoformat()))
    # due on Monday the 9th: Thursday, Monday itself, Tuesday, Thursday, Monday
    assert steps == [(-2, "2026-03-05"), (0, "2026-03-09"), (1, "2026-03-10"), (3, "2026-03-12"), (5, "2026-03-16")]
    assert told(cast.officer)[1:] == ["会议室空调不制冷期限将到"] * 2 + ["会议室空调不制冷已逾期"] * 3
    assert told(cast.director) == ["督办：会议室空调不制冷逾期"] * 3


def test_nobody_is_reminded_at_night_nor_while_the_applicant_has_the_ball(cast, case, at):
    assert clockwork.remind_due((at + 7 * DAY).replace(hour=3)) == 0
    actions.send_back(**by(cast.officer, at), case=case, asked=[{"field": "what", "says": "哪间"}])
    assert clockwork.remind_due(at + 28 * DAY) == 0


def test_a_tick_that_was_away_sends_what_is_due_now_and_not_what_it_missed(cast, case, at):
    actions.respond(**by(cast.officer, at), case=case, note="收到")
    assert clockwork.remind_due(at + 8 * DAY) == 1  # Tuesday after
    assert list(Nudge.objects.values_list("step", flat=True)) == [1]
    assert clockwork.remind_due(at + 8 * DAY + timedelta(hours=1)) == 0


def test_without_a_handler_the_whole_desk_is_reminded(cast, second, case, at):
    actions.respond(**by(cast.officer, at), case=case, note="收到")
    clockwork.remind_due(at + 7 * DAY)
    assert told(cast.officer) == told(second) == told(cast.director) == ["会议室空调不制冷期限将到"]


def test_the_first_response_has_reminders_of_its_own(cast, case, at):
    assert clockwork.remind_due(at + DAY) == 1
    nudge = Nudge.objects.get()
    assert (nudge.due_at, nudge.step) == (case.first_due_at, 0)
    assert "首次答复" in Notice.objects.filter(person=cast.officer).latest("pk").body


@given(st.dates(date(2024, 1, 1), date(2026, 12, 20)), st.integers(-9, 20))
def test_the_reminder_of_a_day_is_the_latest_that_has_come_up(last, shift):
    today = last + shift * DAY
    step = rules.step_due(today, last, (2, 0), (1, 3, 5, 10))
    gone = working_days_between(last, today).days if today > last else -working_days_between(today, last).days
    expected = max((s for s in (-2, 0, 1, 3, 5, 10) if s <= gone), default=None)
    assert step == expected


# --- ratings -------------------------------------------------------------------------------------------------------------


def test_the_applicant_rates_once_each_time_it_was_done(cast, case, at):
    with pytest.raises(Refused, match="还没有办结"):
        actions.rate(**by(cast.qihang_clerk, at), case=case, degree=5)
    closed(case, cast, at)
    rating = actions.rate(**by(cast.qihang_representative, at), case=case, degree=4, text="不错")
    assert (rating.degree, rating.span) == (4, 1) and not FollowUp.objects.exists()
    with pytest.raises(Conflict):
        actions.rate(**by(cast.qihang_clerk, at), case=case, degree=5)
    actions.reopen(**by(cast.officer, at), case=case, note="又坏了")
    closed(case, cast, at)
    assert actions.rate(**by(cast.qihang_clerk, at), case=case, degree=5).span == 2
    assert "评价了办理结果" in [line.what for line in timeline("case", case.pk)]


@pytest.mark.parametrize("who", ["officer", "director", "zhida_clerk", "stranger", "inspector", "tianhe_officer"])
def test_nobody_rates_for_the_applicant(cast, case, at, who):
    closed(case, cast, at)
    with pytest.raises(NotAllowed):
        actions.rate(**by(getattr(cast, who), at), case=case, degree=5)


@pytest.mark.parametrize("degree", [0, 6, -1])
def test_there_are_five_degrees(cast, case, at, degree):
    closed(case, cast, at)
    with pytest.raises(Refused):
        actions.rate(**by(cast.qihang_clerk, at), case=case, degree=degree)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.create(case=case, span=1, degree=9, rated_at=at)


def test_after_its_days_a_rating_is_too_late(cast, case, at):
    closed(case, cast, at)
    with pytest.raises(Refused, match="期限已过"):
        actions.rate(**by(cast.qihang_clerk, at + 40 * DAY), case=case, degree=5)


def test_a_low_rating_says_why_and_opens_a_follow_up_by_somebody_else(cast, second, case, at):
    actions.assign(**by(cast.director, at), case=case, handler=cast.officer)
    closed(case, cast, at)
    with pytest.raises(Refused, match="哪里不满意"):
        actions.rate(**by(cast.qihang_clerk, at), case=case, degree=2)
    actions.rate(**by(cast.qihang_clerk, at), case=case, degree=2, text="等了三天")
    follow = FollowUp.objects.get()
    assert day_of(follow.due_at) == date(2026, 3, 3) and told(cast.director) == ["差评待回访：会议室空调不制冷"]
    with pytest.raises(NotAllowed, match="经办人以外"):
        actions.follow_up(**by(cast.officer, at), follow_up=follow, result="explained", note="已说明")
    for result, note in (("", "x"), ("explained", " ")):
        with pytest.raises(Refused):
            actions.follow_up(**by(second, at), follow_up=follow, result=result, note=note)
    actions.follow_up(**by(second, at), follow_up=follow, result="reopened", note="空调确未修好")
    assert fresh(case).span == 2 and fresh(case).state == "submitted"
    with pytest.raises(Conflict):
        actions.follow_up(**by(second, at), follow_up=follow, result="explained", note="再次")


# --- the desk ------------------------------------------------------------------------------------------------------------


def test_new_requests_go_to_whoever_on_duty_has_the_fewest_open_ones(cast, second, at):
    for person in (cast.officer, second):
        actions.begin_duty(**by(cast.director, at), park=cast.huangpu, kind="plain", person=person)
    made = [make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS) for _ in range(4)]
    assert [c.handler for c in made] == [cast.officer, second, cast.officer, second]
    closed(made[1], cast, at)
    fifth = make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS)
    assert fifth.handler == second and told(second)[0] == "会议室空调不制冷由您办理"


def test_a_duty_without_the_role_is_no_duty(cast, second, at):
    duty = actions.begin_duty(**by(cast.director, at), park=cast.huangpu, kind="plain", person=second)
    membership = second.memberships.get()
    end_role(**by(cast.director, at), membership=membership, on=at.date(), reason="调离岗位")
    assert make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS, at=at + DAY).handler is None
    actions.end_duty(**by(cast.director, at), duty=duty)
    assert not queries.duties(cast.huangpu).exists()


def test_duties_are_for_the_director_to_give_to_people_of_the_desk(cast, at):
    with pytest.raises(NotAllowed):
        actions.begin_duty(**by(cast.officer, at), park=cast.huangpu, kind="plain", person=cast.officer)
    with pytest.raises(Refused):
        actions.begin_duty(**by(cast.director, at), park=cast.huangpu, kind="plain", person=cast.inspector)
    actions.begin_duty(**by(cast.director, at), park=cast.huangpu, kind="plain", person=cast.officer)
    with pytest.raises(Conflict):
        actions.begin_duty(**by(cast.director, at), park=cast.huangpu, kind="plain", person=cast.officer)


def test_many_are_assigned_together_or_none(cast, second, at):
    made = [make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS) for _ in range(3)]
    closed(made[2], cast, at)
    with pytest.raises(Refused):
        actions.assign_many(**by(cast.director, at), cases=[c.pk for c in made], handler=second)
    assert not Case.objects.filter(handler=second).exists()
    actions.assign_many(**by(cast.director, at), cases=[c.pk for c in made[:2]], handler=second)
    assert Case.objects.filter(handler=second).count() == 2


def test_handing_over_moves_no_clock_and_leaves_nothing_behind(cast, second, at):
    made = [make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS) for _ in range(3)]
    for one in made:
        actions.assign(**by(cast.director, at), case=one, handler=cast.officer)
    closed(made[0], cast, at)
    before = {c.pk: (c.due_at, c.version) for c in Case.objects.all()}
    with pytest.raises(NotAllowed):
        actions.hand_over(**by(cast.officer, at), park=cast.huangpu, giver=cast.officer, taker=second, note="休假")
    actions.hand_over(**by(cast.director, at), park=cast.huangpu, giver=cast.officer, taker=second, note="休假")
    assert list(Case.objects.order_by("pk").values_list("handler", flat=True)) == [cast.officer.pk, second.pk, second.pk]
    assert before == {c.pk: (c.due_at, c.version) for c in Case.objects.all()}


def test_a_colleague_s_opinion_is_asked_and_given_once(cast, second, case, at):
    asked = {"case": case, "asked": second, "question": "空调归谁修？", "due_on": at.date() + DAY}
    opinion = actions.ask_opinion(**by(cast.officer, at), **asked)
    with pytest.raises(Conflict):
        actions.ask_opinion(**by(cast.officer, at), **asked)
    with pytest.raises(Refused):
        actions.give_opinion(**by(cast.officer, at), opinion=opinion, answer="我来答")
    actions.give_opinion(**by(second, at), opinion=opinion, answer="归物业")
    with pytest.raises(Conflict):
        actions.give_opinion(**by(second, at), opinion=opinion, answer="改一下")
    assert told(second) == ["请会办：会议室空调不制冷"] and "会议室空调不制冷有会办意见" in told(cast.officer)
    assert [s.verb for s in queries.steps_of(case, internal=False)] == ["submit"]
    for wrong in (cast.inspector, cast.qihang_clerk, cast.officer, cast.tianhe_officer):
        with pytest.raises(Refused):
            actions.ask_opinion(**by(cast.officer, at), **{**asked, "asked": wrong})


def test_whom_a_case_is_about_neither_sees_nor_handles_it(cast, second, case, at):
    actions.assign(**by(cast.director, at), case=case, handler=cast.officer)
    actions.name_respondent(**by(cast.director, at), case=case, respondent=cast.officer)
    assert fresh(case).handler is None
    assert not queries.cases_for(standing_of(cast.officer, at.date())).filter(pk=case.pk).exists()
    assert not queries.inbox(standing_of(cast.officer, at.date()), cast.huangpu).filter(pk=case.pk).exists()
    for deed, more in ((actions.respond, {"note": "x"}), (actions.close, {"note": "x"}), (actions.add_note, {"note": "x"}),
                       (actions.assign, {"handler": second})):  # fmt: skip
        with pytest.raises(NotAllowed, match="您本人"):
            deed(**by(cast.officer, at), case=case, **more)
    with pytest.raises(Refused):
        actions.assign(**by(cast.director, at), case=case, handler=cast.officer)
    clockwork.remind_due(at + 7 * DAY)
    assert told(cast.officer) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(handler=cast.officer)


def test_a_template_of_the_same_title_replaces_the_earlier_one(cast, at):
    first = actions.write_template(**by(cast.officer, at), park=cast.huangpu, title="已维修", text="您反映的问题已维修。")
    actions.write_template(**by(cast.officer, at), park=cast.huangpu, title="已维修", text="已修好。", kind="plain")
    assert [t.text for t in queries.templates_for(cast.huangpu, "plain")] == ["已修好。"]
    assert not queries.templates_for(cast.tianhe, "plain").exists() and not queries.templates_for(cast.huangpu, "x").exists()
    first.refresh_from_db()
    assert first.retired_at == at


def test_without_a_name_only_where_the_kind_allows_it(cast, at):
    with pytest.raises(Refused, match="登录"), transaction.atomic():
        actions.start(kind="plain", park=cast.huangpu, applicant=None, title="x", at=at, secret="0" * 64)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(park=cast.huangpu, kind="plain", item=make_item(cast, at), title="x", state="draft", opened_at=at)


def make_item(cast, at):
    return make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS).item


# --- scoring -------------------------------------------------------------------------------------------------------------

CRITERIA = [{"key": "team", "label": "团队", "says": "", "most": 40}, {"key": "plan", "label": "计划", "says": "", "most": 60}]


@world
def panel(cast, second, at):
    people = [cast.director, cast.officer, second]
    actions.publish_score_form(
        **by(cast.director, at), park=cast.huangpu, kind="plain", title="评分表", criteria=CRITERIA, least=2, since=at.date(),
        pass_mark=Decimal(60),
    )  # fmt: skip
    return people


def scored(scoring, person, at, team, plan):
    scores = {"team": Decimal(team), "plan": Decimal(plan)}
    return actions.hand_in_sheet(**by(person, at), scoring=scoring, conflict=False, scores=scores)


def test_a_scoring_is_the_mean_of_the_sheets_without_conflict(cast, case, panel, at):
    scoring = actions.open_scoring(**by(cast.officer, at), case=case, reviewers=panel, due_on=at.date() + 3 * DAY)
    scored(scoring, panel[0], at, "30", "50.5")
    actions.hand_in_sheet(**by(panel[1], at), scoring=scoring, conflict=True, conflict_says="曾在该公司任职")
    with pytest.raises(Refused, match="1份"):
        actions.close_scoring(**by(cast.officer, at), scoring=scoring)
    scored(scoring, panel[2], at, "40", "60")
    done = actions.close_scoring(**by(cast.officer, at), scoring=scoring)
    assert (done.result, done.counted) == (Decimal("90.25"), 2)
    with pytest.raises(Conflict):
        scored(scoring, panel[1], at, "1", "1")


def test_a_sheet_is_whole_in_range_and_handed_in_once(cast, case, panel, at):
    scoring = actions.open_scoring(**by(cast.officer, at), case=case, reviewers=panel, due_on=at.date())
    for team, plan in (("41", "1"), ("-1", "1"), ("1.234", "1"), ("NaN", "1")):
        with pytest.raises(Refused):
            scored(scoring, panel[0], at, team, plan)
    with pytest.raises(Refused) as refusal:
        actions.hand_in_sheet(**by(panel[0], at), scoring=scoring, conflict=False, scores={"team": Decimal(1)})
    assert refusal.value.field == "plan"
    with pytest.raises(Refused):
        actions.hand_in_sheet(**by(panel[0], at), scoring=scoring, conflict=True)
    with pytest.raises(NotAllowed):
        scored(scoring, cast.inspector, at, "1", "1")
    scored(scoring, panel[0], at, "0", "60")
    with pytest.raises(Conflict):
        scored(scoring, panel[0], at, "1", "60")
    assert ScoreSheet.objects.get(reviewer=panel[0]).total == 60


def test_a_scoring_needs_its_panel_and_runs_alone(cast, case, panel, at):
    for reviewers in (panel[:1], [*panel[:1], cast.qihang_clerk]):
        with pytest.raises(Refused):
            actions.open_scoring(**by(cast.officer, at), case=case, reviewers=reviewers, due_on=at.date())
    first = actions.open_scoring(**by(cast.officer, at), case=case, reviewers=panel, due_on=at.date())
    with pytest.raises(Conflict):
        actions.open_scoring(**by(cast.officer, at), case=case, reviewers=panel, due_on=at.date())
    actions.cancel_scoring(**by(cast.officer, at), scoring=first, note="人员不齐")
    actions.open_scoring(**by(cast.officer, at), case=case, reviewers=panel, due_on=at.date())


@pytest.mark.parametrize(
    "criteria",
    [[], [{"key": "a", "label": "", "most": 5}], [{"key": "a", "label": "甲", "most": 0}], [{"key": "1", "label": "甲", "most": 5}],
     [{"key": "a", "label": "甲", "most": 5}, {"key": "a", "label": "乙", "most": 5}], [{"key": "a", "label": "甲", "most": "5"}]],
)  # fmt: skip
def test_wrong_criteria_are_refused(cast, at, criteria):
    with pytest.raises(Refused):
        actions.publish_score_form(
            **by(cast.director, at), park=cast.huangpu, kind="plain", title="表", criteria=criteria, least=1, since=at.date()
        )


# --- a year --------------------------------------------------------------------------------------------------------------


def test_figures_by_kind_and_by_resident_add_up_to_the_whole(cast, case, at):
    mine = make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS)
    closed(case, cast, at)
    actions.rate(**by(cast.qihang_clerk, at), case=case, degree=3)
    found = queries.figures(cast.huangpu, 2026, at + 30 * DAY)
    assert [getattr(found, n).count() for n in ("received", "late", "open")] == [2, 0, 1]
    assert (found.satisfied.part.count(), found.satisfied.whole.count()) == (1, 1)
    (line,) = queries.lines(found, "kind")
    assert (line.label, line.received, line.response, line.on_time, line.open) == ("一般诉求", 2, (1, 2), (1, 2), 1)
    by_resident = queries.lines(found, "institution")
    assert [(x.label, x.received) for x in by_resident] == [("个人申请", 2)] and mine.institution_id is None


def test_a_year_is_frozen_once_when_it_is_over_and_never_changes(cast, case, at):
    with pytest.raises(Refused, match="还没有结束"):
        actions.freeze_year(**by(cast.director, at), park=cast.huangpu, year=2026)
    closed(case, cast, at)
    new_year = datetime(2027, 1, 1, 0, 5, tzinfo=ZONE)
    assert actions.freeze_due(new_year) == 1 and actions.freeze_due(new_year) == 0
    frozen = FrozenYear.objects.get(park=cast.huangpu)
    assert frozen.digest == digest(frozen.body) and f'"received":[{case.pk}]' in frozen.body
    actions.reopen(**by(cast.officer, new_year), case=case, note="又坏了")
    assert queries.frozen_year(cast.huangpu, 2026).body == frozen.body
    now, then = (f(cast.huangpu, 2026, new_year + DAY) for f in (queries.figures, queries.settled_figures))
    assert (now.on_time.whole.count(), now.open.count()) == (0, 1)
    assert (then.on_time.whole.count(), then.open.count()) == (1, 0)
    before = queries.settled_figures(cast.huangpu, 2026, at + 30 * DAY)  # a day of the year itself is never the whole year
    assert before.received.count() == 1 and before.open.count() == 1
    for change in (lambda: FrozenYear.objects.update(body="{}"), lambda: FrozenYear.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(Conflict):
        actions.freeze_year(**by(System("tick"), new_year), park=cast.huangpu, year=2026)


# --- clocks over holidays, make-up days, pauses and hand-overs -----------------------------------------------------------

MOMENTS = st.integers(0, 24 * 1000).map(lambda hours: datetime(2024, 1, 2, tzinfo=ZONE) + timedelta(hours=hours))


@given(MOMENTS, st.integers(1, 40), st.sampled_from(["working", "natural"]))
def test_the_last_day_of_a_clock_is_a_working_day_and_never_early(received, days, clock):
    last = day_of(rules.due(received, days, clock))
    assert working_days_between(last - DAY, last).days == 1
    start = day_of(received)
    if clock == "working":
        assert working_days_between(start, last).days == days
    else:
        assert (last - start).days >= days and working_days_between(start + days * DAY - DAY, last).days == 1


@given(MOMENTS, st.integers(1, 30), st.sampled_from(["working", "natural"]), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=4))  # fmt: skip
def test_pauses_only_ever_move_a_deadline_later_and_their_order_does_not_matter(received, days, clock, gaps):
    pauses, now = [], received
    for wait, held in gaps:
        since = now + timedelta(hours=wait)
        now = since + timedelta(hours=held)
        pauses.append((since, now))
    due = rules.due(received, days, clock, pauses)
    assert due >= rules.due(received, days, clock)
    assert due == rules.due(received, days, clock, list(reversed(pauses)))
    for n in range(len(pauses)):
        assert rules.due(received, days, clock, pauses[:n]) <= due


# --- holidays that are published after requests came in ------------------------------------------------------------------


def test_when_the_holidays_of_a_year_are_known_open_requests_are_counted_anew_once(cast, at, request):
    request.addfinalizer(lambda: hold(NATIONAL))
    late = datetime(2026, 12, 28, 10, tzinfo=ZONE)
    case, soon, done = (
        make_case(kind="plain", park=cast.huangpu, applicant=cast.stranger, data=WORDS, at=when) for when in (late, at, late)
    )
    actions.close(actor=cast.officer, at=late, key="done", case=done, note="已经办好。")
    before = {c.pk: Case.objects.get(pk=c.pk).due_at for c in (case, soon, done)}
    record_arrangement(
        actor=clockwork.TICK,
        at=late,
        key="a",
        year=2027,
        source="国办发明电〔2026〕1号",
        text=notice_for(2027, "1月1日至4日放假调休，共4天"),
    )
    assert clockwork.recount_due(late) == 1 and clockwork.recount_due(late) == 0
    after = {c.pk: Case.objects.get(pk=c.pk).due_at for c in (case, soon, done)}
    assert working_days_between(day_of(late), day_of(after[case.pk])).days == case.item.completion_days
    assert day_of(after[case.pk]) > day_of(before[case.pk])
    assert (after[soon.pk], after[done.pk]) == (before[soon.pk], before[done.pk])
    assert [e.verb for e in timeline("case", case.pk)].count("cases.recount") == 1
