"""What every test shares. The databases are set up in tests/settings.py."""

from __future__ import annotations

import os
import secrets
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    """Uploads of a test go to its own folder."""
    settings.UPLOAD_ROOT = tmp_path / "files"


@pytest.fixture
def at() -> datetime:
    """A moment that tests agree on: Monday 2026-03-02, 10:00 in Guangzhou."""
    return datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An empty, migrated database that nobody is connected to, as the environment of a process: what others are copied from."""
    home = tmp_path_factory.mktemp("migrated")
    environment = dict(os.environ, DJANGO_SETTINGS_MODULE="config.settings", HRPARK_HOME=str(home))
    if os.environ.get("HRPARK_TEST_DB") == "postgres":
        environment["HRPARK_DATABASE"] = _postgres_database(os.environ["HRPARK_DATABASE"])
    else:
        environment["HRPARK_DATABASE"] = f"sqlite:///{home / 'own.sqlite3'}"
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
    subprocess.run(command, cwd=Path(__file__).parent, env=environment, check=True)  # noqa: S603 - our own command
    return environment


@pytest.fixture
def own_database(migrated, tmp_path):
    """A database for a test whose deeds come from several processes or end in a kill: a fresh copy, never a flush (the trail
    refuses deletes), never in memory (no WAL there). Yields the environment for ``subprocess``.
    """
    environment = migrated | {"HRPARK_HOME": str(tmp_path / "home")}
    if os.environ.get("HRPARK_TEST_DB") == "postgres":
        return environment | {"HRPARK_DATABASE": _postgres_database(migrated["HRPARK_DATABASE"], copied=True)}
    copy = tmp_path / "own.sqlite3"
    source = migrated["HRPARK_DATABASE"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    return environment | {"HRPARK_DATABASE": f"sqlite:///{copy}"}


def _postgres_database(address: str, *, copied: bool = False) -> str:
    """A new database on the server of that address, empty or a copy of that one. It goes with the server's folder."""
    name = f"own_{secrets.token_hex(4)}"
    head, _, tail = address.partition("?")
    server, _, source = head.rpartition("/")
    with psycopg.connect(f"{server}/postgres" + (f"?{tail}" if tail else ""), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{source}"' if copied else ""))
    return f"{server}/{name}" + (f"?{tail}" if tail else "")
