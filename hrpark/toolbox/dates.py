"""Dates as registers write them, and as we write them (LOOK.md: 2026年11月23日, in tables 2026-11-23, time 24 h)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .readings import Reading, wrong
from .text import half_width, tidy

#: 长期: a licence without an end. A real day, so that it sorts and compares after every other.
OPEN_ENDED = date.max

_OPEN_WORDS = frozenset({"长期", "永久", "长期有效", "永久有效", "无固定期限", "无限期", "长久", "不约定期限"})
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CLOCK = r"(?:[T ]?\d{1,2}[:时]\d{2}(?:[:分]\d{2}(?:\.\d+)?秒?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_WEEK = r"(?: ?[(（]?(?:星期|周)[一二三四五六日天][)）]?)?"
_DAY = re.compile(rf"(\d{{4}}) ?[-/.年] ?(\d{{1,2}}) ?[-/.月] ?(\d{{1,2}}) ?[日号]?{_WEEK} ?{_CLOCK}", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?月?(?:份)?", re.ASCII)
_YEAR = re.compile(r"(\d{4}) ?年?", re.ASCII)
_OTHER_ORDER = re.compile(r"\d{1,2} ?[-/.] ?\d{1,2} ?[-/.] ?(\d{4}|\d{2})", re.ASCII)
_NUMERAL = re.compile(r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]?")

#: Serial days of a spreadsheet that are taken for dates: 1954 to 2119. Smaller and larger numbers are something else.
_SERIAL = range(19_800, 80_400)
_EPOCH = date(1899, 12, 30)


def read_date(given: object, *, open_ended: bool = False) -> Reading[date]:
    """A day, from a cell or a form field. Half a date (only a month) is refused: nobody guesses the day.

    ``open_ended``: 长期, 永久 and the like are read as OPEN_ENDED; elsewhere they are refused.
    """
    if isinstance(given, datetime):
        return _within(given.date(), open_ended)
    if isinstance(given, date):
        return _within(given, open_ended)
    if isinstance(given, bool) or given is None:
        return _refuse("format", "")
    if isinstance(given, int | float):
        return _from_number(given)
    return _from_text(tidy(half_width(str(given))).lstrip("'’"), open_ended)


def _refuse(problem: str, shown: str) -> Reading[date]:
    said = {
        "month_only": f"“{shown}”只有年月，请补上日，例如 2026-11-23。",
        "year_only": f"“{shown}”只有年份，请写明年月日，例如 2026-11-23。",
        "order": f"“{shown}”看不出年、月、日的顺序，请改写成 2026-11-23 这样的四位年份在前的日期。",
        "format": f"“{shown}”不是可以识别的日期，请改写成 2026-11-23。" if shown else "请填写日期，例如 2026-11-23。",
        "open_ended": f"这里需要具体日期，不能填写“{shown}”，请改写成 2026-11-23 这样的日期。",
        "range": f"“{shown}”的年份不在1900年至2199年之间，请核对。",
    }[problem]
    return wrong(problem, said)


def _from_number(number: int | float) -> Reading[date]:
    shown = f"{number:g}" if abs(number) < 1_000_000 else f"{number:.0f}"
    if number == int(number) and _COMPACT.fullmatch(f"{int(number)}"):
        return _from_text(f"{int(number)}", False)
    if int(number) in _SERIAL:
        return Reading(_EPOCH + timedelta(days=int(number)), repairs=("由表格软件的日期序号换算",))
    if 1900 <= number < 2200:
        # 2026.1 may have been January or October: a number has lost the zero.
        return _refuse("year_only" if number == int(number) else "month_only", shown)
    return _refuse("format", shown)


def _from_text(text: str, open_ended: bool) -> Reading[date]:
    if text in _OPEN_WORDS:
        return Reading(OPEN_ENDED) if open_ended else _refuse("open_ended", text)
    found = _DAY.fullmatch(text) or _COMPACT.fullmatch(text)
    if found:
        return _day(*map(int, found.groups()), text, open_ended)
    numeral = _NUMERAL.fullmatch(text)
    if numeral:
        year, month, day = numeral.groups()
        return _day(int(year.translate(_DIGITS)), _tens(month), _tens(day), text, open_ended)
    if text.isascii() and re.fullmatch(r"\d{5}(\.\d+)?", text) and int(float(text)) in _SERIAL:
        return _from_number(float(text))
    for pattern, problem in ((_MONTH, "month_only"), (_YEAR, "year_only"), (_OTHER_ORDER, "order")):
        if pattern.fullmatch(text):
            return _refuse(problem, text)
    return _refuse("format", text[:40])


def _tens(numeral: str) -> int:
    """一 to 三十一."""
    head, ten, tail = numeral.partition("十")
    one = {"": 0} | {c: i for i, c in enumerate("一二三四五六七八九", 1)}
    if not ten:
        return one.get(head, 0)
    return (one.get(head, 0) if head else 1) * 10 + one.get(tail, 0)


def _day(year: int, month: int, day: int, text: str, open_ended: bool) -> Reading[date]:
    if (year, month, day) == (9999, 12, 31) and open_ended:
        return Reading(OPEN_ENDED)
    if not 1900 <= year < 2200:
        return _refuse("range", text)
    if not 1 <= month <= 12:
        return wrong("no_such_day", f"“{text}”中的月份应为1至12，请核对。")
    try:
        return Reading(date(year, month, day))
    except ValueError:
        return wrong("no_such_day", f"{year}年{month}月没有{day}日，请核对“{text}”。")


def _within(day: date, open_ended: bool) -> Reading[date]:
    return _day(day.year, day.month, day.day, f"{day.year}-{day.month:02}-{day.day:02}", open_ended)


@dataclass(frozen=True)
class Period:
    """From a day to a day, both included; either may be unknown, the end may be OPEN_ENDED."""

    since: date | None
    until: date | None


_ANY_DAY = re.compile(
    r"\d{4} ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2} ?[日号]?|(?<!\d)(?:19|20|21)\d{6}(?!\d)|" + "|".join(sorted(_OPEN_WORDS, key=len, reverse=True)), re.ASCII
)  # fmt: skip


def read_period(given: object) -> Reading[Period]:
    """The validity of a licence as one cell holds it: 2021.05.06-2026.05.05, 2021年5月6日至长期, 至2026-05-05."""
    if not isinstance(given, str):
        end = read_date(given, open_ended=True)
        return Reading(Period(None, end.value)) if end.ok else wrong(end.problem or "format", end.message)
    text = tidy(half_width(given))
    found = list(_ANY_DAY.finditer(text))
    days = [read_date(match.group(), open_ended=True) for match in found]
    for day in days:
        if not day.ok:
            return wrong(day.problem or "format", day.message)
    rest = re.sub(r"\s", "", _ANY_DAY.sub("|", text))
    if len(days) == 2 and re.fullmatch(r"(自|从|有效期:?)?\|(起|日)?(至|到|-|--|~|—|——|–|,|、)+\|(止|日止)?", rest):
        since, until = days[0].value, days[1].value
        if since == OPEN_ENDED or (since and until and since > until):
            return wrong("order", f"“{text}”的开始日期晚于结束日期，请核对。")
        return Reading(Period(since, until))
    if len(days) == 1 and re.fullmatch(r"\|(起|起至)|(自|从)\|(起)?", rest):
        return Reading(Period(days[0].value, None))
    if len(days) == 1 and re.fullmatch(r"(有效期)?(至|到|截至|截止|截止到)?:?\|(止|前|为止)?", rest):
        return Reading(Period(None, days[0].value))
    if not days:
        single = read_date(given, open_ended=True)
        return wrong(single.problem or "format", single.message or f"“{text[:40]}”不是可以识别的起止日期。")
    return wrong("format", f"“{text[:40]}”不是可以识别的起止日期，请写成 2021-05-06至2026-05-05。")


WEEKDAYS = "一二三四五六日"


def weekday_cn(day: date) -> str:
    return f"星期{WEEKDAYS[day.weekday()]}"


def date_cn(day: date | None, *, weekday: bool = False) -> str:
    """2026年11月23日, with the weekday where it matters; — for none, 长期 without an end."""
    if day is None:
        return "—"
    if day == OPEN_ENDED:
        return "长期"
    return f"{day.year}年{day.month}月{day.day}日" + (f"（{weekday_cn(day)}）" if weekday else "")


def date_table(day: date | None) -> str:
    """2026-11-23, as tables have it."""
    if day is None:
        return "—"
    return "长期" if day == OPEN_ENDED else f"{day.year:04}-{day.month:02}-{day.day:02}"


def moment_cn(at: datetime) -> str:
    """2026年11月23日 14:05. The caller has brought the moment into the park's time zone."""
    return f"{date_cn(at.date())} {at.hour:02}:{at.minute:02}"


def period_cn(since: date | None, until: date | None) -> str:
    return f"{date_table(since)} 至 {date_table(until)}"


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier (later, for a negative number); 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
