"""The demo's logins on the sign-in page, where everybody who tries the demo looks for them."""

from __future__ import annotations

from hrpark.accounts.kinds import SHOWN_LOGINS, ShownLogin

from .people import LOGINS, PASSWORD

for _login in LOGINS:
    SHOWN_LOGINS.add(_login.key, ShownLogin(_login.key, PASSWORD, f"{_login.name} · {_login.says}"))
