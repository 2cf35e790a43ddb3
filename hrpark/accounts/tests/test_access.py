"""Passwords, one-time codes, signing up and sessions."""

import time
from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import identify_hasher
from django.contrib.sessions.models import Session
from django.core import mail

from hrpark.accounts import access, actions, queries, samples, tasks, throttle, vault
from hrpark.accounts.models import Consent, OneTimeCode, Person, SignIn
from hrpark.accounts.sms import SmsFailed
from hrpark.toolbox.errors import NotAllowed, Refused
from hrpark.trail.models import Entry, Payload

pytestmark = pytest.mark.django_db
HERE = "192.0.2.1"
NEW = "shan-yin-dao-shang-9"
ARGON = ["django.contrib.auth.hashers.Argon2PasswordHasher"]


# ---------------------------------------------------------------- password


def test_either_key_opens_the_account(at):
    person = samples.make_person(mobile="13700000001", email="wang@example.com")
    for key in ("13700000001", "+86 137-0000-0001", "WANG@example.com"):
        assert access.prove_password(key=key, password=samples.PASSWORD, at=at, address=HERE) == person


@pytest.mark.parametrize("password", ["", "wrong", samples.PASSWORD + " ", samples.PASSWORD.upper(), "x" * 100_000])
def test_a_wrong_password_does_not(at, password):
    person = samples.make_person()
    with pytest.raises(Refused, match="账号或密码不正确"):
        access.prove_password(key=person.mobile, password=password, at=at, address=HERE)


def test_an_account_without_a_password_is_not_opened_by_any(at):
    person = samples.make_person(password=None)
    for guess in ("", "!", person.password):
        with pytest.raises(Refused):
            access.prove_password(key=person.mobile, password=guess, at=at, address=HERE)


def test_a_closed_account_is_answered_like_an_unknown_one(at):
    person = samples.make_person()
    Person.objects.filter(pk=person.pk).update(is_active=False)
    with pytest.raises(Refused, match="账号或密码不正确"):
        access.prove_password(key=person.mobile, password=samples.PASSWORD, at=at, address=HERE)


def test_passwords_are_kept_as_argon2id_of_at_least_19_mib(at, settings):
    settings.PASSWORD_HASHERS = ARGON
    person = samples.make_person()
    assert person.password.startswith("argon2$argon2id$")
    hasher = identify_hasher(person.password)
    assert hasher.memory_cost >= 19 * 1024 and hasher.time_cost >= 2


def test_known_unknown_and_passwordless_keys_cost_the_same_work(at, settings):
    """Medians of the three; the hash is most of it. A hundredfold difference is what a missing hash would show."""
    settings.PASSWORD_HASHERS = ARGON
    known, without = samples.make_person(), samples.make_person(password=None)

    def median(key):
        spans = []
        for n in range(5):
            start = time.perf_counter()
            with pytest.raises(Refused):
                access.prove_password(key=key, password="wrong-wrong-wrong", at=at, address=f"192.0.2.{n}")
            spans.append(time.perf_counter() - start)
        return sorted(spans)[2]

    times = [median(known.mobile), median("13999999999"), median(without.mobile)]
    assert max(times) < 3 * min(times)


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short-1", "10"),
        ("password123", "常见"),
        ("8273645192837", "数字"),
        ("huangpu2026!", "园区"),
        ("黄埔人力资源服务产业园2026", "园区"),
        ("Admin@123456", "园区"),
        ("x" * 257, "256"),
    ],
)
def test_a_password_that_others_would_guess_is_refused_with_the_reason(cast, password, says):
    with pytest.raises(Refused, match=says) as error:
        access.set_password(actor=cast.stranger, at=cast.at, key="p", person=cast.stranger, password=password)
    assert error.value.field == "password"


def test_a_password_like_the_own_name_or_number_is_refused(cast):
    with pytest.raises(Refused):
        access.set_password(actor=cast.stranger, at=cast.at, key="p", person=cast.stranger, password=cast.stranger.mobile + "a")


