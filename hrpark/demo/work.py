"""What is on the desks of the demo park: applications at every stage, two years of figures, a finished and an open round.

The same builders as in the tests, so that what the demo shows is what the tests prove. Figures are drawn from the demo's
seed within the published ranges; nothing here is the figure of a real park.
"""

from __future__ import annotations

from datetime import date, datetime

from hrpark.admission import samples as admission
from hrpark.admission.actions import (
    add_basis_paper,
    answer_correction,
    begin_exit,
    decide,
    issue_paper,
    plan_checks,
    record_check,
    record_fees,
    record_potential_review,
    respond,
    settle_point,
    sign_agreement,
)
from hrpark.admission.actions import send_back as return_application
from hrpark.admission.checklist import POINTS
from hrpark.admission.models import Application
from hrpark.admission.queries import papers_of, suggested_terms
from hrpark.cases import samples as cases
from hrpark.cases.actions import begin_duty, close, open_case, rate, send_back, submit, write_template
from hrpark.cases.actions import respond as answer
from hrpark.cases.kinds import KINDS
from hrpark.documents.kinds import AGREEMENT, PLEDGE
from hrpark.documents.samples import make_original
from hrpark.evaluation import samples as rounds
from hrpark.evaluation.actions import publish_round
from hrpark.files.actions import attach
from hrpark.files.samples import Named, pdf_bytes
from hrpark.institutions.models import Institution
from hrpark.institutions.queries import resident_agencies
from hrpark.returns import samples as figures

from . import people
from .park import Made, Stage, build

#: (name, days ago it was handed in, what has happened to it since)
APPLICATIONS = (
    ("广州湾创人才科技有限公司", 9, "submitted"),
    ("广州众合灵工信息服务有限公司", 4, "submitted"),
    ("广州精英背调科技有限公司", 6, "sent_back"),
    ("广州领航猎头顾问有限公司", 5, "ready"),
    ("广州才通测评有限公司", 40, "refused"),
    ("广州融智人力资源集团有限公司", 70, "signed"),
    ("广州启明灵活用工服务有限公司", 25, "conditional"),
)


def fill(at: datetime) -> Made:
    """The whole demo: the park, then its work."""
    stage = Stage(at)
    made = build(stage)
    applications(stage, made)
    requests(stage, made)
    duties(stage, made)
    returns(stage, made)
    evaluation(stage, made)
    return made


def applications(stage: Stage, made: Made) -> None:
    officer, director = stage.people[people.OFFICER.key], stage.people[people.DIRECTOR.key]
    free = iter(made.units[len(made.residents) :])
    for name, days, what in APPLICATIONS:
        handed_in, later = stage.moment(days), stage.moment(max(days - 2, 0), 15)
        given = {"at": handed_in, "park": made.park, "name": name, "uscc": "" if what == "conditional" else stage.uscc()}
        if what in ("submitted", "sent_back"):
            application = admission.make_application(**given)
            if what == "sent_back":
                stage.do(respond, days - 1, actor=officer, application=application, note="已收到申请，正在核对材料。")
                asked = [{"field": "plan", "says": "请补充入驻后第一年的服务计划和预计服务企业数。"}]
                stage.do(return_application, days - 2, actor=officer, application=application, asked=asked)
            continue
        forming = {"situation": "forming"} if what == "conditional" else {}
        ready = admission.make_ready(actor=officer, **given, **forming)
        if what == "ready":
            continue
        outcome = what if what in ("refused", "conditional") else "admitted"
        terms = suggested_terms(ready, stage.day(days - 5)) if what == "conditional" else ()
        minutes = stage.do(
            add_basis_paper, days - 5, actor=director, application=ready, kind="minutes", title="入驻评审会议纪要", dated=stage.day(days - 5),
            number=f"黄园办〔{stage.day(days - 5).year}〕3号",
        )  # fmt: skip
        stage.do(
            attach,
            days - 5,
            actor=director,
            to=minutes,
            file=Named(pdf_bytes("会议纪要"), "会议纪要.pdf"),
            park=made.park,
            label="会议纪要",
        )
        decision = stage.do(
            decide, days - 5, actor=director, application=ready, outcome=outcome,
            basis="经入驻评审会议研究，其业务与园区定位不符。" if what == "refused" else "经入驻评审会议研究，符合入驻条件（会议纪要〔2026〕3号）。",
            conditions=[vars(one) for one in terms],
        )  # fmt: skip
        if what == "signed":
            signed = stage.day(days - 10)
            stage.do(
                sign_agreement, days - 10, actor=director, application=decision.application, signed_on=signed, years=3,
                starts=signed, unit=next(free),
            )  # fmt: skip
            papers(stage, decision.application, days - 10)
            review = stage.do(
                record_potential_review, 5, actor=director, institution=decision.application.institution, kind="growth",
                panel=[("何雅琴", "园区运营总监"), ("邓文博", "外聘专家")], criteria="园区成长型机构评估办法：近两年营收增速、服务企业数、专业人员占比",
                recognised=True, conclusion="近两年营收增长超过30%，认定为成长型机构", assessed_on=stage.day(5), valid_to=stage.day(-360),
            )  # fmt: skip
            stage.do(
                attach,
                5,
                actor=director,
                to=review,
                file=Named(pdf_bytes("评估记录"), "评估记录.pdf"),
                park=made.park,
                label="评估记录",
            )
    admission.begin(
        at=later, park=made.park, applicant=stage.people[people.APPLICANT.key], name="广州新锐数字人力有限公司", uscc=stage.uscc()
    )  # fmt: skip


