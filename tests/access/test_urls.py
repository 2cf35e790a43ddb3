"""Matrix 1, function: URL × method × identity. Every URL has its row in table.py; every cell is knocked at."""

from __future__ import annotations

from hrpark.web.checks import patterns

from .identities import EVERYBODY
from .knocking import LET_IN, REFUSED, Answer, manners, name_of, told, urls
from .opening import files, further, taken, unproved
from .table import LIBRARY, ROWS, SAID_BY_LINK

#: What taking the rows of a list away writes.
TOLD = {"trail_entry", "trail_payload"}


def test_every_url_has_a_row_and_every_row_a_url():
    assert {name.partition("#")[0] for name in ROWS} == set(urls())


def test_no_two_urls_share_a_name():
    names = [name_of(path, pattern) for path, pattern in patterns()]
    assert sorted(names) == sorted(set(names))


def words_of(name: str, answer: Answer) -> list[str]:
    """Words and numbers in an answer that are somebody else's."""
    return [f"{answer}: says {one}" for one in answer.foreign if one != SAID_BY_LINK.get(name)]


def test_opening_a_page_lets_in_whom_the_table_names_changes_nothing_and_says_nothing_of_others(visitors):
    """GET: who is let in; no row is written; the headers that every answer has; no word or number of somebody else's.

    And every word and number on the stage is seen by somebody who may, or the last would prove nothing.
    """
    wrong, answers = [], []
    for name in sorted(ROWS):
        for letter in EVERYBODY:
            answer = visitors.visit(letter, visitors.address(name))
            if answer.said != (LET_IN if letter in ROWS[name].get else REFUSED):
                wrong.append(f"{answer}: {answer.said} ({answer.status})")
            if answer.changed:
                wrong.append(f"{answer}: wrote {answer.changed}")
            wrong += words_of(name, answer) + manners(answer)
            answers.append(answer)
    for name, answer in further(visitors):
        if answer.said != LET_IN or answer.changed:
            wrong.append(f"{answer}: {answer.said} ({answer.status}), wrote {answer.changed}")
        wrong += words_of(name, answer) + manners(answer)
        answers.append(answer)
    for name, letter, answer in taken(visitors):
        if answer.said != (LET_IN if letter in ROWS[name].post else REFUSED) or not set(answer.changed) <= TOLD:
            wrong.append(f"{answer}: {answer.said} ({answer.status}), wrote {answer.changed}")
        wrong += words_of(name, answer) + manners(answer)
        answers.append(answer)
    for answer in files(visitors):
        wrong += words_of("account-file", answer) + manners(answer)
        answers.append(answer)
    assert not wrong, told(wrong)
    unseen = unproved(answers)
    assert unseen == [], told(unseen)


def test_handing_something_in_is_open_to_whom_the_table_names_and_a_refusal_writes_nothing(visitors):
    wrong = []
    for name in sorted(ROWS):
        for letter in EVERYBODY:
            answer = visitors.knock(letter, "post", visitors.address(name), {"deed_key": "matrix", **ROWS[name].send})
            allowed = letter in ROWS[name].post
            if answer.said != (LET_IN if allowed else REFUSED):
                wrong.append(f"{answer}: {answer.said} ({answer.status})")
            if not allowed and answer.changed:
                wrong.append(f"{answer}: refused, yet wrote {answer.changed}")
            wrong += words_of(name, answer) + manners(answer)
    assert not wrong, told(wrong)


def test_no_url_has_another_method(visitors):
    """PUT, PATCH and DELETE are unknown even to who is let in with the others."""
    wrong = []
    for name in sorted(set(ROWS) - LIBRARY):
        letter = (ROWS[name].get + ROWS[name].post + "-")[0]
        for method in ("put", "patch", "delete"):
            answer = visitors.knock(letter, method, visitors.address(name))
            if answer.said != REFUSED or answer.changed:
                wrong.append(f"{answer}: {answer.said} ({answer.status}), wrote {answer.changed}")
    assert not wrong, told(wrong)
