"""What the law says of a dossier, in the order in which a jurist would ask."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.institutions import rules
from hrpark.institutions.kinds import segments_on
from hrpark.institutions.models import PERMITS, LegalForm, LicenceKind
from hrpark.institutions.rules import Permit, covers, days_left, in_force, next_warning, number_warning, status_on, validity
from hrpark.toolbox.verdict import Outcome

DAY = date(2026, 3, 2)
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
MAYBE = st.none() | DAYS


@pytest.mark.parametrize(
    ("form", "code", "outcome"),
    [
        ("limited", "91440112MA5CJQ4N59", "passed"),
        ("joint_stock", None, "unknown"),
        ("branch", "91440112MA5CJQ4N59", "failed"),
        ("sole_trader", None, "failed"),
        ("limited", "92440112MA5CJQ4N59", "failed"),
        ("", "92440112MA5CJQ4N59", "failed"),
        ("partnership", "91440112MA5CJQ4N59", "failed"),
        ("sole_owner", "91440112MA5CJQ4N59", "failed"),
        ("foreign_office", "91440112MA5CJQ4N59", "failed"),
        ("limited", "12440112MA5CJQ4N59", "unknown"),
        ("public_body", "12440112MA5CJQ4N59", "passed"),
        ("civil_nonprofit", "52440112MA5CJQ4N59", "unknown"),
        ("", "91440112MA5CJQ4N59", "unknown"),
        ("", "51440112MA5CJQ4N59", "passed"),
        ("", "31440112MA5CJQ4N59", "failed"),
        ("", None, "unknown"),
        ("other", "Y1440112MA5CJQ4N59", "unknown"),
    ],
)
def test_who_is_an_independent_legal_person(form, code, outcome):
    verdict = rules.is_legal_person(form, code)
    assert verdict.outcome.value == outcome
    assert verdict.reason


@given(st.sampled_from(["", *LegalForm.values]), st.none() | st.text(max_size=18))
def test_every_form_and_code_gets_an_answer_with_a_reason(form, code):
    assert rules.is_legal_person(form, code).reason


@given(st.sampled_from(["", *LegalForm.values]), st.text("0123456789", min_size=16, max_size=16))
def test_a_sole_trader_by_its_code_is_never_a_legal_person(form, rest):
    assert rules.is_legal_person(form, "92" + rest).outcome is Outcome.FAILED


def permit(**over):
    given = {
        "kind": "hr_licence",
        "number": "（粤）人服证字〔2023〕第0100001号",
        "valid_from": date(2023, 1, 1),
        "valid_to": DAY,
    }
    return Permit(**{**given, **over})


def test_a_permit_holds_up_to_and_on_its_last_day():
    assert validity(permit(), DAY).passed
    assert validity(permit(), DAY + timedelta(days=1)).outcome is Outcome.FAILED
    assert "到期" in validity(permit(), DAY + timedelta(days=1)).reason
    assert validity(permit(), date(2022, 12, 31)).outcome is Outcome.FAILED


def test_a_permit_without_printed_days_holds():
    assert validity(permit(valid_from=None, valid_to=None), DAY).passed


def test_a_revoked_permit_holds_on_the_days_before():
    revoked = permit(revoked_on=DAY)
    assert validity(revoked, DAY - timedelta(days=1)).passed
    assert "撤销" in validity(revoked, DAY).reason


def test_what_nobody_has_verified_is_not_known_to_hold():
    assert validity(permit(verified=False), DAY).outcome is Outcome.UNKNOWN


@given(MAYBE, MAYBE, MAYBE, DAYS, st.booleans())
def test_a_verdict_passes_exactly_when_in_force_and_verified(since, until, revoked, day, verified):
    one = Permit("filing", "1", since, until, revoked, verified)
    verdict = validity(one, day)
    assert verdict.passed == (in_force(one, day) and verified)
    assert (verdict.outcome is Outcome.FAILED) == (not in_force(one, day))


@given(st.lists(st.tuples(st.sampled_from(LicenceKind.values), MAYBE, st.booleans()), max_size=5), DAYS)
def test_more_permits_never_make_it_worse(rows, day):
    order = [Outcome.FAILED, Outcome.UNKNOWN, Outcome.PASSED]
    permits = [Permit(kind, str(n), None, until, None, seen) for n, (kind, until, seen) in enumerate(rows)]
    grades = [order.index(rules.permit_of_kinds(permits[:n], PERMITS, day).outcome) for n in range(len(permits) + 1)]
    assert grades == sorted(grades)


def test_each_of_the_ten_segments_asks_for_the_permit_of_its_regime():
    listed = segments_on(DAY)
    assert len(listed) == 10
    needed = {s.code: s.permit for s in listed}
    assert {c for c, p in needed.items() if p == "hr_licence"} == {"recruitment", "executive_search"}
    assert {c for c, p in needed.items() if p == "dispatch"} == {"dispatch"}
    assert {c for c, p in needed.items() if not p} == {"software"}
    assert set(needed.values()) <= {"", *PERMITS}


def test_a_segment_is_covered_by_its_own_kind_of_permit_only():
    licence, filing = permit(), permit(kind="filing")
    assert covers("hr_licence", [licence], DAY).passed
    assert covers("filing", [licence], DAY).outcome is Outcome.FAILED
    assert covers("filing", [licence, filing], DAY).passed
    assert covers("", [], DAY).outcome is Outcome.NOT_APPLICABLE


def test_register_words_are_understood_and_niches_lie_in_their_segment():
    listed = segments_on(DAY)
    assert [listed.code_of(w) for w in ("猎头", "人力资源（服务）外包", " 人事代理 ", "背调", "数字HR")] == [
        "executive_search", "outsourcing", "agency", "background_check", "digital_hr",
    ]  # fmt: skip
    assert listed.code_of("餐饮") is None
    assert listed.by_code["flexible_work"].code == "outsourcing"
    assert {s.lm1 for s in listed} >= {"猎头服务", "人事代理", ""}


@pytest.mark.parametrize(
    "number",
    [
        "（粤）人服证字〔2026〕第0100001号", "(沪)人服证字[2026]第0100001号", "粤人服证字[2021]第0112000123号",
        " (粤) 人服证字〔2026〕第 0100001 号",
    ],
)  # fmt: skip
def test_usual_licence_numbers_raise_no_hint(number):
    assert number_warning("hr_licence", number) is None


def test_unusual_licence_numbers_raise_a_hint_and_nothing_else_does():
    assert "核对" in number_warning("hr_licence", "610100120105")
    assert number_warning("filing", "610100120105") is None


def test_warnings_come_in_steps():
    steps = [90, 60, 30]
    assert next_warning(None, DAY, steps) is None
    assert next_warning(DAY + timedelta(days=91), DAY, steps) is None
    assert next_warning(DAY + timedelta(days=90), DAY, steps) == 90
    assert next_warning(DAY + timedelta(days=31), DAY, steps) == 60
    assert next_warning(DAY - timedelta(days=1), DAY, steps) == 30
    assert days_left(DAY, DAY) == 0


@given(st.sampled_from(["applicant", "resident", "left", "listed"]), st.lists(st.tuples(DAYS, MAYBE), max_size=4), DAYS)
def test_resident_exactly_when_a_stay_runs(current, stays, day):
    running = any(starts <= day and (ends is None or day < ends) for starts, ends in stays)
    assert (status_on(current, stays, day) == "resident") == running


def test_who_has_left_may_apply_again():
    stays = [(date(2020, 1, 1), date(2021, 1, 1))]
    assert status_on("resident", stays, DAY) == "left"
    assert status_on("applicant", stays, DAY) == "applicant"
    assert status_on("resident", [(DAY, DAY)], DAY) == "listed"
