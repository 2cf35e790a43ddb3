"""What files forget of a person: what lies with records of theirs alone, and what they handed in as personal.

The row stays, without name and bytes, as a removed attachment; evidence that belongs to an institution stays whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from hrpark.accounts.erasure import Forgetting, Leaver, forgets
from hrpark.accounts.models import Person
from hrpark.accounts.traces import GONE

from . import storage
from .models import Attachment

REASON = "应本人要求删除（个人信息保护法第四十七条）"


def _theirs(person: Person, own: Iterable[tuple[str, str]]) -> QuerySet[Attachment]:
    theirs = Q(uploaded_by=person.actor_key, personal=True)
    for of, pk in own:
        theirs |= Q(of_type=of, of_id=pk)
    return Attachment.objects.filter(theirs)


@forgets
class FilesForget(Forgetting):
    key = "files"

    def forget(self, leaver: Leaver, at: datetime) -> None:
        for file in _theirs(leaver.person, leaver.own).exclude(path__startswith="erased/"):
            # The path goes with the transaction; if the process dies before the bytes do, they are a stray, and swept.
            transaction.on_commit(lambda path=file.path: storage.forget(path))
            Attachment.objects.filter(pk=file.pk).update(
                name=GONE, label=GONE, path=f"erased/{file.pk}", removed_at=file.removed_at or at, removed_reason=REASON
            )

    def copy(self, person: Person) -> dict[str, list[dict]]:
        return {"文件": [{"名称": f.name, "材料": f.label, "上传时间": f.at, "字节数": f.size} for f in files_of(person)]}


def files_of(person: Person) -> list[Attachment]:
    """What the person has uploaded and may still take away, oldest first."""
    return list(Attachment.objects.filter(uploaded_by=person.actor_key, removed_at__isnull=True).order_by("pk"))
