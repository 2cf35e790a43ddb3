"""Officers deciding at once, applicants handing in at once, institutions after one unit: in several processes and threads.

The control takes the guard of the database away and must find two decisions on one application.
"""

import time

from tests.processes import Process

APPLICATIONS = 4


def start(environment, *arguments):
    return Process(environment, module="hrpark.admission.tests.race", arguments=tuple(map(str, arguments)))


def run(environment, *arguments):
    return start(environment, *arguments).answer()


def together(environment, gate, deed, *arguments, clients=2):
    """Two processes that begin when both are ready; what all of them met."""
    gate.mkdir()
    running = [start(environment, deed, gate, *[a(n) if callable(a) else a for a in arguments]) for n in range(clients)]
    while len(list(gate.glob("ready-*"))) < clients:
        assert all(one.poll() is None for one in running), [one.ended() for one in running if one.poll() is not None]
        time.sleep(0.01)
    (gate / "go").touch()
    found: dict[str, int] = {}
    for one in running:
        for outcome, times in one.answer().items():
            found[outcome] = found.get(outcome, 0) + times
    return found


def test_of_officers_who_decide_at_once_one_wins_and_the_others_are_told(own_database, tmp_path):
    run(own_database, "prepare", "ready", APPLICATIONS)
    outcomes = together(own_database, tmp_path / "gate", "decide", 3, lambda n: n)
    assert outcomes == {"won": APPLICATIONS, "conflict": 5 * APPLICATIONS}
    found = run(own_database, "count")
    assert (found["decisions"], found["decided"]) == (APPLICATIONS, APPLICATIONS)
    assert sum(found["states"].get(s, 0) for s in ("admitted", "refused")) == APPLICATIONS


def test_the_database_alone_refuses_a_second_decision_and_without_its_guard_there_are_two(own_database):
    run(own_database, "prepare", "ready", 4)
    assert run(own_database, "naive", 4, 0, 2) == {"won": 2, "refused": 6}
    run(own_database, "unguard")
    assert run(own_database, "naive", 4, 2, 4)["won"] > 2
    found = run(own_database, "count")
    assert found["decided"] == 4 and found["decisions"] > 4


def test_numbers_have_no_gap_and_no_twin_when_everybody_hands_in_at_once(own_database, tmp_path):
    run(own_database, "prepare", "draft", 8)
    assert together(own_database, tmp_path / "gate", "submit", 3, lambda n: n, 2) == {"won": 8}
    found = run(own_database, "count")
    assert found["numbers"] == [f"RY2026-{n:04d}" for n in range(1, 9)] and found["last"] == 8


def test_of_sixteen_who_sign_for_one_unit_one_gets_it(own_database, tmp_path):
    run(own_database, "prepare", "admitted", 16)
    assert together(own_database, tmp_path / "gate", "contest", 8, lambda n: n, 2) == {"won": 1, "conflict": 15}
    found = run(own_database, "count")
    assert (found["agreements"], found["stays"], found["states"]["admitted"]) == (1, 1, 15)
