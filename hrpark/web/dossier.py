"""The dossier of an institution on a page: what the desk, the institution itself and the authority share.

A door says who it is (``Door``); what its visitor may not do has no link, and its pages ask for the permission again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from hrpark.files.actions import attach, remove
from hrpark.files.queries import attachment_for, attachments_by_subject, attachments_of
from hrpark.institutions import actions
from hrpark.institutions import permissions as institutions
from hrpark.institutions.kinds import FACTS, segments_on
from hrpark.institutions.models import (
    Contact,
    Credential,
    CredentialKind,
    CreditCheck,
    CreditSource,
    Education,
    Institution,
    Kind,
    LegalForm,
    Licence,
    LicenceKind,
    Residency,
    StaffMember,
    Status,
    SupportingKind,
)
from hrpark.institutions.queries import Dossier, dossier_of, may_edit, may_edit_own, part_of
from hrpark.institutions.rules import number_warning
from hrpark.standard.queries import parameter
from hrpark.toolbox.errors import NotFound, Refused
from hrpark.toolbox.identifiers import mask_mobile, read_uscc
from hrpark.trail.queries import Line, timeline

from .forms import Day, File, Form, Group, Number, Whole, handle
from .jinja import number
from .pages import deed_key
from .subjects import page_of

page_of("institution", desk="desk-institution", tenant="tenant-dossier", authority="authority-institution")

STATUS = {
    Status.RESIDENT: ("done", "在驻"), Status.APPLICANT: ("waiting", "申请中"), Status.LEFT: ("off", "已退出"),
    Status.LISTED: ("off", "在册"),
}  # fmt: skip
#: Tabs of a dossier: key → label.
TABS = {
    "overview": "概况", "licences": "许可与备案", "staff": "人员", "segments": "细分领域", "credentials": "资质与荣誉", "contacts": "联系人",
    "credit": "信用核查", "residency": "入驻", "files": "附件",
}  # fmt: skip
#: What only HR agencies have; a supporting agency's dossier shows it when there is any.
OF_AGENCIES = frozenset({"licences", "segments", "credentials"})
WAN = Decimal(10_000)
BLANK = ("", "请选择")


# ---------------------------------------------------------------- forms


class InstitutionForm(Form):
    """The facts of a dossier. The reason for a failing code appears when it is needed, and stays while there is one."""

    groups = (
        Group("机构", ("kind", "supporting_kind", "name", "uscc", "uscc_reason", "legal_form"), "以营业执照或登记证书为准。"),
        Group("登记信息", ("legal_representative", "founded_on", "registered_capital", "registered_address", "business_address",
                       "headquarters_of")),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="类别", choices=Kind.choices, widget=forms.RadioSelect(attrs={"data-inline": "1"}), initial=Kind.AGENCY
    )
    supporting_kind = forms.ChoiceField(
        label="配套类型", choices=[BLANK, *SupportingKind.choices], required=False, help_text="仅配套服务机构填写。"
    )
    name = forms.CharField(label="机构名称", max_length=120)
    uscc = forms.CharField(
        label="统一社会信用代码", max_length=40, required=False, help_text="18 位。企业尚在筹建、没有营业执照的可以不填。",
        widget=forms.TextInput(attrs={"class": "w-20", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip
    uscc_reason = forms.CharField(
        label="代码校验不符的说明", max_length=200, required=False, help_text="例如“营业执照原件如此”。代码正确时不必填写。"
    )
    legal_form = forms.ChoiceField(label="法律形式", choices=[BLANK, *LegalForm.choices], required=False)
    legal_representative = forms.CharField(label="法定代表人或负责人", max_length=60, required=False)
    founded_on = Day(label="成立日期", required=False)
    registered_capital = Number(
        label="注册资本", unit="万元", required=False, max_digits=18, decimal_places=6, min_value=0,
        widget=forms.TextInput(attrs={"class": "w-12"}),
    )  # fmt: skip
    registered_address = forms.CharField(label="注册地址", max_length=200, required=False)
    business_address = forms.CharField(label="经营地址", max_length=200, required=False)
    headquarters_of = forms.CharField(
        label="总部情况", max_length=120, required=False, help_text="例如“全国总部”“华南区域总部”。"
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        typed = self.data.get("uscc", "") if self.is_bound else (self.initial or {}).get("uscc") or ""
        if not (read_uscc(typed).overridable or (self.initial or {}).get("uscc_reason")):
            del self.fields["uscc_reason"]

    def values(self) -> dict[str, Any]:
        """What was typed, as the register keeps it; the reason goes with the code it was given for."""
        given = dict(self.cleaned_data)
        given.pop("seen", None)
        given.setdefault("uscc_reason", "")
        capital = given["registered_capital"]
        given["registered_capital"] = None if capital is None else (capital * WAN).quantize(Decimal("0.01"))
        return given

    @property
    def seen_at(self) -> datetime | None:
        text = self.cleaned_data.get("seen", "")
        try:
            return datetime.fromisoformat(text) if text else None
        except ValueError:
            return None

    @staticmethod
    def of(institution: Institution) -> dict[str, Any]:
        """A dossier as the form's initial values."""
        names = [name for name in InstitutionForm.base_fields if name != "seen"]
        capital = institution.registered_capital
        return {name: getattr(institution, name) for name in names} | {
            "registered_capital": None if capital is None else (capital / WAN).normalize().__format__("f"),
            "seen": institution.changed_at.isoformat(),
        }  # fmt: skip


