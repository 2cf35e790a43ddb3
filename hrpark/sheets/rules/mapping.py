"""Which column is which field: by the words of the headings, by what an officer chose before, by the officer."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

from hrpark.toolbox.errors import Refused
from hrpark.toolbox.text import match_key

from .fields import Field
from .tables import heading_variants

#: Column index (from 0) → name of the field.
Columns = dict[int, str]


def fingerprint(header: Sequence[str]) -> str:
    """The same headings in the same order have the same fingerprint, however they are spaced."""
    return hashlib.sha256("\x1f".join(match_key(name) for name in header).encode()).hexdigest()


def welcome(fields: Sequence[Field]) -> frozenset[str]:
    """The heading words of all fields, to find the heading by."""
    return frozenset(match_key(word) for field in fields for word in field.words)


def suggest(header: Sequence[str], fields: Sequence[Field]) -> Columns:
    """The most likely field of each column, each field at most once; what is unlike everything stays free.

    A Chinese heading ends with what it is (人力资源服务许可证编号), so a known word at its end counts, less than a whole match.
    """
    scores: list[tuple[int, int, int, str]] = []
    for column, name in enumerate(header):
        variants = heading_variants(name)
        for order, field in enumerate(fields):
            score = max(_score(variants, match_key(word)) - min(n, 9) for n, word in enumerate(field.words))
            if score > 0:
                scores.append((-score, column, order, field.name))
    columns: Columns = {}
    taken: set[str] = set()
    for _, column, _, name in sorted(scores):
        if column not in columns and name not in taken:
            columns[column] = name
            taken.add(name)
    return dict(sorted(columns.items()))


def _score(variants: Sequence[str], word: str) -> int:
    if not word:
        return 0
    if word in variants:
        return 2000 - 20 * variants.index(word)
    if len(word) >= 3 and variants and any(v.endswith(word) for v in variants):
        return 100 + len(word)
    return 0


def checked(columns: Mapping[int, str], header: Sequence[str], fields: Sequence[Field], identity: Collection[str]) -> Columns:
    """The officer's own choice, or a Refused that says what is missing or doubled."""
    labels = {field.name: field.label for field in fields}
    chosen = {column: name for column, name in columns.items() if name}
    for column, name in chosen.items():
        if not 0 <= column < len(header) or name not in labels:
            raise Refused("列的对应关系与文件不符，请刷新页面后重新选择。", field=f"column_{column}")
    for name in labels:
        twice = [column for column, n in chosen.items() if n == name]
        if len(twice) > 1:
            raise Refused(
                f"“{header[twice[0]]}”和“{header[twice[1]]}”都对应了“{labels[name]}”，请只保留一列。",
                field=f"column_{twice[1]}",
            )
    missing = [f.label for f in fields if (f.required or f.name in identity) and f.name not in chosen.values()]
    if missing:
        raise Refused(
            f"还没有指定哪一列是“{'”“'.join(missing)}”。请选择对应的列；如文件中没有，请补充后重新上传。", field="columns"
        )
    return dict(sorted(chosen.items()))
