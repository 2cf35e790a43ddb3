"""Issuing and withdrawing documents, the park's own Word templates, the sealed originals, signing on a platform."""

from .archiving import archive, mend
from .esigning import carry_on, has_news, request_signing
from .issuing import PRESS, issue, next_number, withdraw
from .reading import ask_to_read, read_now, take_due_readings, write_reading
from .wording import retire_word_template, upload_word_template

__all__ = [
    "PRESS", "archive", "ask_to_read", "carry_on", "has_news", "issue", "mend", "next_number", "read_now", "request_signing",
    "retire_word_template", "take_due_readings", "upload_word_template", "withdraw", "write_reading",
]  # fmt: skip
