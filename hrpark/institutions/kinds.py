"""What is discovered or read from data: the business segments, the keys of facts, and who reads them.

    FEES = fact("leasing.fees_up_to_date", "租金物业费按约缴清", unit="是/否")     in <room>/facts.py
    reader("admission.duties", FEES)                                             in <room>/facts.py of a room above

Writing a fact marks the institution dirty for every reader of its key, in the same transaction (``actions.record_fact``).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from hrpark.notices.kinds import notice_kind
from hrpark.toolbox.dated import Dated
from hrpark.toolbox.errors import Misconfigured
from hrpark.toolbox.registry import Registry
from hrpark.toolbox.text import match_key

# --- segments ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Niche:
    """A second-level tag inside a segment (5.4.1.4)."""

    code: str
    label: str
    segment: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Segment:
    """One of the ten segments: the permit it needs ("" for none), by which statute, and its box on form LM1 ("" for none)."""

    code: str
    label: str
    permit: str
    basis: str
    lm1: str
    aliases: tuple[str, ...]
    niches: tuple[Niche, ...]


@dataclass(frozen=True)
class SegmentList:
    """One official list of segments, in its order."""

    key: str
    label: str
    source: str
    segments: tuple[Segment, ...]

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)

    def __len__(self) -> int:
        return len(self.segments)

    @functools.cached_property
    def by_code(self) -> dict[str, Segment]:
        """Segment of each code; a niche's code gives the segment it lies in."""
        return {s.code: s for s in self.segments} | {n.code: s for s in self.segments for n in s.niches}

    @functools.cached_property
    def labels(self) -> dict[str, str]:
        """Words of each code, segments and niches alike."""
        return {s.code: s.label for s in self.segments} | {n.code: n.label for s in self.segments for n in s.niches}

    @functools.cached_property
    def _by_words(self) -> dict[str, str]:
        words: dict[str, str] = {}
        for one in (*self.segments, *(n for s in self.segments for n in s.niches)):
            for word in (one.label, one.code, *one.aliases):
                if words.setdefault(match_key(word), one.code) != one.code:
                    raise Misconfigured(f"segments.yaml, {self.key}: {word!r} means two codes")
        return words

    def code_of(self, words: str) -> str | None:
        """The code that a register's words mean, by label or alias; None when nobody knows them."""
        return self._by_words.get(match_key(words))


SEGMENT_LISTS: Registry[SegmentList] = Registry("list of segments")


def _read_segments(path: Path) -> Dated[SegmentList]:
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    dated: dict[date, tuple[SegmentList, str]] = {}
    for row in raw["editions"]:
        segments = tuple(
            Segment(
                s["code"], s["label"], _none(s["permit"]), s["basis"], _none(s["lm1"]), tuple(s["aliases"]),
                tuple(Niche(n["code"], n["label"], s["code"], tuple(n["aliases"])) for n in s["niches"]),
            )
            for s in row["segments"]
        )  # fmt: skip
        one = SEGMENT_LISTS.add(row["key"], SegmentList(row["key"], row["label"], row["source"], segments))
        if len(one.labels) != len(segments) + sum(len(s.niches) for s in segments):
            raise Misconfigured(f"segments.yaml, {one.key}: a code stands twice")
        one.code_of("")
        dated[row["since"]] = (one, row["source"])
    return Dated.of(dated)


def _none(word: str) -> str:
    return "" if word == "none" else word


_BY_DAY = _read_segments(Path(__file__).with_name("segments.yaml"))


def segments_on(day: date) -> SegmentList:
    """The list that holds on a day; for days before the first one, the first."""
    return _BY_DAY.on(max(day, _BY_DAY.since[0]))


# --- facts -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FactKey:
    """Something that one room knows of an institution and others read: its key, words, and unit."""

    key: str
    label: str
    unit: str = ""


FACTS: Registry[FactKey] = Registry("fact")
#: fact key → readers that look at an institution again when it changes
READERS: dict[str, set[str]] = {}


def fact(key: str, label: str, *, unit: str = "") -> str:
    """Declare a key; returns it, so that rooms refer to it by a constant."""
    FACTS.add(key, FactKey(key, label, unit))
    return key


def reader(name: str, *keys: str) -> str:
    """Declare who must look again when one of these facts changes; returns the name, for ``take_dirty``."""
    for key in keys:
        FACTS.get(key)
        READERS.setdefault(key, set()).add(name)
    return name


# --- what people are told ------------------------------------------------------------------------------------------------

LICENCE_ENDS = notice_kind(
    "institutions.licence_ends", "许可到期提醒", title="{institution}的{licence}{left}天后到期",
    happened="{institution}的{licence}（{number}）有效期至{valid_to}。", todo="请按时办理延续，办好后在机构档案的“许可与备案”中登记新的有效期。",
)  # fmt: skip
DISPATCH_RENEWS = notice_kind(
    "institutions.dispatch_renews", "劳务派遣许可延续提醒", title="{institution}应在{left}天内申请延续{licence}",
    happened="{institution}的{licence}（{number}）有效期至{valid_to}，申请延续的最后一日是{last}。",
    todo="请在这一天之前向发证机关申请延续，办好后在机构档案的“许可与备案”中登记新的有效期。",
)  # fmt: skip
