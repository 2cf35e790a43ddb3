"""All benchmarks, one JSON line each."""

import subprocess
import sys

for name in ("officers_list", "register_import", "table1"):
    subprocess.run([sys.executable, "-m", f"bench.{name}"], check=True)
