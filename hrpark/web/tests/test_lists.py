"""The list: what an address asks, what the database is asked, what a visitor may see, and that no address breaks it."""

from __future__ import annotations

import io
import string
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.http import QueryDict
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from hrpark.accounts import permissions, samples
from hrpark.accounts.actions import MOST_VIEWS, drop_view, save_view
from hrpark.accounts.models import Membership, SavedView
from hrpark.accounts.queries import NOBODY, saved_views, standing_of
from hrpark.toolbox.errors import Misconfigured, NotFound, Refused
from hrpark.trail.models import Entry
from hrpark.web import addresses, fetching, lists
from hrpark.web.lists import Choice, Column, Days, List, View, YesNo

pytestmark = pytest.mark.django_db

ROLES = {"director": ("done", "园区负责人"), "officer": ("waiting", "园区专员")}


class People(List):
    """The people of a park: what every test here looks at."""

    key, title, noun, door = "test-people", "人员", "人", "desk"
    permission = permissions.PEOPLE_READ
    search = ("person__name__icontains", "person__mobile__startswith")
    columns = (
        Column("name", "姓名", "person__name", sort=True),
        Column("role", "角色", kind="state", states=ROLES, sort=True),
        Column(
            "mobile",
            "手机号",
            "person__mobile",
            kind="code",
            mask=lambda t: f"{t[:3]}****{t[-4:]}",
            clear=permissions.PEOPLE_MANAGE,
        ),
        Column("until", "止于", kind="date", sort=True),
        Column("both", "姓名与单位", ("person__name", "organisation__name"), show=lambda a, b: f"{a}@{b}"),
        Column("told", "称呼", Concat(Value("您好，"), F("person__name")), shown=False),
        Column("secret", "单位代码", "organisation__uscc", permission=permissions.PEOPLE_MANAGE, shown=False),
        Column("id", "编号", kind="number", exported=False),
    )
    filters = (
        Choice("role", "角色", choices={k: v[1] for k, v in ROLES.items()} | {"clerk": "机构经办人"}),
        Days("since", "开始"),
        YesNo("open", "仍有效", where=Q(until__isnull=True)),
    )
    order = ("person__name",)
    views = (View("专员", "role=officer"),)
    empty_title = "还没有人员"

    def rows(self, standing, park):
        return Membership.objects.filter(standing.scope(permissions.PEOPLE_READ), park=park)


PEOPLE = People()


def ask(cast, who, query="", htmx=False, post=False):
    """A request of one of the cast for the list of 黄埔; ``post`` takes its rows away."""
    make = RequestFactory()
    request = make.post(f"/people/?{query}", {"deed_key": "take"}) if post else make.get(f"/people/?{query}")
    person = getattr(cast, who) if who else AnonymousUser()
    request.user, request.at, request.today, request.park = person, cast.at, cast.at.date(), cast.huangpu
    request.standing = standing_of(person, request.today) if who else NOBODY
    request.htmx = htmx
    return request


def drawn(cast, query="", who="director"):
    return PEOPLE.draw(ask(cast, who, query), cast.huangpu)


def names(page) -> list[str]:
    return [cell.split("</th>")[0].split(">")[-1] for cell in str(page.body).split('<th scope="row"')[1:]]


def test_only_the_rows_of_this_park_and_only_for_who_may(cast):
    page = drawn(cast)
    assert page.count == 8 and "冯海涛" not in str(page.body)
    assert drawn(cast, who="stranger").count == 0
    assert PEOPLE.draw(ask(cast, "tianhe_director"), cast.huangpu).count == 0


def test_a_value_never_becomes_markup(cast, at):
    evil = samples.make_person(name='<img src=x onerror="a">', mobile="13900000001", at=at)
    samples.give_role(evil, cast.operator, cast.huangpu, "officer", at=at)
    body = str(drawn(cast).body)
    assert "<img" not in body and "&lt;img" in body


def test_filters_narrow_and_say_their_value(cast):
    page = drawn(cast, "role=officer&role=director&open=1")
    assert page.count == 2
    assert [c.says for c in page.chips] == ["园区负责人、园区专员", "", "是"]
    assert drawn(cast, "open=0").count == 0


