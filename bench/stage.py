"""What the benchmarks share: a home of their own, servers, a client, and medians."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def setup(home: str | None = None) -> Path:
    """Django over a fresh SQLite file in a temporary folder (or HRPARK_DATABASE), migrated."""
    folder = Path(home or tempfile.mkdtemp(prefix="hrpark-bench-"))
    os.environ["HRPARK_HOME"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("HRPARK_LOG", "WARNING")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    return folder


def signed_in(person: Any, at: datetime) -> dict[str, str]:
    """The headers of a browser in which somebody has signed in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from hrpark.accounts.access import begin_session

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.set_expiry(timedelta(hours=12))
    session.create()
    begin_session(
        person=person, session_key=session.session_key, means="password", second="", at=at, address="127.0.0.1", agent="bench"
    )
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """What the server and its workers have used of the processors; nothing on systems without /proc."""
        return sum(_cpu_seconds(pid) for pid in (self.pid, *_children(self.pid)))


def _children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in told.read_text().split()] if told.exists() else []


def _cpu_seconds(pid: int) -> float:
    told = Path(f"/proc/{pid}/stat")
    if not told.exists():
        return 0.0
    user, system = told.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def granian(application: str, **environment: str) -> Iterator[Server]:
    """The same server for both sides: one worker, four threads."""
    port = free_port()
    command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--port", str(port), "--workers", "1",
        "--blocking-threads", "4", "--no-access-log", "--log-level", "error", application,
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(10)


def rate(server: Server, path: str, *, seconds: float = 4, clients: int = 4, headers: dict | None = None) -> dict:
    """Requests a second over kept connections, the median latency, and what a page costs the server; every answer must be 200.

    Where others use the machine too, the processor time of a page (``cpu_ms``) says more than the rate.
    """
    times: list[list[float]] = [[] for _ in range(clients)]
    until = time.monotonic() + seconds

    def work(mine: list[float]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        while time.monotonic() < until:
            begin = time.perf_counter()
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise RuntimeError(f"{path} answered {response.status}")
            mine.append(time.perf_counter() - begin)

    used = server.cpu_seconds()
    threads = [threading.Thread(target=work, args=(mine,)) for mine in times]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every = sorted(t for mine in times for t in mine)
    used = server.cpu_seconds() - used
    return {
        "rate": round(len(every) / seconds, 1),
        "p50_ms": round(1000 * statistics.median(every), 2),
        "cpu_ms": round(1000 * used / len(every), 2),
    }


def median_seconds(function: Callable[[], object], *, runs: int = 5) -> float:
    taken = []
    for _ in range(runs):
        begin = time.perf_counter()
        function()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def tell(name: str, **figures: object) -> None:
    print(json.dumps({"bench": name, **figures}, ensure_ascii=False))
