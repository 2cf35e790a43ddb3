"""A fault at a statement of a deed: what is tried is the verb itself, with a database that fails once.

While a world is built, every verb is looked at when it is first called: the call is made with copies of its arguments and undone,
to learn its statements; then again and again, failing at one of them; then in earnest.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import OperationalError, connection, transaction

from hrpark.toolbox.errors import HrparkError

WRITES = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)
#: Modules that may hold a verb: the rooms and their tests.
OURS = tuple(str(Path(__file__).parents[2] / name) for name in ("hrpark", "tests"))
#: What opens and closes transactions is not a statement of the deed.
FRAME = re.compile(r"\s*(SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|SET CONSTRAINTS)", re.IGNORECASE)


class Undone(Exception):
    """Ends a trial; nothing of it stays."""


class Planted(OperationalError):
    """The database fails."""


@dataclass
class Fault:
    """Counts statements, remembers which write to which table, and fails at one of them."""

    at: int = -1
    #: Or at the first statement that begins like this.
    fails: str = ""
    seen: int = 0
    planted: bool = False
    writes: dict[int, str] = field(default_factory=dict)

    def __call__(self, execute, sql, params, many, context):
        if FRAME.match(sql):
            return execute(sql, params, many, context)
        number, self.seen = self.seen, self.seen + 1
        if number == self.at or (self.fails and sql.startswith(self.fails)):
            self.planted = True
            raise Planted("disk I/O error")
        if written := WRITES.match(sql):
            self.writes[number] = written[1]
        return execute(sql, params, many, context)


@dataclass
class Found:
    """Verbs that were looked at, how many faults were planted, and what was wrong."""

    verbs: dict[str, int] = field(default_factory=dict)
    faults: int = 0
    wrong: list[str] = field(default_factory=list)


def digest(tables: set[str]) -> str:
    """Every row of these tables."""
    whole = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
            whole.update(
                f"{table}{[tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor]}".encode()
            )
    return whole.hexdigest()


def few(fault: Fault) -> list[int]:
    """The first, the middle and the last write."""
    numbers = sorted(fault.writes)
    return sorted({numbers[0], numbers[len(numbers) // 2], numbers[-1]}) if numbers else []


#: A deed of more statements than this does the same to many rows: they are taken at even distances.
MOST = 300


def every(fault: Fault) -> list[int]:
    step = max(1, -(-fault.seen // MOST))
    return sorted({*range(0, fault.seen, step), *few(fault)})


@contextmanager
def looking(found: Found, which: Callable[[Fault], list[int]]) -> Iterator[None]:
    """Every verb of the house, wherever a module holds it, is tried at its first call."""
    busy, replaced = [], []

    def watched(run):
        @functools.wraps(run)
        def call(**arguments):
            if not busy and run.verb not in found.verbs:
                busy.append(run.verb)
                try:
                    statements = try_out(run, arguments, found, which)
                    if statements is not None:
                        found.verbs[run.verb] = statements
                finally:
                    busy.clear()
            return run(**arguments)

        return call

    wrapped: dict[int, Callable] = {}
    for module in [m for m in list(sys.modules.values()) if (getattr(m, "__file__", None) or "").startswith(OURS)]:
        for name, thing in list(vars(module).items()):
            if callable(thing) and isinstance(getattr(thing, "verb", None), str) and hasattr(thing, "__wrapped__"):
                replaced.append((module, name, thing))
                setattr(module, name, wrapped.setdefault(id(thing), watched(thing)))
    try:
        yield
    finally:
        for module, name, thing in replaced:
            setattr(module, name, thing)


def try_out(run: Callable, arguments: dict, found: Found, which: Callable[[Fault], list[int]]) -> int | None:
    """Plant faults into one call. Returns how many statements it has."""
    dry, given = Fault(), copy.deepcopy(arguments)
    try:
        with transaction.atomic(), connection.execute_wrapper(dry):
            run(**given)
            raise Undone
    except Undone:
        pass
    except HrparkError:
        return None  # a call that is refused tells nothing: the verb is tried at its next one
    tables = set(dry.writes.values())
    before = digest(tables)
    for number in which(dry):
        fault, given = Fault(at=number), copy.deepcopy(arguments)
        try:
            with transaction.atomic():
                with connection.execute_wrapper(fault):
                    run(**given)
                raise Undone  # what was read for the first call is remembered by now: there is no such statement
        except Planted:
            pass
        except Undone:
            if fault.planted:
                found.wrong.append(f"{run.verb}: went on after statement {number} of {dry.seen} had failed")
        found.faults += fault.planted
        if digest(tables | set(fault.writes.values())) != before and set(fault.writes.values()) <= tables:
            found.wrong.append(f"{run.verb}: statement {number} of {dry.seen} failed, and something stayed")
    return dry.seen
