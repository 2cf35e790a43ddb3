"""PDFs as they come out: A4, PDF/A-2b, fonts inside, the same bytes again, and never stopped by a name."""

import io
import re
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pypdf
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hrpark.documents import rendering, samples
from hrpark.documents.fonts import Chain, Coverage, chain, printable, printable_data
from hrpark.documents.kinds import REPORT, TEMPLATES
from hrpark.documents.rendering import FOLDER, render
from hrpark.toolbox.errors import Misconfigured, Refused


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(pdf).pages)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def tiny(text: str) -> dict:
    """The shortest report, with ``text`` as a person's name in it."""
    return {"title": "报告", "park": "园区", "period": "2025年", "result": {"text": [text]}, "sections": []}


@pytest.mark.parametrize("key", sorted(samples.EVERY_TEMPLATE))
def test_every_template_sets_as_pdf_a_on_a4_with_its_fonts_inside(key, at):
    pdf = read(render(key, samples.EVERY_TEMPLATE[key](), at=at))
    catalog = pdf.trailer["/Root"]
    assert b"<pdfaid:part>2</pdfaid:part>" in catalog["/Metadata"].get_data()
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in catalog["/Metadata"].get_data()
    assert catalog["/OutputIntents"][0]["/S"] == "/GTS_PDFA1" and "/DestOutputProfile" in catalog["/OutputIntents"][0]
    assert not pdf.is_encrypted and "/JavaScript" not in str(catalog)
    for page in pdf.pages:
        assert [round(float(x)) for x in page.mediabox] == [0, 0, 595, 842]
        for font in page["/Resources"]["/Font"].values():
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor) and "/ToUnicode" in font


def test_every_template_file_is_declared_and_every_declared_one_is_there():
    assert {path.name for path in FOLDER.glob("*.typ")} - {"lib.typ"} == {template.file for template in TEMPLATES}


def test_the_report_has_cover_result_rows_appendix_and_page_x_of_y(at):
    pages = [
        squeezed(p.extract_text())
        for p in read(render(REPORT, samples.report_data() | {"code": "ABCD-EFGH-JKMN-PQRS"}, at=at)).pages
    ]
    assert "2025年度园区评价报告" in pages[0] and "盖章处" in pages[0] and "2025年1月1日至12月31日" in pages[0]
    assert "综合得分86.4分" in pages[1] and "较上期+45.7%" in pages[1] and "不能确定" in pages[1]
    assert "T1.01" in pages[2] and "编号指标数值得分（分）依据" in pages[2]
    assert "附录" in pages[-1] and "核验码：ABCD-EFGH-JKMN-PQRS" in pages[-1]
    for n, page in enumerate(pages, 1):
        assert f"第{n}页，共{len(pages)}页" in page


def test_a_table_over_many_pages_repeats_its_head(at):
    pages = [squeezed(p.extract_text()) for p in read(render(REPORT, samples.report_data(300), at=at)).pages]
    rows = [page for page in pages if "T1.1" in page]
    assert len(rows) >= 4 and all("编号指标数值得分（分）依据" in page for page in rows)
    assert all(f"T1.{n:02d}" in "".join(pages) for n in range(1, 301))


def test_the_decision_says_yes_or_no_and_what_comes_next(at):
    yes = squeezed(text_of(render("admission_decision", samples.decision_data(), at=at)))
    assert "决定同意您单位入驻。" in yes and "接下来需要办理" in yes and "4.3.1.1a" in yes
    no = squeezed(
        text_of(
            render("admission_decision", samples.decision_data(admitted=False, reason="许可证已过期。", next_steps=[]), at=at)
        )
    )
    assert "决定不同意您单位入驻。" in no and "理由：许可证已过期。" in no and "二、对决定有异议" in no


