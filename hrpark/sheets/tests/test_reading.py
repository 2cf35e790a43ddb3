"""Tables are found wherever they stand in a file; files that are none are answered in words."""

import io
import struct
import zipfile
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from hrpark.sheets.reading import read_table
from hrpark.sheets.rules import reading as rules
from hrpark.sheets.rules.tables import column_name, find_table
from hrpark.sheets.samples import make_csv, make_xlsx
from hrpark.toolbox.errors import Refused

HEADER = ["序号", "机构名称", "统一社会信用代码", "许可证有效期至"]
ROWS = [
    [1, "甲人力资源有限公司", "91350100M000100Y43", "2026-11-23"],
    [2, "乙人才服务有限公司", "91440101MA5CJQ4N59", "2027-01-31"],
]
WORDS = {"机构名称", "统一社会信用代码", "许可证有效期至", "许可证编号", "联系电话"}


def said(reading) -> str:
    return "\n".join(note.text for note in reading.notes)


def codes(reading) -> set[str]:
    return {note.code for note in reading.notes}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_a_text_table_is_read_in_every_encoding_and_with_every_delimiter(encoding, delimiter):
    reading = read_table(make_csv(HEADER, ROWS, encoding=encoding, delimiter=delimiter), "名册.csv")
    assert reading.kind == "csv" and list(reading.header) == HEADER
    assert [row.cells[1:] for row in reading.rows] == [tuple(row[1:]) for row in ROWS]
    assert [row.number for row in reading.rows] == [2, 3]
    assert reading.told.endswith("分隔") and not reading.notes


def test_a_workbook_is_read_with_its_types():
    reading = read_table(make_xlsx(HEADER, [[1, "甲", "91350100M000100Y43", date(2026, 11, 23)]]), "a.xlsx")
    assert reading.kind == "xlsx" and reading.rows[0].cells == (1.0, "甲", "91350100M000100Y43", date(2026, 11, 23))


def test_a_file_is_what_it_holds_not_what_it_is_called():
    reading = read_table(make_csv(HEADER, ROWS, encoding="gb18030"), "名册.xlsx")
    assert reading.kind == "csv" and "GB18030" in reading.told and "内容却是文本表格" in said(reading)
    assert "内容却是Excel" in said(read_table(make_xlsx(HEADER, ROWS), "名册.csv"))


@pytest.mark.parametrize("words", [(), WORDS])
def test_title_rows_footers_empty_and_repeated_rows_are_no_data(words):
    data = make_xlsx(
        HEADER,
        [ROWS[0], [None] * 4, HEADER, ROWS[1], ["合 计", 2, None, None], ["制表人：王五", None, "审核人：赵六"]],
        before=[["某某园区入驻机构名册"], ["填报单位：某某", None, "填报日期：2026年3月2日"], []],
    )
    reading = read_table(data, words=words)
    assert list(reading.header) == HEADER and reading.header_rows == (4,)
    assert [row.number for row in reading.rows] == [5, 8]
    assert {(s.number, s.why) for s in reading.skipped} == {
        (1, "title"),
        (2, "title"),
        (7, "repeated"),
        (9, "footer"),
        (10, "footer"),
    }
    assert "第9、10行是合计或落款" in said(reading)


def merged(book, page):
    page.merge_range(0, 0, 0, 5, "入驻机构名册")
    page.merge_range(1, 0, 2, 0, "机构名称")
    page.merge_range(1, 1, 2, 1, "统一社会信用代码")
    page.merge_range(1, 2, 1, 3, "许可证")
    page.merge_range(1, 4, 1, 5, "联系人")
    page.write_row(2, 2, ["编号", "有效期至", "姓名", "电话"])
    page.write_row(3, 0, ["甲公司", "91350100M000100Y43", "粤1", "2026.11.23", "张三", "13812345678"])
    page.merge_range(4, 0, 5, 0, "乙公司")
    page.write_row(4, 1, ["91440101MA5CJQ4N59", "粤2", "长期", "李四", "020-82512345"])
    page.write_row(5, 1, ["91440300MA5F7YRE78", "粤3", "长期", "王五", "020-82512345"])


