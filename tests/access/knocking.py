"""Knocking at a door: one request as one identity, what came back, and what it wrote. Nothing that it wrote stays.

Writes are seen where they happen, at the database: a statement that changed a row is a write, whatever the trail says.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote

from django.db import DatabaseError, connection, transaction
from django.test import Client
from pypdf import PdfReader

from hrpark.web import clock
from hrpark.web.account import sessions
from hrpark.web.checks import patterns

from .fields import REACHED
from .identities import IDENTITIES, READERS
from .stage import CANARY, Stage

REFUSED = "refused"
LET_IN = "let in"
#: What a visit may write whoever comes: the session itself, when it was last seen, and that somebody tried to sign in.
BOOKKEEPING = frozenset({"django_session", "accounts_signin", "accounts_attempt"})
_WRITE = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)


def name_of(path: str, pattern: Any) -> str:
    """A URL's own name; the API's and those without one go by their path."""
    return path if path.startswith("api/") else pattern.name or path


def urls() -> dict[str, str]:
    return {name_of(path, pattern): path for path, pattern in patterns()}


@lru_cache(maxsize=64)
def pdf_text(body: bytes) -> str:
    """The words of a PDF; whoever gets the same file gets the same words."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


@dataclass
class Answer:
    letter: str
    method: str
    address: str
    status: int
    location: str
    headers: Mapping[str, str]
    body: bytes
    wrote: frozenset[str]
    error: str = ""
    #: What ``look`` found before all was undone.
    found: Any = None
    #: Number or address of a person → its name in fields.REACHED.
    numbers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.address} as {IDENTITIES[self.letter]}"

    @property
    def said(self) -> str:
        """What it says to a visitor: sent to sign in, 401, 403 and 404 are refusals; so is a method that nobody has."""
        if self.status >= 500:
            return f"broken ({self.error or self.status})"
        if self.status in (401, 403, 404, 405) or (self.status == 302 and self.location.startswith("/account/login/")):
            return REFUSED
        return LET_IN

    @property
    def changed(self) -> list[str]:
        """The tables in which a row was written, but for the bookkeeping of visits."""
        return sorted(self.wrote - BOOKKEEPING)

    @cached_property
    def text(self) -> str:
        """The body as text, whatever it is: a page, JSON, the cells of a workbook, the pages of a PDF."""
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("application/pdf") or self.body.startswith(b"%PDF"):
            return pdf_text(self.body)
        if self.body.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(self.body)) as package:
                return "\n".join(package.read(n).decode("utf-8", "replace") for n in package.namelist() if n.endswith(".xml"))
        text = self.body.decode("utf-8", "replace")
        if "json" in kind:
            return json.dumps(json.loads(text), ensure_ascii=False)
        return unquote(re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m.group(1), 16)), text))

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @cached_property
    def canaries(self) -> set[tuple[str, str]]:
        """(owner, field) of every canary in the body and in the headers."""
        told = " ".join(unquote(v) for v in self.headers.values())
        return {m.groups() for m in CANARY.finditer(self.text + "\n" + told)}

    @cached_property
    def reached(self) -> set[str]:
        """The numbers and addresses of a person that stand there in full."""
        return (
            {self.numbers[number] for number in re.findall("|".join(map(re.escape, self.numbers)), self.text)}
            if self.numbers
            else set()
        )

    @property
    def foreign(self) -> list[str]:
        """Words and numbers that are not for this visitor."""
        numbers = sorted(f"{name} in full" for name in self.reached if self.letter not in REACHED[name])
        return numbers + sorted(f"{owner}-{of}" for owner, of in self.canaries if self.letter not in READERS[owner])


