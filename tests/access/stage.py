"""The stage: one world in which everything exists three times, for 启航 and 智达 in 黄埔, and for 粤才 in 天河.

It is made only through verbs. Every free text in it is a canary, ``CANARY-<owner>-<field>~``, that says whose words it holds;
identities.py says who may read which owner's. What everybody may know (names in the directory, licence numbers, a park's
introduction) holds none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.test import override_settings

from hrpark.accounts import access
from hrpark.accounts.actions import end_role, give_consent, invite, record_authorisation, save_draft, save_view
from hrpark.accounts.models import Consent, Membership, Organisation, Park, Person, SavedView
from hrpark.accounts.samples import HOUSE, Cast, cast, give_role, make_organisation, make_person, sample_mobile, sample_uscc
from hrpark.admission import actions as admission
from hrpark.admission.checklist import POINTS
from hrpark.admission.models import Agreement, Application, DutyCheck
from hrpark.admission.queries import conditions_of, verdicts
from hrpark.admission.samples import answers, begin, make_application, make_ready, see_papers
from hrpark.cases import actions as cases
from hrpark.cases.models import Case
from hrpark.cases.queries import score_form_in_force
from hrpark.cases.samples import DATA, make_case
from hrpark.documents.actions import ask_to_read, carry_on, request_signing, withdraw, write_reading
from hrpark.documents.esign import Signer, Standing
from hrpark.documents.kinds import ADMISSION_DECISION, AGREEMENT, PLEDGE
from hrpark.documents.models import Document, Envelope
from hrpark.documents.rules.licences import Line
from hrpark.documents.samples import make_original, make_word_template
from hrpark.evaluation import samples as rounds
from hrpark.evaluation.actions import (
    Rated,
    adopt_scheme,
    answer_round,
    assess_row,
    close_collection,
    find_veto,
    issue_report,
    publish_round,
    rate_self,
)
from hrpark.evaluation.kinds import SEEDS
from hrpark.evaluation.models import Round, Scheme, SelfScore
from hrpark.evaluation.queries import scheme_name
from hrpark.evaluation.rules.scheme import checklist_of, judged_by, rows_of
from hrpark.files.actions import remove
from hrpark.files.queries import attachments_of
from hrpark.files.samples import make_attachment, pdf_bytes, png_bytes
from hrpark.institutions import actions as dossier
from hrpark.institutions.models import CreditSource, Institution
from hrpark.institutions.samples import make_contact, make_licence, make_resident, make_staff_member
from hrpark.notices.samples import make_notice
from hrpark.parks.samples import make_building, make_profile, make_space
from hrpark.returns.actions import declare_figures, verify_figure
from hrpark.returns.models import DeclaredFigure
from hrpark.returns.rules import Given
from hrpark.returns.samples import make_regional_figure
from hrpark.sheets.actions import map_columns, override_rows, upload_table
from hrpark.sheets.samples import make_uscc, make_xlsx
from hrpark.standard.actions import override, withdraw_override
from hrpark.standard.queries import current_edition
from hrpark.standard.samples import make_override

from .identities import READERS
from .table import ROWS

CANARY = re.compile(r"CANARY-([\w]+)-([\w]+)")
MADE: set[tuple[str, str]] = set()


def mark(owner: str, of: str) -> str:
    """Words of an owner: a canary."""
    if owner not in READERS:
        raise LookupError(f"Nobody is declared as a reader of {owner}")
    MADE.add((owner, of))
    return f"CANARY-{owner}-{of}~"


@dataclass
class Estate:
    """Everything of one institution and of its park, by name: what stands in addresses and forms."""

    label: str
    park_label: str
    park: Park
    organisation: Organisation
    representative: Person
    clerk: Person
    applicant: Person
    operator: Person
    authority: Person | None
    things: dict[str, Any] = field(default_factory=dict)

    def words(self, of: str, what: str = "") -> str:
        return mark(self.label + what, of)

    def parks(self, of: str, what: str = "") -> str:
        return mark(self.park_label + what, of)


@dataclass
class Stage:
    cast: Cast
    at: datetime
    people: dict[str, Person]
    estates: dict[str, Estate]

    def person(self, letter: str) -> Person | None:
        return self.people.get(letter)

    def address(
        self, name: str, path: str, of: str = "启航", park: str = "", swapped: Mapping[str, str] | None = None,
        things: Mapping[str, str] | None = None,
    ) -> str:  # fmt: skip
        """The address of a URL, with an estate's objects in it.

        ``park``: in another park's than its own; ``swapped``: converter → whose object stands there instead; ``things``:
        converter → another thing than the table's.
        """
        estate, row = self.estates[of], ROWS[name]

        def value(match: re.Match) -> str:
            of = match.group(1).rpartition(":")[2]
            if of == "park":
                return park or estate.park.slug
            thing = {**row.of, **(things or {})}[of]
            return (
                thing[1:] if thing.startswith("=") else str(self.estates[(swapped or {}).get(of, estate.label)].things[thing])
            )

        return "/" + re.sub(r"<([^>]+)>", value, path)


# ---------------------------------------------------------------- building


def build(at: datetime) -> Stage:
    """The whole world as of ``at``. The institutions moved in five hundred days before, and declared and were rated since."""
    then = at - timedelta(days=500)
    people = cast(then)
    applicants = [
        make_person(at=then, name=mark(f"{label}申请", "申请人"), mobile=sample_mobile(20_261_000 + i))
        for i, label in enumerate(("启航", "智达", "粤才"))
    ]
    estates = {
        "启航": Estate(
            "启航", "黄埔", people.huangpu, people.qihang, people.qihang_representative, people.qihang_clerk, applicants[0],
            people.officer, people.inspector,
        ),
        "智达": Estate(
            "智达", "黄埔", people.huangpu, people.zhida, people.zhida_representative, people.zhida_clerk, applicants[1],
            people.officer, people.inspector,
        ),
        "粤才": Estate(
            "粤才", "天河", people.tianhe, people.yuecai, people.yuecai_representative, people.yuecai_clerk, applicants[2],
            people.tianhe_director, None,
        ),
    }  # fmt: skip
    for estate in (estates["启航"], estates["粤才"]):
        _park(estate, then)
    _authority_of_tianhe(estates["粤才"], then)
    for estate in estates.values():
        _institution(estate, then, at)
        _applications(estate, at)
        _people(estate, at)
        _figures(estate, at)
        _conditions(estate, at)
        _asked(estate, at)
    for estate in (estates["启航"], estates["粤才"]):
        _evaluation(estate, at)
        _imports(estate, at)
    estates["智达"].things |= {k: v for k, v in estates["启航"].things.items() if k not in estates["智达"].things}
    _elsewhere(estates["启航"], people.tianhe, at)
    _no_role_yet(people, at)
    letters = {
        "p": people.stranger, "a": applicants[0], "A": applicants[1], "r": people.qihang_representative, "c": people.qihang_clerk,
        "R": people.zhida_representative, "o": people.officer, "d": people.director, "s": people.supervisor, "i": people.inspector,
        "z": estates["粤才"].authority, "t": people.tianhe_director, "y": people.yuecai_representative, "x": people.installer,
    }  # fmt: skip
    return Stage(people, at, letters, estates)


def _key(estate: Estate, of: str) -> str:
    return f"stage:{estate.label}:{of}"


def _park(estate: Estate, at: datetime) -> None:
    """The place, its promises, and what only operator and authority know of it."""
    park = estate.park
    region = ("广州市黄埔区", "440112") if estate.park_label == "黄埔" else ("广州市天河区", "440106")
    profile = make_profile(at=at, park=park, operator=None, region=region[0], region_code=region[1])
    building = make_building(at=at, park=park)
    space = make_space(at=at, park=park, code=estate.parks("空间号"), name=estate.parks("空间"), parent=building)
    review = admission.record_fair_review(
        actor=HOUSE, at=at, key=_key(estate, "review"), park=park, number=f"审查〔{park.pk}〕1号", reviewed_by=estate.parks("审查单位"),
        reviewed_on=at.date(), conclusion=estate.parks("审查结论"),
    )  # fmt: skip
    withdraw_override(
        actor=HOUSE, at=at, key=_key(estate, "promise"), override=make_override(at=at, park=park, value=50),
        reason=estate.parks("撤回原因"),
    )  # fmt: skip
    override(
        actor=HOUSE, at=at, key=_key(estate, "scoring"), park=park, parameter="admission.scoring_required", since=at.date(),
        value=True, basis="园区管理办法第八条",
    )  # fmt: skip
    promise = make_override(at=at, park=park)
    gone = make_resident(at=at, park=park, starts=at.date() - timedelta(days=400))
    dossier.end_residency(
        actor=HOUSE, at=at, key=_key(estate, "left"), residency=gone.residencies.get(), on=at.date() - timedelta(days=30),
        reason=estate.parks("退出原因"),
    )  # fmt: skip
    former = give_role(
        make_person(at=at, name="离任者", mobile=sample_mobile(20_263_000 + park.pk)),
        _body_of(estate.operator, park),
        park,
        "officer",
        at=at,
    )
    end_role(
        actor=HOUSE,
        at=at,
        key=_key(estate, "ended"),
        membership=former,
        on=at.date() - timedelta(days=20),
        reason=estate.parks("收回原因"),
    )
    template = make_word_template(park, at=at, note=estate.parks("文书模板", "窗口"), key=_key(estate, "word"))
    estate.things |= {
        "word_template": template.pk, "file_word_template": template.attachment_id,
        "region_code": region[1], "clause": "4.3.1", "edition": current_edition().key, "building": building.pk, "space": space.pk, "review": review.pk, "promise": promise.pk, "parameter": promise.key, "profile": profile.pk, "gone": gone.pk, "former": former.pk,
        "file_profile": _file(estate, profile, estate.parks("批准附件"), estate.parks("批准文件"), at),
        "file_review": _file(estate, review, estate.parks("审查附件"), estate.parks("审查文件"), at),
    }  # fmt: skip


class Signing:
    """A platform that declines what is said here, and signs the rest."""

    declines = ""

    def send(self, reference: str, title: str, name: str, pdf: bytes, signers: Any) -> str:
        return reference

    def look(self, number: str) -> Standing:
        return Standing("declined", self.declines) if self.declines else Standing("signed")

    def fetch(self, number: str) -> bytes:
        return pdf_bytes()


def _signed_on_a_platform(estate: Estate, document: Document, at: datetime) -> None:
    """Once declined, once signed: the officer reads why, and who was to sign."""
    signers = [Signer(estate.words("签署单位", "内注"), estate.words("签署人", "内注"), mobile_of(estate, 20))]
    with override_settings(ESIGN_ADAPTER="tests.access.stage.Signing"):
        for n, declines in enumerate((estate.words("拒签原因", "内注"), "")):
            Signing.declines, then = declines, at + timedelta(hours=n)
            key = _key(estate, f"esign:{n}")
            envelope = request_signing(actor=HOUSE, at=then, key=key, document=document, signers=signers)
            carry_on(then)
            carry_on(then + timedelta(minutes=30))
    estate.things |= {"file_envelope": Envelope.objects.get(pk=envelope.pk).signed_id}


def _read_off_a_photograph(estate: Estate, case: Case, at: datetime) -> None:
    """A licence in a picture, and what stands on it."""
    picture = make_attachment(
        case, park=estate.park, at=at, label=estate.words("执照照片"), name=f"{estate.words('照片文件')}.png", data=png_bytes(),
        key=_key(estate, "picture"),
    )  # fmt: skip
    reading = ask_to_read(actor=HOUSE, at=at, attachment=picture, kind="business_licence")
    lines = [Line("营业执照", 1.0, 0, 0, 90, 20), Line(f"住所{estate.words('识别住所')}", 1.0, 0, 40, 300, 60)]
    write_reading(actor=HOUSE, at=at, key=_key(estate, "reading"), reading=reading, lines=lines)


def _file(estate: Estate, to: Any, label: str, name: str, at: datetime, *, personal: bool = False, words: str = "") -> int:
    """An attachment: its label, its name, and what stands in it are canaries of the same owner."""
    return make_attachment(
        to, park=estate.park, at=at, label=label, name=f"{name}.txt", data=(words or name).encode(), personal=personal,
        key=_key(estate, f"file:{to.subject_type}:{to.pk}:{personal}"),
    ).pk  # fmt: skip


#: Forms that applicants of an estate have filled in; each has a telephone number of its own.
FORMS = ("", "申请", "准入")


def _declared(estate: Estate, what: str, at: datetime) -> dict[str, Any]:
    """A form as an applicant types it, every free field with a canary."""

    def words(of: str) -> str:
        return estate.words(of, what)

    given = answers(
        at, legal_representative=words("法人"), registered_address=words("注册地址"), business_address=words("经营地址"),
        headquarters_of=words("总部"), plan=words("计划"), contact=words("联系人"), contact_post=words("联系职务"),
        phone=mobile_of(estate, FORMS.index(what)), email=f"form-{mobile_of(estate, FORMS.index(what))}@example.com",
    )  # fmt: skip
    for licence in given["licences"]:
        licence["scope"], licence["issuer"] = words("许可范围"), words("发证机关")
    for member in given["staff"]:
        member["name"] = f"{words('员工')}{member['name']}"
        member["qualification"] = words("职称")
    given["credentials"] = [
        {
            "kind": "honour", "title": words("荣誉"), "issuer": words("认定单位"), "issuer_level": "provincial",
            "list_name": words("榜单"), "level": words("等次"), "scale": "", "aspect": "", "year": str(at.year - 1), "issued_on": "", "valid_to": "",
        }
    ]  # fmt: skip
    return given


def _institution(estate: Estate, then: datetime, at: datetime) -> None:
    """From the application through decision and agreement to a dossier with everything in it."""
    park, words, by = estate.park, estate.words, {"actor": HOUSE, "at": then}
    application = make_application(
        at=then, park=park, applicant=estate.representative, name=estate.organisation.name, uscc=estate.organisation.uscc,
        data=_declared(estate, "", then),
    )  # fmt: skip
    cases.add_note(**by, key=_key(estate, "note"), case=application.case, note=words("备注", "内注"))
    admission.respond(**by, key=_key(estate, "respond"), application=application, note=words("答复"))
    results = {source: ("clear", words("信用说明")) for source in CreditSource.values}
    application = admission.check_credit(
        **by, key=_key(estate, "credit"), application=application, on=then.date(), results=results
    )
    application = see_papers(application, at=then)
    line = next(line for line in verdicts(application) if line.judgement.kind == "priority" and line.stands.value != "passed")
    admission.override_judgement(
        **by, key=_key(estate, "override"), judgement=line.judgement, outcome="passed" if line.stands.value == "failed" else "failed",
        reason=words("改判理由"),
    )  # fmt: skip
    admission.check_first(
        **by, key=_key(estate, "first"), application=Application.objects.get(pk=application.pk), conclusion="recommend",
        note=words("初审意见", "依据"),
    )  # fmt: skip
    paper, wrong = (
        admission.add_basis_paper(
            **by, key=_key(estate, f"basis:{n}"), application=application, kind="minutes", title=words("纪要", "依据"),
            dated=then.date(), number=words("纪要号", "依据"),
        )
        for n in range(2)
    )  # fmt: skip
    admission.withdraw_basis_paper(**by, key=_key(estate, "unbased"), paper=wrong, reason=words("撤下原因", "依据"))
    file_basis = _file(estate, paper, words("纪要附件", "依据"), words("纪要文件", "依据"), then)
    admission.decide(
        **by, key=_key(estate, "decide"), application=Application.objects.get(pk=application.pk), outcome="conditional",
        basis=words("决定依据"), unscored=words("先行理由", "依据"),
        conditions=[{"kind": kind, "what": words(what), "basis": words("条件依据"), "until": then.date() + timedelta(days=700)}
                    for kind, what in (("other", "入驻条件"), ("staff", "人员条件"), ("other", "已满足条件"))],
    )  # fmt: skip
    unit = make_space(at=then, park=park, code=f"U{estate.label}", name=words("单元"))
    agreement = admission.sign_agreement(
        **by,
        key=_key(estate, "sign"),
        application=Application.objects.get(pk=application.pk),
        signed_on=then.date(),
        years=3,
        unit=unit,
        unit_note=words("单元说明"),
    )
    application = Application.objects.get(pk=application.pk)
    for template in (ADMISSION_DECISION, AGREEMENT, PLEDGE):
        admission.issue_paper(**by, key=_key(estate, f"paper:{template}"), application=application, template=template)
    institution = Institution.objects.get(pk=application.institution_id)
    dossier.edit_institution(
        **by, key=_key(estate, "edit"), institution=institution, legal_representative=words("法人"),
        registered_address=words("注册地址"), business_address=words("经营地址"), headquarters_of=words("总部"),
    )  # fmt: skip
    if not institution.licences.exists():
        make_licence(at=then, institution=institution, scope=words("许可范围"), issuer=words("发证机关"))
    potential = admission.record_potential_review(
        **by, key=_key(estate, "potential"), institution=institution, kind="growth", criteria=words("评估标准", "依据"),
        panel=[(words("评估人", "依据"), words("评估职务", "依据"))], recognised=True, conclusion=words("评估结论", "依据"),
        assessed_on=then.date(), valid_to=at.date() + timedelta(days=300),
    )  # fmt: skip
    rating = dossier.add_credential(
        **by, key=_key(estate, "rating"), institution=institution, kind="rating", title=words("评级"), issuer=words("评级单位"),
        level=words("等级"), scale=words("等级体系"),
    )  # fmt: skip
    contact = make_contact(
        at=at, institution=institution, name=words("联系人"), post=words("职务"), mobile=mobile_of(estate, 11)
    )
    member = make_staff_member(at=at, institution=institution, name=words("员工"), qualification=words("职称"))
    case, licence, credential = application.case, institution.licences.first(), rating
    removed = make_attachment(
        institution,
        park=park,
        at=at,
        label=words("移除附件"),
        name=f"{words('移除文件')}.txt",
        data=b"-",
        key=_key(estate, "removed"),
    )
    remove(actor=HOUSE, at=at, key=_key(estate, "remove"), attachment=removed, reason=words("移除原因"))
    documents = list(Document.objects.filter(of_type="application", of_id=str(application.pk)).order_by("pk"))
    withdraw(actor=HOUSE, at=at, key=_key(estate, "void"), document=documents[1], reason=words("作废原因"))
    _signed_on_a_platform(estate, documents[2], then)
    _read_off_a_photograph(estate, case, at)
    original = make_original(
        documents[0], at=then, cross_sealed=False, lacks=words("缺项", "内注"), place=words("存放位置", "内注")
    )
    estate.things |= {
        "original": original.pk, "pledge": documents[2].pk, "void": documents[1].pk, "file_word": documents[2].word_id,
        "file_original": attachments_of("original", original.pk)[0].pk,
        "institution": institution.pk, "application": application.pk, "case": case.pk, "unit": unit.pk, "contact": contact.pk,
        "agreement": agreement.pk, "member": member.pk, "licence": licence.pk, "credential": credential.pk,
        "segment": institution.segments.first().pk, "residency": institution.residencies.get().pk,
        "credit": institution.credit_checks.first().pk, "judgement": line.judgement.pk,
        "document": documents[0].pk, "code": documents[0].printed_code, "file_document": documents[0].attachment_id,
        "file_case": _file(estate, case, words("材料"), words("材料名"), at),
        "file_case_personal": _file(estate, case, words("身份材料"), words("身份材料名"), at, personal=True),
        "file_institution": _file(estate, institution, words("档案附件"), words("档案文件"), at),
        "file_institution_personal": _file(estate, institution, words("档案证件"), words("档案证件名"), at, personal=True),
        "basis_paper": paper.pk, "potential": potential.pk, "file_basis": file_basis,
        "file_potential": _file(estate, potential, words("评估附件", "依据"), words("评估文件", "依据"), at),
        "file_credential": _file(estate, credential, words("评级附件"), words("评级文件"), at),
        "file_credit": _file(estate, institution.credit_checks.first(), words("信用附件"), words("信用文件"), at),
        "file_licence": _file(estate, licence, words("许可附件"), words("许可文件"), at),
    }  # fmt: skip


def _conditions(estate: Estate, at: datetime) -> None:
    """One condition that waits and was extended after what was handed in went back, one to be checked, one that was met."""
    words, by, own = estate.words, {"actor": HOUSE, "at": at}, {"actor": estate.representative, "at": at}

    def key(of: str) -> str:
        return _key(estate, f"condition:{of}")

    waits, staff, met = conditions_of(Application.objects.get(pk=estate.things["application"]))
    files = [_file(estate, one, words("条件附件"), words("条件文件"), at) for one in (waits, staff, met)]
    admission.hand_in_condition(**own, key=key("in"), condition=waits, data={"note": words("条件说明")})
    admission.send_back_condition(**by, key=key("back"), condition=waits, reason=words("条件退回"))
    until = waits.until + timedelta(days=30)
    admission.extend_condition(**by, key=key("extend"), condition=waits, until=until, reason=words("延期理由"))
    people = [
        {
            "name": words("条件员工"),
            "education": "bachelor",
            "professional": True,
            "qualification": words("条件职称"),
            "since": "",
        }
    ]
    admission.hand_in_condition(**own, key=key("staff"), condition=staff, data={"staff": people, "note": words("人员说明")})
    admission.hand_in_condition(**own, key=key("met"), condition=met, data={"note": words("满足说明")})
    admission.accept_condition(**by, key=key("accept"), condition=met, basis=words("核对方式"))
    estate.things |= {"condition": waits.pk, "condition_in": staff.pk, "condition_met": met.pk, "file_condition": files[0]}


def _asked(estate: Estate, at: datetime) -> None:
    """What the institution asks of the park: a request that waits, a draft, one to correct, one that was done, rated low, followed
    up and taken up again, a complaint, a report of wrongdoing; and all that a desk does around them."""
    park, words, by = estate.park, estate.words, {"actor": HOUSE, "at": at}

    def key(of: str) -> str:
        return _key(estate, f"asked:{of}")

    def made(kind: str, what: str, owner: str = "", handed_in: bool = True) -> Case:
        data = {name: words(f"{what}{name}", owner) if name in ("what", "whom", "wanted", "proof", "contact", "place") else value
                for name, value in DATA[kind].items()}  # fmt: skip
        organisation = None if kind == "report" else estate.organisation
        return make_case(kind=kind, park=park, applicant=estate.representative if kind == "report" else estate.clerk, at=at, title=kind, data=data,
                         organisation=organisation, handed_in=handed_in)  # fmt: skip

    colleague = make_person(at=at, name="同事", mobile=sample_mobile(20_264_000 + estate.organisation.pk))
    give_role(colleague, _body_of(estate.operator, park), park, "officer", at=at)
    waits, draft = made("general", "诉求"), made("general", "草拟诉求", handed_in=False)
    cases.add_note(**by, key=key("note"), case=waits, note=words("诉求备注", "内注"))
    opinion = cases.ask_opinion(
        actor=colleague, at=at, key=key("opinion"), case=waits, asked=estate.operator, question=words("会办问题", "内注"),
        due_on=at.date() + timedelta(days=2),
    )  # fmt: skip
    given = cases.ask_opinion(
        actor=estate.operator, at=at, key=key("given"), case=waits, asked=colleague, question=words("会办问题二", "内注"),
        due_on=at.date() + timedelta(days=2),
    )  # fmt: skip
    cases.give_opinion(actor=colleague, at=at, key=key("give"), opinion=given, answer=words("会办意见", "内注"))
    if score_form_in_force("general", park, at.date()) is None:
        cases.publish_score_form(
            **by, key=key("form"), park=park, kind="general", title=estate.parks("评分表", "窗口"), least=1, since=at.date(),
            criteria=[{"key": "plan", "label": estate.parks("评分项", "窗口"), "says": "", "most": 10}],
        )  # fmt: skip
        template = cases.write_template(
            **by,
            key=key("template"),
            park=park,
            title=estate.parks("模板名", "窗口"),
            text=estate.parks("模板", "窗口"),
            kind="general",
        )
        duty = cases.begin_duty(**by, key=key("duty"), park=park, kind="complaint", person=colleague)
        estate.things |= {"answer_template": template.pk, "duty": duty.pk}
    scoring = cases.open_scoring(
        actor=colleague, at=at, key=key("scoring"), case=waits, reviewers=[estate.operator, colleague], due_on=at.date()
    )
    cases.hand_in_sheet(
        actor=colleague, at=at, key=key("sheet"), scoring=scoring, conflict=True, conflict_says="曾任职",
    )  # fmt: skip
    cases.assign(**by, key=key("assign"), case=waits, handler=estate.operator)
    wrong = cases.send_back(
        **by, key=key("back"), case=made("general", "补正诉求"), asked=[{"field": "what", "says": words("诉求补正")}]
    )
    done = cases.close(
        **by, key=key("close"), case=made("general", "办结诉求"), note=words("诉求答复"), outcome="solved", cause="wear"
    )
    rating = cases.rate(actor=estate.clerk, at=at, key=key("rate"), case=done, degree=1, text=words("差评"))
    again = cases.close(
        **by, key=key("close2"), case=made("general", "再办诉求"), note=words("再办答复"), outcome="solved", cause="wear"
    )
    second = cases.rate(actor=estate.clerk, at=at, key=key("rate2"), case=again, degree=2, text=words("再办差评"))
    cases.follow_up(
        actor=colleague,
        at=at,
        key=key("follow"),
        follow_up=second.follow_up,
        result="explained",
        note=words("回访记录", "内注"),
    )
    cases.reopen(**by, key=key("reopen"), case=again, note=words("重办原因"))
    rated = cases.close(
        **by, key=key("close3"), case=made("general", "待评诉求"), note=words("待评答复"), outcome="solved", cause="wear"
    )
    cases.assign(**by, key=key("second"), case=wrong, handler=colleague)
    judged = made("general", "评审诉求")
    closed = cases.open_scoring(
        actor=colleague, at=at, key=key("scoring2"), case=judged, reviewers=[estate.operator, colleague], due_on=at.date()
    )
    cases.hand_in_sheet(
        actor=colleague, at=at, key=key("sheet2"), scoring=closed, conflict=True, conflict_says=words("利益冲突二", "内注"),
    )  # fmt: skip
    cases.hand_in_sheet(
        actor=estate.operator, at=at, key=key("sheet3"), scoring=closed, conflict=False, scores={"plan": Decimal(8)},
        comment=words("评审意见二", "内注"),
    )  # fmt: skip
    cases.close_scoring(**by, key=key("scored"), scoring=closed)
    complaint, report = made("complaint", "投诉"), made("report", "举报", "举报")
    of_staff = make_case(
        kind="complaint", park=park, applicant=estate.clerk, organisation=estate.organisation, at=at, data={**DATA["complaint"], "about": "staff"}
    )  # fmt: skip
    item = cases.publish_item(
        **by, key=key("item"), park=park, kind="complaint", title="投诉", words="", fields=complaint.item.fields,
        materials=complaint.item.materials, clock="working", first_response_days=1, completion_days=15, desk="窗口",
        since=at.date() + timedelta(days=30),
    )  # fmt: skip
    start = Agreement.objects.get(pk=estate.things["agreement"]).starts.get()
    admission.grant_grace(
        **by,
        key=key("grace"),
        start=start,
        kind="extension",
        until=at.date() - timedelta(days=100),
        reason=words("宽限理由", "内注"),
    )
    admission.see_start(**by, key=key("seen"), start=start, staffed_on=at.date(), seen=words("进驻核实", "内注"))
    admission.settle_start(**by, key=key("talk"), start=start, outcome="talk", note=words("约谈", "内注"))
    first, start = start, start.agreement.starts.get(seq=2)
    told = admission.report_start(
        actor=estate.clerk, at=at, key=key("told"), start=start, staffed_on=at.date(), says=words("开业报告")
    )
    admission.return_report(**by, key=key("returned"), report=told, says=words("报告退回"))
    admission.report_start(
        actor=estate.clerk, at=at, key=key("told2"), start=start, staffed_on=at.date(), says=words("再次报告")
    )
    leaving = cases.open_case(
        actor=estate.clerk, at=at, key=key("leaving"), kind="exit", park=park, title="退园", organisation=estate.organisation,
        data={"last_day": (at.date() + timedelta(days=30)).isoformat(), "reason": "moved", "says": words("退园原因"),
              "going_to": words("迁往"), "contact": words("退园联系人"), "phone": mobile_of(estate, 7)},
    )  # fmt: skip
    leaving = cases.submit(actor=estate.clerk, at=at, key=key("leave"), case=leaving)
    admission.settle_point(**by, key=key("fees"), exit=leaving.exit, point="fees", state="done", note=words("费用核对"))
    owned = Institution.objects.get(pk=estate.things["institution"])
    checks = [
        DutyCheck.objects.create(park=park, institution=owned, kind="random", year=at.year, due_on=at.date()) for _ in range(2)
    ]
    seen = admission.record_check(
        **by, key=key("checked"), check=checks[0], done_on=at.date(), points=dict.fromkeys(POINTS, "unmet"), note=words("检查情况"),
        correct_by=at.date() + timedelta(days=15),
    )  # fmt: skip
    wrong_point, put_right = seen.corrections.order_by("pk")[:2]
    for row in (wrong_point, put_right):
        admission.answer_correction(
            actor=estate.clerk, at=at, key=key(f"righted{row.pk}"), correction=row, answer=words(f"整改{row.point}")
        )
    admission.close_correction(**by, key=key("right"), correction=put_right, closed_on=at.date(), closing=words("验收"))
    admission.record_penalty(
        **by, key=key("penalty"), institution=owned, letter="c", number=words("文号"), authority=words("机关"), decided_on=at.date(),
        until=at.date(), what=words("处罚内容"), source=words("处罚来源"),
    )  # fmt: skip
    admission.record_fees(**by, key=key("paid"), institution=owned, paid=False, on=at.date(), note=words("缴费依据"))
    filing = start.agreement.filing
    if filing.sent_at is None:
        admission.send_filing(**by, key=key("filing"), filing=filing, sent_on=at.date(), outside=words("报送方式"))
    submitted = Case.objects.filter(pk=estate.things["submitted_case"])
    estate.things |= {
        "asked": waits.pk, "asked_draft": draft.pk, "asked_correcting": wrong.pk, "asked_done": done.pk, "asked_unrated": rated.pk,
        "asked_again": again.pk, "complaint": complaint.pk, "complaint_of_staff": of_staff.pk, "wrongdoing": report.pk, "opinion": opinion.pk, "scoring": scoring.pk,
        "follow_up": rating.follow_up.pk, "followed_up": second.follow_up.pk, "asked_judged": judged.pk, "scored": closed.pk, "first_start": first.pk, "item_version": item.pk, "start": start.pk, "file_start": _file(estate, start, words("开业证明"), words("开业证明文件"), at), "filing": filing.pk,
        "second": colleague.pk, "case_number": submitted.get().number,
    }  # fmt: skip
    estate.things |= {
        "exit": leaving.exit.pk, "check": seen.pk, "check_planned": checks[1].pk, "correction": wrong_point.pk, "correction_closed": put_right.pk,
        "file_correction": _file(estate, wrong_point, words("整改证明"), words("整改证明文件"), at),
    }  # fmt: skip


def mobile_of(estate: Estate, n: int) -> str:
    """A number that nobody but its owner's estate has."""
    return f"1390{['启航', '智达', '粤才'].index(estate.label) + 1}{n:06d}"


