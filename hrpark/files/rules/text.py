"""CSV and plain text: readable characters in an encoding that occurs in China, and not a web page in disguise."""

from __future__ import annotations

import re
from typing import BinaryIO

from .found import Unfit

#: Tried in this order; GB18030 (GB 18030-2022) is what Excel for Windows writes as "CSV".
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x19\x1b-\x1f]")
_PAGE = re.compile(r"<\s*(!doctype|html|script|svg|iframe|meta|table|\?xml|\?php)\b", re.IGNORECASE)


def decoded(data: bytes) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            encodings: tuple[str, ...] = (encoding,)
            break
    else:
        encodings = ("utf-8", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unfit("文字编码无法识别。请用 Excel 或 WPS 打开后另存为“CSV UTF-8”或 .xlsx 再上传。")


def check_text(stream: BinaryIO) -> None:
    stream.seek(0)
    text = decoded(stream.read())
    if _CONTROL.search(text):
        raise Unfit("文件内容不是文字。请确认选对了文件；表格请存为 .xlsx 或“CSV UTF-8”。")
    if _PAGE.search(text[:4096]) or re.search(r"<\s*script\b", text, re.IGNORECASE):
        raise Unfit(
            "内容是网页代码，不是表格或文字。不少系统导出的“Excel”其实是网页：请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
        )
