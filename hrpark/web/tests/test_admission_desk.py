"""Applications at the desk: the list, the record with its verdicts, checking, deciding, the agreement."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader

from hrpark.admission import actions, queries, samples
from hrpark.admission.models import Agreement, Application, Decision, FairReview, Judgement
from hrpark.admission.papers import agreement_data
from hrpark.cases import actions as cases
from hrpark.cases.models import Case
from hrpark.documents.models import Document
from hrpark.files.samples import pdf_bytes
from hrpark.institutions.actions import add_credential
from hrpark.institutions.models import CreditCheck
from hrpark.institutions.samples import make_resident
from hrpark.parks.samples import make_profile, make_space
from hrpark.web import clock
from tests.worlds import world

pytestmark = pytest.mark.django_db
KEYS = (f"desk{n}" for n in range(1_000_000))
LIST = "/desk/huangpu/admission/"
EVERYTHING = (
    "",
    "override/{j}/",
    "credit/",
    "papers/",
    "applicant/",
    "return/",
    "respond/",
    "first/",
    "basis/",
    "judge/",
    "rounds/",
    "opinion/",
    "decide/",
    "sign/",
    "assign/",
    "note/",
)


@pytest.fixture(autouse=True)
def _day(monkeypatch, at):
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(clock, "today", lambda: at.date())


@pytest.fixture
def officer(client, cast):
    client.force_login(cast.officer)
    return client


@world
def application(cast):
    return samples.make_application(park=cast.huangpu, applicant=cast.stranger, name="广州新程人力资源有限公司")


@world
def ready(cast):
    return samples.make_ready(park=cast.huangpu, name="广州新程人力资源有限公司")


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def post(client, url, data=None, key="", **files):
    return client.post(url, {"deed_key": key or next(KEYS), **(data or {}), **files})


def page(application, deed="", **more) -> str:
    """The page of a deed: what every request has is the engine's."""
    if deed in ("return/", "respond/", "assign/", "note/", "opinion/"):
        return f"/desk/huangpu/cases/{application.case_id}/{deed}"
    return f"{LIST}{application.pk}/{deed}"


def judged(application, clause="4.3.1.1-a") -> Judgement:
    application.refresh_from_db()
    return application.judgements.get(round=application.round, clause=clause)


# --- the list ------------------------------------------------------------------------------------------------------------


def test_the_list_shows_what_was_handed_in_with_state_and_deadline(officer, cast, application):
    samples.begin(park=cast.huangpu, name="还没有提交的公司")
    samples.make_application(park=cast.tianhe, name="天河的申请机构")
    text = words(officer.get(LIST))
    assert "广州新程人力资源有限公司" in text and "待处理" in text and "2026-03-30" in text and "RY2026-0001" in text
    assert "还没有提交的公司" not in text and "天河的申请机构" not in text


@pytest.mark.parametrize(("query", "shown"), [
    ("state=submitted", ["甲"]), ("state=correcting", ["乙"]), ("decided=1", ["丙"]), ("late=1", []), ("q=乙", ["乙"]), ("q=RY2026-0001", ["甲"]),
    ("kind=supporting", []), ("outcome=admitted", ["丙"]), ("received.from=2026-03-03", []),
])  # fmt: skip
def test_the_list_is_narrowed_by_views_filters_and_search(officer, cast, at, query, shown):
    names = {n: f"广州{n}字号人力资源有限公司" for n in "甲乙丙"}
    samples.make_application(park=cast.huangpu, name=names["甲"])
    back = samples.make_application(park=cast.huangpu, name=names["乙"])
    actions.send_back(actor=cast.officer, at=at, key="b", application=back, asked=[{"field": "plan", "says": "请写具体"}])
    samples.make_decision(park=cast.huangpu, name=names["丙"])
    text = words(officer.get(f"{LIST}?{query}"))
    assert [n for n in "甲乙丙" if names[n] in text] == shown


def test_a_late_one_is_late_in_words(officer, application, monkeypatch, at):
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(days=40))
    monkeypatch.setattr(clock, "today", lambda: at.date() + timedelta(days=40))
    assert "已逾期" in words(officer.get(f"{LIST}?late=1"))
    assert "已逾期" in words(officer.get(page(application)))