def _applications(estate: Estate, at: datetime) -> None:
    """Three more bodies, of one applicant nobody has verified: one still writes, one waits, one has to correct something."""
    n = 50_260_000 + 10 * estate.organisation.pk
    drafted = begin(
        at=at, park=estate.park, applicant=estate.applicant, name=estate.words("起草机构", "申请"), uscc=make_uscc(n, valid=False),
        uscc_reason=estate.words("代码说明", "申请"),
    )  # fmt: skip
    save_draft(
        person=estate.applicant,
        form=f"admission:{drafted.pk}#s1",
        at=at,
        body={"registered_address": [estate.words("草稿地址", "草稿")]},
    )
    save_draft(person=estate.applicant, form=f"admission:{drafted.pk}#s5", at=at, body={"phone": [mobile_of(estate, 13)]})
    asked = []
    ready = make_ready(
        at=at,
        park=estate.park,
        name=estate.words("准入机构", "准入"),
        uscc=sample_uscc(n + 3),
        data=_declared(estate, "准入", at),
    )
    admitted = admission.decide(
        actor=HOUSE, at=at, key=_key(estate, "condition"), application=ready, outcome="conditional", basis=estate.words("准入依据", "准入"),
        conditions=estate.words("准入条件", "准入"), conditions_until=at.date() + timedelta(days=30),
        unscored=estate.words("先行理由", "依据"),
    )  # fmt: skip
    for i, name in enumerate(("申请机构", "补正机构"), 1):
        asked.append(
            make_application(
                at=at, park=estate.park, applicant=estate.applicant, name=estate.words(name, "申请"), uscc=sample_uscc(n + i),
                data=_declared(estate, "申请", at),
            )
        )  # fmt: skip
    back = admission.send_back(
        actor=HOUSE, at=at, key=_key(estate, "back"), application=asked[1],
        asked=[{"field": "plan", "says": estate.words("补正要求", "申请")}], note=estate.words("补正说明", "申请"),
    )  # fmt: skip
    letter = record_authorisation(
        actor=HOUSE, at=at, key=_key(estate, "letter:applicant"), organisation=asked[0].institution.organisation,
        person=estate.applicant, park=estate.park, scope=estate.words("委托事项", "申请"), valid_from=at.date(),
    )  # fmt: skip
    role = Membership.objects.get(person=estate.applicant, organisation=asked[0].institution.organisation)
    estate.things |= {
        "form_phone": mobile_of(estate, 0), "form_email": f"form-{mobile_of(estate, 0)}@example.com",
        "applied_phone": mobile_of(estate, 1), "applied_email": f"form-{mobile_of(estate, 1)}@example.com",
        "drafted_phone": mobile_of(estate, 13), "contact_mobile": mobile_of(estate, 11), "invited_mobile": mobile_of(estate, 12),
        "applicant_mobile": estate.applicant.mobile, "clerk_mobile": estate.clerk.mobile,
        "drafted": drafted.pk, "drafted_institution": drafted.institution_id, "drafted_case": drafted.case_id, "submitted": asked[0].pk, "submitted_case": asked[0].case_id,
        "correcting": back.pk, "admitted": admitted.application_id, "open_judgement": verdicts(asked[0])[0].judgement.pk, "applied_institution": asked[0].institution_id, "waiting_role": role.pk, "waiting_letter": letter.pk,
        "file_drafted": _file(estate, drafted.case, estate.words("草稿材料", "草稿"), estate.words("草稿材料名", "草稿"), at),
        "file_submitted": _file(estate, asked[0].case, estate.words("申请材料", "申请"), estate.words("申请材料名", "申请"), at),
        "file_submitted_personal": _file(
            estate, asked[0].case, estate.words("申请身份", "申请"), estate.words("申请身份名", "申请"), at, personal=True
        ),
        "file_letter": _file(estate, letter, estate.words("委托附件", "申请"), estate.words("委托文件", "申请"), at, personal=True),
    }  # fmt: skip


