"""Of every kind of request that is registered, new ones included: no steps leave its table of states, and what a day was judged
stays so."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.cases.kinds import KINDS
from hrpark.cases.rules import ZONE, due, is_late
from hrpark.toolbox.errors import Misconfigured, Refused

from .test_rules import clocks, moments, pauses

kinds = st.deferred(lambda: st.sampled_from(list(KINDS)))


@given(kinds, st.data())
def test_no_sequence_of_steps_leaves_the_table_of_states(kind, data):
    """Steps of any kind, allowed or not, in any order: a refused one changes nothing, an ended case only reopens."""
    state = kind.states[0].key
    every = sorted({move.key for one in KINDS for move in one.moves})
    for key in data.draw(st.lists(st.sampled_from(every), max_size=30)):
        try:
            after = kind.advance(state, key)
        except (Refused, Misconfigured):
            continue
        move = kind.move(key)
        assert state in move.froms and after == (move.to or state) and kind.state(after)
        assert not kind.state(state).final or move.reopens
        state = after
    allowed = {move.key for by in ("applicant", "desk", "tick") for move in kind.moves_from(state, by)}
    for key in every:
        if key not in allowed:
            with pytest.raises((Refused, Misconfigured)):
                kind.advance(state, key)


@given(st.data(), moments, st.integers(1, 40), clocks)
def test_what_was_late_on_a_day_stays_late_whatever_comes_later(data, start, days, clock):
    """Judged then, knowing only what had happened; and afterwards, from everything that is known."""
    found = data.draw(pauses(start))
    end = start.replace(tzinfo=None) + timedelta(days=400)
    at = data.draw(st.datetimes(start.replace(tzinfo=None), end, timezones=st.just(ZONE)))
    then = [(since, until if until <= at else None) for since, until in found if since <= at]
    waiting = next((since for since, until in then if until is None), None)
    promised = due(start, days, clock, then)
    if is_late(promised, None, at, waiting):
        assert due(start, days, clock, found) == promised and is_late(promised, at, at)