def test_days_take_both_ends_either_end_and_the_wrong_way_round(cast):
    assert drawn(cast, "since.from=2025-03-02&since.to=2025-03-02").count == 8
    assert drawn(cast, "since.from=2025-03-03").count == 0
    assert drawn(cast, "since.from=2026-01-01&since.to=2025-01-01").count == 8
    assert drawn(cast, "since.to=2025-12-31").chips[1].says == "2025-12-31 止"


def test_search_wants_every_word_and_forgives_full_width(cast):
    assert names(drawn(cast, "q=林晓彤")) == ["林晓彤"]
    assert drawn(cast, "q=林 138").count == 1
    assert drawn(cast, "q=林 139").count == 0
    assert drawn(cast, "q=１３８").count == 8


@pytest.mark.parametrize(
    "query",
    ["page=9999", "page=-1", "page=abc", "page=１", "page=99999999999999999999", "sort=nothing", "sort=-", "sort=secret__x", "size=7",
     "size=99999999999", "role=king", "open=maybe", "since.from=yesterday", "since.from=2026-02-30", "cols=zzz,,", "q=" + "长" * 300,
     "q=%00%01", "q=%25_%27%22--", "q=%F0%9F%98%80", "q=%ED%A0%80", "export=pdf", "density=huge", "unknown=1", "role=%00"],
)  # fmt: skip
def test_no_address_breaks_the_list(cast, query):
    answer = PEOPLE.respond(ask(cast, "director", query), cast.huangpu)
    assert answer.status_code == 200


@given(
    st.dictionaries(
        st.sampled_from(["q", "page", "sort", "size", "role", "open", "since.from", "cols", "x"]), st.text(max_size=30)
    )
)
def test_what_was_asked_is_written_back_in_one_way(pairs):
    """Canonical: asking again what the list wrote of an address gives the same."""
    params = QueryDict(mutable=True)
    params.update(pairs)
    asked = PEOPLE.ask(params, NOBODY, None)
    again = QueryDict(mutable=True)
    for name, value in asked.pairs(PEOPLE.filters):
        again.appendlist(name, value)
    assert PEOPLE.ask(again, NOBODY, None).pairs(PEOPLE.filters) == asked.pairs(PEOPLE.filters)


@given(st.text(max_size=500))
def test_a_search_is_always_short_and_printable(text):
    kept = addresses.clean(text)
    assert len(kept) <= addresses.LONGEST_SEARCH and "\x00" not in kept and kept == addresses.clean(kept)


def test_what_could_not_be_understood_is_named(cast):
    page = drawn(cast, "role=king&since.from=soon")
    assert page.asked.ignored == ("角色 king", "开始 soon") and page.count == 8


def test_a_page_beyond_the_end_is_the_last_one(cast, at):
    many(cast, at, 60)
    page = drawn(cast, "page=9999")
    assert (page.asked.page, page.first, page.last, page.count) == (2, 51, 68, 68)
    assert drawn(cast, "page=" + "9" * 40).asked == page.asked
    text = PEOPLE.respond(ask(cast, "director", "page=" + "9" * 40), cast.huangpu).content.decode()
    assert "没有这么多页，现在显示的是最后一页（第 2 页）" in text
    assert not drawn(cast, "page=2").asked.beyond


@pytest.mark.parametrize("odd", ["-3", "0", "abc", "1.5", "１"])
def test_a_page_that_is_none_is_named_and_the_first_is_shown(cast, odd):
    page = drawn(cast, f"page={odd}")
    assert (page.asked.page, page.asked.ignored) == (1, (f"页码 {odd}",))


def test_pages_hold_every_row_once_whatever_the_order(cast, at):
    many(cast, at, 60)
    for sort in ("", "role", "-role", "until", "-until"):
        seen = [n for p in (1, 2) for n in names(drawn(cast, f"sort={sort}&page={p}"))]
        assert len(seen) == 68, sort


def test_what_has_no_value_comes_last_both_ways_on_both_databases(cast, at):
    one = samples.give_role(
        samples.make_person(at=at, name="甲", mobile="13900000002"), cast.operator, cast.huangpu, "officer", at=at
    )
    Membership.objects.filter(pk=one.pk).update(until=date(2027, 1, 1))
    assert names(drawn(cast, "sort=until"))[0] == "甲"
    assert names(drawn(cast, "sort=-until"))[0] == "甲"


