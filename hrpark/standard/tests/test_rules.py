"""What is written wrongly stops start-up; what holds on a day is found for every day."""

from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.standard import rules
from hrpark.standard.rules import Basis, Freedom, Source, edition_from, held_on, parameters_from
from hrpark.standard.samples import edition_file, parameter_file
from hrpark.toolbox.dated import Dated
from hrpark.toolbox.errors import Misconfigured


def read(raw):
    return edition_from(raw, name="sample")


def changed(path, value):
    raw = deepcopy(edition_file())
    *way, last = path
    place = raw
    for step in way:
        place = place[step]
    place[last] = value
    return raw


# Editions -----------------------------------------------------------------------------------------------------------

WRONG = {
    "an unknown parent": (("clauses", 1, "parent"), "9", "its parent '9' does not stand before it"),
    "a parent that stands below": (("clauses", 1, "parent"), "1.2", "does not stand before it"),
    "its own parent": (("clauses", 1, "parent"), "1.1", "does not stand before it"),
    "a clause twice": (("clauses", 2, "key"), "1.1", "two clause or rows are called '1.1'"),
    "a row called like a clause": (("rows", 0, "key"), "1.1", "two clause or rows are called '1.1'"),
    "a force that the word does not give": (("clauses", 1, "force"), "M", "“应” does not give force M"),
    "an unknown force": (("clauses", 1, "force"), "X", "no force is called 'X'"),
    "an unknown modal": (("clauses", 1, "modal"), "得", "no modal is called '得'"),
    "advice without a word or a reference": (("clauses", 1, "modal"), "none", "“none” does not give force S"),
    "a number as key": (("clauses", 1, "key"), 1.1, "numbers like 4.1 need quotes"),
    "a wording too long": (("clauses", 1, "short"), "长" * 41, "41 characters"),
    "an empty wording": (("clauses", 1, "short"), " ", "short must be text"),
    "no room": (("clauses", 1, "rooms"), [], "no room shows it"),
    "rooms as a word": (("clauses", 1, "rooms"), "parks", "must be a list"),
    "an unknown field": (("clauses", 1, "fores"), "S", "unknown fields ['fores']"),
    "a heading that is half true": (("clauses", 0, "heading"), "yes", "must be true or false"),
    "another key than its file": (("key",), "other", "the file sample.yaml holds edition 'other'"),
    "a term that is no clause": (("terms", 0, "key"), "1.9", "term 1.9 is no clause"),
    "a row that measures nothing": (("rows", 0, "measures"), [], "measures nothing"),
    "an unknown kind of measure": (("rows", 0, "measures", 0, "kind"), "figure", "no kind is called 'figure'"),
    "a row fed by nobody": (("rows", 0, "fed_by"), [], "fed by nobody"),
    "a clause that is no mapping": (("clauses", 1), "1.1", "is not a mapping"),
}


def test_the_sample_itself_is_right():
    edition = read(edition_file())
    assert [c.key for c in edition.clauses] == ["1", "1.1", "1.2"]
    assert "T1.01" in edition and "9" not in edition


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_edition_stops_start_up_and_says_why(name):
    path, value, why = WRONG[name]
    with pytest.raises(Misconfigured) as stopped:
        read(changed(path, value))
    assert why in str(stopped.value)


def test_a_missing_part_stops_start_up():
    raw = edition_file()
    del raw["rows"]
    with pytest.raises(Misconfigured, match="lacks"):
        read(raw)
    with pytest.raises(Misconfigured, match="not a mapping"):
        read(["an edition"])


def test_advice_may_rest_on_a_normative_reference():
    raw = edition_file()
    raw["clauses"][1] |= {"modal": "none", "force": "R", "reference": "GB/T 1"}
    assert read(raw).by_key["1.1"].force is rules.Force.RECOMMENDED


@pytest.mark.parametrize(
    "path, value",
    [
        (("title",), "别的标准"),
        (("terms", 0, "short"), "别的意思"),
        (("clauses", 1, "printed"), "2"),
        (("clauses", 1, "short"), "别的话"),
        (("clauses", 2, "parent"), "1.1"),
        (("clauses", 1, "merit"), True),
        (("rows", 0, "label"), "别的"),
        (("rows", 0, "measures", 0, "unit"), "个"),
        (("rows", 0, "measures", 0, "kind"), "ratio"),
    ],
)
def test_the_digest_follows_what_the_edition_says(path, value):
    assert read(changed(path, value)).digest != read(edition_file()).digest


@pytest.mark.parametrize(
    "path, value",
    [
        (("clauses", 1, "rooms"), ["cases"]),
        (("clauses", 1, "note"), "注"),
        (("rows", 0, "fed_by"), ["jobs"]),
        (("terms", 0, "code"), "accounts.Park"),
        (("supersedes",), "older"),
    ],
)
def test_the_digest_does_not_follow_who_of_us_shows_it(path, value):
    assert read(changed(path, value)).digest == read(edition_file()).digest


def test_the_current_edition_is_the_one_that_none_supersedes():
    old, new = read(edition_file()), edition_from(edition_file(key="new", supersedes="sample"), name="new")
    assert rules.current_of([new, old]) is new


@pytest.mark.parametrize("supersedes", [None, "nowhere", "new"])
def test_two_current_editions_or_an_unknown_elder_stop_start_up(supersedes):
    old, new = read(edition_file()), edition_from(edition_file(key="new", supersedes=supersedes), name="new")
    with pytest.raises(Misconfigured):
        rules.current_of([old, new])


# Parameters ---------------------------------------------------------------------------------------------------------


def value_line(**over):
    return parameter_file()["values"][0] | over


