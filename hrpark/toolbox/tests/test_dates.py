"""Dates in the shapes that registers have; half a date is never completed by guessing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.toolbox import dates

days = st.dates(date(1955, 1, 1), date(2118, 12, 31))
SHAPES = [
    "{y}-{m:02}-{d:02}", "{y}/{m}/{d}", "{y}.{m}.{d}", "{y}年{m}月{d}日", "{y}年{m:02}月{d:02}日 ", "{y}{m:02}{d:02}",
    "{y}-{m}-{d} 00:00:00", "{y}-{m:02}-{d:02}T10:30:00+08:00", "{y}/{m}/{d} 8:05", "{y}年{m}月{d}号", "'{y}-{m}-{d}",
]  # fmt: skip


@given(days, st.sampled_from(SHAPES))
def test_every_shape_reads_as_the_same_day(day, shape):
    assert dates.read_date(shape.format(y=day.year, m=day.month, d=day.day)).value == day


@given(days)
def test_a_spreadsheet_s_own_day_is_read(day):
    serial = (day - date(1899, 12, 30)).days
    for given_ in (serial, float(serial) + 0.25, str(serial), day, datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)):
        assert dates.read_date(given_).value == day
    assert dates.read_date(float(f"{day:%Y%m%d}")).value == day


@given(st.text(max_size=30))
def test_any_text_gets_an_answer(text):
    reading = dates.read_date(text, open_ended=True)
    assert reading.ok or reading.message
    period = dates.read_period(text)
    assert period.ok or period.message


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_any_number_gets_an_answer(number):
    reading = dates.read_date(number)
    assert reading.ok or reading.message


@pytest.mark.parametrize(
    ("given_", "problem"),
    [
        ("2026-11", "month_only"), ("2026年11月", "month_only"), ("2026.11", "month_only"), (2026.1, "month_only"),
        ("2026", "year_only"), (2026, "year_only"), ("2026年", "year_only"),
        ("11/23/2026", "order"), ("23.11.26", "order"), ("26-11-23", "order"),
        ("2026-02-30", "no_such_day"), ("2026-13-01", "no_such_day"), ("20261301", "no_such_day"),
        ("1026-11-23", "range"), ("待定", "format"), ("", "format"), (None, "format"), (True, "format"), (12, "format"),
        ("长期", "open_ended"),
    ],
)  # fmt: skip
def test_what_is_not_a_whole_date_is_refused_with_what_to_do(given_, problem):
    reading = dates.read_date(given_)
    assert reading.problem == problem and reading.value is None and reading.message


@pytest.mark.parametrize("word", ["长期", "永久", "长期有效", "无固定期限", "9999-12-31"])
def test_without_an_end_is_a_date_where_it_may_be(word):
    assert dates.read_date(word, open_ended=True).value == dates.OPEN_ENDED
    assert not dates.read_date(word).ok


def test_chinese_numerals_are_read():
    assert dates.read_date("二〇二六年十一月二十三日").value == date(2026, 11, 23)
    assert dates.read_date("二○一九年一月十日").value == date(2019, 1, 10)


def test_full_width_and_a_weekday_are_read():
    assert dates.read_date("２０２６年１１月２３日（星期一）").value == date(2026, 11, 23)


@given(days, st.integers(0, 5000), st.sampled_from(["-", "至", "~", "～", " - ", "—", " 到 ", "--"]))
def test_a_period_is_read(day, length, between):
    end = day + timedelta(days=length)
    for shape in ("%Y.%m.%d", "%Y-%m-%d", "%Y年%m月%d日", "%Y%m%d"):
        reading = dates.read_period(day.strftime(shape) + between + end.strftime(shape))
        assert reading.value == dates.Period(day, end)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2021年5月6日至长期", date(2021, 5, 6), dates.OPEN_ENDED),
        ("至2026-05-05", None, date(2026, 5, 5)),
        ("有效期至：2026年5月5日", None, date(2026, 5, 5)),
        ("2021-05-06起", date(2021, 5, 6), None),
        ("长期", None, dates.OPEN_ENDED),
        (date(2026, 5, 5), None, date(2026, 5, 5)),
    ],
)
def test_half_a_period_is_read_as_the_half_it_is(text, since, until):
    assert dates.read_period(text).value == dates.Period(since, until)


@pytest.mark.parametrize("text", ["2026-05-05至2021-05-06", "2021-05-06 2026", "2021-05-06至2026-05-05换证2027-01-01", "三年"])
def test_what_is_not_a_period_is_refused(text):
    reading = dates.read_period(text)
    assert not reading.ok and reading.message


def test_dates_are_written_as_the_house_writes_them():
    day = date(2026, 3, 2)
    assert dates.date_cn(day) == "2026年3月2日" and dates.date_cn(day, weekday=True) == "2026年3月2日（星期一）"
    assert dates.date_table(day) == "2026-03-02" and dates.date_cn(None) == dates.date_table(None) == "—"
    assert dates.date_cn(dates.OPEN_ENDED) == "长期"
    assert dates.moment_cn(datetime(2026, 3, 2, 9, 5, tzinfo=UTC)) == "2026年3月2日 09:05"
    assert dates.period_cn(day, None) == "2026-03-02 至 —"


@given(days)
def test_what_is_written_can_be_read(day):
    assert dates.read_date(dates.date_cn(day)).value == dates.read_date(dates.date_table(day)).value == day
