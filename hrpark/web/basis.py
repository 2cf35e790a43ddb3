"""The basis one click away: clause numbers of the standard in a sentence become links to their pages."""

from __future__ import annotations

import functools
import re

from django.urls import reverse
from markupsafe import Markup, escape

from hrpark.standard.queries import current_edition

#: 4.3.1.1 b), 5.4.1.3, 表1 T1.05; nothing that stands inside a longer number, a date or a version.
_NUMBER = re.compile(r"(?<![\d.])(?:T1\.\d{2}|[3-7](?:\.\d{1,2}){1,3}(?: [a-l]\))?)(?![\d.]*\d)(?!\s?[%％元万亿家个])")


@functools.lru_cache(maxsize=1)
def _keys() -> dict[str, str]:
    """Number as printed → key of the clause, or of its first part."""
    known = current_edition()
    keys = {row.key: row.key for row in known.rows}
    for clause in known.clauses:
        keys.setdefault(clause.printed, clause.key)
    return keys


@functools.lru_cache(maxsize=1024)
def linked(text: str) -> Markup:
    """A basis in words, with every clause it names as a link. Only sentences that speak of the standard are looked through."""
    if "标准" not in text and "条款" not in text and "表1" not in text:
        return escape(text)
    parts, done = [], 0
    for found in _NUMBER.finditer(text):
        key = _keys().get(found.group())
        if key is None:
            continue
        parts.append(escape(text[done : found.start()]))
        parts.append(Markup('<a href="{}">{}</a>').format(reverse("standard-clause", kwargs={"key": key}), found.group()))
        done = found.end()
    return Markup("").join([*parts, escape(text[done:])])
