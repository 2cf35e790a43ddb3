"""What notices forget of a person: everything they were told."""

from __future__ import annotations

from datetime import datetime

from hrpark.accounts.erasure import Forgetting, Leaver, forgets
from hrpark.accounts.models import Person

from .models import Notice


@forgets
class NoticesForget(Forgetting):
    key = "notices"

    def forget(self, leaver: Leaver, at: datetime) -> None:
        Notice.objects.filter(person=leaver.person).delete()

    def copy(self, person: Person) -> dict[str, list[dict]]:
        rows = Notice.objects.filter(person=person).order_by("pk")
        return {"通知": [{"时间": n.at, "标题": n.title, "内容": n.body} for n in rows]}
