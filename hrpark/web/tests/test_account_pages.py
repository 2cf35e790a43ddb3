"""Signing up; invitations; one's own account; the first day."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from hrpark.accounts import actions, queries, samples, setup
from hrpark.accounts.models import Consent, Invitation, Membership, Person, SignIn
from hrpark.standard.samples import NOTICE_2026, notice_for
from hrpark.toolbox.workdays import NATIONAL, hold
from hrpark.web import clock
from hrpark.web.tests.account_steps import LOGIN, NEW, is_in, post, sign_in, text_of
from tests.worlds import world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def now():
    return clock.now()


@world
def cast(now):
    return samples.cast(now)


# ---------------------------------------------------------------- signing up


def up(client, **over):
    given = {"name": "罗雅琴", "key": "13700000001", "password": samples.PASSWORD, "agreed": "on"} | over
    return post(client, "/account/register/", **{k: v for k, v in given.items() if v is not None})


def test_signing_up_then_in(client):
    assert "个人信息处理说明" in text_of(client.get("/account/register/"))
    assert 'name="agreed" checked' not in text_of(client.get("/account/register/"))
    assert up(client)["Location"] == LOGIN
    page = text_of(client.get(LOGIN))
    assert "账号已可使用" in page and "13700000001" in page
    person = Person.objects.get()
    assert sign_in(client, person).status_code == 302 and Consent.objects.get().person == person


def test_signing_up_with_a_known_key_is_answered_alike(client, cast):
    known, new = up(Client(), key=cast.stranger.mobile), up(client)
    assert (known.status_code, known["Location"]) == (new.status_code, new["Location"])
    cast.stranger.refresh_from_db()
    assert cast.stranger.name == "许安然" and cast.stranger.check_password(samples.PASSWORD)


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"name": ""}, "请填写姓名"),
        ({"key": "1"}, "手机号"),
        ({"password": "short"}, "10"),
        ({"agreed": None}, "勾选"),
        ({"key": "a@b"}, "邮箱"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, over, says):
    refused = up(client, **over)
    assert refused.status_code == 422 and says in text_of(refused)
    if "name" not in over:
        assert "罗雅琴" in text_of(refused)
    assert not Person.objects.exists()


def test_nobody_signs_up_as_more_than_a_person(client):
    up(client, installs="on", is_active="1", is_staff="1", role="director")
    person = Person.objects.get()
    assert not person.installs and not Membership.objects.exists()


def test_a_form_whose_key_was_lost_says_so_and_makes_nothing(client):
    refused = client.post(
        "/account/register/", {"name": "罗", "key": "13700000001", "password": samples.PASSWORD, "agreed": "on"}
    )
    assert refused.status_code == 422 and "刷新" in text_of(refused) and not Person.objects.exists()


# ---------------------------------------------------------------- invitations


@pytest.fixture
def link(cast, now):
    _, token = actions.invite(
        actor=cast.director,
        at=now,
        key="i",
        park=cast.huangpu,
        organisation=cast.operator,
        role="officer",
        name="罗雅琴",
        mobile="13700000001",
    )
    return f"/account/invitation/{token}/"


def join(client, link, **over):
    return post(client, link, **({"name": "罗雅琴", "password": samples.PASSWORD, "agreed": "on"} | over))


def test_a_link_makes_the_account_and_opens_the_door(client, cast, link):
    shown = text_of(client.get(link))
    assert "黄埔" in shown and "园区专员" in shown and "137****0001" in shown and "13700000001" not in shown
    assert join(client, link)["Location"] == "/account/enter/"
    assert "您已成为" in text_of(client.get("/account/"))


def test_a_double_click_on_a_link_lets_in_once_and_others_never(client, cast, link):
    join(client, link)
    assert join(Client(), link).status_code == 302
    assert Membership.objects.filter(role="officer", park=cast.huangpu).count() == 2
    assert join(Client(), link, password=NEW).status_code == 404
    assert Client().get(link).status_code == 404
    assert client.get(link)["Location"] == "/account/enter/"


@pytest.mark.parametrize("spoil", [lambda p: p[:-3] + "/", lambda p: p.swapcase(), lambda p: "/account/invitation/x/"])
def test_a_wrong_link_says_what_to_do(client, link, spoil):
    path = spoil(link) if not spoil(link).startswith("/ACCOUNT") else "/account/invitation/" + link[20:].swapcase()
    response = client.get(path)
    assert response.status_code == 404 and "重新发出邀请" in text_of(response)


def test_an_expired_or_withdrawn_link_is_dead(client, cast, link, now):
    Invitation.objects.update(expires_at=now - timedelta(seconds=1))
    assert client.get(link).status_code == 404 and join(client, link).status_code == 404
    assert not Person.objects.filter(mobile="13700000001").exists()


@pytest.mark.parametrize(
    ("over", "says"), [({"password": "short"}, "10"), ({"agreed": ""}, "勾选"), ({"name": ""}, "请填写姓名")]
)
def test_a_refused_acceptance_leaves_the_link_open(client, link, over, says):
    refused = join(client, link, **over)
    assert refused.status_code == 422 and says in text_of(refused)
    assert join(client, link).status_code == 302


def test_who_has_an_account_signs_in_and_accepts_with_it(client, cast, now):
    _, token = actions.invite(
        actor=cast.director, at=now, key="i2", park=cast.huangpu, organisation=cast.operator, role="officer", name="许安然",
        mobile=cast.stranger.mobile,
    )  # fmt: skip
    link = f"/account/invitation/{token}/"
    page = text_of(client.get(link))
    assert "已有账号" in page and f"/account/login/?next={link}" in page.replace("%2F", "/")
    assert join(client, link).status_code == 422
    assert sign_in(client, cast.stranger, next=link)["Location"] == link
    assert post(client, link)["Location"] == "/account/enter/"
    assert queries.standing_of(Person.objects.get(pk=cast.stranger.pk), now.date()).hats


def test_an_institutions_first_person_is_told_to_bring_the_letter(client, cast, now):
    _, token = actions.invite(
        actor=cast.officer,
        at=now,
        key="i3",
        park=cast.huangpu,
        organisation=cast.qihang,
        role="clerk",
        name="罗",
        mobile="13700000002",
    )
    join(client, f"/account/invitation/{token}/")
    page = text_of(client.get("/account/"))
    assert "授权委托书" in page and "待核验" in page


# ---------------------------------------------------------------- one's own account


def test_name_and_keys_take_the_password(client, cast):
    client.force_login(cast.stranger)
    given = {"name": "许安", "mobile": cast.stranger.mobile, "email": "Xu@Example.com"}
    assert post(client, "/account/edit/", password_current="wrong", **given).status_code == 422
    assert post(client, "/account/edit/", password_current=samples.PASSWORD, **given).status_code == 302
    cast.stranger.refresh_from_db()
    assert (cast.stranger.name, cast.stranger.email) == ("许安", "xu@example.com")


def test_the_key_of_another_cannot_be_taken(client, cast):
    client.force_login(cast.stranger)
    refused = post(client, "/account/edit/", name="许", mobile=cast.officer.mobile, password_current=samples.PASSWORD)
    assert refused.status_code == 422 and "不能使用" in text_of(refused)


def test_a_new_password_keeps_this_session_and_ends_the_others(client, cast):
    other = Client()
    for visitor in (client, other):
        sign_in(visitor, cast.stranger)
    assert post(client, "/account/password/", password_current="wrong", password=NEW).status_code == 422
    weak = post(client, "/account/password/", password_current=samples.PASSWORD, password="short")
    assert weak.status_code == 422 and "10" in text_of(weak)
    assert post(client, "/account/password/", password_current=samples.PASSWORD, password=NEW).status_code == 302
    assert is_in(client) and not is_in(other)
    assert SignIn.objects.filter(ended_at=None).get().session_key == client.cookies["sid"].value


def test_a_role_is_laid_down_and_only_an_own_one(client, cast):
    mine, other = (Membership.objects.get(person=p) for p in (cast.officer, cast.inspector))
    client.force_login(cast.officer)
    assert client.get(f"/account/roles/{other.pk}/end/").status_code == 404
    assert post(client, f"/account/roles/{other.pk}/end/").status_code == 404
    assert client.get(f"/account/roles/{mine.pk}/end/").status_code == 200
    assert post(client, f"/account/roles/{mine.pk}/end/", reason="").status_code == 302
    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.until is not None and other.until is None


def test_the_last_director_cannot_leave(client, cast):
    client.force_login(cast.director)
    refused = post(client, f"/account/roles/{Membership.objects.get(person=cast.director).pk}/end/")
    assert refused.status_code == 422 and "最后一位" in text_of(refused)


def test_consent_is_withdrawn_in_two_clicks_and_closes_the_account(client, cast, now):
    given = actions.give_consent(
        actor=cast.stranger, at=now, key="g", person=cast.stranger, purpose="account", channel="网页注册"
    )
    other = actions.give_consent(
        actor=cast.officer, at=now, key="g", person=cast.officer, purpose="account", channel="网页注册"
    )
    sign_in(client, cast.stranger)
    path = f"/account/consents/{given.pk}/withdraw/"
    assert path in text_of(client.get("/account/"))
    assert client.get(path).status_code == 200
    assert client.get(f"/account/consents/{other.pk}/withdraw/").status_code == 404
    assert post(client, path).status_code == 422
    assert post(client, path, sure="on")["Location"] == LOGIN
    assert not is_in(client) and sign_in(client, cast.stranger).status_code == 422


def test_pages_of_the_account_are_for_people_who_are_signed_in(client, cast):
    for name in (
        "account-home",
        "account-edit",
        "account-password",
        "account-totp",
        "account-totp-off",
        "account-recovery",
        "account-parks",
        "account-calendar",
    ):
        assert client.get(reverse(name))["Location"].startswith(LOGIN)


# ---------------------------------------------------------------- the first day, further parks


FIRST = {
    "name": "沈立平", "key": "13800138000", "password": samples.PASSWORD, "park": "黄埔人力资源服务产业园", "slug": "huangpu",
    "operator": "黄埔人才园运营公司",
}  # fmt: skip


@pytest.fixture
def token(settings, tmp_path):
    settings.HOME = tmp_path
    return setup.setup_token()


def test_the_first_day(client, token, tmp_path):
    page = client.get(f"/setup/?token={token}")
    assert page.status_code == 200 and token in text_of(page)
    assert post(client, "/setup/", token=token, **FIRST).status_code == 302
    person = Person.objects.get()
    assert person.installs and is_in(client)
    assert "园区负责人" in text_of(client.get("/account/"))
    assert not (tmp_path / "setup-token").exists()
    assert client.get("/setup/").status_code == 404
    assert post(Client(), "/setup/", token=token, **FIRST).status_code == 404


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"token": "wrong"}, "安装口令不正确"),
        ({"password": "short"}, "10"),
        ({"key": "1"}, "手机号"),
        ({"slug": "黄埔"}, "网址短名"),
        ({"park": ""}, "园区名称"),
    ],
)
def test_what_is_wrong_on_the_first_day_makes_nothing(client, token, over, says):
    refused = post(client, "/setup/", **({"token": token} | FIRST | over))
    assert refused.status_code == 422 and says in text_of(refused) and "沈立平" in text_of(refused)
    assert queries.is_empty()


def test_there_is_no_first_day_where_there_are_people(client, cast):
    assert client.get("/setup/").status_code == 404


def test_further_parks_are_opened_by_who_installs(client, cast):
    client.force_login(cast.officer)
    assert client.get("/account/parks/").status_code == 404 and client.get("/account/parks/new/").status_code == 404
    client.force_login(cast.installer)
    assert "天河" in text_of(client.get("/account/parks/"))
    given = {"name": "南沙园", "slug": "nansha", "operator": "南沙运营公司", "director": "罗雅琴", "mobile": "13700000001"}
    refused = post(client, "/account/parks/new/", **(given | {"slug": "huangpu"}))
    assert refused.status_code == 422 and "南沙运营公司" in text_of(refused)
    opened = text_of(post(client, "/account/parks/new/", **given))
    link = re.search(r"http://testserver(/account/invitation/[^/]+/)", opened).group(1)
    assert join(Client(), link).status_code == 302
    assert Membership.objects.get(park__slug="nansha").role == "director"


# ---------------------------------------------------------------- the holidays of a year


def test_who_installs_enters_the_holidays_of_a_year_and_everybody_can_read_them(client, cast, request):
    request.addfinalizer(lambda: hold(NATIONAL))
    sign_in(client, cast.installer)
    assert "尚未登记" in text_of(client.get("/account/calendar/"))
    wrong = {"year": "2027", "source": "国办发明电〔2026〕1号", "text": NOTICE_2026}
    answer = post(client, "/account/calendar/new/", **wrong)
    assert answer.status_code == 422 and "核对年份和日期" in text_of(answer) and "农历腊月二十八" in text_of(answer)
    right = wrong | {"text": notice_for(2027, "1月1日（周五）至3日放假，共3天")}
    assert post(client, "/account/calendar/new/", **right)["Location"] == "/account/calendar/"
    page = text_of(client.get("/account/calendar/"))
    assert "1月1日至3日、2月5日至11日" in page and "尚未登记" not in page
    assert "国办发明电〔2026〕1号" in text_of(client.get(f"/p/{cast.huangpu.slug}/parameters/"))
