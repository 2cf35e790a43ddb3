"""The search box of the working doors: institutions, permits, applications, people; only what passes its gate."""

from __future__ import annotations

import pytest

from hrpark.accounts import samples
from hrpark.admission.samples import make_application
from hrpark.institutions.samples import make_licence, make_resident
from hrpark.web import clock
from tests.worlds import world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def now():
    return clock.now()


@world
def cast(now):
    return samples.cast(now)


def hits(client, who, q, door="desk", park="huangpu"):
    """The part of the page that shows what was found: the question itself stands on the page, too."""
    client.force_login(who)
    response = client.get(f"/{door}/{park}/search/", {"q": q})
    assert response.status_code == 200
    main = response.content.decode().split('<main id="main"')[1]
    return main.split("</form>", 1)[1]


def test_an_institution_is_found_by_name_code_and_permit_number(client, cast, now):
    one = make_resident(at=now, park=cast.huangpu, permit=None, name="广州寻得着人力资源有限公司")
    make_licence(at=now, institution=one, number="（粤）人服证字〔2024〕第7654321号")
    for q in ("寻得着", one.uscc, "7654321"):
        for who, door in ((cast.officer, "desk"), (cast.inspector, "authority")):
            text = hits(client, who, q, door)
            assert "广州寻得着人力资源有限公司" in text and f"/institutions/{one.pk}/" in text, (q, door)
    assert "许可与备案编号" not in hits(client, cast.officer, "432")


def test_an_application_is_found_by_its_number(client, cast, now):
    application = make_application(at=now, park=cast.huangpu)
    text = hits(client, cast.officer, application.case.number)
    assert application.institution.name in text


def test_people_of_the_park_are_found_by_name(client, cast):
    assert "黄佳雯" in hits(client, cast.officer, "黄佳雯")
    assert "没有找到" in hits(client, cast.officer, "曾丽华")


def test_nothing_of_another_park_is_found(client, cast, now):
    one = make_resident(at=now, park=cast.tianhe, permit=None, name="广州天河独有人力资源有限公司")
    make_licence(at=now, institution=one, number="TIANHE-2024-0001")
    application = make_application(at=now, park=cast.tianhe, name="广州天河申请人力资源有限公司")
    for q in ("天河独有", one.uscc, "TIANHE-2024", "天河申请", application.case.number, "冯海涛"):
        for who, door in ((cast.director, "desk"), (cast.supervisor, "authority"), (cast.qihang_representative, "tenant")):
            text = hits(client, who, q, door)
            assert "天河" not in text.replace(q, "") and "冯海涛" not in text.replace(q, ""), (q, door)


def test_an_institution_s_people_find_nothing_of_their_neighbours(client, cast, now):
    make_resident(at=now, park=cast.huangpu, organisation=cast.qihang)
    other = make_resident(at=now, park=cast.huangpu, organisation=cast.zhida, permit=None)
    make_licence(at=now, institution=other, number="ZHIDA-2024-0001")
    for q in (cast.zhida.name, other.uscc, "ZHIDA-2024", "吴智勇"):
        assert f"/{other.pk}/" not in hits(client, cast.qihang_representative, q, "tenant")
        assert "吴智勇" not in hits(client, cast.qihang_representative, q, "tenant").replace("“吴智勇”", "")


@pytest.mark.parametrize("odd", ["", " ", "%", "_", "\x00", "'; --", "长" * 500, "\U0001f600"])
def test_an_odd_search_is_answered(client, cast, odd):
    client.force_login(cast.officer)
    assert client.get("/desk/huangpu/search/", {"q": odd}).status_code == 200
