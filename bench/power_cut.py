"""Power cuts on SQLite: decisions are taken through the verbs of the house, the power is cut, and what was acknowledged is looked for.

    python -m bench.power_cut [cuts]

What SQLite does to its two files is recorded below it: the methods of its open files are replaced by ones that write down each
write, truncation and sync, and pass it on. A cut keeps everything that was synced and, of what was written since, each sector of
512 bytes or not, by chance; files are put together so, opened, checked, and read. With ``synchronous=NORMAL`` the same must lose
something: the control. The model trusts a sync, and the operating system's order of nothing.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import sqlite3
import sys
import tempfile
from pathlib import Path

SECTOR, FILE, JOURNAL = 512, 7, 28  # SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER
DECISIONS, PAGES_TO_CHECKPOINT = 24, 60
_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
#: Places of sqlite3_io_methods: iVersion, xClose, xRead, xWrite, xTruncate, xSync, … and as many more as version 3 has.
WRITE, TRUNCATE, SYNC, PLACES = 3, 4, 5, 19
keep_alive: list = []


def record(connection: sqlite3.Connection, log: list) -> None:
    """From now on every write, truncation and sync of the database and of its log stands in ``log``."""
    import _sqlite3

    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_file_control.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
    handle = ctypes.c_void_p.from_address(id(connection) + object.__basicsize__).value  # the first field of the object
    for name, which in (("db", FILE), ("wal", JOURNAL)):
        file = ctypes.c_void_p()
        if library.sqlite3_file_control(handle, b"main", which, ctypes.byref(file)) or not file.value:
            raise RuntimeError(f"SQLite gives no pointer to its {name}")
        _listen(name, file.value, log)


def _listen(name: str, file: int, log: list) -> None:
    methods = ctypes.c_void_p.from_address(file)  # sqlite3_file begins with a pointer to its methods
    ours = (ctypes.c_void_p * PLACES)(*(ctypes.c_void_p * PLACES).from_address(methods.value))
    write, truncate, sync = _WRITE(ours[WRITE]), _TRUNCATE(ours[TRUNCATE]), _SYNC(ours[SYNC])

    def on_write(file, data, amount, offset):
        log.append(("write", name, offset, ctypes.string_at(data, amount)))
        return write(file, data, amount, offset)

    def on_truncate(file, size):
        log.append(("truncate", name, size, b""))
        return truncate(file, size)

    def on_sync(file, flags):
        log.append(("sync", name, 0, b""))
        return sync(file, flags)

    ours_now = [_WRITE(on_write), _TRUNCATE(on_truncate), _SYNC(on_sync)]
    for place, function in zip((WRITE, TRUNCATE, SYNC), ours_now, strict=True):
        ours[place] = ctypes.cast(function, ctypes.c_void_p).value
    methods.value = ctypes.addressof(ours)
    keep_alive.extend([ours, write, truncate, sync, *ours_now])


def after_cut(before: dict[str, bytes], log: list, cut: int, chance: random.Random) -> dict[str, bytes]:
    """What lies on the disk when the power goes after so many events."""
    files = {name: bytearray(data) for name, data in before.items()}
    synced = {name: max((n for n in range(cut) if log[n][:2] == ("sync", name)), default=-1) for name in files}
    for number, (what, name, offset, data) in enumerate(log[:cut]):
        if what in ("write", "truncate"):
            _apply(files[name], what, offset, data, None if number <= synced[name] else chance)
    return {name: bytes(data) for name, data in files.items()}


def _apply(file: bytearray, what: str, offset: int, data: bytes, chance: random.Random | None) -> None:
    if what == "truncate":
        if chance is None or chance.random() < 0.5:
            del file[offset:]
        return
    at = 0
    while at < len(data):
        step = min(SECTOR - (offset + at) % SECTOR, len(data) - at)
        if chance is None or chance.random() < 0.5:
            place = offset + at
            if len(file) < place + step:
                file.extend(bytes(place + step - len(file)))
            file[place : place + step] = data[at : at + step]
        at += step


def look(folder: Path, files: dict[str, bytes], acknowledged: list[int]) -> tuple[int, bool, bool]:
    """(acknowledged decisions that are lost, whether the file is damaged, whether something is half done)."""
    database = folder / "cut.sqlite3"
    for path in folder.glob("cut.sqlite3*"):
        path.unlink()
    database.write_bytes(files["db"])
    (folder / "cut.sqlite3-wal").write_bytes(files["wal"])
    connection = sqlite3.connect(database)
    try:
        if connection.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
            return 0, True, False
        there = {pk for (pk,) in connection.execute("SELECT application_id FROM admission_decision")}
        told = {
            int(pk) for (pk,) in connection.execute(
                "SELECT subject_id FROM trail_entry WHERE verb = 'admission.decide' AND subject_type = 'application'"
            )
        }  # fmt: skip
        return len(set(acknowledged) - there), False, bool(told ^ there)
    except sqlite3.DatabaseError:
        return 0, True, False
    finally:
        connection.close()


def decide_recorded(synchronous: str) -> tuple[dict[str, bytes], list]:
    """The house over a fresh database takes its decisions; both files as they were before, and the log with each "done"."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from hrpark.accounts import samples as people
    from hrpark.admission import actions, samples
    from hrpark.admission.models import Application

    connection.close()
    for path in Path(connection.settings_dict["NAME"]).parent.glob("*.sqlite3*"):
        path.unlink()
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        cast = people.cast(people.AT)
        ready = [samples.make_ready(at=people.AT, park=cast.huangpu) for _ in range(DECISIONS)]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute(f"PRAGMA wal_autocheckpoint={PAGES_TO_CHECKPOINT}")
    name, log = Path(connection.settings_dict["NAME"]), []
    before = {"db": name.read_bytes(), "wal": Path(f"{name}-wal").read_bytes()}
    record(connection.connection, log)
    for application in Application.objects.filter(pk__in=[a.pk for a in ready]):
        actions.decide(
            actor=cast.director, at=people.AT, key=f"cut:{application.pk}", application=application, outcome="admitted",
            basis="办公会研究决定",
        )  # fmt: skip
        log.append(("done", "", application.pk, b""))
    return before, log


def run(synchronous: str, cuts: int) -> dict:
    before, log = decide_recorded(synchronous)
    chance, lost, damaged, torn, acknowledged = random.Random(20260302), 0, 0, 0, 0
    losing = 0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(cuts):
            cut = chance.randint(1, len(log))
            done = [entry[2] for entry in log[:cut] if entry[0] == "done"]
            gone, bad, half = look(Path(folder), after_cut(before, log, cut, chance), done)
            lost, damaged, torn, acknowledged = lost + gone, damaged + bad, torn + half, acknowledged + len(done)
            losing += gone > 0
    return {
        "synchronous": synchronous, "cuts": cuts, "decisions": DECISIONS, "events": len(log), "syncs": sum(e[0] == "sync" for e in log),
        "acknowledged": acknowledged, "lost": lost, "cuts that lost": losing, "damaged": damaged, "half done": torn,
    }  # fmt: skip


def main(cuts: int) -> int:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "HRPARK_HOME": home, "HRPARK_LOG": "ERROR"}
        os.environ.pop("HRPARK_DATABASE", None)
        import django

        django.setup()
        full, normal = run("FULL", cuts), run("NORMAL", cuts)
    print(json.dumps({"full": full, "control": normal}, ensure_ascii=False, indent=1))
    held = not (full["lost"] or full["damaged"] or full["half done"]) and full["acknowledged"]
    return 0 if held and normal["lost"] else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400))
