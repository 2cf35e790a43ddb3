"""Writing tables: every export of the house, and the templates to fill in.

    workbook(Sheet("机构", [Column("机构名称"), Column("注册资本", "money", unit="万元")], rows))

Text is written as text: nothing that somebody typed ever becomes a formula or a link. Rows may be an iterator.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from hrpark.toolbox.dates import date_table
from hrpark.toolbox.text import display_width

from .kinds import ImportTarget
from .rules.cells import shown
from .rules.fields import Field

#: Formats by kind of column. Codes are text, also for whoever types into the file later: Excel must not round them.
_FORMATS = {
    "text": "@", "integer": "#,##0", "number": "#,##0.##", "money": "#,##0.00", "percent": "0.0%",
    "date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "bool": "@",
}  # fmt: skip
_WIDTHS = {"integer": 10, "number": 12, "money": 16, "percent": 10, "date": 12, "datetime": 17, "bool": 8}
#: Excel's own limit of a cell, and ours of a column in columns of display.
_LONGEST, _WIDEST = 32_767, 60
_LARGE = 20_000
_SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Column:
    """``unit`` stands in the heading: 注册资本（万元）. ``kind`` is one of the keys of _FORMATS."""

    label: str
    kind: str = "text"
    unit: str = ""
    width: float | None = None

    @property
    def heading(self) -> str:
        return f"{self.label}（{self.unit}）" if self.unit else self.label


@dataclass(frozen=True)
class Sheet:
    """A table with its heading. ``about`` are lines above it: what it is, as of when, by whom."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    about: Sequence[str] = field(default=())


def workbook(*sheets: Sheet, large: bool | None = None) -> bytes:
    """An xlsx file. ``large`` writes row by row to the disk; by default when the rows are not a short list."""
    if large is None:
        large = any(not isinstance(s.rows, list | tuple) or len(s.rows) > _LARGE for s in sheets)
    buffer = io.BytesIO()
    book = _book(buffer, large)
    names: set[str] = set()
    for sheet in sheets:
        _write_sheet(book, sheet, names)
    book.close()
    return buffer.getvalue()


def _book(buffer: io.BytesIO, large: bool) -> xlsxwriter.Workbook:
    return xlsxwriter.Workbook(
        buffer,
        {
            "constant_memory": large, "in_memory": not large, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False, "nan_inf_to_errors": False, "default_format_properties": {"font_name": "Microsoft YaHei", "font_size": 10},
        },
    )  # fmt: skip


def _sheet_name(name: str, taken: set[str]) -> str:
    """At most 31 characters, without those that Excel forbids, and not taken."""
    base = re.sub(r"[\[\]:*?/\\]", " ", name).strip().strip("'")[:31] or "表"
    unique, n = base, 2
    while unique.lower() in taken:
        unique, n = f"{base[: 31 - len(str(n)) - 2]}({n})", n + 1
    taken.add(unique.lower())
    return unique


def _write_sheet(book: xlsxwriter.Workbook, sheet: Sheet, names: set[str]) -> None:
    page = book.add_worksheet(_sheet_name(sheet.name, names))
    heading = book.add_format(
        {"bold": True, "bg_color": "#e8f1f4", "border": 1, "border_color": "#c3ced6", "text_wrap": True, "valign": "vcenter"}
    )
    formats = [
        book.add_format({"num_format": _FORMATS[c.kind], "valign": "top", "text_wrap": c.kind == "text"}) for c in sheet.columns
    ]
    for i, column in enumerate(sheet.columns):
        page.set_column(i, i, column.width or _width(column), formats[i])
    top = 0
    for line in sheet.about:
        page.write_string(top, 0, _text(line))
        top += 1
    for i, column in enumerate(sheet.columns):
        page.write_string(top, i, _text(column.heading), heading)
    page.freeze_panes(top + 1, 1 if len(sheet.columns) > 3 else 0)
    row = top
    for row, cells in enumerate(sheet.rows, top + 1):
        for i, value in enumerate(cells):
            _write_cell(page, row, i, sheet.columns[i].kind, value, formats[i])
    if row > top:
        page.autofilter(top, 0, row, len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)
    page.set_footer("&C第 &P 页，共 &N 页")


def _width(column: Column) -> float:
    """Wide enough for the heading and for what the kind needs; text gets room for a Chinese name."""
    least = _WIDTHS.get(column.kind, 16)
    return min(_WIDEST, max(least, display_width(column.heading) + 3))


