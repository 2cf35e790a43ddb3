"""What every test shares. The databases are set up in tests/settings.py."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    """Uploads of a test go to its own folder."""
    settings.UPLOAD_ROOT = tmp_path / "files"


@pytest.fixture
def at() -> datetime:
    """A moment that tests agree on: Monday 2026-03-02, 10:00 in Guangzhou."""
    return datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
