"""Notices for tests and the demo year."""

from __future__ import annotations

from datetime import datetime

from hrpark.accounts.models import Park, Person
from hrpark.accounts.samples import AT

from .actions import Subject, notify
from .kinds import notice_kind
from .models import Notice

SAMPLE = notice_kind(
    "notices.sample",
    "样例通知",
    title="{what}已有结果",
    happened="{what}已于今天办结。",
    todo="请打开查看结果；如有疑问，请在页面上留言。",
)


def make_notice(
    to: Person, about: Subject, *, at: datetime = AT, what: str = "入驻申请", park: Park | None = None, **over
) -> Notice:
    return notify(to=to, kind=SAMPLE, at=at, subject=about, park=park, what=what, **over)
