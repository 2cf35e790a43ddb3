"""4.3.1.3 g: registration, tax, social insurance and statistics all in the district of the park.

公平竞争审查条例 arts. 8 to 10 bar discriminating by where a body is registered without a statutory basis. The verdict is always
shown; it is counted only where the park has a record of fair-competition review (queries.points).
"""

from __future__ import annotations

from hrpark.toolbox.verdict import Verdict, failed, passed, unknown

from . import UNDATED, Candidate, rule

ASPECTS = {"registration": "注册", "tax": "纳税", "insurance": "社保", "statistics": "统计"}


@rule(
    clause="4.3.1.3-g", kind="priority", since=UNDATED, agencies_only=False,
    words="注册、纳税、社保、统计关系均在产业园所在行政区（附有公平竞争审查记录时才计分）",
    needs="注册、纳税、社保、统计四项关系在本区的证明各一份，由经办人核对；园区附有公平竞争审查记录时才计分。",
)  # fmt: skip
def local_relations(candidate: Candidate) -> Verdict:
    proofs = [p for p in candidate.proofs_of("local") if p.holds_on(candidate.on) and p.aspect in ASPECTS]
    evidence = tuple(p.evidence for p in proofs)
    seen = {p.aspect for p in proofs if p.verified}
    missing = [label for aspect, label in ASPECTS.items() if aspect not in {p.aspect for p in proofs}]
    counted = f"公平竞争审查记录：{candidate.fair_review}" if candidate.fair_review else "园区没有公平竞争审查记录，本项不计分"
    if missing:
        return failed(f"缺少{'、'.join(missing)}关系在本区的证明。{counted}", *evidence)
    if seen != set(ASPECTS):
        waiting = "、".join(label for aspect, label in ASPECTS.items() if aspect not in seen)
        return unknown(f"{waiting}关系的证明尚未核验。{counted}", *evidence)
    return passed(f"注册、纳税、社保、统计关系均在本区。{counted}", *evidence)
