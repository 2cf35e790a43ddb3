"""How allauth sees our people: a mobile number or an e-mail is the key, and accounts are made by our own verbs."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        """Accounts are made by invitation or by applying (web/account), never by allauth's own form."""
        return False
