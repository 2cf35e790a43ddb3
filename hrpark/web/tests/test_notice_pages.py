"""A person's notices: their own, read one by one or all at once, counted on the bell by one query."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hrpark.accounts import samples
from hrpark.notices.models import Notice
from hrpark.notices.samples import make_notice
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def notice(cast, at):
    return make_notice(cast.officer, cast.officer, at=at, park=cast.huangpu, what="入驻申请", link="/desk/huangpu/", until=at)


def test_a_notice_says_what_happened_what_to_do_and_until_when(client, cast, notice):
    client.force_login(cast.officer)
    text = client.get("/account/notices/").content.decode()
    for line in (notice.title, *notice.body.split("\n"), "1 条未读", "2026-03-02", "去办理"):
        assert line in text


def test_nobody_sees_another_s_notices(client, cast, notice):
    client.force_login(cast.director)
    assert notice.title not in client.get("/account/notices/").content.decode()
    assert client.post(f"/account/notices/{notice.pk}/").status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_opening_one_marks_it_read_and_goes_on(client, cast, notice):
    client.force_login(cast.officer)
    for _ in range(2):
        assert client.post(f"/account/notices/{notice.pk}/")["Location"] == "/desk/huangpu/"
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert notice.title not in client.get("/account/notices/?unread=1").content.decode()


def test_all_are_marked_read_at_once_and_only_one_s_own(client, cast, notice, at):
    other = make_notice(cast.director, cast.director, at=at)
    client.force_login(cast.officer)
    client.post("/account/notices/read/")
    assert Notice.objects.get(pk=notice.pk).read_at and Notice.objects.get(pk=other.pk).read_at is None


def test_the_link_of_a_mail_leads_to_what_it_is_about_after_signing_in_and_changes_nothing(client, cast, notice, at):
    path = f"/account/notices/{notice.pk}/"
    assert client.get(path)["Location"] == f"/account/login/?next={path}"
    client.force_login(cast.director)
    assert client.get(path).status_code == 404
    client.force_login(cast.officer)
    assert client.get(path)["Location"] == "/desk/huangpu/"
    notice.refresh_from_db()
    assert notice.read_at is None
    plain = make_notice(cast.officer, cast.director, at=at)
    assert client.get(f"/account/notices/{plain.pk}/")["Location"] == "/account/notices/"


@pytest.mark.parametrize("path", ["read/"])
def test_reading_changes_nothing_by_a_mere_link(client, cast, notice, path):
    client.force_login(cast.officer)
    assert client.get(f"/account/notices/{path.format(notice.pk)}").status_code == 405
    notice.refresh_from_db()
    assert notice.read_at is None


def test_without_signing_in_there_are_none(client, notice):
    assert client.get("/account/notices/")["Location"].startswith("/account/login/")


@pytest.mark.parametrize("odd", ["?unread=2", "?page=", "?page=1"])
def test_an_odd_address_is_answered(client, cast, notice, odd):
    client.force_login(cast.officer)
    assert client.get(f"/account/notices/{odd}").status_code == 200


def test_the_bell_costs_one_query_and_nothing_for_visitors(client, cast, notice):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get("/standard/")
    assert not [q for q in asked if "notices_notice" in q["sql"]]
    client.force_login(cast.officer)
    with CaptureQueriesContext(connection) as asked:
        text = client.get("/standard/").content.decode()
    assert len([q for q in asked if "notices_notice" in q["sql"]]) == 1
    assert '<span class="dot">1' in text


def test_many_notices_are_read_page_by_page(client, cast, at):
    for n in range(35):
        make_notice(cast.officer, samples.make_park(at=at), at=at, what=f"第{n:02d}件申请")
    client.force_login(cast.officer)
    first, second = (client.get(f"/account/notices/?page={n}").content.decode() for n in (1, 2))
    for odd in ("x", "0", "-1", "3", "9" * 40, "9" * 5000):
        assert "没有所要的那一页" in client.get(f"/account/notices/?page={odd}").content.decode(), odd[:40]
    assert "没有所要的" not in first + second
    assert "第34件申请" in first and "第00件申请" not in first and "第00件申请" in second
