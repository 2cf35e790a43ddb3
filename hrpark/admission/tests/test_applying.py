"""From the first word of an application to its handing in: what follows from what, and what is refused."""

import pytest
from django.db import IntegrityError, transaction

from hrpark.accounts import samples as accounts
from hrpark.accounts.models import Membership, Organisation, Person
from hrpark.accounts.queries import standing_of
from hrpark.admission import actions, queries, samples
from hrpark.admission.models import Application, Judgement
from hrpark.admission.tests.steps import CODE, begin, by_clause, decide, hand_in, key
from hrpark.cases.models import Case
from hrpark.institutions import samples as institutions
from hrpark.institutions.models import Institution
from hrpark.notices.models import Notice
from hrpark.standard.models import UsedEdition
from hrpark.toolbox.errors import Conflict, Refused

pytestmark = pytest.mark.django_db


# --- beginning ---------------------------------------------------------------------------------------------------------


def test_a_signed_in_person_begins_for_a_body_that_nobody_knew(cast, at):
    application = begin(cast, at)
    institution = application.institution
    assert (institution.status, institution.uscc, institution.organisation.uscc) == ("applicant", CODE, CODE)
    assert (application.case.state, application.case.number, application.open) == ("draft", None, True)
    role = Membership.objects.get(person=cast.stranger)
    assert role.verified_at is None and not standing_of(Person.objects.get(pk=cast.stranger.pk), at.date()).hats


def test_the_dossier_of_the_register_is_found_by_its_code(cast, at):
    known = institutions.make_institution(at=at, park=cast.huangpu, name="广州新程人力资源有限公司", uscc=CODE)
    application = begin(cast, at)
    assert application.institution == known and Institution.objects.filter(uscc=CODE).count() == 1
    assert application.institution.status == "applicant"


def test_a_name_that_is_not_the_register_s_is_refused(cast, at):
    institutions.make_institution(at=at, park=cast.huangpu, name="广州新程人力资源有限公司", uscc=CODE)
    with pytest.raises(Refused) as refusal:
        begin(cast, at, name="另一家公司")
    assert refusal.value.field == "name"


@pytest.mark.parametrize(("uscc", "reason", "field"), [
    (CODE[:-1], "", "uscc"), (CODE[:-1] + ("0" if CODE[-1] != "0" else "1"), "", "uscc_reason"), ("", "", "uscc"),
])  # fmt: skip
def test_a_wrong_code_is_refused_at_its_field(cast, at, uscc, reason, field):
    with pytest.raises(Refused) as refusal:
        begin(cast, at, uscc=uscc, uscc_reason=reason)
    assert (
        refusal.value.field == field
        and not Application.objects.exists()
        and not Organisation.objects.filter(uscc=uscc).exists()
    )


def test_a_code_that_fails_its_check_digit_is_taken_with_a_reason(cast, at):
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    application = begin(cast, at, uscc=wrong, uscc_reason="营业执照即如此，已与登记机关核对")
    assert application.institution.uscc_reason and application.case.data["uscc_reason"]


def test_a_resident_does_not_apply_again(cast, at):
    resident = institutions.make_resident(at=at, park=cast.huangpu, name="广州新程人力资源有限公司", uscc=CODE)
    with pytest.raises(Refused, match="已在本园区入驻"):
        begin(cast, at)
    assert resident.status == "resident"


def test_a_body_that_has_people_is_not_joined_silently(cast, at):
    with pytest.raises(actions.NeedsApproval):
        begin(cast, at, name=cast.qihang.name, uscc=cast.qihang.uscc)
    assert not Membership.objects.filter(person=cast.stranger).exists() and not Application.objects.exists()


def test_asking_to_join_tells_the_representative_and_opens_nothing(cast, at):
    asked = actions.ask_to_join(actor=cast.stranger, at=at, key=key(), park=cast.huangpu, uscc=cast.qihang.uscc)
    assert asked.verified_at is None
    assert Notice.objects.get().person == cast.qihang_representative and "许安然" in Notice.objects.get().title
    with pytest.raises(actions.NeedsApproval):
        begin(cast, at, name=cast.qihang.name, uscc=cast.qihang.uscc)