def test_it_prints_in_grey(at):
    """Nothing sets a colour: every colour operator of every page is a grey."""
    for key, data in samples.EVERY_TEMPLATE.items():
        for page in read(render(key, data(), at=at)).pages:
            content = page.get_contents().get_data()
            assert re.search(rb"[\d.]+ scn\b", content)
            assert not re.search(rb"(?:[\d.]+\s+){3,}(?:rg|RG|k|K|sc|SC|scn|SCN)\b", content)


def test_the_same_data_at_the_same_moment_gives_the_same_bytes(at):
    first, again = (render(REPORT, samples.report_data(), at=at) for _ in range(2))
    assert first == again
    assert render(REPORT, samples.report_data(), at=at + timedelta(days=1)) != first


@pytest.mark.parametrize(
    "text", ["#panic(1)", '"; #import "x.typ"', "$x^2$ *b* _i_ `c` @ref <label> \\ //", "#sys.inputs", "= 标题", "- 一"]
)
def test_what_a_person_typed_is_never_run(at, text):
    assert squeezed(text) in squeezed(text_of(render(REPORT, tiny(text), at=at)))


def test_rare_characters_of_names_print_or_name_themselves_in_a_footnote(at):
    for character in "𠮷㐂䶮𬭊":
        text = text_of(render(REPORT, tiny(f"经办人：龚{character}祥"), at=at))
        if chain().shows(character):
            assert f"龚{character}祥" in squeezed(text)
        else:
            assert "龚〓" in squeezed(text) and f"U+{ord(character):04X}" in text


def test_the_characters_of_the_national_table_are_all_covered():
    """Samples of all three levels of the 通用规范汉字表, those outside the first plane among them."""
    assert all(chain().shows(c) for c in "一乙人力资源服务园区堃喆镕犇㐂䶮㛃㵞𬭊𬭛𬬭𫖯𫍣𬶠𬺈𪩘𫓧𬘓")


@pytest.mark.parametrize("character", ["\U0003fffd", "\U000323af", "\ue000", "😀", "א"])
def test_what_no_font_has_is_a_mark_in_the_line_and_a_code_point_in_a_footnote(at, character):
    text = text_of(render(REPORT, tiny(f"龚{character}祥"), at=at))
    if chain().shows(character):  # a machine with more fonts than the product brings
        assert f"龚{character}祥" in squeezed(text)
    else:
        assert "龚〓" in squeezed(text) and f"U+{ord(character):04X}" in text


def test_an_unassigned_character_is_shown_by_no_font():
    assert not chain().shows("\U0003fffd")


def test_a_missing_character_prints_in_titles_tables_figures_and_heads_too(at):
    missing = "龚\U0003fffd"
    data = samples.report_data(3, title=f"{missing}的报告", park=f"{missing}园区", issuer=missing)
    data["result"]["figures"][0]["label"] = missing
    data["result"]["bars"]["bars"][0]["label"] = missing
    data["sections"][0]["title"] = missing
    data["sections"][0]["table"]["columns"][1]["label"] = missing
    data["sections"][0]["table"]["rows"][0] = [missing] * 5
    assert text_of(render(REPORT, data, at=at)).count("U+3FFFD") >= 6


