"""Taking and giving back spaces: neighbours pass, overlaps don't, and the database knows it by itself."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from hrpark.parks.actions import Occupied, occupy, occupy_anew, release
from hrpark.parks.models import Occupancy, Space
from hrpark.parks.queries import Board, free_units, midnight, occupancies_of, taken_at
from hrpark.parks.samples import make_building, make_space
from hrpark.toolbox.errors import Refused

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def take(space, starts, ends, subject=None):
    with transaction.atomic():
        return occupy(space=space, starts=starts, ends=ends, kind="booking", subject=subject or space.park)


def raw(space, starts, ends, part_of=None):
    with transaction.atomic():
        return Occupancy.objects.create(
            park=space.park, space=space, starts=starts, ends=ends, kind="works", subject_type="park",
            subject_id=str(space.park_id), part_of=part_of,
        )  # fmt: skip


def test_one_after_the_other_is_no_overlap(at):
    space = make_space(at=at)
    take(space, at, at + HOUR)
    take(space, at + HOUR, at + 2 * HOUR)
    assert Occupancy.objects.count() == 2


@pytest.mark.parametrize(
    ("starts", "ends"),
    [(0, 1), (-1, 2), (0.5, 0.75), (-1, 0.5), (0.5, 3), (-1, None), (0.5, None)],
)
def test_any_overlap_is_refused_with_words_and_by_the_database(at, starts, ends):
    space = make_space(at=at)
    first = take(space, at, at + HOUR)
    begins, stops = at + starts * HOUR, None if ends is None else at + ends * HOUR
    with pytest.raises(Occupied) as refusal:
        take(space, begins, stops)
    assert refusal.value.occupancy == first
    assert "已被占用（预订）" in refusal.value.message
    with pytest.raises(IntegrityError):
        raw(space, begins, stops)


def test_without_an_end_it_keeps_the_space_for_ever(at):
    space = make_space(at=at)
    take(space, at, None)
    with pytest.raises(Occupied, match="未定结束日期"):
        take(space, at + timedelta(days=3650), None)
    take(space, at - HOUR, at)


def test_moving_a_row_onto_another_is_refused_by_the_database(at):
    space = make_space(at=at)
    take(space, at, at + HOUR)
    second = take(space, at + HOUR, at + 2 * HOUR)
    with pytest.raises(IntegrityError), transaction.atomic():
        Occupancy.objects.filter(pk=second.pk).update(starts=at + HOUR / 2)
    Occupancy.objects.filter(pk=second.pk).update(ends=at + 3 * HOUR)


def test_an_interval_has_to_have_a_length(at):
    space = make_space(at=at)
    with pytest.raises(IntegrityError):
        raw(space, at, at)


def test_a_taken_floor_keeps_its_units_and_a_taken_unit_its_floor(at):
    building = make_building(at=at)
    floor, unit = Space.objects.get(code="A座1层"), Space.objects.get(code="A座101")
    other = Space.objects.get(code="A座102")
    take(unit, at, at + HOUR)
    take(other, at, at + HOUR)
    for above in (floor, building):
        with pytest.raises(Occupied, match="其中的A座101"):
            take(above, at, None)
    take(floor, at + HOUR, at + 2 * HOUR)
    with pytest.raises(Occupied, match="所在的A座1层"):
        take(unit, at + HOUR, None)
    take(Space.objects.get(code="A座201"), at + HOUR, None)


def test_the_database_alone_keeps_a_floor_and_its_units_apart(at):
    make_building(at=at)
    floor, unit = Space.objects.get(code="A座1层"), Space.objects.get(code="A座101")
    own = take(unit, at, at + HOUR)
    with pytest.raises(IntegrityError):
        raw(floor, at, at + HOUR)
    with pytest.raises(IntegrityError):
        raw(unit, at, at + HOUR, part_of=own)
    raw(floor, at, at + HOUR, part_of=own)


def test_giving_back_ends_what_has_begun_and_drops_what_was_still_to_come(at):
    make_building(at=at)
    unit, floor = Space.objects.get(code="A座101"), Space.objects.get(code="A座1层")
    now = take(unit, at, None)
    with transaction.atomic():
        assert release(subject=unit.park, at=at + HOUR) == 1
    now.refresh_from_db()
    assert now.ends == at + HOUR
    take(floor, at + HOUR, None)
    with transaction.atomic():
        assert release(subject=unit.park, at=at) == 2
    assert not Occupancy.objects.exists()


def test_a_retired_space_is_not_given_out_past_its_last_day(at):
    space = make_space(at=at)
    Space.objects.filter(pk=space.pk).update(retired_on=date(2026, 6, 1))
    space.refresh_from_db()
    with pytest.raises(Refused, match="停用"):
        take(space, at, None)
    take(space, at, midnight(date(2026, 6, 1)))


def test_who_is_in_and_what_is_free(at):
    make_building(at=at)
    park = Space.objects.first().park
    unit, floor2 = Space.objects.get(code="A座101"), Space.objects.get(code="A座2层")
    take(unit, at, at + HOUR)
    take(floor2, at, None)
    assert set(taken_at(Space.objects.values_list("pk", flat=True), at)) == {unit.pk, floor2.pk}
    assert list(free_units(park, at, at + HOUR).values_list("code", flat=True)) == ["A座102"]
    assert list(free_units(park, at + HOUR, None).values_list("code", flat=True)) == ["A座101", "A座102"]
    assert [o.space for o in occupancies_of("park", park.pk)] == [unit, floor2]


def many(park, wanted):
    with transaction.atomic():
        occupy_anew(park=park, kind="residency", subject_type="residency", wanted=wanted)


def test_many_take_their_spaces_at_once(at, django_assert_max_num_queries):
    make_building(at=at, floors=4, units=5)
    units = list(Space.objects.filter(kind="unit").order_by("code"))
    park = units[0].park
    with django_assert_max_num_queries(10):
        many(park, {str(n): [(unit.pk, at, None)] for n, unit in enumerate(units)})
    assert Occupancy.objects.whole().count() == len(units)
    assert Occupancy.objects.count() == 3 * len(units)
    with pytest.raises(Occupied, match="其中的"):
        take(Space.objects.get(code="A座4层"), at, None)
    with pytest.raises(Occupied):
        take(units[3], at, None)


def test_many_may_give_up_what_they_had_for_something_else(at):
    make_building(at=at)
    a, b = Space.objects.get(code="A座101"), Space.objects.get(code="A座102")
    many(a.park, {"1": [(a.pk, at, None)], "2": [(b.pk, at, None)]})
    many(a.park, {"1": [(a.pk, at, at + HOUR), (b.pk, at + HOUR, None)], "2": [(b.pk, at, at + HOUR), (a.pk, at + HOUR, None)]})
    assert [o.space for o in occupancies_of("residency", 1)] == [a, b]
    assert Occupancy.objects.whole().count() == 4


def test_of_many_not_one_is_taken_when_any_is_not_free(at):
    make_building(at=at)
    a, b, floor = (Space.objects.get(code=code) for code in ("A座101", "A座102", "A座1层"))
    take(a, at, at + HOUR)
    for space in (a, floor):
        with pytest.raises(Occupied):
            many(a.park, {"1": [(b.pk, at, None)], "2": [(space.pk, at, None)]})
    assert Occupancy.objects.whole().count() == 1
    many(a.park, {"1": [(b.pk, at, None)], "2": [(a.pk, at, at), (a.pk, at + HOUR, None)]})


def test_a_board_knows_spaces_by_number_and_name_however_they_are_written(at):
    space = make_space(at=at, code="A-101", name="一号楼 101 室")
    board = Board(space.park_id)
    assert [board.find(w) for w in ("Ａ-101", "a101", "一号楼101室", "B9")] == [space.pk, space.pk, space.pk, None]
