"""Declaring, restating and verifying: nothing declared is ever edited, and everybody stays with what is theirs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from hrpark.accounts.queries import standing_of
from hrpark.accounts.samples import cast
from hrpark.files import samples as files
from hrpark.files.actions import attach
from hrpark.institutions.models import Institution
from hrpark.notices.models import Notice
from hrpark.parks.models import ParkProfile
from hrpark.returns import samples
from hrpark.returns.actions import declare_figures, enter_regional_figure, verify_figure
from hrpark.returns.models import Declaration, DeclaredFigure, RegionalFigure
from hrpark.returns.queries import (
    declarations_for,
    figure_for,
    figures_for,
    history_of,
    institution_form,
    latest_declaration,
    open_figures,
    park_form,
    regional_figure,
    warnings_for,
)
from hrpark.standard.models import UsedEdition
from hrpark.toolbox.errors import Conflict, NotAllowed, NotFound, Refused
from hrpark.trail.queries import timeline
from tests.worlds import world

pytestmark = pytest.mark.django_db
REVENUE, TAX = "T1.05.revenue", "T1.05.tax"


@world
def people(at):
    return cast(at)


@pytest.fixture
def qihang(people, at):
    return Institution.objects.create(
        park=people.huangpu, organisation=people.qihang, kind="agency", name=people.qihang.name, uscc=people.qihang.uscc,
        created_at=at, changed_at=at,
    )  # fmt: skip


def declare(people, at, values, *, key="k1", actor=None, park=None, year=2025, **over) -> Declaration:
    return declare_figures(
        actor=actor or people.officer,
        at=at,
        key=key,
        park=park or people.huangpu,
        year=year,
        figures=samples.given(values),
        **over,
    )


def figure(people, measure=REVENUE, year=2025) -> DeclaredFigure:
    return open_figures(people.huangpu, year)[measure]


def test_a_form_becomes_one_declaration_and_a_row_a_figure(people, at):
    declaration = declare(people, at, {REVENUE: 1000, TAX: "12.5", "T1.10.events_held": None})
    found = open_figures(people.huangpu, 2025)
    assert {k: f.value for k, f in found.items()} == {REVENUE: 1000, TAX: Decimal("12.5")}
    assert (found[TAX].unit, found[TAX].edition, declaration.version) == ("万元", "draft-2025", 1)
    assert declaration.declared_by_name == people.officer.name
    assert UsedEdition.objects.filter(key="draft-2025").exists()
    assert [line.what for line in timeline("declared_figure", found[TAX].pk)] == ["申报了数据"]


def test_a_double_click_declares_once(people, at):
    first = declare(people, at, {REVENUE: 1000})
    assert declare(people, at, {REVENUE: 1000}) == first
    assert DeclaredFigure.objects.count() == 1


def test_a_restatement_is_a_new_row_and_leaves_what_did_not_change(people, at):
    declare(people, at, {REVENUE: 1000, TAX: 10})
    old, tax = figure(people), figure(people, TAX)
    later = at + timedelta(days=3)
    second = declare(people, later, {REVENUE: 900, TAX: 10}, key="k2")
    new = figure(people)
    old.refresh_from_db()
    assert (second.version, new.supersedes, new.value, old.value, old.superseded_at) == (2, old, 900, 1000, later)
    assert figure(people, TAX) == tax
    assert history_of(old) == [new, old]


def test_the_same_form_again_says_so_and_writes_nothing(people, at):
    declare(people, at, {REVENUE: 1000})
    with pytest.raises(Refused, match="完全相同"):
        declare(people, at, {REVENUE: 1000}, key="k2")
    with pytest.raises(Refused, match="没有任何数据"):
        declare(people, at, {REVENUE: None}, key="k3", year=2024)


def test_a_figure_can_be_withdrawn(people, at):
    declare(people, at, {REVENUE: 1000})
    declare(people, at, {REVENUE: None}, key="k2")
    assert figure(people).value is None


def test_two_officers_with_the_same_form_do_not_overwrite_each_other(people, at):
    first = declare(people, at, {REVENUE: 1000}, seen=None)
    with pytest.raises(Conflict, match="刚刚已由他人提交"):
        declare(people, at, {REVENUE: 2000}, key="k2", actor=people.director, seen=None)
    assert declare(people, at, {REVENUE: 2000}, key="k3", seen=first.pk).version == 2


def test_the_database_refuses_to_edit_or_delete_what_was_declared(people, at):
    declare(people, at, {REVENUE: 1000})
    samples.make_regional_figure(_with_region(people), 2025, 5000, at=at)
    for statement in (
        "UPDATE returns_declaredfigure SET value = 1",
        "UPDATE returns_declaration SET note = 'x'",
        "UPDATE returns_regionalfigure SET value = 1",
        "DELETE FROM returns_declaredfigure",
    ):
        with (
            pytest.raises(DatabaseError, match="stays as it was declared"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert figure(people).value == 1000


def test_the_database_refuses_a_second_open_row(people, at):
    declaration = declare(people, at, {REVENUE: 1000})
    with pytest.raises(IntegrityError), transaction.atomic():
        DeclaredFigure.objects.create(
            park=people.huangpu, declaration=declaration, year=2025, measure=REVENUE, value=1, unit="万元", edition="draft-2025"
        )


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"T9.99.nothing": 1}, "无法识别"),
        ({REVENUE: -1}, "不能为负数"),
        ({"T1.10.events_held": "1.5"}, "应为整数"),
        ({REVENUE: (1, "maybe")}, "口径"),
    ],
)
def test_impossible_figures_are_refused_with_their_field(people, at, values, says):
    with pytest.raises(Refused, match=says) as refused:
        declare(people, at, values)
    assert refused.value.field == next(iter(values))


@pytest.mark.parametrize(("year", "quarter"), [(2027, 0), (1999, 0), (2026, 2), (2025, 5)])
def test_a_period_that_has_not_come_is_refused(people, at, year, quarter):
    with pytest.raises(Refused):
        declare(people, at, {REVENUE: 1}, year=year, quarter=quarter)


def test_a_quarter_stands_beside_the_year(people, at):
    declare(people, at, {REVENUE: 1000})
    declare(people, at, {REVENUE: 250}, key="k2", quarter=1)
    assert figure(people).value == 1000
    assert open_figures(people.huangpu, 2025, quarter=1)[REVENUE].value == 250


def test_only_the_operator_declares_for_the_park(people, at):
    for actor in (people.qihang_representative, people.inspector, people.tianhe_officer, people.stranger):
        with pytest.raises(NotAllowed):
            declare(people, at, {REVENUE: 1}, actor=actor)


def test_an_institution_declares_only_its_own_few_measures(people, at, qihang):
    declare(people, at, {REVENUE: 300, "returns.staff": 12}, actor=people.qihang_clerk, institution=qihang)
    assert open_figures(people.huangpu, 2025, institution=qihang)[REVENUE].value == 300
    assert REVENUE not in open_figures(people.huangpu, 2025)
    with pytest.raises(Refused, match="无法识别"):
        declare(people, at, {"T1.01.agencies": 3}, key="k2", actor=people.qihang_clerk, institution=qihang)
    for actor in (people.zhida_clerk, people.officer):
        with pytest.raises(NotAllowed):
            declare(people, at, {REVENUE: 1}, key="k3", actor=actor, institution=qihang)
    with pytest.raises(NotFound):
        declare(people, at, {REVENUE: 1}, key="k4", actor=people.tianhe_officer, park=people.tianhe, institution=qihang)


def test_everybody_sees_what_is_theirs_and_no_more(people, at, qihang):
    declare(people, at, {REVENUE: 1000})
    declare(people, at, {REVENUE: 300}, key="k2", actor=people.qihang_clerk, institution=qihang)
    own = figure(people)

    def seen(person):
        return figures_for(standing_of(person, at.date())).count(), declarations_for(standing_of(person, at.date())).count()

    assert seen(people.officer) == seen(people.inspector) == (2, 2)
    assert seen(people.qihang_representative) == (1, 1)
    assert seen(people.zhida_clerk) == seen(people.tianhe_director) == seen(people.stranger) == (0, 0)
    assert figure_for(standing_of(people.officer, at.date()), people.huangpu, own.pk) == own
    for person, park in (
        (people.tianhe_officer, people.tianhe),
        (people.officer, people.tianhe),
        (people.zhida_clerk, people.huangpu),
    ):
        with pytest.raises(NotFound):
            figure_for(standing_of(person, at.date()), park, own.pk)


# --- verifying -----------------------------------------------------------------------------------------------------------


def verify(people, at, *, value, key="v1", actor=None, of=None, **over) -> DeclaredFigure:
    of = of or figure(people)
    return verify_figure(actor=actor or people.inspector, at=at, key=key, figure=of, value=value, **over)


def test_the_authority_accepts_a_figure_as_declared(people, at):
    declare(people, at, {REVENUE: 1000})
    done = verify(people, at, value=Decimal(1000))
    assert (done.verified_value, done.verified_by_name, done.verified_at) == (1000, people.inspector.name, at)


def test_the_same_verification_again_is_refused_and_told_once(people, at):
    declare(people, at, {REVENUE: 1000})
    verify(people, at, value=Decimal(900), reason="与完税证明合计不符")
    with pytest.raises(Conflict, match=f"{people.inspector.name}已于2026-03-02 10:00作过同样的核定"):
        verify(people, at, value=Decimal(900), reason="与完税证明合计不符", key="v2")
    assert Notice.objects.filter(kind="returns.not_as_declared").count() == 1
    assert verify(people, at, value=Decimal(950), reason="补充了一张完税证明", key="v3").verified_value == 950


def test_another_value_needs_a_reason_and_none_too(people, at):
    declare(people, at, {REVENUE: 1000})
    for value in (Decimal(900), None):
        with pytest.raises(Refused, match="请写明理由"):
            verify(people, at, value=value)
    done = verify(people, at, value=None, reason="无审计报告")
    assert done.verified_at and done.verified_value is None


def test_a_lower_bound_may_be_made_exact_with_a_reason(people, at):
    declare(people, at, {REVENUE: (1000, "at_least")})
    with pytest.raises(Refused):
        verify(people, at, value=Decimal(1000), bound="exact")
    assert verify(people, at, value=Decimal(1052), bound="exact", reason="按审计报告").verified_value == 1052


def test_who_declared_is_told_of_another_value_and_not_of_the_same(people, at):
    declare(people, at, {REVENUE: 1000, TAX: 10})
    verify(people, at, value=Decimal(1000))
    assert not Notice.objects.exists()
    verify(people, at, value=Decimal("9.5"), of=figure(people, TAX), reason="与完税证明合计不符", key="v2")
    notice = Notice.objects.get()
    assert (notice.person, notice.kind) == (people.officer, "returns.not_as_declared")
    assert "核定为 9.5 万元" in notice.body and "与完税证明合计不符" in notice.body


def test_a_superseded_figure_can_no_longer_be_verified(people, at):
    declare(people, at, {REVENUE: 1000})
    old = figure(people)
    declare(people, at, {REVENUE: 900}, key="k2")
    with pytest.raises(Conflict, match="已被更正"):
        verify(people, at, value=Decimal(1000), of=old)


def test_nobody_verifies_their_own_figures(people, at):
    declare(people, at, {REVENUE: 1000})
    for actor in (people.director, people.officer, people.qihang_representative, people.stranger):
        with pytest.raises(NotAllowed):
            verify(people, at, value=Decimal(1000), actor=actor)


# --- regions, forms, evidence, warnings ------------------------------------------------------------------------------------


def _with_region(people):
    ParkProfile.objects.create(park=people.huangpu, level="national", region="广州市黄埔区", region_code="440112")
    return people.huangpu


def test_a_regional_figure_carries_its_document_and_the_narrowest_region_wins(people, at):
    park = _with_region(people)
    samples.make_regional_figure(park, 2025, 90000, actor=people.inspector, at=at, region_code="440100", region="广州市")
    assert regional_figure(park, 2025, "region.hr_revenue").region == "广州市"
    samples.make_regional_figure(park, 2025, 4000, actor=people.inspector, at=at)
    samples.make_regional_figure(park, 2025, 5000, actor=people.inspector, at=at)
    found = regional_figure(park, 2025, "region.hr_revenue")
    assert (found.value, found.document, found.supersedes.value) == (5000, "2025年广州市黄埔区人力资源服务业统计资料", 4000)
    assert RegionalFigure.objects.count() == 3


def test_a_regional_figure_needs_the_authority_a_document_and_a_region_of_the_park(people, at):
    park = _with_region(people)

    def enter(actor=people.inspector, **over):
        given = {
            "region_code": "440112",
            "region": "广州市黄埔区",
            "year": 2025,
            "measure": "region.hr_revenue",
            "value": Decimal(1),
            "document": "公报",
        }
        return enter_regional_figure(actor=actor, at=at, key="r", park=park, **{**given, **over})

    for over in (
        {"document": " "},
        {"region_code": "110105"},
        {"year": 2030},
        {"measure": "x"},
        {"value": Decimal(-1)},
        {"document_on": at.date() + timedelta(1)},
    ):
        with pytest.raises(Refused):
            enter(**over)
    for actor in (people.officer, people.qihang_representative, people.tianhe_director):
        with pytest.raises(NotAllowed):
            enter(actor=actor)


def test_the_park_form_holds_every_measure_of_table_1_and_an_institution_only_its_own():
    keys = [a.key for a in park_form()]
    assert len({k[:5] for k in keys if k.startswith("T1")}) == 16
    assert keys[-2:] == ["returns.staff", "returns.persons_distinct"]
    assert {a.key for a in institution_form()} < set(keys)


def test_evidence_is_added_by_who_declared_and_read_by_who_may_read_the_figure(people, at, qihang):
    declare(people, at, {REVENUE: 300}, actor=people.qihang_clerk, institution=qihang)
    own = open_figures(people.huangpu, 2025, institution=qihang)[REVENUE]

    def add(actor, key):
        file = files.Named(files.pdf_bytes(), "审计报告.pdf")
        return attach(actor=actor, at=at, key=key, to=own, file=file, park=people.huangpu, label="审计报告")

    assert add(people.qihang_clerk, "a1").pk
    with pytest.raises(NotAllowed):
        add(people.officer, "a2")
    for stranger in (people.zhida_clerk, people.tianhe_officer):
        with pytest.raises(NotFound):
            add(stranger, "a3")


def test_warnings_compare_with_the_open_figures_of_the_year_before(people, at):
    declare(people, at, {REVENUE: (100, "at_least"), "T1.10.events_held": 10}, year=2024)
    found = warnings_for(people.huangpu, 2025, {REVENUE: Decimal(5000), "T1.10.events_held": Decimal(50)}, at.date())
    assert [w.measure for w in found] == ["T1.10.events_held"]
    assert "比上年增长 400.0%，超过提示线 300.0%" in found[0].says


def test_the_latest_declaration_is_the_last_form_of_its_period(people, at):
    assert latest_declaration(people.huangpu, 2025) is None
    declare(people, at, {REVENUE: 1})
    second = declare(people, at, {REVENUE: 2}, key="k2")
    assert latest_declaration(people.huangpu, 2025) == second
