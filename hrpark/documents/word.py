"""Word files: what a park's template asks for, and filling it. A template says ``{{机构名称}}`` and no more: nothing in it is run.

The package is read as a zip of XML parts; placeholders are found in the text of each paragraph wherever Word has cut it into
runs, in the body, tables, text boxes, heads, feet and notes. Everything else of the file stays as it was.
"""

from __future__ import annotations

import copy
import functools
import io
import re
import zipfile
from collections.abc import Iterable, Mapping

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from lxml import etree

from hrpark.files.rules.found import DOCX, Unfit
from hrpark.files.rules.office import check_package, open_package, package_content
from hrpark.toolbox.errors import Refused

from .kinds import Template

LARGEST = 5 * 1024 * 1024
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_P, _T, _R, _BR = (f"{{{_W}}}{name}" for name in ("p", "t", "r", "br"))
_TEXT_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
#: Braces of either width: an input method for Chinese writes the wide ones.
_PLACEHOLDER = re.compile(r"[{｛]{2}\s*([^{}｛｝]*?)\s*[}｝]{2}")
_LEFT_OPEN = re.compile(r"[{｛]{2}|[}｝]{2}")
_PROGRAM = re.compile(r"[{｛]\s*[%#]")
#: Fields by which Word takes in or starts something else.
_REACHING = re.compile(r"^\s*(DDE|DDEAUTO|LINK|INCLUDETEXT|INCLUDEPICTURE|IMPORT|MACROBUTTON|DATABASE|RD)\b", re.IGNORECASE)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BROKEN = "模板打不开或内容不完整，请用 Word 或 WPS 打开并另存为 .docx 后再上传。"


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def _parts(data: bytes) -> dict[str, bytes]:
    """The parts of a package that has been looked at as any upload is."""
    if len(data) > LARGEST:
        raise Refused("模板超过 5 MB，请压缩其中的图片后再上传。", field="file")
    try:
        with open_package(io.BytesIO(data)) as package:
            if package_content(package) is not DOCX:
                raise Refused("这不是 Word 文档（.docx），请另存为 .docx 后再上传。", field="file")
            check_package(package)
            return {entry.filename: package.read(entry) for entry in package.infolist()}
    except Unfit as problem:
        raise Refused(str(problem), field="file") from None


def _trees(parts: Mapping[str, bytes]) -> dict[str, etree._Element]:
    try:
        return {name: etree.fromstring(data, _parser()) for name, data in parts.items() if _TEXT_PARTS.fullmatch(name)}
    except etree.XMLSyntaxError:
        raise Refused(_BROKEN, field="file") from None


def _texts(paragraph: etree._Element) -> list[etree._Element]:
    """The texts of a paragraph without those of text boxes in it."""
    return [t for t in paragraph.iter(_T) if next(t.iterancestors(_P)) is paragraph]


def _paragraphs(tree: etree._Element) -> list[tuple[etree._Element, list[etree._Element], str]]:
    found = []
    for paragraph in list(tree.iter(_P)):
        texts = _texts(paragraph)
        whole = "".join(t.text or "" for t in texts)
        if "{" in whole or "｛" in whole or "}" in whole or "｝" in whole:
            found.append((paragraph, texts, whole))
    return found


# --- reading a template --------------------------------------------------------------------------------------------------


def check(data: bytes, template: Template) -> list[str]:
    """The placeholders of an uploaded template, each once; refused, with the reason, when it could not be filled as it stands."""
    parts = _parts(data)
    _refuse_reaching_out(parts)
    asked: list[str] = []
    for tree in _trees(parts).values():
        for _, _, whole in _paragraphs(tree):
            if _PROGRAM.search(whole):
                raise Refused(
                    f"模板里有程序语句“{whole.strip()[:40]}”。模板只能写 {{{{字段名}}}}，不能写循环、判断等语句，请改写后再上传。",
                    field="file",
                )
            asked += _PLACEHOLDER.findall(whole)
            rest = _PLACEHOLDER.sub("", whole)
            if _LEFT_OPEN.search(rest):
                raise Refused(
                    f"“{whole.strip()[:40]}”里的括号不成对，字段应写成 {{{{字段名}}}}，请核对后再上传。", field="file"
                )
    known = {word.name for word in template.words}
    unknown = [name for name in dict.fromkeys(asked) if name not in known]
    if unknown:
        raise Refused(
            f"模板里有系统不认识的字段：{'、'.join(name or '（空）' for name in unknown)}。可以用的字段见本页下方，请改正后再上传。", field="file"
        )  # fmt: skip
    if not asked:
        raise Refused("模板里没有任何 {{字段名}}，签发时没有内容可填。请按本页下方的字段表写入后再上传。", field="file")
    return list(dict.fromkeys(asked))