def test_its_own_people_begin_for_it(cast, at):
    application = begin(cast, at, actor=cast.qihang_clerk, name=cast.qihang.name, uscc=cast.qihang.uscc)
    assert application.case.organisation == cast.qihang
    assert Membership.objects.filter(person=cast.qihang_clerk).count() == 1  # nothing new


@pytest.mark.parametrize("who", ["operator", "authority"])
def test_an_operator_or_an_authority_is_no_applicant(cast, at, who):
    body = getattr(cast, who)
    with pytest.raises(Refused):
        begin(cast, at, name=body.name, uscc=body.uscc)


def test_an_institution_has_one_open_application(cast, at):
    first = begin(cast, at)
    other = accounts.make_person(at=at)
    with pytest.raises(Conflict):
        begin(cast, at, actor=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.create(park=first.park, institution=first.institution, case=cases_copy(first.case))


def cases_copy(case):
    twin = Case.objects.get(pk=case.pk)
    twin.pk = None
    twin.save()
    return twin


def test_a_double_click_begins_once(cast, at):
    assert begin(cast, at, key="same") == begin(cast, at, key="same")
    assert Application.objects.count() == 1 and Membership.objects.filter(person=cast.stranger).count() == 1


def test_after_withdrawing_or_a_refusal_the_institution_may_apply_again(cast, at):
    first = begin(cast, at)
    actions.withdraw(actor=cast.stranger, at=at, key=key(), application=first)
    assert Institution.objects.get(uscc=CODE).status == "listed"
    second = begin(cast, at)
    assert second != first and not Application.objects.get(pk=first.pk).open


# --- handing in --------------------------------------------------------------------------------------------------------


def test_handing_in_asks_for_every_document(cast, at):
    draft = begin(cast, at)
    with pytest.raises(Refused, match="请上传"):
        actions.submit(actor=cast.stranger, at=at, key=key(), application=draft, data=samples.answers(at))


def test_documents_depend_on_what_is_declared(cast, at):
    form = queries.form_for(begin(cast, at), at.date())

    def titles(data):
        from hrpark.cases.rules import wanted

        return {m.title for m in wanted(form.materials, data) if m.required}

    assert "劳务派遣经营许可证" in titles({"kind": "agency", "segments": ["dispatch"]})
    assert "人力资源服务许可证" not in titles({"kind": "agency", "segments": ["training"]})
    assert titles({"kind": "supporting"}) == {"营业执照或法人登记证书", "授权委托书"}


def test_what_is_handed_in_has_a_number_clocks_and_its_verdicts(cast, at):
    application = hand_in(cast, at)
    case = application.case
    assert (case.number, case.state) == ("RY2026-0001", "submitted")
    assert [d.astimezone(at.tzinfo).date().isoformat() for d in (case.first_due_at, case.due_at)] == [
        "2026-03-05",
        "2026-03-30",
    ]
    assert by_clause(application)["4.3.1.1-a"] == "unknown"  # nobody has seen the originals
    assert by_clause(application)["4.3.1.1-b"] == "unknown"
    assert Judgement.objects.count() == 10 and UsedEdition.objects.filter(key="draft-2025").exists()


def test_who_applies_cannot_be_changed_while_handing_in(cast, at):
    application = hand_in(cast, at, data={"name": "别的公司", "uscc": cast.qihang.uscc})
    assert (
        application.case.data["uscc"] == application.institution.uscc
        and application.case.data["name"] == application.institution.name
    )


def test_an_application_writes_nothing_into_a_dossier(cast, at):
    application = hand_in(cast, at)
    institution = Institution.objects.get(pk=application.institution_id)
    assert institution.legal_form == "" and not institution.licences.exists() and not institution.staff.exists()


def test_a_supporting_agency_is_not_measured_by_4311(cast, at):
    application = hand_in(cast, at, kind="supporting")
    assert {o for c, o in by_clause(application).items() if c.startswith("4.3.1.1")} == {"not_applicable"}
    assert decide(cast, at, application, basis="园区配套需要，办公会同意").outcome == "admitted"