def _body_of(person: Person, park: Park) -> Organisation:
    return Membership.objects.select_related("organisation").get(person=person, park=park).organisation


def _people(estate: Estate, at: datetime) -> None:
    """Roles, a letter of authorisation, an open invitation; and what belongs to one person alone."""
    role = Membership.objects.get(person=estate.clerk, organisation=estate.organisation)
    letter = record_authorisation(
        actor=HOUSE, at=at, key=_key(estate, "letter"), organisation=estate.organisation, person=estate.clerk, park=estate.park,
        scope=estate.words("委托事项"), valid_from=at.date(),
    )  # fmt: skip
    offered, token = invite(
        actor=HOUSE, at=at, key=_key(estate, "invite"), park=estate.park, organisation=estate.organisation, role="clerk",
        name=estate.words("受邀人", "受邀"), mobile=mobile_of(estate, 12),
    )  # fmt: skip
    estate.things |= {
        "uscc": estate.organisation.uscc, "mobile": estate.representative.mobile, "name": estate.representative.name,
        "organisation": estate.organisation.pk, "operator": _body_of(estate.operator, estate.park).pk,
        "authority": _body_of(estate.authority, estate.park).pk, "handler": estate.operator.pk,
        "role": role.pk, "letter": letter.pk, "invitation": offered.pk, "token": token,
        "file_role_letter": _file(estate, letter, estate.words("委托书附件"), estate.words("委托书文件"), at, personal=True),
    }  # fmt: skip
    for person, whose in ((estate.representative, "代表"), (estate.clerk, "经办")):
        if estate.label != "启航" and whose == "经办":
            continue
        mine = "own" if estate.label == "启航" and whose == "经办" or estate.label != "启航" else "representative"
        consent: Consent = give_consent(
            actor=person, at=at, key=_key(estate, f"consent:{whose}"), person=person, purpose="account", channel="网页注册"
        )
        notice = make_notice(
            person,
            Institution.objects.get(pk=estate.things["institution"]),
            at=at,
            what=estate.words("通知", whose),
            park=estate.park,
        )
        view: SavedView = save_view(
            person=person,
            park=estate.park,
            list="colleagues",
            name=estate.words("视图", whose),
            query=f"q={estate.words('视图搜索', whose)}",
            at=at,
        )
        form = f"licences.new:{estate.things['institution']}"
        save_draft(person=person, form=form, body={"number": [estate.words("草稿", whose)]}, at=at)
        session = access.begin_session(
            person=person, session_key=f"stage-{person.pk}", means="password", second="", at=at, address="192.0.2.7",
            agent=estate.words("设备", whose),
        )  # fmt: skip
        estate.things |= {
            f"{mine}_consent": consent.pk, f"{mine}_notice": notice.pk, f"{mine}_view": view.pk, f"{mine}_session": session.pk,
            f"{mine}_form": form,
            f"{mine}_role": Membership.objects.get(person=person, organisation=estate.organisation).pk,
        }  # fmt: skip


