"""Identifiers: unified social credit code (GB 32100-2015), citizen id (GB 11643-1999), mobile numbers, account keys, masks.

Check characters come from python-stdnum. Its format rules are not used: it refuses the letters that GB 32100 has in the
first two places (A, N, Y), and citizen ids of regions that its table does not know.
"""

from __future__ import annotations

import re
from datetime import date

from stdnum.cn import ric, uscc

from .readings import Reading, wrong
from .text import half_width, squeeze, tidy

UsccReading = Reading[str]

#: GB 32100-2015, 4.2: digits and capital letters without I, O, S, V, Z.
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(rf"[{USCC_ALPHABET}]{{2}}\d{{6}}[{USCC_ALPHABET}]{{10}}", re.ASCII)
_LOOKS_LIKE = {"I": "数字 1", "O": "数字 0", "S": "数字 5", "V": "字母 U 或 Y", "Z": "数字 2"}
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+", re.ASCII)
#: The first two characters: who registers, and what kind of body (GB 32100-2015 table 1 with amendment 1).
_BODIES = {
    "11": "机关", "12": "事业单位", "13": "编办管理的群众团体", "31": "律师事务所", "51": "社会团体", "52": "民办非企业单位",
    "53": "基金会", "54": "村（居）民委员会", "81": "基层工会", "91": "企业", "92": "个体工商户", "93": "农民专业合作社",
}  # fmt: skip


def _canonical(text: str) -> tuple[str, tuple[str, ...]]:
    """A code as it is written on the licence, and what had to be put right for that."""
    repairs = []
    bare = text.lstrip("'’‘`")
    if bare != text:
        repairs.append("去除前导撇号")
    close = squeeze(bare)
    if len(close) != len(bare):
        repairs.append("去除空格")
    if half_width(bare) != bare and any(0xFF01 <= ord(c) <= 0xFF5E for c in bare):
        repairs.append("全角转半角")
    upper = close.upper() if close.isascii() else close
    if upper != close:
        repairs.append("小写转大写")
    return upper, tuple(repairs)


def is_valid_uscc(text: str) -> bool:
    """Exactly the canonical form with the right check character: what strict interfaces take."""
    return _USCC.fullmatch(text) is not None and uscc.calc_check_digit(text[:17]) == text[17]


def read_uscc(text: str) -> UsccReading:
    """A unified social credit code as people write it.

    Only width, case and spaces are put right. A wrong check character warns and can be overridden with a reason, because
    codes in real use fail it; any other fault is refused, because no licence shows such a code.
    """
    value, repairs = _canonical(text)

    def refuse(problem: str, message: str) -> UsccReading:
        return wrong(problem, message, value, repairs=repairs)

    if not value:
        return refuse("empty", "请填写统一社会信用代码（18位，见营业执照）。")
    if _SCIENTIFIC.fullmatch(value):
        return refuse(
            "precision", "统一社会信用代码被表格软件存成了数字，末尾几位已丢失。请把该列设为“文本”格式后按营业执照重新填写。"
        )
    if len(value) != 18:
        old = {15: "，15位的可能是旧营业执照注册号", 9: "，9位的可能是旧组织机构代码"}.get(len(value), "")
        return refuse("length", f"统一社会信用代码应为18位，现有{len(value)}位{old}，请核对营业执照。")
    for place, character in enumerate(value, 1):
        if character in _LOOKS_LIKE:
            return refuse(
                "characters",
                f"统一社会信用代码第{place}位是“{character}”，代码中不使用字母 I、O、S、V、Z，可能是{_LOOKS_LIKE[character]}，请核对营业执照。",
            )
        if character not in USCC_ALPHABET:
            return refuse("characters", f"统一社会信用代码第{place}位“{character}”不是数字或英文字母，请核对营业执照。")
        if 3 <= place <= 8 and not character.isdigit():
            return refuse("format", f"统一社会信用代码第{place}位应为数字（第3至8位是登记机关行政区划码），请核对营业执照。")
    if uscc.calc_check_digit(value[:17]) != value[17]:
        message = "统一社会信用代码第18位校验不符，请核对营业执照；如确认无误，可填写说明后继续。"
        return wrong("check_digit", message, value, overridable=True, repairs=repairs)
    return Reading(value, repairs=repairs)


def uscc_body(value: str) -> str:
    """What kind of body the first two characters say; empty when unknown. A branch begins with 91 like its company."""
    return _BODIES.get(value[:2], "")


def uscc_region(value: str) -> str:
    """The region (GB/T 2260) of the registering office: six digits."""
    return value[2:8]


