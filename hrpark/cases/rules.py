"""Pure decisions of the engine: when a case is due, and whether what was typed is whole.

**Clocks.** The day on which a request comes in is not counted (民法典 art. 201). In working days the n-th working day after it
is the last one; in natural days a last day that is a holiday moves on to the next working day (art. 203). The last day ends at
24:00. While the applicant has the ball the clock stands still, but a pause that begins after the deadline cures nothing.

**Fields.** An item's form is data: ``{key, label, type, group?, required?, help?, choices?, columns?, when?, max?, past?, unit?, …}``
(``Field``); its materials are ``{key, title, required?, says?, formats?, personal?, when?}``. ``when`` is a condition over what was typed:
``{field, is | in | has}``, ``{field, filled: true}``, ``{field, row: …}`` (a row of a table for which it holds), ``{all: […]}``,
``{any: […]}``, ``{not: …}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from hrpark.toolbox.dates import date_table, read_date
from hrpark.toolbox.identifiers import read_email, read_mobile, read_phone, read_uscc
from hrpark.toolbox.money import read_money
from hrpark.toolbox.workdays import add_natural_days, add_working_days, working_days_between

#: The days of a clock are days of Chinese civil time.
ZONE = ZoneInfo("Asia/Shanghai")
WORKING, NATURAL = "working", "natural"


# --- clocks --------------------------------------------------------------------------------------------------------------


def day_of(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


def end_of(day: date) -> datetime:
    """The last instant of a day."""
    return datetime.combine(day, time.max, tzinfo=ZONE)


def start_of(day: date) -> datetime:
    """The first instant of a day."""
    return datetime.combine(day, time.min, tzinfo=ZONE)


def year_span(year: int) -> tuple[datetime, datetime]:
    """The first instant of a year, and that of the next."""
    return start_of(date(year, 1, 1)), start_of(date(year + 1, 1, 1))


def last_day(start: date, days: int, clock: str) -> date:
    """The last day of a span of ``days`` after ``start``, which is not counted itself."""
    if clock == WORKING:
        return add_working_days(start, days).day
    return add_natural_days(start, days).day


def paused_days(since: date, until: date, clock: str) -> int:
    """Days that do not count: those after the day on which the pause began, up to the day on which it ended."""
    if clock == WORKING:
        return working_days_between(since, until).days
    return (until - since).days


def days_left(today: date, last: date) -> int:
    """Working days from tomorrow to the last day; negative: working days since it went by."""
    if last < today:
        return -working_days_between(last, today).days
    return working_days_between(today, last).days


def due(received: datetime, days: int, clock: str, pauses: Iterable[tuple[datetime, datetime | None]] = ()) -> datetime:
    """The instant at which the span ends. An open pause is not added yet: while it runs nothing is due (``is_late``)."""
    start, allowed = day_of(received), days
    for since, until in sorted(pauses, key=lambda pause: pause[0]):
        if until is not None and since <= end_of(last_day(start, allowed, clock)):
            allowed += paused_days(day_of(since), day_of(until), clock)
    return end_of(last_day(start, allowed, clock))


def is_late(due_at: datetime | None, done_at: datetime | None, at: datetime, paused_since: datetime | None = None) -> bool:
    """Done after the deadline, or not done and the deadline is over, counting only time in which the desk had the ball."""
    if due_at is None:
        return False
    if done_at is not None:
        return done_at > due_at
    return (paused_since or at) > due_at


def kept_until(closed: date, years: int | None) -> date | None:
    """The last day on which the file of a case is kept: a fixed number of years after it was closed; None: without end."""
    if years is None:
        return None
    try:
        return closed.replace(year=closed.year + years)
    except ValueError:  # 29 February
        return closed.replace(year=closed.year + years, day=28)


def step_due(today: date, last: date, before: Iterable[int], after: Iterable[int]) -> int | None:
    """Which reminder of a deadline a day calls for, as working days from it: the latest one that has come up, or None.

    ``before`` counts down to the last day (2, 0), ``after`` up from it (1, 5, 10). One that was missed is not made up for when
    a later one has come.
    """
    left = days_left(today, last)
    steps = sorted([-n for n in before] + list(after))
    come = [step for step in steps if step <= -left]
    return come[-1] if come else None


# --- forms ---------------------------------------------------------------------------------------------------------------

#: ``rows`` is a table of ``columns``; ``last_day`` a date or 长期; ``note`` is words without an input.
TYPES = (
    "text",
    "long",
    "number",
    "amount",
    "date",
    "choice",
    "many",
    "yesno",
    "phone",
    "mobile",
    "email",
    "uscc",
    "rows",
    "note",
)


#: What officers may make of a field of their own, in words; the rest needs a kind that reads it.
TYPE_WORDS = {
    "text": "单行文字", "long": "多行文字", "number": "整数", "amount": "金额", "date": "日期", "last_day": "日期或长期", "choice": "单选", "many": "多选", "yesno": "是否",
    "phone": "电话", "mobile": "手机号", "email": "电子邮箱", "uscc": "统一社会信用代码",
}  # fmt: skip
#: Types with choices; and those that hold the same and may stand for each other in any form.
CHOOSING, WORDED = ("choice", "many"), ("text", "long")


@dataclass(frozen=True)
class Field:
    """One field of an item's form."""

    key: str
    label: str
    type: str = "text"
    group: str = ""
    required: bool = False
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    columns: tuple[Field, ...] = ()
    when: Mapping | None = None
    max: int = 200
    past: bool = False
    unit: str = ""
    #: What one row of a table is called.
    row: str = ""
    #: Given when the request was begun; shown, not asked again.
    fixed: bool = False
    #: Says who somebody is or how to reach them: written short for readers who need not know.
    personal: bool = False

    @classmethod
    def of(cls, spec: Mapping) -> Field:
        return cls(
            key=spec["key"], label=spec["label"], type=spec.get("type", "text"), group=spec.get("group", ""),
            required=bool(spec.get("required")), help=spec.get("help", ""), when=spec.get("when"), max=spec.get("max", 200),
            past=bool(spec.get("past")), unit=spec.get("unit", ""), row=spec.get("row", ""), fixed=bool(spec.get("fixed")),
            personal=bool(spec.get("personal")), choices=tuple((str(c[0]), str(c[1])) for c in spec.get("choices", ())),
            columns=tuple(cls.of(column) for column in spec.get("columns", ())),
        )  # fmt: skip


