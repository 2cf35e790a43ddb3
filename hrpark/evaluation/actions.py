"""Running a round: prepare, open, answer, rate oneself, assess, freeze, publish; adopting a scheme."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from secrets import SystemRandom

from django.db import IntegrityError, transaction
from django.utils import timezone

from hrpark.accounts.models import Organisation, Park, Person
from hrpark.accounts.queries import holders, require, roles_with
from hrpark.documents.actions import issue
from hrpark.documents.kinds import REPORT
from hrpark.documents.models import Document
from hrpark.institutions.models import Institution
from hrpark.notices.actions import notify
from hrpark.parks.queries import midnight
from hrpark.standard.actions import use_edition
from hrpark.standard.kinds import cites
from hrpark.standard.queries import edition as edition_of
from hrpark.standard.rules import DEGREES
from hrpark.toolbox.errors import Conflict, Misconfigured, NotAllowed, NotFound, Refused
from hrpark.toolbox.frozen import canonical, digest, exact
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from . import permissions
from .kinds import (
    ASKS_AUTHORITY,
    ASKS_HEAD,
    ASKS_OPERATOR,
    ASKS_RESIDENTS,
    FINISHED,
    PUBLISHED,
    Seed,
    measures_by_row,
    scheme_digest,
)
from .models import (
    Answer,
    Assessment,
    Comment,
    Frozen,
    Participation,
    Round,
    Scheme,
    SelfScore,
    State,
    VetoFinding,
)
from .queries import (
    RowReview,
    authorities_of,
    inputs_of,
    is_closed,
    is_collecting,
    outcome_of,
    report_of,
    respondents,
    review,
    scheme_for,
)
from .report import report_data
from .rules import scheme as scheme_rules
from .rules.scores import plain
from .rules.scoring import score_round
from .rules.states import advance

RANDOM = SystemRandom()


def _today(at: datetime) -> date:
    return timezone.localtime(at).date()


def _locked(round: Round, move: str | None = None) -> Round:
    """The round as it is now, held until the transaction ends; with a move, already checked against its state."""
    locked = Round.objects.select_for_update(of=("self",)).select_related("park", "scheme").get(pk=round.pk)
    if move is not None:
        locked.state = advance(locked.state, move)
    return locked


def _tell(round: Round, kind: str, permission: str, at: datetime, until: date | None = None) -> None:
    """Everybody who holds a permission in the round's park."""
    words = {"round": round.name, "of": round.park.name}
    for person in holders(permission, round.park, _today(at)):
        notify(to=person, kind=kind, at=at, subject=round, park=round.park, until=_end_of(until), **words)


def _tell_residents(round: Round, kind: str, at: datetime, until: date | None = None) -> None:
    """The people of every institution that is asked."""
    asked = {i.organisation_id: i.name for i in respondents(round.park, _today(at)) if i.organisation_id}
    words = {"round": round.name, "of": round.park.name}
    for one in roles_with(permissions.ANSWER, round.park, _today(at)).filter(organisation_id__in=list(asked)):
        notify(
            to=one.person, kind=kind, at=at, subject=round, park=round.park, until=_end_of(until),
            institution=asked[one.organisation_id], **words,
        )  # fmt: skip


def _end_of(day: date | None) -> datetime | None:
    """The last minute of a day in the park: a deadline of the day itself."""
    return None if day is None else midnight(day + timedelta(days=1)) - timedelta(minutes=1)


# --- schemes -------------------------------------------------------------------------------------------------------------


