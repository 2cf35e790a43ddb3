"""Checking a document that somebody holds: by its code, or by the file itself (LOOK.md, "Report").

Anybody may ask. The answer says what kind of document it is, its number, which park issued it and when, and whether the
file is the one that was issued, by its hash and by the park's signature on it; whom it concerns stays with who holds it. What is
uploaded here is looked at and not kept.
"""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hrpark.documents.queries import ByFile, Checked, document_by_code, original_by_file
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


@page(door="public")
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Type the code, or hand over the file."""
    if request.method == "POST":
        by_file = FileForm(request.POST, request.FILES)
        if not by_file.is_valid():
            return _page(request, CodeForm(), by_file, status=422)
        file = original_by_file(by_file.cleaned_data["file"].read())
        return _page(request, CodeForm(), FileForm(), found=file.checked, file=file, asked="file")
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
    file = original_by_file(by_file.cleaned_data["file"].read())
    if file.checked is not None and file.checked.code != found.code:
        file = ByFile("another")
    return _page(request, by_code, FileForm(), found=found, file=file, asked="both")


#: State and word of the answer, and what it means, by what the file turned out to be (documents.queries.ByFile).
ANSWERS = {
    "same": ("done", "属实", "您上传的文件就是签发的原文件，没有被改动。"),
    "appended": ("late", "文件被追加了内容", "文件的前一部分与签发的原文件相同，但签发之后又追加了内容。请以下列信息为准，或向签发园区索取原文件。"),
    "broken": ("late", "文件被改动", "文件带有园区的完整性签名，但内容与签名不符：签发之后被改动过。不要据此办理，请用核验码核对或向签发园区询问。"),
    "unregistered": ("late", "没有登记", "文件的签名完整，但签发登记里没有这份文书。请向签发园区询问，不要据此办理。"),
    "foreign": ("late", "不是园区的签名", "文件上的电子签名不是本平台的园区所签，文件也不是园区签发的原文件，不要据此办理。"),
    "unknown": (
        "late", "没有找到",
        "这份文件不是园区签发的原文件。如果是打印后扫描的，或用其他软件另存过的，内容即使相同也会显示不一致，请改用核验码核对。",
    ),
    "another": ("late", "文件不一致", "核验码属于下面这份文书，但您上传的是另一份文书的文件。请核对后再比对。"),
}  # fmt: skip
#: With a code, what an unknown file means is another matter: the document is there, the file is not it.
UNLIKE = (
    "late", "文件不一致",
    "核验码属于下面这份文书，但您上传的文件与签发的原文件不一致：内容可能被改动，也可能是扫描件或另存的文件。请以下列信息为准，或向签发园区索取原文件。",
)  # fmt: skip


def _page(
    request: HttpRequest, by_code: CodeForm, by_file: FileForm, *, found: Checked | None = None, file: ByFile | None = None, asked: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """``file``: what was handed over; ``asked``: by what was asked."""
    answer = None
    if file is not None:
        answer = UNLIKE if asked == "both" and file.verdict == "unknown" else ANSWERS[file.verdict]
    context = {
        "title": "文书核验",
        "by_code": by_code,
        "by_file": by_file,
        "found": found,
        "file": file,
        "answer": answer,
        "asked": asked,
    }
    return render(request, "portal/check.html", context, status=status)
