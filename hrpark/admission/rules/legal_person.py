"""4.3.1.1 a: registered by law, an independent legal person, with the permit or filing that its business needs.

What can only come after somebody was let in is open, never met: the code of a company in formation, the permit that asks for
premises first, the legal person that a branch pledges to set up. Who is let in on that is let in conditionally.

Which permit a segment needs: 广东省人力资源市场条例 arts. 23 and 26, 劳动合同法 art. 57 (institutions/segments.yaml).
"""

from __future__ import annotations

from hrpark.institutions.rules import LABELS, covers, is_legal_person, permit_of_kinds
from hrpark.toolbox.verdict import Evidence, Outcome, Verdict, failed, passed, unknown

from . import UNDATED, Candidate, Segment, rule


@rule(
    clause="4.3.1.1-a", kind="entry", since=UNDATED,
    words="依法登记、具有独立法人资格，并持有与所申报业务相符、在有效期内的行政许可或备案",
    needs="营业执照等登记证书，和与申报业务相符、在有效期内的许可证或备案凭证，由经办人核对原件。",
)  # fmt: skip
def legal_person(candidate: Candidate) -> Verdict:
    person = _person(candidate)
    permits = _permits(candidate)
    if candidate.pending and permits.outcome is Outcome.FAILED and not candidate.permits:
        permits = unknown(f"{permits.reason}；许可、备案须先有营业执照和经营场所，取得后再核对", *permits.evidence)
    reason = f"{person.reason}；{permits.reason}"
    evidence = (candidate.subject, *permits.evidence)
    outcomes = {person.outcome, permits.outcome}
    if Outcome.FAILED in outcomes:
        return failed(reason, *evidence)
    return (unknown if Outcome.UNKNOWN in outcomes else passed)(reason, *evidence)


def _person(candidate: Candidate) -> Verdict:
    verdict = is_legal_person(candidate.legal_form, candidate.uscc)
    if candidate.legal_form == "branch" and candidate.will_found and verdict.outcome is Outcome.FAILED:
        return unknown(f"{verdict.reason}；已承诺在园区设立独立法人，设立后再核对")
    return verdict


def _permits(candidate: Candidate) -> Verdict:
    """Every declared segment must have its permit; an agency without any permit or filing is none."""
    if not candidate.segments:
        return unknown("没有申报业务细分领域，无法核对所需的许可或备案")
    licensed = covers("hr_licence", candidate.permits, candidate.on)
    verdicts = [(s, _of_segment(s, candidate, licensed)) for s in candidate.segments]
    evidence = _unique(e for _, v in verdicts for e in v.evidence)
    for outcome, word in ((Outcome.FAILED, failed), (Outcome.UNKNOWN, unknown)):
        found = [(s, v) for s, v in verdicts if v.outcome is outcome]
        if found:
            labels = "、".join(s.label for s, _ in found)
            needed = "、".join(dict.fromkeys(LABELS[s.permit] for s, _ in found))
            return word(f"所申报的“{labels}”需要{needed}：{_reasons(v.reason for _, v in found)}", *evidence)
    if all(v.outcome is Outcome.NOT_APPLICABLE for _, v in verdicts):
        any_permit = permit_of_kinds(candidate.permits, ("hr_licence", "filing", "dispatch"), candidate.on)
        words = f"所申报的业务都不要求许可或备案，本款要求至少有一项：{any_permit.reason}"
        return Verdict(any_permit.outcome, words, any_permit.evidence)
    return passed(f"所申报的{len(candidate.segments)}项业务都有相应的有效许可或备案", *evidence)


def _of_segment(segment: Segment, candidate: Candidate, licensed: Verdict) -> Verdict:
    """A filing is due only 15 days after the business has begun (art. 26): who holds a licence may still make it."""
    verdict = covers(segment.permit, candidate.permits, candidate.on)
    if segment.permit == "filing" and verdict.outcome is Outcome.FAILED and licensed.outcome is not Outcome.FAILED:
        return unknown(
            f"{verdict.reason}（已持有许可证；开展备案类业务应在15日内备案，条例第二十六条），请核对", *licensed.evidence
        )
    return verdict


def _reasons(reasons) -> str:
    return "；".join(dict.fromkeys(reasons))


def _unique(evidence) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(evidence))
