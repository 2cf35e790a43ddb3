"""操作记录: who did what to which record and when, with the state of the chain that seals it."""

from __future__ import annotations

from django.db.models import Value
from django.http import HttpRequest, HttpResponse
from markupsafe import Markup

from hrpark.accounts import permissions
from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing, everybody_of
from hrpark.cases.queries import kept_from
from hrpark.trail.kinds import SUBJECTS, VERBS
from hrpark.trail.queries import chain_of, entries_of, named, said
from hrpark.web.lists import Choice, Column, Days, List, register, require_list
from hrpark.web.pages import page
from hrpark.web.shell import place
from hrpark.web.subjects import address

#: Records whose names are not for everybody who reads the trail: a file's name tells what a draft is about.
NAMELESS = frozenset({"attachment"})


def _what(verb: str) -> str:
    """The verb in words; the name of one that the house no longer has says nothing to a reader."""
    known = VERBS.find(verb)
    return known.sentence if known else "已不再使用的操作"


def _subject(of: str, pk: str, slug: str, name: str = "") -> str | Markup:
    """What it was done to: its kind and name, as a link where this door has a page for it."""
    known = SUBJECTS.find(of)
    label = known.label if known else "记录"
    says = Markup("{}：{}").format(label, name) if name else f"{label} {pk}"
    href = address(of, pk, park=slug, door="desk")
    return Markup('<a href="{}">{}</a>').format(href, says) if href else says


def _people(standing: Standing, park: Park | None) -> dict[str, str]:
    return {f"person:{pk}": name for pk, name in everybody_of(park).items()} if park else {}


class TrailList(List):
    key, title, noun = "trail", "操作记录", "条"
    door, view, permission = "desk", "desk-trail", permissions.TRAIL_READ
    columns = (
        Column("what", "事项", path="verb", show=_what),
        Column("who", "操作人", path="actor_name"),
        Column("subject", "对象", path=("subject_type", "subject_id", "slug"), show=_subject),
        Column("at", "时间", kind="moment"),
        Column("id", "编号", kind="number", shown=False),
    )
    filters = (
        Choice("who", "操作人", path="actor", choices=_people),
        Choice("what", "事项", path="verb", choices=lambda standing, park: {v.name: v.sentence for v in VERBS}),
        Days("at", "时间", moment=True),
    )
    search, search_hint = ("actor_name__icontains",), "搜索操作人"
    empty_title = "还没有操作记录"
    empty_text = "园区里的每一项操作都会记在这里，不能修改或删除。"
    empty_icon = "history"

    def rows(self, standing, park):
        if not standing.may(self.permission, park.pk):
            return entries_of(park.pk).none()
        rows = entries_of(park.pk).annotate(slug=Value(park.slug))
        hidden: dict[str, list[str]] = {}
        for of, pk in kept_from(standing, park):
            hidden.setdefault(of, []).append(pk)
        for of, ids in hidden.items():
            rows = rows.exclude(subject_type=of, subject_id__in=ids)
        return rows

    def _body(self, rows, columns, places, standing, park, pick):
        """Rows with the names of what they are about, read for the whole page at once."""
        at = next((i for i, c in enumerate(columns) if c.key == "subject"), None)
        if at is not None and rows:
            of, pk, *_ = places[at]
            names = named((row[of], row[pk]) for row in rows if row[of] not in NAMELESS)
            details = said(row[0] for row in rows)
            rows = [(*row, "；".join(filter(None, (names.get((row[of], row[pk])), details.get(row[0]))))) for row in rows]
            places = [[*where, len(rows[0]) - 1] if i == at else where for i, where in enumerate(places)]
        return super()._body(rows, columns, places, standing, park, pick)


TRAIL = register(TrailList())
place("desk", "settings", "操作记录", "desk-trail", permissions.TRAIL_READ, order=90)


@require_list
@page(permissions.TRAIL_READ, door="desk")
def trail(request: HttpRequest, park: Park) -> HttpResponse:
    return TRAIL.respond(request, park, template="desk/trail.html", chain=chain_of(park.pk))
