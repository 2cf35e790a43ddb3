"""The Jinja2 environment of every page: assets, icons, and filters that write numbers, dates and money as LOOK.md says.

None is always "—": nothing known is never shown as 0 or as an empty place.
"""

from __future__ import annotations

import functools
import json
import secrets
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import is_dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import jinja2
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.template.backends.utils import csrf_input
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from markupsafe import Markup

from hrpark.toolbox.workdays import working_days_between

from . import shell

DASH = "—"
_PLACES = [Decimal(1).scaleb(-places) for places in range(10)]
WEEKDAYS = "一二三四五六日"
#: Cookie that remembers how a person wants pages: words out of LOOKS, joined by a dot.
LOOK_COOKIE = "look"
LOOKS = ("care", "contrast", "compact")

BUILD = Path(settings.BASE) / "build" / "static"
SPRITE = "frontend/icons.svg"
ICONS = frozenset(json.loads((Path(settings.BASE) / "frontend" / "icons.json").read_text("utf-8")))


class Build:
    """The front-end build's manifest, source path → hashed path; read again within a second of a new build."""

    def __init__(self) -> None:
        self.made, self.looked, self.files = 0.0, 0.0, {}

    def read(self) -> dict[str, str]:
        now = time.monotonic()
        if now - self.looked > 1:
            self.looked = now
            self._look()
        return self.files

    def _look(self) -> None:
        try:
            made = (BUILD / "manifest.json").stat().st_mtime
        except FileNotFoundError:
            made = 0.0
        if made != self.made:
            rows = json.loads((BUILD / "manifest.json").read_text("utf-8")) if made else {}
            self.made, self.files = made, {key: static(row["file"]) for key, row in rows.items()}
            _drawn.clear()
            _drawn_once.cache_clear()


_drawn: dict[tuple[str, str], Markup] = {}
BUILT = Build()


def asset(name: str) -> str:
    """The address of a built asset by the name of its source in frontend/; its own name while nothing is built yet."""
    return BUILT.read().get(f"frontend/{name}") or static(f"assets/{name}")


def icon(name: str, label: str = "") -> Markup:
    """An icon of the sprite. Decoration beside words, unless ``label`` says what it stands for."""
    sprite = asset("icons.svg")  # first, for it may find a new build and forget what was drawn
    kept = _drawn.get((name, label))
    if kept is None:
        if name not in ICONS:
            raise LookupError(f"No icon {name!r} in frontend/icons.json")
        spoken = Markup(' role="img" aria-label="{}"').format(label) if label else Markup(' aria-hidden="true"')
        kept = Markup('<svg class="i"{}><use href="{}#{}"></use></svg>').format(spoken, sprite, name)
        _drawn[name, label] = kept
    return kept


def drawn_once(macro: Callable[..., Markup], *values: Hashable, typed: str = "") -> Markup:
    """What a macro draws of some values, drawn once for them: the menu, the filters of a list. They cost more than its rows.

    Only for macros that are imported without context, and of frozen values. Words that somebody ``typed`` among them: drawn, not kept.
    """
    if typed:
        return macro(*values)
    BUILT.read()  # first, for it may find a new build and forget what was drawn
    return _drawn_once(macro, *values)


@functools.lru_cache(maxsize=2000, typed=True)
def _drawn_once(macro: Callable[..., Markup], *values: Hashable) -> Markup:
    _refuse_markup(values)
    return macro(*values)


def _refuse_markup(value: Any) -> None:
    """Markup equals the text that it is written as: what was drawn of the one would be shown for the other."""
    if isinstance(value, Markup):
        raise TypeError(f"drawn_once takes text, not markup: {value!r}")
    if isinstance(value, tuple):
        for one in value:
            _refuse_markup(one)
    elif is_dataclass(value):
        _refuse_markup(tuple(vars(value).values()))


def url(name: str, *args: object, **kwargs: object) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


