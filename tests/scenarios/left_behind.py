"""Words as bytes: in how many ways one may lie in a file, and which files an installation has written."""

import json
import os
from pathlib import Path
from urllib.parse import quote

import psycopg


def spellings(word):
    """A word as bytes may hold it: plain, wide, in the old Chinese encoding, escaped for JSON, for addresses, for both."""
    escaped = json.dumps(word)[1:-1]
    texts = {
        word,
        escaped,
        escaped.upper().replace("\\U", "\\u"),
        escaped.replace("\\", "\\\\"),
        quote(word),
        quote(word).lower(),
    }
    found = {text.encode() for text in texts} | {word.encode("utf-16-le"), word.encode("utf-16-be"), word.encode("gb18030")}
    return found | ({word.upper().encode()} if "@" in word else set())


def left(words, places):
    """(word, file) of everything that is still there."""
    found = []
    for place in places:
        data = place.read_bytes()
        found += [(word, place.name) for word in words if any(one in data for one in spellings(word))]
    return found


def files_of(address, home, aside):
    """Everything that the installation has written: database with its log, uploads, secrets."""
    if address.startswith("sqlite"):
        database = [p for p in Path(address.removeprefix("sqlite:///")).parent.glob("own.sqlite3*") if p.is_file()]
    else:
        database = tables_of(address) + [dump_of(address, aside)]
    return [*database, *(p for p in Path(home).rglob("*") if p.is_file())]


def tables_of(address):
    """The files in which PostgreSQL keeps the tables and indexes of this database, where this user may read them."""
    with psycopg.connect(address) as server:
        folder, oid = server.execute(
            "SELECT current_setting('data_directory'), (SELECT oid FROM pg_database WHERE datname = current_database())"
        ).fetchone()
    place = Path(folder) / "base" / str(oid)
    return [p for p in place.iterdir() if p.is_file()] if os.access(place, os.R_OK) else []


def emptied_log(address):
    """PostgreSQL's own log after an administrator has emptied it as docs/operating.md says, where this user may read it.
    SQLite's is one of its files.
    """
    if address.startswith("sqlite"):
        return []
    with psycopg.connect(address, autocommit=True) as server:
        (folder,) = server.execute("SELECT current_setting('data_directory')").fetchone()
        place = Path(folder) / "pg_wal"
        if not os.access(place, os.R_OK):
            return []
        for setting in ("off", "on"):
            server.execute(f"ALTER SYSTEM SET wal_recycle = {setting}")
            server.execute("SELECT pg_reload_conf()")
            for _ in range(2 if setting == "off" else 0):
                server.execute("SELECT pg_switch_wal()")
                server.execute("CHECKPOINT")
    return [p for p in place.iterdir() if p.is_file()]


def dump_of(address, aside):
    """Every row of every table, as COPY gives it out."""
    path = Path(aside) / "dump"
    with psycopg.connect(address) as server, path.open("wb") as file:
        names = server.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in names:
            with server.cursor().copy(f"COPY {name} TO STDOUT") as rows:
                for part in rows:
                    file.write(part)
    return path
