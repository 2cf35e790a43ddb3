"""Every page of the demo park as PNG, desk width and 360 px: ``make shots`` → shots/<role>/<width>/<page>.png.

Each role walks all links from its home; of pages that differ only in the record they show, one is taken. Also says which
pages scroll sideways at 360 px and which break the accessibility rules, since whoever looks at pictures wants to know.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from hrpark.demo.people import APPLICANT, CLERK, DIRECTOR, INSPECTOR, INSTALLER, OFFICER, PASSWORD, REPRESENTATIVE, SUPERVISOR

from . import chromium
from .server import start

OUT = Path(__file__).resolve().parents[2] / "shots"
ROLES = {
    "visitor": None, "officer": OFFICER, "director": DIRECTOR, "representative": REPRESENTATIVE, "clerk": CLERK,
    "supervisor": SUPERVISOR, "inspector": INSPECTOR, "applicant": APPLICANT, "installer": INSTALLER,
}  # fmt: skip
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
MOST = 90


def shape(path: str) -> str:
    """A page without the record it shows: /desk/huangpu/institutions/17/ → /desk/huangpu/institutions/#/."""
    return re.sub(r"/(\d+|[A-Z0-9-]{12,}|T1\.\d\d|\d(\.[\w-]+)+)(?=/|$)", "/#", path)


def sign_in(page: Page, key: str) -> None:
    page.goto("/account/login/")
    page.get_by_label("手机号或邮箱").fill(key)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda url: "/account/login" not in url)


def links(page: Page) -> list[str]:
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    here = urlsplit(page.url).netloc
    return [urlsplit(u).path for u in found if urlsplit(u).netloc == here and not urlsplit(u).query]


def walk(browser, address: str, role: str, login, width: int, seen_axe: set[str]) -> list[str]:
    context = browser.new_context(
        viewport={"width": width, "height": 900 if width > 500 else 760}, locale="zh-CN", base_url=address
    )
    page = context.new_page()
    if login:
        sign_in(page, login.key)
    else:
        page.goto("/")
    folder = OUT / role / str(width)
    folder.mkdir(parents=True, exist_ok=True)
    queue, seen, complaints = [urlsplit(page.url).path], set(), []
    while queue and len(seen) < MOST:
        path = queue.pop(0)
        kind = shape(path)
        if (
            kind in seen
            or path.startswith(("/static/", "/api/", "/account/files/"))
            or path.endswith((".pdf", ".xlsx", "/pdf/", "/xlsx/"))
        ):
            continue
        seen.add(kind)
        try:
            response = page.goto(path)
        except Exception as error:  # a download is not a page
            if "Download" in str(error):
                continue
            raise
        if response is None or "text/html" not in response.headers.get("content-type", ""):
            continue
        if response.status >= 400:
            complaints.append(f"{role} {width}: {path} answered {response.status}")
        page.screenshot(
            path=folder / (kind.strip("/").replace("/", "_").replace("#", "n") + ".png" if kind != "/" else "home.png"),
            full_page=True,
        )
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            complaints.append(f"{role} {width}: {path} scrolls sideways")
        if width > 500 and kind not in seen_axe:
            seen_axe.add(kind)
            for violation in Axe().run(page, options=RULES).response["violations"]:
                complaints.append(f"{role}: {path} breaks {violation['id']} at {violation['nodes'][0]['target']}")
        queue += links(page)
    context.close()
    print(f"{role} at {width}: {len(seen)} pages", flush=True)
    return complaints


def main(address: str | None) -> int:
    path = chromium.find()
    if path is None:
        print("No Chromium found: set CHROMIUM=/path/to/chromium")
        return 1
    complaints: list[str] = []
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        server = None if address else start(Path(home))
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        seen_axe: set[str] = set()
        for width in (1440, 360):
            for role, login in ROLES.items():
                complaints += walk(browser, address or server.address, role, login, width, seen_axe)
        browser.close()
        if server:
            server.stop()
    print("\n".join(complaints) or "Nothing to complain about")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
