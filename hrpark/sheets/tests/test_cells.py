"""Cells become values of their field's kind, columns find their fields, rows get their verdict."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.sheets.rules.cells import from_plain, read_cell, shown, text_of, to_plain
from hrpark.sheets.rules.fields import KINDS, Field, Problem
from hrpark.sheets.rules.mapping import checked, fingerprint, suggest
from hrpark.sheets.rules.tables import TableRow
from hrpark.sheets.rules.verdicts import Judged, find_doubles, judge, read_row
from hrpark.sheets.samples import make_uscc
from hrpark.toolbox.dates import OPEN_ENDED, Period
from hrpark.toolbox.errors import Refused

CHOICES = {"limited": ("有限责任公司", "有限公司"), "branch": ("分公司（分支机构）", "分公司"), "other": ("其他",)}


def read(kind, cell, **over):
    return read_cell(Field("f", "字段", kind, **over), cell)


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("text", "　A ｂ ", "A b"), ("text", 12.0, "12"), ("title", "广州 某某 公司", "广州某某公司"), ("person", "张　三", "张三"),
        ("uscc", " 91350100m000100y43 ", "91350100M000100Y43"), ("mobile", 13812345678.0, "13812345678"), ("phone", "020-82512345", "020-82512345"),
        ("email", "A@B.cn", "a@b.cn"), ("date", 46349.0, date(2026, 11, 23)), ("date", date(2026, 11, 23), date(2026, 11, 23)),
        ("date", "2026.11.23", date(2026, 11, 23)), ("period", "2021.05.06-2026.05.05", Period(date(2021, 5, 6), date(2026, 5, 5))),
        ("integer", 5.0, 5), ("integer", "1,234人", 1234), ("number", "3.50", Decimal("3.50")), ("money", "1.5万", Decimal("15000.00")),
        ("bool", "是", True), ("bool", "√", True), ("bool", "无", False), ("bool", True, True),
        ("citizen_id", "11010519491231002x", "11010519491231002X"),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_its_kind(kind, cell, value):
    assert read(kind, cell) == (value, [])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cell", [None, "", " 　", "/", "—", "N/A"])
def test_a_blank_cell_says_nothing_unless_the_field_is_required(kind, cell):
    assert read(kind, cell, choices=CHOICES) == (None, [])
    value, problems = read(kind, cell, choices=CHOICES, required=True)
    assert value is None and [p.code for p in problems] == ["missing"]


def test_choices_are_known_by_any_of_their_words():
    assert read("choice", "有限公司", choices=CHOICES) == ("limited", [])
    assert read("choice", "分公司(分支机构)", choices=CHOICES)[0] == "branch"
    assert read("choices", "其他、有限公司；分公司", choices=CHOICES)[0] == ("limited", "branch", "other")
    value, (problem,) = read("choice", "国企", choices=CHOICES)
    assert value is None and "请填写：有限责任公司、分公司（分支机构）、其他" in problem.message


def test_a_code_that_a_spreadsheet_took_for_a_number_is_refused_not_guessed():
    value, (problem,) = read("uscc", 913502000728319549.0)
    assert value is None and problem.code == "precision" and "文本" in problem.message and not problem.overridable


def test_only_a_failing_check_character_keeps_its_value_and_can_be_overridden():
    value, (problem,) = read("uscc", make_uscc(1, valid=False))
    assert value == make_uscc(1, valid=False) and problem.overridable
    value, (problem,) = read("uscc", "9144")
    assert value is None and not problem.overridable


def test_limits_of_a_field_are_kept():
    assert "最多5个" in read("text", "一二三四五六", max_length=5)[1][0].message
    assert "不能小于0" in read("money", "-5", minimum=0)[1][0].message
    assert "不能大于10" in read("integer", "11", maximum=10)[1][0].message
    assert read("date", "长期")[1] and read("date", "长期", open_ended=True) == (OPEN_ENDED, [])


cells = st.none() | st.text(max_size=20) | st.integers() | st.floats() | st.booleans() | st.dates() | st.datetimes()


@given(st.sampled_from(sorted(KINDS)), cells)
def test_any_cell_of_any_kind_gets_an_answer_that_survives_storage(kind, cell):
    field = Field("f", "字段", kind, choices=CHOICES, open_ended=True)
    value, problems = read_cell(field, cell)
    assert all(p.message for p in problems)
    if value is not None:
        plain = to_plain(value)
        assert to_plain(from_plain(field, plain)) == plain and isinstance(shown(field, plain), str)


def test_a_cell_is_shown_as_a_person_sees_it():
    assert [text_of(c) for c in (None, True, 12.0, 1.5, date(2026, 1, 2), "　a", 9.135e17)] == [
        "",
        "是",
        "12",
        "1.5",
        "2026-01-02",
        "a",
        "9.13500E+17",
    ]
    assert text_of(datetime.fromisoformat("2026-01-02T08:30")) == "2026-01-02 08:30"


FIELDS = (
    Field("uscc", "统一社会信用代码", "uscc", ("信用代码",), required=True),
    Field("name", "机构名称", "title", ("单位名称", "企业名称"), required=True),
    Field("licence", "许可证编号", "text", ("许可证/编号",)),
    Field("contact", "联系人", "person"),
    Field("phone", "联系电话", "phone", ("联系人/电话", "手机")),
    Field("capital", "注册资本", "money"),
)
NAMES = {f.name: f for f in FIELDS}


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (["序号", "企业名称", "信用代码"], {1: "name", 2: "uscc"}),
        (["统一社会信用代码（18位）*", "机构 名称", "人力资源服务许可证编号"], {0: "uscc", 1: "name", 2: "licence"}),
        (
            ["机构名称", "统一社会信用代码", "许可证/编号", "联系人/姓名", "联系人/电话"],
            {0: "name", 1: "uscc", 2: "licence", 4: "phone"},
        ),
        (["联系人", "联系人电话", "联系电话"], {0: "contact", 2: "phone"}),
        (["注册资本（万元）", "机构名称", "机构名称（2）"], {0: "capital", 1: "name"}),
        (["甲", "乙"], {}),
    ],
)
def test_columns_find_their_fields_by_their_headings(header, columns):
    assert suggest(header, FIELDS) == columns


def test_a_heading_is_known_again_however_it_is_spaced():
    assert fingerprint(["机构 名称", "代码"]) == fingerprint(["机构名称", " 代码"]) != fingerprint(["代码", "机构名称"])


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({0: "uscc"}, "机构名称"),
        ({0: "uscc", 1: "name", 2: "name"}, "只保留一列"),
        ({0: "uscc", 9: "name"}, "刷新"),
        ({0: "uscc", 1: "x"}, "刷新"),
    ],
)
def test_the_officer_s_columns_are_checked(columns, said):
    with pytest.raises(Refused, match=said):
        checked(columns, ["a", "b", "c"], FIELDS, ("uscc",))


def row(number, *cells, header=("信用代码", "机构名称", "注册资本（万元）"), fault=""):
    columns = {0: "uscc", 1: "name", 2: "capital"}
    return read_row(TableRow(number, (*cells, None, None, None)[:3], fault), columns, header, NAMES, ("uscc",))


def test_a_row_is_read_in_the_unit_of_its_heading():
    assert row(2, make_uscc(1), "甲", "200").values["capital"] == "2000000"
    assert row(2, make_uscc(1), "甲", "200元").values["capital"] == "200"


def test_verdicts_against_what_is_stored():
    rows = [row(2, make_uscc(1), "甲", 1), row(3, make_uscc(2), "乙"), row(4, make_uscc(3), "丙"), row(5, "9144", "丁")]
    judge(
        rows,
        {make_uscc(2): {"name": "乙旧", "capital": Decimal("5")}, make_uscc(3): {"name": "丙", "capital": None}},
        ("uscc",),
    )
    assert [r.verdict for r in rows] == ["new", "changed", "same", "error"]
    assert rows[1].changes == {"name": ["乙旧", "乙"]}


def test_a_failing_check_character_asks_for_a_reason_once_only():
    code = make_uscc(7, valid=False)
    fresh, known = row(2, code, "甲"), row(2, code, "甲改")
    judge([fresh], {}, ("uscc",))
    judge([known], {code: {"name": "甲"}}, ("uscc",))
    assert (fresh.verdict, fresh.would_be) == ("error", "new")
    assert (known.verdict, known.problems) == ("changed", [])


def test_the_same_identity_twice_is_left_out_or_left_to_a_person():
    rows = [
        row(2, make_uscc(1), "甲"),
        row(3, make_uscc(1), "甲"),
        row(4, make_uscc(2), "乙"),
        row(5, make_uscc(2), "乙改"),
        row(6, make_uscc(3), "丙"),
    ]
    find_doubles(rows, NAMES)
    judge(rows, {}, ("uscc",))
    assert [r.verdict for r in rows] == ["new", "duplicate", "duplicate", "duplicate", "new"]
    assert [r.would_be for r in rows] == ["", "", "new", "new", ""]
    assert (
        "与第2行完全相同" in rows[1].problems[0].message
        and "与第5行是同一条记录，但机构名称不同" in rows[2].problems[0].message
    )


def test_a_row_at_fault_or_without_identity_is_in_error():
    shifted, nameless = row(2, make_uscc(1), "甲", fault="多出一格"), row(3, None, "甲")
    judge([shifted, nameless], {}, ("uscc",))
    assert {shifted.verdict, nameless.verdict} == {"error"} and not shifted.would_be
    assert nameless.problems[0].field == "uscc" and len(nameless.problems) == 1


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("甲乙丙")), max_size=12))
def test_no_identity_is_ever_importable_twice(pairs):
    rows = [Judged(n, make_uscc(i), {"uscc": make_uscc(i), "name": name}) for n, (i, name) in enumerate(pairs, 2)]
    find_doubles(rows, NAMES)
    judge(rows, {make_uscc(0): {"name": "甲"}}, ("uscc",))
    taken = [r.identity for r in rows if r.verdict in ("new", "changed", "same")]
    assert len(taken) == len(set(taken))
    assert all(r.verdict != "error" for r in rows) and all(isinstance(p, Problem) for r in rows for p in r.problems)
