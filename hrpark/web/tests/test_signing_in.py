"""Signing in and out; how long a session lasts; one-time codes; the second step."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from hrpark.accounts import access, actions, queries, rules, samples, totp, vault
from hrpark.accounts.models import Attempt, OneTimeCode, SignIn
from hrpark.web import clock
from hrpark.web.account.visitor import HALF, device_name
from hrpark.web.tests.account_steps import LOGIN, NEW, is_in, post, sign_in, text_of
from tests.worlds import world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def now():
    return clock.now()


@world
def cast(now):
    return samples.cast(now)


# ---------------------------------------------------------------- signing in


def test_the_right_password_lets_in_and_the_wrong_one_keeps_the_key(client, cast):
    page = client.get(LOGIN)
    assert page.status_code == 200 and page["Cache-Control"] == "no-store"
    refused = sign_in(client, cast.stranger, "wrong-wrong")
    assert refused.status_code == 422 and "账号或密码不正确" in text_of(refused)
    assert cast.stranger.mobile in text_of(refused) and "wrong-wrong" not in text_of(refused)
    done = sign_in(client, cast.stranger)
    assert (done.status_code, done["Location"]) == (302, "/account/enter/")
    assert is_in(client)


def test_whoever_is_in_goes_to_the_door_of_their_first_role(client, cast):
    for person, door in (
        (cast.officer, "/desk/huangpu/"),
        (cast.qihang_clerk, "/tenant/huangpu/"),
        (cast.stranger, "/account/"),
    ):
        client.force_login(person)
        there = client.get("/account/enter/")["Location"]
        assert there == door or there == "/account/"
    assert client.get(LOGIN)["Location"] == "/account/enter/"


def test_unknown_and_known_keys_are_answered_alike(client, cast):
    known = sign_in(client, cast.stranger, "wrong-wrong")
    unknown = post(client, LOGIN, key="13999999999", password="wrong-wrong")
    same = [text_of(r).replace(cast.stranger.mobile, "K").replace("13999999999", "K") for r in (known, unknown)]
    same = [re.sub(r'(csrfmiddlewaretoken|deed_key)" value="[^"]*"', "", t) for t in same]
    assert same[0] == same[1] and known.status_code == unknown.status_code


def test_a_new_session_begins_with_a_new_key(client, cast):
    session = client.session
    session["planted"] = "1"
    session.save()
    before = session.session_key
    client.cookies["sid"] = before  # the cookie that somebody planted
    sign_in(client, cast.stranger)
    after = client.cookies["sid"].value
    assert after != before and not Session.objects.filter(session_key=before).exists()


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "https://evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "/" + "a" * 600,
    ],
)
def test_nobody_is_sent_elsewhere(client, cast, to):
    assert sign_in(client, cast.stranger, next=to)["Location"] == "/account/enter/"


def test_who_was_sent_to_sign_in_comes_back(client, cast):
    asked = client.get("/account/edit/")
    assert asked["Location"] == "/account/login/?next=/account/edit/"
    page = client.get(asked["Location"])
    assert 'name="next" value="/account/edit/"' in page.content.decode()
    assert sign_in(client, cast.stranger, next="/account/edit/")["Location"] == "/account/edit/"


def test_too_many_attempts_are_answered_429_with_the_time(client, cast):
    for _ in range(10):
        assert sign_in(client, cast.stranger, "wrong-wrong").status_code == 422
    refused = sign_in(client, cast.stranger)
    assert refused.status_code == 429 and 0 < int(refused["Retry-After"]) <= 900
    assert "之后再试" in text_of(refused)


def test_a_running_session_and_a_known_browser_are_not_locked_out(client, cast):
    sign_in(client, cast.stranger)
    attacker = Client()
    for _ in range(12):
        sign_in(attacker, cast.stranger, "wrong-wrong")
    assert is_in(client)
    post(client, "/account/logout/")
    assert sign_in(client, cast.stranger).status_code == 302


def test_the_address_of_a_visitor_is_not_believed_without_a_proxy_of_our_own(client, cast, settings):
    client.post(LOGIN, {"key": "1", "password": "x"}, headers={"X-Forwarded-For": "203.0.113.9"})
    settings.BEHIND_PROXY = True
    client.post(LOGIN, {"key": "1", "password": "x"}, headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert list(Attempt.objects.order_by("pk").values_list("address", flat=True)) == ["127.0.0.1", "203.0.113.9"]


def test_signing_out_is_a_post_and_ends_the_session(client, cast):
    sign_in(client, cast.stranger)
    kept = client.cookies["sid"].value
    assert client.get("/account/logout/").status_code == 405
    assert post(client, "/account/logout/")["Location"] == "/"
    client.cookies["sid"] = kept
    assert not is_in(client)
    assert SignIn.objects.get().ended_at is not None


def test_a_form_without_its_token_is_refused(cast):
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict, cast.stranger).status_code == 403


def test_the_demo_shows_its_logins_and_nobody_else_does(client, settings):
    assert "演示账号" not in text_of(client.get(LOGIN))
    settings.DEMO = True
    assert "演示账号" in text_of(client.get(LOGIN))


# ---------------------------------------------------------------- how long a session lasts


def moved(client, **seconds):
    session = client.session
    for name, ago in seconds.items():
        session[name] -= ago
    session.save()


def test_two_idle_hours_or_twelve_in_all_end_a_session_and_the_page_says_why(client, cast):
    for seconds, says in (({"seen": 7200}, "两小时"), ({"began": 43200}, "12小时")):
        sign_in(client, cast.stranger)
        moved(client, **{k: v - 60 for k, v in seconds.items()})
        assert is_in(client)
        moved(client, **{k: 7300 if k == "seen" else 61 for k in seconds})
        assert not is_in(client)
        assert says in text_of(client.get(LOGIN))
    assert not SignIn.objects.filter(ended_at=None).exists()


def test_activity_is_noted_every_five_minutes_at_most(client, cast):
    sign_in(client, cast.stranger)
    first = SignIn.objects.get().seen_at
    is_in(client)
    assert SignIn.objects.get().seen_at == first
    moved(client, seen=301)
    is_in(client)
    assert SignIn.objects.get().seen_at > first


def test_a_closed_account_is_out_at_once(client, cast, now):
    sign_in(client, cast.stranger)
    actions.close_account(actor=cast.installer, at=now, key="c", person=cast.stranger, reason="离职")
    assert not is_in(client)


def test_other_sessions_are_listed_and_ended(client, cast):
    other = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0"})
    sign_in(client, cast.stranger)
    sign_in(other, cast.stranger)
    assert "Firefox · Windows" in text_of(client.get("/account/"))
    line = SignIn.objects.get(agent__contains="Firefox")
    assert post(client, f"/account/sessions/{line.pk}/end/").status_code == 302
    assert not is_in(other) and is_in(client)
    sign_in(other, cast.stranger)
    post(client, "/account/sessions/end/")
    assert not is_in(other) and is_in(client)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36 MicroMessenger/8.0",
            "微信 · 安卓",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120 Safari/537.36 Edg/120", "Edge · Windows"),
        ("", "其他设备"),
        ("<script>", "其他设备"),
    ],
)
def test_a_device_is_called_as_its_owner_would(agent, name):
    assert device_name(agent) == name


def test_nobody_ends_the_session_of_another(client, cast):
    other = Client()
    sign_in(other, cast.officer)
    sign_in(client, cast.stranger)
    post(client, f"/account/sessions/{SignIn.objects.get(person=cast.officer).pk}/end/")
    assert is_in(other)


# ---------------------------------------------------------------- one-time codes


def counter_code(cast, person, now, key="c"):
    return access.issue_code(actor=samples.HOUSE, at=now, key=key, person=person, park=None, basis="身份证原件")[1]


def test_a_code_of_the_counter_lets_in_and_asks_for_a_new_password(client, cast, now):
    assert "服务台" in text_of(client.get("/account/login/code/"))
    text = counter_code(cast, cast.stranger, now)
    done = post(client, "/account/login/code/", key=cast.stranger.mobile, code=text)
    assert done["Location"] == "/account/password/"
    page = client.get("/account/password/")
    assert "15分钟内可以直接设置新密码" in text_of(page) and 'type="password" name="password_current"' not in text_of(page)
    assert post(client, "/account/password/", password=NEW)["Location"] == "/account/enter/"
    assert is_in(client)
    assert sign_in(Client(), cast.stranger, NEW).status_code == 302


def test_a_code_does_not_let_in_twice(client, cast, now):
    text = counter_code(cast, cast.stranger, now)
    post(client, "/account/login/code/", key=cast.stranger.mobile, code=text)
    again = post(Client(), "/account/login/code/", key=cast.stranger.mobile, code=text)
    assert again.status_code == 422 and "验证码不正确" in text_of(again)


def test_where_nothing_can_be_sent_there_is_no_button_and_no_sending(client, cast):
    assert "发送验证码" not in text_of(client.get("/account/login/code/"))
    refused = post(client, "/account/login/code/", key=cast.stranger.mobile, send="1")
    assert refused.status_code == 422 and not OneTimeCode.objects.exists()


def test_asking_for_a_code_answers_alike_for_known_and_unknown_keys(client, cast, settings):
    settings.SMS_ADAPTER = "hrpark.accounts.sms.HttpRelay"
    said = [text_of(post(client, "/account/login/code/", key=key, send="1")) for key in (cast.stranger.mobile, "13999999999")]
    said = [re.sub(r'(csrfmiddlewaretoken|deed_key)" value="[^"]*"', "", t) for t in said]
    assert said[0].replace(cast.stranger.mobile, "K") == said[1].replace("13999999999", "K") and "验证码已经发出" in said[0]
    assert DBTaskResult.objects.count() == 2 and OneTimeCode.objects.count() == 1
    for row in DBTaskResult.objects.all():
        _, sealed = row.args_kwargs["args"]
        assert vault.unseal(sealed) not in str(row.args_kwargs)


# ---------------------------------------------------------------- second step


def enrol(person, at):
    secret = totp.new_secret()
    code = rules.hotp(totp._bytes(secret), int(at.timestamp()) // 30 - 1)
    totp.add_totp(actor=person, at=at, key="on", person=person, secret=secret, code=code)
    return secret


def app(secret, at, steps=0):
    return rules.hotp(totp._bytes(secret), int(at.timestamp()) // 30 + steps)


def test_with_a_second_factor_the_password_alone_does_not_let_in(client, cast, now):
    secret = enrol(cast.stranger, now)
    assert sign_in(client, cast.stranger, next="/account/edit/")["Location"] == "/account/login/second/"
    assert not is_in(client)
    wrong = post(client, "/account/login/second/", code="000000")
    assert wrong.status_code == 422 and not is_in(client)
    right = post(client, "/account/login/second/", code=app(secret, clock.now()))
    assert right["Location"] == "/account/edit/" and is_in(client)
    assert SignIn.objects.get().second == "totp"


def test_a_code_that_was_used_lets_nobody_in_again(client, cast, now):
    secret = enrol(cast.stranger, now)
    code = app(secret, clock.now())
    for visitor, status in ((client, 302), (Client(), 422)):
        sign_in(visitor, cast.stranger)
        assert post(visitor, "/account/login/second/", code=code).status_code == status


def test_a_recovery_code_lets_in_once_and_says_how_many_are_left(client, cast, now):
    enrol(cast.stranger, now)
    code = totp.recovery_codes(cast.stranger)[0]
    sign_in(client, cast.stranger)
    post(client, "/account/login/second/", code=f"{code[:4]} {code[4:]}")
    assert "还剩 9 个" in text_of(client.get("/account/"))


def test_the_second_step_without_the_first_begins_anew(client, cast, now):
    enrol(cast.stranger, now)
    assert client.get("/account/login/second/")["Location"] == LOGIN
    sign_in(client, cast.stranger)
    session = client.session
    session[HALF] = session[HALF] | {"at": session[HALF]["at"] - 601}
    session.save()
    assert post(client, "/account/login/second/", code=totp.recovery_codes(cast.stranger)[0])["Location"] == LOGIN


def test_a_password_changed_in_between_voids_the_first_step(client, cast, now):
    enrol(cast.stranger, now)
    sign_in(client, cast.stranger)
    access.set_password(actor=cast.stranger, at=now, key="p", person=cast.stranger, password=NEW)
    assert post(client, "/account/login/second/", code=totp.recovery_codes(cast.stranger)[0])["Location"] == LOGIN


def test_setting_up_an_authenticator(client, cast):
    sign_in(client, cast.stranger)
    page = client.get("/account/totp/")
    shown = text_of(page)
    assert "data:image/svg+xml;base64," in shown
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", shown).group(1).replace(" ", "")
    assert secret not in str(dict(client.session))
    assert post(client, "/account/totp/", code=app(secret, clock.now()), password_current="wrong").status_code == 422
    assert secret in text_of(client.get("/account/totp/")).replace(" ", ""), "the same secret until it is confirmed"
    assert post(client, "/account/totp/", code="000000", password_current=samples.PASSWORD).status_code == 422
    done = post(client, "/account/totp/", code=app(secret, clock.now()), password_current=samples.PASSWORD)
    codes = re.findall(r"<code>(\d{4} \d{4})</code>", text_of(done))
    assert len(codes) == 10 and is_in(client)
    again = post(client, "/account/totp/", code=app(secret, clock.now()), password_current=samples.PASSWORD)
    assert re.findall(r"<code>(\d{4} \d{4})</code>", text_of(again)) == codes, "a double click shows the same codes"
    assert "已开启" in text_of(client.get("/account/totp/"))


def test_switching_it_off_takes_both_factors(client, cast, now):
    secret = enrol(cast.stranger, now)
    client.force_login(cast.stranger)
    for given in (
        {"code": "000000", "password_current": samples.PASSWORD},
        {"code": app(secret, clock.now()), "password_current": "wrong"},
    ):
        assert post(client, "/account/totp/off/", **given).status_code == 422
    assert queries.has_second_factor(cast.stranger)
    assert (
        post(client, "/account/totp/off/", code=app(secret, clock.now()), password_current=samples.PASSWORD).status_code == 302
    )
    assert not queries.has_second_factor(cast.stranger)


def test_new_recovery_codes_take_the_password(client, cast, now):
    enrol(cast.stranger, now)
    old = totp.recovery_codes(cast.stranger)
    client.force_login(cast.stranger)
    assert post(client, "/account/totp/recovery/", password_current="wrong").status_code == 422
    shown = text_of(post(client, "/account/totp/recovery/", password_current=samples.PASSWORD))
    assert len(re.findall(r"<code>\d{4} \d{4}</code>", shown)) == 10 and not set(old) & set(totp.recovery_codes(cast.stranger))


def test_where_it_is_required_directors_see_nothing_else_before(client, cast, settings, now):
    settings.REQUIRE_TOTP = True
    client.force_login(cast.director)
    asked = client.get(reverse("desk-people", kwargs={"park": "huangpu"}))
    assert asked["Location"] == "/account/totp/" and "须开启两步验证" in text_of(client.get("/account/totp/"))
    assert client.get("/api/v1/openapi.json").status_code == 403
    client.force_login(cast.officer)
    assert client.get(reverse("desk-people", kwargs={"park": "huangpu"})).status_code == 200
    secret = enrol(cast.director, now)
    other = Client()
    sign_in(other, cast.director)
    post(other, "/account/login/second/", code=app(secret, clock.now()))
    assert other.get(reverse("desk-people", kwargs={"park": "huangpu"})).status_code == 200
