"""The trail: a deed happens once, leaves its line, and its seal shows every change."""

import importlib

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from hrpark.accounts.actions import add_organisation, add_park
from hrpark.accounts.models import Park
from hrpark.trail import actions, queries
from hrpark.trail.kinds import System
from hrpark.trail.models import Entry, Payload, Seal

pytestmark = pytest.mark.django_db
TICK = System("tick")


def open_park(at, key="k1", slug="huangpu"):
    return add_park(actor=TICK, at=at, key=key, name=f"园区 {slug}", slug=slug)


def test_the_same_key_does_it_once(at):
    first = open_park(at)
    again = open_park(at)
    assert first.pk == again.pk
    assert Park.objects.count() == 1
    assert Entry.objects.filter(verb="accounts.park.add").count() == 1


def test_another_key_does_it_again(at):
    open_park(at, "k1", "park-a")
    open_park(at, "k2", "park-b")
    assert Park.objects.count() == 2


def test_a_timeline_tells_who_what_and_when(at):
    park = open_park(at)
    (line,) = queries.timeline("park", park.pk)
    assert (line.who, line.what, line.at) == ("系统", "开通了园区", at)


def test_the_database_refuses_to_change_or_remove_an_entry(at):
    open_park(at)
    for statement in (
        "UPDATE trail_entry SET actor_name = 'x'",
        "DELETE FROM trail_entry",
        "UPDATE trail_payload SET body = '{}'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Entry.objects.get().actor_name == "系统"


def test_a_sealed_chain_verifies_and_reports_its_unsealed_tail(at):
    park = open_park(at, "k1", "park-a")
    assert actions.seal() == 1
    assert actions.seal() == 0
    open_park(at, "k2", "park-b")
    checks = {c.park_id: c for c in queries.verify()}
    assert checks[park.pk].sealed == 1 and not checks[park.pk].broken
    assert sum(c.unsealed for c in checks.values()) == 1


def test_erasing_leaves_the_chain_whole_and_says_so(at):
    park = open_park(at)
    actions.seal()
    entry = Entry.objects.get()
    actions.erase(
        actor=System("house"), at=at, key="e1", subject=park, park=park.pk, basis="第四十七条", entries=[entry.pk], called="system:tick"
    )  # fmt: skip
    actions.seal()
    (check,) = queries.verify()
    assert check.erased == 1 and not check.broken
    told = [(line.what, line.who, line.data and line.data["basis"]) for line in queries.timeline("park", park.pk)]
    assert told == [("删除了个人信息", "系统", "第四十七条"), ("开通了园区", "已注销用户", None)]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE trail_entry SET actor_name = 'x'")  # the guard is back


@pytest.mark.parametrize("sql", ["DELETE FROM trail_payload", "UPDATE trail_entry SET actor_name = 'x', actor_salt = ''"])
def test_what_goes_without_an_erasure_is_found(at, sql):
    open_park(at)
    actions.seal()
    with transaction.atomic(), actions.unguarded(Entry), connection.cursor() as cursor:
        cursor.execute(sql)
    (check,) = queries.verify()
    assert "no erasure says so" in check.broken[0]


def test_the_migration_seals_anew_what_held_and_nothing_else(at):
    move = importlib.import_module("hrpark.trail.migrations.0003_names_apart")
    for n in range(4):
        add_organisation(actor=TICK, at=at, key=f"k{n}", kind="institution", name=f"机构{n}")
    actions.seal()
    with transaction.atomic(), actions.unguarded(Entry), actions.unguarded(Seal):
        previous = b""
        for seal in Seal.objects.order_by("seq"):
            entry = Entry.objects.get(pk=seal.entry_id)
            seal.digest = previous = move.link(previous, seal.seq, entry, entry.actor_name)  # as it was before
            seal.save()
        third = Seal.objects.get(seq=3)
        Entry.objects.filter(pk=third.entry_id).update(actor_name="别人")
        move.cover(apps, None)
    (check,) = queries.verify()
    assert [line for line in check.broken] == [f"entry {third.entry_id} (accounts.organisation.add) does not match its seal"]


def test_a_forged_payload_is_found(at):
    open_park(at)
    actions.seal()
    entry = Entry.objects.get()
    Payload.objects.filter(pk=entry.pk).delete()
    Payload.objects.create(entry_id=entry.pk, salt=b"0" * 16, body={"name": "别的"})
    (check,) = queries.verify()
    assert "payload" in check.broken[0]


def test_a_forged_seal_is_found(at):
    open_park(at)
    entry = Entry.objects.get()
    Seal.objects.create(park_id=entry.park_id, seq=1, entry_id=entry.pk, digest=b"1" * 32)
    (check,) = queries.verify()
    assert "does not match" in check.broken[0]


def test_many_subjects_of_one_deed_get_a_line_each_in_few_statements(at, django_assert_max_num_queries):
    parks = [open_park(at, f"k{n}", f"p{n}") for n in range(30)]
    deed = actions.Deed("accounts.park.add", TICK, at, "many")
    with django_assert_max_num_queries(4), transaction.atomic():
        assert deed.also_many(((park, {"row": n}) for n, park in enumerate(parks)), park=None) == 30
    assert queries.timeline("park", parks[7].pk)[0].data == {"row": 7}
    actions.seal()
    assert not any(check.broken for check in queries.verify())
