"""The Chromium that browser tests drive: ``CHROMIUM``, or one on the path. As a module: says whether there is one."""

from __future__ import annotations

import os
import shutil
import sys

#: Headless, and silent towards the outside: a browser that looks for updates is a test that needs a network.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


def find() -> str | None:
    given = os.environ.get("CHROMIUM")
    if given:
        return given if os.access(given, os.X_OK) else None
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


if __name__ == "__main__":
    sys.exit(0 if find() else 1)
