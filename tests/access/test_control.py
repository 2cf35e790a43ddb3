"""The control: with the filters dropped on purpose, the matrices must turn red; one that stays green sees nothing.

Three holes are made, each alone or with the one before: a standing that knows no park and no institution; queries that
forget the park and the owner of a record; pages and gates of which one forgot its comparison. For every URL that keeps
anybody out at least one cell turns red under one of them.
"""

from __future__ import annotations

import pytest
from django.db.models import F, Q
from django.db.models.query import QuerySet

from hrpark.accounts.kinds import PERMISSIONS
from hrpark.accounts.models import Organisation
from hrpark.accounts.queries import Standing
from hrpark.files.kinds import GATES
from hrpark.files.queries import attachment_for
from hrpark.web import dossier, fetching, shell
from hrpark.web.desk import profile
from hrpark.web.lists import List

from . import test_fields
from .fields import LISTS
from .knocking import LET_IN
from .table import ROWS
from .test_objects import ANSWERING, OBJECTS, PARTS, cells_of, mixed_cells, part_cells

#: Foreign to 黄埔, each with a role of its kind somewhere; and 智达's representative, foreign to 启航.
STRANGERS = "tyzR"


# ---------------------------------------------------------------- the holes


@pytest.fixture
def nothing_kept():
    """No menu and no query that was built before the hole is used in it, none that was built in it outlives it."""
    shell._groups.cache_clear()
    fetching.forget()
    yield
    shell._groups.cache_clear()
    fetching.forget()


@pytest.fixture
def no_park(nothing_kept, monkeypatch):
    """A standing that holds everywhere what it holds anywhere."""

    def roles(permission: str) -> frozenset[str]:
        return PERMISSIONS.get(permission).roles

    def may(self, permission, park_id):
        return any(h.role in roles(permission) and h.organisation_kind != "institution" for h in self.hats)

    def own(self, permission, park_id):
        if any(h.role in roles(permission) and h.organisation_kind == "institution" for h in self.hats):
            return frozenset(Organisation.objects.values_list("pk", flat=True))
        return frozenset()

    def scope(self, permission, *, park="park_id", organisation=None):
        held = [h for h in self.hats if h.role in roles(permission)]
        whole = any(h.organisation_kind != "institution" for h in held) or (organisation and held)
        return Q(**{f"{park}__isnull": False}) if whole else Q(pk__in=[])

    monkeypatch.setattr(Standing, "may", may)
    monkeypatch.setattr(Standing, "own", own)
    monkeypatch.setattr(Standing, "scope", scope)
    monkeypatch.setattr(Standing, "hats_in", lambda self, park_id: self.hats)
    monkeypatch.setattr(Standing, "kinds_in", lambda self, park_id: frozenset(h.organisation_kind for h in self.hats))


#: What ties a row to its owner, in any query; and, in a query that names one row by its key, to its person.
OWNERS = frozenset({
    "park", "park_id", "institution", "institution_id", "organisation", "organisation_id", "organisation_id__in", "application", "case_id",
})  # fmt: skip
PERSONS = frozenset({"person", "person_id"})
#: Who counts numbers of a park finds two counters otherwise, and breaks before anything is shown.
COUNTERS = frozenset({"documents.series", "cases.counter"})


@pytest.fixture
def no_owner(no_park, monkeypatch):
    """Queries that forget whose a record is."""
    narrow = QuerySet._filter_or_exclude_inplace

    def loose(self, negate, args, kwargs):
        if not negate and self.model._meta.label_lower not in COUNTERS:
            dropped = OWNERS | (PERSONS if {"pk", "id"} & set(kwargs) else set())
            # What ties a subquery to its outer row stays: without it the database refuses the whole query.
            kwargs = {name: value for name, value in kwargs.items() if name not in dropped or isinstance(value, F)}
        return narrow(self, negate, args, kwargs)

    monkeypatch.setattr(QuerySet, "_filter_or_exclude_inplace", loose)


# ---------------------------------------------------------------- matrix 1


def let_in(visitors, name: str, letter: str) -> bool:
    row = ROWS[name]
    method = "get" if row.get or not row.post else "post"
    return visitors.knock(letter, method, visitors.address(name), {"deed_key": "matrix", **row.send}).said == LET_IN


def kept_out(name: str) -> str:
    """The strangers whom a URL keeps out."""
    return "".join(letter for letter in STRANGERS if letter not in ROWS[name].get + ROWS[name].post)


#: What belongs to a person: no role is asked for, so that the park's filter is not what keeps others out. In matrix 2 below.
OF_A_PERSON = {"account-role-end", "account-consent-withdraw", "account-notice-open", "account-view-drop"}
#: A report of wrongdoing is its author's, whatever their role; the director's side of it turns red like any other.
OF_A_REPORTER = {"portal-request#report", "tenant-case#report"}
#: The applicant's own: nobody comes in by a forgotten owner in a query, for the applicant is asked for in the gate. Red in matrix 1.
OF_AN_APPLICANT = {
    "portal-application-form", "portal-application-files", "portal-application-answer", "portal-application-withdraw",
    "portal-application#open", "portal-application#correcting", *OF_A_REPORTER,
}  # fmt: skip
#: Open to nobody in the table: there is no hole through which anybody should come.
TO_NOBODY = {name for name, row in ROWS.items() if not row.get and not row.post}
#: Not a question of the park: who installs.
OF_THE_INSTALLATION = {"account-parks", "account-park-new", "account-calendar", "account-calendar-new", "account-close"}


