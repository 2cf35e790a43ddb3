"""What is written can be opened without fear: text stays text, numbers are numbers, templates come back."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from hrpark.sheets.rules.reading import read_table
from hrpark.sheets.writing import Column, Sheet, csv_bytes, template_workbook, workbook
from hrpark.toolbox.dates import OPEN_ENDED

from .organisations import OrganisationRegister

COLUMNS = [
    Column("名称"),
    Column("人数", "integer", unit="人"),
    Column("收入", "money", unit="万元"),
    Column("日期", "date"),
    Column("时间", "datetime"),
    Column("是否", "bool"),
]


def grid(data: bytes, sheet: int = 0) -> list[list]:
    return python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(sheet).to_python()


def xml(data: bytes, name: str = "xl/worksheets/sheet1.xml") -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read(name).decode()


def test_cells_are_typed_and_headings_say_their_unit():
    moment = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
    data = workbook(
        Sheet(
            "机构",
            COLUMNS,
            [["甲公司", 5, Decimal("12.34"), date(2026, 11, 23), moment, True], ["乙", None, None, OPEN_ENDED, None, None]],
        )
    )
    heading, first, second = grid(data)
    assert heading == ["名称", "人数（人）", "收入（万元）", "日期", "时间", "是否"]
    assert first[:3] == ["甲公司", 5.0, 12.34] and first[3] == date(2026, 11, 23) and str(first[4]) == "2026-03-02 10:30:00"
    assert first[5] == "是" and second[3] == "长期" and second[1] == ""
    assert "<pane " in xml(data) and 'state="frozen"' in xml(data)


def test_nothing_typed_becomes_a_formula_or_a_link():
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "http://example.com", "mailto:a@b.cn", "{=1}", "internal:a!A1"]
    data = workbook(Sheet("a", [Column("文字")], [[e] for e in evil]))
    assert "<f>" not in xml(data) and "hyperlink" not in xml(data)
    assert [r[0] for r in grid(data)[1:]] == evil


def test_a_code_of_digits_stays_text():
    data = workbook(Sheet("a", [Column("代码")], [["913502000728319549"], [913502000728319549]]))
    assert [r[0] for r in grid(data)[1:]] == ["913502000728319549"] * 2


def test_sheet_names_are_made_fit_and_long_texts_cut():
    data = workbook(
        Sheet("a/b:c?*[]" * 5, [Column("x")], [["长" * 40_000]]),
        Sheet("a/b:c?*[]" * 5, [Column("x")], []),
        Sheet("", [Column("x")], []),
    )
    names = python_calamine.load_workbook(io.BytesIO(data)).sheet_names
    assert len(set(names)) == 3 and all(1 <= len(n) <= 31 for n in names)
    assert len(grid(data)[1][0]) == 32_767


def test_rows_may_come_from_an_iterator_and_be_many():
    data = workbook(Sheet("a", [Column("n", "integer")], ([n] for n in range(30_000)), about=["截至2026年3月2日"]))
    rows = grid(data)
    assert len(rows) == 30_002 and rows[0][0] == "截至2026年3月2日" and rows[-1][0] == 29_999


@settings(max_examples=40)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), min_size=1, max_size=5))
def test_any_text_comes_back_as_it_was(texts):
    data = workbook(Sheet("a", [Column("x", "text"), Column("y")], [[t, "·"] for t in texts]))
    assert [r[0] for r in grid(data)[1:]] == texts


def test_a_csv_opens_in_excel_and_carries_no_formula():
    data = csv_bytes(
        COLUMNS, [["=1+1", -5, Decimal("-3.50"), date(2026, 11, 23), None, False], ["＝1", 0, None, OPEN_ENDED, None, True]]
    )
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[1] == ["'=1+1", "-5", "-3.50", "2026-11-23", "", "否"] and rows[2][0] == "'＝1" and rows[2][3] == "长期"


def test_a_template_offers_choices_explains_columns_and_maps_itself():
    target = OrganisationRegister()
    data = template_workbook(target)
    reading = read_table(data, "模板.xlsx", words=target.words())
    assert list(reading.header) == ["统一社会信用代码", "单位名称", "类别", "成立日期", "注册资本（元）"]
    assert reading.rows[0].cells[0] == "91350100M000100Y43"
    assert "dataValidation" in xml(data) and grid(data, 2)[0][0] == "运营方"
    guide = grid(data, 1)
    assert any(row[0] == "注册资本" for row in guide) and any("无期限的填写“长期”" in str(row[2]) for row in guide)