@cites("7-2", label="评价方案")
@verb("evaluation.scheme", "采用了评价方案")
def adopt_scheme(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, park: Park, authority: Organisation, scheme: str, name: str,
    since: date, edition: str, basis: str, body: Mapping,
) -> Scheme:  # fmt: skip
    """An authority of the park puts a scheme of its own into force: a new version of the scheme of that key."""
    on = _today(at)
    require(actor, permissions.SCHEME, park.pk, on)
    if authority.pk not in authorities_of(park, on):
        raise NotAllowed("只能以本园区主管部门的名义制定评价方案。")
    if not basis.strip() or not name.strip() or not scheme.strip():
        raise Refused("请填写方案编码、名称和依据（文件名称、文号或会议决定）。", field="basis")
    body = exact(body)
    wrong = scheme_rules.problems(body, measures_by_row(edition_of(edition)))
    if wrong:
        raise Refused("方案还不能采用：" + "；".join(wrong[:5]) + "。", field="body")
    last = Scheme.objects.filter(authority=authority, key=scheme).order_by("-version").first()
    version = last.version + 1 if last else 1
    try:
        with transaction.atomic():
            made = Scheme.objects.create(
                authority=authority, key=scheme.strip(), version=version, name=name.strip(), edition=edition, since=since,
                basis=basis.strip(), body=body, adopted_by=actor.actor_key, adopted_by_name=actor.actor_name[:80], adopted_at=at,
                digest=scheme_digest(scheme.strip(), version, name.strip(), edition, since, basis.strip(), body),
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("这一方案刚刚已有新版本。请刷新页面，以新版本为基础修改。") from None
    deed.record(made, park=park.pk, scheme=scheme, version=version, digest=made.digest)
    return made


def _used_scheme(found: Scheme | Seed, at: datetime) -> Scheme:
    """The row of a scheme; a seed of the house becomes one when it is first used, and must not have changed since."""
    if isinstance(found, Scheme):
        return found
    row, _ = Scheme.objects.get_or_create(
        authority=None, key=found.key, version=found.version,
        defaults={
            "name": found.name, "edition": found.edition, "since": found.since, "basis": found.basis, "body": found.body,
            "digest": found.digest, "adopted_by": "system:house", "adopted_by_name": "平台预置", "adopted_at": at,
        },
    )  # fmt: skip
    if row.digest != found.digest:
        raise Misconfigured(
            f"Scheme {found.key}-{found.version} has been used, but its file no longer says what it said then. "
            "Put the file back, and write the change as a new version."
        )
    return row


# --- preparing and opening -----------------------------------------------------------------------------------------------


@cites("7-2", label="发起评价轮次")
@verb("evaluation.round.prepare", "发起了评价")
def prepare_round(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, park: Park, name: str, as_of: date, scheme: str,
    answers_until: date, self_until: date, assess_until: date,
) -> Round:  # fmt: skip
    """A round for the year of ``as_of``; ``scheme`` as queries.scheme_name gives it. Nobody is asked yet."""
    on = _today(at)
    require(actor, permissions.RUN, park.pk, on)
    name = name.strip()
    if not name:
        raise Refused("请填写评价名称，例如“2025年度评价”。", field="name")
    if as_of > on:
        raise Refused("数据截止日不能晚于今天：还没有发生的不能评价。", field="as_of")
    if answers_until < on:
        raise Refused("进驻单位评价截止日已过，请改为今天或之后的日期。", field="answers_until")
    if self_until < answers_until:
        raise Refused("运营自评截止日不能早于进驻单位评价截止日。", field="self_until")
    if assess_until < self_until:
        raise Refused("主管部门评估截止日不能早于运营自评截止日。", field="assess_until")
    used = _used_scheme(scheme_for(park, on, scheme), at)
    use_edition(used.edition, at=at)
    try:
        with transaction.atomic():
            round = Round.objects.create(
                park=park, name=name[:60], year=as_of.year, as_of=as_of, scheme=used, edition=used.edition,
                answers_until=answers_until, self_until=self_until, assess_until=assess_until,
                prepared_by_name=actor.actor_name[:80], prepared_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise Refused("已有同名的评价轮次，请换一个名称，或打开已有的轮次。", field="name") from None
    deed.record(round, park=park.pk, year=as_of.year, as_of=as_of, scheme=used.pk)
    return round


@verb("evaluation.round.open", "开放了评价")
def open_round(deed: Deed, *, actor: System | Person, at: datetime, key: str, round: Round) -> Round:
    """Residents may answer, the operator may rate itself."""
    require(actor, permissions.RUN, round.park_id, _today(at))
    round = _locked(round, "open")
    if round.answers_until < _today(at):
        raise Refused("进驻单位评价截止日已过，不能再开放。请取消本轮后重新发起。")
    round.save(update_fields=["state"])
    _tell_residents(round, ASKS_RESIDENTS, at, round.answers_until)
    _tell(round, ASKS_OPERATOR, permissions.RATE, at, round.self_until)
    deed.record(round, park=round.park_id)
    return round


@verb("evaluation.round.cancel", "取消了评价")
def cancel_round(deed: Deed, *, actor: System | Person, at: datetime, key: str, round: Round, reason: str) -> Round:
    """A round prepared by mistake; only before anybody has answered."""
    require(actor, permissions.RUN, round.park_id, _today(at))
    round = _locked(round, "cancel")
    if round.participations.exists():
        raise Refused("已有进驻单位作答，不能取消本轮评价。")
    if not reason.strip():
        raise Refused("请写明取消原因。", field="reason")
    round.save(update_fields=["state"])
    deed.record(round, park=round.park_id, reason=reason.strip()[:200])
    return round


# --- residents -----------------------------------------------------------------------------------------------------------


@cites("7-2", "T1.13", label="进驻单位评价")
@verb("evaluation.answer", "参与了评价")
def answer_round(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, round: Round, institution: Institution,
    scores: Mapping[str, int], comment: str = "",
) -> Participation:  # fmt: skip
    """An institution answers, once. Its participation is recorded; its answers go among the others (see models.py)."""
    on = _today(at)
    if institution.park_id != round.park_id:
        raise NotFound()
    require(actor, permissions.ANSWER, round.park_id, on, institution.organisation_id)
    round = _locked(round)
    if not is_collecting(round, on):
        raise Refused("本轮评价现在不接受作答：尚未开放，或已经截止。")
    if not respondents(round.park, on).filter(pk=institution.pk).exists():
        raise Refused("只有当前在驻的单位可以评价园区。")
    _check_scores(round, scores)
    if Participation.objects.filter(round=round, institution=institution).exists():
        raise Refused("贵单位已在本轮作答。每个单位作答一次，答案与单位不关联，因此无法修改。")
    took_part = Participation.objects.create(round=round, institution=institution)
    _mix_in(round, scores, comment.strip()[:500])
    deed.record(took_part, park=round.park_id, round=round.pk)
    return took_part


def _check_scores(round: Round, scores: Mapping[str, int]) -> None:
    asked = scheme_rules.judged_by(round.scheme.body, "residents")
    if set(scores) - set(asked):
        raise Refused("答卷与本轮评价的问题不符，请重新打开答卷。")
    if any(degree not in DEGREES for degree in scores.values()):
        raise Refused("请在五个满意程度中选择一个。")
    if not scores:
        raise Refused("请至少回答一个问题；不了解的问题可以不选，不影响其他问题。")


def _mix_in(round: Round, scores: Mapping[str, int], comment: str) -> None:
    """Write all answers of the round anew, in a drawn order and with new ids, so that the last sheet can't be told apart.

    The round is locked by the caller: two sheets at once come in one after the other.
    """
    pool = [*Answer.objects.filter(round=round).values_list("row", "score"), *scores.items()]
    RANDOM.shuffle(pool)
    Answer.objects.filter(round=round).delete()
    Answer.objects.bulk_create([Answer(round=round, row=row, score=score) for row, score in pool])
    if comment:
        texts = [*Comment.objects.filter(round=round).values_list("text", flat=True), comment]
        RANDOM.shuffle(texts)
        Comment.objects.filter(round=round).delete()
        Comment.objects.bulk_create([Comment(round=round, text=text) for text in texts])


@verb("evaluation.round.close", "截止了评价收集")
def close_collection(deed: Deed, *, actor: System | Person, at: datetime, key: str, round: Round, reason: str = "") -> Round:
    """The authority ends the collecting: before the day with its reason, or after it when the operator has not handed in."""
    on = _today(at)
    require(actor, permissions.ASSESS, round.park_id, on)
    round = _locked(round, "close")
    if round.collection_closed_at is not None and round.self_rated_at is not None:
        raise Conflict("本轮收集已经截止，请刷新页面。")
    waiting = round.self_rated_at is None and on <= round.self_until
    if (is_collecting(round, on) or waiting) and not reason.strip():
        raise Refused("尚未到截止日，提前截止请写明原因，例如“全部单位已作答”。", field="reason")
    round.collection_closed_at = round.collection_closed_at or at
    round.collection_closed_because = reason.strip()[:200]
    round.save(update_fields=["state", "collection_closed_at", "collection_closed_because"])
    deed.record(round, park=round.park_id, reason=round.collection_closed_because)
    return round


# --- the operator ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rated:
    """What the operator says of one row."""

    row: str
    score: Decimal | None = None
    checks: Mapping[str, bool] = field(default_factory=dict)
    note: str = ""


@cites("7-2", label="运营单位自评")
@verb("evaluation.rate", "填写了自评")
def rate_self(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, round: Round, rows: Sequence[Rated], hand_in: bool = False
) -> Round:
    """The operator's own scores, ticks and notes; saved as often as wanted, handed in once."""
    require(actor, permissions.RATE, round.park_id, _today(at))
    round = _locked(round)
    if round.state != State.OPEN:
        raise Conflict("自评只能在“评价中”填写；本轮自评已提交或评价尚未开放。")
    body = round.scheme.body
    mine, ceiling = scheme_rules.judged_by(body, "operator"), scheme_rules.ceiling_of(body)
    for given in rows:
        if given.row not in mine:
            raise Refused("自评表与本轮方案不符，请重新打开页面。", field=given.row)
        if given.score is not None and not 0 <= given.score <= ceiling:
            raise Refused(f"{given.row} 的自评分应在0至{plain(ceiling)}之间。", field=given.row)
        items = set(scheme_rules.checklist_of(scheme_rules.rows_of(body)[given.row]))
        if set(given.checks) - items or not all(isinstance(v, bool) for v in given.checks.values()):
            raise Refused("清单与本轮方案不符，请重新打开页面。", field=given.row)
        SelfScore.objects.update_or_create(
            round=round, row=given.row,
            defaults={"score": given.score, "checks": dict(given.checks), "note": given.note.strip()[:1000]},
        )  # fmt: skip
    if hand_in:
        round.state = advance(round.state, "hand_in_self_rating")
        round.self_rated_at = at
        round.save(update_fields=["state", "self_rated_at"])
        _tell(round, ASKS_AUTHORITY, permissions.ASSESS, at, round.assess_until)
    deed.record(round, park=round.park_id, rows={r.row: r.score for r in rows}, handed_in=hand_in)
    return round


# --- the authority ---------------------------------------------------------------------------------------------------------


@cites("7-2", label="主管部门评估")
@verb("evaluation.assess", "评估了一行指标")
def assess_row(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, round: Round, row: str, verdict: str,
    score: Decimal | None = None, reason: str = "", seen: int = 0,
) -> Assessment:  # fmt: skip
    """Accept what is proposed, or set another score with its reason. ``seen``: the version the inspector had before them."""
    on = _today(at)
    require(actor, permissions.ASSESS, round.park_id, on)
    round = _locked(round)
    if round.state != State.SELF_RATED:
        raise Conflict("现在不能逐行评估：运营自评尚未提交，或评估已经提交。请刷新页面。")
    if not is_closed(round, on):
        raise Refused("进驻单位评价尚未截止。请在截止日之后评估，或先提前截止收集。")
    found = review(round, on).row(row)
    reason = reason.strip()[:500]
    score = None if verdict == "accept" else score
    last = found.assessed
    if last is not None and not found.stale and (last.verdict, last.score, last.reason) == (verdict, score, reason):
        raise Conflict("这一行已经是这个评估结论，没有改动。")
    if (found.assessed.version if found.assessed else 0) != seen:
        raise Conflict("这一行刚刚已由他人评估。请刷新页面，核对后再决定。")
    if verdict == "accept":
        _may_accept(found)
    elif verdict == "adjust":
        _may_adjust(round, score, reason)
    else:
        raise Refused("请选择“认可”或“调整”。", field="verdict")
    assessment, _ = Assessment.objects.update_or_create(
        round=round, row=row,
        defaults={
            "verdict": verdict, "score": score, "proposed": found.proposed, "reason": reason, "version": seen + 1,
            "assessed_by": actor.actor_key, "assessed_by_name": actor.actor_name[:80], "assessed_at": at,
        },
    )  # fmt: skip
    deed.record(assessment, park=round.park_id, row=row, verdict=verdict, score=score, proposed=found.proposed, reason=reason)
    return assessment


def _may_accept(row: RowReview) -> None:
    if row.unverified:
        names = "、".join(measure for measure, _ in row.unverified)
        raise Refused(f"{names} 还是未核定的申报值。请先核定这些数据，再认可本行。", field="verdict")
    if row.proposed is None and not row.countable:
        raise Refused("这一行没有可认可的分数，请选择“调整”，直接评分并说明理由。", field="verdict")


def _may_adjust(round: Round, score: Decimal | None, reason: str) -> None:
    ceiling = scheme_rules.ceiling_of(round.scheme.body)
    if score is None or not score.is_finite() or not 0 <= score <= ceiling:
        raise Refused(f"请填写0至{plain(ceiling)}之间的分数。", field="score")
    if score != _two_places(score):
        raise Refused("分数最多保留两位小数。", field="score")
    if not reason:
        raise Refused("调整分数须写明理由，运营单位会看到。", field="reason")


def _two_places(score: Decimal) -> Decimal:
    return score.quantize(Decimal("0.01"))


@verb("evaluation.veto", "认定了否决事项")
def find_veto(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, round: Round, veto: str, found: bool, reason: str = ""
) -> VetoFinding:
    """Whether one of the scheme's vetoes is there. Every one is answered before the assessment is handed in."""
    require(actor, permissions.ASSESS, round.park_id, _today(at))
    round = _locked(round)
    if round.state != State.SELF_RATED:
        raise Conflict("现在不能认定否决事项。请刷新页面查看最新进度。")
    if veto not in [v["key"] for v in round.scheme.body.get("vetoes", [])]:
        raise NotFound()
    reason = reason.strip()[:500]
    if found and not reason:
        raise Refused("认定存在否决事项须写明依据，例如处罚决定书文号。", field="reason")
    if VetoFinding.objects.filter(round=round, veto=veto, found=found, reason=reason).exists():
        raise Conflict("这一事项已经是这个认定结论，没有改动。")
    finding, _ = VetoFinding.objects.update_or_create(round=round, veto=veto, defaults={"found": found, "reason": reason})
    deed.record(finding, park=round.park_id, veto=veto, found=found, reason=reason)
    return finding


@verb("evaluation.assessment.hand_in", "提交了评估")
def hand_in_assessment(deed: Deed, *, actor: System | Person, at: datetime, key: str, round: Round) -> Round:
    """All rows decided, all vetoes answered; without the authority's level a round is unfinished."""
    on = _today(at)
    require(actor, permissions.ASSESS, round.park_id, on)
    round = _locked(round, "hand_in_assessment")
    _whole(round, on)
    round.assessed_at, round.assessed_by_name = at, actor.actor_name[:80]
    round.save(update_fields=["state", "assessed_at", "assessed_by_name"])
    _tell(round, ASKS_HEAD, permissions.FINISH, at, round.assess_until)
    deed.record(round, park=round.park_id)
    return round


def _whole(round: Round, on: date) -> None:
    found = review(round, on)
    if found.open_rows:
        stale = [r.key for r in found.open_rows if r.stale]
        if stale:
            raise Refused(f"{'、'.join(stale)} 的数据在认可之后有变化，请重新评估这些行。")
        raise Refused(f"还有 {len(found.open_rows)} 行没有评估：{'、'.join(r.key for r in found.open_rows)}。")
    if found.open_vetoes:
        raise Refused(f"还有否决事项没有认定：{'、'.join(v['label'] for v in found.open_vetoes)}。")


@verb("evaluation.assessment.reopen", "退回重新评估")
def reopen_assessment(deed: Deed, *, actor: System | Person, at: datetime, key: str, round: Round, reason: str) -> Round:
    """The head of the authority sends an assessment back to the inspectors before it is final."""
    require(actor, permissions.FINISH, round.park_id, _today(at))
    round = _locked(round, "reopen_assessment")
    if not reason.strip():
        raise Refused("请写明退回原因。", field="reason")
    round.assessed_at, round.assessed_by_name = None, ""
    round.save(update_fields=["state", "assessed_at", "assessed_by_name"])
    deed.record(round, park=round.park_id, reason=reason.strip()[:200])
    return round


@cites("7-2", label="评价定稿与冻结")
@verb("evaluation.finish", "评价定稿")
def finish_round(deed: Deed, *, actor: System | Person, at: datetime, key: str, round: Round) -> Round:
    """Freeze the round with all its inputs. From here on the result never changes, whatever is restated."""
    on = _today(at)
    require(actor, permissions.FINISH, round.park_id, on)
    round = _locked(round, "finish")
    _whole(round, on)
    inputs = canonical(inputs_of(round, on))
    result = canonical(score_round(json.loads(inputs)))
    kept = Frozen.objects.create(
        round=round, inputs=inputs, inputs_digest=digest(inputs), result=result, result_digest=digest(result), at=at
    )
    round.finished_at, round.finished_by_name = at, actor.actor_name[:80]
    round.save(update_fields=["state", "finished_at", "finished_by_name"])
    _tell(round, FINISHED, permissions.RATE, at)
    deed.record(round, park=round.park_id, inputs=kept.inputs_digest, result=kept.result_digest)
    return round


@verb("evaluation.publish", "发布了评价结果")
def publish_round(deed: Deed, *, actor: System | Person, at: datetime, key: str, round: Round) -> Round:
    """The result becomes visible to the residents of the park."""
    require(actor, permissions.FINISH, round.park_id, _today(at))
    round = _locked(round, "publish")
    round.published_at = at
    round.save(update_fields=["state", "published_at"])
    _tell_residents(round, PUBLISHED, at)
    deed.record(round, park=round.park_id)
    return round


@cites("7-2", label="评价报告")
def issue_report(*, actor: System | Person, at: datetime, key: str, round: Round) -> Document:
    """The report of a finished round as a numbered document; issued once, and the same one from then on."""
    require(actor, permissions.READ, round.park_id, _today(at))
    with transaction.atomic():
        round = _locked(round)
        if round.state not in (State.FINISHED, State.PUBLISHED):
            raise Refused("评价定稿后才能签发报告；现在可以在结果页查看暂算结果。")
        issued = report_of(round)
        if issued is not None:
            return issued
        outcome = outcome_of(round, _today(at))
        authorities = Organisation.objects.filter(pk__in=authorities_of(round.park, _today(at))).order_by("pk")
        issuer = authorities.values_list("name", flat=True).first() or round.park.name
        digests = (outcome.inputs_digest, outcome.result_digest)
        data = report_data(outcome.inputs, outcome.result, issuer=issuer, digests=digests)
        return issue(
            actor=actor, at=at, key=key, park=round.park, template=REPORT, subject=round, title=data["title"], data=data, personal=False
        )  # fmt: skip
