"""Officers at the same instant: run as a process of its own, over a database of its own.

python -m hrpark.institutions.tests.race {one-click-many-times | one-unit-many-institutions | facts}
"""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from datetime import date

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from hrpark.accounts.samples import AT, cast, sample_uscc  # noqa: E402
from hrpark.institutions.actions import add_institution, begin_residency, record_fact  # noqa: E402
from hrpark.institutions.facts import HEADCOUNT  # noqa: E402
from hrpark.institutions.models import Fact, Institution, Residency  # noqa: E402
from hrpark.institutions.samples import make_institution  # noqa: E402
from hrpark.parks.models import Occupancy  # noqa: E402
from hrpark.parks.samples import make_space  # noqa: E402
from hrpark.toolbox.errors import HrparkError  # noqa: E402

CLIENTS = 6


def at_once(work) -> Counter:
    """Every client begins at the same instant; what became of each."""
    outcomes: Counter = Counter()
    barrier, lock = threading.Barrier(CLIENTS), threading.Lock()

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            word = str(work(number))
        except HrparkError as error:
            word = type(error).__name__
        finally:
            connection.close()
        with lock:
            outcomes[word] += 1

    threads = [threading.Thread(target=run, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def one_click_many_times(people) -> dict:
    """A double click, six times over: one dossier, one stay, and everybody is shown the same."""
    unit = make_space(park=people.huangpu, code="A101")

    def added(_):
        return add_institution(
            actor=people.officer,
            at=AT,
            key="click",
            park=people.huangpu,
            kind="agency",
            name="某某有限公司",
            uscc=sample_uscc(5),
        ).pk

    def begun(_):
        institution = Institution.objects.get()
        return begin_residency(
            actor=people.officer, at=AT, key="click", institution=institution, starts=date(2026, 3, 2), unit=unit
        ).pk

    first, second = at_once(added), at_once(begun)
    return {"answers": [len(first), len(second)], "rows": [Institution.objects.count(), Residency.objects.count()]}


def one_unit_many_institutions(people) -> dict:
    unit = make_space(park=people.huangpu, code="A101")
    bodies = [make_institution(park=people.huangpu) for _ in range(CLIENTS)]

    def begun(number):
        begin_residency(
            actor=people.officer, at=AT, key=f"k{number}", institution=bodies[number], starts=date(2026, 3, 2), unit=unit
        )
        return "won"

    outcomes = at_once(begun)
    return {**outcomes, "stays": Residency.objects.count(), "held": Occupancy.objects.count()}


def facts(people) -> dict:
    institution = make_institution(park=people.huangpu)

    def said(number):
        with transaction.atomic():
            record_fact(institution=institution, key=HEADCOUNT, value=number, on=date(2026, 3, 2), source="race", at=AT)
        return "said"

    return {**at_once(said), "open": Fact.objects.filter(valid_to=None).count()}


if __name__ == "__main__":
    scene = {
        "one-click-many-times": one_click_many_times,
        "one-unit-many-institutions": one_unit_many_institutions,
        "facts": facts,
    }
    sys.stdout.write(json.dumps(scene[sys.argv[1]](cast(AT))))
