"""A park's figures come in as a table: by label or key, restating what changed, twice changing nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hrpark.accounts.samples import cast
from hrpark.returns import samples
from hrpark.returns.imports.park_figures import ParkFigures
from hrpark.returns.models import Declaration, DeclaredFigure
from hrpark.returns.queries import open_figures
from hrpark.sheets.actions import map_columns, run_import, upload_table
from hrpark.sheets.samples import make_csv
from hrpark.sheets.writing import template_workbook
from hrpark.toolbox.errors import NotAllowed
from tests.worlds import world

pytestmark = pytest.mark.django_db
HEADER = ("年度", "指标", "数值", "口径", "单位", "备注")


@world
def people(at):
    return cast(at)


def bring(people, at, *rows, n=1, actor=None, data=None, name="年度数据.csv"):
    actor = actor or people.officer
    job = upload_table(
        actor=actor, at=at, key=f"u{n}", park=people.huangpu, target="returns.park_figures", filename=name,
        data=data or make_csv(HEADER, rows),
    )  # fmt: skip
    return map_columns(actor=actor, at=at, key=f"m{n}", job=job, columns=job.mapping)


def run(people, at, job, n=1):
    return run_import(actor=people.officer, at=at, key=f"r{n}", job=job, verdicts=("new", "changed"))


GOOD = (
    ("2024", "T1.05 营业收入", "90000", "", "万元", ""),
    ("2025", "营业收入", "100000.5", "", "", "经审计"),
    ("2025", "T1.05.tax", "1800", "超过", "", ""),
    ("2025", "峰会、论坛、培训等场次", "14", "", "场", ""),
)


def test_a_table_becomes_a_declaration_a_year(people, at):
    job = run(people, at, bring(people, at, *GOOD))
    assert (job.state, job.created) == ("done", 4)
    found = open_figures(people.huangpu, 2025)
    assert found["T1.05.revenue"].value == Decimal("100000.5") and found["T1.05.revenue"].note == "经审计"
    assert found["T1.05.tax"].bound == "at_least"
    assert {(d.year, d.source, d.declared_by_name) for d in Declaration.objects.all()} == {
        (2024, "import", people.officer.name),
        (2025, "import", people.officer.name),
    }


def test_the_same_table_twice_changes_nothing_and_another_value_restates(people, at):
    run(people, at, bring(people, at, *GOOD))
    again = bring(people, at, *GOOD, n=2)
    assert again.counts["same"] == 4
    changed = bring(people, at, ("2025", "营业收入", "99000", "", "", ""), n=3)
    assert changed.counts["changed"] == 1
    run(people, at, changed, 3)
    new = open_figures(people.huangpu, 2025)["T1.05.revenue"]
    assert (new.value, new.supersedes.value, new.note) == (99000, Decimal("100000.5"), "经审计")
    assert DeclaredFigure.objects.count() == 5


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("2027", "营业收入", "1", "", "", ""), "尚未到来"),
        (("2025", "营业收入", "-1", "", "", ""), "不能为负数"),
        (("2025", "提供岗位", "1.5", "", "", ""), "应为整数"),
        (("2025", "营业收入", "1.5", "", "亿元", ""), "以万元为单位"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(people, at, row, says):
    job = bring(people, at, row)
    assert job.counts["error"] == 1
    assert says in job.rows.get().problems[0]["message"]


def test_figures_of_the_form_and_of_a_table_are_the_same_figures(people, at):
    samples.make_declaration(people.huangpu, 2025, {"T1.10.events_held": 14})
    assert bring(people, at, GOOD[3]).counts["same"] == 1


def test_only_who_may_declare_may_import(people, at):
    for actor in (people.inspector, people.qihang_clerk, people.tianhe_officer):
        with pytest.raises(NotAllowed):
            bring(people, at, *GOOD, actor=actor)


def test_the_template_comes_back_without_its_example(people, at):
    job = bring(people, at, data=template_workbook(ParkFigures()), name="模板.xlsx")
    assert job.total == 0
