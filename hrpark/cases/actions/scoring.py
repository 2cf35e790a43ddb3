"""Scoring a case by several reviewers: criteria from data, a conflict of interest declared before anything is scored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from hrpark.accounts.models import Park, Person
from hrpark.accounts.queries import require, standing_of
from hrpark.notices.actions import notify
from hrpark.toolbox.errors import Conflict, NotAllowed, Refused
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions, rules
from ..kinds import KINDS, REVIEWS
from ..models import Case, ScoreForm, ScoreSheet, Scoring
from ..queries import may_know, score_form_in_force, state_of
from .moving import about, check_desk, locked, write_step


@verb("cases.score_form.publish", "发布了评分表的新版本")
def publish_score_form(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, park: Park, kind: str, title: str, criteria: list[Mapping],
    least: int, since: date, pass_mark: Decimal | None = None,
) -> ScoreForm:  # fmt: skip
    """The park's next version of the criteria for a kind. Scorings that run keep theirs."""
    on = rules.day_of(at)
    require(actor, permissions.ITEMS_EDIT, park.pk, on)
    wrong = rules.wrong_criteria(criteria, pass_mark)
    if wrong:
        raise Refused(wrong, field="criteria")
    if not title.strip():
        raise Refused("请填写评分表名称。", field="title")
    if least < 1:
        raise Refused("至少要有1名评审人员。", field="least")
    if since < on:
        raise Refused("启用日期不能早于今天。", field="since")
    Park.objects.select_for_update().get(pk=park.pk)  # two directors at once: one version after the other
    last = ScoreForm.objects.filter(park=park, kind=kind).order_by("-version").values_list("version", flat=True).first() or 0
    form = ScoreForm.objects.create(
        park=park, kind=KINDS.get(kind).key, version=last + 1, title=title.strip(), criteria=list(criteria), pass_mark=pass_mark,
        least=least, since=since,
    )  # fmt: skip
    deed.record(form, park=park.pk, kind=kind, version=form.version)
    return form


@verb("cases.scoring.open", "组织了评审")
def open_scoring(
    deed: Deed, *, actor: Person, at: datetime, key: str, case: Case, reviewers: Iterable[Person], due_on: date
) -> Scoring:  # fmt: skip
    """Several reviewers are asked to score a case by the criteria in force; each gets a sheet of their own."""
    case = locked(case.pk)
    on = rules.day_of(at)
    check_desk(actor, case, on)
    form = score_form_in_force(case.kind, case.park, on)
    chosen = {person.pk: person for person in reviewers}
    if case.received_at is None or case.completed_at is not None:
        raise Refused(f"本件目前是“{state_of(case).label}”，不能组织评审。")
    if form is None:
        raise Refused("还没有启用的评分表，请负责人先发布评分表。")
    if case.scorings.filter(closed_at=None).exists():
        raise Conflict("本件的评审正在进行，请先结束本次评审。")
    if due_on < on:
        raise Refused("截止日不能早于今天。", field="due_on")
    if len(chosen) < form.least:
        raise Refused(f"评分表要求至少{form.least}名评审人员，请补选。", field="reviewers")
    for person in chosen.values():
        theirs = standing_of(person, on)
        if not (theirs.may(permissions.REVIEW, case.park_id) and may_know(theirs, case)) or person.pk == case.applicant_id:
            raise Refused(f"{person.name}不能评审本件，请另选一人。", field="reviewers")
    scoring = Scoring.objects.create(case=case, form=form, opened_by=actor, opened_at=at, due_on=due_on)
    ScoreSheet.objects.bulk_create(ScoreSheet(scoring=scoring, reviewer=person) for person in chosen.values())
    write_step(
        case, "score", "组织了评审", case.state, actor, at, internal=True, note="、".join(p.name for p in chosen.values())
    )
    for person in chosen.values():
        notify(to=person, kind=REVIEWS, until=rules.end_of(due_on), **{**about(case, at), "subject": scoring})
    deed.record(scoring, park=case.park_id, case=case.pk, reviewers=sorted(chosen))
    return scoring


