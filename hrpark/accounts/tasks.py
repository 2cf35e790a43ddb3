"""What the worker and the tick do for accounts."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.timezone import localtime
from django_tasks import task

from hrpark.toolbox.tick import each_minute

from . import access, erasure, throttle, vault
from .models import OneTimeCode

#: Attempts are the log of sign-ins: the law asks for six months (网络安全法 art. 21).
LOG_KEPT = timedelta(days=190)


@task()
def deliver_code(code: int, sealed: str) -> None:
    """Send one code. ``code`` 0: somebody asked for a key that nobody has; the same row was written, nothing is sent."""
    text = vault.unseal(sealed)
    found = OneTimeCode.objects.select_related("person").filter(pk=code, used_at__isnull=True).first()
    if found is not None:
        access.deliver(code=found, text=text)


@each_minute("accounts.attempts")
def forget_old_attempts(at: datetime) -> int:
    return throttle.forget(at - LOG_KEPT)


@each_minute("accounts.sessions")
def sweep_sessions(at: datetime) -> int:
    return access.sweep_sessions(at)


@each_minute("accounts.erasure")
def finish_erasures_at_night(at: datetime) -> int:
    """The database is written anew, so at the quietest hour."""
    return erasure.finish(at) if localtime(at).hour == 3 else 0