def test_the_list_goes_out_as_a_table_of_text(officer, application):
    response = officer.post(LIST, {"deed_key": "take"})
    assert response.status_code == 200 and response["Content-Type"].startswith("application/vnd.openxmlformats")


# --- who comes in --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who", ["stranger", "qihang_representative", "inspector", "tianhe_director", "yuecai_clerk", "installer"]
)
def test_the_desk_is_for_the_park_s_officers(client, cast, application, who):
    client.force_login(getattr(cast, who))
    addresses = [LIST, f"{LIST}rules/", *(page(application, d.format(j=judged(application).pk)) for d in EVERYTHING)]
    assert {client.get(a).status_code for a in addresses} == {404}
    for deed in ("judge/", "issue/", "decide/", "note/"):
        assert post(client, page(application, deed)).status_code == 404
    assert not Decision.objects.exists()


def test_every_page_of_the_desk_opens_for_an_officer(officer, application):
    for deed in EVERYTHING:
        response = officer.get(page(application, deed.format(j=judged(application).pk)))
        assert response.status_code == 200, (deed, words(response))


def test_a_draft_and_another_park_s_application_do_not_exist_here(officer, cast):
    draft = samples.begin(park=cast.huangpu)
    foreign = samples.make_application(park=cast.tianhe)
    for one in (draft, foreign):
        for deed in ("", "decide/", "credit/", "sign/"):
            assert officer.get(page(one, deed)).status_code == 404
        assert post(officer, page(one, "judge/")).status_code == 404


# --- the record ----------------------------------------------------------------------------------------------------------


def test_the_record_has_the_next_step_the_verdicts_and_what_was_declared(officer, application):
    response = officer.get(page(application))
    text = words(response)
    assert "下一步 · 核对并完成初审" in text and "还剩 20 个工作日" in text
    assert "4.3.1.1 a)" in text and "待核" in text and "尚未核验原件" in text and "尚未查询" in text
    assert "申报了、还没有核对原件的" in text and "（粤）人服证字〔2024〕第0112001号" in text
    assert 'href="/standard/4.3.1.3-g/"' in response.content.decode() and "不计分" in text


def test_an_applicant_s_role_is_verified_from_the_record(officer, application):
    assert "身份还没有核验" in words(officer.get(page(application)))
    assert post(officer, page(application, "applicant/"), {"basis": "授权委托书原件"}).status_code == 302
    assert "身份还没有核验" not in words(officer.get(page(application)))


def test_credit_and_papers_are_looked_at_and_judged_anew(officer, application):
    found = {f"result.{s}": "clear" for s in ("publicity", "credit_china", "court", "tax", "labour")}
    assert post(officer, page(application, "credit/"), {"on": "2026-03-02", **found}).status_code == 302
    papers = {"licences": ["0", "1"], "staff": ["0", "1", "2"], "basis": "核对原件"}
    assert post(officer, page(application, "papers/"), papers).status_code == 302
    text = words(officer.get(page(application)))
    assert "5个渠道均查无不良记录" in text and "有相应的有效许可或备案" in text and "申报了、还没有核对原件的" not in text


def test_all_sources_clear_is_one_tick_and_what_was_said_otherwise_stands(officer, application):
    given = {"on": "2026-03-02", "all_clear": "on", "result.court": "repaired", "note.court": "2025年12月已履行并移出"}
    assert post(officer, page(application, "credit/"), given).status_code == 302
    assert sorted(CreditCheck.objects.values_list("result", flat=True)) == ["clear"] * 4 + ["repaired"]


def test_what_was_handed_in_stands_in_a_tab_of_its_own(officer, application):
    text = words(officer.get(page(application, "?tab=form")))
    assert "13800000008" in text and "授权委托书.pdf" in text and "尚未查询" not in text


@pytest.mark.parametrize(("given", "says"), [
    ({"on": "2026-03-03", "result.court": "clear"}, "不能晚于今天"), ({"on": "2026-03-02"}, "至少填写一个渠道"),
    ({"on": "三月", "result.court": "clear"}, "应为一个日期"), ({"on": "2026-03-02", "result.court": "found"}, "请写明是什么记录"),
    ({"on": "2026-03-02", "result.court": "maybe"}, "请重新选择"),
])  # fmt: skip
def test_a_wrong_credit_check_is_said_so_and_nothing_is_kept(officer, application, given, says):
    response = post(officer, page(application, "credit/"), given)
    assert response.status_code == 422 and says in words(response) and not CreditCheck.objects.exists()


