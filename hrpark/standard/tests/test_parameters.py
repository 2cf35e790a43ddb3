"""Numbers of the house as they hold on a day, and what a park promises instead."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from hrpark.standard import queries
from hrpark.standard.actions import override, withdraw_override
from hrpark.standard.kinds import PARAMETERS
from hrpark.standard.models import Override
from hrpark.standard.rules import Source, write_value
from hrpark.standard.samples import make_override
from hrpark.toolbox.errors import Conflict, Misconfigured, NotAllowed, Refused
from hrpark.trail.models import Entry
from hrpark.trail.queries import timeline

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
START = "admission.start_days"

#: As said on 2026-03-02: key → value.
EXPECTED = {
    "admission.start_days": 90,
    "admission.start_reminder_days": (30, 60, 75, 90),
    "admission.min_professionals": 1,
    "admission.licence_min_staff": 3,
    "admission.filing_days": 15,
    "admission.branch_report_days": 15,
    "admission.change_report_days": 15,
    "admission.authority_report_working_days": 5,
    "admission.credit_check_max_age_days": 30,
    "institutions.licence_warning_days": (90, 60, 30),
    "institutions.dispatch_validity_years": 3,
    "institutions.dispatch_renewal_days": 60,
    "institutions.dispatch_min_capital": 200,
    "institutions.annual_report_month": 2,
    "evaluation.min_answers": 5,
    "evaluation.weight_residents": 30,
    "evaluation.weight_operator": 20,
    "evaluation.weight_authority": 50,
    "evaluation.publish_min_establishments": 3,
    "evaluation.dominance_percent": 15,
    "returns.tax_to_revenue_min_percent": Decimal("0.3"),
    "returns.tax_to_revenue_max_percent": Decimal(10),
    "returns.revenue_per_staff_max": 1000,
    "returns.growth_max_percent": 300,
}


def promise(cast, at, **over):
    said = {"actor": cast.director, "at": at, "key": "k", "park": cast.huangpu, "parameter": START, "since": TODAY}
    return override(**said | {"value": 60, "basis": "园区管委会2026年第3次会议"} | over)


@pytest.mark.parametrize("key", EXPECTED)
def test_the_numbers_of_the_standard_and_the_law_hold_today(key):
    assert queries.parameter(key, TODAY) == EXPECTED[key]


def test_a_statute_is_cited_with_its_article():
    held = queries.parameter_with_basis("admission.licence_min_staff", TODAY)
    assert (held.basis, held.source, held.since) == ("广东省人力资源市场条例 第二十四条", Source.LAW, date(2022, 1, 1))


def test_every_parameter_has_its_unit_and_basis_and_law_is_cited_by_article():
    for parameter in PARAMETERS:
        for _, basis in parameter.values.values:
            assert basis.words, parameter.key
            if basis.source is Source.LAW:
                assert "第" in basis.words and basis.words.endswith("条"), parameter.key
            if basis.source is Source.OWN:
                assert "平台" in basis.words, parameter.key


def test_the_older_law_holds_before_the_newer():
    key = "admission.branch_report_days"
    assert queries.parameter_with_basis(key, date(2021, 12, 31)).basis == "人力资源市场暂行条例 第二十条"
    assert queries.parameter_with_basis(key, date(2022, 1, 1)).basis == "广东省人力资源市场条例 第二十八条"


def test_before_the_first_law_the_answer_says_when_it_began():
    with pytest.raises(Refused, match="2018年10月01日"):
        queries.parameter("admission.branch_report_days", date(2018, 9, 30))


def test_what_no_day_begins_holds_always():
    held = queries.parameter_with_basis(START, date(1999, 1, 1))
    assert held.value == 90 and held.always


def test_an_unknown_parameter_is_a_mistake_of_the_program():
    with pytest.raises(Misconfigured, match="admission.start_dayz"):
        queries.parameter("admission.start_dayz", TODAY)


def test_a_promise_holds_from_its_day_in_its_park_alone(cast, at):
    promise(cast, at)
    yesterday = TODAY - timedelta(days=1)
    assert queries.parameter(START, TODAY, cast.huangpu.pk) == 60
    assert queries.parameter(START, yesterday, cast.huangpu.pk) == 90
    assert queries.parameter(START, TODAY, cast.tianhe.pk) == 90
    assert queries.parameter(START, TODAY) == 90
    held = queries.parameter_with_basis(START, TODAY, cast.huangpu.pk)
    assert (held.source, held.basis, held.since) == (Source.PARK, "园区管委会2026年第3次会议", TODAY)


def test_the_latest_promise_holds(cast, at):
    promise(cast, at, key="k1")
    promise(cast, at, key="k2", since=TODAY + timedelta(days=30), value=45)
    assert queries.parameter(START, TODAY + timedelta(days=29), cast.huangpu.pk) == 60
    assert queries.parameter(START, TODAY + timedelta(days=30), cast.huangpu.pk) == 45


def test_all_parameters_of_a_park_come_in_one_query(cast, at, django_assert_num_queries):
    promise(cast, at)
    with django_assert_num_queries(1):
        held = {h.key: h for h in queries.parameters(TODAY, cast.huangpu.pk)}
    assert held.keys() == set(PARAMETERS.keys())
    assert (held[START].value, held["admission.honour_years"].value) == (60, 3)
    assert {h.key.split(".")[0] for h in queries.parameters(TODAY, room="returns")} == {"returns"}


def test_a_parameter_that_begins_later_is_not_yet_listed():
    keys = {h.key for h in queries.parameters(date(2020, 1, 1))}
    assert "admission.licence_min_staff" not in keys and START in keys


def test_a_promise_is_told_by_the_trail_and_made_once(cast, at):
    made = promise(cast, at)
    assert promise(cast, at).pk == made.pk
    assert Override.objects.count() == 1
    (line,) = timeline("override", made.pk)
    assert (line.who, line.what) == ("陈志远", "设定了本园区的承诺值")
    assert line.data == {"parameter": START, "since": "2026-03-02", "value": "60", "basis": "园区管委会2026年第3次会议"}


@pytest.mark.parametrize("who", ["officer", "supervisor", "qihang_representative", "tianhe_director", "stranger"])
def test_only_the_director_of_the_park_promises(cast, at, who):
    with pytest.raises(NotAllowed):
        promise(cast, at, actor=getattr(cast, who))
    assert not Entry.objects.filter(verb="standard.override").exists()


@pytest.mark.parametrize(
    "over, field, words",
    [
        ({"parameter": "admission.nothing"}, "parameter", "没有这个参数"),
        ({"basis": "   "}, "basis", "请写明依据"),
        ({"basis": "长" * 301}, "basis", "300字以内"),
        ({"value": "六十"}, "value", "应填一个整数（个自然日）"),
        ({"value": -1}, "value", "应填一个整数"),
        ({"value": 91}, "value", "只能更低"),
        ({"parameter": "evaluation.min_answers", "value": 4}, "value", "只能更高"),
        ({"parameter": "admission.licence_min_staff", "value": 2}, "value", "广东省人力资源市场条例 第二十四条"),
        ({"parameter": "admission.licence_min_staff", "value": 2, "since": date(2000, 1, 1)}, "value", "不能由园区另行设定"),
        ({"parameter": "institutions.licence_warning_days", "value": "90天"}, "value", "用逗号隔开"),
        ({"parameter": "institutions.licence_warning_days", "value": ",".join(["90"] * 100)}, "value", "用逗号隔开"),
        ({"parameter": "returns.tax_to_revenue_min_percent", "value": "-0.1"}, "value", "不小于0"),
    ],
)
def test_a_promise_that_cannot_be_kept_is_refused_at_its_field(cast, at, over, field, words):
    with pytest.raises(Refused, match=words) as refused:
        promise(cast, at, **over)
    assert refused.value.field == field
    assert not Override.objects.exists()


def test_values_of_every_kind_can_be_promised(cast, at):
    promise(cast, at, key="k1", parameter="institutions.licence_warning_days", value="120，60")
    promise(cast, at, key="k2", parameter="returns.tax_to_revenue_min_percent", value="0.5")
    assert queries.parameter("institutions.licence_warning_days", TODAY, cast.huangpu.pk) == (120, 60)
    assert queries.parameter("returns.tax_to_revenue_min_percent", TODAY, cast.huangpu.pk) == Decimal("0.5")


def test_a_day_has_one_promise(cast, at):
    promise(cast, at, key="k1")
    with pytest.raises(Conflict, match="请先撤回原值") as refused:
        promise(cast, at, key="k2", value=30)
    assert refused.value.field == "since"
    assert queries.parameter(START, TODAY, cast.huangpu.pk) == 60


def test_a_withdrawn_promise_counts_on_no_day_and_leaves_room_for_another(cast, at):
    made = promise(cast, at, key="k1", value=6)
    gone = withdraw_override(actor=cast.director, at=at, key="w", override=made, reason="录入错误")
    assert withdraw_override(actor=cast.director, at=at, key="w", override=made, reason="录入错误").pk == gone.pk
    assert queries.parameter(START, TODAY, cast.huangpu.pk) == 90
    promise(cast, at, key="k2", value=60)
    assert queries.parameter(START, TODAY, cast.huangpu.pk) == 60
    assert [line.what for line in timeline("override", made.pk)] == ["撤回了本园区的承诺值", "设定了本园区的承诺值"]


def test_withdrawing_needs_a_reason_the_role_and_a_standing_promise(cast, at):
    made = promise(cast, at)
    with pytest.raises(Refused):
        withdraw_override(actor=cast.director, at=at, key="w1", override=made, reason=" ")
    for who in (cast.officer, cast.tianhe_director):
        with pytest.raises(NotAllowed):
            withdraw_override(actor=who, at=at, key="w2", override=made, reason="不再承诺")
    withdraw_override(actor=cast.director, at=at, key="w3", override=made, reason="不再承诺")
    with pytest.raises(Conflict):
        withdraw_override(actor=cast.director, at=at, key="w4", override=made, reason="不再承诺")


@pytest.mark.parametrize("over", [{"basis": ""}, {"value": ""}, {"key": ""}])
def test_the_database_holds_no_promise_without_its_basis(cast, at, over):
    row = {"park": cast.huangpu, "key": START, "since": TODAY, "value": "60", "basis": "会议", "set_at": at}
    with pytest.raises(IntegrityError), transaction.atomic():
        Override.objects.create(**row | over)


def test_the_database_holds_no_withdrawal_without_its_reason(cast, at):
    made = make_override(park=cast.huangpu)
    with pytest.raises(IntegrityError), transaction.atomic():
        Override.objects.filter(pk=made.pk).update(withdrawn_at=at)


def test_a_sample_promise_is_what_it_says(cast):
    made = make_override(park=cast.tianhe)
    assert made.value == write_value(60)
    assert queries.parameter(START, TODAY, cast.tianhe.pk) == 60