def read_citizen_id(text: str) -> Reading[str]:
    """A citizen id number: 17 digits with a calendar birthday, and the check character of ISO 7064 MOD 11-2."""
    value, repairs = _canonical(text)

    def refuse(problem: str, message: str) -> Reading[str]:
        return wrong(problem, message, value, repairs=repairs)

    if not value:
        return refuse("empty", "请填写公民身份号码（18位）。")
    if _SCIENTIFIC.fullmatch(value):
        return refuse("precision", "公民身份号码被表格软件存成了数字，末尾几位已丢失。请把该列设为“文本”格式后重新填写。")
    if len(value) == 15 and value.isdigit():
        return refuse("length", "15位的旧身份证号码已停用，请填写18位公民身份号码。")
    if len(value) != 18:
        return refuse("length", f"公民身份号码应为18位，现有{len(value)}位，请核对证件。")
    if not re.fullmatch(r"\d{17}[\dX]", value, re.ASCII):
        return refuse("characters", "公民身份号码前17位应为数字，末位为数字或 X，请核对证件。")
    if birthday(value) is None:
        return refuse("format", f"公民身份号码中的出生日期“{value[6:14]}”不存在，请核对证件。")
    if ric.calc_check_digit(value) != value[17]:
        return refuse("check_digit", "公民身份号码末位校验不符，请核对证件。")
    return Reading(value, repairs=repairs)


def birthday(citizen_id: str) -> date | None:
    """The birthday that a citizen id says (places 7 to 14)."""
    try:
        return date(int(citizen_id[6:10]), int(citizen_id[10:12]), int(citizen_id[12:14]))
    except ValueError:
        return None


_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"(0\d{2,3}-?)?[2-9]\d{6,7}([-转]\d{1,6})?|[48]00-?\d{3}-?\d{4}|95\d{3,6}", re.ASCII)
_EMAIL = re.compile(r"[^@\s,;<>()\[\]\"\\]{1,64}@([\w](?:[\w-]{0,61}[\w])?\.)+[A-Za-z\w-]{2,63}")


def _number(text: str) -> str:
    """A telephone number without country code, spaces and brackets; hyphens as they are."""
    value = squeeze(text).lstrip("'’‘`").replace("—", "-").replace("–", "-").replace("(", "").replace(")", "-")
    return re.sub(r"^(\+|00)86-?", "", value).strip("-")


def read_mobile(text: str) -> Reading[str]:
    """A mobile number of the mainland: eleven digits beginning with 13 to 19."""
    value = _number(text).replace("-", "")
    if not value:
        return wrong("empty", "请填写手机号（11位）。", value)
    if len(value) == 13 and value.startswith("86"):
        value = value[2:]
    if not value.isascii() or not value.isdigit():
        return wrong("characters", "手机号只能是数字，请去掉文字和符号；一格只填一个号码。", value)
    if len(value) != 11:
        return wrong("length", f"手机号应为11位，现有{len(value)}位，请核对。", value)
    if not _MOBILE.fullmatch(value):
        return wrong("format", "手机号应以13至19开头，请核对。", value)
    return Reading(value, repairs=("整理号码格式",) if value != text else ())


def read_phone(text: str) -> Reading[str]:
    """A telephone number for being called: a mobile number, a landline with or without area code, a service number."""
    value = _number(text)
    mobile = value.replace("-", "")
    if _MOBILE.fullmatch(mobile):
        return Reading(mobile, repairs=("整理号码格式",) if mobile != text else ())
    if not value:
        return wrong("empty", "请填写联系电话。", value)
    if not _LANDLINE.fullmatch(value):
        return wrong("format", f"“{tidy(text)}”不像一个电话号码，请写成 13800000000 或 020-12345678；一格只填一个号码。", value)
    return Reading(value, repairs=("整理号码格式",) if value != text else ())


def read_email(text: str) -> Reading[str]:
    """An e-mail address, lower case: nobody has two mailboxes that differ by case only."""
    value = squeeze(text).lower().removeprefix("mailto:")
    if not value:
        return wrong("empty", "请填写电子邮箱。", value)
    if len(value) > 254 or not _EMAIL.fullmatch(value) or ".." in value:
        return wrong("format", f"“{tidy(text)}”不是完整的电子邮箱地址，应形如 name@example.com。", value)
    return Reading(value, repairs=("整理邮箱格式",) if value != text else ())


def mask_name(name: str) -> str:
    """张* and 张**: the first character, and a star for each of at most two more."""
    name = tidy(name)
    return name[:1] + "*" * max(1, min(len(name) - 1, 2)) if name else ""


def mask_mobile(number: str) -> str:
    """138****1234. A number too short to hide four digits in the middle is hidden whole."""
    return _mask(number, 3, 4, stars=4)


def mask_id(number: str) -> str:
    """4401**********1234: the region and the last four."""
    return _mask(number, 4, 4)


def _mask(number: str, head: int, tail: int, stars: int | None = None) -> str:
    hidden = len(number) - head - tail
    if hidden < 4:
        return "*" * len(number)
    return number[:head] + "*" * (stars or hidden) + number[-tail:]
