"""What a file really is, whatever it is called: by its first bytes, then by its whole structure.

The name only has to agree. What is refused is refused in words: what it is, why not, and what to do instead.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import BinaryIO

import puremagic

from .found import BY_SUFFIX, CSV, DOCX, IMAGES, IN_WORDS, JPEG, PDF, PNG, TXT, XLSX, Content, Examined, Unfit, megabytes
from .images import PNG_MAGIC, check_jpeg, check_png
from .names import clean_name, renamed, suffix_of
from .office import OLE_MAGIC, check_ole, check_package, open_package, package_content
from .pdf import check_pdf
from .text import check_text

#: First bytes of what people send by mistake or on purpose, in words.
STRANGERS: tuple[tuple[bytes, int, str], ...] = (
    (b"PK\x03\x04", 0, "压缩包（zip）"),
    (b"PK\x05\x06", 0, "空的压缩包（zip）"),
    (b"Rar!\x1a\x07", 0, "压缩包（rar）"),
    (b"7z\xbc\xaf\x27\x1c", 0, "压缩包（7z）"),
    (b"\x1f\x8b", 0, "压缩包（gz）"),
    (b"MZ", 0, "Windows 程序"),
    (b"\x7fELF", 0, "Linux 程序"),
    (b"\xca\xfe\xba\xbe", 0, "程序"),
    (b"#!", 0, "脚本程序"),
    (b"GIF8", 0, "GIF 图片"),
    (b"BM", 0, "BMP 图片"),
    (b"II*\0", 0, "TIFF 图片"),
    (b"MM\0*", 0, "TIFF 图片"),
    (b"WEBP", 8, "WebP 图片"),
    (b"ftyphei", 4, "HEIC 图片"),
    (b"ftyphev", 4, "HEIC 图片"),
    (b"ftypmif1", 4, "HEIC 图片"),
    (b"ftypavif", 4, "AVIF 图片"),
    (b"ftyp", 4, "视频"),
    (b"{\\rtf", 0, "RTF 文档"),
)
INSTEAD = {
    ".heic": "这是苹果手机的照片格式。请在手机上把照片存为 JPG（设置 → 相机 → 格式 → 兼容性最佳），或截图后上传。",
    ".heif": "这是苹果手机的照片格式。请在手机上把照片存为 JPG（设置 → 相机 → 格式 → 兼容性最佳），或截图后上传。",
    ".doc": "请用 Word 或 WPS 另存为 .docx 或导出 PDF 后再上传。",
    ".wps": "请用 WPS 另存为 .docx 或导出 PDF 后再上传。",
    ".et": "请用 WPS 另存为 .xlsx 后再上传。",
    ".ofd": "请用 OFD 阅读器导出为 PDF 后再上传。",
    ".zip": "请解压后逐个上传其中的文件。",
    ".rar": "请解压后逐个上传其中的文件。",
    ".7z": "请解压后逐个上传其中的文件。",
    ".ppt": "请导出为 PDF 后再上传。",
    ".pptx": "请导出为 PDF 后再上传。",
    ".svg": "这种图片可以夹带程序。请导出为 PNG 后再上传。",
    ".xlsm": "带宏的工作簿不能接收。请另存为 .xlsx 后再上传。",
    ".docm": "带宏的文档不能接收。请另存为 .docx 后再上传。",
}
#: Marks that no line of text begins with, though every byte of the file may be a letter.
_NEVER_TEXT = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a\x07", b"{\\rtf", b"\x1f\x8b", b"GIF8", b"\x7fELF")
_ACTIVE = re.compile(rb"<\s*(!doctype\s+html|html|script|svg|iframe)[\s>/]|<\?php", re.IGNORECASE)


def check_size(size: int, limit: int) -> None:
    if size <= 0:
        raise Unfit("文件是空的（0 字节）。请确认文件能正常打开后再上传。")
    if size > limit:
        raise Unfit(
            f"文件有 {megabytes(size)}，超过了 {megabytes(limit)} 的上限。请压缩、降低扫描分辨率或拆成几个文件后再上传。"
        )


def stranger(head: bytes) -> str:
    """What content nobody asked for is called."""
    for magic, offset, label in STRANGERS:
        if head[offset : offset + len(magic)] == magic:
            return label
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<script")) or b"<html" in start:
        return "网页"
    if b"<svg" in start:
        return "SVG 图片"
    if start.startswith(b"<?xml"):
        return "XML 文件"
    if head and b"\0" not in head and all(b >= 0x20 or b in b"\t\r\n\f" for b in head):
        return "文字"
    try:
        guess = puremagic.from_string(head)
    except (puremagic.PureError, ValueError):
        return "无法识别的内容"
    return f"{guess} 文件" if guess else "无法识别的内容"


def sniff(stream: BinaryIO) -> Content | None:
    """Which accepted kind the content is; None for text (which has no mark) and for everything else."""
    stream.seek(0)
    head = stream.read(16)
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(PNG_MAGIC):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"PK\x03\x04"):
        with open_package(stream) as package:
            return package_content(package)
    if head.startswith(OLE_MAGIC):
        return check_ole(stream)
    return None


def check_hidden(stream: BinaryIO) -> None:
    """No second file in a PDF or picture: a page at its head, an archive or a page at its end."""
    stream.seek(0)
    head = stream.read(1024)
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - 65_557))
    tail = stream.read()
    if _ACTIVE.search(head) or _ACTIVE.search(tail[-4096:]):
        raise Unfit("文件里夹带了网页代码，为安全起见不能接收。请重新导出后再上传。")
    end = tail.rfind(b"PK\x05\x06")
    if end >= 0 and len(tail) - end >= 22 and len(tail) - end == 22 + int.from_bytes(tail[end + 20 : end + 22], "little"):
        raise Unfit("文件末尾夹带了压缩包，为安全起见不能接收。请重新导出后再上传。")


def examine(raw_name: str, stream: BinaryIO, size: int, *, limit: int) -> Examined:
    """The content of a file that can be taken, with the name to show. Unfit otherwise."""
    check_size(size, limit)
    name = clean_name(raw_name)
    suffix = suffix_of(name)
    wanted = BY_SUFFIX.get(suffix)
    if wanted is None:
        what = f"不能接收 {suffix} 文件。" if suffix else "文件名没有扩展名（如 .pdf），无法判断是什么文件。"
        raise Unfit(what + INSTEAD.get(suffix, f"请上传{IN_WORDS}。"))
    found = sniff(stream)
    if found is None:
        stream.seek(0)
        head = stream.read(4096)
        coded_in_pairs = head.startswith((b"\xff\xfe", b"\xfe\xff"))
        if wanted not in (CSV, TXT) or head.startswith(_NEVER_TEXT) or (b"\0" in head and not coded_in_pairs):
            raise Unfit(_mismatch(suffix, stranger(head)))
        check_text(stream)
        return Examined(wanted, name)
    if found is not wanted:
        if found in IMAGES and wanted in IMAGES:
            name = renamed(name, found.suffixes[0])
        else:
            raise Unfit(_mismatch(suffix, found.label, found.suffixes[0]))
    for check in STRUCTURE.get(found, ()):
        check(stream)
    return Examined(found, name)


def _check_office(stream: BinaryIO) -> None:
    with open_package(stream) as package:
        check_package(package)


#: The whole structure by kind. An .xls needs none: it was read to the end when its streams were named.
STRUCTURE: dict[Content, tuple[Callable[[BinaryIO], None], ...]] = {
    PDF: (check_pdf, check_hidden),
    PNG: (check_png, check_hidden),
    JPEG: (check_jpeg, check_hidden),
    DOCX: (_check_office,),
    XLSX: (_check_office,),
}


def _mismatch(suffix: str, label: str, own: str = "") -> str:
    todo = f"请把扩展名改为 {own} 后再上传。" if own else f"请确认选对了文件；可以上传{IN_WORDS}。"
    return f"文件扩展名是 {suffix}，但内容是{label}。{todo}"
