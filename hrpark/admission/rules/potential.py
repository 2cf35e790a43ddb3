"""4.3.1.3 f: assessed as an agency of high potential, fast growth or innovation: by the park's own assessment, while it is valid.

What others have awarded is no assessment by the park: it may lead to one. Of several about the same thing the newest speaks.
"""

from __future__ import annotations

from hrpark.toolbox.verdict import Outcome, Verdict, failed, passed, unknown

from . import UNDATED, Assessed, Candidate, rule


@rule(
    clause="4.3.1.3-f", kind="priority", since=UNDATED,
    words="经园区评估认定为高潜力、成长型或创新型人力资源服务机构",
    needs="由园区组织评估：评估组、评估标准、结论和有效期登记在册，并附评估记录；认定在有效期内才算。",
)  # fmt: skip
def potential(candidate: Candidate) -> Verdict:
    verdicts = [_judge(one, candidate) for one in newest(candidate)]
    for outcome in (Outcome.PASSED, Outcome.UNKNOWN, Outcome.FAILED):
        for verdict in verdicts:
            if verdict.outcome is outcome:
                return verdict
    proofs = [p for p in candidate.proofs_of("potential") if p.holds_on(candidate.on)]
    if proofs:
        says = "、".join(f"“{p.title}”（{p.issuer or '认定单位未填'}）" for p in proofs)
        return unknown(f"有{says}，但没有园区的评估记录，是否认定由园区评估", *(p.evidence for p in proofs))
    return failed("园区还没有评估认定为高潜力、成长型或创新型", candidate.subject)


def newest(candidate: Candidate) -> tuple[Assessed, ...]:
    """Of each kind the newest assessment up to the day."""
    found: dict[str, Assessed] = {}
    for one in candidate.assessments:
        known = found.get(one.kind)
        if one.on <= candidate.on and (known is None or known.on < one.on):
            found[one.kind] = one
    return tuple(found[kind] for kind in sorted(found))


def _judge(one: Assessed, candidate: Candidate) -> Verdict:
    name = f"园区于{one.on:%Y-%m-%d}评估"
    if not one.recognised:
        return failed(f"{name}，未认定为{one.label}", one.evidence)
    if one.valid_to is None or one.valid_to < candidate.on:
        until = f"已于{one.valid_to:%Y-%m-%d}到期" if one.valid_to else "没有写明有效期"
        return failed(f"{name}认定为{one.label}，{until}，请重新评估", one.evidence)
    if not one.papers:
        return unknown(f"{name}认定为{one.label}，评估记录还没有附文件，请补传", one.evidence)
    return passed(f"{name}认定为{one.label}，有效期至{one.valid_to:%Y-%m-%d}", one.evidence)
