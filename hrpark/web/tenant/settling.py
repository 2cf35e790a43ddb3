"""For an institution: the days within which it begins business (4.3.1.2 b), and its own report of having done so."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Park
from hrpark.admission import permissions
from hrpark.admission.actions import report_start
from hrpark.admission.models import StartReport
from hrpark.admission.queries import own_start_for
from hrpark.files.actions import attach
from hrpark.web import settling
from hrpark.web.forms import Day, File, Form, handle
from hrpark.web.pages import deed_key, page

OWN = permissions.OWN


@page(OWN, door="tenant")
@require_safe
def start(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """Where the clock stands, what was granted, what the institution reported and what the park answered."""
    return render(
        request, "desk/start.html", settling.start_page(own_start_for(request.standing, pk, park), request, park, "tenant")
    )


class ReportForm(Form):
    staffed_on = Day(label="人员进驻日期", required=False)
    opened_on = Day(label="开展业务日期", required=False, help_text="已有的填写，还没有的可以以后再报告。")
    says = forms.CharField(
        label="情况说明", widget=forms.Textarea, max_length=500, help_text="例如“8人已到岗，已为两家企业开展招聘”。"
    )
    proof = File(label="证明材料", help_text="办公场所照片、社保缴纳证明、首份服务合同等，可合并成一个文件。")


@page(OWN, door="tenant")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The institution reports that staff moved in or business began, with its proof: both are kept, or neither."""
    found = own_start_for(request.standing, pk, park)
    here = reverse("tenant-start", kwargs={"park": park.slug, "pk": pk})

    def act(form: Form) -> StartReport:
        given = dict(form.cleaned_data)
        with transaction.atomic():
            proof = {"file": given.pop("proof"), "field": "proof", "label": "开业证明材料"}
            made = report_start(actor=request.user, at=request.at, key=deed_key(request), start=found, **given)
            attach(actor=request.user, at=request.at, key=f"{deed_key(request)}:proof", to=found, park=park, **proof)
        return made

    return handle(
        request, ReportForm, title="报告开业情况", submit="提交报告", done="已提交，园区核实后会登记。", act=act, then=lambda _: here, back=here,
        lead=f"最后一日 {found.last_day:%Y-%m-%d}", initial={"staffed_on": found.staffed_on, "opened_on": found.opened_on},
    )  # fmt: skip
