"""Declaring a form of figures, verifying a figure, entering a figure of the region."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from hrpark.accounts.models import Park, Person
from hrpark.accounts.queries import require
from hrpark.institutions.models import Institution
from hrpark.notices.actions import notify
from hrpark.standard.actions import use_edition
from hrpark.standard.kinds import cites
from hrpark.standard.queries import current_edition
from hrpark.toolbox.errors import Conflict, NotFound, Refused
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from . import permissions
from .kinds import NOT_AS_DECLARED
from .models import Bound, Declaration, DeclaredFigure, RegionalFigure, Source
from .queries import form_for, latest_declaration, open_figures, regions_of
from .rules import REGIONAL, Given, wrong_value

FASTER = "这一期的数据刚刚已由他人提交。请刷新页面，核对后再提交；您填写的内容已保留。"


@cites("T1.05", "T1.07", label="年度数据申报")
@verb("returns.declare", "申报了数据")
def declare_figures(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, park: Park, year: int, figures: Sequence[Given],
    institution: Institution | None = None, quarter: int = 0, source: str = Source.FORM, note: str = "",
    seen: int | None | bool = False,
) -> Declaration:  # fmt: skip
    """Hand in a whole form. A figure that says the same as before stays; another one supersedes what stood.

    ``seen``: the id of the declaration that the form was drawn from (None: there was none yet). When another one came in
    between, Conflict. Left out (an import has its own preview), whoever comes later restates.
    """
    on = timezone.localtime(at).date()
    if institution is None:
        require(actor, permissions.DECLARE, park.pk, on)
    else:
        if institution.park_id != park.pk:
            raise NotFound()
        require(actor, permissions.DECLARE_OWN, park.pk, on, institution.organisation_id)
    _check_period(year, quarter, on)
    edition = current_edition()
    asked = {a.key: a for a in form_for(institution, edition)}
    _check_figures(figures, asked)
    Park.objects.select_for_update().get(pk=park.pk)
    last = latest_declaration(park, year, institution=institution, quarter=quarter)
    if seen is not False and seen != (last.pk if last else None):
        raise Conflict(FASTER)
    standing = open_figures(park, year, institution=institution, quarter=quarter)
    changed = [g for g in figures if _says_another(g, standing.get(g.measure))]
    if not changed:
        if last is None:
            raise Refused("表中还没有任何数据。不掌握的项目可以留空，但至少填写一项再提交。")
        raise Refused("与已申报的数据完全相同，没有需要提交的变化。")
    use_edition(edition.key, at=at)
    try:
        with transaction.atomic():
            declaration = Declaration.objects.create(
                park=park, institution=institution, year=year, quarter=quarter, version=last.version + 1 if last else 1,
                source=source, note=note.strip()[:500], declared_by=actor.actor_key, declared_by_name=actor.actor_name[:80],
                declared_at=at,
            )  # fmt: skip
            for given in changed:
                _declare(declaration, given, standing.get(given.measure), asked[given.measure].unit, edition.key, deed)
    except IntegrityError:
        raise Conflict(FASTER) from None
    deed.record(
        declaration, park=park.pk, year=year, quarter=quarter, institution=institution, source=source,
        figures={g.measure: [g.value, g.bound] for g in changed},
    )  # fmt: skip
    return declaration


def _declare(
    declaration: Declaration, given: Given, old: DeclaredFigure | None, unit: str, edition: str, deed: Deed
) -> DeclaredFigure:
    if old is not None:
        old.superseded_at = declaration.declared_at
        old.save(update_fields=["superseded_at"])
    new = DeclaredFigure.objects.create(
        park_id=declaration.park_id, institution_id=declaration.institution_id, declaration=declaration, year=declaration.year,
        quarter=declaration.quarter, edition=edition, measure=given.measure, value=given.value, bound=given.bound, unit=unit,
        note=given.note.strip()[:300], supersedes=old,
    )  # fmt: skip
    deed.also(new, park=declaration.park_id, value=given.value, bound=given.bound, was=old.value if old else None)
    return new


def _says_another(given: Given, old: DeclaredFigure | None) -> bool:
    """Whether a value is worth a row: a first empty one is not, an unchanged one neither."""
    if old is None:
        return given.value is not None
    return (given.value, given.bound, given.note.strip()) != (old.value, old.bound, old.note)


def _check_period(year: int, quarter: int, on: date) -> None:
    if not 2000 <= year <= on.year:
        raise Refused(f"年度应在2000年至{on.year}年之间，不能申报尚未到来的年度。", field="year")
    if not 0 <= quarter <= 4:
        raise Refused("季度应为1至4；全年数据请选择“全年”。", field="quarter")
    if quarter and (year, quarter) > (on.year, (on.month + 2) // 3):
        raise Refused("不能申报尚未到来的季度。", field="quarter")


def _check_figures(figures: Sequence[Given], asked: dict) -> None:
    seen: set[str] = set()
    for given in figures:
        if given.measure not in asked or given.measure in seen:
            raise Refused("表中有无法识别或重复的指标，请重新打开填报页面后再提交。", field=given.measure)
        seen.add(given.measure)
        if given.bound not in Bound.values:
            raise Refused("口径只能选择“准确值”或“不少于”。", field=given.measure)
        wrong = wrong_value(asked[given.measure], given.value)
        if wrong:
            raise Refused(wrong, field=given.measure)


@verb("returns.verify", "核定了数据")
def verify_figure(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, figure: DeclaredFigure, value: Decimal | None,
    bound: str = Bound.EXACT, reason: str = "",
) -> DeclaredFigure:  # fmt: skip
    """The authority accepts a figure, sets another value, or accepts none; anything but the declared value with its reason."""
    require(actor, permissions.VERIFY, figure.park_id, timezone.localtime(at).date())
    figure = (
        DeclaredFigure.objects.select_for_update(of=("self",))
        .select_related("institution", "declaration", "park")
        .get(pk=figure.pk)
    )
    if figure.superseded_at is not None:
        raise Conflict("这一数据已被更正，请打开最新的申报再核定。")
    if bound not in Bound.values:
        raise Refused("口径只能选择“准确值”或“不少于”。", field="bound")
    asked = {a.key: a for a in form_for(figure.institution)}.get(figure.measure)
    wrong = wrong_value(asked, value) if asked else None
    if wrong:
        raise Refused(wrong, field="value")
    reason = reason.strip()[:300]
    if (value, bound) != (figure.value, figure.bound) and not reason:
        raise Refused("核定值与申报值不同，请写明理由，例如“与完税证明合计不符”。", field="reason")
    before = (figure.verified_value, figure.verified_bound, figure.verified_reason)
    if figure.verified_at is not None and before == (value, bound, reason):
        raise Conflict(
            f"{figure.verified_by_name}已于{timezone.localtime(figure.verified_at):%Y-%m-%d %H:%M}作过同样的核定，无需再次提交。"
        )
    figure.verified_value, figure.verified_bound, figure.verified_reason = value, bound, reason
    figure.verified_by, figure.verified_by_name, figure.verified_at = actor.actor_key, actor.actor_name[:80], at
    figure.save(
        update_fields=["verified_value", "verified_bound", "verified_reason", "verified_by", "verified_by_name", "verified_at"]
    )
    if (value, bound) != (figure.value, figure.bound):
        _tell(figure, asked.label if asked else figure.measure, at)
    deed.record(figure, park=figure.park_id, declared=figure.value, verified=value, bound=bound, reason=reason)
    return figure


def _tell(figure: DeclaredFigure, label: str, at: datetime) -> None:
    """Who declared a figure learns that it was not verified as declared."""
    kind, _, pk = figure.declaration.declared_by.partition(":")
    person = Person.objects.filter(pk=pk).first() if kind == "person" else None
    if person is not None:
        result = "不予认定" if figure.verified_value is None else f"核定为 {figure.verified_value.normalize():f} {figure.unit}"
        notify(
            to=person, kind=NOT_AS_DECLARED, at=at, subject=figure, park=figure.park, figure=f"{figure.period}{label}",
            result=result, reason=figure.verified_reason,
        )  # fmt: skip


@cites("T1.06", "4.1.4", label="区域数据录入")
@verb("returns.region", "录入了区域数据")
def enter_regional_figure(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, park: Park, region_code: str, region: str, year: int,
    measure: str, value: Decimal, document: str, document_on: date | None = None,
) -> RegionalFigure:  # fmt: skip
    """The authority of a park enters a figure of a region that the park lies in, with its document; a new one supersedes."""
    on = timezone.localtime(at).date()
    require(actor, permissions.REGION, park.pk, on)
    if region_code not in [r.code for r in regions_of(park)]:
        raise Refused("只能录入本园区所在区、市、省的数据。请先在园区档案中填写行政区划代码。", field="region_code")
    if measure not in REGIONAL:
        raise Refused("没有这一区域指标，请从列表中选择。", field="measure")
    if not 2000 <= year <= on.year:
        raise Refused(f"年度应在2000年至{on.year}年之间。", field="year")
    if value is None or value < 0 or value >= Decimal(10) ** 16:
        raise Refused("请填写不小于0的数值，并核对单位（万元）。", field="value")
    if not document.strip():
        raise Refused("请写明数据来源文件，例如“2025年黄埔区人力资源服务业统计公报”。", field="document")
    if not region.strip():
        raise Refused("请填写行政区名称。", field="region")
    if document_on is not None and document_on > on:
        raise Refused("文件日期不能晚于今天。", field="document_on")
    try:
        with transaction.atomic():
            open_rows = RegionalFigure.objects.open().select_for_update()
            old = open_rows.filter(region_code=region_code, year=year, measure=measure).first()
            if old is not None:
                old.superseded_at = at
                old.save(update_fields=["superseded_at"])
            figure = RegionalFigure.objects.create(
                region=region.strip()[:60], region_code=region_code, year=year, measure=measure, value=value,
                unit=REGIONAL[measure][1], document=document.strip()[:200], document_on=document_on,
                entered_by=actor.actor_key, entered_by_name=actor.actor_name[:80], entered_at=at, supersedes=old,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("这一区域数据刚刚已由他人录入。请刷新页面后核对。") from None
    deed.record(figure, park=park.pk, region=region_code, year=year, measure=measure, value=value, document=figure.document)
    return figure
