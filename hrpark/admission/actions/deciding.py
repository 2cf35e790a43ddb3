"""Deciding on an application: once, for ever, on a basis that is on record (4.3.1.1, 5.1.3). Beside it the park's own assessments
of agencies (4.3.1.3 f), which a decision may rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from hrpark.accounts.models import Person
from hrpark.accounts.queries import require
from hrpark.cases import actions as cases
from hrpark.cases.queries import Scored, scored_of
from hrpark.cases.rules import day_of
from hrpark.institutions.models import Institution
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import Conflict, Refused
from hrpark.toolbox.text import tidy, tidy_title
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from .. import permissions
from ..models import Application, BasisKind, BasisPaper, Decision, Grounds, Outcome, PotentialKind, PotentialReview, Ruling
from ..queries import basis_papers, first_check_of, has_minutes, needs_minutes, scoring_required, standing_against, verdicts
from .conditions import Wanted, in_words, set_conditions, wanted
from .judging import fresh

MOVES = {Ruling.ADMITTED: "admit", Ruling.CONDITIONAL: "condition", Ruling.REFUSED: "refuse"}

# --- papers of the basis -------------------------------------------------------------------------------------------------


@verb("admission.basis.add", "登记了决定依据文件")
def add_basis_paper(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, kind: str, title: str, dated: date,
    number: str = "",
) -> BasisPaper:  # fmt: skip
    """Minutes, an approval: what a decision rests on. The scan is attached to it (files.attach); only what has one counts."""
    require(actor, permissions.DECIDE, application.park_id, day_of(at))
    case = cases.locked(application.case_id)
    if case.received_at is None or case.state == "withdrawn":
        raise Refused("本件没有提交或已撤回，不需要登记决定依据。")
    if kind not in BasisKind.values:
        raise Refused("请选择文件种类。", field="kind")
    if not tidy_title(title):
        raise Refused("请填写文件名称，例如“2026年第3次办公会纪要”。", field="title")
    if dated > day_of(at):
        raise Refused("文件日期不能晚于今天，请核对。", field="dated")
    paper = BasisPaper.objects.create(
        application=application, kind=kind, title=tidy_title(title), dated=dated, number=tidy(number),
        recorded_by=actor if isinstance(actor, Person) else None, recorded_at=at,
    )  # fmt: skip
    deed.record(paper, park=application.park_id, kind=kind, title=paper.title, dated=dated, number=paper.number)
    deed.also(application, park=application.park_id, paper=paper.pk)
    deed.also(application.institution, park=application.park_id, paper=paper.pk)
    return paper


@verb("admission.basis.withdraw", "撤下了决定依据文件")
def withdraw_basis_paper(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, paper: BasisPaper, reason: str
) -> BasisPaper:  # fmt: skip
    """A paper that was put there by mistake. What a decision has rested on stays."""
    application = paper.application
    require(actor, permissions.DECIDE, application.park_id, day_of(at))
    cases.locked(application.case_id)
    paper = BasisPaper.objects.select_for_update(of=("self",)).select_related("application").get(pk=paper.pk)
    if paper.withdrawn_at is not None:
        raise Conflict("这份文件已经撤下，请刷新页面。")
    decision = Decision.objects.filter(application=application).first()
    if decision is not None and paper.recorded_at <= decision.decided_at:
        raise Refused("决定已经作出，所依据的文件不能再撤下。")
    if not tidy(reason):
        raise Refused("请写明撤下的原因，例如“传错文件”。", field="reason")
    paper.withdrawn_at, paper.withdrawn_reason = at, tidy(reason)
    paper.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    deed.record(paper, park=application.park_id, reason=paper.withdrawn_reason)
    deed.also(application, park=application.park_id, paper=paper.pk, reason=paper.withdrawn_reason)
    return paper


# --- the decision --------------------------------------------------------------------------------------------------------


@verb("admission.decide", "作出了入驻决定")
@cites("4.3.1.1", "5.1.3", label="入驻决定及其依据")
def decide(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, application: Application, outcome: str, basis: str,
    conditions: str | Iterable[Mapping | Wanted] = "", conditions_until: date | None = None, unscored: str = "", seen: int | None = None,
) -> Decision:  # fmt: skip
    """Once, for ever. Nobody is let in while an entry condition fails or is open; 有条件准予 may leave open ones to a day.

    Where the park asks for a scoring, nobody is let in without its result, or below its pass mark, unless ``unscored`` says why;
    where the operator is state-owned, nothing is decided without minutes.
    """
    require(actor, permissions.DECIDE, application.park_id, day_of(at))
    if outcome not in Ruling.values:
        raise Refused("请选择决定：准予入驻、有条件准予入驻或不予入驻。", field="outcome")
    if len(tidy(basis)) < 5:
        raise Refused("请写明决定的依据，例如规则结论、会议纪要或审批意见（至少5个字）。", field="basis")
    case = cases.locked(application.case_id)
    if seen is not None and seen != case.version:
        raise cases.first_was(case)
    application = fresh(application)
    scored, papers = scored_of(case), basis_papers(application)
    if case.state == "submitted":
        raise Refused("本件还没有初审。请先完成初审，写明初审结论，再作出决定。", field="outcome")
    rows: list[Wanted] = []
    if case.state == "checked":
        _check_ruling(application, Ruling(outcome))
        if outcome == Ruling.CONDITIONAL:
            rows = wanted(conditions, conditions_until, application, day_of(at))
        unscored = _check_scoring(application, Ruling(outcome), scored, unscored, day_of(at))
        if needs_minutes(application.park) and not has_minutes(papers):
            raise Refused("运营方为国有，决定前应先登记会议纪要并上传扫描件。请在“决定依据文件”中登记后再决定。", field="basis")
    case = cases.advance(
        case, MOVES[Ruling(outcome)], actor=actor, at=at, note=basis, outcome=outcome, seen=seen,
        told={"conditions": in_words(rows), "until": max(one.until for one in rows).isoformat()} if rows else None,
    )  # fmt: skip
    try:
        with transaction.atomic():
            decision = Decision.objects.create(
                application=application, outcome=outcome, basis=basis.strip(), decided_at=at,
                conditions=in_words(rows), conditions_until=max((one.until for one in rows), default=None),
                decided_by=actor if isinstance(actor, Person) else None,
            )  # fmt: skip
            Grounds.objects.create(
                decision=decision, round=application.round, first_check=first_check_of(application), scored=_frozen(scored),
                unscored=unscored, papers=[_listed(row) for row, files in papers if files],
            )  # fmt: skip
    except IntegrityError:
        raise cases.first_was(case) from None
    for condition in set_conditions(decision, rows):
        deed.also(condition, park=application.park_id, until=condition.until)
    deed.record(decision, park=application.park_id, outcome=outcome, basis=decision.basis, conditions=decision.conditions)
    for one in (application, case, application.institution):
        deed.also(one, park=application.park_id, outcome=outcome)
    return decision


def _check_ruling(application: Application, outcome: Ruling) -> None:
    if outcome == Ruling.REFUSED:
        return
    against = standing_against(verdicts(application))
    failed = [line for line in against if line.stands is Outcome.FAILED]
    blocking = failed if outcome == Ruling.CONDITIONAL else against
    if blocking:
        letters = "；".join(f"{line.clause}{line.stands.label}" for line in blocking)
        todo = "请先核对材料或信用情况；确有理由的，可逐条改判并写明理由" + ("" if failed else "，或作出有条件准予的决定")
        raise Refused(f"基本条件尚未全部满足（{letters}）。{todo}。", field="outcome")
    if outcome == Ruling.ADMITTED and application.institution.uscc is None:
        raise Refused("该机构还在筹建，没有营业执照，只能有条件准予。", field="outcome")


def _check_scoring(application: Application, outcome: Ruling, scored: Scored | None, unscored: str, today: date) -> str:
    """The reason for going without, where it is one. A scoring weighs those who may come in: a refusal needs none, but none is
    left running behind a decision."""
    if application.case.scorings.filter(closed_at=None).exists():
        raise Refused("本件的评审正在进行。请先结束评审，再作出决定。", field="outcome")
    lacks = scored is None and scoring_required(application, today)
    if outcome == Ruling.REFUSED or not (lacks or (scored is not None and scored.below)):
        return ""
    if len(tidy(unscored)) >= 5:
        return unscored.strip()
    if scored is not None:
        raise Refused(
            f"评审平均{scored.mean}分，低于合格线{scored.scoring.form.pass_mark}分。仍要准予的，请写明理由（至少5个字）。",
            field="unscored",
        )
    if scored is None and scoring_required(application, today):
        raise Refused(
            "园区规定入驻申请须经评审打分，本件还没有评审结果。请先组织评审；确需先行决定的，请写明理由。", field="unscored"
        )


def _frozen(scored: Scored | None) -> dict[str, Any] | None:
    """The figures of a scoring as they were on the day of the decision."""
    if scored is None:
        return None
    form = scored.scoring.form
    return {
        "scoring": scored.scoring.pk, "form": str(form), "mean": str(scored.mean), "least": str(scored.least), "most": str(scored.most),
        "deviation": str(scored.deviation), "counted": scored.counted, "conflicts": scored.conflicts,
        "pass_mark": None if form.pass_mark is None else str(form.pass_mark),
    }  # fmt: skip


def _listed(row: BasisPaper) -> dict[str, Any]:
    return {"id": row.pk, "kind": row.kind, "title": row.title, "number": row.number, "dated": row.dated.isoformat()}


# --- the park's own assessments ------------------------------------------------------------------------------------------


@verb("admission.potential.record", "登记了成长潜力评估")
@cites("4.3.1.3-f", label="高潜力、成长型、创新型机构评估")
def record_potential_review(
    deed: Deed, *, actor: Person | System, at: datetime, key: str, institution: Institution, kind: str, panel: Iterable[tuple[str, str]],
    criteria: str, recognised: bool, conclusion: str, assessed_on: date, valid_to: date | None = None,
) -> PotentialReview:  # fmt: skip
    """What a panel of the park found of an agency (4.3.1.3 f): ``panel`` is (name, post). Counts once its paper is attached."""
    require(actor, permissions.DECIDE, institution.park_id, day_of(at))
    people = [{"name": tidy(name), "post": tidy(post)} for name, post in panel if tidy(name)]
    if kind not in PotentialKind.values:
        raise Refused("请选择评估类别。", field="kind")
    if not people:
        raise Refused("请填写评估组成员，每行一人，写明姓名和职务。", field="panel")
    for field, value, words in (("criteria", criteria, "评估标准"), ("conclusion", conclusion, "评估结论")):
        if len(tidy(value)) < 5:
            raise Refused(f"请写明{words}（至少5个字）。", field=field)
    if assessed_on > day_of(at):
        raise Refused("评估日期不能晚于今天，请核对。", field="assessed_on")
    if recognised and (valid_to is None or valid_to <= assessed_on):
        raise Refused("认定的，请填写有效期止，应晚于评估日期。", field="valid_to")
    if not recognised and valid_to is not None:
        raise Refused("没有认定的，不填有效期。", field="valid_to")
    year = assessed_on.year
    review = PotentialReview.objects.create(
        park_id=institution.park_id, institution=institution, kind=kind, panel=people, criteria=criteria.strip(),
        recognised=recognised, conclusion=conclusion.strip(), assessed_on=assessed_on, valid_to=valid_to,
        number=f"PG{year}-{cases.next_number(institution.park_id, 'PG', year):04d}",
        recorded_by=actor if isinstance(actor, Person) else None, recorded_at=at,
    )  # fmt: skip
    deed.record(review, park=institution.park_id, number=review.number, kind=kind, recognised=recognised, valid_to=valid_to)
    deed.also(institution, park=institution.park_id, number=review.number, kind=kind, recognised=recognised)
    return review
