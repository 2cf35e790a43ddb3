"""At the desk: the register of issued documents, their sealed originals and archive, and the park's own Word templates."""

from __future__ import annotations

import io
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts.models import Park
from hrpark.documents import actions, permissions, word
from hrpark.documents.actions.archiving import Paper
from hrpark.documents.esign import Signer, platform
from hrpark.documents.kinds import CATEGORIES, TEMPLATES, Template
from hrpark.documents.models import (
    Document,
    EnvelopeState,
    Keeping,
    WordTemplate,
    archive_number,
    reference,
)
from hrpark.documents.queries import (
    awaiting_paper,
    document_for,
    documents_in,
    originals_in,
    with_signing,
    word_template_on,
    word_templates_of,
)
from hrpark.files.queries import attachments_of
from hrpark.files.rules.found import DOCX
from hrpark.files.storage import open_kept
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import NotFound
from hrpark.trail.queries import timeline, timelines
from hrpark.web import clock
from hrpark.web.filters import Choice, Days, YesNo
from hrpark.web.forms import Day, File, Files, Form, Group, Whole, handle
from hrpark.web.lists import Column, List, View, register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place
from hrpark.web.subjects import address, page_of

READ, ISSUE = permissions.DOCUMENTS_READ, permissions.DOCUMENTS_ISSUE
ARCHIVE, KEEPS_TEMPLATES = permissions.DOCUMENTS_ARCHIVE, permissions.DOCUMENTS_TEMPLATES
FORM_METHODS = ["GET", "HEAD", "POST"]
#: From so many days on, a paper that has not come back is late.
LONG = 30
STATES = {
    "back": ("done", "已归档"), "awaiting": ("waiting", "待用印回传"), "late": ("late", f"超过{LONG}天未回传"), "void": ("off", "已作废"),
    "plain": ("done", "已签发"), "signed": ("done", "已电子签署"),
}  # fmt: skip

ENVELOPES = {
    "waiting": "waiting",
    "sent": "waiting",
    "signed": "done",
    "declined": "late",
    "expired": "late",
    "cancelled": "off",
    "failed": "late",
}


def days_out(issued_at: Any) -> int:
    return (clock.today() - localtime(issued_at).date()).days


def paper_state(template: str, withdrawn_at: Any, original: Any, issued_at: Any, signed: bool) -> str:
    if withdrawn_at is not None:
        return "void"
    if original is not None:
        return "back"
    if signed:
        return "signed"
    if not TEMPLATES.get(template).seals_back:
        return "plain"
    return "late" if days_out(issued_at) > LONG else "awaiting"


def days_waited(template: str, withdrawn_at: Any, original: Any, issued_at: Any, signed: bool) -> int | None:
    waits = paper_state(template, withdrawn_at, original, issued_at, signed) in ("awaiting", "late")
    return days_out(issued_at) if waits else None


def _kinds(*_: Any) -> dict[str, str]:
    return {one.key: one.label for one in TEMPLATES}


class Awaiting(YesNo):
    """Printed to be sealed, and not back."""

    def narrow(self, rows, value, park):
        waits = awaiting_paper(rows)
        return waits if value == "1" else rows.exclude(pk__in=waits.order_by().values("pk"))


_PAPER = ("template", "withdrawn_at", "original", "issued_at", "e_signed")


