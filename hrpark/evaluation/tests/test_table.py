"""Table 1 of a park: every row from its records or from what was declared, each figure with its basis, as of any date."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from hrpark.cases import actions as cases
from hrpark.cases.actions import freeze_due
from hrpark.cases.samples import DATA, make_case
from hrpark.evaluation.kinds import INDICATORS, rows_have_indicators
from hrpark.evaluation.queries import figure_of, same_day, table_of
from hrpark.evaluation.rules.basis import Basis, Bound
from hrpark.institutions import samples as dossiers
from hrpark.institutions.actions import end_residency
from hrpark.parks.models import ParkProfile
from hrpark.returns import samples as returns
from hrpark.standard.kinds import CITATIONS
from hrpark.standard.queries import current_edition
from hrpark.toolbox.errors import NotFound

pytestmark = pytest.mark.django_db
END = date(2025, 12, 31)


def reading(park, key, as_of=END, on=date(2026, 3, 2)):
    return table_of(park, as_of, on).cell(key).reading


def test_all_sixteen_rows_have_an_indicator_with_the_measures_of_the_edition():
    assert [row.key for row in current_edition().rows] == INDICATORS.keys()
    assert len(INDICATORS) == 16
    assert rows_have_indicators() == []


def test_every_indicator_cites_its_row():
    for indicator in INDICATORS:
        assert f"{type(indicator).__module__}.{type(indicator).__qualname__}" in CITATIONS[indicator.row]


def test_an_empty_park_is_not_determined_and_nowhere_zero(people):
    table = table_of(people.huangpu, END, date(2026, 3, 2))
    assert all(c.reading.value is None and c.reading.basis is Basis.NOT_DETERMINED for r in table.rows for c in r.cells)
    assert all(c.reading.why and c.change is None for r in table.rows for c in r.cells)


def test_agencies_are_counted_from_residencies_with_the_records_behind(people, residents):
    found = reading(people.huangpu, "T1.01.agencies")
    assert (found.value, found.basis) == (6, Basis.COMPUTED)
    assert found.records[0].type == "institution"
    assert set(found.records[0].ids) == {str(i.pk) for i in residents[:6]}
    assert reading(people.huangpu, "T1.04.supporting_agencies").value == 1


def test_the_count_is_of_the_day_that_is_asked(people, residents, at):
    assert reading(people.huangpu, "T1.01.agencies", date(2024, 5, 31)).value is None
    assert reading(people.huangpu, "T1.01.agencies", date(2024, 6, 1)).value == 6
    residency = residents[0].residencies.get()
    end_residency(actor=people.officer, at=at, key="end", residency=residency, on=date(2025, 10, 1), reason="合同期满")
    assert reading(people.huangpu, "T1.01.agencies", date(2025, 9, 30)).value == 6
    assert reading(people.huangpu, "T1.01.agencies").value == 5


def test_new_is_gross_and_growth_is_net(people, residents, at):
    came = dossiers.make_resident(at=at, park=people.huangpu, starts=date(2025, 3, 1))
    dossiers.make_resident(at=at, park=people.huangpu, starts=date(2025, 4, 1))
    end_residency(actor=people.officer, at=at, key="end", residency=came.residencies.get(), on=date(2025, 9, 1), reason="搬迁")
    assert reading(people.huangpu, "T1.02.new_gross").value == 2
    growth = reading(people.huangpu, "T1.02.growth")
    assert growth.value == Decimal("16.6667") and "年初 6 家" in growth.computed_why
    assert reading(people.huangpu, "T1.02.new_gross", date(2025, 3, 15)).value == 1


def test_growth_from_an_empty_park_is_no_number(people, residents):
    growth = reading(people.huangpu, "T1.02.growth", date(2024, 12, 31))
    assert (growth.value, growth.basis) == (None, Basis.NOT_DETERMINED)
    assert "不计算增长率" in growth.why


def test_a_segment_is_covered_by_a_resident_with_the_permit_it_needs(people, residents):
    found = reading(people.huangpu, "T1.03.segments_covered")
    assert found.value == 1 and "10 个领域中有 1 个" in found.why
    assert len(found.records[0]) == 2


# --- declared, verified, computed ------------------------------------------------------------------------------------------


def test_a_declared_figure_stands_until_it_is_verified(people, at):
    returns.make_declaration(people.huangpu, 2025, {"T1.10.events_held": 14})
    first = reading(people.huangpu, "T1.10.events_held")
    assert (first.value, first.basis, first.firm) == (14, Basis.DECLARED, False)
    returns.verify_all(people.huangpu, 2025)
    then = reading(people.huangpu, "T1.10.events_held")
    assert (then.value, then.basis, then.records[0].type) == (14, Basis.VERIFIED, "declared_figure")


def test_computed_agencies_stand_before_declared_ones_and_both_are_shown(people, residents):
    returns.make_declaration(people.huangpu, 2025, {"T1.01.agencies": 8})
    found = reading(people.huangpu, "T1.01.agencies")
    assert (found.value, found.computed, found.declared.value, found.disagree) == (6, 6, 8, True)


def test_the_sum_of_the_agencies_counts_only_when_all_have_declared(people, residents, at):
    agencies = residents[:6]
    for n, agency in enumerate(agencies[:5]):
        returns.make_declaration(
            people.huangpu, 2025, {"T1.05.revenue": 1000 + n, "T1.07.posts_provided": 10}, institution=agency
        )
    part = reading(people.huangpu, "T1.05.revenue")
    assert (part.value, part.computed, part.coverage.known, part.coverage.of) == (None, 5010, 5, 6)
    assert "未报齐" in part.why
    returns.make_declaration(people.huangpu, 2025, {"T1.05.revenue": (500, "at_least")}, institution=agencies[5])
    assert reading(people.huangpu, "T1.05.revenue").value is None
    returns.make_declaration(people.huangpu, 2025, {"T1.05.revenue": 500}, institution=agencies[5])
    whole = reading(people.huangpu, "T1.05.revenue")
    assert (whole.value, whole.firm, len(whole.records[0])) == (5510, False, 6)
    returns.make_declaration(people.huangpu, 2025, {"T1.05.revenue": 5600})
    assert (reading(people.huangpu, "T1.05.revenue").value, reading(people.huangpu, "T1.05.revenue").computed) == (5600, 5510)


def test_the_economy_share_needs_its_denominator_and_is_no_firmer_than_its_numerator(people, at):
    ParkProfile.objects.create(park=people.huangpu, level="national", region="广州市黄埔区", region_code="440112")
    returns.make_declaration(people.huangpu, 2025, {"T1.05.revenue": 150_000})
    without = reading(people.huangpu, "T1.06.economy_share")
    assert (without.value, without.basis) == (None, Basis.NOT_DETERMINED)
    assert "尚未录入2025年区域" in without.why
    returns.make_regional_figure(people.huangpu, 2025, 600_000)
    share = reading(people.huangpu, "T1.06.economy_share")
    assert (share.value, share.firm) == (25, False)
    returns.verify_all(people.huangpu, 2025)
    share = reading(people.huangpu, "T1.06.economy_share")
    assert (share.basis, [r.type for r in share.records]) == (Basis.COMPUTED, ["declared_figure", "regional_figure"])


def test_one_figure_is_found_by_its_key_and_an_unknown_one_is_not(people):
    assert figure_of(people.huangpu, END, END, "T1.05.tax").measure.unit == "万元"
    with pytest.raises(NotFound):
        figure_of(people.huangpu, END, END, "T1.99.nothing")


def test_the_year_before_a_leap_day_ends_on_the_28th():
    assert same_day(date(2024, 2, 29), 2023) == date(2023, 2, 28)


# --- published figures of real parks ---------------------------------------------------------------------------------------


def one_decimal(ratio: Decimal) -> str:
    return f"{ratio * 100:+.1f} %"


def test_shandong_2021_reproduces_the_published_growth(people):
    """All national-level parks of 山东: revenue +45.7 %, tax +54.1 %."""
    returns.make_declaration(people.huangpu, 2020, returns.SHANDONG_2020)
    returns.make_declaration(people.huangpu, 2021, returns.SHANDONG_2021)
    table = table_of(people.huangpu, date(2021, 12, 31), date(2026, 3, 2))
    assert one_decimal(table.cell("T1.05.revenue").change) == "+45.7 %"
    assert one_decimal(table.cell("T1.05.tax").change) == "+54.1 %"
    assert table.cell("T1.01.agencies").reading.value == 183
    assert table.cell("T1.01.agencies").change is None
    assert table.cell("T1.06.economy_share").reading.value is None


@pytest.mark.parametrize(
    ("year", "figures", "shown"),
    [(2023, returns.HEFEI_2023, {"T1.05.revenue": 1_000_000}), (2018, returns.SUZHOU_2018, {"T1.05.revenue": 4_000_000})],
)
def test_hefei_and_suzhou_show_their_lower_bounds_and_otherwise_not_determined(people, year, figures, shown):
    returns.make_declaration(people.huangpu, year - 1, {"T1.05.revenue": 500_000})
    returns.make_declaration(people.huangpu, year, figures)
    table = table_of(people.huangpu, date(year, 12, 31), date(2026, 3, 2))
    for row in table.rows:
        for cell in row.cells:
            if cell.key in shown:
                assert (cell.reading.value, cell.reading.bound, cell.reading.exact) == (shown[cell.key], Bound.AT_LEAST, None)
                assert cell.change is None
            elif cell.key not in figures:
                assert (cell.reading.value, cell.reading.basis) == (None, Basis.NOT_DETERMINED)


def test_table_1_is_read_in_a_number_of_queries_that_does_not_grow_with_the_residents(
    people, residents, at, django_assert_max_num_queries
):
    for _ in range(20):
        dossiers.make_resident(at=at, park=people.huangpu, starts=date(2025, 2, 1))
    with django_assert_max_num_queries(60):
        table_of(people.huangpu, END, END + timedelta(days=60))


def test_the_response_rate_of_a_frozen_year_is_what_was_frozen(people, at):
    """One request that nobody answered in time: 0 % of one. Withdrawn after the year was frozen, it is still counted."""
    case = make_case(kind="general", park=people.huangpu, applicant=people.stranger, data=DATA["general"])
    end, later = date(2026, 12, 31), at.replace(year=2027)
    freeze_due(later)
    cases.withdraw(actor=people.stranger, at=later, key="w", case=case)
    assert reading(people.huangpu, "T1.13.response_rate", end, later.date()).computed == 0
    assert reading(people.huangpu, "T1.13.response_rate", end - timedelta(days=1), later.date()).computed is None
