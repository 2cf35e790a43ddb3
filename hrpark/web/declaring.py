"""What desk and tenant show alike of yearly figures: the years, a year's form with its warnings, one figure with its history.

A figure may be typed as a lower bound: “≥1000000”, “超过1000000”. What is unlikely is said once, above the form, and goes
through when it is handed in again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from hrpark.accounts.models import Park
from hrpark.evaluation.kinds import INDICATORS
from hrpark.files.actions import attach
from hrpark.files.queries import attachments_by_subject, attachments_of, may_write
from hrpark.institutions.models import Institution
from hrpark.returns.actions import declare_figures
from hrpark.returns.models import Declaration, DeclaredFigure
from hrpark.returns.queries import (
    declarations_for,
    figure_for,
    form_for,
    history_of,
    latest_declaration,
    open_figures,
    park_form,
    regional_figure_for,
    regional_figures,
    warnings_for,
)
from hrpark.returns.rules import REGIONAL, Asked, Given, read_number
from hrpark.toolbox.errors import NotFound, Refused
from hrpark.trail.queries import timeline

from . import jinja
from .forms import File, Form, Group, handle
from .pages import deed_key
from .subjects import page_of

page_of("declared_figure", desk="desk-declared-figure", authority="authority-declared-figure", tenant="tenant-declared-figure")

page_of("regional_figure", desk="desk-regional-figure", authority="authority-regional-figure")

#: Words before a number that say “at least”; the longest first.
AT_LEAST = ("不少于", "不低于", "大于等于", "超过", "大于", "至少", "≥", "＞", ">=", ">", "逾")
KINDS = ("pdf", "jpg", "jpeg", "png", "xlsx", "docx")
FIRST_YEAR = 2000
SHOWN_YEARS = 4


@dataclass(frozen=True)
class Entered:
    value: Decimal
    bound: str


class FigureField(forms.CharField):
    """A number as it is typed, or a lower bound; ``unit`` stands behind the box."""

    def __init__(self, *, unit: str, **kwargs: Any):
        self.unit = unit
        super().__init__(required=False, max_length=40, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def to_python(self, value: Any) -> Entered | None:  # type: ignore[override]
        text = super().to_python(value)
        words = next((w for w in AT_LEAST if text.startswith(w)), "")
        try:
            number = read_number(text.removeprefix(words))
        except ValueError:
            raise forms.ValidationError(f"“{self.label}”应为数字，例如 1200 或 1200.50；只知道下限的写“≥1200”。") from None
        if number is None:
            if words:
                raise forms.ValidationError(f"请在“{words}”后面写上数字。")
            return None
        return Entered(number, "at_least" if words else "exact")

    def run_validators(self, value: Any) -> None:
        """The length of what was typed is all that is checked of it as text."""


def typed(figure: DeclaredFigure | None) -> str:
    """A figure as somebody would type it again."""
    if figure is None or figure.value is None:
        return ""
    return ("≥" if figure.bound == "at_least" else "") + plain(figure.value)


def plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(value: Decimal | None, bound: str = "exact") -> str:
    """A figure as it is read: — for none, a lower bound as one."""
    return jinja.DASH if value is None else ("不少于 " if bound == "at_least" else "") + jinja.number(value)


class FiguresForm(Form):
    """A year's figures. Its number fields are made by ``form_of_year``; what they hold is in ``given()``."""

    asked: tuple[Asked, ...] = ()
    current: dict[str, DeclaredFigure] = {}
    warn: Callable[[dict[str, Decimal | None]], list] = staticmethod(lambda values: [])

    note = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea, help_text="口径变化、更正原因等。"
    )
    evidence = File(
        label="佐证材料", required=False, kinds=KINDS, help_text="审计报告、完税证明、台账等；更多材料可在提交后逐项补充。"
    )
    confirmed = forms.BooleanField(label="上面提示的数据已经核对，按此提交", required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.warnings: list = []
        self._tick = self.fields.pop("confirmed")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        exact = {key: e.value if e and e.bound == "exact" else None for key, e in self.entered().items()}
        self.warnings = [] if self.errors else self.warn(exact)
        if self.warnings:
            self.fields["confirmed"] = self._tick
            if not self.data.get("confirmed"):
                self.add_error(None, [forms.ValidationError(w.says) for w in self.warnings])
                self.add_error("confirmed", "请核对上面的提示：有误请改正；无误请勾选后再次提交。")
        return cleaned

    def entered(self) -> dict[str, Entered | None]:
        return {a.key: self.cleaned_data.get(a.key) for a in self.asked}

    def given(self) -> list[Given]:
        """The form as the verb takes it; the note of a figure that came with a table stays."""
        return [
            Given(key, e and e.value, e.bound if e else "exact", self.current[key].note if key in self.current else "")
            for key, e in self.entered().items()
        ]

    def seen_id(self) -> int | None:
        text = self.cleaned_data.get("seen", "")
        return int(text) if text.isdecimal() else None


def form_of_year(request: HttpRequest, park: Park, year: int, institution: Institution | None) -> type[FiguresForm]:
    """The form of one period: a field a measure with last year's value under it, in the groups of Table 1."""
    asked = form_for(institution)
    before = open_figures(park, year - 1, institution=institution)
    groups: dict[str, list[str]] = {}
    made: dict[str, Any] = {}
    for one in asked:
        last = before.get(one.key)
        words = [f"上年 {shown(last.value, last.bound)} {one.unit}" if last else "上年未申报"]
        if institution is None and counted_by_us(one):
            words.append("系统按记录计算并优先采用，可不填")
        made[one.key] = FigureField(label=one.label, unit=one.unit, help_text="；".join(words) + "。")
        groups.setdefault(one.group or "其他", []).append(one.key)
    made["groups"] = (
        *(Group(name, tuple(keys)) for name, keys in groups.items()),
        Group(
            "说明与佐证",
            ("note", "evidence", "confirmed"),
            "只知道下限的，在数字前写“≥”，如 ≥1000000；不掌握的留空，不要填 0。",
        ),
    )
    made["asked"], made["current"] = asked, open_figures(park, year, institution=institution)
    made["warn"] = staticmethod(lambda values: warnings_for(park, year, values, request.today, institution=institution))
    return type("FiguresOfYear", (FiguresForm,), made)


def counted_by_us(asked: Asked) -> bool:
    """Whether records of the house stand before a declared value."""
    indicator = INDICATORS.find(asked.row)
    return indicator is not None and indicator.is_complete(asked.key)


def check_year(request: HttpRequest, year: int) -> int:
    if not FIRST_YEAR <= year <= request.today.year:
        raise NotFound("没有这一年度：只能查看和填报2000年以来、不晚于今年的数据。")
    return year


def year_form_page(
    request: HttpRequest, park: Park, year: int, institution: Institution | None, *, back: str, then: str
) -> HttpResponse:
    """Fill a year in, or restate it; a figure that says the same stays as it is."""
    check_year(request, year)
    make = form_of_year(request, park, year, institution)
    last = latest_declaration(park, year, institution=institution)
    key = f"{park.pk}:{institution.pk if institution else 0}:{year}"

    def act(form: FiguresForm) -> Declaration:
        made = declare_figures(
            actor=request.user, at=request.at, key=deed_key(request), park=park, year=year, figures=form.given(),
            institution=institution, note=form.cleaned_data["note"], seen=form.seen_id(),
        )  # fmt: skip
        _keep_evidence(request, made, form.cleaned_data["evidence"])
        return made

    whose = institution.name if institution else park.name
    return handle(
        request, make, title=f"{whose} {year}年数据填报", submit="提交申报", act=act, then=lambda _: then, back=back,
        done="已申报。主管部门核定之前，评价中标为“申报”。", draft=f"returns:{key}", template="evaluation/declare.html",
        initial={**{k: typed(f) for k, f in make.current.items()}, "seen": str(last.pk) if last else ""}, last=last,
    )  # fmt: skip


def _keep_evidence(request: HttpRequest, declaration: Declaration, file: Any) -> None:
    if not file:
        return
    try:
        attach(
            actor=request.user, at=request.at, key=deed_key(request), to=declaration, file=file, park=declaration.park, label="申报佐证材料"
        )  # fmt: skip
    except Refused as error:
        messages.warning(request, f"数据已申报，但佐证材料没有保存：{error.message}")


# ---------------------------------------------------------------- a year, a figure


@dataclass(frozen=True)
class YearLine:
    """One year of an overview: how many figures stand, how many of them are verified, who handed in last."""

    year: int
    declared: int
    verified: int
    last: Declaration | None


def years_of(request: HttpRequest, park: Park, institution: Institution | None) -> list[YearLine]:
    """The last few years, and every earlier one that has something."""
    rows = declarations_for(request.standing).filter(park=park, institution=institution, quarter=0)
    latest: dict[int, Declaration] = {}
    for row in rows.order_by("version"):
        latest[row.year] = row
    today = request.today.year
    years = sorted({*latest, *range(today, today - SHOWN_YEARS, -1)}, reverse=True)
    found = []
    for year in years:
        figures = [f for f in open_figures(park, year, institution=institution).values() if f.value is not None]
        found.append(YearLine(year, len(figures), sum(f.verified_at is not None for f in figures), latest.get(year)))
    return found


def year_context(request: HttpRequest, park: Park, year: int, institution: Institution | None) -> dict[str, Any]:
    """A year's figures as they stand, with what was verified and the evidence."""
    check_year(request, year)
    figures = open_figures(park, year, institution=institution)
    before = open_figures(park, year - 1, institution=institution)
    rows = [(a, figures.get(a.key), before.get(a.key)) for a in form_for(institution)]
    forms_in = list(
        declarations_for(request.standing).filter(park=park, institution=institution, year=year, quarter=0).order_by("-version")
    )
    files = attachments_by_subject("declaration", [f.pk for f in forms_in])
    own = attachments_by_subject("declared_figure", [f.pk for f in figures.values()])
    return {
        "title": f"{year}年数据", "park": park, "year": year, "institution": institution, "rows": rows, "shown": shown,
        "forms_in": [(f, files.get(str(f.pk), [])) for f in forms_in], "own_files": own, "counted_by_us": counted_by_us,
    }  # fmt: skip


def figure_record_page(request: HttpRequest, park: Park, pk: int, door: str) -> HttpResponse:
    """One declared figure: what was said when, what it restated, what the authority made of it, the evidence."""
    figure = figure_for(request.standing, park, pk)
    asked = {a.key: a for a in park_form()}.get(figure.measure)
    history = history_of(figure)
    context = {
        "title": figure.label, "park": park, "door": door, "figure": figure, "asked": asked,
        "history": history, "newest": history[0], "shown": shown, "files": attachments_of("declared_figure", figure.pk),
        "form_files": attachments_of("declaration", figure.declaration_id),
        "may_add": may_write(request.standing, "declared_figure", figure.pk, request.today),
        "lines": timeline("declared_figure", figure.pk), "today": request.today, "at": {"park": park.slug, "pk": figure.pk},
    }  # fmt: skip
    return render(request, "evaluation/declared_figure.html", context)


def regional_record_page(request: HttpRequest, park: Park, pk: int, door: str) -> HttpResponse:
    """One figure of a region with its document: what T1.06 divides by."""
    figure = regional_figure_for(request.standing, park, pk)
    same = regional_figures(park).filter(region_code=figure.region_code, year=figure.year, measure=figure.measure)
    context = {
        "title": REGIONAL[figure.measure][0], "park": park, "door": door, "figure": figure, "shown": shown, "history": same.order_by("-pk"),
        "lines": timeline("regional_figure", figure.pk),
    }  # fmt: skip
    return render(request, "evaluation/regional_figure.html", context)


class EvidenceForm(Form):
    label = forms.CharField(label="材料名称", max_length=80, help_text="例如“2025年审计报告”。")
    file = File(label="文件", kinds=KINDS)


def evidence_page(request: HttpRequest, park: Park, pk: int, door: str) -> HttpResponse:
    """Add a file to one figure."""
    figure = figure_for(request.standing, park, pk)
    if not may_write(request.standing, "declared_figure", figure.pk, request.today):
        raise Refused("只有申报方可以为现行的数据补充佐证材料。")
    back = reverse(f"{door}-declared-figure", kwargs={"park": park.slug, "pk": figure.pk})
    return handle(
        request, EvidenceForm, title="补充佐证材料", submit="上传材料", done="材料已上传。",
        act=lambda form: attach(
            actor=request.user, at=request.at, key=deed_key(request), to=figure, park=park, **form.cleaned_data
        ),
        then=lambda _: back, back=back,
    )  # fmt: skip
