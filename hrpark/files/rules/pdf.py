"""A PDF is one from its first byte to its last, and nothing else besides."""

from __future__ import annotations

import os
import re
from typing import BinaryIO

from .found import Unfit

_HEADER = re.compile(rb"%PDF-[12]\.\d")
TAIL = 64 * 1024
#: Bytes that may follow the last %%EOF besides white space; a whole second file does not fit.
SPARE = 64


def check_pdf(stream: BinaryIO) -> None:
    """Header at byte 0 (ISO 32000 lets readers look further, which is how polyglots get in), cross-reference and end mark."""
    stream.seek(0)
    if not _HEADER.match(stream.read(16)):
        raise Unfit("文件不是完整的 PDF：开头的版本标记不对。请用原软件重新导出 PDF 后再上传。")
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - TAIL))
    tail = stream.read()
    end = tail.rfind(b"%%EOF")
    if end < 0 or b"startxref" not in tail[:end]:
        raise Unfit("PDF 不完整，可能没有下载或传输完。请重新导出或重新下载后再上传。")
    if len(tail[end + 5 :].strip(b"\0\t\n\f\r ")) > SPARE:
        raise Unfit("PDF 末尾附带了其他内容，为安全起见不能接收。请用“打印到 PDF”重新生成后再上传。")