def test_a_page_costs_the_same_queries_however_many_rows(cast, at, django_assert_num_queries):
    def cost():
        request = ask(cast, "director")
        with django_assert_num_queries(2):  # the rows, the saved views; few rows need no counting
            PEOPLE.draw(request, cast.huangpu)

    cost()
    many(cast, at, 30)
    cost()


def test_masks_hold_for_who_lacks_the_permission_in_the_page_and_in_the_export(cast):
    assert "138****" in str(drawn(cast, who="officer").body)
    assert "138****" not in str(drawn(cast, who="director").body)
    sheet = exported(cast, "officer")
    assert all("****" in str(row[2]) for row in sheet[3:])


def test_a_column_without_permission_is_not_there_even_when_asked_for(cast):
    asked = "cols=secret,mobile&sort=secret"
    assert [h.label for h in drawn(cast, asked, who="officer").heads] == ["姓名", "手机号"]
    assert [h.label for h in drawn(cast, asked, who="director").heads] == ["姓名", "手机号", "单位代码"]
    assert "单位代码" not in [c.label for c in drawn(cast, who="officer").columns]


def test_an_expression_can_be_a_column(cast):
    assert "您好，林晓彤" in str(drawn(cast, "cols=told").body)


def exported(cast, who, query=""):
    answer = PEOPLE.respond(ask(cast, who, query, post=True), cast.huangpu)
    assert answer["Content-Type"] == lists.XLSX
    assert "filename*=utf-8''%E4%BA%BA%E5%91%98-2026-03-02.xlsx" in answer["Content-Disposition"]
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()


def test_the_export_holds_the_filtered_rows_of_all_pages_and_says_what_it_is(cast, at):
    many(cast, at, 60)
    sheet = exported(cast, "director", "role=officer&page=2")
    assert "共 61 人" in sheet[0][0] and "角色：园区专员" in sheet[1][0]
    assert sheet[2] == ["姓名", "角色", "手机号", "止于", "姓名与单位"]
    assert len(sheet) == 3 + 61 and {row[1] for row in sheet[3:]} == {"园区专员"}


def test_a_double_click_around_the_turn_of_a_minute_is_told_once_and_a_later_one_again(cast, at):
    def take(when):
        request = ask(cast, "director", post=True)
        request.at = when
        PEOPLE.respond(request, cast.huangpu)
        return Entry.objects.filter(verb="sheets.export").count()

    turn = at.replace(second=59, microsecond=999_000)
    steps = (0, 0.2, 30, 59, 61, 62, 125)
    assert [take(turn + timedelta(seconds=s)) for s in steps] == [1, 1, 1, 1, 2, 2, 3]


def test_too_many_rows_are_not_exported_but_said(cast, monkeypatch):
    monkeypatch.setattr(lists, "MOST_EXPORTED", 3)
    with pytest.raises(Refused, match="缩小范围"):
        PEOPLE.respond(ask(cast, "director", post=True), cast.huangpu)


def test_every_link_of_a_list_keeps_what_was_asked(cast):
    page = drawn(cast, "role=officer&q=林&sort=-role&size=100")
    for href in [h.url for h in page.heads if h.url] + [page.export, page.density] + [s[1] for s in page.sizes]:
        kept = dict(parse_qsl(urlsplit(href).query))
        assert kept["role"] == "officer" and kept["q"] == "林", href
    assert "role" not in dict(parse_qsl(urlsplit(page.chips[0].clear).query))
    assert urlsplit(page.clear).query == "sort=-role&size=100"


def test_a_head_sorts_up_then_down(cast):
    assert drawn(cast).heads[0].url == "?sort=name"
    assert drawn(cast, "sort=name").heads[0].url == "?sort=-name"
    assert drawn(cast, "sort=-name").heads[0].sorted == "down"
    assert drawn(cast).heads[3].url == "?sort=-until"


