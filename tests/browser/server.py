"""The whole product as its users run it: the supervisor with web server, worker and tick, over a fresh database."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fresh_postgres(uri: str) -> str:
    """A new database on the server of that address."""
    name = f"walk_{secrets.token_hex(4)}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    head, _, tail = uri.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + (f"?{tail}" if tail else "")


@dataclass
class Server:
    address: str
    process: subprocess.Popen
    home: Path
    database: str = ""

    def ask(self, question: str, *given: object) -> list[tuple]:
        """What the database holds; ``?`` stands for a given value."""
        if self.database:
            with psycopg.connect(self.database) as connection:
                return connection.execute(question.replace("%", "%%").replace("?", "%s"), given).fetchall()
        with closing(sqlite3.connect(self.home / "hrpark.sqlite3", timeout=20, isolation_level=None)) as connection:
            return connection.execute(question, given).fetchall()

    def tell(self, command: str, *given: object) -> None:
        """Change the database behind the product's back, as time or an accident does."""
        if self.database:
            with psycopg.connect(self.database) as connection:
                connection.execute(command.replace("?", "%s"), given)
        else:
            self.ask(command, *given)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


def start(home: Path, *, demo: bool = True, seconds: float = 120, **environment: str) -> Server:
    """Start and wait for the first page. ``HRPARK_DATABASE`` in ``environment`` chooses the database; SQLite else."""
    home.mkdir(parents=True, exist_ok=True)
    port = free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith("HRPARK_") and k != "DJANGO_SETTINGS_MODULE"}
    env |= {"HRPARK_HOME": str(home), **environment}
    log = (home / "server.log").open("wb")
    command = [sys.executable, "-m", "config.supervisor", "--port", str(port), *(["--demo"] if demo else [])]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address + "/", timeout=5):
                return Server(address, process, home, environment.get("HRPARK_DATABASE", ""))
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    process.kill()
    raise RuntimeError("The server did not answer:\n" + (home / "server.log").read_text()[-4000:])
