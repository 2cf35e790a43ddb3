"""What desk and institution show of duties (4.3.1.2): the verdicts of a day, a check, a correction."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest

from hrpark.admission import actions
from hrpark.admission.checklist import POINTS
from hrpark.admission.models import Correction, DutyCheck
from hrpark.admission.queries import duties_of
from hrpark.files.queries import attachments_of
from hrpark.institutions.models import Institution
from hrpark.toolbox.errors import NotFound
from hrpark.trail.queries import timeline

from . import clock
from .subjects import address

CHECK_STATES = {"planned": ("waiting", "待检查"), "late": ("late", "逾期未检查"), "done": ("done", "已检查")}
CORRECTION_STATES = {
    "open": ("waiting", "整改中"), "told": ("soon", "待验收"), "late": ("late", "逾期未验收"), "closed": ("done", "已验收"),
}  # fmt: skip


def check_state(done_on: date | None, due_on: date) -> str:
    return "done" if done_on else "late" if due_on < clock.today() else "planned"


def correction_state(closed_on: date | None, due_on: date, answered_at: Any) -> str:
    if closed_on:
        return "closed"
    return "late" if due_on < clock.today() else "told" if answered_at else "open"


def check_context(request: HttpRequest, found: DutyCheck, door: str) -> dict[str, Any]:
    park = found.park
    return {
        "title": str(found), "park": park, "check": found, "today": request.today, "status": CHECK_STATES[check_state(found.done_on, found.due_on)],
        "points": [(point, found.points.get(point.key, "")) for point in POINTS.values()], "results": actions.RESULTS, "door": door,
        "corrections": [(row, CORRECTION_STATES[correction_state(row.closed_on, row.due_on, row.answered_at)],
                         address("correction", row.pk, park=park.slug, door=door)) for row in found.corrections.order_by("pk")],
        "lines": timeline("duty_check", found.pk), "handles": False,
        "dossier": address("institution", found.institution_id, park=park.slug, door=door),
    }  # fmt: skip


def correction_context(request: HttpRequest, found: Correction, door: str) -> dict[str, Any]:
    park = found.park
    return {
        "title": f"整改：{found.institution.name}", "park": park, "correction": found, "today": request.today, "door": door,
        "status": CORRECTION_STATES[correction_state(found.closed_on, found.due_on, found.answered_at)],
        "files": attachments_of("correction", found.pk), "lines": timeline("correction", found.pk), "handles": False,
        "check_page": address("duty_check", found.check_of_id, park=park.slug, door=door),
    }  # fmt: skip


def duties_context(request: HttpRequest, institution: Institution, door: str) -> dict[str, Any]:
    """Its verdicts a letter, as of today or of the day asked for, and what they rest on."""
    asked = request.GET.get("on", "")
    try:
        on = min(date.fromisoformat(asked), request.today) if asked else request.today
    except ValueError:
        raise NotFound("日期应写成 2026-03-31 的样子。") from None
    park = institution.park
    return {
        "title": f"{institution.name}履责情况", "park": park, "institution": institution, "on": on, "today": request.today, "door": door,
        "duties": [(line, [(e.says, address(e.type, e.id, park=park.slug, door=door) if e.id else None) for e in line.verdict.evidence])
                   for line in duties_of(institution, on)],
        "checks": [(row, CHECK_STATES[check_state(row.done_on, row.due_on)], address("duty_check", row.pk, park=park.slug, door=door))
                   for row in institution.duty_checks.order_by("-due_on", "-pk")[:20]],
        "penalties": institution.penalties.order_by("-decided_on")[:20], "handles": False,
        "dossier": address("institution", institution.pk, park=park.slug, door=door),
    }  # fmt: skip
