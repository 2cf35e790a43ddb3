"""What the park is (3.1) and who runs it on which mandate (3.2), with its documents."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Organisation, OrganisationKind, Park
from hrpark.accounts.queries import organisations_in
from hrpark.files.actions import attach, remove
from hrpark.files.queries import attachment_for, attachments_of
from hrpark.parks import permissions
from hrpark.parks.actions import set_profile
from hrpark.parks.models import Level, OperatorKind, ParkProfile
from hrpark.parks.queries import profile_of, zones_of
from hrpark.toolbox.errors import NotFound
from hrpark.trail.queries import timeline
from hrpark.web.dossier import ReasonForm
from hrpark.web.forms import Day, File, Form, Group, handle
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place

READ, EDIT = permissions.READ, permissions.EDIT
FORM_METHODS = ["GET", "HEAD", "POST"]
place("desk", "park", "园区档案", "desk-park", READ, order=10)


@page(READ, door="desk")
@require_safe
def profile(request: HttpRequest, park: Park) -> HttpResponse:
    found = profile_of(park)
    context = {
        "title": "园区档案", "park": park, "profile": found, "today": request.today, "zones": zones_of(park, request.today),
        "files": list(attachments_of("park_profile", found.pk)) if found else [],
        "lines": timeline("park_profile", found.pk) if found else [], "may_edit": request.standing.may(EDIT, park.pk),
    }  # fmt: skip
    return render(request, "desk/profile.html", context)


def profile_form(park: Park, on: date, found: ParkProfile | None) -> type[Form]:
    """The form, with the operators and authorities that have people in this park to choose from."""
    now = [o for o in (found.operator, found.authority) if o is not None] if found else []
    known = {
        kind: list({o.pk: o for o in [*organisations_in(park, on, kind), *(o for o in now if o.kind == kind)]}.values())
        for kind in (OrganisationKind.OPERATOR, OrganisationKind.AUTHORITY)
    }

    def choice(kind: str, label: str, help_text: str = "") -> forms.ChoiceField:
        choices = [("", "未登记"), *((str(o.pk), o.name) for o in known[kind])]
        return forms.ChoiceField(label=label, choices=choices, required=False, help_text=help_text)

    class ProfileForm(Form):
        groups = (
            Group("园区（3.1）", ("level", "approved_by", "approval_document", "approved_on", "region", "region_code", "address", "introduction")),
            Group("运营（3.2）", ("operator", "operator_kind", "state_owned", "mandate_from", "mandate_to", "authority")),
        )  # fmt: skip
        level = forms.ChoiceField(label="级别", choices=[("", "请选择"), *Level.choices])
        approved_by = forms.CharField(label="批准部门", max_length=120, required=False)
        approval_document = forms.CharField(label="批准文号", max_length=80, required=False)
        approved_on = Day(label="批准日期", required=False)
        region = forms.CharField(label="所在行政区", max_length=60, required=False, help_text="例如“广州市黄埔区”。")
        region_code = forms.RegexField(
            r"\d{6}", label="行政区划代码", max_length=6, required=False, help_text="6 位数字（GB/T 2260），例如 440112。",
            error_messages={"invalid": "行政区划代码应为 6 位数字，例如 440112。"},
            widget=forms.TextInput(attrs={"class": "w-8", "inputmode": "numeric"}),
        )  # fmt: skip
        address = forms.CharField(label="地址", max_length=200, required=False)
        introduction = forms.CharField(label="一句话介绍", max_length=200, required=False, help_text="显示在门户首页。")
        operator = choice(OrganisationKind.OPERATOR, "运营方")
        operator_kind = forms.ChoiceField(label="运营方类型", choices=[("", "请选择"), *OperatorKind.choices], required=False)
        state_owned = forms.TypedChoiceField(
            label="运营方是否国有", choices=[("", "未登记"), ("yes", "是"), ("no", "否")], required=False, empty_value=None,
            coerce=lambda text: text == "yes", help_text="国有的，入驻决定前须登记会议纪要（“三重一大”集体决策）。",
        )  # fmt: skip
        mandate_from = Day(label="受托运营起", required=False)
        mandate_to = Day(label="受托运营止", required=False)
        authority = choice(OrganisationKind.AUTHORITY, "主管部门", "邀请主管部门人员后可选。")

        def _body(self, name: str, kind: str) -> Organisation | None:
            chosen = self.cleaned_data[name]
            return next((o for o in known[kind] if str(o.pk) == chosen), None)

        def clean_operator(self) -> Organisation | None:
            return self._body("operator", OrganisationKind.OPERATOR)

        def clean_authority(self) -> Organisation | None:
            return self._body("authority", OrganisationKind.AUTHORITY)

    return ProfileForm


def _initial(found: ParkProfile | None, form: type[Form]) -> dict[str, Any]:
    if found is None:
        return {}
    return {name: getattr(found, name) for name in form.base_fields} | {
        "operator": found.operator_id,
        "authority": found.authority_id,
        "state_owned": {True: "yes", False: "no", None: ""}[found.state_owned],
    }


def _page(park: Park) -> str:
    return reverse("desk-park", kwargs={"park": park.slug})


@page(EDIT, door="desk")
@require_http_methods(FORM_METHODS)
def profile_edit(request: HttpRequest, park: Park) -> HttpResponse:
    found = profile_of(park)
    form = profile_form(park, request.today, found)
    return handle(
        request, form, title="填写园区档案", submit="保存园区档案", done="园区档案已保存。", initial=_initial(found, form),
        act=lambda form: set_profile(actor=request.user, at=request.at, key=deed_key(request), park=park, **form.cleaned_data),
        then=lambda _: _page(park), back=_page(park), draft=f"profile:{park.pk}",
    )  # fmt: skip


class DocumentForm(Form):
    label = forms.CharField(label="是什么", max_length=80, help_text="例如“省级园区批复”“委托运营协议”。")
    scan = File(label="文件", kinds=("pdf", "jpg", "jpeg", "png", "docx", "xlsx"))


def _profile(park: Park) -> ParkProfile:
    found = profile_of(park)
    if found is None:
        raise NotFound("请先填写园区档案，再上传文件。")
    return found


@page(EDIT, door="desk")
@require_http_methods(FORM_METHODS)
def upload(request: HttpRequest, park: Park) -> HttpResponse:
    """The approving document, the mandate."""
    found = _profile(park)
    return handle(
        request, DocumentForm, title="上传园区文件", submit="上传文件", done="文件已上传。", then=lambda _: _page(park), back=_page(park),
        act=lambda form: attach(
            actor=request.user, at=request.at, key=deed_key(request), to=found, park=park, file=form.cleaned_data["scan"],
            label=form.cleaned_data["label"], field="scan",
        ),
    )  # fmt: skip


@page(EDIT, door="desk")
@require_http_methods(FORM_METHODS)
def file_remove(request: HttpRequest, park: Park, file: int) -> HttpResponse:
    found, kept = _profile(park), attachment_for(request.standing, file, request.today)
    if (kept.of_type, kept.of_id) != ("park_profile", str(found.pk)):
        raise NotFound()
    return handle(
        request, ReasonForm, title=f"移除文件：{kept.name}", submit="移除文件", done="文件已移除。", danger=True,
        act=lambda form: remove(actor=request.user, at=request.at, key=deed_key(request), attachment=kept, **form.cleaned_data),
        then=lambda _: _page(park), back=_page(park),
    )  # fmt: skip
