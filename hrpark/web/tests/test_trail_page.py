"""操作记录: who may read it, what it shows, that it is searched and narrowed, and how the chain stands."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from hrpark.institutions.samples import make_institution
from hrpark.returns.models import DeclaredFigure
from hrpark.returns.queries import park_form
from hrpark.returns.samples import make_declaration, verify_all
from hrpark.trail.actions import seal
from hrpark.trail.models import Entry
from hrpark.trail.queries import chain_of, entries_of, named
from hrpark.web.desk.trail import _subject, _what

pytestmark = pytest.mark.django_db


def read(client, who, query="", status=200):
    client.force_login(who)
    response = client.get(f"/desk/huangpu/trail/{query}")
    assert response.status_code == status
    return response.content.decode()


def test_the_director_reads_what_was_done_to_what_by_whom(client, cast, at):
    make_institution(at=at, park=cast.huangpu, name="广州黄埔独有人力资源有限公司")
    make_institution(at=at, park=cast.tianhe, name="广州天河独有人力资源有限公司")
    text = read(client, cast.director)
    assert "建立了机构档案" in text and "机构：广州黄埔独有人力资源有限公司" in text and "样例" in text
    assert "天河独有" not in text


def test_an_officer_an_authority_and_a_neighbour_do_not_read_it(client, cast):
    read(client, cast.officer, status=403)
    for who in (cast.supervisor, cast.qihang_representative, cast.tianhe_director, cast.stranger):
        read(client, who, status=404)


def test_it_narrows_by_person_verb_and_days(client, cast, at):
    make_institution(at=at, park=cast.huangpu, name="广州黄埔独有人力资源有限公司")
    for query, there in {
        "?what=institutions.add": True,
        "?what=accounts.role.grant": False,
        f"?who=person:{cast.director.pk}": False,
        "?at.from=2026-03-02&at.to=2026-03-02": True,
        "?at.from=2026-03-03": False,
        "?q=样例": True,
    }.items():
        assert ("广州黄埔独有人力资源有限公司" in read(client, cast.director, query)) == there, query


@pytest.mark.parametrize("odd", ["?who=person:x", "?what=nothing", "?at.from=never", "?page=0", "?sort=what", "?q=%00"])
def test_an_odd_address_is_answered(client, cast, odd):
    read(client, cast.director, odd)


def test_it_goes_out_as_a_workbook_with_what_is_shown(client, cast):
    client.force_login(cast.director)
    response = client.post("/desk/huangpu/trail/", {"deed_key": "take"})
    assert response.status_code == 200 and "spreadsheet" in response["Content-Type"]
    assert "操作记录，筛选：无，" in read(client, cast.director, "?what=sheets.export")


#: A word of the program: lower case, with an underscore or a key of Table 1.
CODE_NAME = re.compile(r"\b[a-z]+_[a-z_]+\b|T1\.\d\d\.[a-z_]+")


def test_no_name_of_the_program_stands_where_people_read(client, cast, at):
    """Every measure declared and verified; every measure's page and the trail that tells of it."""
    make_declaration(cast.huangpu, 2025, {asked.key: "1" for asked in park_form()}, at=at)
    verify_all(cast.huangpu, 2025, at=at)
    path = "/desk/huangpu/returns/figures/{}/"
    figures = DeclaredFigure.objects.filter(park=cast.huangpu)
    pages = [read(client, cast.director, "?size=200"), *(client.get(path.format(f.pk)).content.decode() for f in figures)]
    assert figures.count() > 10
    for page in pages:
        words = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", page, flags=re.S)
        assert CODE_NAME.findall(words) == []


def test_what_the_house_no_longer_has_is_said_in_words(cast, at):
    assert _what("gone.verb") == "已不再使用的操作" and "gone_type" not in _subject("gone_type", "1", "huangpu")


def test_the_chain_says_what_is_sealed_and_what_waits(client, cast, at):
    assert "尚未封存" in read(client, cast.director)
    seal()
    make_institution(at=at, park=cast.huangpu)
    text = read(client, cast.director)
    chain = chain_of(cast.huangpu.pk)
    assert "封存链完整" in text and chain.head in text
    assert chain.unsealed == entries_of(cast.huangpu.pk).count() - chain.sealed > 0
    assert f"<b>{chain.sealed}</b>" in text


def test_a_changed_entry_among_the_newest_is_told(client, cast):
    seal()
    entry = Entry.objects.filter(park_id=cast.huangpu.pk).order_by("-pk").first()
    _behind_the_guard(entry, "actor_name", "别人")
    chain = chain_of(cast.huangpu.pk)
    assert len(chain.broken) == 1
    assert "封存链对不上" in read(client, cast.director)


def test_only_the_newest_links_are_looked_at(cast):
    seal()
    oldest = Entry.objects.filter(park_id=cast.huangpu.pk).order_by("pk").first()
    _behind_the_guard(oldest, "actor_name", "别人")
    assert chain_of(cast.huangpu.pk, links=2).broken == () and chain_of(cast.huangpu.pk, links=2).looked_at == 2
    assert chain_of(cast.huangpu.pk).broken


def _behind_the_guard(entry, column, value):
    """Somebody with the database in hand changes a line: the guard is taken away and put back."""
    table = Entry._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, entry.pk])
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        guards = cursor.fetchall()
        for name, _ in guards:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, entry.pk])
        for _, sql in guards:
            cursor.execute(sql)


def test_names_are_read_for_types_that_have_one(cast, at):
    one = make_institution(at=at, park=cast.huangpu)
    asked = [("institution", str(one.pk)), ("membership", "1"), ("no-such-type", "1"), ("person", "999999")]
    assert named(asked) == {("institution", str(one.pk)): one.name}
