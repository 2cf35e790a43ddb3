"""From the lines that a reader recognised on a photograph of a licence to the fields of a form. Pure: no picture, no model.

A field is as sure as the least sure line that it is made of, and no surer than its own rule allows: a code whose check character
does not fit is never sure. Labels stand left of their value or in one line with it; a value may go on in the lines below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hrpark.toolbox.dates import read_date
from hrpark.toolbox.identifiers import read_uscc
from hrpark.toolbox.money import read_money
from hrpark.toolbox.text import squeeze

#: From here on a field that its rule does not doubt is taken for sure. Recognised lines of a clean print reach 0.98.
SURE = 0.9
BUSINESS, HR = "business_licence", "hr_licence"
KINDS = {BUSINESS: "营业执照", HR: "人力资源服务许可证"}


@dataclass(frozen=True)
class Line:
    """One recognised line: its text, how sure the reader is of it (0 to 1), and where it stands, from the upper left, in pixels."""

    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True)
class Found:
    """One field: its value as a form takes it, how sure, and what speaks against it."""

    key: str
    label: str
    value: str
    confidence: float
    doubt: str = ""

    @property
    def sure(self) -> bool:
        return self.confidence >= SURE and not self.doubt


#: key → (what a form calls it, labels as licences print them, whether its value may go on below)
_FIELDS: dict[str, dict[str, tuple[str, tuple[str, ...], bool]]] = {
    BUSINESS: {
        "name": ("名称", ("名称",), True),
        "type": ("类型", ("类型",), True),
        "legal_representative": ("法定代表人", ("法定代表人", "负责人", "执行事务合伙人", "投资人"), False),
        "registered_capital": ("注册资本", ("注册资本", "出资额"), False),
        "founded_on": ("成立日期", ("成立日期", "注册日期"), False),
        "registered_address": ("住所", ("住所", "营业场所", "主要经营场所", "经营场所"), True),
    },
    HR: {
        "name": ("机构名称", ("机构名称", "单位名称", "名称"), True),
        "number": ("编号", ("许可证编号", "编号", "证书编号"), False),
        "legal_representative": ("法定代表人", ("法定代表人", "负责人"), False),
        "registered_address": ("住所", ("住所", "地址", "机构地址"), True),
        "scope": ("服务范围", ("服务范围", "许可范围", "业务范围"), True),
        "issuer": ("发证机关", ("发证机关", "发证部门"), False),
        "valid": ("有效期", ("有效期限", "有效期"), True),
    },
}
#: Labels that end a value though no field of ours follows.
_OTHERS = (
    "经营范围",
    "登记机关",
    "营业期限",
    "经营期限",
    "统一社会信用代码",
    "发证日期",
    "副本",
    "备注",
    "国家企业信用信息公示系统",
)
_CODE = re.compile(r"[0-9A-Z]{18}")
_NUMBER = re.compile(r"[（(]?[\u4e00-\u9fff]?[)）]?人服证字[〔\[【（(]?\d{4}[〕\]】）)]?第?[\dA-Z]+号?")
_DAY = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日|\d{4}[-./]\d{1,2}[-./]\d{1,2}")
_SAME = str.maketrans(
    {"(": "（", ")": "）", ";": "；", ",": "，", "：": "", ":": "", "[": "〔", "]": "〕", "【": "〔", "】": "〕"}
)


def kind_of(lines: Sequence[Line]) -> str:
    """Which licence it is, by what stands on it; empty: neither."""
    text = "".join(squeeze(line.text) for line in lines)
    if "人力资源服务许可" in text:
        return HR
    return BUSINESS if "营业执照" in text else ""


def fields_of(kind: str, lines: Iterable[Line]) -> list[Found]:
    """Every field that was found, in the order of the form; what was not found is not there."""
    known = _FIELDS[kind]
    labels = {squeeze(word): key for key, (_, words, _) in known.items() for word in words}
    tidy = [replace(line, text=_tidied(line.text)) for line in lines if line.text.strip()]
    tidy.sort(key=lambda line: (line.top, line.left))
    heads = [(line, *_head(line.text, labels)) for line in tidy]
    found: dict[str, Found] = {}
    for line, key, rest in heads:
        if not key or key not in known or key in found:
            continue
        parts = _value(line, rest, heads, goes_on=known[key][2])
        value = "".join(part.text for part in parts).strip("，；。 ")
        if value:
            found[key] = _judged(Found(key, known[key][0], value, min([line.confidence, *(p.confidence for p in parts)])))
    code = _code(tidy)
    if code is not None:
        found["uscc"] = code
    if kind == HR:
        _days_of_validity(found)
        if "number" not in found and (number := _first(_NUMBER, tidy)):
            found["number"] = Found("number", "编号", *number)
    return [found[key] for key in ("uscc", *known, "valid_from", "valid_to") if key in found]


def _tidied(text: str) -> str:
    return squeeze(text).translate(_SAME)


def _head(text: str, labels: dict[str, str]) -> tuple[str, str]:
    """The field that a line begins with, and the rest of the line; ("-", "") for a label that is none of ours."""
    for word in sorted((*labels, *_OTHERS), key=len, reverse=True):
        if text.startswith(word):
            return labels.get(word, "-"), text[len(word) :]
    return "", text


def _value(head: Line, rest: str, heads: Sequence[tuple[Line, str, str]], *, goes_on: bool) -> list[Line]:
    """The lines that a value is made of: the rest of its label's line or the next one in the same row, then those below."""
    if rest:
        width = (head.right - head.left) * (len(head.text) - len(rest)) / max(len(head.text), 1)
        first = replace(head, text=rest, left=head.left + width)
    else:
        row = [
            line for line, key, _ in heads
            if line is not head and not key and line.left >= head.right - head.height / 2 and _one_row(line, head)
        ]  # fmt: skip
        first = min(row, key=lambda line: line.left, default=None)
        if first is None:
            return []
    parts = [first]
    if goes_on:
        for line, key, _ in heads:
            below = 0 < line.top - parts[-1].top < 2.2 * parts[-1].height
            if below and not key and abs(line.left - first.left) < 1.5 * first.height and not _is_answer(line, heads):
                parts.append(line)
    return parts