def _figures(estate: Estate, at: datetime) -> None:
    """Last year's figures: of the institution, and, once a park, of the park and its region; one of each verified otherwise."""
    year, institution = at.year - 1, Institution.objects.get(pk=estate.things["institution"])
    declaration = declare_figures(
        actor=HOUSE, at=at, key=_key(estate, "declare"), park=estate.park, year=year, institution=institution,
        figures=[
            Given("T1.05.revenue", Decimal(1200), note=estate.words("数据说明")), Given("T1.05.tax", Decimal(60)),
        ],
        note=estate.words("申报说明"),
    )  # fmt: skip
    figure = DeclaredFigure.objects.get(declaration=declaration, measure="T1.05.revenue")
    verify_figure(
        actor=HOUSE, at=at, key=_key(estate, "verify"), figure=figure, value=Decimal(1100), reason=estate.words("核定说明")
    )
    estate.things |= {
        "own_declaration": declaration.pk, "own_figure": figure.pk, "year": year,
        "file_own_declaration": _file(estate, declaration, estate.words("申报附件"), estate.words("申报文件"), at),
        "file_own_figure": _file(estate, figure, estate.words("佐证附件"), estate.words("佐证文件"), at),
    }  # fmt: skip
    if estate.label == "智达":
        return
    whole = declare_figures(
        actor=HOUSE, at=at, key=_key(estate, "declare:park"), park=estate.park, year=year,
        figures=[
            Given("T1.05.revenue", Decimal(88_000), note=estate.parks("数据说明")), Given("T1.05.tax", Decimal(3_000)),
            Given("T1.07.persons_served", Decimal(5_000)),
        ],
        note=estate.parks("申报说明"),
    )  # fmt: skip
    figure = DeclaredFigure.objects.get(declaration=whole, measure="T1.05.revenue")
    verify_figure(
        actor=HOUSE,
        at=at,
        key=_key(estate, "verify:park"),
        figure=figure,
        value=Decimal(87_000),
        reason=estate.parks("核定说明"),
    )
    open_figure = DeclaredFigure.objects.get(declaration=whole, measure="T1.05.tax")
    of = (
        {"region": "广州市黄埔区", "region_code": "440112"}
        if estate.park_label == "黄埔"
        else {"region": "广州市天河区", "region_code": "440106"}
    )
    region = make_regional_figure(estate.park, year, 900_000, at=at, document=estate.parks("区域文件"), **of)
    estate.things |= {
        "declaration": whole.pk, "figure": open_figure.pk, "verified_figure": figure.pk, "region": region.pk, "measure": "T1.05.revenue",
        "file_declaration": _file(estate, whole, estate.parks("申报附件"), estate.parks("申报文件"), at),
        "file_figure": _file(estate, open_figure, estate.parks("佐证附件"), estate.parks("佐证文件"), at),
    }  # fmt: skip


