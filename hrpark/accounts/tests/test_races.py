"""Several processes after the same code, link, first account. The control takes the guard away and must let too many through."""

import pytest

from tests.processes import Process


def run(environment, what):
    return Process(environment, module="hrpark.accounts.tests.race", arguments=(what,)).answer()


def test_of_many_guesses_at_one_moment_no_more_than_ten_are_judged(own_database):
    assert 1 <= run(own_database, "guess")["through"] <= 10


def test_counting_first_and_writing_then_lets_more_than_ten_through(own_database):
    assert run(own_database, "guess_naively")["through"] > 10


@pytest.mark.parametrize("what", ["use_code", "use_totp"])
def test_a_code_lets_exactly_one_in(own_database, what):
    assert run(own_database, what)["through"] == 1


def test_an_installation_begins_exactly_once(own_database):
    outcome = run(own_database, "begin")
    assert (outcome["through"], outcome["people"], outcome["parks"]) == (1, 1, 1)


def test_a_link_gives_one_account_and_one_role(own_database):
    outcome = run(own_database, "accept")
    assert (outcome["through"], outcome["people"], outcome["roles"]) == (1, 1, 1)


def test_two_directors_cannot_end_one_another(own_database):
    assert run(own_database, "depart")["roles"] == 1
