"""docs/howto/add-an-indicator.md shows the code as it is: every block that names a file stands in that file."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def page(settings) -> str:
    return (settings.BASE / "docs" / "howto" / "add-an-indicator.md").read_text(encoding="utf-8")


def test_every_block_of_code_stands_in_the_file_it_names(settings, page):
    blocks = re.findall(r"```python\n# (\S+)\n(.*?)```", page, re.S)
    assert len(blocks) == 2 == page.count("```python")
    for path, code in blocks:
        assert code in (settings.BASE / path).read_text(encoding="utf-8"), f"{path} no longer reads as the page shows it"


def test_every_file_the_page_names_exists(settings, page):
    named = set(re.findall(r"`((?:hrpark|docs)/[\w/.-]+\.(?:py|md))`", page))
    assert named and all((settings.BASE / path).exists() for path in named)
    inside = set(re.findall(r"`(\w+(?:/\w+)?\.py)`", page))
    room = settings.BASE / "hrpark" / "evaluation"
    assert all((room / path).exists() or (room / "indicators" / path).exists() for path in inside)
