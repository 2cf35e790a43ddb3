"""Word files: filled with the very data of the PDF, whatever a template looks like, and nothing in a template is run."""

import io
import zipfile

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrpark.documents import samples, word
from hrpark.documents.kinds import AGREEMENT, PLEDGE, TEMPLATES, chinese
from hrpark.files.samples import docx_bytes
from hrpark.toolbox.errors import Refused

WORDED = [one.key for one in TEMPLATES if one.words]


def said(data: bytes) -> str:
    """All text of a Word file as a reader of such files finds it: body, tables, head, foot."""
    file = docx.Document(io.BytesIO(data))
    section = file.sections[0]
    lines = [p.text for part in (section.header, file, section.footer) for p in part.paragraphs]
    return "\n".join([*lines, *(cell.text for table in file.tables for row in table.rows for cell in row.cells)])


def of_paragraphs(*paragraphs: str, runs: bool = False) -> bytes:
    """A template; with ``runs`` each character is a run of its own, as Word leaves them after corrections."""
    file = docx.Document()
    for text in paragraphs:
        paragraph = file.add_paragraph()
        for piece in text if runs else [text]:
            paragraph.add_run(piece)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, body: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry.filename, old.read(entry))
        new.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize("key", WORDED)
def test_the_house_s_template_asks_only_what_is_known_and_leaves_nothing_open(key):
    template = TEMPLATES.get(key)
    blank = word.house_template(key)
    asked = word.check(blank, template)
    filled = said(
        word.fill(
            blank,
            word.values_of(
                template, samples.EVERY_TEMPLATE[key]() | {"number": "第1号", "code": "C-D", "issued_on": "2026年3月2日"}
            ),
        )
    )
    assert len(asked) >= 9 and "{{" not in filled and "第1号" in filled and "C-D" in filled
    assert "䶮㐂𠮷" in filled and "广州启航人力资源有限公司" in filled


def test_the_clauses_of_an_agreement_are_paragraphs_numbered_as_in_the_pdf():
    template = TEMPLATES.get(AGREEMENT)
    text = said(word.fill(word.house_template(AGREEMENT), word.values_of(template, samples.agreement_data())))
    assert "第一条　乙方的经营\n（一）乙方依法" in text and "第二条　甲方的服务\n甲方保障" in text


@pytest.mark.parametrize("runs", [False, True])
def test_a_placeholder_is_found_however_word_has_cut_it(runs):
    blank = of_paragraphs("甲方{{甲方名称}}与｛｛ 机构名称 ｝｝，共{{在园年限}}。", runs=runs)
    values = {"甲方名称": "园区公司", "机构名称": "启航", "在园年限": "3年"}
    assert "甲方园区公司与启航，共3年。" in said(word.fill(blank, values))
    assert word.check(blank, TEMPLATES.get(PLEDGE)) == ["甲方名称", "机构名称", "在园年限"]


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40), st.lists(st.text(max_size=10), max_size=3))
def test_whatever_a_value_is_the_file_opens_and_no_value_is_a_placeholder(text, lines):
    blank = of_paragraphs("一{{机构名称}}二", "{{承诺事项}}", "尾")
    read = docx.Document(io.BytesIO(word.fill(blank, {"机构名称": text, "承诺事项": lines})))
    assert read.paragraphs[-1].text == "尾" and read.paragraphs[0].text.startswith("一")
    again = word.fill(blank, {"机构名称": "{{承诺事项}}", "承诺事项": ["{{机构名称}}"]})
    assert [p.text for p in docx.Document(io.BytesIO(again)).paragraphs] == ["一{{承诺事项}}二", "{{机构名称}}", "尾"]


def test_a_line_break_in_a_value_is_one_in_the_file():
    assert "一甲\n乙二" in said(word.fill(of_paragraphs("一{{机构名称}}二"), {"机构名称": "甲\n乙"}))


FIELD = '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DDEAUTO c:\\\\x "y"</w:instrText></w:r></w:p>'
RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" TargetMode="External" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="https://x/t.dotm"/></Relationships>'
)
GOOD = of_paragraphs("{{机构名称}}")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (of_paragraphs("{{机构名字}}与{{甲方名称}}和{{总价}}"), "机构名字、总价"),
        (of_paragraphs("{% for x in y %}{{机构名称}}"), "程序语句"),
        (of_paragraphs("{{机构名称}"), "不成对"),
        (of_paragraphs("没有字段"), "没有任何"),
        (of_paragraphs("{{ ''.__class__.__mro__ }}"), "不认识"),
        (b"PK not a package", "损坏"),
        (docx_bytes("{{机构名称}}", word__vbaProject_bin=b"x").replace(b"vbaProject_bin", b"vbaProject.bin"), "宏"),
        (docx_bytes(f"{{{{机构名称}}}}</w:t></w:r></w:p>{FIELD}<w:p><w:r><w:t>"), "域代码"),
        (with_part(GOOD, "word/_rels/settings.xml.rels", RELS), "以外的内容"),
        (with_part(GOOD, "word/embeddings/oleObject1.bin", "x"), "嵌有"),
        (with_part(GOOD, "word/header9.xml", "<w:hdr"), "打不开"),
    ],
)  # fmt: skip
def test_a_template_that_could_not_be_filled_or_reaches_out_is_refused_with_the_reason(data, reason):
    with pytest.raises(Refused, match=reason):
        word.check(data, TEMPLATES.get(PLEDGE))


@pytest.mark.parametrize(
    ("number", "says"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (35, "三十五"), (99, "九十九")]
)
def test_numbers_are_counted_in_chinese(number, says):
    assert chinese(number) == says
