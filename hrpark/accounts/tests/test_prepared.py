"""A prepared query says what the same query says, on both databases, whatever the values."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db.models import Q

from hrpark.accounts import samples
from hrpark.accounts.models import Membership, Park, Person
from hrpark.accounts.prepared import Prepared
from hrpark.toolbox.errors import Misconfigured

pytestmark = pytest.mark.django_db


def running(person, on):
    rows = Membership.objects.filter(person_id=person, since__lte=on).filter(Q(until__isnull=True) | Q(until__gt=on))
    return rows.order_by("pk").values_list("park__slug", "organisation__name", "role")


def test_it_says_what_the_query_says(at):
    cast = samples.cast(at)
    ready = Prepared(running, person=int, on=date)
    for person in Person.objects.all():
        for days in (-400, -365, 0, 400):
            on = at.date() + timedelta(days=days)
            assert ready(person=person.pk, on=on) == list(running(person.pk, on))
    assert ready(person=cast.officer.pk, on=at.date()) == [("huangpu", "广州黄埔人才园运营有限公司", "officer")]


def test_it_is_built_once(at):
    asked = []

    def build(slug):
        asked.append(slug)
        return Park.objects.filter(slug=slug).values_list("name")

    ready = Prepared(build, slug=str)
    samples.make_park(at=at, name="甲园", slug="jia")
    assert ready(slug="jia") == [("甲园",)] and ready(slug="yi") == [] and ready(slug="' OR 1=1 --") == []
    assert len(asked) == 1


def test_records_are_those_that_the_query_finds(cast):
    ready = Prepared(lambda name: Person.objects.filter(name=name), name=str)
    for person in Person.objects.all():
        found = ready(name=person.name)[0]
        assert found == person and found.uid == person.uid and found.created_at == person.created_at
        assert {f.attname: getattr(found, f.attname) for f in Person._meta.concrete_fields} == {
            f.attname: getattr(person, f.attname) for f in Person._meta.concrete_fields
        }
        assert not found._state.adding and type(found.is_active) is bool
    with pytest.raises(Misconfigured, match="one table"):
        Prepared(lambda pk: Membership.objects.filter(pk=pk).select_related("park"), pk=int)(pk=1)


def test_it_fetches_whole_records_and_takes_moments(at):
    samples.make_park(at=at, name="甲园", slug="jia")
    ready = Prepared(lambda since: Park.objects.filter(created_at__gte=since), since=datetime)
    assert ready(since=at)[0].__dict__.keys() == Park.objects.get().__dict__.keys()
    assert ready(since=at) == [Park.objects.get()] and ready(since=at)[0].created_at == at
    assert ready(since=at + timedelta(seconds=1)) == []


@pytest.mark.parametrize(
    ("build", "kinds", "values", "wrong"),
    [
        (lambda pk: Park.objects.filter(pk=pk).values_list("name"), {"pk": int}, {"pk": None}, "wants int"),
        (lambda pk: Park.objects.filter(pk=pk).values_list("name"), {"pk": int}, {"pk": "1"}, "wants int"),
        (lambda pk: Park.objects.filter(pk__gt=0).values_list("name"), {"pk": int}, {"pk": 1}, "lost one"),
    ],
)
def test_what_it_cannot_do_is_said(build, kinds, values, wrong):
    with pytest.raises(Misconfigured, match=wrong):
        Prepared(build, **kinds)(**values)
