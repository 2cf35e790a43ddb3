"""The editions and parameters that this installation knows, and who cites which clause.

    @cites("4.3.1.3-c", label="优先条件：信用评级")
    class CreditRating(Rule): ...

Editions and parameters are read from their files when this module is first imported, so a mistake in one of them, or a
citation of a clause that no edition has, stops start-up at the line that makes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from hrpark.toolbox.errors import Misconfigured
from hrpark.toolbox.registry import Registry
from hrpark.trail.kinds import VERBS

from .rules import Edition, Parameter, current_of, edition_from, parameters_from

T = TypeVar("T")
HERE = Path(__file__).resolve().parent

EDITIONS: Registry[Edition] = Registry("edition of the standard")
PARAMETERS: Registry[Parameter] = Registry("parameter")


def _read(path: Path) -> Any:
    """A YAML file; libyaml's reader where it was built in, ten times as fast."""
    with path.open(encoding="utf-8") as file:
        try:
            return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.YAMLError as error:
            raise Misconfigured(f"{path.parent.name}/{path.name} is no YAML: {error}") from error


def read_editions(folder: Path, editions: Registry[Edition]) -> Edition:
    """Read every edition of a folder into a registry; returns the current one."""
    for path in sorted(folder.glob("*.yaml")):
        editions.add(path.stem, edition_from(_read(path), name=path.stem))
    return current_of(editions)


def read_parameters(rooms: Path, parameters: Registry[Parameter]) -> None:
    """Read the ``parameters.yaml`` of every room into a registry."""
    for path in sorted(rooms.glob("*/parameters.yaml")):
        for parameter in parameters_from(_read(path), room=path.parent.name):
            parameters.add(parameter.key, parameter)


CURRENT = read_editions(HERE / "editions", EDITIONS)
read_parameters(HERE.parent, PARAMETERS)


@dataclass(frozen=True)
class Citation:
    """That a class or function of the house serves a clause: where it is, and what it is called on a page."""

    clause: str
    name: str
    label: str


#: Clause or row key → its citations by dotted name.
CITATIONS: dict[str, dict[str, Citation]] = {}


def cites(*keys: str, label: str = "") -> Callable[[T], T]:
    """Class or function decorator: this indicator, rule, verb or page serves these clauses (or rows of Table 1).

    Without a ``label`` the thing's own ``label`` is shown, or the sentence of its verb (decorate outside ``@verb``), or its name.
    """
    if not keys:
        raise Misconfigured("cites() needs at least one clause")
    for key in keys:
        if not any(key in edition for edition in EDITIONS):
            raise Misconfigured(f"No edition of the standard has a clause or row {key!r}")

    def mark(thing: T) -> T:
        name = f"{thing.__module__}.{thing.__qualname__}"  # type: ignore[attr-defined]
        for key in keys:
            CITATIONS.setdefault(key, {})[name] = Citation(key, name, label or _label_of(thing))
        return thing

    return mark


def _label_of(thing: Any) -> str:
    own = getattr(thing, "label", None)
    if isinstance(own, str) and own:
        return own
    verb = VERBS.find(getattr(thing, "verb", None) or "")
    return verb.sentence if verb else thing.__name__