@dataclass(frozen=True)
class Material:
    """One document to hand in: which formats, and whether this applicant has to."""

    key: str
    title: str
    required: bool = False
    says: str = ""
    formats: tuple[str, ...] = ("pdf", "jpg", "png")
    when: Mapping | None = None
    personal: bool = False

    @classmethod
    def of(cls, spec: Mapping) -> Material:
        return cls(
            key=spec["key"], title=spec["title"], required=bool(spec.get("required")), says=spec.get("says", ""),
            formats=tuple(spec.get("formats", ("pdf", "jpg", "png"))), when=spec.get("when"), personal=bool(spec.get("personal")),
        )  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field, in words; ``key`` is the field's, with ``.row.column`` inside a table."""

    key: str
    label: str
    says: str


def fields_of(specs: Iterable[Mapping]) -> tuple[Field, ...]:
    return tuple(Field.of(spec) for spec in specs)


def materials_of(specs: Iterable[Mapping]) -> tuple[Material, ...]:
    return tuple(Material.of(spec) for spec in specs)


def wrong_specs(fields: Iterable[Mapping], materials: Iterable[Mapping]) -> str:
    """What is wrong with an item's form as an officer wrote it, or ""."""
    try:
        form = Form.of(fields, materials)
        for one in form.fields:
            holds(one.when, {})
        for one in form.materials:
            holds(one.when, {})
    except (KeyError, TypeError, IndexError):
        return "表单或材料的写法不完整：每个字段要有编码和名称，每项材料要有编码和名称。"
    keys = [f.key for f in form.fields] + [m.key for m in form.materials]
    if len(set(keys)) != len(keys):
        return "表单和材料中有重复的编码，请改成各不相同。"
    odd = [f.label for f in form.fields if f.type not in TYPES or (f.type in ("choice", "many") and not f.choices)]
    return f"“{odd[0]}”的类型不在可选范围内，或没有列出选项。" if odd else ""


def lost_specs(own: Iterable[Mapping], fields: Iterable[Mapping]) -> str:
    """What an officer's form leaves out of the fields that the kind itself reads, or "". Words, texts and further choices are free."""
    given = {f["key"]: f for f in fields}
    for one in own:
        now = given.get(one["key"])
        if now is None:
            return f"“{one['label']}”是本类事项要用的字段，不能删去。"
        types = {one.get("type", "text"), now.get("type", "text")}
        if len(types) > 1 and not types <= set(WORDED):
            return f"“{now['label']}”是本类事项要用的字段，不能改成别的类型。"
        lost = {str(c[0]): c[1] for c in one.get("choices", ())}.keys() - {str(c[0]) for c in now.get("choices", ())}
        if lost:
            return f"“{now['label']}”中有本类事项要用的选项，不能删去或改名：{'、'.join(c[1] for c in one['choices'] if str(c[0]) in lost)}。"
    return ""