def test_before_judging_anew_one_sees_what_would_change_and_afterwards_what_did(officer, cast, application, at):
    here = page(application, "judge/")
    assert "结论和理由都不变" in words(officer.get(here)) and "事实有变化" not in words(officer.get(page(application)))
    add_credential(
        actor=cast.officer, at=at, key="hq", institution=application.institution, kind="headquarters", title="华南区域总部认定", issuer="市人社局"
    )  # fmt: skip
    assert "有 1 条结论或理由会变：4.3.1.3 e)" in words(officer.get(page(application)))
    dossier = words(officer.get(f"/desk/huangpu/institutions/{application.institution_id}/"))
    assert "重新核对会变 1 条" in dossier
    text = words(officer.get(here))
    assert "4.3.1.3 e)" in text and "新增：华南区域总部认定 市人社局" in text and Application.objects.get().round == 1
    post(officer, here)
    assert Application.objects.get().round == 2
    assert "第 2 次核对" in words(officer.get(page(application, "rounds/"))) and "上一次" in words(
        officer.get(page(application, "rounds/"))
    )


# --- overriding ----------------------------------------------------------------------------------------------------------


def test_an_override_needs_its_reason_and_shows_both(officer, application):
    row = judged(application)
    url = page(application, f"override/{row.pk}/")
    assert "尚未核验原件" in words(officer.get(url))
    response = post(officer, url, {"outcome": "passed", "reason": "好"})
    assert response.status_code == 422 and "至少5个字" in words(response)
    assert post(officer, url, {"outcome": "passed", "reason": "已在发证机关网站查验"}).status_code == 302
    text = words(officer.get(page(application)))
    assert "经办人改判" in text and "已在发证机关网站查验" in text and "规则结论：待核" in text


def test_a_judgement_of_another_application_is_not_overridden_here(officer, cast, application):
    other = samples.make_application(park=cast.huangpu)
    url = page(application, f"override/{judged(other).pk}/")
    assert (
        officer.get(url).status_code == 404
        and post(officer, url, {"outcome": "passed", "reason": "别家的结论"}).status_code == 404
    )


def test_two_who_override_at_once(officer, application, cast, at):
    row = judged(application)
    actions.override_judgement(actor=cast.director, at=at, key="o", judgement=row, outcome="passed", reason="我先看过原件了")
    response = post(
        officer, page(application, f"override/{row.pk}/"), {"outcome": "failed", "reason": "原件看不清楚", "seen": ""}
    )
    assert response.status_code == 422 and "陈志远刚刚已改判" in words(response)


# --- sending back --------------------------------------------------------------------------------------------------------


def test_what_has_a_sentence_beside_it_is_asked_for(officer, application):
    response = post(
        officer, page(application, "return/"), {"says.plan": "请写具体", "says.roster": "扫描件看不清", "seen": "1"}
    )
    assert response.status_code == 302
    assert [one["field"] for one in Case.objects.get().asked] == ["plan", "roster"]
    text = words(officer.get(page(application)))
    assert "补正中" in text and "经营计划 ：请写具体" in text and "作出决定：申请人正在补正" in text


def test_sending_back_nothing_is_refused(officer, application):
    response = post(officer, page(application, "return/"), {"seen": "1"})
    assert response.status_code == 422 and "至少选择一项" in words(response)


# --- deciding ------------------------------------------------------------------------------------------------------------


def test_the_first_check_is_done_on_a_page_and_stands_on_the_record(officer, application, client, cast):
    here = page(application, "first/")
    response = post(officer, here, {"conclusion": "recommend", "note": "好", "seen": application.case.version})
    assert response.status_code == 422 and 'id="wrong-note"' in response.content.decode()
    given = {"conclusion": "recommend", "note": "材料齐全，信用待查", "seen": application.case.version}
    assert post(officer, here, given).status_code == 302
    text = words(officer.get(page(application)))
    assert "初审完成，待评审和决定" in text and "材料齐全，信用待查" in text and "评审并作出决定" in text
    client.force_login(cast.stranger)
    text = words(client.get(f"/p/huangpu/apply/{application.pk}/"))
    assert "评审和决定" in text and "材料齐全，信用待查" not in text


