"""The desk's people, the counter, and an institution's colleagues."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from hrpark.accounts import actions, queries, rules, samples, totp
from hrpark.accounts.models import Authorisation, Invitation, Membership, OneTimeCode, Person
from hrpark.files.queries import attachments_of
from hrpark.files.samples import pdf_bytes
from hrpark.institutions.samples import make_institution
from hrpark.web import clock
from tests.worlds import world

pytestmark = pytest.mark.django_db
PDF = pdf_bytes()


@pytest.fixture(scope="module")
def now():
    return clock.now()


@world
def cast(now):
    return samples.cast(now)


def text_of(response):
    return html.unescape(response.content.decode())


def url(name, park="huangpu", **more):
    return reverse(name, kwargs={"park": park, **more})


def post(client, path, **data):
    return client.post(path, {"deed_key": "key-of-a-form", **data})


def role_of(person):
    return Membership.objects.get(person=person)


def as_(person):
    client = Client()
    client.force_login(person)
    return client


def link_in(response):
    return re.search(r"http://testserver(/account/invitation/[^/]+/)", text_of(response)).group(1)


# ---------------------------------------------------------------- the list and the record


def test_the_desk_lists_the_people_of_its_own_park(cast):
    shown = text_of(as_(cast.officer).get(url("desk-people")))
    for name in ("陈志远", "林晓彤", "何国栋", "黄佳雯"):
        assert name in shown
    for foreign in ("曾丽华", "彭思敏", "天河"):
        assert foreign not in shown


def test_account_keys_are_masked_for_officers_and_clear_for_the_director(cast):
    number = cast.qihang_clerk.mobile
    for path in (url("desk-people"), url("desk-person", pk=role_of(cast.qihang_clerk).pk)):
        assert number not in text_of(as_(cast.officer).get(path))
        assert number in text_of(as_(cast.director).get(path))


@pytest.mark.parametrize(
    "asked", ["?waiting=1", "?kind=operator", "?role=director", "?q=黄佳", "?sort=-since", "?sort=state", "?waiting=x&role=zzz"]
)
def test_the_list_can_be_asked_in_every_way_it_offers(cast, asked):
    assert as_(cast.officer).get(url("desk-people") + asked).status_code == 200


@pytest.mark.parametrize("who", ["stranger", "qihang_representative", "inspector", "tianhe_director", "installer"])
def test_others_find_no_people_here(cast, who):
    client = as_(getattr(cast, who))
    for name in ("desk-people", "desk-invitations", "desk-invite", "desk-code"):
        assert client.get(url(name)).status_code == 404
    assert client.get(url("desk-person", pk=role_of(cast.officer).pk)).status_code == 404


def test_the_record_of_another_park_does_not_exist(cast):
    foreign = role_of(cast.tianhe_officer).pk
    client = as_(cast.director)
    for name in (
        "desk-person",
        "desk-person-verify",
        "desk-person-end",
        "desk-person-code",
        "desk-person-second",
        "desk-person-letter",
    ):
        assert client.get(url(name, pk=foreign)).status_code == 404
        assert post(client, url(name, pk=foreign), basis="x", reason="x", on="2026-01-01").status_code in (404, 405)


def test_the_record_says_what_an_officer_may_not_do_and_why(cast):
    shown = text_of(as_(cast.officer).get(url("desk-person", pk=role_of(cast.director).pk)))
    assert "须由园区负责人办理" in shown and "由园区负责人办理" in shown


# ---------------------------------------------------------------- verifying, letters, ending


@world
def applicant(cast):
    return samples.give_role(cast.stranger, cast.qihang, cast.huangpu, "clerk", at=cast.at, verified=False)


def test_an_agent_is_verified_on_the_letter_with_its_scan(cast, applicant):
    client = as_(cast.officer)
    shown = text_of(client.get(url("desk-person", pk=applicant.pk)))
    assert "待核验" in shown and "核验通过" in shown
    scan = SimpleUploadedFile("委托书.pdf", PDF, "application/pdf")
    given = {"scope": "办理入驻", "valid_from": "2026-01-01", "valid_to": "2026-12-31", "scan": scan}
    assert post(client, url("desk-person-letter", pk=applicant.pk), **given).status_code == 302
    letter = Authorisation.objects.get()
    (kept,) = attachments_of("authorisation", letter.pk)
    assert kept.personal and "委托书.pdf" in text_of(client.get(url("desk-person", pk=applicant.pk)))
    assert post(client, url("desk-person-verify", pk=applicant.pk), basis=" ").status_code == 422
    assert post(client, url("desk-person-verify", pk=applicant.pk), basis="委托书原件").status_code == 302
    assert queries.standing_of(Person.objects.get(pk=cast.stranger.pk), cast.at.date()).hats
    assert "有效" in text_of(client.get(url("desk-person", pk=applicant.pk)))


def test_a_scan_that_is_none_leaves_the_letter_and_can_follow(cast, applicant):
    client = as_(cast.officer)
    fake = SimpleUploadedFile("委托书.pdf", b"PK\x03\x04 not a pdf", "application/pdf")
    post(client, url("desk-person-letter", pk=applicant.pk), scope="办理入驻", valid_from="2026-01-01", scan=fake)
    letter = Authorisation.objects.get()
    shown = text_of(client.get(url("desk-person", pk=applicant.pk)))
    assert "扫描件没有保存" in shown and "上传扫描件" in shown
    path = url("desk-letter-scan", pk=applicant.pk, letter=letter.pk)
    assert client.get(path).status_code == 200
    assert post(client, path, scan=SimpleUploadedFile("a.pdf", b"PK\x03\x04", "application/pdf")).status_code == 422
    assert post(client, path, scan=SimpleUploadedFile("a.pdf", PDF, "application/pdf")).status_code == 302
    assert client.get(url("desk-letter-scan", pk=role_of(cast.zhida_clerk).pk, letter=letter.pk)).status_code == 404


def test_a_letter_that_makes_no_sense_comes_back_as_typed(cast, applicant):
    refused = post(
        as_(cast.officer),
        url("desk-person-letter", pk=applicant.pk),
        scope="办理入驻",
        valid_from="2026-02-01",
        valid_to="2026-01-01",
    )
    assert refused.status_code == 422 and "早于生效日期" in text_of(refused) and "2026-02-01" in text_of(refused)


def test_a_director_ends_a_role_and_an_officer_does_not(cast):
    role = role_of(cast.qihang_clerk)
    path, given = url("desk-person-end", pk=role.pk), {"on": clock.today().isoformat(), "reason": "离职"}
    assert as_(cast.officer).get(path).status_code == 403 and post(as_(cast.officer), path, **given).status_code == 403
    assert post(as_(cast.director), path, **(given | {"reason": ""})).status_code == 422
    assert post(as_(cast.director), path, **given).status_code == 302
    role.refresh_from_db()
    assert role.until == clock.today()
    assert "已收回" in text_of(as_(cast.director).get(url("desk-person", pk=role.pk)))


def test_the_last_director_stays(cast):
    refused = post(
        as_(cast.director), url("desk-person-end", pk=role_of(cast.director).pk), on=clock.today().isoformat(), reason="试"
    )
    assert refused.status_code == 422 and "最后一位" in text_of(refused)


# ---------------------------------------------------------------- inviting


def invite(client, **over):
    given = {"role": "officer", "organisation": "", "name": "罗雅琴", "mobile": "13700000001"} | over
    return post(client, url("desk-invite"), **given)


def test_a_director_invites_a_colleague_by_a_link_shown_once(cast):
    client = as_(cast.director)
    assert client.get(url("desk-invite")).status_code == 200
    first = invite(client)
    link = link_in(first)
    assert link_in(invite(client)) == link, "a double click shows the same link"
    listed = text_of(client.get(url("desk-invitations")))
    assert "罗雅琴" in listed and "待接受" in listed and link not in listed
    assert link not in text_of(client.get(url("desk-invitation", pk=Invitation.objects.get().pk)))


def test_an_officer_is_offered_only_institutions_roles(cast):
    client = as_(cast.officer)
    assert 'value="director"' not in text_of(client.get(url("desk-invite")))
    assert invite(client).status_code == 422 and not Invitation.objects.exists()


def test_an_institutions_person_is_invited_by_the_dossiers_name_or_code(cast, now):
    dossier = make_institution(park=cast.huangpu, name=cast.qihang.name, uscc=cast.qihang.uscc, organisation=cast.qihang)
    make_institution(park=cast.tianhe, name=cast.yuecai.name, uscc=cast.yuecai.uscc, organisation=cast.yuecai)
    client = as_(cast.officer)
    assert cast.qihang.name in text_of(client.get(url("desk-invite") + f"?institution={dossier.pk}"))
    for n, said in enumerate((cast.qihang.name, cast.qihang.uscc.lower())):
        made = post(
            client, url("desk-invite"), deed_key=f"k{n}", role="clerk", organisation=said, name="罗", mobile="13700000001"
        )
        assert link_in(made)
    for said in (cast.yuecai.name, "没有这家", ""):
        refused = invite(client, role="clerk", organisation=said)
        assert refused.status_code == 422 and "名录中没有" in text_of(refused)


@pytest.mark.parametrize("institution", ["x", "99999999999999999999", "0", "-1"])
def test_an_institution_in_the_address_that_is_none_is_ignored(cast, institution):
    assert as_(cast.officer).get(url("desk-invite") + f"?institution={institution}").status_code == 200


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"mobile": ""}, "至少一项"),
        ({"mobile": "12"}, "手机号"),
        ({"organisation": "别的公司"}, "没有这个运营方"),
        ({"role": "king"}, "role"),
        ({"name": ""}, "姓名"),
    ],
)
def test_a_refused_invitation_comes_back_as_typed(cast, over, says):
    refused = invite(as_(cast.director), **over)
    assert refused.status_code == 422 and says in text_of(refused)
    assert not Invitation.objects.exists()


def test_an_invitation_is_withdrawn_by_who_may(cast, now):
    made, _ = actions.invite(
        actor=cast.director,
        at=now,
        key="i",
        park=cast.huangpu,
        organisation=cast.operator,
        role="officer",
        name="罗",
        mobile="13700000001",
    )
    path = url("desk-invitation-withdraw", pk=made.pk)
    assert post(as_(cast.officer), path).status_code == 403
    assert post(as_(cast.tianhe_director), url("desk-invitation-withdraw", park="tianhe", pk=made.pk)).status_code == 404
    assert as_(cast.director).get(path).status_code == 405
    assert post(as_(cast.director), path).status_code == 302
    made.refresh_from_db()
    assert made.withdrawn_at is not None


# ---------------------------------------------------------------- the counter


def test_a_code_is_issued_at_the_counter_and_shown_once(cast):
    client = as_(cast.officer)
    assert client.get(url("desk-code")).status_code == 200
    given = {"key": cast.stranger.mobile, "name": "许安然", "basis": "身份证原件"}
    shown = text_of(post(client, url("desk-code"), **given))
    code = re.search(r"(\d{4}) (\d{4})</p>", shown)
    assert code and text_of(post(client, url("desk-code"), **given)) and OneTimeCode.objects.count() == 1
    visitor = Client()
    done = post(visitor, "/account/login/code/", key=cast.stranger.mobile, code="".join(code.groups()))
    assert done.status_code == 302


@pytest.mark.parametrize(
    ("over", "status"),
    [
        ({"name": "别人"}, 422),
        ({"key": "13999999999"}, 422),
        ({"basis": ""}, 422),
        ({"key": "13820260003", "name": "陈志远"}, 403),
        ({"key": "13820260001", "name": "沈立平"}, 403),
    ],
)
def test_no_code_for_whom_the_officer_cannot_vouch(cast, over, status):
    refused = post(
        as_(cast.officer), url("desk-code"), **({"key": cast.stranger.mobile, "name": "许安然", "basis": "身份证原件"} | over)
    )
    assert refused.status_code == status and not OneTimeCode.objects.exists()
    assert "身份证原件" in text_of(refused) or "basis" in over


def test_a_code_from_a_persons_record_needs_the_name_on_the_papers(cast):
    client, path = as_(cast.officer), url("desk-person-code", pk=role_of(cast.qihang_clerk).pk)
    assert cast.qihang_clerk.mobile not in text_of(client.get(path))
    assert post(client, path, name="别人", basis="身份证原件").status_code == 422
    assert "交给 黄佳雯 本人" in text_of(post(client, path, name="黄佳雯", basis="身份证原件"))


def test_a_lost_phone_is_helped_at_the_counter(cast, now):
    secret = totp.new_secret()
    person = cast.qihang_clerk
    totp.add_totp(
        actor=person,
        at=now,
        key="on",
        person=person,
        secret=secret,
        code=rules.hotp(totp._bytes(secret), int(now.timestamp()) // 30),
    )
    client, path = as_(cast.officer), url("desk-person-second", pk=role_of(person).pk)
    assert "解除两步验证" in text_of(client.get(url("desk-person", pk=role_of(person).pk)))
    assert post(client, path, basis="").status_code == 422
    assert post(client, path, basis="身份证原件").status_code == 302
    assert not queries.has_second_factor(person)


# ---------------------------------------------------------------- colleagues


def test_a_representative_sees_only_the_own_people(cast):
    shown = text_of(as_(cast.qihang_representative).get(url("tenant-colleagues")))
    assert "黄佳雯" in shown and "周启明" in shown
    for foreign in ("郑小敏", "林晓彤", "彭思敏"):
        assert foreign not in shown


@pytest.mark.parametrize(
    ("who", "status"), [("qihang_clerk", 403), ("officer", 404), ("stranger", 404), ("yuecai_representative", 404)]
)
def test_others_do_not_manage_colleagues(cast, who, status):
    client = as_(getattr(cast, who))
    for name in ("tenant-colleagues", "tenant-colleague-invite"):
        assert client.get(url(name)).status_code == status


def test_a_representative_invites_and_withdraws(cast):
    client = as_(cast.qihang_representative)
    assert client.get(url("tenant-colleague-invite")).status_code == 200
    given = {"role": "clerk", "name": "罗雅琴", "mobile": "13700000001"}
    assert post(client, url("tenant-colleague-invite"), **(given | {"mobile": ""})).status_code == 422
    assert post(client, url("tenant-colleague-invite"), **(given | {"role": "officer"})).status_code == 422
    link = link_in(post(client, url("tenant-colleague-invite"), **given))
    assert "罗雅琴" in text_of(client.get(url("tenant-colleagues")))
    made = Invitation.objects.get()
    assert made.organisation == cast.qihang
    path = url("tenant-invitation-withdraw", pk=made.pk)
    assert post(as_(cast.zhida_representative), path).status_code == 404
    assert post(client, path).status_code == 302
    assert Client().get(link).status_code == 404


def test_who_speaks_for_two_institutions_chooses_and_cannot_choose_a_third(cast):
    samples.give_role(cast.qihang_representative, cast.zhida, cast.huangpu, "representative", at=cast.at)
    client = as_(cast.qihang_representative)
    given = {"role": "clerk", "name": "罗雅琴", "mobile": "13700000001"}
    for choice, status in ((cast.yuecai.pk, 422), ("", 422), (cast.zhida.pk, 200)):
        assert post(client, url("tenant-colleague-invite"), organisation=choice, **given).status_code == status
    assert Invitation.objects.get().organisation == cast.zhida


def test_a_representative_ends_the_role_of_a_clerk_and_of_nobody_else(cast):
    client, given = as_(cast.qihang_representative), {"on": clock.today().isoformat(), "reason": "离职"}
    for foreign in (cast.zhida_clerk, cast.officer, cast.yuecai_clerk):
        assert client.get(url("tenant-colleague", pk=role_of(foreign).pk)).status_code == 404
        assert post(client, url("tenant-colleague-end", pk=role_of(foreign).pk), **given).status_code == 404
    path = url("tenant-colleague-end", pk=role_of(cast.qihang_clerk).pk)
    assert client.get(url("tenant-colleague", pk=role_of(cast.qihang_clerk).pk)).status_code == 200
    assert client.get(path).status_code == 200
    assert post(client, path, **given).status_code == 302
    assert "黄佳雯" not in text_of(client.get(url("tenant-colleagues")))
    assert as_(cast.qihang_clerk).get(url("tenant-colleagues")).status_code == 404


# ---------------------------------------------------------------- before the letter has been seen


def test_who_waits_for_verification_reads_what_is_missing_and_finds_no_record(cast, now):
    theirs = make_institution(at=now, park=cast.huangpu, organisation=cast.qihang)
    mine = samples.give_role(cast.stranger, cast.qihang, cast.huangpu, "representative", at=now, verified=False)
    client = as_(cast.stranger)
    for name in ("tenant-home", "tenant-institution", "tenant-colleagues", "tenant-cases", "tenant-rounds"):
        answer = client.get(url(name))
        assert answer.status_code == 403
        shown = text_of(answer)
        assert cast.qihang.name in shown and "把授权委托书原件带到园区服务台" in shown and "由您办理" in shown
    for name, more in (
        ("tenant-dossier", {"pk": theirs.pk}),
        ("tenant-colleague", {"pk": mine.pk}),
        ("tenant-round", {"pk": 1}),
    ):
        assert client.get(url(name, **more)).status_code == 404
    assert client.get(url("tenant-home", park="tianhe")).status_code == 404
    for door in ("desk-home", "authority-home"):
        assert client.get(url(door)).status_code == 404
    assert url("tenant-home") in text_of(client.get(reverse("account-home")))


def test_once_the_letter_is_registered_the_park_has_the_ball_and_once_it_is_seen_the_door_opens(cast, now):
    make_institution(at=now, park=cast.huangpu, organisation=cast.qihang)
    mine = samples.give_role(cast.stranger, cast.qihang, cast.huangpu, "clerk", at=now, verified=False)
    actions.record_authorisation(
        actor=cast.stranger, at=now, key="letter", organisation=cast.qihang, person=cast.stranger, park=cast.huangpu,
        scope="办理日常事务", valid_from=now.date(),
    )  # fmt: skip
    client = as_(cast.stranger)
    shown = text_of(client.get(url("tenant-home")))
    assert "由园区办理" in shown and "办理日常事务" in shown and "原件带到" not in shown
    actions.verify_role(actor=cast.officer, at=now, key="seen", membership=mine, basis="核对授权委托书原件和身份证件")
    assert client.get(url("tenant-home")).status_code == 200
    for who in (cast.inspector, cast.tianhe_director, cast.installer):
        assert as_(who).get(url("tenant-home")).status_code == 404