@verb("cases.scoring.sheet", "提交了评审")
def hand_in_sheet(
    deed: Deed, *, actor: Person, at: datetime, key: str, scoring: Scoring, conflict: bool, conflict_says: str = "",
    scores: Mapping[str, Decimal] | None = None, comment: str = "",
) -> Scoring:  # fmt: skip
    """One reviewer's sheet, once: a declared conflict (and then no scores), or a score for every criterion."""
    scoring = Scoring.objects.select_for_update(of=("self",)).select_related("case", "form").get(pk=scoring.pk)
    sheet = scoring.sheets.filter(reviewer=actor).first()
    if sheet is None:
        raise NotAllowed("您不是本次评审的评审人员。")
    if scoring.closed_at is not None:
        raise Conflict("本次评审已经结束，不能再提交。")
    if sheet.handed_in_at is not None:
        raise Conflict("您的评审已经提交，不能更改。")
    if conflict:
        if not conflict_says.strip():
            raise Refused("请说明与申请人的利害关系。", field="conflict_says")
        sheet.conflict_says = conflict_says.strip()
    else:
        wrong = rules.wrong_scores(scoring.form.criteria, scores or {})
        if wrong:
            raise Refused(wrong[1], field=wrong[0])
        sheet.scores = {key: str(value) for key, value in (scores or {}).items()}
        sheet.total = sum((scores or {}).values(), Decimal(0))
    sheet.conflict, sheet.comment, sheet.handed_in_at = conflict, comment.strip(), at
    sheet.save()
    write_step(
        scoring.case,
        "sheet",
        "声明了利益冲突，回避评审" if conflict else "提交了评审",
        scoring.case.state,
        actor,
        at,
        internal=True,
    )
    deed.record(scoring, park=scoring.case.park_id, conflict=conflict)
    return scoring


@verb("cases.scoring.close", "结束了评审")
def close_scoring(deed: Deed, *, actor: Person | System, at: datetime, key: str, scoring: Scoring) -> Scoring:
    """The result is the mean of the sheets without conflict; too few of them are no result, and no scoring can be closed on them."""
    locked(scoring.case_id)
    scoring = Scoring.objects.select_for_update(of=("self",)).select_related("case", "form").get(pk=scoring.pk)
    check_desk(actor, scoring.case, rules.day_of(at))
    if scoring.closed_at is not None:
        raise Conflict("本次评审已经结束。")
    totals = list(scoring.sheets.filter(handed_in_at__isnull=False, conflict=False).values_list("total", flat=True))
    if len(totals) < scoring.form.least:
        raise Refused(f"有效评审只有{len(totals)}份，评分表要求至少{scoring.form.least}份；请催促提交，或取消后另行组织。")
    scoring.result, scoring.counted, scoring.closed_at = rules.mean(totals), len(totals), at
    scoring.save(update_fields=["result", "counted", "closed_at"])
    write_step(
        scoring.case, "scored", "评审结束", scoring.case.state, actor, at, note=f"平均 {scoring.result} 分", internal=True
    )
    deed.record(scoring, park=scoring.case.park_id, result=scoring.result, counted=scoring.counted)
    return scoring


@verb("cases.scoring.cancel", "取消了评审")
def cancel_scoring(deed: Deed, *, actor: Person | System, at: datetime, key: str, scoring: Scoring, note: str) -> Scoring:
    """Closed without a result, so that another one can be called. Sheets that came in stay on record."""
    case = locked(scoring.case_id)
    scoring = Scoring.objects.select_for_update(of=("self",)).get(pk=scoring.pk)
    check_desk(actor, case, rules.day_of(at))
    if scoring.closed_at is not None:
        raise Conflict("本次评审已经结束。")
    if not note.strip():
        raise Refused("请写明取消的原因。", field="note")
    scoring.closed_at = at
    scoring.save(update_fields=["closed_at"])
    write_step(case, "unscored", "取消了评审", case.state, actor, at, note=note, internal=True)
    deed.record(scoring, park=case.park_id)
    return scoring
