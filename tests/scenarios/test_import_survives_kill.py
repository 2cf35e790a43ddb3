"""An import that is killed with SIGKILL in the middle loses nothing and doubles nothing, on a database of its own."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.processes import Process

from .slow_import import CHUNK, ROWS

WHOLE = {
    "state": "done",
    "due": False,
    "created": ROWS,
    "new": ROWS,
    "rows": ROWS,
    "organisations": ROWS,
    "told": ROWS,
    "broken": 0,
}


class House:
    """Steps of an import, in processes over one database."""

    def __init__(self, environment: dict[str, str]):
        self.environment = environment | {"HRPARK_LOG": "CRITICAL"}

    def begin(self, *steps: str, **more: str) -> Process:
        return Process(self.environment | more, module="tests.scenarios.slow_import", arguments=steps)

    def answers(self, process: Process) -> list[dict]:
        """How things stood after each step."""
        return [json.loads(line) for line in process.done().splitlines()]

    def until(self, point: str, process: Process) -> list[dict]:
        """The answers until the process stands at that point."""
        answers = []
        while (line := process.stdout.readline().strip()) != "stopped":
            assert line, f"ended before it was {point}"
            answers.append(json.loads(line))
        return answers

    def kill(self, process: Process) -> None:
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(20) == -signal.SIGKILL
        process.stdout.close()
        time.sleep(1.1)

    def seen_beside(self) -> int:
        """How many records of the register another connection sees."""
        count, address = (
            "SELECT count(*) FROM accounts_organisation WHERE uscc IS NOT NULL",
            self.environment["HRPARK_DATABASE"],
        )
        if address.startswith("sqlite"):
            with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as connection:
                return connection.execute(count).fetchone()[0]
        with psycopg.connect(address) as connection:
            return connection.execute(count).fetchone()[0]

    def progress(self) -> dict:
        (file,) = (Path(self.environment["HRPARK_HOME"]) / "files" / "sheets" / "progress").glob("*.json")
        return json.loads(file.read_text())


@pytest.fixture
def house(own_database):
    return House(own_database)


def test_a_killed_check_and_a_killed_import_are_resumed_whole(house):
    process = house.begin("upload", "work", HRPARK_STOP="checking")
    house.until("checking", process)
    house.kill(process)

    process = house.begin("look", "work", "start", "work", HRPARK_STOP="half written")
    after, checked, started = house.until("half written", process)
    assert (after["state"], after["due"], after["rows"]) == ("mapped", True, 0)
    assert (checked["state"], checked["rows"], checked["new"]) == ("checked", ROWS, ROWS)
    assert (started["state"], started["due"]) == ("importing", True)
    # Another process sees how far it has come, and not one row: all are in one transaction.
    assert house.seen_beside() == 0
    said = house.progress()
    assert 0 < said["done"] < said["total"] == ROWS and said["done"] % CHUNK == 0
    house.kill(process)

    process = house.begin("look", "work", HRPARK_STOP="all written")
    (after,) = house.until("all written", process)
    assert (after["state"], after["due"], after["organisations"], after["told"]) == ("importing", True, 0, 0)
    house.kill(process)

    after, _, done, again, last = house.answers(house.begin("look", "look", "work", "work", "look"))
    assert (after["state"], after["organisations"], after["told"]) == ("importing", 0, 0)
    assert done == again == last == WHOLE


def test_processes_that_write_the_same_job_at_once_write_it_once(house):
    house.answers(house.begin("upload", "work", "start"))
    go = str(time.time() + 1)
    ends = [house.answers(p)[-1] for p in [house.begin("write", HRPARK_GO=go) for _ in range(3)]]
    assert ends == [WHOLE] * 3