def _evaluation(estate: Estate, at: datetime) -> None:
    """Rounds of four stages: being collected, to be assessed, finished but not told, published."""
    park, then = estate.park, at - timedelta(days=400)
    institutions = list(Institution.objects.filter(park=park).resident_on(at.date()).order_by("pk"))
    while len(institutions) < 6:
        institutions.append(make_resident(at=at, park=park, starts=then.date() - timedelta(days=30)))
    mine = Institution.objects.get(pk=estate.things["institution"])

    def held(name: str, *, public: bool = False, year: int) -> Round:
        title = f"{year}年度{name}" if public else estate.parks(f"评价{name}", "公")
        return rounds.make_round(park, at=at, name=title, as_of=date(year, 12, 31))

    def rated(round: Round) -> Round:
        for n, one in enumerate(institutions):
            comment = estate.parks("意见", "评议") if one == mine else ""
            answer_round(
                actor=HOUSE, at=at, key=f"stage:answer:{round.pk}:{one.pk}", round=round, institution=one,
                scores=rounds.answers(round, n), comment=comment,
            )  # fmt: skip
        _self_rated(estate, round, at)
        return close_collection(actor=HOUSE, at=at, key=f"stage:close:{round.pk}", round=round, reason=estate.parks("截止原因"))

    preparing = rounds.make_round(park, at=at, name=estate.parks("评价准备"), as_of=date(at.year - 1, 12, 31), opened=False)
    collecting = held("收集", year=at.year - 1)
    _self_rated(estate, collecting, at, hand_in=False)
    assessing = rated(held("评估", year=at.year - 2))
    row = next(r for r in judged_by(assessing.scheme.body, "authority"))
    assess_row(
        actor=estate.authority, at=at, key=_key(estate, "assess"), round=assessing, row=row, verdict="adjust", score=Decimal(70),
        reason=estate.parks("评估理由", "评议"),
    )  # fmt: skip
    published = rated(held("发布", public=True, year=at.year - 4))
    finished = rated(held("定稿", year=at.year - 3)) if estate.label == "启航" else published
    for one in {finished.pk: finished, published.pk: published}.values():
        rounds.assess_all(one, at=at)
        rounds.finish(one, at=at)
    publish_round(actor=HOUSE, at=at, key=_key(estate, "publish"), round=published)
    published.refresh_from_db()
    report = issue_report(actor=HOUSE, at=at, key=_key(estate, "report"), round=published)
    veto = next(iter(assessing.scheme.body.get("vetoes", [])), {"key": "none"})["key"]
    find_veto(
        actor=estate.authority,
        at=at,
        key=_key(estate, "veto"),
        round=assessing,
        veto=veto,
        found=True,
        reason=estate.parks("否决依据", "评议"),
    )
    score = SelfScore.objects.filter(round=collecting).order_by("pk").first()
    own = _scheme(estate, at)
    estate.things |= {
        "scheme": scheme_name(own), "judged": judged_by(collecting.scheme.body, "residents"), "preparing": preparing.pk, "collecting": collecting.pk, "assessing": assessing.pk, "finished": finished.pk, "published": published.pk, "row": row,
        "veto": veto, "report": report.pk, "file_report": report.attachment_id, "score": score.pk,
        "file_score": _file(estate, score, estate.parks("自评附件"), estate.parks("自评文件"), at),
    }  # fmt: skip


