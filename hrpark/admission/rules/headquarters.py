"""4.3.1.3 e: the headquarters of an HR service agency, of the nation or of a region."""

from __future__ import annotations

from hrpark.toolbox.verdict import Verdict, passed, unknown

from . import UNDATED, Candidate, best_proof, rule


@rule(
    clause="4.3.1.3-e", kind="priority", since=UNDATED,
    words="是全国性或区域性人力资源服务机构的总部企业",
    needs="总部认定文件，或分支机构名录、章程等能证明总部的材料，由经办人核对。",
)  # fmt: skip
def headquarters(candidate: Candidate) -> Verdict:
    found = best_proof(
        candidate, "headquarters", "没有总部企业的认定或证明",
        lambda proof: passed(f"{proof.title}（{proof.issuer or '认定单位未填'}）", proof.evidence),
    )  # fmt: skip
    if not candidate.proofs_of("headquarters") and candidate.headquarters_of:
        return unknown(f"申报为总部（{candidate.headquarters_of}），请提供认定文件或分支机构名录", candidate.subject)
    return found