class LicenceForm(Form):
    kind = forms.ChoiceField(label="种类", choices=LicenceKind.choices)
    number = forms.CharField(label="编号", max_length=60, help_text="与证书或备案凭证一致。")
    scope = forms.CharField(label="许可或备案范围", max_length=300, required=False)
    issuer = forms.CharField(label="发证或备案机关", max_length=120, required=False)
    valid_from = Day(label="有效期起", required=False)
    valid_to = Day(label="有效期止", required=False, help_text="证书没有写明有效期的可以不填。")
    scan = File(label="扫描件或照片", required=False)


class StaffForm(Form):
    name = forms.CharField(label="姓名", max_length=60, help_text="不需要身份证号码。")
    education = forms.ChoiceField(label="学历", choices=[BLANK, *Education.choices], required=False)
    professional = forms.BooleanField(label="人力资源服务专业人员", required=False)
    qualification = forms.CharField(
        label="职业资格或职称", max_length=80, required=False, help_text="例如“企业人力资源管理师二级”。"
    )
    since = Day(label="入职日期", required=False)


class CredentialForm(Form):
    groups = (
        Group("资质或荣誉", ("kind", "title", "issuer", "issuer_level", "list_name", "level", "scale", "aspect")),
        Group("时间与证明", ("year", "issued_on", "valid_to", "scan")),
    )
    kind = forms.ChoiceField(label="种类", choices=CredentialKind.choices, help_text="对应 4.3.1.3 a）至 g）。")
    title = forms.CharField(label="名称", max_length=120, help_text="与证书或公布的名单一致。")
    issuer = forms.CharField(label="认定单位", max_length=120)
    issuer_level = forms.ChoiceField(
        label="认定层级", choices=[BLANK, *Credential._meta.get_field("issuer_level").choices], required=False
    )
    list_name = forms.CharField(label="榜单或名单", max_length=120, required=False)
    level = forms.CharField(label="等次", max_length=20, required=False, help_text="例如 AAA、第 12 名。")
    scale = forms.CharField(label="等次体系", max_length=60, required=False, help_text="例如“A 至 AAA 三等”。")
    aspect = forms.ChoiceField(
        label="证明事项",
        choices=[BLANK, *Credential._meta.get_field("aspect").choices],
        required=False,
        help_text="仅 g）项填写。",
    )
    year = Whole(label="年度", required=False, min_value=1990, max_value=2100, widget=forms.TextInput(attrs={"class": "w-8"}))
    issued_on = Day(label="认定日期", required=False)
    valid_to = Day(label="有效期止", required=False)
    scan = File(label="证书扫描件", required=False)


