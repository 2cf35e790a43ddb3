"""Matrix 2, objects: the same role of another park, another institution of the same park, and addresses that mix both.

What is foreign does not exist (404), and nothing is written. The table of matrix 1 is mirrored: what it says of 启航 holds of
智达 for 智达's people, and in 天河 for those of 粤才.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from .handed_in import HANDED, PLAIN, Handed
from .identities import EVERYBODY, SIGNED_IN
from .knocking import LET_IN, Answer, told
from .table import LIBRARY, ROWS, Row

#: The people of 启航 and of 智达 change places.
SWAPPED = {"r": "R", "c": "R", "R": "rc", "a": "A", "A": "a"}
#: Who in 天河 does what somebody does in 黄埔.
ABROAD = {"r": "y", "c": "y", "d": "t", "o": "t", "s": "z", "i": "z"}
#: What belongs to nobody: a row of Table 1, a year, a clause; and the dossier that only 启航 has a second time.
NEUTRAL = frozenset(
    {"measure", "parameter", "year", "clause", "edition", "row", "veto", "own_form", "elsewhere", "file_elsewhere"}
)
#: Answers alike whosever it is: what it does is looked at by itself, below.
ALIKE = frozenset({"account-session-end"})


def mirrored(letters: str, owner: str) -> str:
    if set(letters) >= set(SIGNED_IN):
        return letters
    change = SWAPPED if owner == "智达" else ABROAD
    return "".join(change.get(letter, letter if owner == "智达" else "") for letter in letters)


def owned(row: Row) -> list[str]:
    """The converters of an address that name somebody's record."""
    return [key for key, thing in row.of.items() if not thing.startswith("=") and thing not in NEUTRAL]


OBJECTS = {name: row for name, row in ROWS.items() if owned(row) and name not in ALIKE}
ANSWERING = {name: row for name, row in OBJECTS.items() if set(row.get + row.post) < set(SIGNED_IN)}


def knocks(visitors, name: str, address: str, letters: str):
    """GET and POST, where the page knows them at all."""
    row = ROWS[name]
    for letter in dict.fromkeys(letters):
        if row.get or not row.post:
            yield visitors.knock(letter, "get", address)
        if row.post:
            yield visitors.knock(letter, "post", address, {"deed_key": "matrix", **row.send})


def wrong_with(answer: Answer, allowed: str) -> list[str]:
    """A foreign thing does not exist; nothing is written about it, nothing of it is said."""
    wrong = []
    if answer.letter in allowed:
        if answer.said != LET_IN:
            wrong.append(f"{answer}: {answer.said} ({answer.status}), though it is their own")
    elif answer.status != 404:
        wrong.append(f"{answer}: {answer.status} instead of 404")
    if answer.letter not in allowed and answer.changed:
        wrong.append(f"{answer}: wrote {answer.changed}")
    return wrong + [f"{answer}: says {one}" for one in answer.foreign]


def allowed_by(row: Row, answer: Answer, owner: str) -> str:
    return mirrored(row.get if answer.method == "get" else row.post, owner)


def cells_of(visitors, name: str, owner: str) -> Iterator[tuple[Answer, str]]:
    """(answer, who may) at another institution's record: whoever is let in to 启航's, and the other institution's people."""
    row = ROWS[name]
    letters = row.get + row.post
    for answer in knocks(visitors, name, visitors.address(name, owner), letters + mirrored(letters, owner)):
        yield answer, allowed_by(row, answer, owner)


def mixed_cells(visitors, name: str) -> Iterator[tuple[Answer, str]]:
    """A role in the park of the address, a record of another park."""
    row = ROWS[name]
    if "<slug:park>" in visitors.paths[name.partition("#")[0]]:
        letters = row.get + row.post
        for answer in knocks(visitors, name, visitors.address(name, "粤才", park="huangpu"), letters):
            yield answer, ""
        for answer in knocks(visitors, name, visitors.address(name, "启航", park="tianhe"), mirrored(letters, "粤才")):
            yield answer, ""


def part_cells(visitors, name: str) -> Iterator[tuple[Answer, str]]:
    """An own record with a part of somebody else's: a licence, a letter, a file, a verdict."""
    row, own = ROWS[name], visitors.address(name)
    for owner in ("智达", "粤才"):
        address = visitors.address(name, swapped={owned(row)[-1]: owner})
        if address != own:
            for answer in knocks(visitors, name, address, row.get + row.post):
                yield answer, ""


#: With a part of a record in the address, or a file of the park's own record.
PARTS = {
    name: row for name, row in OBJECTS.items()
    if len(owned(row)) > 1 or (row.of[owned(row)[0]].startswith("file_") and not name.startswith("account-"))
}  # fmt: skip


@pytest.mark.parametrize("owner", ["智达", "粤才"])
def test_what_another_institution_owns_is_open_to_its_own_people_alone(visitors, owner):
    wrong = []
    for name in ANSWERING:
        for answer, allowed in cells_of(visitors, name, owner):
            # Who lacks the permission for the page learns that there is such a page, and no more.
            wrong += wrong_with(answer, allowed) if answer.letter in allowed or answer.status != 403 else []
    assert not wrong, told(wrong)


