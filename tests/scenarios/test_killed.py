"""kill -9 of the server, the worker and the tick while decisions are taken: nothing half done, nothing lost, nothing twice.

``HRPARK_KILLS`` says how often the server dies (``make torture``: often); each time worker and tick die with it or are left to live. Without it this file is left out.
"""

import http.client
import os
import re
import threading
import time

from hrpark.accounts.samples import PASSWORD
from tests.processes import Process

from .test_contest import OFFICER
from .visiting import Visitor

KILLS = int(os.environ["HRPARK_KILLS"])
CLIENTS, EACH = 3, 1 + KILLS // 2

LOOK = """
    import django; django.setup()
    import json
    from collections import Counter
    from hrpark.admission.models import Decision
    from hrpark.cases.models import Case, Step
    from hrpark.documents.models import Document
    from hrpark.trail.models import Entry
    from hrpark.trail.actions import seal
    from hrpark.trail.queries import verify
    seal(limit=100_000)
    decided = sorted(Decision.objects.values_list("application_id", flat=True))
    told = sorted(int(pk) for pk in Entry.objects.filter(verb="admission.decide", subject_type="application").values_list("subject_id", flat=True))
    steps = Counter(Step.objects.filter(to_state="admitted").values_list("case_id", flat=True))
    papers = Counter(Document.objects.filter(template="admission_decision").values_list("of_id", flat=True))
    print(json.dumps({
        "decided": decided, "told": told, "steps": sorted(steps.values()), "states": Case.objects.filter(state="admitted").count(),
        "papers": sorted(papers.values()), "broken": [line for check in verify() for line in check.broken],
    }))
"""


class Park:
    """Server, worker and tick of one database; each may die and come back."""

    def __init__(self, environment):
        self.environment, self.port, self.running = environment, 0, {}
        for name in ("server", "worker", "tick"):
            self.start(name)

    def start(self, name):
        given = {
            "server": {"module": "tests.scenarios.serving"},
            "worker": {"module": "django", "arguments": ("db_worker", "--queue-name", "*", "--interval", "0.1")},
            "tick": {"module": "django", "arguments": ("tick", "--loop", "--seconds", "0.2")},
        }
        self.running[name] = one = Process(self.environment, **given[name])
        if name == "server":
            self.port = int(one.stdout.readline())

    def kill(self, name):
        self.running[name].kill()
        self.running[name].wait()

    def end(self):
        for one in self.running.values():
            one.kill()


def test_what_was_acknowledged_is_there_once_and_whole_whoever_is_killed(own_database):
    environment = {**own_database, "HRPARK_LOG": "CRITICAL"}
    Process(environment, module="hrpark.admission.tests.race", arguments=("prepare", "ready", str(CLIENTS * EACH))).done()
    park = Park(environment)
    try:
        acknowledged = decide_while_they_die(park)
        found = settled(environment, len(acknowledged))
    finally:
        park.end()
    assert acknowledged and set(acknowledged) == set(found["decided"]) == set(found["told"])
    once = [1] * len(acknowledged)
    assert (found["told"], found["steps"], found["papers"]) == (found["decided"], once, once)
    assert found["states"] == len(acknowledged) and found["broken"] == []


def decide_while_they_die(park):
    """Every client hands in its forms, and the same form again until somebody answers. Returns what was acknowledged."""
    first = Visitor(park.port).sign_in(OFFICER, PASSWORD)
    assert first.ask("/desk/huangpu/admission/") == 200
    papers = sorted({int(pk) for pk in re.findall(r"/desk/huangpu/admission/(\d+)/", first.page)})
    assert len(papers) == CLIENTS * EACH
    done, wrong = [], []

    def work(mine):
        for pk in mine:
            path = f"/desk/huangpu/admission/{pk}/decide/"
            visitor = again(lambda: Visitor(park.port).sign_in(OFFICER, PASSWORD))
            given = again(lambda v=visitor, p=path: at_port(v, park).form(p))
            given |= {"outcome": "admitted", "basis": "办公会研究决定"}
            status = again(lambda v=visitor, p=path, g=given: at_port(v, park).ask(p, g))
            (done if status == 302 else wrong).append(pk if status == 302 else (pk, status, visitor.words[:300]))

    threads = [threading.Thread(target=work, args=(papers[n::CLIENTS],)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for number in range(KILLS):
        time.sleep(0.05 + 0.07 * (number % 5))
        for name in ("worker", "tick")[: number % 3]:
            park.kill(name)
            park.start(name)
        park.kill("server")
        park.start("server")
    for thread in threads:
        thread.join()
    assert wrong == []
    return done


def at_port(visitor, park):
    visitor.port = park.port
    return visitor


def again(deed, seconds=60):
    """Until somebody answers: a server that was killed comes back."""
    until = time.monotonic() + seconds
    while True:
        try:
            return deed()
        except (OSError, http.client.HTTPException):
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def settled(environment, decisions, seconds=60):
    """What the database holds once the worker has issued every paper."""
    until = time.monotonic() + seconds
    while True:
        found = Process(environment, code=LOOK).answer()
        if sum(found["papers"]) >= decisions or time.monotonic() > until:
            return found
        time.sleep(0.3)
