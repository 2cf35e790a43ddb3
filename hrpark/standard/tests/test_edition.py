"""The draft is whole: every row of the mission has its clause, with the force, the rooms and the measures said there."""

import pytest

from hrpark.standard import queries
from hrpark.standard.kinds import EDITIONS
from hrpark.standard.rules import Clause, Force
from hrpark.toolbox.errors import NotFound


def letters(clause: str, last: str) -> list[str]:
    return [f"{clause}-{chr(c)}" for c in range(ord("a"), ord(last) + 1)]


#: force → the keys that the platform must answer for.
EXPECTED = {
    "T": ["3.1", "3.2"],
    "M": ["4.1.3-1", "4.1.3-2", "5.2.1", "5.2.2", "5.4.1.3-2"],
    "S": [
        "4.1.1", "4.1.2-1", "4.1.4", "4.2.6", *letters("4.3.1.1", "c"), *letters("4.3.1.2", "e"), *letters("4.3.1.3", "g"), "4.3.2",
        "5.1.2", "5.1.3", "5.1.4", "5.2.3", "5.3", *letters("5.3", "l"), "5.4.1.1", "5.4.1.2", "5.4.1.3-1", "5.4.1.4", "5.4.3.2",
        "6.1.1", "6.1.2", "6.1.3", "7-1", "7-2",
    ],
    "I": [
        "4.2.2", "4.2.3", "4.2.4", "4.2.5", "5.1.1", "5.4.2.1", "5.4.2.2", "5.4.3.3", "6.3.1.1", "6.3.1.2", "6.3.1.3", "6.3.2.1-1",
        "6.3.2.2", "6.4.1.2", "6.4.1.3", "6.4.1.4", "6.4.2-1", "6.4.3-1", "6.4.3-2",
    ],
    "R": [
        "4.1.2-2", "4.1.3-3", "4.1.5", "4.2.1", "5.4.3.1", *letters("6.1.3", "b"), "6.2.1-a", "6.2.2", *letters("6.2.2", "b"), "6.3.1.4",
        "6.3.2.1-2", "6.3.2.3", "6.4.1.1", "6.4.2-2",
    ],
    "C": ["6.2.1-b"],
}  # fmt: skip
HEADINGS = [
    "3", "4", "4.1", "4.2", "4.3", "4.3.1", "4.3.1.1", "4.3.1.2", "4.3.1.3", "5", "5.1", "5.2", "5.4", "5.4.1", "5.4.2", "5.4.3", "6",
    "6.1", "6.2", "6.2.1", "6.3", "6.3.1", "6.3.2", "6.4", "6.4.1", "6.4.2", "6.4.3", "7",
]  # fmt: skip
DEFINITIONS = ["3.3", "3.4", "3.5"]
MEASURES = {
    "T1.01": {"agencies": "家"},
    "T1.02": {"new_gross": "家", "growth": "%"},
    "T1.03": {"segments_covered": "个"},
    "T1.04": {"supporting_agencies": "家"},
    "T1.05": {"revenue": "万元", "tax": "万元"},
    "T1.06": {"economy_share": "%"},
    "T1.07": {"persons_served": "人次", "employers_served": "家次", "posts_provided": "个"},
    "T1.08": {"national": "篇", "provincial": "篇", "city": "篇", "trade": "篇"},
    "T1.09": {"items_published": "篇", "reads": "次"},
    "T1.10": {"events_held": "场"},
    "T1.11": {"companies_attending": "家", "persons_attending": "人次"},
    "T1.12": {"delegations_received": "次"},
    "T1.13": {"satisfaction": "%", "response_rate": "%"},
    "T1.14": {"office_equipment": "%", "living_facilities": "%"},
    "T1.15": {"enterprise_accepted": "件", "enterprise_served": "件", "talent_accepted": "件", "talent_served": "件"},
    "T1.16": {"employment_services": "次", "talent_services": "次"},
}
#: A few whose place is easily got wrong: printed twice, split, or moved to another room.
PLACES = {
    "4.1.3-2": ("4.1.3", "4.1", ("parks",)),
    "4.3.1.1-a": ("4.3.1.1 a)", "4.3.1.1", ("admission",)),
    "5.1.3": ("5.1.3", "5.1", ("staff", "rulebook", "inspections")),
    "5.3-l": ("5.3 l)", "5.3", ("rulebook",)),
    "5.4.1.3-2": ("5.4.1.3", "5.4.1", ("admission",)),
    "6.2.1-a": ("6.2.1 a)", "6.2.1", ("web", "parks")),
    "6.2.2-b": ("6.2.2 b)", "6.2.2", ("activities", "visits")),
    "6.4.2-1": ("6.4.3.1", "6.4.2", ("all",)),
    "6.4.2-2": ("6.4.3.2", "6.4.2", ("partnerships", "admission", "matching", "talent_index")),
    "6.4.3-1": ("6.4.3.1", "6.4.3", ("partnerships", "matching")),
    "6.4.3-2": ("6.4.3.2", "6.4.3", ("partnerships",)),
    "7-2": ("7", "7", ("evaluation",)),
}
ROOMS = set(
    "all parks admission support staff rulebook inspections conformity prospects publicity activities bookings cases web hall visits "
    "partnerships matching talent_index jobs evaluation leasing institutions returns".split()
)

