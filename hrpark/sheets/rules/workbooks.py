"""Workbooks (xlsx, xls, ods): what they are by content, and what their XML says beyond the values.

The reader lays a sheet out densely, so a small file with one cell in its last corner takes all memory; and it gives error
cells and formulas without a saved result as blanks. Both are found here, before it is opened, so that they can be told in
words. What is made to deceive is not found: that is why ``sheets.reading`` opens workbooks in a process of their own.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

import python_calamine

from hrpark.toolbox.errors import Refused

from .notes import Note
from .tables import Cell, Merge

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Unpacked, a workbook of 100,000 rows takes about 100 MB.
MAX_UNPACKED = 256 * 1024 * 1024
MAX_MEMBERS = 2_000
#: Cells of the used rectangle, blank ones included: about 200 MB of memory.
MAX_CELLS = 6_000_000
_CHUNK = 1 << 20

#: Columns from AA on, rows from 10,000 on: without them a sheet is small enough, with them its extent is measured.
_FAR = re.compile(rb"[\"'][A-Z]{2,3}\d|[\"'][A-Z]?\d{5,7}[\"']")
#: Cells that hold something: a blank one with a mere style costs nothing.
_CELL = re.compile(rb"<(?:\w+:)?c\s[^>/]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>/]*>")
_FORMULA = re.compile(rb"<f[\s>/]")
_UNCOUNTED = re.compile(rb"(?:</f>|<f[^>]*/>)(?:<v\s*/>|<v></v>|</c>)")
_ERROR = re.compile(rb"<c\s[^>]*\bt=[\"']e[\"']")


@dataclass
class Facts:
    """What the XML of one sheet says beyond its values."""

    far: bool = False
    rows: int = 0
    columns: int = 0
    formulas: int = 0
    uncounted: int = 0
    errors: int = 0


@dataclass(frozen=True)
class Sheet:
    name: str
    hidden: bool


@dataclass
class Book:
    """An opened workbook, to take grids from."""

    kind: str
    sheets: tuple[Sheet, ...]
    _book: python_calamine.CalamineWorkbook
    _facts: dict[str, Facts] = field(default_factory=dict)

    def grid(self, name: str) -> tuple[list[list[Cell]], list[Merge]]:
        facts = self._facts.get(name)
        if facts and facts.rows * facts.columns > MAX_CELLS:
            raise Refused(
                f"工作表“{name}”的内容铺到了第{facts.rows}行、第{facts.columns}列，范围过大。"
                "请删去表格以外的零散内容，或把需要的行另存为新文件后上传。",
                field="file",
            )
        try:
            sheet = self._book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
            merges = sheet.merged_cell_ranges or []
        except (python_calamine.CalamineError, python_calamine.WorksheetNotFound) as error:
            raise Refused(
                f"工作表“{name}”无法读取，文件可能已损坏。请用 Excel 或 WPS 打开后另存为 xlsx 再上传。", field="file"
            ) from error
        return [[None if c == "" else c for c in row] for row in rows], [m for m in merges if m[0] != m[1]]

    def notes(self, name: str) -> list[Note]:
        facts, notes = self._facts.get(name), []
        if facts and facts.formulas:
            notes.append(Note("formulas", f"有{facts.formulas}格是公式，只取文件中保存的结果，不重新计算。"))
        if facts and facts.uncounted:
            notes.append(
                Note("uncounted", f"有{facts.uncounted}格公式没有保存结果，读作空白。请用 Excel 打开并保存一次后再上传。", True)
            )
        if facts and facts.errors:
            notes.append(Note("errors", f"有{facts.errors}格是 #N/A、#REF! 一类的错误值，读作空白，请核对。", True))
        return notes


def open_book(data: bytes) -> Book:
    """Open a workbook after looking it through; the answer to anything else is a plain sentence."""
    kind, facts = ("xls", {}) if data.startswith(OLE) else _look_through(data)
    if data.startswith(OLE):
        _check_ole(data)
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
    except python_calamine.PasswordError as error:
        raise _locked() from error
    except python_calamine.CalamineError as error:
        if data.startswith(OLE):
            raise Refused(
                "这个 xls 文件打不开：可能设置了打开密码，或已损坏。请用 Excel 或 WPS 打开后另存为 xlsx（不设密码）再上传。",
                field="file",
            ) from error
        if kind == "ods":
            raise Refused("这个 ods 文件打不开：可能已损坏，或内容铺得过大。请另存为 xlsx 再上传。", field="file") from error
        raise _damaged() from error
    visible, sheet = python_calamine.SheetVisibleEnum.Visible, python_calamine.SheetTypeEnum.WorkSheet
    sheets = tuple(Sheet(m.name, m.visible != visible) for m in book.sheets_metadata if m.typ == sheet)
    if not sheets:
        raise Refused("工作簿里没有工作表，请核对文件。", field="file")
    return Book(kind, sheets, book, facts)


def _locked() -> Refused:
    return Refused("文件设置了打开密码，无法读取。请在 Excel 或 WPS 中去掉密码另存后再上传。", field="file")


def _damaged() -> Refused:
    return Refused("文件已损坏或不完整，无法打开。请用 Excel 或 WPS 打开后另存为 xlsx 再上传。", field="file")


def _check_ole(data: bytes) -> None:
    """The old container also holds Word, presentations, mails, and encrypted new workbooks."""
    if _stream("EncryptedPackage") in data:
        raise _locked()
    if _stream("Workbook") not in data and _stream("Book") not in data:
        raise Refused("这不是表格文件（可能是 Word 或演示文稿）。请上传 xlsx、xls、ods 或 csv 文件。", field="file")


def _stream(name: str) -> bytes:
    return name.encode("utf-16-le") + b"\0\0"


def _look_through(data: bytes) -> tuple[str, dict[str, Facts]]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise _damaged() from error
    if any(m.flag_bits & 1 for m in members):
        raise _locked()
    if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_UNPACKED:
        raise Refused("文件解压后过大，不予打开。请只保留需要的工作表和行，另存为 xlsx 后上传。", field="file")
    names = {m.filename for m in members}
    try:
        if "xl/workbook.bin" in names:
            raise Refused("暂不支持二进制工作簿（xlsb），请在 Excel 中另存为 xlsx 后上传。", field="file")
        if "xl/workbook.xml" in names:
            return "xlsx", _look_through_xlsx(archive, members)
        if "content.xml" in names and b"opendocument.spreadsheet" in _read(archive, "mimetype", names):
            return "ods", {}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise _damaged() from error
    what = "Word 文档" if "word/document.xml" in names else "演示文稿" if "ppt/presentation.xml" in names else "压缩包"
    hint = "请解压后上传其中的表格文件。" if what == "压缩包" else "请上传 xlsx、xls、ods 或 csv 文件。"
    raise Refused(f"这是{what}，不是表格文件。{hint}", field="file")


def _read(archive: zipfile.ZipFile, name: str, names: set[str]) -> bytes:
    return archive.read(name) if name in names else b""


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member unpacked, piece by piece, each with the tail of the last; ends with BadZipFile when its size was a lie."""
    tail = b""
    with archive.open(member) as stream:
        while piece := stream.read(_CHUNK):
            whole = tail + piece
            cut = whole.rfind(b"<") if len(piece) == _CHUNK else len(whole)
            cut = cut if cut > 0 else len(whole)
            yield whole[:cut]
            tail = whole[cut:]
    if tail:
        yield tail


