"""Clients in several processes after the same spaces. The control takes the guard away and must give spaces away twice."""

from tests.processes import Process

UNITS = 20


def run(environment, *arguments):
    return Process(environment, module="hrpark.parks.tests.race", arguments=arguments).answer()


def test_of_eight_clients_exactly_one_gets_each_space(own_database):
    assert run(own_database, "clients", "R") == {"won": UNITS, "refused": 7 * UNITS, "overlaps": 0}


def test_floors_and_their_units_are_never_both_given_away(own_database):
    outcome = run(own_database, "clients", "A")
    assert outcome["overlaps"] == 0
    assert outcome["won"] > 0


def test_the_database_alone_refuses_a_program_that_looks_and_then_writes(own_database):
    assert run(own_database, "naive") == {"won": UNITS, "refused": 3 * UNITS, "overlaps": 0}


def test_without_the_guard_the_same_program_gives_every_space_away_twice(own_database):
    outcome = run(own_database, "naive-unguarded")
    assert outcome["won"] > UNITS
    assert outcome["overlaps"] > 0