def papers(stage: Stage, application: Application, days: int) -> None:
    """Both papers of a resident are printed; the pledge came back sealed, the agreement is still out."""
    officer = stage.people[people.OFFICER.key]
    for template in (AGREEMENT, PLEDGE):
        stage.do(issue_paper, days, actor=officer, application=application, template=template)
    pledge = papers_of(application).get(template=PLEDGE)
    make_original(pledge, at=stage.moment(max(days - 6, 0)), actor=officer)


#: (kind, days ago, who asked, what happened since: nothing, answered, returned, done with the degree it was rated)
REQUESTS = (
    ("general", 24, "clerk", 5, {}),
    ("general", 12, "clerk", 2, {"topic": "property", "what": "B座货梯连续两天停运\n搬运设备受影响。", "place": "B座货梯"}),
    ("general", 7, "applicant", "returned", {"topic": "policy", "what": "想了解高校毕业生就业补贴怎样申请", "place": ""}),
    ("general", 2, "clerk", "answered", {"topic": "business", "what": "希望对接周边制造企业的用工需求", "place": ""}),
    ("general", 0, "applicant", "", {"topic": "people", "what": "咨询园区内招聘会的举办时间", "place": ""}),
    ("complaint", 3, "clerk", "answered", {}),
)
TEMPLATES = (
    ("已受理", "您的诉求已收到，由我办理。我会先核实情况，在办结期限前答复处理结果。"),
    ("已派修", "已安排维修人员上门，维修当天会提前与您联系，请保持电话畅通。"),
)


def requests(stage: Stage, made: Made) -> None:
    """General requests and a complaint at every stage: new, answered, returned, done and rated, one of them low."""
    officer, director = stage.people[people.OFFICER.key], stage.people[people.DIRECTOR.key]
    clerk, applicant = stage.people[people.CLERK.key], stage.people[people.APPLICANT.key]
    first = made.residents[0]
    stage.do(begin_duty, 60, actor=director, park=made.park, kind="general", person=officer)
    for title, text in TEMPLATES:
        stage.do(write_template, 60, actor=officer, park=made.park, title=title, text=text)
    for kind, days, who, what, over in REQUESTS:
        by = {"organisation": first.organisation, "institution": first} if who == "clerk" else {}
        asks, data = clerk if who == "clerk" else applicant, {**cases.DATA[kind], **over}
        case = stage.do(
            open_case, days, actor=asks, kind=kind, park=made.park, title=KINDS.get(kind).title_of(data), data=data, **by
        )
        stage.do(submit, days, actor=asks, case=case, data=data)
        if what == "returned":
            asked = [{"field": "what", "says": "请写明毕业年份和就业单位，便于核对条件。"}]
            stage.do(send_back, days, actor=officer, case=case, asked=asked)
            continue
        if what:
            stage.do(answer, max(days - 1, 0), actor=officer, case=case, note=TEMPLATES[0][1])
        if isinstance(what, int):
            note = "已更换故障部件并试运行，现已恢复正常。"
            stage.do(close, days - 3, actor=officer, case=case, note=note, outcome="solved", cause="wear")
            stage.do(
                rate, days - 4, actor=asks, case=case, degree=what, text="停了两天才来人，没有提前通知。" if what < 3 else ""
            )


def duties(stage: Stage, made: Made) -> None:
    """The checks of the year under way: one done with a correction that waits for the officer, one resident on its way out."""
    officer, clerk = stage.people[people.OFFICER.key], stage.people[people.CLERK.key]
    stage.do(plan_checks, 20, actor=officer, park=made.park, year=stage.today.year, due_on=stage.day(-30))
    first, *others = made.residents
    for institution, unmet in ((first, ("display",)), (others[0], ())):
        check = institution.duty_checks.filter(done_on=None).first()
        if check is None:
            continue
        points = {key: "unmet" if key in unmet else "fulfilled" for key in POINTS}
        stage.do(
            record_check, 10, actor=officer, check=check, done_on=stage.day(10), points=points, note="现场检查，机构负责人陪同。",
            correct_by=stage.day(-5) if unmet else None,
        )  # fmt: skip
    for row in first.corrections.all():
        stage.do(answer_correction, 2, actor=clerk, correction=row, answer="收费标准和监督电话已在前台公示。")
    stage.do(record_fees, 5, actor=officer, institution=first, paid=True, on=stage.day(5), note="上月收费台账")
    leaving = next(one for one in reversed(others) if one.residencies.running(stage.today).exists())
    exit = stage.do(
        begin_exit,
        6,
        actor=stage.people[people.DIRECTOR.key],
        institution=leaving,
        last_day=stage.day(-24),
        says="协议到期，双方商定不再续签。",
    )
    stage.do(settle_point, 3, actor=officer, exit=exit, point="fees", state="done", note="租金和物业费已结清，收据号00871。")


