"""The register of institutions at the operator's desk: list, dossier, forms, coming in, moving, leaving (clause 4.3.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Park
from hrpark.admission.actions import WORKED_ON
from hrpark.admission.permissions import DECIDE, HANDLE
from hrpark.admission.queries import handed_in, may_be_ended, would_change
from hrpark.institutions import actions, permissions
from hrpark.institutions.models import Institution, Residency
from hrpark.institutions.queries import institution_for, part_of
from hrpark.parks.models import Space
from hrpark.parks.queries import free_units, midnight
from hrpark.standard.kinds import cites
from hrpark.web import dossier
from hrpark.web.forms import Day, Form, handle
from hrpark.web.jinja import url
from hrpark.web.lists import Main, register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.registers import Institutions
from hrpark.web.shell import place
from hrpark.web.subjects import address

READ, EDIT, RESIDE = permissions.READ, permissions.EDIT, permissions.RESIDE
FORM_METHODS = ["GET", "HEAD", "POST"]


# ---------------------------------------------------------------- the list


class InstitutionList(Institutions):
    """Every dossier of the park."""

    key = "institutions"
    door, view, record = "desk", "desk-institutions", "desk-institution"
    main = Main("登记机构", "desk-institution-new", EDIT)
    empty_text = "可以从现有的 Excel 台账导入，也可以逐家登记。导入前会先预览，不会直接改动数据。"


INSTITUTIONS = register(InstitutionList())
place("desk", "residents", "机构名录", "desk-institutions", READ, order=10)


@page(READ, door="desk")
@require_list
def institutions(request: HttpRequest, park: Park) -> HttpResponse:
    return INSTITUTIONS.respond(
        request, park, template="desk/institutions.html", may_import=request.standing.may(permissions.IMPORT, park.pk)
    )


# ---------------------------------------------------------------- one dossier


def _door(request: HttpRequest, park: Park, pk: int) -> tuple[Institution, dossier.Door]:
    institution = institution_for(request.standing, park, pk)
    return institution, dossier.door_of(request, institution, "desk")


@page(READ, door="desk")
@require_safe
def institution(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found, door = _door(request, park, pk)
    open_case = handed_in(request.standing, park).filter(institution=found, case__closed_at=None).first()
    application = address("application", open_case.pk, park=park.slug, door="desk") if open_case else None
    judged = open_case is not None and open_case.case.state in WORKED_ON and request.standing.may(HANDLE, park.pk)
    ends = request.standing.may(DECIDE, park.pk) and may_be_ended(found, request.today)
    more = {
        "application": application, "would": would_change(open_case, request.at) if judged else (),
        "judge": url("desk-admission-judge", park=park.slug, pk=open_case.pk) if judged else "",
        "ends": url("desk-exit-begin", park=park.slug, pk=pk) if ends else "",
    }  # fmt: skip
    return render(request, "desk/institutions_record.html", dossier.record(request, found, door) | more)


@page(EDIT, door="desk")
@require_http_methods(FORM_METHODS)
def institution_new(request: HttpRequest, park: Park) -> HttpResponse:
    """A dossier by hand; a code whose check digit fails asks for a reason before it is kept."""
    return handle(
        request, dossier.InstitutionForm, title="登记机构", submit="登记机构", draft=f"institution.new:{park.pk}", done="机构已登记。",
        act=lambda form: actions.add_institution(actor=request.user, at=request.at, key=deed_key(request), park=park, **form.values()),
        then=lambda made: reverse("desk-institution", kwargs={"park": park.slug, "pk": made.pk}),
        back=reverse("desk-institutions", kwargs={"park": park.slug}),
    )  # fmt: skip


@page(EDIT, door="desk")
@require_http_methods(FORM_METHODS)
def institution_edit(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found, door = _door(request, park, pk)
    return handle(
        request, dossier.InstitutionForm, title="修改机构信息", submit="保存修改", done="已保存。", lead=found.name,
        initial=dossier.InstitutionForm.of(found),
        act=lambda form: actions.edit_institution(
            actor=request.user, at=request.at, key=deed_key(request), institution=found, seen=form.seen_at, **form.values()
        ),
        then=lambda _: door.url(), back=door.url(),
    )  # fmt: skip


# ---------------------------------------------------------------- its rows and files


@page(EDIT, door="desk")
@require_http_methods(FORM_METHODS)
def part_new(request: HttpRequest, park: Park, pk: int, noun: str) -> HttpResponse:
    return dossier.part_new(request, *_door(request, park, pk), noun)


@page(EDIT, door="desk")
@require_http_methods(FORM_METHODS)
def part(request: HttpRequest, park: Park, pk: int, noun: str, row: int) -> HttpResponse:
    return dossier.part(request, *_door(request, park, pk), noun, row)


@page(EDIT, door="desk")
@require_http_methods(FORM_METHODS)
def deed(request: HttpRequest, park: Park, pk: int, noun: str, row: int, deed: str) -> HttpResponse:
    return dossier.deed(request, *_door(request, park, pk), noun, row, deed)


@page(EDIT, door="desk")
@require_http_methods(FORM_METHODS)
def segments(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return dossier.segments(request, *_door(request, park, pk))


@page(EDIT, door="desk")
@require_http_methods(FORM_METHODS)
def upload(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return dossier.upload(request, *_door(request, park, pk))


@page(EDIT, door="desk")
@require_http_methods(FORM_METHODS)
def file_remove(request: HttpRequest, park: Park, pk: int, file: int) -> HttpResponse:
    return dossier.take_away(request, *_door(request, park, pk), file)


# ---------------------------------------------------------------- coming in, moving, leaving


def _units(park: Park, day: date) -> list[tuple[str, str]]:
    """Units that are free from that day on, without end."""
    return [(str(u.pk), _called(u)) for u in free_units(park, midnight(day), None)]


def _called(unit: Space) -> str:
    area = f"，{unit.area:g} ㎡" if unit.area else ""
    return f"{unit.code}{f' {unit.name}' if unit.name != unit.code else ''}{area}"


class UnitField(forms.ChoiceField):
    """A unit of the park, by what is free; cleaned to the space itself."""

    def __init__(self, **kwargs: Any):
        super().__init__(choices=(), **kwargs)
        self.park: Park | None = None

    def offer(self, park: Park, day: date) -> None:
        self.park, self.choices = park, [("", "请选择" if self.required else "未定，或不占用登记的单元"), *_units(park, day)]

    def clean(self, value: Any) -> Space | None:
        chosen = super().clean(value)
        return self.park.spaces.get(pk=chosen) if chosen else None


class BeginForm(Form):
    starts = Day(label="入驻日期")
    unit = UnitField(label="单元", required=False, help_text="列出的是今天起空着的单元。")
    unit_note = forms.CharField(
        label="位置说明", max_length=60, required=False, help_text="没有对应单元时填写，例如“三楼集中办公区 12 号工位”。"
    )
    agreed_on = Day(label="入驻协议签订日期", required=False)
    ends = Day(label="退出日期", required=False, help_text="补录已经退出的机构时填写：自这一天起不再在驻。")


class MoveForm(Form):
    unit = UnitField(label="新单元", help_text="列出的是今天起空着的单元。")
    on = Day(label="调换日期", help_text="自这一天起使用新单元，原单元同时空出。")


class EndForm(Form):
    on = Day(label="退出日期", help_text="自这一天起不再在驻，单元同时空出。")
    reason = forms.CharField(label="退出原因", max_length=120, help_text="例如“协议到期”“迁往外地”。")


class StayForm(Form):
    agreed_on = Day(label="入驻协议签订日期", required=False)
    unit_note = forms.CharField(label="位置说明", max_length=60, required=False)


def _offering(form: type[Form], park: Park, day: date) -> Callable[..., Form]:
    def make(**kwargs: Any) -> Form:
        made = form(**kwargs)
        made.fields["unit"].offer(park, day)
        return made

    return make


@cites("4.3.1", label="入驻登记：日期、单元、协议")
@page(RESIDE, door="desk")
@require_http_methods(FORM_METHODS)
def residency_begin(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found, door = _door(request, park, pk)
    return handle(
        request, _offering(BeginForm, park, request.today), title="登记入驻", submit="登记入驻", done="入驻已登记。", lead=found.name,
        act=lambda form: actions.begin_residency(
            actor=request.user, at=request.at, key=deed_key(request), institution=found, **form.cleaned_data
        ),
        initial={"starts": request.today}, then=lambda _: door.tab("residency"), back=door.tab("residency"),
    )  # fmt: skip


def _stay(request: HttpRequest, park: Park, pk: int, row: int) -> tuple[Institution, dossier.Door, Residency]:
    found, door = _door(request, park, pk)
    return found, door, part_of(found, Residency, row)


@page(RESIDE, door="desk")
@require_http_methods(FORM_METHODS)
def residency_end(request: HttpRequest, park: Park, pk: int, row: int) -> HttpResponse:
    found, door, stay = _stay(request, park, pk, row)
    return handle(
        request, EndForm, title="登记退出", submit="登记退出", done="退出已登记，单元自退出日起空出。", lead=found.name, danger=True,
        act=lambda form: actions.end_residency(
            actor=request.user, at=request.at, key=deed_key(request), residency=stay, **form.cleaned_data
        ),
        initial={"on": request.today}, then=lambda _: door.tab("residency"), back=door.tab("residency"),
    )  # fmt: skip


@page(RESIDE, door="desk")
@require_http_methods(FORM_METHODS)
def residency_move(request: HttpRequest, park: Park, pk: int, row: int) -> HttpResponse:
    found, door, stay = _stay(request, park, pk, row)
    return handle(
        request, _offering(MoveForm, park, request.today), title="调换单元", submit="调换单元", done="单元已调换。", lead=found.name,
        act=lambda form: actions.move(actor=request.user, at=request.at, key=deed_key(request), residency=stay, **form.cleaned_data),
        initial={"on": request.today}, then=lambda _: door.tab("residency"), back=door.tab("residency"),
    )  # fmt: skip


@page(RESIDE, door="desk")
@require_http_methods(FORM_METHODS)
def residency_edit(request: HttpRequest, park: Park, pk: int, row: int) -> HttpResponse:
    found, door, stay = _stay(request, park, pk, row)
    return handle(
        request, StayForm, title="修改入驻信息", submit="保存修改", done="已保存。", lead=found.name,
        act=lambda form: actions.edit_residency(
            actor=request.user, at=request.at, key=deed_key(request), residency=stay, **form.cleaned_data
        ),
        initial={"agreed_on": stay.agreed_on, "unit_note": stay.unit_note}, then=lambda _: door.tab("residency"),
        back=door.tab("residency"),
    )  # fmt: skip
