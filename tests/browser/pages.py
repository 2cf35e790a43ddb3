"""Every page that a role reaches by links: what pictures are taken of (shots.py) and what is held to the rules (test_every_page.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page, Response

from hrpark.demo.people import APPLICANT, CLERK, DIRECTOR, INSPECTOR, INSTALLER, OFFICER, REPRESENTATIVE, SUPERVISOR

ROLES = {
    "visitor": None, "officer": OFFICER, "director": DIRECTOR, "representative": REPRESENTATIVE, "clerk": CLERK,
    "supervisor": SUPERVISOR, "inspector": INSPECTOR, "applicant": APPLICANT, "installer": INSTALLER,
}  # fmt: skip
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
MOST = 90
NO_PAGES = ("/static/", "/api/", "/account/files/")
FILES = (".pdf", ".xlsx", "/pdf/", "/xlsx/")


def shape(path: str) -> str:
    """A page without the record it shows: /desk/huangpu/institutions/17/ → /desk/huangpu/institutions/#/."""
    return re.sub(r"/(\d+|[A-Z0-9-]{12,}|T1\.\d\d(\.\w+)?|\d(\.[\w-]+)+)(?=/|$)", "/#", path)


def links(page: Page) -> list[str]:
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    here = urlsplit(page.url).netloc
    return [urlsplit(u).path for u in found if urlsplit(u).netloc == here and not urlsplit(u).query]


def visited(page: Page) -> Iterator[tuple[str, str, Response]]:
    """From where the page is, every page by links, one of each shape: its address, its shape, its answer."""
    queue, seen = [urlsplit(page.url).path], set()
    while queue and len(seen) < MOST:
        path = queue.pop(0)
        kind = shape(path)
        if kind in seen or path.startswith(NO_PAGES) or path.endswith(FILES):
            continue
        seen.add(kind)
        try:
            response = page.goto(path)
        except Error as error:  # a download is not a page
            if "Download" in str(error):
                continue
            raise
        if response is None or "text/html" not in response.headers.get("content-type", ""):
            continue
        yield path, kind, response
        queue += links(page)


def scrolls_sideways(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def broken_rules(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, each with the first place."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']} at {one['nodes'][0]['target']}" for one in found]
