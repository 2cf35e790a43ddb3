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
from hrpark.toolbox.identifiers import mask_mobile, read_email, read_mobile
from hrpark.toolbox.text import squeeze

# ---------------------------------------------------------------- account keys

#: Numbers from elsewhere (港澳台, abroad) carry their country code; E.164 allows 15 digits.
ELSEWHERE = re.compile(r"\+(?!86)[1-9][0-9]{7,14}")


def tidy_mobile(text: str) -> str:
    """A mobile number as it is stored: eleven digits, or with a plus and country code when it is from elsewhere."""
    abroad = re.sub(r"^00(?=[1-9])", "+", re.sub(r"[-‐-―()]", "", squeeze(text)))
    if ELSEWHERE.fullmatch(abroad):
        return abroad
    reading = read_mobile(text)
    if reading.ok and reading.value:
        return reading.value
    raise Refused(f"{reading.message}港澳台及境外号码请加区号，如 +852 开头。", field="mobile")


def tidy_email(text: str) -> str:
    """An e-mail address as it is stored, in lower case: two that differ only in case are one."""
    reading = read_email(text)
    if reading.ok and reading.value:
        return reading.value
    raise Refused(reading.message, field="email")


def account_key(text: str) -> tuple[str, str]:
    """What was typed as an account key: ("mobile", number) or ("email", address)."""
    try:
        return ("email", tidy_email(text)) if "@" in squeeze(text) else ("mobile", tidy_mobile(text))
    except Refused as error:
        raise Refused(error.message, field="key") from None


def masked(key: str) -> str:
    """An account key as others may see it: 138****1234, z***@example.com."""
    if "@" in key:
        name, _, domain = key.partition("@")
        return f"{name[:1]}***@{domain}"
    return mask_mobile(key)


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