def _text(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _write_cell(page: Worksheet, row: int, column: int, kind: str, value: Any, style: Any) -> None:
    if value is None or value == "":
        page.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        page.write_string(row, column, "是" if value else "否", style)
    elif kind != "text" and isinstance(value, int | float | Decimal) and abs(value) < 1e15:
        page.write_number(row, column, value, style)
    elif kind in ("date", "datetime") and isinstance(value, date) and 1900 <= value.year < 9999:
        page.write_datetime(row, column, _local(value), style)
    else:
        page.write_string(row, column, _text(_dated(value) if isinstance(value, date) else value), style)


def _local(value: date) -> datetime:
    """A moment as the park's clock shows it; a day as its midnight. Excel knows no zones."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value.astimezone(_SHANGHAI).replace(tzinfo=None) if value.tzinfo else value


def _dated(value: date) -> str:
    return f"{_local(value):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else date_table(value)


_DANGEROUS = re.compile(r"[\s]*[=+\-@\t\r|%＝＋－＠]")


def csv_bytes(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV file that Excel in China opens rightly: UTF-8 with BOM, and an apostrophe before text that would be a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_safe(c.heading) for c in columns])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, date):
        return _dated(value)
    return _safe(str(value))


def _safe(text: str) -> str:
    return f"'{text}" if _DANGEROUS.match(text) else text


#: How many rows of a template offer the choices.
_OFFERED = 5_000


def template_workbook(target: ImportTarget) -> bytes:
    """An empty table of a target to fill in: headings (required ones marked by colour), an example row, choices offered.

    The second sheet explains each column. The example row is recognised and left out when it comes back.
    """
    buffer = io.BytesIO()
    book = _book(buffer, False)
    head = {"bold": True, "border": 1, "border_color": "#c3ced6", "text_wrap": True, "valign": "vcenter"}
    required, optional = book.add_format(head | {"bg_color": "#fde9c8"}), book.add_format(head | {"bg_color": "#e8f1f4"})
    example = book.add_format({"italic": True, "font_color": "#6b7280", "num_format": "@"})
    page, guide = book.add_worksheet("填写"), book.add_worksheet("填写说明")
    lists = book.add_worksheet("选项")
    lists.hide()
    for i, f in enumerate(target.fields):
        page.set_column(
            i,
            i,
            min(_WIDEST, max(14, display_width(f.label) + 4, display_width(f.example) + 2)),
            book.add_format({"num_format": _cell_format(f)}),
        )
        page.write_string(0, i, heading_of(f), required if f.required else optional)
        page.write_string(1, i, f.example, example)
        if f.kind in ("choice", "bool"):
            words = [words[0] for words in f.choices.values()] if f.kind == "choice" else ["是", "否"]
            for row, word in enumerate(words):
                lists.write_string(row, i, word)
            letter = xlsxwriter.utility.xl_col_to_name(i)
            page.data_validation(
                1, i, _OFFERED, i,
                {"validate": "list", "source": f"=选项!${letter}$1:${letter}${len(words)}", "error_title": "请从列表中选择", "error_message": f"{f.label}只能填写列表中的选项。", "error_type": "warning"},
            )  # fmt: skip
    page.freeze_panes(1, 0)
    _write_guide(book, guide, target)
    book.close()
    return buffer.getvalue()


def heading_of(f: Field) -> str:
    """The heading of a field in a template: money says its unit, so that it is read by it."""
    return f"{f.label}（元）" if f.kind == "money" and "元" not in f.label else f.label


def _cell_format(f: Field) -> str:
    return {"date": "yyyy-mm-dd", "integer": "0", "number": "General", "money": "#,##0.00"}.get(f.kind, "@")


_HOW = {
    "uscc": "18位统一社会信用代码，按营业执照填写", "citizen_id": "18位公民身份号码", "mobile": "11位手机号",
    "phone": "手机号或座机，座机形如 020-12345678", "email": "形如 name@example.com", "date": "形如 2026-11-23",
    "period": "形如 2021-05-06至2026-05-05，无期限的填写“长期”", "integer": "整数", "number": "数字", "money": "人民币金额，最多两位小数",
    "bool": "填写“是”或“否”",
}  # fmt: skip


def _write_guide(book: xlsxwriter.Workbook, page: Worksheet, target: ImportTarget) -> None:
    bold, wrap = (
        book.add_format({"bold": True, "bg_color": "#e8f1f4", "border": 1}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    page.set_column(0, 0, 24, wrap)
    page.set_column(1, 1, 8, wrap)
    page.set_column(2, 3, 60, wrap)
    page.write_string(0, 0, f"{target.label}：填写说明", bold)
    page.write_string(
        1,
        0,
        _text(
            target.help or "在“填写”工作表中每行填写一条记录；第2行是示例，可直接改写。空白的格表示不提供，不会清除已有内容。"
        ),
    )
    for i, name in enumerate(("列", "必填", "怎样填写", "可选内容")):
        page.write_string(3, i, name, bold)
    for row, f in enumerate(target.fields, 4):
        how = f.help or _HOW.get(f.kind, f"文字，最多{f.max_length}字" if f.kind in ("text", "title", "person") else "")
        if f.open_ended:
            how += "；无期限的填写“长期”"
        page.write_string(row, 0, f.label)
        page.write_string(row, 1, "是" if f.required else "")
        page.write_string(row, 2, _text(how))
        choices = [shown(f, key) for key in f.choices] if f.kind == "choice" else [words[0] for words in f.choices.values()]
        page.write_string(row, 3, _text("、".join(choices) + ("（可填多项，用顿号分开）" if f.kind == "choices" else "")))
