"""What a file really is, and what it is called: every kind is taken, every disguise is refused in words."""

import gzip
import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrpark.files import samples
from hrpark.files.rules.content import examine
from hrpark.files.rules.found import BY_SUFFIX, Unfit
from hrpark.files.rules.names import LONGEST, clean_name, suffix_of
from hrpark.files.rules.office import open_package

LIMIT = 20 * 1024 * 1024
EMPTY_ZIP_END = b"PK\x05\x06" + bytes(18)


def examined(name: str, data: bytes, limit: int = LIMIT):
    return examine(name, io.BytesIO(data), len(data), limit=limit)


def refusal(name: str, data: bytes, limit: int = LIMIT) -> str:
    with pytest.raises(Unfit) as caught:
        examined(name, data, limit)
    return str(caught.value)


def a_zip(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in entries.items():
            package.writestr(name, data)
    return out.getvalue()


# --- what is taken ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", samples.EVERY_KIND)
def test_every_accepted_kind_is_known_by_its_content(name):
    found = examined(name, samples.EVERY_KIND[name]())
    assert found.content is BY_SUFFIX[suffix_of(name)]
    assert found.name == name


def test_capital_suffixes_and_jpeg_are_the_same():
    assert examined("扫描件.PDF", samples.pdf_bytes()).content.key == "pdf"
    assert examined("IMG_0001.JPEG", samples.jpeg_bytes()).content.key == "jpeg"


def test_a_png_that_a_phone_called_jpg_is_taken_under_its_own_name():
    found = examined("微信图片.jpg", samples.png_bytes())
    assert (found.content.key, found.name) == ("png", "微信图片.png")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_tables_as_text_come_in_any_usual_encoding(encoding):
    assert examined("名册.csv", samples.csv_bytes(encoding)).content.key == "csv"


def test_an_old_workbook_over_seven_megabytes_is_read_through_its_chained_table():
    small = samples.xls_bytes()
    data = bytearray(small[:512] + bytes(512 * 15_000) + small[1024:])
    first = 15_000
    parts = [14_000 + n for n in range(118)]  # sectors of the table: 109 named in the header, 9 in one chained sector
    struct.pack_into("<I", data, 48, first)
    struct.pack_into("<I", data, 68, 13_999)
    struct.pack_into("<109I", data, 76, *parts[:109])
    struct.pack_into("<128I", data, 512 * 14_000, *parts[109:], *[0xFFFFFFFF] * 118, 0xFFFFFFFE)
    table = {first: 0xFFFFFFFE}
    for sector, following in table.items():
        struct.pack_into("<I", data, 512 * (parts[sector // 128] + 1) + 4 * (sector % 128), following)
    assert examined("名册.xls", bytes(data)).content.key == "xls"


# --- what is refused, and how it is said -------------------------------------------------------------------------------


def test_an_archive_called_pdf_is_told_so():
    said = refusal("营业执照.pdf", a_zip(**{"a.txt": b"x"}))
    assert said.startswith("文件扩展名是 .pdf，但内容是压缩包")
    assert "PDF" in said


@pytest.mark.parametrize(
    ("name", "data", "part"),
    [
        ("空.pdf", b"", "文件是空的"),
        ("程序.pdf", b"MZ" + bytes(200), "Windows 程序"),
        ("网页.pdf", b"<!DOCTYPE html><html></html>", "网页"),
        ("名册.xls", b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        ("名册.xlsx", "机构,代码\n".encode("gb18030"), "内容是"),
        ("名册.xlsx", samples.docx_bytes(), "内容是Word 文档"),
        ("照片.jpg", b"\0\0\0\x18ftypheic" + bytes(100), "HEIC 图片"),
        ("照片.heic", b"\0\0\0\x18ftypheic" + bytes(100), "JPG"),
        ("图.svg", b"<svg/>", "PNG"),
        ("图.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG 图片"),
        ("旧.doc", samples.ole_bytes("WordDocument"), ".docx"),
        ("旧.xls", samples.ole_bytes("WordDocument"), "旧版 Word"),
        ("加密.xlsx", samples.ole_bytes("EncryptedPackage", "EncryptionInfo"), "打开密码"),
        ("宏.xls", samples.ole_bytes("Workbook", "_VBA_PROJECT_CUR"), "宏"),
        ("没有扩展名", samples.pdf_bytes(), "没有扩展名"),
        ("材料.pdf.exe", samples.pdf_bytes(), ".exe"),
        ("压缩.zip", a_zip(a=b"x"), "解压"),
        ("包.csv", a_zip(a=b"x"), "压缩包"),
        ("包.csv", gzip.compress(b"x", mtime=0), "压缩包"),
        ("程序.csv", b"MZ\x90\x00" + bytes(50), "Windows 程序"),
        ("页.csv", b"name,<script>alert(1)</script>\n", "网页代码"),
        ("页.txt", b"\xef\xbb\xbf  <html><body>", "网页代码"),
        ("响铃.txt", b"ding \x07 dong", "不是文字"),
        ("乱.csv", b"\x81\x20\xff\xff", "编码"),
    ],
)
def test_what_is_not_taken_is_told_in_words(name, data, part):
    assert part in refusal(name, data)


def test_a_file_over_the_limit_is_told_both_sizes():
    said = refusal("大.pdf", samples.pdf_bytes() * 3000, limit=1024 * 1024)
    assert "1.0 MB 的上限" in said and "文件有" in said


@pytest.mark.parametrize(
    "data",
    [
        samples.pdf_bytes()[:-30],
        b"\n" + samples.pdf_bytes(),
        samples.pdf_bytes() + b"<html><script>alert(1)</script></html>" * 20,
        samples.pdf_bytes() + a_zip(a=b"x" * 100),
        samples.pdf_bytes()[:-6] + a_zip(a=b"x" * 100) + b"%%EOF\n" + EMPTY_ZIP_END,
        b"%PDF-1.7\n<html><script>alert(1)</script>" + samples.pdf_bytes()[9:],
        b"%PDF-0.0" + samples.pdf_bytes()[8:],
    ],
    ids=["cut", "not at byte 0", "page behind", "archive behind", "archive inside the end", "page at the head", "no version"],
)
def test_a_pdf_that_is_also_something_else_is_refused(data):
    refusal("材料.pdf", data)


@pytest.mark.parametrize(
    "data",
    [
        samples.png_bytes()[:-5],
        samples.png_bytes() + b"<html>",
        samples.png_bytes().replace(b"IDAT", b"IDAX"),
        samples.png_bytes()[:8] + samples.png_bytes()[33:],
        samples.png_bytes()[:16] + struct.pack(">II", 100_000, 100_000) + samples.png_bytes()[24:],
    ],
    ids=["cut", "page behind", "wrong checksum", "no head", "forged size"],
)
def test_a_broken_png_is_refused(data):
    refusal("图.png", data)


def test_a_picture_of_too_many_pixels_is_refused():
    body = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 0, 0, 0, 0)
    head = struct.pack(">I", 13) + b"IHDR" + body + struct.pack(">I", zlib.crc32(b"IHDR" + body))
    assert "40000×40000" in refusal("图.png", samples.png_bytes()[:8] + head + samples.png_bytes()[33:])


@pytest.mark.parametrize(
    "data",
    [
        samples.jpeg_bytes()[:-2],
        samples.jpeg_bytes()[:60],
        samples.jpeg_bytes() + a_zip(a=b"x" * 50),
        samples.jpeg_bytes() + b"<script>alert(1)</script>",
    ],
    ids=["no end", "cut", "archive behind", "page behind"],
)
def test_a_broken_or_loaded_jpeg_is_refused(data):
    refusal("图.jpg", data)


def test_a_motion_photo_keeps_what_the_phone_put_behind_it():
    assert examined("动态.jpg", samples.jpeg_bytes() + b"\0\0\0\x18ftypmp42" + bytes(5000)).content.key == "jpeg"


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (samples.docx_bytes(word__vbaProject_bin=b"x").replace(b"word/vbaProject_bin", b"word/vbaProject.bin"), "宏"),
        (samples.docx_bytes()[:-40], "不完整"),
        (samples.docx_bytes() + b"tail", "末尾附带"),
        (samples.docx_bytes(word__x_xml=b"<!DOCTYPE a [<!ENTITY b 'c'>]>").replace(b"word/x_xml", b"word/x.xml"), "DOCTYPE"),
        (samples.docx_bytes(**{"..__etc": b"x"}), "不完整"),
        (samples.docx_bytes(**{f"e{n}": b"" for n in range(5_100)}), "条目过多"),
    ],
    ids=["macro", "cut", "tail", "doctype", "traversal", "entries"],
)
def test_an_office_file_with_more_in_it_than_it_says_is_refused(data, part):
    assert part in refusal("协议.docx", data)


def test_an_office_file_that_declares_to_unpack_to_too_much_is_refused_before_it_is_unpacked():
    data = bytearray(samples.docx_bytes(big=b"\0" * 1000))
    struct.pack_into("<I", data, data.rfind(b"PK\x01\x02") + 24, 257 * 1024 * 1024)
    assert "展开后过大" in refusal("协议.docx", bytes(data))


def test_an_entry_that_lies_about_its_size_is_refused():
    data = bytearray(samples.docx_bytes(big=b"\0" * 1_000_000))
    central = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 10)
    refusal("协议.docx", bytes(data))


def test_overlapping_entries_are_refused():
    """The quine bombs: many names for the same packed bytes."""
    data = bytearray(samples.docx_bytes(one=b"a" * 5000, two=b"a" * 5000))
    second = data.rfind(b"PK\x01\x02")
    first = data.rfind(b"PK\x01\x02", 0, second)
    struct.pack_into("<I", data, second + 42, struct.unpack_from("<I", data, first + 42)[0])
    refusal("协议.docx", bytes(data))


def test_an_encrypted_package_is_refused():
    data = bytearray(samples.docx_bytes())
    central = data.find(b"PK\x01\x02")
    struct.pack_into("<H", data, central + 8, 1)
    assert "密码" in refusal("协议.docx", bytes(data))


MAGIC = [
    b"",
    b"%PDF-1.7\n",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff\xe0",
    b"PK\x03\x04",
    bytes.fromhex("d0cf11e0a1b11ae1"),
    b"<html",
    b"MZ",
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(MAGIC), st.binary(max_size=2000), st.sampled_from([*BY_SUFFIX, ".exe", ""]))
def test_whatever_the_bytes_there_is_an_answer(magic, data, suffix):
    try:
        found = examined(f"文件{suffix}", magic + data)
    except Unfit as problem:
        assert len(str(problem)) > 8
    else:
        assert suffix in found.content.suffixes


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(samples.EVERY_KIND)), st.data())
def test_a_damaged_file_is_taken_or_refused_but_never_an_accident(name, data):
    content = bytearray(samples.EVERY_KIND[name]())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        examined(name, bytes(content))
    except Unfit as problem:
        assert str(problem)


