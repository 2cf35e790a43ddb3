"""By mail, when a server is configured (HRPARK_EMAIL): plain text, one connection for all that is due.

The Message-ID depends on the delivery alone: when a crash comes between the server's "250" and our commit, the second copy
bears the same id, and mail servers and programs show it once.
"""

from __future__ import annotations

import hashlib
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from hrpark.accounts.models import Person
from hrpark.notices.kinds import CHANNELS, Channel, Message, Refusal, Retry, Unreachable
from hrpark.notices.rules import one_line


class Mail(Channel):
    key = "smtp"
    label = "邮件"

    def __init__(self, connection: BaseEmailBackend | None = None):
        self.connection = connection

    def enabled(self) -> bool:
        return settings.EMAIL_ENABLED

    def reaches(self, person: Person) -> bool:
        return bool(person.email)

    @contextmanager
    def opened(self) -> Iterator[Mail]:
        connection = get_connection()
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as problem:
            raise Unreachable(f"{type(problem).__name__}: {problem}") from problem
        try:
            yield Mail(connection)
        finally:
            connection.close()

    def send(self, message: Message) -> None:
        mail = EmailMessage(
            subject=one_line(message.title, longest=120),
            body=f"{message.body}\n\n{where(message)}\n\n此邮件由系统自动发出，请勿直接回复。",
            to=[message.person.email],
            connection=self.connection,
            headers={
                "Message-ID": message_id(message),
                "Date": format_datetime(message.at),
                "Auto-Submitted": "auto-generated",
            },
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as problem:
            code, said = next(iter(problem.recipients.values()), (450, b""))
            raise (Refusal if code >= 500 else Retry)(f"{code} {said!r}") from problem
        except smtplib.SMTPServerDisconnected as problem:
            raise Unreachable(str(problem)) from problem
        except smtplib.SMTPResponseException as problem:
            raise Retry(f"{problem.smtp_code} {problem.smtp_error!r}") from problem
        except (OSError, smtplib.SMTPException) as problem:
            raise Unreachable(f"{type(problem).__name__}: {problem}") from problem
        except ValueError as problem:  # an address that no header can hold
            raise Refusal(str(problem)) from problem


def where(message: Message) -> str:
    """The one link; where the house does not know its own address, the words."""
    return f"打开办理（需登录）：{message.link}" if message.link else "请登录园区服务平台，点右上角的“通知”，打开这一条办理。"


def message_id(message: Message) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{message.id}".encode()).hexdigest()[:24]
    return f"<notice.{message.id}.{digest}@{domain}>"


CHANNELS.add(Mail.key, Mail())