class Documents(List):
    """Every document that the park has issued."""

    key, title, noun = "documents", "已签发文书", "份"
    door, view, permission, record = "desk", "desk-documents", READ, "desk-document"
    columns = (
        Column("title", "文书", sort=True),
        Column("state", "状态", _PAPER, kind="state", states=STATES, show=paper_state),
        Column("waited", "未回传天数", _PAPER, kind="number", unit="天", show=days_waited, sort="issued_at"),
        Column("reference", "文号", ("series", "year", "number"), kind="code", show=reference),
        Column("issued", "签发时间", "issued_at", kind="moment", sort=True),
        Column("template", "种类", labels={one.key: one.label for one in TEMPLATES}, sort=True),
        Column("issuer", "签发人", "issued_by_name", shown=False),
        Column("archived", "档号", ("original__category", "original__year", "original__number"), kind="code",
               show=lambda category, year, number: archive_number(category, year, number) if number else None),
    )  # fmt: skip
    filters = (
        Choice("template", "种类", choices=_kinds),
        Awaiting("awaiting", "用印回传", yes="待回传", no="不需要或已回传"),
        YesNo("void", "作废", yes="已作废", no="有效", where=Q(withdrawn_at__isnull=False)),
        Days("issued", "签发日期", "issued_at", moment=True),
    )
    views = (View("待用印回传", "awaiting=1&sort=issued"), View("已作废", "void=1"))
    search = ("title__icontains", "code__startswith")
    search_hint = "搜索文书名称、核验码"
    order = ("-issued_at",)
    empty_title, empty_icon = "还没有签发文书", "file-text"
    empty_text = "作出决定、签订协议后，决定书、协议和承诺书会自动签发，出现在这里。"

    def rows(self, standing, park):
        return with_signing(documents_in(standing).filter(park=park))


class Archive(List):
    """The archive register: every sealed original, by its number."""

    key, title, noun = "archive", "归档登记簿", "件"
    door, view, permission, record = "desk", "desk-archive", READ, "desk-original"
    columns = (
        Column("number", "档号", ("category", "year", "number"), kind="code", show=archive_number, sort="number"),
        Column("title", "题名", "document__title", sort=True),
        Column("reference", "文号", ("document__series", "document__year", "document__number"), kind="code", show=reference),
        Column("pages", "页数", kind="number", sort=True),
        Column("keeping", "保管期限", labels=dict(Keeping.choices), sort=True),
        Column("place", "存放位置", sort=True),
        Column("received", "收到日期", "received_on", kind="date", sort=True),
        Column("receiver", "接收人", "received_by_name"),
        Column("lacks", "缺项说明", shown=False),
        Column("category", "类别", labels=CATEGORIES, shown=False),
        Column("archived", "归档时间", "archived_at", kind="moment", sort=True, shown=False),
    )
    filters = (
        Choice("category", "类别", choices=CATEGORIES),
        Choice("keeping", "保管期限", choices=Keeping),
        YesNo("lacking", "用印", yes="有缺项", no="齐全", where=~Q(lacks="")),
        Days("received", "收到日期", "received_on"),
    )
    search = ("document__title__icontains", "place__icontains", "number__iexact")
    search_hint = "搜索题名、存放位置、件号"
    order = ("-year", "category", "-number")
    empty_title, empty_icon = "还没有归档的文书", "folder-open"
    empty_text = "协议、承诺书盖章签字后寄回或送回，在文书页面登记用印原件，即按年度和类别编档号归档。"

    def rows(self, standing, park):
        return originals_in(standing).filter(park=park)


DOCUMENTS, ARCHIVED = register(Documents()), register(Archive())
place("desk", "admission", "文书", "desk-documents", READ, order=60)
place("desk", "admission", "归档登记簿", "desk-archive", READ, order=62)
place("desk", "settings", "文书模板", "desk-word-templates", READ, order=64)
page_of("document", desk="desk-document")
page_of("original", desk="desk-original")


@page(READ, door="desk")
@require_list
def documents(request: HttpRequest, park: Park) -> HttpResponse:
    return DOCUMENTS.respond(request, park)


@page(READ, door="desk")
@require_list
def archive(request: HttpRequest, park: Park) -> HttpResponse:
    return ARCHIVED.respond(request, park)


# ---------------------------------------------------------------- one document


def _found(request: HttpRequest, park: Park, pk: int) -> Document:
    found = document_for(request.standing, pk, request.today)
    if found.park_id != park.pk:
        raise NotFound()
    return found


def _here(park: Park, pk: int) -> str:
    return reverse("desk-document", kwargs={"park": park.slug, "pk": pk})


