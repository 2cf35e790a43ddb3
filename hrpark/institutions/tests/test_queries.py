"""Gates, lists and the figures of Table 1, as of any day."""

from datetime import date, timedelta

import pytest

from hrpark.accounts.queries import standing_of
from hrpark.accounts.samples import cast
from hrpark.institutions import actions, queries
from hrpark.institutions.models import Institution, Licence
from hrpark.institutions.samples import (
    make_contact,
    make_institution,
    make_licence,
    make_residency,
    make_resident,
    make_staff_member,
)
from hrpark.parks.samples import make_space
from hrpark.toolbox.errors import NotFound
from tests.worlds import world

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@world
def people(at):
    return cast(at)


@world
def park(people):
    return people.huangpu


def ids(*rows):
    return {r.pk for r in rows}


# --- gates ---------------------------------------------------------------------------------------------------------------


def test_who_may_open_which_dossier(at, people, park):
    qihang = make_institution(at=at, park=park, organisation=people.qihang)
    zhida = make_institution(at=at, park=park, organisation=people.zhida)
    yuecai = make_institution(at=at, park=people.tianhe, organisation=people.yuecai)
    expected = {
        people.officer: {qihang, zhida},
        people.inspector: {qihang, zhida},
        people.qihang_clerk: {qihang},
        people.zhida_representative: {zhida},
        people.tianhe_officer: set(),
        people.yuecai_clerk: set(),
        people.stranger: set(),
    }
    for person, theirs in expected.items():
        standing = standing_of(person, DAY)
        assert set(queries.institutions_in(standing, park)) == theirs
        for one in (qihang, zhida, yuecai):
            if one in theirs:
                assert queries.institution_for(standing, park, one.pk) == one
            else:
                with pytest.raises(NotFound):
                    queries.institution_for(standing, park, one.pk)
    assert queries.own_institution(standing_of(people.qihang_clerk, DAY), park) == qihang
    with pytest.raises(NotFound):
        queries.own_institution(standing_of(people.qihang_clerk, DAY), people.tianhe)


def test_a_row_of_another_dossier_does_not_exist(at, people, park):
    mine, other = make_institution(at=at, park=park), make_institution(at=at, park=park)
    licence = make_licence(at=at, institution=other)
    assert queries.part_of(other, Licence, licence.pk) == licence
    with pytest.raises(NotFound):
        queries.part_of(mine, Licence, licence.pk)


# --- lists ---------------------------------------------------------------------------------------------------------------


def test_expiring_means_without_successor(at, park):
    soon, renewed, lasting, revoked = (make_institution(at=at, park=park) for _ in range(4))
    last = DAY + timedelta(days=30)
    for one in (soon, renewed, revoked):
        make_licence(at=at, institution=one, valid_to=last)
    make_licence(at=at, institution=renewed, valid_from=last, valid_to=last + timedelta(days=900))
    make_licence(at=at, institution=soon, kind="filing", valid_to=None)
    make_licence(at=at, institution=lasting)
    Licence.objects.filter(institution=revoked).update(revoked_on=DAY)
    assert set(queries.expiring(DAY, 90).values_list("institution", flat=True)) == ids(soon)
    assert not queries.expiring(DAY, 29).exists()
    after = last + timedelta(days=1)
    assert set(queries.lapsed(after).values_list("institution", flat=True)) == ids(soon)


def test_a_list_says_unit_and_expiry_in_one_query(at, park, django_assert_num_queries):
    unit = make_space(at=at, park=park, code="A101")
    one = make_resident(at=at, park=park, unit=unit)
    make_licence(at=at, institution=one, valid_to=date(2026, 5, 1))
    make_institution(at=at, park=park)
    rows = queries.with_unit(queries.with_expiry(Institution.objects.filter(park=park), DAY), DAY)
    with django_assert_num_queries(1):
        found = {r.pk: (r.unit_name, r.resident_since, r.expires) for r in rows}
    assert found[one.pk] == ("A101", date(2025, 3, 2), date(2026, 5, 1))
    assert len(found) == 2


def test_a_niche_is_found_under_its_segment(at, park):
    flexible = make_resident(at=at, park=park, segments=("flexible_work",))
    outsourcing = make_resident(at=at, park=park, segments=("outsourcing",))
    rows = Institution.objects.filter(park=park)
    assert set(rows.filter(queries.declaring("outsourcing", DAY))) == {flexible, outsourcing}
    assert set(rows.filter(queries.declaring("flexible_work", DAY))) == {flexible}
    assert not rows.filter(queries.declaring("bakery", DAY)).exists()


# --- one dossier ---------------------------------------------------------------------------------------------------------


def test_a_dossier_is_read_in_a_fixed_number_of_queries(at, park, django_assert_num_queries):
    one = make_resident(at=at, park=park, segments=("recruitment", "training", "flexible_work"))
    for _ in range(5):
        make_staff_member(at=at, institution=one)
        make_licence(at=at, institution=one, kind="filing")
        make_contact(at=at, institution=one)
    with django_assert_num_queries(9):
        dossier = queries.dossier_of(one, DAY)
    assert dossier.permit.passed and dossier.legal_person.passed
    assert (dossier.professionals, len(dossier.contacts)) == (5, 5)
    assert dossier.residency.starts == date(2025, 3, 2)
    assert dossier.coming is None


