"""Browser tests: one running park a session, one browser, a fresh signed-out context a test."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from hrpark.demo.people import PASSWORD

from . import chromium
from .server import Server, fresh_postgres, start


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


def running_park(tmp_path_factory):
    environment = {}
    if os.environ.get("HRPARK_TEST_DB") == "postgres":
        environment["HRPARK_DATABASE"] = fresh_postgres(os.environ["HRPARK_DATABASE"])
    running = start(tmp_path_factory.mktemp("park"), **environment)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    yield from running_park(tmp_path_factory)


@pytest.fixture(scope="module")
def spare(tmp_path_factory):
    """A park of the module's own, to be left in any state."""
    yield from running_park(tmp_path_factory)


@pytest.fixture(scope="session")
def browser():
    path = chromium.find()
    assert path, "No Chromium found: set CHROMIUM=/path/to/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield browser
        browser.close()


def named(label: str) -> re.Pattern[str]:
    """The label of a box, whether or not it may stay empty."""
    return re.compile(rf"^\s*{re.escape(label)}\s*(选填)?\s*$")


class Visitor:
    """Somebody at a browser. Any script error, blocked resource or server error fails the test that met it."""

    def __init__(
        self, browser: Browser, server: Server, width: int = 1440, height: int = 900, script: bool = True, twice: bool = False
    ):
        self.address = server.address
        self.twice = twice  # presses every button with a double click
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            base_url=server.address,
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on(
            "console", lambda m: self.problems.append(m.text) if m.type == "error" and "status of 4" not in m.text else None
        )
        self.page.on("response", lambda r: self.problems.append(f"{r.status} {r.url}") if r.status >= 500 else None)
        self.page.on("request", self._only_here)

    def _only_here(self, request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.problems.append(f"asked the outside: {request.url}")

    def sign_in(self, key: str, password: str = PASSWORD) -> Visitor:
        self.page.goto("/account/login/")
        self.page.get_by_label("手机号或邮箱").fill(key)
        self.page.get_by_label("密码", exact=True).fill(password)
        self.page.get_by_role("button", name="登录", exact=True).click()
        self.page.wait_for_url(lambda url: "/account/login" not in url)
        return self

    def go(self, path: str) -> Visitor:
        """The page at an address of the product; it must answer."""
        response = self.page.goto(path)
        assert response is not None and response.status < 400, f"{path} answered {response and response.status}"
        return self

    def write(self, answers: Mapping[str, str], group: str = "") -> Visitor:
        """Boxes of the form by their label, in the group of that heading: text is typed, a choice of a list is chosen."""
        part = self.page.get_by_role("group", name=group, exact=True) if group else self.page.locator("main")
        for label, answer in answers.items():
            box = part.get_by_label(named(label)).first
            if box.evaluate("box => box.tagName") == "SELECT":
                box.select_option(label=answer)
            else:
                box.fill(answer)
        return self

    def choose(self, *labels: str) -> Visitor:
        """Circles and ticks by the words beside them."""
        for label in labels:
            self.page.locator("main").get_by_label(named(label)).first.check()
        return self

    def upload(self, selector: str, name: str, data: bytes) -> Visitor:
        self.page.set_input_files(selector, {"name": name, "mimeType": "application/octet-stream", "buffer": data})
        return self

    def press(self, name: str) -> Visitor:
        """A button or a link by its words, or by a part of them when none says just that; the page that follows has come."""
        main = self.page.locator("main")
        exact, part = (
            main.get_by_role("button", name=name, exact=whole).or_(main.get_by_role("link", name=name, exact=whole))
            for whole in (True, False)
        )
        found = (exact if exact.count() else part).first
        button = self.twice and found.evaluate("it => it.tagName === 'BUTTON'")
        with self.page.expect_navigation():
            if button:
                found.dblclick()
            else:
                found.click()
        return self

    def sees(self, *texts: str) -> Visitor:
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text)
        return self

    def download(self, act: Callable[[], object]) -> bytes:
        with self.page.expect_download() as waiting:
            act()
        return Path(waiting.value.path()).read_bytes()

    def close(self) -> None:
        self.context.close()
        assert self.problems == []


@pytest.fixture
def visitor(browser, server):
    """``visitor("13800000002")``: a browser of that person's own, signed in; without a key, signed out."""
    made: list[Visitor] = []

    def make(key: str | None = None, **size: Any) -> Visitor:
        made.append(Visitor(browser, server, **size))
        return made[-1].sign_in(key) if key else made[-1]

    yield make
    for one in made:
        one.close()
