"""Which space may lie in which."""

from hypothesis import given
from hypothesis import strategies as st

from hrpark.parks.models import SpaceKind
from hrpark.parks.rules import INSIDE, may_lie_in

KINDS = st.sampled_from(SpaceKind.values)


def test_every_kind_of_space_has_its_rule():
    assert set(INSIDE) == set(SpaceKind.values)


@given(st.lists(KINDS, min_size=2, max_size=6))
def test_no_chain_of_spaces_comes_back_to_its_own_kind(chain):
    steps = zip(chain, chain[1:], strict=False)
    if all(may_lie_in(inner, outer) for inner, outer in steps):
        assert len(set(chain)) == len(chain)


def test_a_unit_lies_in_a_floor_and_never_the_other_way_round():
    assert may_lie_in("unit", "floor")
    assert not may_lie_in("floor", "unit")
    assert not may_lie_in("building", "building")
