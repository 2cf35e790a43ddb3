"""Erasing a person (PIPL art. 47), and the copy of their data that they may take before (art. 45).

What is one person's alone goes: drafts, notices, sessions, requests that they made for themselves, with their files. What an
institution or the park must keep stays, without the name: every text and every JSON of every table is looked through, guards of
tables that are written once are lifted for it, and the trail keeps its seals (docs/decisions/003-erasing-a-person.md).

A room that keeps something of a person's own, or for which a person may not leave yet, says so in a ``Forgetting``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Cast

from hrpark.toolbox.errors import Conflict, NotAllowed, Refused
from hrpark.toolbox.frozen import digest as frozen_digest
from hrpark.toolbox.grounds import grounds
from hrpark.toolbox.registry import Registry
from hrpark.trail.actions import Actor, Deed, erase, unguarded, verb
from hrpark.trail.kinds import SUBJECTS, System
from hrpark.trail.models import ERASED, Entry, Payload

from . import permissions
from .access import end_sessions
from .models import (
    Consent,
    Draft,
    Erasure,
    Invitation,
    Membership,
    OneTimeCode,
    Organisation,
    OrganisationKind,
    Park,
    Person,
    SavedView,
    SignIn,
)
from .queries import may_vouch, open_roles, require
from .traces import GONE, Traces, as_stored


@dataclass
class Leaver:
    """Who is being erased, what identifies them, and the records that are theirs alone."""

    person: Person
    traces: Traces
    #: (subject type, id) of what is nobody else's.
    own: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True)
class _Unnamed:
    """Whoever erases themself, as their last deed names them."""

    actor_key: str
    actor_name: str = ERASED


class Forgetting:
    """What a room does when a person goes. ``copy``: what it tells that person about them."""

    key = ""
    #: Table → columns that are looked through by nobody: registered names of bodies, which the law makes public.
    keeps: ClassVar[dict[str, tuple[str, ...]]] = {}

    def hinders(self, person: Person, on: date) -> list[str]:
        """Why the person can't be erased yet, and what to do about it, as sentences."""
        return []

    def own(self, person: Person) -> Iterable[models.Model]:
        """The room's records that are this person's alone."""
        return ()

    def forget(self, leaver: Leaver, at: datetime) -> None:
        """Take the person's own words out of this room; names elsewhere are taken out afterwards, for every room alike."""

    def copy(self, person: Person) -> dict[str, list[dict]]:
        """Heading → lines, each a label → value, as the person may read them."""
        return {}


FORGETTING: Registry[Forgetting] = Registry("forgetting")


def forgets(kind: type[Forgetting]) -> type[Forgetting]:
    """Class decorator: registers what a room forgets."""
    FORGETTING.add(kind.key, kind())
    return kind


def hindrances(person: Person, on: date) -> list[str]:
    """Everything that must be settled before a person can be erased."""
    found = []
    running = open_roles(person, on).filter(verified_at__isnull=False)
    if running.exists():
        where = "、".join(sorted({f"{m.park.name}（{m.organisation.name}）" for m in running}))
        found.append(f"账号仍有角色：{where}。请先辞去或由单位收回；是单位唯一负责人的，请先由他人接任。")
    if person.installs and not Person.objects.filter(installs=True, is_active=True).exclude(pk=person.pk).exists():
        found.append("这是最后一位系统管理员，请先指定另一位。")
    for one in FORGETTING:
        found += one.hinders(person, on)
    return found