# ---------------------------------------------------------------- values


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def day(value: date | None) -> str:
    """2026年11月23日, in running text."""
    if value is None:
        return DASH
    value = _local(value)
    return f"{value.year}年{value.month}月{value.day}日"


def weekday(value: date | None) -> str:
    """周一, where the weekday matters."""
    return DASH if value is None else f"周{WEEKDAYS[_local(value).weekday()]}"


def isodate(value: date | None) -> str:
    """2026-11-23, in tables."""
    if value is None:
        return DASH
    return _local(value).date().isoformat() if isinstance(value, datetime) else value.isoformat()


def day_spans(days: Iterable[date]) -> str:
    """1月1日至3日、2月15日至23日: days in order, those that follow one another as a span."""
    spans: list[list[date]] = []
    for one in days:
        if spans and one - spans[-1][-1] == timedelta(days=1):
            spans[-1].append(one)
        else:
            spans.append([one])
    return "、".join(_span(span[0], span[-1]) for span in spans)


def _span(first: date, last: date) -> str:
    begin = f"{first.month}月{first.day}日"
    if first == last:
        return begin
    return f"{begin}至{last.day}日" if first.month == last.month else f"{begin}至{last.month}月{last.day}日"


def moment(value: datetime | None) -> str:
    """2026-11-23 14:05, in tables and timelines."""
    return DASH if value is None else _local(value).strftime("%Y-%m-%d %H:%M")


def number(value: int | float | Decimal | None, decimals: int | None = None) -> str:
    """1,234,567; with ``decimals`` exactly so many, without as many as it has, two at most."""
    if value is None:
        return DASH
    if decimals is not None:
        return format(_rounded(value, decimals), f",.{decimals}f")
    if isinstance(value, int):
        return f"{value:,}"
    return f"{_rounded(value, 2):,.2f}".rstrip("0").rstrip(".")


def _rounded(value: int | float | Decimal, decimals: int) -> Decimal:
    """Half up, as people round; never the banker's way."""
    return (value if isinstance(value, Decimal) else Decimal(str(value))).quantize(_PLACES[decimals], ROUND_HALF_UP)


def money(value: Decimal | int | float | None) -> str:
    """1,234,567.89, an amount of yuan without its unit."""
    return number(value, 2)


def yuan(value: Decimal | int | float | None) -> str:
    return DASH if value is None else f"{money(value)} 元"


def wan(value: Decimal | int | float | None, unit: bool = True) -> str:
    """Yuan as 万元 with two decimals."""
    if value is None:
        return DASH
    return number((value if isinstance(value, Decimal) else Decimal(str(value))) / 10000, 2) + (" 万元" if unit else "")


def percent(value: Decimal | float | None) -> str:
    """A ratio as percent with one decimal: 0.457 → 45.7%."""
    return DASH if value is None else f"{number(Decimal(str(value)) * 100, 1)}%"


def change(value: Decimal | float | None) -> str:
    """A ratio of growth with its sign: +45.7%, −3.0%."""
    if value is None:
        return DASH
    return ("+" if value > 0 else "−" if value < 0 else "") + percent(abs(value))


def size(value: int | None) -> str:
    """Bytes as people read them: 820 KB, 1.4 MB."""
    if value is None:
        return DASH
    return f"{max(1, round(value / 1024))} KB" if value < 1024 * 1024 else f"{number(_rounded(value / 1024 / 1024, 1))} MB"


def dash(value: object) -> object:
    """The value, or — when there is none."""
    return DASH if value is None or value == "" else value


def days_left(due: date | None, today: date, natural: bool = False) -> str:
    """还剩 3 个工作日 · 今天到期 · 已逾期 2 个工作日; in natural days where the term itself is in natural days."""
    if due is None:
        return DASH
    due = _as_date(due)
    if due == today:
        return "今天到期"
    left = (due - today).days if natural else working_days_between(today, due).days
    unit = "天" if natural else "个工作日"
    if left == 0:
        return f"还剩不到 1 {unit}" if due > today else f"已逾期，不到 1 {unit}"
    return f"还剩 {left} {unit}" if left > 0 else f"已逾期 {-left} {unit}"


