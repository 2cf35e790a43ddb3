"""One registry class for everything that is discovered: indicators, rules, kinds of request, channels, import targets.

A child lives in one file, names its ``key``, and is found by ``discover``; a duplicate or missing key stops start-up.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Generic, TypeVar

from .errors import Misconfigured

T = TypeVar("T")


class Registry(Generic[T]):
    """Things of one kind by key, in a stable order (by key, unless the thing has an ``order``)."""

    def __init__(self, kind: str):
        self.kind = kind
        self._things: dict[str, T] = {}

    def add(self, key: str, thing: T) -> T:
        if not key:
            raise Misconfigured(f"A {self.kind} needs a key: {thing!r}")
        known = self._things.get(key)
        if known is not None and known is not thing:
            raise Misconfigured(f"Two {self.kind}s are called {key!r}: {known!r} and {thing!r}")
        self._things[key] = thing
        return thing

    def get(self, key: str) -> T:
        """The thing of that key; an unknown key is a programming error, named with its neighbours."""
        try:
            return self._things[key]
        except KeyError:
            raise Misconfigured(f"No {self.kind} is called {key!r}; known: {', '.join(sorted(self._things))}") from None

    def find(self, key: str) -> T | None:
        return self._things.get(key)

    def keys(self) -> list[str]:
        return [key for key, _ in self.items()]

    def items(self) -> list[tuple[str, T]]:
        return sorted(self._things.items(), key=lambda pair: (_place(pair[1]), pair[0]))

    def __iter__(self) -> Iterator[T]:
        return iter(thing for _, thing in self.items())

    def __len__(self) -> int:
        return len(self._things)

    def __contains__(self, key: str) -> bool:
        return key in self._things


def _place(thing: object) -> float:
    """The ``order`` of a thing where that is a number; the order of a list's rows is another matter."""
    order = getattr(thing, "order", 0)
    return order if isinstance(order, int | float) else 0


def discover(package: ModuleType | str) -> list[ModuleType]:
    """Import every module of a package, so that its classes and functions register themselves."""
    if isinstance(package, str):
        package = importlib.import_module(package)
    return [
        importlib.import_module(f"{package.__name__}.{found.name}")
        for found in pkgutil.iter_modules(package.__path__)
        if found.name != "tests"
    ]
