"""What the decision and the agreement say on paper: data for the templates of documents, from stored rows alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hrpark.cases.rules import day_of
from hrpark.documents.kinds import AGREEMENT
from hrpark.documents.rendering import render
from hrpark.parks.queries import profile_of
from hrpark.standard.queries import parameter
from hrpark.toolbox.dates import date_cn, years_before
from hrpark.toolbox.errors import NotFound

from .models import Agreement, Application, Ruling
from .queries import entry_of, priority_of, verdicts


def operator_of(application: Application) -> tuple[str, str]:
    """Name and code of who runs the park; the park itself where nobody is named."""
    profile = profile_of(application.park)
    operator = profile.operator if profile else None
    return (operator.name, operator.uscc or "") if operator else (application.park.name, "")


def decision_data(application: Application) -> dict[str, Any]:
    """The notice of a decision (入驻决定通知书)."""
    decision, case, park = application.decision, application.case, application.park
    decided = day_of(decision.decided_at)
    lines = verdicts(application)
    shown = entry_of(lines) + [line for line in priority_of(lines) if line.stands.value == "passed"]
    objection = parameter("admission.objection_working_days", decided, park.pk)
    data = {
        "park": park.name, "operator": operator_of(application)[0], "institution": application.institution.name,
        "uscc": application.institution.uscc or "", "application": case.number, "applied_on": date_cn(day_of(case.received_at)),
        "admitted": decision.outcome != Ruling.REFUSED, "reason": decision.basis,
        "findings": [
            {"clause": line.clause, "requirement": line.words, "outcome": line.says,
             "reason": line.judgement.override_reason or line.judgement.reason}
            for line in shown
        ],
        "next_steps": _next_steps(application),
        "objection": f"如对本决定有异议，可在收到之日起{objection}个工作日内向园区提出书面复核申请，园区将在收到后答复。",
    }  # fmt: skip
    if decision.outcome == Ruling.CONDITIONAL:
        data["terms"] = [["入驻条件", decision.conditions], ["满足条件的期限", date_cn(decision.conditions_until)]]
    return data


def _next_steps(application: Application) -> list[dict[str, str]]:
    decision = application.decision
    if decision.outcome == Ruling.REFUSED:
        return [{"what": "补齐条件后，可以重新提出入驻申请"}]
    days = parameter("admission.start_days", day_of(decision.decided_at), application.park_id)
    steps = [{"what": "与园区签订入驻协议，确定单元和承诺在园年限"}]
    if decision.outcome == Ruling.CONDITIONAL:
        steps.insert(0, {"what": f"满足入驻条件：{decision.conditions}", "until": date_cn(decision.conditions_until)})
    return [*steps, {"what": f"自入驻协议签订之日起{days}个自然日内完成人员进驻并开展业务"}]


#: What nobody knows before the agreement is signed.
BLANK = "＿＿＿＿"
BLANK_DAY = "＿＿＿＿年＿＿月＿＿日"


def agreement_data(application: Application) -> dict[str, Any]:
    """The admission agreement (入驻协议), with what 4.3.1.2 a to e ask of a resident in words of our own."""
    agreement: Agreement = application.agreement
    first = agreement.residency.starts
    last = years_before(first, -agreement.years) - timedelta(days=1)
    unit = [["入驻单元", agreement.unit.name if agreement.unit else agreement.unit_note]]
    if agreement.unit and agreement.unit.area:
        unit.append(["建筑面积", f"{agreement.unit.area}平方米"])
    dates = [
        ["协议编号", agreement.number],
        ["承诺在园年限", f"{agreement.years}年（{date_cn(first)}至{date_cn(last)}）"],
        ["人员进驻并开展业务", f"不晚于{date_cn(agreement.start_by)}（协议签订之日起{agreement.start_days}个自然日内）"],
    ]
    clauses = _clauses(str(agreement.years), agreement.start_days, date_cn(agreement.start_by))
    return {"park": application.park.name, "parties": _parties(application), "unit": unit, "dates": dates, "clauses": clauses}


def pledge_data(application: Application) -> dict[str, Any]:
    """The pledge (入园承诺书): the years of stay, and what else 4.3.1.2 asks of a resident, letter by letter."""
    agreement: Agreement = application.agreement
    operator, _ = operator_of(application)
    party = _parties(application)[1]
    first = agreement.residency.starts
    last = years_before(first, -agreement.years) - timedelta(days=1)
    years, days = f"{agreement.years}年", agreement.start_days
    return {
        "park": application.park.name, "operator": operator, "institution": party["name"], "uscc": party["uscc"],
        "representative": party["representative"], "agreement": agreement.number, "years": years,
        "period": f"{date_cn(first)}至{date_cn(last)}",
        "promises": [
            f"自入驻之日起在园区经营服务不少于{years}，即{date_cn(first)}至{date_cn(last)}；确需提前退出的，提前书面告知并办妥退出手续。",
            f"自入驻协议签订之日起{days}个自然日内，即不晚于{date_cn(agreement.start_by)}，完成人员进驻并实际开展业务。",
            "守法诚信经营，取得并保持与业务相符的许可或备案，财务和管理制度健全，如实报送资料和数据。",
            "按人力资源服务的行业标准和规范提供服务，接受年度检查和随机抽查，对查出的问题按期改正。",
            "按期足额缴纳租金、物业费、水电费等应缴费用。",
        ],
    }  # fmt: skip


def draft_agreement(application: Application, at: datetime) -> bytes:
    """The agreement as it would be signed, set from the same template and marked a draft, for who is admitted to read before.

    What is settled at signing stays blank: the unit, the days, the number. Nothing is issued: it has no number and no code.
    """
    if application.case.state != "admitted":
        raise NotFound("只有已准予入驻、尚未签订协议的申请才有协议草稿。")
    data, on = application.case.data, day_of(at)
    days = parameter("admission.start_days", on, application.park_id)
    years = str(data.get("years") or BLANK)
    unit = [["入驻单元", f"{BLANK}（签订时确定）"]]
    if data.get("area"):
        unit.append(["申请面积", f"{data['area']}平方米"])
    dates = [
        ["协议编号", f"{BLANK}（签订后编排）"],
        ["承诺在园年限", f"{years}年（{BLANK_DAY}至{BLANK_DAY}）"],
        ["人员进驻并开展业务", f"不晚于{BLANK_DAY}（协议签订之日起{days}个自然日内）"],
    ]
    said = {
        "park": application.park.name, "parties": _parties(application), "unit": unit, "dates": dates,
        "clauses": _clauses(years, days, BLANK_DAY), "draft": "草稿，未签订",
    }  # fmt: skip
    return render(AGREEMENT, said, at=at)


def _parties(application: Application) -> list[dict[str, str]]:
    """The two parties; what the dossier does not say yet, as the application says it."""
    institution, data = application.institution, application.case.data
    operator, operator_code = operator_of(application)
    contact = "，".join(filter(None, (str(data.get("contact") or ""), str(data.get("phone") or ""))))

    def known(name: str) -> str:
        return str(getattr(institution, name) or data.get(name) or "")

    return [
        {"role": "甲方（园区运营方）", "name": operator, "uscc": operator_code},
        {"role": "乙方（入驻机构）", "name": institution.name, "uscc": institution.uscc or "",
         "representative": known("legal_representative"), "address": known("registered_address"), "contact": contact},
    ]  # fmt: skip


def _clauses(years: str, days: int, last: str) -> list[dict[str, Any]]:
    return [
        {"title": "在园承诺", "paragraphs": [f"乙方承诺在园区经营服务不少于{years}年；期满前双方另行协商。"]},
        {"title": "开业期限", "paragraphs": [
            f"乙方自本协议签订之日起{days}个自然日内完成人员进驻并实际开展业务，最后一日为{last}。",
            "因故不能按期的，应在期满前书面告知甲方并说明原因。"]},
        {"title": "乙方的经营", "paragraphs": [
            "乙方守法诚信经营，依法取得并保持与业务相符的许可或备案，财务和管理制度健全。",
            "乙方按人力资源服务的行业标准和规范提供服务，接受甲方的年度检查和抽查，对查出的问题按期改正。",
            "乙方的名称、住所、法定代表人、许可或备案发生变化的，应及时告知甲方。"]},
        {"title": "费用", "paragraphs": ["场地租金、物业费、水电费等按双方另行签订的租赁合同和园区公布的标准按期缴纳。"]},
        {"title": "甲方的服务", "paragraphs": ["甲方保障公共区域设施设备安全、正常运行，按公布的目录和时限提供服务、受理诉求。"]},
        {"title": "退出", "paragraphs": [
            "任何一方提前终止本协议的，应提前书面通知对方，并按园区的退出制度办理费用结清、场地交还和地址迁出。",
            "乙方不再具备入驻条件，或以虚假材料取得入驻资格的，甲方可以终止本协议。"]},
        {"title": "其他", "paragraphs": ["本协议与租赁合同分别签订；未尽事宜由双方协商，协商不成的依法解决。"]},
    ]  # fmt: skip
