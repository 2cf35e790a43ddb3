"""Long fault runs, on both databases. ``python -m bench.torture [minutes]``, 40 unless said otherwise.

First what is tried once and whole: 400 simulated power cuts on SQLite, a fault at every statement of every verb that a test of a
room calls, long sequences of deeds, the erasure of one person. Then races and kills, in rounds, until the minutes are over (one
round at least). What was done is printed at the end, as JSON; the first failure ends the run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

DATABASES = ("sqlite", "postgres")
RACES = [
    "tests/scenarios/test_import_survives_kill.py",
    "tests/scenarios/test_contest.py",
    "tests/scenarios/test_killed.py",
    "hrpark/files/tests",
    "hrpark/notices/tests",
    *(f"hrpark/{room}/tests/test_races.py" for room in ("accounts", "parks", "institutions", "admission", "evaluation")),
]
#: Faults at every statement of every verb that a test of the rooms calls.
STATEMENTS = ["-p", "tests.scenarios.everywhere", "-n0", "--show-capture=no", "hrpark"]
SEQUENCES = ["-n0", "hrpark/cases/tests/test_sequences.py", "hrpark/admission/tests/test_days.py"]
WORLD = ["-n0", "tests/scenarios/test_whole_world.py"]
KILLS, CUTS, LONG = "12", "400", "40"


class Failed(Exception):
    """Ends the run; what failed has been printed."""


def run(what: str, done: list[dict], command: list[str], **more: str) -> None:
    """One part in a process of its own; its last lines are kept for the report."""
    print(f"--- {what}", flush=True)
    begun, lines = time.monotonic(), []
    environment = os.environ | {"PYTHONPATH": os.getcwd()} | more
    with subprocess.Popen([sys.executable, *command], env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line.strip())
    counted = [line for line in lines if " faults in " in line or line.startswith(("{", '"'))]
    done.append(
        {"part": what, "seconds": round(time.monotonic() - begun), "ok": process.returncode == 0, "counted": counted[-1:]}
    )
    if process.returncode:
        raise Failed(what)


def tests(what: str, done: list[dict], arguments: list[str], **more: str) -> None:
    for database in DATABASES:
        run(f"{what} on {database}", done, ["-m", "pytest", *arguments], HRPARK_TEST_DB=database, **more)


def everything(minutes: float, done: list[dict]) -> None:
    until = time.monotonic() + minutes * 60
    run(f"{CUTS} power cuts on sqlite", done, ["-m", "bench.power_cut", CUTS])
    tests("a fault at every statement", done, STATEMENTS)
    tests(f"{LONG} sequences of deeds", done, SEQUENCES, HRPARK_SEQUENCES=LONG)
    tests("one person erased", done, WORLD)
    number = 0
    while number == 0 or time.monotonic() < until:
        number += 1
        tests(f"round {number} of races and {KILLS} kills", done, ["-n2", *RACES], HRPARK_KILLS=KILLS)


def main(minutes: float) -> int:
    print(f"Rounds begin for {minutes:g} minutes; the last one is ended.", flush=True)
    begun, done = time.monotonic(), []
    try:
        everything(minutes, done)
    except Failed as failed:
        print(f"Failed: {failed}", flush=True)
    took = round((time.monotonic() - begun) / 60, 1)
    print(json.dumps({"minutes": took, "ok": all(part["ok"] for part in done), "parts": done}, ensure_ascii=False, indent=1))
    return 0 if all(part["ok"] for part in done) else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 40))
