"""What anybody may read: the portal, the directory of residents, the standard, the parameters, the help."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from hrpark.accounts import samples
from hrpark.institutions.models import Kind
from hrpark.institutions.samples import make_contact, make_institution, make_licence, make_resident, make_staff_member
from hrpark.parks.samples import make_profile
from hrpark.standard.queries import coverage, coverage_by_force, current_edition
from hrpark.standard.rules import Clause
from hrpark.standard.samples import make_override
from hrpark.web import clock
from hrpark.web.basis import linked

pytestmark = pytest.mark.django_db


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, response.content.decode()[:500]
    return response.content.decode()


# --- the front page ------------------------------------------------------------------------------------------------------


def test_a_fresh_installation_says_how_to_begin(client):
    assert "还没有园区" in page(client, "/")


def test_a_visitor_of_one_park_comes_to_its_portal(client, at):
    park = samples.make_park(at=at)
    assert client.get("/")["Location"] == reverse("portal-park", kwargs={"park": park.slug})


def test_a_visitor_of_several_parks_chooses(client, at):
    for _ in range(2):
        samples.make_park(at=at)
    text = page(client, "/")
    assert 'href="/p/park-1/"' in text and 'href="/p/park-2/"' in text


@pytest.mark.parametrize(
    ("who", "where"),
    [
        ("officer", "/desk/huangpu/"),
        ("qihang_clerk", "/tenant/huangpu/"),
        ("inspector", "/authority/huangpu/"),
        ("tianhe_director", "/desk/tianhe/"),
    ],
)
def test_people_with_a_role_come_to_their_work(client, at, who, where):
    client.force_login(getattr(samples.cast(at), who))
    assert client.get("/")["Location"] == where


def test_somebody_without_a_role_sees_the_parks(client, at):
    client.force_login(samples.cast(at).stranger)
    assert "/p/huangpu/" in page(client, "/")


# --- a park --------------------------------------------------------------------------------------------------------------


def test_a_park_says_what_it_is_and_shows_its_three_doors(client, at):
    park = samples.make_park(at=at)
    make_profile(at=at, park=park)
    text = page(client, f"/p/{park.slug}/")
    assert "广州市黄埔区省级人力资源服务产业园。" in text
    for door in ("机构入驻", "企业", "求职者"):
        assert f"<h2>{door}</h2>" in text
    assert "即将" not in text and "敬请期待" not in text


def test_a_park_without_a_profile_or_residents_still_reads(client, at):
    park = samples.make_park(at=at)
    text = page(client, f"/p/{park.slug}/")
    assert "近半年没有新入驻的机构" in text


def test_its_figures_stand_with_their_basis_and_open_what_they_count(client, at):
    park = samples.make_park(at=at)
    for _ in range(3):
        make_resident(at=at, park=park)
    make_resident(at=at, park=park, kind=Kind.SUPPORTING)
    text = page(client, f"/p/{park.slug}/")
    assert f'<a class="value" href="/p/{park.slug}/institutions/?kind=agency">3' in text
    assert "由记录计算" in text
    assert "1 家" in page(client, f"/p/{park.slug}/institutions/?kind=supporting")


def test_who_moved_in_lately_is_news_and_who_left_is_not(client):
    now, park = clock.now(), samples.make_park()
    make_resident(at=now, park=park, name="广州新来人力资源有限公司", starts=now.date() - timedelta(days=10))
    make_resident(
        at=now,
        park=park,
        name="广州来去人力资源有限公司",
        starts=now.date() - timedelta(days=10),
        ends=now.date() - timedelta(days=2),
    )
    text = page(client, f"/p/{park.slug}/")
    assert "广州新来人力资源有限公司入驻园区" in text and "来去" not in text


def test_an_unknown_park_is_not_found(client):
    for path in ("", "institutions/", "parameters/"):
        assert client.get(f"/p/nowhere/{path}").status_code == 404


# --- the directory -------------------------------------------------------------------------------------------------------


def test_the_directory_shows_permits_that_were_seen_and_hold_and_nobody_s_contacts(client, at):
    now, park = clock.now(), samples.make_park(at=at)
    shown = make_resident(at=now, park=park, permit=None, segments=("recruitment",), name="广州持证人力资源有限公司")
    make_licence(at=now, institution=shown, number="（粤）人服证字〔2024〕第0000001号", valid_to=now.date() + timedelta(days=5))
    make_licence(at=now, institution=shown, kind="dispatch", number="OVER-1", valid_to=now.date() - timedelta(days=1))
    make_contact(at=now, institution=shown, name="联系人甲", mobile="13700000001")
    make_staff_member(at=now, institution=shown, name="员工乙")
    make_resident(at=now, park=park, permit=None, name="广州无证人力资源有限公司")
    make_institution(at=now, park=park, name="广州尚未入驻人力资源有限公司")
    text = page(client, f"/p/{park.slug}/institutions/")
    assert "（粤）人服证字〔2024〕第0000001号" in text and "人力资源招聘" in text
    assert "没有已核验的有效许可或备案" in text
    for hidden in ("OVER-1", "联系人甲", "13700000001", "员工乙", "尚未入驻"):
        assert hidden not in text


def test_the_directory_is_found_by_name_by_number_and_by_segment(client):
    now, park = clock.now(), samples.make_park()
    one = make_resident(at=now, park=park, permit=None, segments=("dispatch",), name="广州派遣人力资源有限公司")
    make_licence(at=now, institution=one, kind="dispatch", number="440112900001")
    make_resident(at=now, park=park, segments=("training",), name="广州培训人力资源有限公司")
    base = f"/p/{park.slug}/institutions/"
    for asked in ("?q=派遣人力", "?q=900001", "?segment=dispatch", "?permit=dispatch", "?kind=agency&segment=dispatch"):
        text = page(client, base + asked)
        assert "广州派遣人力资源有限公司" in text and "广州培训人力资源有限公司" not in text, asked
    both = page(client, base + "?segment=dispatch&segment=training")
    assert "广州派遣人力资源有限公司" in both and "广州培训人力资源有限公司" in both


@pytest.mark.parametrize("odd", ["?segment=nothing", "?page=99999999999", "?sort=permits", "?q=%00%ff", "?kind=agency&kind=x"])
def test_an_odd_address_of_the_directory_is_answered(client, odd):
    park = samples.make_park()
    make_resident(park=park)
    page(client, f"/p/{park.slug}/institutions/{odd}")


def test_one_park_s_residents_are_not_in_another_s_directory(client, at):
    cast = samples.cast(at)
    make_resident(at=at, park=cast.huangpu, name="广州黄埔独有人力资源有限公司")
    assert "黄埔独有" in page(client, "/p/huangpu/institutions/")
    assert "黄埔独有" not in page(client, "/p/tianhe/institutions/")


# --- the standard --------------------------------------------------------------------------------------------------------


def test_every_clause_and_row_stands_on_the_coverage_page(client):
    text = page(client, reverse("standard"))
    for found in coverage():
        if isinstance(found.item, Clause) and found.item.parent is None:
            continue
        assert f'href="/standard/{found.key}/"' in text, found.key


def test_the_way_back_to_all_clauses_is_there_only_when_some_are_left_out(client):
    assert "显示全部条款" not in page(client, "/standard/")
    assert "显示全部条款" in page(client, "/standard/?force=M") and "显示全部条款" in page(client, "/standard/?served=no")


def test_each_force_has_its_own_figure_and_opens_what_it_counts(client):
    text = page(client, reverse("standard"))
    for force, (_, total) in coverage_by_force().items():
        assert f"?force={force.value}" in text
        mine = page(client, f"/standard/?force={force.value}")
        keys = {c.key for c in current_edition().clauses if c.force is force and not c.heading}
        assert len(keys) == total
        assert all(f'href="/standard/{key}/"' in mine for key in keys)


def test_what_nothing_serves_is_shown_as_such(client):
    open_ones = {c.key for c in coverage() if isinstance(c.item, Clause) and c.none_yet}
    served = {c.key for c in coverage() if isinstance(c.item, Clause) and c.citations}
    text = page(client, "/standard/?served=no")
    assert all(f'href="/standard/{key}/"' in text for key in open_ones)
    assert not any(f'href="/standard/{key}/"' in text for key in served if not any(o.startswith(key) for o in open_ones))


def test_every_clause_and_row_has_its_page(client):
    for found in coverage():
        text = page(client, reverse("standard-clause", kwargs={"key": found.key}))
        assert found.short in text


def test_a_clause_shows_its_force_and_a_row_its_measures(client):
    assert "须" in page(client, "/standard/5.4.1.3-2/")
    row = page(client, "/standard/T1.05/")
    assert "营业收入" in row and "实缴税额" in row


@pytest.mark.parametrize("odd", ["/standard/9.9.9/", "/standard/?edition=none", "/standard/4.1.1/?edition=none"])
def test_what_the_standard_does_not_have_is_not_found(client, odd):
    page(client, odd, 404)


@pytest.mark.parametrize("odd", ["?force=X", "?served=maybe", "?force=%00", "?force=M&served=yes"])
def test_an_odd_filter_of_the_standard_is_answered(client, odd):
    page(client, f"/standard/{odd}")


# --- parameters ----------------------------------------------------------------------------------------------------------


def test_the_parameters_of_a_park_stand_with_their_basis_and_the_park_s_own_promise(client, at):
    cast = samples.cast(at)
    make_override(park=cast.huangpu, at=at)
    own = page(client, "/p/huangpu/parameters/")
    assert "60 个自然日" in own and "平台默认 90 个自然日" in own and "本园区承诺" in own
    other = page(client, "/p/tianhe/parameters/")
    assert "90 个自然日" in other and "平台默认 90" not in other
    assert '<a href="/standard/4.3.1.2-b/">4.3.1.2 b)</a>' in other


def test_only_clauses_become_links():
    assert str(linked("本标准（征求意见稿）5.4.1.3 只写“同步”")) == (
        '本标准（征求意见稿）<a href="/standard/5.4.1.3-1/">5.4.1.3</a> 只写“同步”'
    )
    for text in ("2021年合计1.34%", "标准执行 4.5 元", "本标准 <b>", "广东省人力资源市场条例 第四十一条", "本标准 9.9.9"):
        assert "<a" not in str(linked(text)) and "<b>" not in str(linked(text))


# --- help ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["", "officer", "supervisor", "qihang_clerk", "stranger"])
def test_help_is_there_for_everybody_and_only_links_to_what_exists(client, at, who):
    cast = samples.cast(at)
    if who:
        client.force_login(getattr(cast, who))
    text = page(client, "/help/")
    assert "使用帮助" in text
    assert ("园区运营" in text) == (who == "officer")


@pytest.mark.parametrize("who", ["director", "officer", "supervisor", "inspector", "stranger"])
def test_no_link_of_the_help_leads_to_a_closed_door(client, at, who):
    cast = samples.cast(at)
    client.force_login(getattr(cast, who))
    main = page(client, "/help/").split("<main")[1]
    for address in set(re.findall(r'<a href="(/[^"#]*)"', main)):
        assert client.get(address).status_code in (200, 302), address


def test_what_the_server_will_not_take_apart_is_answered_in_our_words(client, at):
    samples.cast(at)
    for answer in (
        client.post("/look/", {f"f{n}": "1" for n in range(5100)}),
        client.get("/help/", HTTP_HOST="elsewhere.example"),
    ):
        assert answer.status_code == 400 and "没有保存" in answer.content.decode()
    for as_a in ({}, {"content_type": "application/x-www-form-urlencoded"}):
        body = {"note": "字" * 5_000_000} if not as_a else "note=" + "a" * 13_000_000
        answer = client.post("/look/", body, **as_a)
        assert answer.status_code == 413 and "超过 12 MB，没有保存" in answer.content.decode()


def test_who_works_in_the_park_reads_public_pages_in_the_shell_of_their_work(client, at):
    cast = samples.cast(at)
    for who, label in (("officer", "运营工作台"), ("inspector", "主管部门"), ("qihang_clerk", "机构工作台")):
        client.force_login(getattr(cast, who))
        assert f"<small>{label}</small>" in page(client, "/p/huangpu/parameters/")
    client.force_login(cast.tianhe_director)
    assert "运营工作台" not in page(client, "/p/huangpu/parameters/").split("<main")[0].split("切换园区")[0]
