"""Issuing and withdrawing documents, the park's own Word templates, and the sealed originals that come back."""

from .archiving import archive, mend
from .issuing import PRESS, issue, next_number, withdraw
from .wording import retire_word_template, upload_word_template

__all__ = ["PRESS", "archive", "issue", "mend", "next_number", "retire_word_template", "upload_word_template", "withdraw"]
