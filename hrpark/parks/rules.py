"""Which space may lie inside which. Pure."""

from __future__ import annotations

#: kind → the kinds of space it may lie in. A register that knows only units has no parents at all, which is allowed.
INSIDE: dict[str, frozenset[str]] = {
    "building": frozenset(),
    "floor": frozenset({"building"}),
    "unit": frozenset({"building", "floor"}),
    "room": frozenset({"building", "floor", "unit"}),
}


def may_lie_in(kind: str, parent_kind: str) -> bool:
    """Whether a space of ``kind`` may lie in one of ``parent_kind``. Every chain ends: each step goes to a larger kind."""
    return parent_kind in INSIDE[kind]