def urgency(due: date | None, today: date, soon: int = 3, natural: bool = False) -> str:
    """The state of a deadline: late, soon, waiting, or off when there is none."""
    if due is None:
        return "off"
    due = _as_date(due)
    if due < today:
        return "late"
    left = (due - today).days if natural else working_days_between(today, due).days
    return "soon" if left <= soon else "waiting"


def _as_date(value: date) -> date:
    value = _local(value)
    return value.date() if isinstance(value, datetime) else value


# ---------------------------------------------------------------- requests


def query(request: HttpRequest, **changes: object) -> str:
    """The current query string with some parameters replaced (None: removed), ready for a link: ``?a=1&b=2``."""
    return with_query(request.GET, **changes)


def with_query(given: QueryDict, **changes: object) -> str:
    fresh = given.copy()
    for name, value in changes.items():
        if value is None:
            fresh.pop(name, None)
        elif isinstance(value, Iterable) and not isinstance(value, str):
            fresh.setlist(name, [str(v) for v in value])
        else:
            fresh[name] = str(value)
    return "?" + fresh.urlencode()


def looks(request: HttpRequest) -> frozenset[str]:
    """How this person wants pages: care (关怀版), contrast (高对比), compact (rows of lists)."""
    return frozenset(request.COOKIES.get(LOOK_COOKIE, "").split(".")) & frozenset(LOOKS)


def layout(request: HttpRequest) -> str:
    """The frame of a page that may be shown in any door."""
    return "base.html" if shell.shell_of(request).groups else "public.html"


@jinja2.pass_context
def deed_key(context: jinja2.runtime.Context | None = None) -> Markup:
    """A hidden input that names this drawing of a form, so that a double click and a retry do its deed once; and whom it was
    drawn for, so that nobody who signs in at the same browser later does it in their own name (pages.deed_key)."""
    person = getattr(context.get("request"), "user", None) if context is not None else None
    whose = f".{person.pk}" if person is not None and person.is_authenticated else ""
    return Markup('<input type="hidden" name="deed_key" value="{}">').format(secrets.token_urlsafe(18) + whose)


class CsrfInput:
    """The hidden input of a page's forms, made when the first of them is drawn and the same in all of them."""

    def __init__(self, request: HttpRequest):
        self.request, self.drawn = request, ""

    def __html__(self) -> str:
        self.drawn = self.drawn or csrf_input(self.request)
        return self.drawn

    __str__ = __html__


def once(request: HttpRequest) -> dict[str, object]:
    """Context of every page: what Django would make anew at each place where it stands."""
    return {"csrf_input": CsrfInput(request)}


def as_json(value: object) -> Markup:
    """JSON that may stand inside a <script type="application/json">."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


FILTERS = {
    "day": day, "weekday": weekday, "isodate": isodate, "day_spans": day_spans, "moment": moment, "number": number, "money": money, "yuan": yuan,
    "wan": wan, "percent": percent, "change": change, "size": size, "dash": dash, "days_left": days_left,
    "urgency": urgency, "as_json": as_json,
}  # fmt: skip


def environment(**options: object) -> jinja2.Environment:
    options["undefined"] = jinja2.StrictUndefined  # Django's own default would let a misspelt name pass in silence
    env = jinja2.Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], trim_blocks=True, lstrip_blocks=True, **options)
    env.install_gettext_callables(gettext, ngettext, newstyle=True)
    env.globals.update(
        url=url,
        static=static,
        asset=asset,
        icon=icon,
        drawn_once=drawn_once,
        query=query,
        looks=looks,
        deed_key=deed_key,
        shell_of=shell.shell_of,
        layout=layout,
    )
    env.filters.update(FILTERS)
    return env