class ContactForm(Form):
    name = forms.CharField(label="姓名", max_length=60)
    post = forms.CharField(label="职务", max_length=60, required=False)
    mobile = forms.CharField(
        label="电话", max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
    )
    email = forms.CharField(
        label="电子邮箱", max_length=254, required=False, widget=forms.TextInput(attrs={"inputmode": "email"})
    )
    main = forms.BooleanField(label="主要联系人", required=False)


class CreditForm(Form):
    source = forms.ChoiceField(label="查询来源", choices=CreditSource.choices)
    checked_on = Day(label="查询日期")
    result = forms.ChoiceField(
        label="结果", choices=CreditCheck._meta.get_field("result").choices, widget=forms.RadioSelect,
        help_text="已修复的记录不算不良记录（信用修复）。",
    )  # fmt: skip
    note = forms.CharField(
        label="说明", max_length=300, required=False, widget=forms.Textarea, help_text="有记录或已修复时必须填写。"
    )
    scan = File(label="查询结果截图", required=False)


class BasisForm(Form):
    basis = forms.CharField(label="核验方式", max_length=200, help_text="例如“核对许可证原件”“在公示系统查到”。")


class RevokeForm(Form):
    on = Day(label="撤销或注销日期")
    reason = forms.CharField(label="原因", max_length=200)

    def refuse(self, error: Any) -> None:
        error.field = "on" if error.field == "revoked_on" else error.field
        super().refuse(error)


class LeaveForm(Form):
    until = Day(label="离职日期", help_text="自这一天起不再任职。")


class RemoveForm(Form):
    """Nothing to fill in: only to be sure."""


class FileForm(Form):
    label = forms.CharField(label="是什么", max_length=80, help_text="例如“营业执照”“场地证明”。")
    personal = forms.BooleanField(
        label="含有个人信息", required=False, help_text="身份证件等请勾选：只有本机构和园区工作人员能下载。"
    )
    scan = File(label="文件", kinds=("pdf", "jpg", "jpeg", "png", "docx", "xlsx"))


class ReasonForm(Form):
    reason = forms.CharField(label="移除原因", max_length=200, help_text="例如“传错文件”。")


# ---------------------------------------------------------------- what a dossier is made of


@dataclass(frozen=True)
class Deed:
    """Something that can be done with a row: its form, its verb, and how it is called. ``own``: also by own people."""

    label: str
    title: str
    form: type[Form]
    act: Callable[..., Any]
    done: str
    own: bool = False
    danger: bool = False


@dataclass(frozen=True)
class Noun:
    """One kind of row of a dossier: how it is called, its form and verbs, and which argument of a verb takes the row."""

    word: str
    model: type[Model]
    form: type[Form]
    add: Callable[..., Any]
    edit: Callable[..., Any] | None
    takes: str
    own: bool = True
    deeds: dict[str, Deed] = None  # type: ignore[assignment]


def _verify(what: str, verb: Callable[..., Any]) -> Deed:
    return Deed("核验", f"核验{what}", BasisForm, verb, "已核验。")


NOUNS: dict[str, Noun] = {
    "licences": Noun(
        "许可或备案", Licence, LicenceForm, actions.add_licence, actions.edit_licence, "licence",
        deeds={
            "verify": _verify("许可或备案原件", actions.verify_licence),
            "revoke": Deed("登记撤销", "登记撤销或注销", RevokeForm, actions.revoke_licence, "已登记撤销或注销。", danger=True),
        },
    ),
    "staff": Noun(
        "从业人员", StaffMember, StaffForm, actions.add_staff_member, actions.edit_staff_member, "member",
        deeds={"end": Deed("登记离职", "登记离职", LeaveForm, actions.end_staff_member, "已登记离职。", own=True)},
    ),
    "credentials": Noun(
        "资质或荣誉", Credential, CredentialForm, actions.add_credential, actions.edit_credential, "credential",
        deeds={"verify": _verify("资质或荣誉原件", actions.verify_credential)},
    ),
    "contacts": Noun(
        "联系人", Contact, ContactForm, actions.set_contact, actions.set_contact, "contact",
        deeds={"remove": Deed("删除", "删除联系人", RemoveForm, actions.remove_contact, "已删除联系人。", own=True, danger=True)},
    ),
    "credit": Noun("信用核查", CreditCheck, CreditForm, actions.record_credit_check, None, "", own=False, deeds={}),
}  # fmt: skip


