"""Files as they come in, made on the spot: for tests and the demo year."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from stdnum.cn import uscc


def make_uscc(number: int, *, region: str = "440112", valid: bool = True) -> str:
    """A well-formed code of a company; with ``valid`` off its check character is wrong."""
    body = f"91{region}{number:09d}"
    right = uscc.calc_check_digit(body)
    return body + (right if valid else "0" if right != "0" else "1")


def make_csv(header: Sequence[str], rows: Sequence[Sequence[Any]], *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """A text table; nothing is quoted, as simple systems write it."""
    lines = [delimiter.join(map(str, cells)) for cells in (header, *rows)]
    return "\r\n".join([*lines, ""]).encode(encoding)


def make_xlsx(
    header: Sequence[str], rows: Sequence[Sequence[Any]], *, before: Sequence[Sequence[Any]] = (), name: str = "名册",
    and_then: Callable[[xlsxwriter.Workbook, Any], None] | None = None,
) -> bytes:  # fmt: skip
    """A workbook of one sheet: rows ``before`` the heading (titles), the heading, the rows; ``and_then`` adds to it."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page, day = book.add_worksheet(name), book.add_format({"num_format": "yyyy-mm-dd"})
    for i, cells in enumerate([*before, header, *rows]):
        for k, cell in enumerate(cells):
            if isinstance(cell, date | datetime):
                page.write_datetime(i, k, cell, day)
            elif cell is not None:
                page.write(i, k, cell)
    if and_then:
        and_then(book, page)
    book.close()
    return buffer.getvalue()
