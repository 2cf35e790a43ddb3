"""ImportTarget: what a table can be imported into. One file a target, ``<room>/imports/<target>.py``; found by discovery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from hrpark.accounts.kinds import PERMISSIONS
from hrpark.toolbox.errors import Misconfigured
from hrpark.toolbox.registry import Registry
from hrpark.trail.actions import Actor

from .rules.fields import KINDS, Field, Problem, Row
from .rules.mapping import welcome

__all__ = ["TARGETS", "Field", "ImportTarget", "Problem", "Row"]

TARGETS: Registry[ImportTarget] = Registry("import target")


class ImportTarget:
    """A register that tables can be imported into. Everything else (files, headings, preview, progress) is done for it.

    A child declares what it takes, and answers four questions; it is registered by being defined:

        class InstitutionRegister(ImportTarget):
            key = "institutions.register"
            label = "机构名册"
            permission = permissions.REGISTER_IMPORT
            identity = "uscc"
            fields = (
                Field("uscc", "统一社会信用代码", "uscc", synonyms=("信用代码",), required=True, example="91440101MA5CJQ4N59"),
                Field("name", "机构名称", "title", synonyms=("企业名称", "单位名称"), required=True, max_length=120),
                Field("licence_until", "许可证有效期至", "date", synonyms=("许可证/有效期至",), open_ended=True),
            )

            def existing(self, park_id, identities, *, lock=False):
                rows = Institution.objects.filter(park_id=park_id, uscc__in=identities)
                if lock:
                    rows = rows.select_for_update()
                return {row["uscc"]: row for row in rows.values("uscc", "name", "licence_until")}

            def write(self, rows, *, actor, at, park, job):
                made = Institution.objects.bulk_create([... for row in rows if row.new])
                ...
                return [(institution, {}) for institution in made] + [(institution, {"changes": ...}) for ...]

    What the engine promises:

    - ``existing`` and ``write`` get at most ``chunk`` identities or rows at a time, so one query each may name them all.
    - ``write`` gets rows that were accepted, each identity once, ``new`` or with ``changes``; rows that were the same are
      left out. ``row.values`` has only mapped fields with something in the cell: a blank cell never erases anything.
    - All chunks of a job are written in ONE transaction. Right before each ``write`` the engine asks ``existing(lock=True)``
      again; when somebody has changed a record since the preview, nothing is written and the job is checked anew.
    - An identity is always the text of the identity fields as they are stored (several are joined by " / ", also in the
      keys of ``existing``).
    - What ``write`` returns, (record, what to tell), goes to the timelines of these records in one bulk. Records must be
      ``@subject``s. ``row.reason`` must be kept with the record: it is why a failing check character stands.
    - Raise toolbox.errors.Refused in ``write`` to stop the whole import with that message.

    ``write`` must not query row by row: 20,000 rows are imported in well under a minute.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    permission: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    identity: ClassVar[str | tuple[str, ...]]
    help: ClassVar[str] = ""
    chunk: ClassVar[int] = 500

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if "key" in cls.__dict__:
            cls._must_be_whole()
            TARGETS.add(cls.key, cls())

    @classmethod
    def _must_be_whole(cls) -> None:
        PERMISSIONS.get(cls.permission)
        names = [field.name for field in cls.fields]
        if len(set(names)) != len(names):
            raise Misconfigured(f"{cls.__name__} declares a field twice: {sorted(n for n in names if names.count(n) > 1)}")
        for field in cls.fields:
            if field.kind not in KINDS:
                raise Misconfigured(f"{cls.__name__}.{field.name}: no kind {field.kind!r}; known: {', '.join(KINDS)}")
            if field.kind in ("choice", "choices") and not field.choices:
                raise Misconfigured(f"{cls.__name__}.{field.name} is a choice without choices")
        wanting = set(cls.identities()) - set(names)
        if wanting or not cls.identities():
            raise Misconfigured(f"{cls.__name__}: the identity must name its fields, not {sorted(wanting)}")

    @classmethod
    def identities(cls) -> tuple[str, ...]:
        """The names of the identity fields."""
        return (cls.identity,) if isinstance(cls.identity, str) else tuple(cls.identity)

    @classmethod
    def by_name(cls) -> dict[str, Field]:
        return {field.name: field for field in cls.fields}

    @classmethod
    def words(cls) -> frozenset[str]:
        """The heading words by which a table of this kind is known."""
        return welcome(cls.fields)

    def existing(self, park_id: int, identities: Sequence[str], *, lock: bool = False) -> Mapping[str, Mapping[str, Any]]:
        """Of these identities, those that the park has: identity → current values by field name (Python values).

        Fields left out count as empty. ``lock``: lock the records until the end of the transaction (select_for_update).
        """
        raise NotImplementedError

    def context(self, park_id: int, at: datetime, rows: Sequence[Mapping[str, Any]]) -> Any:
        """Whatever ``check`` needs to look up, read once for all rows (their values): units by code, list of segments."""
        return None

    def check(self, values: Mapping[str, Any], context: Any) -> Iterable[Problem]:
        """What is wrong with a row beyond its single cells. Values may be missing: cells in error are left out."""
        return ()

    def write(
        self, rows: Sequence[Row], *, actor: Actor, at: datetime, park: models.Model, job: models.Model
    ) -> Iterable[tuple[models.Model, Mapping[str, Any]]]:
        """Write one chunk in bulk; returns each record with what its timeline shall tell."""
        raise NotImplementedError