@verb("accounts.person.erase", "应本人要求删除了个人信息")
def erase_person(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, person: Person, basis: str = "", park: Park | None = None
) -> Person:  # fmt: skip
    """Erase a person: by themselves, or by an officer on a written request, whose ``basis`` says how it was checked.

    A System actor does again what a restored backup has undone, whatever stands in the way.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.erased_at is not None:
        raise Conflict("此人的个人信息已经删除，无需再次操作。")
    own = isinstance(actor, Person) and actor.pk == person.pk
    if own:
        basis = "本人在“我的账号”中提出"
        deed.actor = _Unnamed(person.actor_key)
    elif isinstance(actor, Person):
        _on_request(actor, person, park, at)
        basis = grounds(basis, "请写明书面申请的日期和身份核验方式，例如“2026年3月2日书面申请，核对居民身份证原件”", most=200)
    else:
        basis = "备份恢复后重新删除"
    if isinstance(actor, Person):
        hindered = hindrances(person, at.date())
        if hindered:
            raise Refused("还不能删除：" + "".join(hindered))
    leaver = Leaver(person, _traces(person))
    basis = leaver.traces.out_of(basis)
    for one in FORGETTING:
        leaver.own |= {(record.subject_type, str(record.pk)) for record in one.own(person)}  # type: ignore[attr-defined]
    for one in FORGETTING:
        one.forget(leaver, at)
    doubtful = _scrub(leaver)
    _forget_in_trail(leaver, deed.actor, at, key, basis)
    person.name, person.mobile, person.email, person.last_login = leaver.traces.pseudonym, None, None, None
    person.is_active, person.installs, person.erased_at = False, False, at
    person.set_unusable_password()
    person.save()
    Erasure.objects.create(person=person, at=at, by="self" if own else "officer", basis=basis, doubtful=doubtful)
    deed.record(person, park=park.pk if park else None, basis=basis, doubtful=doubtful)
    return person


@verb("accounts.person.copy", "下载了本人的个人信息")
def take_copy(deed: Deed, *, actor: Person, at: datetime, key: str, person: Person) -> Person:
    """The person takes a copy of what is kept about them (``own_data``): a deed, since whoever has it has everything."""
    if actor.pk != person.pk:
        raise NotAllowed("只能由本人下载。")
    deed.record(person, park=None)
    return person


def _on_request(actor: Person, person: Person, park: Park | None, at: datetime) -> None:
    if park is None:
        raise NotAllowed("只能由本人，或由园区工作人员凭书面申请办理。")
    require(actor, permissions.PEOPLE_ERASE, park.pk, at.date())
    reason = may_vouch(actor, person, park, at.date())
    if reason:
        raise NotAllowed(reason)


def _traces(person: Person) -> Traces:
    """Names and keys that the house has known the person by: today's, those in the trail, those they were invited under."""
    invited = Invitation.objects.filter(accepted_by=person)
    called = Entry.objects.filter(actor=person.actor_key).exclude(actor_name=ERASED)
    names = {person.name, *called.values_list("actor_name", flat=True).distinct(), *invited.values_list("name", flat=True)}
    keys = {person.mobile, person.email, *invited.values_list("mobile", flat=True), *invited.values_list("email", flat=True)}
    names = {" ".join(name.split()) for name in names if name}
    return Traces(tuple(sorted(n for n in names if len(n) > 1)), tuple(sorted(filter(None, keys))), f"{ERASED}{person.pk}")


# ---------------------------------------------------------------- every table


def _scrub(leaver: Leaver) -> dict[str, int]:
    """Take names and keys out of every text of every table. Returns where somebody of the same name was left alone."""
    doubtful = {}
    for model in apps.get_models():
        meta = model._meta
        if meta.managed and not meta.proxy and meta.app_label != "trail" and model is not Person:
            left = _scrub_table(model, leaver)
            if left:
                doubtful[meta.label] = left
    return doubtful


