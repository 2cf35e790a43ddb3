"""Short messages: the seam to whatever gateway an installation has a contract with. Off until HRPARK_SMS names an adapter.

An adapter is a class without arguments whose ``send`` hands over one message or raises ``SmsFailed``. Chinese gateways send
approved templates with values, never free text, so the message is a template's name and its values:

    class Ours:
        def send(self, mobile, template, values): ...

    HRPARK_SMS=package.module.Ours

Templates in use: ``code`` (values: ``code``, ``minutes``). ``HttpRelay`` posts to an address of the installation's own.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from hrpark.toolbox.errors import Misconfigured


class SmsFailed(Exception):
    """The gateway did not take the message; the reason is for the log."""


class Adapter(Protocol):
    def send(self, mobile: str, template: str, values: Mapping[str, str]) -> None: ...


def adapter() -> Adapter | None:
    """The adapter of this installation, or None while there is none."""
    if not settings.SMS_ADAPTER:
        return None
    try:
        return import_string(settings.SMS_ADAPTER)()
    except ImportError as error:
        raise Misconfigured(f"HRPARK_SMS names {settings.SMS_ADAPTER!r}, which cannot be imported") from error


class HttpRelay:
    """Posts {"mobile", "template", "values"} as JSON with a bearer token to HRPARK_SMS_RELAY_URL; any 2xx is taken as sent."""

    seconds = 10

    def __init__(self) -> None:
        self.url, self.token = settings.SMS_RELAY_URL, settings.SMS_RELAY_TOKEN
        if not self.url.startswith(("https://", "http://")):
            raise Misconfigured("HRPARK_SMS_RELAY_URL must be an http(s) address")

    def send(self, mobile: str, template: str, values: Mapping[str, str]) -> None:
        body = json.dumps({"mobile": mobile, "template": template, "values": dict(values)}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(self.url, data=body, headers=headers, method="POST")  # noqa: S310 - checked above
        try:
            with urllib.request.urlopen(request, timeout=self.seconds) as response:  # noqa: S310
                response.read(1024)
        except urllib.error.HTTPError as error:
            raise SmsFailed(f"the relay answered {error.code}") from error
        except OSError as error:
            raise SmsFailed(f"the relay cannot be reached: {error}") from error