def test_papers_of_the_basis_are_attached_and_read_by_the_authority(officer, ready, client, cast):
    make_profile(park=cast.huangpu, operator=None, state_owned=True)
    assert "决定前须登记会议纪要" in words(officer.get(page(ready)))
    assert "会议纪要" in words(decide(officer, ready)) and not Decision.objects.exists()
    given = {"kind": "minutes", "title": "2026年第3次办公会纪要", "dated": "2026-03-01", "number": "〔2026〕3号"}
    scan = SimpleUploadedFile("纪要.pdf", pdf_bytes())
    assert post(officer, page(ready, "basis/"), given, scan=scan).status_code == 302
    assert "2026年第3次办公会纪要" in words(officer.get(page(ready, "decide/")))
    assert decide(officer, ready).status_code == 302
    assert "撤下" not in words(officer.get(page(ready)))
    client.force_login(cast.inspector)
    assert "纪要.pdf" in words(client.get(f"/authority/huangpu/admission/{ready.pk}/"))
    client.force_login(ready.case.applicant)
    assert "办公会纪要" not in words(client.get(f"/p/huangpu/apply/{ready.pk}/"))


def test_a_paper_is_given_its_scan_later_and_withdrawn_with_a_reason(officer, ready, cast, at):
    paper = actions.add_basis_paper(
        actor=cast.officer, at=at, key="p", application=ready, kind="approval", title="区局批复", dated=at.date()
    )
    here = f"{LIST}basis/{paper.pk}/"
    assert "还没有扫描件" in words(officer.get(page(ready))) and officer.get(here).status_code == 200
    assert post(officer, here, scan=SimpleUploadedFile("批复.pdf", pdf_bytes())).status_code == 302
    assert "批复.pdf" in words(officer.get(page(ready)))
    assert post(officer, f"{here}withdraw/", {"reason": ""}).status_code == 422
    assert post(officer, f"{here}withdraw/", {"reason": "传错文件"}).status_code == 302
    assert "区局批复" not in words(officer.get(page(ready)))


def test_a_scoring_is_called_from_the_record_and_its_result_stands_on_it(officer, ready, client, cast, at):
    cases.publish_score_form(
        actor=cast.director, at=at, key="sf", park=cast.huangpu, kind="admission", title="入驻评审表", least=2, since=at.date(),
        criteria=[{"key": "plan", "label": "经营计划", "most": 100}],
    )  # fmt: skip
    url = f"/desk/huangpu/cases/{ready.case_id}/scoring/"
    assert url in officer.get(page(ready)).content.decode()
    post(officer, url, {"reviewers": [cast.officer.pk, cast.director.pk], "due_on": "2026-03-09"})
    scoring = ready.case.scorings.get()
    for person, total in ((cast.officer, "80"), (cast.director, "71")):
        client.force_login(person)
        sheet = {"conflict": "no", "score.plan": total}
        answer = post(client, f"/desk/huangpu/cases/scorings/{scoring.pk}/", sheet)
        assert answer["Location"] == page(ready)
    assert "评审正在进行" in words(decide(client, ready))
    post(client, f"/desk/huangpu/cases/scorings/{scoring.pk}/close/")
    text = words(client.get(page(ready)))
    assert "评审平均分 75.50 分" in text and "71.00 至 80.00 分" in text and "标准差 4.50 分" in text
    assert decide(client, ready).status_code == 302


# --- the waiting list, the park's own assessments ------------------------------------------------------------------------


def test_the_waiting_list_explains_each_place_and_the_applicant_sees_only_their_own(officer, cast, client, at):
    first = samples.make_ready(park=cast.huangpu, name="广州先来人力资源有限公司", applicant=cast.stranger)
    strong = samples.make_ready(at=at + timedelta(hours=1), park=cast.huangpu, name="广州强项人力资源有限公司")
    actions.override_judgement(
        actor=cast.officer, at=at, key="o", judgement=judged(strong, "4.3.1.3-d"), outcome="passed", reason="已核对省榜单原件"
    )
    samples.make_application(park=cast.huangpu, name="广州未核人力资源有限公司")
    response = officer.get(f"{LIST}queue/")
    text = words(response)
    assert text.index("广州强项") < text.index("广州先来") and "广州未核" not in text
    assert "优先条件d项得10分" in text and "1件得分更高" in text
    assert post(officer, f"{LIST}queue/").status_code == 200
    record = words(officer.get(page(strong)))
    assert "第 1 位" in record and "分值依据" in record and "榜单原件或公布网页" in record
    client.force_login(cast.stranger)
    own = words(client.get(f"/p/huangpu/apply/{first.pk}/"))
    assert "第 2 位" in own and "1件得分更高" in own and "广州强项" not in own


