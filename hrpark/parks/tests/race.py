"""Several clients after the same spaces at the same instant: run as a process of its own, over a database of its own.

python -m hrpark.parks.tests.race {clients PREFIX | naive | naive-unguarded}
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.db import IntegrityError, OperationalError, connection, transaction  # noqa: E402

from hrpark.accounts.models import Park  # noqa: E402
from hrpark.accounts.samples import make_park  # noqa: E402
from hrpark.parks.actions import Occupied, occupy  # noqa: E402
from hrpark.parks.models import Occupancy, Space  # noqa: E402
from hrpark.parks.samples import make_building, make_space  # noqa: E402

UNITS = 20
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def prepare() -> None:
    park = make_park(slug="race")
    make_building(park=park, floors=3, units=2)
    for n in range(UNITS):
        make_space(park=park, code=f"R{n:03d}")


def in_threads(count: int, work) -> None:
    def run(number: int) -> None:
        try:
            work(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def tally(outcomes: dict[str, int], one: str, lock: threading.Lock) -> None:
    with lock:
        outcomes[one] = outcomes.get(one, 0) + 1


def clients(prefix: str, *, processes: int = 2, threads: int = 4) -> dict[str, int]:
    """Everybody wants every space whose number begins so, through the product's own function, all from one instant on."""
    connection.close()
    start = time.time() + 0.3
    context = multiprocessing.get_context("fork")
    with context.Pool(processes) as pool:
        found = pool.starmap(client, [(start, threads, number, prefix) for number in range(processes)])
    outcomes: dict[str, int] = {}
    for one in found:
        for word, count in one.items():
            outcomes[word] = outcomes.get(word, 0) + count
    return outcomes


def client(start: float, threads: int, process: int, prefix: str) -> dict[str, int]:
    park = Park.objects.get()
    spaces = list(Space.objects.filter(code__startswith=prefix).order_by("pk"))
    outcomes: dict[str, int] = {}
    lock = threading.Lock()

    def work(number: int) -> None:
        time.sleep(max(0.0, start - time.time()))
        for n, space in enumerate(spaces):
            starts = NINE + timedelta(minutes=((process * threads + number) * 7 + n) % 50)
            try:
                with transaction.atomic():
                    occupy(space=space, starts=starts, ends=starts + timedelta(hours=1), kind="booking", subject=park)
                tally(outcomes, "won", lock)
            except Occupied:
                tally(outcomes, "refused", lock)

    in_threads(threads, work)
    return outcomes


def naive(threads: int = 4) -> dict[str, int]:
    """Look, then write: what a program without guard does. A barrier stands at the worst place, between the two."""
    park = Park.objects.get()
    spaces = list(Space.objects.filter(code__startswith="R").order_by("pk"))
    outcomes: dict[str, int] = {}
    lock, barrier = threading.Lock(), threading.Barrier(threads)

    def work(number: int) -> None:
        for space in spaces:
            free = not Occupancy.objects.overlapping(NINE, NINE + timedelta(hours=1)).filter(space=space).exists()
            barrier.wait()
            if not free:
                continue
            for _ in range(50):
                try:
                    Occupancy.objects.create(
                        park=park, space=space, starts=NINE + timedelta(minutes=number), ends=NINE + timedelta(hours=1),
                        kind="booking", subject_type="park", subject_id=str(park.pk),
                    )  # fmt: skip
                    tally(outcomes, "won", lock)
                    break
                except IntegrityError:
                    tally(outcomes, "refused", lock)
                    break
                except OperationalError:  # a deadlock of two exclusion checks: PostgreSQL ends one of them, which tries again
                    continue

    in_threads(threads, work)
    return outcomes


def overlaps() -> int:
    """Pairs of rows that hold one space at one instant and may not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM parks_occupancy a JOIN parks_occupancy b ON a.space_id = b.space_id AND a.id < b.id "
            "WHERE (a.ends IS NULL OR a.ends > b.starts) AND (b.ends IS NULL OR b.ends > a.starts) "
            "AND (a.part_of_id IS NULL OR b.part_of_id IS NULL)"
        )
        return cursor.fetchone()[0]


def unguard() -> None:
    with connection.schema_editor() as editor:
        importlib.import_module("hrpark.parks.migrations.0002_occupancy_guard").unguard(apps, editor)


if __name__ == "__main__":
    prepare()
    if sys.argv[1] == "clients":
        answer = clients(sys.argv[2])
    else:
        if sys.argv[1] == "naive-unguarded":
            unguard()
        answer = naive()
    sys.stdout.write(json.dumps({"won": 0, "refused": 0} | answer | {"overlaps": overlaps()}))