@dataclass(frozen=True)
class Door:
    """One visitor at one dossier: which door, what they may do, and where each deed has its page."""

    name: str
    park: str
    pk: int
    edits: bool = False
    owns: bool = False
    resides: bool = False

    @property
    def prefix(self) -> str:
        return "tenant-dossier" if self.name == "tenant" else f"{self.name}-institution"

    @property
    def clear(self) -> bool:
        """Sees telephone numbers in full."""
        return self.edits or self.owns

    def url(self, name: str = "", **more: Any) -> str:
        return reverse(f"{self.prefix}{'-' if name else ''}{name}", kwargs={"park": self.park, "pk": self.pk, **more})

    def tab(self, key: str) -> str:
        return self.url() + ("" if key == "overview" else f"?tab={key}")

    def may(self, noun: str) -> bool:
        return self.edits or (self.owns and NOUNS[noun].own)

    def new(self, noun: str) -> str:
        return self.url("part-new", noun=noun) if self.may(noun) else ""

    def part(self, noun: str, row: Model) -> str:
        return self.url("part", noun=noun, row=row.pk) if self.may(noun) and NOUNS[noun].edit else ""

    def called(self, row: Any) -> str:
        """What tells this row from the others of its kind."""
        return getattr(row, "number", "") or getattr(row, "title", "") or row.name

    def deeds(self, noun: str, row: Model) -> list[tuple[str, str]]:
        """(label, address) of what can be done with a row."""
        found = [(key, deed) for key, deed in NOUNS[noun].deeds.items() if self.edits or (self.owns and deed.own)]
        return [(deed.label, self.url("deed", noun=noun, row=row.pk, deed=key)) for key, deed in found if _still_open(key, row)]


def _still_open(deed: str, row: Any) -> bool:
    if deed == "verify":
        return row.verified_at is None
    if deed == "revoke":
        return row.revoked_on is None
    return deed != "end" or row.until is None


def door_of(request: HttpRequest, institution: Institution, name: str) -> Door:
    standing = request.standing
    return Door(
        name, request.park.slug, institution.pk,
        edits=name == "desk" and may_edit(standing, institution),
        owns=name == "tenant" and may_edit_own(standing, institution),
        resides=name == "desk" and standing.may(institutions.RESIDE, institution.park_id),
    )  # fmt: skip


# ---------------------------------------------------------------- the record


def record(request: HttpRequest, institution: Institution, door: Door) -> dict[str, Any]:
    """Everything that the page of a dossier shows."""
    dossier = dossier_of(institution, request.today)
    asked = request.GET.get("tab", "overview")
    tab = asked if asked in TABS else "overview"
    lists = {
        "licences": dossier.licences, "staff": dossier.staff, "segments": dossier.segments, "credentials": dossier.credentials,
        "contacts": dossier.contacts, "credit": dossier.credit_checks, "residency": dossier.residencies,
    }  # fmt: skip
    agency = institution.kind == Kind.AGENCY
    shown = {key: label for key, label in TABS.items() if agency or key not in OF_AGENCIES or lists[key]}
    files = list(attachments_of("institution", institution.pk))
    counts = {key: len(rows) for key, rows in lists.items()} | {"files": len(files)}
    urgent, rest = _first(dossier)
    return {
        "title": institution.name, "park": request.park, "institution": institution, "d": dossier, "door": door, "tab": tab,
        "today": request.today, "tabs": [(label, counts.get(key), door.tab(key), key == tab) for key, label in shown.items()],
        "status": STATUS[Status(institution.status)], "next_warning": urgent, "warnings": rest, "agency": agency, "nouns": NOUNS,
        "files": files, "scans": _scans(dossier, tab), "phone": (lambda n: n) if door.clear else mask_mobile,
        "lines": timeline("institution", institution.pk, limit=30), "why": why,
        "soon_days": max(parameter("institutions.licence_warning_days", request.today, request.park.pk)),
        "fact_label": lambda key: FACTS.get(key).label, "fact_value": _fact,
    }  # fmt: skip


