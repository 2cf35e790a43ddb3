"""The second factor."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator

from hrpark.accounts import queries, rules, throttle, totp, vault
from hrpark.toolbox.errors import NotAllowed, Refused

pytestmark = pytest.mark.django_db
HERE = "192.0.2.1"


def app(secret, at, steps=0):
    """What an authenticator app would show."""
    return rules.hotp(totp._bytes(secret), int(at.timestamp()) // 30 + steps)


def enrol(person, at, key="on"):
    secret = totp.new_secret()
    totp.add_totp(actor=person, at=at, key=key, person=person, secret=secret, code=app(secret, at))
    return secret


def prove(person, code, at):
    return totp.prove_second(person=person, code=code, at=at, address=HERE)


def test_a_person_enrols_by_showing_one_code_of_the_app(cast):
    secret = totp.new_secret()
    with pytest.raises(Refused, match="动态口令不正确"):
        totp.add_totp(actor=cast.director, at=cast.at, key="on", person=cast.director, secret=secret, code="000000")
    assert not queries.has_second_factor(cast.director)
    totp.add_totp(actor=cast.director, at=cast.at, key="on", person=cast.director, secret=secret, code=app(secret, cast.at))
    assert queries.has_second_factor(cast.director) and len(totp.recovery_codes(cast.director)) == 10


def test_the_secret_lies_sealed_in_the_database(cast):
    secret = enrol(cast.director, cast.at)
    kept = str(list(Authenticator.objects.values_list("data")))
    assert secret not in kept
    assert not any(code in kept for code in totp.recovery_codes(cast.director))


def test_the_code_of_the_enrolment_is_used_up(cast):
    secret = enrol(cast.director, cast.at)
    with pytest.raises(Refused):
        prove(cast.director, app(secret, cast.at), cast.at)


def test_a_code_opens_once_within_its_time(cast):
    secret = enrol(cast.director, cast.at)
    later = cast.at + timedelta(minutes=1)
    code = app(secret, later)
    assert prove(cast.director, f"{code[:3]} {code[3:]}", later) == "totp"
    with pytest.raises(Refused):
        prove(cast.director, code, later)
    with pytest.raises(Refused):
        prove(cast.director, app(secret, later, -1), later)
    assert prove(cast.director, app(secret, later, 1), later) == "totp"


def test_the_secret_of_one_person_opens_nobody_else(cast):
    secret = enrol(cast.director, cast.at)
    enrol(cast.officer, cast.at)
    later = cast.at + timedelta(minutes=1)
    with pytest.raises(Refused):
        prove(cast.officer, app(secret, later), later)


def test_guessing_is_throttled(cast):
    secret = enrol(cast.director, cast.at)
    later = cast.at + timedelta(minutes=1)
    for n in range(10):
        with pytest.raises(Refused):
            prove(cast.director, f"{n:06d}" if f"{n:06d}" != app(secret, later) else "x", later)
    with pytest.raises(throttle.TooManyAttempts):
        prove(cast.director, app(secret, later), later)


def test_a_recovery_code_opens_once(cast):
    enrol(cast.director, cast.at)
    first, second, *_ = totp.recovery_codes(cast.director)
    assert prove(cast.director, first, cast.at) == "recovery"
    with pytest.raises(Refused):
        prove(cast.director, first, cast.at)
    assert first not in totp.recovery_codes(cast.director)
    assert prove(cast.director, second, cast.at) == "recovery"


def test_new_recovery_codes_void_the_old_ones(cast):
    enrol(cast.director, cast.at)
    old = totp.recovery_codes(cast.director)
    totp.renew_recovery_codes(actor=cast.director, at=cast.at, key="r", person=cast.director)
    assert not set(old) & set(totp.recovery_codes(cast.director))
    with pytest.raises(Refused):
        prove(cast.director, old[0], cast.at)


def test_a_double_click_enrols_once(cast):
    secret = totp.new_secret()
    for _ in range(2):
        totp.add_totp(actor=cast.director, at=cast.at, key="on", person=cast.director, secret=secret, code=app(secret, cast.at))
    assert Authenticator.objects.filter(type="totp").count() == 1
    with pytest.raises(Refused, match="已开启"):
        enrol(cast.director, cast.at, key="on-2")


def test_nobody_changes_the_factor_of_another(cast):
    secret = totp.new_secret()
    with pytest.raises(NotAllowed):
        totp.add_totp(actor=cast.officer, at=cast.at, key="on", person=cast.director, secret=secret, code=app(secret, cast.at))
    with pytest.raises(NotAllowed):
        totp.renew_recovery_codes(actor=cast.officer, at=cast.at, key="r", person=cast.director)


def test_a_lost_phone_is_helped_at_the_counter_by_who_may_vouch(cast):
    enrol(cast.officer, cast.at)
    enrol(cast.qihang_clerk, cast.at)
    park = cast.huangpu
    for actor, person in (
        (cast.tianhe_director, cast.qihang_clerk),
        (cast.qihang_representative, cast.qihang_clerk),
        (cast.officer, cast.director),
    ):
        with pytest.raises(NotAllowed):
            totp.remove_totp(actor=actor, at=cast.at, key=f"{actor.pk}", person=person, park=park, basis="身份证原件")
    with pytest.raises(Refused):
        totp.remove_totp(actor=cast.officer, at=cast.at, key="a", person=cast.qihang_clerk, park=park, basis="")
    totp.remove_totp(actor=cast.officer, at=cast.at, key="a", person=cast.qihang_clerk, park=park, basis="身份证原件")
    totp.remove_totp(actor=cast.director, at=cast.at, key="b", person=cast.officer, park=park, basis="身份证原件")
    assert not Authenticator.objects.exists()


def test_a_changed_secret_key_still_opens_what_the_former_one_sealed(cast, settings):
    secret = enrol(cast.director, cast.at)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    later = cast.at + timedelta(minutes=1)
    assert prove(cast.director, app(secret, later), later) == "totp"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(Refused, match="服务台"):
        prove(cast.director, app(secret, later, 1), later)


def test_one_changed_bit_of_a_sealed_secret_is_noticed():
    sealed = vault.seal("JBSWY3DPEHPK3PXP")
    changed = sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:]
    with pytest.raises(Refused):
        vault.unseal(changed)


def test_the_app_reads_issuer_account_and_secret(cast):
    text = totp.address(cast.director, "JBSWY3DPEHPK3PXP")
    assert text.startswith("otpauth://totp/") and "secret=JBSWY3DPEHPK3PXP" in text
    assert totp.picture(text).startswith("data:image/svg+xml;base64,")


def test_directors_and_supervisors_are_those_who_must(cast):
    must = {name for name in ("director", "officer", "supervisor", "inspector", "qihang_representative", "stranger")
            if queries.must_have_second_factor(queries.standing_of(getattr(cast, name), cast.at.date()))}  # fmt: skip
    assert must == {"director", "supervisor"}
