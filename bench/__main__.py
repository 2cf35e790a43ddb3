"""All benchmarks, one JSON line each."""

import subprocess
import sys

for name in ("officers_list", "inbox", "register_import", "table1", "rules"):
    subprocess.run([sys.executable, "-m", f"bench.{name}"], check=True)
