"""Giving, verifying and ending roles; letters of authorisation; opening and closing accounts."""

from datetime import date, timedelta

import pytest

from hrpark.accounts import actions, permissions, queries, samples
from hrpark.accounts.models import Membership
from hrpark.toolbox.errors import Conflict, HrparkError, NotAllowed, NotFound, Refused

pytestmark = pytest.mark.django_db


def role_of(person):
    return Membership.objects.get(person=person)


def end(cast, actor, person, key="end"):
    return actions.end_role(actor=actor, at=cast.at, key=key, membership=role_of(person), on=cast.at.date(), reason="调离")


def hats(person, cast):
    person = type(person).objects.get(pk=person.pk)
    return queries.standing_of(person, cast.at.date()).hats


@pytest.mark.parametrize(
    ("actor", "person"),
    [
        ("director", "officer"), ("director", "inspector"), ("director", "qihang_clerk"), ("qihang_representative", "qihang_clerk"),
        ("officer", "officer"), ("qihang_clerk", "qihang_clerk"),
    ],
)  # fmt: skip
def test_a_role_is_ended_by_who_manages_it_or_by_its_holder(cast, actor, person):
    end(cast, getattr(cast, actor), getattr(cast, person))
    assert not hats(getattr(cast, person), cast)


@pytest.mark.parametrize(
    ("actor", "person"),
    [
        ("officer", "director"), ("officer", "qihang_clerk"), ("tianhe_director", "officer"), ("tianhe_director", "qihang_clerk"),
        ("qihang_clerk", "qihang_representative"), ("zhida_representative", "qihang_clerk"), ("supervisor", "inspector"),
        ("qihang_representative", "officer"), ("stranger", "officer"), ("installer", "officer"),
    ],
)  # fmt: skip
def test_nobody_else_ends_it(cast, actor, person):
    with pytest.raises(NotAllowed):
        end(cast, getattr(cast, actor), getattr(cast, person))
    assert hats(getattr(cast, person), cast)


def test_the_last_director_stays(cast):
    with pytest.raises(Refused, match="最后一位"):
        end(cast, cast.director, cast.director)
    samples.give_role(cast.stranger, cast.operator, cast.huangpu, "director", at=cast.at, verified=False)
    with pytest.raises(Refused, match="最后一位"):
        end(cast, cast.director, cast.director)


def test_a_director_of_another_park_does_not_stand_in_for_the_last_one(cast):
    samples.give_role(cast.stranger, cast.tianhe_operator, cast.tianhe, "director", at=cast.at)
    with pytest.raises(Refused):
        end(cast, cast.director, cast.director)


def test_a_role_ends_only_once(cast):
    end(cast, cast.director, cast.officer)
    with pytest.raises(Refused, match="无需再次操作"):
        actions.end_role(
            actor=cast.director,
            at=cast.at,
            key="again",
            membership=Membership.objects.get(person=cast.officer),
            on=cast.at.date(),
            reason="",
        )


def test_an_ended_role_can_be_given_anew(cast):
    end(cast, cast.director, cast.officer)
    actions.grant_role(
        actor=cast.director, at=cast.at, key="anew", person=cast.officer, organisation=cast.operator, park=cast.huangpu, role="officer",
        since=cast.at.date(),
    )  # fmt: skip
    assert hats(cast.officer, cast)


def test_an_applicants_own_word_gives_no_access(cast):
    samples.give_role(cast.stranger, cast.qihang, cast.huangpu, "representative", at=cast.at, verified=False)
    assert not hats(cast.stranger, cast)


@pytest.mark.parametrize("actor", ["tianhe_officer", "qihang_representative", "inspector", "stranger", "installer"])
def test_only_officers_of_the_park_verify(cast, actor):
    role = samples.give_role(cast.stranger, cast.qihang, cast.huangpu, "clerk", at=cast.at, verified=False)
    with pytest.raises(NotAllowed):
        actions.verify_role(actor=getattr(cast, actor), at=cast.at, key="v", membership=role, basis="原件")
    assert not hats(cast.stranger, cast)


