"""Encodings are told by content; mojibake is named, put right where it can be, and never passed over in silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.sheets.rules.encoding import decode, diagnose, plausibility, repaired
from hrpark.toolbox.errors import Refused

TEXT = (
    "机构名称,统一社会信用代码,注册地址,联系人\r\n"
    "广州黄埔人力资源服务有限公司,91440112MA5CJQ4N59,广州市黄埔区科学大道,张三\r\n"
    "中新知识城人才发展有限公司,91440101MA5CJQ4N59,广州市黄埔区九佛街道,欧阳锋\r\n"
    "某某劳务派遣（广东）有限公司,91440300MA5F7YRE78,深圳市南山区,李四\r\n"
) * 3


@pytest.mark.parametrize(
    ("codec", "label"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8（带 BOM）"),
        ("gb18030", "GB18030"),
        ("gbk", "GB18030"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16（无 BOM）"),
        ("utf-16-be", "UTF-16（无 BOM）"),
    ],
)
def test_every_encoding_of_a_register_is_told(codec, label):
    decoded = decode(TEXT.encode(codec))
    assert (decoded.text, decoded.encoding, decoded.notes) == (TEXT, label, ())


def test_a_rare_character_of_a_name_is_read_from_gb18030():
    text = TEXT + "𠮷野家,𫖯,㐱,䶮\r\n"
    assert decode(text.encode("gb18030")).text == text


def test_big5_is_told_from_gb18030():
    assert (
        decode(("公司名稱,統一編號,聯絡電話\r\n台北人力資源顧問有限公司,12345678,02\r\n" * 3).encode("big5")).encoding == "Big5"
    )


def test_a_few_broken_bytes_are_named_with_their_line():
    data = bytearray(TEXT.encode())
    data[TEXT.encode().index("张三".encode()) + 1] = 0xFF
    decoded = decode(bytes(data))
    assert decoded.encoding == "UTF-8" and "第2行" in decoded.notes[0].text and decoded.notes[0].warns


def test_what_is_no_text_is_refused():
    with pytest.raises(Refused):
        decode(bytes(range(256)) * 40)


MISREAD = {
    "GB18030 as Latin-1": (TEXT.encode("gb18030").decode("latin-1"), "GB18030", "西文"),
    "UTF-8 as Latin-1": (TEXT.encode().decode("latin-1"), "UTF-8", "西文"),
    "UTF-8 as Windows-1252, with its undefined bytes": (
        "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in TEXT.encode()), "UTF-8", "西文",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISREAD)
def test_mojibake_is_diagnosed_and_put_right(mistake):
    text, origin, misread_as = MISREAD[mistake]
    found = diagnose(text)
    assert found and found.origin == origin and misread_as in found.misread_as and found.reversible and not found.lost
    assert "乱码" in found.message and found.after in found.message
    assert repaired(text, found) == TEXT


def test_utf8_read_as_gbk_is_put_right_as_far_as_it_goes():
    found = diagnose(TEXT.encode().decode("gb18030", "replace"))
    assert found and found.origin == "UTF-8" and found.misread_as == "GBK" and found.lost
    assert "丢失" in found.message
    even = "上海人力,广州人才,深圳机构,北京园区\r\n" * 3
    whole = diagnose(even.encode().decode("gb18030"))
    assert whole and repaired(even.encode().decode("gb18030"), whole) == even


@pytest.mark.parametrize(
    "text",
    [
        TEXT.encode("gb18030").decode("utf-8", "replace"),
        TEXT.encode("gb18030").decode("utf-8", "replace").encode().decode("gb18030", "replace"),
    ],
)
def test_what_is_gone_is_said_to_be_gone(text):
    found = diagnose(text)
    assert found and not found.reversible and "无法还原" in found.message


def test_good_text_is_never_called_mojibake():
    for text in (
        TEXT,
        "name,city\r\nJosé Müller,Zürich\r\nRenée,Genève\r\n",
        "a,b\r\n1,2\r\n",
        "ئۇيغۇر تىلى,ھەمكارلىق شىركىتى\r\n" * 5,
        "",
    ):
        assert diagnose(text) is None


@given(st.text(st.sampled_from("广州黄埔人力资源服务有限公司张李王赵,\r\n0123456789"), min_size=30, max_size=300))
def test_plausible_chinese_survives_every_encoding_and_the_western_mistake(text):
    if sum(ord(c) > 127 for c in text) < 10:
        return
    assert plausibility(text) == 1.0 and diagnose(text) is None
    for codec in ("utf-8", "gb18030", "utf-16"):
        assert decode(text.encode(codec)).text == text
    misread = text.encode("gb18030").decode("latin-1")
    found = diagnose(misread)
    assert found and repaired(misread, found) == text


@given(st.binary(max_size=400))
def test_any_bytes_get_an_answer(data):
    try:
        diagnose(decode(data).text)
    except Refused as refused:
        assert refused.message