@contextmanager
def writes():
    """The tables in which a statement changed a row meanwhile."""
    seen: set[str] = set()

    def watch(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        match = _WRITE.match(sql)
        if match and context["cursor"].rowcount != 0:
            seen.add(match.group(1))
        return result

    with connection.execute_wrapper(watch):
        yield seen


@dataclass
class Visitors:
    """Everybody who knocks, each signed in once, with a browser of their own."""

    stage: Stage
    paths: dict[str, str] = field(default_factory=urls)
    browsers: dict[str, tuple[Client, str]] = field(default_factory=dict)
    visited: dict[tuple[str, str], Answer] = field(default_factory=dict)

    @cached_property
    def numbers(self) -> dict[str, str]:
        things = self.stage.estates["启航"].things
        return {str(things[name]): name for name in REACHED}

    def browser(self, letter: str) -> Client:
        """The browser of an identity, as it was when it signed in."""
        if letter not in self.browsers:
            client = Client(raise_request_exception=False)
            person = self.stage.person(letter)
            if person is not None:
                client.force_login(person)
                session, moment = client.session, int(clock.now().timestamp())
                session[sessions.BEGAN] = session[sessions.SEEN] = moment
                session.save()
            self.browsers[letter] = client, client.cookies.output(header="", sep=";")
        client, kept = self.browsers[letter]
        client.cookies = SimpleCookie(kept)
        return client

    def visit(self, letter: str, address: str) -> Answer:
        """A GET, once for all tests: it changes nothing, so that the second one would say the same."""
        if (letter, address) not in self.visited:
            self.visited[letter, address] = self.knock(letter, "get", address)
        return self.visited[letter, address]

    def knock(
        self, letter: str, method: str, address: str, data: Any = None, look: Callable[[], Any] = lambda: None, **over: Any
    ) -> Answer:
        """One request; whatever it wrote is undone. ``look`` looks at the database before that."""
        client = self.browser(letter)
        if method in ("post", "put", "delete") and data is None:
            data = {"deed_key": "matrix"}
        if method in ("put", "delete", "patch"):
            over.setdefault("content_type", "application/x-www-form-urlencoded")
            data = "deed_key=matrix"
        with transaction.atomic(), writes() as wrote:
            try:
                response = getattr(client, method)(address, data, **over)
            except DatabaseError as error:  # the page of the problem found no transaction to read in
                transaction.set_rollback(True)
                return Answer(letter, method, address, 500, "", {}, b"", frozenset(wrote), f"{type(error).__name__}: {error}")
            body = b"".join(response.streaming_content) if response.streaming else response.content
            found = look()
            transaction.set_rollback(True)
        error = getattr(response, "exc_info", None)
        return Answer(
            letter, method, address, response.status_code, response.headers.get("Location", ""), dict(response.headers), body,
            frozenset(wrote), f"{error[0].__name__}: {error[1]}" if error else "", found, self.numbers,
        )  # fmt: skip

    def address(self, name: str, of: str = "启航", **more: Any) -> str:
        return self.stage.address(name, self.paths[name.partition("#")[0]], of, **more)


def told(wrong: list[str]) -> str:
    """Every wrong cell on a line of its own."""
    return f"{len(wrong)} cells are wrong\n" + "\n".join(wrong)


# ---------------------------------------------------------------- manners of an answer

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
#: What every page may load and be loaded by; a file that somebody uploaded stands in a sandbox.
POLICY = {
    "default-src": "'self'", "object-src": "'none'", "base-uri": "'none'", "form-action": "'self'", "frame-ancestors": "'none'",
}  # fmt: skip
SANDBOX = "default-src 'none'; sandbox"


def manners(answer: Answer) -> list[str]:
    """What an answer lacks of the headers that every answer has."""
    got = {name.lower(): value for name, value in answer.headers.items()}
    wrong = [f"{n}: {got.get(n.lower())}" for n, wanted in HEADERS.items() if got.get(n.lower()) != wanted]
    policy = got.get("content-security-policy", "")
    said = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    own = all(said.get(name) == wanted for name, wanted in POLICY.items()) and not re.search(r"unsafe|\*|http", policy)
    if not own and policy != SANDBOX:
        wrong.append(f"Content-Security-Policy: {policy}")
    kept = got.get("cache-control", "")
    if "public" in kept or (answer.letter != "-" and answer.status == 200 and "no-store" not in kept):
        wrong.append(f"Cache-Control: {kept}")
    kind = got.get("content-type", "")
    if kind.startswith("text/") and "charset=" not in kind and "attachment" not in got.get("content-disposition", ""):
        wrong.append(f"Content-Type: {kind}")
    return [f"{answer}: {one}" for one in wrong]
