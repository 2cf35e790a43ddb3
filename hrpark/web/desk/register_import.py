"""A table on its way into a register: uploaded, its columns said, looked through, written; each step a page that can be left.

What can be imported is declared by the rooms (``<room>/imports/``); these pages serve every target alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts.models import Park
from hrpark.institutions import permissions
from hrpark.sheets import actions, queries, tasks
from hrpark.sheets.kinds import TARGETS, ImportTarget
from hrpark.sheets.models import ImportJob, State, Verdict
from hrpark.sheets.writing import template_workbook
from hrpark.toolbox.errors import HrparkError, NotFound, Refused
from hrpark.trail.queries import timeline
from hrpark.web.filters import Choice, Days
from hrpark.web.forms import File, Form, Whole, handle
from hrpark.web.lists import XLSX, Column, List, Main, picked, register, require_list
from hrpark.web.pages import deed_key, page, shown_page, taking_key
from hrpark.web.shell import place
from hrpark.web.subjects import page_of

IMPORT = permissions.IMPORT
FORM_METHODS = ["GET", "HEAD", "POST"]
KINDS = ("xlsx", "xls", "xlsm", "et", "ods", "csv", "tsv", "txt")
STATES = {
    State.UPLOADED: ("waiting", "待对应列"), State.MAPPED: ("waiting", "核对中"), State.CHECKED: ("soon", "待确认"),
    State.IMPORTING: ("waiting", "导入中"), State.DONE: ("done", "已完成"), State.FAILED: ("late", "未成功"),
    State.CANCELLED: ("off", "已取消"),
}  # fmt: skip
#: Tabs of the preview, in the order in which an officer looks.
VERDICTS = {
    Verdict.NEW: "新增", Verdict.CHANGED: "变更", Verdict.ERROR: "有误", Verdict.DUPLICATE: "重复", Verdict.SAME: "无变化",
}  # fmt: skip
PAGE = 50
TARGET_PAGES = {"institutions.register": "desk-institutions", "returns.park_figures": "desk-returns"}


# ---------------------------------------------------------------- the list


class ImportList(List):
    """Every import of the park that the person may see."""

    key, title, noun = "imports", "导入", "份"
    door, view, permission, record = "desk", "desk-imports", IMPORT, "desk-import"
    columns = (
        Column("name", "文件", "filename", sort=True),
        Column("state", "状态", kind="state", states=STATES, sort=True),
        Column("target", "导入到", show=lambda key: TARGETS.get(key).label if key in TARGETS else key),
        Column("total", "行数", kind="number", sort=True),
        Column("created", "新增", kind="number"),
        Column("changed", "变更", kind="number"),
        Column("by", "上传人", "uploaded_by__name"),
        Column("uploaded_at", "上传时间", kind="moment", sort=True),
    )
    filters = (
        Choice("state", "状态", choices={str(k): v[1] for k, v in STATES.items()}),
        Days("uploaded", "上传日期", "uploaded_at", moment=True),
    )
    search, search_hint = ("filename__icontains",), "搜索文件名"
    order = ("-uploaded_at",)
    main = Main("上传表格", "desk-import-new", IMPORT, "upload")
    empty_title, empty_icon = "还没有导入过", "file-import"
    empty_text = "上传现有的 Excel 或 CSV，不必改格式：先看预览，确认后才写入；同一份表导两次不会重复。"

    def rows(self, standing, park):
        return queries.jobs(standing, park.pk)


IMPORTS = register(ImportList())
place("desk", "residents", "导入", "desk-imports", IMPORT, order=40)
page_of("import", desk="desk-import")


@page(IMPORT, door="desk")
@require_list
def imports(request: HttpRequest, park: Park) -> HttpResponse:
    return IMPORTS.respond(request, park)


# ---------------------------------------------------------------- uploading


def _targets(request: HttpRequest, park: Park) -> list[ImportTarget]:
    return queries.targets_for(request.standing, park.pk)


def upload_form(request: HttpRequest, park: Park) -> Callable[..., Form]:
    targets = _targets(request, park)
    asked = request.GET.get("target", "")
    first = asked if asked in {t.key for t in targets} else targets[0].key if targets else ""

    class UploadForm(Form):
        target = forms.ChoiceField(
            label="导入到", choices=[(t.key, t.label) for t in targets], initial=first,
            widget=forms.RadioSelect if len(targets) > 1 else forms.HiddenInput,
        )  # fmt: skip
        file = File(
            label="表格文件", kinds=KINDS, help_text="按现有的格式上传即可，列名和顺序不必改；编码、表头位置会自动识别。"
        )

    return UploadForm


@page(IMPORT, door="desk")
@require_http_methods(FORM_METHODS)
def upload(request: HttpRequest, park: Park) -> HttpResponse:
    """Choose a file; it is read at once, and nothing is written yet."""

    def act(form: Form) -> ImportJob:
        given = form.cleaned_data["file"]
        return actions.upload_table(
            actor=request.user, at=request.at, key=deed_key(request), park=park, target=form.cleaned_data["target"],
            data=given.read(), filename=given.name,
        )  # fmt: skip

    return handle(
        request, upload_form(request, park), title="上传表格", submit="上传并识别", act=act, template="desk/register_import_new.html",
        then=lambda made: _of(park, made), back=reverse("desk-imports", kwargs={"park": park.slug}), targets=_targets(request, park),
    )  # fmt: skip


@page(IMPORT, door="desk")
@require_safe
def template(request: HttpRequest, park: Park, target: str) -> HttpResponse:
    """An empty table to fill in, for who has none yet."""
    found = next((t for t in _targets(request, park) if t.key == target), None)
    if found is None:
        raise NotFound()
    return _workbook(template_workbook(found), f"{found.label}模板.xlsx")


def _workbook(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _of(park: Park, job: ImportJob, query: str = "") -> str:
    return reverse("desk-import", kwargs={"park": park.slug, "pk": job.pk}) + query


def _job(request: HttpRequest, park: Park, pk: int) -> ImportJob:
    job = queries.job_for(request.standing, pk)
    if job.park_id != park.pk:
        raise NotFound()
    return job


# ---------------------------------------------------------------- one import


@page(IMPORT, door="desk")
@require_safe
def job(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The import as it stands: columns to say, a preview to confirm, progress, or the result."""
    found = _job(request, park, pk)
    if found.is_due:
        return _draw(request, park, found, "desk/register_import_progress.html", progress=queries.progress(found))
    if found.state == State.CHECKED and request.GET.get("step") != "columns":
        return _preview(request, park, found)
    if found.state in (State.UPLOADED, State.CHECKED, State.FAILED) and not found.forgotten_at:
        return _columns(request, park, found)
    return _draw(request, park, found, "desk/register_import_result.html", list_page=TARGET_PAGES.get(found.target))