def _first(dossier: Dossier) -> tuple[Any, list[Any]]:
    """The one next step, the urgent before the others; and what is to be seen to besides."""
    ordered = sorted(dossier.warnings, key=lambda w: not w.urgent)
    return (ordered[0] if ordered else None), ordered[1:]


def _fact(row: Any) -> str:
    """A fact's value with its unit."""
    if isinstance(row.value, bool):
        return "是" if row.value else "否"
    shown = number(row.value) if isinstance(row.value, int | float) else str(row.value)
    return f"{shown} {FACTS.get(row.key).unit}".strip()


def _scans(dossier: Dossier, tab: str) -> dict[str, Any]:
    """Attachments of the rows that the tab shows, by row."""
    rows = {"licences": dossier.licences, "credentials": dossier.credentials, "credit": dossier.credit_checks}.get(tab, ())
    return attachments_by_subject(rows[0].subject_type, [row.pk for row in rows]) if rows else {}


# ---------------------------------------------------------------- the timeline in words

_LABELS = {
    f.name: str(f.verbose_name)
    for model in (Residency, Contact, Credential, StaffMember, Licence, Institution)
    for f in model._meta.fields
    if f.name != "id"
} | {"on": "日期", "unit": "单元", "until": "止", "starts": "入驻日期", "ends": "退出日期", "main": "主要联系人"} | {
    "park": "园区", "institution": "机构", "organisation": "单位", "created_at": "建档时间", "changed_at": "修改时间",
}  # fmt: skip
_WORDS = {
    (f.name, key): str(word)
    for model in (Institution, Licence, Credential, StaffMember, CreditCheck)
    for f in model._meta.fields
    for key, word in (f.choices or ())
}
#: What an entry says besides changed fields: data key → how it is said.
_SAID = (
    ("begun", "新增"), ("ended", "停止"), ("name", ""), ("number", ""), ("title", ""), ("segment", ""), ("label", ""), ("source", ""),
    ("result", ""), ("agreement", "协议"), ("start_by", "最迟开业"), ("unit", "单元"), ("starts", "自"), ("ends", "至"), ("since", "自"), ("until", "至"), ("on", "自"), ("agreed_on", "协议签于"), ("checked_on", "查询于"), ("uscc", "统一社会信用代码"), ("uscc_reason", "代码说明"), ("done_on", "检查日期"), ("count", "不符合项"), ("closed_on", "验收日期"), ("decided_on", "决定日期"), ("unconditional_on", "条件全部满足于"),
    ("paid", "按约缴清"), ("last_day", "最后在园日"), ("months", "未满承诺月数"), ("basis", "依据"), ("reason", "原因"),
)  # fmt: skip


#: What stands in an entry for the house alone: numbers of records, and what another line of the timeline says.
UNSAID = frozenset(
    {
        "attachment",
        "application",
        "paper",
        "verified",
        "kind",
        "recognised",
        "changed",
        "staff",
        "residency",
        "credential",
        "licence",
    }
)


def why(line: Line) -> str:
    """A line's data in words: which fields changed from what to what, and the reason."""
    data = line.data or {}
    parts = [f"{_LABELS.get(n, n)}：{_word(n, old)} → {_word(n, new)}" for n, (old, new) in (data.get("changed") or {}).items()]
    for key, label in _SAID:
        value = data.get(key)
        if value in (None, "", []) or key in (data.get("changed") or {}) or (key == "name" and "attachment" in data):
            continue  # a file's own name may tell what only its gate may show
        text = " → ".join(_word(key, v) for v in value) if key == "unit" and isinstance(value, list) else _word(key, value)
        parts.append(
            f"{label}{'：' if label in ('依据', '原因', '新增', '停止', '单元', '协议', '最迟开业') else ' ' if label else ''}{text}"
        )
    return "；".join(parts)