@pytest.mark.parametrize(
    "password", ["correct horse battery", "岳阳楼记先天下之忧而忧", "黄埔园-" + "k7Qw-zz-81-Lm", "x1-" * 60]
)
def test_passphrases_in_any_script_and_length_are_welcome(cast, password):
    access.set_password(actor=cast.stranger, at=cast.at, key="p", person=cast.stranger, password=password)
    assert access.prove_password(key=cast.stranger.mobile, password=password, at=cast.at, address=HERE)


def test_nobody_sets_the_password_of_another(cast):
    for actor in (cast.director, cast.installer):
        with pytest.raises(NotAllowed):
            access.set_password(actor=actor, at=cast.at, key="p", person=cast.officer, password=NEW)


def session_of(person, at, means="password"):
    store = import_module(django_settings.SESSION_ENGINE).SessionStore()
    store["who"] = person.pk
    store.create()
    return access.begin_session(
        person=person, session_key=store.session_key, means=means, second="", at=at, address=HERE, agent="Firefox"
    )


def test_a_new_password_ends_every_other_session_and_open_codes(cast):
    mine, other = session_of(cast.stranger, cast.at), session_of(cast.stranger, cast.at)
    foreign = session_of(cast.officer, cast.at)
    access.issue_code(actor=cast.officer, at=cast.at, key="c", person=cast.stranger, park=cast.huangpu, basis="身份证原件")
    access.change_password(
        person=cast.stranger,
        at=cast.at,
        key="p",
        current=samples.PASSWORD,
        password=NEW,
        session_key=mine.session_key,
        address=HERE,
    )
    assert set(Session.objects.values_list("session_key", flat=True)) == {mine.session_key, foreign.session_key}
    other.refresh_from_db()
    assert other.ended_at == cast.at and other.session_key is None
    assert not OneTimeCode.objects.filter(expires_at__gt=cast.at).exists()


def test_the_current_password_is_asked_for_and_guessing_it_is_throttled(cast):
    mine = session_of(cast.stranger, cast.at)

    def change(current):
        access.change_password(
            person=cast.stranger, at=cast.at, key="p", current=current, password=NEW, session_key=mine.session_key, address=HERE
        )

    for _ in range(10):
        with pytest.raises(Refused, match="当前密码不正确"):
            change("wrong")
    with pytest.raises(throttle.TooManyAttempts):
        change(samples.PASSWORD)


def test_after_a_sign_in_by_code_no_current_password_is_needed_for_a_quarter_of_an_hour(cast):
    line = session_of(cast.stranger, cast.at, means="code")

    def change(at, password):
        access.change_password(
            person=cast.stranger, at=at, key=password, current="", password=password, session_key=line.session_key, address=HERE
        )

    change(cast.at + timedelta(minutes=14), NEW)
    with pytest.raises(Refused):
        change(cast.at + timedelta(minutes=15), NEW + "0")


def test_sessions_are_ended_one_by_one_and_only_by_their_owner(cast):
    mine, other = session_of(cast.stranger, cast.at), session_of(cast.officer, cast.at)
    assert access.end_sessions(person=cast.stranger, at=cast.at, only=other.pk) == 0
    assert access.end_sessions(person=cast.stranger, at=cast.at, only=mine.pk) == 1
    assert Session.objects.get().session_key == other.session_key
    assert list(queries.running_sessions(cast.officer, cast.at - timedelta(hours=12))) == [other]


# ---------------------------------------------------------------- one-time codes


def issue(cast, person, actor=None, key="c", at=None, park=None):
    return access.issue_code(
        actor=actor or cast.officer,
        at=at or cast.at,
        key=key,
        person=person,
        park=park or cast.huangpu,
        basis="核对居民身份证原件",
    )


def prove(person, code, at, address=HERE):
    return access.prove_code(key=person.mobile, code=code, at=at, address=address)


