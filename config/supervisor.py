"""One command that runs the whole park: web server, worker and tick under one parent; Ctrl-C ends all.

    python -m config.supervisor [--demo] [--port 8000] [--workers 1]

The database is migrated first; with --demo an empty one gets the demo park. A child that dies is started again, slower
each time. Nothing here is needed in production with systemd: the three commands it runs are the whole of it.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]


class Child:
    """A process that is started again when it ends by itself."""

    def __init__(self, name: str, command: list[str]):
        self.name, self.command = name, command
        self.failures, self.due = 0, 0.0
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        # A session of its own, so that Ctrl-C reaches the supervisor alone and children end in order.
        self.process = subprocess.Popen(self.command, cwd=ROOT, start_new_session=True)  # noqa: S603

    def look(self) -> None:
        if self.process is not None and self.process.poll() is None:
            return
        now = time.monotonic()
        if self.process is not None:
            self.failures += 1
            self.due = now + min(30, 2**self.failures)
            say(f"{self.name} ended with {self.process.returncode}; starting again in {self.due - now:.0f} s")
            self.process = None
        if now >= self.due:
            self.start()

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, seconds: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()


def say(text: str) -> None:
    print(text, flush=True)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def manage(*arguments: str) -> None:
    subprocess.run([*MANAGE, *arguments], cwd=ROOT, check=True)  # noqa: S603


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the whole park.")
    parser.add_argument("--demo", action="store_true", help="fill an empty database with the demo park")
    parser.add_argument("--host", default=os.environ.get("HRPARK_BIND", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    if answers(options.port):
        say(f"Port {options.port} is taken. Stop what runs there, or choose another: PORT=8001 make run")
        return 1
    if options.demo:
        os.environ["HRPARK_DEMO"] = "1"
    manage("prepare", *(["--demo"] if options.demo else []))
    granian = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", options.host, "--port", str(options.port),
        "--workers", str(options.workers), "--blocking-threads", "4", "--no-access-log", "--log-level", "warning",
        "--respawn-failed-workers", "config.wsgi:application",
    ]  # fmt: skip
    children = [
        Child("web", granian),
        Child("worker", [*MANAGE, "db_worker", "--interval", "1", "--queue-name", "*"]),
        Child("tick", [*MANAGE, "tick", "--loop"]),
    ]
    ending = False

    def end(*_: object) -> None:
        nonlocal ending
        ending = True

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    told = False
    while not ending:
        for child in children:
            child.look()
        if not told and answers(options.port):
            told = True
            manage("welcome", "--address", f"http://{options.host}:{options.port}/")
        time.sleep(0.1 if not told else 0.5)
    say("Ending …")
    for child in children:
        child.end()
    for child in children:
        child.wait(12)
    return 0


if __name__ == "__main__":
    sys.exit(main())
