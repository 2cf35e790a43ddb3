"""The steps of an application that the tests of this room take."""

from datetime import timedelta

from hrpark.accounts import samples as accounts
from hrpark.admission import actions, queries, samples
from hrpark.cases.models import Case
from hrpark.files.actions import attach
from hrpark.files.samples import Named, pdf_bytes

CODE = accounts.sample_uscc(77_000_001)
LOCAL = [
    {"kind": "local", "title": f"{what}证明", "issuer": "广州市黄埔区", "aspect": aspect, "issued_on": "2026-01-05"}
    for aspect, what in (("registration", "注册"), ("tax", "纳税"), ("insurance", "社保"), ("statistics", "统计"))
]
KEYS = (f"k{n}" for n in range(1_000_000))


def key() -> str:
    return next(KEYS)


def begin(cast, at, **over):
    given = {"park": cast.huangpu, "kind": "agency", "name": "广州新程人力资源有限公司", "uscc": CODE, **over}
    return actions.begin_application(
        actor=given.pop("actor", cast.stranger), at=at, key=given.pop("key", None) or key(), **given
    )


def hand_in(cast, at, **over):
    return samples.make_application(at=at, park=cast.huangpu, applicant=cast.stranger, **over)


def by_clause(application) -> dict[str, str]:
    return {line.judgement.clause: line.stands.value for line in queries.verdicts(application)}


def verdict(application, clause):
    return application.judgements.get(round=application.round, clause=clause)


def overrule(cast, at, judgement, outcome="passed", reason="已当面核对原件，与申报一致", **over):
    return actions.override_judgement(
        actor=over.pop("actor", cast.officer), at=at, key=key(), judgement=judgement, outcome=outcome, reason=reason, **over
    )


def first(cast, at, application, conclusion="recommend", note="材料齐全，已逐条核对", **over):
    return actions.check_first(
        actor=over.pop("actor", cast.officer),
        at=at,
        key=key(),
        application=application,
        conclusion=conclusion,
        note=note,
        **over,
    )


def decide(cast, at, application, outcome="admitted", **over):
    """The decision, with the first check before it where there was none."""
    if Case.objects.get(pk=application.case_id).state == "submitted":
        first(cast, at, application, "oppose" if outcome == "refused" else "recommend")
    given = {"actor": cast.officer, "basis": "基本条件全部满足，办公会同意", **over}
    return actions.decide(at=at, key=key(), application=application, outcome=outcome, **given)


def sign(cast, at, application, **over):
    given = {"actor": cast.officer, "signed_on": at.date(), "years": 3, "unit_note": "A座三层", **over}
    return actions.sign_agreement(at=at, key=key(), application=application, **given)


def review(cast, at, paper=True):
    made = actions.record_fair_review(
        actor=cast.director, at=at, key=key(), park=cast.huangpu, number="穗埔公审〔2026〕3号", reviewed_by="广州市黄埔区市场监督管理局",
        reviewed_on=at.date() - timedelta(days=10), conclusion="不具有排除、限制竞争效果，可以实施",
    )  # fmt: skip
    if paper:
        scan(cast, at, made)
    return made


def scan(cast, at, subject, name="扫描件.pdf"):
    return attach(
        actor=cast.director, at=at, key=key(), to=subject, file=Named(pdf_bytes(), name), park=cast.huangpu, label="扫描件"
    )


def paper(cast, at, application, kind="minutes", scanned=True, **over):
    given = {"title": "2026年第3次办公会纪要", "dated": at.date(), "number": "黄园办〔2026〕3号", **over}
    made = actions.add_basis_paper(actor=cast.officer, at=at, key=key(), application=application, kind=kind, **given)
    if scanned:
        scan(cast, at, made)
    return made
