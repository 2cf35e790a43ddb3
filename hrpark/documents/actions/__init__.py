"""Issuing and withdrawing documents, the park's own Word templates, the sealed originals, signing on a platform."""

from .archiving import archive, mend
from .esigning import carry_on, has_news, request_signing
from .issuing import PRESS, issue, next_number, withdraw
from .wording import retire_word_template, upload_word_template

__all__ = [
    "PRESS", "archive", "carry_on", "has_news", "issue", "mend", "next_number", "request_signing", "retire_word_template",
    "upload_word_template", "withdraw",
]  # fmt: skip
