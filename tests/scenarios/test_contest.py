"""Sixteen people at sixteen browsers sign for one unit at the same moment: one gets it, fifteen are told so. Two officers decide
on one application at the same moment: so, too.
"""

import re
import threading

from hrpark.accounts.samples import PASSWORD, sample_mobile
from tests.processes import Process

from .visiting import Visitor

CLIENTS = 16
OFFICER = sample_mobile(20_260_003)  # the director of 黄埔, who decides


def test_of_browsers_that_want_the_same_at_once_one_wins_and_the_others_are_told(own_database):
    Process(own_database, module="hrpark.admission.tests.race", arguments=("prepare", "both", str(CLIENTS))).done()
    server = Process(own_database, module="tests.scenarios.serving")
    try:
        port = int(server.stdout.readline())
        *admitted, ready = papers(port)
        signed = at_once([(paper, sign) for paper in admitted], port)
        decided = at_once([(ready, decide)] * 2, port)
    finally:
        server.kill()
    assert sorted(status for status, _ in signed) == [302] + [422] * 15, signed
    assert all("已" in said and "单元" in said for status, said in signed if status != 302), signed
    assert sorted(status for status, _ in decided) == [302, 422], decided
    assert all("先行处理" in said for status, said in decided if status != 302), decided
    counted = Process(own_database, module="hrpark.admission.tests.race", arguments=("count",)).answer()
    assert (counted["agreements"], counted["stays"], counted["states"]["admitted"]) == (1, 1, 16)
    assert counted["decisions"] == counted["decided"] == CLIENTS + 1


def papers(port):
    first = Visitor(port).sign_in(OFFICER, PASSWORD)
    assert first.ask("/desk/huangpu/admission/") == 200
    found = sorted(set(re.findall(r"/desk/huangpu/admission/(\d+)/", first.page)), key=int)
    assert len(found) == CLIENTS + 1
    return found


def sign(visitor, path):
    """The form with the unit that everybody has chosen."""
    given = visitor.form(path := f"{path}sign/")
    unit = re.search(r'<option value="(\d+)"', visitor.page)[1]
    day = re.search(r'name="signed_on"[^>]*value="([^"]+)"', visitor.page)[1]
    return path, {**given, "signed_on": day, "years": "3", "unit": unit}


def decide(visitor, path):
    return path + "decide/", {**visitor.form(path + "decide/"), "outcome": "admitted", "basis": "办公会研究决定"}


def at_once(wanted, port):
    """Everybody has the form open; then all hand it in. Returns what each was answered."""
    ready, found = threading.Barrier(len(wanted)), []

    def work(paper, fill):
        visitor = Visitor(port).sign_in(OFFICER, PASSWORD)
        path, form = fill(visitor, f"/desk/huangpu/admission/{paper}/")
        ready.wait(60)
        found.append((visitor.ask(path, form), visitor.words))

    threads = [threading.Thread(target=work, args=one) for one in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