def _worded(model: type[models.Model]) -> list[models.Field]:
    """Columns that people's words may stand in."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    kept = {name for one in FORGETTING for name in one.keeps.get(model._meta.label, ())}
    return [
        f
        for f in model._meta.concrete_fields
        if isinstance(f, kinds) and not f.primary_key and not f.choices and f.name not in kept
    ]


def _scrub_table(model: type[models.Model], leaver: Leaver) -> int:
    fields = _worded(model)
    if not fields:
        return 0
    rows, traces = list(_matching(model._base_manager.all(), fields, leaver.traces)), leaver.traces
    if not rows:
        return 0
    near = _near(model, leaver.person, [row.pk for row in rows])
    shared = any(traces.is_called(getattr(row, f.attname)) for row in rows if row.pk not in near for f in fields)
    changed, left = [], 0
    for row in rows:
        values = [getattr(row, f.attname) for f in fields]
        mine = row.pk in near or any(map(traces.has_key, values))
        if mine or (not shared and any(map(traces.has_distinctive, values))):
            changed.append((row, {f.attname: _without(f, v, traces) for f, v in zip(fields, values, strict=True)}))
        else:
            left += 1
    if changed:
        with unguarded(model):
            for row, values in changed:
                model._base_manager.filter(pk=row.pk).update(**values)
    return left


def _without(column: models.Field, value: object, traces: Traces) -> object:
    """What stands in the column afterwards; never longer than it may be."""
    clean = traces.out_of(value, blank=column.blank)
    return clean[: column.max_length] if isinstance(clean, str) and column.max_length else clean


def scrub_frozen(model: type[models.Model], digested: dict[str, str], leaver: Leaver) -> None:
    """The same for texts that stand under a digest: {column → column of its digest}. What is reckoned anew gives the new one."""
    for row in _matching(model._base_manager.all(), [model._meta.get_field(name) for name in digested], leaver.traces):
        texts = {name: leaver.traces.out_of(getattr(row, name)) for name in digested}
        with unguarded(model):
            model._base_manager.filter(pk=row.pk).update(
                **texts, **{digested[name]: frozen_digest(text) for name, text in texts.items()}
            )


def _matching(rows: models.QuerySet, fields: list[models.Field], traces: Traces) -> Iterator[models.Model]:
    """Rows in which a name or key may stand: looked for by the database, JSON as it is stored."""
    casts = {f"as_{f.name}": Cast(f.name, models.TextField()) for f in fields if isinstance(f, models.JSONField)}
    wanted = []
    for f in fields:
        for word in (*traces.names, *traces.spellings):
            found = as_stored(word) if f"as_{f.name}" in casts else (word,)
            column = f"as_{f.name}" if f"as_{f.name}" in casts else f.name
            wanted += [Q(**{f"{column}__icontains": one}) for one in found]
    yield from rows.annotate(**casts).filter(reduce(or_, wanted)).iterator(chunk_size=500) if wanted else ()


#: As far as a record may stand from a person and still have to do with them: a follow-up of a rating of their request.
STEPS = 3


def _near(model: type[models.Model], person: Person, pks: list) -> set:
    """Those of the rows that have to do with the person: that point at them, or at an institution they acted for, or that they
    did, by the key of the actor."""
    kind = OrganisationKind.INSTITUTION
    bodies = set(Membership.objects.filter(person=person, organisation__kind=kind).values_list("organisation_id", flat=True))
    ways = [Q(**{way: person.pk}) for way in _ways(model, Person, STEPS)]
    if bodies:
        ways += [Q(**{f"{way}__in": bodies}) for way in _ways(model, Organisation, 2)]
    named = {f.name for f in model._meta.concrete_fields}
    ways += [Q(**{n.removesuffix("_name"): person.actor_key}) for n in named if n.endswith("_name") and n[:-5] in named]
    found: set = set()
    for way in ways:
        for start in range(0, len(pks), 500):
            found |= set(model._base_manager.filter(way, pk__in=pks[start : start + 500]).values_list("pk", flat=True))
    return found


def _ways(model: type[models.Model], to: type[models.Model], steps: int, before: str = "") -> Iterator[str]:
    """The lookups along which rows of a model reach a row of another, in so many steps."""
    for f in model._meta.concrete_fields:
        if f.is_relation and f.related_model is not None:
            if f.related_model is to:
                yield f"{before}{f.name}"
            elif steps > 1 and f.related_model is not model:
                yield from _ways(f.related_model, to, steps - 1, f"{before}{f.name}__")


# ---------------------------------------------------------------- the trail

#: What a person does to their own account: their reasons go with them.
ABOUT_ONESELF = ("person", "membership", "consent", "authorisation", "code")


def _forget_in_trail(leaver: Leaver, actor: Actor, at: datetime, key: str, basis: str) -> None:
    """Erase what the trail tells of the person: details that hold names, keys, or words of their own, and how they were called."""
    mine = Entry.objects.filter(actor=leaver.person.actor_key)
    gone = set(mine.filter(subject_type__in=ABOUT_ONESELF).values_list("pk", flat=True))
    gone |= set(Entry.objects.filter(subject_type="person", subject_id=str(leaver.person.pk)).values_list("pk", flat=True))
    for of, pk in leaver.own:
        gone |= set(Entry.objects.filter(subject_type=of, subject_id=pk).values_list("pk", flat=True))
    body = [f for f in Payload._meta.concrete_fields if f.name == "body"]
    rows = {row.pk: row.body for row in _matching(Payload._base_manager.all(), body, leaver.traces) if row.pk not in gone}
    entries = Entry.objects.in_bulk(list(rows))
    near = _near_entries(entries.values(), leaver.person)
    shared = any(leaver.traces.is_called(told) for pk, told in rows.items() if pk not in near)
    for pk, told in rows.items():
        if pk in near or leaver.traces.has_key(told) or (not shared and leaver.traces.has_distinctive(told)):
            gone.add(pk)
    kept = set(Entry.objects.filter(verb="trail.erase", pk__in=gone).values_list("pk", flat=True))
    erase(
        actor=actor, at=at, key=f"{key}#trail"[:120], subject=leaver.person, basis=basis, entries=gone - kept,
        called=leaver.person.actor_key,
    )  # fmt: skip


def _near_entries(entries: Iterable[Entry], person: Person) -> set[int]:
    found, by_type = set(), {}
    for entry in entries:
        if entry.actor == person.actor_key:
            found.add(entry.pk)
        by_type.setdefault(entry.subject_type, {}).setdefault(entry.subject_id, []).append(entry.pk)
    for of, ids in by_type.items():
        known = SUBJECTS.find(of)
        if known is not None:
            model = apps.get_model(known.model)
            for pk in _near(model, person, [i for i in ids if i.isdecimal()]):
                found |= set(ids.get(str(pk), ()))
    return found


# ---------------------------------------------------------------- what accounts itself keeps


@forgets
class AccountsForget(Forgetting):
    key = "accounts"
    keeps: ClassVar = {"accounts.Organisation": ("name",), "accounts.Park": ("name",)}

    def own(self, person: Person) -> Iterable[models.Model]:
        return list(person.authorisations.all())

    def forget(self, leaver: Leaver, at: datetime) -> None:
        person = leaver.person
        end_sessions(person=person, at=at)
        for mine in (Draft, SavedView, SignIn):
            mine.objects.filter(person=person).delete()
        OneTimeCode.objects.filter(person=person).delete()
        Authenticator.objects.filter(user=person).delete()
        EmailAddress.objects.filter(user=person).delete()
        Consent.objects.filter(person=person, withdrawn_at=None).update(withdrawn_at=at)
        person.authorisations.update(scope=GONE)

    def copy(self, person: Person) -> dict[str, list[dict]]:
        roles = Membership.objects.filter(person=person).select_related("organisation", "park").order_by("pk")
        return {
            "账号": [{"姓名": person.name, "手机号": person.mobile, "电子邮箱": person.email, "注册时间": person.created_at}],
            "角色": [
                {"园区": m.park.name, "单位": m.organisation.name, "角色": m.role, "自": m.since, "至": m.until} for m in roles
            ],
            "授权委托书": [
                {"单位": a.organisation.name, "委托事项": a.scope, "自": a.valid_from, "至": a.valid_to}
                for a in person.authorisations.select_related("organisation")
            ],
            "同意": [
                {"事项": c.purpose, "版本": c.version, "同意时间": c.given_at, "撤回时间": c.withdrawn_at}
                for c in person.consents.order_by("pk")
            ],
            "登录": [
                {"时间": s.began_at, "方式": s.get_means_display(), "网络地址": s.address, "设备": s.agent}
                for s in person.sign_ins.order_by("pk")
            ],
            "草稿": [{"表单": d.form, "内容": d.body, "保存时间": d.saved_at} for d in person.drafts.order_by("pk")],
            "视图": [{"列表": v.list, "名称": v.name, "条件": v.query} for v in person.saved_views.order_by("pk")],
        }  # fmt: skip


def own_data(person: Person) -> dict[str, list[dict]]:
    """Everything the house keeps about a person, as they may read it, room by room (PIPL art. 45)."""
    found: dict[str, list[dict]] = {}
    for one in FORGETTING:
        found |= {heading: lines for heading, lines in one.copy(person).items() if lines}
    return found


# ---------------------------------------------------------------- what lies below the tables, and backups


def finish(at: datetime) -> int:
    """After erasures: note whom a restored backup must be erased of again, and write the pages of the database anew.

    Returns how many erasures it finished. Nobody writes meanwhile, so the tick does it at night."""
    waiting = Erasure.objects.filter(wiped_at=None)
    uids = [str(uid) for uid in waiting.order_by("pk").values_list("person__uid", flat=True)]
    if not uids:
        return 0
    _note(uids)
    wipe_pages()
    return waiting.filter(person__uid__in=uids).update(wiped_at=at)


def erase_again(at: datetime) -> int:
    """After a backup was restored: erase everybody who had been erased since it was made. Returns how many."""
    again = Person.objects.filter(uid__in=noted(), erased_at=None).order_by("pk")
    for person in again:
        erase_person(actor=System("restore", "备份恢复"), at=at, key=f"again:{person.uid}", person=person)
    return len(again)


def noted() -> set[str]:
    """Who has been erased, by the number that stands for nobody: kept in a file beside the database, not in it."""
    return set(_notes().read_text().split()) if _notes().exists() else set()


def _notes() -> Path:
    return Path(settings.HOME) / "erased"


def _note(uids: list[str]) -> None:
    known = noted()
    handle = os.open(_notes(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w") as file:
        file.writelines(f"{uid}\n" for uid in uids if uid not in known)
        file.flush()
        os.fsync(file.fileno())


def wipe_pages() -> None:
    """SQLite zeroes what it frees (secure_delete), but its log holds old pages until it is emptied; PostgreSQL leaves old
    versions of rows, and samples of values, until a table is written anew. Backups and PostgreSQL's log end by themselves
    (docs/operating.md)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute("ANALYZE")
            _remove_old_rows(cursor)
            cursor.execute("VACUUM FULL")