def test_verifying_names_its_basis_and_its_officer(cast):
    role = samples.give_role(cast.stranger, cast.qihang, cast.huangpu, "clerk", at=cast.at, verified=False)
    with pytest.raises(Refused):
        actions.verify_role(actor=cast.officer, at=cast.at, key="v", membership=role, basis=" ")
    done = actions.verify_role(actor=cast.officer, at=cast.at, key="v", membership=role, basis="授权委托书原件")
    assert done.verified_by == cast.officer and hats(cast.stranger, cast)


@pytest.mark.parametrize("basis", ["-1", "NaN", "原件", "9999-12-31", "字" * 10_000])
def test_a_sign_half_a_word_or_a_book_is_no_basis(cast, basis):
    role = samples.give_role(cast.stranger, cast.qihang, cast.huangpu, "clerk", at=cast.at, verified=False)
    with pytest.raises(Refused) as refused:
        actions.verify_role(actor=cast.officer, at=cast.at, key="v", membership=role, basis=basis)
    assert refused.value.field == "basis"
    assert not hats(cast.stranger, cast)


def test_who_is_verified_is_not_verified_again(cast):
    role = samples.give_role(cast.stranger, cast.qihang, cast.huangpu, "clerk", at=cast.at, verified=False)
    actions.verify_role(actor=cast.officer, at=cast.at, key="v", membership=role, basis="授权委托书原件")
    with pytest.raises(Conflict, match=f"已由{cast.officer.name}于2026-03-02核验"):
        actions.verify_role(actor=cast.director, at=cast.at, key="w", membership=role, basis="授权委托书原件")


def test_an_officer_does_not_verify_staff_of_the_operator(cast):
    role = samples.give_role(cast.stranger, cast.operator, cast.huangpu, "director", at=cast.at, verified=False)
    with pytest.raises(NotAllowed):
        actions.verify_role(actor=cast.officer, at=cast.at, key="v", membership=role, basis="原件")


def test_an_ended_role_is_not_verified_any_more(cast):
    role = samples.give_role(cast.stranger, cast.qihang, cast.huangpu, "clerk", at=cast.at, verified=False)
    actions.end_role(actor=cast.director, at=cast.at, key="e", membership=role, on=cast.at.date(), reason="误填")
    role.refresh_from_db()
    with pytest.raises(Refused, match="已收回"):
        actions.verify_role(actor=cast.officer, at=cast.at, key="v", membership=role, basis="原件")


# ---------------------------------------------------------------- letters of authorisation


def letter(cast, actor, **over):
    given = {
        "organisation": cast.qihang, "person": cast.qihang_clerk, "park": cast.huangpu, "scope": "办理入驻及日常事务",
        "valid_from": date(2026, 1, 1), "valid_to": date(2026, 12, 31), "key": "letter",
    } | over  # fmt: skip
    return actions.record_authorisation(actor=actor, at=cast.at, **given)


@pytest.mark.parametrize("actor", ["qihang_clerk", "qihang_representative", "officer", "director"])
def test_a_letter_is_recorded_by_agent_institution_or_park(cast, actor):
    kept = letter(cast, getattr(cast, actor))
    assert list(queries.authorisations_of(cast.huangpu, cast.qihang)) == [kept]
    for reader in (cast.qihang_clerk, cast.qihang_representative, cast.officer):
        assert queries.authorisation_for(queries.standing_of(reader, cast.at.date()), kept.pk) == kept


@pytest.mark.parametrize("actor", ["zhida_representative", "tianhe_officer", "stranger", "inspector"])
def test_strangers_neither_record_nor_read_a_letter(cast, actor):
    with pytest.raises(NotAllowed):
        letter(cast, getattr(cast, actor))
    kept = letter(cast, cast.officer)
    with pytest.raises(NotFound):
        queries.authorisation_for(queries.standing_of(getattr(cast, actor), cast.at.date()), kept.pk)


