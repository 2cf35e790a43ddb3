"""Matrix 1, function: URL × method × identity. Every URL has its row in table.py; every cell is knocked at."""

from __future__ import annotations

import pytest

from hrpark.trail.models import Entry
from hrpark.web.checks import patterns

from .identities import EVERYBODY, IDENTITIES, person
from .table import ROWS

pytestmark = pytest.mark.django_db

REFUSED = "refused"
LET_IN = "let in"


def name_of(path: str, pattern) -> str:
    """A URL's own name; what libraries bring may have none, and goes by its path."""
    return pattern.name or path


def urls() -> dict[str, str]:
    return {name_of(path, pattern): path for path, pattern in patterns()}


def answer(response) -> str:
    """What a response says to a visitor: sent to sign in, 403 and 404 are refusals; an unsafe method may be unknown (405)."""
    if response.status_code in (401, 403, 404):
        return REFUSED
    if response.status_code == 302 and response["Location"].startswith("/account/login/"):
        return REFUSED
    if response.status_code >= 500:
        return f"broken: {response.status_code}"
    return LET_IN


def test_every_url_has_a_row_and_every_row_a_url():
    assert set(ROWS) == set(urls())


def test_no_two_urls_share_a_name():
    names = [name_of(path, pattern) for path, pattern in patterns()]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", sorted(ROWS))
def test_each_identity_meets_what_the_table_says(name, stage, client):
    """GET, POST, PUT and DELETE; a refused POST leaves no line in the trail."""
    row = ROWS[name]
    wrong = []
    for letter in EVERYBODY:
        address = stage.address(name)
        for method in ("get", "post", "put", "delete"):
            who = person(stage.cast, letter)
            client.logout()
            if who is not None:
                client.force_login(who)
            before = Entry.objects.count()
            response = getattr(client, method)(address)
            if response.status_code == 405:
                continue
            said = answer(response)
            allowed = letter in (row.get if method == "get" else row.post)
            if said != (LET_IN if allowed else REFUSED):
                wrong.append(f"{method.upper()} {address} as {IDENTITIES[letter][1]}: {said} ({response.status_code})")
            if not allowed and Entry.objects.count() != before:
                wrong.append(f"{method.upper()} {address} as {IDENTITIES[letter][1]}: refused, yet something was written")
    assert wrong == []
