"""Canonical JSON and its digest: the same data give the same bytes on every machine and database, for ever."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any


def canonical(data: Any) -> str:
    """Sorted keys, no spaces, Chinese as it is. Numbers must be whole or text: a float is not the number on paper."""
    return json.dumps(_checked(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _checked(data: Any) -> Any:
    if isinstance(data, dict):
        if not all(isinstance(k, str) for k in data):
            raise TypeError(f"Keys of frozen data are text: {sorted(map(repr, data))}")
        return {k: _checked(v) for k, v in data.items()}
    if isinstance(data, list | tuple):
        return [_checked(v) for v in data]
    if data is None or isinstance(data, str | bool | int):
        return data
    raise TypeError(f"{data!r} can't be frozen")


def exact(data: Any) -> Any:
    """A body read from YAML or JSON without floats: 2.4 becomes “2.4”, as it was written."""
    if isinstance(data, dict):
        return {str(k): exact(v) for k, v in data.items()}
    if isinstance(data, list | tuple):
        return [exact(v) for v in data]
    if isinstance(data, float | Decimal):
        return str(data)
    return data


def text_of(value: Decimal | None) -> str | None:
    """A number as text, the same for equal numbers: no exponent, no trailing zeros, no minus before zero."""
    if value is None:
        return None
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
