"""4.3.1.3 d: among the fifty strongest of the province's HR service trade. No published list is known to us: which one, by whom
and of which year must be on record.
"""

from __future__ import annotations

from hrpark.toolbox.verdict import Verdict

from . import UNDATED, Candidate, best_proof, in_list, rule


@rule(
    clause="4.3.1.3-d", kind="priority", since=UNDATED,
    words="列入全省人力资源行业50强",
    needs="榜单原件或公布网页，写明榜单名称、发布机构、年度和名次，由经办人核对。",
)  # fmt: skip
def top_50(candidate: Candidate) -> Verdict:
    most = candidate.top_province_rank
    return best_proof(
        candidate, "top50", f"没有全省行业{most}强的证明", lambda proof: in_list(proof, most, f"全省行业{most}强")
    )
