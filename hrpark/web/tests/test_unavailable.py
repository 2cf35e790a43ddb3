"""The database is full, locked for longer than anybody waits, or away: a page says so, and what was typed is not lost."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from hrpark.accounts import samples
from hrpark.accounts.models import Person
from hrpark.web import clock
from tests.processes import Process
from tests.scenarios.faults import Fault

NAME = "周启明 又名启明"


def fields_of(page):
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))


@pytest.mark.django_db
def test_what_was_typed_comes_back_with_a_button_that_hands_it_in_once():
    person = samples.cast(clock.now()).qihang_clerk
    client = Client(raise_request_exception=False)
    client.force_login(person)
    url = reverse("account-edit")
    given = {"deed_key": "k1", "name": NAME, "mobile": person.mobile, "email": "", "password_current": samples.PASSWORD}
    with connection.execute_wrapper(Fault(fails='UPDATE "accounts_person"')):
        refused = client.post(url, given)
    page = refused.content.decode()
    assert refused.status_code == 503 and refused["Retry-After"] == "30"
    assert "没有保存" in page and NAME in page and samples.PASSWORD not in page
    again = {k: v for k, v in fields_of(page).items() if k != "csrfmiddlewaretoken"}
    assert again["deed_key"] == "k1" and again["name"] == NAME
    assert client.post(url, {**again, "password_current": samples.PASSWORD}).status_code == 302
    assert Person.objects.get(pk=person.pk).name == NAME


TRY = """
    import django; django.setup()
    import json, os, sqlite3
    import psycopg
    from django.db import connection
    from django.test import Client
    from hrpark.accounts import samples
    from hrpark.accounts.models import Draft
    from hrpark.web import clock
    person = samples.cast(clock.now()).qihang_clerk
    client = Client(raise_request_exception=False)
    client.force_login(person)
    said, sqlite, name = "说明" * 4000, connection.vendor == "sqlite", connection.settings_dict["NAME"]
    def hand_in():
        return client.post("/p/huangpu/requests/new/general/", {"deed_key": "k", "_draft": "keep", "what": said})
    def told(answer):
        page = answer.content.decode()
        return [answer.status_code, "没有保存" in page, said in page, "存储空间不足" in page]
    found = {}
    with connection.cursor() as cursor:
        if sqlite:
            pages = cursor.execute("PRAGMA page_count").fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages}")
            found["full"] = [*told(hand_in()), Draft.objects.count()]
            cursor.execute("PRAGMA max_page_count = 1000000")
        cursor.execute("PRAGMA busy_timeout = 100" if sqlite else "SET lock_timeout = 100")
    if sqlite:
        other = sqlite3.connect(name, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        other = psycopg.connect(os.environ["HRPARK_DATABASE"])
        other.execute("LOCK TABLE accounts_draft")
    found["locked"] = told(hand_in())
    other.rollback() if not sqlite else other.execute("ROLLBACK")
    print(json.dumps(found | {"then": [hand_in().status_code, Draft.objects.count()]}))
"""


def test_a_database_that_is_full_or_locked_says_so_and_goes_on_afterwards(own_database):
    found = Process(own_database, code=TRY).answer()
    if own_database["HRPARK_DATABASE"].startswith("sqlite"):
        assert found.pop("full") == [503, True, True, True, 0]
    assert found == {"locked": [503, True, True, False], "then": [302, 1]}
