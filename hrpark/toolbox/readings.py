"""What came out of reading something that a person typed or a register holds: a value, or what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V")


@dataclass(frozen=True)
class Reading(Generic[V]):
    """``value`` is the canonical form. ``problem`` is a short key for programs, ``message`` the sentence for the person.

    ``overridable``: the value may stand as it is if somebody gives a reason. ``repairs`` says in words what was put right
    silently (full-width digits, lower case, spaces), so that a preview can show it.
    """

    value: V | None
    problem: str | None = None
    message: str = ""
    overridable: bool = False
    repairs: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return self.problem is None


def wrong(
    problem: str, message: str, value: V | None = None, *, overridable: bool = False, repairs: tuple[str, ...] = ()
) -> Reading[V]:
    return Reading(value, problem, message, overridable, repairs)
