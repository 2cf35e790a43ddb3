"""The holidays of a year: read off the notice as it is published, held against itself, and counted by from then on."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.accounts.samples import HOUSE, cast
from hrpark.standard.actions import record_arrangement
from hrpark.standard.holidays import read_notice
from hrpark.standard.models import Arrangement
from hrpark.standard.queries import hold_calendar, known_years, working_calendar
from hrpark.standard.samples import NOTICE_2025, NOTICE_2026, notice_for
from hrpark.toolbox.errors import Conflict, NotAllowed, Refused
from hrpark.toolbox.workdays import NATIONAL, add_working_days, hold, in_force


@pytest.fixture(autouse=True)
def _national():
    yield
    hold(NATIONAL)


# --- reading ---


@pytest.mark.parametrize(("year", "text"), [(2025, NOTICE_2025), (2026, NOTICE_2026)])
def test_a_published_notice_reads_as_the_calendar_that_others_made_of_it(year, text):
    notice = read_notice(year, text)
    assert set(notice.days_off) == {d for d in chinese_calendar.constants.holidays if d.year == year}
    assert set(notice.worked) == {d for d in chinese_calendar.constants.workdays if d.year == year}


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("1月1日（周四）", "1月1日（周五）", "实际是周四"),
        ("共3天", "共4天", "读到的是3天"),
        ("2月28日（周六）上班", "2月27日（周五）上班", "本来就是工作日"),
        ("2月28日（周六）上班", "2月30日上班", "不存在的日期"),
        ("4月4日（周六）至6日（周一）放假", "4月6日至4日放假", "起止日期不对"),
        ("5月1日（周五）至5日（周二）放假调休，共5天", "5月1日（周五）放假", "05月02日是法定节假日"),
        ("6月19日（周五）至21日（周日）放假", "6月19日前后几天放假", "没有读懂"),
    ],
)
def test_a_notice_that_contradicts_itself_or_the_law_is_refused_with_the_sentence(wrong, right, says):
    assert wrong in NOTICE_2026
    with pytest.raises(Refused, match=says):
        read_notice(2026, NOTICE_2026.replace(wrong, right, 1))


def test_another_years_notice_and_no_notice_are_refused():
    for text in (NOTICE_2025, "", "放假通知", "全年放假"):
        with pytest.raises(Refused):
            read_notice(2026, text)


def test_days_of_the_december_before_belong_to_the_notice_and_what_is_only_encouraged_does_not():
    text = (
        notice_for(2023, new_year="2022年12月31日至2023年1月2日放假调休，共3天") + "鼓励各单位安排职工在除夕（1月21日）放假。"
    )
    notice = read_notice(2023, text)
    assert date(2022, 12, 31) in notice.days_off and date(2023, 1, 21) not in notice.days_off


@given(st.text(alphabet="一二元旦春节：:1234567890年月日至（周四）()、，。上班放假调休共天鼓励\n ", max_size=120))
def test_any_text_is_read_or_refused_in_words(text):
    try:
        read_notice(2027, text)
    except Refused as refused:
        assert refused.message and refused.field in ("text", "year")


# --- recording ---


@pytest.mark.django_db
def test_what_was_entered_is_counted_by_and_the_last_entry_of_a_year_holds(at):
    assert not add_working_days(date(2026, 12, 30), 3).certain
    record = {"actor": HOUSE, "at": at, "year": 2027, "source": "国办发明电〔2026〕1号"}
    record_arrangement(key="a", text=notice_for(2027, new_year="1月1日至3日放假调休，共3天。1月9日（周六）上班"), **record)
    after = add_working_days(date(2026, 12, 30), 3)
    assert after.certain and after.day == date(2027, 1, 5)
    assert in_force().is_working(date(2027, 1, 9)) and not in_force().is_working(date(2026, 10, 1))
    record_arrangement(key="b", text=notice_for(2027, new_year="1月1日至4日放假调休，共4天"), **record)
    assert add_working_days(date(2026, 12, 30), 3).day == date(2027, 1, 6)
    assert not in_force().is_working(date(2027, 1, 9))
    assert list(Arrangement.objects.values_list("year", "seq")) == [(2027, 2), (2027, 1)]
    assert known_years()[0].source == "国办发明电〔2026〕1号" and known_years()[0].year == 2027
    with pytest.raises(Conflict, match="已经登记"):
        record_arrangement(key="c", text=notice_for(2027, new_year="1月1日至4日放假调休，共4天"), **record)
    with pytest.raises(Refused, match="依据"):
        record_arrangement(key="d", text=NOTICE_2026, **(record | {"source": " "}))
    with pytest.raises(Refused, match="只能登记"):
        record_arrangement(key="e", text=NOTICE_2026, **(record | {"year": 2036}))


@pytest.mark.django_db
def test_only_who_installs_enters_what_holds_for_every_park(at):
    people = cast(at)
    with pytest.raises(NotAllowed):
        record_arrangement(actor=people.director, at=at, key="a", year=2027, text=notice_for(2027), source="通知")
    record_arrangement(actor=people.installer, at=at, key="b", year=2027, text=notice_for(2027), source="通知")
    assert working_calendar().knows(date(2027, 6, 1))


@pytest.mark.django_db
def test_another_process_learns_of_it_when_it_looks_again(at):
    record_arrangement(actor=HOUSE, at=at, key="a", year=2027, text=notice_for(2027), source="通知")
    hold(NATIONAL)
    hold_calendar(seconds=3600)
    assert not in_force().knows(date(2027, 1, 1))
    hold_calendar()
    assert in_force().knows(date(2027, 1, 1)) and not in_force().is_working(date(2027, 10, 1) + timedelta(days=6))
