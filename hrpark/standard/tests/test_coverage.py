"""From a clause to what serves it: citations by decorator, one row a clause, never one figure for all forces."""

import pytest

from hrpark.standard import queries
from hrpark.standard.kinds import CITATIONS, cites
from hrpark.standard.rules import Force
from hrpark.toolbox.errors import Misconfigured
from hrpark.trail.kinds import VERBS, Verb


@pytest.fixture
def citations():
    """Only what the test cites."""
    kept = dict(CITATIONS)
    CITATIONS.clear()
    yield CITATIONS
    CITATIONS.clear()
    CITATIONS.update(kept)


def covered(key):
    return {c.key: c for c in queries.coverage()}[key]


def test_every_clause_and_row_is_listed_in_the_order_of_the_paper(citations):
    keys = [c.key for c in queries.coverage()]
    assert keys[0] == "3" and keys[-16:] == [f"T1.{n:02d}" for n in range(1, 17)]
    assert all(c.none_yet for c in queries.coverage() if not c.heading)


def test_a_class_a_function_and_a_verb_are_cited_by_name_and_label(citations):
    @cites("4.3.1.1-a", "T1.01")
    class Licensed:
        label = "许可或备案"

    @cites("4.3.1.1-a", label="机构名册")
    def register():
        """A page."""

    def sign():
        """A verb."""

    sign.verb = "standard.tests.sign"
    VERBS.add(sign.verb, VERBS.find(sign.verb) or Verb(sign.verb, "签了承诺书"))
    cites("4.3.1.2-a")(sign)

    @cites("4.3.2")
    def nameless():
        """Neither label nor verb."""

    found = covered("4.3.1.1-a").citations
    assert [c.label for c in found] == ["许可或备案", "机构名册"]
    assert found[0].name.endswith(
        "test_coverage.test_a_class_a_function_and_a_verb_are_cited_by_name_and_label.<locals>.Licensed"
    )
    assert covered("T1.01").short == "在园人力资源服务机构" and not covered("T1.01").none_yet
    assert covered("4.3.1.2-a").citations[0].label == "签了承诺书"
    assert covered("4.3.2").citations[0].label == "nameless"
    assert covered("4.3.1.1-b").none_yet


def test_a_citation_counts_once_however_often_its_module_is_read(citations):
    def page():
        """A page."""

    cites("7-2", label="评价")(page)
    cites("7-2", label="三级评价")(page)
    assert [c.label for c in covered("7-2").citations] == ["三级评价"]


def test_a_letter_does_not_cover_its_clause(citations):
    cites("5.3-a", label="岗位制度")(test_a_letter_does_not_cover_its_clause)
    assert covered("5.3").none_yet
    assert not covered("5.3-a").none_yet


@pytest.mark.parametrize("keys", [("4.3.1.9-z",), ("4.3.1.1-a", "T1.17"), ()])
def test_an_unknown_clause_stops_start_up_where_it_is_cited(citations, keys):
    with pytest.raises(Misconfigured):
        cites(*keys)
    assert citations == {}


def test_coverage_is_counted_force_by_force(citations):
    cites("4.1.3-1", "4.1.1", "4.3.1.1", "T1.01", label="样例")(test_coverage_is_counted_force_by_force)
    counted = queries.coverage_by_force()
    assert list(counted) == list(Force)
    assert counted[Force.MUST] == (1, 5)
    assert counted[Force.SHALL] == (1, 47)
    assert counted[Force.IMPERATIVE][0] == counted[Force.RECOMMENDED][0] == 0
