"""Officers at the same instant, each with a connection of their own."""

from tests.processes import Process


def run(environment, scene):
    return Process(environment, module="hrpark.institutions.tests.race", arguments=(scene,)).answer()


def test_a_double_click_does_it_once_and_everybody_is_shown_the_same(own_database):
    assert run(own_database, "one-click-many-times") == {"answers": [1, 1], "rows": [1, 1]}


def test_of_many_institutions_one_gets_the_unit_and_nothing_is_left_of_the_others(own_database):
    assert run(own_database, "one-unit-many-institutions") == {"won": 1, "Occupied": 5, "stays": 1, "held": 1}


def test_many_who_say_a_fact_at_once_leave_one_that_holds(own_database):
    assert run(own_database, "facts") == {"said": 6, "open": 1}
