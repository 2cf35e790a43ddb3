"""Civil hours, pauses between tries, and text that fits a header."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.notices.kinds import NOTICE_KINDS, notice_kind
from hrpark.notices.rules import PAUSES, is_civil, next_civil, one_line, pause_after
from hrpark.toolbox.errors import Misconfigured

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ((2026, 3, 2, 7, 59), (2026, 3, 2, 8, 0)),
        ((2026, 3, 2, 8, 0), (2026, 3, 2, 8, 0)),
        ((2026, 3, 2, 20, 59), (2026, 3, 2, 20, 59)),
        ((2026, 3, 2, 21, 0), (2026, 3, 3, 8, 0)),
        ((2026, 12, 31, 23, 30), (2027, 1, 1, 8, 0)),
        ((2026, 3, 2, 0, 0), (2026, 3, 2, 8, 0)),
    ],
)
def test_at_night_a_message_waits_for_the_morning(now, then):
    assert next_civil(datetime(*now, tzinfo=ZONE), ZONE) == datetime(*then, tzinfo=ZONE)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, ZONE])))  # noqa: DTZ001
def test_the_next_civil_moment_is_civil_never_earlier_and_soon(at):
    then = next_civil(at, ZONE)
    assert is_civil(then, ZONE) and at <= then < at + timedelta(hours=11, seconds=1)
    assert next_civil(then, ZONE) == then


def test_pauses_grow_and_end():
    assert pause_after(1) == timedelta(minutes=1)
    assert [pause_after(n) for n in range(1, len(PAUSES) + 1)] == sorted(pause_after(n) for n in range(1, len(PAUSES) + 1))
    assert pause_after(len(PAUSES) + 1) is None


@given(st.text(max_size=300), st.integers(2, 100))
def test_one_line_is_one_line(text, longest):
    line = one_line(text, longest=longest)
    assert len(line) <= longest and line == line.strip() and len(line.splitlines()) <= 1
    assert not set(line) & set("\r\n\0\u202e\x85\u2028")


@pytest.mark.parametrize("wrong", ["{a.__class__}", "{0}", "{}", "{a!r}", "{a:>10}", "{a[0]}"])
def test_a_kind_whose_words_are_not_plain_names_stops_start_up(wrong):
    with pytest.raises(Misconfigured):
        notice_kind("planted", "x", title=wrong, happened="", todo="")
    assert "planted" not in NOTICE_KINDS