def test_an_unverified_applicant_records_the_own_letter(cast):
    samples.give_role(cast.stranger, cast.qihang, cast.huangpu, "clerk", at=cast.at, verified=False)
    assert letter(cast, cast.stranger, person=cast.stranger)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"scope": " "}, "scope"), ({"scope": "-1"}, "scope"), ({"scope": "字" * 201}, "scope"),
        ({"valid_from": date(1, 1, 1)}, "valid_from"), ({"valid_from": date(2199, 1, 1), "valid_to": None}, "valid_from"),
        ({"valid_to": date(2025, 12, 31)}, "valid_to"), ({"valid_to": date(9999, 12, 31)}, "valid_to"),
    ],
)  # fmt: skip
def test_a_letter_that_makes_no_sense_is_refused(cast, over, field):
    with pytest.raises(Refused) as error:
        letter(cast, cast.officer, **over)
    assert error.value.field == field


# ---------------------------------------------------------------- accounts


def test_a_key_belongs_to_one_person_however_it_is_written(cast):
    samples.make_person(email="Wang@Example.com", mobile="13700000001")
    for over in ({"email": "wang@example.COM"}, {"mobile": "+86 137 0000 0001"}):
        with pytest.raises(Refused, match="已注册"):
            actions.register_person(actor=samples.HOUSE, at=cast.at, key=f"r{over}", name="王", **over)


def test_a_person_corrects_name_and_keys(cast):
    actions.change_person(
        actor=cast.stranger, at=cast.at, key="c", person=cast.stranger, name=" 许 安 ", email="xu@example.com"
    )
    assert queries.person_by_key("XU@example.com").name == "许 安"
    assert queries.person_by_key("13820260002") is None


@pytest.mark.parametrize(
    ("over", "field"),
    [({"name": ""}, "name"), ({"mobile": ""}, "mobile"), ({"mobile": "1"}, "mobile"), ({"mobile": "13820260004"}, "mobile")],
)
def test_a_correction_keeps_the_account_usable_and_unique(cast, over, field):
    given = {"name": "许安然", "mobile": cast.stranger.mobile} | over
    with pytest.raises(Refused) as error:
        actions.change_person(actor=cast.stranger, at=cast.at, key="c", person=cast.stranger, **given)
    assert error.value.field == field


def test_nobody_corrects_another_person(cast):
    with pytest.raises(NotAllowed):
        actions.change_person(actor=cast.director, at=cast.at, key="c", person=cast.officer, name="某", mobile="13700000001")


def test_a_closed_account_opens_no_more_until_it_is_reopened(cast):
    actions.close_account(actor=cast.stranger, at=cast.at, key="c", person=cast.stranger, reason="不再使用")
    assert queries.person_by_key(cast.stranger.mobile) is None
    with pytest.raises(NotAllowed):
        actions.reopen_account(actor=cast.director, at=cast.at, key="r", person=cast.stranger, reason="误")
    actions.reopen_account(actor=cast.installer, at=cast.at, key="r", person=cast.stranger, reason="本人申请")
    assert queries.person_by_key(cast.stranger.mobile) == cast.stranger


def test_who_has_roles_hands_them_over_first(cast):
    with pytest.raises(Refused, match="黄埔"):
        actions.close_account(actor=cast.officer, at=cast.at, key="c", person=cast.officer, reason="离职")


@pytest.mark.parametrize("actor", ["director", "tianhe_director", "supervisor"])
def test_no_park_closes_an_account(cast, actor):
    with pytest.raises(NotAllowed):
        actions.close_account(actor=getattr(cast, actor), at=cast.at, key="c", person=cast.stranger, reason="")


def test_the_last_administrator_stays(cast):
    with pytest.raises(Refused, match="最后一位"):
        actions.close_account(actor=cast.installer, at=cast.at, key="c", person=cast.installer, reason="")


def test_only_an_administrator_names_another(cast):
    with pytest.raises(NotAllowed):
        actions.register_person(actor=cast.director, at=cast.at, key="r", name="某", mobile="13700000001", installs=True)


# ---------------------------------------------------------------- consents


