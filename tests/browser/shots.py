"""Every page of the demo park as PNG, desk width and 360 px: ``make shots`` → shots/<role>/<width>/<page>.png.

Each role walks all links from its home; of pages that differ only in the record they show, one is taken. Also says which
pages scroll sideways at 360 px and which break the accessibility rules, since whoever looks at pictures wants to know.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from hrpark.demo.people import PASSWORD

from . import chromium
from .pages import ROLES, broken_rules, scrolls_sideways, visited
from .server import start

OUT = Path(__file__).resolve().parents[2] / "shots"


def sign_in(page: Page, key: str) -> None:
    page.goto("/account/login/")
    page.get_by_label("手机号或邮箱").fill(key)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda url: "/account/login" not in url)


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
    complaints, count = [], 0
    for path, kind, response in visited(page):
        count += 1
        if response.status >= 400:
            complaints.append(f"{role} {width}: {path} answered {response.status}")
        name = kind.strip("/").replace("/", "_").replace("#", "n") or "home"
        page.screenshot(path=folder / f"{name}.png", full_page=True)
        if scrolls_sideways(page):
            complaints.append(f"{role} {width}: {path} scrolls sideways")
        if width > 500 and kind not in seen_axe:
            seen_axe.add(kind)
            complaints += [f"{role}: {path} breaks {rule}" for rule in broken_rules(page)]
    context.close()
    print(f"{role} at {width}: {count} pages", flush=True)
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
