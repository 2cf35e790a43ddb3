"""The agreement, and the papers of what was decided and signed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.admission import actions, queries, samples
from hrpark.admission.models import Agreement, Application
from hrpark.admission.tests.steps import LOCAL, decide, hand_in, key, overrule, sign, verdict
from hrpark.cases.models import Case
from hrpark.institutions import samples as institutions
from hrpark.institutions.models import Institution
from hrpark.parks.samples import make_space
from hrpark.standard.actions import override as promise
from hrpark.toolbox.errors import Conflict, NotAllowed, Refused
from hrpark.toolbox.workdays import NATIONAL
from hrpark.trail.models import Entry

pytestmark = pytest.mark.django_db


# --- the agreement -----------------------------------------------------------------------------------------------------


def test_signing_begins_the_residency_and_the_days_until_business(cast, at):
    unit = make_space(at=at, park=cast.huangpu, code="A301")
    application = samples.make_decision(at=at, park=cast.huangpu).application
    agreement = sign(cast, at, application, unit=unit, unit_note="")
    residency = agreement.residency
    assert (residency.unit, residency.agreed_on, residency.starts) == (unit, at.date(), at.date())
    assert (agreement.number, agreement.start_days, agreement.start_by) == (
        "XY2026-0001",
        90,
        date(2026, 6, 1),
    )  # 31 May is a Sunday
    institution = Institution.objects.get(pk=application.institution_id)
    assert institution.status == "resident" and Case.objects.get(pk=application.case_id).state == "settled"
    assert not Application.objects.get(pk=application.pk).open


def test_what_was_declared_comes_into_the_dossier_and_what_was_not_seen_stays_unverified(cast, at):
    application = hand_in(cast, at, credentials=LOCAL[:1])
    for clause in ("4.3.1.1-a", "4.3.1.1-b", "4.3.1.1-c"):
        overrule(cast, at, verdict(application, clause))
    actions.verify_applicant(actor=cast.officer, at=at, key=key(), application=application, basis="委托书原件")
    decide(cast, at, application)
    sign(cast, at, application)
    institution = Institution.objects.get(pk=application.institution_id)
    assert (institution.legal_form, str(institution.registered_capital), institution.founded_on) == (
        "limited", "2000000.00", date(2019, 5, 20)
    )  # fmt: skip
    assert set(institution.segments.values_list("code", flat=True)) == {"executive_search", "training"}
    assert institution.licences.count() == 2 and not institution.licences.filter(verified_at__isnull=False).exists()
    assert institution.credentials.filter(verified_at=None).count() == 1 and institution.staff.count() == 3
    assert institution.contacts.get().name == "黄佳雯"


@pytest.mark.parametrize(("over", "field"), [
    ({"signed_on": date(2026, 3, 3)}, "signed_on"), ({"signed_on": date(2026, 3, 1)}, "signed_on"), ({"years": 0}, "years"),
    ({"years": 51}, "years"), ({"starts": date(2026, 3, 1)}, "starts"), ({"starts": date(2026, 6, 2)}, "starts"), ({"unit_note": " "}, "unit"),
])  # fmt: skip
def test_an_agreement_with_wrong_terms_is_refused(cast, at, over, field):
    application = samples.make_decision(at=at, park=cast.huangpu).application
    with pytest.raises(Refused) as refusal:
        sign(cast, at, application, **over)
    assert refusal.value.field == field and not Agreement.objects.exists()


def test_a_taken_unit_is_refused_and_nothing_is_left_behind(cast, at):
    unit = make_space(at=at, park=cast.huangpu, code="A301")
    institutions.make_resident(at=at, park=cast.huangpu, unit=unit)
    application = samples.make_decision(at=at, park=cast.huangpu).application
    before = Entry.objects.count()
    with pytest.raises(Conflict):
        sign(cast, at, application, unit=unit)
    assert Case.objects.get(pk=application.case_id).state == "admitted" and not Agreement.objects.exists()
    assert (
        Entry.objects.count() == before
        and not Institution.objects.get(pk=application.institution_id).licences.filter(verified_at=None).exists()
    )


def test_a_unit_of_another_park_is_refused(cast, at):
    unit = make_space(at=at, park=cast.tianhe, code="T1")
    with pytest.raises(Refused):
        sign(cast, at, samples.make_decision(at=at, park=cast.huangpu).application, unit=unit)


def test_nothing_is_signed_with_an_applicant_whose_role_nobody_verified(cast, at):
    application = hand_in(cast, at, kind="supporting")
    decide(cast, at, application, basis="配套需要，办公会同意")
    with pytest.raises(Refused, match="核验"):
        sign(cast, at, application)


def test_nothing_is_signed_before_a_decision_or_after_a_refusal(cast, at):
    with pytest.raises(Refused):
        sign(cast, at, samples.make_ready(at=at, park=cast.huangpu))
    with pytest.raises(Refused):
        sign(cast, at, samples.make_decision(at=at, park=cast.huangpu, outcome="refused").application)


def test_a_park_may_promise_a_shorter_time_to_begin(cast, at):
    promise(
        actor=cast.director,
        at=at,
        key=key(),
        park=cast.huangpu,
        parameter="admission.start_days",
        since=date(2026, 1, 1),
        value=60,
        basis="园区办法",
    )
    agreement = sign(cast, at, samples.make_decision(at=at, park=cast.huangpu).application)
    assert (agreement.start_days, agreement.start_by) == (60, date(2026, 5, 6))  # 1 May is a holiday until the 5th


def test_two_agreements_have_two_numbers_and_one_double_click_has_one(cast, at):
    first = samples.make_agreement(at=at, park=cast.huangpu)
    second = samples.make_agreement(at=at, park=cast.huangpu)
    assert [first.number, second.number] == ["XY2026-0001", "XY2026-0002"]


@given(st.dates(date(2020, 1, 1), date(2026, 12, 31)), st.integers(1, 120))
def test_the_last_day_to_begin_is_a_working_day_never_before_its_natural_days(day, days):
    last = queries.start_by(day, days)
    assert NATIONAL.is_working(last) and last >= day + timedelta(days=days)
    between = [day + timedelta(days=n) for n in range(days, (last - day).days)]
    assert not any(NATIONAL.is_working(d) for d in between)


# --- papers ------------------------------------------------------------------------------------------------------------


def text_of(document) -> str:
    from pypdf import PdfReader

    from hrpark.files.storage import open_kept

    with open_kept(document.attachment.path) as file:
        return "".join(page.extract_text() for page in PdfReader(file).pages).replace("\n", "").replace(" ", "")


def test_what_was_decided_and_signed_gets_its_paper_once(cast, at):
    agreement = samples.make_agreement(at=at, park=cast.huangpu)
    samples.make_application(at=at, park=cast.huangpu)
    assert actions.issue_due(at) == 3 and actions.issue_due(at) == 0
    decision_paper, agreement_paper, pledge = queries.papers_of(agreement.application)
    said = text_of(decision_paper)
    assert "同意您单位入驻" in said and agreement.application.case.number in said and "4.3.1.1a)" in said
    said = text_of(agreement_paper)
    assert agreement.number in said and "2026年6月1日" in said and "3年" in said
    said = text_of(pledge)
    assert (
        "在园区经营服务不少于3年，即2026年3月2日至2029年3月1日" in said
        and "不晚于2026年6月1日" in said
        and agreement.number in said
    )


def test_a_refusal_s_paper_says_why_and_how_to_object(cast, at):
    application = samples.make_decision(at=at, park=cast.huangpu, outcome="refused").application
    actions.issue_paper(actor=cast.officer, at=at, key=key(), application=application, template="admission_decision")
    said = text_of(queries.papers_of(application).get())
    assert "不同意您单位入驻" in said and "办公会" in said and "15个工作日" in said
    with pytest.raises(Conflict):
        actions.issue_paper(actor=cast.officer, at=at, key=key(), application=application, template="admission_decision")


def test_nothing_is_issued_before_there_is_a_decision_or_by_a_stranger(cast, at):
    application = hand_in(cast, at)
    with pytest.raises(Refused):
        actions.issue_paper(actor=cast.officer, at=at, key=key(), application=application, template="admission_decision")
    with pytest.raises(NotAllowed):
        actions.issue_paper(actor=cast.tianhe_director, at=at, key=key(), application=application, template="agreement")
