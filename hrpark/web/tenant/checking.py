"""For an institution: what it owes by 4.3.1.2 and how that stands, its checks, and what it has to put right."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Park
from hrpark.admission import permissions
from hrpark.admission.actions import answer_correction
from hrpark.admission.models import Correction
from hrpark.admission.queries import own_check_for, own_correction_for
from hrpark.files.actions import attach
from hrpark.institutions.queries import own_institutions
from hrpark.web.duties import check_context, correction_context, duties_context
from hrpark.web.forms import File, Form, handle
from hrpark.web.jinja import url
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place

OWN = permissions.OWN
place("tenant", "own", "履责情况", "tenant-duties", OWN, order=20)


@page(OWN, door="tenant")
@require_safe
def duties(request: HttpRequest, park: Park) -> HttpResponse:
    """Every institution that the person acts for, letter by letter."""
    found = [duties_context(request, one, "tenant") for one in own_institutions(request.standing, park)]
    return render(request, "tenant/duties.html", {"title": "履责情况", "park": park, "found": found, "today": request.today})


@page(OWN, door="tenant")
@require_safe
def check(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return render(request, "desk/check.html", check_context(request, own_check_for(request.standing, pk, park), "tenant"))


@page(OWN, door="tenant")
@require_safe
def correction(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = own_correction_for(request.standing, pk, park)
    return render(request, "desk/correction.html", correction_context(request, found, "tenant"))


class AnswerForm(Form):
    answer = forms.CharField(label="整改情况", widget=forms.Textarea, max_length=1000, help_text="做了什么、何时完成。")
    proof = File(label="证明材料", required=False, help_text="整改后的照片、文件，可合并成一个文件。")


@page(OWN, door="tenant")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The institution reports what it has put right, with its proof: both are kept, or neither."""
    found = own_correction_for(request.standing, pk, park)
    here = url("tenant-correction", park=park.slug, pk=pk)

    def act(form: Form) -> Correction:
        by = {"actor": request.user, "at": request.at}
        with transaction.atomic():
            made = answer_correction(**by, key=deed_key(request), correction=found, answer=form.cleaned_data["answer"])
            if form.cleaned_data["proof"]:
                proof = {"file": form.cleaned_data["proof"], "field": "proof", "label": "整改证明材料"}
                attach(**by, key=f"{deed_key(request)}:proof", to=found, park=park, **proof)
        return made

    return handle(
        request, AnswerForm, title="报告整改情况", submit="提交", done="已提交，园区会验收。", lead=found.what, initial={"answer": found.answer},
        act=act, then=lambda _: here, back=here,
    )  # fmt: skip
