"""Reading declared and regional figures; who may attach evidence to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.files.kinds import attachable, gate
from hrpark.institutions.models import Institution
from hrpark.parks.models import ParkProfile
from hrpark.standard.queries import current_edition, parameter
from hrpark.standard.rules import Edition
from hrpark.toolbox.errors import NotFound

from . import permissions
from .models import Declaration, DeclaredFigure, RegionalFigure
from .rules import OF_INSTITUTIONS, OWN, Asked, Limits, Values, Warning, warnings


def park_form(edition: Edition | None = None) -> tuple[Asked, ...]:
    """Every measure a park can declare, in the order of Table 1, then our own."""
    rows = (edition or current_edition()).rows
    table = tuple(Asked(f"{r.key}.{m.key}", m.label, m.unit, m.kind, r.key, r.level1) for r in rows for m in r.measures)
    return table + OWN


def institution_form(edition: Edition | None = None) -> tuple[Asked, ...]:
    """What an institution declares of itself."""
    known = {a.key: a for a in park_form(edition)}
    return tuple(known[key] for key in OF_INSTITUTIONS if key in known)


def form_for(institution: Institution | None, edition: Edition | None = None) -> tuple[Asked, ...]:
    return park_form(edition) if institution is None else institution_form(edition)


# --- figures -----------------------------------------------------------------------------------------------------------


def open_figures(
    park: Park, year: int, *, institution: Institution | None = None, quarter: int = 0
) -> dict[str, DeclaredFigure]:
    """Measure → the figure that stands, of the park itself or of one institution. The caller has passed a gate."""
    rows = DeclaredFigure.objects.open().filter(park=park, institution=institution, year=year, quarter=quarter)
    return {row.measure: row for row in rows}


def open_figures_of_years(park: Park, years: Iterable[int]) -> dict[tuple[int, str], DeclaredFigure]:
    """(year, measure) → the park's own figure that stands, for several whole years in one query."""
    rows = DeclaredFigure.objects.open().filter(park=park, institution__isnull=True, year__in=list(years), quarter=0)
    return {(row.year, row.measure): row for row in rows}


def institution_figures(park: Park, years: Iterable[int], measures: Iterable[str]) -> QuerySet[DeclaredFigure]:
    """The institutions' own figures of whole years that stand and say something, for sums."""
    return (
        DeclaredFigure.objects.open()
        .filter(park=park, institution__isnull=False, year__in=list(years), quarter=0, measure__in=list(measures))
        .filter(value__isnull=False)
        .order_by("institution_id", "measure")
    )


def figures_for(standing: Standing) -> QuerySet[DeclaredFigure]:
    """All figures that a person may see, superseded ones too."""
    reach = standing.scope(permissions.READ, organisation="institution__organisation_id")
    return DeclaredFigure.objects.filter(reach).select_related("institution", "declaration")


def unverified_figures(standing: Standing, park: Park) -> QuerySet[DeclaredFigure]:
    """The park's own figures that stand, say something, and that nobody has verified; the newest year first."""
    rows = figures_for(standing).filter(park=park, institution__isnull=True, superseded_at__isnull=True)
    return rows.filter(verified_at__isnull=True, value__isnull=False).order_by("-year", "quarter", "measure", "pk")


