"""Verifying declared figures one by one or many as declared, and the figures of the region (T1.06, 4.1.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts.models import Park
from hrpark.returns import permissions
from hrpark.returns.actions import enter_regional_figure, verify_figure
from hrpark.returns.models import Bound, DeclaredFigure
from hrpark.returns.queries import figure_for, figures_for, park_form, regional_figures, regions_of
from hrpark.returns.rules import REGIONAL
from hrpark.toolbox.errors import Conflict, Refused
from hrpark.web import declaring
from hrpark.web.forms import Day, Form, Group, Number, Whole, handle
from hrpark.web.lists import Bulk, Choice, Column, List, View, YesNo, register, require_list
from hrpark.web.pages import back_to, deed_key, page
from hrpark.web.shell import place

DOOR = "authority"
LABELS = {a.key: f"{a.row} {a.label}".strip() for a in park_form()}
VERIFIED = {
    "open": ("waiting", "待核定"),
    "accepted": ("done", "按申报值"),
    "other": ("soon", "另行核定"),
    "rejected": ("late", "不予认定"),
}


def _state(verified_at: Any, value: Decimal | None, verified: Decimal | None, bound: str, verified_bound: str) -> str:
    if verified_at is None:
        return "open"
    if verified is None:
        return "rejected"
    return "accepted" if (value, bound) == (verified, verified_bound) else "other"


class FigureList(List):
    """Every declared figure that stands, of the park and of its institutions."""

    key, title, noun = "authority-figures", "申报数据", "项"
    door, view, permission, record = DOOR, "authority-figures", permissions.READ, "authority-declared-figure"
    columns = (
        Column("measure", "指标", labels=LABELS, sort=True),
        Column(
            "state", "核定", ("verified_at", "value", "verified_value", "bound", "verified_bound"), kind="state", states=VERIFIED,
            show=_state, sort="verified_at",
        ),
        Column("year", "年度", kind="code", sort=True),
        Column("value", "申报值", ("value", "bound"), show=declaring.shown, sort="value"),
        Column("unit", "单位", kind="code"),
        Column("verified_value", "核定值", ("verified_value", "verified_bound"), show=declaring.shown),
        Column("whose", "申报单位", "institution__name", show=lambda name: name or "园区"),
        Column("by", "申报人", "declaration__declared_by_name", shown=False),
        Column("at", "申报时间", "declaration__declared_at", kind="moment", sort=True),
    )  # fmt: skip
    filters = (
        YesNo("open", "核定", yes="待核定", no="已核定", where=Q(verified_at__isnull=True)),
        Choice("measure", "指标", choices=LABELS),
        YesNo("park", "申报单位", yes="园区", no="机构", where=Q(institution__isnull=True)),
    )
    views = (View("园区待核定", "open=1&park=1"), View("机构待核定", "open=1&park=0"))
    search = ("institution__name__icontains", "measure__icontains")
    search_hint = "搜索机构、指标编码"
    order = ("-year", F("institution__name").asc(nulls_first=True), "measure", "pk")
    bulk = (Bulk("按申报值核定", "authority-figures-verify", permissions.VERIFY),)
    empty_title, empty_icon = "还没有申报数据", "clipboard-check"
    empty_text = "园区和机构申报后，在这里核定。未核定的申报数不能作为评价依据。"

    def rows(self, standing, park):
        return figures_for(standing).filter(park=park, superseded_at__isnull=True, value__isnull=False)


FIGURES = register(FigureList())
place(DOOR, "figures", "申报数据核定", "authority-figures", permissions.READ, order=20)
place(DOOR, "figures", "区域数据", "authority-regional", permissions.REGION, order=30)


@page(permissions.READ, door=DOOR)
@require_list
def figures(request: HttpRequest, park: Park) -> HttpResponse:
    return FIGURES.respond(request, park)


@page(permissions.READ, door=DOOR)
@require_safe
def figure(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return declaring.figure_record_page(request, park, pk, DOOR)


class VerifyForm(Form):
    groups = (Group("核定", ("verdict", "value", "bound", "reason")),)
    verdict = forms.ChoiceField(
        label="意见",
        widget=forms.RadioSelect,
        choices=[("accept", "按申报值核定"), ("other", "另行核定"), ("reject", "不予认定")],
    )
    value = Number(label="核定值", required=False, max_digits=20, decimal_places=4, help_text="只在“另行核定”时填写。")
    bound = forms.ChoiceField(label="核定值的口径", required=False, choices=Bound.choices, initial=Bound.EXACT.value)
    reason = forms.CharField(
        label="理由",
        required=False,
        max_length=300,
        help_text="另行核定或不予认定时必填，例如“与完税证明合计不符”。申报方会看到。",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("verdict") == "other" and given.get("value") is None and "value" not in self.errors:
            self.add_error("value", "请填写核定值。")
        return given


@page(permissions.VERIFY, door=DOOR)
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """One figure: accepted, set otherwise, or not accepted."""
    found = figure_for(request.standing, park, pk)
    back = reverse("authority-declared-figure", kwargs={"park": park.slug, "pk": found.pk})

    def act(form: VerifyForm) -> DeclaredFigure:
        given = form.cleaned_data
        value, bound = {
            "accept": (found.value, found.bound), "other": (given["value"], given["bound"] or Bound.EXACT), "reject": (None, Bound.EXACT),
        }[given["verdict"]]  # fmt: skip
        return verify_figure(
            actor=request.user,
            at=request.at,
            key=deed_key(request),
            figure=found,
            value=value,
            bound=bound,
            reason=given["reason"],
        )

    says = f"{found.institution.name if found.institution else '园区'}申报 {found.period} {LABELS.get(found.measure, found.measure)}："
    return handle(
        request, VerifyForm, title="核定数据", submit="提交核定", done="已核定。", act=act, then=lambda _: back, back=back,
        lead=f"{says}{declaring.shown(found.value, found.bound)} {found.unit}。",
    )  # fmt: skip


@page(permissions.VERIFY, door=DOOR)
@require_POST
def verify_many(request: HttpRequest, park: Park) -> HttpResponse:
    """The picked figures, each as it was declared; what can't be is named and left."""
    key, done, left = deed_key(request), 0, []
    picked = [pk for pk in request.POST.getlist("pick") if pk.isascii() and pk.isdecimal()][:200]
    for found in figures_for(request.standing).filter(park=park, pk__in=picked, verified_at__isnull=True, value__isnull=False):
        try:
            verify_figure(
                actor=request.user, at=request.at, key=f"{key}:{found.pk}", figure=found, value=found.value, bound=found.bound
            )
        except (Refused, Conflict) as error:
            left.append(f"{LABELS.get(found.measure, found.measure)}：{error.message}")
        else:
            done += 1
    if done:
        messages.success(request, f"已按申报值核定 {done} 项。")
    for says in left:
        messages.error(request, says)
    if not done and not left:
        messages.info(request, "没有选中待核定的数据。请勾选后再核定。")
    return HttpResponseRedirect(back_to(request))