def test_a_code_of_the_counter_opens_the_account_once(cast):
    _, text = issue(cast, cast.qihang_clerk)
    spaced = f" {text[:4]} {text[4:]} "
    assert prove(cast.qihang_clerk, spaced, cast.at) == cast.qihang_clerk
    with pytest.raises(Refused, match="验证码不正确"):
        prove(cast.qihang_clerk, text, cast.at)


def test_a_code_does_not_lie_readable_anywhere(cast):
    code, text = issue(cast, cast.qihang_clerk)
    kept = str(OneTimeCode.objects.values()) + str(Entry.objects.values()) + str(list(Payload.objects.values_list("body")))
    assert len(text) == 8 and text not in kept
    assert code.digest != vault.token_digest(text)


def test_a_code_lives_ten_minutes(cast):
    _, text = issue(cast, cast.qihang_clerk)
    with pytest.raises(Refused):
        prove(cast.qihang_clerk, text, cast.at + timedelta(minutes=10))
    assert prove(cast.qihang_clerk, text, cast.at + timedelta(minutes=10, seconds=-1))


def test_a_code_survives_four_wrong_attempts_and_dies_with_the_fifth(cast):
    _, text = issue(cast, cast.qihang_clerk)
    wrong = "00000000" if text != "00000000" else "11111111"
    for _ in range(4):
        with pytest.raises(Refused):
            prove(cast.qihang_clerk, wrong, cast.at)
    assert prove(cast.qihang_clerk, text, cast.at)
    _, text = issue(cast, cast.qihang_clerk, key="c2")
    for n in range(5):
        with pytest.raises(Refused):
            prove(cast.qihang_clerk, wrong, cast.at, address=f"192.0.2.{n}")
    with pytest.raises(Refused):
        prove(cast.qihang_clerk, text, cast.at)


def test_a_new_code_voids_the_one_before(cast):
    _, old = issue(cast, cast.qihang_clerk)
    _, new = issue(cast, cast.qihang_clerk, key="c2")
    with pytest.raises(Refused):
        prove(cast.qihang_clerk, old, cast.at)
    assert prove(cast.qihang_clerk, new, cast.at)


def test_the_code_of_one_person_does_not_open_another(cast):
    _, text = issue(cast, cast.qihang_clerk)
    issue(cast, cast.zhida_clerk, key="c2")
    with pytest.raises(Refused):
        prove(cast.zhida_clerk, text, cast.at)


def test_a_repeated_click_shows_the_same_code(cast):
    first, text = issue(cast, cast.qihang_clerk)
    again, same = issue(cast, cast.qihang_clerk)
    assert (first.pk, text) == (again.pk, same)


def test_a_form_that_was_used_for_one_person_gives_nothing_for_another(cast):
    issue(cast, cast.qihang_clerk)
    with pytest.raises(Refused, match="另一位"):
        issue(cast, cast.zhida_clerk)


def test_how_the_person_was_recognised_is_written_down(cast):
    with pytest.raises(Refused, match="如何核对"):
        access.issue_code(actor=cast.officer, at=cast.at, key="c", person=cast.stranger, park=cast.huangpu, basis=" ")
    issue(cast, cast.stranger)
    assert "核对居民身份证原件" in str(list(Payload.objects.values_list("body")))


@pytest.mark.parametrize("person", ["qihang_clerk", "qihang_representative", "stranger"])
def test_an_officer_vouches_for_tenants_and_for_people_without_roles(cast, person):
    assert issue(cast, getattr(cast, person))