#: So long somebody may hold old versions of rows; then the erasure stays unfinished until the next night.
PATIENCE = 60
#: Tables with versions of rows that are dead and still there, their long values too; and the samples of values.
_DEAD = """SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relpersistence = 'p'
    AND (oid = 'pg_statistic'::regclass OR relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace))
    AND pg_stat_get_dead_tuples(oid) + pg_stat_get_dead_tuples(reltoastrelid) > 0"""


def _remove_old_rows(cursor: Any) -> None:
    """``VACUUM FULL`` alone copies old rows along while anybody on the server writes, in whatever database: its own view of the
    data begins with the oldest of them. ``VACUUM`` heeds this database only, and is done again where somebody could still look.
    """
    until, tables = time.monotonic() + PATIENCE, [""]
    while True:
        cursor.execute(f"VACUUM {', '.join(tables)}")
        cursor.execute(_DEAD)
        dead = {name for (name,) in cursor.fetchall()}
        # One that was clean once is done: what died in it since is not what was erased.
        tables = sorted(dead if tables == [""] else dead & set(tables))
        if not tables:
            return
        if time.monotonic() > until:
            raise Conflict("数据库中还有未结束的读写，旧数据页暂时不能清除；将在下一次空闲时再试。")
        time.sleep(0.2)
