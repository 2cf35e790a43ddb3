"""4.3.1.3 f: assessed as an agency of high potential, fast growth or innovation: by the park's own assessment, while it is valid."""

from __future__ import annotations

from hrpark.toolbox.verdict import Verdict, passed, unknown

from . import UNDATED, Candidate, Proof, best_proof, rule


@rule(clause="4.3.1.3-f", kind="priority", since=UNDATED, words="经园区评估认定为高潜力、成长型或创新型人力资源服务机构")
def potential(candidate: Candidate) -> Verdict:
    return best_proof(candidate, "potential", "没有有效的高潜力、成长型、创新型评估认定", _judge)


def _judge(proof: Proof) -> Verdict:
    if proof.issuer_level != "park":
        return unknown(f"“{proof.title}”由{proof.issuer or '其他单位'}认定，是否采纳由园区评估", proof.evidence)
    if proof.valid_to is None:
        return unknown(f"“{proof.title}”没有写明评估有效期，请核对评估结论", proof.evidence)
    return passed(f"园区评估认定“{proof.title}”，有效期至{proof.valid_to:%Y-%m-%d}", proof.evidence)