def _refuse_reaching_out(parts: Mapping[str, bytes]) -> None:
    """Nothing that takes in another file, starts a program or rests on an address: a template is text."""
    for name, data in parts.items():
        if name.startswith(("word/embeddings/", "word/activeX/")):
            raise Refused("模板里嵌有其他文件或控件，为安全起见不能使用。请删除嵌入对象后另存再上传。", field="file")
        if not name.endswith((".rels", ".xml")):
            continue
        try:
            tree = etree.fromstring(data, _parser())
        except etree.XMLSyntaxError:
            raise Refused(_BROKEN, field="file") from None
        if name.endswith(".rels"):
            for one in tree:
                if one.get("TargetMode") == "External" and not (one.get("Type") or "").endswith("/hyperlink"):
                    raise Refused("模板引用了本文件以外的内容（外部模板、图片或链接文件），请改为嵌入后再上传。", field="file")
                if (one.get("Type") or "").endswith(("/aFChunk", "/oleObject", "/control")):
                    raise Refused("模板里嵌有其他文件或控件，为安全起见不能使用。请删除嵌入对象后另存再上传。", field="file")
            continue
        codes = ["".join(p.itertext(f"{{{_W}}}instrText")) for p in tree.iter(_P)]
        codes += [one.get(f"{{{_W}}}instr") or "" for one in tree.iter(f"{{{_W}}}fldSimple")]
        if any(_REACHING.match(code) for code in codes):
            raise Refused("模板里有链接其他文件或程序的域代码，为安全起见不能使用。请改为普通文字后再上传。", field="file")


# --- filling -------------------------------------------------------------------------------------------------------------


def values_of(template: Template, data: Mapping) -> dict[str, str | list[str]]:
    """What the placeholders stand for, from the very data that the PDF is set from."""
    return {word.name: word.of(data) for word in template.words}


def specimens(template: Template) -> dict[str, str | list[str]]:
    return {word.name: word.specimen for word in template.words}


def fill(data: bytes, values: Mapping[str, str | list[str]]) -> bytes:
    """The template with its placeholders replaced; one that nobody knows stays, for ``check`` has refused it before."""
    parts = _parts(data)
    for name, tree in _trees(parts).items():
        for paragraph, texts, whole in _paragraphs(tree):
            _fill_paragraph(paragraph, texts, whole, values)
        parts[name] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in parts.items():
            package.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _fill_paragraph(paragraph: etree._Element, texts: list[etree._Element], whole: str, values: Mapping) -> None:
    alone = _PLACEHOLDER.fullmatch(whole.strip())
    value = values.get(alone.group(1)) if alone else None
    if isinstance(value, list) and paragraph.getparent() is not None:
        for line in value or [""]:
            another = copy.deepcopy(paragraph)
            paragraph.addprevious(another)
            _write_whole(_texts(another), line)
        paragraph.getparent().remove(paragraph)
        return
    for match in reversed(list(_PLACEHOLDER.finditer(whole))):
        if match.group(1) in values:
            found = values[match.group(1)]
            _replace(texts, match.start(), match.end(), "\n".join(found) if isinstance(found, list) else str(found))
    for t in texts:
        _break_lines(t)


def _replace(texts: list[etree._Element], start: int, end: int, value: str) -> None:
    """Characters start to end of the joined texts become the value, in the look of the run in which they begin."""
    at, placed = 0, False
    for t in texts:
        text = t.text or ""
        first, last = max(start - at, 0), min(end - at, len(text))
        at += len(text)
        if first < last or (first == last == 0 and start == end):
            t.text = text[:first] + ("" if placed else _UNPRINTABLE.sub("", value)) + text[last:]
            t.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            placed = True


def _write_whole(texts: list[etree._Element], line: str) -> None:
    for n, t in enumerate(texts):
        t.text = _UNPRINTABLE.sub("", line) if n == 0 else ""
        t.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _break_lines(t: etree._Element) -> None:
    """A line break in a text is an element of its own."""
    first, *rest = (t.text or "").split("\n")
    if not rest:
        return
    t.text = first
    for line in reversed(rest):
        another = etree.Element(_T)
        another.text = line
        another.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        t.addnext(another)
        t.addnext(etree.Element(_BR))


# --- the templates that the house has ----------------------------------------------------------------------------------------

