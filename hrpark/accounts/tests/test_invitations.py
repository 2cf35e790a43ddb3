"""Invitations: a role by a link, for whoever may give it, for seven days, once."""

from datetime import timedelta

import pytest

from hrpark.accounts import actions, permissions, queries, samples
from hrpark.accounts.models import Invitation, Membership, Person
from hrpark.toolbox.errors import HrparkError, NotAllowed, NotFound, Refused
from hrpark.trail.models import Entry, Payload

pytestmark = pytest.mark.django_db


def ask(cast, actor=None, organisation=None, role="officer", **over):
    given = {"name": "罗雅琴", "mobile": "13700000001", "park": cast.huangpu, "key": "ask-1", "at": cast.at} | over
    return actions.invite(actor=actor or cast.director, organisation=organisation or cast.operator, role=role, **given)


def accept(token, at, key="accept-1", **over):
    given = {"actor": samples.HOUSE, "password": samples.PASSWORD} | over
    return actions.accept_invitation(at=at, key=key, token=token, **given)


def test_a_director_invites_an_officer_who_may_then_work(cast):
    invitation, token = ask(cast)
    done = accept(token, cast.at)
    person = queries.person_by_key("13700000001")
    assert done.pk == invitation.pk and done.accepted_by == person
    assert queries.standing_of(person, cast.at.date()).may(permissions.PEOPLE_READ, cast.huangpu.pk)
    assert person.name == "罗雅琴" and person.check_password(samples.PASSWORD)


def test_only_the_digest_of_the_token_is_kept(cast):
    _, token = ask(cast)
    kept = str(Invitation.objects.values()) + str(Entry.objects.values()) + str(list(Payload.objects.values_list("body")))
    assert token not in kept and len(token) >= 43


def test_a_repeated_click_shows_the_same_link(cast):
    first, token = ask(cast)
    again, same = ask(cast)
    assert (first.pk, token) == (again.pk, same)
    assert Invitation.objects.count() == 1


def test_another_form_gives_another_token_and_withdraws_the_earlier_invitation(cast):
    _, old = ask(cast)
    _, new = ask(cast, key="ask-2")
    assert old != new
    with pytest.raises(NotFound):
        accept(old, cast.at)
    accept(new, cast.at)


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: t + "x", lambda t: t.swapcase(), lambda t: ""])
def test_a_wrong_token_finds_nothing(cast, spoil):
    _, token = ask(cast)
    with pytest.raises(NotFound, match="邀请链接无效"):
        accept(spoil(token), cast.at)


def test_a_link_lives_seven_days(cast):
    _, token = ask(cast)
    with pytest.raises(NotFound):
        accept(token, cast.at + timedelta(days=7))
    accept(token, cast.at + timedelta(days=7, seconds=-1))


def test_a_link_is_used_once(cast):
    _, token = ask(cast)
    accept(token, cast.at)
    with pytest.raises(NotFound):
        accept(token, cast.at, key="accept-2", person=cast.stranger, actor=cast.stranger)
    assert not queries.standing_of(cast.stranger, cast.at.date()).hats


def test_a_withdrawn_link_is_dead(cast):
    invitation, token = ask(cast)
    actions.withdraw_invitation(actor=cast.director, at=cast.at, key="w", invitation=invitation)
    with pytest.raises(NotFound):
        accept(token, cast.at)


def test_who_is_signed_in_takes_the_role_with_the_account_they_have(cast):
    _, token = ask(cast)
    before = Person.objects.count()
    accept(token, cast.at, person=cast.stranger, actor=cast.stranger)
    assert Person.objects.count() == before
    assert queries.standing_of(cast.stranger, cast.at.date()).may(permissions.PEOPLE_READ, cast.huangpu.pk)


def test_a_key_that_has_an_account_already_must_sign_in_first(cast):
    _, token = ask(cast, mobile=cast.stranger.mobile)
    with pytest.raises(Refused, match="请先登录"):
        accept(token, cast.at)
    assert Invitation.objects.get().accepted_at is None


def test_a_weak_password_is_not_this_verbs_business_but_the_gate_of_the_inviter_is(cast):
    _, token = ask(cast)
    role = Membership.objects.get(person=cast.director)
    samples.give_role(cast.stranger, cast.operator, cast.huangpu, "director", at=cast.at)
    actions.end_role(actor=cast.stranger, at=cast.at, key="e", membership=role, on=cast.at.date(), reason="离任")
    with pytest.raises(Refused, match="已没有邀请权限"):
        accept(token, cast.at)


