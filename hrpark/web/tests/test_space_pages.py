"""The place at the desk: spaces with who is in them, and the park's own profile (3.1, 3.2)."""

import html
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from hrpark.accounts import samples
from hrpark.files.queries import attachments_of
from hrpark.files.samples import pdf_bytes
from hrpark.institutions.samples import make_resident
from hrpark.parks.models import ParkProfile, Space
from hrpark.parks.samples import make_building, make_profile, make_space
from hrpark.web import clock
from tests.worlds import world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def now():
    return clock.now()


@world
def cast(now):
    return samples.cast(now)


@pytest.fixture
def building(now, cast):
    return make_building(at=now, park=cast.huangpu)


def url(name, park="huangpu", **more):
    return reverse(name, kwargs={"park": park, **more})


def text_of(response):
    return html.unescape(response.content.decode())


def as_(person):
    client = Client()
    client.force_login(person)
    return client


def post(client, path, **data):
    post.count = getattr(post, "count", 0) + 1
    return client.post(path, {"deed_key": f"form-{post.count}", **data})


def unit(code):
    return Space.objects.get(code=code)


def test_the_list_shows_who_is_in_and_what_is_free(now, cast, building):
    one = make_resident(at=now, park=cast.huangpu, unit=unit("A座101"))
    whole = make_resident(at=now, park=cast.huangpu, unit=unit("A座2层"))
    client = as_(cast.officer)
    shown = text_of(client.get(url("desk-spaces")))
    assert one.name in shown and "部分占用" in shown and "空闲" in shown
    free = text_of(client.get(url("desk-spaces") + "?kind=unit&free=1&retired=0"))
    assert "A座102" in free and "A座101</a>" not in free and "A座201</a>" not in free
    taken = text_of(client.get(url("desk-spaces") + "?free=0&kind=unit"))
    assert "A座201</a>" in taken and whole.name in taken and "A座102</a>" not in taken


@pytest.mark.parametrize(
    "asked", ["?zone=agency", "?q=A座", "?sort=state", "?sort=-area", "?retired=1", "?sort=holder", "?export=xlsx"]
)
def test_the_list_can_be_asked_in_every_way_it_offers(cast, building, asked):
    assert as_(cast.officer).get(url("desk-spaces") + asked).status_code == 200


def test_a_space_is_added_changed_and_retired(cast, building):
    client = as_(cast.officer)
    floor = unit("A座1层")
    assert client.get(url("desk-space-new")).status_code == 200
    given = {"kind": "unit", "code": "A座109", "name": "", "parent": floor.pk, "zone": "agency", "area": "88.5"}
    assert post(client, url("desk-space-new"), **given).status_code == 302
    made = unit("A座109")
    assert (made.parent, made.name) == (floor, "A座109")
    twice = post(client, url("desk-space-new"), **given)
    assert twice.status_code == 422 and "已有编号" in text_of(twice)
    wrong = post(client, url("desk-space-new"), kind="building", code="B座", parent=floor.pk)
    assert wrong.status_code == 422 and "不能设在" in text_of(wrong)
    edit = url("desk-space-edit", pk=made.pk)
    assert client.get(edit).status_code == 200
    changed = {
        "code": "A座109",
        "name": "展厅",
        "parent": floor.pk,
        "zone": "matching",
        "area": "90",
        "retired_on": str(clock.today()),
    }
    assert post(client, edit, **changed).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.zone, made.retired_on) == ("展厅", "matching", clock.today())


def test_a_record_tells_who_was_in_it(now, cast, building):
    gone = make_resident(
        at=now,
        park=cast.huangpu,
        unit=unit("A座101"),
        starts=clock.today() - timedelta(days=90),
        ends=clock.today() - timedelta(days=9),
    )
    client = as_(cast.officer)
    shown = text_of(client.get(url("desk-space", pk=unit("A座101").pk)))
    assert gone.name in shown and "已结束" in shown
    above = text_of(client.get(url("desk-space", pk=unit("A座1层").pk)))
    assert gone.name in above and "其中的A座101" in above


def test_others_find_no_spaces_here(now, cast, building):
    foreign = make_space(at=now, park=cast.tianhe, code="天河专用")
    assert as_(cast.officer).get(url("desk-space", pk=foreign.pk)).status_code == 404
    assert "天河专用" not in text_of(as_(cast.officer).get(url("desk-spaces")))
    for person in (cast.tianhe_director, cast.qihang_representative, cast.inspector, cast.stranger, cast.installer):
        client = as_(person)
        for path in (
            url("desk-spaces"),
            url("desk-space-new"),
            url("desk-space", pk=building.pk),
            url("desk-park"),
            url("desk-park-edit"),
        ):
            assert client.get(path).status_code == 404
        assert post(client, url("desk-space-new"), kind="unit", code="X").status_code == 404
    assert not Space.objects.filter(code="X").exists()


PROFILE = {
    "level": "provincial", "approved_by": "广东省人力资源和社会保障厅", "approval_document": "粤人社函〔2020〕1号", "approved_on": "2020-06-01",
    "region": "广州市黄埔区", "region_code": "440112", "introduction": "一句话", "operator_kind": "enterprise",
}  # fmt: skip


def test_the_profile_begins_empty_and_is_filled_in(cast):
    client = as_(cast.director)
    assert "填写园区档案" in text_of(client.get(url("desk-park")))
    assert client.get(url("desk-park-edit")).status_code == 200
    given = {
        **PROFILE,
        "operator": cast.operator.pk,
        "authority": cast.authority.pk,
        "mandate_from": "2024-01-01",
        "mandate_to": "2025-01-01",
    }
    assert post(client, url("desk-park-edit"), **given).status_code == 302
    found = ParkProfile.objects.get()
    assert (found.operator, found.authority, found.level) == (cast.operator, cast.authority, "provincial")
    shown = text_of(client.get(url("desk-park")))
    assert "省级人力资源服务产业园" in shown and "受托运营已于" in shown
    wrong = post(client, url("desk-park-edit"), **{**given, "mandate_to": "2023-01-01", "region_code": "4401"})
    assert wrong.status_code == 422 and "6 位数字" in text_of(wrong)
    foreign = post(client, url("desk-park-edit"), **{**given, "operator": cast.tianhe_operator.pk})
    assert foreign.status_code == 422


def test_documents_of_the_park_stand_with_its_profile(now, cast):
    client = as_(cast.officer)
    assert client.get(url("desk-park-upload")).status_code == 404
    profile = make_profile(at=now, park=cast.huangpu)
    scan = SimpleUploadedFile("批复.pdf", pdf_bytes())
    assert post(client, url("desk-park-upload"), label="省级园区批复", scan=scan).status_code == 302
    (kept,) = attachments_of("park_profile", profile.pk)
    assert "批复.pdf" in text_of(client.get(url("desk-park")))
    file = reverse("account-file", kwargs={"pk": kept.pk})
    assert as_(cast.inspector).get(file).status_code == 200
    for person in (cast.qihang_representative, cast.tianhe_director):
        assert as_(person).get(file).status_code == 404
    away = url("desk-park-file-remove", file=kept.pk)
    assert client.get(away).status_code == 200
    assert post(client, away, reason="传错文件").status_code == 302
    assert client.get(away).status_code == 404
