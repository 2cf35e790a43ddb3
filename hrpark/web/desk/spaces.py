"""Buildings, floors, units and rooms of the park, and who is in them (4.2.1: zoned by what they are for)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts.models import Park
from hrpark.institutions import permissions as institutions
from hrpark.institutions.models import Residency
from hrpark.institutions.queries import who_stayed, with_resident
from hrpark.parks import permissions
from hrpark.parks.actions import add_space, edit_space
from hrpark.parks.models import OccupancyKind, Space, SpaceKind, ZoneKind
from hrpark.parks.queries import occupancies_in, space_for, spaces_in, taken, with_holder, zones_of
from hrpark.parks.rules import may_lie_in
from hrpark.trail.queries import timeline
from hrpark.web import clock
from hrpark.web.filters import Choice, YesNo
from hrpark.web.forms import Day, Form, Group, Number, handle
from hrpark.web.lists import Column, List, Main, View, register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place
from hrpark.web.subjects import address, page_of

READ, EDIT = permissions.READ, permissions.EDIT
FORM_METHODS = ["GET", "HEAD", "POST"]
STATES = {
    "free": ("waiting", "空闲"), "part": ("waiting", "部分占用"), "retired": ("off", "停用"),
    **{key: ("done", str(word)) for key, word in OccupancyKind.choices},
}  # fmt: skip


def _state(kind: str | None, partly: bool, retired: Any) -> str:
    if retired is not None and retired <= clock.today():
        return "retired"
    return kind or ("part" if partly else "free")


class Free(YesNo):
    """Whether a space is free at this moment."""

    def narrow(self, rows, value, park):
        held = taken(clock.now())
        return rows.exclude(held) if value == "1" else rows.filter(held)


class SpaceList(List):
    """Every space of the park, with who holds it now."""

    key, title, noun = "spaces", "空间", "处"
    door, view, permission, record = "desk", "desk-spaces", READ, "desk-space"
    columns = (
        Column("code", "编号", sort=True),
        Column("state", "状态", ("held_kind", "held_partly", "retired_on"), kind="state", show=_state, states=STATES),
        Column("kind", "类别", labels=dict(SpaceKind.choices), sort=True),
        Column("name", "名称", sort=True),
        Column("parent", "位于", "parent__name", sort=True),
        Column("zone", "功能区", labels=dict(ZoneKind.choices), sort=True),
        Column("holder", "在驻机构", "resident_name", sort=True, permission=institutions.READ),
        Column("area", "建筑面积", kind="number", unit="㎡", decimals=2, sort=True),
        Column("since", "占用自", "held_since", kind="date", shown=False),
    )  # fmt: skip
    filters = (
        Choice("kind", "类别", choices=SpaceKind),
        Choice("zone", "功能区", choices=ZoneKind),
        Free("free", "占用", yes="空闲", no="占用中"),
        YesNo("retired", "停用", yes="已停用", no="在用", where=Q(retired_on__isnull=False)),
    )
    views = (View("空闲单元", "kind=unit&free=1&retired=0"), View("占用中", "free=0"), View("停用", "retired=1"))
    search = ("code__icontains", "name__icontains")
    search_hint = "搜索编号、名称"
    order = ("code",)
    main = Main("登记空间", "desk-space-new", EDIT)
    empty_title, empty_icon = "还没有登记空间", "building"
    empty_text = "从楼栋、楼层到单元逐级登记；有了单元，机构入驻时才能落到位置，同一单元不会给出去两次。"

    def rows(self, standing, park):
        return with_resident(with_holder(spaces_in(standing, park), clock.now()), clock.today())


SPACES = register(SpaceList())
place("desk", "park", "空间", "desk-spaces", READ, order=20)
page_of("space", desk="desk-space")


@page(READ, door="desk")
@require_list
def spaces(request: HttpRequest, park: Park) -> HttpResponse:
    return SPACES.respond(request, park, template="desk/spaces.html", zones=zones_of(park, request.today))


def space_form(park: Park, space: Space | None = None) -> Callable[..., Form]:
    """The form of a new space, or of one whose kind is given."""

    class SpaceForm(Form):
        groups = (Group("空间", ("kind", "code", "name", "parent")), Group("用途", ("zone", "area", "retired_on")))
        kind = forms.ChoiceField(label="类别", choices=SpaceKind.choices, initial=SpaceKind.UNIT)
        code = forms.CharField(label="编号", max_length=30, help_text="本园区内唯一，例如“A座301”；导入名册时按它找到单元。")
        name = forms.CharField(label="名称", max_length=60, required=False, help_text="不填与编号相同。")
        parent = forms.ChoiceField(label="位于", required=False, help_text="单元位于楼层或楼栋，楼层位于楼栋。")
        zone = forms.ChoiceField(label="功能区", choices=[("", "未分区"), *ZoneKind.choices], required=False)
        area = Number(
            label="建筑面积", unit="㎡", required=False, min_value=0, max_digits=10, decimal_places=2,
            widget=forms.TextInput(attrs={"class": "w-12"}),
        )  # fmt: skip
        retired_on = Day(label="停用日期", required=False, help_text="自这一天起不再使用；仍在用的不填。")

        def clean_parent(self) -> Space | None:
            chosen = self.cleaned_data["parent"]
            return park.spaces.get(pk=chosen) if chosen else None

    def make(**kwargs: Any) -> Form:
        form = SpaceForm(**kwargs)
        larger = park.spaces.filter(kind__in=[SpaceKind.BUILDING, SpaceKind.FLOOR, SpaceKind.UNIT]).order_by("code")
        if space is not None:
            del form.fields["kind"]
            larger = [one for one in larger if may_lie_in(space.kind, one.kind)]
        else:
            del form.fields["retired_on"]
        form.fields["parent"].choices = [
            ("", "不在其他空间之内"),
            *((str(s.pk), f"{s.code}（{s.get_kind_display()}）") for s in larger),
        ]
        return form

    return make


def _list(park: Park) -> str:
    return reverse("desk-spaces", kwargs={"park": park.slug})


@page(EDIT, door="desk")
@require_http_methods(FORM_METHODS)
def space_new(request: HttpRequest, park: Park) -> HttpResponse:
    return handle(
        request, space_form(park), title="登记空间", submit="登记空间", done="空间已登记。", back=_list(park), draft=f"space.new:{park.pk}",
        act=lambda form: add_space(actor=request.user, at=request.at, key=deed_key(request), park=park, **form.cleaned_data),
        then=lambda made: reverse("desk-space", kwargs={"park": park.slug, "pk": made.pk}),
    )  # fmt: skip


@page(READ, door="desk")
@require_safe
def space(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """One space: where it lies, who is, was and will be in it."""
    found = space_for(request.standing, park, pk)
    rows = list(occupancies_in(found))
    who = who_stayed(park, [row.subject_id for row in rows if row.subject_type == Residency.subject_type])
    held = []
    for row in rows:
        of, name = who.get(row.subject_id, (None, "")) if row.subject_type == Residency.subject_type else (None, "")
        held.append((row, name, address("institution", of, park=park.slug, door="desk") if of else None))
    context = {
        "title": found.name, "park": park, "space": found, "held": held, "at": request.at, "today": request.today,
        "parts": list(found.parts.order_by("code")), "lines": timeline("space", found.pk),
        "may_edit": request.standing.may(EDIT, park.pk),
    }  # fmt: skip
    return render(request, "desk/spaces_record.html", context)


@page(EDIT, door="desk")
@require_http_methods(FORM_METHODS)
def space_edit(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = space_for(request.standing, park, pk)
    back = reverse("desk-space", kwargs={"park": park.slug, "pk": pk})
    names = ("code", "name", "zone", "area", "retired_on")
    return handle(
        request, space_form(park, found), title="修改空间", submit="保存修改", done="已保存。", lead=found.name, back=back, then=lambda _: back,
        initial={name: getattr(found, name) for name in names} | {"parent": found.parent_id},
        act=lambda form: edit_space(actor=request.user, at=request.at, key=deed_key(request), space=found, **_changes(form)),
    )  # fmt: skip


def _changes(form: Form) -> dict[str, Any]:
    given = dict(form.cleaned_data)
    given["name"] = given["name"] or given["code"]
    return given