def test_without_the_park_filter_matrix_1_turns_red_at_every_url(visitors, no_park):
    asked = {name for name in ROWS if kept_out(name)} - OF_A_PERSON - OF_A_REPORTER - TO_NOBODY - OF_THE_INSTALLATION
    green = {name for name in asked if not any(let_in(visitors, name, letter) for letter in kept_out(name))}
    assert green == set(), f"Nobody more comes in without the filter: {sorted(green)}"
    assert len(asked) > 100


# ---------------------------------------------------------------- matrix 2


def red(cells) -> bool:
    """Whether a cell is let in that must not be; one that writes and then breaks over the hole has been let in, too."""
    return any(answer.said == LET_IN or answer.changed for answer, allowed in cells if answer.letter not in allowed)


def all_cells(visitors, name: str):
    if name in ANSWERING:
        yield from cells_of(visitors, name, "智达")
        yield from mixed_cells(visitors, name)
        yield from cells_of(visitors, name, "粤才")
    if name in PARTS:
        yield from part_cells(visitors, name)


#: To which record a file belongs is compared after the query, by type and key.
COMPARED = {
    "desk-institution-file-remove",
    "desk-institution-file-remove#licence",
    "desk-park-file-remove",
    "tenant-dossier-file-remove",
}


def test_without_the_owner_in_queries_matrix_2_turns_red_at_every_url(visitors, no_owner):
    asked = {name for name in OBJECTS if name in ANSWERING and name not in TO_NOBODY}
    green = {name for name in asked if not red(all_cells(visitors, name))}
    assert green == OF_AN_APPLICANT, f"Nobody more comes in without the filter: {sorted(green ^ OF_AN_APPLICANT)}"


def test_without_the_owner_of_a_part_every_part_turns_red(visitors, no_owner):
    green = {name for name in PARTS if name not in TO_NOBODY and not red(part_cells(visitors, name))}
    assert green <= COMPARED, f"A foreign part is not found even without the filter: {sorted(green - COMPARED)}"


def test_without_the_comparison_a_foreign_file_is_removed(visitors, no_owner, monkeypatch):
    """A file that passes for one of the own record."""
    things = visitors.stage.estates["启航"].things
    own = {"institution": things["institution"], "licence": things["licence"], "park_profile": things["profile"]}

    def unlooked(standing, pk, on):
        found = attachment_for(standing, pk, on)
        found.of_id = str(own[found.of_type])
        return found

    monkeypatch.setattr(dossier, "attachment_for", unlooked)
    monkeypatch.setattr(profile, "attachment_for", unlooked)
    assert {name for name in COMPARED if not red(part_cells(visitors, name))} == set()


def test_without_the_owner_in_queries_every_list_shows_foreign_canaries(visitors, no_owner):
    """Each list, for whoever may open it; what holds words of nobody is declared."""
    green = set()
    for view in LISTS:
        address = visitors.address(view) + test_fields.whole(view)
        letters = [letter for letter in ROWS[view].get if letter != "-"]
        if not any(visitors.knock(letter, "get", address).foreign for letter in letters):
            green.add(view)
    told = {
        "authority-figures": "s",
        "portal-institutions": "c",
        "desk-potentials": "o",
        "desk-starts": "o",
        "desk-exits": "o",
        "desk-checks": "o",
        "desk-corrections": "o",
        "desk-documents": "o",
        "desk-filings": "o",
        "authority-filings": "s",
    }
    assert green == set(told)  # what everybody may know, and whose it is:
    for view, letter in told.items():
        assert "广州粤才" in visitors.knock(letter, "get", visitors.address(view)).text


# ---------------------------------------------------------------- matrix 3


def test_without_masks_matrix_3_turns_red(visitors, monkeypatch):
    monkeypatch.setattr(List, "_masked", lambda *args: False)
    visitors.visited.clear()
    with pytest.raises(AssertionError, match="登录账号 masked"):
        test_fields.test_each_role_sees_the_columns_that_are_declared_and_masks_where_they_are(visitors)
    visitors.visited.clear()


def test_without_the_gate_of_personal_files_matrix_3_turns_red(visitors, monkeypatch):
    for gate in list(GATES):
        monkeypatch.setitem(GATES._things, gate.subject_type, type(gate)(gate.subject_type, gate.read, gate.write, gate.read))
    visitors.visited.clear()
    with pytest.raises(AssertionError, match="file_case_personal"):
        test_fields.test_an_attachment_is_downloaded_by_whom_it_is_declared_for(visitors)
    visitors.visited.clear()
