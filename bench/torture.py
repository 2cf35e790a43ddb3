"""Long fault runs: the tests that kill -9 and race, over and over, on both databases. ``python -m bench.torture [rounds]``"""

from __future__ import annotations

import os
import subprocess
import sys

FAULTS = [
    "tests/scenarios/test_import_survives_kill.py",
    "hrpark/files/tests",
    "hrpark/notices/tests",
    "hrpark/admission/tests/test_races.py",
]


def main(rounds: int) -> int:
    for number in range(1, rounds + 1):
        for database in ("sqlite", "postgres"):
            print(f"round {number} of {rounds} on {database}", flush=True)
            done = subprocess.run([sys.executable, "-m", "pytest", *FAULTS], env=os.environ | {"HRPARK_TEST_DB": database})
            if done.returncode:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
