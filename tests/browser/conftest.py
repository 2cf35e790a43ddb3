"""Browser tests: one running park a session, one browser, a fresh signed-out context a test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from hrpark.demo.people import PASSWORD

from . import chromium
from .server import Server, fresh_postgres, start


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    environment = {}
    if os.environ.get("HRPARK_TEST_DB") == "postgres":
        environment["HRPARK_DATABASE"] = fresh_postgres(os.environ["HRPARK_DATABASE"])
    running = start(tmp_path_factory.mktemp("park"), **environment)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser():
    path = chromium.find()
    assert path, "No Chromium found: set CHROMIUM=/path/to/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield browser
        browser.close()


class Visitor:
    """Somebody at a browser. Any script error, blocked resource or server error fails the test that met it."""

    def __init__(self, browser: Browser, server: Server, width: int = 1440, height: int = 900):
        self.address = server.address
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", base_url=server.address
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

    def close(self) -> None:
        self.context.close()
        assert self.problems == []


@pytest.fixture
def visitor(browser, server):
    """``visitor("13800000002")``: a browser of that person's own, signed in; without a key, signed out."""
    made: list[Visitor] = []

    def make(key: str | None = None, **size: int) -> Visitor:
        made.append(Visitor(browser, server, **size))
        return made[-1].sign_in(key) if key else made[-1]

    yield make
    for one in made:
        one.close()
