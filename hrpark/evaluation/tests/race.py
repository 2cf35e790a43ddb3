"""Several processes after the same round, released at one moment: ``python -m hrpark.evaluation.tests.race <what>``.

Prints as JSON how many got through and what the database holds afterwards.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

import django

AT = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CLIENTS = 6


def _house():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


def _world():
    from hrpark.evaluation import samples
    from hrpark.evaluation.models import Round
    from hrpark.institutions.models import Institution

    return samples, Round.objects.get(), list(Institution.objects.order_by("pk"))


def answer(me: int, _: object) -> int:
    """Six institutions, one sheet each, at one moment."""
    from hrpark.evaluation.actions import answer_round

    samples, round, institutions = _world()
    answer_round(
        actor=samples.HOUSE,
        at=AT,
        key=f"a{me}",
        round=round,
        institution=institutions[me],
        scores={"T1.13": me % 5 + 1, "T1.14": 5},
    )
    return 1


def answer_naively(me: int, _: object) -> int:
    """The control: the answers are mixed without holding the round."""
    from django.db import OperationalError

    from hrpark.evaluation.models import Answer

    _, round, _ = _world()
    pool = [*Answer.objects.filter(round=round).values_list("row", "score"), ("T1.13", me % 5 + 1), ("T1.14", 5)]
    time.sleep(0.05)
    while True:
        try:
            Answer.objects.filter(round=round).delete()
            Answer.objects.bulk_create([Answer(round=round, row=row, score=score) for row, score in pool])
            return 1
        except OperationalError:  # SQLite: somebody else is writing
            continue


def answer_twice(me: int, _: object) -> int:
    """Six people of one institution, at one moment."""
    from hrpark.evaluation.actions import answer_round
    from hrpark.toolbox.errors import HrparkError

    samples, round, institutions = _world()
    try:
        answer_round(
            actor=samples.HOUSE, at=AT, key=f"t{me}", round=round, institution=institutions[0], scores={"T1.13": 3, "T1.14": 3}
        )
    except HrparkError:
        return 0
    return 1


def declare(me: int, _: object) -> int:
    """Six officers hand in the same empty form with their own figures."""
    from decimal import Decimal

    from hrpark.accounts.models import Park
    from hrpark.accounts.samples import HOUSE
    from hrpark.returns.actions import declare_figures
    from hrpark.returns.rules import Given
    from hrpark.toolbox.errors import HrparkError

    try:
        declare_figures(
            actor=HOUSE, at=AT, key=f"d{me}", park=Park.objects.get(), year=2025, seen=None,
            figures=[Given("T1.05.revenue", Decimal(1000 + me)), Given("T1.05.tax", Decimal(10 + me))],
        )  # fmt: skip
    except HrparkError:
        return 0
    return 1


def assess(me: int, _: object) -> int:
    """Six inspectors decide on one row, each seeing none before them."""
    from decimal import Decimal

    from hrpark.evaluation.actions import assess_row
    from hrpark.toolbox.errors import HrparkError

    samples, round, _ = _world()
    try:
        assess_row(
            actor=samples.HOUSE,
            at=AT,
            key=f"s{me}",
            round=round,
            row="T1.01",
            verdict="adjust",
            score=Decimal(50 + me),
            reason="试",
        )
    except HrparkError:
        return 0
    return 1


def finish(me: int, _: object) -> int:
    from hrpark.evaluation.actions import finish_round
    from hrpark.toolbox.errors import HrparkError

    samples, round, _ = _world()
    try:
        finish_round(actor=samples.HOUSE, at=AT, key=f"f{me}", round=round)
    except HrparkError:
        return 0
    return 1


def _prepare(what: str) -> None:
    from hrpark.accounts.samples import make_park
    from hrpark.evaluation import samples
    from hrpark.evaluation.actions import hand_in_assessment
    from hrpark.evaluation.models import Answer
    from hrpark.institutions.samples import make_resident

    park = make_park(at=AT)
    for _ in range(CLIENTS):
        make_resident(at=AT, park=park, starts=date(2024, 6, 1))
    round = samples.make_round(park, at=AT)
    if what in ("answer", "answer_naively"):
        Answer.objects.create(round=round, row="T1.15", score=5)
    if what in ("assess", "finish"):
        samples.rate_all(round, at=AT)
        samples.close(round, at=AT)
    if what == "finish":
        samples.assess_all(round, at=AT)
        hand_in_assessment(actor=samples.HOUSE, at=AT, key="h", round=round)


def _client(what: str, me: int, barrier, results) -> None:
    from django.db import connection

    connection.ensure_connection()
    barrier.wait()
    results.put(globals()[what](me, None))


def main(what: str) -> None:
    _house()
    from django.db import connection

    _prepare(what)
    connection.close()
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(CLIENTS), context.Queue()
    clients = [context.Process(target=_client, args=(what, n, barrier, results)) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    through = sum(results.get(timeout=90) for _ in clients)
    for client in clients:
        client.join()
    from hrpark.evaluation.models import Answer, Assessment, Frozen, Participation
    from hrpark.evaluation.queries import finished_rounds, recompute
    from hrpark.returns.models import DeclaredFigure

    held = Counter(f"{row}:{score}" for row, score in Answer.objects.values_list("row", "score"))
    print(
        json.dumps(
            {
                "through": through, "took_part": Participation.objects.count(), "answers": dict(sorted(held.items())),
                "figures": DeclaredFigure.objects.count(), "open": DeclaredFigure.objects.open().count(),
                "assessed": list(Assessment.objects.values_list("version", flat=True)), "frozen": Frozen.objects.count(),
                "same": all(recompute(r).ok for r in finished_rounds()),
            }
        )
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