def test_a_record_of_one_park_is_not_found_under_the_address_of_another(visitors):
    """The confused deputy."""
    wrong = [w for name in ANSWERING for answer, allowed in mixed_cells(visitors, name) for w in wrong_with(answer, allowed)]
    assert not wrong, told(wrong)


def test_a_part_of_one_record_is_not_found_under_another_record(visitors):
    wrong = [w for name in PARTS for answer, allowed in part_cells(visitors, name) for w in wrong_with(answer, allowed)]
    assert not wrong, told(wrong)
    assert len(PARTS) > 20


# ---------------------------------------------------------------- what answers alike


def test_a_session_of_somebody_else_does_not_end(visitors, stage):
    """Whosever number it is, only one's own session ends."""
    for letter in SIGNED_IN:
        answer = visitors.knock(letter, "post", visitors.address("account-session-end"))
        ended = "accounts_signin" in answer.wrote
        assert ended == (letter == "c"), str(answer)


def test_under_the_name_of_a_form_everybody_finds_their_own_draft(visitors):
    """A draft is named like the form, not like its owner: nobody reads another's."""
    for letter in SIGNED_IN:
        assert visitors.knock(letter, "get", visitors.address("account-draft")).canaries == set()


def test_every_row_is_mirrored_or_neutral():
    """No row slips through between the tests above: with somebody's record in the address it is in one of them."""
    others = {name for name, row in ROWS.items() if row.of} - set(ANSWERING) - ALIKE - LIBRARY
    assert {name for name in others if owned(ROWS[name])} == {name for name in OBJECTS if set(ROWS[name].get) == set(EVERYBODY)}


# ---------------------------------------------------------------- keys in what is handed in


def filled(visitors, handed: Handed, key: object) -> dict[str, str]:
    """What a browser would send, with one key in it."""
    stage, data = visitors.stage, {}
    words = {"{today}": stage.at.date(), "{later}": stage.at.date() + timedelta(days=20), "{year}": stage.at.year - 1}
    things = stage.estates["启航" if handed.data.get("name") != "@name" or key == mobile(stage) else "粤才"].things
    for name, value in handed.data.items():
        if name == "judged":
            data |= dict.fromkeys(things["judged"], value)
        else:
            data[name] = str(things[value[1:]] if value.startswith("@") else words.get(value, value))
    return {"deed_key": "handed", **data, handed.field: str(key)}


def mobile(stage) -> str:
    return stage.estates["启航"].things["mobile"]


def hand_in(visitors, handed: Handed, owner: str) -> Answer:
    estate = visitors.stage.estates[owner]
    address = visitors.address(handed.url, things=handed.of)
    if handed.says:
        return visitors.knock(handed.letter, "get", address, {handed.field: estate.things[handed.thing]})
    return visitors.knock(handed.letter, "post", address, filled(visitors, handed, estate.things[handed.thing]))


@pytest.mark.parametrize("handed", HANDED, ids=lambda h: f"{h.url}-{h.field}")
def test_a_key_of_somebody_else_in_a_form_does_nothing(visitors, handed):
    own = hand_in(visitors, handed, "启航")
    if handed.says:
        assert visitors.stage.estates["启航"].organisation.name in own.text
    else:
        assert own.said == LET_IN and own.changed, f"{own}: with an own record nothing was done ({own.status})"
    for owner in handed.foreign:
        answer = hand_in(visitors, handed, owner)
        assert answer.changed == [], f"{answer}: did something with a record of {owner}: {answer.changed}"
        assert answer.foreign == []
        if handed.says:
            assert visitors.stage.estates[owner].organisation.name not in answer.text


def test_a_representative_invites_into_no_other_institution(visitors, stage):
    """The field is not even there for who has one institution; sent nevertheless, it changes nothing."""
    data = {
        "role": "clerk",
        "name": "新人",
        "mobile": "13912340000",
        "organisation": str(stage.estates["智达"].things["organisation"]),
    }
    answer = visitors.knock("r", "post", visitors.address("tenant-colleague-invite"), {"deed_key": "handed", **data})
    assert answer.status == 200 and "广州启航" in answer.text and "广东智达" not in answer.text


class Fields(HTMLParser):
    """Every field of a page whose values are whole numbers, by name: what may be the key of a record."""

    def __init__(self, text: str):
        super().__init__()
        self.select, self.found = "", set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "select":
            self.select = given.get("name") or ""
        elif tag == "option" and self.select:
            self.keep(self.select, given.get("value"))
        elif tag == "input" and given.get("type") in ("radio", "checkbox", "hidden"):
            self.keep(given.get("name") or "", given.get("value"))

    def handle_endtag(self, tag):
        self.select = "" if tag == "select" else self.select

    def keep(self, name, value):
        if name and value and value.isdecimal():
            self.found.add(name)


def test_every_field_that_may_name_a_record_is_declared(visitors):
    """A select, a tick or a hidden field with numbers for values: in HANDED, or said to be plain."""
    known, wrong = {h.field for h in HANDED} | PLAIN, set()
    for name, row in ROWS.items():
        if row.get:
            letter = row.get.replace("-", "")[:1]
            answer = visitors.visit(letter, visitors.address(name))
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                wrong |= {f"{name}: {field}" for field in Fields(answer.text).found if field not in known}
    assert not wrong, told(sorted(wrong))
