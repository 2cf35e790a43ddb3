"""What residents owe: a verdict a letter, from facts, as known on a day; checks, corrections, penalties, fees."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.accounts import samples as accounts
from hrpark.admission import actions, queries, samples
from hrpark.admission.checklist import POINTS
from hrpark.admission.duties import Finding, Looked, Pledged, Resident, by_letter
from hrpark.admission.models import Correction, DutyCheck
from hrpark.institutions.models import Institution
from hrpark.institutions.samples import make_resident
from hrpark.notices.models import Notice
from hrpark.toolbox.errors import Conflict, NotAllowed, NotFound, Refused
from hrpark.toolbox.verdict import Outcome

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
KEYS = (f"d{n}" for n in range(10**9))
FINE = dict.fromkeys(POINTS, "fulfilled")


def by(actor, at) -> dict:
    return {"actor": actor, "at": at, "key": next(KEYS)}


@pytest.fixture
def cast(at):
    return accounts.cast(at)


@pytest.fixture
def agreement(cast, at):
    return samples.make_agreement(at=at, park=cast.huangpu, actor=cast.director)


@pytest.fixture
def institution(agreement):
    return agreement.application.institution


@pytest.fixture
def check(cast, institution, at):
    actions.plan_checks(**by(cast.officer, at), park=cast.huangpu, year=2026, due_on=date(2026, 6, 30))
    return DutyCheck.objects.get(institution=institution)


def verdicts(institution, on) -> dict[str, str]:
    return {line.letter.letter: line.verdict.outcome.value for line in queries.duties_of(institution, on)}


# --- from records --------------------------------------------------------------------------------------------------------


def test_nothing_known_is_unknown_and_each_letter_says_why(institution, at):
    assert verdicts(institution, at.date()) == dict.fromkeys("abcde", "unknown")
    assert all(line.verdict.reason for line in queries.duties_of(institution, at.date()))


def test_a_finding_becomes_a_correction_and_counts_until_it_is_closed_whatever_comes_later(cast, institution, check, at):
    own = queries.own_people(institution.applications.get(), at.date()).first()
    with pytest.raises(Refused, match="整改期限"):
        actions.record_check(
            **by(cast.officer, at), check=check, done_on=at.date(), points=FINE | {"ledger": "unmet"}, note="现场检查"
        )
    actions.record_check(
        **by(cast.officer, at), check=check, done_on=at.date(), points=FINE | {"ledger": "unmet"}, note="现场检查",
        correct_by=at.date() + 15 * DAY,
    )  # fmt: skip
    (correction,) = Correction.objects.all()
    assert verdicts(institution, at.date()) | {"c": "passed", "d": "failed"} == verdicts(institution, at.date())
    assert "整改" in Notice.objects.filter(person=own).latest("pk").title
    with pytest.raises((NotAllowed, NotFound)):
        actions.answer_correction(**by(cast.qihang_clerk, at), correction=correction, answer="已经补齐服务台账")
    actions.answer_correction(**by(own, at), correction=correction, answer="已经补齐服务台账")
    assert verdicts(institution, at.date() + 20 * DAY)["d"] == "failed"
    actions.close_correction(
        **by(cast.officer, at + 20 * DAY), correction=correction, closed_on=at.date() + 18 * DAY, closing="复查台账完整"
    )
    for day, outcome in ((0, "failed"), (18, "failed"), (19, "failed"), (20, "passed"), (400, "unknown")):
        assert verdicts(institution, at.date() + day * DAY)["d"] == outcome, day
    with pytest.raises(Conflict):
        actions.record_check(**by(cast.officer, at), check=check, done_on=at.date(), points=FINE, note="再次检查")


def test_every_point_is_answered(cast, check, at):
    with pytest.raises(Refused) as refused:
        actions.record_check(
            **by(cast.officer, at), check=check, done_on=at.date(), points={"permit": "fulfilled"}, note="现场"
        )
    assert refused.value.field == "annual"


def test_a_penalty_counts_from_its_entry_to_its_end(cast, institution, check, at):
    actions.record_check(**by(cast.officer, at), check=check, done_on=at.date(), points=FINE, note="现场检查")
    actions.record_penalty(
        **by(cast.officer, at + 5 * DAY), institution=institution, letter="c", number="穗人社罚〔2026〕1号", authority="市人社局",
        decided_on=at.date() + DAY, until=at.date() + 30 * DAY, what="罚款一万元", source="信用中国",
    )  # fmt: skip
    found = {day: verdicts(institution, at.date() + day * DAY)["c"] for day in (2, 5, 30, 31)}
    assert found == {2: "passed", 5: "failed", 30: "failed", 31: "passed"}  # on day 2 nobody knew


def test_fees_are_as_an_officer_read_them_and_the_past_stays(cast, institution, at):
    for day, paid in ((0, True), (10, False)):
        when = at + day * DAY
        actions.record_fees(**by(cast.officer, when), institution=institution, paid=paid, on=when.date(), note="收费台账")
    found = {day: verdicts(institution, at.date() + day * DAY)["e"] for day in (-1, 0, 9, 10)}
    assert found == {-1: "unknown", 0: "passed", 9: "passed", 10: "failed"}


def test_what_is_entered_later_for_an_earlier_day_never_changes_the_verdict_of_a_day_that_is_over(cast, institution, check, at):
    late = at + 40 * DAY
    actions.record_fees(**by(cast.officer, at), institution=institution, paid=True, on=at.date(), note="收费台账")
    span = [at.date() + day * DAY for day in range(-2, 40)]
    before = [verdicts(institution, day) for day in span]
    actions.record_check(
        **by(cast.officer, late), check=check, done_on=at.date() + DAY, points=FINE | {"permit": "unmet"}, note="补记", correct_by=at.date() + 5 * DAY
    )  # fmt: skip
    actions.record_fees(**by(cast.officer, late), institution=institution, paid=False, on=at.date() + 3 * DAY, note="补记")
    actions.record_penalty(
        **by(cast.officer, late), institution=institution, letter="d", number="罚1号", authority="市人社局", decided_on=at.date() + DAY,
        until=late.date() + 60 * DAY, what="警告", source="信用中国",
    )  # fmt: skip
    exit = actions.begin_exit(
        **by(cast.director, late), institution=institution, last_day=late.date(), says="协议到期，不再续签"
    )
    for key in exit.points.values_list("key", flat=True):
        actions.settle_point(**by(cast.officer, late), exit=exit, point=key, state="done", note="已经核对")
    actions.leave(**by(cast.director, late), exit=exit, last_day=at.date() + 10 * DAY, note="手续办妥")
    assert [verdicts(institution, day) for day in span] == before
    now = verdicts(institution, late.date())
    assert {now[letter] for letter in "acde"} == {"failed"}
    fixed = institution.corrections.get()
    known = [verdicts(institution, late.date() + day * DAY) for day in range(10)]
    actions.close_correction(
        **by(cast.officer, late + 10 * DAY), correction=fixed, closed_on=at.date() + 4 * DAY, closing="复查已改正"
    )
    assert [verdicts(institution, late.date() + day * DAY) for day in range(10)] == known


def test_a_draw_can_be_repeated_from_what_is_kept(cast, institution, at):
    for n in range(6):
        make_resident(at=at, park=cast.huangpu, name=f"广州第{n}家人力资源有限公司")
    draw = actions.draw_checks(**by(cast.officer, at), park=cast.huangpu, size=3, due_on=at.date() + 30 * DAY)
    assert actions.drawn(draw.seed, draw.pool, 3) == sorted(draw.checks.values_list("institution", flat=True))
    assert set(draw.pool) == set(
        Institution.objects.filter(park=cast.huangpu, residencies__isnull=False).values_list("pk", flat=True)
    )
    for size in (0, 99):
        with pytest.raises(Refused):
            actions.draw_checks(**by(cast.officer, at), park=cast.huangpu, size=size, due_on=at.date() + 30 * DAY)


def test_the_years_plan_takes_newcomers_in_and_nobody_twice(cast, check, at):
    with pytest.raises(Refused, match="已包括"):
        actions.plan_checks(**by(cast.officer, at), park=cast.huangpu, year=2026, due_on=date(2026, 6, 30))
    make_resident(at=at, park=cast.huangpu)
    actions.plan_checks(**by(cast.officer, at), park=cast.huangpu, year=2026, due_on=date(2026, 6, 30))
    assert DutyCheck.objects.count() == 2


# --- pure ----------------------------------------------------------------------------------------------------------------

LETTER = {one.letter: one for one in by_letter()}
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def test_there_is_one_duty_a_letter():
    assert list(LETTER) == list("abcde")


@given(days, days, st.booleans(), st.none() | days)
def test_a_pledge_is_kept_unless_somebody_left_before_its_end(on, until, sealed, left):
    verdict = LETTER["a"](Resident(on=on, pledged=Pledged("XY1", until, sealed, left)))
    if left is not None and left <= min(until, on):
        assert verdict.outcome is Outcome.FAILED
    else:
        assert verdict.outcome is (Outcome.PASSED if sealed else Outcome.UNKNOWN)


@given(st.sampled_from("cd"), days, st.lists(st.sampled_from(["台账", "公示"])), st.integers(0, 2), st.booleans())
def test_what_stands_against_a_resident_goes_before_what_was_found_in_order(letter, on, unmet, against, looked):
    findings = tuple(Finding(f"处罚{n}", "penalty", str(n)) for n in range(against))
    resident = Resident(
        on=on, against={letter: findings} if findings else {}, checked={letter: Looked(on, 5, tuple(unmet))} if looked else {}
    )
    verdict = LETTER[letter](resident)
    if findings or (looked and unmet):
        assert verdict.outcome is Outcome.FAILED
    else:
        assert verdict.outcome is (Outcome.PASSED if looked else Outcome.UNKNOWN)
    assert len(verdict.evidence) >= len(findings)