def figure_for(standing: Standing, park: Park, pk: object) -> DeclaredFigure:
    """The gate to one figure."""
    found = figures_for(standing).filter(park=park, pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def history_of(figure: DeclaredFigure) -> list[DeclaredFigure]:
    """All rows of the same measure and period, newest first: the figure and what it restated, or what restated it."""
    return list(
        DeclaredFigure.objects.filter(
            park_id=figure.park_id, institution_id=figure.institution_id, year=figure.year, quarter=figure.quarter,
            measure=figure.measure,
        ).select_related("declaration").order_by("-pk")
    )  # fmt: skip


def declarations_for(standing: Standing) -> QuerySet[Declaration]:
    reach = standing.scope(permissions.READ, organisation="institution__organisation_id")
    return Declaration.objects.filter(reach).select_related("institution")


def declaration_for(standing: Standing, park: Park, pk: object) -> Declaration:
    found = declarations_for(standing).filter(park=park, pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def latest_declaration(
    park: Park, year: int, *, institution: Institution | None = None, quarter: int = 0
) -> Declaration | None:
    """The last form of a period; its id tells a form whether somebody was faster."""
    rows = Declaration.objects.filter(park=park, institution=institution, year=year, quarter=quarter)
    return rows.order_by("-version").first()


# --- warnings ----------------------------------------------------------------------------------------------------------


def limits(on: date, park_id: int) -> Limits:
    """The lines beyond which a figure warns, as they hold on a day in a park."""

    def held(name: str) -> Decimal:
        return Decimal(parameter(f"returns.{name}", on, park_id))

    return Limits(
        held("tax_to_revenue_min_percent"), held("tax_to_revenue_max_percent"), held("revenue_per_staff_max"),
        held("growth_max_percent"),
    )  # fmt: skip


def exact_values(figures: Iterable[DeclaredFigure]) -> dict[str, Decimal | None]:
    """Measure → value, lower bounds left out."""
    return {f.measure: f.value if f.bound == "exact" else None for f in figures}


def warnings_for(park: Park, year: int, now: Values, on: date, *, institution: Institution | None = None) -> list[Warning]:
    """What is unlikely in values about to be declared, against the year before and against one another."""
    before = exact_values(open_figures(park, year - 1, institution=institution).values())
    return warnings(now, before, limits(on, park.pk), {a.key: a for a in form_for(institution)})


# --- regions -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Region:
    """A region that a park lies in, by GB/T 2260: the district itself, its city, its province."""

    code: str
    label: str


def regions_of(park: Park) -> tuple[Region, ...]:
    """The regions a park lies in, the narrowest first; none while its profile has no code."""
    profile = ParkProfile.objects.filter(park=park).first()
    if profile is None or not profile.region_code:
        return ()
    code = profile.region_code
    wanted = [(code, profile.region or code)]
    for wider, label in ((code[:4] + "00", "所在地市"), (code[:2] + "0000", "所在省份")):
        if wider not in [c for c, _ in wanted]:
            wanted.append((wider, label))
    return tuple(Region(c, label) for c, label in wanted)


def regional_figure(park: Park, year: int, measure: str) -> RegionalFigure | None:
    """The figure of the narrowest region around the park that has one."""
    codes = [r.code for r in regions_of(park)]
    found = {f.region_code: f for f in RegionalFigure.objects.open().filter(region_code__in=codes, year=year, measure=measure)}
    return next((found[code] for code in codes if code in found), None)


def regional_figures(park: Park) -> QuerySet[RegionalFigure]:
    """Every figure, superseded ones too, of the regions that a park lies in. Not secret: each comes from a document."""
    return RegionalFigure.objects.filter(region_code__in=[r.code for r in regions_of(park)]).order_by(
        "-year", "region_code", "-pk"
    )


def regional_figure_for(standing: Standing, park: Park, pk: object) -> RegionalFigure:
    """The gate to a regional figure: operator and authority of a park in that region."""
    found = regional_figures(park).filter(pk=pk).first() if standing.may(permissions.READ, park.pk) else None
    if found is None:
        raise NotFound()
    return found


# --- evidence ----------------------------------------------------------------------------------------------------------


def _figure(subject_id: str) -> DeclaredFigure | None:
    if not subject_id.isdecimal():
        return None
    return DeclaredFigure.objects.select_related("institution").filter(pk=subject_id).first()


def _organisation(figure: DeclaredFigure) -> int | None:
    return figure.institution.organisation_id if figure.institution else None


def _may_read_evidence(standing: Standing, subject_id: str, on: date) -> bool:
    figure = _figure(subject_id)
    return figure is not None and standing.reach(permissions.READ, figure.park_id, _organisation(figure))


def _may_add_evidence(standing: Standing, subject_id: str, on: date) -> bool:
    """Who declared adds the evidence: the operator to the park's figures, an institution to its own."""
    figure = _figure(subject_id)
    if figure is None or figure.superseded_at is not None:
        return False
    if figure.institution is None:
        return standing.may(permissions.DECLARE, figure.park_id)
    return _organisation(figure) in standing.own(permissions.DECLARE_OWN, figure.park_id)


gate(attachable("declared_figure"), read=_may_read_evidence, write=_may_add_evidence)


def _may_read_declaration(standing: Standing, subject_id: str, on: date) -> bool:
    return subject_id.isdecimal() and declarations_for(standing).filter(pk=subject_id).exists()


def _may_add_to_declaration(standing: Standing, subject_id: str, on: date) -> bool:
    """The evidence of a whole form (an audit report): by who may hand such a form in."""
    found = Declaration.objects.select_related("institution").filter(pk=subject_id).first() if subject_id.isdecimal() else None
    if found is None:
        return False
    if found.institution is None:
        return standing.may(permissions.DECLARE, found.park_id)
    return found.institution.organisation_id in standing.own(permissions.DECLARE_OWN, found.park_id)


gate(attachable("declaration"), read=_may_read_declaration, write=_may_add_to_declaration)
