"""Rounds: which schemes they may use, who sees them, who is asked, and what residents said once all answers are in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, QuerySet

from hrpark.accounts.models import Park
from hrpark.accounts.queries import Standing
from hrpark.institutions.models import Institution
from hrpark.standard.queries import parameter
from hrpark.toolbox.errors import NotFound

from .. import permissions
from ..kinds import SEEDS, Seed
from ..models import Answer, Comment, Participation, Round, Scheme, State

# --- schemes -----------------------------------------------------------------------------------------------------------


def authorities_of(park: Park, on: date) -> list[int]:
    """The competent authorities that act in a park on a day."""
    members = park.memberships.filter(organisation__kind="authority", verified_at__isnull=False, since__lte=on)
    return sorted({m.organisation_id for m in members if m.until is None or m.until > on})


def schemes_for(park: Park, on: date) -> list[Scheme | Seed]:
    """The newest version of every scheme that a round of this park may use on a day: its authorities' own, then the seeds."""
    own = Scheme.objects.filter(authority_id__in=authorities_of(park, on), since__lte=on).order_by("key", "-version")
    newest: dict[tuple[bool, str], Scheme | Seed] = {}
    for row in own:
        newest.setdefault((False, row.key), row)
    for seed in sorted(SEEDS, key=lambda s: -s.version):
        if seed.since <= on:
            newest.setdefault((True, seed.key), seed)
    return [newest[key] for key in sorted(newest, key=lambda k: (k[0], k[1] != "hrpark", k[1]))]


def scheme_name(scheme: Scheme | Seed) -> str:
    """What a form sends for a scheme: whose it is, key, version."""
    whose = "house" if isinstance(scheme, Seed) or scheme.authority_id is None else str(scheme.authority_id)
    return f"{whose}:{scheme.key}:{scheme.version}"


def scheme_for(park: Park, on: date, name: str) -> Scheme | Seed:
    """A scheme that a round of this park may use, by ``scheme_name``."""
    found = next((s for s in schemes_for(park, on) if scheme_name(s) == name), None)
    if found is None:
        raise NotFound("没有这一评价方案，或已有新版本。请重新选择。")
    return found


# --- rounds ------------------------------------------------------------------------------------------------------------


def rounds_for(standing: Standing) -> QuerySet[Round]:
    """Rounds that the operator and the authority of a park may see."""
    return Round.objects.filter(standing.scope(permissions.READ)).select_related("park", "scheme")


def round_for(standing: Standing, park: Park, pk: object) -> Round:
    """The gate to one round for operator and authority."""
    found = rounds_for(standing).filter(park=park, pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def respondents(park: Park, on: date) -> QuerySet[Institution]:
    """Who is asked: every institution that is resident on the day, supporting ones too (进驻单位)."""
    return Institution.objects.filter(park=park).resident_on(on)


def own_respondents(standing: Standing, park: Park, on: date) -> QuerySet[Institution]:
    """The resident institutions for which a person may answer."""
    return respondents(park, on).filter(organisation_id__in=standing.own(permissions.ANSWER, park.pk))


@dataclass(frozen=True)
class Asked:
    """A round as one institution sees it: whether it may answer, has answered, or can read the published result."""

    round: Round
    institution: Institution
    answered: bool
    open: bool


def asked_of(standing: Standing, park: Park, on: date) -> list[Asked]:
    """Every round that one of the person's own institutions takes part in, newest first."""
    own = list(own_respondents(standing, park, on))
    shown = Round.objects.filter(park=park).exclude(state__in=[State.PREPARING, State.CANCELLED]).select_related("scheme")
    found = []
    for institution in own:
        took_part = Participation.objects.filter(round=OuterRef("pk"), institution=institution)
        for round in shown.annotate(took_part=Exists(took_part)).order_by("-prepared_at", "-pk"):
            found.append(Asked(round, institution, round.took_part, is_collecting(round, on)))
    return found


def asked_round(standing: Standing, park: Park, pk: object, on: date, institution: str = "") -> Asked:
    """The gate to a round for a resident institution: the one that is named, else the first of the person's institutions
    that has not answered yet."""
    mine = [a for a in asked_of(standing, park, on) if str(a.round.pk) == str(pk)]
    mine = [a for a in mine if str(a.institution.pk) == institution] if institution else mine
    if not mine:
        raise NotFound()
    return next((a for a in mine if not a.answered), mine[0])


def is_collecting(round: Round, on: date) -> bool:
    """Whether residents may answer on a day."""
    still = round.state in (State.OPEN, State.SELF_RATED) and round.collection_closed_at is None
    return still and on <= round.answers_until


def is_closed(round: Round, on: date) -> bool:
    """Whether all answers are in, so that they may be looked at (together) and the authority may assess."""
    if round.state in (State.PREPARING, State.CANCELLED):
        return False
    return not is_collecting(round, on)


def min_answers(round: Round) -> int:
    """From how many answers on a source counts; as it held on the day to which the round's figures refer."""
    return int(parameter("evaluation.min_answers", round.as_of, round.park_id))


def tallies(round: Round, on: date) -> dict[str, dict]:
    """Row → {n, counts: degree → how many}. No counts below the least number; nothing at all while answers come in."""
    if not is_closed(round, on):
        return {}
    least = min_answers(round)
    found: dict[str, dict] = {}
    rows = Answer.objects.filter(round=round).values("row", "score").annotate(n=Count("pk")).order_by("row", "-score")
    for line in rows:
        mine = found.setdefault(line["row"], {"n": 0, "counts": {}})
        mine["n"] += line["n"]
        mine["counts"][str(line["score"])] = line["n"]
    return {row: t if t["n"] >= least else {"n": t["n"], "counts": {}} for row, t in found.items()}


def comments_of(standing: Standing, round: Round, on: date) -> list[str]:
    """What residents wrote, in an order that says nothing: for the authority alone, after closing, from enough sheets."""
    if not standing.may(permissions.ASSESS, round.park_id) or not is_closed(round, on):
        return []
    if round.participations.count() < min_answers(round):
        return []
    return sorted(Comment.objects.filter(round=round).values_list("text", flat=True))


def satisfaction(park: Park, year: int, on: date, round_id: int | None) -> tuple[Round, dict] | None:
    """The tally of T1.13 that T1.13 itself is computed from: of the round that is being reckoned, else of the last finished
    one of the year, else of the last closed one."""
    rounds = Round.objects.filter(park=park, year=year).exclude(state__in=[State.PREPARING, State.CANCELLED])
    if round_id is not None:
        rounds = rounds.filter(pk=round_id)
    for round in sorted(rounds, key=lambda r: (r.finished_at is not None, r.finished_at or r.prepared_at, r.pk), reverse=True):
        tally = tallies(round, on).get("T1.13")
        if tally and tally["counts"]:
            return round, tally
    return None
