"""Sheets, forms and decisions at one moment. The control mixes answers without holding the round and must spoil them."""

from tests.processes import Process

#: One answer that was there before, and six sheets.
EVERY_SHEET = {"T1.13:1": 2, "T1.13:2": 1, "T1.13:3": 1, "T1.13:4": 1, "T1.13:5": 1, "T1.14:5": 6, "T1.15:5": 1}


def run(environment, what):
    return Process(environment, module="hrpark.evaluation.tests.race", arguments=(what,)).answer()


def test_of_six_sheets_at_one_moment_no_answer_is_lost_and_none_is_doubled(own_database):
    outcome = run(own_database, "answer")
    assert (outcome["through"], outcome["took_part"], outcome["answers"]) == (6, 6, EVERY_SHEET)


def test_mixing_answers_without_holding_the_round_spoils_them(own_database):
    assert run(own_database, "answer_naively")["answers"] != EVERY_SHEET


def test_an_institution_answers_once_whoever_of_it_is_fastest(own_database):
    outcome = run(own_database, "answer_twice")
    assert (outcome["through"], outcome["took_part"], outcome["answers"]) == (1, 1, {"T1.13:3": 1, "T1.14:3": 1})


def test_of_officers_with_the_same_form_one_declares(own_database):
    outcome = run(own_database, "declare")
    assert (outcome["through"], outcome["figures"], outcome["open"]) == (1, 2, 2)


def test_of_inspectors_on_one_row_one_decides(own_database):
    outcome = run(own_database, "assess")
    assert (outcome["through"], outcome["assessed"]) == (1, [1])


def test_a_round_is_frozen_once(own_database):
    outcome = run(own_database, "finish")
    assert (outcome["through"], outcome["frozen"], outcome["same"]) == (1, 1, True)
