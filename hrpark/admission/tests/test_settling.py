"""After signing: the days to begin business, what is granted of them, and the report to the authority."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from hrpark.accounts import samples as accounts
from hrpark.accounts.queries import standing_of
from hrpark.admission import actions, queries, samples
from hrpark.admission.models import Filing, Start
from hrpark.notices.models import Notice
from hrpark.toolbox.errors import Conflict, NotAllowed, NotFound, Refused
from hrpark.toolbox.verdict import Outcome
from hrpark.trail.queries import timeline
from tests.worlds import world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
KEYS = (f"s{n}" for n in range(10**9))


@world
def agreement(cast, at):
    return samples.make_agreement(at=at, park=cast.huangpu, actor=cast.director)


@pytest.fixture
def start(agreement):
    return agreement.starts.get()


def by(actor, at) -> dict:
    return {"actor": actor, "at": at, "key": next(KEYS)}


def verdict(start, on):
    return queries.start_verdict(Start.objects.get(pk=start.pk), on)


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("title", flat=True))


# --- ninety days ---------------------------------------------------------------------------------------------------------


def test_the_day_of_signing_is_not_counted_and_a_last_day_off_moves_on(start):
    # 2026-03-02 and 90 days: Sunday the 31st of May, moved to Monday
    assert (start.begins, start.last_day, start.seq) == (date(2026, 3, 2), date(2026, 6, 1), 1)


def test_the_signing_stands_on_the_timelines_of_what_it_sets_going(agreement, start):
    for of, pk in (("start", start.pk), ("filing", agreement.filing.pk), ("agreement", agreement.pk)):
        assert [line.what for line in timeline(of, pk)] == ["签订了入驻协议"]


def test_business_begun_within_the_days_is_kept_and_after_them_is_not(cast, start, at):
    assert verdict(start, at.date()).outcome is Outcome.UNKNOWN and "还有91天" in verdict(start, at.date()).reason
    actions.see_start(**by(cast.officer, at + 50 * DAY), start=start, staffed_on=date(2026, 4, 1), seen="现场查看，5人到岗")
    assert verdict(start, date(2026, 6, 1)).outcome is Outcome.UNKNOWN
    assert verdict(start, date(2026, 6, 2)).outcome is Outcome.FAILED
    done = actions.see_start(**by(cast.officer, at + 91 * DAY), start=start, opened_on=date(2026, 6, 1), seen="已接单")
    assert done.outcome == "fulfilled" and verdict(start, date(2026, 6, 2)).outcome is Outcome.PASSED
    with pytest.raises(Conflict):
        actions.see_start(**by(cast.officer, at + 92 * DAY), start=start, opened_on=date(2026, 6, 1), seen="再次")


def test_what_is_granted_never_changes_that_day_91_was_unmet(cast, start, at):
    until = date(2026, 7, 1)
    actions.grant_grace(**by(cast.director, at + 80 * DAY), start=start, kind="extension", until=until, reason="装修延误")
    with pytest.raises(Refused, match="不能再次延期"):
        actions.grant_grace(**by(cast.director, at + 81 * DAY), start=start, kind="extension", until=until + DAY, reason="再延")
    actions.grant_grace(**by(cast.director, at + 81 * DAY), start=start, kind="pause", until=until + DAY, reason="停水停电")
    assert Start.objects.get().last_day == date(2026, 6, 1)
    late = verdict(start, date(2026, 6, 2))
    assert late.outcome is Outcome.FAILED and "2026-07-02" in late.reason
    with pytest.raises(Refused, match="还没有过"):
        actions.settle_start(**by(cast.director, at + 100 * DAY), start=start, outcome="ended", note="x")
    actions.see_start(
        **by(cast.officer, at + 110 * DAY),
        start=start,
        staffed_on=date(2026, 6, 10),
        opened_on=date(2026, 6, 11),
        seen="现场查看",
    )
    assert verdict(start, date(2026, 6, 20)).outcome is Outcome.FAILED


def test_a_talk_opens_the_clock_anew_and_keeps_its_history(cast, agreement, start, at):
    later = at + 95 * DAY
    for outcome in ("fulfilled", "", "forgiven"):
        with pytest.raises(Refused):
            actions.settle_start(**by(cast.director, later), start=start, outcome=outcome, note="x")
    actions.settle_start(**by(cast.director, later), start=start, outcome="talk", note="约谈负责人，承诺三个月内开业")
    first, second = agreement.starts.all()
    assert (first.outcome, second.seq, second.outcome) == ("talk", 2, "")
    assert second.begins == later.date() and second.last_day == queries.start_by(later.date(), 90)
    assert verdict(first, later.date()).outcome is Outcome.FAILED
    with pytest.raises(IntegrityError), transaction.atomic():
        Start.objects.create(agreement=agreement, park=agreement.park, seq=3, begins=at.date(), last_day=later.date())


@pytest.mark.parametrize("who", ["qihang_clerk", "inspector", "tianhe_director", "stranger"])
def test_only_the_desk_records_and_grants(cast, start, at, who):
    person = getattr(cast, who)
    with pytest.raises(NotAllowed):
        actions.see_start(**by(person, at), start=start, staffed_on=at.date(), seen="x")
    with pytest.raises(NotAllowed):
        actions.grant_grace(**by(person, at), start=start, kind="pause", until=date(2026, 7, 1), reason="x")
    with pytest.raises(NotAllowed):
        actions.settle_start(**by(person, at + 100 * DAY), start=start, outcome="ended", note="x")
    if who != "inspector":
        with pytest.raises(NotFound):
            queries.start_for(standing_of(person, at.date()), start.pk, cast.huangpu)


def test_a_day_to_come_and_one_before_signing_are_refused(cast, start, at):
    for wrong in (at.date() + DAY, at.date() - DAY):
        with pytest.raises(Refused):
            actions.see_start(**by(cast.officer, at), start=start, opened_on=wrong, seen="x")
    for until in (date(2026, 6, 1), date(2030, 1, 1)):
        with pytest.raises(Refused):
            actions.grant_grace(**by(cast.director, at), start=start, kind="extension", until=until, reason="x")


def test_notices_go_out_on_the_30th_60th_75th_and_the_last_day_once_each(cast, agreement, at):
    applicant, days = agreement.application.case.applicant, []
    for n in range(0, 100):
        for hour in (3, 9, 20):
            if actions.remind_starts((at + n * DAY).replace(hour=hour)):
                days.append((n, hour))
    assert days == [(30, 9), (60, 9), (75, 9), (90, 9)]
    mine = [t for t in told(applicant) if "开业期限" in t]
    assert len(mine) == 4 and mine[0] == f"{agreement.application.institution.name}开业期限还有61天"


def test_on_the_last_day_that_was_granted_the_desk_is_told(cast, agreement, at):
    assert actions.remind_starts(at + 91 * DAY) == 1
    assert f"{agreement.application.institution.name}开业期限已到" in told(cast.officer)


def test_nobody_is_reminded_of_what_is_settled(cast, start, at):
    actions.see_start(**by(cast.officer, at), start=start, staffed_on=at.date(), opened_on=at.date(), seen="已开业")
    assert actions.remind_starts(at + 60 * DAY) == 0


# --- the institution's own report ----------------------------------------------------------------------------------------


def test_the_institution_reports_its_start_and_the_officer_sends_back_or_records_it(cast, agreement, start, at):
    own = queries.own_people(agreement.application, at.date()).first()
    assert start in queries.own_starts(standing_of(own, at.date()), cast.huangpu)
    first = actions.report_start(**by(own, at + DAY), start=start, says="8人已经到岗", staffed_on=date(2026, 3, 3))
    assert "报告开业情况" in told(cast.officer)[-1] and list(queries.reported(Start.objects.all())) == [start]
    with pytest.raises(Conflict, match="还没有核实"):
        actions.report_start(**by(own, at + DAY), start=start, says="业务也开始了", opened_on=date(2026, 3, 3))
    actions.return_report(**by(cast.officer, at + DAY), report=first, says="请补充工位照片")
    with pytest.raises(Conflict):
        actions.return_report(**by(cast.officer, at + DAY), report=first, says="请补充工位照片")
    assert "已退回" in told(own)[-1] and queries.open_report(start) is None
    again = actions.report_start(
        **by(own, at + DAY), start=start, says="照片已上传，业务已开展", staffed_on=date(2026, 3, 3), opened_on=date(2026, 3, 3)
    )
    assert verdict(start, at.date() + DAY).outcome is Outcome.UNKNOWN
    actions.see_start(
        **by(cast.officer, at + 2 * DAY), start=start, staffed_on=again.staffed_on, opened_on=again.opened_on, seen="现场属实"
    )
    again.refresh_from_db()
    assert again.accepted and verdict(start, at.date() + 2 * DAY).outcome is Outcome.PASSED


def test_a_report_is_of_the_own_start_says_something_and_names_no_day_to_come(cast, agreement, start, at):
    own = queries.own_people(agreement.application, at.date()).first()
    for actor in (cast.qihang_representative, cast.stranger):
        with pytest.raises((NotAllowed, NotFound)):
            actions.report_start(**by(actor, at), start=start, says="8人已经到岗", staffed_on=at.date())
    for field, over in (
        ("staffed_on", {}),
        ("staffed_on", {"staffed_on": date(2026, 3, 9)}),
        ("says", {"opened_on": at.date(), "says": "好"}),
    ):
        with pytest.raises(Refused) as refused:
            actions.report_start(**by(own, at), start=start, **{"says": "8人已经到岗", **over})
        assert refused.value.field == field


# --- the report ----------------------------------------------------------------------------------------------------------


def test_the_report_goes_to_the_authority_s_desk_on_the_day_of_signing(cast, agreement, at):
    filing = agreement.filing
    assert (filing.sent_at, filing.due_on, filing.outside) == (at, date(2026, 3, 9), "")
    name = agreement.application.institution.name
    assert told(cast.inspector) == told(cast.supervisor) == [f"{name}入驻报备"]
    done = actions.receive_filing(**by(cast.inspector, at), filing=filing)
    assert done.receipt == "BA2026-0001" and told(cast.director)[-1] == f"{name}入驻报备已签收"
    with pytest.raises(Conflict, match="梁静怡"):
        actions.receive_filing(**by(cast.supervisor, at), filing=filing)


def test_without_a_desk_here_it_is_sent_outside_and_late_after_five_working_days(at):
    agreement = samples.make_agreement(at=at)
    filing = agreement.filing
    assert filing.sent_at is None
    assert not queries.late_filings(Filing.objects.all(), date(2026, 3, 9)).exists()
    assert queries.late_filings(Filing.objects.all(), date(2026, 3, 10)).get() == filing
    with pytest.raises(Refused):
        actions.send_filing(**by(accounts.HOUSE, at), filing=filing, sent_on=at.date() + DAY, outside="窗口")
    sent = actions.send_filing(**by(accounts.HOUSE, at + 2 * DAY), filing=filing, sent_on=at.date(), outside="窗口递交")
    assert sent.sent_at.date() == at.date() and not queries.late_filings(Filing.objects.all(), date(2026, 4, 1)).exists()
    with pytest.raises(Conflict):
        actions.send_filing(**by(accounts.HOUSE, at + 2 * DAY), filing=filing, sent_on=at.date(), outside="窗口递交")


def test_only_the_authority_of_the_park_receives(cast, agreement, at):
    for person in (cast.director, cast.officer, cast.qihang_clerk, cast.tianhe_director):
        with pytest.raises(NotAllowed):
            actions.receive_filing(**by(person, at), filing=agreement.filing)
    assert list(queries.filings_in(standing_of(cast.inspector, at.date()), cast.huangpu)) == [agreement.filing]
    assert not queries.filings_in(standing_of(cast.inspector, at.date()), cast.tianhe).exists()
    assert not queries.filings_in(standing_of(cast.tianhe_director, at.date()), cast.huangpu).exists()
