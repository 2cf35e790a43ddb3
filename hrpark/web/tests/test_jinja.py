"""What filters write, as LOOK.md says: dates, numbers, money, — for none."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.template import engines
from django.test import RequestFactory
from markupsafe import Markup

from hrpark.web import jinja
from hrpark.web.filters import Option


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (jinja.day, date(2026, 11, 23), "2026年11月23日"),
        (jinja.isodate, date(2026, 3, 2), "2026-03-02"),
        (jinja.weekday, date(2026, 3, 2), "周一"),
        (jinja.moment, datetime(2026, 3, 1, 20, 30, tzinfo=UTC), "2026-03-02 04:30"),
        (jinja.isodate, datetime(2026, 3, 1, 20, 30, tzinfo=UTC), "2026-03-02"),
        (jinja.number, 1234567, "1,234,567"),
        (jinja.number, Decimal("326.50"), "326.5"),
        (jinja.number, 0, "0"),
        (jinja.money, Decimal("1234567.885"), "1,234,567.89"),
        (jinja.money, 0.125, "0.13"),
        (jinja.yuan, 12, "12.00 元"),
        (jinja.wan, Decimal("21463825"), "2,146.38 万元"),
        (jinja.percent, 0.4567, "45.7%"),
        (jinja.percent, Decimal("0.0005"), "0.1%"),
        (jinja.change, 0.457, "+45.7%"),
        (jinja.change, -0.0312, "−3.1%"),
        (jinja.change, 0, "0.0%"),
        (jinja.size, 500, "1 KB"),
        (jinja.size, 20 * 1024 * 1024, "20 MB"),
        (jinja.dash, "", "—"),
        (jinja.dash, 0, 0),
    ],
)
def test_values_are_written_as_people_here_write_them(write, value, text):
    assert write(value) == text


@pytest.mark.parametrize(
    "name", ["day", "weekday", "isodate", "moment", "number", "money", "yuan", "wan", "percent", "change", "size", "dash"]
)
def test_none_is_a_dash_and_never_zero(name):
    assert jinja.FILTERS[name](None) == "—"


def test_a_deadline_counts_working_days_over_a_weekend_and_says_so():
    friday = date(2026, 3, 6)
    assert jinja.days_left(date(2026, 3, 9), friday) == "还剩 1 个工作日"
    assert jinja.days_left(date(2026, 3, 8), friday) == "还剩不到 1 个工作日"
    assert jinja.days_left(friday, friday) == "今天到期"
    assert jinja.days_left(date(2026, 3, 4), friday) == "已逾期 2 个工作日"
    assert jinja.days_left(date(2026, 5, 31), friday, natural=True) == "还剩 86 天"


def test_urgency_follows_the_days_that_are_left():
    monday = date(2026, 3, 2)
    states = [jinja.urgency(day, monday) for day in (None, date(2026, 3, 1), monday, date(2026, 3, 5), date(2026, 3, 6))]
    assert states == ["off", "late", "soon", "soon", "waiting"]


def test_every_icon_is_known_and_an_unknown_one_stops_the_page():
    assert 'href="' in jinja.icon("bell")
    assert 'aria-label="通知"' in jinja.icon("bell", "通知")
    with pytest.raises(LookupError):
        jinja.icon("no-such-icon")


def test_json_in_a_page_cannot_end_its_script():
    text = jinja.as_json({"name": "</script><script>alert(1)</script>&"})
    assert "<" not in text and "&" not in text
    assert json.loads(text)["name"] == "</script><script>alert(1)</script>&"


def test_a_query_is_changed_without_losing_the_rest():
    given = QueryDict("a=1&b=2&b=3")
    assert jinja.with_query(given, a=None) == "?b=2&b=3"
    assert jinja.with_query(given, b=["9"], c=4) == "?a=1&b=9&c=4"


def test_looks_are_read_from_a_cookie_and_nothing_else_comes_through():
    request = RequestFactory().get("/")
    request.COOKIES["look"] = 'care.evil".compact'
    assert jinja.looks(request) == {"care", "compact"}


def test_a_built_asset_is_found_by_the_name_of_its_source(tmp_path, monkeypatch):
    monkeypatch.setattr(jinja, "BUILD", tmp_path)
    monkeypatch.setattr(jinja, "BUILT", jinja.Build())
    assert jinja.asset("app.js") == "/static/assets/app.js"
    (tmp_path / "manifest.json").write_text('{"frontend/app.js": {"file": "assets/app-DrOWKnJK.js"}}')
    jinja.BUILT.looked = 0
    assert jinja.asset("app.js") == "/static/assets/app-DrOWKnJK.js"


def test_each_drawing_of_a_form_has_a_key_of_its_own():
    assert jinja.deed_key() != jinja.deed_key()


def test_a_template_with_an_unknown_name_fails_loudly():
    with pytest.raises(Exception, match="undefined"):
        engines["jinja2"].from_string("{{ nothing_of_that_name }}").render({})


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/styles/", "/styles/list/", "/styles/record/", "/styles/form/"])
@pytest.mark.parametrize("look", ["", "care", "contrast.compact"])
def test_the_style_page_shows_every_component(client, path, look):
    client.cookies["look"] = look
    page = client.get(path)
    assert page.status_code == 200
    html = page.content.decode()
    assert "style=" not in html and "onclick" not in html and "<script>" not in html


@pytest.mark.django_db
def test_the_look_is_switched_by_a_plain_form_and_remembered(client):
    answer = client.post("/look/", {"look": "care", "next": "/styles/?x=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/styles/?x=1")
    assert 'class="care"' in client.get("/styles/").content.decode()
    client.post("/look/", {"look": "care"})
    assert 'class="care"' not in client.get("/styles/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_going_back_never_leads_to_another_site(client, where):
    assert client.post("/look/", {"look": "care", "next": where})["Location"] == "/"


@pytest.mark.django_db
def test_an_unknown_look_is_refused_and_a_get_changes_nothing(client):
    assert client.post("/look/", {"look": "loud"}).status_code == 422
    assert client.get("/look/").status_code == 405


def test_what_is_drawn_once_is_text_and_nothing_that_somebody_typed():
    drawn = []

    def macro(*values):
        drawn.append(values)
        return Markup("{}").format(str(values))

    once = jinja.drawn_once(macro, (("a", "1"),))
    assert jinja.drawn_once(macro, (("a", "1"),)) is once and len(drawn) == 1
    jinja.drawn_once(macro, (("q", "启航"),), typed="启航")
    jinja.drawn_once(macro, (("q", "启航"),), typed="启航")
    assert len(drawn) == 3
    for values in ((Markup("<b>"),), ((("a", Markup("<b>")),),), (Option("a", Markup("<b>"), False),)):
        with pytest.raises(TypeError, match="text"):
            jinja.drawn_once(macro, *values)
