"""Long fault runs, on both databases: kill -9, races, faults at statements, power cuts. ``python -m bench.torture [rounds]``"""

from __future__ import annotations

import os
import subprocess
import sys

FAULTS = [
    "tests/scenarios/test_import_survives_kill.py",
    "tests/scenarios/test_contest.py",
    "tests/scenarios/test_killed.py",
    "hrpark/files/tests",
    "hrpark/notices/tests",
    "hrpark/admission/tests/test_races.py",
    "hrpark/accounts/tests/test_races.py",
]
#: Faults at every statement of every verb that a test of the rooms calls.
STATEMENTS = ["-p", "tests.scenarios.everywhere", "-n0", "--show-capture=no", "hrpark"]
KILLS, CUTS = "12", "400"


def run(database: str, *arguments: str, **more: str) -> int:
    environment = os.environ | {"HRPARK_TEST_DB": database, "PYTHONPATH": os.getcwd()} | more
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment).returncode


def main(rounds: int) -> int:
    if failed := subprocess.run([sys.executable, "-m", "bench.power_cut", CUTS]).returncode:
        return failed
    for database in ("sqlite", "postgres"):
        print(f"every statement on {database}", flush=True)
        if failed := run(database, *STATEMENTS):
            return failed
    for number in range(1, rounds + 1):
        for database in ("sqlite", "postgres"):
            print(f"round {number} of {rounds} on {database}", flush=True)
            if failed := run(database, *FAULTS, HRPARK_KILLS=KILLS):
                return failed
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