def test_consent_is_given_to_one_wording_and_withdrawn_by_a_date(cast):
    given = actions.give_consent(
        actor=cast.stranger, at=cast.at, key="g", person=cast.stranger, purpose="account", channel="网页注册"
    )
    again = actions.give_consent(
        actor=cast.stranger, at=cast.at, key="g2", person=cast.stranger, purpose="account", channel="网页注册"
    )
    assert given.pk == again.pk and given.version and len(given.text_digest) == 64
    later = cast.at + timedelta(days=1)
    gone = actions.withdraw_consent(actor=cast.stranger, at=later, key="w", consent=given)
    assert gone.withdrawn_at == later
    assert queries.person_by_key(cast.stranger.mobile) is None, "the account rests on this consent"


def test_nobody_consents_or_withdraws_for_another(cast):
    given = actions.give_consent(
        actor=cast.stranger, at=cast.at, key="g", person=cast.stranger, purpose="account", channel="网页注册"
    )
    with pytest.raises(NotAllowed):
        actions.give_consent(actor=cast.officer, at=cast.at, key="g", person=cast.stranger, purpose="account", channel="柜台")
    with pytest.raises(NotAllowed):
        actions.withdraw_consent(actor=cast.officer, at=cast.at, key="w", consent=given)


def test_withdrawing_with_running_roles_says_what_to_do_and_changes_nothing(cast):
    given = actions.give_consent(
        actor=cast.officer, at=cast.at, key="g", person=cast.officer, purpose="account", channel="网页注册"
    )
    with pytest.raises(HrparkError, match="请先在这些单位"):
        actions.withdraw_consent(actor=cast.officer, at=cast.at, key="w", consent=given)
    given.refresh_from_db()
    assert given.withdrawn_at is None


# ---------------------------------------------------------------- who sees whom


def test_the_people_of_a_park_are_its_own(cast):
    shown = {m.person_id for m in queries.people_of(cast.huangpu, cast.at.date())}
    assert cast.officer.pk in shown and cast.inspector.pk in shown and cast.qihang_clerk.pk in shown
    assert not shown & {cast.tianhe_officer.pk, cast.yuecai_clerk.pk, cast.stranger.pk}


def test_colleagues_are_those_of_the_own_institution(cast):
    shown = {m.person_id for m in queries.colleagues_of(cast.huangpu, [cast.qihang.pk], cast.at.date())}
    assert shown == {cast.qihang_representative.pk, cast.qihang_clerk.pk}


def test_another_parks_role_does_not_exist(cast):
    role = role_of(cast.tianhe_officer)
    with pytest.raises(NotFound):
        queries.membership_for(cast.huangpu, role.pk)
    with pytest.raises(NotFound):
        queries.membership_for(cast.huangpu, role_of(cast.zhida_clerk).pk, [cast.qihang.pk])


# ---------------------------------------------------------------- the first day


def begin(at, **over):
    given = {
        "name": "沈立平", "mobile": "13800138000", "email": "", "password": samples.PASSWORD, "park": "黄埔园", "slug": "huangpu",
        "operator": "黄埔人才园运营公司",
    } | over  # fmt: skip
    return actions.begin_installation(at=at, **given)


def test_an_installation_begins_with_one_person_one_park_one_director(at):
    first = begin(at)
    standing = queries.standing_of(first, at.date())
    assert standing.installs and [h.role for h in standing.hats] == ["director"]
    assert standing.hats[0].organisation_kind == "operator" and not queries.is_empty()


def test_it_begins_only_once(at):
    begin(at)
    for later in (at + timedelta(seconds=1), at + timedelta(days=400)):
        with pytest.raises(NotFound):
            begin(later, mobile="13800138001", park="别园", slug="bie")


def test_it_does_not_begin_where_there_are_people(cast):
    with pytest.raises(NotFound):
        begin(cast.at, mobile="13700000001", park="别园", slug="bie")


def test_what_cannot_begin_leaves_nothing_behind(at):
    with pytest.raises(HrparkError):
        begin(at, mobile="123")
    assert queries.is_empty()
    begin(at)


