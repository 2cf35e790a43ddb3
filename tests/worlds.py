"""Worlds: what many tests begin with is built once, in a transaction that nobody commits, and each test works in a savepoint
inside it. A test sees the worlds that it asks for and no others.

    from tests.worlds import world

    @world                          # instead of @pytest.fixture
    def cast(at):
        return samples.cast(at)

    @world                          # a world may stand on another one
    def round(cast, at):
        return samples.make_round(cast.huangpu, at=at)

A world asks for other worlds and for fixtures that are plain values (``at``, ``now``); it is built anew when one of them has
changed. What it returns is copied for each test, all worlds of a test together: what a test does to an object, another test
never meets. The files that it keeps lie in the folder of uploads of each test. Mails and what waits for a commit are gone, as
with any test's own transaction. Not for a world that patches something, opens a file or runs a process (``own_database``):
those stay ``@pytest.fixture``.
"""

from __future__ import annotations

import copy
import inspect
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import transaction


def world(build: Callable | None = None, *, copied: bool = True) -> Any:
    """Declares a fixture as a world; see above. ``copied=False``: every test is handed the same object."""
    if build is None:
        return lambda function: world(function, copied=copied)

    def fixture(_standing, db, **below):
        if build not in _standing:
            raise LookupError(f"Ask for the world {build.__name__!r} as an argument of the test or of a fixture")
        return _standing[build]

    asked = inspect.signature(build).parameters.values()
    own = [p for p in inspect.signature(fixture).parameters.values() if p.kind is not p.VAR_KEYWORD]
    fixture.__signature__ = inspect.Signature([*own, *asked])
    fixture.__doc__, fixture.__module__ = build.__doc__, build.__module__
    fixture.builds, fixture.copied = build, copied
    return pytest.fixture(fixture, name=build.__name__)


@dataclass
class Layer:
    """One world as it stands: on what, in which transaction, with which files."""

    build: Callable
    given: dict[str, Any]
    atomic: transaction.Atomic
    files: Path
    #: What it returned, and with it, for they may share objects, what all below it returned.
    values: dict[Callable, Any] = field(default_factory=dict)


class Worlds:
    """The worlds that stand in this process, each inside the one before."""

    def __init__(self, home: Path):
        self.home, self.layers, self.count = home, [], 0

    def stand(self, item: pytest.Item, value_of: Callable[[str], Any]) -> dict[Callable, Any]:
        """Have exactly the worlds of a test stand; what each of them returned, for this test to keep."""
        fixtures = worlds_of(item)
        wanted = [
            (f.builds, {n: value_of(n) for n in inspect.signature(f.builds).parameters if n not in fixtures})
            for f in fixtures.values()
        ]  # fmt: skip
        standing = [(layer.build, layer.given) for layer in self.layers]
        kept = next(
            (n for n, (a, b) in enumerate(zip(standing, wanted, strict=False)) if a != b), min(len(standing), len(wanted))
        )
        self.fall(kept)
        for build, given in wanted[kept:]:
            self._build(build, given, {n: f.builds for n, f in fixtures.items()})
        return self._values({id(self.layers[-1].values[f.builds]) for f in fixtures.values() if not f.copied})

    def fall(self, kept: int = 0) -> None:
        """Undo all but the first so many."""
        while len(self.layers) > kept:
            transaction.set_rollback(True)
            self.layers.pop().atomic.__exit__(None, None, None)

    def files_for(self, folder: Path) -> None:
        if self.layers and self.layers[-1].files.exists():
            shutil.copytree(self.layers[-1].files, folder, dirs_exist_ok=True)

    def _values(self, shared: Collection[int] = ()) -> dict[Callable, Any]:
        """What the worlds returned, copied but for what is shared."""
        values = self.layers[-1].values if self.layers else {}
        return copy.deepcopy(values, {id(v): v for v in values.values() if id(v) in shared})

    def _build(self, build: Callable, given: dict[str, Any], named: dict[str, Callable]) -> None:
        self.count += 1
        layer = Layer(build, given, transaction.atomic(), self.home / str(self.count), self._values())
        layer.atomic._from_testcase = True  # what asks to be outermost may be, as in a test
        self.files_for(layer.files)
        layer.atomic.__enter__()
        self.layers.append(layer)
        before, settings.UPLOAD_ROOT = settings.UPLOAD_ROOT, layer.files
        try:
            below = {n: layer.values[named[n]] for n in inspect.signature(build).parameters if n in named}
            layer.values[build] = build(**below, **given)
        except BaseException:
            self.fall(len(self.layers) - 1)
            raise
        finally:
            settings.UPLOAD_ROOT = before
            getattr(mail, "outbox", []).clear()


def worlds_of(item: pytest.Item) -> dict[str, Any]:
    """Name → fixture function of each world that a test asks for, what stands on another after it."""
    known = item._fixtureinfo.name2fixturedefs
    found = {name: known[name][-1].func for name in item.fixturenames if name in known}
    found = {name: function for name, function in found.items() if hasattr(function, "builds")}

    def height(name: str) -> int:
        below = [n for n in inspect.signature(found[name].builds).parameters if n in found]
        return 1 + max(map(height, below), default=0)

    return {name: found[name] for name in sorted(found, key=height)}
