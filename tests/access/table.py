"""The declared table: who may open each URL (GET) and who may hand something in (POST). One line a URL.

Letters are in identities.py. The table is written by hand from what each role is for, never computed from the code it
holds to account. Objects in a URL belong to 启航 in 黄埔 (stage.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from .identities import EVERYBODY, SIGNED_IN


@dataclass(frozen=True)
class Row:
    get: str = ""
    post: str = ""


DESK = "od"
AUTHORITY = "si"
OWN = "rc"
TENANTS = "rcR"

ROWS: dict[str, Row] = {}

__all__ = ["AUTHORITY", "DESK", "EVERYBODY", "OWN", "ROWS", "SIGNED_IN", "TENANTS", "Row"]
