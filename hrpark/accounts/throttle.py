"""Slowing down who guesses, in the database, so that it holds across processes (ASVS 6.3.1).

Each attempt is written before it is judged and counts until it has passed: of any number at the same moment no more than
the limit get through, without a lock. Three things are counted over 15 minutes:

- per account, from browsers that it was never signed in from;
- per account and known browser (a signed cookie): somebody who guesses elsewhere cannot keep the owner out;
- per client address over all accounts, which stops one password being sprayed over many.

Sessions that already run are never touched. Unknown accounts are counted like known ones.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.core import signing
from django.utils import timezone

from hrpark.toolbox.errors import HrparkError

from . import rules, vault
from .models import Attempt, Outcome, Person

#: Attempts per account in 15 minutes, by kind. A request for a code costs a message, so fewer. What is handed in and looked up
#: without a name is counted by a digest of the address instead of an account.
LIMITS = {"password": 10, "code": 10, "totp": 10, "request": 3, "register": 5, "nameless": 20, "nameless_key": 30}
#: Attempts per client address in 15 minutes over all accounts and kinds; a hall full of people shares one address.
ADDRESS_LIMIT = 60

DEVICE = signing.Signer(salt="hrpark.device")


class TooManyAttempts(HrparkError):
    """Come back later (HTTP 429); ``until`` says when."""

    status = 429

    def __init__(self, until: datetime):
        local = timezone.localtime(until)
        minute = local.hour * 60 + local.minute + (1 if local.second or local.microsecond else 0)
        super().__init__(
            f"尝试次数过多，为保护账号请在 {minute // 60 % 24:02d}:{minute % 60:02d} 之后再试。"
            "已登录的设备不受影响；急需使用可到园区服务台凭身份证件领取一次性验证码。",
            field="key",
        )
        self.until = until


def knock(kind: str, account: str, *, at: datetime, address: str, device: str = "") -> Attempt:
    """Write an attempt down, then stop it when there were too many. It counts until ``passed`` is said.

    Never inside a transaction that a refusal rolls back.
    """
    attempt = Attempt.objects.create(
        kind=kind, account=vault.digest("account", account.casefold()), device=device, address=rules.network(address), at=at
    )
    since = Attempt.objects.filter(outcome=Outcome.COUNTED, at__gt=at - rules.WINDOW, at__lte=at)
    buckets = [(since.filter(kind=kind, account=attempt.account, device=device), LIMITS[kind])]
    if not device and attempt.address:
        buckets.append((since.filter(address=attempt.address, device=""), ADDRESS_LIMIT))
    waits = []
    for rows, limit in buckets:
        times = list(rows.order_by("-at", "-pk").values_list("at", flat=True)[: limit + 1])
        until = rules.free_again(times, limit)
        if until:
            waits.append(until)
    if waits:
        Attempt.objects.filter(pk=attempt.pk).update(outcome=Outcome.BLOCKED)
        raise TooManyAttempts(max(waits))
    return attempt


def passed(attempt: Attempt) -> None:
    """It was right, and weighs against nobody."""
    Attempt.objects.filter(pk=attempt.pk).update(outcome=Outcome.PASSED)


def new_device(person: Person) -> str:
    """The cookie that makes a browser a known one of this person."""
    return DEVICE.sign(f"{person.pk}.{secrets.token_hex(8)}")


def known_device(person: Person | None, cookie: str) -> str:
    """The device's name when the cookie is this person's, else empty."""
    try:
        owner, _, name = DEVICE.unsign(cookie).partition(".")
    except signing.BadSignature:
        return ""
    return name if person is not None and owner == str(person.pk) else ""


def forget(before: datetime) -> int:
    """Remove attempts older than the log has to be kept."""
    return Attempt.objects.filter(at__lt=before).delete()[0]
