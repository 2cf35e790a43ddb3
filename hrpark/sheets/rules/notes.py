"""What the reader of a table wants to be told about the file, in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """``warns``: somebody should look before going on; otherwise it only says what was done."""

    code: str
    text: str
    warns: bool = False
