"""A browser without a face, for tests over HTTP: keeps cookies, reads a page's form, hands it in."""

from __future__ import annotations

import http.client
import re
from urllib.parse import urlencode

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
NAME, VALUE = re.compile(r'name="([^"]*)"'), re.compile(r'value="([^"]*)"')
ALERT = re.compile(r'class="(?:alert|error|errors|problem)[^"]*"[^>]*>(.*?)</(?:div|p|ul|section)>', re.DOTALL)


class Visitor:
    def __init__(self, port: int):
        self.port, self.cookies, self.page = port, {}, ""

    def ask(self, path: str, body: dict | None = None) -> int:
        """GET, or POST what is given. Returns the status; the page stays in ``page``."""
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        wire.request("GET" if body is None else "POST", path, urlencode(body) if body is not None else None, headers)
        answer = wire.getresponse()
        self.page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        wire.close()
        return answer.status

    def form(self, path: str) -> dict[str, str]:
        """The hidden fields of the form on a page: its token and its key."""
        assert self.ask(path) == 200, (path, self.page[:500])
        main = self.page[self.page.index("<main") :]
        fields = {}
        for one in HIDDEN.findall(main):
            name, value = NAME.search(one), VALUE.search(one)
            if name:
                fields[name[1]] = value[1] if value else ""
        return fields

    def sign_in(self, key: str, password: str) -> Visitor:
        given = self.form("/account/login/")
        assert self.ask("/account/login/", {**given, "key": key, "password": password}) == 302, self.page[:500]
        return self

    @property
    def words(self) -> str:
        """What the page says, without its marks."""
        return " ".join(re.sub(r"<[^>]+>", " ", self.page[self.page.find("<main") :]).split())