draft = EDITIONS.get("draft-2025")


def test_every_row_of_the_mission_has_its_clause_and_its_force():
    found = {f: [c.key for c in draft.clauses if c.force == f and not c.heading and c.key not in DEFINITIONS] for f in EXPECTED}
    assert found == EXPECTED


def test_nothing_else_stands_in_the_edition():
    wanted = {k for keys in EXPECTED.values() for k in keys} | set(HEADINGS) | set(DEFINITIONS)
    assert {c.key for c in draft.clauses} == wanted
    assert [c.key for c in draft.clauses if c.heading] == HEADINGS


@pytest.mark.parametrize("key", PLACES)
def test_a_clause_has_its_printed_number_its_parent_and_its_rooms(key):
    clause = queries.clause(key)
    assert (clause.printed, clause.parent, clause.rooms) == PLACES[key]


def test_table_1_has_its_sixteen_rows_and_their_measures_in_order():
    assert {r.key: {m.key: m.unit for m in r.measures} for r in draft.rows} == MEASURES
    assert [r.key for r in draft.rows] == sorted(MEASURES)


def test_table_1_has_four_first_levels_of_the_printed_sizes():
    sizes: dict[str, int] = {}
    for row in draft.rows:
        sizes[row.level1] = sizes.get(row.level1, 0) + 1
    assert sizes == {"产业集聚度": 4, "经济贡献度": 3, "品牌影响力": 5, "服务响应度": 4}


def test_chapter_3_defines_five_terms():
    assert [t.key for t in draft.terms] == ["3.1", "3.2", "3.3", "3.4", "3.5"]


def test_every_room_named_is_a_room_of_the_house():
    named = {r for c in draft.clauses for r in c.rooms} | {r for row in draft.rows for r in row.fed_by}
    assert named <= ROOMS


def test_priority_is_never_a_gap_and_a_heading_asks_for_nothing():
    merits = [c for c in draft.clauses if c.merit]
    assert [c.key for c in merits if not c.heading] == letters("4.3.1.3", "g")
    assert all(c.unmet == "" for c in draft.clauses if c.merit or c.heading)
    assert queries.clause("4.3.1.1-a").unmet == "缺项"
    assert queries.clause("4.2.2").unmet == "未见记录"
    assert queries.clause("4.1.5").unmet == "建议"
    assert queries.clause("6.2.1-b").unmet == ""


def test_a_letter_stands_below_its_clause():
    assert [c.key for c in draft.children("4.3.1.1")] == letters("4.3.1.1", "c")
    assert [c.key for c in draft.children(None)] == ["3", "4", "5", "6", "7"]


def test_the_draft_is_current():
    assert queries.current_edition() is queries.edition("draft-2025")
    assert queries.editions() == [draft]
    assert queries.row("T1.02").measure("growth").kind == "percent"


@pytest.mark.parametrize("ask", [queries.clause, queries.row, queries.edition])
def test_an_unknown_key_is_not_found(ask):
    with pytest.raises(NotFound):
        ask("9.9")


def test_a_row_is_no_clause_and_a_clause_is_no_row():
    with pytest.raises(NotFound):
        queries.clause("T1.01")
    with pytest.raises(NotFound):
        queries.row("3.1")


def test_only_words_printed_give_a_force_except_the_green_building():
    odd = [c.key for c in draft.clauses if isinstance(c, Clause) and c.modal == "none" and c.force is Force.RECOMMENDED]
    assert odd == ["4.1.3-3"]
    assert queries.clause("4.1.3-3").reference == "GB/T 50378-2019"
