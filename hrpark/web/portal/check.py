"""Checking a document that somebody holds: by its code, or by the file itself (LOOK.md, "Report").

Anybody may ask. The answer says what kind of document it is, its number, which park issued it and when, and whether the
file is the one that was issued; whom it concerns stays with who holds it. What is uploaded here is hashed and not kept.
"""

from __future__ import annotations

import hashlib

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hrpark.documents.queries import Checked, document_by_code, document_by_hash
from hrpark.documents.rules import read_code
from hrpark.web.forms import File, Form
from hrpark.web.pages import page


class CodeForm(Form):
    code = forms.CharField(
        label="核验码", max_length=60, help_text="16 位字母和数字，印在文书末尾和每页页脚，例如 ABCD-EFGH-JKMN-PQRS。不分大小写。"
    )  # fmt: skip

    def clean_code(self) -> str:
        code = read_code(self.cleaned_data["code"])
        if code is None:
            raise forms.ValidationError("核验码应为 16 位字母和数字（不含字母 U），请对照文书末尾或页脚重新输入。")
        return code


class FileForm(Form):
    file = File(
        label="文书的 PDF 文件", kinds=("pdf",), help_text="只用来比对，不会保存。请用收到的原文件，不要用扫描件或另存的文件。"
    )


def digest_of(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for block in file.chunks():
        digest.update(block)
    return digest.hexdigest()


@page(door="public")
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Type the code, or hand over the file."""
    if request.method == "POST":
        by_file = FileForm(request.POST, request.FILES)
        if not by_file.is_valid():
            return _page(request, CodeForm(), by_file, status=422)
        found = document_by_hash(digest_of(by_file.cleaned_data["file"]))
        return _page(request, CodeForm(), FileForm(), found=found, same=found is not None, asked="file")
    if "code" not in request.GET:
        return _page(request, CodeForm(), FileForm())
    by_code = CodeForm(request.GET)
    if not by_code.is_valid():
        return _page(request, by_code, FileForm(), status=422)
    return HttpResponseRedirect(reverse("check-code", kwargs={"code": by_code.cleaned_data["code"]}))


@page(door="public")
@require_http_methods(["GET", "HEAD", "POST"])
def check_code(request: HttpRequest, code: str) -> HttpResponse:
    """What a code stands for; with a file, whether it is that very document."""
    found = document_by_code(code)
    by_code = CodeForm(initial={"code": found.code if found else code[:60]})
    if found is None:
        return _page(request, by_code, FileForm(), asked="code", status=404)
    if request.method != "POST":
        return _page(request, by_code, FileForm(), found=found, asked="code")
    by_file = FileForm(request.POST, request.FILES)
    if not by_file.is_valid():
        return _page(request, by_code, by_file, found=found, asked="code", status=422)
    return _page(
        request, by_code, FileForm(), found=found, same=digest_of(by_file.cleaned_data["file"]) == found.sha256, asked="both"
    )


def _page(
    request: HttpRequest, by_code: CodeForm, by_file: FileForm, *, found: Checked | None = None, same: bool | None = None, asked: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """``same``: whether the file is the issued one, None when none was handed over; ``asked``: by what was asked."""
    context = {"title": "文书核验", "by_code": by_code, "by_file": by_file, "found": found, "same": same, "asked": asked}
    return render(request, "portal/check.html", context, status=status)