def test_an_assessment_is_recorded_with_its_panel_and_its_paper(officer, application):
    given = {
        "institution": application.institution_id, "kind": "growth", "assessed_on": "2026-03-01", "panel": "陈志远 运营总监\n李敏，外聘专家",
        "criteria": "园区成长型机构评估办法第五条", "recognised": "yes", "conclusion": "近两年营收增长超过30%", "valid_to": "2028-02-29",
    }  # fmt: skip
    response = post(officer, f"{LIST}potentials/new/", given | {"panel": " "})
    assert response.status_code == 422 and 'id="wrong-panel"' in response.content.decode()
    scan = SimpleUploadedFile("评估.pdf", pdf_bytes())
    here = post(officer, f"{LIST}potentials/new/", given, scan=scan)["Location"]
    text = words(officer.get(here))
    assert "认定，有效" in text and "外聘专家" in text and "评估.pdf" in text and "PG2026-0001" in text
    assert "广州新程" in words(officer.get(f"{LIST}potentials/?recognised=1"))
    assert post(officer, f"{here}files/", scan=SimpleUploadedFile("会议照片.pdf", pdf_bytes())).status_code == 302
    post(officer, page(application, "judge/"))
    assert judged(application, "4.3.1.3-f").outcome == "passed"


def decide(client, application, key="", **over):
    given = {"outcome": "admitted", "basis": "基本条件全部满足，办公会同意", "seen": application.case.version, **over}
    return post(client, page(application, "decide/"), given, key)


def test_what_stands_against_a_decision_is_said_before_and_after(officer, application):
    assert "作出决定：先完成初审" in words(officer.get(page(application)))
    samples.first_checked(application)
    assert "还不能准予入驻" in words(officer.get(page(application, "decide/")))
    application.case.refresh_from_db()
    response = decide(officer, application)
    assert response.status_code == 422 and "基本条件尚未全部满足" in words(response)
    assert "办公会同意" in response.content.decode()  # nothing typed is lost


def test_a_decision_is_made_and_its_paper_follows(officer, ready, at):
    assert decide(officer, ready).status_code == 302
    text = words(officer.get(page(ready)))
    assert "准予入驻，待签协议" in text and "将在一分钟内自动出具" in text
    post(officer, page(ready, "issue/"), {"template": "admission_decision"})
    assert Document.objects.get().template == "admission_decision" and "入驻决定〔2026〕1号" in words(officer.get(page(ready)))
    assert post(officer, page(ready, "issue/"), {"template": "secrets"}).status_code == 404


def test_a_decision_without_a_basis_is_refused_at_its_field(officer, ready):
    response = decide(officer, ready, basis="")
    assert response.status_code == 422 and 'id="wrong-basis"' in response.content.decode() and not Decision.objects.exists()


def test_of_two_officers_who_decide_at_once_the_second_is_told_who_was_first(officer, ready, cast, at):
    stale = ready.case.version
    actions.decide(
        actor=cast.director, at=at, key="first", application=ready, outcome="admitted", basis="办公会研究同意", seen=stale
    )
    response = decide(officer, ready, outcome="refused", seen=stale)
    assert response.status_code == 422 and "陈志远已于2026-03-02 10:00先行处理" in words(response)
    assert Decision.objects.get().outcome == "admitted"


def test_a_double_click_decides_once(officer, ready):
    assert {decide(officer, ready, key="same").status_code for _ in range(2)} == {302}
    assert Decision.objects.count() == 1


def test_a_draft_of_a_decision_never_brings_back_an_old_version(officer, ready):
    post(officer, page(ready, "decide/"), {"basis": "草拟的依据", "seen": "0", "_draft": "keep"})
    content = officer.get(page(ready, "decide/")).content.decode()
    assert "草拟的依据" in content and f'name="seen" value="{ready.case.version}"' in content