WRONG_PARAMETERS = {
    "no basis": ({"values": [value_line(basis=" ")]}, "basis must be text"),
    "an unknown source": ({"values": [value_line(source="hearsay")]}, "source is one of"),
    "the park's own source": ({"values": [value_line(source="park")]}, "source is one of"),
    "no day": ({"values": [value_line(since="2022")]}, "since must be a day"),
    "two values a day": ({"values": [value_line(), value_line(value=2)]}, "two values since 2022-01-01"),
    "no value": ({"values": []}, "has no value"),
    "a float": ({"kind": "decimal", "values": [value_line(value=0.3)]}, "0.3 is no decimal"),
    "a negative": ({"values": [value_line(value=-1)]}, "-1 is no int"),
    "a truth for a number": ({"values": [value_line(value=True)]}, "True is no int"),
    "another room's key": ({"key": "other.days"}, "must begin with"),
    "a key without room": ({"key": "days"}, "must begin with"),
    "an unknown kind": ({"kind": "days"}, "no kind is called 'days'"),
    "an unknown freedom": ({"park_may": "stricter"}, "park_may is one of"),
    "a direction for words": ({"kind": "text", "values": [value_line(value="甲")]}, "only a number can be less or more"),
    "an unknown field": ({"since": 1}, "unknown fields ['since']"),
}


@pytest.mark.parametrize("name", WRONG_PARAMETERS)
def test_a_wrong_parameter_stops_start_up_and_says_why(name):
    over, why = WRONG_PARAMETERS[name]
    with pytest.raises(Misconfigured) as stopped:
        parameters_from([parameter_file(**over)], room="sample")
    assert why in str(stopped.value)


def test_a_parameter_twice_stops_start_up():
    with pytest.raises(Misconfigured, match="two parameters are called 'sample.days'"):
        parameters_from([parameter_file(), parameter_file()], room="sample")
    with pytest.raises(Misconfigured, match="not a list"):
        parameters_from(parameter_file(), room="sample")


DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))
NUMBERS = st.integers(0, 400)
PLAN = st.dictionaries(DAYS, NUMBERS, min_size=1, max_size=8)


def parameter(plan, park_may=Freedom.ANY):
    lines = [value_line(since=day, value=number, basis=f"{day}") for day, number in plan.items()]
    (made,) = parameters_from([parameter_file(values=lines, park_may=park_may.value)], room="sample")
    return made


def promised(plan):
    return Dated.of({day: ((number, Basis(Source.PARK, "承诺")), "承诺") for day, number in plan.items()})


NONE = promised({})


@given(PLAN, DAYS)
def test_the_value_of_a_day_is_the_last_one_that_began(plan, day):
    begun = [d for d in plan if d <= day]
    if not begun:
        with pytest.raises(LookupError):
            held_on(parameter(plan), NONE, day)
        return
    held = held_on(parameter(plan), NONE, day)
    assert (held.value, held.since, held.basis) == (plan[max(begun)], max(begun), str(max(begun)))


@given(PLAN, DAYS, NUMBERS)
def test_a_later_line_changes_no_earlier_day(plan, day, number):
    later = plan | {d: number for d in [date(2041, 1, 1)]}
    if min(plan) <= day:
        assert held_on(parameter(later), NONE, day) == held_on(parameter(plan), NONE, day)


@given(PLAN, PLAN, DAYS, st.sampled_from(Freedom))
def test_a_promise_holds_from_its_day_and_never_beyond_what_is_left_open(plan, promises, day, park_may):
    if min(plan) > day:
        return
    default = held_on(parameter(plan), NONE, day)
    held = held_on(parameter(plan, park_may), promised(promises), day)
    made = [d for d in promises if d <= day]
    if not made or park_may is Freedom.NONE:
        assert held == default
        return
    promise = promises[max(made)]
    wanted = {
        Freedom.ANY: promise, Freedom.LESS: min(promise, default.value), Freedom.MORE: max(promise, default.value),
    }[park_may]  # fmt: skip
    assert held.value == wanted
    assert (held.source is Source.PARK) == (wanted != default.value)


VALUES = st.one_of(
    st.tuples(st.just("int"), st.integers(0, 10**12 - 1)),
    st.tuples(st.just("decimal"), st.decimals(0, 10**12, places=4)),
    st.tuples(st.just("flag"), st.booleans()),
    st.tuples(st.just("ints"), st.lists(st.integers(0, 999), min_size=1, max_size=5).map(tuple)),
    st.tuples(st.just("text"), st.text(min_size=1).map(str.strip).filter(bool)),
)


@given(VALUES)
def test_a_value_reads_back_as_it_was_written(given_value):
    kind, value = given_value
    assert rules.read_value(kind, rules.write_value(value)) == value
    assert type(rules.read_value(kind, rules.write_value(value))) is type(value)


@pytest.mark.parametrize(
    "kind, raw",
    [
        ("int", "9.5"),
        ("int", "九十"),
        ("int", None),
        ("decimal", "1e5"),
        ("decimal", "NaN"),
        ("decimal", "Infinity"),
        ("decimal", 0.3),
    ]
    + [("flag", "yes"), ("flag", 1), ("text", "  "), ("text", 5), ("ints", ""), ("ints", "90,,a"), ("ints", []), ("ints", 30)],
)
def test_what_is_no_value_is_refused(kind, raw):
    with pytest.raises(ValueError, match="is no"):
        rules.read_value(kind, raw)


def test_a_decimal_stays_the_number_on_paper():
    assert rules.read_value("decimal", "0.3") == Decimal("0.3")
    assert rules.read_value("ints", "90，60、30") == (90, 60, 30)
