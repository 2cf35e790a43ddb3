"""What the law says of a dossier: legal person or not, which permit holds on a day, which segment it covers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hrpark.toolbox.verdict import Evidence, Outcome, Verdict, failed, not_applicable, passed, unknown

# --- legal person (4.3.1.1 a) --------------------------------------------------------------------------------------------

_PERSONS = {
    "limited": ("有限责任公司是营利法人（民法典第七十六条）", "91"),
    "joint_stock": ("股份有限公司是营利法人（民法典第七十六条）", "91"),
    "public_body": ("事业单位是非营利法人（民法典第八十七条）", "12"),
    "association": ("社会团体是非营利法人（民法典第八十七条）", "51"),
}
_NOT_PERSONS = {
    "branch": "分公司等分支机构不是独立法人，由法人承担责任（民法典第七十四条）",
    "sole_trader": "个体工商户不是法人（民法典第五十四条）",
    "partnership": "合伙企业是非法人组织（民法典第一百零二条）",
    "sole_owner": "个人独资企业是非法人组织（民法典第一百零二条）",
    "foreign_office": "外国企业代表机构不具有法人资格",
}
#: What the first two characters of a code say when no legal form is on record (GB 32100-2015).
_BY_CODE = {
    "11": (Outcome.PASSED, "代码以11开头，登记为机关法人"),
    "12": (Outcome.PASSED, "代码以12开头，登记为事业单位法人"),
    "13": (Outcome.UNKNOWN, "代码以13开头，是群众团体，请核对登记证书是否为法人"),
    "31": (Outcome.FAILED, "代码以31开头，登记为律师事务所，是非法人组织（民法典第一百零二条）"),
    "51": (Outcome.PASSED, "代码以51开头，登记为社会团体法人"),
    "53": (Outcome.PASSED, "代码以53开头，登记为基金会法人"),
    "91": (Outcome.UNKNOWN, "代码以91开头是企业，公司、分公司、合伙企业都可能，请补填法律形式"),
    "93": (Outcome.PASSED, "代码以93开头，登记为农民专业合作社，是特别法人（民法典第九十六条）"),
}


def is_legal_person(legal_form: str, uscc: str | None) -> Verdict:
    """Whether the body is an independent legal person. A branch bears a 91 code like its company, so the code alone can't say."""
    head = (uscc or "")[:2]
    if head == "92":
        return failed("统一社会信用代码以92开头，登记为个体工商户，不是法人（民法典第五十四条）")
    if legal_form in _NOT_PERSONS:
        return failed(_NOT_PERSONS[legal_form])
    if legal_form in _PERSONS:
        reason, expected = _PERSONS[legal_form]
        if not head:
            return unknown(
                f"没有统一社会信用代码：{reason}，自登记成立之日起才有法人资格（民法典第七十七条、第七十八条、第八十八条）"
            )
        if head and head != expected:
            return unknown(f"登记的法律形式与统一社会信用代码不一致（代码以{head}开头），请核对营业执照")
        return passed(reason)
    if legal_form == "civil_nonprofit" or head == "52":
        return unknown("民办非企业单位分法人、合伙、个体三种，请核对登记证书")
    if head in _BY_CODE:
        outcome, reason = _BY_CODE[head]
        return Verdict(outcome, reason)
    return unknown("没有登记法律形式，代码也看不出，请核对营业执照" if head else "没有统一社会信用代码和法律形式，待登记后核对")


# --- permits -------------------------------------------------------------------------------------------------------------

LABELS = {
    "hr_licence": "人力资源服务许可证",
    "filing": "人力资源服务备案",
    "dispatch": "劳务派遣经营许可证",
    "telecom": "增值电信业务经营许可证",
}


@dataclass(frozen=True)
class Permit:
    """A licence or filing as rules see it. ``valid_to`` is the last day on which it holds; None: none is printed."""

    kind: str
    number: str
    valid_from: date | None = None
    valid_to: date | None = None
    revoked_on: date | None = None
    verified: bool = True
    id: str = ""

    @property
    def evidence(self) -> Evidence:
        return Evidence("licence", self.id, f"{LABELS.get(self.kind, self.kind)} {self.number}")