def _draw(request: HttpRequest, park: Park, found: ImportJob, template: str, status: int = 200, **context: Any) -> HttpResponse:
    target = queries.target_of(found)
    context = {
        "title": found.filename, "park": park, "job": found, "target": target, "status": STATES[State(found.state)],
        "lines": timeline("import", found.pk), "counts": found.counts or {}, "marks": _marks(park, found), **context,
    }  # fmt: skip
    return render(request, template, context, status=status)


def _marks(park: Park, found: ImportJob) -> list[tuple[str, str, int]]:
    """Where the import stands on its way: upload, columns, preview, result."""
    here = {
        State.UPLOADED: 1, State.FAILED: 1, State.MAPPED: 2, State.CHECKED: 2, State.IMPORTING: 3, State.DONE: 3, State.CANCELLED: 3,
    }[State(found.state)]  # fmt: skip
    names = ("上传", "对应列", "预览", "写入")
    back = _of(park, found, "?step=columns") if found.state == State.CHECKED else ""
    return [(name, back if i == 1 else "", i - here) for i, name in enumerate(names)]


# ---------------------------------------------------------------- columns


def columns_form(found: ImportJob) -> type[Form]:
    """One choice a column of the file."""
    target = queries.target_of(found)
    choices = [("", "不导入"), *((f.name, f.label + ("（必需）" if f.required else "")) for f in target.fields)]
    chosen = queries.column_choices(found)
    fields = {
        f"column_{c.index}": forms.ChoiceField(
            label=f"{c.letter} 列 {c.heading}", choices=choices, required=False, initial=c.field,
            widget=forms.Select(attrs={"aria-label": f"“{c.heading or c.letter}”对应"}),
        )
        for c in chosen
    }  # fmt: skip
    return type("ColumnsForm", (Form,), fields)