# ---------------------------------------------------------------- regions


class RegionalForm(Form):
    region_code = forms.ChoiceField(label="区域", help_text="园区所在的区、市或省。")
    region = forms.CharField(label="行政区名称", max_length=60, help_text="按来源文件的写法，例如“广州市黄埔区”。")
    year = Whole(label="年度", min_value=2000, max_value=2100)
    measure = forms.ChoiceField(label="指标", choices=[(k, f"{label}（{unit}）") for k, (label, unit) in REGIONAL.items()])
    value = Number(label="数值", unit="万元", min_value=0, max_digits=20, decimal_places=4)
    document = forms.CharField(
        label="来源文件", max_length=200, help_text="名称和文号，例如“2025年黄埔区人力资源服务业统计公报”。"
    )
    document_on = Day(label="文件日期", required=False)


@page(permissions.READ, door=DOOR)
@require_safe
def regional(request: HttpRequest, park: Park) -> HttpResponse:
    """The figures of the regions around the park, newest first, with what they superseded."""
    context = {
        "title": "区域数据", "park": park, "figures": regional_figures(park)[:200], "regions": regions_of(park), "labels": REGIONAL,
        "may_enter": request.standing.may(permissions.REGION, park.pk), "shown": declaring.shown,
    }  # fmt: skip
    return render(request, "authority/evaluation_regional.html", context)


@page(permissions.REGION, door=DOOR)
@require_http_methods(["GET", "HEAD", "POST"])
def regional_new(request: HttpRequest, park: Park) -> HttpResponse:
    known = regions_of(park)

    def make(**given: Any) -> RegionalForm:
        form = RegionalForm(**given)
        form.fields["region_code"].choices = [(r.code, f"{r.label}（{r.code}）") for r in known]
        return form

    back = reverse("authority-regional", kwargs={"park": park.slug})
    return handle(
        request, make, title="录入区域数据", submit="录入", done="区域数据已录入，园区占比按此计算。",
        act=lambda form: enter_regional_figure(
            actor=request.user, at=request.at, key=deed_key(request), park=park, **form.cleaned_data
        ),
        then=lambda _: back, back=back,
        initial={"year": request.today.year - 1, "region": known[0].label if known else "", "region_code": known[0].code if known else ""},
        lead="" if known else "园区档案还没有填写行政区划代码，请园区运营方先填写。",
    )  # fmt: skip


@page(permissions.READ, door=DOOR)
@require_safe
def regional_figure(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return declaring.regional_record_page(request, park, pk, DOOR)