# --- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\李\\桌面\\执照.pdf", "执照.pdf"),
        ("执照\0.pdf", "执照 .pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("执\u200b照.pdf", "执照.pdf"),
        ("  a   b.pdf  ", "a b.pdf"),
        ("a\r\nContent-Type: text/html.pdf", "html.pdf"),
        ('"><img>.pdf', "img.pdf"),
        ("", "未命名"),
        ("...", "未命名"),
        ("..", "未命名"),
        ("𠮷野家.pdf", "𠮷野家.pdf"),
        ("\ud800x.pdf", "x.pdf"),
    ],
)
def test_a_name_is_cleaned_for_showing(raw, shown):
    assert clean_name(raw) == shown


def test_three_hundred_characters_of_chinese_keep_their_suffix():
    name = clean_name("人力资源服务许可证" * 40 + ".pdf")
    assert len(name) == LONGEST and name.endswith(".pdf")


@given(st.text(max_size=400))
def test_no_name_holds_a_path_a_control_or_a_turning_character(raw):
    name = clean_name(raw)
    assert 0 < len(name) <= LONGEST
    assert not set(name) & set('/\\\0\r\n\t\u202e\u202d\u2066\u200b"<>')
    assert clean_name(name) == name
    name.encode("utf-8")


def test_a_package_with_nothing_in_it_is_refused():
    with io.BytesIO() as empty:
        zipfile.ZipFile(empty, "w").close()
        with pytest.raises(Unfit):
            open_package(empty)


def test_a_package_whose_directory_points_before_the_file_is_refused():
    data = bytearray(samples.EVERY_KIND["名册.xlsx"]())
    end = data.rindex(b"PK\x05\x06")
    data[end + 18] ^= 1  # where the directory begins, 65,536 too far
    with pytest.raises(Unfit):
        examined("名册.xlsx", bytes(data))
