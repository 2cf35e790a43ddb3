"""Sixteen people at sixteen browsers sign for one unit at the same moment: one gets it, fifteen are told so."""

import re
import threading

from hrpark.accounts.samples import PASSWORD, sample_mobile
from tests.processes import Process

from .visiting import Visitor

CLIENTS = 16
OFFICER = sample_mobile(20_260_003)  # the director of 黄埔, who decides


def test_of_sixteen_browsers_that_sign_for_one_unit_one_wins_and_fifteen_are_told(own_database):
    Process(own_database, module="hrpark.admission.tests.race", arguments=("prepare", "admitted", str(CLIENTS))).done()
    server = Process(own_database, module="tests.scenarios.serving")
    try:
        port = int(server.stdout.readline())
        found = contest(port)
    finally:
        server.kill()
    assert sorted(status for status, _ in found) == [302] + [422] * 15, found
    assert all("已" in said and "单元" in said for status, said in found if status != 302), found
    counted = Process(own_database, module="hrpark.admission.tests.race", arguments=("count",)).answer()
    assert (counted["agreements"], counted["stays"], counted["states"]["admitted"]) == (1, 1, 15)


def contest(port):
    """Everybody has the form open with the same unit chosen; then all hand it in."""
    first = Visitor(port).sign_in(OFFICER, PASSWORD)
    assert first.ask("/desk/huangpu/admission/") == 200
    papers = sorted(set(re.findall(r"/desk/huangpu/admission/(\d+)/", first.page)), key=int)
    assert len(papers) == CLIENTS
    ready, found = threading.Barrier(CLIENTS), []

    def sign(paper):
        visitor = Visitor(port).sign_in(OFFICER, PASSWORD)
        path = f"/desk/huangpu/admission/{paper}/sign/"
        given = visitor.form(path)
        unit = re.search(r'<option value="(\d+)"', visitor.page)[1]
        day = re.search(r'name="signed_on"[^>]*value="([^"]+)"', visitor.page)[1]
        ready.wait()
        status = visitor.ask(path, {**given, "signed_on": day, "years": "3", "unit": unit})
        found.append((status, visitor.words))

    threads = [threading.Thread(target=sign, args=(paper,)) for paper in papers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