def test_after_the_decision_the_deeds_say_why_they_are_closed(officer, ready, cast, at):
    decide(officer, ready, outcome="refused", basis="不符合4.3.1.1 a)")
    text = words(officer.get(page(ready)))
    assert "登记信用核查：本件已是“不予入驻”" in text and "作出决定" not in re.findall(r"下一步.*?基本条件", text)[0]


# --- the agreement -------------------------------------------------------------------------------------------------------


@world
def admitted(ready, cast, at):
    actions.decide(actor=cast.officer, at=at, key="d", application=ready, outcome="admitted", basis="办公会研究同意")
    return Application.objects.get(pk=ready.pk)


def sign(client, application, **over):
    return post(
        client, page(application, "sign/"), {"signed_on": "2026-03-02", "years": "3", "seen": application.case.version, **over}
    )


def test_only_free_units_are_offered_and_signing_takes_one(officer, admitted, cast):
    free, taken = make_space(park=cast.huangpu, code="A301"), make_space(park=cast.huangpu, code="A302")
    make_resident(park=cast.huangpu, unit=taken)
    content = officer.get(page(admitted, "sign/")).content.decode()
    assert f'<option value="{free.pk}">' in content and f'<option value="{taken.pk}">' not in content
    assert "2026-06-01 前完成人员进驻" in content
    assert sign(officer, admitted, unit=free.pk).status_code == 302
    assert Agreement.objects.get().unit == free
    text = words(officer.get(page(admitted)))
    assert "已签入驻协议" in text and "XY2026-0001" in text and "最迟开业 2026-06-01" in text


def test_a_unit_that_was_taken_meanwhile_is_refused_at_its_field(officer, admitted, cast, at):
    unit = make_space(park=cast.huangpu, code="A301")
    officer.get(page(admitted, "sign/"))
    make_resident(park=cast.huangpu, unit=unit)
    response = sign(officer, admitted, unit=unit.pk)
    assert response.status_code == 422 and 'id="wrong-unit"' in response.content.decode() and not Agreement.objects.exists()


@pytest.mark.parametrize(("over", "field"), [
    ({"signed_on": "2026-03-03"}, "signed_on"), ({"signed_on": "2026-03-01"}, "signed_on"), ({"years": "0"}, "years"), ({"years": "三"}, "years"),
    ({}, "unit"), ({"unit": "999999"}, "unit"), ({"unit_note": "A座", "starts": "2027-01-01"}, "starts"),
])  # fmt: skip
def test_wrong_terms_are_refused_at_their_field(officer, admitted, over, field):
    response = sign(officer, admitted, **over)
    assert response.status_code == 422 and f'id="wrong-{field}"' in response.content.decode() and not Agreement.objects.exists()


def test_an_unverified_applicant_keeps_the_agreement_waiting(officer, cast, at):
    application = samples.first_checked(samples.make_application(park=cast.huangpu, kind="supporting"))
    actions.decide(actor=cast.officer, at=at, key="d", application=application, outcome="admitted", basis="配套需要，同意")
    assert "登记入驻协议：申请人身份还没有核验" in words(officer.get(page(application)))


# --- notes, handlers, rules ----------------------------------------------------------------------------------------------


def test_notes_and_handlers_change_no_deadline_and_are_not_shown_to_the_applicant(officer, cast, application, client):
    due = application.case.due_at
    post(officer, page(application, "note/"), {"note": "已电话核实面积"})
    post(officer, page(application, "assign/"), {"handler": cast.officer.pk})
    assert Case.objects.get().due_at == due and "已电话核实面积" in words(officer.get(page(application)))
    assert "经办人 林晓彤" in words(officer.get(page(application)))
    client.force_login(cast.stranger)
    assert "已电话核实面积" not in words(client.get(f"/p/huangpu/apply/{application.pk}/"))


def test_an_answer_reaches_the_applicant(officer, cast, application, client):
    post(officer, page(application, "respond/"), {"note": "请于周五到服务台面谈"})
    client.force_login(cast.stranger)
    assert "请于周五到服务台面谈" in words(client.get(f"/p/huangpu/apply/{application.pk}/"))


def test_the_rules_and_their_numbers_are_shown_with_their_basis(officer, cast):
    text = words(officer.get(f"{LIST}rules/"))
    assert "至少有1名人力资源服务专业人员" in text and "信用查询结果的有效天数" in text and "还没有审查记录" in text
    assert officer.get(f"{LIST}rules/reviews/new/").status_code == 403  # the director's