def _word(name: str, value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_word(name, v) for v in value)
    return _WORDS.get((name, value), str(value))


# ---------------------------------------------------------------- pages of rows


def noun_of(door: Door, key: str) -> Noun:
    """The kind of row named in an address; NotFound where this door has none of it."""
    noun = NOUNS.get(key)
    if noun is None or not door.may(key):
        raise NotFound()
    return noun


def part_new(request: HttpRequest, institution: Institution, door: Door, key: str) -> HttpResponse:
    """Add a row."""
    noun = noun_of(door, key)

    def act(form: Form) -> Model:
        given, scan = dict(form.cleaned_data), form.cleaned_data.get("scan")
        given.pop("scan", None)
        made = noun.add(actor=request.user, at=request.at, key=deed_key(request), institution=institution, **given)
        _keep(request, made, scan, noun.word)
        _hint(request, made)
        return made

    initial = {"checked_on": request.today} if key == "credit" else None
    return handle(
        request, noun.form, title=f"登记{noun.word}", submit=f"登记{noun.word}", act=act, then=lambda _: door.tab(key), initial=initial,
        back=door.tab(key), done=f"{noun.word}已登记。", lead=_lead(institution, door, key),
        draft=f"{key}.new:{institution.pk}" if key in ("licences", "credentials") else "",
    )  # fmt: skip


def part(request: HttpRequest, institution: Institution, door: Door, key: str, row: int) -> HttpResponse:
    """Change a row."""
    noun = noun_of(door, key)
    if noun.edit is None:
        raise NotFound()
    kept = part_of(institution, noun.model, row)

    def act(form: Form) -> Model:
        given, scan = dict(form.cleaned_data), form.cleaned_data.get("scan")
        given.pop("scan", None)
        if key == "contacts":
            given["institution"] = institution
        changed = noun.edit(actor=request.user, at=request.at, key=deed_key(request), **{noun.takes: kept}, **given)
        _keep(request, changed, scan, noun.word)
        _hint(request, changed)
        return changed

    initial = {name: getattr(kept, name) for name in noun.form.base_fields if name != "scan"}
    return handle(
        request, noun.form, title=f"修改{noun.word}", submit="保存修改", act=act, then=lambda _: door.tab(key), initial=initial,
        back=door.tab(key), done="已保存。", lead=_lead(institution, door, key),
    )  # fmt: skip


def deed(request: HttpRequest, institution: Institution, door: Door, key: str, row: int, what: str) -> HttpResponse:
    """Do something with a row: verify, revoke, end, remove."""
    noun = noun_of(door, key)
    found = noun.deeds.get(what)
    if found is None or not (door.edits or found.own):
        raise NotFound()
    kept = part_of(institution, noun.model, row)
    initial = {"on": request.today, "until": request.today}
    return handle(
        request, found.form, title=f"{found.title}：{door.called(kept)}", submit=found.title, done=found.done, initial=initial,
        act=lambda form: found.act(
            actor=request.user, at=request.at, key=deed_key(request), **{noun.takes: kept}, **form.cleaned_data
        ),
        then=lambda _: door.tab(key), back=door.tab(key), lead=institution.name, danger=found.danger,
    )  # fmt: skip


def _lead(institution: Institution, door: Door, key: str) -> str:
    if door.owns and key in ("licences", "credentials"):
        return "园区工作人员核对原件后生效；修改已核验的内容需要重新核验。"
    return institution.name