def test_tabs_are_the_lists_own_views_and_the_persons(cast):
    save_view(person=cast.director, park=cast.huangpu, list=PEOPLE.key, name="在任", query="open=1", at=cast.at)
    page = drawn(cast, "open=1")
    assert [(t.name, t.on) for t in page.tabs] == [("全部", False), ("专员", False), ("在任", True)]
    assert page.tab.saved and not page.may_save
    assert drawn(cast, "role=director").may_save
    assert not drawn(cast).may_save
    assert [t.name for t in drawn(cast, who="officer").tabs] == ["全部", "专员"]


def test_saved_views_are_ones_own_and_few(cast):
    def keep(name, who="director", park="huangpu", query="open=1"):
        return save_view(person=getattr(cast, who), park=getattr(cast, park), list="x", name=name, query=query, at=cast.at)

    kept = keep("  在任  ")
    assert keep("在任", query="open=0").pk == kept.pk
    assert saved_views(cast.director.pk, cast.huangpu.pk, "x") == [(kept.pk, "在任", "open=0")]
    with pytest.raises(NotFound):
        drop_view(person=cast.officer, view=kept.pk)
    with pytest.raises(NotFound):
        keep("别人的园区", park="tianhe")
    for name, wrong in (("", "起个名字"), ("名" * 41, "最多 40"), ("长", "筛选条件太多")):
        with pytest.raises(Refused, match=wrong):
            keep(name, query="q" * 1001 if name == "长" else "")
    for n in range(MOST_VIEWS - 1):
        keep(f"视图{n}")
    with pytest.raises(Refused, match="最多保存"):
        keep("再一个")
    drop_view(person=cast.director, view=kept.pk)
    assert SavedView.objects.filter(person=cast.director).count() == MOST_VIEWS - 1


def test_a_view_is_saved_and_dropped_over_http(cast, client, monkeypatch):
    monkeypatch.setitem(lists.LISTS._things, PEOPLE.key, PEOPLE)
    client.force_login(cast.director)
    address = "/account/views/in/huangpu/"
    answer = client.post(address, {"list": PEOPLE.key, "query": "open=1", "name": "在任", "next": "/desk/huangpu/people/"})
    assert answer["Location"] == "/desk/huangpu/people/?open=1"
    kept = SavedView.objects.get()
    assert client.post(address, {"list": "no-such-list", "name": "x"}).status_code == 422
    assert client.get(address).status_code == 405
    client.force_login(cast.officer)
    assert client.post(f"/account/views/{kept.pk}/drop/").status_code == 404
    client.force_login(cast.director)
    assert client.post(f"/account/views/{kept.pk}/drop/", {"next": "/"}).status_code == 302
    assert not SavedView.objects.exists()


class Htmx:
    """What django-htmx says of a request that script made for the list's own part."""

    target, history_restore_request = "list-test-people", False

    def __bool__(self):
        return True


def test_script_gets_only_the_part_that_changes(cast):
    whole = PEOPLE.respond(ask(cast, "director"), cast.huangpu)
    part = PEOPLE.respond(ask(cast, "director", "q=&role=officer&sort=", htmx=Htmx()), cast.huangpu)
    assert whole.content.lstrip().startswith(b"<!doctype") and not part.content.lstrip().startswith(b"<!doctype")
    assert part["HX-Push-Url"] == "/people/?role=officer"
    assert "HX-Request" in whole["Vary"]


def test_the_density_is_remembered(cast):
    answer = PEOPLE.respond(ask(cast, "director", "density=compact"), cast.huangpu)
    assert answer.cookies["look"].value == "compact" and b"compact" in answer.content


def test_an_empty_list_says_what_to_do_and_an_empty_search_says_so(cast):
    nothing = PEOPLE.respond(ask(cast, "stranger"), cast.huangpu).content.decode()
    assert "还没有人员" in nothing
    found = PEOPLE.respond(ask(cast, "director", "q=没有这个人"), cast.huangpu).content.decode()
    assert "没有符合条件的人员" in found and "清除筛选" in found


def _fetched(rows):
    return fetching.fetch(object(), lambda: (rows.values_list("pk"), rows, [[0]]))


