"""The encoding of a text file, and mojibake: text that was once read in a wrong encoding and saved so.

Chinese registers come as GB18030 (what Excel in China saves as CSV), UTF-8 with and without BOM, UTF-16 ("Unicode text").
Plausibility is measured by the 3,755 everyday characters of GB 2312 level 1: they make up well over nine tenths of real text,
and hardly half of what a wrong decoding yields.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cache

from hrpark.toolbox.errors import Refused
from hrpark.toolbox.text import visible

from .notes import Note

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8（带 BOM）"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_SAMPLE = 200_000
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
#: Where Windows-1252 differs from Latin-1; its five undefined bytes stay themselves, as browsers do it.
_CP1252 = {ord(bytes([b]).decode("cp1252", "ignore") or chr(b)): b for b in range(0x80, 0xA0)}


@cache
def _everyday() -> frozenset[str]:
    level_one = (bytes([hi, lo]).decode("gb2312", "ignore") for hi in range(0xB0, 0xD8) for lo in range(0xA1, 0xFF))
    return frozenset("".join(level_one)) | frozenset(
        "，。、；：？！（）《》“”‘’—…·￥【】　～℃％＋－＝／０１２３４５６７８９①②③④⑤"
    )


@cache
def _everyday_big5() -> frozenset[str]:
    trails = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    level_one = (bytes([hi, lo]).decode("big5", "ignore") for hi in range(0xA4, 0xC7) for lo in trails)
    return frozenset("".join(level_one)) | frozenset("，。、；：？！（）「」　")


def plausibility(text: str, everyday: frozenset[str] | None = None) -> float:
    """The share of everyday Chinese characters among all that is not ASCII; 1.0 when there is none."""
    known = _everyday() if everyday is None else everyday
    odd = "".join(_NON_ASCII.findall(text[:_SAMPLE]))
    return sum(c in known for c in odd) / len(odd) if odd else 1.0


@dataclass(frozen=True)
class Mojibake:
    """A diagnosis: what the text was, what it was misread as, an example, and whether it can be put right."""

    origin: str
    misread_as: str
    before: str
    after: str
    lost: int
    message: str

    @property
    def reversible(self) -> bool:
        return bool(self.after)


@dataclass(frozen=True)
class Decoded:
    text: str
    encoding: str
    notes: tuple[Note, ...] = ()


def decode(data: bytes) -> Decoded:
    """The text of a file, in the encoding it is stored in; mojibake is another question (``diagnose``)."""
    for bom, codec, label in _BOMS:
        if data.startswith(bom):
            return _strict_or_damaged(data, codec, label)
    if b"\0" in data[:4096]:
        return _wide(data)
    for codec, label in (("utf-8", "UTF-8"), ("gb18030", "GB18030")):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if codec == "gb18030" and plausibility(text) < 0.6:
            return _traditional(data) or Decoded(text, label)
        return Decoded(text, label)
    damaged = [_strict_or_damaged(data, codec, label) for codec, label in (("utf-8", "UTF-8"), ("gb18030", "GB18030"))]
    best = min(damaged, key=lambda d: d.text.count("\ufffd"))
    if best.text.count("\ufffd") > max(20, len(best.text) // 50):
        raise Refused(
            "无法识别文件的文字编码，文件可能已损坏或不是表格。请用 Excel 或 WPS 打开后另存为 xlsx 再上传。", field="file"
        )
    return best


def _strict_or_damaged(data: bytes, codec: str, label: str) -> Decoded:
    text = data.decode(codec, "replace")
    lines = [n for n, line in enumerate(text.split("\n"), 1) if "\ufffd" in line] if "\ufffd" in text else []
    if not lines:
        return Decoded(text, label)
    where = "、".join(map(str, lines[:5])) + ("等" if len(lines) > 5 else "")
    return Decoded(text, label, (Note("damaged", f"第{where}行有无法识别的字节，已显示为“�”，请核对这些行。", True),))


def _wide(data: bytes) -> Decoded:
    """UTF-16 without a mark at its head; anything else with zero bytes is no text."""
    for codec in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and plausibility(text) > 0.6 and re.search(r"[\r\n,\t]", text):
            return Decoded(text, "UTF-16（无 BOM）")
    raise Refused("这不是表格文件。请上传 xlsx、xls、ods 或 csv 文件。", field="file")


def _traditional(data: bytes) -> Decoded | None:
    try:
        text = data.decode("big5hkscs")
    except UnicodeDecodeError:
        return None
    return Decoded(text, "Big5") if plausibility(text, _everyday_big5()) > 0.85 else None


def _western(text: str) -> bytes:
    """The bytes that were shown as Western letters."""
    return text.translate(_CP1252).encode("latin-1")


def _chinese(text: str) -> bytes:
    """The bytes that were shown as GBK. Windows shows a single 0x80 as the euro sign."""
    return b"\x80".join(part.encode("gb18030") for part in text.split("€"))


#: What went wrong, in the order in which it is tried: (shown as, its words, really was, its words).
_MISTAKES = (
    (_western, "西文（Latin-1）", "utf-8", "UTF-8"),
    (_western, "西文（Latin-1）", "gb18030", "GB18030"),
    (_chinese, "GBK", "utf-8", "UTF-8"),
)
#: 锟斤拷: the replacement character of UTF-8, read as GBK. What stood there is gone.
_GONE = re.compile("锟斤拷|\ufffd")


def diagnose(text: str) -> Mojibake | None:
    """Is this text mojibake? Looks at a sample; ``repaired`` does the work on the whole."""
    sample = _lines(text)
    odd = sum(map(len, _NON_ASCII.findall(sample)))
    if odd < 4:
        return None
    before = plausibility(sample)
    for shown, misread_as, codec, origin in _MISTAKES:
        if before > 0.6:
            break
        fixed, lost = _undo(sample, shown, codec)
        after = plausibility(_GONE.sub("", fixed))
        if fixed == sample or lost > odd // 10 or after < 0.75 or after < before:
            continue
        example = _example(sample, shown, codec)
        if example is None:
            continue
        tail = f"至少有{lost}处文字在保存时已丢失，显示为“�”，请核对。" if lost else ""
        if lost > odd // 50:
            tail += "丢失较多，建议向提供者索取原文件。"
        message = (
            f"文件里的中文是乱码：原为 {origin} 编码，曾被误作{misread_as}打开后另存。"
            f"现可还原，例如“{visible(example[0])}”还原为“{example[1]}”，请核对预览。{tail}"
        )
        return Mojibake(origin, misread_as, *example, lost, message)
    gone = len(_GONE.findall(sample))
    if gone > max(2, odd // 50):
        shown = _GONE.search(sample)
        piece = sample[max(0, shown.start() - 2) : shown.end() + 6].strip() if shown else ""
        return Mojibake(
            "", "", piece, "", gone,
            f"文件里的中文在保存时已丢失（如“{piece}”），无法还原。请向提供者索取原文件，或从原系统重新导出为 xlsx 后上传。",
        )  # fmt: skip
    if odd >= 20 and before < 0.35 and not _has_other_script(sample):
        piece = _NON_ASCII.search(sample).group()[:12]
        return Mojibake(
            "",
            "",
            piece,
            "",
            odd,
            f"文件里的文字像是乱码（如“{visible(piece)}”），看不出原来的编码。请用原软件重新导出为 xlsx 后上传。",
        )
    return None


def _has_other_script(text: str) -> bool:
    """Uyghur, Tibetan, Mongolian, Korean, Cyrillic and kana are no mojibake."""
    scripts = re.findall("[\u0400-\u06ff\u0f00-\u0fff\u1800-\u18af\u3040-\u30ff\uac00-\ud7a3]", text)
    return len(scripts) * 3 > sum(map(len, _NON_ASCII.findall(text)))


def repaired(text: str, found: Mojibake) -> str:
    """The text as it was before it was misread; lines that cannot be put right stay."""
    shown, codec = next((s, c) for s, m, c, o in _MISTAKES if (m, o) == (found.misread_as, found.origin))
    return _undo(text, shown, codec)[0]


def _lines(text: str) -> str:
    if len(text) <= _SAMPLE:
        return text
    return text[: text.rfind("\n", 0, _SAMPLE) + 1] or text[:_SAMPLE]


def _undo(text: str, shown: object, codec: str) -> tuple[str, int]:
    """The text put right, and how many places stay lost. The whole at once, or line by line when it is mixed."""
    try:
        return shown(text).decode(codec), 0
    except UnicodeError:
        pass
    lines, lost = [], 0
    for line in text.split("\n"):
        if not line.isascii():
            try:
                fixed = shown(line.replace("\ufffd", "?")).decode(codec, "replace")
            except UnicodeError:
                lines.append(line)
                continue
            if plausibility(fixed.replace("\ufffd", "")) >= plausibility(line):
                line, lost = fixed, lost + fixed.count("\ufffd")
        lines.append(line)
    return "\n".join(lines), lost


def _example(text: str, shown: object, codec: str) -> tuple[str, str] | None:
    """A piece before and after, to show to a person."""
    for found in _NON_ASCII.finditer(text):
        try:
            fixed = shown(found.group()).decode(codec)
        except UnicodeError:
            continue
        if fixed != found.group() and plausibility(fixed) > 0.7 and len(fixed) >= 2:
            return found.group()[:24], fixed[:12]
    return None
