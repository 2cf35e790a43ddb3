"""How many pages a scan has: counted in a PDF, one in a picture."""

from __future__ import annotations

import logging
from typing import BinaryIO

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

log = logging.getLogger(__name__)


def pages_of(scan: BinaryIO) -> int | None:
    """None where a PDF does not say so (encrypted, damaged): somebody has to count."""
    scan.seek(0)
    head = scan.read(5)
    scan.seek(0)
    if head != b"%PDF-":
        return 1
    try:
        reader = PdfFileReader(scan, strict=False)
        count = None if reader.encrypted else int(reader.root["/Pages"]["/Count"])
    except (PdfError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as problem:
        log.info("the pages of a scan could not be counted: %s", problem)
        count = None
    scan.seek(0)
    return count if count and 0 < count <= 2000 else None