def test_a_large_count_is_kept_for_a_moment_and_a_small_one_never(cast, monkeypatch, django_assert_num_queries):
    rows = Membership.objects.filter(park=cast.huangpu)
    with django_assert_num_queries(2):
        assert [_fetched(rows).count(), _fetched(rows).count()] == [8, 8]
    monkeypatch.setattr(fetching, "LARGE", 5)
    assert _fetched(rows).count() == 8
    with django_assert_num_queries(0):
        assert _fetched(rows).count() == 8
    with django_assert_num_queries(1):
        assert _fetched(rows.filter(role="officer")).count() == 1


def test_what_is_kept_of_a_list_is_its_question_and_never_its_answer(cast, at):
    """The same question asked again finds what was changed meanwhile; another person's question is another one."""
    before = names(drawn(cast))
    samples.give_role(
        samples.make_person(name="新来的", mobile="13900000002", at=at), cast.operator, cast.huangpu, "officer", at=at
    )
    assert sorted(names(drawn(cast))) == sorted([*before, "新来的"])
    assert drawn(cast, who="stranger").count == 0 and PEOPLE.draw(ask(cast, "director"), cast.tianhe).count == 0
    assert names(drawn(cast, "role=director&page=2&size=100")) == names(drawn(cast, "role=director"))


@pytest.mark.parametrize(
    ("narrow", "kept"),
    [
        (lambda rows, at: rows.filter(since__lte=at.date()), True),
        (lambda rows, at: rows.filter(verified_at__lte=at), False),
        (lambda rows, at: rows.filter(pk__in=list(Membership.objects.values_list("pk", flat=True))), False),
    ],
    ids=["of the day", "of the moment", "of another query"],
)
def test_what_follows_from_the_moment_or_from_another_record_is_built_anew(cast, at, narrow, kept):
    asked, built = object(), []

    def build():
        built.append(1)
        rows = narrow(Membership.objects.filter(park=cast.huangpu), at)
        return rows.order_by("pk").values_list("pk", "verified_at"), rows, [[0], [1]]

    pages = [fetching.fetch(asked, build).page(2, 5) for _ in range(2)]
    assert pages[0] == pages[1] == list(build()[0][2:5])
    assert len(built) == (2 if kept else 3)


def test_picked_rows_are_keys_and_each_once():
    request = RequestFactory().post("/", {"pick": ["3", "x", "3", "", "4", "-1", "9" * 30, "٣"]})
    assert lists.picked(request) == [3, 4]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"columns": ()}, "no columns"),
        ({"columns": (Column("a", "甲", kind="colour"),)}, "unknown kind"),
        ({"columns": (Column("a", "甲", ("b", "c")),)}, "no show"),
        ({"columns": (Column("a", "甲", permission="no.such"),)}, "no.such"),
        ({"filters": (Choice("page", "页"),)}, "taken"),
        ({"filters": (Days("a", "甲"), Choice("a.to", "乙"))}, "taken"),
    ],
)
def test_a_list_put_together_wrongly_stops_start_up(change, wrong):
    with pytest.raises(Misconfigured, match=wrong):
        lists.register(type("Wrong", (People,), {"key": "wrong", **change})())


def test_search_over_the_door_opens_only_what_one_may(cast, monkeypatch):
    class Opens(People):
        key, view, record = "test-opens", "desk-search", "account-view-drop"

        def address(self, park):
            return "/people/", "/"

    monkeypatch.setitem(lists.LISTS._things, "test-opens", Opens())
    hits = [h for h in lists.found(standing_of(cast.director, cast.at.date()), cast.huangpu, "desk", "林") if h.title == "人员"]
    assert [label for label, _ in hits[0].rows] == ["林晓彤"]
    assert not [
        h for h in lists.found(standing_of(cast.inspector, cast.at.date()), cast.huangpu, "desk", "林") if h.title == "人员"
    ]


def many(cast, at, count):
    """So many more officers of 黄埔, all with the same role and no end."""
    for n in range(count):
        person = samples.make_person(
            at=at, name=f"{string.ascii_uppercase[n % 26]}{n:03d}", mobile=f"137{n:08d}", password=None
        )
        samples.give_role(person, cast.operator, cast.huangpu, "officer", at=at)