def test_a_closed_inviter_takes_the_invitation_along(cast):
    _, token = ask(cast)
    Person.objects.filter(pk=cast.director.pk).update(is_active=False)
    with pytest.raises(Refused, match="已停用"):
        accept(token, cast.at)


@pytest.mark.parametrize(
    ("who", "body", "role"),
    [
        ("officer", "operator", "officer"),
        ("officer", "authority", "inspector"),
        ("supervisor", "authority", "inspector"),
        ("inspector", "authority", "inspector"),
        ("tianhe_director", "operator", "officer"),
        ("tianhe_officer", "qihang", "clerk"),
        ("qihang_clerk", "qihang", "clerk"),
        ("qihang_representative", "zhida", "clerk"),
        ("qihang_representative", "operator", "officer"),
        ("yuecai_representative", "qihang", "clerk"),
        ("stranger", "qihang", "clerk"),
    ],
)
def test_who_has_no_say_there_invites_nobody(cast, who, body, role):
    with pytest.raises(NotAllowed):
        ask(cast, getattr(cast, who), getattr(cast, body), role)
    assert not Invitation.objects.exists()


def test_a_role_belongs_to_its_kind_of_organisation(cast):
    with pytest.raises(Refused, match="只能授予"):
        ask(cast, cast.director, cast.qihang, "officer")


def test_a_representative_invites_a_clerk_whose_role_counts_at_once(cast):
    _, token = ask(cast, cast.qihang_representative, cast.qihang, "clerk")
    accept(token, cast.at)
    person = queries.person_by_key("13700000001")
    (hat,) = queries.standing_of(person, cast.at.date()).hats
    assert (hat.organisation_id, hat.role) == (cast.qihang.pk, "clerk")


def test_whom_the_park_invites_for_an_institution_waits_for_the_letter(cast):
    _, token = ask(cast, cast.officer, cast.qihang, "representative")
    accept(token, cast.at)
    person = queries.person_by_key("13700000001")
    assert not queries.standing_of(person, cast.at.date()).hats
    role = Membership.objects.get(person=person)
    actions.verify_role(actor=cast.officer, at=cast.at, key="v", membership=role, basis="授权委托书原件")
    del person._standing
    assert queries.standing_of(person, cast.at.date()).hats


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"name": "  "}, "name"),
        ({"mobile": ""}, "mobile"),
        ({"mobile": "123"}, "mobile"),
        ({"mobile": "", "email": "x"}, "email"),
    ],
)
def test_what_is_missing_is_named(cast, over, field):
    with pytest.raises(Refused) as error:
        ask(cast, **over)
    assert error.value.field == field


def test_who_has_the_role_already_is_not_invited_again(cast):
    with pytest.raises(Refused, match="已是"):
        ask(cast, mobile=cast.officer.mobile)


def test_another_organisations_representative_cannot_withdraw(cast):
    invitation, _ = ask(cast, cast.qihang_representative, cast.qihang, "clerk")
    for other in (cast.zhida_representative, cast.tianhe_director, cast.qihang_clerk):
        with pytest.raises(NotAllowed):
            actions.withdraw_invitation(actor=other, at=cast.at, key=f"w{other.pk}", invitation=invitation)


def test_withdrawing_twice_says_so(cast):
    invitation, _ = ask(cast)
    actions.withdraw_invitation(actor=cast.director, at=cast.at, key="w1", invitation=invitation)
    with pytest.raises(HrparkError, match="已撤回"):
        actions.withdraw_invitation(actor=cast.director, at=cast.at, key="w2", invitation=invitation)


def test_lists_show_only_the_own_park_and_organisation(cast):
    ask(cast)
    ask(cast, cast.qihang_representative, cast.qihang, "clerk", key="ask-2", mobile="13700000002")
    assert queries.invitations_of(cast.huangpu).count() == 2
    assert queries.invitations_of(cast.tianhe).count() == 0
    (mine,) = queries.invitations_of(cast.huangpu, [cast.qihang.pk])
    with pytest.raises(NotFound):
        queries.invitation_for(cast.huangpu, mine.pk, [cast.zhida.pk])
    with pytest.raises(NotFound):
        queries.invitation_for(cast.tianhe, mine.pk)
