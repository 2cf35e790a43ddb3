"""What holds at every door: no write without the token of a page, no way out through ``next``, nothing kept by a cache, the
headers on errors too. (The headers of every answer are looked at in test_urls.py.)
"""

from __future__ import annotations

import re
from copy import copy
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from hrpark.accounts.samples import PASSWORD

from .identities import EVERYBODY
from .knocking import BOOKKEEPING, manners, told, urls, writes
from .table import ROWS

# ---------------------------------------------------------------- the token


STRICT = Client(enforce_csrf_checks=True, raise_request_exception=False)


def strict(visitors, letter: str) -> Client:
    """The browser of an identity before a server that asks for the token: one server, as in the product."""
    client = copy(STRICT)
    client.cookies = visitors.browser(letter).cookies
    return client


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_handed_in_without_the_token_of_a_page(visitors, method):
    """403 for everybody who might otherwise get in; what the API answers to nobody but by reading stays 405 (or its description)."""
    wrong = []
    for name, row in ROWS.items():
        letter = ((row.post or row.get).replace("-", "") + "-")[0]
        with writes() as wrote:
            response = getattr(strict(visitors, letter), method)(
                visitors.address(name), "deed_key=x", "application/x-www-form-urlencoded"
            )
        reads_only = name.startswith("api/") and response.status_code in (404, 405)
        described = name == "api/v1/openapi.json"
        signed = name == "hooks-esign" and method != "post"  # a machine's call bears a signature instead, and is a POST
        if response.status_code != 403 and not reads_only and not described and not signed:
            wrong.append(f"{method.upper()} {name} as {letter}: {response.status_code}")
        if wrote - BOOKKEEPING:
            wrong.append(f"{method.upper()} {name} as {letter}: wrote {wrote}")
    assert not wrong, told(wrong)


def test_with_the_token_of_a_page_it_is(visitors, stage):
    """Or the test above would prove nothing."""
    client = strict(visitors, "r")
    page = client.get(visitors.address("account-notices")).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page).group(1)
    assert client.post("/account/notices/read/", {"csrfmiddlewaretoken": token}).status_code == 302
    assert client.post("/account/notices/read/", {"csrfmiddlewaretoken": token[::-1]}).status_code == 403


# ---------------------------------------------------------------- going on to somewhere

AWAY = [
    "https://evil.example", "http://evil.example/", "//evil.example", "///evil.example", "////evil.example", "\\\\evil.example", "/\\evil.example",
    "\\/evil.example", "/\\/evil.example", "https:evil.example", "https:/evil.example", "https:///evil.example", "http:\\\\evil.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "ftp://evil.example", "evil.example", "@evil.example", "https://testserver@evil.example",
    "https://evil.example#@testserver", "https://testserver.evil.example", " //evil.example", "\t//evil.example", "/\t/evil.example", "/\n/evil.example",
    "%2f%2fevil.example", "/%2f%2fevil.example", "/%5cevil.example", "//evil.example/%2f..", "/.//evil.example", "https://[evil", "\x00//evil.example", "//",
]  # fmt: skip


def leads_away(location: str) -> bool:
    """As a browser reads it: control characters dropped, backslashes slashes."""
    read = re.sub(r"[\x00-\x20]", "", location).replace("\\", "/")
    parts = urlsplit(read)
    return read.startswith("//") or (bool(parts.scheme or parts.netloc) and parts.netloc != "testserver")


def ways_on(visitors, to: str):
    """Every page that goes on to where it is told: after signing in, and the small forms that go back."""
    person = visitors.stage.people["p"]
    given = {"key": person.mobile, "password": PASSWORD}
    yield visitors.knock("-", "post", "/account/login/", {**given, "next": to})
    yield visitors.knock("-", "post", "/account/login/?" + query(to), given)
    yield visitors.knock("r", "get", "/account/login/?" + query(to))
    yield visitors.knock("r", "get", "/account/login/code/?" + query(to))
    yield visitors.knock("r", "get", "/account/register/?" + query(to))
    yield visitors.knock(
        "-", "post", "/account/register/?" + query(to),
        {"name": "新人", "key": "13911112222", "password": "wan-shi-ru-yi-2026", "agreed": "on", "deed_key": "n"},
    )  # fmt: skip
    yield visitors.knock("-", "post", "/look/", {"look": "care", "next": to})
    yield visitors.knock(
        "r", "post", "/account/views/in/huangpu/", {"list": "colleagues", "name": "n", "query": "", "next": to}
    )
    yield visitors.knock("r", "post", visitors.address("account-view-drop").replace("/2/", "/1/"), {"next": to})
    yield visitors.knock("i", "post", visitors.address("authority-figures-verify"), {"deed_key": "n", "next": to})


def query(to: str) -> str:
    return urlencode({"next": to})


@pytest.mark.parametrize("to", AWAY, ids=ascii)
def test_next_leads_nowhere_else(visitors, to):
    answers = list(ways_on(visitors, to))
    gone = [f"{a} → {a.location}" for a in answers if a.location and leads_away(a.location)]
    drawn = [str(a) for a in answers if re.search(r'(?:href|action)="[^"]*evil\.example', a.text) and "next=" not in a.text]
    assert not gone + drawn, told(gone + drawn)
    assert any(a.status == 302 for a in answers)


def test_next_leads_where_somebody_wanted_to_go(visitors):
    """Or the test above would prove nothing."""
    to = "/tenant/huangpu/colleagues/?q=1"
    assert {a.location for a in ways_on(visitors, to) if a.status == 302} >= {to}
    assert visitors.knock("-", "get", to).location == "/account/login/?next=/tenant/huangpu/colleagues/%3Fq%3D1"


def test_every_page_that_takes_next_is_tried():
    """A view that reads ``next`` is one of the ways above."""
    reading = {"visitor.py", "pages.py"}
    found = {
        path.name for path in (settings.BASE / "hrpark").rglob("*.py")
        if "tests" not in path.parts and re.search(r"""(GET|POST)\.get\("next""", path.read_text("utf-8"))
    }  # fmt: skip
    assert found == reading


# ---------------------------------------------------------------- answers that no URL gives


@pytest.mark.parametrize(
    "address",
    ["/nowhere/", "/desk/nopark/", "/api/v1/nowhere", "/tenant/huangpu/colleagues/999999/", "/desk/huangpu/people/x/"],
)
def test_an_error_has_the_manners_of_a_page(visitors, address):
    wrong = []
    for letter in EVERYBODY:
        answer = visitors.knock(letter, "get", address)
        wrong += manners(answer)
        assert answer.status in (302, 403, 404), str(answer)
    assert not wrong, told(wrong)


def test_cookies_are_for_the_server_alone(visitors):
    answer = visitors.browser("-").post("/account/login/", {"key": visitors.stage.people["p"].mobile, "password": PASSWORD})
    assert answer.status_code == 302
    for name, cookie in answer.cookies.items():
        assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/", name


def test_urls_are_as_many_as_the_table_knows():
    assert len(urls()) > 150
