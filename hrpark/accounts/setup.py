"""The first day: no account exists, so whoever installed shows a token that lies in a file beside the database (ASVS 6.3.2).

It is made when the server first starts, printed on its terminal, and gone with the first administrator.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.conf import settings

from . import vault
from .queries import is_empty


def _file() -> Path:
    return settings.HOME / "setup-token"


def setup_token() -> str:
    """The token of an empty installation, made now if there is none yet; empty once there are people."""
    if not is_empty():
        return ""
    try:
        handle = os.open(_file(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _file().read_text().strip()
    with os.fdopen(handle, "w") as file:
        token = secrets.token_urlsafe(24)
        file.write(token)
    return token


def is_setup_token(given: str) -> bool:
    """Whether this is the token; never true once there are people, whatever lies in the file."""
    token = setup_token()
    return bool(token) and vault.same(token, given.strip())


def drop_setup_token() -> None:
    _file().unlink(missing_ok=True)
