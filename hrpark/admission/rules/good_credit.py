"""4.3.1.1 b: operates within the law and has no bad credit record.

The sources and how long an answer counts are ours (the draft names none). A repaired record (信用修复) is not a bad one.
"""

from __future__ import annotations

from hrpark.toolbox.verdict import Verdict, failed, passed, unknown

from . import UNDATED, Candidate, Check, rule


@rule(
    clause="4.3.1.1-b", kind="entry", since=UNDATED,
    words="守法经营，在各公开信用渠道查无不良信用记录（已修复的不算）",
    needs="经办人在规定的期限内逐个查询公开信用渠道；有不良记录的，办理信用修复后凭修复证明重新查询。",
)  # fmt: skip
def good_credit(candidate: Candidate) -> Verdict:
    asked = [c for c in candidate.checks if c.on is not None and c.on <= candidate.on]
    evidence = tuple(c.evidence for c in asked)
    bad = [c for c in asked if c.result == "found" and _fresh(c, candidate)]
    if bad:
        return failed(f"{_names(bad)}查有不良记录，且未修复", *(c.evidence for c in bad))
    missing = [c for c in candidate.checks if c not in asked]
    old = [c for c in asked if not _fresh(c, candidate)]
    if missing or old or not candidate.checks:
        says = [f"尚未查询{_names(missing)}"] if missing or not candidate.checks else []
        if old:
            says.append(f"{_names(old)}的查询结果已超过{candidate.credit_check_max_age_days}天，请重新查询")
        return unknown("；".join(says), *evidence)
    repaired = [c for c in asked if c.result == "repaired"]
    words = f"{len(asked)}个渠道均查无不良记录"
    if repaired:
        words += f"（其中{_names(repaired)}的记录已修复）"
    return passed(words, *evidence)


def _fresh(check: Check, candidate: Candidate) -> bool:
    return check.on is not None and (candidate.on - check.on).days <= candidate.credit_check_max_age_days


def _names(checks: list[Check]) -> str:
    return "、".join(c.label for c in checks) or "任何信用渠道"