def _scheme(estate: Estate, at: datetime) -> Scheme:
    """A scheme that the authority of the park has adopted for its own parks."""
    body = dict(SEEDS.get("hrpark-1").body, levels={"residents": 20, "operator": 20, "authority": 60})
    return adopt_scheme(
        actor=HOUSE, at=at, key=_key(estate, "scheme"), park=estate.park, scheme="own", name=estate.parks("方案"), since=at.date(),
        authority=_body_of(estate.authority, estate.park), edition=current_edition().key, basis=estate.parks("方案依据"), body=body,
    )  # fmt: skip


def _self_rated(estate: Estate, round: Round, at: datetime, *, hand_in: bool = True) -> Round:
    """The operator's notes stand in the report, which the residents read once the result is published."""
    body, readers = round.scheme.body, "公" if "发布" in round.name else ""
    by_key = rows_of(body)
    rows = [
        Rated(key, Decimal(80), dict.fromkeys(checklist_of(by_key[key]), True), estate.parks("自评说明", readers))
        for key in judged_by(body, "operator")
    ]
    return rate_self(actor=HOUSE, at=at, key=f"stage:rate:{round.pk}", round=round, rows=rows, hand_in=hand_in)


def _imports(estate: Estate, at: datetime) -> None:
    """A register that waits to be confirmed, with a row in error, and one whose columns nobody has chosen."""
    header = [
        "机构名称",
        "统一社会信用代码",
        "类别",
        "法定代表人",
        "注册地址",
        "联系人",
        "联系电话",
        estate.parks("导入表头", "导入"),
    ]
    phone = f"139555500{estate.park.pk:02d}"
    rows = [
        [estate.parks("导入机构", "导入"), sample_uscc(60_000_000 + estate.park.pk), "人力资源服务机构", estate.parks("导入法人", "导入"),
         estate.parks("导入地址", "导入"), estate.parks("导入联系人", "导入"), phone, ""],
        [estate.parks("导入有误", "导入"), "123", "人力资源服务机构", "", "", "", "", ""],
        [estate.parks("导入存疑", "导入"), make_uscc(61_000_000 + estate.park.pk), estate.parks("导入类别", "导入"), "", "", "", "", ""],
        [estate.parks("导入改码", "导入"), make_uscc(62_000_000 + estate.park.pk, valid=False), "人力资源服务机构", "", "", "", "", ""],
        [estate.organisation.name, estate.organisation.uscc, "人力资源服务机构", estate.parks("导入新法人", "导入"), "", "", "", ""],
    ]  # fmt: skip
    jobs = [
        upload_table(
            actor=estate.operator, at=at, key=_key(estate, f"upload:{n}"), park=estate.park, target="institutions.register",
            data=make_xlsx(header, rows, name=estate.parks("工作表", "导入")), filename=f"{estate.parks('导入文件', '导入')}{n}.xlsx",
        )
        for n in (1, 2)
    ]  # fmt: skip
    checked = map_columns(actor=estate.operator, at=at, key=_key(estate, "map"), job=jobs[0], columns=jobs[0].mapping)
    doubtful = checked.rows.exclude(would_be="").filter(verdict="error").order_by("number").last()
    override_rows(
        actor=estate.operator, at=at, key=_key(estate, "override"), job=checked, numbers=[doubtful.number],
        reason=estate.parks("导入说明", "导入"),
    )  # fmt: skip
    estate.things |= {"import_phone": phone, "import": checked.pk, "import_uploaded": jobs[1].pk}


