"""The verdict of a day that is over: whatever is entered later, for whatever earlier day, in whatever order, it stays."""

import os
from contextlib import suppress
from datetime import date, timedelta
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hrpark.admission import actions, queries, samples
from hrpark.admission.checklist import POINTS
from hrpark.admission.models import Application, Correction, DutyCheck, Start
from hrpark.cases import actions as cases
from hrpark.cases.samples import DATA, make_case
from hrpark.toolbox.errors import HrparkError
from tests.worlds import world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FINE = dict.fromkeys(POINTS, "fulfilled")
DEEDS = ("check", "correct", "fees", "penalty", "complaint", "again", "begun", "grace", "talk", "sign")
KEYS = count()


@world
def signed(cast, at):
    """An agency that has signed, with its checks planned; and one that will."""
    agreement = samples.make_agreement(at=at, park=cast.huangpu, actor=cast.director)
    by = {"actor": cast.officer, "at": at}
    actions.plan_checks(**by, key="plan", park=cast.huangpu, year=2026, due_on=date(2026, 12, 31))
    actions.draw_checks(**by, key="draw", park=cast.huangpu, size=1, due_on=date(2026, 12, 31))
    return agreement, samples.make_decision(at=at, park=cast.huangpu, actor=cast.director).application


def enter(deed, cast, at, earlier, signed):
    """What an officer enters now, for an earlier day."""
    agreement, other = signed
    institution = agreement.application.institution
    by, on = {"actor": cast.director, "at": at, "key": f"d{next(KEYS)}"}, at.date() - earlier * DAY
    if deed == "check":
        check = DutyCheck.objects.filter(institution=institution, done_on=None).first()
        unmet = {list(POINTS)[earlier % len(POINTS)]: "unmet"}
        if check:
            actions.record_check(**by, check=check, done_on=on, points=FINE | unmet, note="补记", correct_by=on + 5 * DAY)
    elif deed == "correct":
        correction = Correction.objects.filter(institution=institution, closed_on=None).first()
        if correction:
            actions.close_correction(**by, correction=correction, closed_on=on, closing="复查已改正")
    elif deed == "fees":
        actions.record_fees(**by, institution=institution, paid=bool(earlier % 2), on=on, note="收费台账")
    elif deed == "penalty":
        actions.record_penalty(
            **by, institution=institution, letter="cd"[earlier % 2], number=f"罚{next(KEYS)}号", authority="市人社局", decided_on=on,
            until=on + 90 * DAY, what="警告", source="信用中国",
        )  # fmt: skip
    elif deed == "complaint":
        typed = DATA["complaint"] | {"about": "institution", "whom": institution.name}
        case = make_case(kind="complaint", park=cast.huangpu, applicant=cast.stranger, at=at, data=typed)
        cases.close(**by, case=case, note="经核实", outcome="upheld", cause="charge")
    elif deed == "again":
        case = cast.huangpu.cases.filter(kind="complaint", state="closed").first()
        if case:
            cases.reopen(**by, case=case, note="有新的证据")
    elif deed == "sign":
        actions.sign_agreement(**by, application=other, signed_on=on, years=3, unit_note="A座三层")
    else:
        start = Start.objects.filter(agreement=agreement, outcome="").first()
        if start and deed == "begun":
            actions.see_start(**by, start=start, seen="现场查看", staffed_on=on, opened_on=on if earlier % 2 else None)
        elif start and deed == "grace":
            actions.grant_grace(**by, start=start, kind="pause", until=start.last_day + (1 + earlier) * DAY, reason="消防改造")
        elif start and deed == "talk":
            actions.settle_start(**by, start=start, outcome="talk", note="约谈负责人")


def found(of, days):
    return {(pk, day): [(line.letter.letter, line.verdict.outcome, line.verdict.reason) for line in queries.duties_of(institution, day)]
            for pk, institution in of.items() for day in days}  # fmt: skip


@settings(
    max_examples=int(os.environ.get("HRPARK_SEQUENCES", "6")), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 45), st.integers(0, 60)), min_size=3, max_size=8))
def test_no_later_entry_changes_what_any_duty_said_of_a_day_that_is_over(cast, at, signed, deeds):
    of = {one.pk: one.institution for one in (signed[0].application, Application.objects.get(pk=signed[1].pk))}
    now, known = at, {}
    with transaction.atomic():
        for deed, wait, earlier in deeds:
            now += wait * DAY
            over = [now.date() - back * DAY for back in (1, earlier)[: 1 + (earlier > 1)]]
            known |= found(of, [day for day in over if (signed[1].pk, day) not in known])
            with suppress(HrparkError):
                enter(deed, cast, now, earlier, signed)
        assert found(of, {day for _, day in known}) == known
        transaction.set_rollback(True)  # the next sequence begins where this one began
