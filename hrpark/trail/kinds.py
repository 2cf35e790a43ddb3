"""Verbs: what can be done, each with the Chinese sentence a timeline shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hrpark.toolbox.registry import Registry


@dataclass(frozen=True)
class Verb:
    """``says`` makes words of what an entry of the verb holds in detail, where the sentence alone says too little."""

    name: str
    sentence: str
    says: Callable[[Mapping[str, Any]], str] | None = None


VERBS: Registry[Verb] = Registry("verb")


@dataclass(frozen=True)
class Subject:
    """A type of record that the trail, files and notices can point at: its key and its model label."""

    key: str
    model: str
    label: str


SUBJECTS: Registry[Subject] = Registry("subject")


@dataclass(frozen=True)
class System:
    """An actor that is not a person: the tick, an import resumed by the worker, the demo year."""

    name: str
    label: str = "系统"

    @property
    def actor_key(self) -> str:
        return f"system:{self.name}"

    @property
    def actor_name(self) -> str:
        return self.label