FLAT = ["机构名称", "统一社会信用代码", "许可证/编号", "许可证/有效期至", "联系人/姓名", "联系人/电话"]


@pytest.mark.parametrize("words", [(), WORDS])
def test_a_heading_of_merged_cells_is_flattened_and_merged_data_filled(words):
    reading = read_table(make_xlsx([], [], and_then=merged), words=words)
    assert list(reading.header) == FLAT and reading.header_rows == (2, 3)
    assert [(row.number, row.cells[0]) for row in reading.rows] == [(4, "甲公司"), (5, "乙公司"), (6, "乙公司")]
    assert "补齐（1格）" in said(reading)


def test_the_same_heading_saved_as_csv_is_flattened_too():
    text = (
        "入驻机构名册,,,,,\n机构名称,统一社会信用代码,许可证,,联系人,\n,,编号,有效期至,姓名,电话\n"
        "甲公司,91350100M000100Y43,粤1,2026.11.23,张三,13812345678\n乙公司,91440101MA5CJQ4N59,粤2,长期,李四,020-82512345\n"
    )
    for words in ((), WORDS):
        reading = read_table(text.encode("gb18030"), words=words)
        assert list(reading.header) == FLAT and [row.number for row in reading.rows] == [4, 5]


def test_a_merged_cell_in_a_one_row_heading_takes_no_data_row():
    def fill(book, page):
        page.merge_range(0, 0, 0, 1, "名称与简称")
        page.write(0, 2, "代码")
        for i, name in enumerate(("甲公司", "乙公司", "丙公司"), 1):
            page.write_row(i, 0, [name, name[0], f"代码{i}"])

    reading = read_table(make_xlsx([], [], and_then=fill))
    assert reading.header == ("名称与简称", "名称与简称（2）", "代码") and len(reading.rows) == 3


def test_a_person_can_say_which_row_is_the_heading():
    data = make_csv(["甲", "乙"], [["机构", "代码"], ["x", "1"]])
    assert read_table(data, header_row=2).header == ("机构", "代码")
    with pytest.raises(Refused):
        read_table(data, header_row=99)


def test_the_sheet_whose_heading_fits_is_chosen_and_another_can_be():
    def more(book, page):
        book.add_worksheet("说明").write(0, 0, "说明文字")
        second = book.add_worksheet("机构")
        second.write_row(0, 0, HEADER)
        second.write_row(1, 0, ROWS[0])
        hidden = book.add_worksheet("藏")
        hidden.write_row(0, 0, HEADER)
        hidden.hide()

    data = make_xlsx(["月份", "金额"], [["1月", 5]], and_then=more)
    assert read_table(data).sheet == "名册"
    reading = read_table(data, words=WORDS)
    assert reading.sheet == "机构" and "可以改选" in said(reading) and "藏" not in said(reading)
    assert read_table(data, sheet="名册", words=WORDS).header == ("月份", "金额")
    with pytest.raises(Refused):
        read_table(data, sheet="没有的")


def test_formulas_give_their_saved_result_and_are_told():
    def formulas(book, page):
        page.write_formula(2, 3, "=TODAY()", None, 46349)
        page.write_formula(3, 3, "=NOW()", None, "")
        page.write_formula(4, 3, "=1/0", None, "#DIV/0!")
        for i in (2, 3, 4):
            page.write_row(i, 0, [i, f"公司{i}", "代码"])

    reading = read_table(make_xlsx(HEADER, [ROWS[0]], and_then=formulas))
    assert reading.rows[1].cells[3] == 46349 and reading.rows[2].cells[3] is None
    assert {"formulas", "uncounted", "errors"} <= codes(reading)


def test_text_that_looks_like_a_formula_stays_text_and_is_told():
    data = make_csv(["名称", "备注"], [["=cmd|' /C calc'!A0", "+86 13812345678"], ["@SUM(1)", "-5"], ["甲", "=HYPERLINK(1)"]])
    reading = read_table(data)
    assert reading.rows[0].cells == ("=cmd|' /C calc'!A0", "+86 13812345678")
    assert "有3格" in said(reading) and "A2" in said(reading)