class ReadForm(Form):
    """Read the file in another way than guessed."""

    sheet = forms.ChoiceField(label="工作表", required=False)
    header_row = Whole(
        label="表头所在行", required=False, min_value=1, max_value=1000, help_text="识别错了再填，从 1 数起；多行表头填最下面一行。",
        widget=forms.TextInput(attrs={"class": "w-8"}),
    )  # fmt: skip
    repair = forms.BooleanField(label="还原乱码", required=False)


def _read_form(found: ImportJob, data: Any = None) -> ReadForm:
    form = ReadForm(data, initial={"sheet": found.sheet, "header_row": found.header_row, "repair": found.repair})
    form.fields["sheet"].choices = [(name, name) for name in found.sheets]
    if len(found.sheets) < 2:
        del form.fields["sheet"]
    if not any(note["code"] == "mojibake" for note in found.notes):
        del form.fields["repair"]
    return form


def _columns(
    request: HttpRequest, park: Park, found: ImportJob, form: Form | None = None, reading: Form | None = None
) -> HttpResponse:
    form = form if form is not None else columns_form(found)()
    shown = [(c, form[f"column_{c.index}"]) for c in queries.column_choices(found)]
    wrong = bool(form.errors) or bool(reading is not None and reading.errors)
    return _draw(
        request, park, found, "desk/register_import_columns.html", 422 if wrong else 200, form=form, shown=shown,
        reading=reading if reading is not None else _read_form(found), before=queries.same_file_before(found),
        missing=[f.label for f in queries.target_of(found).fields if f.required and f.name not in found.mapping.values()],
    )  # fmt: skip