@pytest.mark.parametrize(
    ("actor", "person"),
    [
        ("officer", "officer"), ("director", "director"),  # not for themselves
        ("officer", "director"), ("officer", "inspector"),  # nobody who may more
        ("officer", "yuecai_clerk"), ("director", "tianhe_officer"),  # nobody of another park
        ("officer", "installer"), ("director", "installer"),  # not for the administrator
        ("qihang_representative", "qihang_clerk"), ("supervisor", "inspector"), ("stranger", "qihang_clerk"), ("tianhe_officer", "qihang_clerk"),
    ],
)  # fmt: skip
def test_nobody_vouches_for_more_than_their_own_park_gives(cast, actor, person):
    with pytest.raises(NotAllowed):
        issue(cast, getattr(cast, person), getattr(cast, actor))
    assert not OneTimeCode.objects.exists()


def test_a_director_vouches_for_staff_and_authority_of_the_own_park(cast):
    issue(cast, cast.officer, cast.director)
    issue(cast, cast.inspector, cast.director, key="c2")


def test_a_clerk_of_two_parks_is_not_opened_by_one_of_them(cast):
    samples.give_role(cast.qihang_clerk, cast.yuecai, cast.tianhe, "clerk", at=cast.at)
    with pytest.raises(NotAllowed, match="其他园区"):
        issue(cast, cast.qihang_clerk)
    assert access.issue_code(
        actor=samples.HOUSE, at=cast.at, key="c", person=cast.qihang_clerk, park=None, basis="服务器上核对"
    )


def test_codes_of_unknown_keys_are_answered_alike_and_throttled(cast):
    issue(cast, cast.qihang_clerk)
    said = set()
    for key in (cast.qihang_clerk.mobile, "13999999999", "nobody@example.com", "gibberish"):
        with pytest.raises(Refused) as error:
            access.prove_code(key=key, code="123456", at=cast.at, address=HERE)
        said.add(error.value.message)
    assert len(said) == 1
    for n in range(9):
        with pytest.raises(Refused):
            access.prove_code(key="13999999999", code=str(n), at=cast.at, address=HERE)
    with pytest.raises(throttle.TooManyAttempts):
        access.prove_code(key="13999999999", code="1", at=cast.at, address=HERE)


# ---------------------------------------------------------------- codes by message


class Gateway:
    """A gateway that keeps what it was given."""

    sent: list = []

    def send(self, mobile, template, values):
        self.sent.append((mobile, template, dict(values)))


@pytest.fixture
def gateway(settings):
    settings.SMS_ADAPTER = f"{__name__}.Gateway"
    Gateway.sent = []
    return Gateway.sent


def test_without_an_adapter_codes_come_from_the_counter(at):
    person = samples.make_person()
    with pytest.raises(Refused, match="服务台"):
        access.request_code(key=person.mobile, at=at, deed_key="k", address=HERE)


def test_a_requested_code_goes_out_by_sms_and_opens_the_account(at, gateway):
    person = samples.make_person()
    code, sealed = access.request_code(key=person.mobile, at=at, deed_key="k", address=HERE)
    tasks.deliver_code.call(code, sealed)
    ((mobile, template, values),) = gateway
    assert (mobile, template, values["minutes"]) == (person.mobile, "code", "10")
    assert len(values["code"]) == 6 and values["code"] not in sealed
    assert access.prove_code(key=person.mobile, code=values["code"], at=at, address=HERE) == person


def test_a_requested_code_goes_out_by_mail(at, settings):
    settings.EMAIL_ENABLED = True
    person = samples.make_person(email="wang@example.com", mobile="13700000001")
    tasks.deliver_code.call(*access.request_code(key="wang@example.com", at=at, deed_key="k", address=HERE))
    (message,) = mail.outbox
    assert message.to == ["wang@example.com"] and person.name in message.body


def test_asking_for_an_unknown_key_gives_the_worker_the_same_kind_of_row_and_sends_nothing(at, gateway):
    code, sealed = access.request_code(key="13999999999", at=at, deed_key="k", address=HERE)
    assert code == 0 and vault.unseal(sealed)
    tasks.deliver_code.call(code, sealed)
    assert gateway == []


