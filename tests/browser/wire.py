"""Somebody who sends forms over the wire: what a browser would not send, or twice, or two at the same moment.

Forms are read from the pages as they are drawn, so that every form of the product is met, also those of tomorrow.
"""

from __future__ import annotations

import http.client
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from html import unescape
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from hrpark.demo.people import PASSWORD

from .pages import FILES, MOST, NO_PAGES, shape

Upload = tuple[str, bytes]


@dataclass(frozen=True)
class Box:
    """One box of a form as it is drawn: its name, kind, value, and the choices of a list."""

    name: str
    kind: str
    value: str = ""
    choices: tuple[str, ...] = ()
    ticked: bool = False
    keyboard: str = ""


@dataclass
class Form:
    """A form that is sent by POST, with the page on which it stands."""

    page: str
    action: str
    multipart: bool = False
    boxes: list[Box] = field(default_factory=list)
    buttons: list[Box] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The same form on another record has the same kind; two buttons of one form are two kinds."""
        named = [f"{b.name}={b.value if not b.value.isdecimal() else '#'}" for b in self.buttons[:1] if b.name]
        said = [f"{b.name}={b.value}" for b in self.boxes if b.kind == "hidden" and b.name == "template"]
        return " ".join([shape(urlsplit(self.action).path), *named, *said])

    @property
    def typed(self) -> list[Box]:
        return [b for b in self.boxes if b.kind not in ("hidden", "file", "checkbox", "radio")]

    def as_drawn(self) -> list[tuple[str, str]]:
        """What a browser sends when nothing is touched and the first button is pressed."""
        pairs = [
            (b.name, b.value) for b in self.boxes if b.kind != "file" and (b.kind not in ("checkbox", "radio") or b.ticked)
        ]
        return pairs + [(b.name, b.value) for b in self.buttons[:1] if b.name]

    def filled(self, answers: Mapping[str, str | Sequence[str]]) -> list[tuple[str, str]]:
        """As drawn, with the answers in place of what stands in those boxes."""
        pairs = [(name, value) for name, value in self.as_drawn() if name not in answers]
        for name, given in answers.items():
            pairs += [(name, given)] if isinstance(given, str) else [(name, one) for one in given]
        return pairs


class _Reader(HTMLParser):
    """Forms, links and words of a page."""

    def __init__(self, page: str):
        super().__init__(convert_charrefs=True)
        self.page, self.forms, self.links, self.invalid = page, [], [], []
        self.form: Form | None = None
        self.area: Box | None = None
        self.list: dict[str, Any] | None = None
        self.words: list[str] = []

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        a = {k: v or "" for k, v in given}
        if tag == "a" and "href" in a:
            self.links.append(urljoin(self.page, a["href"]))
        elif tag == "form":
            self.form = Form(self.page, urljoin(self.page, a.get("action") or self.page), "multipart" in a.get("enctype", ""))
            if a.get("method", "").lower() == "post":
                self.forms.append(self.form)
        if self.form is None:
            return
        if a.get("aria-invalid") == "true":
            self.invalid.append(a.get("name", ""))
        name, kind = a.get("name", ""), a.get("type", "text").lower()
        if tag == "input" and kind not in ("submit", "button") and name:
            self.form.boxes.append(
                Box(
                    name,
                    kind,
                    a.get("value", "on" if kind in ("checkbox", "radio") else ""),
                    ticked="checked" in a,
                    keyboard=a.get("inputmode", ""),
                )
            )
        elif tag == "textarea" and name:
            self.area, self.words = Box(name, "textarea"), []
        elif tag == "select" and name:
            self.list = {"name": name, "choices": [], "value": None}
        elif tag == "option" and self.list is not None:
            self.list["choices"].append(a.get("value", ""))
            if "selected" in a:
                self.list["value"] = a.get("value", "")
        elif tag == "button" and kind in ("submit", "text"):
            self.form.buttons.append(Box(name, "button", a.get("value", "")))
            if a.get("formaction"):
                self.form.action = urljoin(self.page, a["formaction"])

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "textarea" and self.area is not None and self.form is not None:
            text = "".join(self.words)
            self.form.boxes.append(replace(self.area, value=text.removeprefix("\n")))
            self.area = None
        elif tag == "select" and self.list is not None and self.form is not None:
            choices = tuple(self.list["choices"])
            value = self.list["value"] if self.list["value"] is not None else (choices[0] if choices else "")
            self.form.boxes.append(Box(self.list["name"], "select", value, choices))
            self.list = None


@dataclass
class Answer:
    """What came back."""

    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def to(self) -> str:
        return self.headers.get("location", "")

    @property
    def is_page(self) -> bool:
        return "text/html" in self.headers.get("content-type", "")

    def read(self) -> _Reader:
        reader = _Reader(self.path)
        reader.feed(self.text)
        return reader

    def forms(self) -> list[Form]:
        return self.read().forms

    def words(self) -> str:
        """What a person reads of it."""
        bare = re.sub(r"(?s)<(script|style|template|svg)\b.*?</\1>|<[^>]+>", " ", self.text)
        return re.sub(r"\s+", " ", unescape(bare)).strip()


class Sender:
    """Somebody with cookies of their own."""

    def __init__(self, address: str):
        self.host = urlsplit(address).netloc
        self.cookies: dict[str, str] = {}

    def also(self) -> Sender:
        """The same person, the same session, in another window."""
        other = Sender(f"http://{self.host}")
        other.cookies = dict(self.cookies)
        return other

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        connection = http.client.HTTPConnection(self.host, timeout=60)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Accept-Language": "zh-CN"}
        if kind:
            headers["Content-Type"] = kind
        try:
            connection.request(method, quote(path, safe="/?&=%#:,;+~@!$'()*[]"), body, headers)
            came = connection.getresponse()
            answer = Answer(path, came.status, {k.lower(): v for k, v in came.getheaders()}, came.read())
            for line in came.headers.get_all("Set-Cookie") or ():
                for name, one in SimpleCookie(line).items():
                    self.cookies[name] = one.value
            return answer
        finally:
            connection.close()

    def get(self, path: str, hops: int = 5) -> Answer:
        answer = self.ask("GET", path)
        while answer.status in (301, 302, 303, 307) and hops:
            here = urlsplit(urljoin(answer.path, answer.to))
            answer, hops = self.ask("GET", here.path + (f"?{here.query}" if here.query else "")), hops - 1
        return answer

    def post(self, path: str, pairs: Sequence[tuple[str, str]], files: Mapping[str, Upload] | None = None) -> Answer:
        """Not followed. ``files`` makes it multipart; text goes out as it is, also what is no Unicode."""
        if files is None:
            return self.ask(
                "POST", path, urlencode(pairs, errors="surrogatepass").encode(), "application/x-www-form-urlencoded"
            )
        line = secrets.token_hex(16)
        parts = [
            f'--{line}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode("utf-8", "surrogatepass")
            for n, v in pairs
        ]
        for name, (file, data) in files.items():
            head = f'--{line}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\nContent-Type: application/octet-stream\r\n\r\n'
            parts += [head.encode(), data, b"\r\n"]
        return self.ask("POST", path, b"".join(parts) + f"--{line}--\r\n".encode(), f"multipart/form-data; boundary={line}")

    def send(self, form: Form, answers: Mapping[str, Any] | None = None, files: Mapping[str, Upload] | None = None) -> Answer:
        files = dict(files or {}) or ({} if form.multipart else None)
        return self.post(form.action, form.filled(answers or {}), files)

    def sign_in(self, key: str, password: str = PASSWORD) -> Sender:
        form = next(f for f in self.get("/account/login/").forms() if any(b.name == "password" for b in f.boxes))
        answer = self.send(form, {"key": key, "password": password})
        assert answer.status == 302, answer.words()
        return self

    def visited(self, start: str = "/account/enter/", *, follow: Callable[[str], bool] = lambda path: True) -> Iterator[Answer]:
        """Every page by links, one of each shape (pages.visited, without a browser)."""
        queue, seen = [urlsplit(self.get(start).path).path], set()
        while queue and len(seen) < 3 * MOST:
            path = queue.pop(0)
            kind = shape(path)
            if kind in seen or path.startswith(NO_PAGES) or path.endswith(FILES) or not follow(path):
                continue
            seen.add(kind)
            answer = self.get(path)
            if not answer.is_page:
                continue
            yield answer
            for link in answer.read().links:
                to = urlsplit(link)
                if not to.netloc and to.path.startswith("/") and (not to.query or re.fullmatch(r"tab=\w+", to.query)):
                    queue.append(to.path + (f"?{to.query}" if to.query else ""))


def at_once(*acts: Callable[[], Answer]) -> list[Answer]:
    """All of them at the same moment."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return [one.result() for one in [pool.submit(act) for act in acts]]