def test_a_review_with_its_paper_makes_local_relations_count(client, cast, at):
    client.force_login(cast.director)
    given = {
        "number": "穗埔公审〔2026〕3号",
        "reviewed_by": "黄埔区市场监督管理局",
        "reviewed_on": "2026-02-20",
        "conclusion": "可以实施",
    }
    response = post(client, f"{LIST}rules/reviews/new/", given, paper=SimpleUploadedFile("审查表.pdf", pdf_bytes()))
    assert response.status_code == 302 and queries.fair_review_on(cast.huangpu, at.date()) == FairReview.objects.get()
    assert "审查表.pdf" in words(client.get(f"{LIST}rules/"))


def test_a_review_without_a_paper_can_get_it_later(client, cast, at):
    review = actions.record_fair_review(
        actor=cast.director,
        at=at,
        key="r",
        park=cast.huangpu,
        number="1",
        reviewed_by="局",
        reviewed_on=at.date(),
        conclusion="可以",
    )
    client.force_login(cast.director)
    assert "没有扫描件，不计分" in words(client.get(f"{LIST}rules/"))
    post(client, f"{LIST}rules/reviews/{review.pk}/", paper=SimpleUploadedFile("审查表.pdf", pdf_bytes()))
    assert queries.fair_review_on(cast.huangpu, at.date()) == review


def test_a_page_never_asks_the_database_more_for_more_rows(officer, cast, django_assert_max_num_queries):
    for _ in range(6):
        samples.make_application(park=cast.huangpu)
    with django_assert_max_num_queries(14):
        officer.get(LIST)


# --- the text to be signed ------------------------------------------------------------------------------------------------


def pdf_words(response) -> str:
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages))


def test_before_signing_the_agreement_is_read_as_a_draft_at_the_desk_and_by_the_applicant(client, cast, at):
    decision = samples.make_decision(park=cast.huangpu, applicant=cast.stranger, name="广州新程人力资源有限公司")
    pk = decision.application_id
    for who, shown, path in (
        (cast.officer, page(decision.application), f"/desk/huangpu/admission/{pk}/agreement.pdf"),
        (cast.stranger, f"/p/huangpu/apply/{pk}/", f"/p/huangpu/apply/{pk}/agreement.pdf"),
    ):
        client.force_login(who)
        assert path in client.get(shown).content.decode()
        answer = client.get(path)
        assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
        text = pdf_words(answer)
        assert "草稿，未签订" in text and "广州新程人力资源有限公司" in text and "90个自然日内完成人员进驻" in text
        assert "核验码" not in text and "3年" in text


def test_the_draft_and_the_agreement_say_the_same_but_for_what_is_settled_at_signing(client, cast, at):
    agreement = samples.make_agreement(park=cast.huangpu)
    decided = samples.make_decision(park=cast.huangpu, name="广州后来人力资源有限公司")
    signed = agreement_data(agreement.application)["clauses"]
    draft = re.sub(r"\s+", "", pdf_words(_draft(client, cast, decided)))
    for clause in signed:
        assert clause["title"] in draft
        if clause["title"] not in ("在园承诺", "开业期限"):
            assert all(words in draft for words in clause["paragraphs"])


def _draft(client, cast, decision):
    client.force_login(cast.officer)
    return client.get(f"/desk/huangpu/admission/{decision.application_id}/agreement.pdf")


def test_there_is_no_draft_before_the_decision_nor_after_signing_nor_for_others(client, cast, application):
    agreement = samples.make_agreement(park=cast.huangpu)
    decided = samples.make_decision(park=cast.huangpu, name="广州后来人力资源有限公司")
    client.force_login(cast.officer)
    for pk in (application.pk, agreement.application_id):
        assert client.get(f"/desk/huangpu/admission/{pk}/agreement.pdf").status_code == 404
        assert "agreement.pdf" not in client.get(f"/desk/huangpu/admission/{pk}/").content.decode()
    for who in (cast.stranger, cast.qihang_representative, cast.supervisor, cast.tianhe_director):
        client.force_login(who)
        assert client.get(f"/desk/huangpu/admission/{decided.application_id}/agreement.pdf").status_code == 404
        assert client.get(f"/p/huangpu/apply/{decided.application_id}/agreement.pdf").status_code == 404
