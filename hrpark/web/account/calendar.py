"""The holidays of a year: who installs enters the State Council's arrangement once it is published, for every park of the house."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.standard.actions import record_arrangement
from hrpark.standard.queries import known_years
from hrpark.toolbox.errors import HrparkError, Refused
from hrpark.web.forms import Form, Whole
from hrpark.web.pages import deed_key, page

from .login import drawn


class ArrangementForm(Form):
    year = Whole(label="年份", unit="年", min_value=2000, max_value=2999)
    source = forms.CharField(
        label="依据",
        max_length=200,
        help_text="通知的名称和文号，例如“国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）”。",
    )
    text = forms.CharField(
        label="通知正文", max_length=5000, widget=forms.Textarea(attrs={"rows": 9}),
        help_text="粘贴通知中各节日的段落，例如“一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。”系统据此读出放假和调休上班的日期。",
    )  # fmt: skip


@page(door="installation")
@require_safe
def years(request: HttpRequest) -> HttpResponse:
    """The years whose working days are known, and from where."""
    known = known_years()
    ahead = request.today.year + 1
    return drawn(
        request,
        "account/calendar.html",
        title="节假日安排",
        years=known,
        ahead=None if ahead in {y.year for y in known} else ahead,
    )


@page(door="installation")
@require_http_methods(["GET", "HEAD", "POST"])
def year_new(request: HttpRequest) -> HttpResponse:
    form, error = ArrangementForm(request.POST or None, initial={"year": request.today.year + 1}), None
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise Refused("")
            record_arrangement(actor=request.user, at=request.at, key=deed_key(request), **form.cleaned_data)
            return HttpResponseRedirect(reverse("account-calendar"))
        except HrparkError as refused:
            error = refused
            if refused.message:
                form.refuse(refused)
    return drawn(
        request, "account/calendar_new.html", error, form=form, title="登记节假日安排", back=reverse("account-calendar")
    )