def _look_through_xlsx(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> dict[str, Facts]:
    names = {m.filename for m in members}
    paths = _sheet_paths(_read(archive, "xl/workbook.xml", names), _read(archive, "xl/_rels/workbook.xml.rels", names))
    facts: dict[str, Facts] = {}
    for member in members:
        name = paths.get(member.filename)
        found = facts.setdefault(name, Facts()) if name else Facts()
        for piece in _chunks(archive, member):
            if name:
                _count(piece, found)
        if found.far:
            for piece in _chunks(archive, member):
                _measure(piece, found)
    return facts


def _sheet_paths(workbook: bytes, relations: bytes) -> dict[str, str]:
    """The XML of each worksheet by its name."""
    targets = {}
    for tag in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", relations.decode("utf-8", "replace")):
        values = dict(re.findall(r"(\w+)=[\"'](.*?)[\"']", tag))
        target = unescape(values.get("Target", ""))
        targets[values.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    paths = {}
    for tag in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", workbook.decode("utf-8", "replace")):
        values = dict(re.findall(r"([\w:]+)=[\"'](.*?)[\"']", tag))
        relation = next((v for k, v in values.items() if k.endswith(":id")), "")
        paths[targets.get(relation, "")] = unescape(values.get("name", ""))
    return paths


def _count(piece: bytes, facts: Facts) -> None:
    facts.far |= _FAR.search(piece) is not None
    facts.formulas += len(_FORMULA.findall(piece))
    facts.uncounted += len(_UNCOUNTED.findall(piece))
    facts.errors += len(_ERROR.findall(piece))


def _measure(piece: bytes, facts: Facts) -> None:
    for letters, number in set(_CELL.findall(piece)):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        facts.columns = max(facts.columns, column)
        facts.rows = max(facts.rows, int(number))