def test_a_spent_code_is_not_sent_once_more(at, gateway):
    person = samples.make_person()
    code, sealed = access.request_code(key=person.mobile, at=at, deed_key="k", address=HERE)
    access.prove_code(key=person.mobile, code=vault.unseal(sealed), at=at, address=HERE)
    tasks.deliver_code.call(code, sealed)
    assert gateway == []


def test_codes_are_requested_three_times_in_a_quarter_of_an_hour(at, gateway):
    for key in ("13999999999", samples.make_person().mobile):
        for n in range(3):
            access.request_code(key=key, at=at, deed_key=f"k{n}", address=HERE)
        with pytest.raises(throttle.TooManyAttempts):
            access.request_code(key=key, at=at, deed_key="k3", address=HERE)


def test_a_gateway_that_was_switched_off_meanwhile_is_named(at, gateway, settings):
    person = samples.make_person()
    code, sealed = access.request_code(key=person.mobile, at=at, deed_key="k", address=HERE)
    settings.SMS_ADAPTER = ""
    with pytest.raises(SmsFailed):
        tasks.deliver_code.call(code, sealed)


# ---------------------------------------------------------------- signing up


def up(at, **over):
    given = {
        "name": "罗雅琴", "key": "13700000001", "password": samples.PASSWORD, "agreed": True, "deed_key": "up", "address": HERE
    } | over  # fmt: skip
    return access.sign_up(at=at, **given)


def test_signing_up_makes_an_account_without_roles_and_keeps_the_consent(at):
    assert up(at) is None
    person = queries.person_by_key("13700000001")
    assert not queries.standing_of(person, at.date()).hats and not person.installs
    assert Consent.objects.get().person == person


def test_signing_up_with_a_known_key_answers_the_same_and_changes_nothing(at):
    owner = samples.make_person(mobile="13700000001")
    assert up(at, password=NEW, name="别人") is None
    owner.refresh_from_db()
    assert owner.check_password(samples.PASSWORD) and Person.objects.count() == 1


def test_the_key_of_a_closed_account_is_not_given_away(at):
    owner = samples.make_person(mobile="13700000001")
    actions.close_account(actor=owner, at=at, key="c", person=owner, reason="")
    up(at)
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "长" * 61}, "name"),
        ({"key": "1"}, "key"),
        ({"agreed": False}, "agreed"),
        ({"password": "1"}, "password"),
    ],
)
def test_what_is_missing_is_named(at, over, field):
    with pytest.raises(Refused) as error:
        up(at, **over)
    assert error.value.field == field and not Person.objects.exists()


def test_a_double_click_signs_up_once(at):
    up(at)
    up(at)
    assert Person.objects.count() == 1


def test_one_address_cannot_make_accounts_by_the_hundred(at):
    made = 0
    for n in range(100):
        try:
            up(at, key=samples.sample_mobile(n), deed_key=f"up{n}")
            made += 1
        except throttle.TooManyAttempts:
            pass
    assert made == throttle.ADDRESS_LIMIT


def test_a_line_of_the_session_list_ends_with_its_session(at):
    person = samples.make_person()
    line = session_of(person, at)
    access.session_seen(session_key=line.session_key, at=at + timedelta(minutes=6))
    access.session_moved(before=line.session_key, after="new")
    assert SignIn.objects.get().seen_at == at + timedelta(minutes=6)
    access.session_ended(session_key="new", at=at + timedelta(minutes=7))
    assert not queries.running_sessions(person, at - timedelta(hours=12)).exists()


def test_what_is_over_is_swept_away(at):
    person = samples.make_person()
    old, young = session_of(person, at - timedelta(hours=12)), session_of(person, at)
    Session.objects.filter(session_key=old.session_key).update(expire_date=at)
    Session.objects.filter(session_key=young.session_key).update(expire_date=at + timedelta(hours=1))
    assert tasks.sweep_sessions(at) == 1
    assert Session.objects.get().session_key == young.session_key
    assert [line.pk for line in SignIn.objects.filter(ended_at=None)] == [young.pk]