HARD = st.one_of(
    st.text(max_size=60),
    st.text(st.characters(min_codepoint=0x20000, max_codepoint=0x323AF), max_size=20),
    st.text(
        st.sampled_from(
            "a中𠮷x\u0301\u0327\u0302\u3099\ufe0f\U000e0100\u200d\u202e\0\x07\u2028\u3000\t\n〓〔U+2A6A5〕\ufffd\uffff"
        ),
        max_size=30,
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HARD)
@example("x\u0327\u0302")
@example("q\u0303")
@example("\ud800")
@example("か\u3099ハ\u309a")
@example("葛\U000e0100城")
@example("नमस्ते ไทย العربية")
@example("👨\u200d👩\u200d👧")
def test_no_text_whatever_stops_a_document(at, text):
    assert read(render(REPORT, tiny(f"名{text}字"), at=at)).pages


@given(st.text(max_size=80))
def test_printable_text_holds_only_what_prints_and_is_stable(text):
    shows = chain().shows
    once = printable(text, shows)
    assert not [c for c in once if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in "\n\t"]
    assert printable(once, shows) == once


def test_names_are_left_as_they_are_where_fonts_have_them():
    assert printable_data({"a": ["龚㐂祥", 1, None, {"b": "é"}]}, lambda c: True) == {"a": ["龚㐂祥", 1, None, {"b": "é"}]}
    assert printable("e\u0301", lambda c: c in "é") == "é"
    assert printable("x\u0327", lambda c: c == "x") == "x"
    assert printable("﨑", lambda c: True) == "﨑"


def test_coverage_is_exact():
    coverage = Coverage({0x4E00, 0x10FFFF})
    assert "一" in coverage and "\U0010ffff" in coverage and "丁" not in coverage


def test_a_font_whose_table_promises_too_much_does_not_stop_a_document_either(at, monkeypatch):
    real = chain()
    lying = Chain(real.fonts, real.families[:1], (real.coverage[0], Coverage(range(0x110000))))
    monkeypatch.setattr(rendering, "chain", lambda: lying)
    text = text_of(render(REPORT, tiny("龚\U000323af祥"), at=at))
    assert "龚〓" in squeezed(text) and "U+323AF" in text


def test_numbers_keep_their_last_zero_and_days_must_come_in_words(at):
    data = tiny("x")
    data["result"]["table"] = {"columns": [{"label": "a"}], "rows": [[Decimal("12.50")], [3], [None]]}
    assert "12.50" in text_of(render(REPORT, data, at=at))
    with pytest.raises(Misconfigured, match="datetime"):
        render(REPORT, tiny(at), at=at)


def test_a_document_of_too_many_rows_is_refused_with_a_way_out(at):
    with pytest.raises(Refused, match="Excel"):
        render(REPORT, samples.report_data(10_000), at=at)


def test_data_that_lacks_is_a_mistake_of_ours(at):
    with pytest.raises(Misconfigured, match="period"):
        render(REPORT, {"title": "x"}, at=at)


def test_threads_share_one_compiler(at):
    with ThreadPoolExecutor(4) as pool:
        pdfs = list(pool.map(lambda n: render(REPORT, tiny(f"第{n}份"), at=at), range(12)))
    assert [f"第{n}份" in squeezed(text_of(pdf)) for n, pdf in enumerate(pdfs)] == [True] * 12


def test_a_kept_compiler_sets_a_report_well_within_a_second(at):
    render(REPORT, samples.report_data(), at=at)
    began = time.perf_counter()
    render(REPORT, samples.report_data(), at=at + timedelta(minutes=1))
    assert time.perf_counter() - began < 1


def test_without_any_chinese_font_the_answer_says_what_to_do(settings, tmp_path, monkeypatch):
    from hrpark.documents import fonts

    settings.BASE, settings.FONT_FOLDERS = tmp_path, []
    monkeypatch.setattr(fonts, "_SYSTEM", ())
    monkeypatch.setattr(fonts.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Misconfigured, match="HRPARK_FONTS"):
        fonts.chain.__wrapped__()


def test_fonts_of_the_installation_come_after_the_main_one_and_stand_in_for_it(settings, tmp_path, monkeypatch):
    from hrpark.documents import fonts

    main = chain().families[0]
    folder = next(path for path in fonts.folders() if path.name == "400Regular" or path.name == "noto")
    own = tmp_path / "own"
    own.symlink_to(folder)
    settings.FONT_FOLDERS = [own]
    assert fonts.chain.__wrapped__().families[0] == main
    settings.BASE = tmp_path
    monkeypatch.setattr(fonts, "_SYSTEM", ())
    assert fonts.chain.__wrapped__().families
