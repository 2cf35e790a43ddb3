"""4.3.1.3 b: within three years named a model of honesty, an advanced unit or the like of the trade, by an authoritative body
of the nation, the province or the city.
"""

from __future__ import annotations

from hrpark.toolbox.dates import years_before
from hrpark.toolbox.verdict import Verdict, failed, passed, unknown

from . import UNDATED, Candidate, Proof, best_proof, rule

LEVELS = {"national": "国家级", "provincial": "省级", "municipal": "市级"}


@rule(
    clause="4.3.1.3-b", kind="priority", since=UNDATED,
    words="近三年获国家、省、市人力资源服务行业“诚信示范机构”“先进单位”等称号",
    needs="近三年的表彰决定、证书或公布名单，写明认定单位、层级和日期，由经办人核对。",
)  # fmt: skip
def honours(candidate: Candidate) -> Verdict:
    years = candidate.honour_years
    return best_proof(candidate, "honour", f"没有近{years}年的行业诚信、先进称号", lambda proof: _judge(candidate, proof))


def _judge(candidate: Candidate, proof: Proof) -> Verdict:
    years, name = candidate.honour_years, f"“{proof.title}”"
    if proof.issuer_level == "park":
        return failed(f"{name}由园区评定，不属于国家、省、市级称号", proof.evidence)
    if proof.issued_on is not None:
        if proof.issued_on < years_before(candidate.on, years):
            return failed(f"{name}于{proof.issued_on:%Y-%m-%d}认定，已超过{years}年", proof.evidence)
    elif proof.year is None:
        return unknown(f"{name}没有写明认定日期或年度，请核对证书", proof.evidence)
    elif proof.year < candidate.on.year - years:
        return failed(f"{name}为{proof.year}年度，已超过{years}年", proof.evidence)
    elif proof.year == candidate.on.year - years:
        return unknown(f"{name}为{proof.year}年度，是否在{years}年之内要看认定日期，请核对证书", proof.evidence)
    if proof.issuer_level not in LEVELS:
        return unknown(f"{name}没有写明是国家、省还是市级，认定单位是否权威机构待核", proof.evidence)
    return passed(f"{LEVELS[proof.issuer_level]}{name}，{proof.issuer or '认定单位未填'}", proof.evidence)
