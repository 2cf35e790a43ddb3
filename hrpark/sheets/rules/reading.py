"""Reading an uploaded table: told by content, never by its name; every oddity named in words.

    reading = read_table(data, "机构名册.xlsx", words=target.words())
    reading.header, reading.rows, reading.notes

Formulas are never evaluated: a workbook gives its saved results, a text file its text.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from hrpark.toolbox.errors import Refused

from .encoding import Mojibake, decode, diagnose, repaired
from .notes import Note
from .tables import Cell, Merge, Skipped, Table, TableRow, column_name, find_table, heading_variants
from .workbooks import OLE, ZIP, Sheet, open_book

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 300

_NAMES = {"xlsx": "Excel 工作簿", "xls": "Excel 97 工作簿", "ods": "OpenDocument 表格", "csv": "文本表格"}
_DELIMITERS = {",": "逗号", "\t": "制表符", ";": "分号", "|": "竖线"}
_FORMULA_LIKE = re.compile(r"[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"[-+]?[\d.,%()\s/:-]*")


@dataclass(frozen=True)
class Reading:
    """A table as it was read. ``sheets`` are those to choose from; ``mojibake`` is set whether or not it was put right."""

    kind: str
    sheet: str
    sheets: tuple[Sheet, ...]
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_rows: tuple[int, ...]
    rows: tuple[TableRow, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[Note, ...]
    mojibake: Mojibake | None = None
    repaired: bool = False

    @property
    def told(self) -> str:
        """What it is, in words: 文本表格，GB18030 编码，以逗号分隔."""
        told = _NAMES[self.kind]
        if self.encoding:
            told += f"，{self.encoding} 编码，以{_DELIMITERS.get(self.delimiter, '逗号')}分隔"
        return told


def read_table(
    data: bytes, filename: str = "", *, sheet: str = "", header_row: int | None = None, repair: bool = True, words: Collection[str] = ()
) -> Reading:  # fmt: skip
    """Read a table, or say in a Refused why it can't be.

    ``sheet`` and ``header_row`` (from 1) are what the person chose instead of our guess; ``repair`` off shows mojibake as it
    is stored; ``words`` are the heading words of the target (``match_key`` form), which help to find the heading.
    """
    if not data:
        raise Refused("文件是空的，请核对后重新上传。", field="file")
    if len(data) > MAX_BYTES:
        raise Refused(f"文件有 {len(data) / 1048576:.1f} MB，超过 {MAX_BYTES // 1048576} MB。请拆分后分次上传。", field="file")
    reading = _read_book(data, sheet, header_row, words) if data.startswith((ZIP, OLE)) else _read_text(data, header_row, words)
    if reading.mojibake:
        reading = _with_diagnosis(reading, data, header_row, words, repair)
    if len(reading.rows) > MAX_ROWS:
        raise Refused(f"表中有{len(reading.rows)}行，一次最多导入{MAX_ROWS}行。请拆分后分次上传。", field="file")
    if len(reading.header) > MAX_COLUMNS:
        raise Refused(f"表中有{len(reading.header)}列，最多{MAX_COLUMNS}列。请删去不需要的列后上传。", field="file")
    if not reading.rows:
        raise Refused("没有找到数据行：表头下面没有内容。请核对文件，或另选工作表、指定表头所在行。", field="file")
    return replace(reading, notes=(*_name_note(filename, reading.kind), *reading.notes, *_formula_notes(reading.rows)))


def _name_note(filename: str, kind: str) -> list[Note]:
    """The name says one thing and the content another: worth a word, because the sender may have meant another file."""
    ending = filename.rsplit(".", 1)[-1].lower() if "." in filename else ""
    said = {
        "xlsx": "xlsx",
        "xlsm": "xlsx",
        "xls": "xls",
        "et": "xls",
        "ods": "ods",
        "csv": "csv",
        "tsv": "csv",
        "txt": "csv",
    }.get(ending)
    if said and said != kind:
        return [Note("name", f"文件名以 .{ending} 结尾，内容却是{_NAMES[kind]}，已按内容读取。")]
    return []


def _formula_notes(rows: Sequence[TableRow]) -> list[Note]:
    found = [
        (row.number, i)
        for row in rows
        for i, c in enumerate(row.cells)
        if isinstance(c, str) and _FORMULA_LIKE.match(c) and not _PLAIN_NUMBER.fullmatch(c)
    ]
    if not found:
        return []
    places = "、".join(f"{column_name(i)}{number}" for number, i in found[:3])
    return [Note("formula_like", f"有{len(found)}格以 =、+、- 或 @ 开头（如 {places}），按文字保存，不会当作公式计算。", True)]


def _found(table: Table | None) -> Table:
    if table is None:
        raise Refused("没有找到表格内容，请核对文件；如有多个工作表，请另选一个。", field="file")
    return table


def _read_book(data: bytes, chosen: str, header_row: int | None, words: Collection[str]) -> Reading:
    book = open_book(data)
    if chosen and chosen not in {s.name for s in book.sheets}:
        raise Refused(f"工作簿里没有名为“{chosen}”的工作表，请重新选择。", field="sheet")
    if chosen:
        name, best = chosen, _found(_table_of(book.grid(chosen), words, header_row))
    else:
        name, best = _choose_sheet([s for s in book.sheets if not s.hidden] or list(book.sheets), book.grid, words, header_row)
    notes = [*best.notes, *book.notes(name)]
    others = [s.name for s in book.sheets if s.name != name and not s.hidden]
    if others and not chosen:
        notes.insert(0, Note("sheets", f"工作簿有多个工作表，读取了“{name}”；另有“{'”“'.join(others[:5])}”，可以改选。"))
    found = diagnose("\n".join(_strings(best)))
    return Reading(
        book.kind, name, book.sheets, "", "", best.header, best.header_rows, best.rows, best.skipped, tuple(notes), found,
    )  # fmt: skip


def _table_of(grid: tuple[list[list[Cell]], list[Merge]], words: Collection[str], header_row: int | None) -> Table | None:
    return find_table(grid[0], merges=grid[1], words=words, header_row=header_row)


def _choose_sheet(
    sheets: Sequence[Sheet],
    grid: Callable[[str], tuple[list[list[Cell]], list[Merge]]],
    words: Collection[str],
    header_row: int | None,
) -> tuple[str, Table]:
    """The first sheet that has rows under a heading; with ``words``, the one whose heading says most of them."""
    if len(sheets) == 1 or not words:
        for sheet in sheets:
            table = _table_of(grid(sheet.name), words, header_row)
            if table and table.rows:
                return sheet.name, table
        return sheets[0].name, _found(table)
    best: tuple[int, str, Table] | None = None
    for sheet in sheets[:12]:
        table = _table_of(grid(sheet.name), words, header_row)
        if table and table.rows:
            score = sum(any(v in words for v in heading_variants(h)) for h in table.header)
            if best is None or score > best[0]:
                best = (score, sheet.name, table)
    if best is None:
        return sheets[0].name, _found(None)
    return best[1], best[2]


def _strings(table: Table) -> list[str]:
    cells = [*table.header]
    for row in table.rows[:2000]:
        cells += [c for c in row.cells if isinstance(c, str)]
    return cells


def _read_text(data: bytes, header_row: int | None, words: Collection[str]) -> Reading:
    if data.lstrip()[:5].lower() in (b"%pdf-", b"{\\rtf") or data[:4] in (
        b"\x89PNG",
        b"\xff\xd8\xff\xe0",
        b"\xff\xd8\xff\xe1",
        b"GIF8",
        b"Rar!",
        b"7z\xbc\xaf",
    ):
        raise Refused(
            "这不是表格文件（是 PDF、图片或压缩包）。请上传 xlsx、xls、ods 或 csv 文件；扫描件需先录入为表格。", field="file"
        )
    decoded = decode(data)
    head = decoded.text[:2000].lstrip("\ufeff \r\n\t").lower()
    if head.startswith(("<html", "<!doctype html", "<table", "<meta", "<?xml", "<head", "<style")):
        raise Refused(
            "这个文件其实是网页或 XML，只是用了表格的文件名。请用 Excel 或 WPS 打开后另存为 xlsx 再上传。", field="file"
        )
    return _parse(decoded.text, decoded.encoding, decoded.notes, header_row, words)


def _parse(text: str, encoding: str, notes: Sequence[Note], header_row: int | None, words: Collection[str]) -> Reading:
    text = text.removeprefix("\ufeff")
    named = re.match(r"sep=(.)\r?\n", text)
    delimiter = named.group(1) if named and named.group(1) in _DELIMITERS else _delimiter(text)
    grid: list[list[Cell]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for record in reader:
            grid.append([cell if cell.strip() else None for cell in record])
            if len(grid) > MAX_ROWS + 1000:
                raise Refused(f"表中超过{MAX_ROWS}行，请拆分后分次上传。", field="file")
            if any(cell.count("\n") > 200 for cell in record if len(cell) > 200):
                raise _unclosed(len(grid))
    except csv.Error as error:
        raise _unclosed(len(grid) + 1) from error
    if text.count('"') % 2 and grid and any("\n" in (cell or "") for cell in grid[-1]):
        raise _unclosed(len(grid))
    if named:
        grid[0] = []
    table = _found(find_table(grid, words=words, header_row=header_row, shifts=True))
    return Reading(
        "csv", "", (), encoding, delimiter, table.header, table.header_rows, table.rows, table.skipped,
        (*notes, *table.notes), diagnose(text),
    )  # fmt: skip


def _unclosed(row: int) -> Refused:
    return Refused(
        f"从第{row}行起格式混乱，可能有一个引号没有成对。请核对该行，或用 Excel 打开后另存为 xlsx 再上传。", field="file"
    )


def _delimiter(text: str) -> str:
    """The separator that cuts the first lines most evenly into most columns."""
    head = "\n".join(text[:65536].splitlines()[:60])
    best, score = ",", 0.0
    for candidate in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(head), delimiter=candidate) if any(c.strip() for c in row)]
        except csv.Error:
            continue
        if not widths:
            continue
        width, times = Counter(widths).most_common(1)[0]
        even = times / len(widths)
        if width > 1 and even * (1 + width / 100) > score:
            best, score = candidate, even * (1 + width / 100)
    return best


def _with_diagnosis(reading: Reading, data: bytes, header_row: int | None, words: Collection[str], repair: bool) -> Reading:
    found = reading.mojibake
    assert found is not None
    note = Note("mojibake", found.message, True)
    if not (found.reversible and repair):
        return replace(reading, notes=(note, *reading.notes))
    if reading.kind == "csv":
        text = repaired(decode(data).text, found)
        again = _parse(text, reading.encoding, [], header_row, words)
    else:
        cells = tuple(
            replace(r, cells=tuple(repaired(c, found) if isinstance(c, str) else c for c in r.cells)) for r in reading.rows
        )
        again = replace(reading, header=tuple(repaired(h, found) for h in reading.header), rows=cells)
    return replace(again, mojibake=found, repaired=True, notes=(note, *(n for n in again.notes if n.code != "mojibake")))
