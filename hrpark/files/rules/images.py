"""PNG and JPEG: whole, of a sane size in pixels, and nothing hidden behind them."""

from __future__ import annotations

import os
import struct
import zlib
from typing import BinaryIO

from .found import Unfit

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
#: A phone makes 12 to 200 megapixels; 300 of them unpack to more than a gigabyte.
MOST_PIXELS = 250_000_000
_BROKEN = "图片不完整或已损坏，请重新拍照或重新导出后再上传。"


def _check_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise Unfit(_BROKEN)
    if width * height > MOST_PIXELS:
        raise Unfit(f"图片尺寸为 {width}×{height} 像素，过大无法处理。请缩小后再上传。")


def check_png(stream: BinaryIO) -> None:
    """Every chunk has its length and checksum; IHDR comes first, IEND last, and nothing follows (ISO 15948)."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(len(PNG_MAGIC))
    at, first = len(PNG_MAGIC), True
    while True:
        head = stream.read(8)
        if len(head) < 8:
            raise Unfit(_BROKEN)
        length, kind = struct.unpack(">I4s", head)
        if at + 12 + length > size:
            raise Unfit(_BROKEN)
        body = stream.read(length)
        if stream.read(4) != struct.pack(">I", zlib.crc32(kind + body)):
            raise Unfit(_BROKEN)
        if first:
            if kind != b"IHDR" or length != 13:
                raise Unfit(_BROKEN)
            _check_pixels(*struct.unpack(">II", body[:8]))
        first, at = False, at + 12 + length
        if kind == b"IEND":
            break
    if stream.read().strip(b"\0"):
        raise Unfit("图片末尾附带了其他内容，为安全起见不能接收。请另存为新图片后再上传。")


def check_jpeg(stream: BinaryIO) -> None:
    """Segments up to the picture, its size in pixels, and an end mark. What phones put behind it (a motion photo) may stay;
    what makes the file a program or a page for someone else is looked for by ``content.check_hidden``."""
    stream.seek(2)
    while True:
        byte = stream.read(1)
        if byte != b"\xff":
            raise Unfit(_BROKEN)
        while byte == b"\xff":
            byte = stream.read(1)
        marker = byte[0] if byte else 0
        if marker in (0x01, *range(0xD0, 0xD8)):
            continue
        length_bytes = stream.read(2)
        length = struct.unpack(">H", length_bytes)[0] if len(length_bytes) == 2 else 0
        body = stream.read(length - 2) if length >= 2 else b""
        if marker in (0x00, 0xD8, 0xD9) or length < 2 or len(body) < length - 2:
            raise Unfit(_BROKEN)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            if len(body) < 6:
                raise Unfit(_BROKEN)
            height, width = struct.unpack(">HH", body[1:5])
            _check_pixels(width, height)
        if marker == 0xDA:
            break
    last = b""
    while block := stream.read(1024 * 1024):
        if b"\xff\xd9" in last + block:
            return
        last = block[-1:]
    raise Unfit(_BROKEN)
