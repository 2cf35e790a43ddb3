"""4.3.1.3 c: rated AA or AAA for credit by the provincial human resources department.

The same letters mean different things: AAA is the top of a scale of three, and the middle of A to AAAAA. No such scheme of the
province is known to us, so whatever is not plainly AA or AAA of a three-letter scale goes to a reviewer.
"""

from __future__ import annotations

import re

from hrpark.toolbox.verdict import Verdict, failed, passed, unknown

from . import UNDATED, Candidate, Proof, best_proof, rule

DEPARTMENT = re.compile(r"人社厅|人力资源(和|与)?社会保障厅")


@rule(
    clause="4.3.1.3-c", kind="priority", since=UNDATED,
    words="省级人社部门评定的信用等次为AA或AAA",
    needs="省级人社部门的评级文件或证书，写明等次和等次体系，由经办人核对。",
)  # fmt: skip
def credit_rating(candidate: Candidate) -> Verdict:
    return best_proof(candidate, "rating", "没有省级人社部门的AA或AAA信用评级", _judge)


def _judge(proof: Proof) -> Verdict:
    level, name = letters(proof.level), f"“{proof.title}”"
    if proof.issuer_level and proof.issuer_level != "provincial":
        return failed(f"{name}不是省级评定", proof.evidence)
    if level == 0:
        return unknown(f"{name}的等次“{proof.level or '未填'}”看不出是几个A，请核对评级文件", proof.evidence)
    if level == 1:
        return failed(f"{name}的等次为A，未达AA", proof.evidence)
    if not proof.issuer_level or not DEPARTMENT.search(proof.issuer):
        return unknown(f"{name}的评定单位“{proof.issuer or '未填'}”是否省级人社部门，请核对", proof.evidence)
    top = letters(proof.scale.split("–")[-1].split("-")[-1].split("至")[-1].split("到")[-1])
    if top != 3 or level > 3:
        return unknown(
            f"{name}为{'A' * level}，等次体系“{proof.scale or '未填'}”不是A至AAA三等，是否相当于AA或AAA由经办人认定",
            proof.evidence,
        )
    return passed(f"{proof.issuer}评定为{'A' * level}（A至AAA三等）", proof.evidence)


def letters(text: str) -> int:
    """How many A: AAA, aaa, 3A and ＡＡＡ are three; 0 when it says something else."""
    text = text.strip().upper().replace("Ａ", "A").removesuffix("级").removesuffix("等")
    if re.fullmatch(r"A{1,5}", text):
        return len(text)
    found = re.fullmatch(r"([1-5])A", text)
    return int(found.group(1)) if found else 0
