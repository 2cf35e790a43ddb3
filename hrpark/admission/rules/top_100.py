"""4.3.1.3 a: among the 100 strongest HR service agencies of the world or of Greater China, by an authoritative body.

The list that the clause's wording stems from is no longer published under that name (since 2022 a list of the year's best
agencies took its place), so which list, by whom and of which year must be on record, and an officer must have seen it.
"""

from __future__ import annotations

from hrpark.toolbox.verdict import Verdict

from . import UNDATED, Candidate, best_proof, in_list, rule


@rule(
    clause="4.3.1.3-a", kind="priority", since=UNDATED,
    words="列入全球或大中华区人力资源服务机构100强",
    needs="榜单原件或公布网页，写明榜单名称、发布机构、年度和名次，由经办人核对。",
)  # fmt: skip
def top_100(candidate: Candidate) -> Verdict:
    most = candidate.top_world_rank
    return best_proof(
        candidate, "top100", f"没有全球或大中华区{most}强的证明", lambda proof: in_list(proof, most, f"全球或大中华区{most}强")
    )
