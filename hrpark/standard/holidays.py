"""Reading the State Council's notice of a year's holidays (国务院办公厅关于…年部分节假日安排的通知) as it is published.

An officer pastes its paragraphs; days off and worked weekend days are read off its sentences and held against what the notice
says of itself: the weekday in brackets, the number of days, the fixed days of 全国年节及纪念日放假办法 art. 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from hrpark.toolbox.errors import Refused
from hrpark.toolbox.text import tidy

#: Days off in every year, whatever is moved around them (since 2025: 1 and 2 May; 1 to 3 October).
FIXED = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
#: The statutory holidays of a year: 13 days, so no arrangement has fewer.
LEAST = 13
#: Longer than any arrangement; a year mistaken within a range comes out as hundreds of days.
LONGEST = 15

_DAY = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:[(（]([^)）]*)[)）])?"
_SPAN = re.compile(rf"{_DAY}(?:\s*(?:至|到|—+|-|~|～)\s*{_DAY})?")
_SAID = re.compile(rf"((?:{_SPAN.pattern}[、，,和及]?)+)\s*(放假|上班)")
_WEEKDAY = re.compile(r"(?:星期|周)([一二三四五六日天])")
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Notice:
    """What a notice says of one year."""

    days_off: tuple[date, ...]
    worked: tuple[date, ...]


def read_notice(year: int, text: str) -> Notice:
    """The days of a notice. Refused, with the sentence, where it contradicts itself, the calendar or the law."""
    off: set[date] = set()
    worked: set[date] = set()
    month = 0
    for sentence in (tidy(part) for part in re.split(r"[。；;\r\n]", text)):
        if re.search(r"\d日.*(放假|上班)", sentence) and "鼓励" not in sentence and not _SAID.search(sentence):
            raise Refused(f"没有读懂“{sentence}”，请按通知原文粘贴，每个节日一段。", field="text")
        for said in _SAID.finditer(sentence):
            days = []
            for span in _SPAN.finditer(said[1]):
                first, last, month = _span(span, year, month, sentence)
                days += _between(first, last, sentence)
            what = said[len(said.groups())]
            (off if what == "放假" else worked).update(days)
            _check_count(sentence, what, days)
    _check_year(year, off, worked)
    return Notice(tuple(sorted(off)), tuple(sorted(worked)))


def _span(found: re.Match[str], year: int, month: int, sentence: str) -> tuple[date, date, int]:
    """First and last day; a month or year that is left out is that of the day before it."""
    groups = found.groups()
    first = _day(groups[:4], year, month, sentence)
    last = _day(groups[4:], first.year if groups[0] else year, first.month, sentence) if groups[6] else first
    return first, last, last.month


def _day(parts: tuple[str | None, ...], year: int, month: int, sentence: str) -> date:
    told_year, told_month, told_day, aside = parts
    try:
        day = date(int(told_year or year), int(told_month or month), int(told_day or 0))
    except ValueError:
        raise Refused(f"“{sentence}”中有不存在的日期，请核对。", field="text") from None
    told = _WEEKDAY.search(aside or "")
    if told and _WEEKDAYS[day.weekday()] != told[1].replace("天", "日"):
        is_ = _WEEKDAYS[day.weekday()]
        raise Refused(f"“{sentence}”中{day:%Y年%m月%d日}写为周{told[1]}，实际是周{is_}，请核对年份和日期。", field="text")
    return day


def _between(first: date, last: date, sentence: str) -> Iterator[date]:
    if not 0 <= (last - first).days < LONGEST:
        raise Refused(f"“{sentence}”的起止日期不对，请核对。", field="text")
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _check_count(sentence: str, what: str, days: list[date]) -> None:
    told = re.search(r"共(\d+)天", sentence)
    if what == "放假" and told and int(told[1]) != len(days):
        raise Refused(f"“{sentence}”写明共{told[1]}天，读到的是{len(days)}天，请核对。", field="text")


def _check_year(year: int, off: set[date], worked: set[date]) -> None:
    if not off:
        raise Refused(
            "没有读到放假日期。请粘贴通知正文，例如“元旦：1月1日（周四）至3日（周六）放假调休，共3天。”", field="text"
        )
    strange = sorted(d for d in off | worked if d.year != year and not (d.year == year - 1 and d.month == 12))
    if strange:
        raise Refused(f"{strange[0]:%Y年%m月%d日}不属于{year}年，请核对年份。", field="year")
    both = sorted(off & worked)
    if both:
        raise Refused(f"{both[0]:%m月%d日}既放假又上班，请核对。", field="text")
    missing = [date(year, month, day) for month, day in FIXED if date(year, month, day) not in off]
    if missing:
        raise Refused(f"{missing[0]:%m月%d日}是法定节假日，通知中没有读到，请粘贴完整的正文。", field="text")
    if len(off) < LEAST:
        raise Refused(f"只读到{len(off)}天，少于全年{LEAST}天法定节假日，请粘贴完整的正文。", field="text")
    weekday = sorted(d for d in worked if d.weekday() < 5)
    if weekday:
        raise Refused(f"{weekday[0]:%m月%d日}本来就是工作日，不需要调休上班，请核对。", field="text")
