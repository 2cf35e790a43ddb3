"""The place as its operator keeps it: spaces, profile, and who may not touch them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from hrpark.accounts.queries import standing_of
from hrpark.accounts.samples import cast, make_organisation
from hrpark.parks import queries
from hrpark.parks.actions import add_space, edit_space, occupy, set_profile
from hrpark.parks.models import Space
from hrpark.parks.samples import make_building, make_profile, make_space
from hrpark.toolbox.errors import NotAllowed, NotFound, Refused
from hrpark.trail.queries import timeline
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def people(at):
    return cast(at)


def test_an_officer_adds_a_space_once_however_often_they_click(at, people):
    for _ in range(2):
        space = add_space(
            actor=people.officer, at=at, key="k", park=people.huangpu, kind="unit", code=" A101 ", name="", zone="agency"
        )
    assert Space.objects.count() == 1
    assert (space.code, space.name, space.zone) == ("A101", "A101", "agency")
    assert timeline("space", space.pk)[0].what == "登记了空间"


def test_only_the_operators_people_of_this_park_add_spaces(at, people):
    for n, actor in enumerate([people.supervisor, people.qihang_clerk, people.tianhe_director, people.stranger]):
        with pytest.raises(NotAllowed):
            add_space(actor=actor, at=at, key=f"k{n}", park=people.huangpu, kind="unit", code="A1", name="A1")


def test_a_number_is_given_once_a_park(at, people):
    make_space(at=at, park=people.huangpu, code="A101")
    make_space(at=at, park=people.tianhe, code="A101")
    with pytest.raises(Refused) as refusal:
        add_space(actor=people.officer, at=at, key="k", park=people.huangpu, kind="unit", code="A101", name="x")
    assert refusal.value.field == "code"


def test_a_space_lies_in_a_larger_one_of_the_same_park(at, people):
    unit = make_space(at=at, park=people.huangpu, code="A101")
    foreign = make_space(at=at, park=people.tianhe, kind="floor", code="1F")
    for parent in (unit, foreign):
        with pytest.raises(Refused) as refusal:
            add_space(
                actor=people.officer, at=at, key="k", park=people.huangpu, kind="floor", code="2F", name="2F", parent=parent
            )
        assert refusal.value.field == "parent"


def test_editing_records_old_and_new(at, people):
    space = make_space(at=at, park=people.huangpu, code="A101")
    edit_space(actor=people.officer, at=at, key="k", space=space, area=Decimal("88.50"), name="A101 展厅")
    line = timeline("space", space.pk)[0]
    assert line.data["changed"] == {"area": ["120.00", "88.50"], "name": ["A101", "A101 展厅"]}


def test_a_taken_space_keeps_its_place_and_is_not_retired(at, people):
    make_building(at=at, park=people.huangpu)
    unit, other = Space.objects.get(code="A座101"), Space.objects.get(code="A座2层")
    with transaction.atomic():
        occupy(space=unit, starts=at, ends=None, kind="works", subject=people.huangpu)
    for changes in ({"parent": other}, {"retired_on": date(2026, 12, 1)}):
        with pytest.raises(Refused):
            edit_space(actor=people.officer, at=at, key="k", space=unit, **changes)
    free = Space.objects.get(code="A座102")
    assert edit_space(actor=people.officer, at=at, key="m", space=free, parent=other).parent == other


def test_the_profile_is_one_row_that_grows(at, people):
    first = make_profile(at=at, park=people.huangpu)
    again = set_profile(
        actor=people.director, at=at, key="p2", park=people.huangpu, operator=people.operator, authority=people.authority,
        mandate_from=date(2025, 1, 1), mandate_to=date(2028, 1, 1),
    )  # fmt: skip
    assert again.pk == first.pk
    profile = queries.profile_of(people.huangpu)
    assert (profile.level, profile.operator, profile.authority) == ("provincial", people.operator, people.authority)


def test_a_profile_that_cannot_be_is_refused_at_its_field(at, people):
    wrong = [
        ("mandate_to", {"mandate_from": date(2026, 1, 1), "mandate_to": date(2026, 1, 1)}),
        ("approved_on", {"approved_on": at.date() + timedelta(days=1)}),
        ("operator", {"operator": people.qihang}),
        ("authority", {"authority": make_organisation(at=at, kind="operator")}),
    ]
    for field, fields in wrong:
        with pytest.raises(Refused) as refusal:
            set_profile(actor=people.officer, at=at, key="k", park=people.huangpu, level="provincial", **fields)
        assert refusal.value.field == field


def test_another_parks_space_does_not_exist(at, people):
    foreign = make_space(at=at, park=people.tianhe)
    officer = standing_of(people.officer, at.date())
    with pytest.raises(NotFound):
        queries.space_for(officer, people.huangpu, foreign.pk)
    with pytest.raises(NotFound):
        queries.space_for(officer, people.tianhe, foreign.pk)
    assert not queries.spaces_in(officer, people.tianhe).exists()
    assert not queries.spaces_in(standing_of(people.qihang_clerk, at.date()), people.huangpu).exists()


def test_zones_count_every_square_metre_once(at, people):
    make_building(at=at, park=people.huangpu)
    floor = Space.objects.get(code="A座1层")
    edit_space(actor=people.officer, at=at, key="z", space=floor, zone="agency", area=Decimal(500))
    make_space(at=at, park=people.huangpu, code="B1", kind="room", zone="matching")
    with transaction.atomic():
        occupy(space=Space.objects.get(code="A座101"), starts=at, ends=None, kind="works", subject=people.huangpu)
    zones = {z.kind: z for z in queries.zones_of(people.huangpu, date(2026, 3, 3))}
    assert (len(zones["agency"].spaces), zones["agency"].area, zones["agency"].taken) == (4, Decimal("480.00"), 1)
    assert (zones["matching"].unmeasured, zones["matching"].area) == (1, Decimal(0))
    assert zones["incubation"].spaces == ()
