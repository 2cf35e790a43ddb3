"""From a template and data to a PDF: A4, PDF/A-2b, the same bytes for the same data and moment.

Data reaches the template as JSON and is never part of its source, so nothing that a person typed is ever run. One compiler
is kept a process (the fonts are read once), and used by one thread at a time.
"""

from __future__ import annotations

import json
import logging
import threading
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone

from hrpark.toolbox.errors import Misconfigured, Refused

from .fonts import Chain, chain, printable_data
from .kinds import TEMPLATES

log = logging.getLogger(__name__)
FOLDER = Path(__file__).parent / "templates"
STANDARD = "a-2b"
#: Characters of data. 300 rows of a table are 20,000 and take 30 MB; 4,000 rows are what one process should bear.
LARGE, LARGEST = 5_000, 250_000
#: What a compile has worked out is kept for so many further ones (typst evicts by age).
AGES = 10
_lock = threading.Lock()
_kept: tuple[Chain, typst.Compiler] | None = None


def render(template: str, data: dict[str, Any], *, at: datetime) -> bytes:
    """The document as PDF/A. A character that no font has is printed as 〓 with its code point in a footnote."""
    found = TEMPLATES.get(template)
    missing = found.needs - data.keys()
    if missing:
        raise Misconfigured(f"The document {template!r} lacks {', '.join(sorted(missing))}")
    fonts = chain()
    local = timezone.localtime(at)
    body = {
        "label": found.label,
        **printable_data(data),
        "at": [local.year, local.month, local.day, local.hour, local.minute, local.second],
    }
    try:
        return _compile(fonts, found.file, body, at)
    except typst.TypstError as problem:
        if "could not be displayed" not in problem.message:
            raise Misconfigured(
                f"The document {template!r} cannot be set: {problem.message}\n{problem.diagnostic}"
            ) from problem
        log.warning("a text of %s could not be set as it stands: %s", template, problem.message)
    # The fonts' tables promised what setting the text did not keep: only single characters of the main font, then.
    main = fonts.coverage[0]
    return _compile(fonts, found.file, printable_data(body, lambda cluster: len(cluster) == 1 and cluster in main), at)


def _compile(fonts: Chain, file: str, body: dict, at: datetime) -> bytes:
    global _kept
    inputs = {"data": json.dumps(body, ensure_ascii=False, default=_plain), "fonts": json.dumps(fonts.families)}
    if len(inputs["data"]) > LARGEST:
        raise Refused("内容过多，无法生成 PDF（明细约超过 4000 行）。请缩小范围，或把明细导出为 Excel。")
    with _lock:
        if _kept is None or _kept[0] is not fonts:
            compiler = typst.Compiler(str(FOLDER / file), root=str(FOLDER), font_paths=fonts.fonts, ignore_system_fonts=True)
            _kept = (fonts, compiler)
        compiler = _kept[1]
        pdf = compiler.compile(
            input=str(FOLDER / file), format="pdf", sys_inputs=inputs, pdf_standards=[STANDARD], timestamp=int(at.timestamp())
        )  # fmt: skip
        if len(inputs["data"]) > LARGE:
            # Ten large reports would otherwise stay in memory together: 600 MB instead of 300.
            for _ in range(AGES):
                compiler.compile(input=b"", format="svg", sys_inputs={})
        return pdf


def _plain(value: object) -> str:
    """Numbers with their last zero. Days and moments come as text, in the words that the page should bear."""
    if isinstance(value, Decimal):
        return format(value, "f")
    raise Misconfigured(f"A document's data is text, numbers, lists and dictionaries, not {type(value).__name__}: {value!r}")
