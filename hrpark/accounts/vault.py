"""What must not lie readable in the database: secrets sealed under SECRET_KEY, tokens and codes kept as digests.

SECRET_KEY may be changed: put the old one into SECRET_KEY_FALLBACKS, and what it sealed can still be opened.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from hrpark.toolbox.errors import Refused


def _derived(key: str, purpose: str) -> bytes:
    return hmac.new(key.encode(), f"hrpark.vault:{purpose}".encode(), hashlib.sha256).digest()


@functools.lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key, "seal"))) for key in keys])


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def seal(text: str) -> str:
    """Encrypt a secret (AES-128-CBC with HMAC-SHA256: a changed bit is noticed)."""
    return _fernet(_keys()).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    try:
        return _fernet(_keys()).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Refused("保存的密钥无法读取，可能是系统密钥更换过。请到园区服务台解除两步验证后重新绑定。") from None


def token(purpose: str, *names: str) -> str:
    """A token that nobody can guess, the same for the same names: a deed that is repeated by its key shows it again."""
    mac = hmac.new(_derived(settings.SECRET_KEY, f"token:{purpose}"), "\x1f".join(names).encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac.digest()).decode().rstrip("=")


def digits(purpose: str, count: int, *names: str) -> str:
    """So many digits that nobody can guess, the same for the same names."""
    mac = hmac.new(_derived(settings.SECRET_KEY, f"digits:{purpose}"), "\x1f".join(names).encode(), hashlib.sha256)
    return f"{int.from_bytes(mac.digest()) % 10**count:0{count}d}"


def digest(purpose: str, text: str) -> str:
    """The keyed digest of something short enough to be guessed: a code of six digits, an account key."""
    return hmac.new(_derived(settings.SECRET_KEY, f"digest:{purpose}"), text.encode(), hashlib.sha256).hexdigest()


def token_digest(text: str) -> str:
    """The digest of a token, which is too long to be guessed and must outlive a change of SECRET_KEY."""
    return hashlib.sha256(text.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