def _authority_of_tianhe(estate: Estate, at: datetime) -> None:
    """Nobody of it knocks; what is its own must not be taken for another authority's. It comes a day after 粤才 has signed."""
    body = make_organisation(at=at, kind="authority", name=estate.parks("主管单位", "公"))
    person = make_person(at=at, name="欧阳天", mobile=sample_mobile(20_262_000))
    give_role(person, body, estate.park, "supervisor", at=at, since=at.date() + timedelta(days=1))
    estate.authority = person


def _elsewhere(estate: Estate, park: Park, at: datetime) -> None:
    """The same institution stays in 天河, too, where nobody of it has a role: one body, two dossiers."""
    there = make_resident(
        at=at, park=park, organisation=estate.organisation, permit=None, registered_address=mark("启航天河", "注册地址"),
        business_address=mark("启航天河", "经营地址"),
    )  # fmt: skip
    make_contact(at=at, institution=there, name=mark("启航天河", "联系人"), mobile="13900009999")
    file = make_attachment(
        there,
        park=park,
        at=at,
        label=mark("启航天河", "附件"),
        name=f"{mark('启航天河', '文件')}.txt",
        data=b"-",
        key="stage:elsewhere",
    )
    estate.things |= {"elsewhere_mobile": "13900009999", "elsewhere": there.pk, "file_elsewhere": file.pk}


def _no_role_yet(people: Cast, at: datetime) -> None:
    """The stranger has been director, is going to be officer, and says to be a representative: nothing of it counts today."""
    person, park = people.stranger, people.huangpu
    past = give_role(person, people.operator, park, "director", at=at, since=at.date() - timedelta(days=90))
    end_role(actor=HOUSE, at=at, key="stage:ended", membership=past, on=at.date(), reason="任期届满")
    give_role(person, people.operator, park, "officer", at=at, since=at.date() + timedelta(days=1))
    give_role(person, people.qihang, park, "representative", at=at, verified=False)
    give_role(person, people.authority, park, "inspector", at=at, verified=False)
