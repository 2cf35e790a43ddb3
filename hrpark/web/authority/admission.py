"""Applications as the competent authority reads them: which ones, how they stand, on which verdicts (4.3.1). Nothing to do here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hrpark.accounts.models import Park
from hrpark.admission import permissions
from hrpark.admission.queries import handed_in_for
from hrpark.web import applications, requests
from hrpark.web.applications import Applications
from hrpark.web.jinja import url
from hrpark.web.lists import View, register, require_list
from hrpark.web.pages import page
from hrpark.web.shell import place

READ = permissions.READ


class FiledList(Applications):
    """Every application that the park has received."""

    key, door, view, record = "authority-admissions", "authority", "authority-admissions", "authority-admission"
    views = (
        View("在办", "state=submitted&state=correcting&state=checked"), View("准予入驻", "outcome=admitted&outcome=conditional"),
        View("不予入驻", "outcome=refused"), View("已逾期", "late=1"),
    )  # fmt: skip
    order = ("-case__received_at",)
    empty_text = "机构提交申请后，办理情况会显示在这里。"


FILED = register(FiledList())
place("authority", "filings", "入驻申请", "authority-admissions", READ, order=10)


@page(READ, door="authority")
@require_list
def admissions(request: HttpRequest, park: Park) -> HttpResponse:
    return FILED.respond(request, park)


@page(READ, door="authority")
@require_safe
def admission(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """The record, read only: verdict a letter with its evidence, the decision and its basis, the agreement."""
    application = handed_in_for(request.standing, pk, park)
    context = {
        "title": application.institution.name, "park": park, "tab": request.GET.get("tab", ""), "here": request.path, "today": request.today,
        "w": requests.whole(application.case, request.standing, request.at, mine=False, internal=False, masked=True),
        "crumb": ("入驻申请", url("authority-admissions", park=park.slug)),
        **applications.officers_panels(application, request.today, "authority"),
    }  # fmt: skip
    return render(request, "authority/admission.html", context)
