"""My personal data: what is kept, a copy of it to take away (PIPL art. 45), and having it erased (art. 47)."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout as end_session
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts import queries
from hrpark.accounts.actions import close_account, reopen_account
from hrpark.accounts.erasure import erase_person, hindrances, own_data, take_copy
from hrpark.files.erasure import files_of
from hrpark.files.storage import open_kept
from hrpark.toolbox.errors import HrparkError, Refused
from hrpark.web.forms import Form, handle
from hrpark.web.pages import deed_key, page

from .login import drawn
from .own import AgainForm, _prove, _with_proof, password_field


@page(door="person")
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What the house keeps about whoever is signed in, counted; and why it can't be erased yet."""
    person = queries.person_for(request.user)
    kept = [(heading, len(lines)) for heading, lines in own_data(person).items()]
    return drawn(
        request, "account/data.html", title="我的个人信息", kept=kept, hinders=hindrances(person, request.today),
    )  # fmt: skip


@page(door="person")
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest) -> HttpResponse:
    """Everything as one file, after the password."""
    form, error = _with_proof(request, AgainForm)(data=request.POST or None), None
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise Refused("")
            _prove(request, form.cleaned_data["password_current"])
            person = take_copy(
                actor=request.user, at=request.at, key=deed_key(request), person=queries.person_for(request.user)
            )
            return _archive(request, own_data(person), person)
        except HrparkError as refused:
            error = refused
            if refused.message:
                form.refuse(refused)
    return drawn(
        request, "account/recovery_new.html", error, form=form, title="下载我的个人信息", submit="下载副本", kept=None,
        back=reverse("account-data"), lead="副本是一个压缩包：账号、角色、同意、登录、办件和通知的记录，以及您上传的文件。请妥善保管。",
    )  # fmt: skip


def _archive(request: HttpRequest, told: dict[str, list[dict]], person: Any) -> HttpResponse:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("个人信息.json", json.dumps(told, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder))
        for file in files_of(person):
            with open_kept(file.path) as source:
                archive.writestr(f"文件/{file.pk}-{file.name.replace('/', '_')}", source.read())
    response = HttpResponse(packed.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, f"个人信息-{request.today.isoformat()}.zip")
    response["Cache-Control"] = "no-store"
    return response


class EraseForm(Form):
    password_current = password_field("当前密码")
    sure = forms.BooleanField(label="我已下载需要的内容，知道删除后不能恢复")


@page(door="person")
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Erase whoever is signed in, after the password; they are signed out with it."""
    form, error = _with_proof(request, EraseForm)(data=request.POST or None), None
    person = queries.person_for(request.user)
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise Refused("")
            _prove(request, form.cleaned_data["password_current"])
            erase_person(actor=request.user, at=request.at, key=deed_key(request), person=person)
            end_session(request)
            messages.success(request, "您的个人信息已删除，账号已注销。")
            return HttpResponseRedirect(reverse("account-login"))
        except HrparkError as refused:
            error = refused
            if refused.message:
                form.refuse(refused)
    return drawn(
        request, "account/erase.html", error, form=form, title="删除我的个人信息", hinders=hindrances(person, request.today),
    )  # fmt: skip


class CloseForm(Form):
    key = forms.CharField(label="此人的手机号或邮箱", max_length=254, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(label="此人的姓名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    what = forms.ChoiceField(
        label="办理事项", choices=[("close", "停用账号"), ("reopen", "恢复账号")], widget=forms.RadioSelect, initial="close"
    )
    reason = forms.CharField(label="原因", max_length=200, help_text="例如“已离职，单位来函”。写入操作记录；不要填写证件号码。")


@page(door="installation")
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """Close the account of another person, or open it again: by who installs, who sees no list of people."""

    def act(form: CloseForm):
        given = form.cleaned_data
        person = queries.any_person_with_papers(given["key"], given["name"])
        deed = close_account if given["what"] == "close" else reopen_account
        return deed(actor=request.user, at=request.at, key=deed_key(request), person=person, reason=given["reason"])

    return handle(
        request, CloseForm, title="停用或恢复账号", submit="办理", act=act, back=reverse("account-parks"),
        then=lambda _: reverse("account-close"),
        done=lambda person: f"{person.name}的账号已{'恢复' if person.is_active else '停用，登录立即失效'}。",
        lead="停用后此人不能再登录，以前办理的事项仍然保留。账号在各园区的角色须先收回。只停用、不删除个人信息；删除由本人或所在园区凭书面申请办理。",
    )  # fmt: skip
