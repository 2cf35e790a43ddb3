"""By short message, when the installation has an adapter (HRPARK_SMS): the template ``notice`` with the notice's title."""

from __future__ import annotations

from django.conf import settings

from hrpark.accounts.models import Person
from hrpark.accounts.sms import SmsFailed, adapter
from hrpark.notices.kinds import CHANNELS, Channel, Message, Retry, Unreachable
from hrpark.notices.rules import one_line
from hrpark.toolbox.errors import Misconfigured


class Sms(Channel):
    key = "sms"
    label = "短信"

    def enabled(self) -> bool:
        return bool(settings.SMS_ADAPTER)

    def reaches(self, person: Person) -> bool:
        return bool(person.mobile)

    def send(self, message: Message) -> None:
        try:
            gateway = adapter()
            gateway.send(message.person.mobile, "notice", {"title": one_line(message.title, longest=60), "id": message.id})
        except SmsFailed as problem:
            raise Retry(str(problem)) from problem
        except Misconfigured as problem:
            raise Unreachable(str(problem)) from problem


CHANNELS.add(Sms.key, Sms())