def yearly(stage: Stage, agencies: int, grown: float) -> dict[str, int]:
    """A park's year in the ranges that real ones published, for so many agencies, ``grown`` times the first year."""
    chance = stage.chance
    revenue = int(agencies * 5200 * grown)  # 万元: about 52 million yuan an agency
    return {
        "T1.05.revenue": revenue, "T1.05.tax": int(revenue * 0.018),
        "T1.07.persons_served": int(agencies * 9800 * grown), "T1.07.employers_served": int(agencies * 420 * grown),
        "T1.07.posts_provided": int(agencies * 1500 * grown),
        "T1.08.national": chance.randrange(2, 5), "T1.08.provincial": chance.randrange(8, 14), "T1.08.city": chance.randrange(20, 32),
        "T1.08.trade": chance.randrange(5, 12), "T1.09.items_published": chance.randrange(180, 260),
        "T1.09.reads": chance.randrange(90_000, 160_000), "T1.10.events_held": chance.randrange(28, 46),
        "T1.11.companies_attending": chance.randrange(600, 900), "T1.11.persons_attending": chance.randrange(3500, 6000),
        "T1.12.delegations_received": chance.randrange(40, 70), "T1.13.response_rate": chance.randrange(93, 98),
        "T1.14.office_equipment": 95, "T1.14.living_facilities": 90,
        "T1.15.enterprise_accepted": chance.randrange(80, 120), "T1.15.enterprise_served": chance.randrange(60, 80),
        "T1.15.talent_accepted": chance.randrange(150, 220), "T1.15.talent_served": chance.randrange(120, 150),
        "T1.16.employment_services": chance.randrange(120, 180), "T1.16.talent_services": chance.randrange(60, 110),
    }  # fmt: skip


def returns(stage: Stage, made: Made) -> None:
    """Two closed years, verified; a regional figure for the share of row T1.06."""
    director, inspector = stage.people[people.DIRECTOR.key], stage.people[people.INSPECTOR.key]
    year = stage.today.year - 1
    for past, grown in ((year - 1, 1.0), (year, 1.12)):
        days = (stage.today - date(past + 1, 2, 20)).days
        residents = resident_agencies(made.park, date(past, 12, 31)).count()
        figures.make_declaration(
            made.park, past, yearly(stage, max(residents, 8), grown), actor=director, at=stage.moment(max(days, 0))
        )
        figures.verify_all(made.park, past, actor=inspector, at=stage.moment(max(days - 20, 0)))
        figures.make_regional_figure(
            made.park, past, int(680_000 * grown), actor=stage.people[people.SUPERVISOR.key], at=stage.moment(max(days - 21, 0))
        )


def evaluation(stage: Stage, made: Made) -> None:
    """Last year's round, finished and published; a mid-year one that residents are answering now."""
    director, inspector, supervisor = (stage.people[p.key] for p in (people.DIRECTOR, people.INSPECTOR, people.SUPERVISOR))
    year = stage.today.year - 1
    begun = max((stage.today - date(year + 1, 4, 1)).days, 30)
    finished = rounds.make_round(made.park, at=stage.moment(begun), actor=supervisor, as_of=date(year, 12, 31))
    answering = list(residents_with_people(made, finished.as_of))
    rounds.answer_all(finished, answering, at=stage.moment(begun - 3))
    rounds.rate_all(finished, at=stage.moment(begun - 6), actor=director, score=92)
    rounds.close(finished, at=stage.moment(begun - 15), actor=inspector)
    finished.refresh_from_db()
    rounds.assess_all(finished, at=stage.moment(begun - 16), actor=inspector, adjusted={"T1.14": 82})
    done = rounds.finish(finished, at=stage.moment(begun - 18), inspector=inspector, supervisor=supervisor)
    stage.do(publish_round, begun - 19, actor=supervisor, round=done)
    now = rounds.make_round(
        made.park, at=stage.moment(5), actor=supervisor, as_of=stage.day(6), name=f"{stage.today.year}年评价", days=21
    )
    rounds.answer_all(now, answering[1:4], at=stage.moment(2))


def residents_with_people(made: Made, on: date) -> list[Institution]:
    return list(resident_agencies(made.park, on).order_by("pk")[:12])