# ---------------------------------------------------------------- further parks and authorities


def test_who_installs_opens_a_park_and_its_first_director_comes_by_a_link(cast):
    park, token = actions.open_park(
        actor=cast.installer,
        at=cast.at,
        key="o",
        name="南沙园",
        slug="nansha",
        operator="南沙运营公司",
        director="罗雅琴",
        mobile="13700000001",
    )
    actions.accept_invitation(actor=samples.HOUSE, at=cast.at, key="a", token=token, password=samples.PASSWORD)
    standing = queries.standing_of(queries.person_by_key("13700000001"), cast.at.date())
    assert standing.may(permissions.PEOPLE_MANAGE, park.pk) and not standing.hats_in(cast.huangpu.pk)


def test_who_installs_has_no_say_in_a_park_that_has_its_director(cast):
    given = {"park": cast.huangpu, "organisation": cast.operator}
    with pytest.raises(NotAllowed):
        actions.grant_role(
            actor=cast.installer, at=cast.at, key="g", person=cast.installer, role="director", since=cast.at.date(), **given
        )
    with pytest.raises(NotAllowed):
        actions.invite(actor=cast.installer, at=cast.at, key="i", role="director", name="某", mobile="13700000001", **given)


@pytest.mark.parametrize("actor", ["director", "supervisor", "stranger"])
def test_nobody_else_opens_a_park(cast, actor):
    with pytest.raises(NotAllowed):
        actions.open_park(
            actor=getattr(cast, actor),
            at=cast.at,
            key="o",
            name="南沙园",
            slug="nansha",
            operator="公司",
            director="罗",
            mobile="13700000001",
        )


@pytest.mark.parametrize("slug", ["", "南沙", "Nan Sha", "-a", "1a", "a", "a" * 41, "huangpu"])
def test_the_short_name_of_a_park_fits_into_an_address_and_is_its_own(cast, slug):
    with pytest.raises(Refused) as error:
        actions.add_park(actor=cast.installer, at=cast.at, key="p", name="南沙园", slug=slug)
    assert error.value.field == "slug"


def test_a_refused_park_leaves_nothing_behind(cast):
    with pytest.raises(Refused):
        actions.open_park(
            actor=cast.installer, at=cast.at, key="o", name="南沙园", slug="nansha", operator="公司", director="罗", mobile="1"
        )
    assert not queries.all_parks(queries.standing_of(cast.installer, cast.at.date())).filter(slug="nansha").exists()


def ask(cast, role, body, actor=None, key="i"):
    return actions.invite_for(
        actor=actor or cast.director,
        at=cast.at,
        key=key,
        park=cast.huangpu,
        role=role,
        body=body,
        name="罗雅琴",
        mobile="13700000001",
    )[0]


def test_the_only_operator_need_not_be_named(cast):
    assert ask(cast, "officer", "").organisation == cast.operator


def test_a_known_authority_is_found_by_its_name_and_a_new_one_registered_once(cast):
    assert ask(cast, "inspector", cast.authority.name).organisation == cast.authority
    new = ask(cast, "inspector", "广州市人力资源和社会保障局", key="i2").organisation
    assert (new.kind, ask(cast, "supervisor", " 广州市人力资源和社会保障局 ", key="i3").organisation) == ("authority", new)


@pytest.mark.parametrize(
    ("role", "body"),
    [("officer", "别的运营公司"), ("officer", "广州天河人才港管理有限公司"), ("clerk", "广州启航人力资源有限公司")],
)
def test_other_bodies_are_not_invited_for_by_name(cast, role, body):
    with pytest.raises(Refused):
        ask(cast, role, body)


def test_nobody_without_a_say_registers_an_authority_by_inviting(cast):
    for actor in (cast.officer, cast.supervisor, cast.tianhe_director):
        with pytest.raises(NotAllowed):
            ask(cast, "inspector", "某某局", actor, key=f"i{actor.pk}")
    assert not Membership.objects.filter(organisation__name="某某局").exists()