def test_a_dossier_says_what_has_to_be_seen_to(at, park, people):
    one = make_resident(at=at, park=park, permit=None, segments=("dispatch",))
    make_licence(at=at, institution=one, valid_to=DAY + timedelta(days=20))
    actions.record_credit_check(
        actor=people.officer, at=at, key="c", institution=one, source="court", checked_on=DAY, result="found", note="2025年列入"
    )
    texts = {w.tab: w.text for w in queries.dossier_of(one, DAY).warnings}
    assert "还有20天" in texts["licences"]
    assert "没有登记劳务派遣经营许可证" in texts["segments"]
    assert "没有联系人" in texts["contacts"]
    assert "有不良记录" in texts["credit"]
    actions.record_credit_check(
        actor=people.officer,
        at=at,
        key="d",
        institution=one,
        source="court",
        checked_on=DAY - timedelta(days=9),
        result="clear",
    )
    assert [w.tab for w in queries.dossier_of(one, DAY).warnings].count("credit") == 1


# --- figures -------------------------------------------------------------------------------------------------------------


def test_residents_are_counted_on_the_days_they_stay(at, people, park):
    here = make_resident(at=at, park=park, starts=date(2024, 5, 1))
    gone = make_resident(at=at, park=park, starts=date(2024, 1, 1), ends=date(2025, 1, 1))
    supporting = make_resident(at=at, park=park, kind="supporting")
    make_institution(at=at, park=park)
    make_resident(at=at, park=people.tianhe)

    def agencies(*day):
        return set(queries.resident_agencies(park, date(*day)).values_list("pk", flat=True))

    assert agencies(2023, 12, 31) == set()
    assert agencies(2024, 1, 1) == ids(gone)
    assert agencies(2024, 12, 31) == ids(here, gone)
    assert agencies(2025, 1, 1) == ids(here)
    assert set(queries.resident_supporting(park, DAY)) == {supporting}


def test_agencies_without_a_valid_permit_are_told_apart(at, park):
    make_resident(at=at, park=park)
    none = make_resident(at=at, park=park, permit=None)
    lapsed = make_resident(at=at, park=park, permit=None)
    make_licence(at=at, institution=lapsed, valid_to=DAY - timedelta(days=1))
    unseen = make_resident(at=at, park=park)
    Licence.objects.filter(institution=unseen).update(verified_at=None)
    telecom = make_resident(at=at, park=park, permit="telecom")
    assert set(queries.without_permit(park, DAY)) == {none, lapsed, unseen, telecom}
    assert queries.resident_agencies(park, DAY).permitted_on(DAY).count() == 1


def test_new_is_gross_and_only_the_first_time(at, park):
    first = make_resident(at=at, park=park, starts=date(2025, 2, 1), ends=date(2025, 6, 1))
    old = make_resident(at=at, park=park, starts=date(2023, 2, 1), ends=date(2024, 2, 1))
    make_residency(at=at, institution=old, starts=date(2025, 7, 1))
    never = make_resident(at=at, park=park, starts=date(2025, 3, 1), ends=date(2025, 3, 1))
    make_resident(at=at, park=park, kind="supporting", starts=date(2025, 2, 1))
    assert set(queries.new_residents(park, 2025)) == {first}
    assert set(queries.new_residents(park, 2023)) == {old}
    assert never not in queries.resident_agencies(park, date(2025, 3, 1))


def test_a_segment_is_covered_by_who_declares_it_and_may(at, people, park):
    search = make_resident(at=at, park=park, segments=("executive_search", "training"))
    trainer = make_resident(at=at, park=park, permit="filing", segments=("training", "background_check"))
    coder = make_resident(at=at, park=park, permit=None, segments=("digital_hr",))
    make_resident(at=at, park=people.tianhe, permit="dispatch", segments=("dispatch",))
    listed_only = make_institution(at=at, park=park)
    make_licence(at=at, institution=listed_only, kind="dispatch")
    actions.declare_segment(
        actor=people.officer, at=at, key="l", institution=listed_only, code="dispatch", since=date(2025, 1, 1)
    )
    coverage = queries.segment_coverage(park, DAY)
    rows = {r.segment.code: r for r in coverage.rows}
    assert (coverage.covered, coverage.total) == (4, 10)
    assert (rows["training"].declared, rows["training"].covering) == ((search.pk, trainer.pk), (trainer.pk,))
    assert rows["consulting"].covering == (trainer.pk,)
    assert rows["software"].covering == (coder.pk,)
    assert not rows["dispatch"].declared
    before = queries.segment_coverage(park, date(2020, 1, 1))
    assert before.covered == 0


def test_figures_take_few_queries_however_many_institutions(at, park, django_assert_max_num_queries):
    for _ in range(8):
        make_resident(at=at, park=park, segments=("recruitment",))
    with django_assert_max_num_queries(2):
        queries.segment_coverage(park, DAY)
    with django_assert_max_num_queries(1):
        queries.resident_agencies(park, DAY).count()
    with django_assert_max_num_queries(1):
        list(queries.new_residents(park, 2025))
