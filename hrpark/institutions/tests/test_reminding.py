"""Licences that come to their end: who is told, when, and how often."""

from datetime import date, timedelta

import pytest

from hrpark.accounts import samples as accounts
from hrpark.institutions.actions import remind_licences
from hrpark.institutions.models import Institution, LicenceKind
from hrpark.institutions.samples import make_licence, make_resident
from hrpark.notices.models import Notice

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def cast(at):
    return accounts.cast(at)


@pytest.fixture
def resident(cast, at):
    institution = make_resident(at=at, park=cast.huangpu, permit=None)
    Institution.objects.filter(pk=institution.pk).update(organisation=cast.qihang)
    return institution


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("title", flat=True))


def test_an_end_is_told_ninety_sixty_and_thirty_days_ahead_once_each(cast, resident, at):
    make_licence(at=at, institution=resident, valid_to=at.date() + 91 * DAY)
    assert remind_licences(at) == 0
    days = [n for n in range(1, 95) for _ in range(2) if remind_licences(at + n * DAY)]
    assert days == [1, 31, 61]
    assert [title.partition("可证")[2] for title in told(cast.qihang_clerk)] == ["90天后到期", "60天后到期", "30天后到期"]
    assert told(cast.officer) == told(cast.qihang_clerk) and told(cast.yuecai_clerk) == []


def test_a_dispatch_licence_counts_back_from_the_last_day_to_ask_for_its_renewal(cast, resident, at):
    make_licence(at=at, institution=resident, kind=LicenceKind.DISPATCH, valid_to=at.date() + 151 * DAY)
    assert [n for n in range(0, 152) if remind_licences(at + n * DAY)] == [1, 31, 61]
    assert "应在90天内申请延续" in told(cast.qihang_representative)[0]


def test_at_night_and_for_what_was_renewed_or_has_left_nobody_is_told(cast, resident, at):
    old = make_licence(at=at, institution=resident, valid_to=at.date() + 20 * DAY)
    assert remind_licences(at.replace(hour=3)) == 0
    make_licence(at=at, institution=resident, valid_from=old.valid_to, valid_to=date(2031, 1, 1))
    gone = make_resident(at=at, park=cast.huangpu, permit=None, ends=at.date() - DAY)
    make_licence(at=at, institution=gone, valid_to=at.date() + 20 * DAY)
    assert remind_licences(at) == 0
