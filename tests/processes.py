"""Processes of the house, cheap enough for tests: forked from one that has imported it and opened no connection.

Each is a process of its own, with an own environment (hence an own database and home), killable like any other. What a fresh
``python`` pays in two seconds of imports is paid once by the server of ``multiprocessing`` that forks them.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import textwrap
from multiprocessing.connection import Connection
from typing import Any

from tests import HASHERS

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(["tests.imported"])


class Process:
    """A program in a process of its own: of ``subprocess.Popen`` what tests ask for."""

    def __init__(self, environment: dict[str, str], *, module: str = "", code: str = "", arguments: tuple[str, ...] = ()):
        said, out = _server.Pipe(duplex=False)
        self._problems = tempfile.TemporaryFile()
        err = Connection(os.dup(self._problems.fileno()), readable=False)
        given = (environment, module, textwrap.dedent(code), arguments, out, err)
        self._process = _server.Process(target=_live, args=given)
        self._process.start()
        out.close(), err.close()
        self.stdout = os.fdopen(os.dup(said.fileno()), encoding="utf-8")
        said.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def poll(self) -> int | None:
        """How it ended: 0, 1 after an error, minus the signal that ended it; None while it lives."""
        return self._process.exitcode

    def wait(self, timeout: float = 180) -> int:
        self._process.join(timeout)
        if self.poll() is None:
            self.kill()
            raise subprocess.TimeoutExpired("a process of the test", timeout)
        return self.poll()

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def ended(self, timeout: float = 180) -> tuple[int, str, str]:
        """Exit code, what it printed, and what it complained of."""
        code = self.wait(timeout)
        with self.stdout, self._problems:
            self._problems.seek(0)
            return code, self.stdout.read(), self._problems.read().decode()

    def done(self, timeout: float = 180) -> str:
        """What it printed; it must have ended well."""
        code, out, problems = self.ended(timeout)
        assert code == 0, problems
        return out

    def answer(self, timeout: float = 180) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.done(timeout))


def _live(
    environment: dict[str, str], module: str, code: str, arguments: tuple[str, ...], out: Connection, err: Connection
) -> None:
    """In the new process: the environment as given, the settings read again from it, then the program."""
    os.dup2(out.fileno(), 1), os.dup2(err.fileno(), 2)
    out.close(), err.close()
    sys.stdout, sys.stderr = open(1, "w", encoding="utf-8", closefd=False), open(2, "w", encoding="utf-8", closefd=False)
    os.environ.clear()
    os.environ.update(environment)
    from django.conf import Settings, settings
    from django.db import connections

    import tests.imported  # noqa: F401 - there already, when the server of forks could find it

    importlib.reload(sys.modules["config.settings"])
    settings._wrapped = Settings("config.settings")
    settings.PASSWORD_HASHERS = HASHERS
    connections.__dict__.pop("settings", None)
    connections.__init__()
    sys.argv = [module or "-c", *arguments]
    if module:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    else:
        exec(compile(code, "<test>", "exec"), {"__name__": "__main__"})
