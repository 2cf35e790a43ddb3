"""The kinds of content a park takes, and how a file that is none of them is told so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Content:
    """A kind of content: what it is called, the suffixes it may bear (the first is its own), its media type."""

    key: str
    label: str
    suffixes: tuple[str, ...]
    media_type: str


PDF = Content("pdf", "PDF 文件", (".pdf",), "application/pdf")
PNG = Content("png", "PNG 图片", (".png",), "image/png")
JPEG = Content("jpeg", "JPG 图片", (".jpg", ".jpeg"), "image/jpeg")
DOCX = Content(
    "docx", "Word 文档", (".docx",), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)  # fmt: skip
XLSX = Content("xlsx", "Excel 工作簿", (".xlsx",), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
XLS = Content("xls", "Excel 97-2003 工作簿", (".xls",), "application/vnd.ms-excel")
CSV = Content("csv", "CSV 表格", (".csv",), "text/csv")
TXT = Content("txt", "纯文本", (".txt",), "text/plain")

ACCEPTED = (PDF, JPEG, PNG, DOCX, XLSX, XLS, CSV, TXT)
BY_SUFFIX = {suffix: content for content in ACCEPTED for suffix in content.suffixes}
IMAGES = (PNG, JPEG)
IN_WORDS = "PDF、图片（JPG、PNG）、Word（docx）、Excel（xlsx、xls）、CSV 或 TXT"


class Unfit(Exception):
    """The file can't be taken; the message says why and what to do, in Chinese."""


@dataclass(frozen=True)
class Examined:
    """A file that can be taken: what it really is, and the name it is shown by."""

    content: Content
    name: str


def megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(size, 1) / 1024:.1f} KB"
