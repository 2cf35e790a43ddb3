"""The cast that every other test stands on."""

from dataclasses import fields

import pytest
from stdnum.cn import uscc

from hrpark.accounts import permissions, samples
from hrpark.accounts.models import Membership, Organisation, Person
from hrpark.accounts.queries import standing_of

pytestmark = pytest.mark.django_db


def test_the_cast_has_two_parks_that_do_not_know_each_other(at):
    cast = samples.cast(at)
    officer = standing_of(cast.officer, at.date())
    assert officer.may(permissions.PEOPLE_READ, cast.huangpu.pk)
    assert not officer.may(permissions.PEOPLE_READ, cast.tianhe.pk)
    assert not standing_of(cast.tianhe_director, at.date()).hats_in(cast.huangpu.pk)
    assert not standing_of(cast.stranger, at.date()).hats


def test_calling_the_cast_twice_gives_the_same_people(at):
    first, second = samples.cast(at), samples.cast(at)
    assert [getattr(first, f.name) for f in fields(first)] == [getattr(second, f.name) for f in fields(second)]
    assert Person.objects.count() == 14 and Membership.objects.count() == 12


def test_every_code_of_the_cast_is_a_valid_one(at):
    samples.cast(at)
    samples.make_organisation()
    for code in Organisation.objects.values_list("uscc", flat=True):
        assert uscc.is_valid(code), code


def test_builders_can_be_called_again_and_again(at):
    park = samples.make_park()
    people = [samples.make_person() for _ in range(3)]
    body = samples.make_organisation(kind="operator")
    for person in people:
        samples.give_role(person, body, park, "officer")
    assert len({p.mobile for p in people}) == 3
    assert samples.make_park().slug != park.slug