@page(READ, door="desk")
@require_safe
@cites("4.3.1.2-a", label="入园承诺书：签发、用印、归档")
def document(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """One document: its files, its sealed original, what can be done with it."""
    return _record(request, park, _found(request, park, pk))


@page(READ, door="desk")
@require_safe
def original(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The document of a sealed original."""
    row = originals_in(request.standing).filter(park=park, pk=pk).first()
    if row is None:
        raise NotFound()
    return _record(request, park, _found(request, park, row.document_id))


def _record(request: HttpRequest, park: Park, found: Document) -> HttpResponse:
    original = getattr(found, "original", None)
    envelopes = list(found.envelopes.select_related("signed").order_by("-pk"))
    signed = any(one.state == EnvelopeState.SIGNED for one in envelopes)
    state = paper_state(found.template, found.withdrawn_at, original, found.issued_at, signed)
    esigns = (
        platform() is not None and state in ("awaiting", "late") and not any(e.state in EnvelopeState.open() for e in envelopes)
    )
    context = {
        "title": found.title, "park": park, "d": found, "o": original, "status": STATES[state], "state": state, "days": days_out(found.issued_at),
        "scans": attachments_of("original", original.pk) if original else (), "category": CATEGORIES[TEMPLATES.get(found.template).category],
        "archives": request.standing.may(ARCHIVE, park.pk), "issues": request.standing.may(ISSUE, park.pk),
        "of": address(found.of_type, found.of_id, park=park.slug, door="desk"), "lines": timeline("document", found.pk),
        "envelopes": envelopes, "esigns": esigns, "tones": ENVELOPES,
    }  # fmt: skip
    return render(request, "desk/document.html", context)


class PaperForm(Form):
    groups = (
        Group("核对用印", ("sealed", "cross_sealed", "signed", "dated", "lacks"), "逐项看过纸质原件再勾选。"),
        Group("扫描件", ("scans", "pages")),
        Group("收存", ("received_on", "place", "keeping")),
    )
    sealed = forms.BooleanField(label="单位公章清晰完整", required=False)
    cross_sealed = forms.BooleanField(label="骑缝章盖满各页", required=False)
    signed = forms.BooleanField(label="法定代表人或委托代理人已签字", required=False)
    dated = forms.BooleanField(label="日期已填写", required=False)
    lacks = forms.CharField(
        label="缺项说明", required=False, max_length=200, help_text="有没勾选的，写明原因，例如“只有一页，不盖骑缝章”。"
    )
    scans = Files(label="扫描件", help_text="把盖章签字后的原件逐页扫描；多张照片一次选中。")
    pages = Whole(label="页数", unit="页", required=False, help_text="不填则按扫描件自动计算。")
    received_on = Day(label="收到日期")
    place = forms.CharField(label="纸质原件存放位置", max_length=80, help_text="例如“档案室2号柜3层”。")
    keeping = forms.ChoiceField(label="保管期限", choices=Keeping.choices, initial=Keeping.THIRTY)

    def paper(self) -> tuple[Paper, list[Any]]:
        given = dict(self.cleaned_data)
        given.pop("reason", None)
        scans = given.pop("scans")
        return Paper(**given), scans


class MendForm(PaperForm):
    groups = (*PaperForm.groups, Group("更正", ("reason",)))
    scans = Files(label="新的扫描件", required=False, help_text="不重新上传就保留原来的；上传了就全部替换。")
    reason = forms.CharField(label="更正原因", max_length=200, help_text="例如“扫描件缺第3页，已重新扫描”。")


@page(ARCHIVE, door="desk")
@require_http_methods(FORM_METHODS)
@cites("4.3.1.2-a", label="盖章的承诺书和协议归档")
def document_archive(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The sealed original came back."""
    found = _found(request, park, pk)

    def act(form: PaperForm) -> Any:
        paper, scans = form.paper()
        return actions.archive(
            actor=request.user, at=request.at, key=deed_key(request), document=found, paper=paper, scans=scans
        )

    return handle(
        request, PaperForm, title="登记用印原件", submit="登记并归档", done=lambda made: f"已归档，档号 {made.archive_number}。请把档号写在纸质原件首页右上角。",
        then=lambda _: _here(park, pk), back=_here(park, pk), lead=f"{found.title}，{found.reference}", draft=f"archive:{pk}",
        initial={"received_on": request.today, "keeping": Keeping.THIRTY}, act=act,
    )  # fmt: skip


@page(ARCHIVE, door="desk")
@require_http_methods(FORM_METHODS)
def document_mend(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """What was registered of an original, put right."""
    original = getattr(_found(request, park, pk), "original", None)
    if original is None:
        raise NotFound()
    names = ("sealed", "cross_sealed", "signed", "dated", "lacks", "pages", "received_on", "place", "keeping")

    def act(form: MendForm) -> Any:
        paper, scans = form.paper()
        return actions.mend(
            actor=request.user, at=request.at, key=deed_key(request), original=original, paper=paper, scans=scans,
            reason=form.cleaned_data["reason"],
        )  # fmt: skip

    return handle(
        request, MendForm, title="更正归档记录", submit="保存更正", done="已更正，档号不变。", then=lambda _: _here(park, pk), back=_here(park, pk),
        lead=str(original), initial={name: getattr(original, name) for name in names}, act=act,
    )  # fmt: skip


class EsignForm(Form):
    """Up to three who sign, in their order."""

    def __init__(self, *args: Any, **kwargs: Any):
        self.base_fields = dict(self.base_fields)
        groups = []
        for n in (1, 2, 3):
            names = (f"organisation.{n}", f"name.{n}", f"mobile.{n}")
            for name, label, length in zip(names, ("单位", "签署人姓名", "签署人手机"), (120, 60, 20), strict=True):
                self.base_fields[name] = forms.CharField(label=label, max_length=length, required=n == 1)
            groups.append(Group(f"第{n}位签署人", names, "" if n == 1 else "没有的留空。"))
        self.groups = tuple(groups)
        super().__init__(*args, **kwargs)

    def signers(self) -> list[Signer]:
        given = self.cleaned_data
        rows = [[given[f"{name}.{n}"].strip() for name in ("organisation", "name", "mobile")] for n in (1, 2, 3)]
        return [Signer(*row) for row in rows if any(row)]


@page(ARCHIVE, door="desk")
@require_http_methods(FORM_METHODS)
def document_esign(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """To be signed on the certified platform that the installation is connected to."""
    found = _found(request, park, pk)
    if platform() is None:
        raise NotFound("本平台还没有接入电子签名平台，请打印后用印。")
    return handle(
        request, EsignForm, title="发起电子签署", submit="发起签署", done="已发起，稍后送交电子签名平台，签署人会收到平台的通知。",
        then=lambda _: _here(park, pk), back=_here(park, pk), lead=f"{found.title}，{found.reference}。按顺序签署；手机号码只用于平台通知，签署结束后删除。",
        act=lambda form: actions.request_signing(
            actor=request.user, at=request.at, key=deed_key(request), document=found, signers=form.signers()
        ),
    )  # fmt: skip


class WithdrawForm(Form):
    reason = forms.CharField(label="作废原因", max_length=200, help_text="例如“单位名称有误，已另行签发”。不会公开。")


@page(ISSUE, door="desk")
@require_http_methods(FORM_METHODS)
def document_withdraw(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = _found(request, park, pk)
    return handle(
        request, WithdrawForm, title="作废文书", submit="作废文书", done="已作废，公开核验页面会这样显示。", danger=True,
        then=lambda _: _here(park, pk), back=_here(park, pk), lead=f"{found.title}，{found.reference}。作废后文号不再使用，文件仍保留；需要的，另行签发。",
        act=lambda form: actions.withdraw(
            actor=request.user, at=request.at, key=deed_key(request), document=found, reason=form.cleaned_data["reason"]
        ),
    )  # fmt: skip


# ---------------------------------------------------------------- Word templates


def _worded(key: str) -> Template:
    found = TEMPLATES.find(key)
    if found is None or not found.words:
        raise NotFound()
    return found


def _docx(data: bytes, name: str) -> FileResponse:
    return FileResponse(io.BytesIO(data), as_attachment=True, filename=name, content_type=DOCX.media_type)


@page(READ, door="desk")
@require_safe
def word_templates(request: HttpRequest, park: Park) -> HttpResponse:
    """Which template each kind of document is filled into, every version there was, and what a template may say."""
    kinds = [
        (one, word_template_on(park, one.key, request.today), list(word_templates_of(park, one.key)))
        for one in TEMPLATES
        if one.words
    ]
    lines = timelines("word_template", [row.pk for _, _, rows in kinds for row in rows])
    context = {
        "title": "文书模板",
        "park": park,
        "kinds": kinds,
        "keeps": request.standing.may(KEEPS_TEMPLATES, park.pk),
        "lines": lines,
    }
    return render(request, "desk/word_templates.html", {**context, "today": request.today})


@page(KEEPS_TEMPLATES, door="desk")
@require_http_methods(FORM_METHODS)
def word_template_new(request: HttpRequest, park: Park, template: str) -> HttpResponse:
    """A further version of the park's own template."""
    found, here = _worded(template), reverse("desk-word-templates", kwargs={"park": park.slug})

    class TemplateForm(Form):
        file = File(
            label="模板文件",
            kinds=("docx",),
            most=word.LARGEST,
            help_text="用 Word 或 WPS 编辑，需要填入内容的地方写 {{字段名}}。",
        )
        since = Day(label="起用日期", help_text="从这一天起签发的文书用它；已经签发的不会改动。")
        note = forms.CharField(label="说明", required=False, max_length=200, help_text="例如“2026年法务修订版”。")

    return handle(
        request, TemplateForm, title=f"上传{found.label}模板", submit="上传模板", done="模板已保存。请下载预览，看一看填入样例内容的样子。", back=here,
        then=lambda _: here, initial={"since": request.today}, template="desk/word_template_form.html", found=found,
        act=lambda form: actions.upload_word_template(
            actor=request.user, at=request.at, key=deed_key(request), park=park, template=template, **form.cleaned_data
        ),
    )  # fmt: skip


@page(READ, door="desk")
@require_safe
def word_template_house(request: HttpRequest, park: Park, template: str) -> FileResponse:
    """The house's template: to look at, and to make one's own from. ``?preview=1``: with specimens filled in."""
    found = _worded(template)
    data = word.house_template(template)
    preview = request.GET.get("preview") == "1"
    return _docx(
        word.fill(data, word.specimens(found)) if preview else data, f"{found.label}{'预览' if preview else '模板'}.docx"
    )


def _own(request: HttpRequest, park: Park, pk: int) -> WordTemplate:
    row = WordTemplate.objects.filter(park=park, pk=pk).select_related("attachment").first()
    if row is None:
        raise NotFound()
    return row


@page(READ, door="desk")
@require_safe
def word_template_preview(request: HttpRequest, park: Park, pk: int) -> FileResponse:
    """A version of the park's own, with specimens filled in."""
    row = _own(request, park, pk)
    with open_kept(row.attachment.path) as file:
        data = word.fill(file.read(), word.specimens(TEMPLATES.get(row.template)))
    return _docx(data, f"{row}预览.docx")


@page(KEEPS_TEMPLATES, door="desk")
@require_POST
def word_template_retire(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    row = _own(request, park, pk)
    actions.retire_word_template(actor=request.user, at=request.at, key=deed_key(request), word_template=row)
    messages.success(request, "模板已停用，以后签发的文书用前一版或平台的模板。")
    return HttpResponseRedirect(reverse("desk-word-templates", kwargs={"park": park.slug}))