@page(IMPORT, door="desk")
@require_POST
def columns(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """Say which column is which, and have every row judged: a small table at once, a large one by the worker."""
    found = _job(request, park, pk)
    form = columns_form(found)(request.POST)
    try:
        if not form.is_valid():
            raise Refused("有一列选择了不存在的栏目，请重新选择。")
        chosen = {int(name.removeprefix("column_")): value for name, value in form.cleaned_data.items()}
        found = actions.map_columns(actor=request.user, at=request.at, key=deed_key(request), job=found, columns=chosen)
    except Refused as refused:
        form.refuse(refused)
        return _columns(request, park, found, form=form)
    if found.is_due:
        tasks.soon(found.pk)
    return HttpResponseRedirect(_of(park, found))


@page(IMPORT, door="desk")
@require_POST
def read(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """Read the file again: another sheet, another heading row, mojibake as it is."""
    found = _job(request, park, pk)
    form = _read_form(found, request.POST)
    try:
        if not form.is_valid():
            raise Refused("请核对读取方式。")
        given = form.cleaned_data
        actions.read_again(
            actor=request.user, at=request.at, key=deed_key(request), job=found, sheet=given.get("sheet", found.sheet),
            header_row=given.get("header_row"), repair=given.get("repair", True),
        )  # fmt: skip
    except Refused as refused:
        form.refuse(refused)
        return _columns(request, park, found, reading=form)
    return HttpResponseRedirect(_of(park, found, "?step=columns"))


# ---------------------------------------------------------------- preview


def _preview(
    request: HttpRequest, park: Park, found: ImportJob, status: int = 200, problem: HrparkError | None = None,
    ticked: Sequence[int] = (), reason: str = "",
) -> HttpResponse:  # fmt: skip
    counts = found.counts
    asked = request.GET.get("tab", "")
    tab = asked if asked in VERDICTS else next((v for v in VERDICTS if counts.get(v)), Verdict.NEW)
    q = request.GET.get("q", "")[:60]
    rows = shown_page(request, queries.rows(found, verdict=tab, search=q), PAGE)
    lines = queries.lines(found, rows.object_list)
    importable = {v: counts.get(v, 0) for v in (Verdict.NEW, Verdict.CHANGED)}
    return _draw(
        request, park, found, "desk/register_import_preview.html", status, tab=tab, q=q, rows=rows, rows_shown=lines,
        fields=queries.mapped_fields(found), importable=importable, problem=problem, pages=_pages(rows, tab, q),
        tabs=[(word, counts.get(v, 0), f"?tab={v}", v == tab) for v, word in VERDICTS.items()],
        ticked=ticked, reason=reason, overridable=any(line.overridable for line in lines), before=queries.same_file_before(found),
    )  # fmt: skip


def _pages(rows: Any, tab: str, q: str) -> list[tuple[str, str, bool]]:
    search = "&" + urlencode({"q": q}) if q else ""
    return [
        (str(n), f"?tab={tab}{search}&page={n}" if isinstance(n, int) else "", n == rows.number)
        for n in rows.paginator.get_elided_page_range(rows.number, on_each_side=2, on_ends=1)
    ]


@page(IMPORT, door="desk")
@require_POST
def override(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """Let doubtful rows pass, with a reason that is kept."""
    found, numbers = _job(request, park, pk), picked(request)
    try:
        if not numbers:
            raise Refused("请先勾选要说明的行。", field="numbers")
        actions.override_rows(
            actor=request.user,
            at=request.at,
            key=deed_key(request),
            job=found,
            numbers=numbers,
            reason=request.POST.get("reason", ""),
        )
    except Refused as refused:
        return _preview(
            request, park, found, refused.status, refused, ticked=numbers, reason=request.POST.get("reason", "")[:200]
        )
    return HttpResponseRedirect(_of(park, found, f"?tab={Verdict.NEW}"))


@page(IMPORT, door="desk")
@require_POST
def run(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """Write what was chosen into the register: all of it or nothing."""
    found = _job(request, park, pk)
    verdicts = [v for v in request.POST.getlist("verdicts") if v in (Verdict.NEW, Verdict.CHANGED)]
    try:
        found = actions.run_import(actor=request.user, at=request.at, key=deed_key(request), job=found, verdicts=verdicts)
    except Refused as refused:
        return _preview(request, park, found, refused.status, refused)
    if found.is_due:
        tasks.soon(found.pk)
    return HttpResponseRedirect(_of(park, found))


@page(IMPORT, door="desk")
@require_POST
def cancel(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """Give it up; its rows and its file are deleted."""
    found = _job(request, park, pk)
    actions.cancel(actor=request.user, at=request.at, key=deed_key(request), job=found)
    return HttpResponseRedirect(_of(park, found))


# ---------------------------------------------------------------- progress and result


@page(IMPORT, door="desk")
@require_safe
def progress(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """How far it has come, asked every second by the page; when it is done, the page is drawn anew."""
    found = _job(request, park, pk)
    now = queries.progress(found)
    if now is None:
        if not getattr(request, "htmx", None):
            return HttpResponseRedirect(_of(park, found))
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return render(request, "desk/register_import_bar.html", {"park": park, "job": found, "progress": now})


@page(IMPORT, door="desk")
@require_POST
def errors(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The rows that were not taken, with the reason, in the columns of the upload; the trail tells who took them."""
    found = _job(request, park, pk)
    if found.forgotten_at:
        raise NotFound("这次导入的逐行内容已按期删除，不能再下载。")
    key = taking_key(request, actions.record_taking.verb)
    actions.record_taking(actor=request.user, at=request.at, key=key, job=found)
    return _workbook(queries.error_workbook(found), f"有误的行-{found.filename.rpartition('.')[0] or found.filename}.xlsx")
