"""Files for tests and the demo year: real ones of every kind that is taken, built here byte by byte, and attachments of them."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib
from datetime import datetime

from hrpark.accounts.models import Park, Person
from hrpark.accounts.samples import AT, HOUSE
from hrpark.trail.kinds import System

from .actions import Subject, attach
from .models import Attachment


class Named(io.BytesIO):
    """Bytes with a file name, as an upload has."""

    def __init__(self, data: bytes, name: str):
        super().__init__(data)
        self.name = name


def pdf_bytes(text: str = "sample") -> bytes:
    """A whole PDF of one page; ``text`` makes one differ from another."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
        b"<< /Title <" + text.encode("utf-16").hex().encode() + b"> >>",
    )
    out, offsets = io.BytesIO(), []
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
    return out.getvalue()


def png_bytes(width: int = 2, height: int = 2) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def jpeg_bytes() -> bytes:
    """One grey pixel."""
    return base64.b64decode(
        "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////"
        "wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z"
    )


def package_bytes(main: str, part: str, body: str, **more: bytes) -> bytes:
    """An office package with one main part; ``more`` adds entries by name (``__`` for a slash)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
            'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.{main}"/></Types>',
        )
        package.writestr(
            "_rels/.rels",
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/'
            '2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            f'officeDocument" Target="{part}"/></Relationships>',
        )
        package.writestr(part, body)
        for name, data in more.items():
            package.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def docx_bytes(text: str = "样例", **more: bytes) -> bytes:
    body = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/'
        f'2006/main"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>'
    )
    return package_bytes("wordprocessingml.document.main+xml", "word/document.xml", body, **more)


def xlsx_bytes(**more: bytes) -> bytes:
    body = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
        'main"><sheets/></workbook>'
    )
    return package_bytes("spreadsheetml.sheet.main+xml", "xl/workbook.xml", body, **more)


def ole_bytes(*names: str) -> bytes:
    """An OLE compound file whose root storage holds empty streams of these names ([MS-CFB], version 3)."""
    end, free, table = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD

    def entry(name: str, kind: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        return (
            text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + struct.pack("<III", free, free, free)
            + bytes(36) + struct.pack("<IQ", end, 0)
        )  # fmt: skip

    entries = [entry("Root Entry", 5), *(entry(name, 2) for name in names)]
    directory = b"".join(entries)
    directory += bytes(-len(directory) % 512)
    sectors = len(directory) // 512
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<I", 0) + struct.pack("<I", free) * 108
    chain = [table, *range(2, sectors + 1), end]
    fat = b"".join(struct.pack("<I", n) for n in chain) + struct.pack("<I", free) * (128 - len(chain))
    return header + fat + directory


def xls_bytes() -> bytes:
    return ole_bytes("Workbook", "\x05SummaryInformation")


def csv_bytes(encoding: str = "utf-8-sig") -> bytes:
    return "机构名称,统一社会信用代码\r\n广州启航人力资源有限公司,91440112MA00000000\r\n".encode(encoding)


EVERY_KIND = {
    "证照.pdf": pdf_bytes, "照片.png": png_bytes, "照片.jpg": jpeg_bytes, "协议.docx": docx_bytes, "名册.xlsx": xlsx_bytes,
    "名册.xls": xls_bytes, "名册.csv": csv_bytes, "说明.txt": lambda: "说明文字\n".encode(),
}  # fmt: skip


def make_attachment(
    to: Subject, *, park: Park | None, at: datetime = AT, actor: System | Person = HOUSE, name: str = "材料.pdf",
    data: bytes | None = None, label: str = "证明材料", key: str = "", **over: object,
) -> Attachment:  # fmt: skip
    data = pdf_bytes(f"{to.subject_type} {to.pk} {name}") if data is None else data
    key = key or f"file:{to.subject_type}:{to.pk}:{name}"[:90]
    return attach(actor=actor, at=at, key=key, to=to, file=Named(data, name), park=park, label=label, **over)