def choices_of(lines: str, before: Iterable) -> list[list[str]]:
    """Choices as officers write them, a line each: one that was there keeps its key, a new one gets the next."""
    keys = {str(label): str(key) for key, label in before}
    labels = list(dict.fromkeys(line.strip() for line in lines.splitlines() if line.strip()))
    taken, found = set(keys.values()), []
    for label in labels:
        key = keys.get(label) or next(k for n in range(1, len(labels) + len(taken) + 2) if (k := f"o{n}") not in taken)
        taken.add(key)
        found.append([key, label])
    return found


def holds(condition: Mapping | None, data: Mapping) -> bool:
    """Whether a condition holds over what was typed. None always holds."""
    if not condition:
        return True
    if "all" in condition:
        return all(holds(part, data) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, data) for part in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], data)
    value = data.get(condition["field"])
    if "row" in condition:
        return any(holds(condition["row"], row) for row in filled(value))
    if "filled" in condition:
        return bool(str(value or "").strip()) == condition["filled"]
    if "is" in condition:
        return value == condition["is"]
    if "in" in condition:
        return value in condition["in"]
    wanted = condition["has"] if isinstance(condition["has"], list) else [condition["has"]]
    return isinstance(value, list) and any(one in value for one in wanted)


def shown(fields: Iterable[Field], data: Mapping) -> tuple[Field, ...]:
    """The fields that apply to this applicant."""
    return tuple(f for f in fields if holds(f.when, data))


def wanted(materials: Iterable[Material], data: Mapping) -> tuple[Material, ...]:
    """The documents that apply to what this applicant declares."""
    return tuple(m for m in materials if holds(m.when, data))


def questions(form: Form) -> tuple[Field, ...]:
    """What has to be known to say which documents apply: the fields that their conditions look at, as they are asked beforehand.

    Of a table the column that counts, several to choose; of a text whether there is any.
    """
    looked_at: dict[str, Mapping] = {}
    for one in form.materials:
        for plain in _plain(one.when):
            looked_at.setdefault(plain["field"], plain)
    found = []
    for one in form.fields:
        plain = looked_at.get(one.key)
        if plain is None:
            continue
        asked = replace(one, fixed=False, required=one.required and one.fixed and one.when is None)
        if "row" in plain:
            column = next(c for c in one.columns if c.key == next(_plain(plain["row"]))["field"])
            asked = replace(asked, type="many", choices=column.choices, columns=())
        elif "filled" in plain:
            asked = replace(asked, type="yesno", help="")
        found.append(asked)
    return tuple(found)


def _plain(condition: Mapping | None) -> Iterator[Mapping]:
    """The conditions over one field that a condition is made of."""
    if condition and "field" in condition:
        yield condition
    elif condition:
        inner = condition["not"] if "not" in condition else condition.get("all") or condition.get("any") or ()
        for part in [inner] if isinstance(inner, Mapping) else inner:
            yield from _plain(part)


def supposed(form: Form, answers: Mapping) -> dict[str, Any]:
    """The answers to ``questions`` as if they had been typed into the form."""
    known, data = {one.key: one for one in form.fields}, dict(answers)
    for one in questions(form):
        was, value = known[one.key], answers.get(one.key)
        if was.type == "rows":
            plain = next(p for m in form.materials for p in _plain(m.when) if p["field"] == one.key)
            column = next(_plain(plain["row"]))["field"]
            data[one.key] = [{column: choice} for choice in value or ()]
        elif one.type == "yesno" and was.type != "yesno":
            data[one.key] = "是" if value else ""
    return data


def problems(fields: Iterable[Field], data: Mapping, today: date) -> tuple[Problem, ...]:
    """Everything that stands in the way of handing in, in the order of the form."""
    found: list[Problem] = []
    for one in shown(fields, data):
        if one.type == "rows":
            found += _rows(one, data.get(one.key), today)
        else:
            says = says_wrong(one, data, today)
            if says:
                found.append(Problem(one.key, one.label, says))
    return tuple(found)


def _rows(table: Field, value: Any, today: date) -> list[Problem]:
    rows = filled(value)
    if table.required and not rows:
        return [Problem(table.key, table.label, f"请至少填写一行“{table.label}”。")]
    found = []
    for index, row in enumerate(rows):
        for column in shown(table.columns, row):
            says = says_wrong(column, row, today)
            if says:
                found.append(Problem(f"{table.key}.{index}.{column.key}", f"{table.label}第{index + 1}行 {column.label}", says))
    return found


def filled(value: Any) -> list[Mapping]:
    """The rows of a table that have anything in them."""
    rows = value if isinstance(value, list) else []
    return [row for row in rows if isinstance(row, Mapping) and any(v not in ("", None, [], False) for v in row.values())]


#: Reading what was typed, by type of field. A type that is not here is taken as it stands.
READERS = {
    "date": read_date, "last_day": partial(read_date, open_ended=True), "amount": read_money, "phone": read_phone, "mobile": read_mobile, "email": read_email, "uscc": read_uscc,
}  # fmt: skip


