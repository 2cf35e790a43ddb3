"""The waiting list, and what a change of facts does to verdicts before and after it is judged anew."""

from datetime import timedelta

import pytest

from hrpark.admission import actions, queries, samples
from hrpark.admission.models import Application, Judgement
from hrpark.admission.tests.steps import LOCAL, by_clause, decide, hand_in, key, overrule, review, verdict
from hrpark.institutions.actions import add_credential
from hrpark.standard.actions import override as promise

pytestmark = pytest.mark.django_db


def places(cast, at):
    return [(one.application.pk, one.points.total) for one in queries.queue(cast.huangpu, at.date())]


def test_more_points_first_then_who_came_first_and_none_is_left_out_for_having_none(cast, at):
    early, late, strong = (
        samples.make_ready(at=at + timedelta(hours=n), park=cast.huangpu) for n in range(3)
    )  # fmt: skip
    overrule(cast, at + timedelta(hours=4), verdict(strong, "4.3.1.3-d"))
    open_, failing = hand_in(cast, at), samples.make_ready(at=at, park=cast.huangpu)
    overrule(cast, at, verdict(failing, "4.3.1.1-b"), "failed")
    samples.make_ready(at=at, park=cast.tianhe)
    assert places(cast, at) == [(strong.pk, 10), (early.pk, 0), (late.pk, 0)] and open_.round
    decide(cast, at + timedelta(hours=5), early)
    assert len(places(cast, at)) == 3, "who is admitted waits for a unit"
    samples.sign_agreement(
        actor=cast.officer,
        at=at + timedelta(hours=6),
        key=key(),
        application=early,
        signed_on=at.date(),
        years=3,
        unit_note="A座",
    )
    assert places(cast, at) == [(strong.pk, 10), (late.pk, 0)]
    mine = queries.place_of(Application.objects.get(pk=late.pk), at.date())
    assert (mine.place, mine.of, mine.above, mine.earlier) == (2, 2, 1, 0) and "1件得分更高" in mine.why
    assert queries.place_of(Application.objects.get(pk=early.pk), at.date()) is None


def test_letter_g_weighs_nothing_until_a_review_with_its_paper_holds_on_the_day_of_receipt(cast, at):
    first = samples.make_ready(at=at, park=cast.huangpu, credentials=LOCAL)
    assert by_clause(first)["4.3.1.3-g"] == "passed" and places(cast, at) == [(first.pk, 0)]
    (row,) = [row for row in queries.queue(cast.huangpu, at.date())[0].points.rows if row.line.letter == "g"]
    assert (row.worth, row.earned) == (0, 0) and "公平竞争审查" in row.withheld
    review(cast, at)
    assert places(cast, at) == [(first.pk, 10)]


def test_each_is_weighed_by_the_weights_of_its_own_day(cast, at):
    first = samples.make_ready(at=at, park=cast.huangpu, credentials=LOCAL)
    review(cast, at)
    later = at + timedelta(days=7)
    promise(
        actor=cast.director, at=at, key=key(), park=cast.huangpu, parameter="admission.priority_points", since=later.date(),
        value=[10, 10, 10, 10, 10, 10, 3], basis="园区优先入驻评分办法",
    )  # fmt: skip
    second = samples.make_ready(at=later, park=cast.huangpu, credentials=LOCAL)
    assert places(cast, later) == [(first.pk, 10), (second.pk, 3)]


def test_the_preview_is_what_judging_then_says_and_writes_nothing(cast, at):
    application = hand_in(cast, at)
    overrule(cast, at, verdict(application, "4.3.1.3-e"))
    later = at + timedelta(days=1)
    assert queries.would_change(application, later) == []
    add_credential(
        actor=cast.officer, at=later, key=key(), institution=application.institution, kind="headquarters", title="华南区域总部认定",
        issuer="广州市人力资源和社会保障局",
    )  # fmt: skip
    count = Judgement.objects.count()
    (change,) = queries.would_change(application, later)
    assert (change.clause, change.turns, change.drops_override) == ("4.3.1.3 e)", False, True)
    assert change.because == ("新增：华南区域总部认定 广州市人力资源和社会保障局",) and Judgement.objects.count() == count
    assert queries.facts_since(application)[0].verb == "institutions.credential.add"
    actions.judge(actor=cast.officer, at=later, key=key(), application=application)
    newest, *_, oldest = queries.rounds_of(Application.objects.get())
    assert [one.clause for one in newest.changes] == ["4.3.1.3 e)"] and oldest.changes is None
    assert newest.changes[0].says(newest.changes[0].after) == "具备"
    assert queries.would_change(Application.objects.get(), later) == []
