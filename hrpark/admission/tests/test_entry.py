"""How those come in who are not complete: a company in formation, one that needs the park's address, a branch."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from hrpark.accounts import samples as accounts
from hrpark.accounts.models import Organisation
from hrpark.admission import actions, queries, samples
from hrpark.institutions import actions as dossiers
from hrpark.institutions import samples as institutions
from hrpark.institutions.models import Institution
from hrpark.toolbox.errors import Conflict, Refused

pytestmark = pytest.mark.django_db
NAME = "广州新程人力资源有限公司"
CODE = accounts.sample_uscc(77_000_201)
KEYS = (f"entry{n}" for n in range(1_000_000))


def by(at, actor=samples.HOUSE):
    return {"actor": actor, "at": at, "key": next(KEYS)}


def forming(cast, at, **over):
    return samples.make_application(at=at, park=cast.huangpu, applicant=cast.stranger, name=NAME, situation="forming", **over)


def first_letter(application):
    return next(line for line in queries.verdicts(application) if line.judgement.clause == "4.3.1.1-a")


def test_a_company_in_formation_is_known_by_its_declared_name_and_never_met_at_once(cast, at):
    application = forming(cast, at)
    institution = application.institution
    assert (institution.uscc, institution.name, institution.organisation.uscc) == (None, NAME, None)
    assert institution.organisation == application.case.organisation
    line = first_letter(application)
    assert (
        line.stands.value == "unknown"
        and "民法典第七十七条" in line.judgement.reason
        and "先有营业执照" in line.judgement.reason
    )


def test_a_declared_name_has_one_dossier_also_when_it_applies_again(cast, at):
    application = forming(cast, at)
    with pytest.raises(Conflict):
        samples.begin(at=at, park=cast.huangpu, applicant=cast.qihang_clerk, name=NAME, situation="forming")
    actions.withdraw(**by(at, cast.stranger), application=application)
    again = samples.begin(at=at, park=cast.huangpu, applicant=cast.stranger, name=NAME, situation="forming")
    assert again.institution == application.institution and Institution.objects.filter(name=NAME).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Institution.objects.create(park=cast.huangpu, name=NAME, kind="agency", created_at=at, changed_at=at)


def test_who_got_its_code_does_not_begin_a_second_dossier(cast, at):
    forming(cast, at)
    with pytest.raises(Conflict, match="入驻条件"):
        samples.begin(at=at, park=cast.huangpu, applicant=cast.stranger, name=NAME, uscc=CODE)
    with pytest.raises(Refused, match="已取得营业执照"):
        samples.begin(at=at, park=cast.huangpu, applicant=cast.stranger, name="别的公司", uscc=CODE, situation="forming")


def test_a_name_that_is_registered_already_is_not_in_formation(cast, at):
    institutions.make_institution(at=at, park=cast.huangpu, name=NAME, uscc=CODE)
    with pytest.raises(Refused, match="已登记统一社会信用代码"):
        samples.begin(at=at, park=cast.huangpu, applicant=cast.stranger, name=NAME, situation="forming")


def test_the_code_goes_into_the_dossier_and_to_those_who_act_for_it(cast, at):
    institution = forming(cast, at).institution
    institutions.make_institution(at=at, park=cast.tianhe, uscc=accounts.sample_uscc(77_000_202))
    with pytest.raises(Refused) as refusal:
        dossiers.edit_institution(**by(at), institution=institution, uscc=accounts.sample_uscc(77_000_202))
    assert refusal.value.field == "uscc" and Institution.objects.get(pk=institution.pk).uscc is None
    dossiers.edit_institution(**by(at), institution=institution, uscc=CODE)
    assert Organisation.objects.get(pk=institution.organisation_id).uscc == CODE


@pytest.mark.parametrize(("pledge", "outcome"), [(True, "unknown"), (False, "failed")])
def test_a_branch_is_open_only_on_its_pledge_to_set_up_a_legal_person(cast, at, pledge, outcome):
    application = samples.make_application(at=at, park=cast.huangpu, legal_form="branch", will_found=pledge)
    line = first_letter(application)
    assert line.stands.value == outcome and "民法典第七十四条" in line.judgement.reason


def test_who_needs_the_address_for_its_permit_is_open_and_hands_in_no_permit(cast, at):
    application = samples.make_application(at=at, park=cast.huangpu, needs_address=True, licences=[])
    assert first_letter(application).stands.value == "unknown"
    assert "人力资源服务许可证" not in application.case.data


def test_nobody_signs_before_the_code_is_in_the_dossier(cast, at):
    application = samples.first_checked(forming(cast, at), at=at)
    actions.verify_applicant(**by(at), application=application, basis="授权委托书原件")
    actions.decide(
        **by(at), application=application, outcome="conditional", basis="经办公会研究同意",
        conditions=[{"kind": "registration", "what": "取得营业执照", "until": at.date() + timedelta(days=60)}],
    )  # fmt: skip
    sign = {"application": application, "signed_on": at.date(), "years": 3, "unit_note": "A座三层"}
    with pytest.raises(Refused, match="统一社会信用代码"):
        actions.sign_agreement(**by(at), **sign)
    dossiers.edit_institution(**by(at), institution=application.institution, uscc=CODE)
    assert actions.sign_agreement(**by(at), **sign).number
