"""Two rules for passwords beside Django's own: a limit that spares the hasher, and the words everybody here would try."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

from .models import Park

#: Long enough for any passphrase (ASVS 6.2.9 asks for 64); beyond it the hasher would work for an attacker.
LONGEST = 256
#: What remains of a password without these must still be half of it.
OWN_WORDS = (
    "hrpark",
    "renliziyuan",
    "renli",
    "ziyuan",
    "rencai",
    "chanyeyuan",
    "fuwu",
    "yuanqu",
    "guangzhou",
    "admin",
    "password",
    "mima",
)


class NotTooLong:
    def validate(self, password: str, user=None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(f"密码最长 {LONGEST} 个字符，请缩短后重填。", code="password_too_long")

    def get_help_text(self) -> str:
        return f"密码最长 {LONGEST} 个字符。"


class NotOurOwnWords:
    """Names of this house and of its parks with a year behind them are the first that are guessed (ASVS 6.2.11)."""

    def validate(self, password: str, user=None) -> None:
        rest = password.lower()
        names = [word for row in Park.objects.values_list("name", "slug") for word in row]
        for word in sorted({*OWN_WORDS, *(n.lower() for n in names)}, key=len, reverse=True):
            rest = rest.replace(word, "")
        rest = re.sub(r"(19|20)\d\d|123456?|[\s!@#._-]", "", rest)
        if len(rest) < len(password) / 2 and len(rest) < 8:
            raise ValidationError(
                "密码主要由园区或系统的名称、年份组成，容易被猜到。请换成几个互不相关的词。", code="password_own_words"
            )

    def get_help_text(self) -> str:
        return "密码不能主要由园区或系统的名称、年份组成。"