def reason_key(key: str) -> str:
    """Where the reason stands for a value that its check refuses and the applicant insists on."""
    return f"{key}_reason"


def says_wrong(one: Field, data: Mapping, today: date) -> str:
    """What is wrong with one value of a form (or of a row), or "". An empty one is wrong only where the field is required."""
    value = data.get(one.key)
    if one.type in ("yesno", "note"):
        return ""
    if value in ("", None, []):
        return f"请填写“{one.label}”。" if one.required else ""
    if one.type == "many":
        picked = {str(one) for one in value} if isinstance(value, list) else {str(value)}
        return "" if picked <= {key for key, _ in one.choices} else f"“{one.label}”中有列表以外的选项，请重新选择。"
    text = str(value)
    if len(text) > one.max:
        return f"“{one.label}”最多{one.max}个字，现有{len(text)}个字，请缩短。"
    if one.type == "choice":
        return "" if text in {key for key, _ in one.choices} else f"请从列表中选择“{one.label}”。"
    if one.type == "number":
        return "" if text.isascii() and text.isdigit() and len(text) < 10 else f"“{one.label}”应为整数，例如 12。"
    if one.type not in READERS:
        return ""
    reading = READERS[one.type](text)
    if not reading.ok:
        insisted = reading.overridable and str(data.get(reason_key(one.key)) or "").strip()
        return "" if insisted else reading.message
    if one.type == "amount" and reading.value < 0:
        return f"“{one.label}”不能小于0，请核对。"
    if one.type == "date" and one.past and reading.value > today:
        return f"“{one.label}”不能晚于今天（{date_table(today)}），请核对。"
    return ""


@dataclass(frozen=True)
class Form:
    """An item's form and materials as read from its row."""

    fields: tuple[Field, ...] = field(default=())
    materials: tuple[Material, ...] = field(default=())

    @classmethod
    def of(cls, fields: Iterable[Mapping], materials: Iterable[Mapping]) -> Form:
        return cls(fields_of(fields), materials_of(materials))

    @property
    def groups(self) -> tuple[str, ...]:
        """The steps of the long form, in order."""
        return tuple(dict.fromkeys(f.group for f in self.fields))

    def group(self, name: str) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.group == name)


# --- ratings and scores --------------------------------------------------------------------------------------------------

#: From this degree down (不满意, 非常不满意) somebody calls the applicant back.
LOW = 2
CENT = Decimal("0.01")


def is_low(degree: int) -> bool:
    return degree <= LOW


def wrong_criteria(criteria: Iterable[Mapping], pass_mark: Decimal | None) -> str:
    """What is wrong with the criteria of a score form, or ""."""
    rows = list(criteria)
    keys = [row.get("key") for row in rows]
    if not rows:
        return "请至少写一个评分项。"
    if len(set(keys)) != len(keys) or not all(isinstance(k, str) and k.isidentifier() for k in keys):
        return "每个评分项要有各不相同的编码（英文字母开头）。"
    if not all(str(row.get("label", "")).strip() for row in rows):
        return "每个评分项要有名称。"
    if not all(isinstance(row.get("most"), int) and 1 <= row["most"] <= 1000 for row in rows):
        return "每个评分项的满分应为1到1000的整数。"
    total = sum(row["most"] for row in rows)
    return f"合格线应在0到满分{total}之间。" if pass_mark is not None and not 0 <= pass_mark <= total else ""


def wrong_scores(criteria: Iterable[Mapping], scores: Mapping[str, Decimal]) -> tuple[str, str] | None:
    """The first criterion whose score is missing or out of range, and what is wrong with it."""
    rows = list(criteria)
    for row in rows:
        given = scores.get(row["key"])
        if given is None:
            return row["key"], f"请给“{row['label']}”打分。"
        if not given.is_finite() or not 0 <= given <= row["most"] or given != given.quantize(CENT):
            return row["key"], f"“{row['label']}”的得分应在0到{row['most']}之间，最多两位小数。"
    odd = set(scores) - {row["key"] for row in rows}
    return (sorted(odd)[0], "评分表已有变化，请刷新页面后重新打分。") if odd else None


def mean(totals: Iterable[Decimal]) -> Decimal:
    """The plain mean, to the cent. Of none: an error of the caller."""
    given = list(totals)
    return (sum(given, Decimal(0)) / len(given)).quantize(CENT, ROUND_HALF_UP)


def deviation(totals: Iterable[Decimal]) -> Decimal:
    """How far the totals lie from their mean, as the standard deviation of just them, to the cent."""
    given = list(totals)
    middle = sum(given, Decimal(0)) / len(given)
    return (sum(((one - middle) ** 2 for one in given), Decimal(0)) / len(given)).sqrt().quantize(CENT, ROUND_HALF_UP)
