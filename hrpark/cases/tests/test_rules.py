"""Clocks and forms, as pure decisions."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.cases import rules
from hrpark.cases.rules import ZONE, due, is_late
from hrpark.toolbox.workdays import NATIONAL

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=ZONE)


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_the_day_of_receipt_is_not_counted():
    assert due(MONDAY, 5, "working") == rules.end_of(day("2026-03-09"))


def test_a_request_at_night_has_the_same_deadline_as_one_at_noon():
    assert due(MONDAY.replace(hour=23, minute=59), 5, "working") == due(MONDAY.replace(hour=0, minute=1), 5, "working")


def test_what_arrives_on_a_sunday_is_due_as_if_it_had_arrived_on_the_friday():
    assert due(datetime(2026, 3, 8, 15, tzinfo=ZONE), 3, "working") == due(datetime(2026, 3, 6, 15, tzinfo=ZONE), 3, "working")


def test_a_worked_saturday_counts_and_spring_festival_does_not():
    # 2026: 15 to 23 February are off; Saturdays 14 and 28 February are worked.
    assert rules.day_of(due(datetime(2026, 2, 13, 9, tzinfo=ZONE), 2, "working")) == day("2026-02-24")


def test_natural_days_that_end_on_a_holiday_end_on_the_next_working_day():
    assert rules.day_of(due(datetime(2026, 9, 1, 9, tzinfo=ZONE), 30, "natural")) == day("2026-10-08")


def test_the_deadline_is_the_last_instant_of_its_day_in_chinese_time():
    last = due(MONDAY, 1, "working")
    assert last.astimezone(ZONE).date() == day("2026-03-03") and last + timedelta(microseconds=1) == datetime(
        2026, 3, 4, tzinfo=ZONE
    )


def test_a_pause_moves_the_deadline_by_its_working_days():
    pause = (MONDAY + timedelta(days=1), MONDAY + timedelta(days=4))  # Tuesday to Friday: three working days
    assert due(MONDAY, 5, "working", [pause]) == rules.end_of(day("2026-03-12"))


def test_sent_back_and_answered_on_one_day_changes_nothing():
    pause = (MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=5))
    assert due(MONDAY, 5, "working", [pause]) == due(MONDAY, 5, "working")


def test_a_pause_after_the_deadline_cures_nothing():
    pause = (MONDAY + timedelta(days=10), MONDAY + timedelta(days=20))
    assert due(MONDAY, 5, "working", [pause]) == due(MONDAY, 5, "working")


def test_an_open_pause_is_not_late_unless_it_began_late():
    deadline = due(MONDAY, 5, "working")
    much_later = MONDAY + timedelta(days=60)
    assert not is_late(deadline, None, much_later, MONDAY + timedelta(days=1))
    assert is_late(deadline, None, much_later, deadline + timedelta(seconds=1))
    assert is_late(deadline, None, much_later)


moments = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31), timezones=st.just(ZONE))  # noqa: DTZ001
clocks = st.sampled_from(["working", "natural"])


@st.composite
def pauses(draw, start):
    """Disjoint pauses after receipt, in order."""
    found, since = [], start
    for _ in range(draw(st.integers(0, 4))):
        since = since + timedelta(hours=draw(st.integers(0, 24 * 12)))
        until = since + timedelta(hours=draw(st.integers(0, 24 * 20)))
        found.append((since, until))
        since = until
    return found


@given(st.data(), moments, st.integers(1, 40), clocks)
def test_a_deadline_is_always_on_a_working_day(data, start, days, clock):
    last = due(start, days, clock, data.draw(pauses(start)))
    assert NATIONAL.is_working(rules.day_of(last))


@given(st.data(), moments, st.integers(1, 40), clocks)
def test_a_pause_never_brings_a_deadline_forward_and_its_order_does_not_matter(data, start, days, clock):
    found = data.draw(pauses(start))
    assert due(start, days, clock, found) >= due(start, days, clock)
    assert due(start, days, clock, found) == due(start, days, clock, found[::-1])


@given(st.data(), moments, st.integers(1, 40))
def test_the_desk_has_exactly_its_working_days_however_often_the_ball_goes_back(data, start, days):
    found = data.draw(pauses(start))
    last = rules.day_of(due(start, days, "working", found))
    paused: set[date] = set()
    limit = days
    for since, until in found:
        if since > rules.end_of(rules.last_day(rules.day_of(start), limit, "working")):
            break
        span = [rules.day_of(since) + timedelta(days=n + 1) for n in range((rules.day_of(until) - rules.day_of(since)).days)]
        gone = [d for d in span if NATIONAL.is_working(d)]
        limit += len(gone)
        paused |= set(gone)
    between = [rules.day_of(start) + timedelta(days=n + 1) for n in range((last - rules.day_of(start)).days)]
    assert sum(NATIONAL.is_working(d) and d not in paused for d in between) == days


# --- forms ---------------------------------------------------------------------------------------------------------------

FORM = rules.Form.of(
    [
        {"key": "kind", "label": "类别", "type": "choice", "choices": [["a", "甲"], ["b", "乙"]], "required": True},
        {"key": "uscc", "label": "统一社会信用代码", "type": "uscc", "required": True},
        {"key": "parts", "label": "细分领域", "type": "many", "choices": [["x", "招聘"], ["y", "派遣"]], "when": {"field": "kind", "is": "a"}},
        {"key": "on", "label": "成立日期", "type": "date", "past": True},
        {"key": "staff", "label": "人员", "type": "rows", "required": True, "columns": [
            {"key": "name", "label": "姓名", "required": True}, {"key": "since", "label": "入职日期", "type": "date"}]},
    ],
    [
        {"key": "licence", "title": "许可证", "required": True, "when": {"field": "parts", "has": ["x"]}},
        {"key": "deed", "title": "章程", "when": {"not": {"field": "kind", "is": "b"}}},
    ],
)  # fmt: skip
WHOLE = {"kind": "a", "uscc": "91440112MA5D00005K", "staff": [{"name": "陈晓明", "since": "2024-05-06"}]}


def keys(data: dict) -> list[str]:
    return [p.key for p in rules.problems(FORM.fields, data, day("2026-03-02"))]


def test_every_problem_is_named_at_its_field():
    assert keys({}) == ["kind", "uscc", "staff"]
    assert keys({**WHOLE, "uscc": "914401"}) == ["uscc"]
    assert keys({**WHOLE, "kind": "c"}) == ["kind"]
    assert keys({**WHOLE, "on": "2026-03-03"}) == ["on"]
    assert keys({**WHOLE, "staff": [{"name": "", "since": "五月"}]}) == ["staff.0.name", "staff.0.since"]
    assert keys({**WHOLE, "parts": ["z"]}) == ["parts"]


def test_a_code_that_fails_its_check_digit_passes_with_a_reason():
    wrong = {**WHOLE, "uscc": "91440112MA5D00005L"}
    assert keys(wrong) == ["uscc"] and "校验" in rules.problems(FORM.fields, wrong, day("2026-03-02"))[0].says
    assert "uscc" not in keys({**wrong, "uscc_reason": "营业执照即如此"})


def test_a_code_of_the_wrong_length_is_no_matter_of_reasons():
    assert keys({**WHOLE, "uscc": "914401", "uscc_reason": "就是这样"}) == ["uscc"]


def test_empty_rows_of_a_table_do_not_count():
    assert keys({**WHOLE, "staff": [{"name": "", "since": ""}]}) == ["staff"]


def test_materials_follow_from_what_is_declared():
    def titles(data):
        return [m.title for m in rules.wanted(FORM.materials, data)]

    assert titles({"kind": "a", "parts": ["x"]}) == ["许可证", "章程"]
    assert titles({"kind": "a", "parts": ["y"]}) == ["章程"]
    assert titles({"kind": "b"}) == []


@pytest.mark.parametrize("spec", [[{"label": "无编码"}], [{"key": "a", "label": "甲", "type": "chart"}], [{"key": "a", "label": "甲"}] * 2,
                                  [{"key": "a", "label": "甲", "type": "choice"}], [{"key": "a", "label": "甲", "when": {"is": 1}}]])  # fmt: skip
def test_a_form_that_is_written_wrongly_is_said_so(spec):
    assert rules.wrong_specs(spec, [])


def test_a_form_that_is_written_rightly_passes():
    assert rules.wrong_specs([{"key": "a", "label": "甲"}], [{"key": "b", "title": "乙"}]) == ""


@given(st.dictionaries(st.sampled_from(["kind", "uscc", "parts", "on", "staff", "uscc_reason"]),
                       st.one_of(st.text(max_size=20), st.none(), st.booleans(), st.lists(st.text(max_size=3), max_size=3))))  # fmt: skip
def test_no_input_breaks_the_check(data):
    rules.problems(FORM.fields, data, day("2026-03-02"))