def _is_answer(line: Line, heads: Sequence[tuple[Line, str, str]]) -> bool:
    """Whether a label stands close to the left of it in its row: then it is that label's value."""
    return any(
        key and _one_row(head, line) and -head.height / 2 < line.left - head.right < 6 * head.height
        for head, key, _ in heads
        if head is not line
    )


def _one_row(one: Line, other: Line) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.5 * min(one.height, other.height)


def _judged(one: Found) -> Found:
    """A value as a form takes it, with the doubt that its own rule has."""
    if one.key == "founded_on":
        day = _DAY.search(one.value)
        reading = read_date(day.group() if day else one.value)
        return replace(one, value=reading.value.isoformat()) if reading.ok else replace(one, doubt="日期没有读全")
    if one.key == "registered_capital":
        amount = amount_of(one.value)
        return replace(one, value=amount) if amount else replace(one, doubt="金额没有读懂")
    if one.key == "legal_representative" and not 2 <= len(one.value) <= 20:
        return replace(one, doubt="姓名长度少见")
    if one.key == "number" and not re.search(r"\d{4,}", one.value):
        return replace(one, doubt="编号没有读全")
    return one


_DIGITS = {
    c: n
    for n, pair in enumerate(("零〇", "壹一", "贰二", "叁三", "肆四", "伍五", "陆六", "柒七", "捌八", "玖九"))
    for c in pair
}
_TENS = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1000, "千": 1000}
_WHOLES = {"万": 10**4, "亿": 10**8}


def amount_of(text: str) -> str:
    """Yuan in digits, from digits or from the numerals that licences print (贰佰万元整); empty where it is neither."""
    reading = read_money(text)
    if reading.ok:
        return f"{reading.value.normalize():f}"
    total = section = digit = 0
    numerals = re.match("人民币?", text)
    for c in text[numerals.end() if numerals else 0 :]:
        if c in _DIGITS:
            digit = _DIGITS[c]
        elif c in _TENS:
            section, digit = section + (digit or 1) * _TENS[c], 0
        elif c in _WHOLES:
            total, section, digit = total + (section + digit or 1) * _WHOLES[c], 0, 0
        elif c in "元圆":
            return str(total + section + digit) if total + section + digit else ""
        else:
            return ""
    return ""


def _code(lines: Sequence[Line]) -> Found | None:
    """The unified code: of all that look like one the first whose check character fits, else the first, in doubt."""
    seen: list[Found] = []
    for line in lines:
        for match in _CODE.finditer(re.sub("[^0-9A-Za-z]", " ", line.text.upper()).replace("O", "0").replace("I", "1")):
            reading = read_uscc(match.group())
            doubt = "" if reading.ok and not reading.problem else "校验码不符，请对照执照"
            seen.append(Found("uscc", "统一社会信用代码", reading.value or match.group(), line.confidence, doubt))
    return next((one for one in seen if not one.doubt), seen[0] if seen else None)


def _first(pattern: re.Pattern, lines: Sequence[Line]) -> tuple[str, float] | None:
    return next(((m.group(), line.confidence) for line in lines if (m := pattern.search(line.text))), None)


def _days_of_validity(found: dict[str, Found]) -> None:
    """Two days or one and 长期 out of the period that a licence prints."""
    whole = found.pop("valid", None)
    if whole is None:
        return
    days = [read_date(m.group()) for m in _DAY.finditer(whole.value)]
    for key, label, day in zip(("valid_from", "valid_to"), ("有效期起", "有效期止"), days, strict=False):
        if day.ok:
            found[key] = Found(key, label, day.value.isoformat(), whole.confidence)
    if "valid_to" not in found and re.search("长期|永久", whole.value):
        found["valid_to"] = Found("valid_to", "有效期止", "长期", whole.confidence)
    if {"valid_from", "valid_to"} <= found.keys() and found["valid_to"].value < found["valid_from"].value:
        found["valid_to"] = replace(found["valid_to"], doubt="早于有效期起")
