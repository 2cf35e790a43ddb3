"""Guessing is slowed down, nobody is locked out, and nothing tells whether an account exists."""

from datetime import timedelta

import pytest

from hrpark.accounts import access, rules, samples, throttle
from hrpark.accounts.models import Attempt, Outcome
from hrpark.toolbox.errors import Refused

pytestmark = pytest.mark.django_db
HERE = "192.0.2.1"


def guess(key, at, n, address=HERE, password="wrong-wrong-wrong", device=""):
    """n guesses; returns how many were judged at all and the first refusal to judge."""
    judged, blocked = 0, None
    for _ in range(n):
        try:
            access.prove_password(key=key, password=password, at=at, address=address, device=device)
        except throttle.TooManyAttempts as error:
            blocked = blocked or error
        except Refused:
            judged += 1
    return judged, blocked


def test_ten_wrong_passwords_are_judged_and_no_more(at):
    person = samples.make_person()
    judged, blocked = guess(person.mobile, at, 30)
    assert judged == 10
    assert blocked.status == 429 and "10:15" in blocked.message


def test_even_the_right_password_waits_while_an_account_is_guessed_at(at):
    person = samples.make_person()
    guess(person.mobile, at, 10)
    with pytest.raises(throttle.TooManyAttempts):
        access.prove_password(key=person.mobile, password=samples.PASSWORD, at=at, address="198.51.100.9")


def test_after_the_time_that_was_told_it_goes_on(at):
    person = samples.make_person()
    _, blocked = guess(person.mobile, at, 11)
    assert access.prove_password(key=person.mobile, password=samples.PASSWORD, at=blocked.until, address=HERE) == person


def test_blocked_attempts_do_not_prolong_the_wait(at):
    person = samples.make_person()
    guess(person.mobile, at, 10)
    guess(person.mobile, at + timedelta(minutes=14), 50)
    later = at + rules.WINDOW
    assert access.prove_password(key=person.mobile, password=samples.PASSWORD, at=later, address=HERE) == person


def test_a_browser_the_owner_used_before_is_not_locked_out_by_a_guesser_elsewhere(at):
    person = samples.make_person()
    cookie = throttle.new_device(person)
    guess(person.mobile, at, 30)
    assert access.prove_password(key=person.mobile, password=samples.PASSWORD, at=at, address=HERE, device=cookie) == person


def test_a_known_browser_is_throttled_by_itself(at):
    person = samples.make_person()
    judged, _ = guess(person.mobile, at, 30, device=throttle.new_device(person))
    assert judged == 10


def test_the_cookie_of_another_person_or_a_forged_one_counts_for_nothing(at):
    victim, attacker = samples.make_person(), samples.make_person()
    guess(victim.mobile, at, 10)
    for cookie in (throttle.new_device(attacker), throttle.new_device(victim)[:-1] + "x", f"{victim.pk}.0:x", "nonsense"):
        with pytest.raises(throttle.TooManyAttempts):
            access.prove_password(key=victim.mobile, password=samples.PASSWORD, at=at, address=HERE, device=cookie)


def test_successes_do_not_count(at):
    person = samples.make_person()
    for _ in range(25):
        access.prove_password(key=person.mobile, password=samples.PASSWORD, at=at, address=HERE)
    assert Attempt.objects.filter(outcome=Outcome.PASSED).count() == 25


def test_one_address_may_not_spray_over_many_accounts(at):
    judged = sum(guess(samples.sample_mobile(n), at, 1)[0] for n in range(500))
    assert judged == throttle.ADDRESS_LIMIT
    assert guess(samples.sample_mobile(700), at, 1, address="198.51.100.9")[0] == 1


def test_a_whole_ipv6_network_is_one_address(at):
    judged = sum(guess(samples.sample_mobile(n), at, 1, address=f"2001:db8::{n:x}")[0] for n in range(1, 200))
    assert judged == throttle.ADDRESS_LIMIT


def test_other_ways_of_typing_a_key_are_the_same_account(at):
    person = samples.make_person(mobile="13800138000")
    ways = ("13800138000", "138 0013 8000", "+8613800138000", "１３８００１３８０００")
    assert sum(guess(way, at, 5)[0] for way in ways) == 10
    assert person.is_active


def test_unknown_accounts_are_counted_and_answered_like_known_ones(at):
    person = samples.make_person()
    said = []
    for key in (person.mobile, "13900000000", "nobody@example.com"):
        with pytest.raises(Refused) as error:
            access.prove_password(key=key, password="wrong", at=at, address=HERE)
        said.append(error.value.message)
    assert len(set(said)) == 1
    assert guess("13900000001", at, 30)[0] == 10


def test_what_was_typed_as_a_key_does_not_lie_readable(at):
    guess("MySecretPassword1", at, 1)
    assert "MySecretPassword1".casefold() not in Attempt.objects.get().account


def test_a_running_session_proves_its_password_whatever_goes_on_outside(at):
    person = samples.make_person()
    guess(person.mobile, at, 30)
    access.prove_again(person=person, password=samples.PASSWORD, session_key=None, at=at, address=HERE)


def test_the_log_is_kept_for_six_months_and_then_forgotten(at):
    person = samples.make_person()
    guess(person.mobile, at, 3)
    assert throttle.forget(at - timedelta(days=1)) == 0
    assert throttle.forget(at + timedelta(days=1)) == 3
