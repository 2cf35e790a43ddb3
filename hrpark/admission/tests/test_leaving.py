"""Leaving the park: notice, clearance, last day, what was pledged; and what ends with it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.accounts import samples as accounts
from hrpark.accounts.actions import end_role
from hrpark.accounts.queries import standing_of
from hrpark.admission import actions, queries, samples
from hrpark.admission.clearance import POINTS
from hrpark.admission.models import Exit, PointState
from hrpark.cases import actions as cases
from hrpark.cases.models import Case
from hrpark.institutions.models import Residency, Status
from hrpark.notices.models import Notice
from hrpark.toolbox.errors import Conflict, NotAllowed, Refused

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
KEYS = (f"x{n}" for n in range(10**9))
NOTICE = {"last_day": "2026-06-30", "reason": "moved", "contact": "黄佳雯", "phone": "13800001111"}


def by(actor, at) -> dict:
    return {"actor": actor, "at": at, "key": next(KEYS)}


@pytest.fixture
def cast(at):
    return accounts.cast(at)


@pytest.fixture
def agreement(cast, at):
    return samples.make_agreement(at=at, park=cast.huangpu, actor=cast.director)


@pytest.fixture
def own(agreement, at):
    return queries.own_people(agreement.application, at.date()).first()


def notice(agreement, own, at, **over) -> Case:
    organisation = agreement.application.institution.organisation
    case = cases.open_case(
        **by(own, at), kind="exit", park=agreement.park, title="退园", data=NOTICE | over, organisation=organisation
    )
    return cases.submit(**by(own, at), case=case)


def settle_all(exit, actor, at, **over):
    for key in POINTS:
        actions.settle_point(**by(actor, at), exit=exit, point=key, state=over.get(key, PointState.DONE), note="已经核对")


def test_a_resident_leaves_once_everything_is_seen_and_what_it_had_ends_with_its_last_day(cast, agreement, own, at):
    case = notice(agreement, own, at)
    exit, institution = case.exit, agreement.application.institution
    with pytest.raises(Conflict, match="已有一件"):
        notice(agreement, own, at)
    assert [line.point.key for line in queries.clearance_of(exit, at.date())] == list(POINTS)
    go = {"exit": exit, "last_day": date(2026, 3, 20), "note": "手续办妥"}
    with pytest.raises(Refused, match="费用结清"):
        actions.leave(**by(cast.director, at), **go)
    settle_all(exit, cast.officer, at)
    gone = actions.leave(**by(cast.director, at), **go)
    assert (gone.last_day, gone.open, gone.pledged_until) == (date(2026, 3, 20), False, queries.pledged_until(agreement))
    assert gone.months_missing == queries.months_short(gone.last_day, gone.pledged_until) > 0
    residency = Residency.objects.get(pk=agreement.residency_id)
    assert residency.ends == date(2026, 3, 21) and residency.leaving_reason.startswith("退园")
    assert institution.organisation_id in standing_of(own, date(2026, 3, 20)).own("admission.own", agreement.park_id)
    assert institution.organisation_id not in standing_of(own, date(2026, 3, 21)).own("admission.own", agreement.park_id)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("left", "") and case.completed_at == at
    with pytest.raises(Conflict):
        actions.settle_point(**by(cast.officer, at), exit=exit, point="fees", state=PointState.DONE, note="再次核对")
    institution.refresh_from_db()
    assert institution.status == Status.RESIDENT  # until the day comes
    (year,) = queries.exit_figures(queries.exits_in(standing_of(cast.officer, at.date()), agreement.park))
    assert (year.year, year.count, year.by_reason, year.short) == (2026, 1, (("经营需要，迁往他处", 1),), 1)


def test_an_address_that_has_not_moved_is_followed_until_it_has(cast, agreement, own, at):
    exit = notice(agreement, own, at).exit
    for key in POINTS.keys() - {"address"}:
        actions.settle_point(**by(cast.officer, at), exit=exit, point=key, state=PointState.DONE, note="已经核对")
    with pytest.raises(Refused, match="迁出期限"):
        actions.leave(**by(cast.director, at), exit=exit, last_day=at.date(), note="手续办妥")
    actions.leave(**by(cast.director, at), exit=exit, last_day=at.date(), note="手续办妥", address_by=date(2026, 5, 1))
    assert list(queries.address_left(Exit.objects.all())) == [exit]
    with pytest.raises(Refused):
        actions.address_moved(**by(cast.officer, at), exit=exit, moved_on=at.date() + DAY)
    actions.address_moved(**by(cast.officer, at), exit=exit, moved_on=at.date())
    assert not queries.address_left(Exit.objects.all()).exists()


def test_only_the_director_waives_a_point_and_only_residents_leave(cast, agreement, own, at):
    exit = notice(agreement, own, at).exit
    waive = {"exit": exit, "point": "deposit", "state": PointState.WAIVED, "note": "经办公会同意免予核对"}
    with pytest.raises(NotAllowed):
        actions.settle_point(**by(cast.officer, at), **waive)
    actions.settle_point(**by(cast.director, at), **waive)
    for person, organisation in ((cast.qihang_representative, cast.qihang), (cast.stranger, None)):
        case = cases.open_case(
            **by(person, at), kind="exit", park=cast.huangpu, title="退园", data=NOTICE, organisation=organisation
        )
        with pytest.raises(Refused, match="在驻"):
            cases.submit(**by(person, at), case=case)


def test_a_notice_can_be_withdrawn_and_the_park_can_begin_an_exit_itself(cast, agreement, own, at):
    with pytest.raises(Refused, match="早于今天"):
        notice(agreement, own, at, last_day="2026-03-01")
    cases.withdraw(**by(own, at), case=notice(agreement, own, at))
    institution = agreement.application.institution
    begin = {"institution": institution, "last_day": at.date()}
    with pytest.raises(Refused, match="原因和依据"):
        actions.begin_exit(**by(cast.director, at), says="终止", **begin)
    exit = actions.begin_exit(**by(cast.director, at), says="约谈后仍未开业，终止协议", **begin)
    assert exit.by_park and exit.reason == "park" and exit.points.count() == len(POINTS)
    assert queries.own_exit_for(standing_of(own, at.date()), exit.pk, agreement.park) == exit
    assert "退园" in Notice.objects.filter(person=own).latest("pk").title


def test_a_role_that_was_to_end_later_ends_with_the_stay_and_so_does_what_was_planned(cast, agreement, own, at):
    institution = agreement.application.institution
    role = own.memberships.get(organisation=institution.organisation)
    end_role(**by(cast.director, at), membership=role, on=date(2026, 12, 31), reason="合同到期")
    actions.plan_checks(**by(cast.officer, at), park=agreement.park, year=2026, due_on=date(2026, 6, 30))
    exit = notice(agreement, own, at).exit
    settle_all(exit, cast.officer, at)
    actions.leave(**by(cast.director, at), exit=exit, last_day=date(2026, 3, 20), note="手续办妥")
    assert institution.organisation_id not in standing_of(own, date(2026, 3, 21)).own("admission.own", agreement.park_id)
    assert not institution.duty_checks.exists()


days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@given(days, days)
def test_months_missing_are_none_when_kept_and_grow_with_every_day_that_is_missing(last, until):
    short = queries.months_short(last, until)
    assert (short == 0) == (last >= until)
    assert queries.months_short(last - DAY, until) >= short
    assert (until - last).days <= short * 31
