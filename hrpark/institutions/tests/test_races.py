"""Officers at the same instant, each with a connection of their own."""

import json
import subprocess
import sys


def run(environment, scene):
    command = [sys.executable, "-m", "hrpark.institutions.tests.race", scene]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_double_click_does_it_once_and_everybody_is_shown_the_same(own_database):
    assert run(own_database, "one-click-many-times") == {"answers": [1, 1], "rows": [1, 1]}


def test_of_many_institutions_one_gets_the_unit_and_nothing_is_left_of_the_others(own_database):
    assert run(own_database, "one-unit-many-institutions") == {"won": 1, "Occupied": 5, "stays": 1, "held": 1}


def test_many_who_say_a_fact_at_once_leave_one_that_holds(own_database):
    assert run(own_database, "facts") == {"said": 6, "open": 1}
