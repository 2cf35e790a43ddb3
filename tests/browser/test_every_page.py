"""Every page that a role reaches by links works, on a desk and on a phone, for eyes and for readers aloud.

What fails by itself at the end of each test (conftest.Visitor): a script error, anything the content policy refused, a request
to the outside, an answer of 500. Accessibility is looked at once for each kind of page, whoever saw it first.
"""

from __future__ import annotations

import pytest

from .pages import ROLES, broken_rules, scrolls_sideways, visited

#: Kinds of pages that axe has seen in this run.
HEARD: set[str] = set()
#: Fewer pages than this would mean that the walk lost its way. Clerk and inspector open no page that their seniors do not.
FEWEST = {"visitor": 8, "officer": 30, "director": 30, "representative": 12, "supervisor": 12, "applicant": 8, "installer": 6}

#: Whose role at an institution nobody has verified yet reads there what is missing.
WAITING = {"/tenant/huangpu/"}


@pytest.mark.parametrize("role", FEWEST)
def test_every_page_of_a_role_works_and_fits(visitor, role):
    login = ROLES[role]
    page = visitor(login and login.key, width=360, height=760).page
    if login is None:
        page.goto("/")
    complaints, count = [], 0
    for path, kind, response in visited(page):
        count += 1
        if response.status >= 400 and not (role == "applicant" and kind in WAITING):
            complaints.append(f"{path} answered {response.status}")
        if scrolls_sideways(page):
            complaints.append(f"{path} scrolls sideways")
        if kind not in HEARD:
            HEARD.add(kind)
            complaints += [f"{path} breaks {rule}" for rule in broken_rules(page)]
    assert complaints == []
    assert count >= FEWEST[role], f"only {count} pages"