BODY, HEADING = "仿宋", "黑体"
_HOUSE: dict[str, tuple[str, tuple[tuple[str, str], ...], tuple[str, ...], tuple[str, ...]]] = {
    "agreement": (
        "入驻协议",
        (("甲方（园区运营方）", "{{甲方名称}}"), ("统一社会信用代码", "{{甲方统一社会信用代码}}"), ("乙方（入驻机构）", "{{机构名称}}"),
         ("统一社会信用代码", "{{机构统一社会信用代码}}"), ("法定代表人", "{{法定代表人}}"), ("住所", "{{机构住所}}"), ("联系人及电话", "{{联系人及电话}}"),
         ("入驻单元", "{{入驻单元}}　{{建筑面积}}"), ("协议编号", "{{协议编号}}"), ("承诺在园年限", "{{在园年限}}"), ("人员进驻并开展业务", "{{开业期限}}")),
        ("双方本着自愿、平等、诚实信用的原则，就{{机构名称}}入驻{{园区名称}}事宜，约定如下。", "{{协议条款}}"),
        ("甲方（盖章）：{{甲方名称}}", "法定代表人或委托代理人（签字）：", "签订日期：　　　　年　　月　　日", "",
         "乙方（盖章）：{{机构名称}}", "法定代表人或委托代理人（签字）：", "签订日期：　　　　年　　月　　日"),
    ),
    "pledge": (
        "入园承诺书",
        (("承诺单位", "{{机构名称}}"), ("统一社会信用代码", "{{机构统一社会信用代码}}"), ("法定代表人", "{{法定代表人}}"), ("入驻协议编号", "{{协议编号}}"),
         ("承诺在园年限", "{{在园年限}}（{{在园期间}}）")),
        ("{{甲方名称}}：", "我单位已与贵方签订入驻协议，现就入驻{{园区名称}}郑重承诺如下：", "{{承诺事项}}",
         "以上承诺是我单位真实意思表示。本承诺书一式两份，由贵方和我单位各存一份。"),
        ("承诺单位（盖章）：{{机构名称}}", "法定代表人或委托代理人（签字）：", "承诺日期：　　　　年　　月　　日"),
    ),
}  # fmt: skip


def _font(run: docx.text.run.Run, name: str, size: float, *, bold: bool = False) -> None:
    run.font.name, run.font.size, run.font.bold = name, Pt(size), bold
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _page_number(paragraph: docx.text.paragraph.Paragraph) -> None:
    for before, code in (("第", "PAGE"), ("页，共", "NUMPAGES")):
        _font(paragraph.add_run(before), BODY, 9)
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), code)
        run = OxmlElement("w:r")
        text = OxmlElement("w:t")
        text.text = "1"
        run.append(text)
        field.append(run)
        paragraph._p.append(field)
    _font(paragraph.add_run("页"), BODY, 9)


@functools.cache
def house_template(key: str) -> bytes:
    """The template that is used while the park has none of its own, and from which it may make one: A4, margins of an official letter."""
    title, facts, body, signing = _HOUSE[key]
    made = docx.Document()
    made.core_properties.author, made.core_properties.title, made.core_properties.comments = "", title, ""
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = BODY, Pt(12)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
    page = made.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Cm(3), Cm(2.6), Cm(2.8), Cm(2.6)
    head = page.header.paragraphs[0]
    _font(head.add_run("{{园区名称}}　{{文书编号}}　核验码 {{核验码}}"), BODY, 9)
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _page_number(foot)
    for text, font, size in ((title, HEADING, 20), ("{{文书编号}}", BODY, 11)):
        paragraph = made.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _font(paragraph.add_run(text), font, size, bold=font == HEADING)
    table = made.add_table(rows=0, cols=2, style="Table Grid")
    for label, value in facts:
        cells = table.add_row().cells
        cells[0].width, cells[1].width = Cm(4.5), Cm(11.1)
        for cell, text, font in ((cells[0], label, HEADING), (cells[1], value, BODY)):
            _font(cell.paragraphs[0].add_run(text), font, 11)
    made.add_paragraph()
    for text in body:
        paragraph = made.add_paragraph()
        if not text.endswith("："):
            paragraph.paragraph_format.first_line_indent = Pt(24)
        paragraph.paragraph_format.line_spacing = 1.5
        _font(paragraph.add_run(text), BODY, 12)
    _signing(made, signing)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _signing(made: docx.document.Document, lines: Iterable[str]) -> None:
    """Where it is sealed and signed: kept on one page with the lines between."""
    made.add_paragraph().add_run().add_break(WD_BREAK.LINE)
    for text in lines:
        paragraph = made.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_after = Pt(18 if "盖章" in text else 8)
        _font(paragraph.add_run(text), BODY, 12)