def in_force(permit: Permit, day: date) -> bool:
    """Valid by its dates, whoever entered them."""
    return (
        (permit.valid_from is None or permit.valid_from <= day)
        and (permit.valid_to is None or day <= permit.valid_to)
        and (permit.revoked_on is None or day < permit.revoked_on)
    )


def validity(permit: Permit, day: date) -> Verdict:
    """Whether a permit holds on a day. What nobody has seen the original of is not known to hold."""
    name = f"{LABELS.get(permit.kind, permit.kind)} {permit.number}"
    if permit.revoked_on is not None and permit.revoked_on <= day:
        return failed(f"{name}已于{permit.revoked_on:%Y-%m-%d}撤销或注销", permit.evidence)
    if permit.valid_from is not None and day < permit.valid_from:
        return failed(f"{name}自{permit.valid_from:%Y-%m-%d}起才有效", permit.evidence)
    if permit.valid_to is not None and permit.valid_to < day:
        return failed(f"{name}已于{permit.valid_to:%Y-%m-%d}到期", permit.evidence)
    if not permit.verified:
        return unknown(f"{name}由机构自行填报，尚未核验原件", permit.evidence)
    return passed(f"{name}在{day:%Y-%m-%d}有效", permit.evidence)


def permit_of_kinds(permits: Iterable[Permit], kinds: Iterable[str], day: date) -> Verdict:
    """Whether the body holds any permit of these kinds on a day: the best of what it has."""
    wanted = tuple(kinds)
    verdicts = [validity(p, day) for p in permits if p.kind in wanted]
    for outcome in (Outcome.PASSED, Outcome.UNKNOWN, Outcome.FAILED):
        for verdict in verdicts:
            if verdict.outcome is outcome:
                return verdict
    return failed("没有登记" + "或".join(LABELS.get(k, k) for k in wanted))


def covers(needed: str, permits: Iterable[Permit], day: date) -> Verdict:
    """Whether a segment that needs this permit ("" for none) may be done on that day."""
    if not needed:
        return not_applicable("这项业务不要求许可或备案")
    return permit_of_kinds(permits, (needed,), day)


def days_left(valid_to: date | None, day: date) -> int | None:
    """Days until the last valid one; negative once it has lapsed; None when none is printed."""
    return None if valid_to is None else (valid_to - day).days


def next_warning(valid_to: date | None, day: date, steps: Iterable[int]) -> int | None:
    """The smallest of the warning steps (90, 60, 30 days) that has been reached; None before the first."""
    left = days_left(valid_to, day)
    return None if left is None else min((s for s in steps if left <= s), default=None)


_HR_NUMBER = re.compile(r"[（(\[〔]?[一-龥][）)\]〕]?人服证字[〔\[（(［]\d{4}[〕\]）)］]第?\d{6,12}号?")


def number_warning(kind: str, number: str) -> str | None:
    """A sentence when an HR licence number looks unusual. Only a hint: no national rule of numbering is known."""
    if kind != "hr_licence" or _HR_NUMBER.fullmatch("".join(number.split())):
        return None
    return "编号与常见格式“（粤）人服证字〔2026〕第0100001号”不同，请核对许可证原件；如原件如此，可直接保存。"


# --- standing ------------------------------------------------------------------------------------------------------------


def status_on(current: str, stays: Iterable[tuple[date, date | None]], day: date) -> str:
    """Where an institution stands on a day by its stays [starts, ends). Who has left may be an applicant again."""
    begun = [(starts, ends) for starts, ends in stays if starts <= day and (ends is None or starts < ends)]
    if any(ends is None or day < ends for _, ends in begun):
        return "resident"
    if current == "applicant":
        return "applicant"
    return "left" if begun else "listed"
