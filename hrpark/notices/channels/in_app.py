"""In the product itself: the notice's row is all there is to it."""

from __future__ import annotations

from hrpark.accounts.models import Person
from hrpark.notices.kinds import CHANNELS, Channel


class InApp(Channel):
    key = "in_app"
    label = "站内"
    civil = False
    instant = True

    def enabled(self) -> bool:
        return True

    def reaches(self, person: Person) -> bool:
        return True


CHANNELS.add(InApp.key, InApp())
