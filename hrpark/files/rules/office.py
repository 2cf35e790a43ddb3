"""Word and Excel files: the container is what it says, unpacks to a sane size, and carries no macros."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from typing import BinaryIO

from .found import DOCX, XLS, XLSX, Content, Unfit

OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
#: From here on a sector number is a mark: end of chain, free, table ([MS-CFB] 2.1).
_NO_SECTOR = 0xFFFFFFFA
MOST_ENTRIES = 5_000
MOST_UNPACKED = 256 * 1024 * 1024
MOST_DIRECTORY = 4 * 1024 * 1024
_EOCD = b"PK\x05\x06"
_BROKEN = "文件不完整或已损坏，请用 Office 或 WPS 打开并另存后再上传。"
_MACRO = "文件含有宏（程序），为安全起见不能接收。请另存为不含宏的格式（docx 或 xlsx）后再上传。"
_LOCKED = "文件设置了打开密码，园区无法查看。请去除密码后再上传。"
_BOMB = "文件展开后过大（超过 256 MB）或条目过多，为安全起见不能接收。请删去多余内容或拆分后再上传。"

MAIN = {
    b"wordprocessingml.document.main+xml": DOCX,
    b"spreadsheetml.sheet.main+xml": XLSX,
}


def _entries_declared(stream: BinaryIO) -> int:
    """How many entries the end record declares. Read before ``zipfile`` builds anything from the directory."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - 65_557))
    tail = stream.read()
    at = tail.rfind(_EOCD)
    if at < 0 or len(tail) - at < 22:
        raise Unfit(_BROKEN)
    entries, directory, _, comment = struct.unpack("<HIIH", tail[at + 10 : at + 22])
    if len(tail) - at != 22 + comment:
        raise Unfit("文件末尾附带了其他内容，为安全起见不能接收。请用 Office 或 WPS 另存后再上传。")
    if entries > MOST_ENTRIES or directory > MOST_DIRECTORY:
        raise Unfit(_BOMB)
    return entries


def open_package(stream: BinaryIO) -> zipfile.ZipFile:
    """The zip container with its directory checked: count, declared sizes, names, no overlap (the quine bombs), no password."""
    _entries_declared(stream)
    try:
        package = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError):
        raise Unfit(_BROKEN) from None
    entries = sorted(package.infolist(), key=lambda e: e.header_offset)
    if not entries or entries[0].header_offset < 0:  # a damaged directory may point before the file
        raise Unfit(_BROKEN)
    if sum(e.file_size for e in entries) > MOST_UNPACKED:
        raise Unfit(_BOMB)
    names = set()
    for entry, after in zip(entries, [*entries[1:], None], strict=True):
        end = entry.header_offset + 30 + len(entry.orig_filename.encode("utf-8", "replace")) + entry.compress_size
        if after is not None and end > after.header_offset:
            raise Unfit(_BOMB)
        if entry.flag_bits & 0x1:
            raise Unfit(_LOCKED)
        parts = entry.filename.replace("\\", "/").split("/")
        if entry.filename.startswith("/") or ".." in parts or "\0" in entry.orig_filename or entry.filename in names:
            raise Unfit(_BROKEN)
        names.add(entry.filename)
    return package


def package_content(package: zipfile.ZipFile) -> Content | None:
    """Which office file a zip is, by its own table of contents; None for an ordinary archive."""
    try:
        types = package.read("[Content_Types].xml") if package.getinfo("[Content_Types].xml").file_size < 4_000_000 else b""
    except (KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError):
        return None
    if b"macroEnabled" in types:
        raise Unfit(_MACRO)
    return next((content for mark, content in MAIN.items() if mark in types), None)


def check_package(package: zipfile.ZipFile) -> None:
    """Unpack every entry once: what a header declares is also what comes out, no macros, no XML entities."""
    unpacked = 0
    for entry in package.infolist():
        if entry.filename.lower().endswith(("vbaproject.bin", "vbadata.xml")):
            raise Unfit(_MACRO)
        is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
        try:
            with package.open(entry) as part:
                first = True
                while block := part.read(256 * 1024):
                    unpacked += len(block)
                    if unpacked > MOST_UNPACKED:
                        raise Unfit(_BOMB)
                    if first and is_xml and b"<!DOCTYPE" in block.replace(b"\0", b"").upper():
                        raise Unfit(
                            "文件内部含有不允许的定义（DOCTYPE），为安全起见不能接收。请用 Office 或 WPS 另存后再上传。"
                        )
                    first = False
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError, struct.error):
            raise Unfit(_BROKEN) from None


# --- the old container: OLE compound file ([MS-CFB]) -------------------------------------------------------------------


def ole_names(stream: BinaryIO) -> set[str]:
    """Names of the streams and storages in an OLE compound file. Bounded: chains that turn in circles end."""
    stream.seek(0)
    header = stream.read(512)
    if len(header) < 512 or header[:8] != OLE_MAGIC:
        raise Unfit(_BROKEN)
    shift, first = struct.unpack("<H", header[30:32])[0], struct.unpack("<I", header[48:52])[0]
    if shift not in (9, 12):
        raise Unfit(_BROKEN)
    sector = 1 << shift

    def read(number: int) -> bytes:
        stream.seek((number + 1) * sector)
        return stream.read(sector)

    def numbers(block: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4])

    # Where the parts of the allocation table lie: 109 in the header, the rest in a chain of sectors (files over 7 MB).
    parts = list(numbers(header[76:512]))
    more = struct.unpack("<I", header[68:72])[0]
    while more < _NO_SECTOR and len(parts) < 20_000:
        block = numbers(read(more))
        if not block:
            raise Unfit(_BROKEN)
        parts += block[:-1]
        more = block[-1]
    table: dict[int, tuple[int, ...]] = {}
    names: set[str] = set()
    number = first
    for _ in range(2_000):
        if number >= _NO_SECTOR:
            return names
        block = read(number)
        for at in range(0, len(block) - 127, 128):
            length = min(struct.unpack("<H", block[at + 64 : at + 66])[0], 64)
            if block[at + 66] and length >= 2:
                names.add(block[at : at + length - 2].decode("utf-16-le", "replace"))
        part, offset = divmod(number, sector // 4)
        if part >= len(parts):
            raise Unfit(_BROKEN)
        if part not in table:
            table[part] = numbers(read(parts[part])) if parts[part] < _NO_SECTOR else ()
        if offset >= len(table[part]):
            raise Unfit(_BROKEN)
        number = table[part][offset]
    raise Unfit(_BROKEN)


def check_ole(stream: BinaryIO) -> Content:
    """The only old container that is taken is an Excel workbook without macros and without password."""
    names = ole_names(stream)
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        raise Unfit(_LOCKED)
    if names & {"Workbook", "Book"}:
        if "_VBA_PROJECT_CUR" in names or "_VBA_PROJECT" in names:
            raise Unfit(_MACRO)
        return XLS
    if "WordDocument" in names:
        raise Unfit("这是旧版 Word（.doc）文件。请用 Word 或 WPS 另存为 .docx 或导出 PDF 后再上传。")
    if "PowerPoint Document" in names:
        raise Unfit("这是演示文稿（.ppt）。请导出为 PDF 后再上传。")
    raise Unfit("这是旧式复合文档，但里面没有 Excel 工作簿。请另存为 .xlsx、.docx 或 PDF 后再上传。")
