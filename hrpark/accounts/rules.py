"""Pure decisions about account keys, throttling and one-time codes. Values in, values out; no clock, no database."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import struct
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from hrpark.toolbox.errors import Refused

# ---------------------------------------------------------------- account keys

MAINLAND = re.compile(r"1[3-9]\d{9}")
#: Numbers from elsewhere (港澳台, abroad) carry their country code; E.164 allows 15 digits.
ELSEWHERE = re.compile(r"\+(?!86)[1-9]\d{7,14}")
EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
)


def tidy_mobile(text: str) -> str:
    """A mobile number as it is stored: full-width digits, spaces, hyphens and +86 are taken away."""
    plain = re.sub(r"[\s\-‐-―()]", "", unicodedata.normalize("NFKC", text))
    without = re.sub(r"^(\+|00)?86(?=1[3-9]\d{9}$)", "", plain)
    number = re.sub(r"^00(?=[1-9])", "+", without)
    if MAINLAND.fullmatch(number) or ELSEWHERE.fullmatch(number):
        return number
    raise Refused("手机号应为11位数字；港澳台及境外号码请加区号，如 +852 开头。请核对后重填。", field="mobile")


def tidy_email(text: str) -> str:
    """An e-mail address as it is stored. Its case is kept; two that differ only in case are one."""
    address = unicodedata.normalize("NFKC", text).strip()
    if len(address) <= 254 and EMAIL.fullmatch(address):
        return address
    raise Refused("电子邮箱格式不完整，应像 name@example.com。请核对后重填。", field="email")


def account_key(text: str) -> tuple[str, str]:
    """What was typed as an account key: ("mobile", number) or ("email", address)."""
    try:
        if "@" in unicodedata.normalize("NFKC", text):
            return "email", tidy_email(text)
        return "mobile", tidy_mobile(text)
    except Refused as error:
        raise Refused(error.message, field="key") from None


def masked(key: str) -> str:
    """An account key as others may see it: 138****1234, z***@example.com."""
    if "@" in key:
        name, _, domain = key.partition("@")
        return f"{name[:1]}***@{domain}"
    return f"{key[:3]}****{key[-4:]}" if len(key) >= 8 else "****"


# ---------------------------------------------------------------- throttling

#: How long an attempt counts.
WINDOW = timedelta(minutes=15)


def free_again(times: Sequence[datetime], limit: int, window: timedelta = WINDOW) -> datetime | None:
    """When the next attempt is let through, or None when this one is.

    ``times`` are the attempts that count, newest first, this one included.
    """
    inside = [t for t in times if t > times[0] - window]
    return inside[limit] + window if len(inside) > limit else None


def network(address: str) -> str:
    """The bucket of a client address: an IPv4 address, or the /64 of an IPv6 one, which one client has to itself."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return ""
    if ip.version == 6:
        mapped = ip.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


# ---------------------------------------------------------------- time-based codes (RFC 6238)

STEP = 30
DIGITS = 6


def hotp(secret: bytes, counter: int, digits: int = DIGITS) -> str:
    """RFC 4226 over SHA-1, as every authenticator app computes it."""
    mac = hmac.new(secret, struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = mac[-1] & 0x0F
    value = struct.unpack(">I", mac[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{value % 10**digits:0{digits}d}"


def matching_step(secret: bytes, code: str, at: datetime, *, after: int | None = None) -> int | None:
    """The time step whose code was typed, one step of drift either way; never one that is not later than ``after``.

    A code that was used once is thereby dead, and so is every older one (RFC 6238, 5.2).
    """
    now, found = int(at.timestamp()) // STEP, None
    for step in (now - 1, now, now + 1):
        same = hmac.compare_digest(hotp(secret, step).encode(), code.encode())
        if same and (after is None or step > after):
            found = step
    return found


def only_digits(text: str) -> str:
    """A code as it was meant: full-width digits, spaces and hyphens do not matter."""
    return re.sub(r"[\s\-‐-―]", "", unicodedata.normalize("NFKC", text))
