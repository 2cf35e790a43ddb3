"""Sessions in the database, as Django keeps them, read by a query that is compiled once: every page begins with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from hrpark.accounts.prepared import Prepared

_SESSION = Prepared(lambda key, at: Session.objects.filter(session_key=key, expire_date__gt=at), key=str, at=datetime)


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        found = _SESSION(key=self.session_key, at=timezone.now())  # noqa: TID251 - by the clock that Django ends it by
        if not found:
            self._session_key = None
            return {}
        return self.decode(found[0].session_data)