def _keep(request: HttpRequest, row: Any, scan: Any, label: str) -> None:
    """Keep the scan that came with a row. The row is there already: a refused file is said, never loses it."""
    if not scan:
        return
    try:
        attach(
            actor=request.user,
            at=request.at,
            key=deed_key(request),
            to=row,
            file=scan,
            park=request.park,
            label=label,
            field="scan",
        )
    except Refused as error:
        messages.warning(request, f"{label}已登记，但文件没有保存：{error.message}")


def _hint(request: HttpRequest, row: Any) -> None:
    hint = number_warning(row.kind, row.number) if isinstance(row, Licence) else None
    if hint:
        messages.info(request, hint)


# ---------------------------------------------------------------- segments


def segments_form(request: HttpRequest, institution: Institution) -> Callable[..., Form]:
    """The ten segments with their niches, each with the permit it needs."""
    listed = segments_on(request.today)
    needs = {"hr_licence": "需许可", "filing": "需备案", "dispatch": "需派遣许可", "": "不要求许可"}
    choices = []
    for segment in listed:
        choices.append((segment.code, f"{segment.label}（{needs[segment.permit]}）"))
        choices += [(niche.code, f"— {segment.label} · {niche.label}") for niche in segment.niches]

    class SegmentsForm(Form):
        codes = forms.MultipleChoiceField(
            label="开展的业务", choices=choices, required=False, widget=forms.CheckboxSelectMultiple,
            help_text="勾选实际开展的；细分业态可以与所属领域一起勾选。",
        )  # fmt: skip
        on = Day(label="自哪天起", help_text="新增的自这天起开展，取消的自这天起停止。")

    return SegmentsForm


def segments(request: HttpRequest, institution: Institution, door: Door) -> HttpResponse:
    """Tick what the institution does."""
    if institution.kind != Kind.AGENCY:
        raise NotFound("细分领域只适用于人力资源服务机构，配套服务机构无需申报。")
    running = list(institution.segments.filter(until__isnull=True).values_list("code", flat=True))
    return handle(
        request, segments_form(request, institution), title="更新细分领域", submit="保存细分领域", done="细分领域已更新。",
        act=lambda form: actions.set_segments(
            actor=request.user, at=request.at, key=deed_key(request), institution=institution, **form.cleaned_data
        ),
        initial={"codes": running, "on": request.today}, then=lambda _: door.tab("segments"), back=door.tab("segments"),
        lead=institution.name,
    )  # fmt: skip


# ---------------------------------------------------------------- files


def upload(request: HttpRequest, institution: Institution, door: Door) -> HttpResponse:
    """Add a file to the dossier."""
    if not (door.edits or door.owns):
        raise NotFound()
    return handle(
        request, FileForm, title="上传附件", submit="上传附件", done="附件已上传。", lead=institution.name,
        act=lambda form: attach(
            actor=request.user, at=request.at, key=deed_key(request), to=institution, park=request.park, field="scan",
            file=form.cleaned_data["scan"], label=form.cleaned_data["label"], personal=form.cleaned_data["personal"],
        ),
        then=lambda _: door.tab("files"), back=door.tab("files"),
    )  # fmt: skip


def take_away(request: HttpRequest, institution: Institution, door: Door, file: int) -> HttpResponse:
    """Take a file of the dossier, or of one of its rows, out of sight, with the reason."""
    kept = attachment_for(request.standing, file, request.today)
    tabs = {"institution": "files", "licence": "licences", "credential": "credentials", "credit_check": "credit"}
    rows = {"licence": Licence, "credential": Credential, "credit_check": CreditCheck}
    if kept.of_type == "institution":
        if kept.of_id != str(institution.pk):
            raise NotFound()
    elif kept.of_type in rows:
        part_of(institution, rows[kept.of_type], int(kept.of_id))
    else:
        raise NotFound()
    back = door.tab(tabs[kept.of_type])
    return handle(
        request, ReasonForm, title=f"移除附件：{kept.name}", submit="移除附件", done="附件已移除。", lead=institution.name, danger=True,
        act=lambda form: remove(actor=request.user, at=request.at, key=deed_key(request), attachment=kept, **form.cleaned_data),
        then=lambda _: back, back=back,
    )  # fmt: skip
