"""A certified platform for reliable electronic signatures (电子签名法 arts. 13, 14): the seam to it. Off until HRPARK_ESIGN names an adapter.

An adapter is a class without arguments that hands a PDF over to be signed, says how it stands and brings the signed file back, or
raises ``EsignFailed`` (to be tried again) or ``EsignRefused`` (never). docs/howto/connect-an-esignature-platform.md describes the
plain HTTP that ``HttpPlatform`` speaks, to a platform or to a bridge of the installation's own; the platform's callbacks only say
that there is news, and what the news is, is asked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from django.conf import settings
from django.utils.module_loading import import_string

from hrpark.toolbox.errors import Misconfigured

#: Seconds by which the clocks of two machines may differ; an older callback is a replay.
FRESH = 300
LARGEST_ANSWER = 30 * 1024 * 1024


class EsignFailed(Exception):
    """The platform could not be reached or did not answer as it should: to be tried again. The reason is for the log."""


class EsignRefused(Exception):
    """The platform will never take it: what it said, for the officer."""


@dataclass(frozen=True)
class Signer:
    """Who is to sign, in this order: for which organisation, by which name, told at which number."""

    organisation: str
    name: str
    mobile: str
    uscc: str = ""


@dataclass(frozen=True)
class Standing:
    """How an envelope stands at the platform: sent, signed, declined, expired, cancelled; with the reason, if there is one."""

    state: str
    reason: str = ""


class Platform(Protocol):
    def send(self, reference: str, title: str, name: str, pdf: bytes, signers: Sequence[Signer]) -> str:
        """Hand a PDF over; the platform's number of it. The same reference a second time is the same envelope."""

    def look(self, number: str) -> Standing: ...

    def fetch(self, number: str) -> bytes:
        """The signed PDF."""


def platform() -> Platform | None:
    """The platform of this installation, or None while there is none."""
    if not settings.ESIGN_ADAPTER:
        return None
    try:
        return import_string(settings.ESIGN_ADAPTER)()
    except ImportError as error:
        raise Misconfigured(f"HRPARK_ESIGN names {settings.ESIGN_ADAPTER!r}, which cannot be imported") from error


def genuine(timestamp: str, signature: str, body: bytes, now: float) -> bool:
    """Whether a callback comes from who knows the secret, and just now."""
    if not settings.ESIGN_SECRET or not timestamp.isascii() or not timestamp.isdigit() or abs(now - int(timestamp)) > FRESH:
        return False
    return hmac.compare_digest(signature.encode(), f"sha256={mac(settings.ESIGN_SECRET, timestamp, body)}".encode())


def mac(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class HttpPlatform:
    """JSON over HTTP with a bearer token, as the howto describes it."""

    seconds = 10
    states = frozenset({"sent", "signed", "declined", "expired", "cancelled"})

    def __init__(self) -> None:
        self.url, self.token = settings.ESIGN_URL.rstrip("/"), settings.ESIGN_TOKEN
        if not self.url.startswith(("https://", "http://")):
            raise Misconfigured("HRPARK_ESIGN_URL must be an http(s) address")

    def send(self, reference: str, title: str, name: str, pdf: bytes, signers: Sequence[Signer]) -> str:
        file = {"name": name, "sha256": hashlib.sha256(pdf).hexdigest(), "content": base64.b64encode(pdf).decode()}
        people = [
            {"order": n, "organisation": one.organisation, "uscc": one.uscc, "name": one.name, "mobile": one.mobile}
            for n, one in enumerate(signers, 1)
        ]
        body = {"reference": reference, "title": title, "file": file, "signers": people}
        number = self._json("POST", "/envelopes", body, {"Idempotency-Key": reference}).get("envelope")
        if not isinstance(number, str) or not 0 < len(number) <= 80:
            raise EsignFailed("the platform named no envelope")
        return number

    def look(self, number: str) -> Standing:
        said = self._json("GET", f"/envelopes/{quote(number, safe='')}")
        if said.get("state") not in self.states:
            raise EsignFailed(f"the platform names no state that is known: {said.get('state')!r}")
        return Standing(said["state"], str(said.get("reason") or "")[:200])

    def fetch(self, number: str) -> bytes:
        data, headers = self._ask("GET", f"/envelopes/{quote(number, safe='')}/file")
        if headers.get("X-Content-SHA256", "").lower() != hashlib.sha256(data).hexdigest():
            raise EsignFailed("the signed file did not come whole")
        return data

    def _json(self, method: str, path: str, body: dict | None = None, headers: dict[str, str] | None = None) -> dict:
        data, _ = self._ask(method, path, body, headers)
        try:
            said = json.loads(data)
        except ValueError as error:
            raise EsignFailed("the platform did not answer in JSON") from error
        if not isinstance(said, dict):
            raise EsignFailed("the platform did not answer with an object")
        return said

    def _ask(self, method: str, path: str, body: dict | None = None, headers: dict[str, str] | None = None):
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        head = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json; charset=utf-8", **(headers or {})}
        request = urllib.request.Request(f"{self.url}{path}", data=data, headers=head, method=method)  # noqa: S310 - checked above
        try:
            with urllib.request.urlopen(request, timeout=self.seconds) as response:  # noqa: S310
                whole = response.read(LARGEST_ANSWER + 1)
                if len(whole) > LARGEST_ANSWER:
                    raise EsignFailed("the answer is too large")
                return whole, response.headers
        except urllib.error.HTTPError as error:
            said = error.read(300).decode("utf-8", "replace")
            if error.code in (400, 409, 413, 422):
                raise EsignRefused(said or f"HTTP {error.code}") from error
            raise EsignFailed(f"the platform answered {error.code}: {said}") from error
        except OSError as error:
            raise EsignFailed(f"the platform cannot be reached: {error}") from error
