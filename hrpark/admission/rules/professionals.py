"""4.3.1.1 c: has professional staff of HR services: at least one, since the clause names no number.

Three people with 大专 or more are what the licence asks for (广东省人力资源市场条例 art. 24), not this clause: a note, never a verdict.
"""

from __future__ import annotations

from hrpark.toolbox.verdict import Verdict, failed, passed, unknown

from . import UNDATED, Candidate, rule


@rule(
    clause="4.3.1.1-c", kind="entry", since=UNDATED,
    words="至少有1名人力资源服务专业人员",
    needs="专业人员名册和学历、职业资格或职称证明，由经办人核对。",
)  # fmt: skip
def professionals(candidate: Candidate) -> Verdict:
    known = sum(p.professional and p.verified for p in candidate.staff)
    declared = sum(p.professional for p in candidate.staff)
    needed, note = candidate.min_professionals, _note(candidate)
    if known >= needed:
        return passed(f"有人力资源服务专业人员{known}名{note}", candidate.subject)
    if not candidate.staff:
        return unknown(f"没有登记从业人员，请提交专业人员名册{note}", candidate.subject)
    if declared >= needed:
        return unknown(f"申报专业人员{declared}名，待核对名册{note}", candidate.subject)
    return failed(f"应有专业人员至少{needed}名，名册中有{declared}名{note}", candidate.subject)


def _note(candidate: Candidate) -> str:
    """What the licence asks for, where the declared business needs one."""
    college = sum(p.college for p in candidate.staff)
    if college >= candidate.licence_min_staff or not any(s.permit == "hr_licence" for s in candidate.segments):
        return ""
    return (
        f"。提示：大专以上从业人员{college}名，申领人力资源服务许可证需要{candidate.licence_min_staff}名"
        "（广东省人力资源市场条例第二十四条），这不是本款的条件"
    )
