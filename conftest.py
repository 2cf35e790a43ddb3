"""What every test shares. The databases are set up in tests/settings.py, what many tests begin with in tests/worlds.py: a
fixture under ``@world`` is built once for all tests that follow one another and ask for it; ``cast`` is one.
"""

from __future__ import annotations

import fcntl
import gc
import os
import secrets
import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from xdist.scheduler import LoadScopeScheduling

from hrpark.accounts import samples
from tests.worlds import Worlds, world, worlds_of

#: Fixtures without which a test has no database.
DATABASE = {"db", "transactional_db", "django_db_setup", "migrated", "new_environment", "own_database"}


class ByFile(LoadScopeScheduling):
    """Tests of one file stay with one worker, all of tests/access too: they share a world that takes seconds to build."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/access" if nodeid.startswith("tests/access/") else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False  # in the order of collection, below
    return ByFile(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What asks for no database has no second one to pass on: ``-m "not no_database"`` leaves it out on PostgreSQL.

    What takes longest by itself begins first; in a file, tests that begin with the same worlds follow one another.
    """
    for item in items:
        asks = item.get_closest_marker("django_db") or DATABASE & set(item.fixturenames) or "browser" in item.path.parts
        if not asks:
            item.add_marker("no_database")
    order = {path: n for n, path in enumerate(dict.fromkeys(item.path for item in items))}
    items.sort(key=lambda item: (not item.nodeid.startswith("tests/"), order[item.path], tuple(worlds_of(item))))


def pytest_collection_finish():
    """What is imported stays: the collector of garbage need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    """Uploads of a test go to its own folder."""
    settings.UPLOAD_ROOT = tmp_path / "files"


@pytest.fixture
def at() -> datetime:
    """A moment that tests agree on: Monday 2026-03-02, 10:00 in Guangzhou."""
    return datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@world
def cast(at) -> samples.Cast:
    """Two parks and their people."""
    return samples.cast(at)


@pytest.fixture(scope="session")
def _worlds(django_db_setup, django_db_blocker):
    """The worlds that stand in this process (tests/worlds.py)."""
    worlds = Worlds(settings.HOME / "worlds")
    yield worlds
    with django_db_blocker.unblock():
        worlds.fall()


@pytest.fixture
def _standing(request, _worlds, _uploads, django_db_blocker):
    """What the worlds of a test returned, for this test alone."""
    with django_db_blocker.unblock():
        standing = _worlds.stand(request.node, request.getfixturevalue)
        _worlds.files_for(settings.UPLOAD_ROOT)
    return standing


@pytest.fixture
def _django_db_helper(_standing, _django_db_helper):
    """The transaction of a test (pytest-django's) begins inside its worlds."""


@pytest.fixture(scope="session")
def migrated(django_test_environment, django_db_blocker) -> str:
    """The address of an empty, migrated database that nobody is connected to: once a run, what all others are copied from."""
    home = Path(os.environ["HRPARK_TEST_HOME"])
    with (home / "migrating").open("w") as lock, django_db_blocker.unblock():
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = home / "migrated"
        if not made.exists():
            address = _new_database(home / "migrated.sqlite3")
            _connect(address)
            call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
            connection.close()
            made.write_text(address)
    return made.read_text()


@pytest.fixture(scope="session")
def django_db_setup(migrated, django_db_blocker):
    """The database of the tests of this process: a copy."""
    with django_db_blocker.unblock():
        _connect(_new_database(settings.HOME / "test.sqlite3", copy_of=migrated))
    yield
    with django_db_blocker.unblock():
        connection.close()


@pytest.fixture(scope="session")
def new_environment(migrated):
    """Folder → the environment for ``tests.processes.Process``, with a fresh copy of the database in it, or on the server."""

    def made(folder: Path) -> dict[str, str]:
        return dict(
            os.environ,
            DJANGO_SETTINGS_MODULE="config.settings",
            HRPARK_HOME=str(folder / "home"),
            HRPARK_DATABASE=_new_database(folder / "own.sqlite3", copy_of=migrated),
        )

    return made


@pytest.fixture
def own_database(new_environment, tmp_path):
    """A database for a test whose deeds come from several processes or end in a kill: a fresh copy, never a flush (the trail
    refuses deletes), never in memory (no WAL there). Yields the environment for ``tests.processes.Process``.
    """
    return new_environment(tmp_path)


def _new_database(file: Path, *, copy_of: str = "") -> str:
    """The address of a new database, empty or a copy: that file, or one on the server of the run."""
    if connection.vendor == "sqlite":
        if copy_of:
            shutil.copyfile(copy_of.removeprefix("sqlite:///"), file)
        return f"sqlite:///{file}"
    name = f"{os.environ['HRPARK_TEST_PREFIX']}_{secrets.token_hex(4)}"
    with psycopg.connect(os.environ["HRPARK_DATABASE"], autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{_on_server(copy_of)[1]}"' if copy_of else ""))
    head, _, tail = _on_server(os.environ["HRPARK_DATABASE"])
    return f"{head}/{name}{tail}"


def _on_server(address: str) -> tuple[str, str, str]:
    """Server, name and the rest of an address."""
    head, mark, tail = address.partition("?")
    server, _, name = head.rpartition("/")
    return server, name, mark + tail


def _connect(address: str) -> None:
    """What this process works with from now on."""
    connection.close()
    connection.settings_dict["NAME"] = (
        address.removeprefix("sqlite:///") if connection.vendor == "sqlite" else _on_server(address)[1]
    )
