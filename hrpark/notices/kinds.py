"""Kinds of notice and channels. A room declares its own kinds; a channel is one file in ``channels/``.

    DECIDED = notice_kind(
        "admission.decided", "入驻决定",
        title="{institution}的入驻申请已有决定：{result}",
        happened="您提交的{institution}入驻申请已于{day}作出决定：{result}。",
        todo="请打开申请查看决定书和下一步办理事项。",
    )

The words in braces come with each notice; ``notify`` refuses a kind whose words are not given.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from hrpark.accounts.models import Person
from hrpark.toolbox.errors import Misconfigured
from hrpark.toolbox.registry import Registry


@dataclass(frozen=True)
class NoticeKind:
    """What happened and what to do, as sentences with places for words (LOOK.md, "Words")."""

    key: str
    label: str
    title: str
    happened: str
    todo: str
    words: frozenset[str]


NOTICE_KINDS: Registry[NoticeKind] = Registry("kind of notice")


def notice_kind(key: str, label: str, *, title: str, happened: str, todo: str) -> str:
    """Declare a kind; returns its key, so that rooms refer to it by a constant."""
    words = frozenset(name for text in (title, happened, todo) for name in _names(text))
    NOTICE_KINDS.add(key, NoticeKind(key, label, title, happened, todo, words))
    return key


def _names(text: str) -> Iterator[str]:
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is not None:
            if not name.isidentifier() or spec or conversion:
                raise Misconfigured(f"A notice's words are plain names in braces, not {{{name}{spec}}}")
            yield name


@dataclass(frozen=True)
class Message:
    """One notice on its way to one person: what a channel sends."""

    id: str
    kind: str
    person: Person
    title: str
    body: str
    link: str
    at: datetime


class Retry(Exception):
    """Not now: the server is away or busy. Tried again later; the reason is for the log."""


class Unreachable(Retry):
    """The channel itself can't be reached, so that trying the next message now is of no use either."""


class Refusal(Exception):
    """Never: the address does not exist or does not take mail. Given up at once."""


class Channel:
    """A way to a person. ``civil`` ones keep to civil hours; an ``instant`` one needs no delivery at all."""

    key = ""
    label = ""
    civil = True
    instant = False

    def enabled(self) -> bool:
        """Whether this installation has it configured."""
        raise NotImplementedError

    def reaches(self, person: Person) -> bool:
        """Whether the person has an address on it."""
        raise NotImplementedError

    @contextmanager
    def opened(self) -> Iterator[Channel]:
        """One connection for many messages. Raises Unreachable."""
        yield self

    def send(self, message: Message) -> None:
        """Hand over one message, or raise Retry, Unreachable or Refusal."""
        raise NotImplementedError


CHANNELS: Registry[Channel] = Registry("channel")