def test_a_row_with_too_many_cells_is_at_fault_and_the_others_are_not():
    reading = read_table(make_csv(["名称", "代码"], [["甲", "1"], ["乙", "有限", "2"], ["丙"]]))
    assert [bool(row.fault) for row in reading.rows] == [False, True, False]
    assert reading.rows[2].cells == ("丙", None) and "第3行" in said(reading)


def test_mojibake_is_put_right_or_shown_as_it_is():
    text = make_csv(HEADER, ROWS * 5).decode()
    data = text.encode("gb18030").decode("latin-1").encode()
    reading = read_table(data)
    assert list(reading.header) == HEADER and reading.repaired and "乱码" in said(reading)
    plain = read_table(data, repair=False)
    assert list(plain.header) != HEADER and plain.mojibake and not plain.repaired
    book = make_xlsx(
        [name.encode("gb18030").decode("latin-1") for name in HEADER],
        [[str(c).encode("gb18030").decode("latin-1") for c in row] for row in ROWS * 5],
    )
    assert list(read_table(book).header) == HEADER


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + "EncryptedPackage".encode("utf-16-le") + b"\0\0" + b"\0" * 500


def archive(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in members.items():
            z.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def far_corner() -> bytes:
    return make_xlsx(["a", "b"], [["c", "d"]], and_then=lambda book, page: page.write(1_048_575, 16_383, "x"))


def nameless_corner() -> bytes:
    """The last cell has no reference of its own: only its row says where it is."""
    data = make_xlsx(["a", "b"], [["c", "d"]])
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename.endswith("sheet1.xml"):
                wide = b"".join(b'<c r="%s1" t="n"><v>1</v></c>' % name for name in (b"XFD",))
                content = content.replace(
                    b"</sheetData>", b'<row r="1048576"><c><v>1</v></c></row><row r="1">' + wide + b"</row></sheetData>"
                )
            new.writestr(item, content)
    return buffer.getvalue()


def bomb() -> bytes:
    return archive(**{"xl__workbook.xml": b"<workbook/>", "xl__worksheets__sheet1.xml": b"\0" * (300 << 20)})


def liar() -> bytes:
    """Its directory says that the big member is small."""
    data = archive(**{"xl__workbook.xml": b"<workbook/>", "xl__worksheets__sheet1.xml": b"\0" * (1 << 20)})
    return data.replace(struct.pack("<I", 1 << 20), struct.pack("<I", 100))


ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:spreadsheet>
<table:table table:name="名册">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"""
CELL = '<table:table-cell{times} office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def make_ods(*rows: str) -> bytes:
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"></manifest:manifest>'
    return archive(
        mimetype=b"application/vnd.oasis.opendocument.spreadsheet",
        **{"META-INF__manifest.xml": manifest, "content.xml": ODS.format(rows="".join(rows)).encode()},
    )


def ods_row(*cells: str) -> str:
    return f"<table:table-row>{''.join(CELL.format(times='', text=c) for c in cells)}</table:table-row>"


def spread_ods() -> bytes:
    wide = CELL.format(times=' table:number-columns-repeated="9000"', text="x")
    return make_ods(f'<table:table-row table:number-rows-repeated="1000000">{wide}</table:table-row>')


def test_an_opendocument_table_is_read():
    reading = read_table(make_ods(ods_row(*HEADER), ods_row(*map(str, ROWS[0]))), "a.ods", words=WORDS)
    assert reading.kind == "ods" and list(reading.header) == HEADER and reading.rows[0].cells == tuple(map(str, ROWS[0]))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty", b"", "空的"),
        ("pdf", b"%PDF-1.7\n%\xe2\xe3\n" + b"x" * 100, "PDF"),
        ("png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "图片"),
        ("zip", archive(**{"a.csv": b"a,b"}), "压缩包"),
        ("docx", archive(**{"word__document.xml": b"<x/>"}), "Word"),
        ("xlsb", archive(**{"xl__workbook.bin": b"x"}), "xlsb"),
        ("broken zip", b"PK\x03\x04" + b"garbage" * 50, "损坏"),
        ("cut xlsx", make_xlsx(HEADER, ROWS)[:-300], "损坏"),
        ("encrypted", encrypted(), "密码"),
        ("doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le"), "Word"),
        ("bomb", bomb(), "过大"),
        ("liar", liar(), "损坏"),
        ("far corner", far_corner(), "范围过大"),
        ("nameless corner", nameless_corner(), "展开后过大"),
        ("ods", spread_ods(), "铺得过大"),
        ("html", "<html><table><tr><td>机构</td></tr></table>".encode("gb18030"), "网页"),
        ("xml", b'<?xml version="1.0"?><Workbook/>', "网页或 XML"),
        ("only a heading", make_csv(HEADER, []), "没有找到数据行"),
        ("only blanks", b"\r\n , ,\r\n\r\n", "没有找到"),
        ("open quote", make_csv(["名称", "代码"], [['"甲', "1"]] + [["乙", "2"]] * 300), "引号"),
        ("random", bytes(range(256)) * 8, "文件"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_answered_in_words(name, data, said):
    with pytest.raises(Refused) as refused:
        read_table(data, f"{name}.xlsx")
    assert said in refused.value.message and refused.value.field in ("file", "sheet")


def test_a_styled_but_empty_last_row_is_no_reason_to_refuse():
    def styled(book, page):
        page.write_blank(1_048_575, 0, None, book.add_format({"bold": True}))
        page.write_blank(5, 16_383, None, book.add_format({"bold": True}))

    assert len(read_table(make_xlsx(HEADER, ROWS, and_then=styled)).rows) == 2


def test_too_many_rows_columns_or_bytes_are_refused(monkeypatch):
    monkeypatch.setattr(rules, "MAX_ROWS", 5)
    with pytest.raises(Refused, match="一次最多导入5行"):
        read_table(make_csv(HEADER, ROWS * 3))
    with pytest.raises(Refused, match="最多300列"):
        read_table(make_csv([f"列{i}" for i in range(400)], [list(range(400))]))
    monkeypatch.setattr(rules, "MAX_BYTES", 10)
    with pytest.raises(Refused, match="MB"):
        read_table(b"x" * 11)


def test_every_row_of_a_large_workbook_keeps_its_number():
    rows = [[i, f"公司{i}", f"代码{i}", None] for i in range(12_000)]
    reading = read_table(make_xlsx(HEADER, rows))
    assert len(reading.rows) == 12_000 and reading.rows[-1].number == 12_001 and reading.rows[-1].cells[1] == "公司11999"


cell = st.text(st.sampled_from("广州黄埔ABC123 -=+,;|\"'、（）"), max_size=8)


@settings(max_examples=60)
@given(st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=8))
def test_what_the_standard_library_writes_is_read_back(rows):
    import csv

    text = io.StringIO()
    csv.writer(text).writerows([["机构名称", "代码说明", "联系电话"], *rows])
    expected = [tuple(c if c.strip() else None for c in row) for row in rows]
    expected = [row for row in expected if any(row)]
    try:
        reading = read_table(text.getvalue().encode())
    except Refused:
        assert not expected
        return
    assert [row.cells for row in reading.rows] == expected and list(reading.header) == ["机构名称", "代码说明", "联系电话"]


@given(st.lists(st.lists(st.none() | st.text(max_size=5) | st.integers() | st.floats(), max_size=6), max_size=12))
def test_any_grid_gets_an_answer(grid):
    table = find_table(grid)
    if table is not None:
        assert all(len(row.cells) == len(table.header) for row in table.rows)
        assert len(set(table.header)) == len(table.header)


def test_columns_are_named_as_excel_names_them():
    assert [column_name(i) for i in (0, 25, 26, 51, 701, 702)] == ["A", "Z", "AA", "AZ", "ZZ", "AAA"]
    assert xlsxwriter.utility.xl_col_to_name(12345) == column_name(12345)
