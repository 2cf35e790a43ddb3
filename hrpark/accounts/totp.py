"""The second factor: a code that an authenticator app computes each 30 seconds (RFC 6238), and ten recovery codes.

Rows are allauth's (``Authenticator``), so that passkeys can join later; secrets are sealed by our adapter. The check is our
own: time is an argument, and the last step that was used is kept in the row, so that no process lets a code in twice.
"""

from __future__ import annotations

import base64
import io
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

import qrcode
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction
from qrcode.image.svg import SvgPathImage

from hrpark.toolbox.errors import NotAllowed, Refused
from hrpark.toolbox.grounds import grounds
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from . import rules, throttle, vault
from .access import vouch
from .models import Park, Person

ISSUER = "人力资源服务产业园"
WRONG = "动态口令或恢复代码不正确，或已使用过。请等待下一个口令再试；手机时间不准也会造成不符。"


def new_secret() -> str:
    """160 bits in base32, as authenticator apps take it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def address(person: Person, secret: str) -> str:
    """The otpauth address that an app reads from the QR code."""
    label = quote(f"{ISSUER}:{person.key}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER}, quote_via=quote)}"


def picture(text: str) -> str:
    """A QR code as the data address of an SVG."""
    drawn = io.BytesIO()
    qrcode.make(text, image_factory=SvgPathImage, box_size=12, border=2).save(drawn)
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()


@verb("accounts.totp.add", "开启了两步验证")
def add_totp(deed: Deed, *, actor: Person, at: datetime, key: str, person: Person, secret: str, code: str) -> Person:
    """The person shows by one code that the app has the secret; from then on a password alone is not enough."""
    if actor.pk != person.pk:
        raise NotAllowed("只能为您自己的账号开启两步验证。")
    _locked(person)
    if Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists():
        raise Refused("两步验证已开启。更换手机请先关闭，再重新绑定。")
    step = rules.matching_step(_bytes(secret), rules.only_digits(code), at)
    if step is None:
        raise Refused("动态口令不正确。请核对手机时间是否准确，并填写应用中当前显示的6位数字。", field="code")
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.TOTP, data={"secret": vault.seal(secret), "last_step": step}, created_at=at
    )
    _new_recovery_codes(person, at)
    deed.record(person, park=None)
    return person


@verb("accounts.totp.remove", "关闭了两步验证")
def remove_totp(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, person: Person, park: Park | None = None, basis: str = ""
) -> Person:  # fmt: skip
    """By the person, who has proved both factors, or at the counter for one who lost the phone."""
    if isinstance(actor, System) or actor.pk != person.pk:
        vouch(actor, person, park, at)
        basis = grounds(basis, "请写明如何核对了本人身份，例如“核对居民身份证原件”")
    _locked(person)
    Authenticator.objects.filter(user=person).delete()
    deed.record(person, park=park.pk if park else None, basis=basis.strip())
    return person


@verb("accounts.totp.recovery", "重新生成了恢复代码")
def renew_recovery_codes(deed: Deed, *, actor: Person, at: datetime, key: str, person: Person) -> Person:
    """Ten new recovery codes; the old ones are void."""
    if actor.pk != person.pk:
        raise NotAllowed("只能为您自己的账号生成恢复代码。")
    _locked(person)
    if not Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists():
        raise Refused("请先开启两步验证，再生成恢复代码。")
    _new_recovery_codes(person, at)
    deed.record(person, park=None)
    return person


def recovery_codes(person: Person) -> list[str]:
    """The unused recovery codes, to be shown right after they were made."""
    row = Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).first()
    return row.wrap().get_unused_codes() if row else []


def prove_second(*, person: Person, code: str, at: datetime, address: str) -> str:
    """Check the second factor of somebody whose first was right. Returns "totp" or "recovery"; each code once."""
    attempt = throttle.knock("totp", f"person:{person.pk}", at=at, address=address, device="second")
    text = rules.only_digits(code)
    means = _use_totp(person, text, at) or _use_recovery(person, text, at)
    if not means:
        raise Refused(WRONG, field="code")
    throttle.passed(attempt)
    return means


def _use_totp(person: Person, text: str, at: datetime) -> str:
    if len(text) != rules.DIGITS:
        return ""
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(user=person, type=Authenticator.Type.TOTP).first()
        if row is None:
            return ""
        step = rules.matching_step(_bytes(vault.unseal(row.data["secret"])), text, at, after=row.data.get("last_step"))
        if step is None:
            return ""
        row.data["last_step"], row.last_used_at = step, at
        row.save(update_fields=["data", "last_used_at"])
    return "totp"


def _use_recovery(person: Person, text: str, at: datetime) -> str:
    row = Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).first()
    if row is None or len(text) == rules.DIGITS or not row.wrap().validate_code(text):
        return ""
    Authenticator.objects.filter(pk=row.pk).update(last_used_at=at)
    return "recovery"


def _new_recovery_codes(person: Person, at: datetime) -> None:
    Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).delete()
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.RECOVERY_CODES,
        data={"seed": vault.seal(RecoveryCodes.generate_seed()), "used_mask": 0}, created_at=at,
    )  # fmt: skip


def _locked(person: Person) -> None:
    """One change of a person's factors at a time."""
    Person.objects.select_for_update().get(pk=person.pk)


def _bytes(secret: str) -> bytes:
    return base64.b32decode(secret)
