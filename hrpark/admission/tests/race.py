"""Officers and applicants at the same instant: run as a process of its own, over a database of its own.

python -m hrpark.admission.tests.race {prepare,decide,naive,unguard,submit,contest,count} ...
"""

from __future__ import annotations

import json
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import django

django.setup()

from django.db import IntegrityError, OperationalError, connection, models  # noqa: E402

from hrpark.accounts import samples as accounts  # noqa: E402
from hrpark.accounts.models import Park, Person  # noqa: E402
from hrpark.admission import actions, samples  # noqa: E402
from hrpark.admission.models import Agreement, Application, Decision  # noqa: E402
from hrpark.cases.models import Case  # noqa: E402
from hrpark.documents.models import Series  # noqa: E402
from hrpark.institutions.models import Residency  # noqa: E402
from hrpark.parks.models import Space  # noqa: E402
from hrpark.parks.samples import make_space  # noqa: E402
from hrpark.toolbox.errors import Conflict, HrparkError, Refused  # noqa: E402

AT = accounts.AT


def prepare(stage: str, count: int) -> None:
    """Applications that are drafts, ready for a decision, or admitted, or admitted and one ready; and a unit that everybody wants."""
    cast = accounts.cast(AT)
    make_space(at=AT, park=cast.huangpu, code="A301")
    for _ in range(count):
        if stage == "draft":
            draft = samples.begin(at=AT, park=cast.huangpu)
            samples.hand_in_papers(draft, at=AT, data=samples.answers(AT))
        elif stage == "ready":
            samples.make_ready(at=AT, park=cast.huangpu)
        else:
            samples.make_decision(at=AT, park=cast.huangpu)
    if stage == "both":
        samples.make_ready(at=AT, park=cast.huangpu)


def officers() -> list[Person]:
    return list(
        Person.objects.filter(memberships__role__in=["officer", "director"], memberships__park__slug="huangpu").order_by("pk")
    )


def wait_for_go(gate: str, share: int) -> None:
    """Say that this process is ready, and begin when all are."""
    Path(gate, f"ready-{share}").touch()
    while not Path(gate, "go").exists():
        time.sleep(0.01)


def together(threads: int, work) -> dict[str, int]:
    """The same work in several threads at once; how often each ended how."""
    outcomes: dict[str, int] = {}
    lock = threading.Lock()

    def run(number: int) -> None:
        try:
            for one in work(number):
                with lock:
                    outcomes[one] = outcomes.get(one, 0) + 1
        finally:
            connection.close()

    running = [threading.Thread(target=run, args=(n,)) for n in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return outcomes


def ended(deed) -> str:
    try:
        deed()
    except Conflict:
        return "conflict"
    except Refused:
        return "refused"
    except (HrparkError, IntegrityError, OperationalError) as error:
        return f"broken: {type(error).__name__}"
    return "won"


def decide(gate: str, threads: int, share: int) -> dict[str, int]:
    """Each officer has every application open on the screen, as it was before anybody decided."""
    found, people = list(Application.objects.select_related("case").order_by("pk")), officers()

    def work(number: int):
        actor = people[number % len(people)]
        outcome = ("admitted", "refused")[(number + share) % 2]
        for application in found:
            yield ended(
                lambda a=application: actions.decide(
                    actor=actor, at=AT, key=f"race:{share}:{number}:{a.pk}", application=a, outcome=outcome, basis="办公会研究决定",
                    seen=a.case.version,
                )
            )  # fmt: skip

    wait_for_go(gate, share)
    return together(threads, work)


def naive(threads: int, first: int, last: int) -> dict[str, int]:
    """Look, then write: what a program without guard does. A barrier stands at the worst place, between the two."""
    found = list(Application.objects.order_by("pk")[first:last])
    barrier = threading.Barrier(threads)

    def work(number: int):
        for application in found:
            free = not Decision.objects.filter(application=application).exists()
            barrier.wait()
            if free:
                yield _write(application, number)

    return together(threads, work)


def _write(application: Application, number: int) -> str:
    while True:
        try:
            Decision.objects.create(
                application=application, outcome=("admitted", "refused")[number % 2], basis="不看别人", decided_at=AT
            )  # fmt: skip
            return "won"
        except IntegrityError:
            return "refused"
        except OperationalError:  # SQLite: somebody else is writing
            continue


def unguard() -> None:
    """Take the guard away: a decision may then have a sibling."""
    old = Decision._meta.get_field("application")
    new = models.ForeignKey(Application, models.PROTECT, related_name="+")
    new.set_attributes_from_name("application")
    new.model = Decision
    with connection.schema_editor() as editor:
        editor.alter_field(Decision, old, new)


def submit(gate: str, threads: int, share: int, shares: int) -> dict[str, int]:
    """Everybody hands in at once; each process its share of the drafts."""
    found = [
        a for n, a in enumerate(Application.objects.select_related("case__applicant").order_by("pk")) if n % shares == share
    ]

    def work(number: int):
        for n, application in enumerate(found):
            if n % threads == number:
                yield ended(
                    lambda a=application: actions.submit(
                        actor=a.case.applicant, at=AT, key=f"race:{a.pk}", application=a, data=samples.answers(AT)
                    )
                )

    wait_for_go(gate, share)
    return together(threads, work)


def contest(gate: str, threads: int, share: int, shares: int) -> dict[str, int]:
    """Every admitted institution signs for the same unit."""
    unit, actor = Space.objects.get(code="A301"), officers()[0]
    found = [a for n, a in enumerate(Application.objects.order_by("pk")) if n % shares == share]

    def work(number: int):
        for n, application in enumerate(found):
            if n % threads == number:
                yield ended(
                    lambda a=application: actions.sign_agreement(
                        actor=actor, at=AT, key=f"race:{a.pk}", application=a, signed_on=AT.date(), years=3, unit=unit
                    )
                )

    wait_for_go(gate, share)
    return together(threads, work)


def count() -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT application_id) FROM admission_decision")
        decisions, decided = cursor.fetchone()
    states = Case.objects.values_list("state", flat=True)
    return {
        "decisions": decisions, "decided": decided, "agreements": Agreement.objects.count(), "stays": Residency.objects.count(),
        "states": {state: list(states).count(state) for state in set(states)},
        "numbers": sorted(filter(None, Case.objects.values_list("number", flat=True))),
        "last": Series.objects.filter(name="RY", park=Park.objects.get(slug="huangpu")).values_list("last", flat=True).first(),
        "day": datetime.isoformat(AT),
    }  # fmt: skip


if __name__ == "__main__":
    deed, *rest = sys.argv[1:]
    if deed == "prepare":
        answer = prepare(rest[0], int(rest[1]))
    elif deed == "decide":
        answer = decide(rest[0], int(rest[1]), int(rest[2]))
    elif deed == "naive":
        answer = naive(*map(int, rest))
    elif deed == "unguard":
        answer = unguard()
    elif deed == "submit":
        answer = submit(rest[0], int(rest[1]), int(rest[2]), int(rest[3]))
    elif deed == "contest":
        answer = contest(rest[0], int(rest[1]), int(rest[2]), int(rest[3]))
    else:
        answer = count()
    sys.stdout.write(json.dumps(answer))
